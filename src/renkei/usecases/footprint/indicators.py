"""Indicators of one number, each under its own name (footprint-rules.md, section 5).

- *primary data share* (一次データ比率, PDS): emission-weighted share of primary data, as stated along the chain;
- *primary data contribution* (一次データ寄与率): (simplified − mixed) / simplified, where simplified takes the buyer's own
  values in place of every supplier's answer. The definition is inferred from a published example, and it is not PDS;
- *calculation ratio* (計算比率): lines with a value / all lines, over every own structure below the product;
- *gate to gate*: the part's own processes alone;
- *change*: against the version before, and against the version that was current at the end of a base year.

Scope 3 category 1 of a buyer: purchased quantity × the supplier's value, with how much is covered by suppliers' own values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.consents.model import Delivery
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.quantities import NotConvertible, Unit, convert, merge_facts, parse_unit
from renkei.usecases.footprint import analysis_store, store
from renkei.usecases.footprint.analysis import OperatorGraph, build, product_node
from renkei.usecases.footprint.calculation import ONE, ZERO, add_up
from renkei.usecases.footprint.disclosure import gate_to_gate
from renkei.usecases.footprint.inputs import OwnValues, Supply
from renkei.usecases.footprint.model import Statement
from renkei.usecases.footprint.rules import total


@dataclass(frozen=True, slots=True)
class Change:
    """Against an earlier version: absolute in kgCO2e per unit, and relative to it (None where that was 0)."""

    version: int
    before: Decimal
    absolute: Decimal
    relative: Decimal | None


@dataclass(frozen=True, slots=True)
class Indicators:
    """Of one own part's present value. None: cannot be told, for the reason that the field names."""

    total: Decimal
    primary_data_share: Decimal | None
    primary_data_share_coverage: Decimal | None
    primary_data_contribution: Decimal | None
    """None while some delivered value has no estimate of the buyer's beside it to compare with."""
    calculation_ratio: Decimal
    gate_to_gate: Decimal
    change: Change | None
    change_to_base_year: Change | None
    """None if no version was current at the end of the base year."""


def indicators(
    tx: Transaction, graph: OperatorGraph, trace_id: UUID, *, base_year: int | None = None
) -> Indicators:
    """The indicators of an own part. Raises `StatementOfPartMissing`."""
    node = product_node(graph, trace_id)
    part_key = graph.nodes[node].part.part_key
    statement = graph.statements[part_key]
    former = store.read_history(tx, part_key, None, before_version=statement.version, limit=1)
    of_base: list[Statement] = []
    if base_year is not None:
        end = datetime(base_year, 12, 31, 23, 59, 59, 999_999, UTC)
        of_base = store.read_history(tx, part_key, None, at=end, limit=1)
    in_force = statement.in_force
    return Indicators(
        total=to_15_digits(total(in_force)),
        primary_data_share=in_force.primary_data_share,
        primary_data_share_coverage=in_force.pds_coverage,
        primary_data_contribution=primary_data_contribution(graph, trace_id),
        calculation_ratio=calculation_ratio(graph, node),
        gate_to_gate=gate_to_gate(statement),
        change=_change(statement, former),
        change_to_base_year=_change(statement, of_base),
    )


def _change(now: Statement, former: Sequence[Statement]) -> Change | None:
    if not former:
        return None
    before, after = total(former[0].in_force), total(now.in_force)
    difference = CONTEXT.subtract(after, before)
    relative = to_15_digits(CONTEXT.divide(difference, abs(before))) if before else None
    return Change(former[0].version, to_15_digits(before), to_15_digits(difference), relative)


def primary_data_contribution(graph: OperatorGraph, trace_id: UUID) -> Decimal | None:
    """(simplified − mixed) / simplified; None where a delivered value has no own estimate to compare with.

    Example: 26.3 simplified and 18.9 mixed give 0.281 (28.1 %).
    """
    below = set(graph.totals.contributions(graph.at[trace_id]).nodes.tolist())
    delivered = {
        graph.nodes[at].part.part_key
        for at in below
        if (supply := graph.nodes[at].supply) is not None and supply.kind == "delivery"
    }
    known = {key for key, _ in graph.sources.estimates}
    if delivered - known:
        return None
    simplified_graph = build(graph.sources.without_deliveries(), graph.statements, graph.columns)
    simplified = float(simplified_graph.totals.of([simplified_graph.at[trace_id]]).sum())
    mixed = float(graph.totals.of([graph.at[trace_id]]).sum())
    return None if not simplified else Decimal(repr(round((simplified - mixed) / simplified, 12)))


def calculation_ratio(graph: OperatorGraph, node: int) -> Decimal:
    """Lines with a value / all lines, over every own structure below the product; 1 where there are no lines."""
    own = OwnValues(graph.statements.get)
    weights, answered = ZERO, ZERO
    for at in graph.totals.contributions(node).nodes.tolist():
        if graph.nodes[at].supply is not None:
            continue
        key = graph.nodes[at].part.part_key
        for line in graph.sources.inputs_of(key, graph.statements[key], own).lines:
            weights = CONTEXT.add(weights, line.weight)
            for term in line.terms:
                answered = CONTEXT.add(answered, CONTEXT.multiply(line.weight, term.share))
    return to_15_digits(CONTEXT.divide(answered, weights)) if weights else ONE


# -- Scope 3, category 1 ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought by one trade in the year, and what it emits (None: nobody gave a value, or a unit is missing)."""

    trace_id: UUID
    trade_id: UUID
    quantity: Decimal
    unit: str | None
    emission_kg: Decimal | None
    by_supplier: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Category1:
    """Purchased goods of a year in kgCO2e. `supplier_share`: of the total, from suppliers' own values."""

    year: int
    total_kg: Decimal
    supplier_share: Decimal
    lines_with_value: Decimal
    purchases: tuple[Purchase, ...]


def scope3_category1(tx: Transaction, graph: OperatorGraph, year: int) -> Category1:
    """Scope 3 category 1 from the purchased quantities of the caller's trades.

    A quantity is that of its whole period: of a period that reaches beyond the year its days inside count; a quantity
    whose period has no end counts whole.
    """
    begin, end = date(year, 1, 1), date(year, 12, 31)
    found: list[Purchase] = []
    read: dict[int, Delivery] = {}
    for part_key, trade_key, quantity, unit, first, last in analysis_store.purchases(tx, begin, end):
        bought = CONTEXT.multiply(quantity, _inside(first, last, begin, end))
        found.append(_purchase(graph, part_key, trade_key, bought, unit))
        if found[-1].by_supplier:
            read[trade_key] = graph.sources.inbox[trade_key]
    consents.note_reads(tx, read.values())
    valued = [(one.emission_kg, one.by_supplier) for one in found if one.emission_kg is not None]
    everything = add_up(emission for emission, _ in valued)
    by_supplier = add_up(emission for emission, supplied in valued if supplied)
    return Category1(
        year=year,
        total_kg=to_15_digits(everything),
        supplier_share=to_15_digits(CONTEXT.divide(by_supplier, everything)) if everything else ZERO,
        lines_with_value=to_15_digits(CONTEXT.divide(Decimal(len(valued)), Decimal(len(found))))
        if found
        else ONE,
        purchases=tuple(found),
    )


def _inside(first: date, last: date | None, begin: date, end: date) -> Decimal:
    if last is None:
        return ONE
    days = (min(last, end) - max(first, begin)).days + 1
    return CONTEXT.divide(Decimal(days), Decimal((last - first).days + 1))


def _purchase(
    graph: OperatorGraph, part_key: int, trade_key: int, quantity: Decimal, unit: str | None
) -> Purchase:
    sources = graph.sources
    part = sources.graph.parts[part_key]
    trade = next(one for one in sources.trades.get(part_key, ()) if one.trade_key == trade_key)
    supply = sources.supply_of_trade(part, trade) or _part_estimate(graph, part_key)
    emission, reason = None, "no_value"
    if supply is not None:
        emission, reason = _emission(
            supply, quantity, parse_unit(unit) or parse_unit(part.unit), part_key, graph
        )
    return Purchase(
        trace_id=part.trace_id,
        trade_id=trade.trade_id,
        quantity=to_15_digits(quantity),
        unit=unit or part.unit,
        emission_kg=emission,
        by_supplier=supply is not None and supply.kind == "delivery",
        reason=None if emission is not None else reason,
    )


def _part_estimate(graph: OperatorGraph, part_key: int) -> Supply | None:
    part = graph.sources.graph.parts[part_key]
    rest = [
        one for one in graph.sources.all_of(part, OwnValues(graph.statements.get)) if one.kind == "estimate"
    ]
    return rest[-1] if rest else None


def _emission(
    supply: Supply, quantity: Decimal, unit: Unit | None, part_key: int, graph: OperatorGraph
) -> tuple[Decimal | None, str]:
    facts = merge_facts(graph.sources.graph.parts[part_key].facts, supply.facts)
    amount = convert(quantity, unit or supply.unit, supply.unit, facts)
    if isinstance(amount, NotConvertible):
        return None, "not_convertible"
    return to_15_digits(CONTEXT.multiply(amount, add_up(supply.value.totals.values()))), ""
