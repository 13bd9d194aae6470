"""From bytes to a `Source`: by what they are, not by what the file is called."""

from __future__ import annotations

from typing import Final

from renkei.connectors.spreadsheet.delimited import read_delimited
from renkei.connectors.spreadsheet.errors import FileEmpty
from renkei.connectors.spreadsheet.table import Findings, Source
from renkei.connectors.spreadsheet.workbooks import Limits, read_workbook

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"


def read_file(content: bytes, limits: Limits, findings: Findings) -> Source:
    """What is in a file. Raises `RenkeiError` if it cannot be read at all, or has nothing in it."""
    if content.startswith((_ZIP, _COMPOUND)):
        source = read_workbook(content, limits)
    else:
        source = read_delimited(content, limits, findings)
    if not source.tables:
        raise FileEmpty
    return source
