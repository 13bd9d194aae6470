"""Understanding a number: where it comes from, what would be, and Scope 3 category 1. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import operators_by_ids
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part, part_keys
from renkei.commons.trades.model import TradeOut
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, plain_text
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint import analysis, indicators
from renkei.usecases.footprint.analysis import (
    Breakdown,
    Contribution,
    GraphsKept,
    OperatorGraph,
    WhatIfResult,
    graph_of,
)
from renkei.usecases.footprint.errors import BadNumber, StatementOfPartMissing
from renkei.usecases.footprint.model import STAGES
from renkei.web.calls import Opened, PageCall
from renkei.web.charts import Flow, Tile
from renkei.web.downloads import csv_file
from renkei.web.forms import path_id, typed_number
from renkei.web.terms import source_name, stage_name, unit_name
from renkei.web.words import Words

TILES: Final = 40
FLOWS: Final = 12
"""Sources that the picture of the flow tells apart."""
ROWS: Final = 50
LEVERS: Final = 12
"""Parts that the what-if page offers to change: the largest ones."""
MOST_ROWS: Final = 1000
HUNDRED: Final = Decimal(100)
MOST_FACTOR: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Lever:
    """One part that can be changed on the what-if page; trades where its shares can be moved."""

    item: Contribution
    is_line: bool
    trades: tuple[TradeOut, ...] = ()


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()
    _add_breakdown(routes)
    _add_what_if(routes)
    _add_scope3(routes)
    return routes


def graphs(call: PageCall) -> GraphsKept:
    """The graphs that this process keeps."""
    return call.context.kept


def _add_breakdown(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/breakdown")
    def breakdown(call: Opened, trace_id: str) -> Response:
        wanted, kept = path_id(trace_id), graphs(call)

        def work(tx: Transaction) -> tuple[Part, Breakdown | None, indicators.Indicators | None]:
            part = own_part(tx, wanted)
            graph = graph_of(tx, kept)
            if wanted not in graph.at:
                return part, None, None
            found = analysis.breakdown(graph, wanted, top=ROWS)
            analysis.note_reads(tx, found)
            return part, found, indicators.indicators(tx, graph, wanted)

        part, found, told = call.read(work)
        _ = call.words
        return call.show(
            "part/breakdown.html",
            part=part,
            tab="breakdown",
            found=found,
            indicators=told,
            tiles=[] if found is None else tiles_of(_, found),
            flows=[] if found is None else flows_of(_, found),
            stages=STAGES,
            largest=0 if found is None else max((abs(one.total) for one in found.items), default=0),
        )

    @routes.get("/parts/{trace_id}/breakdown.csv")
    def breakdown_file(call: Opened, trace_id: str) -> Response:
        wanted, kept = path_id(trace_id), graphs(call)

        def work(tx: Transaction) -> Breakdown:
            breakdown = analysis.breakdown(graph_of(tx, kept), wanted, top=MOST_ROWS)
            analysis.note_reads(tx, breakdown)
            return breakdown

        found = call.read(work)
        _ = call.words
        return csv_file(
            f"{found.product.name} {_('Breakdown')}",
            (
                _("Part"),
                _("Source"),
                _("Amount"),
                _("Unit"),
                *(stage_name(_, stage) for stage in STAGES),
                _("Total"),
                _("Share"),
            ),
            [
                (
                    one.node.part.name,
                    source_name(_, kind_of(one)),
                    one.amount,
                    unit_name(_, unit_of(one)),
                    *_by_stage(one),
                    one.total,
                    one.total / found.total if found.total else None,
                )
                for one in found.items
            ],
        )


def kind_of(one: Contribution) -> str:
    """What stands behind a contribution: own, delivery, estimate, proposal."""
    return "own" if one.node.supply is None else one.node.supply.kind


def unit_of(one: Contribution) -> str:
    """The unit of its amount."""
    return (one.node.part.unit or "unit") if one.node.supply is None else one.node.supply.unit.value


def tiles_of(_: Words, found: Breakdown) -> list[Tile]:
    """The contributions as areas; what is small stands together."""
    shown = found.items[:TILES]
    tiles = [
        Tile(
            label=one.node.part.name,
            value=one.total,
            shown=f"{_.number(one.total)} kgCO₂e ({_.percent(one.total / found.total if found.total else None)})",
            kind=kind_of(one),
            address=f"/app/parts/{one.node.part.trace_id}",
        )
        for one in shown
    ]
    rest = found.total - sum(one.total for one in shown)
    if rest > abs(found.total) * 1e-9:
        tiles.append(Tile(label=_("All others"), value=rest, shown=f"{_.number(rest)} kgCO₂e", kind="rest"))
    return tiles


def flows_of(_: Words, found: Breakdown) -> list[Flow]:
    """What each contribution sends into each stage; what is small stands together."""
    flows = [
        Flow(
            label=one.node.part.name,
            values=_by_stage(one),
            kind=kind_of(one),
            address=f"/app/parts/{one.node.part.trace_id}",
        )
        for one in found.items[:FLOWS]
    ]
    sums = [sum(column) for column in zip(*(flow.values for flow in flows), strict=True)]
    rest = [float(found.by_stage[stage]) - (sums[i] if sums else 0.0) for i, stage in enumerate(STAGES)]
    if any(abs(value) > abs(found.total) * 1e-9 for value in rest):
        flows.append(Flow(label=_("All others"), values=rest, kind="rest"))
    return flows


def _by_stage(one: Contribution) -> list[float]:
    return [float(one.values[i] + one.values[len(STAGES) + i]) for i in range(len(STAGES))]


# -- what would be ---------------------------------------------------------------------------------------------------
def _add_what_if(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/what-if")
    def what_if(call: Opened, trace_id: str) -> Response:
        return _what_if(call, path_id(trace_id), {})

    @routes.post("/parts/{trace_id}/what-if")
    def try_out(call: Opened, trace_id: str) -> Response:
        call.check_form()
        return _what_if(call, path_id(trace_id), call.values)


def levers_of(graph: OperatorGraph, trace_id: UUID) -> list[Lever]:
    """What can be changed: the largest contributions, and the split of those that come by several trades."""
    found = analysis.breakdown(graph, trace_id, top=ROWS)
    levers: dict[UUID, Lever] = {}
    for one in found.items:
        part = one.node.part
        if part.trace_id in levers:
            continue
        trades = tuple(graph.sources.trades.get(part.part_key, ()))
        levers[part.trace_id] = Lever(
            one, bool(graph.parents(part.trace_id)), trades if len(trades) > 1 else ()
        )
        if len(levers) == LEVERS:
            break
    return list(levers.values())


def changes_of(levers: Sequence[Lever], typed: Mapping[str, str]) -> list[analysis.WhatIfChange]:
    """The changes that were typed, as factors. Raises `BadNumber` at the field that holds no number in range."""
    found: list[analysis.WhatIfChange] = []
    for lever in levers:
        trace_id = lever.item.node.part.trace_id
        amount, value = (_factor(typed, f"{name}.{trace_id}") for name in ("amount", "value"))
        if amount is not None and lever.is_line:
            found.append(analysis.AmountChange(child=trace_id, factor=amount))
        if value is not None:
            found.append(analysis.ValueChange(part=trace_id, factor=value))
        shares = {
            trade.trade_id: share
            for trade in lever.trades
            if (share := _factor(typed, f"share.{trade.trade_id}", most=Decimal(1))) is not None
        }
        if shares and any(shares.get(trade.trade_id) != trade.share for trade in lever.trades):
            if sum(shares.values()) > 1:
                raise BadNumber(f"/share.{lever.trades[0].trade_id}")
            found.append(analysis.ShareChange(part=trace_id, shares=shares))
    return found


def _factor(typed: Mapping[str, str], name: str, most: Decimal = MOST_FACTOR) -> Decimal | None:
    """Per cent as a factor; None where nothing (or 100 of an amount or a value) was typed."""
    text = typed_number(typed.get(name, ""))
    if not text:
        return None
    try:
        factor = CONTEXT.divide(Decimal(text), HUNDRED)
    except InvalidOperation:
        raise BadNumber(f"/{name}") from None
    if not factor.is_finite() or not 0 <= factor <= most:
        raise BadNumber(f"/{name}")
    return None if factor == 1 and not name.startswith("share.") else factor


def _what_if(call: PageCall, trace_id: UUID, typed: Mapping[str, str]) -> Response:
    kept = graphs(call)

    def work(
        tx: Transaction,
    ) -> tuple[Part, list[Lever], WhatIfResult | None, dict[UUID, Operator], RenkeiError | None]:
        part = own_part(tx, trace_id)
        graph = graph_of(tx, kept)
        if trace_id not in graph.at:
            return part, [], None, {}, None
        levers = levers_of(graph, trace_id)
        companies = list({trade.upstream_operator_id for lever in levers for trade in lever.trades})
        named = {one.operator_id: one for one in operators_by_ids(tx, companies)} if companies else {}
        try:
            found, wrong = analysis.what_if(graph, trace_id, changes_of(levers, typed), top=ROWS), None
        except (BadNumber, StatementOfPartMissing) as error:
            found, wrong = analysis.what_if(graph, trace_id, (), top=ROWS), error
        analysis.note_reads(tx, found.before)
        return part, levers, found, named, wrong

    part, levers, result, named, error = call.read(work)
    if error is not None:
        call.tell(error)
    _ = call.words
    defaults = {
        f"share.{trade.trade_id}": plain_text(trade.share * HUNDRED)
        for lever in levers
        for trade in lever.trades
    }
    return call.show(
        "part/what_if.html",
        part=part,
        tab="what-if",
        levers=levers,
        kind_behind=kind_of,
        result=result,
        tried=bool(typed) and error is None,
        named=named,
        typed=defaults | dict(typed),
        stages=STAGES,
        highest=0 if result is None else max(result.before.total, result.after.total, 0),
    )


# -- Scope 3, category 1 ---------------------------------------------------------------------------------------------
def _add_scope3(routes: APIRouter) -> None:
    @routes.get("/scope3")
    def scope3(call: Opened) -> Response:
        found, named = _category1(call)
        return call.show(
            "scope3.html",
            found=found,
            named=named,
            largest=max(
                (one.emission_kg for one in found.purchases if one.emission_kg is not None), default=0
            ),
        )

    @routes.get("/scope3.csv")
    def scope3_file(call: Opened) -> Response:
        found, named = _category1(call)
        _ = call.words
        return csv_file(
            _("Scope 3 category 1") + f" {found.year}",
            (
                _("Part"),
                _("Amount"),
                _("Unit"),
                _("Emissions") + " kgCO2e",
                _("Source"),
                _("Trade identifier"),
            ),
            [
                (
                    named[one.trace_id].name if one.trace_id in named else one.trace_id,
                    one.quantity,
                    unit_name(_, one.unit),
                    one.emission_kg,
                    ""
                    if one.emission_kg is None
                    else source_name(_, "delivery" if one.by_supplier else "estimate"),
                    one.trade_id,
                )
                for one in found.purchases
            ],
        )


def _category1(call: PageCall) -> tuple[indicators.Category1, dict[UUID, Part]]:
    kept = graphs(call)
    asked = typed_number(call.query("year"))[:4]

    def work(tx: Transaction) -> tuple[indicators.Category1, dict[UUID, Part]]:
        year = int(asked) if asked.isdecimal() and 1990 <= int(asked) <= 2200 else tx.now.year
        found = indicators.scope3_category1(tx, graph_of(tx, kept), year)
        ids = {one.trace_id for one in found.purchases}
        return found, part_keys(tx, ids) if ids else {}

    return call.read(work)
