"""Which decision decides. Pure.

Of all decisions in force about a place, the most specific one decides alone: a trade before a part before a family before
the whole company; within that, a company before a group before every member before the public; of two that are equally
specific, the newer. A refusal is a decision (it lets nothing out, whatever a more general one says); one that is only
asked for, was withdrawn or has ended is none.

    decision                         about   for        CFP of the steel sheet for A, a member of "Partners"
    total               → members    operator members   …
    total, quality      → Partners   operator group     decides, until there is
    total, categories   → A          part    company    this one, which then decides
    refused             → A          trade   company    and this one: A gets nothing by that trade
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from renkei.commons.consents.model import Audience, Consumer, StoredConsent, Subject, WhyNot

SUBJECTS: Final[tuple[Subject, ...]] = ("trade", "part", "family", "operator")
CONSUMERS: Final[tuple[Consumer, ...]] = ("company", "group", "members", "public")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may be let out: a part to a company by a trade, or a part to everybody (`audience`)."""

    part_key: int
    trade_key: int | None = None
    company_key: int | None = None
    audience: Audience | None = None


def reaches(consent: StoredConsent, place: Place) -> bool:
    """Whether a consent is about a place."""
    return _is_about(consent, place) and _is_for(consent, place)


def _is_about(consent: StoredConsent, place: Place) -> bool:
    if consent.subject == "trade":
        return place.trade_key is not None and consent.trade_key == place.trade_key
    if consent.subject == "part":
        return consent.part_key == place.part_key
    return consent.subject == "operator" or place.part_key in consent.parts


def _is_for(consent: StoredConsent, place: Place) -> bool:
    if place.audience is not None:
        return consent.consumer == place.audience
    if consent.consumer == "company":
        return consent.consumer_key == place.company_key
    # Whoever trades is a member, and the public is everybody.
    return consent.consumer != "group" or place.company_key in consent.members


def decides_at(consent: StoredConsent, moment: datetime) -> bool:
    """Whether it is a decision in force."""
    over = consent.valid_until is not None and consent.valid_until <= moment
    return consent.state in {"granted", "refused"} and not over


def specificity(consent: StoredConsent) -> tuple[int, int, int]:
    """Smaller decides before larger."""
    return (
        SUBJECTS.index(consent.subject),
        CONSUMERS.index(consent.consumer),
        -consent.consent_key,
    )


def considered(
    consents: Iterable[StoredConsent], place: Place, moment: datetime
) -> list[tuple[StoredConsent, WhyNot | None]]:
    """Every decision with why it does not decide (None: it does), the most specific first."""
    found = sorted(consents, key=specificity)
    chosen = deciding(found, place, moment)
    return [(one, None if one is chosen else _why_not(one, place, moment)) for one in found]


def _why_not(consent: StoredConsent, place: Place, moment: datetime) -> WhyNot:
    if not _is_about(consent, place):
        return "other_subject"
    if not _is_for(consent, place):
        return "other_consumer"
    if decides_at(consent, moment):
        return "less_specific"
    if consent.state in {"requested", "withdrawn"}:
        return "requested" if consent.state == "requested" else "withdrawn"
    return "expired"


def deciding(consents: Iterable[StoredConsent], place: Place, moment: datetime) -> StoredConsent | None:
    """The consent that decides what may be let out; None: nothing is decided, so nothing is let out."""
    found = (one for one in consents if reaches(one, place) and decides_at(one, moment))
    return min(found, key=specificity, default=None)
