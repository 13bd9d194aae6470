"""Sheets as `/v1` takes and shows them: the body that is sent is the one that is shown, so that it can be sent again."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from renkei.commons.edge.fields import (
    Amount,
    Day,
    DayText,
    Id,
    MomentText,
    Name,
    Number,
    NumberOut,
    Positive,
    Share,
    Short,
    Text,
)
from renkei.commons.edge.validation import Body, View
from renkei.kit.quantities import ConversionFacts
from renkei.usecases.footprint.api_model import ByStage, DeclaredUnit, EmissionView, QualityView, Rating
from renkei.usecases.footprint.calculator.model import (
    Activity,
    Allocation,
    AllocationMethod,
    Basis,
    CoProduct,
    CustomerShare,
    ElectricityRule,
    Origin,
    OwnValue,
    RatingOverride,
    Renewal,
    Sheet,
    SheetLine,
    Split,
    SplitIndex,
    StoredSheet,
    Technology,
    Treatment,
)
from renkei.usecases.footprint.factors.model import FactorRef, FactorScope, GwpSet, parse_ref
from renkei.usecases.footprint.factors.units import read_unit
from renkei.usecases.footprint.model import Stage

MOST_LINES: Final = 2_000
"""Lines of one sheet: a large bill of materials, beside the bills of a site."""
MOST_SHARES: Final = 500
_FACTS: Final = tuple(ConversionFacts.__dataclass_fields__)


def _ref(value: object) -> FactorRef:
    found = value if isinstance(value, FactorRef) else parse_ref(value) if isinstance(value, str) else None
    if found is None or len(str(found)) > 320 or "\x00" in str(found):
        raise PydanticCustomError("string_pattern_mismatch", "not a reference")
    return found


def _unit(value: object) -> str:
    found = read_unit(value) if isinstance(value, str) and len(value) <= 100 else None
    if found is None:
        raise PydanticCustomError("not_unit", "not a unit")
    return found


FactorRefText = Annotated[
    FactorRef,
    PlainValidator(_ref),
    WithJsonSchema({"type": "string", "maxLength": 320, "pattern": "^[^@#]+@[^@#]+#[^#]+$"}),
]
"""set@version#factor."""
ActivityUnit = Annotated[
    str, PlainValidator(_unit), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 100})
]
"""A unit as people write it (kWh, kg, t, L, m3, m3N, t·km, 個 …), or a currency (JPY)."""
Region = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2,3}(-[A-Z0-9]{1,3})?$")]
Year = Annotated[int, Field(ge=1900, le=2200)]


class OwnValueBody(Body):
    """kgCO2e per unit, of the company's own or from a supplier."""

    value: Number
    unit: ActivityUnit
    source: Name
    scope: FactorScope = Field(default=FactorScope.LIFE_CYCLE, strict=False)
    gwp_set: GwpSet = Field(default=GwpSet.UNKNOWN, strict=False)
    region: Region | None = None
    year: Year | None = None
    price_year: Year | None = None
    specific: bool = Field(default=True, description="of this supplier or process, not an average")
    primary_share: Share | None = Field(
        default=None, description="share of primary data in the value, as its supplier says"
    )


class RatingBody(Body):
    """Ratings by hand, with the reason."""

    reason: Text
    ter: Rating | None = None
    ger: Rating | None = None
    tir: Rating | None = None


class LineFactsBody(Body):
    """What is known of what a line is made of, for converting its unit."""

    mass_kg_per_unit: Positive | None = None
    density_kg_per_liter: Positive | None = None
    area_m2_per_unit: Positive | None = None
    length_m_per_unit: Positive | None = None
    mass_kg_per_m2: Positive | None = None
    mass_kg_per_m: Positive | None = None
    energy_mj_per_kg: Positive | None = None
    energy_mj_per_unit: Positive | None = None
    cubic_meters_per_normal_cubic_meter: Positive | None = Field(
        default=None, description="gas: m3 at 25 °C per m3N (0 °C); usually 1.106"
    )
    transport_km: Positive | None = Field(default=None, description="with kg or t: the distance, for t·km")


class SheetLineBody(Body):
    """One input or output of the process."""

    line_id: Short
    activity: Activity = Field(strict=False)
    name: Text = ""
    amount: Amount
    unit: ActivityUnit
    basis: Basis = Field(default="total", description="of the whole period, or per one good unit made")
    factor: FactorRefText | None = Field(default=None, description="set@version#factor of /v1/factors")
    own_value: OwnValueBody | None = None
    primary: bool = Field(default=False, description="the amount was measured or billed")
    specific: bool = Field(default=False, description="the factor is the supplier's or the process's own")
    stage: Stage | None = Field(default=None, strict=False, description="default: by the activity")
    origin: Origin | None = Field(
        default=None, description="default: component for material, part and inbound transport, else own"
    )
    category: Short | None = Field(
        default=None, description="column of the statement, such as material:steel"
    )
    yield_share: Positive = Field(default=Decimal(1), description="the amount used is amount / yield")
    facts: LineFactsBody = LineFactsBody()
    price_year: Year | None = None
    money_rate: Positive | None = Field(
        default=None, description="the factor's currency of its price year per one of the line's"
    )
    region: Region | None = Field(default=None, description="where it happens; default: the sheet's")
    technology: Technology | None = Field(default=None, strict=False)
    rating: RatingBody | None = None
    completes: Short | None = Field(
        default=None,
        description="this upstream line completes that fuel line, which is then not completed by itself",
    )
    excluded: Text | None = Field(default=None, description="left out for this reason (cut-off)")
    electricity_rule: ElectricityRule | None = None
    alternatives: dict[ElectricityRule, FactorRefText] = Field(
        default_factory=dict, description="factors under other electricity rules, shown side by side"
    )
    evidence: Text = ""
    note: Text = ""

    def line(self) -> SheetLine:
        """The same as the room takes it."""
        given = {name: getattr(self, name) for name in _LINE_FIELDS}
        own, rating = self.own_value, self.rating
        return SheetLine(
            **given,
            own_value=None if own is None else OwnValue(**own.model_dump()),
            rating=None if rating is None else RatingOverride(**rating.model_dump()),
            facts=ConversionFacts(**self.facts.model_dump()),
        )


_LINE_FIELDS: Final = tuple(
    name for name in SheetLine.__dataclass_fields__ if name not in {"own_value", "rating", "facts"}
)


class CoProductBody(Body):
    """What leaves beside the product; scrap that is sold, too."""

    name: Name
    basis: Amount = Field(description="in the unit of the allocation, or its share (recorded)")
    treatment: Treatment = "co_product"
    mass_kg: Amount | None = Field(default=None, description="of the period, for the mass balance")


class AllocationBody(Body):
    """How the product and its co-products share."""

    method: AllocationMethod = "none"
    main_basis: Amount = Field(default=Decimal(1), description="of the product, like `basis` of co-products")
    unit: Text = ""
    note: Text = ""


class CustomerShareBody(Body):
    """What one customer takes."""

    name: Name
    index: Amount
    pieces: Positive = Field(description="declared units delivered in the period")
    trade_id: Id | None = None


class SplitBody(Body):
    """Organisation level: totals of a company or site, shared out by an index."""

    index: SplitIndex
    index_total: Positive
    shares: list[CustomerShareBody] = Field(min_length=1, max_length=MOST_SHARES)
    unit: Text = ""
    level: Literal["organization", "site", "building", "production line"] = "organization"
    certificates: Amount = Field(default=Decimal(0), description="kgCO2e; shared out alike, told apart")
    certificate_type: Text = ""


class SheetBody(Body):
    """Activity data of one own part and period."""

    period_from: Day
    period_to: Day
    declared_unit: DeclaredUnit
    production: Positive = Field(default=Decimal(1), description="good declared units made in the period")
    lines: list[SheetLineBody] = Field(min_length=1, max_length=MOST_LINES)
    trade_id: Id | None = Field(default=None, description="納入先別に配分: only for this customer")
    region: Region = "JP"
    rule_set: Short = Field(default="pact", description="pact or activity: ratings and share of primary data")
    yield_share: Positive = Field(default=Decimal(1), description="good units of those begun; lines per unit")
    co_products: list[CoProductBody] = Field(default_factory=list, max_length=100)
    allocation: AllocationBody | None = Field(default=None, description="null: nothing is shared")
    split: SplitBody | None = None
    component_scope: Literal["rest", "whole"] | None = None
    note: Text = ""

    def sheet(self, trace_id: Id) -> Sheet:
        """The same as the room takes it."""
        split = self.split
        return Sheet(
            trace_id=trace_id,
            trade_id=self.trade_id,
            period_from=self.period_from,
            period_to=self.period_to,
            declared_unit=self.declared_unit,
            production=self.production,
            lines=tuple(line.line() for line in self.lines),
            region=self.region,
            rule_set=self.rule_set,
            yield_share=self.yield_share,
            co_products=tuple(CoProduct(**one.model_dump()) for one in self.co_products),
            allocation=Allocation()
            if self.allocation is None
            else Allocation(**self.allocation.model_dump()),
            split=None
            if split is None
            else Split(
                **split.model_dump(exclude={"shares"}),
                shares=tuple(CustomerShare(**one.model_dump()) for one in split.shares),
            ),
            component_scope=self.component_scope,
            note=self.note,
        )


class PutSheetBody(SheetBody):
    """A sheet to keep."""

    replaces: int | None = Field(
        default=None, ge=1, description="the version that was looked at: 409 if it is not the present one"
    )
    draft: bool = Field(default=False, description="keep it for later; no footprint is stated")


# -- views -------------------------------------------------------------------------------------------------------------
class PieceView(View):
    """One multiplication: amount of the period × value = emission (kgCO2e)."""

    factor: str
    name_en: str
    name_ja: str
    scope: FactorScope
    gwp_set: GwpSet
    amount: NumberOut
    unit: str
    value: NumberOut | None = Field(description="null: of a licensed set")
    emission: NumberOut | None
    ter: NumberOut
    ger: NumberOut
    tir: NumberOut
    proxy: bool


class LineResultView(View):
    """What one line adds."""

    line_id: str
    status: Literal["counted", "question", "excluded"]
    stage: Stage
    origin: Origin
    category: str
    emission: NumberOut | None = Field(
        description="of the period, before allocation; null where it would give a licensed number away"
    )
    per_unit: NumberOut | None = Field(description="of one declared unit")
    primary: bool
    pieces: list[PieceView]


class QuestionView(View):
    """Something to look at; `blocks`: until it is answered something is not counted."""

    code: str
    line_id: str | None
    blocks: bool
    parameters: dict[str, Any]
    en: str
    ja: str


class CustomerResultView(View):
    """What one customer is allocated."""

    name: str
    trade_id: Id | None
    emission: NumberOut
    per_piece: NumberOut
    certificates: NumberOut


class SplitView(View):
    """allocated + unallocated = total."""

    total: NumberOut
    allocated: NumberOut
    unallocated: NumberOut
    certificates_unallocated: NumberOut
    customers: list[CustomerResultView]


class BalanceView(View):
    """Known kilograms of the period."""

    input_kg: NumberOut
    output_kg: NumberOut


class CalculationView(View):
    """The result of a sheet: kgCO2e per declared unit unless said otherwise."""

    total: NumberOut
    period_total: NumberOut = Field(description="of the process in the period, before allocation")
    stages: dict[Stage, EmissionView]
    quality: dict[Stage, QualityView]
    dqr: NumberOut | None
    primary_data_share: NumberOut | None = Field(description="by the rule set")
    primary_data_shares: dict[str, NumberOut] = Field(description="by either rule: pact, activity")
    categories: dict[str, ByStage]
    gate_to_gate: NumberOut
    lines: list[LineResultView]
    questions: list[QuestionView]
    allocation_share: NumberOut
    allocated_to: dict[str, NumberOut]
    omitted: NumberOut = Field(description="share of what was left out on purpose, as far as it is known")
    gwp_sets: list[str]
    factors: list[str]
    electricity: dict[str, NumberOut] = Field(description="the total by each electricity rule")
    balance: BalanceView | None
    split: SplitView | None
    partial: bool = Field(description="something is not counted: see the questions that block")
    rule_set: str
    rule_set_version: str


class SheetView(View):
    """One version of a sheet. `sheet` may be sent again."""

    sheet_id: Id
    version: int
    trace_id: Id
    sheet: dict[str, Any]
    result: CalculationView
    statement_id: Id | None = Field(description="the footprint that it made")
    created_by: str
    created_at: MomentText
    superseded_at: MomentText | None
    stale: bool = False


class SheetItemView(View):
    """A sheet of a part in a list."""

    sheet_id: Id
    version: int
    trade_id: Id | None
    period_from: DayText
    period_to: DayText
    total: NumberOut
    partial: bool
    questions: int
    statement_id: Id | None
    created_by: str
    created_at: MomentText


class SheetsView(View):
    """The present sheets of a part, newest first."""

    items: list[SheetItemView]
    next: Id | None
    stale: bool = False


class RenewalView(View):
    """A footprint that is due for renewal."""

    statement_id: Id
    version: int
    trace_id: Id
    name: str
    period_to: DayText
    sheet_id: Id | None = Field(
        description="the sheet from which next year's begins (`/sheets/{sheet_id}/next`)"
    )


class RenewalsView(View):
    """A page of them."""

    items: list[RenewalView]
    next: Id | None
    stale: bool = False


class NextSheetView(View):
    """A sheet to begin with. Everything is as last year; what has to be asked for is named."""

    sheet: dict[str, Any]
    ask_fields: list[str]
    ask_lines: list[str]
    stale: bool = False


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet in the form in which it is sent; what is not said is left out."""
    split = sheet.split
    shown: dict[str, Any] = {
        "period_from": sheet.period_from,
        "period_to": sheet.period_to,
        "declared_unit": sheet.declared_unit.value,
        "production": sheet.production,
        "lines": [_line_json(line) for line in sheet.lines],
        "trade_id": sheet.trade_id,
        "region": sheet.region,
        "rule_set": sheet.rule_set,
        "yield_share": sheet.yield_share,
        "co_products": [_said(one) for one in sheet.co_products],
        "allocation": _said(sheet.allocation),
        "component_scope": sheet.component_scope,
        "note": sheet.note,
    }
    if split is not None:
        shown["split"] = _said(split) | {"shares": [_said(one) for one in split.shares]}
    return shown


def _line_json(line: SheetLine) -> dict[str, Any]:
    shown = _said(line)
    shown["factor"] = None if line.factor is None else str(line.factor)
    shown["own_value"] = None if line.own_value is None else _said(line.own_value)
    shown["rating"] = None if line.rating is None else _said(line.rating)
    shown["facts"] = {
        name: fact for name in _FACTS for fact in [getattr(line.facts, name)] if fact is not None
    }
    shown["alternatives"] = {rule: str(ref) for rule, ref in line.alternatives.items()}
    return {name: value for name, value in shown.items() if value is not None}


def _said(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def stored_json(one: StoredSheet) -> dict[str, Any]:
    """A version of a sheet as it is answered."""
    return {
        "sheet_id": one.sheet_id,
        "version": one.version,
        "trace_id": one.trace_id,
        "sheet": sheet_json(one.sheet),
        "result": one.result,
        "statement_id": one.statement_id,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "superseded_at": one.superseded_at,
    }


def item_json(one: StoredSheet) -> dict[str, Any]:
    """A sheet in a list."""
    return {
        "sheet_id": one.sheet_id,
        "version": one.version,
        "trade_id": one.sheet.trade_id,
        "period_from": one.sheet.period_from,
        "period_to": one.sheet.period_to,
        "total": one.result["total"],
        "partial": one.result["partial"],
        "questions": len(one.result["questions"]),
        "statement_id": one.statement_id,
        "created_by": one.created_by,
        "created_at": one.created_at,
    }


def renewal_json(one: Renewal) -> dict[str, Any]:
    """A renewal as it is answered."""
    return {
        "statement_id": one.statement_id,
        "version": one.version,
        "trace_id": one.trace_id,
        "name": one.name,
        "period_to": one.period_to,
        "sheet_id": one.sheet_id,
    }
