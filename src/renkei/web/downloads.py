"""Tables as CSV files that a spreadsheet opens as they are: UTF-8 with a mark for Excel, safe names, no formulas."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from starlette.responses import Response

from renkei.commons.edge.transfers import disposition
from renkei.kit.decimals import plain_text

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell of text must not begin with: a spreadsheet would compute it."""
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%;,\s]+')
_LONGEST_NAME: Final = 80


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a file to be saved under `name` (without its ending, any text)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([cell(one) for one in header])
    writer.writerows([cell(one) for one in row] for row in rows)
    return Response(
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(safe_name(name) + ".csv")},
    )


def cell(value: object) -> str:
    """A cell as it is written: numbers exact with a point, text never as a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def safe_name(name: str) -> str:
    """A name of a file that every system takes: no path, no control character, not hidden, not too long."""
    shown = "".join(one for one in unicodedata.normalize("NFC", name) if unicodedata.category(one)[0] != "C")
    return _UNSAFE.sub("_", shown).strip("._ ")[:_LONGEST_NAME] or "table"
