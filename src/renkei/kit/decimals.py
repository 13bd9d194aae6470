"""Exact decimal numbers: how they are computed with, rounded, read and written.

- Computing: `CONTEXT`, IEEE 754 decimal128 (34 digits, half even). Errors are raised, never passed on as NaN.
- Statements: `to_15_digits`, the precision on which everything computes, proves and delivers.
- The Ouranos door: `round_up_5`, five decimals, rounded up.
- Reading: `parse_decimal`, which bounds the work before it is done ("1e999999999" costs nothing).
- Writing: `plain_text` and `to_json_number`, never with an exponent.

A `Context` is shared on purpose: its methods are used (`CONTEXT.multiply(a, b)`), never its flags.

    >>> to_15_digits(Decimal("123456789.12345678"))
    Decimal('123456789.123457')
    >>> round_up_5(Decimal("1.000001"))
    Decimal('1.00001')
    >>> plain_text(Decimal("1E-7"))
    '0.0000001'
"""

from __future__ import annotations

import re
from decimal import (
    ROUND_CEILING,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    Underflow,
)
from typing import Final

PRECISION: Final = 34
MAX_EXPONENT: Final = 6144

CONTEXT: Final = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=1 - MAX_EXPONENT,
    Emax=MAX_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""IEEE 754-2008 decimal128, the context of every exact computation. Use its methods."""

_15_DIGITS: Final = Context(
    prec=15,
    rounding=ROUND_HALF_EVEN,
    Emin=1 - MAX_EXPONENT,
    Emax=MAX_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
# Wide enough to write any decimal128 out in full, so that quantising never meets the precision.
_WIDE: Final = Context(
    prec=2 * MAX_EXPONENT + 2 * PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=-3 * MAX_EXPONENT,
    Emax=3 * MAX_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_5_DECIMALS: Final = Decimal("0.00001")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE]([+-]?)0*([0-9]+))?", re.ASCII)


def to_15_digits(x: Decimal) -> Decimal:
    """`x` to 15 significant digits, half even, without trailing zeros and never with a positive exponent.

    Equal numbers give equal results down to the text ("1.50", "1.5" and "15E-1" all become 1.5; -0 becomes 0).
    Raises `decimal.InvalidOperation` for NaN and `decimal.Overflow` beyond decimal128.
    """
    return _tidy(_15_DIGITS.plus(x))


def round_up_5(x: Decimal) -> Decimal:
    """`x` to five decimals, rounded up, as the Ouranos contract asks of a sender (anything beyond adds 0.00001).

    "Up" is towards plus infinity: 1.000001 becomes 1.00001, and -1.000019 becomes -1.00001.
    (The door refuses negative numbers anyway; a negative total shown elsewhere must not look better than it is.)
    """
    return _tidy(_WIDE.quantize(x, _5_DECIMALS) if _has_5_decimals(x) else _up(x))


def parse_decimal(
    text: str, *, max_digits: int = PRECISION, max_exponent: int = MAX_EXPONENT
) -> Decimal | None:
    """The number written in `text` by the grammar of JSON (RFC 8259, section 6), or None.

    None also if it is written with more than `max_digits` digits, or if its size is beyond 10**±`max_exponent`.
    Nothing is built before the bounds are checked, so a hostile exponent costs neither time nor memory.
    """
    # The longest good text: sign, digits, point, "e", sign, and an exponent of at most 20 characters.
    if len(text) > max_digits + 24:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    exponent = match.group(2)
    mantissa_end = len(text) if exponent is None else max(text.find("e"), text.find("E"))
    if sum(map(str.isdigit, text[:mantissa_end])) > max_digits:
        return None
    if exponent is not None and len(exponent) > len(str(max_exponent + max_digits)):
        return None
    number = Decimal(text)
    return number if not number or abs(number.adjusted()) <= max_exponent else None


def plain_text(x: Decimal) -> str:
    """`x` without an exponent and without trailing zeros: "1.5", "0", "0.0000001". -0 is "0".

    Raises `ValueError` for NaN, infinities and sizes beyond decimal128 (a fault of ours, never of a caller).
    """
    if not x.is_finite() or abs(x.adjusted()) > 2 * MAX_EXPONENT:
        message = "only finite numbers of bounded size are written"
        raise ValueError(message)
    if not x:
        return "0"
    text = f"{x:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_json_number(x: Decimal) -> int | Decimal:
    """`x` as the value to hand to a JSON writer: an int if it is whole, else a Decimal without trailing zeros.

    Numbers smaller than 10**-6 stay Decimals whose `str` has an exponent; `strict_json.dumps` writes them plainly.
    Raises `ValueError` as `plain_text` does.
    """
    if _is_tidy(x):
        return x
    if not x.is_finite() or abs(x.adjusted()) > 2 * MAX_EXPONENT:
        message = "only finite numbers of bounded size are written"
        raise ValueError(message)
    whole = int(x)
    return whole if whole == x else _tidy(x)


def _tidy(x: Decimal) -> Decimal:
    """The same number with neither trailing zeros nor a positive exponent nor the sign of a zero."""
    if _is_tidy(x):
        return x
    if not x:
        return _ZERO
    shortest = x.normalize(_WIDE)
    # "E+" is written for a positive exponent and for nothing else; the text costs a third of `as_tuple`.
    return _WIDE.quantize(shortest, _ONE) if "E+" in str(shortest) else shortest


def _is_tidy(x: Decimal) -> bool:
    """Whether the number is tidy as it stands and no whole one, as most are; False leaves it open."""
    text = str(x)
    return "." in text and "E" not in text and text[-1] != "0"


def _has_5_decimals(x: Decimal) -> bool:
    exponent = x.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -5


def _up(x: Decimal) -> Decimal:
    return x.quantize(_5_DECIMALS, rounding=ROUND_CEILING, context=_WIDE)
