"""Everybody who calls: of each company its people, and those who are nobody's."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from renkei.web import session as sessions
from tests.property.noninterference.sites import BEGIN, Site
from tests.property.noninterference.worlds import Cast

CSRF = "the-secret-of-every-form"


@dataclass(frozen=True)
class Observer:
    """Somebody who calls, and the company whose view it has (None: of nothing)."""

    name: str
    company: int | None
    headers: dict[str, str]
    cookie: str | None = None
    """Of the pages."""
    at_ouranos: int | None = None
    """The company at the Ouranos door, which knows no `Renkei-Operator`, if it is another."""

    def company_at(self, path: str) -> int | None:
        """The company whose view it has at this address."""
        by_operator = path.startswith(("/v1", "/app"))
        return self.company if by_operator or self.at_ouranos is None else self.at_ouranos

    @property
    def is_outsider(self) -> bool:
        """Acts for no company that it may act for: whatever it sends changes nothing."""
        return self.company is None or self.name.startswith("viewer")


def observers(site: Site, cast: Cast) -> list[Observer]:
    """Every kind of caller; the same bytes for every copy of the world."""
    box = site.context.secrets
    seen_at = int(BEGIN.timestamp())

    def cookie(token: str, company: str | None) -> str:
        session = sessions.Session(
            csrf=CSRF, seen_at=seen_at, access=token, operator_id=UUID(company) if company else None
        )
        return sessions.seal(session, box)

    def person(name: str, number: int | None, token: str) -> Observer:
        company = None if number is None else cast.companies[number].operator_id
        headers = {"Authorization": f"Bearer {token}", "apiKey": cast.key}
        return Observer(name, number, headers, cookie(token, company))

    site.source.begin("cookies")
    assert secrets.token_bytes == site.source.token_bytes, "cookies are equal in every copy"
    found = [person(f"company {one.number}", one.number, one.admin) for one in cast.companies]
    found += [person(f"viewer of {one.number}", one.number, one.viewer) for one in cast.companies]
    found += [
        person("platform staff", None, cast.staff),
        person("expired token", None, cast.expired),
        Observer("nobody", None, {}),
        Observer(
            "forged token", None, {"Authorization": f"Bearer {cast.staff[:-9]}AAAAAAAAA", "apiKey": cast.key}
        ),
    ]
    first, last = cast.companies[0], cast.companies[-1]
    found.append(
        Observer(
            "key of another application",
            None,
            {"X-Api-Key": cast.other_key, "apiKey": cast.other_key, "Renkei-Operator": first.operator_id},
        )
    )
    found.append(
        Observer(
            "person with the key of another application",
            None,
            {"X-Api-Key": cast.other_key, "apiKey": cast.other_key, "Authorization": f"Bearer {first.admin}"},
        )
    )
    found.append(
        Observer(
            f"application of company {last.number}",
            last.number,
            {"X-Api-Key": cast.other_key, "apiKey": cast.other_key, "Renkei-Operator": last.operator_id},
        )
    )
    found.append(
        Observer(
            "person for another company",
            None,
            {
                "Authorization": f"Bearer {first.admin}",
                "Renkei-Operator": last.operator_id,
                "apiKey": cast.key,
            },
            cookie(first.admin, last.operator_id),
            at_ouranos=first.number,
        )
    )
    found.append(Observer("data space", None, {"X-Api-Key": cast.system_key, "apiKey": cast.system_key}))
    return found
