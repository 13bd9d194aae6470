"""Questions about own values before they are sent, and about answers when they came. They stop nothing.

What is asked about an answer is for its receiver, who may accept it, query it or return it with a reason
(`commons.trades.service.review`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents.service import note_reads_of
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part, structure_of
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.paging import Page, page_of
from renkei.kit.quantities import NotConvertible, Unit, convert, parse_unit
from renkei.usecases.footprint.calculator import service as sheets
from renkei.usecases.footprint.calculator.errors import SheetMissing
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import Estimate, Stage, Statement
from renkei.usecases.footprint.plausibility import store
from renkei.usecases.footprint.plausibility.rules import (
    Asked,
    Bounds,
    beside,
    bounds,
    mass_question,
    median,
    questions,
)
from renkei.usecases.footprint.plausibility.words import SENTENCES
from renkei.usecases.footprint.rules import total
from renkei.usecases.footprint.service import estimates, footprints, history

_ZERO: Final = Decimal(0)
_STEM: Final = re.compile(r"[\d\s_\-/.:（）()#].*", re.DOTALL)
_SHORTEST_STEM: Final = 2
MOST_SUPPLIERS: Final = 5_000
"""Answers that are held beside each other at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One supplier's answer for a bought part, with what is asked about it. `total` None: it is not disclosed."""

    trade_id: UUID
    trace_id: UUID
    supplier_id: UUID
    total: Decimal | None
    unit: str | None
    estimate: Decimal | None
    before: Decimal | None
    asked: tuple[Asked, ...]


# -- before sending ----------------------------------------------------------------------------------------------------
def of_own(tx: Transaction, trace_id: UUID) -> tuple[Asked, ...]:
    """What is asked about an own part's present footprint; nothing without one. Raises `PartMissing`."""
    part = own_part(tx, trace_id)
    [view] = footprints(tx, [trace_id])
    if view.statement is None:
        return ()
    versions = history(tx, trace_id, limit=2).items
    former = versions[1] if len(versions) > 1 else None
    found = [Asked(code) for code in questions(view.statement, former)]
    found += _of_production(part, view.statement)
    found += _of_sheet(tx, view.statement)
    found += _of_mass(tx, part)
    found += _of_neighbours(tx, part, view.statement)
    return _each_once(found)


def _of_production(part: Part, statement: Statement) -> Iterable[Asked]:
    """A part that is made here without any emission of its own."""
    made = statement.in_force.stages.get(Stage.PRODUCTION)
    if not part.terminated and not (made and made.own) and total(statement.in_force):
        yield Asked("missing_energy")


def _of_sheet(tx: Transaction, statement: Statement) -> Iterable[Asked]:
    """What the sheet behind the value asks about the whole."""
    name, _, version = str(statement.method.get("sheet", "")).partition("/")
    try:
        stored = sheets.sheet_version(tx, UUID(name), int(version))
    except (ValueError, SheetMissing):
        return
    for one in stored.result["questions"]:
        if one["code"] in SENTENCES:
            yield Asked(one["code"], one["parameters"])


def _of_mass(tx: Transaction, part: Part) -> Iterable[Asked]:
    """The structure's lines in kilograms against the part's own mass, where all of them are known."""
    view = structure_of(tx, part.trace_id)
    if view is None or not view.lines or part.mass_kg_per_unit is None:
        return
    inputs = _ZERO
    with localcontext(CONTEXT):
        for line in view.lines:
            if line.alternative_group is not None or line.phantom:
                return
            unit = parse_unit(line.unit)
            amount = None if unit is None else convert(line.amount, unit, Unit.KILOGRAM, line.child.facts)
            if amount is None or isinstance(amount, NotConvertible):
                return
            inputs += amount / line.base_quantity
    asked = mass_question(to_15_digits(inputs), part.mass_kg_per_unit, bounds())
    if asked is not None:
        yield asked


def _of_neighbours(tx: Transaction, part: Part, statement: Statement) -> Iterable[Asked]:
    """Beside last year, and beside similar parts: the same label, else the same name but for its number, else by mass."""
    of, amount, unit = bounds(), total(statement.in_force), statement.declared_unit.value
    if statement.period_from is not None:
        former = store.last_year(tx, part.part_key, unit, statement.period_from)
        if former is not None:
            yield from _told(beside("unlike_last_year", amount, former, of.last_year, of))
    others = store.neighbours(tx, part.part_key, unit)
    group = [one.total for one in others if part.label and one.label == part.label]
    if len(group) < of.similar_least:
        stem = _stem(part.name)
        group = [one.total for one in others if len(stem) >= _SHORTEST_STEM and _stem(one.name) == stem]
    if len(group) < of.similar_least and part.mass_kg_per_unit:
        mass = part.mass_kg_per_unit
        group = [
            CONTEXT.multiply(CONTEXT.divide(one.total, one.mass_kg), mass) for one in others if one.mass_kg
        ]
    if len(group) >= of.similar_least:
        yield from _told(beside("unlike_similar", amount, to_15_digits(median(group)), of.similar, of))


def _stem(name: str) -> str:
    """A name without its number: "Bolt M8-20" and "Bolt M10" have the stem "bolt"."""
    return _STEM.sub("", name).casefold()


# -- on receipt --------------------------------------------------------------------------------------------------------
def of_received(tx: Transaction, trace_id: UUID) -> list[Received]:
    """What is asked about each answer for a bought part; a read on record. Raises `PartMissing`."""
    part = own_part(tx, trace_id)
    found = store.came(tx, kind=KIND, part_keys=[part.part_key], limit=MOST_SUPPLIERS)
    return _received(tx, found, found)


def outliers(tx: Transaction, *, after: UUID | None = None, limit: int = 100) -> Page[Received]:
    """Answers that something is asked about, of one page of all that came: a page may be short, and have a next one."""
    page = page_of(
        store.came(tx, kind=KIND, after=after, limit=limit + 1), limit, id_of=lambda one: one.trade_id
    )
    parts = {one.part_key for one in page.items}
    beside_them = store.came(tx, kind=KIND, part_keys=parts, limit=MOST_SUPPLIERS) if parts else []
    asked = tuple(one for one in _received(tx, page.items, beside_them) if one.asked)
    return Page(asked, page.next_cursor)


def _received(
    tx: Transaction, found: Sequence[store.Came], beside_them: Sequence[store.Came]
) -> list[Received]:
    note_reads_of(tx, [(one.provider_key, one.delivery_key) for one in found])
    own: dict[tuple[int, int | None], Estimate] = {
        (one.part_key, one.trade_key): one for one in estimates(tx, {one.trace_id for one in found})
    }
    return [
        _asked_of(
            one,
            own.get((one.part_key, one.trade_key)) or own.get((one.part_key, None)),
            [
                other
                for other in beside_them
                if other.part_key == one.part_key and other.trade_key != one.trade_key
            ],
        )
        for one in found
    ]


def _asked_of(one: store.Came, estimate: Estimate | None, others: Sequence[store.Came]) -> Received:
    of = bounds()
    amount, unit = _delivered(one.payload)
    before, unit_before = _delivered(one.before or {})
    estimated = None
    if estimate is not None and estimate.declared_unit.value == unit:
        estimated = to_15_digits(sum(estimate.stages.values(), _ZERO))
    return Received(
        trade_id=one.trade_id,
        trace_id=one.trace_id,
        supplier_id=one.supplier_id,
        total=amount,
        unit=unit,
        estimate=estimated,
        before=before if unit_before == unit else None,
        asked=()
        if amount is None
        else _each_once(
            [
                *_alone(one.payload, amount),
                *([Asked("unit_changed")] if before is not None and unit_before != unit else ()),
                *_beside_others(of, amount, unit, estimated, before if unit_before == unit else None, others),
            ]
        ),
    )


def _alone(payload: Mapping[str, Any], amount: Decimal) -> Iterable[Asked]:
    said = payload["total"]
    if amount == _ZERO:
        yield Asked("zero")
    if any(Decimal(x) < 0 for x in said["stages"].values()):
        yield Asked("negative")
    coverage = Decimal(said.get("coverage_deep", 1))
    if coverage < bounds().coverage:
        yield Asked("low_coverage", {"value": f"{coverage * 100:.0f} %"})
    if "quality" in payload and not payload["quality"].get("stages"):
        yield Asked("no_quality")


def _beside_others(
    of: Bounds,
    amount: Decimal,
    unit: str | None,
    estimated: Decimal | None,
    before: Decimal | None,
    others: Sequence[store.Came],
) -> Iterable[Asked]:
    if estimated is not None:
        yield from _told(beside("unlike_estimate", amount, estimated, of.estimate, of))
    if before is not None:
        yield from _told(beside("unlike_before", amount, before, of.last_year, of))
    theirs = [
        x for x, theirs in (_delivered(one.payload) for one in others) if x is not None and theirs == unit
    ]
    if theirs:
        middle = to_15_digits(median(theirs))
        yield from _told(beside("unlike_other_suppliers", amount, middle, of.supplier, of))


def _delivered(payload: Mapping[str, Any]) -> tuple[Decimal | None, str | None]:
    """The total that was delivered, and its unit; None where it is not disclosed."""
    said = payload.get("total")
    if said is None:
        return None, None
    return to_15_digits(sum((Decimal(x) for x in said["stages"].values()), _ZERO)), str(said["unit"])


def _told(asked: Asked | None) -> tuple[Asked, ...]:
    return () if asked is None else (asked,)


def _each_once(found: Iterable[Asked]) -> tuple[Asked, ...]:
    """In their order; what is asked twice is asked once (a slip against several others names the first)."""
    return tuple({asked.code: asked for asked in reversed(list(found))}.values())[::-1]
