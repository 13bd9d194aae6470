"""Everything that a company owns, as one workbook or as text files in a ZIP.

Plants, parts, structures, footprints, requests, consents; and as they are stored, files (their names), groups, certificates,
declarations, estimates, factor sets, calculation sheets, policies, verifications. What others disclosed to it is not its
own and is not in it. Texts are written as texts; in a text file one that a spreadsheet program would take for a formula
gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

import xlsxwriter

from renkei.commons.consents.model import Consent
from renkei.commons.consents.service import consents_of
from renkei.commons.operators.export import export_rows
from renkei.commons.operators.service import plants
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import list_parts, whole_graph
from renkei.commons.trades.model import RequestView
from renkei.commons.trades.service import find_requests
from renkei.connectors.spreadsheet.errors import TooMuchToExport
from renkei.database.transaction import Transaction
from renkei.kit.decimals import plain_text
from renkei.kit.paging import Page, page_of
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint.model import STAGES, Statement
from renkei.usecases.footprint.service import footprints

T = TypeVar("T")
Format = Literal["xlsx", "csv"]
Rows = list[list[Any]]

_PAGE: Final = 5_000
_MOST_IN_CELL: Final = 32_767
"""Characters of a cell (ECMA-376, part 1, section 18.18)."""
_TOO_LONG: Final = "(too long for a cell: take the CSV files or /v1/export)"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes a text beginning with for a formula (OWASP, CSV injection)."""


def gather(tx: Transaction, *, limit: int) -> dict[str, Rows]:
    """Table by table, the first row its headings. Raises `TooMuchToExport` beyond `limit` rows together."""
    counted = _Counted(limit)
    parts = list(counted(_all(lambda after: list_parts(tx, after=after, limit=_PAGE))))
    names = {part.part_key: part.name for part in parts}
    tables: dict[str, Rows] = {
        "plants": [_PLANTS, *([p.plant_id, p.open_plant_id, p.name, p.address] for p in plants(tx))],
        "parts": [_PARTS, *(_part(part) for part in parts)],
        "structures": [_LINES, *counted(_lines(tx, names))],
    }
    stated: Rows = [_FOOTPRINTS]
    for view in footprints(tx, [part.trace_id for part in parts]):
        if view.statement is not None:
            stated.append(_statement(view.part, view.statement, None))
        stated += [_statement(view.part, one, one.trade_key) for one in view.trade_statements]
    tables["footprints"] = stated
    for name, target in _TARGETS.items():
        found = counted(_all(partial(_requests, tx, target)))
        tables[name] = [_REQUESTS, *(_request(one) for one in found)]
    decided = counted(_all(partial(_consents, tx)))
    tables["consents"] = [
        _CONSENTS,
        *(
            [
                one.consent_id,
                one.version,
                one.trace_id,
                one.consumer_id,
                one.kind,
                " ".join(sorted(one.attributes)),
                one.purpose,
                one.state,
                one.valid_from,
                one.valid_until,
            ]
            for one in decided
        ),
    ]
    further: dict[str, list[Mapping[str, object]]] = {name: [] for name in _AS_STORED.values()}
    for table, row in counted(export_rows(tx, _AS_STORED)):
        further[_AS_STORED[table]].append(row)
    return tables | {name: _as_rows(rows) for name, rows in further.items()}


def _as_rows(found: Sequence[Mapping[str, object]]) -> Rows:
    """One column for each name that any row has; what is no plain value is JSON."""
    names = list(dict.fromkeys(name for row in found for name in row))
    return [names, *([_plain(row.get(name)) for name in names] for row in found)]


def _plain(value: object) -> object:
    return dumps(value).decode() if isinstance(value, dict | list | tuple) else value


_AS_STORED: Final[Mapping[str, str]] = {
    "commons.files": "files",
    "commons.selection_members": "group_and_family_members",
    "commons.selections": "groups_and_families",
    "footprint.certificates": "certificates",
    "footprint.declarations": "declarations",
    "footprint.estimates": "estimates",
    "footprint.factor_sets": "factor_sets",
    "footprint.factors": "factors",
    "footprint.sheets": "sheets",
    "footprint.update_policies": "update_policies",
    "footprint.verifications": "verifications",
}
"""Tables that go along as they are stored, and the sheets they become."""
_TARGETS: Final[Mapping[str, Literal["REQUEST", "RESPONSE"]]] = {
    "requests_sent": "REQUEST",
    "requests_received": "RESPONSE",
}
_PLANTS: Final = ["plant_id", "open_plant_id", "name", "address"]
_PARTS: Final = [
    "trace_id", "plant_id", "name", "support_name", "label", "unit", "terminated", "mass_kg_per_unit",
    "density_kg_per_liter", "info1", "info2", "info3", "created_at", "updated_at",
]  # fmt: skip
_LINES: Final = [
    "parent_trace_id", "parent", "position", "child_trace_id", "child", "amount", "unit", "base_quantity", "sourcing",
    "counted_by", "phantom", "alternative_group", "usage_share",
]  # fmt: skip
_FOOTPRINTS: Final = [
    "trace_id", "name", "for_one_customer", "version", "statement_id", "declared_unit", "component_scope",
    *(f"{stage.value}_{origin}" for stage in STAGES for origin in ("own", "component", "total")),
    "primary_data_share", "period_from", "period_to", "created_at",
]  # fmt: skip
_REQUESTS: Final = [
    "request_id", "kind", "state", "downstream_operator_id", "downstream_trace_id", "upstream_operator_id",
    "upstream_trace_id", "customer_part", "message", "reply", "due_date", "period_from", "period_to", "created_at",
]  # fmt: skip
_CONSENTS: Final = [
    "consent_id", "version", "trace_id", "consumer_id", "kind", "attributes", "purpose", "state", "valid_from",
    "valid_until",
]  # fmt: skip


class _Counted:
    """Lets rows through up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0

    def __call__(self, rows: Iterable[T]) -> Iterator[T]:
        for row in rows:
            self._count += 1
            if self._count > self._limit:
                raise TooMuchToExport(maximum=self._limit)
            yield row


def _all(read: Callable[[UUID | None], Page[T]]) -> Iterator[T]:
    after: UUID | None = None
    while True:
        page = read(after)
        yield from page.items
        if page.next_cursor is None:
            return
        after = page.next_cursor


def _requests(
    tx: Transaction, target: Literal["REQUEST", "RESPONSE"], after: UUID | None
) -> Page[RequestView]:
    return find_requests(tx, target, after=after, limit=_PAGE)


def _consents(tx: Transaction, after: UUID | None) -> Page[Consent]:
    found = consents_of(tx, after=after, limit=_PAGE + 1)
    return page_of(found, _PAGE, id_of=lambda one: one.consent_id)


def _part(one: Part) -> list[Any]:
    return [
        one.trace_id, one.plant_id, one.name, one.support_name, one.label, one.unit, one.terminated, one.mass_kg_per_unit,
        one.density_kg_per_liter, one.info1, one.info2, one.info3, one.created_at, one.updated_at,
    ]  # fmt: skip


def _lines(tx: Transaction, names: Mapping[int, str]) -> Iterator[list[Any]]:
    graph = whole_graph(tx)
    for parent, lines in sorted(graph.lines.items(), key=lambda one: names.get(one[0], "")):
        for line in lines:
            child = graph.parts[line.child_key]
            yield [
                graph.parts[parent].trace_id, names.get(parent), line.position, child.trace_id, child.name, line.amount,
                line.unit, line.base_quantity, line.sourcing, line.counted_by, line.phantom, line.alternative_group,
                line.usage_share,
            ]  # fmt: skip


def _statement(part: Part, one: Statement, trade_key: int | None) -> list[Any]:
    values: list[Any] = []
    for stage in STAGES:
        declared, total = one.declared.get(stage), one.in_force.stages.get(stage)
        values += [
            None if declared is None else declared.own,
            None if declared is None else declared.component,
            None if total is None else total.total,
        ]
    return [
        part.trace_id, part.name, trade_key is not None, one.version, one.statement_id, one.declared_unit.value,
        one.component_scope, *values, one.declared_pds, one.period_from, one.period_to, one.created_at,
    ]  # fmt: skip


def _request(one: RequestView) -> list[Any]:
    trade = one.trade
    return [
        one.request_id, one.kind, one.state, trade.downstream_operator_id, trade.downstream_trace_id,
        trade.upstream_operator_id, trade.upstream_trace_id, one.customer_part.name, one.message, one.reply_message,
        one.due_date, one.period_from, one.period_to, one.created_at,
    ]  # fmt: skip


# -- writing -----------------------------------------------------------------------------------------------------------
def as_workbook(tables: Mapping[str, Rows]) -> bytes:
    """One sheet a table."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    for name, rows in tables.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, bool):
                    sheet.write_boolean(number, column, cell)
                elif isinstance(cell, int | float | Decimal):
                    sheet.write_number(number, column, cell)
                elif isinstance(cell, date) and not isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, day)
                elif cell is not None:
                    text = _text(cell)
                    sheet.write_string(number, column, text if len(text) <= _MOST_IN_CELL else _TOO_LONG)
    book.close()
    return file.getvalue()


def as_texts(tables: Mapping[str, Rows]) -> bytes:
    """A ZIP with one CSV file a table, UTF-8 with the mark that Excel looks for."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
            package.writestr(f"{name}.csv", text.getvalue().encode("utf-8-sig"))
    return file.getvalue()


def _text(cell: object) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _harmless(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return plain_text(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = _text(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text
