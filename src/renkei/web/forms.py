"""Forms with nested fields: `declared.raw_material.own` in a form is `/declared/raw_material/own` in a body."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize
from uuid import UUID

from starlette.exceptions import HTTPException

from renkei.kit.clock import JAPAN
from renkei.kit.decimals import CONTEXT, plain_text
from renkei.kit.errors import RenkeiError, SeveralFaults
from renkei.kit.ids import parse_id


def path_id(text: str) -> UUID:
    """The identifier in an address. Raises the fault of an address without a page."""
    found = parse_id(text)
    if found is None:
        raise HTTPException(404)
    return found


def optional_id(text: str) -> UUID | None:
    """The identifier in a parameter of an address; None for anything else."""
    return parse_id(text)


def end_of_day(day: date | None) -> datetime | None:
    """The moment until which a day lasts as people mean it: its end, in Japan."""
    return None if day is None else datetime.combine(day, time(), JAPAN) + timedelta(days=1)


def nested(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What was filled in, dotted names as nested objects; empty fields are left out."""
    found: dict[str, Any] = {}
    for name, value in fields:
        text = value.strip()
        if not text:
            continue
        *path, last = name.split(".")
        place = found
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                break
        else:
            place[last] = text
    return found


def typed_number(text: str) -> str:
    """A number as people type it (１，２３４．５, 1,234.5) as it is read here; anything else unchanged."""
    return normalize("NFKC", text).strip().replace(",", "").replace(" ", "")


def share_of_percent(text: str) -> str:
    """What was typed as per cent, as a share; anything that is not a number unchanged."""
    with suppress(InvalidOperation):
        share = CONTEXT.divide(Decimal(typed_number(text)), Decimal(100))
        if share.is_finite():
            return plain_text(share)
    return text


def dotted(error: RenkeiError, renamed: Callable[[str], str] = lambda name: name) -> RenkeiError:
    """The same faults at the dotted names of the form's fields (`renamed` may translate one to another)."""
    return SeveralFaults(
        tuple(
            replace(
                fault, pointer="/" + renamed(fault.pointer.rpartition(":")[2].strip("/").replace("/", "."))
            )
            for fault in error.faults
        )
    )
