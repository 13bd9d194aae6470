"""Workbooks for tests, made as spreadsheet programs make them, and bent where a test says so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import xlsxwriter


def workbook(
    *sheets: tuple[str, Iterable[Sequence[Any]]], then: Callable[[Any], None] | None = None
) -> bytes:
    """A workbook of these sheets; `then` may do more with it."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(number, column, cell.replace(tzinfo=None), day)
                elif cell is not None:
                    sheet.write(number, column, cell)
    if then is not None:
        then(book)
    book.close()
    return file.getvalue()


def bent(
    content: bytes, part: str, change: Callable[[bytes], bytes] | bytes, *more: tuple[str, bytes]
) -> bytes:
    """The same package with one part changed, and parts added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in package.namelist():
            held = package.read(name)
            if name == part:
                held = change if isinstance(change, bytes) else change(held)
            target.writestr(name, held)
        for name, held in more:
            target.writestr(name, held)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(rows: bytes, dimension: bytes = b"A1") -> bytes:
    """A whole sheet around its rows."""
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="' + dimension + b'"/><sheetData>' + rows + b"</sheetData></worksheet>"
    )
