"""Understanding a number under `/v1`: contributions, what-if, indicators, Scope 3 category 1. Nothing here is stated."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open
from renkei.commons.edge.fields import Amount, Id, NumberOut, Share
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.usecases.footprint import analysis, indicators
from renkei.usecases.footprint.errors import ChangeUnclear
from renkei.usecases.footprint.model import STAGES, Stage

MOST_CHANGES: Final = 1_000
_PART = "d17833fe-22b7-4a4a-b097-bc3f2150c9a6"
_TRADE = "e2a6a1ae-1cb0-4a5e-8f53-90d3bb01fc3a"
Year = Annotated[int, Query(ge=1990, le=2200)]


class ContributionView(View):
    """What one part, or one supplier's answer, adds to one unit of the product."""

    trace_id: Id
    name: str
    kind: Literal["own", "delivery", "estimate", "proposal"]
    trade_share: NumberOut | None = Field(description="bought: the share of the source that this is")
    tier: int = Field(description="0: made here; 1: bought, as far as the direct supplier delivered")
    amount: float = Field(description="units of it per unit of the product")
    unit: str
    own: float = Field(description="kgCO2e of its own processes")
    other: float = Field(description="kgCO2e declared or delivered as component")
    total: float
    share: float | None = Field(description="of the product's total; null if that is 0")


class BreakdownView(View):
    """Where the total of one unit of a product comes from; the contributions and the rest make the whole."""

    trace_id: Id
    name: str
    unit: str
    total: float
    by_stage: dict[Stage, float]
    own: float
    bought: float
    categories: dict[str, float]
    coverage_direct: NumberOut
    coverage_deep: NumberOut
    contributions: list[ContributionView]
    rest: float
    stale: bool = False


class ChangeBody(Body):
    """One change to try out. Give exactly one of `amount_factor`, `value_factor` and `shares`."""

    trace_id: Id = Field(description="the part that is changed")
    parent: Id | None = Field(
        default=None, description="with amount_factor: only in the structure of this part"
    )
    amount_factor: Amount | None = Field(default=None, description="its amount in own structures times this")
    value_factor: Amount | None = Field(
        default=None, description="what it emits itself, or its suppliers deliver"
    )
    shares: dict[Id, Share] | None = Field(default=None, max_length=1000, description="trade id → share")

    def change(self, place: str, faults: list[Fault]) -> analysis.WhatIfChange | None:
        """The same as the room takes it; what is unclear goes into `faults`."""
        given = [x for x in (self.amount_factor, self.value_factor, self.shares) if x is not None]
        if len(given) != 1:
            faults += ChangeUnclear(place).faults
            return None
        if self.amount_factor is not None:
            return analysis.AmountChange(child=self.trace_id, factor=self.amount_factor, parent=self.parent)
        if self.value_factor is not None:
            return analysis.ValueChange(part=self.trace_id, factor=self.value_factor)
        assert self.shares is not None
        return analysis.ShareChange(part=self.trace_id, shares=self.shares)


class WhatIfBody(Body):
    """What to try out, all changes at once."""

    changes: list[ChangeBody] = Field(min_length=1, max_length=MOST_CHANGES)
    top: int = Field(default=100, ge=0, le=1000)


class WhatIfView(View):
    """The product as it is and as it would be."""

    before: BreakdownView
    after: BreakdownView
    difference: float
    stale: bool = False


class ChangeView(View):
    """Against an earlier version."""

    version: int
    before: NumberOut
    absolute: NumberOut
    relative: NumberOut | None


class IndicatorsView(View):
    """Indicators, each under its own name."""

    total: NumberOut
    primary_data_share: NumberOut | None
    primary_data_share_coverage: NumberOut | None
    primary_data_contribution: NumberOut | None = Field(
        description="(simplified − with suppliers' answers) / simplified; null without own estimates to compare with"
    )
    calculation_ratio: NumberOut
    gate_to_gate: NumberOut
    change: ChangeView | None
    change_to_base_year: ChangeView | None
    stale: bool = False


class PurchaseView(View):
    """What was bought by one trade in the year."""

    trace_id: Id
    trade_id: Id
    quantity: NumberOut
    unit: str | None
    emission_kg: NumberOut | None
    by_supplier: bool
    reason: Literal["no_value", "not_convertible"] | None


class Category1View(View):
    """Scope 3 category 1 of a year."""

    year: int
    total_kg: NumberOut
    supplier_share: NumberOut
    lines_with_value: NumberOut
    purchases: list[PurchaseView]
    stale: bool = False


def routers() -> tuple[APIRouter, ...]:
    """The routers of this page, for the `/v1` door."""
    routes = APIRouter(tags=["analysis"])

    @routes.get("/parts/{trace_id}/contributions", response_model=BreakdownView)
    def get_contributions(
        call: Open, trace_id: Id, top: Annotated[int, Query(ge=0, le=1000)] = 100
    ) -> Response:
        """Where the footprint of an own part comes from, the largest contributions first."""

        def work(tx: Transaction) -> dict[str, Any]:
            found = analysis.breakdown(analysis.graph_of(tx, call.context.kept), trace_id, top=top)
            analysis.note_reads(tx, found)
            return _breakdown_json(found)

        return call.read(work)

    @routes.post(
        "/parts/{trace_id}/what-if",
        openapi_extra=takes(
            WhatIfBody,
            {
                "changes": [
                    {"trace_id": _PART, "amount_factor": 0.8},
                    {"trace_id": _PART, "shares": {_TRADE: 0.6}},
                ]
            },
        ),
        response_model=WhatIfView,
    )
    def try_out(call: Open, trace_id: Id) -> Response:
        """How the footprint would be: lighter, cleaner, or bought in other shares. Nothing is stored."""
        given = call.body(WhatIfBody)
        faults: list[Fault] = []
        changes = [one.change(f"/changes/{i}", faults) for i, one in enumerate(given.changes)]
        if faults:
            raise SeveralFaults(tuple(faults))

        def work(tx: Transaction) -> dict[str, Any]:
            wanted = [one for one in changes if one is not None]
            result = analysis.what_if(
                analysis.graph_of(tx, call.context.kept), trace_id, wanted, top=given.top
            )
            analysis.note_reads(tx, result.before)
            return {
                "before": _breakdown_json(result.before),
                "after": _breakdown_json(result.after),
                "difference": result.after.total - result.before.total,
            }

        return call.read(work)

    @routes.get("/parts/{trace_id}/indicators", response_model=IndicatorsView)
    def get_indicators(call: Open, trace_id: Id, base_year: Year | None = None) -> Response:
        """Primary data share, contribution, calculation ratio, gate to gate, changes: each under its own name."""
        return call.read(
            lambda tx: indicators.indicators(
                tx, analysis.graph_of(tx, call.context.kept), trace_id, base_year=base_year
            )
        )

    @routes.get("/scope3/category-1", response_model=Category1View)
    def get_category1(call: Open, year: Year) -> Response:
        """Purchased goods of a year: quantities of the trades × what their suppliers (or own estimates) say."""
        return call.read(
            lambda tx: indicators.scope3_category1(tx, analysis.graph_of(tx, call.context.kept), year)
        )

    return (routes,)


def _breakdown_json(found: analysis.Breakdown) -> dict[str, Any]:
    return {
        "trace_id": found.product.trace_id,
        "name": found.product.name,
        "unit": found.unit,
        "total": found.total,
        "by_stage": {stage.value: amount for stage, amount in found.by_stage.items()},
        "own": found.own,
        "bought": found.bought,
        "categories": found.categories,
        "coverage_direct": found.coverage_direct,
        "coverage_deep": found.coverage_deep,
        "contributions": [_contribution_json(item, found.total) for item in found.items],
        "rest": found.rest,
    }


def _contribution_json(item: analysis.Contribution, total: float) -> dict[str, Any]:
    supply = item.node.supply
    own = float(item.values[: len(STAGES)].sum())
    return {
        "trace_id": item.node.part.trace_id,
        "name": item.node.part.name,
        "kind": "own" if supply is None else supply.kind,
        "trade_share": None if supply is None else supply.share,
        "tier": item.tier,
        "amount": item.amount,
        "unit": (item.node.part.unit or "unit") if supply is None else supply.unit.value,
        "own": own,
        "other": item.total - own,
        "total": item.total,
        "share": item.total / total if total else None,
    }
