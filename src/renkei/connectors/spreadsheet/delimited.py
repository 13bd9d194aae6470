"""Text files: CSV and its kin, as spreadsheet programs and ERP systems write them.

UTF-8 with or without mark, UTF-16 ("Unicode text" of Excel), else cp932 (what Windows calls Shift_JIS). Cells are set
apart by comma, semicolon or tab, whichever the first record has most of. A quoted cell may have line ends in it, so a
record knows its number and its first line.
"""

from __future__ import annotations

import csv
import io
from typing import Final

from renkei.connectors.spreadsheet.errors import (
    FileTextEncoding,
    FileUnreadable,
    QuoteUnclosed,
    TextUndecodable,
    TooManyCells,
)
from renkei.connectors.spreadsheet.table import Findings, Source, Table
from renkei.connectors.spreadsheet.workbooks import Limits

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SHOWN: Final = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "cp932": "Shift_JIS (cp932)"}
_DELIMITERS: Final = {",": "“,”", "\t": "Tab", ";": "“;”"}
_LONGEST_CELL: Final = 32_767  # of Excel


def read_delimited(content: bytes, limits: Limits, findings: Findings) -> Source:
    """The records of a text file. Raises `FileUnreadable`, `TextUndecodable`, `QuoteUnclosed`, `TooManyCells`."""
    text, encoding = _decoded(content)
    delimiter = _delimiter(text)
    findings.add("note", FileTextEncoding(encoding=_SHOWN[encoding], delimiter=_DELIMITERS[delimiter]))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    cells = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            raise QuoteUnclosed(f"line:{line}", line=line) from None
        cells += len(row)
        if len(rows) >= limits.rows or cells > limits.cells:
            raise TooManyCells(rows=limits.rows, cells=limits.cells)
        if any(len(cell) > _LONGEST_CELL for cell in row):
            raise QuoteUnclosed(f"line:{line}", line=line)
        rows.append(row)
        lines.append(line)
    table = Table(sheet=None, rows=rows, row_numbers=range(1, len(rows) + 1), lines=lines)
    return Source(tables=[table] if any(map(any, rows)) else [])


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _by(content, encoding), encoding
    if b"\x00" in content[:1_000]:
        raise FileUnreadable
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _by(content, "cp932"), "cp932"


def _by(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TextUndecodable(f"line:{line}", line=line) from None
    return text


def _delimiter(text: str) -> str:
    """The one that the first record with something in it has most of."""
    head = next((line for line in text[:100_000].splitlines() if line.strip(' \t,;"')), "")
    return max(_DELIMITERS, key=head.count)
