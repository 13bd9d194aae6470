"""Many parts with their structures in one request."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from renkei.client._json import plain, written
from renkei.client._wire import Wire
from renkei.client.model import BulkResult, BulkRow
from renkei.client.parts import line_json

_PATH: Final = "/bulk/parts"
_IN_MEMORY_BYTES: Final = 8_000_000
_PIECE_BYTES: Final = 256 * 1024


class Bulk:
    """Registration by NDJSON."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def register(self, rows: Iterable[BulkRow], *, timeout_seconds: float = 600) -> BulkResult:
        """Register parts with their structures: all of them, or none if anything is wrong.

        The rows are written to a temporary file first, so that they can be sent again. Places of faults begin with
        "line:<n>". Raises `InvalidError`; `TooManyRequestsError` while another registration of the company runs.
        """
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as file:
            for row in rows:
                file.write(written(_row_json(row)) + b"\n")
            answer = self._wire.send(
                "POST",
                _PATH,
                content=lambda: _pieces(file),
                content_type="application/x-ndjson",
                timeout_seconds=timeout_seconds,
            )
        return self._wire.read(BulkResult, "POST", _PATH, answer)


def _row_json(row: BulkRow) -> dict[str, Any]:
    said: dict[str, Any] = plain(row.part)
    if row.lines is not None:
        said["lines"] = [line_json(line) for line in row.lines]
    if row.effective_from is not None:
        said["effective_from"] = row.effective_from
    return said


def _pieces(file: IO[bytes] | tempfile.SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE_BYTES):
        yield piece
