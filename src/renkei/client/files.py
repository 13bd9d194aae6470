"""Files and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from renkei.client._json import ABSENT
from renkei.client._wire import Wire, place
from renkei.client.model import Certificate, Certificates, Cursor, File, Listing, Page


class Files:
    """Own files: announced, uploaded once, never changed, erased for good."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[File]:
        """Own files that are not erased, newest first."""
        return self._wire.listing(Page[File], "/files", page_size=page_size, after=after)

    def get(self, file_id: UUID) -> File:
        """One own file. Raises `NotFoundError`."""
        return self._wire.get(File, place("files", file_id))

    def add(self, path: Path, *, name: str | None = None) -> File:
        """Announce and upload a file; its type is what its name ends with."""
        return self.upload(self.announce(path.name if name is None else name).file_id, path.read_bytes())

    def announce(self, name: str, *, extension: str | None = None) -> File:
        """Announce a file whose bytes are to come, soon."""
        body = {"name": name, "extension": ABSENT if extension is None else extension}
        return self._wire.write(File, "POST", "/files", body)

    def upload(self, file_id: UUID, content: bytes) -> File:
        """Upload the bytes of an announced file; the same bytes once more are accepted. Raises `ConflictError`."""
        path = place("files", file_id, "content")
        answer = self._wire.send("PUT", path, content=content, content_type="application/octet-stream")
        return self._wire.read(File, "PUT", path, answer)

    def content(self, file_id: UUID) -> bytes:
        """The bytes of an own file."""
        return self._wire.send("GET", place("files", file_id, "content")).content

    def erase(self, file_id: UUID) -> None:
        """Erase a file for good; it leaves every certificate it is in."""
        self._wire.run("DELETE", place("files", file_id))


class PartCertificates:
    """Certificates (CFP証明書) of parts: the own ones, and those that suppliers disclose."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self, trace_id: UUID) -> Certificates:
        """The certificate of an own part, and what the suppliers of a bought part disclose."""
        return self._wire.get(Certificates, place("parts", trace_id, "certificate"))

    def replace(
        self,
        trace_id: UUID,
        files: Mapping[UUID, str | None],
        *,
        description: str | None = None,
        certificate_id: UUID | None = None,
    ) -> Certificate:
        """Give a part its first certificate, or replace the one named by `certificate_id`.

        `files`: uploaded own files in their order, each with its name there (None: its own).
        """
        body = {
            "certificate_id": certificate_id,
            "description": description,
            "files": [{"file_id": file_id, "name": name} for file_id, name in files.items()],
        }
        return self._wire.write(Certificate, "PUT", place("parts", trace_id, "certificate"), body)

    def content(self, trace_id: UUID, file_id: UUID) -> bytes:
        """The bytes of a file of the own certificate, or of one that a supplier discloses."""
        return self._wire.send("GET", place("parts", trace_id, "certificate", "files", file_id)).content

    def remove_file(self, trace_id: UUID, file_id: UUID) -> None:
        """Take one file out of a certificate; it is erased unless another certificate has it."""
        self._wire.run("DELETE", place("parts", trace_id, "certificate", "files", file_id))

    def delete(self, trace_id: UUID) -> None:
        """Delete a part's certificate; files that no other certificate has are erased with it."""
        self._wire.run("DELETE", place("parts", trace_id, "certificate"))
