"""Questions to whoever states a footprint: what looks like a slip. They never stand in the way of anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

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
