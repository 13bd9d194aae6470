"""The workbook for a supplier: its parts and the requests that wait for it, to be filled in and sent back.

Every text of others is written as a text, never as a formula or a link, whatever it begins with.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import xlsxwriter

from renkei.commons.operators.service import operators_by_keys
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import list_parts
from renkei.commons.trades.model import RequestFilter, RequestView
from renkei.commons.trades.service import find_requests
from renkei.connectors.spreadsheet.book_fields import (
    ACTIVITY_WORDS,
    HELP,
    SHEETS,
    YES_WORDS,
    BookField,
    Language,
)
from renkei.connectors.spreadsheet.errors import TooManyForWorkbook
from renkei.connectors.spreadsheet.table import letters
from renkei.database.transaction import Transaction
from renkei.kit.quantities import DECLARED_UNITS
from renkei.usecases.footprint.factors.model import Factor, FactorQuery
from renkei.usecases.footprint.factors.service import factor_sets, find_factors
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import Stage, Statement
from renkei.usecases.footprint.service import footprints

MOST_PARTS: Final = 20_000
"""Parts in one workbook; with more, an application is the better way."""
MOST_REQUESTS: Final = 5_000
_PAGE: Final = 5_000
_ENTRY_ROWS: Final = 1_000
"""Rows of activities that have drop-downs."""
_SETS: Final = ("owid-grid", "jp-fuels", "metal-averages", "renkei-proxies", "uk-ghg")
_MOST_FACTORS: Final = 3_000
_REGIONS: Final = frozenset({"JP", "GLO", "GB"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BookContent:
    """What a supplier's workbook is made of."""

    parts: Mapping[str, Part]
    requests: Sequence[RequestView]
    customers: Mapping[int, str]
    statements: Mapping[UUID, Statement]
    factors: Sequence[Factor]


def gather(tx: Transaction, *, with_factors: bool = True) -> BookContent:
    """The own parts with their footprints, and the requests that wait. Raises `TooManyForWorkbook`."""
    parts = list(_all_parts(tx))
    requests = open_requests(tx)
    customers = operators_by_keys(tx, {one.trade.downstream_key for one in requests})
    views = footprints(tx, [part.trace_id for part in parts])
    return BookContent(
        parts=labelled(parts),
        requests=requests,
        customers={key: one.name for key, one in customers.items()},
        statements={one.part.trace_id: one.statement for one in views if one.statement is not None},
        factors=_factors(tx) if with_factors else (),
    )


def open_requests(tx: Transaction) -> list[RequestView]:
    """The requests received that wait for an answer, newest first."""
    where = RequestFilter(state="NOT_COMPLETED")
    return list(find_requests(tx, "RESPONSE", where, None, MOST_REQUESTS, kind=KIND).items)


def _all_parts(tx: Transaction) -> Iterable[Part]:
    after: UUID | None = None
    count = 0
    while True:
        page = list_parts(tx, after=after, limit=_PAGE)
        count += len(page.items)
        if count > MOST_PARTS:
            raise TooManyForWorkbook(maximum=MOST_PARTS)
        yield from page.items
        if page.next_cursor is None:
            return
        after = UUID(str(page.next_cursor))


def labelled(parts: Iterable[Part]) -> dict[str, Part]:
    """Each part by what it is called in the workbook: its number, with as much more as tells it from others."""
    found: dict[str, Part] = {}
    by_name: dict[str, list[Part]] = {}
    for part in parts:
        by_name.setdefault(part.name, []).append(part)
    for name, same in by_name.items():
        if len(same) == 1:
            found[name] = same[0]
            continue
        for part in same:
            label = f"{name} / {part.support_name or '-'}"
            found[label if label not in found else f"{label} / {part.trace_id}"] = part
    return found


def _factors(tx: Transaction) -> list[Factor]:
    """The factors that drop-downs offer: the company's own, then the usual ones for Japan and the world."""
    found: list[Factor] = []
    for one in factor_sets(tx):
        if not one.own and one.set_id not in _SETS:
            continue
        query = FactorQuery(set_id=one.set_id, version=one.version)
        of_set = find_factors(tx, query, limit=_MOST_FACTORS).factors
        found += [factor for factor in of_set if one.own or factor.region in _REGIONS]
    return found[:_MOST_FACTORS]


# -- writing ---------------------------------------------------------------------------------------------------------
def write_book(content: BookContent, language: Language) -> bytes:
    """The workbook as bytes."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    try:
        writer = _Writer(book, language)
        writer.help()
        writer.table("answers", [_answer(one, content) for one in content.requests])
        writer.table("parts", [_part(label, part, content) for label, part in content.parts.items()])
        writer.table("activities", [])
        writer.table("factors", [_factor(one, language) for one in content.factors])
        writer.offer(content)
    finally:
        book.close()
    return file.getvalue()


class _Writer:
    """Writes sheets with headings in one language."""

    def __init__(self, book: Any, language: Language) -> None:
        self.book = book
        self.language: Language = language
        head = {"bold": True, "border": 1, "text_wrap": True, "valign": "top"}
        self.head = book.add_format(head)
        self.entry = book.add_format(head | {"bg_color": "#FFF2CC"})
        self.day = book.add_format({"num_format": "yyyy/mm/dd"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.sheets = {key: book.add_worksheet(self._name(key)) for key in SHEETS}

    def _name(self, key: str) -> str:
        ja, en = SHEETS[key][0]
        return ja if self.language == "ja" else en

    def help(self) -> None:
        """How to fill it in."""
        sheet = self.sheets["help"]
        sheet.set_column(0, 0, 110)
        for row, text in enumerate(HELP[self.language]):
            sheet.write_string(row, 0, text, self.wrapped)

    def table(self, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Headings and rows; what is not known stays empty."""
        sheet = self.sheets[key]
        columns = SHEETS[key][1]
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(
                0, at, column.heading(self.language), self.entry if column.entry else self.head
            )
        for number, row in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                self._cell(sheet, number, at, row.get(column.name))

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, Decimal):
            sheet.write_number(row, column, value)
        elif hasattr(value, "year"):
            sheet.write_datetime(row, column, value, self.day)
        else:
            sheet.write_string(row, column, str(value))

    def offer(self, content: BookContent) -> None:
        """Drop-downs."""
        units = [unit.value for unit in DECLARED_UNITS]
        words = [ja if self.language == "ja" else en for ja, en in ACTIVITY_WORDS.values()]
        yes = YES_WORDS[0] if self.language == "ja" else YES_WORDS[1]
        parts = self._range("parts", "part", len(content.parts))
        factors = self._range("factors", "factor", len(content.factors))
        rows = {"answers": len(content.requests), "parts": len(content.parts), "activities": _ENTRY_ROWS}
        for key, count in rows.items():
            self._choose(key, "declared_unit", count, units)
            if key != "parts":
                self._choose(key, "part", count, parts)
        self._choose("activities", "activity", _ENTRY_ROWS, words)
        self._choose("activities", "primary", _ENTRY_ROWS, [yes])
        self._choose("activities", "factor", _ENTRY_ROWS, factors)

    def _range(self, key: str, name: str, count: int) -> str | None:
        if not count:
            return None
        column = letters(_place(SHEETS[key][1], name) + 1)
        return f"='{self._name(key)}'!${column}$2:${column}${count + 1}"

    def _choose(self, key: str, name: str, count: int, source: list[str] | str | None) -> None:
        if not count or source is None:
            return
        at = _place(SHEETS[key][1], name)
        # What is not in the list is told at the upload, with its place, rather than refused by the program.
        said = {"validate": "list", "source": source, "error_type": "information"}
        self.sheets[key].data_validation(1, at, count, at, said)


def _place(columns: Sequence[BookField], name: str) -> int:
    return next(at for at, column in enumerate(columns) if column.name == name)


def _answer(request: RequestView, content: BookContent) -> dict[str, Any]:
    theirs = request.customer_part
    linked = request.trade.upstream_trace_id
    label = next((name for name, part in content.parts.items() if part.trace_id == linked), None)
    return {
        "request_id": str(request.request_id),
        "customer": content.customers.get(request.trade.downstream_key, ""),
        "customer_part": theirs.name,
        "customer_label": theirs.label,
        "due": request.due_date,
        "message": request.message,
        "part": label,
    }


def _part(label: str, part: Part, content: BookContent) -> dict[str, Any]:
    statement = content.statements.get(part.trace_id)
    row: dict[str, Any] = {"trace_id": str(part.trace_id), "part": label, "label": part.label}
    return row if statement is None else row | values_of(statement)


def values_of(statement: Statement) -> dict[str, Any]:
    """The entry columns of a footprint as it is stated."""
    raw, production = (statement.declared.get(stage) for stage in (Stage.RAW_MATERIAL, Stage.PRODUCTION))
    share = statement.declared_pds
    return {
        "declared_unit": statement.declared_unit.value,
        "raw_own": None if raw is None else raw.own,
        "raw_component": None if raw is None else raw.component,
        "production_own": None if production is None else production.own,
        "production_component": None if production is None else production.component,
        "period_from": statement.period_from,
        "period_to": statement.period_to,
        "primary_share": None if share is None else share.scaleb(2),
    }


def _factor(one: Factor, language: Language) -> dict[str, Any]:
    return {
        "factor": str(one.ref),
        "name": one.name_ja if language == "ja" else one.name_en,
        "value": one.value,
        "unit": one.unit,
        "region": one.region,
    }
