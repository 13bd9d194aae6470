"""What answers for the lines of an operator's own parts: deliveries, the buyer's own values, own statements.

The one place of the rule (design.md, section 6): of the trades of a bought part, each delivery counts for the share of
its trade; where none came, the value entered on behalf of a company that is not a member yet, or the estimate for that
trade; the rest is filled by the estimate for the part, else by the part's own statement; what is left adds nothing and
lowers the coverage. Amounts are converted into the unit of each answer; a missing fact is a note, never a refusal.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.consents.model import Delivery
from renkei.commons.parts.model import GraphLine, GraphPart, OwnGraph
from renkei.commons.trades.model import TradeOut
from renkei.commons.trades.service import trades_out_of
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_json_number
from renkei.kit.quantities import (
    NO_FACTS,
    ConversionFacts,
    NotConvertible,
    Unit,
    convert,
    merge_facts,
    parse_unit,
)
from renkei.usecases.footprint import documents, proposals_store, unsettled_store
from renkei.usecases.footprint.calculation import (
    ONE,
    PDS,
    PDS_STATED,
    ZERO,
    Declared,
    Line,
    ShareColumn,
    Term,
    UnitValue,
    rated_shares,
    unit_value,
)
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import NO_QUALITY, STAGES, Estimate, Proposal, Stage, Statement

Version = tuple[int, int | None]
"""A part, and the trade it is stated for (None: the general statement)."""


@dataclass(frozen=True, slots=True)
class OwnValues:
    """The general statements of own parts as they count just now, and the parts whose values are still left open."""

    said: Callable[[int], Statement | None]
    left_open: Container[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What one source says of a child, for `share` of it. `own_key`: an own part whose value is not known yet."""

    kind: str
    source_id: UUID
    share: Decimal
    unit: Unit
    value: UnitValue
    facts: ConversionFacts = NO_FACTS
    secondary: bool = False
    own_key: int | None = None
    delivery: Delivery | None = None


@dataclass(slots=True)
class Inputs:
    """The lines of one parent as the arithmetic takes them.

    `used`: the child of each term and what stands behind it, in the order of the terms of all lines.
    """

    lines: list[Line] = field(default_factory=list)
    used: list[tuple[int, Supply]] = field(default_factory=list)


class LineReader(ABC):
    """The lines of own parts as the arithmetic takes them; who answers for a child, a subclass says."""

    graph: OwnGraph

    @abstractmethod
    def supplies_for(self, child: GraphPart, own: OwnValues) -> tuple[list[Supply], list[dict[str, Any]]]:
        """Who answers for a child, and what nobody answers for."""

    def stands_on(self, key: int, keys: Collection[int]) -> bool:
        """Whether a line of `key` names one of `keys`, itself or through phantoms."""
        return any(line.child_key in keys for line in self._lines_of(key))

    def children(self, key: int) -> Iterator[int]:
        """The own parts whose statements the lines of `key` may take their values from, through phantoms."""
        return (line.child_key for line in self._lines_of(key) if not self._is_passed_through(line))

    def _lines_of(self, key: int) -> Iterator[GraphLine]:
        """The lines of `key`, and those of the phantoms among its children."""
        seen = {key}
        to_visit = [key]
        while to_visit:
            for line in self.graph.lines.get(to_visit.pop(), ()):
                yield line
                if self._is_passed_through(line) and line.child_key not in seen:
                    seen.add(line.child_key)
                    to_visit.append(line.child_key)

    def _is_passed_through(self, line: GraphLine) -> bool:
        """Whether the child's lines count as the parent's own."""
        return line.phantom and line.child_key in self.graph.lines

    def inputs_of(self, key: int, said: Statement, own: OwnValues) -> Inputs:
        """The lines in force of an own part for which `said` is stated; some values of `own` may be left open."""
        inputs = Inputs()
        if said.component_scope == "whole":
            return inputs
        part = self.graph.parts[key]
        per_unit = _units_of_part(part, said.declared_unit)
        if per_unit is None:
            # Amounts stand per one unit of the part, the statement per another unit, and nobody said how they relate.
            for line in filter(_takes_part, self.graph.lines.get(key, ())):
                note = {"code": "not_convertible", "trace_id": str(part.trace_id)}
                inputs.lines.append(Line(weight=_weight(line), terms=(), notes=(note,)))
            return inputs
        self._add_lines(inputs, key, per_unit, ONE, own, (key,))
        return inputs

    def _add_lines(
        self,
        inputs: Inputs,
        parent_key: int,
        multiplier: Decimal,
        weight: Decimal,
        own: OwnValues,
        path: tuple[int, ...],
    ) -> None:
        """Add the lines of `parent_key`; a phantom is multiplied through, its lines count as the parent's own."""
        for line in filter(_takes_part, self.graph.lines.get(parent_key, ())):
            amount = CONTEXT.multiply(multiplier, _amount(line))
            of_line = CONTEXT.multiply(weight, _weight(line))
            unit = parse_unit(line.unit)
            assert unit is not None  # checked when the structure was stated
            child = self.graph.parts[line.child_key]
            if self._is_passed_through(line):
                inner = convert(amount, unit, parse_unit(child.unit) or unit, child.facts)
                if line.child_key in path:
                    self._add_note(inputs, of_line, child, "unsolvable_loop")
                elif isinstance(inner, NotConvertible):
                    self._add_note(inputs, of_line, child, "not_convertible", missing=list(inner.missing))
                else:
                    self._add_lines(inputs, line.child_key, inner, of_line, own, (*path, line.child_key))
                continue
            self._add_line(inputs, child, amount, unit, of_line, own)

    def _add_line(
        self,
        inputs: Inputs,
        child: GraphPart,
        amount: Decimal,
        unit: Unit,
        weight: Decimal,
        own: OwnValues,
    ) -> None:
        supplies, notes = self.supplies_for(child, own)
        terms: list[Term] = []
        notes = list(notes)
        for supply in supplies:
            factor = convert(amount, unit, supply.unit, merge_facts(child.facts, supply.facts))
            if isinstance(factor, NotConvertible):
                note = {
                    "code": "not_convertible",
                    "trace_id": str(child.trace_id),
                    "missing": list(factor.missing),
                }
                notes.append(note)
                continue
            inputs.used.append((child.part_key, supply))
            terms.append(
                Term(
                    share=supply.share,
                    factor=CONTEXT.multiply(factor, supply.share),
                    value=supply.value if supply.own_key is None else supply.own_key,
                    secondary=supply.secondary,
                )
            )
        inputs.lines.append(
            Line(weight=weight, terms=tuple(terms), notes=tuple(notes), child=str(child.trace_id))
        )

    def _add_note(self, inputs: Inputs, weight: Decimal, child: GraphPart, code: str, **more: Any) -> None:
        note = {"code": code, "trace_id": str(child.trace_id), **more}
        inputs.lines.append(Line(weight=weight, terms=(), notes=(note,)))


class Sources(LineReader):
    """What is known of everything that some lines may need. Reads once; four statements at most."""

    def __init__(
        self,
        tx: Transaction,
        graph: OwnGraph,
        estimates: Iterable[Estimate],
        bought: Iterable[int] | None = None,
    ) -> None:
        """`bought`: the parts that may have trades, where that is known; else all children are asked for."""
        self.graph = graph
        self.estimates: dict[Version, Estimate] = {(one.part_key, one.trade_key): one for one in estimates}
        self.trades: dict[int, list[TradeOut]] = {}
        if bought is None:
            bought = {line.child_key for lines in graph.lines.values() for line in lines}
        bought = [key for key in sorted(bought) if _may_be_bought(graph.parts[key])]
        if bought:
            for trade in trades_out_of(tx, bought, KIND):
                self.trades.setdefault(trade.downstream_part_key, []).append(trade)
        asked = [trade.trade_key for found in self.trades.values() for trade in found]
        self.inbox = consents.inbox(tx, KIND, asked)
        unanswered = [key for key in asked if key not in self.inbox]
        self.proposals = proposals_store.unconfirmed(tx, unanswered) if unanswered else {}
        self.unsettled = unsettled_store.among(tx, list(self.inbox)) if self.inbox else frozenset()
        self._supplies: dict[int, tuple[list[Supply], list[dict[str, Any]]]] = {}

    def all_of(self, child: GraphPart, own: OwnValues) -> list[Supply]:
        """Every source that answers for a child, those whose share is 0 today included."""
        found = [
            supply
            for trade in self.trades.get(child.part_key, ())
            for supply in [self.supply_of_trade(child, trade)]
            if supply is not None
        ]
        rest = self._supply_of_rest(child, ONE, own)
        return found if rest is None else [*found, rest]

    def with_shares(self, child_key: int, shares: Mapping[UUID, Decimal]) -> Sources:
        """The same with other shares of the trades (by id) of one bought part; trades that are not named get 0."""
        other = copy(self)
        trades = [
            replace(trade, share=shares.get(trade.trade_id, ZERO)) for trade in self.trades.get(child_key, ())
        ]
        other.trades = {**self.trades, child_key: trades}
        other._supplies = {key: found for key, found in self._supplies.items() if key != child_key}  # noqa: SLF001 - of its own kind
        return other

    def without_deliveries(self) -> Sources:
        """The same as if no supplier had answered: the buyer's own values alone (simplified, 簡易算定)."""
        other = copy(self)
        other.inbox = {}
        other._supplies = {}  # noqa: SLF001 - of its own kind
        return other

    def forget(self, key: int) -> None:
        """The own value of a part changed: what was worked out from it is worked out anew."""
        self._supplies.pop(key, None)

    def supplies_for(self, child: GraphPart, own: OwnValues) -> tuple[list[Supply], list[dict[str, Any]]]:
        """Who answers for a child, and what nobody answers for."""
        if child.part_key in self._supplies:
            return self._supplies[child.part_key]
        supplies: list[Supply] = []
        left = ONE
        for trade in self.trades.get(child.part_key, ()):
            supply = self.supply_of_trade(child, trade)
            if supply is not None and supply.share:
                supplies.append(supply)
                left = CONTEXT.subtract(left, supply.share)
        notes: list[dict[str, Any]] = []
        if any(trade.trade_key in self.unsettled for trade in self.trades.get(child.part_key, ())):
            notes.append({"code": "does_not_settle", "trace_id": str(child.trace_id)})
        if left > ZERO:
            rest = self._supply_of_rest(child, left, own)
            if rest is not None:
                supplies.append(rest)
            else:
                notes.append(no_value(child, left))
        if child.part_key not in own.left_open:
            self._supplies[child.part_key] = (supplies, notes)
        return supplies, notes

    def supply_of_trade(self, child: GraphPart, trade: TradeOut) -> Supply | None:
        """What answers for one trade: what was delivered, else the buyer's own value for exactly this trade."""
        delivery = None if trade.trade_key in self.unsettled else self.inbox.get(trade.trade_key)
        if delivery is not None and "total" in delivery.payload:
            unit = parse_unit(delivery.payload["total"]["unit"])
            if unit is not None:
                return Supply(
                    kind="delivery",
                    source_id=delivery.delivery_id,
                    share=trade.share,
                    unit=unit,
                    value=delivered_value(delivery),
                    facts=documents.read_facts(delivery.payload["total"]),
                    delivery=delivery,
                )
        proposal = self.proposals.get(trade.trade_key)
        if proposal is not None:
            return estimated_supply("proposal", proposal.proposal_id, proposal, trade.share)
        estimate = self.estimates.get((child.part_key, trade.trade_key))
        return (
            None
            if estimate is None
            else estimated_supply("estimate", estimate.estimate_id, estimate, trade.share)
        )

    def _supply_of_rest(self, child: GraphPart, share: Decimal, own: OwnValues) -> Supply | None:
        """What the buyer itself says: its estimate for a bought part, else the part's own statement."""
        said = own.said(child.part_key)
        estimate = self.estimates.get((child.part_key, None))
        if estimate is not None and (said is None or _may_be_bought(child)):
            return estimated_supply("estimate", estimate.estimate_id, estimate, share)
        if said is None:
            return None
        is_open = child.part_key in own.left_open
        return Supply(
            kind="own",
            source_id=said.statement_id,
            share=share,
            unit=said.declared_unit,
            value=UnitValue(totals={}) if is_open else unit_value(said.in_force),
            own_key=child.part_key if is_open else None,
        )


def no_value(child: GraphPart, share: Decimal) -> dict[str, Any]:
    """The note that nobody answers for a share of a child."""
    return {"code": "no_value", "trace_id": str(child.trace_id), "share": to_json_number(share)}


def _may_be_bought(part: GraphPart) -> bool:
    return not part.terminated and part.structure_key is None


def delivered_supply(delivery: Delivery, unit: Unit, share: Decimal) -> Supply:
    """What a delivery says, per `unit`, for a share of what is bought."""
    return Supply(
        kind="delivery",
        source_id=delivery.delivery_id,
        share=share,
        unit=unit,
        value=delivered_value(delivery),
        facts=documents.read_facts(delivery.payload["total"]),
    )


def estimated_supply(kind: str, source_id: UUID, said: Estimate | Proposal, share: Decimal) -> Supply:
    """The buyer's own value for the whole of what it buys: secondary, and complete as far as it goes."""
    shares: dict[ShareColumn, Decimal] = {}
    for stage, rated in said.quality.items():
        shares |= rated_shares(stage, rated)
    return Supply(
        kind=kind,
        source_id=source_id,
        share=share,
        unit=said.declared_unit,
        value=UnitValue(totals=said.stages, shares=shares),
        secondary=True,
    )


def delivered_value(delivery: Delivery) -> UnitValue:
    """What a delivery says of one unit: only what the provider disclosed; the rest is not stated."""
    payload = delivery.payload
    total = payload["total"]
    shares: dict[ShareColumn, Decimal] = {}
    if "quality" in payload:
        rated = documents.read_quality(payload["quality"]["stages"])
        stated = documents.read_quality(payload["quality"].get("coverage", {}))
        for stage in STAGES:
            shares |= rated_shares(stage, rated.get(stage, NO_QUALITY), stated.get(stage))
    if "pds" in payload:
        stated_share = Decimal(payload["pds"].get("coverage", 1))
        shares[PDS] = CONTEXT.multiply(Decimal(payload["pds"]["value"]), stated_share)
        shares[PDS_STATED] = stated_share
    categories: Mapping[str, Mapping[Stage, Decimal]] = {}
    if "categories" in payload:
        categories = documents.read_categories(payload["categories"]["split"])
        for name, share in payload["categories"]["coverage"].items():
            shares[(None, f"{name}?")] = Decimal(share)
    return UnitValue(
        totals=documents.read_amounts(total["stages"]),
        categories=categories,
        shares=shares,
        coverage_deep=Decimal(total["coverage_deep"]),
    )


def declared_of(said: Statement) -> Declared:
    """What a statement says of the part itself, as the arithmetic takes it."""
    return Declared(
        scope=said.component_scope,
        emissions=said.declared,
        quality=said.declared_quality,
        categories=said.declared_categories,
        primary_data_share=said.declared_pds,
    )


def _takes_part(line: GraphLine) -> bool:
    """What the customer hands over is counted by whoever the line names; everything else by the owner of the line."""
    if line.sourcing in {"consigned_free", "consigned_paid"}:
        return line.counted_by == "supplier"
    return True


def _amount(line: GraphLine) -> Decimal:
    """Of the child, in the line's unit, per one parent."""
    amount = CONTEXT.divide(line.amount, line.base_quantity)
    return amount if line.usage_share is None else CONTEXT.multiply(amount, line.usage_share)


def _weight(line: GraphLine) -> Decimal:
    """A group of alternatives counts as one line."""
    return ONE if line.usage_share is None else line.usage_share


def _units_of_part(part: GraphPart, declared: Unit) -> Decimal | None:
    """How many units of the part one declared unit is; None if nobody knows."""
    unit = parse_unit(part.unit)
    if unit is None:
        return ONE
    found = convert(ONE, declared, unit, part.facts)
    return None if isinstance(found, NotConvertible) else found
