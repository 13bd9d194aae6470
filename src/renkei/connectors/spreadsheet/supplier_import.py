"""The supplier's workbook on its way back: read, rehearsed, stored.

Three things may stand in it: answers (an own part for a request that waits), footprints of parts, and activities of which
footprints are calculated. `plan` settles what every row means against what is stored; `carry_out` does it, each step by
the service of its room. What would change is found by doing it in a transaction that is rolled back (`rehearse`), so that
what is shown is what comes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import psycopg

from renkei.commons.parts.errors import ChangedMeanwhile
from renkei.commons.parts.model import Part
from renkei.commons.trades.model import RequestView
from renkei.commons.trades.service import link
from renkei.connectors.spreadsheet.activities import read_groups
from renkei.connectors.spreadsheet.book_fields import SHEETS, BookField
from renkei.connectors.spreadsheet.cells import date_of, plain_word, text_of
from renkei.connectors.spreadsheet.columns import Body, body_below, find_head
from renkei.connectors.spreadsheet.errors import (
    BookSheetMissing,
    CellMissing,
    CellNotDate,
    CellOutOfRange,
    CellUnknownUnit,
    NothingInBook,
    PartNameUnknown,
    RequestUnknown,
    SaidTwice,
    SheetsHidden,
    ValueJumped,
    ValueZero,
)
from renkei.connectors.spreadsheet.supplier_book import BookContent, gather, values_of
from renkei.connectors.spreadsheet.table import Findings, Place, Source, shortened
from renkei.connectors.spreadsheet.words import unit_of
from renkei.database.transaction import Database, Entry, Transaction
from renkei.kit.decimals import plain_text
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.quantities import DECLARED_UNITS, Unit, parse_unit
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint.calculator.model import Sheet
from renkei.usecases.footprint.calculator.service import put_sheet
from renkei.usecases.footprint.model import Emission, Stage, Statement, StatementDraft
from renkei.usecases.footprint.service import put_statement

KIND: Final = "workbook"
_ENTRIES: Final = (
    "declared_unit",
    "raw_own",
    "raw_component",
    "production_own",
    "production_component",
    "period_from",
    "period_to",
    "primary_share",
)
_AMOUNTS: Final = ("raw_own", "raw_component", "production_own", "production_component")
_JUMP: Final = 100
_MOST_TEXT: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A request that gets an own part."""

    request: RequestView
    label: str
    part: Part
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Stating:
    """A footprint that is stated; `former` is the one that holds now."""

    draft: StatementDraft
    label: str
    former: Statement | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculating:
    """Activities of one part and period; `places` are those of its lines."""

    sheet: Sheet
    label: str
    place: Place
    places: tuple[Place, ...]


Step = Answering | Stating | Calculating


@dataclass(slots=True)
class Plan:
    """What a workbook asks for, in the order in which it is done."""

    steps: list[Step] = field(default_factory=list)


def plan(tx: Transaction, source: Source, findings: Findings) -> Plan:
    """What every row means, against what is stored. What is wrong with rows goes into `findings`."""
    return _Reader(source, gather(tx, with_factors=False), findings).plan()


def carry_out(tx: Transaction, steps: Sequence[Step], findings: Findings) -> dict[str, list[dict[str, Any]]]:
    """Do it all; what was done. A step that a room refuses becomes faults at its place, and the others go on.

    With a fault nothing of the transaction may stay.
    """
    done: dict[str, list[dict[str, Any]]] = {"statements": [], "sheets": [], "answers": []}
    for step in steps:
        try:
            kind, said = _do(tx, step)
        except RenkeiError as error:
            for fault in error.faults:
                findings.note("fault", fault, _place(step, fault.pointer))
            if isinstance(error.__cause__, psycopg.Error):
                break  # the database takes no more statements in this transaction
        else:
            done[kind].append(said)
    return done


def _do(tx: Transaction, step: Step) -> tuple[str, dict[str, Any]]:
    if isinstance(step, Stating):
        put_statement(tx, step.draft)
        before = None if step.former is None else _values(values_of(step.former))
        return "statements", {"part": step.label, "before": before, "after": _values(_said(step.draft))}
    if isinstance(step, Calculating):
        stored = put_sheet(tx, step.sheet)
        sheet = step.sheet
        return "sheets", {
            "part": step.label,
            "period_from": sheet.period_from.isoformat(),
            "period_to": sheet.period_to.isoformat(),
            "lines": len(sheet.lines),
            "total": stored.result["total"],
            "unit": sheet.declared_unit.value,
            "questions": [
                {"en": one.get("en"), "ja": one.get("ja"), "line_id": one.get("line_id")}
                for one in stored.result["questions"]
            ],
        }
    link(tx, step.request.trade.trade_id, step.part.trace_id)
    return "answers", {
        "request_id": str(step.request.request_id),
        "customer_part": step.request.customer_part.name,
        "part": step.label,
    }


def _place(step: Step, pointer: str) -> Place:
    steps = pointer.split("/")
    if isinstance(step, Calculating) and len(steps) > 2 and steps[1] == "lines" and steps[2].isdigit():
        number = int(steps[2])
        return step.places[number] if number < len(step.places) else step.place
    return step.place


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None
    }


def _said(draft: StatementDraft) -> dict[str, Any]:
    raw, production = (
        draft.declared.get(stage, Emission()) for stage in (Stage.RAW_MATERIAL, Stage.PRODUCTION)
    )
    share = draft.primary_data_share
    return {
        "declared_unit": draft.declared_unit.value,
        "raw_own": raw.own,
        "raw_component": raw.component,
        "production_own": production.own,
        "production_component": production.component,
        "period_from": draft.period_from,
        "period_to": draft.period_to,
        "primary_share": None if share is None else share.scaleb(2),
    }


# -- rehearsing ------------------------------------------------------------------------------------------------------
class _RolledBackError(Exception):
    """Ends a rehearsal, so that nothing of it stays."""

    def __init__(self, changes: dict[str, list[dict[str, Any]]], fingerprint: str) -> None:
        super().__init__("rehearsed")
        self.changes = changes
        self.fingerprint = fingerprint


def rehearse(
    database: Database, entry: Entry, source: Source, findings: Findings
) -> tuple[dict[str, list[dict[str, Any]]] | None, str | None]:
    """What would be stored, and its fingerprint; None and None if anything is wrong. Nothing stays."""

    def work(tx: Transaction) -> None:
        found = plan(tx, source, findings)
        if findings.blocked:
            return
        changes = carry_out(tx, found.steps, findings)
        raise _RolledBackError(changes, fingerprint(found))

    try:
        database.run(entry, work)
    except _RolledBackError as rehearsed:
        if not findings.blocked:
            return rehearsed.changes, rehearsed.fingerprint
    return None, None


def perform(tx: Transaction, source: Source, *, expect: str | None) -> dict[str, int]:
    """Store it; how much. Raises `ChangedMeanwhile` if it is not what was shown."""
    findings = Findings()
    found = plan(tx, source, findings)
    if findings.blocked or fingerprint(found) != expect:
        raise ChangedMeanwhile
    done = carry_out(tx, found.steps, findings)
    if findings.blocked:
        raise ChangedMeanwhile
    return {kind: len(items) for kind, items in done.items()}


def fingerprint(found: Plan) -> str:
    """One text that is another one if any step is, or what it changes."""
    said = [
        (
            type(step).__name__,
            step.label,
            str(step.request.request_id) + str(step.request.trade.upstream_trace_id)
            if isinstance(step, Answering)
            else [_values(_said(step.draft)), None if step.former is None else str(step.former.statement_id)]
            if isinstance(step, Stating)
            else repr(step.sheet),
        )
        for step in found.steps
    ]
    return hashlib.sha256(dumps(said)).hexdigest()


# -- reading ---------------------------------------------------------------------------------------------------------
class _Reader:
    """Takes the sheets of one workbook."""

    def __init__(self, source: Source, content: BookContent, findings: Findings) -> None:
        self.source = source
        self.content = content
        self.findings = findings
        self.by_label = {plain_word(label): (label, part) for label, part in content.parts.items()}
        self.by_trace = {part.trace_id: (label, part) for label, part in content.parts.items()}
        self.requests = {one.request_id: one for one in content.requests}
        self.stated: dict[UUID, Stating] = {}
        self.answers: list[Answering] = []
        self.sheets: list[Calculating] = []

    def plan(self) -> Plan:
        """Everything in turn: footprints first, so that a request that gets its part is answered at once."""
        if self.source.hidden_sheets:
            self.findings.add("question", SheetsHidden(sheets=shortened(self.source.hidden_sheets)))
        bodies = {key: self._body(key) for key in ("answers", "parts", "activities")}
        if not any(bodies.values()):
            names = ", ".join(f"{ja} / {en}" for (ja, en), columns in SHEETS.values() if columns)
            self.findings.add("fault", BookSheetMissing(sheets=names))
            return Plan()
        if (body := bodies["parts"]) is not None:
            self._parts(body)
        if (body := bodies["answers"]) is not None:
            self._answers(body)
        if (body := bodies["activities"]) is not None:
            self._activities(body)
        steps: list[Step] = [*self.stated.values(), *self.sheets, *self.answers]
        if not steps and not self.findings.blocked:
            self.findings.add("fault", NothingInBook())
        return Plan(steps)

    def _body(self, key: str) -> Body | None:
        names, columns = SHEETS[key]
        for table in self.source.tables:
            if table.sheet not in names:
                continue
            words = {one.name: (one.ja, one.en) for one in columns}
            head = find_head(
                table, words, functools.partial(_has_all, columns), named={}, findings=self.findings
            )
            if head is None:
                missing = ", ".join(f"{one.ja} / {one.en}" for one in columns)
                self.findings.add("fault", CellMissing(heading=missing), Place(table.sheet, 1))
                return None
            fields = [one.name for one in columns if one.entry] if key != "parts" else ["trace_id"]
            body = body_below(table, head, self.findings, fields=fields, skip_hidden=False)
            body.tell_formulas(one.name for one in columns if one.entry)
            return body
        return None

    # .. cells ..
    def _fault(self, body: Body, error: RenkeiError, row: int, name: str | None = None) -> None:
        self.findings.add("fault", error, body.place(row, name))

    def _days(self, body: Body, name: str) -> list[date | None]:
        found = []
        for row, cell in enumerate(body.cells(name)):
            day = None if cell == "" else date_of(cell)
            if day is None and text_of(cell):
                self._fault(
                    body, CellNotDate(heading=body.heading(name), value=text_of(cell)[:60]), row, name
                )
            found.append(day)
        return found

    def _units(self, body: Body, name: str) -> list[Unit | None]:
        found = []
        for row, text in enumerate(body.texts(name, 100)):
            unit = parse_unit(unit_of(text, {}) or "") if text else None
            if text and unit not in DECLARED_UNITS:
                self._fault(body, CellUnknownUnit(heading=body.heading(name), value=text[:60]), row, name)
                unit = None
            found.append(unit)
        return found

    def _own_part(self, body: Body, row: int, text: str) -> tuple[str, Part] | None:
        found = self.by_label.get(plain_word(text))
        if found is None:
            self._fault(body, PartNameUnknown(value=text[:60]), row, "part")
        return found

    # .. sheets ..
    def _parts(self, body: Body) -> None:
        entries = self._entries(body)
        for row, text in enumerate(body.texts("trace_id", 100)):
            trace_id = parse_id(text)
            found = None if trace_id is None else self.by_trace.get(trace_id)
            if found is None:
                self._fault(body, PartNameUnknown(value=text[:60]), row, "trace_id")
            elif entries[row]:
                self._state(body, row, found, entries[row])

    def _answers(self, body: Body) -> None:
        entries = self._entries(body)
        parts = body.texts("part", _MOST_TEXT)
        seen: dict[UUID, int] = {}
        for row, text in enumerate(body.texts("request_id", 100)):
            request = self.requests.get(parse_id(text) or UUID(int=0))
            if request is None:
                if parts[row] or entries[row]:
                    self._fault(body, RequestUnknown(value=text[:60]), row, "request_id")
                continue
            if not parts[row]:
                if entries[row]:
                    self._fault(body, CellMissing(heading=body.heading("part")), row, "part")
                continue
            first = seen.setdefault(request.request_id, row)
            if first != row:
                self._fault(body, SaidTwice(row=body.table.row_numbers[body.at[first]]), row, "request_id")
                continue
            found = self._own_part(body, row, parts[row])
            if found is None:
                continue
            label, part = found
            if request.trade.upstream_trace_id != part.trace_id:
                self.answers.append(
                    Answering(request=request, label=label, part=part, place=body.place(row, "part"))
                )
            if entries[row]:
                self._state(body, row, found, entries[row])

    def _entries(self, body: Body) -> list[dict[str, Any]]:
        """The footprint that each row states: what is filled in."""
        columns: dict[str, Sequence[Any]] = {"declared_unit": self._units(body, "declared_unit")}
        for name in (*_AMOUNTS, "primary_share"):
            columns[name] = body.numbers(name)
        for name in ("period_from", "period_to"):
            columns[name] = self._days(body, name)
        for row, share in enumerate(columns["primary_share"]):
            if share is not None and not 0 <= share <= 100:
                said = {"value": plain_text(share), "minimum": "0", "maximum": "100"}
                error = CellOutOfRange(heading=body.heading("primary_share"), **said)
                self._fault(body, error, row, "primary_share")
        return [
            {name: columns[name][row] for name in _ENTRIES if columns[name][row] is not None}
            for row in range(len(body))
        ]

    def _state(self, body: Body, row: int, found: tuple[str, Part], entry: dict[str, Any]) -> None:
        """A footprint, if the row says another than holds now."""
        label, part = found
        former = self.content.statements.get(part.trace_id)
        if former is not None and _entry_of(former) == entry:
            return
        place = body.place(row)
        if "declared_unit" not in entry:
            self._fault(body, CellMissing(heading=body.heading("declared_unit")), row, "declared_unit")
            return
        if not any(name in entry for name in _AMOUNTS):
            self._fault(body, CellMissing(heading=body.heading("production_own")), row, "production_own")
            return
        draft = _draft(part, entry, former)
        held = self.stated.get(part.trace_id)
        if held is not None:
            if held.draft != draft:
                self.findings.add("fault", SaidTwice(row=held.place.row or 0), place)
            return
        self._ask_about(body, row, label, entry, former)
        self.stated[part.trace_id] = Stating(draft=draft, label=label, former=former, place=place)

    def _ask_about(
        self, body: Body, row: int, label: str, entry: Mapping[str, Any], former: Statement | None
    ) -> None:
        total = sum((entry.get(name, Decimal(0)) for name in _AMOUNTS), Decimal(0))
        if not total:
            self.findings.add("question", ValueZero(part=label), body.place(row, "production_own"))
        if former is None or former.declared_unit is not entry["declared_unit"]:
            return
        before = sum((values_of(former).get(name) or Decimal(0) for name in _AMOUNTS), Decimal(0))
        low, high = sorted((abs(total), abs(before)))
        if low and high >= low * _JUMP:
            said = {"part": label, "before": plain_text(before), "after": plain_text(total)}
            self.findings.add("question", ValueJumped(**said), body.place(row, "production_own"))

    def _activities(self, body: Body) -> None:
        for group in read_groups(body, self.findings, usual_unit=self._usual_unit):
            found = self._own_part(body, group.rows[0], group.label)
            if found is None:
                continue
            label, part = found
            self.sheets.append(
                Calculating(
                    sheet=replace(group.sheet, trace_id=part.trace_id),
                    label=label,
                    place=body.place(group.rows[0]),
                    places=tuple(body.place(row) for row in group.rows),
                )
            )

    def _usual_unit(self, label: str) -> Unit | None:
        found = self.by_label.get(plain_word(label))
        return None if found is None or found[1].unit is None else parse_unit(found[1].unit)


def _has_all(columns: Sequence[BookField], found: Collection[str]) -> bool:
    return {one.name for one in columns} <= set(found)


def _entry_of(former: Statement) -> dict[str, Any]:
    """What a row says that repeats a statement."""
    said = values_of(former) | {"declared_unit": former.declared_unit}
    return {name: value for name, value in said.items() if value is not None}


def _draft(part: Part, entry: Mapping[str, Any], former: Statement | None) -> StatementDraft:
    """The statement that a row makes; what the workbook has no column for stays as it was."""
    declared = {} if former is None else dict(former.declared)
    for stage, own, component in (
        (Stage.RAW_MATERIAL, "raw_own", "raw_component"),
        (Stage.PRODUCTION, "production_own", "production_component"),
    ):
        if own in entry or component in entry:
            declared[stage] = Emission(own=entry.get(own), component=entry.get(component))
        else:
            declared.pop(stage, None)
    share = entry.get("primary_share")
    draft = StatementDraft(
        trace_id=part.trace_id,
        declared_unit=entry["declared_unit"],
        declared=declared,
        primary_data_share=None if share is None else share.scaleb(-2),
        period_from=entry.get("period_from"),
        period_to=entry.get("period_to"),
    )
    if former is None:
        return draft
    return replace(
        draft,
        cfp_id=former.cfp_id,
        quality=former.declared_quality,
        categories=former.declared_categories,
        gate_to_gate=former.gate_to_gate,
        method=former.method,
        component_scope=former.component_scope,
    )
