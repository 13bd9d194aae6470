"""Operations on footprints. Every function acts as the transaction's operator and sees its own rows only.

A write recalculates the part and everything own above it in the same transaction; what crosses to customers goes by the
reaction to `disclosure` and their own inboxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.consents.model import Delivery
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part, part_from
from renkei.commons.parts.service import part_keys as own_parts
from renkei.commons.trades.model import TradeOut
from renkei.commons.trades.service import mark_answered, trades_into, trades_out_of
from renkei.database.caller import WRITERS
from renkei.database.round_trip import Question, Rows
from renkei.database.transaction import Event, Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.paging import Page, page_of
from renkei.kit.quantities import DECLARED_UNITS, NotConvertible, Unit, convert, merge_facts, parse_unit
from renkei.kit.remembered import RememberedBytes
from renkei.usecases.footprint import documents, glance_store, store
from renkei.usecases.footprint.calculation import ONE, ZERO
from renkei.usecases.footprint.errors import (
    BadNumber,
    NotBought,
    StatementExists,
    StatementMissing,
    TradeMissing,
    UnitNotDeclarable,
)
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import (
    NO_QUALITY,
    Answer,
    Cause,
    Estimate,
    EstimateDraft,
    FootprintView,
    Quality,
    Response,
    Scope,
    Stage,
    Statement,
    StatementDraft,
    Value,
)
from renkei.usecases.footprint.recalculation import recalculate

LARGEST: Final = Decimal("1E+15")
"""kgCO2e per unit: more than the world emits in a year; a typing error beyond that."""
WORST_QUALITY: Final = Decimal("99999.99999")
"""Largest indicator at any door (the Ouranos contract's; `/v1` asks for 1 to 5)."""


def put_statement(tx: Transaction, draft: StatementDraft) -> Statement:
    """State a part's footprint, and carry it up through the own structures.

    The first statement completes the requests that are linked to the part. Raises `PartMissing`, `TradeMissing`,
    `StatementExists` (a first one, where there is one), `StatementMissing` (an id that is not this footprint's), and
    `SeveralFaults` with what is wrong with the numbers.
    """
    tx.caller.require(*WRITERS)
    faults = _faults(draft)
    if faults:
        raise SeveralFaults(tuple(faults))
    part = own_part(tx, draft.trace_id, "/trace_id")
    trade_key = None if draft.trade_id is None else _trade_into(tx, part, draft.trade_id)
    current = {one.trade_key: one for one in store.read_stated(tx, [part.part_key]).statements}
    former = current.get(trade_key)
    if draft.cfp_id is None and former is not None:
        raise StatementExists("/cfp_id")
    if draft.cfp_id is not None and (former is None or former.cfp_id != draft.cfp_id):
        raise StatementMissing("/cfp_id")
    scope = draft.component_scope or _scope_set(tx, former or current.get(None))
    said = Statement(
        statement_key=0,
        statement_id=tx.new_id(),
        cfp_id=former.cfp_id if former is not None else tx.new_id(),
        part_key=part.part_key,
        trade_key=trade_key,
        version=0,
        declared_unit=draft.declared_unit,
        component_scope=scope,
        declared=draft.declared,
        declared_quality=draft.quality,
        declared_categories=draft.categories,
        declared_pds=draft.primary_data_share,
        gate_to_gate=draft.gate_to_gate,
        method=draft.method,
        in_force=Value(stages={}),
        sources=(),
        structure_key=part.structure_key,
        period_from=draft.period_from,
        period_to=draft.period_to,
        causes=_causes(draft),
        automatic=draft.follows_sheet is not None,
        created_by=tx.caller.actor,
        created_at=tx.now,
        superseded_at=None,
    )
    written = recalculate(tx, [part.part_key], {(part.part_key, trade_key): said})
    if former is None:
        mark_answered(tx, KIND, [part.part_key])
    return written[(part.part_key, trade_key)]


def _causes(draft: StatementDraft) -> tuple[Cause, ...]:
    if draft.follows_sheet is not None:
        return (Cause(kind="factors", ids=(draft.follows_sheet,)),)
    confirmed = () if draft.confirms is None else (Cause(kind="confirmed", ids=(draft.confirms,)),)
    return (Cause(kind="declared"), *confirmed)


def _scope_set(tx: Transaction, said: Statement | None) -> Scope:
    """The part's setting: how its owner said what is stated now; at first that of the application key."""
    if said is None or (said.component_scope == "whole" and store.only_confirmed(tx, said)):
        return tx.caller.component_scope
    return said.component_scope


def _trade_into(tx: Transaction, part: Part, trade_id: UUID) -> int:
    for trade in trades_into(tx, [part.part_key], KIND):
        if trade.trade_id == trade_id:
            return trade.trade_key
    raise TradeMissing("/trade_id")


def footprints(tx: Transaction, trace_ids: Sequence[UUID]) -> list[FootprintView]:
    """What there is to see of the own parts among `trace_ids`, in that order. At most 4 statements."""
    parts = own_parts(tx, trace_ids)
    return footprints_of(tx, [parts[trace_id] for trace_id in trace_ids if trace_id in parts])


def footprints_of(tx: Transaction, parts: Sequence[Part]) -> list[FootprintView]:
    """What there is to see of own parts that are at hand, in their order. At most 3 statements."""
    views, inbox = _views(tx, parts)
    consents.note_reads(tx, inbox.values())
    return views


def glance(trace_ids: Sequence[UUID], now: datetime) -> Question:
    """The question that `shown` needs the answer to; it may be sent along with the entry of the transaction."""
    return glance_store.ask(trace_ids, KIND, now)


def shown(
    tx: Transaction,
    glanced: Rows,
    remembered: RememberedBytes,
    show: Callable[[FootprintView], bytes],
) -> list[bytes]:
    """`show` of what `footprints` gives for the parts of a glance, in its order; taken from memory where nothing changed.

    Three statements at most, none if all is remembered. `glanced` must be of the same moment as what is read in `tx` (see
    `Database.run`); `show` must follow from the view alone, and always be the same.
    """
    prints = glance_store.fingerprints(glanced)
    found = {place: remembered.get(fingerprint) for place, fingerprint in prints.items()}
    missing = [place for place, piece in found.items() if piece is None]
    if missing:
        rows = glance_store.rows_of_parts(glanced)
        views, _ = _views(tx, [part_from(tx, rows[place]) for place in missing])
        for place, view in zip(missing, views, strict=True):
            piece = found[place] = show(view)
            remembered.put(prints[place], piece)
    consents.note_reads_of(tx, glance_store.delivered(glanced))
    return [piece for piece in found.values() if piece is not None]


def _views(tx: Transaction, parts: Sequence[Part]) -> tuple[list[FootprintView], Mapping[int, Delivery]]:
    """The views, and the deliveries that are shown in them."""
    stated = store.read_stated(tx, [part.part_key for part in parts])
    told = {one.part_key for one in stated.statements if one.trade_key is None}
    bought = [
        part.part_key
        for part in parts
        if not part.terminated and not part.has_lines and (part.is_child or part.part_key not in told)
    ]
    trades: dict[int, list[TradeOut]] = {}
    for trade in trades_out_of(tx, bought, KIND) if bought else ():
        trades.setdefault(trade.downstream_part_key, []).append(trade)
    inbox = consents.inbox(tx, KIND, [trade.trade_key for found in trades.values() for trade in found])
    views = []
    for part in parts:
        own = [one for one in stated.statements if one.part_key == part.part_key]
        views.append(
            FootprintView(
                part=part,
                statement=next((one for one in own if one.trade_key is None), None),
                response=_response(part, trades.get(part.part_key, ()), inbox),
                trade_statements=tuple(one for one in own if one.trade_key is not None),
                estimates=tuple(one for one in stated.estimates if one.part_key == part.part_key),
            )
        )
    return views, inbox


def history(
    tx: Transaction,
    of: UUID | Part,
    trade_id: UUID | None = None,
    *,
    after: UUID | None = None,
    at: datetime | None = None,
    limit: int = 100,
) -> Page[Statement]:
    """Versions of a part's footprint, newest first; `at`: only the one that was current at that moment.

    Raises `PartMissing`, `TradeMissing`.
    """
    part = own_part(tx, of)
    trade_key = None if trade_id is None else _trade_into(tx, part, trade_id)
    rows = store.read_history(tx, part.part_key, trade_key, after=after, at=at, limit=limit + 1)
    return page_of(rows, limit, id_of=lambda one: one.statement_id)


def put_estimate(tx: Transaction, draft: EstimateDraft) -> Estimate | None:
    """Give an own bought part (or one trade of it) the buyer's own value, until its supplier discloses one.

    Raises `PartMissing`, `TradeMissing`, `NotBought`, and `SeveralFaults` with what is wrong with the numbers.
    """
    tx.caller.require(*WRITERS)
    faults = [
        *_faults_of_unit(draft.declared_unit),
        *(fault for stage, x in (draft.stages or {}).items() for fault in _faults_of(x, f"/stages/{stage}")),
        *_faults_of_quality(draft.quality),
    ]
    if faults:
        raise SeveralFaults(tuple(faults))
    part = own_part(tx, draft.trace_id, "/trace_id")
    if part.terminated or part.has_lines:
        raise NotBought("/trace_id")
    trade_key = None
    if draft.trade_id is not None:
        found = {trade.trade_id: trade.trade_key for trade in trades_out_of(tx, [part.part_key], KIND)}
        if draft.trade_id not in found:
            raise TradeMissing("/trade_id")
        trade_key = found[draft.trade_id]
    estimate = store.replace_estimate(tx, draft, part.part_key, trade_key)
    tx.mark("part_inputs", [part.part_key])
    tx.emit(
        Event("jp.renkei.estimate.changed.v1", tx.caller.operator_key, part.trace_id, {"part": part.part_key})
    )
    return estimate


def estimates(tx: Transaction, trace_ids: Iterable[UUID]) -> list[Estimate]:
    """The current estimates of the own parts among `trace_ids`."""
    parts = own_parts(tx, trace_ids)
    return list(store.read_stated(tx, [part.part_key for part in parts.values()]).estimates)


# -- the suppliers' answer -------------------------------------------------------------------------------------------
def _response(part: Part, trades: Iterable[TradeOut], inbox: Mapping[int, Delivery]) -> Response | None:
    """The answers of the trades of a bought part in one; None as long as none is COMPLETED."""
    answers = tuple(_answer(trade, inbox.get(trade.trade_key)) for trade in trades)
    if not any(answer.answered for answer in answers):
        return None
    disclosed = [
        answer for answer in answers if answer.stages is not None and answer.declared_unit is not None
    ]
    units = {answer.declared_unit for answer in disclosed}
    own_unit = parse_unit(part.unit)
    unit = units.pop() if len(units) == 1 else own_unit
    unit = unit if unit in DECLARED_UNITS else Unit.UNIT
    assert unit is not None
    weighted = [
        (answer, amount)
        for answer in disclosed
        if answer.share
        for amount in [_per(unit, answer, part)]
        if amount is not None
    ]
    share = ZERO
    for answer, _ in weighted:
        share = CONTEXT.add(share, answer.share)
    rated = [answer for answer in answers if answer.quality is not None and answer.share]
    return Response(
        answers=answers,
        stages=_mean_stages(weighted, share) if share else None,
        quality=_mean_quality(rated),
        declared_unit=unit,
        coverage_deep=_mean_coverage(weighted, share) if share else None,
        answered_share=to_15_digits(share),
    )


def _answer(trade: TradeOut, delivery: Delivery | None) -> Answer:
    payload = {} if delivery is None else delivery.payload
    total, pds, own = payload.get("total"), payload.get("pds"), payload.get("gate_to_gate")
    rated, split = payload.get("quality"), payload.get("categories")
    return Answer(
        trade_id=trade.trade_id,
        upstream_operator_id=trade.upstream_operator_id,
        upstream_trace_id=trade.upstream_trace_id,
        share=to_15_digits(trade.share),
        answered=trade.linked and trade.state == "COMPLETED",
        stages=None if total is None else documents.read_amounts(total["stages"]),
        quality=None if rated is None else documents.read_quality(rated["stages"]),
        declared_unit=None if total is None else parse_unit(total["unit"]),
        coverage_deep=None if total is None else Decimal(total["coverage_deep"]),
        primary_data_share=None if pds is None else Decimal(pds["value"]),
        gate_to_gate=None if own is None else documents.decimal(own["value"]),
        categories=None if split is None else documents.read_categories(split["split"]),
        facts=documents.read_facts(total or {}),
        statement_version=None if delivery is None else delivery.statement_version,
        delivered_at=None if delivery is None else delivery.delivered_at,
    )


def _per(unit: Unit, answer: Answer, part: Part) -> Decimal | None:
    """How many units of the answer one `unit` of the customer's part is."""
    assert answer.declared_unit is not None
    found = convert(ONE, unit, answer.declared_unit, merge_facts(part.facts, answer.facts))
    return None if isinstance(found, NotConvertible) else found


def _mean_stages(weighted: Sequence[tuple[Answer, Decimal]], share: Decimal) -> dict[Stage, Decimal]:
    found: dict[Stage, Decimal] = {}
    for answer, amount in weighted:
        for stage, total in (answer.stages or {}).items():
            part = CONTEXT.multiply(CONTEXT.multiply(total, amount), answer.share)
            found[stage] = CONTEXT.add(found.get(stage, ZERO), part)
    return {stage: to_15_digits(CONTEXT.divide(total, share)) for stage, total in found.items()}


def _mean_quality(rated: Sequence[Answer]) -> dict[Stage, Quality]:
    """Weighted by share and, where every answer tells its emissions, by those; of a single answer as it is."""
    if len(rated) == 1:
        return dict(rated[0].quality or {})
    found: dict[Stage, Quality] = {}
    told = all(answer.stages is not None for answer in rated)
    for stage in Stage:
        indicators: list[Decimal | None] = []
        for name in ("ter", "ger", "tir"):
            above, below = ZERO, ZERO
            for answer in rated:
                indicator: Decimal | None = getattr((answer.quality or {}).get(stage, NO_QUALITY), name)
                weight = answer.share
                if told:
                    weight = CONTEXT.multiply(weight, abs((answer.stages or {}).get(stage, ZERO)))
                if indicator:
                    above = CONTEXT.add(above, CONTEXT.multiply(weight, indicator))
                    below = CONTEXT.add(below, weight)
            indicators.append(to_15_digits(CONTEXT.divide(above, below)) if below else None)
        if any(indicators):
            found[stage] = Quality(*indicators)
    return found


def _mean_coverage(weighted: Sequence[tuple[Answer, Decimal]], share: Decimal) -> Decimal:
    total = ZERO
    for answer, _ in weighted:
        total = CONTEXT.add(total, CONTEXT.multiply(answer.share, answer.coverage_deep or ZERO))
    return to_15_digits(CONTEXT.divide(total, share))


# -- what can be wrong with numbers ----------------------------------------------------------------------------------
def _faults(draft: StatementDraft) -> list[Fault]:
    faults = [*_faults_of_unit(draft.declared_unit)]
    for stage, emission in draft.declared.items():
        for name in ("own", "component"):
            faults += _faults_of(getattr(emission, name), f"/declared/{stage}/{name}")
    faults += _faults_of_quality(draft.quality)
    for category, split in draft.categories.items():
        for stage, amount in split.items():
            faults += _faults_of(amount, f"/categories/{category}/{stage}")
    faults += _faults_of(draft.gate_to_gate, "/gate_to_gate")
    share = draft.primary_data_share
    if share is not None and not (share.is_finite() and ZERO <= share <= ONE):
        faults += BadNumber("/primary_data_share").faults
    if draft.period_from and draft.period_to and draft.period_to < draft.period_from:
        faults += BadNumber("/period_to").faults
    return faults


def _faults_of_unit(unit: Unit) -> Sequence[Fault]:
    if unit in DECLARED_UNITS:
        return ()
    allowed = ", ".join(one.value for one in DECLARED_UNITS)
    return UnitNotDeclarable("/declared_unit", unit=unit.value, allowed=allowed).faults


def _faults_of(x: Decimal | None, pointer: str) -> Sequence[Fault]:
    return () if x is None or (x.is_finite() and abs(x) <= LARGEST) else BadNumber(pointer).faults


def _faults_of_quality(quality: Mapping[Stage, Quality]) -> list[Fault]:
    return [
        fault
        for stage, rated in quality.items()
        for name in ("ter", "ger", "tir")
        for x in [getattr(rated, name)]
        if x is not None and not (x.is_finite() and ZERO <= x <= WORST_QUALITY)
        for fault in BadNumber(f"/quality/{stage}/{name}").faults
    ]
