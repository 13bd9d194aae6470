"""Operations on sheets: calculate, keep with its statement, look at, begin next year's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from renkei.commons.notifications.service import remind
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part
from renkei.commons.trades.service import trades_into
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.paging import Page, page_of
from renkei.kit.quantities import DECLARED_UNITS
from renkei.usecases.footprint.calculator import store
from renkei.usecases.footprint.calculator.documents import result_json
from renkei.usecases.footprint.calculator.engine import calculate, refs_of
from renkei.usecases.footprint.calculator.errors import SheetChanged, SheetMissing
from renkei.usecases.footprint.calculator.model import Calculation, Question, Renewal, Sheet, StoredSheet
from renkei.usecases.footprint.calculator.rules import NextSheet, faults_of, months_before, next_sheet
from renkei.usecases.footprint.errors import TradeMissing, UnitNotDeclarable
from renkei.usecases.footprint.factors.errors import FactorLicenceNeeded
from renkei.usecases.footprint.factors.model import Factor, FactorRef
from renkei.usecases.footprint.factors.service import factors_by_ref, note_calculated
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import Statement, StatementDraft
from renkei.usecases.footprint.service import footprints, put_statement

RENEWAL_MONTHS: Final = 12
"""A footprint is due for renewal when its period ended so long ago."""
RENEWAL_DUE: Final = "CFP_RENEWAL_DUE"
MOST_NAMED: Final = 50
"""Factors that a statement's method names; the sheet has them all."""


def calculate_sheet(tx: Transaction, sheet: Sheet) -> Calculation:
    """The result, and nothing is kept. Raises `PartMissing`, `TradeMissing`, `SeveralFaults`."""
    part, _ = _place(tx, sheet)
    return _calculated(tx, sheet, part)


def put_sheet(
    tx: Transaction,
    sheet: Sheet,
    *,
    replaces: int | None = None,
    draft: bool = False,
    follows_factors: bool = False,
) -> StoredSheet:
    """Keep a sheet and state the footprint that it gives; the sheet of the same part, trade and period is replaced.

    `replaces`: the version that was looked at; raises `SheetChanged` if it is not the present one any more.
    `draft`: keep it alone, to be gone on with later; no footprint is stated.
    `follows_factors`: nobody changed it, newer factors did (see `following`).
    A footprint of a later period stays: then the sheet is kept without a statement, and a question says so.
    Raises `PartMissing`, `TradeMissing`, and `SeveralFaults` with everything that makes the sheet impossible.
    """
    tx.caller.require(*WRITERS)
    part, trade_key = _place(tx, sheet)
    found = _calculated(tx, sheet, part)
    present = store.current(tx, part.part_key, trade_key, sheet)
    if replaces is not None and (present is None or present[1] != replaces):
        raise SheetChanged("/replaces", version=0 if present is None else present[1])
    sheet_id, version = (tx.new_id(), 1) if present is None else (present[0], present[1] + 1)
    former = _statement(tx, sheet.trace_id, trade_key)
    statement_id = None
    is_older = former is not None and former.period_to is not None and former.period_to > sheet.period_to
    if is_older and not draft:
        found = replace(found, questions=(*found.questions, Question(code="older_period")))
    elif not draft:
        said = _draft(sheet, found, former, sheet_id, version)
        if follows_factors:
            said = replace(said, follows_sheet=sheet_id)
        statement_id = put_statement(tx, said).statement_id
    store.insert(
        tx,
        part.part_key,
        trade_key,
        sheet,
        result_json(found, withheld=_licensed(tx, sheet)),
        sheet_id=sheet_id,
        version=version,
        statement_id=statement_id,
    )
    return sheet_version(tx, sheet_id)


def states_its_footprint(tx: Transaction, stored: StoredSheet) -> bool:
    """Whether what its part (or trade) states now came from this version of the sheet."""
    try:
        part, trade_key = _place(tx, stored.sheet)
    except (PartMissing, TradeMissing):
        return False
    stated = _statement(tx, part.trace_id, trade_key)
    return stated is not None and stated.method.get("sheet") == f"{stored.sheet_id}/{stored.version}"


def sheet_version(tx: Transaction, sheet_id: UUID, version: int | None = None) -> StoredSheet:
    """One version of an own sheet, or the present one. Raises `SheetMissing`."""
    found = store.listed(tx, sheet_id=sheet_id, version=version, limit=1)
    if not found:
        raise SheetMissing
    return found[0]


def sheets(
    tx: Transaction, trace_id: UUID, *, after: UUID | None = None, limit: int = 100
) -> Page[StoredSheet]:
    """The present sheets of an own part, newest first. Raises `PartMissing`."""
    part = own_part(tx, trace_id)
    found = store.listed(tx, part_key=part.part_key, after=after, limit=limit + 1)
    return page_of(found, limit, id_of=lambda one: one.sheet_id)


def begin_next(tx: Transaction, sheet_id: UUID) -> NextSheet:
    """Next year's sheet from this one, with what has to be asked for. Nothing is kept. Raises `SheetMissing`."""
    return next_sheet(sheet_version(tx, sheet_id).sheet)


def renewals(
    tx: Transaction, *, months: int = RENEWAL_MONTHS, after: UUID | None = None, limit: int = 100
) -> Page[Renewal]:
    """Own footprints whose period ended `months` ago or earlier, the oldest first: due for renewal."""
    found = store.due(tx, months_before(tx.now.date(), months), after=after, limit=limit + 1)
    return page_of(found, limit, id_of=lambda one: one.statement_id)


def owners_to_remind(tx: Transaction) -> list[tuple[int, UUID]]:
    """Operators with a value that is due for renewal, of which they were not told; as `renkei_engine`."""
    return store.owners_to_remind(tx, months_before(tx.now.date(), RENEWAL_MONTHS))


def remind_of_renewals(tx: Transaction) -> int:
    """Tell the caller of own values that came due for renewal (a daily duty), of each once; returns of how many.

    A value is that of a part and period: a recalculation of the same period is not told again, and while nothing newer
    is stated nothing more is said. Many that come due on one day are one notification.
    """
    told = store.reminded(tx, months_before(tx.now.date(), RENEWAL_MONTHS))
    remind(tx, RENEWAL_DUE, told)
    return len(told)


def _place(tx: Transaction, sheet: Sheet) -> tuple[Part, int | None]:
    part = own_part(tx, sheet.trace_id, "/trace_id")
    if sheet.trade_id is None:
        return part, None
    for trade in trades_into(tx, [part.part_key], KIND):
        if trade.trade_id == sheet.trade_id:
            return part, trade.trade_key
    raise TradeMissing("/trade_id")


def _calculated(tx: Transaction, sheet: Sheet, part: Part) -> Calculation:
    factors = _factors(tx, sheet)
    faults = faults_of(sheet, factors) + _faults_of_licences(sheet, factors)
    if sheet.declared_unit not in DECLARED_UNITS:
        allowed = ", ".join(unit.value for unit in DECLARED_UNITS)
        faults += UnitNotDeclarable("/declared_unit", unit=sheet.declared_unit.value, allowed=allowed).faults
    if faults:
        raise SeveralFaults(tuple(faults))
    found = calculate(sheet, factors, part.facts)
    note_calculated(tx, factors.values())
    if part.has_lines and any(one.component for one in found.stages.values()):
        more = Question(code="component_beside_structure")
        found = replace(found, questions=(*found.questions, more))
    return found


def _licensed(tx: Transaction, sheet: Sheet) -> frozenset[str]:
    """The licensed factors of a sheet, whose numbers do not stay in it: others of the company read it, too."""
    return frozenset(str(ref) for ref, one in _factors(tx, sheet).items() if one.restricted)


def _faults_of_licences(sheet: Sheet, factors: Mapping[FactorRef, Factor]) -> list[Fault]:
    """Licensed factors that whoever calculates has no seat for, each at its line."""
    faults: list[Fault] = []
    for number, line in enumerate(sheet.lines):
        named = {f"/lines/{number}/factor": line.factor} | {
            f"/lines/{number}/alternatives/{rule}": ref for rule, ref in line.alternatives.items()
        }
        for place, ref in named.items():
            of = None if ref is None else factors.get(ref)
            completing = None if of is None or of.upstream is None else factors.get(of.upstream)
            if any(one is not None and one.hidden for one in (of, completing)) and ref is not None:
                faults += FactorLicenceNeeded(place, set_id=ref.set_id).faults
    return faults


def _factors(tx: Transaction, sheet: Sheet) -> Mapping[FactorRef, Factor]:
    """The factors that a sheet names and those that complete them: two statements at most."""
    found = factors_by_ref(tx, refs_of(sheet))
    further = {one.upstream for one in found.values() if one.upstream is not None} - set(found)
    return found | (factors_by_ref(tx, further) if further else {})


def _statement(tx: Transaction, trace_id: UUID, trade_key: int | None) -> Statement | None:
    [view] = footprints(tx, [trace_id])
    if trade_key is None:
        return view.statement
    return next((one for one in view.trade_statements if one.trade_key == trade_key), None)


def _draft(
    sheet: Sheet, found: Calculation, former: Statement | None, sheet_id: UUID, version: int
) -> StatementDraft:
    method: dict[str, Any] = {
        "calculation": "activity" if sheet.split is None else "organisation",
        "calcMethod": "0" if sheet.split is None else "1",
        "sheet": f"{sheet_id}/{version}",
        "rule_set": f"{found.rule_set} {found.rule_set_version}",
        "factors": list(found.factors[:MOST_NAMED]),
        "gwp_sets": list(found.gwp_sets),
        "allocation": sheet.allocation.method,
        "partial": found.partial,
        "omitted": found.omitted,
        "proxies": sum(any(piece.proxy for piece in line.pieces) for line in found.lines),
    }
    if sheet.split is not None:
        method |= {"distribution_index": sheet.split.index, "distribution_level": sheet.split.level}
    return StatementDraft(
        trace_id=sheet.trace_id,
        cfp_id=None if former is None else former.cfp_id,
        declared_unit=sheet.declared_unit,
        declared=found.stages,
        quality=found.quality,
        categories=found.categories,
        primary_data_share=found.primary_data_share,
        gate_to_gate=found.gate_to_gate,
        method=method,
        component_scope=sheet.component_scope,
        period_from=sheet.period_from,
        period_to=sheet.period_to,
        trade_id=sheet.trade_id,
    )
