"""A year of bills as a form, and the sheet that it means: pure functions both ways.

A row of the form is one line of a sheet; its fields are called `material-0.amount` and so on. A line that the form has
no row for (an amount per piece, a process gas …) stands under "other" with its amount alone, and keeps everything else
that is said of it: whoever made the sheet elsewhere finds it whole afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from renkei.kit.decimals import CONTEXT, plain_text, to_15_digits
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.calculator.model import Activity, CoProduct, Sheet, SheetLine
from renkei.usecases.footprint.factors.model import Factor, FactorKind
from renkei.web.forms import typed_number

FUELS: Final[Mapping[str, tuple[str, Unit]]] = {
    "city-gas": ("jp-fuels@2024#city-gas", Unit.CUBIC_METER),
    "lpg": ("jp-fuels@2024#lpg", Unit.KILOGRAM),
    "kerosene": ("jp-fuels@2024#kerosene", Unit.LITER),
    "fuel-oil-a": ("jp-fuels@2024#fuel-oil-a", Unit.LITER),
    "diesel": ("jp-fuels@2024#diesel", Unit.LITER),
    "gasoline": ("jp-fuels@2024#gasoline", Unit.LITER),
}
"""The fuels that small works buy, as their bills count them."""
TRANSPORTS: Final = (
    "uk-ghg@2025#transport-304-3140-14-1",
    "uk-ghg@2025#transport-303-3102-14-1",
    "uk-ghg@2025#transport-315-3151-14-1",
    "uk-ghg@2025#transport-320-3235-14-1",
    "uk-ghg@2025#transport-317-3156-14-1",
)
"""Lorry, van, rail, container ship, aeroplane."""
WASTES: Final = (
    "uk-ghg@2025#waste-20-505-5383-15-1",
    "uk-ghg@2025#waste-20-505-5381-15-1",
    "uk-ghg@2025#waste-20-505-5379-15-1",
    "uk-ghg@2025#waste-20-504-5369-15-1",
    "uk-ghg@2025#waste-20-504-5366-15-1",
    "uk-ghg@2025#waste-20-501-5271-15-1",
    "uk-ghg@2025#waste-20-503-5334-15-1",
)
"""Plastic: to landfill, burnt, recycled; metal: to landfill, recycled; glass and electrical things to landfill."""
MATERIAL_UNITS: Final = (
    Unit.KILOGRAM.value,
    Unit.TONNE.value,
    Unit.GRAM.value,
    Unit.UNIT.value,
    Unit.LITER.value,
    Unit.CUBIC_METER.value,
    Unit.SQUARE_METER.value,
    Unit.METER.value,
)
WORK_UNITS: Final = ("JPY", Unit.KILOGRAM.value, Unit.UNIT.value)
ROWS: Final[Mapping[str, int]] = {"material": 4, "work": 2, "transport": 1, "waste": 1}
"""Empty rows to begin with."""
MORE: Final = 3
MOST_ROWS: Final = 40
_YEN_DIGITS: Final = Decimal("0.01")
_TERM: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?", re.ASCII)
_ACTIVITIES: Final[Mapping[str, Activity]] = {
    "power": Activity.ENERGY,
    "fuel": Activity.FUEL,
    "material": Activity.MATERIAL,
    "work": Activity.PROCESS,
    "transport": Activity.TRANSPORT,
    "waste": Activity.WASTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The factors that rows offer, by kind, best first."""

    power: Sequence[Factor]
    material: Sequence[Factor]
    work: Sequence[Factor]
    transport: Sequence[Factor]
    waste: Sequence[Factor]


def choices_of(factors: Iterable[Factor]) -> Choices:
    """What to offer of all factors that the company may use."""
    by_kind: dict[FactorKind, list[Factor]] = {}
    by_ref: dict[str, Factor] = {}
    for factor in factors:
        by_kind.setdefault(factor.kind, []).append(factor)
        by_ref[str(factor.ref)] = factor
    materials = by_kind.get(FactorKind.MATERIAL, [])
    return Choices(
        power=by_kind.get(FactorKind.ELECTRICITY, []),
        material=sorted(materials, key=_material_order),
        work=by_kind.get(FactorKind.PROCESS, []),
        transport=[by_ref[ref] for ref in TRANSPORTS if ref in by_ref],
        waste=[by_ref[ref] for ref in WASTES if ref in by_ref],
    )


def _material_order(factor: Factor) -> tuple[int, str]:
    """The company's own first, then what industry buys, then the long list of goods."""
    sets = ("metal-averages", "renkei-proxies", "battery-literature")
    known = sets.index(factor.ref.set_id) + 1 if factor.ref.set_id in sets else len(sets) + 1
    return (0 if factor.own else known, "")


# -- sheet -> form -----------------------------------------------------------------------------------------------------
def filled_with(sheet: Sheet) -> dict[str, str]:
    """The form that shows a sheet."""
    values = {
        "period_from": sheet.period_from.isoformat(),
        "period_to": sheet.period_to.isoformat(),
        "declared_unit": sheet.declared_unit.value,
        "production": plain_text(sheet.production),
        "note": sheet.note,
    }
    taken: dict[str, int] = {}
    for line in sheet.lines:
        group = group_of(line)
        if group is None or group in values:
            group = "other"
        number = taken.get(group, 0)
        taken[group] = number + 1
        name = group if group == "power" or group.startswith("fuel-") else f"{group}-{number}"
        if f"{name}.line" in values:
            name = f"other-{taken.setdefault('other', 0)}"
            taken["other"] += 1
        values |= {f"{name}.{field}": value for field, value in _fields_of(line).items()}
        if line.money_rate and line.unit == "JPY":
            rate = CONTEXT.divide(Decimal(1), line.money_rate)
            values["yen_per_dollar"] = plain_text(rate.quantize(_YEN_DIGITS).normalize())
    scrap = _scrap(sheet.co_products)
    if scrap is not None and scrap.mass_kg is not None:
        values["scrap"] = plain_text(scrap.mass_kg)
    return values


def _fields_of(line: SheetLine) -> dict[str, str]:
    own = line.own_value
    shown = {
        "line": line.line_id,
        "name": line.name,
        "amount": plain_text(line.amount),
        "unit": line.unit,
        "factor": "" if line.factor is None else str(line.factor),
    }
    if own is not None:
        shown |= {"value": plain_text(own.value), "source": own.source}
    if line.facts.transport_km is not None:
        shown["km"] = plain_text(line.facts.transport_km)
    return shown


def group_of(line: SheetLine) -> str | None:
    """The kind of row that shows a line; None if only its amount can be shown."""
    if line.basis != "total" or line.excluded is not None or line.completes is not None:
        return None
    ref = "" if line.factor is None else str(line.factor)
    match line.activity:
        case Activity.ENERGY:
            return "power" if line.unit == Unit.KILOWATT_HOUR.value and ref else None
        case Activity.FUEL:
            fuel = next((name for name, (of, _) in FUELS.items() if of == ref), None)
            return f"fuel-{fuel}" if fuel and line.unit == FUELS[fuel][1].value else None
        case Activity.MATERIAL:
            return "material" if line.unit in MATERIAL_UNITS else None
        case Activity.PROCESS:
            return "work" if line.unit in WORK_UNITS else None
        case Activity.TRANSPORT:
            is_usual = ref in TRANSPORTS and line.unit == Unit.TONNE.value
            return "transport" if is_usual and line.facts.transport_km else None
        case Activity.WASTE:
            return "waste" if ref in WASTES and line.unit == Unit.KILOGRAM.value else None
    return None


def emptied(values: Mapping[str, str], lines: Iterable[str]) -> dict[str, str]:
    """The form of the next year: what belongs to the period is asked for anew, everything else stays."""
    asked = set(lines)
    rows = {
        name.partition(".")[0] for name, value in values.items() if name.endswith(".line") and value in asked
    }
    return dict(values) | dict.fromkeys(("production", "scrap", *(f"{row}.amount" for row in rows)), "")


def begin(today: date, unit: Unit | None) -> dict[str, str]:
    """The form of a new sheet: the last whole business year (April to March)."""
    year = today.year if (today.month, today.day) >= (4, 1) else today.year - 1
    return {
        "period_from": date(year - 1, 4, 1).isoformat(),
        "period_to": date(year, 3, 31).isoformat(),
        "declared_unit": (unit or Unit.UNIT).value,
    }


def rows_of(values: Mapping[str, str], group: str, more: int = 0) -> list[str]:
    """The rows of a group: those with something in them, and empty ones behind."""
    filled = [-1]
    for name in values:
        row, _, field = name.partition(".")
        of, _, number = row.rpartition("-")
        if field and of == group and number.isdecimal() and len(number) < 4:
            filled.append(int(number))
    count = max(ROWS.get(group, 0), max(filled) + 1) + more
    return [f"{group}-{number}" for number in range(min(count, MOST_ROWS))]


# -- form -> sheet -----------------------------------------------------------------------------------------------------
def amount_of(text: str) -> str:
    """An amount as it is typed: a number, or a sum such as 9,820+9,540 (twelve bills of a year); else unchanged."""
    typed = typed_number(text)
    terms = typed.split("+")
    if len(terms) < 2 or not all(_TERM.fullmatch(term) for term in terms):
        return typed
    found = Decimal(0)
    for term in terms:
        found = CONTEXT.add(found, Decimal(term))
    return plain_text(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a form says, in the form of `SheetBody`; `places`: the row behind each of its lines."""

    body: dict[str, Any]
    places: tuple[str, ...]
    lines: tuple[str | None, ...]
    """The line of the former sheet that each one changes."""


def body_of(values: Mapping[str, str], names: Mapping[str, str], scrap_name: str) -> Typed:
    """The body of the sheet that a form means; a row without an amount, a factor and a value is none.

    `names`: factor → its name, for lines that have none of their own.
    """
    said = {name: value.strip() for name, value in values.items() if value.strip()}
    rate = amount_of(said.get("yen_per_dollar", ""))
    lines: list[dict[str, Any]] = []
    places: list[str] = []
    former: list[str | None] = []
    taken = {value for name, value in said.items() if name.endswith(".line")}
    for row in _rows(said):
        line = _line(row, said, names, rate)
        if line is None:
            continue
        known = said.get(f"{row}.line")
        if known is None:
            known_id = next(name for name in _ids(row) if name not in taken)
            taken.add(known_id)
        lines.append(line | {"line_id": known if known is not None else known_id})
        places.append(row)
        former.append(known)
    body: dict[str, Any] = {"lines": lines}
    for name in ("period_from", "period_to", "declared_unit"):
        if name in said:
            body[name] = said[name]
    if "production" in said:
        body["production"] = amount_of(said["production"])
    if "note" in said:
        body["note"] = said["note"]
    scrap = amount_of(said.get("scrap", ""))
    if scrap:
        body["co_products"] = [{"name": scrap_name, "basis": 0, "treatment": "cut_off", "mass_kg": scrap}]
    return Typed(body=body, places=tuple(places), lines=tuple(former))


def _rows(said: Mapping[str, str]) -> list[str]:
    """The rows in which something stands, in the order of the form."""
    found = dict.fromkeys(name.partition(".")[0] for name in said if "." in name)
    order = ("power", *(f"fuel-{fuel}" for fuel in FUELS))
    rest = [f"{group}-{number}" for group in (*ROWS, "other") for number in range(MOST_ROWS)]
    return [row for row in (*order, *rest) if row in found]


def _ids(row: str) -> Iterable[str]:
    yield row
    group = row.rpartition("-")[0] or row
    yield from (f"{group}-{number}" for number in range(10 * MOST_ROWS))


def _line(row: str, said: Mapping[str, str], names: Mapping[str, str], rate: str) -> dict[str, Any] | None:
    group = row if row == "power" else row.partition("-")[0]
    amount = amount_of(said.get(f"{row}.amount", ""))
    factor, value = said.get(f"{row}.factor"), amount_of(said.get(f"{row}.value", ""))
    if not amount and (group in {"power", "fuel", "other"} or not (factor or value)):
        return None
    line: dict[str, Any] = {"activity": _ACTIVITIES.get(group, Activity.MATERIAL).value, "primary": True}
    if amount:
        line["amount"] = amount
    if group == "power":
        line |= {"unit": Unit.KILOWATT_HOUR.value}
    elif group == "fuel":
        factor, unit = FUELS[row.partition("-")[2]]
        line |= {"unit": unit.value}
    elif group == "transport":
        line |= {"unit": Unit.TONNE.value, "facts": {"transport_km": amount_of(said.get(f"{row}.km", ""))}}
        line["primary"] = False
    elif group == "waste":
        line |= {"unit": Unit.KILOGRAM.value}
    else:
        line |= {"unit": said.get(f"{row}.unit", Unit.KILOGRAM.value)}
    if group == "work":
        line |= {"origin": "component"}
        if line["unit"] == "JPY":
            line |= {"price_year": _year(said)}
            if rate:
                line |= {"money_rate": _reciprocal(rate)}
    if value:
        line["own_value"] = {"value": value, "unit": line["unit"], "source": said.get(f"{row}.source", "")}
    elif factor:
        line["factor"] = factor
    line["name"] = said.get(f"{row}.name") or names.get(factor or "", "")
    return line


def _year(said: Mapping[str, str]) -> int | None:
    try:
        return date.fromisoformat(said.get("period_from", "")).year
    except ValueError:
        return None


def _reciprocal(rate: str) -> str:
    """Dollars per yen of yen per dollar; what is no number stays as it is, and is told as a fault."""
    try:
        found = Decimal(rate)
        return plain_text(to_15_digits(CONTEXT.divide(Decimal(1), found))) if found > 0 else rate
    except ArithmeticError:
        return rate


def merged(sheet: Sheet, typed: Typed, former: Sheet | None) -> Sheet:
    """The sheet of a form with everything that the form does not ask for as it was before."""
    if former is None:
        return sheet
    before = {line.line_id: line for line in former.lines}
    lines = tuple(
        _merged_line(line, None if known is None else before.get(known), row)
        for line, known, row in zip(sheet.lines, typed.lines, typed.places, strict=True)
    )
    old_scrap = _scrap(former.co_products)
    others = tuple(one for one in former.co_products if one is not old_scrap)
    scrap = _scrap(sheet.co_products)
    if scrap is not None and old_scrap is not None:
        scrap = replace(old_scrap, mass_kg=scrap.mass_kg)
    return replace(
        former,
        period_from=sheet.period_from,
        period_to=sheet.period_to,
        declared_unit=sheet.declared_unit,
        production=sheet.production,
        lines=lines,
        co_products=others if scrap is None else (*others, scrap),
        note=sheet.note,
    )


def _merged_line(line: SheetLine, before: SheetLine | None, row: str) -> SheetLine:
    if before is None:
        return line
    if row.startswith("other-"):
        return replace(before, amount=line.amount)
    own = line.own_value
    if own is not None and before.own_value is not None:
        own = replace(before.own_value, value=own.value, unit=own.unit, source=own.source)
    is_same = line.factor == before.factor and (own is None) == (before.own_value is None)
    km = line.facts.transport_km
    return replace(
        before,
        amount=line.amount,
        unit=line.unit,
        factor=line.factor,
        own_value=own,
        name=line.name if line.name and not is_same else before.name or line.name,
        facts=before.facts if km is None else replace(before.facts, transport_km=km),
        money_rate=line.money_rate,
        price_year=line.price_year if line.price_year is not None else before.price_year,
        category=before.category if is_same else None,
        technology=before.technology if is_same else None,
        rating=before.rating if is_same else None,
    )


def _scrap(co_products: Sequence[CoProduct]) -> CoProduct | None:
    """What is sold as scrap and cut off: the first of that kind."""
    return next((one for one in co_products if one.treatment == "cut_off" and one.mass_kg is not None), None)


def of_form(error: SeveralFaults, places: Sequence[str]) -> SeveralFaults:
    """The faults of a sheet at the fields of its form."""
    return SeveralFaults(tuple(replace(one, pointer=_place(one, places)) for one in error.faults))


def _place(fault: Fault, places: Sequence[str]) -> str:
    steps = fault.pointer.strip("/").split("/")
    if steps[0] == "lines" and len(steps) > 2 and steps[1].isdecimal() and int(steps[1]) < len(places):
        field = {
            "transport_km": "km",
            "price_year": "amount",
            "line_id": "amount",
            "activity": "amount",
        }.get(steps[-1], steps[-1])
        if field == "money_rate":
            return "/yen_per_dollar"
        return f"/{places[int(steps[1])]}.{field}"
    if steps[0] == "co_products":
        return "/scrap"
    return fault.pointer if len(steps) == 1 else f"/{steps[0]}"
