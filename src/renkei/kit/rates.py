"""How much may be asked of us in a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` lasting, `burst` at once."""

    per_second: float
    burst: float
