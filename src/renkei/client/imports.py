"""Files to be taken in: uploaded, looked at, confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from renkei.client._json import ABSENT
from renkei.client._wire import Wire, place
from renkei.client.model import Cursor, Import, ImportItem, Listing, Page


class Imports:
    """Uploads. Nothing of a file is stored before `confirm`, which also says yes to its questions."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def bom(self, file: Path | bytes, *, name: str | None = None, mapping: str | None = None) -> Import:
        """Upload a bill of materials; what is wrong with it and what it would change is in `report`.

        `mapping`: the name of a saved one; without it, headings are recognised. Raises `InvalidError` for a file that
        cannot be read at all, `TooManyRequestsError` while another import of the company runs.
        """
        return self._upload(
            "/imports/bom", file, name or "bom", {} if mapping is None else {"mapping": mapping}
        )

    def workbook(self, *, language: Literal["ja", "en"] = "ja") -> bytes:
        """A workbook (.xlsx) with the own parts and the requests that wait, to be filled in and given to `answers`."""
        return self._wire.send("GET", "/workbook", parameters={"language": language}).content

    def answers(self, file: Path | bytes, *, name: str | None = None) -> Import:
        """Upload a workbook that was filled in. Raises as `bom`."""
        return self._upload("/imports/workbook", file, name or "workbook.xlsx", {})

    def list(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[ImportItem]:
        """Uploads, newest first."""
        return self._wire.listing(Page[ImportItem], "/imports", page_size=page_size, after=after)

    def get(self, import_id: UUID) -> Import:
        """One upload. Raises `NotFoundError`."""
        return self._wire.get(Import, place("imports", import_id))

    def check(self, import_id: UUID) -> Import:
        """Look at a waiting upload once more, against the data of now."""
        return self._wire.write(Import, "POST", place("imports", import_id, "check"), ABSENT)

    def confirm(self, import_id: UUID) -> Import:
        """Do what was shown. Raises `ConflictError` if it would do anything else by now: `check` it, then confirm again."""
        return self._wire.write(Import, "POST", place("imports", import_id, "confirm"), ABSENT)

    def discard(self, import_id: UUID) -> Import:
        """Forget the file of a waiting upload."""
        return self._wire.write(Import, "DELETE", place("imports", import_id), ABSENT)

    def save_mapping(self, name: str, mapping: Mapping[str, Any]) -> None:
        """Save how bills of materials are to be read; a name that is there gets a new version."""
        self._wire.run("PUT", place("import-mappings", "bom", name), dict(mapping))

    def _upload(self, path: str, file: Path | bytes, name: str, parameters: Mapping[str, str]) -> Import:
        content = file if isinstance(file, bytes) else file.read_bytes()
        answer = self._wire.send(
            "POST",
            path,
            content=content,
            content_type="application/octet-stream",
            parameters={"file_name": name if isinstance(file, bytes) else file.name, **parameters},
        )
        return self._wire.read(Import, "POST", path, answer)
