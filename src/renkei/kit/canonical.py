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
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
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
    odd: list[str] = []
    plain = _plain(value, odd)
    if odd:
        return rfc8785.dumps(plain)
    # With ASCII names alone, the order of RFC 8785 (UTF-16 code units) is that of the standard library, which then writes
    # the same bytes: shortest escapes, lower-case hex, no spaces, and no floats are left. Held against rfc8785 by a test.
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        message = "lone surrogates are no codepoints: text with one has no canonical form"
        raise ValueError(message) from None
    return _encode(_plain(value, _whole_or_text if whole_as_ints else plain_text))


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


def _plain(value: object, odd: list[str]) -> _Plain:
    """`value` of text, whole numbers, lists and objects alone; names that are not ASCII go into `odd`."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value  # type: ignore[return-value]
    if kind is dict:
        return {_key(key, odd): _plain(below, odd) for key, below in value.items()}  # type: ignore[attr-defined]
    match value:
        case Enum():
            return _plain(value.value, odd)
def _plain(value: object, decimal: Callable[[Decimal], str | int]) -> _Plain:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value  # type: ignore[return-value]  # seen by its exact type
    if isinstance(value, dict):
        return {name: _plain(value[name], decimal) for name in _in_order(value)}
    match value:
        case Decimal():
            return decimal(value)
        case Enum():
            return _plain(value.value, decimal)
        case str():
            return str(value)
        case int():
            return value if -_SAFE_INT <= value <= _SAFE_INT else str(value)
        case UUID():
            return str(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {_key(key, odd): _plain(below, odd) for key, below in value.items()}
        case list() | tuple():
            return [_plain(below, odd) for below in value]
            return {name: _plain(value[name], decimal) for name in _in_order(value)}
        case list() | tuple():
            return [_plain(below, decimal) for below in value]
        case _:
            message = f"{type(value).__name__} has no canonical form"
            raise TypeError(message)


def _key(key: object, odd: list[str]) -> str:
    if isinstance(key, str):
        if not key.isascii():
            odd.append(key)
        return key
    message = "keys of canonical objects are text"
    raise TypeError(message)
def _in_order(names: Mapping[Any, object]) -> list[str]:
    """The names by their UTF-16 code units (RFC 8785, section 3.2.3), which for ASCII is their own order."""
    try:
        ascii_only = all(map(str.isascii, names))
    except TypeError:
        message = "keys of canonical objects are text"
        raise TypeError(message) from None
    return sorted(names) if ascii_only else sorted(names, key=lambda name: name.encode("utf-16-be"))


def _whole_or_text(value: Decimal) -> str | int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < 0:
        return plain_text(value)
    whole = int(value)
    return whole if -_SAFE_INT <= whole <= _SAFE_INT else str(whole)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        message = "a datetime without time zone has no canonical form"
        raise TypeError(message)
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
