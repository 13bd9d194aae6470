"""When a calculated value is published: pure decisions (design.md, section 6, automatic update)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from renkei.kit.decimals import CONTEXT
from renkei.usecases.footprint.model import UpdatePolicy, Value

_ZERO = Decimal(0)


def total(value: Value) -> Decimal:
    """All stages of a value together, own and component."""
    found = _ZERO
    for emission in value.stages.values():
        found = CONTEXT.add(found, emission.total or _ZERO)
    return found


def is_held(policy: UpdatePolicy) -> bool:
    """Whether no wave publishes the part by itself: it waits for a person or for a day."""
    return policy.mode in {"review", "monthly", "yearly"}


def goes_beyond(threshold: Decimal, published: Value, now: Value) -> bool:
    """Whether |now − published| is more than `threshold` × |published|; any change from 0 is."""
    before = total(published)
    return abs(CONTEXT.subtract(total(now), before)) > CONTEXT.multiply(threshold, abs(before))


def due_day(policy: UpdatePolicy, today: date) -> date | None:
    """The day on which a value that is calculated today is published by itself; None if never.

    `monthly`: the first of the next month. `yearly`: the first of the next `first_month`.
    """
    if policy.mode == "monthly":
        return date(today.year + today.month // 12, today.month % 12 + 1, 1)
    if policy.mode == "yearly":
        first = date(today.year, policy.first_month, 1)
        return first if first > today else date(today.year + 1, policy.first_month, 1)
    return None
