"""JSON on the wire: numbers are exact both ways, unknown members of an answer are passed over.

Unknown members: a server of a later release may say more. Missing ones make the answer unreadable.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")


class Absent(Enum):
    """The value of a parameter that was not given, where None says something."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class UnreadableJsonError(Exception):
    """The bytes are not what was expected."""


def read(kind: type[T], data: bytes) -> T:
    """`data` as a `kind` (a frozen dataclass, or `dict`). Raises `UnreadableJsonError`."""
    try:
        return msgspec.convert(json.loads(data, parse_float=Decimal), kind)
    except (ValueError, RecursionError) as error:  # also those of json and msgspec
        raise UnreadableJsonError(str(error)) from None


def written(value: object) -> bytes:
    """`value` as compact JSON. Raises `TypeError` for a float: amounts are `Decimal` or `int`."""
    return msgspec.json.Encoder(decimal_format="number").encode(plain(value))


def plain(value: object) -> Any:
    """`value` in the types of JSON, with Decimal; what is `ABSENT` is left out."""
    if isinstance(value, bool | int | str | None):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            message = f"{value} is not a number that can be sent"
            raise TypeError(message)
        return value
    if isinstance(value, UUID | Enum):
        return str(value) if isinstance(value, UUID) else value.value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            message = "a time needs its offset: use an aware datetime"
            raise TypeError(message)
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(below) for key, below in value.items() if below is not ABSENT}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [plain(below) for below in value]
    message = f"cannot be sent as JSON: {type(value).__name__} (amounts are Decimal or int, never float)"
    raise TypeError(message)
