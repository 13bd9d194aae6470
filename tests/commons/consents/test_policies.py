"""Policies are put together from small parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from renkei.commons.consents.policies import (
    Asking,
    Holding,
    PolicyRefused,
    document_of,
    groups_of,
    next_turn,
    read_policy,
)

NOW = datetime(2026, 10, 1, tzinfo=UTC)
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=9)
PARTNERS, OTHERS = UUID(int=1), UUID(int=2)
IN_PARTNERS = {"consumer_in": str(PARTNERS)}
SCOPE3 = {"purpose_is": ["scope3"]}


def until(moment: datetime) -> dict[str, str]:
    return {"until": moment.isoformat()}


def asking(*purposes: str, groups: tuple[UUID, ...] = (PARTNERS,), moment: datetime = NOW) -> Asking:
    return Asking(groups=frozenset(groups), purposes=frozenset({"answer", *purposes}), moment=moment)


@pytest.mark.parametrize(
    ("document", "asks", "expected"),
    [
        (IN_PARTNERS, asking(), Holding()),
        (IN_PARTNERS, asking(groups=(OTHERS,)), None),
        (SCOPE3, asking("scope3"), Holding()),
        (SCOPE3, asking(), None),
        (until(SOON), asking(), Holding(SOON)),
        (until(SOON), asking(moment=SOON), None),
        ({"all_of": [IN_PARTNERS, SCOPE3, until(SOON), until(LATER)]}, asking("scope3"), Holding(SOON)),
        ({"all_of": [IN_PARTNERS, SCOPE3]}, asking(), None),
        ({"any_of": [until(SOON), until(LATER)]}, asking(), Holding(LATER)),
        ({"any_of": [until(SOON), IN_PARTNERS]}, asking(), Holding()),
        ({"any_of": [until(SOON), IN_PARTNERS]}, asking(groups=()), Holding(SOON)),
        ({"any_of": [SCOPE3, {"all_of": [IN_PARTNERS, until(SOON)]}]}, asking(), Holding(SOON)),
        ({"any_of": [SCOPE3]}, asking(groups=()), None),
    ],
)
def test_it_holds_and_until_when(document: dict[str, Any], asks: Asking, expected: Holding | None) -> None:
    assert read_policy(document).holds(asks) == expected


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, ""),
        ([], ""),
        ({"any_of": []}, "/any_of"),
        ({"any_of": [SCOPE3], "all_of": [SCOPE3]}, ""),
        ({"any_of": [SCOPE3, {"not": SCOPE3}]}, "/any_of/1/not"),
        ({"purpose_is": "scope3"}, "/purpose_is"),
        ({"purpose_is": [""]}, "/purpose_is"),
        ({"consumer_in": "partners"}, "/consumer_in"),
        ({"until": "tomorrow"}, "/until"),
        ({"until": "2026-10-01T00:00:00"}, "/until"),
        ({"until": 5}, "/until"),
        ({"any_of": [SCOPE3] * 51}, ""),
        (
            {"any_of": [{"any_of": [{"any_of": [{"any_of": [{"any_of": [SCOPE3]}]}]}]}]},
            "/any_of/0/any_of/0/any_of/0/any_of/0/any_of/0",
        ),
    ],
)
def test_what_is_no_policy_is_refused_at_its_place(document: object, place: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        read_policy(document)
    assert refused.value.place == place


def test_what_it_names_and_when_it_turns() -> None:
    document = {"any_of": [until(LATER), {"all_of": [IN_PARTNERS, until(SOON)]}, SCOPE3]}
    policy = read_policy(document)
    assert groups_of(policy) == {PARTNERS}
    assert [next_turn(policy, at) for at in (NOW, SOON, LATER)] == [SOON, LATER, None]
    assert read_policy(document_of(policy)) == policy
