"""`calc.sheet`: a sheet of 200 lines through the calculator / the same arithmetic in plain Decimal.

The yardstick converts, multiplies, completes burnt fuels and sums by stage, origin, category, quality and primary share with
everything looked up beforehand, in the same context of 34 digits; the calculator also keeps the trail line by line and asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from uuid import UUID

from bench.harness import Result, benchmark
from bench.measure_rollup import compared, ms
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.calculator.engine import calculate, origin_of, stage_of
from renkei.usecases.footprint.calculator.model import Activity, Sheet, SheetLine
from renkei.usecases.footprint.calculator.ratings import rate, rule_sets
from renkei.usecases.footprint.factors.library import platform_factors
from renkei.usecases.footprint.factors.model import parse_ref

LINES = 200
TIMES = 20
_KINDS = (
    (Activity.ENERGY, "owid-grid@2023#electricity-jp", Unit.MEGAWATT_HOUR),
    (Activity.FUEL, "jp-fuels@2024#city-gas", Unit.CUBIC_METER),
    (Activity.MATERIAL, "metal-averages@1#steel", Unit.TONNE),
    (Activity.TRANSPORT, "uk-ghg@2025#transport-304-3140-14-1", Unit.KILOGRAM_KILOMETER),
)


def sheet() -> Sheet:
    lines = []
    for number in range(LINES):
        activity, ref, unit = _KINDS[number % len(_KINDS)]
        lines.append(
            SheetLine(
                line_id=f"{number}",
                activity=activity,
                name=f"line {number // 20}",
                amount=Decimal(number * 37 + 11) / 8,
                unit=unit.value,
                factor=parse_ref(ref),
                yield_share=Decimal("0.95"),
                primary=number % 3 == 0,
            )
        )
    return Sheet(
        trace_id=UUID(int=1),
        period_from=date(2024, 4, 1),
        period_to=date(2025, 3, 31),
        declared_unit=Unit.UNIT,
        production=Decimal(20_000),
        lines=tuple(lines),
    )


Row = tuple[
    Decimal, Decimal, Decimal, bool, tuple[str, str], str, list[tuple[Decimal, Decimal, tuple[Decimal, ...]]]
]


def prepared(of: Sheet) -> list[Row]:
    """Each line's amount, yield, unit factor, mark, place, category, and what it is multiplied by with its ratings."""
    factors, rules = platform_factors(), rule_sets()[of.rule_set]
    found: list[Row] = []
    for line in of.lines:
        assert line.factor is not None
        factor = factors[line.factor]
        unit, target = Unit(line.unit), Unit(factor.unit)
        by = [(Decimal(1), factor.value, rate(rules, of, line, factor))]
        if factor.upstream is not None:
            upstream = factors[factor.upstream]
            heat = factor.energy_mj_per_unit
            ratio = Decimal(1) if heat is None else heat / Unit(upstream.unit).factor
            by.append((ratio, upstream.value, rate(rules, of, line, upstream)))
        place = (stage_of(line).value, origin_of(line))
        found.append(
            (line.amount, line.yield_share, unit.factor / target.factor, line.primary, place, line.name, by)
        )
    return found


def plainly(rows: Sequence[Row], production: Decimal) -> Decimal:
    """The same sums and products, and nothing else."""
    zero = Decimal(0)
    stages: dict[tuple[str, str], Decimal] = {}
    categories: dict[tuple[str, str], Decimal] = {}
    weights: dict[str, Decimal] = {}
    ratings: dict[str, list[Decimal]] = {}
    total = primary = weight_of_all = zero
    with localcontext(CONTEXT):
        for amount, yield_share, unit, is_primary, place, category, by in rows:
            used = amount / yield_share * unit
            stage = place[0]
            for ratio, value, rated in by:
                emission = used * ratio * value
                weight = abs(emission)
                stages[place] = stages.get(place, zero) + emission
                categories[category, stage] = categories.get((category, stage), zero) + emission
                weights[stage] = weights.get(stage, zero) + weight
                sums = ratings.setdefault(stage, [zero, zero, zero])
                for number, rating in enumerate(rated):
                    sums[number] += weight * rating
                total += emission
                weight_of_all += weight
                if is_primary:
                    primary += weight
        for each in (stages, categories):
            for name, emission in each.items():
                each[name] = to_15_digits(emission / production)  # type: ignore[index]
        for stage, sums in ratings.items():
            ratings[stage] = [to_15_digits(one / weights[stage]) for one in sums]
        to_15_digits(primary / weight_of_all)
        return to_15_digits(total / production)


@benchmark("calc.sheet")
def measure_sheet() -> Sequence[Result]:
    of, factors = sheet(), platform_factors()
    rows = prepared(of)
    if calculate(of, factors).total != plainly(rows, of.production):
        raise AssertionError("the two do not compute the same")
    ratio, mine, plain = compared(
        lambda: calculate(of, factors), lambda: plainly(rows, of.production), counts=(TIMES, TIMES)
    )
    detail = {"calculator_ms": ms(mine), "plain_ms": ms(plain), "lines": LINES}
    return [Result(name="calc.sheet", ratio=ratio, bar=3, better="lower", detail=detail)]
