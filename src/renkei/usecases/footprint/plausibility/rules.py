"""Questions to whoever states a footprint: what looks like a slip. They never stand in the way of anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from renkei.kit.decimals import CONTEXT
from renkei.usecases.footprint.model import NO_QUALITY, Statement, Value
from renkei.usecases.footprint.rules import total

Question = Literal["zero", "negative", "much_larger", "much_smaller", "unit_changed", "no_quality"]
"""zero, negative: the total or one of its parts; much_*: than the former version; unit_changed: since then."""
SLIP: Final = Decimal(1000)
"""kg for g, kWh for Wh: a slip of units is a factor of a thousand."""
_ZERO: Final = Decimal(0)


def questions(now: Statement, former: Statement | None = None) -> tuple[Question, ...]:
    """What to ask about a version, given the one before it."""
    found: list[Question] = []
    value = now.in_force
    amount = total(value)
    if amount == _ZERO:
        found.append("zero")
    if amount < _ZERO or _any_negative(value):
        found.append("negative")
    if former is not None and former.declared_unit is not now.declared_unit:
        found.append("unit_changed")
    elif former is not None:
        before = abs(total(former.in_force))
        if before and abs(amount) > CONTEXT.multiply(before, SLIP):
            found.append("much_larger")
        if amount and CONTEXT.multiply(abs(amount), SLIP) < before:
            found.append("much_smaller")
    if all(rated == NO_QUALITY for rated in value.quality.values()):
        found.append("no_quality")
    return tuple(found)


def _any_negative(value: Value) -> bool:
    return any(
        part is not None and part < _ZERO
        for emission in value.stages.values()
        for part in (emission.own, emission.component)
    )


# -- beside other values -----------------------------------------------------------------------------------------------
_FILE: Final = Path(__file__).parent / "data" / "bounds.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When a number is asked about; data, with a version."""

    version: str
    slip: Decimal
    slip_width: Decimal
    similar: Decimal
    similar_least: int
    last_year: Decimal
    estimate: Decimal
    supplier: Decimal
    mass_more: Decimal
    coverage: Decimal


@cache
def bounds() -> Bounds:
    """The bounds of `data/bounds.json`."""
    said: dict[str, Any] = msgspec.json.decode(_FILE.read_bytes())
    del said["note"]
    least = said.pop("similar_least")
    version = said.pop("version")
    return Bounds(
        version=version, similar_least=least, **{name: Decimal(text) for name, text in said.items()}
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, with the numbers it is about. It stops nothing."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def is_beyond(one: Decimal, other: Decimal, factor: Decimal) -> bool:
    """Whether one is more than `factor` times the other, either way; signs are passed over, and 0 beside nothing."""
    a, b = abs(one), abs(other)
    if not a or not b:
        return False
    return a > CONTEXT.multiply(b, factor) or b > CONTEXT.multiply(a, factor)


def looks_like_slip(one: Decimal, other: Decimal, of: Bounds) -> bool:
    """Whether the two are about a factor of a thousand apart (within `slip_width`), as kg for g or kWh for MWh."""
    a, b = abs(one), abs(other)
    if not a or not b:
        return False
    with localcontext(CONTEXT):
        ratio = a / b if a > b else b / a
        return of.slip / of.slip_width <= ratio <= of.slip * of.slip_width


def median(numbers: Sequence[Decimal]) -> Decimal:
    """The middle one; of an even number the mean of the two in the middle. Raises `ValueError` for none."""
    if not numbers:
        message = "the median of nothing"
        raise ValueError(message)
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2))


def beside(code: str, amount: Decimal, other: Decimal, factor: Decimal, of: Bounds) -> Asked | None:
    """The question about a number beside another: a slip of units, or `code` where it is beyond `factor`; else None."""
    numbers = {"value": amount, "other": other}
    if looks_like_slip(amount, other, of):
        return Asked("unit_slip", numbers | {"against": code})
    return Asked(code, numbers) if is_beyond(amount, other, factor) else None


def mass_question(inputs_kg: Decimal, part_kg: Decimal, of: Bounds) -> Asked | None:
    """More mass comes out than goes in."""
    if inputs_kg < CONTEXT.multiply(part_kg, of.mass_more):
        return Asked("mass_balance", {"input": inputs_kg, "output": part_kg})
    return None
