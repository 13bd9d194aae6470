"""Canonical JSON (RFC 8785) and salted commitments over it: what is signed, and what the ledger holds.

The rule for what JSON has no exact form for, stated once:
- a Decimal becomes the *text* of its plain notation ("1.5"), so that 1.50 and 1.5 commit alike and no reader rounds;
- an int outside ±(2**53 - 1) (RFC 7493, section 2.2) becomes its decimal text;
- a UUID becomes its lower-case text, an aware datetime ISO 8601 in UTC with six decimals and "Z", a date "2026-04-01",
  an enum its value;
- a float is refused: whoever has one must say how it is rounded.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec

from renkei.kit.decimals import plain_text

SALT_BYTES: Final = 32
_SAFE_INT: Final = 2**53 - 1
# Keeps these hashes apart from every other use of SHA-256, the leaves of the log among them.
_DOMAIN: Final = b"renkei:commitment:1\x00"


def canonical_json(value: object, *, whole_as_ints: bool = False) -> bytes:
    """`value` as canonical UTF-8 JSON, equal for equal values.

    `whole_as_ints`: a Decimal without decimals is written as an int is; for values that are compared with what a
    database gives back, which keeps the digits but not the type.
    Raises `TypeError` for floats, bytes, sets, keys that are not text and anything else without a rule above,
    and `ValueError` for text or numbers that have no form: faults of ours, never of a caller.
    """
    try:
        return _encode(_plain(value, whole_as_ints))
    except UnicodeEncodeError:
        message = "lone surrogates are no codepoints: text with one has no canonical form"
        raise ValueError(message) from None


def new_salt() -> bytes:
    """A fresh salt; kept beside the fact, erased with it, so that the commitment left behind tells nothing."""
    return secrets.token_bytes(SALT_BYTES)


def salted_commitment(value: object, salt: bytes) -> bytes:
    """SHA-256 over domain, salt and canonical form: 32 bytes that bind to `value` and hide it.

    Raises `ValueError` unless `salt` has exactly 32 bytes (a fixed length keeps salt and value from running together).
    """
    return commitment_to(canonical_json(value), salt)


def commitment_to(canonical: bytes, salt: bytes) -> bytes:
    """The same over a canonical form that is at hand already (or was handed over together with its salt)."""
    if len(salt) != SALT_BYTES:
        message = f"a salt has exactly {SALT_BYTES} bytes"
        raise ValueError(message)
    return hashlib.sha256(_DOMAIN + salt + canonical).digest()


_Plain = str | int | None | list["_Plain"] | dict[str, "_Plain"]
# Without floats, RFC 8785 is what a plain encoder writes of objects whose names are in order: the shortest escapes
# (section 3.2.2.2), no white space, UTF-8.
_encode: Final = msgspec.json.Encoder().encode


def _plain(value: Any, whole: bool) -> _Plain:
    kind = value.__class__
    if kind is str or kind is bool or value is None:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return {name: _plain(value[name], whole) for name in _in_order(value)}
    if kind is Decimal:
        return _number(value, whole=whole)
    if kind is list or kind is tuple:
        return [_plain(below, whole) for below in value]
    if kind is UUID:
        return str(value)
    if kind is int and -_SAFE_INT <= value <= _SAFE_INT:
        return value  # type: ignore[no-any-return]
    return _by_rule(value, whole)


def _by_rule(value: Any, whole: bool) -> _Plain:
    """What is not among the everyday types, subclasses of those too."""
    match value:
        case Enum():
            return _plain(value.value, whole)
        case str():
            return str(value)
        case int():
            return value if -_SAFE_INT <= value <= _SAFE_INT else str(value)
        case UUID():
            return str(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {name: _plain(value[name], whole) for name in _in_order(value)}
        case list() | tuple():
            return [_plain(below, whole) for below in value]
        case Decimal():
            return _number(value, whole=whole)
        case _:
            message = f"{type(value).__name__} has no canonical form"
            raise TypeError(message)


def _in_order(names: Mapping[Any, object]) -> Sequence[str]:
    """The names by their UTF-16 code units (RFC 8785, section 3.2.3), which for ASCII is their own order."""
    return _sorted(tuple(names))


@lru_cache(maxsize=4_096)  # documents of one kind have the same few sets of names
def _sorted(names: tuple[Any, ...]) -> Sequence[str]:
    try:
        in_ascii = "".join(names).isascii()
    except TypeError:
        message = "keys of canonical objects are text"
        raise TypeError(message) from None
    return tuple(sorted(names) if in_ascii else sorted(names, key=lambda name: name.encode("utf-16-be")))


def _number(value: Decimal, *, whole: bool) -> str | int:
    text = str(value)
    if "." in text and "E" not in text and text[-1] != "0":
        return text  # most numbers are plain as they stand
    exponent = value.as_tuple().exponent
    if not whole or not isinstance(exponent, int) or exponent < 0:
        return plain_text(value)
    number = int(value)
    return number if -_SAFE_INT <= number <= _SAFE_INT else str(number)


def instant(value: datetime) -> str:
    """A moment as canonical JSON has it. Raises `TypeError` without a time zone."""
    if value.tzinfo is None:
        message = "a datetime without time zone has no canonical form"
        raise TypeError(message)
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
