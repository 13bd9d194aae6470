"""Which decision decides. Pure.

Of all decisions in force about a place, the most specific one decides alone: a trade before a part before a family before
the whole company; within that, a company before a group before a policy before every member before the public; of two that are equally
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
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from renkei.commons.consents.model import ANSWER, Audience, Consumer, StoredConsent, Subject, WhyNot
from renkei.commons.consents.policies import Asking, Holding, read_policy

SUBJECTS: Final[tuple[Subject, ...]] = ("trade", "part", "family", "operator")
CONSUMERS: Final[tuple[Consumer, ...]] = ("company", "group", "policy", "members", "public")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may be let out: a part to a company by a trade, or a part to everybody (`audience`)."""

    part_key: int
    trade_key: int | None = None
    company_key: int | None = None
    audience: Audience | None = None


def reaches(consent: StoredConsent, place: Place, moment: datetime) -> bool:
    """Whether a consent is about a place."""
    return _is_about(consent, place) and _is_for(consent, place, moment)


def _is_about(consent: StoredConsent, place: Place) -> bool:
    if consent.subject == "trade":
        return place.trade_key is not None and consent.trade_key == place.trade_key
    if consent.subject == "part":
        return consent.part_key == place.part_key
    return consent.subject == "operator" or place.part_key in consent.parts


def _is_for(consent: StoredConsent, place: Place, moment: datetime) -> bool:
    if place.audience is not None:
        return consent.consumer == place.audience
    if consent.consumer == "policy":
        return _policy_holds(consent, place, moment) is not None
    if consent.consumer == "company":
        return consent.consumer_key == place.company_key
    # Whoever trades is a member, and the public is everybody.
    return consent.consumer != "group" or place.company_key in consent.members


def _policy_holds(consent: StoredConsent, place: Place, moment: datetime) -> Holding | None:
    """Whoever trades has asked for an answer; other purposes must have been named."""
    asking = Asking(
        groups=consent.groups.get(place.company_key or 0, frozenset()),
        purposes=consent.stated.get(place.trade_key or 0, frozenset()) | {ANSWER},
        moment=moment,
    )
    return read_policy(consent.policy).holds(asking)


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
    return [
        (one, None)
        if chosen is not None and one.consent_key == chosen.consent_key
        else (one, _why_not(one, place, moment))
        for one in found
    ]


def _why_not(consent: StoredConsent, place: Place, moment: datetime) -> WhyNot:
    if not _is_about(consent, place):
        return "other_subject"
    if not _is_for(consent, place, moment):
        return "policy" if consent.consumer == "policy" and place.audience is None else "other_consumer"
    if decides_at(consent, moment):
        return "less_specific"
    if consent.state in {"requested", "withdrawn"}:
        return "requested" if consent.state == "requested" else "withdrawn"
    return "expired"


class Filed:
    """Decisions filed by what they are about: each of many places is held against the few that may be about it."""

    def __init__(self, consents: Iterable[StoredConsent]) -> None:
        self._by_trade: dict[int | None, list[StoredConsent]] = {}
        self._by_part: dict[int | None, list[StoredConsent]] = {}
        self._about_all: list[StoredConsent] = []
        for one in consents:
            if one.subject == "trade":
                self._by_trade.setdefault(one.trade_key, []).append(one)
            elif one.subject == "part":
                self._by_part.setdefault(one.part_key, []).append(one)
            elif one.subject == "operator":
                self._about_all.append(one)
            else:
                for part_key in one.parts:
                    self._by_part.setdefault(part_key, []).append(one)

    def near(self, place: Place) -> list[StoredConsent]:
        """Every decision that is about a place; which of them decides, `deciding` says."""
        of_trade = () if place.trade_key is None else self._by_trade.get(place.trade_key, ())
        return [*of_trade, *self._by_part.get(place.part_key, ()), *self._about_all]


def deciding(consents: Iterable[StoredConsent], place: Place, moment: datetime) -> StoredConsent | None:
    """The consent that decides what may be let out; None: nothing is decided, so nothing is let out.

    One with a policy ends when the policy stops holding by itself.
    """
    found = (one for one in consents if decides_at(one, moment) and reaches(one, place, moment))
    chosen = min(found, key=specificity, default=None)
    if chosen is None or chosen.consumer != "policy":
        return chosen
    holding = _policy_holds(chosen, place, moment)
    ends = [
        end for end in (chosen.valid_until, None if holding is None else holding.until) if end is not None
    ]
    return replace(chosen, valid_until=min(ends, default=None))
