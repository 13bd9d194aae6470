"""Sheets (算定シート) and what comes of them. Emissions are kgCO2e; a sheet never changes, a correction is a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID

from renkei.kit.quantities import NO_FACTS, ConversionFacts, Unit
from renkei.usecases.footprint.factors.model import FactorRef, FactorScope, GwpSet
from renkei.usecases.footprint.model import Emission, Quality, Scope, Stage

Origin = Literal["own", "component"]
Basis = Literal["total", "unit"]
Treatment = Literal["co_product", "cut_off"]
AllocationMethod = Literal["none", "physical", "economic", "recorded"]
SplitIndex = Literal["volume", "unit", "sales"]
ElectricityRule = Literal["direct", "national_consumption_mix", "market_based"]
Level = Literal["product", "organisation"]

ONE = Decimal(1)


class Activity(StrEnum):
    """What a line is about."""

    ENERGY = "energy"
    FUEL = "fuel"
    MATERIAL = "material"
    PART = "part"
    TRANSPORT = "transport"
    GAS = "gas"
    WASTE = "waste"
    PROCESS = "process"


class Technology(StrEnum):
    """How near the factor's technology is to the line's."""

    SPECIFIC = "specific"
    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnValue:
    """A value of the company's own, or of its supplier: kgCO2e per `unit`. `specific`: of this supplier or process.

    `primary_share`: the share of primary data in the value, as its supplier says; it counts instead of the line's marks.
    """

    value: Decimal
    unit: str
    source: str
    scope: FactorScope = FactorScope.LIFE_CYCLE
    gwp_set: GwpSet = GwpSet.UNKNOWN
    region: str | None = None
    year: int | None = None
    price_year: int | None = None
    specific: bool = True
    primary_share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingOverride:
    """Ratings by hand, with the reason; None leaves what the table says."""

    reason: str
    ter: Decimal | None = None
    ger: Decimal | None = None
    tir: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One input or output of the process.

    `basis`: `amount` is that of the whole period, or per one good unit made (then the sheet's yield applies too).
    `yield_share`: of the net amount, what arrives; the amount used is amount / yield.
    `primary`: the amount was measured or billed. `specific`: the factor is the supplier's or the process's own.
    `completes`: this upstream line completes that fuel line, which then is not completed by itself.
    `excluded`: left out with this reason; what is known of it is reported as omitted.
    """

    line_id: str
    activity: Activity
    amount: Decimal
    unit: str
    name: str = ""
    basis: Basis = "total"
    factor: FactorRef | None = None
    own_value: OwnValue | None = None
    primary: bool = False
    specific: bool = False
    stage: Stage | None = None
    origin: Origin | None = None
    category: str | None = None
    yield_share: Decimal = ONE
    facts: ConversionFacts = NO_FACTS
    price_year: int | None = None
    money_rate: Decimal | None = None
    region: str | None = None
    technology: Technology | None = None
    rating: RatingOverride | None = None
    completes: str | None = None
    excluded: str | None = None
    electricity_rule: ElectricityRule | None = None
    alternatives: Mapping[ElectricityRule, FactorRef] = field(default_factory=dict)
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoProduct:
    """What leaves beside the product. `basis`: in the unit of the allocation, or its share (`recorded`).

    Scrap that is sold is one, too: a co-product that bears its share, or cut off.
    """

    name: str
    basis: Decimal
    treatment: Treatment = "co_product"
    mass_kg: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How emissions are shared between the product (`main_basis`) and its co-products, and why so (`note`)."""

    method: AllocationMethod = "none"
    main_basis: Decimal = ONE
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerShare:
    """What one customer takes of the index, and how many declared units that is."""

    name: str
    index: Decimal
    pieces: Decimal
    trade_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Organisation level (Green x Digital): totals of a company or site, shared out over customers by an index."""

    index: SplitIndex
    index_total: Decimal
    shares: tuple[CustomerShare, ...]
    unit: str = ""
    level: Literal["organization", "site", "building", "production line"] = "organization"
    certificates: Decimal = Decimal(0)
    certificate_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything that is entered for one own part and period.

    `production`: good declared units made in the period (organisation level: not needed, the split has pieces).
    `region`: where it is made, ISO 3166-1 alpha-2. `rule_set`: ratings and share of primary data.
    """

    trace_id: UUID
    period_from: date
    period_to: date
    declared_unit: Unit
    production: Decimal
    lines: tuple[SheetLine, ...]
    trade_id: UUID | None = None
    region: str = "JP"
    rule_set: str = "pact"
    yield_share: Decimal = ONE
    co_products: tuple[CoProduct, ...] = ()
    allocation: Allocation = Allocation()
    split: Split | None = None
    component_scope: Scope | None = None
    note: str = ""

    @property
    def level(self) -> Level:
        """Whether totals of an organisation are split, or one product is counted."""
        return "product" if self.split is None else "organisation"


class Piece(NamedTuple):
    """One multiplication of the trail: amount (of the period, in the factor's unit) × value = emission."""

    factor: str
    name_en: str
    name_ja: str
    scope: FactorScope
    gwp_set: GwpSet
    amount: Decimal
    unit: str
    value: Decimal
    emission: Decimal
    ter: Decimal
    ger: Decimal
    tir: Decimal
    proxy: bool


class LineResult(NamedTuple):
    """What a line adds, unrounded. `emission`: of the period, before allocation; `per_unit`: of one declared unit."""

    line_id: str
    status: Literal["counted", "question", "excluded"]
    stage: Stage
    origin: Origin
    category: str
    pieces: tuple[Piece, ...] = ()
    emission: Decimal = Decimal(0)
    per_unit: Decimal = Decimal(0)
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to look at; it stops nothing. `blocks`: until it is answered something is not counted."""

    code: str
    line_id: str | None = None
    blocks: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerResult:
    """What one customer is allocated, and per piece."""

    name: str
    trade_id: UUID | None
    emission: Decimal
    per_piece: Decimal
    certificates: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitResult:
    """allocated + unallocated = total, exactly but for the 34th digit."""

    total: Decimal
    allocated: Decimal
    unallocated: Decimal
    certificates_unallocated: Decimal
    customers: tuple[CustomerResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MassBalance:
    """Kilograms of the period that are known: what went in as material, what came out."""

    input_kg: Decimal
    output_kg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """The result of a sheet, per declared unit unless said otherwise; 15 digits.

    `primary_data_shares`: by every rule, the chosen one is `primary_data_share`. `partial`: something is not counted.
    `electricity`: the total by each electricity rule for which lines name a factor.
    `allocation_share`: the product's share of the process.
    """

    total: Decimal
    period_total: Decimal
    stages: Mapping[Stage, Emission]
    quality: Mapping[Stage, Quality]
    dqr: Decimal | None
    primary_data_share: Decimal | None
    primary_data_shares: Mapping[str, Decimal]
    categories: Mapping[str, Mapping[Stage, Decimal]]
    gate_to_gate: Decimal
    lines: tuple[LineResult, ...]
    questions: tuple[Question, ...]
    allocation_share: Decimal
    allocated_to: Mapping[str, Decimal]
    omitted: Decimal
    gwp_sets: tuple[str, ...]
    factors: tuple[str, ...]
    electricity: Mapping[str, Decimal]
    balance: MassBalance | None
    split: SplitResult | None
    partial: bool
    rule_set: str
    rule_set_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSheet:
    """One version of a sheet with its result as it was then, and the statement that it made (None: none)."""

    sheet_id: UUID
    version: int
    trace_id: UUID
    sheet: Sheet
    result: Mapping[str, Any]
    statement_id: UUID | None
    created_by: str
    created_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A footprint whose period ended long enough ago to be renewed; `sheet_id`: the sheet from which next year's begins."""

    statement_id: UUID
    version: int
    trace_id: UUID
    name: str
    period_to: date
    sheet_id: UUID | None
