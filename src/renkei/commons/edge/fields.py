"""Types of fields at the door, each with its reading, its bounds and its JSON Schema.

A number is exact: a JSON number or text, at most 34 digits (decimal128), written without exponent in answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from renkei.kit.decimals import PRECISION, parse_decimal
from renkei.kit.ids import parse_id

_LARGEST: Final = 30
"""Powers of ten a number may reach: a column of PostgreSQL holds more, no quantity of this world needs it."""
MOST_ROWS: Final = 500
"""Rows of one page: a page stays well below a megabyte."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_BAD: Final = re.compile("[\x00\ud800-\udfff]")


def _id(value: object) -> UUID:
    found = value if isinstance(value, UUID) else parse_id(value)
    if found is None:
        raise PydanticCustomError("not_id", "not an identifier")
    return found


def _number(value: object) -> Decimal:
    found: Decimal | None = None
    if isinstance(value, str):
        # Zeros before the first digit that counts are written, but do not count.
        found = parse_decimal(value, max_digits=PRECISION + _LARGEST + 1, max_exponent=_LARGEST)
    elif isinstance(value, Decimal):
        found = value
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**PRECISION:
        found = Decimal(value)
    if (
        found is None
        or not found.is_finite()
        or len(found.as_tuple().digits) > PRECISION
        or (found and abs(found.adjusted()) > _LARGEST)
    ):
        raise PydanticCustomError("not_number", "not a number", {"digits": PRECISION})
    return found


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("not_date", "not a date")


def _moment(value: object) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError("not_moment", "not a moment")


def storable(value: str) -> str:
    """The text, if PostgreSQL can store it."""
    if _BAD.search(value):
        raise PydanticCustomError("bad_text", "NUL or lone surrogate")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "blank")
    return value


def _at_least_0(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("greater_than_equal", "negative", {"ge": 0})
    return value


def _more_than_0(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("greater_than", "not positive", {"gt": 0})
    return value


def _at_most(limit: int) -> Callable[[Decimal], Decimal]:
    def check(value: Decimal) -> Decimal:
        if value > limit:
            raise PydanticCustomError("less_than_equal", "too large", {"le": limit})
        return value

    return check


def _number_schema(**bounds: object) -> Any:
    return WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", **bounds},
                {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"},
            ]
        }
    )


Id = Annotated[UUID, PlainValidator(_id), WithJsonSchema({"type": "string", "format": "uuid"})]
"""An identifier in the 36 characters of RFC 9562."""

Number = Annotated[Decimal, PlainValidator(_number), _number_schema()]
"""Any exact number."""

Amount = Annotated[Decimal, PlainValidator(_number), AfterValidator(_at_least_0), _number_schema(minimum=0)]
"""A number that is not negative."""

Positive = Annotated[
    Decimal, PlainValidator(_number), AfterValidator(_more_than_0), _number_schema(exclusiveMinimum=0)
]
"""A number above zero."""

Share = Annotated[
    Decimal,
    PlainValidator(_number),
    AfterValidator(_at_least_0),
    AfterValidator(_at_most(1)),
    _number_schema(minimum=0, maximum=1),
]
"""A fraction from 0 to 1."""

Percent = Annotated[
    Decimal,
    PlainValidator(_number),
    AfterValidator(_at_least_0),
    AfterValidator(_at_most(100)),
    _number_schema(minimum=0, maximum=100),
]
"""A number from 0 to 100."""

Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar date, ISO 8601."""

Moment = Annotated[
    datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A time with its offset (RFC 3339), kept in UTC."""

Name = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=256),
    AfterValidator(storable),
    AfterValidator(_not_blank),
]
"""A name: 1 to 256 characters, not blank."""

Text = Annotated[str, StringConstraints(strict=True, max_length=1000), AfterValidator(storable)]
"""Free text, at most 1,000 characters."""

Short = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100), AfterValidator(storable)]
"""A short text, 1 to 100 characters."""

LongText = Annotated[str, StringConstraints(strict=True, max_length=4000), AfterValidator(storable)]
"""Long free text, at most 4,000 characters."""

NumberOut = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""A number in an answer: exact, without exponent."""

MomentText = Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})]
DayText = Annotated[date, WithJsonSchema({"type": "string", "format": "date"})]

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description=f"rows of a page, at most {MOST_ROWS}")]
"""A parameter of every list."""

After = Annotated[Id | None, Query(description="`next` of the page before")]
"""The other parameter of every list: the id that opens the page."""
