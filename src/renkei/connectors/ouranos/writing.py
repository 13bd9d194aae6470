"""Answers as bytes: the fast way for values whose numbers are known to be tame."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def written(value: object) -> bytes:
    """Compact UTF-8 JSON of `value`.

    Every Decimal at this door has at most five decimals and no positive exponent (`round_up_5`), so that its text is
    a plain number: the search for exponents in `strict_json.dumps`, which costs more than the writing, is not needed.
    """
    return _ENCODER.encode(value)


def seconds(moment: datetime) -> str:
    """A moment as the contract writes it: `2024-05-23T11:22:33Z`."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"
