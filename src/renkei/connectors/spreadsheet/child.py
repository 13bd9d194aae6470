"""The limited process that opens a workbook: started by `workbooks`, one a file, and gone afterwards.

A workbook is hostile until the contrary is proven: 180 kB may open to 120 MB, and two cells that claim the range
A1:XFD1048576 make the reader ask for half a terabyte and abort its whole process. So the file comes in on standard
input, limits on memory, processor time and writing hold before it is looked at, and rows go out on standard output as
frames of MessagePack, each behind its length in four bytes:

    {"sheets": [[name, visible], …]}
    {"sheet": name, "row": first, "column": first, "hidden": […], "merged": […], "formulas": […], …}
    [[cell, …], …]                                     some rows of the sheet named last
    {"end": true}  or  {"error": code, …}

A cell is a text, a number, a truth value, or `{"d": date}`; an empty one is "". What the process prints else, nobody reads.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final
from xml.etree import ElementTree as ET

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

if sys.platform != "win32":
    import resource

_OLD_OR_LOCKED: Final = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a compound file: .xls, or a workbook behind a password
)
_MOST_ENTRIES: Final = 10_000
_PIECE: Final = 1 << 20
_ROWS_A_FRAME: Final = 2_000
_MOST_NAMED: Final = 200_000
"""Formulas of which the places are told."""
_PLAIN: Final = frozenset({str, float, int, bool})
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION_ID: Final = re.compile(r"\{.*/relationships\}id")
_ROW: Final = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_FORMULA: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<(?:\w+:)?f\b')
_HIDDEN: Final = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER: Final = re.compile(rb'\br="([0-9]+)"')
_SPAN: Final = re.compile(rb'\b(min|max)="([0-9]+)"')


class _Refused(Exception):
    """The workbook cannot be taken; `said` is the last frame."""

    def __init__(self, code: str, **said: Any) -> None:
        super().__init__(code)
        self.said = {"error": code, **said}


def main(memory_bytes: int, cpu_seconds: int, unpacked_bytes: int, most_cells: int) -> None:
    """Read the workbook on standard input, and write frames to standard output."""
    _limit(memory_bytes, cpu_seconds)
    out = sys.stdout.buffer
    try:
        for frame in _frames(sys.stdin.buffer.read(), unpacked_bytes, most_cells):
            _send(out, frame)
        _send(out, {"end": True})
    except _Refused as refused:
        _send(out, refused.said)
    except MemoryError:
        _send(out, {"error": "too_large"})
    except PasswordError:
        _send(out, {"error": "locked"})
    except (
        CalamineError,
        zipfile.BadZipFile,
        ET.ParseError,
        ValueError,
        KeyError,
        OSError,
        EOFError,
    ):
        _send(out, {"error": "unreadable"})
    out.flush()


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    if sys.platform == "win32":
        return
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _send(out: IO[bytes], frame: object) -> None:
    content = msgspec.msgpack.encode(frame)
    out.write(len(content).to_bytes(4))
    out.write(content)


def _frames(content: bytes, unpacked_bytes: int, most_cells: int) -> Iterator[object]:
    if content.startswith(_OLD_OR_LOCKED):
        raise _Refused("old_or_locked")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        _check_package(package, unpacked_bytes)
        parts = _parts_of_sheets(package)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [one for one in workbook.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
        yield {"sheets": [[one.name, one.visible is SheetVisibleEnum.Visible] for one in sheets]}
        left = most_cells
        for one in sheets:
            if one.visible is not SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_name(one.name)
            left -= sheet.width * sheet.height
            if left < 0:
                raise _Refused("too_many_cells", sheet=one.name, maximum=most_cells)
            marks = _marks(package, parts[one.name]) if one.name in parts else {}
            yield _described(sheet, marks)
            yield from _rows(sheet)


def _check_package(package: zipfile.ZipFile, unpacked_bytes: int) -> None:
    entries = package.infolist()
    names = {entry.filename.lower().lstrip("/") for entry in entries}
    if any(name.rpartition("/")[2] == "vbaproject.bin" for name in names) or any(
        name.startswith("xl/macrosheets/") for name in names
    ):
        raise _Refused("macros")
    if "xl/workbook.xml" not in names:
        raise _Refused("not_workbook")
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > unpacked_bytes:
        raise _Refused("too_large")


def _parts_of_sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """Which file of the package holds which sheet (ECMA-376, part 1, section 12.3.23)."""
    relations = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - limits hold
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    workbook = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314 - limits hold
    found = {}
    present = set(package.namelist())
    for tag in (_MAIN, _STRICT):
        for sheet in workbook.iter(f"{tag}sheet"):
            key = next((value for name, value in sheet.items() if _RELATION_ID.fullmatch(name)), None)
            target = targets.get(key, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in present:
                found[sheet.get("name", "")] = path
    return found


def _marks(package: zipfile.ZipFile, part: str) -> dict[str, Any]:
    """What the reader does not tell: hidden rows and columns, and where formulas stand."""
    pieces: list[bytes] = []
    with package.open(part) as file:
        while piece := file.read(_PIECE):
            pieces.append(piece)
    xml = b"".join(pieces)
    found: dict[str, Any] = {}
    if b"hidden=" in xml:
        found["hidden"] = _hidden_rows(xml)
        found["hidden_columns"] = _hidden_columns(xml)
    if b"<f>" in xml or b"<f " in xml or b":f" in xml:
        found["formulas"] = [
            match.group(1).decode()
            for match, _ in zip(_FORMULA.finditer(xml), range(_MOST_NAMED), strict=False)
        ]
    return found


def _hidden_rows(xml: bytes) -> list[int]:
    number = 0
    hidden = []
    for match in _ROW.finditer(xml):
        stated = _NUMBER.search(match.group(1))
        number = int(stated.group(1)) if stated else number + 1
        if _HIDDEN.search(match.group(1)):
            hidden.append(number)
    return hidden


def _hidden_columns(xml: bytes) -> list[int]:
    hidden: list[int] = []
    for match in _COLUMN.finditer(xml):
        if _HIDDEN.search(match.group(1)):
            span = {name: int(value) for name, value in _SPAN.findall(match.group(1))}
            first, last = span.get(b"min", 1), span.get(b"max", 0)
            hidden += range(first, min(last, first + 1_000) + 1)
    return hidden


def _described(sheet: CalamineSheet, marks: dict[str, Any]) -> dict[str, Any]:
    row, column = sheet.start or (0, 0)
    merged = sheet.merged_cell_ranges or []
    return {
        "sheet": sheet.name,
        "row": row + 1,
        "column": column + 1,
        "merged": [[top + 1, left + 1, bottom + 1, right + 1] for (top, left), (bottom, right) in merged],
        **marks,
    }


def _rows(sheet: CalamineSheet) -> Iterator[list[list[object]]]:
    rows: list[list[Any]] = sheet.to_python()
    for begin in range(0, len(rows), _ROWS_A_FRAME):
        some = rows[begin : begin + _ROWS_A_FRAME]
        for place, row in enumerate(some):
            if not _PLAIN.issuperset(map(type, row)):
                some[place] = [cell if type(cell) in _PLAIN else _told(cell) for cell in row]
        yield some


def _told(cell: object) -> object:
    if isinstance(cell, dt.datetime):
        return {"d": cell.date().isoformat()}
    if isinstance(cell, dt.date):
        return {"d": cell.isoformat()}
    return str(cell)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
