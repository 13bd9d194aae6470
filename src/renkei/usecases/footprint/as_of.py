"""Totals as of a date or of a reference year, and whether they can be calculated again from what was recorded.

- *As of a date*: the version that was current at the end of that day (UTC), as it was published then.
- *Of a reference year*: the newest version whose stated period touches the year; where none states a period, the version
  that was current at the end of the year. `basis` says which. Together with a date: as it was known on that day.

Every version names what it was calculated from: its structure version, the deliveries, estimates and own versions with
their shares, the rules, and (`method`) the sheet with its factors. `reproduced` calculates the value anew from exactly
those rows, with facts about parts (units, masses) as they were then; nothing that happened since goes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.parts.model import GraphPart, OwnGraph, Part, StructureVersion
from renkei.commons.parts.service import graph_at, own_part, structure_versions
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT
from renkei.kit.quantities import parse_unit
from renkei.usecases.footprint import proposals_store, store
from renkei.usecases.footprint.calculation import ONE, ZERO, Node, evaluate, unit_value
from renkei.usecases.footprint.errors import DateToCome, NoneAtThatTime
from renkei.usecases.footprint.inputs import (
    LineReader,
    OwnValues,
    Supply,
    declared_of,
    delivered_supply,
    estimated_supply,
    no_value,
)
from renkei.usecases.footprint.model import RULES, Source, Statement, Value

Basis = Literal["date", "period"]
_LAST_MOMENT: Final = timedelta(microseconds=1)
_NOTHING_OWN: Final = OwnValues(lambda _: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """A version of an own part as it was, with what it was calculated from.

    `reproduced`: the value calculated anew from the recorded versions; None where that cannot be, for the `reason`:
    `other_rules` (an earlier release's), `erased` (something it stands on is past its retention).
    """

    part: Part
    moment: datetime
    basis: Basis
    statement: Statement
    structure: StructureVersion | None
    reproduced: Value | None
    reason: Literal["other_rules", "erased"] | None

    @property
    def is_same(self) -> bool:
        """Whether the value calculated anew is the one that was published, digit for digit (but for notes)."""
        return self.reproduced is not None and _numbers(self.reproduced) == _numbers(self.statement.in_force)


def as_of(tx: Transaction, trace_id: UUID, day: date | None, year: int | None = None) -> AsOf:
    """The footprint of an own part as of a day (UTC), of a reference year, or of the year as known on that day.

    Raises `PartMissing`, `DateToCome`, `NoneAtThatTime`.
    """
    part = own_part(tx, trace_id)
    if day is not None and day > tx.now.date():
        raise DateToCome("query:as_of")
    moment = tx.now if day is None else min(tx.now, _end_of(day))
    basis: Basis = "date"
    statement = None
    if year is not None:
        statement = store.read_of_year(tx, part.part_key, date(year, 1, 1), date(year, 12, 31), moment)
        basis = "date" if statement is None else "period"
        moment = moment if statement is not None else min(moment, _end_of(date(year, 12, 31)))
    if statement is None:
        statement = next(iter(store.read_history(tx, part.part_key, None, at=moment, limit=1)), None)
    if statement is None:
        raise NoneAtThatTime
    reproduced, reason = _reproduced(tx, statement)
    return AsOf(
        part=part,
        moment=moment,
        basis=basis,
        statement=statement,
        structure=_structure_of(tx, trace_id, statement),
        reproduced=reproduced,
        reason=reason,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC) - _LAST_MOMENT


def _structure_of(tx: Transaction, trace_id: UUID, statement: Statement) -> StructureVersion | None:
    if statement.structure_key is None:
        return None
    return next(
        (one for one in structure_versions(tx, trace_id) if one.structure_key == statement.structure_key),
        None,
    )


def _numbers(value: Value) -> Value:
    """The value without its notes: who could not be converted says nothing of why in what is recorded."""
    return replace(value, notes=())


# -- calculating it anew ---------------------------------------------------------------------------------------------
def reproduce(tx: Transaction, statement: Statement) -> Value | None:
    """The value of an own version calculated anew from what it names; None if that cannot be."""
    return _reproduced(tx, statement)[0]


def _reproduced(
    tx: Transaction, statement: Statement
) -> tuple[Value | None, Literal["other_rules", "erased"] | None]:
    if statement.rules != RULES:
        return None, "other_rules"
    supplies = _recorded(tx, statement.sources)
    if supplies is None:
        return None, "erased"
    graph = graph_at(tx, statement.part_key, statement.structure_key, statement.created_at)
    inputs = _Recorded(graph, supplies).inputs_of(statement.part_key, statement, _NOTHING_OWN)
    node = Node(declared_of(statement), tuple(inputs.lines))
    return evaluate({statement.part_key: node})[statement.part_key], None


class _Recorded(LineReader):
    """The lines of one part, answered for by what a version names."""

    def __init__(self, graph: OwnGraph, supplies: Mapping[UUID, Sequence[Supply]]) -> None:
        self.graph = graph
        self._supplies = supplies

    def supplies_for(self, child: GraphPart, own: OwnValues) -> tuple[list[Supply], list[dict[str, Any]]]:
        """Who answered for a child then, and that nobody answered for the rest."""
        del own  # own parts are among what is recorded, each with its version
        found = list(self._supplies.get(child.trace_id, ()))
        left = ONE
        for supply in found:
            left = CONTEXT.subtract(left, supply.share)
        return found, [no_value(child, left)] if left > ZERO else []


def _recorded(tx: Transaction, sources: Iterable[Source]) -> dict[UUID, list[Supply]] | None:
    """What the sources of a version said, by child; None if one of them is not there any more."""
    named = list(dict.fromkeys(sources))  # a child that stands in two lines is named twice
    ids: dict[str, list[UUID]] = {}
    for one in named:
        ids.setdefault(one.kind, []).append(one.source_id)
    deliveries = consents.received_by_ids(tx, ids.get("delivery", ()))
    estimates = store.read_estimates_by_ids(tx, ids["estimate"]) if "estimate" in ids else {}
    versions = store.read_by_ids(tx, ids["own"]) if "own" in ids else {}
    found: dict[UUID, list[Supply]] = {}
    for one in named:
        supply = None
        if one.kind == "delivery":
            delivery = deliveries.get(one.source_id)
            unit = None if delivery is None or not delivery.payload else _unit(delivery.payload)
            supply = None if delivery is None or unit is None else delivered_supply(delivery, unit, one.share)
        elif one.kind == "own":
            said = versions.get(one.source_id)
            supply = None if said is None else _own_supply(said, one.share)
        else:
            guess = (
                estimates.get(one.source_id)
                if one.kind == "estimate"
                else proposals_store.read(tx, one.source_id)
            )
            supply = None if guess is None else estimated_supply(one.kind, one.source_id, guess, one.share)
        if supply is None:
            return None
        found.setdefault(one.child_id, []).append(supply)
    return found


def _unit(payload: Mapping[str, Mapping[str, Any]]) -> Any:
    return parse_unit(payload["total"]["unit"])


def _own_supply(said: Statement, share: Decimal) -> Supply:
    return Supply(
        kind="own",
        source_id=said.statement_id,
        share=share,
        unit=said.declared_unit,
        value=unit_value(said.in_force),
    )
