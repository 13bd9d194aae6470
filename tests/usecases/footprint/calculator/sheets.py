"""Short words for sheets and factors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from renkei.kit.quantities import Unit
from renkei.usecases.footprint.calculator.engine import calculate
from renkei.usecases.footprint.calculator.model import Activity, OwnValue, Sheet, SheetLine
from renkei.usecases.footprint.factors.library import platform_factors
from renkei.usecases.footprint.factors.model import parse_ref

PART = UUID("d17833fe-22b7-4a4a-b097-bc3f2150c9a6")
POWER = "owid-grid@2023#electricity-jp"  # 0.485392 kgCO2e/kWh
CITY_GAS = "jp-fuels@2024#city-gas"  # 2.0533333 kgCO2/m3 burnt, 40 MJ/m3
STEEL = "metal-averages@1#steel"  # 1.89 kgCO2e/kg
TRUCK = "uk-ghg@2025#transport-304-3140-14-1"


def d(x):
    return Decimal(str(x))


def line(line_id, activity, amount, unit, of=None, **said):
    """A line with a factor (a reference as text) or, where `of` is a number, a value of its own per the line's unit."""
    if isinstance(of, str):
        said["factor"] = parse_ref(of)
    elif of is not None:
        own = {"unit": unit, "source": "own"} | said.pop("own", {})
        said["own_value"] = OwnValue(value=d(of), **own)
    return SheetLine(line_id=line_id, activity=Activity(activity), amount=d(amount), unit=unit, **said)


def sheet(*lines, **said):
    values = {
        "trace_id": PART,
        "period_from": date(2024, 4, 1),
        "period_to": date(2025, 3, 31),
        "declared_unit": Unit.UNIT,
        "production": Decimal(100),
        "lines": lines,
    }
    return Sheet(**(values | said))


def calculated(*lines, factors=None, facts=None, **said):
    more = {} if facts is None else {"facts": facts}
    return calculate(sheet(*lines, **said), platform_factors() if factors is None else factors, **more)


def codes(found, *, without=("no_energy",)):
    return [question.code for question in found.questions if question.code not in without]
