"""A report as PDF: typeset by Typst from `report.typ`, with a Japanese font of its own and a QR code.

The same report gives the same bytes: nothing comes from the machine, not even the time.
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pylopdf_fonts_jp
import segno
import typst

from renkei.kit.strict_json import dumps
from renkei.usecases.footprint.reports.model import Report, Section, Table
from renkei.usecases.footprint.reports.words import word

_TEMPLATE: Final = Path(__file__).with_name("report.typ")
_NARROWEST, _BROADEST = 2, 6
"""Of a table's column, in parts."""


def draw_pdf(one: Report) -> bytes:
    """The report as PDF (tagged, so that it can be read aloud)."""
    filed_at = datetime.fromisoformat(one.evidence["declaration"]["filed_at"])
    drawn = typst.compile(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"report": dumps(_content(one)).decode(), "qr": _qr(one.check_url)},
        timestamp=int(filed_at.timestamp()),
    )
    assert isinstance(drawn, bytes)
    return drawn


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(pylopdf_fonts_jp.sans_path().parent)],
    )


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()


def _content(one: Report) -> dict[str, Any]:
    language = one.language
    return {
        "language": language,
        "title": one.title,
        "subject": one.subject,
        "headline": one.headline,
        "author": one.evidence["manufacturer"]["name"],
        "declaration_id": one.evidence["declaration"]["declaration_id"],
        "check_url": one.check_url,
        "check_word": word("check", language),
        "page_word": word("page", language),
        "sections": [_section(section) for section in one.sections],
        "checklist_title": word("checklist", language),
        "checklist_head": [word(code, language) for code in ("source", "item", "where")],
        "checklist": [
            {
                "source": item.source,
                "title": item.title,
                "value": item.value or word("not_stated", language),
                "found": item.value is not None or not item.required,
            }
            for item in one.checklist
        ],
    }


def _section(one: Section) -> dict[str, Any]:
    return {
        "title": one.title,
        "facts": [{"label": fact.label, "value": fact.value} for fact in one.facts],
        "table": None if one.table is None else _table(one.table),
        "note": one.note,
    }


def _table(one: Table) -> dict[str, Any]:
    widths = [
        max(
            _NARROWEST,
            min(_BROADEST, max((len(row[column]) for row in (one.head, *one.rows)), default=0) // 6),
        )
        for column in range(len(one.head))
    ]
    return {
        "head": list(one.head),
        "rows": [list(row) for row in one.rows],
        "numeric": sorted(one.numeric),
        "widths": widths,
    }
