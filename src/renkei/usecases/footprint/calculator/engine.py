"""The arithmetic of a sheet: amounts × factors, completed, rated, allocated, per declared unit. Pure; exact decimals.

1. A line's amount (÷ yield, × production where it is per unit) is converted into the factor's unit.
2. amount × factor; a burnt fuel is completed by its upstream factor, unless a line of its own does that.
3. The process is shared between product and co-products by one factor, which holds for own emissions and inputs alike.
4. Divided by the units made; at organisation level by the customers' shares of the index and their pieces.

What cannot be computed becomes a question and lowers what is counted (`partial`), never a stop.

    1,000 kWh × 0.5 kgCO2e/kWh + 200 kg × 2.2 kgCO2e/kg = 940 kgCO2e; ÷ 100 pieces = 9.4 kgCO2e per piece
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cache
from typing import Final

from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.quantities import (
    CUBIC_METERS_25C_PER_NORMAL_CUBIC_METER,
    NO_FACTS,
    ConversionFacts,
    Dimension,
    NotConvertible,
    Unit,
    convert,
    parse_unit,
)
from renkei.usecases.footprint.calculator.model import (
    Activity,
    Calculation,
    CustomerResult,
    ElectricityRule,
    LineResult,
    MassBalance,
    Origin,
    OwnValue,
    Piece,
    Question,
    Sheet,
    SheetLine,
    SplitResult,
)
from renkei.usecases.footprint.calculator.ratings import RuleSet, rate, rule_sets
from renkei.usecases.footprint.factors.model import (
    Factor,
    FactorKind,
    FactorRef,
    FactorScope,
    GwpSet,
)
from renkei.usecases.footprint.factors.units import is_money
from renkei.usecases.footprint.model import STAGES, Emission, Quality, Stage

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
MOST_CATEGORIES: Final = 200
PRODUCT: Final = "product"
_MORE_OUT: Final = Decimal("1.02")
_LESS_OUT: Final = Decimal("0.9")
_INPUTS: Final = frozenset({Activity.MATERIAL, Activity.PART})
_STAGES: Final = {
    activity: Stage.RAW_MATERIAL
    if activity in {Activity.MATERIAL, Activity.PART, Activity.TRANSPORT}
    else Stage.PRODUCTION
    for activity in Activity
}
_USUAL: Final = {"cubic_meters_per_normal_cubic_meter": CUBIC_METERS_25C_PER_NORMAL_CUBIC_METER}
_Rated = tuple[str, Decimal, Decimal, Decimal]


def stage_of(line: SheetLine) -> Stage:
    """The stage of a line: what it says, or what its activity is usually counted in."""
    return line.stage or _STAGES[line.activity]


def origin_of(line: SheetLine) -> Origin:
    """Own processes, or inputs: bought materials, bought parts and their transport are components."""
    if line.origin is not None:
        return line.origin
    if line.activity is Activity.TRANSPORT:
        return "component" if stage_of(line) is Stage.RAW_MATERIAL else "own"
    return "component" if line.activity in _INPUTS else "own"


_PLACES: Final[dict[Activity, tuple[Stage, Origin]]] = {
    activity: (_STAGES[activity], "component" if stage_is_raw else "own")
    for activity in Activity
    for stage_is_raw in [_STAGES[activity] is Stage.RAW_MATERIAL]
}
_GATE: Final[tuple[Stage, Origin]] = (Stage.PRODUCTION, "own")


def refs_of(sheet: Sheet) -> set[FactorRef]:
    """The factors that a sheet names; those that complete them come on top (`Factor.upstream`)."""
    found = {line.factor for line in sheet.lines if line.factor is not None}
    return found.union(*(line.alternatives.values() for line in sheet.lines))


def calculate(
    sheet: Sheet, factors: Mapping[FactorRef, Factor], facts: ConversionFacts = NO_FACTS
) -> Calculation:
    """The result of a sheet. `facts` are those of the part itself (mass per piece), for the mass balance.

    The sheet has been checked (`rules.faults_of`); a factor that is not in `factors` becomes a question.
    """
    with localcontext(CONTEXT):
        return _Run(sheet, factors, facts).result()


@dataclass(slots=True)
class _Place:
    """What the pieces of one stage and origin add up to, of the period and before allocation."""

    emission: Decimal = ZERO
    weight: Decimal = ZERO
    ter: Decimal = ZERO
    ger: Decimal = ZERO
    tir: Decimal = ZERO


@dataclass(slots=True)
class _Sums:
    """What everything adds up to, of the period and before allocation."""

    places: dict[tuple[Stage, Origin], _Place] = field(default_factory=dict)
    categories: dict[str, dict[Stage, Decimal]] = field(default_factory=dict)
    pact: Decimal = ZERO
    activity: Decimal = ZERO
    gate_to_gate: Decimal = ZERO
    omitted: Decimal = ZERO
    total: Decimal = ZERO
    weight: Decimal = ZERO


class _Run:
    """One calculation."""

    def __init__(self, sheet: Sheet, factors: Mapping[FactorRef, Factor], facts: ConversionFacts) -> None:
        self.sheet = sheet
        self.facts = facts
        self.rules: RuleSet = rule_sets()[sheet.rule_set]
        self.factors = factors
        self.rated: dict[tuple[int, str | None], _Rated] = {}
        self.share, self.allocated_to = _allocated(sheet)
        self.scale = self.share * _pieces_scale(sheet)
        self.questions: list[Question] = []
        self.sums = _Sums()
        self.used: dict[str, GwpSet] = {}
        self.by_line = {line.line_id: self.factor_of(line) for line in sheet.lines}
        self.completed: set[str] = set()
        self.families: set[str] = set()
        for line in sheet.lines:
            factor = self.by_line[line.line_id]
            if factor is not None and factor.scope is FactorScope.UPSTREAM and line.excluded is None:
                if line.completes is not None:
                    self.completed.add(line.completes)
                elif factor.family:
                    self.families.add(factor.family)

    def factor_of(self, line: SheetLine) -> Factor | None:
        """The factor that a line names, or its own value in the form of one."""
        if line.own_value is not None:
            return _as_factor(line, line.own_value, self.sheet.region)
        return None if line.factor is None else self.factors.get(line.factor)

    # -- lines -------------------------------------------------------------------------------------------------
    def line(self, line: SheetLine) -> LineResult:
        """Everything that one line adds."""
        if line.stage is None and line.origin is None:
            stage, origin = _PLACES[line.activity]
        else:
            stage, origin = stage_of(line), origin_of(line)
        factor = self.by_line[line.line_id]
        category = line.category or _category(line, factor)
        if factor is None:
            if line.excluded is None:
                if line.factor is None:
                    self.ask("no_factor", line, blocks=True)
                else:
                    self.ask("factor_unknown", line, blocks=True, factor=str(line.factor))
            return LineResult(
                line_id=line.line_id,
                status="question" if line.excluded is None else "excluded",
                stage=stage,
                origin=origin,
                category=category,
            )
        is_covered = factor.scope is FactorScope.UPSTREAM and self.is_covered(line, factor)
        pieces = () if is_covered else self.pieces(line, factor)
        own = line.own_value
        specific = line.specific or (own is not None and own.specific)
        is_excluded = line.excluded is not None
        emission = pieces[0].emission if pieces else ZERO
        for piece in pieces[1:]:
            emission += piece.emission
        if is_excluded:
            self.sums.omitted += abs(emission)
        elif pieces:
            self.add(line, (stage, origin), pieces, specific=specific)
            column = self.sums.categories.setdefault(category, {})
            column[stage] = column.get(stage, ZERO) + emission
        return LineResult(
            line.line_id,
            "excluded" if is_excluded or is_covered else "counted" if pieces else "question",
            stage,
            origin,
            category,
            pieces,
            emission,
            ZERO if is_excluded else emission * self.scale,
            line.primary and (specific or self.rules.pds == "activity"),
        )

    def pieces(self, line: SheetLine, factor: Factor) -> tuple[Piece, ...]:
        """The multiplications of a line; none if it has to be asked about first."""
        amount = self.amount(line, factor)
        if amount is None:
            return ()
        first = self.piece(line, factor, amount)
        if factor.proxy_of and line.excluded is None:
            self.ask("proxy", line, factor=str(factor.ref))
        if factor.scope is not FactorScope.COMBUSTION or line.line_id in self.completed:
            return (first,)
        upstream = None if factor.upstream is None else self.factors.get(factor.upstream)
        if upstream is not None and upstream.family and upstream.family in self.families:
            return (first,)
        further = None if upstream is None else _completing(amount, factor, upstream, line.facts)
        if upstream is None or further is None:
            self.ask("upstream_missing", line, blocks=True)
            return (first,)
        return (first, self.piece(line, upstream, further))

    def is_covered(self, line: SheetLine, factor: Factor) -> bool:
        """Whether an upstream line belongs to one that covers the whole life cycle already."""
        if line.completes is not None:
            other = self.by_line.get(line.completes)
            if other is not None and other.scope is FactorScope.LIFE_CYCLE:
                self.ask("scope_twice", line, other=line.completes)
                return True
        elif line.activity is Activity.FUEL and not self.is_burnt(factor.family):
            self.ask("only_upstream", line)
        return False

    def is_burnt(self, family: str) -> bool:
        """Whether any line burns the fuel whose upstream this is."""
        for factor in self.by_line.values():
            upstream = (
                None if factor is None or factor.upstream is None else self.factors.get(factor.upstream)
            )
            if upstream is not None and upstream.family == family:
                return True
        return False

    def amount(self, line: SheetLine, factor: Factor) -> Decimal | None:
        """The line's amount of the whole period in the factor's unit, or None after asking."""
        amount = line.amount
        if line.yield_share != ONE:
            amount /= line.yield_share
        if line.basis == "unit":
            amount = amount * self.sheet.production / self.sheet.yield_share
        ratio = _ratio(line.unit, factor.unit)
        if ratio is not None:
            above, below = ratio
            return amount if above is below else amount * above / below
        if is_money(factor.unit):
            return self.money(line, factor, amount)
        unit = parse_unit(line.unit)
        target = parse_unit(factor.unit)
        missing: Sequence[str] = ()
        if unit is not None and target is not None:
            energy = factor.energy_mj_per_unit
            if unit.dimension is Dimension.ENERGY and target.dimension is not Dimension.ENERGY and energy:
                return amount * unit.factor / energy
            found = convert(amount, unit, target, line.facts)
            if not isinstance(found, NotConvertible):
                return found
            missing = found.missing
        self.ask(
            "not_convertible",
            line,
            blocks=True,
            unit=line.unit,
            target=factor.unit,
            missing=list(missing),
            usual={name: to_15_digits(_USUAL[name]) for name in missing if name in _USUAL},
        )
        return None

    def money(self, line: SheetLine, factor: Factor, amount: Decimal) -> Decimal | None:
        """Money in the factor's currency and price year: as it is, or by the line's own rate."""
        if line.money_rate is not None:
            return amount * line.money_rate
        if line.unit == factor.unit and line.price_year == factor.price_year:
            return amount
        self.ask(
            "money",
            line,
            blocks=True,
            unit=line.unit,
            target=factor.unit,
            price_year=factor.price_year,
            missing=["money_rate" if line.unit != factor.unit else "price_year"],
        )
        return None

    def piece(self, line: SheetLine, factor: Factor, amount: Decimal) -> Piece:
        """One multiplication, rated."""
        ref, ter, ger, tir = self.rating(line, factor)
        return Piece(
            ref,
            factor.name_en,
            factor.name_ja,
            factor.scope,
            factor.gwp_set,
            amount,
            factor.unit,
            factor.value,
            amount * factor.value,
            ter,
            ger,
            tir,
            factor.proxy_of != "",
        )

    def rating(self, line: SheetLine, factor: Factor) -> _Rated:
        """The factor's reference, TeR, GeR, TiR; looked up once for lines that say nothing of their own."""
        plain = not (line.technology or line.rating or line.specific or line.own_value)
        key = (id(factor), line.region)
        found = self.rated.get(key) if plain else None
        if found is None:
            ref = str(factor.ref)
            self.used[ref] = factor.gwp_set
            found = (ref, *rate(self.rules, self.sheet, line, factor))
            if plain:
                self.rated[key] = found
        return found

    def add(
        self, line: SheetLine, where: tuple[Stage, Origin], pieces: Iterable[Piece], *, specific: bool
    ) -> None:
        """Put pieces into the sums. A piece that completes another is never primary by the rule `pact`."""
        sums, own = self.sums, line.own_value
        place = sums.places.get(where)
        if place is None:
            place = sums.places[where] = _Place()
        share = None if own is None else own.primary_share
        is_of_gate = where == _GATE
        is_first = True
        for piece in pieces:
            emission = piece.emission
            weight = abs(emission)
            place.emission += emission
            place.weight += weight
            place.ter += weight * piece.ter
            place.ger += weight * piece.ger
            place.tir += weight * piece.tir
            if share is not None:
                sums.activity += weight * share
                sums.pact += weight * share
            elif line.primary:
                sums.activity += weight
                if specific and is_first:
                    sums.pact += weight
            if is_of_gate and piece.scope is not FactorScope.UPSTREAM:
                sums.gate_to_gate += emission
            is_first = False

    def ask(
        self, code: str, line: SheetLine | None = None, *, blocks: bool = False, **parameters: object
    ) -> None:
        """Put a question."""
        line_id = None if line is None else line.line_id
        self.questions.append(Question(code=code, line_id=line_id, blocks=blocks, parameters=parameters))

    # -- the whole -----------------------------------------------------------------------------------------------
    def result(self) -> Calculation:
        """Every line, then what they make together."""
        sheet, sums, scale = self.sheet, self.sums, self.scale
        lines = tuple(self.line(line) for line in sheet.lines)
        sums.total = sum((place.emission for place in sums.places.values()), ZERO)
        sums.weight = sum((place.weight for place in sums.places.values()), ZERO)
        quality = _quality(sums)
        self.ask_about_the_whole()
        balance = self.balance()
        gwp_sets = sorted({one.value for one in self.used.values()})
        known = [name for name in gwp_sets if name not in {GwpSet.CO2, GwpSet.UNKNOWN}]
        if len(known) > 1:
            self.ask("mixed_gwp", sets=known)
        shares = {}
        if sums.weight:
            shares = {
                "pact": to_15_digits(sums.pact / sums.weight),
                "activity": to_15_digits(sums.activity / sums.weight),
            }
        omitted = sums.omitted / (sums.weight + sums.omitted) if sums.omitted else ZERO
        return Calculation(
            total=to_15_digits(sums.total * scale),
            period_total=to_15_digits(sums.total),
            stages=_stages(sums, scale),
            quality=quality,
            dqr=_dqr(sums),
            primary_data_share=shares.get(self.rules.pds),
            primary_data_shares=shares,
            categories=_categories(sums, scale),
            gate_to_gate=to_15_digits(sums.gate_to_gate * scale),
            lines=lines,
            questions=tuple(self.questions),
            allocation_share=to_15_digits(self.share),
            allocated_to={name: to_15_digits(one) for name, one in self.allocated_to.items()},
            omitted=to_15_digits(omitted),
            gwp_sets=tuple(gwp_sets),
            factors=tuple(self.used),
            electricity={rule: to_15_digits(total * scale) for rule, total in self.electricity().items()},
            balance=balance,
            split=_split(sheet, sums.total * self.share),
            partial=any(question.blocks for question in self.questions),
            rule_set=sheet.rule_set,
            rule_set_version=self.rules.version,
        )

    def ask_about_the_whole(self) -> None:
        """Lines that are the same; nothing that makes the machines run."""
        seen: dict[tuple[object, ...], str] = {}
        for line in self.sheet.lines:
            if line.factor is not None and line.excluded is None:
                what = (line.factor, line.amount, line.unit, line.name, line.basis)
                other = seen.setdefault(what, line.line_id)
                if other != line.line_id:
                    self.ask("same_line_twice", line, other=other)
        if not any(line.activity in {Activity.ENERGY, Activity.FUEL} for line in self.sheet.lines):
            self.ask("no_energy")

    def electricity(self) -> dict[ElectricityRule, Decimal]:
        """The total of the period by each electricity rule that any line names a factor for."""
        rules = {rule for line in self.sheet.lines for rule in line.alternatives}
        rules |= {line.electricity_rule for line in self.sheet.lines if line.electricity_rule is not None}
        found: dict[ElectricityRule, Decimal] = {}
        for rule in sorted(rules):
            total = self.sums.total
            for line in self.sheet.lines:
                ref = line.alternatives.get(rule)
                factor, main = None if ref is None else self.factors.get(ref), self.by_line[line.line_id]
                if factor is None or main is None or line.excluded is not None:
                    continue
                other, amount = _quiet_amount(self, line, factor), _quiet_amount(self, line, main)
                if other is not None and amount is not None:
                    total += other * factor.value - amount * main.value
            found[rule] = total
        return found

    def balance(self) -> MassBalance | None:
        """Kilograms in and out, where all of them are known; asks if they do not fit."""
        sheet = self.sheet
        if sheet.split is not None:
            return None
        made = convert(sheet.production, sheet.declared_unit, Unit.KILOGRAM, self.facts)
        if isinstance(made, NotConvertible):
            return None
        inputs = [_kilograms(self, line) for line in sheet.lines if line.activity in _INPUTS]
        wastes = [_kilograms(self, line) for line in sheet.lines if line.activity is Activity.WASTE]
        others = [one.mass_kg for one in sheet.co_products]
        if not inputs or None in (*inputs, *wastes, *others):
            return None
        went_in = sum((one for one in inputs if one is not None), ZERO)
        came_out = made + sum((one for one in (*wastes, *others) if one is not None), ZERO)
        balance = MassBalance(input_kg=to_15_digits(went_in), output_kg=to_15_digits(came_out))
        if came_out > went_in * _MORE_OUT:
            self.ask("mass_balance", input=balance.input_kg, output=balance.output_kg)
        elif came_out < went_in * _LESS_OUT:
            self.ask("mass_unaccounted", input=balance.input_kg, output=balance.output_kg)
        return balance


@cache
def _ratio(unit: str, other: str) -> tuple[Decimal, Decimal] | None:
    """What an amount in one unit is multiplied and divided by for the other; None where that needs facts, or is money."""
    one, two = parse_unit(unit), parse_unit(other)
    if one is None or two is None or one.dimension is not two.dimension:
        return None
    return (ONE, ONE) if one is two else (one.factor, two.factor)


def _as_factor(line: SheetLine, own: OwnValue, region: str) -> Factor:
    return Factor(
        ref=FactorRef("own", "", line.line_id),
        name_en=own.source,
        name_ja=own.source,
        kind=FactorKind.PROCESS,
        scope=own.scope,
        value=own.value,
        unit=own.unit,
        region=own.region or region,
        gwp_set=own.gwp_set,
        year=own.year,
        price_year=own.price_year,
        own=True,
    )


_COLUMNS: Final = {
    Activity.PART: "parts",
    Activity.TRANSPORT: "transport",
    Activity.GAS: "process_gas",
    Activity.WASTE: "waste",
    Activity.PROCESS: "process",
}


def _category(line: SheetLine, factor: Factor | None) -> str:
    """The column of a line that names none."""
    activity = line.activity
    if activity is Activity.MATERIAL:
        return f"material:{line.name or ('' if factor is None else factor.name_en)}"[:100]
    if activity is Activity.ENERGY:
        return (
            "energy:heat" if factor is not None and factor.kind is FactorKind.HEAT else "energy:electricity"
        )
    if activity is Activity.FUEL:
        return f"energy:{'fuel' if factor is None or line.own_value else factor.ref.factor_id}"[:100]
    return _COLUMNS[activity]


def _completing(amount: Decimal, factor: Factor, upstream: Factor, facts: ConversionFacts) -> Decimal | None:
    """An amount in the burnt factor's unit, in that of the factor that completes it: by its heat, or by facts."""
    unit, target = parse_unit(factor.unit), parse_unit(upstream.unit)
    if unit is None or target is None:
        return None
    if (
        target.dimension is Dimension.ENERGY
        and unit.dimension is not Dimension.ENERGY
        and factor.energy_mj_per_unit
    ):
        return amount * factor.energy_mj_per_unit / target.factor
    found = convert(amount, unit, target, facts)
    return None if isinstance(found, NotConvertible) else found


def _quiet_amount(run: _Run, line: SheetLine, factor: Factor) -> Decimal | None:
    """The amount without asking again."""
    asked = len(run.questions)
    amount = run.amount(line, factor)
    del run.questions[asked:]
    return amount


def _kilograms(run: _Run, line: SheetLine) -> Decimal | None:
    unit = parse_unit(line.unit)
    if unit is None:
        return None
    amount = line.amount / line.yield_share
    if line.basis == "unit":
        amount = amount * run.sheet.production / run.sheet.yield_share
    found = convert(amount, unit, Unit.KILOGRAM, line.facts)
    return None if isinstance(found, NotConvertible) else found


def _allocated(sheet: Sheet) -> tuple[Decimal, dict[str, Decimal]]:
    """The product's share of the process, and everybody's; together 1. What is cut off bears nothing."""
    method, main = sheet.allocation.method, sheet.allocation.main_basis
    bearing = [one for one in sheet.co_products if one.treatment == "co_product"]
    if method == "none" or not bearing:
        return ONE, {PRODUCT: ONE}
    whole = ONE if method == "recorded" else main + sum((one.basis for one in bearing), ZERO)
    shares = {PRODUCT: main / whole}
    for one in bearing:
        shares[one.name] = one.basis / whole
    return shares[PRODUCT], shares


def _pieces_scale(sheet: Sheet) -> Decimal:
    """What the total of the period is multiplied by for one declared unit."""
    if sheet.split is None:
        return ONE / sheet.production
    asked = [one for one in sheet.split.shares if sheet.trade_id in {None, one.trade_id}]
    index = sum((one.index for one in asked), ZERO)
    pieces = sum((one.pieces for one in asked), ZERO)
    return index / sheet.split.index_total / pieces


def _split(sheet: Sheet, total: Decimal) -> SplitResult | None:
    """Each customer's part of the total; what nobody is given stays visible."""
    split = sheet.split
    if split is None:
        return None
    customers = []
    given = ZERO
    certificates = ZERO
    for one in split.shares:
        part = one.index / split.index_total
        given += part * total
        certificates += part * split.certificates
        customers.append(
            CustomerResult(
                name=one.name,
                trade_id=one.trade_id,
                emission=to_15_digits(part * total),
                per_piece=to_15_digits(part * total / one.pieces),
                certificates=to_15_digits(part * split.certificates),
            )
        )
    return SplitResult(
        total=to_15_digits(total),
        allocated=to_15_digits(given),
        unallocated=to_15_digits(total - given),
        certificates_unallocated=to_15_digits(split.certificates - certificates),
        customers=tuple(customers),
    )


def _stages(sums: _Sums, scale: Decimal) -> dict[Stage, Emission]:
    found = {}
    for stage in STAGES:
        own, component = sums.places.get((stage, "own")), sums.places.get((stage, "component"))
        if own is not None or component is not None:
            found[stage] = Emission(
                None if own is None else to_15_digits(own.emission * scale),
                None if component is None else to_15_digits(component.emission * scale),
            )
    return found


def _quality(sums: _Sums) -> dict[Stage, Quality]:
    """Weighted by |emission|, stage by stage."""
    found = {}
    for stage in STAGES:
        places = [place for (one, _), place in sums.places.items() if one is stage]
        weight = sum((place.weight for place in places), ZERO)
        if weight:
            found[stage] = Quality(
                to_15_digits(sum((place.ter for place in places), ZERO) / weight),
                to_15_digits(sum((place.ger for place in places), ZERO) / weight),
                to_15_digits(sum((place.tir for place in places), ZERO) / weight),
            )
    return found


def _dqr(sums: _Sums) -> Decimal | None:
    """The mean of the three, each weighted by |emission| over all stages."""
    if not sums.weight:
        return None
    whole = sum((place.ter + place.ger + place.tir for place in sums.places.values()), ZERO)
    return to_15_digits(whole / sums.weight / 3)


def _categories(sums: _Sums, scale: Decimal) -> dict[str, dict[Stage, Decimal]]:
    """Columns per declared unit; beyond what a statement may have, the smallest become `other`."""
    by_size = sorted(
        sums.categories.items(), key=lambda item: (-sum((abs(x) for x in item[1].values()), ZERO), item[0])
    )
    found: dict[str, dict[Stage, Decimal]] = {}
    for number, (name, by_stage) in enumerate(by_size):
        shown = name if number < MOST_CATEGORIES - 1 else "other"
        column = found.setdefault(shown, {})
        for stage, emission in by_stage.items():
            column[stage] = column.get(stage, ZERO) + emission * scale
    return {
        name: {stage: to_15_digits(x) for stage, x in column.items()}
        for name, column in found.items()
        if column
    }
