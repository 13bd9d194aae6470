"""The most specific decision in force decides alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from renkei.commons.consents.model import StoredConsent
from renkei.commons.consents.rules import Filed, Place, deciding

NOW = datetime(2026, 10, 1, tzinfo=UTC)
SHEET, TRADE, A, B = 1, 7, 100, 101
GROUP, FAMILY = 20, 30
BY_TRADE = Place(SHEET, TRADE, A)


def consent(key: int, **said: object) -> StoredConsent:
    """A granted decision about everything for every member, unless said otherwise."""
    plain = StoredConsent(
        consent_key=key,
        consent_id=UUID(int=key),
        version=1,
        subject="operator",
        part_key=None,
        trade_key=None,
        family_key=None,
        consumer="members",
        consumer_key=None,
        group_key=None,
        kind="CFP",
        attributes=frozenset({"total"}),
        purpose="answer",
        valid_from=NOW,
        valid_until=None,
        standing=True,
        state="granted",
        reason=None,
    )
    return replace(plain, **said)  # type: ignore[arg-type]


TO_ALL = consent(1)
TO_PUBLIC = consent(2, consumer="public")
TO_GROUP = consent(3, consumer="group", group_key=GROUP, members=frozenset({A}))
TO_A = consent(4, consumer="company", consumer_key=A)
FAMILY_TO_ALL = consent(5, subject="family", family_key=FAMILY, parts=frozenset({SHEET}))
PART_TO_ALL = consent(6, subject="part", part_key=SHEET)
TRADE_TO_ALL = consent(7, subject="trade", trade_key=TRADE)
BY_CLOSENESS = (TRADE_TO_ALL, PART_TO_ALL, FAMILY_TO_ALL, TO_A, TO_GROUP, TO_ALL, TO_PUBLIC)
"""The closest first."""


@pytest.mark.parametrize("closest", range(len(BY_CLOSENESS)))
def test_the_subject_counts_before_the_consumer(closest: int) -> None:
    among = BY_CLOSENESS[closest:]
    assert deciding(among, BY_TRADE, NOW) is among[0]
    assert deciding(reversed(among), BY_TRADE, NOW) is among[0]


@pytest.mark.parametrize(
    "other",
    [
        consent(9, subject="part", part_key=2),
        consent(9, subject="trade", trade_key=8),
        consent(9, subject="family", family_key=FAMILY, parts=frozenset({2})),
        consent(9, consumer="company", consumer_key=B),
        consent(9, consumer="group", group_key=GROUP, members=frozenset({B})),
    ],
)
def test_what_is_about_something_else_or_for_somebody_else_does_not_decide(other: StoredConsent) -> None:
    assert deciding([other], BY_TRADE, NOW) is None
    assert deciding([other, TO_PUBLIC], BY_TRADE, NOW) is TO_PUBLIC


def test_a_refusal_decides_and_what_is_no_decision_falls_through() -> None:
    refused = replace(PART_TO_ALL, state="refused", attributes=frozenset())
    assert deciding([refused, TO_ALL], BY_TRADE, NOW) is refused
    for state in ("requested", "withdrawn", "expired"):
        assert deciding([replace(PART_TO_ALL, state=state), TO_ALL], BY_TRADE, NOW) is TO_ALL
    over = replace(refused, valid_until=NOW)
    assert deciding([over, TO_ALL], BY_TRADE, NOW) is TO_ALL
    assert deciding([over, TO_ALL], BY_TRADE, NOW - timedelta(seconds=1)) is over


def test_of_two_equally_specific_ones_the_newer_decides() -> None:
    newer = replace(TO_GROUP, consent_key=8, group_key=21, attributes=frozenset())
    assert deciding([newer, TO_GROUP], BY_TRADE, NOW) is newer


def test_everybody_is_reached_by_what_is_for_everybody_alone() -> None:
    everybody = Place(SHEET, audience="members")
    assert deciding(BY_CLOSENESS, everybody, NOW) is PART_TO_ALL
    assert deciding([TO_A, TO_GROUP, TO_PUBLIC], everybody, NOW) is None
    assert deciding([TO_A, TO_ALL, TO_PUBLIC], Place(SHEET, audience="public"), NOW) is TO_PUBLIC


def test_filing_decisions_by_what_they_are_about_changes_nothing() -> None:
    others = (
        consent(11, subject="part", part_key=2),
        consent(12, subject="trade", trade_key=8),
        consent(13, subject="family", family_key=31, parts=frozenset({2, 3})),
        consent(14, subject="family", family_key=32, parts=frozenset({SHEET, 3}), state="refused"),
    )
    everything = (*BY_CLOSENESS, *others)
    places = [
        Place(part_key, trade_key, company_key, audience)
        for part_key in (SHEET, 2, 3, 4)
        for trade_key in (None, TRADE, 8, 9)
        for company_key in (None, A, B)
        for audience in (None, "members", "public")
    ]
    for start in range(len(everything)):
        consents = everything[start:]
        filed = Filed(consents)
        for place in places:
            assert deciding(filed.near(place), place, NOW) is deciding(consents, place, NOW)
