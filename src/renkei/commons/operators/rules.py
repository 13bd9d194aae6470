"""Rules of names and public ids. All faults of one draft are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from renkei.commons.operators.errors import (
    CorporateNumberInvalid,
    CountryInvalid,
    EmailInvalid,
    PlantIdInvalid,
    TextInvalid,
)
from renkei.commons.operators.model import InvitationDraft, OperatorDraft, PlantDraft, Registration
from renkei.kit.corporate_number import check_digit, is_corporate_number
from renkei.kit.errors import RenkeiError, SeveralFaults

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_THIRTEEN_DIGITS = re.compile(r"[0-9]{13}", re.ASCII)
_PLANT_ID = re.compile(r".{0,20}[0-9]{6}", re.ASCII | re.DOTALL)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
# What PostgreSQL cannot store (NUL, lone surrogates); other control characters have no place in a name either.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def check_operator(draft: OperatorDraft) -> None:
    """The rules of `PUT operator` (ouranos-api, section 6.6)."""
    _raise_all(
        [
            *_text("name", draft.name, 1, 256),
            *_text("address", draft.address, 1, 256),
            *_text("open_operator_id", draft.open_operator_id, 1, 20),
            *_text("global_operator_id", draft.global_operator_id, 0, 256),
        ]
    )


def check_registration(draft: Registration) -> None:
    """As `check_operator`, and: thirteen digits of a Japanese company carry the right check digit.

    Sandbox operators may use made-up numbers, such as those in published examples.
    """
    faults = [
        *_text("name", draft.name, 1, 256),
        *_text("address", draft.address, 1, 256),
        *_text("open_operator_id", draft.open_operator_id, 1, 20),
        *_text("global_operator_id", draft.global_operator_id, 0, 256),
        *_country(draft.country),
    ]
    number = draft.open_operator_id
    looks_like_one = draft.country == "JP" and _THIRTEEN_DIGITS.fullmatch(number) is not None
    if looks_like_one and not draft.sandbox and not is_corporate_number(number):
        faults.append(
            CorporateNumberInvalid("/open_operator_id", value=number, expected=check_digit(number[1:]))
        )
    _raise_all(faults)


def check_plant(draft: PlantDraft) -> None:
    """The rules of `PUT plant` (ouranos-api, section 6.7)."""
    faults = [
        *_text("name", draft.name, 1, 256),
        *_text("address", draft.address, 1, 256),
        *_text("global_plant_id", draft.global_plant_id, 0, 256),
    ]
    unwritable = _UNWRITABLE.search(draft.open_plant_id)
    if len(draft.open_plant_id) > 26 or unwritable or _PLANT_ID.fullmatch(draft.open_plant_id) is None:
        faults.append(PlantIdInvalid("/open_plant_id"))
    _raise_all(faults)


def check_invitation(draft: InvitationDraft) -> None:
    """A name and a country are needed; the address, ids and an e-mail address are welcome."""
    faults = [
        *_text("name", draft.name, 1, 256),
        *_text("address", draft.address, 0, 256),
        *_country(draft.country),
    ]
    for scheme, value in draft.other_ids.items():
        faults += _text(f"other_ids/{_step(scheme)}", value, 1, 256)
        faults += _text("other_ids", scheme, 1, 64)
    if draft.email is not None and (_EMAIL.fullmatch(draft.email) is None or _UNWRITABLE.search(draft.email)):
        faults.append(EmailInvalid("/email"))
    _raise_all(faults)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold (and so could know) this text."""
    return _UNWRITABLE.search(text) is None


def _text(field: str, value: str | None, minimum: int, maximum: int) -> list[RenkeiError]:
    if value is None or (minimum <= len(value) <= maximum and _UNWRITABLE.search(value) is None):
        return []
    return [TextInvalid(f"/{field}", field=field, minimum=minimum, maximum=maximum)]


def _country(country: str) -> list[RenkeiError]:
    return [] if _COUNTRY.fullmatch(country) else [CountryInvalid("/country")]


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _raise_all(faults: Iterable[RenkeiError]) -> None:
    found = list(faults)
    if len(found) == 1:
        raise found[0]
    if found:
        raise SeveralFaults(tuple(fault for error in found for fault in error.faults))
