"""Units that travel with numbers, and exact conversion between them.

Inside one dimension a conversion is a product of exact decimals (1 kWh = 3.6 MJ).
Between dimensions it needs facts about the thing itself: what one piece weighs, how dense a litre is.
A missing fact never blocks: `convert` answers `NotConvertible`, which names what to ask for (design rule 4).

Where several chains of facts would do, the shortest is taken (piece to kg before piece to m2 to kg), and among equals
the one that stands first in `_LINKS`; so the answer depends on the facts alone.

    >>> facts = ConversionFacts(mass_kg_per_unit=Decimal("0.25"))
    >>> convert(Decimal(8), Unit.UNIT, Unit.GRAM, facts)
    Decimal('2000')
    >>> convert(Decimal(8), Unit.LITER, Unit.GRAM, facts).missing
    ('density_kg_per_liter',)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Final

from renkei.kit.decimals import CONTEXT


class Dimension(Enum):
    """What sort of thing a unit measures; inside one, conversion needs no facts."""

    COUNT = "count"
    MASS = "mass"
    VOLUME = "volume"
    NORMAL_GAS = "normal gas"
    LENGTH = "length"
    AREA = "area"
    ENERGY = "energy"
    TRANSPORT = "transport"
    TIME = "time"


class Unit(Enum):
    """A unit of an amount. The first eight are those that Ouranos can declare; structures may use all."""

    LITER = "liter"
    KILOGRAM = "kilogram"
    CUBIC_METER = "cubic-meter"  # of a gas: at 25 °C and 1 bar, as Japanese statistics count it
    KILOWATT_HOUR = "kilowatt-hour"
    MEGAJOULE = "megajoule"
    TON_KILOMETER = "ton-kilometer"
    SQUARE_METER = "square-meter"
    UNIT = "unit"

    MILLIGRAM = "milligram"
    GRAM = "gram"
    TONNE = "tonne"
    MILLILITER = "milliliter"
    KILOLITER = "kiloliter"
    CUBIC_CENTIMETER = "cubic-centimeter"
    NORMAL_CUBIC_METER = "normal-cubic-meter"  # of a gas: at 0 °C and 101.325 kPa (m³N)
    MILLIMETER = "millimeter"
    CENTIMETER = "centimeter"
    METER = "meter"
    KILOMETER = "kilometer"
    SQUARE_MILLIMETER = "square-millimeter"
    SQUARE_CENTIMETER = "square-centimeter"
    SHEET = "sheet"  # a piece: its area is `area_m2_per_unit`
    DOZEN = "dozen"
    WATT_HOUR = "watt-hour"
    MEGAWATT_HOUR = "megawatt-hour"
    KILOJOULE = "kilojoule"
    GIGAJOULE = "gigajoule"
    KILOGRAM_KILOMETER = "kilogram-kilometer"
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"

    @property
    def dimension(self) -> Dimension:
        """What it measures."""
        return _TABLE[self][0]

    @property
    def factor(self) -> Decimal:
        """How many of its dimension's base unit one of it is; exact."""
        return _TABLE[self][1]


DECLARED_UNITS: Final = (
    Unit.LITER,
    Unit.KILOGRAM,
    Unit.CUBIC_METER,
    Unit.KILOWATT_HOUR,
    Unit.MEGAJOULE,
    Unit.TON_KILOMETER,
    Unit.SQUARE_METER,
    Unit.UNIT,
)
"""What Ouranos knows (`amountRequiredUnit`, and `ghgDeclaredUnit` behind "kgCO2e/"), in its order."""

# Base units: one piece, kilogram, litre, normal cubic metre, metre, square metre, megajoule, tonne-kilometre, second.
_TABLE: Final[dict[Unit, tuple[Dimension, Decimal]]] = {
    Unit.UNIT: (Dimension.COUNT, Decimal(1)),
    Unit.SHEET: (Dimension.COUNT, Decimal(1)),
    Unit.DOZEN: (Dimension.COUNT, Decimal(12)),
    Unit.MILLIGRAM: (Dimension.MASS, Decimal("0.000001")),
    Unit.GRAM: (Dimension.MASS, Decimal("0.001")),
    Unit.KILOGRAM: (Dimension.MASS, Decimal(1)),
    Unit.TONNE: (Dimension.MASS, Decimal(1000)),
    Unit.MILLILITER: (Dimension.VOLUME, Decimal("0.001")),
    Unit.CUBIC_CENTIMETER: (Dimension.VOLUME, Decimal("0.001")),
    Unit.LITER: (Dimension.VOLUME, Decimal(1)),
    Unit.KILOLITER: (Dimension.VOLUME, Decimal(1000)),
    Unit.CUBIC_METER: (Dimension.VOLUME, Decimal(1000)),
    Unit.NORMAL_CUBIC_METER: (Dimension.NORMAL_GAS, Decimal(1)),
    Unit.MILLIMETER: (Dimension.LENGTH, Decimal("0.001")),
    Unit.CENTIMETER: (Dimension.LENGTH, Decimal("0.01")),
    Unit.METER: (Dimension.LENGTH, Decimal(1)),
    Unit.KILOMETER: (Dimension.LENGTH, Decimal(1000)),
    Unit.SQUARE_MILLIMETER: (Dimension.AREA, Decimal("0.000001")),
    Unit.SQUARE_CENTIMETER: (Dimension.AREA, Decimal("0.0001")),
    Unit.SQUARE_METER: (Dimension.AREA, Decimal(1)),
    Unit.KILOJOULE: (Dimension.ENERGY, Decimal("0.001")),
    Unit.MEGAJOULE: (Dimension.ENERGY, Decimal(1)),
    Unit.GIGAJOULE: (Dimension.ENERGY, Decimal(1000)),
    Unit.WATT_HOUR: (Dimension.ENERGY, Decimal("0.0036")),
    Unit.KILOWATT_HOUR: (Dimension.ENERGY, Decimal("3.6")),
    Unit.MEGAWATT_HOUR: (Dimension.ENERGY, Decimal(3600)),
    Unit.KILOGRAM_KILOMETER: (Dimension.TRANSPORT, Decimal("0.001")),
    Unit.TON_KILOMETER: (Dimension.TRANSPORT, Decimal(1)),
    Unit.SECOND: (Dimension.TIME, Decimal(1)),
    Unit.MINUTE: (Dimension.TIME, Decimal(60)),
    Unit.HOUR: (Dimension.TIME, Decimal(3600)),
}
_ALIASES: Final = {"piece": Unit.UNIT}

CUBIC_METERS_25C_PER_NORMAL_CUBIC_METER: Final = CONTEXT.divide(
    CONTEXT.multiply(Decimal("298.15"), Decimal("101.325")), CONTEXT.multiply(Decimal("273.15"), Decimal(100))
)
"""1.1060 m³ at 25 °C and 1 bar are 1 m³N (0 °C, 101.325 kPa) of an ideal gas: the usual value of the fact below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionFacts:
    """What is known of one part (or of what one line of it is made of). None, and anything not positive, is unknown."""

    mass_kg_per_unit: Decimal | None = None
    density_kg_per_liter: Decimal | None = None
    area_m2_per_unit: Decimal | None = None
    length_m_per_unit: Decimal | None = None
    mass_kg_per_m2: Decimal | None = None
    mass_kg_per_m: Decimal | None = None
    energy_mj_per_kg: Decimal | None = None  # lower heating value
    energy_mj_per_unit: Decimal | None = None  # what one piece holds, for instance a battery
    cubic_meters_per_normal_cubic_meter: Decimal | None = None  # the gas state that its m³ are counted in
    transport_km: Decimal | None = None  # how far it is carried, for tonne-kilometres


NO_FACTS: Final = ConversionFacts()


@dataclass(frozen=True, slots=True)
class NotConvertible:
    """There is no conversion with the facts at hand.

    `missing` names the facts (fields of `ConversionFacts`) that would help; empty if none ever could (hours to kg).
    """

    source: Unit
    target: Unit
    missing: tuple[str, ...]


def parse_unit(text: object) -> Unit | None:
    """The unit of this name ("piece" is another name of "unit"), or None."""
    if not isinstance(text, str):
        return None
    return _BY_NAME.get(text)


def merge_facts(own: ConversionFacts, other: ConversionFacts) -> ConversionFacts:
    """Both sides' facts in one, each taken from `own` where it has it (the customer's own win on its own line)."""
    names = [field.name for field in fields(ConversionFacts)]
    return ConversionFacts(**{name: _known(own, name) or _known(other, name) for name in names})


def convert(
    amount: Decimal, source: Unit, target: Unit, facts: ConversionFacts = NO_FACTS
) -> Decimal | NotConvertible:
    """`amount` of `source` written in `target`.

    Exact wherever 34 digits can be (products are exact, one division comes last, half even).
    Raises `decimal.InvalidOperation` if `amount` is not a number.
    """
    if source is target:
        return amount
    chain = _chain(source.dimension, target.dimension, facts)
    if isinstance(chain, tuple):
        return NotConvertible(source, target, chain)
    above, below = CONTEXT.multiply(amount, source.factor), target.factor
    for fact, multiplies in chain:
        if multiplies:
            above = CONTEXT.multiply(above, fact)
        else:
            below = CONTEXT.multiply(below, fact)
    result = CONTEXT.divide(above, below)
    return CONTEXT.quantize(result, Decimal(1)) if _is_short_whole(result) else result


# From a base unit to another by multiplying with the fact (and a power of ten that the units bring along).
_Link = tuple[Dimension, Dimension, str, Decimal]
_LINKS: Final[tuple[_Link, ...]] = (
    (Dimension.COUNT, Dimension.MASS, "mass_kg_per_unit", Decimal(1)),
    (Dimension.VOLUME, Dimension.MASS, "density_kg_per_liter", Decimal(1)),
    (Dimension.COUNT, Dimension.AREA, "area_m2_per_unit", Decimal(1)),
    (Dimension.COUNT, Dimension.LENGTH, "length_m_per_unit", Decimal(1)),
    (Dimension.AREA, Dimension.MASS, "mass_kg_per_m2", Decimal(1)),
    (Dimension.LENGTH, Dimension.MASS, "mass_kg_per_m", Decimal(1)),
    (Dimension.MASS, Dimension.ENERGY, "energy_mj_per_kg", Decimal(1)),
    (Dimension.COUNT, Dimension.ENERGY, "energy_mj_per_unit", Decimal(1)),
    (Dimension.NORMAL_GAS, Dimension.VOLUME, "cubic_meters_per_normal_cubic_meter", Decimal(1000)),
    (Dimension.MASS, Dimension.TRANSPORT, "transport_km", Decimal("0.001")),
)
_BY_NAME: Final = {unit.value: unit for unit in Unit} | _ALIASES
_ORDER: Final = {dimension: place for place, dimension in enumerate(Dimension)}
_Step = tuple[str, Decimal, bool]


@cache
def _paths(source: Dimension, target: Dimension) -> tuple[tuple[_Step, ...], ...]:
    """Every way from one dimension to another that visits none twice, shortest first, then in the order of `_LINKS`.

    The way back is the way there reversed, so that facts that contradict one another still cancel out.
    """
    if _ORDER[source] > _ORDER[target]:
        there = _paths(target, source)
        return tuple(tuple((name, power, not up) for name, power, up in reversed(path)) for path in there)
    found: list[tuple[_Step, ...]] = []

    def go(at: Dimension, seen: frozenset[Dimension], steps: tuple[_Step, ...]) -> None:
        if at is target:
            found.append(steps)
            return
        for first, second, name, power in _LINKS:
            if first is at and second not in seen:
                go(second, seen | {second}, (*steps, (name, power, True)))
            elif second is at and first not in seen:
                go(first, seen | {first}, (*steps, (name, power, False)))

    go(source, frozenset({source}), ())
    return tuple(sorted(found, key=len))


def _chain(
    source: Dimension, target: Dimension, facts: ConversionFacts
) -> list[tuple[Decimal, bool]] | tuple[str, ...]:
    """The facts to apply in turn (and whether each multiplies), or the fewest names of facts that are missing."""
    fewest: tuple[str, ...] | None = None
    for path in _paths(source, target):
        missing = tuple(name for name, _, _ in path if _known(facts, name) is None)
        if not missing:
            return [
                (CONTEXT.multiply(fact, power), multiplies)
                for name, power, multiplies in path
                if (fact := _known(facts, name)) is not None
            ]
        if fewest is None or len(missing) < len(fewest):
            fewest = missing
    return fewest or ()


def _known(facts: ConversionFacts, name: str) -> Decimal | None:
    fact: Decimal | None = getattr(facts, name)
    return fact if fact is not None and fact.is_finite() and fact > 0 else None


def _is_short_whole(number: Decimal) -> bool:
    """Whether a division left a whole number with a positive exponent (2E+3), which reads better as 2000."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent > 0 and number.adjusted() < CONTEXT.prec
