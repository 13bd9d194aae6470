"""Opens a workbook in a limited process (`child`) and takes its rows.

Whatever the file does to that process (abort, endless work, too much memory) ends here as an error with a sentence.
At most `Limits.processes` run at once in a process of ours; whoever comes then is asked to try again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Final

import msgspec

from renkei.connectors.spreadsheet.errors import (
    FileUnreadable,
    ReadersBusy,
    TooManyCells,
    WorkbookHasMacros,
    WorkbookOldOrLocked,
    WorkbookTooLarge,
)
from renkei.connectors.spreadsheet.table import Cell, Source, Table, number_of
from renkei.kit.errors import RenkeiError
from renkei.settings import Settings

_MODULE: Final = "renkei.connectors.spreadsheet.child"
_KEPT_VARIABLES: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT")
"""Of the environment: nothing that holds a secret."""
_MOST_MERGED_CELLS: Final = 1_000_000
_REFUSALS: Final[dict[str, type[RenkeiError]]] = {
    "old_or_locked": WorkbookOldOrLocked,
    "locked": WorkbookOldOrLocked,
    "macros": WorkbookHasMacros,
    "too_large": WorkbookTooLarge,
    "not_workbook": FileUnreadable,
    "unreadable": FileUnreadable,
}
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_running = 0
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    memory_bytes: int
    cpu_seconds: int
    unpacked_bytes: int
    rows: int
    cells: int
    processes: int


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings name."""
    return Limits(
        memory_bytes=settings.spreadsheet_memory_bytes,
        cpu_seconds=settings.spreadsheet_seconds,
        unpacked_bytes=settings.spreadsheet_unpacked_limit_bytes,
        rows=settings.spreadsheet_rows_limit,
        cells=settings.spreadsheet_cells_limit,
        processes=settings.spreadsheets_open_limit,
    )


def read_workbook(content: bytes, limits: Limits) -> Source:
    """All visible sheets of a workbook. Raises `RenkeiError` for one that cannot be taken, `ReadersBusy`."""
    with _place(limits.processes), tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return _read(file, limits)


def _read(file: IO[bytes], limits: Limits) -> Source:
    arguments = (limits.memory_bytes, limits.cpu_seconds, limits.unpacked_bytes, limits.cells)
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", _MODULE, *map(str, arguments)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
    )
    assert process.stdout is not None
    # Twice the processor time: a busy machine is no fault of the file's, a reader that hangs is.
    killer = threading.Timer(2 * limits.cpu_seconds, process.kill)
    killer.start()
    try:
        with process.stdout:
            return _source(_frames(process.stdout), limits)
    finally:
        killer.cancel()
        process.kill()
        process.wait()


def _frames(stream: IO[bytes]) -> Iterator[Any]:
    """What the process says, up to its last word; if that is missing it was ended by one of its limits."""
    while True:
        head = stream.read(4)
        if len(head) < 4:
            raise WorkbookTooLarge
        content = stream.read(int.from_bytes(head))
        try:
            frame = msgspec.msgpack.decode(content)
        except msgspec.DecodeError:
            raise WorkbookTooLarge from None
        if isinstance(frame, dict) and "end" in frame:
            return
        yield frame


def _source(frames: Iterator[Any], limits: Limits) -> Source:
    hidden: list[str] = []
    tables: list[Table] = []
    head: dict[str, Any] | None = None
    rows: list[list[Cell]] = []
    for frame in frames:
        if isinstance(frame, list):
            rows += frame
            if len(rows) > limits.rows:
                raise TooManyCells(rows=limits.rows, cells=limits.cells)
            continue
        if "error" in frame:
            if frame["error"] == "too_many_cells":
                raise TooManyCells(rows=limits.rows, cells=limits.cells)
            raise _REFUSALS.get(frame["error"], FileUnreadable)
        if "sheets" in frame:
            hidden = [name for name, visible in frame["sheets"] if not visible]
            continue
        if head is not None:
            tables.append(_table(head, rows))
        head, rows = frame, []
    if head is not None:
        tables.append(_table(head, rows))
    return Source(tables=[table for table in tables if table.rows], hidden_sheets=hidden)


def _table(head: dict[str, Any], rows: list[list[Cell]]) -> Table:
    first_row, first_column = head["row"], head["column"]
    for row in rows:
        if dict in map(type, row):
            row[:] = [date.fromisoformat(cell["d"]) if isinstance(cell, dict) else cell for cell in row]
    return Table(
        sheet=head["sheet"],
        rows=rows,
        row_numbers=range(first_row, first_row + len(rows)),
        first_column=first_column,
        hidden_rows=frozenset(head.get("hidden", ())),
        hidden_columns=frozenset(head.get("hidden_columns", ())),
        anchors=_fill_merged(head["merged"], rows, first_row, first_column),
        formulas=frozenset(
            (int(found.group(2)), number_of(found.group(1)))
            for reference in head.get("formulas", ())
            if (found := _REFERENCE.fullmatch(reference))
        ),
    )


def _fill_merged(
    merged: list[list[int]], rows: list[list[Cell]], first_row: int, first_column: int
) -> dict[tuple[int, int], tuple[int, int]]:
    """Write the value of each merged range into all of its cells; of each of them, the top-left cell."""
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    last_row = first_row + len(rows) - 1
    last_column = first_column + (len(rows[0]) if rows else 0) - 1
    for top, left, stated_bottom, stated_right in merged:
        if top < first_row or left < first_column:
            continue
        bottom, right = min(stated_bottom, last_row), min(stated_right, last_column)
        if (bottom - top + 1) * (right - left + 1) + len(anchors) > _MOST_MERGED_CELLS:
            raise WorkbookTooLarge
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                anchors[row, column] = top, left
                rows[row - first_row][column - first_column] = rows[top - first_row][left - first_column]
    return anchors


@contextmanager
def _place(most: int) -> Iterator[None]:
    global _running  # noqa: PLW0603 - one count for the whole process
    with _lock:
        if _running >= most:
            raise ReadersBusy
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
