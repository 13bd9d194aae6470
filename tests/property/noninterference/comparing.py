"""Worlds in pairs: the same calls to both, and what differs for those for whom nothing may."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch
from uuid import NAMESPACE_OID, UUID, uuid5

from renkei.declassified import View, declassified
from renkei.web import calls as web_calls
from tests.property.noninterference.callers import Observer, observers
from tests.property.noninterference.calls import Call, Ids, Requests, Route, is_read, route_table
from tests.property.noninterference.sites import Place, Site, counted, statements
from tests.property.noninterference.variants import ACTS, vary
from tests.property.noninterference.worlds import Cast, build

MASKED_HEADERS: Final = {
    "renkei-version": "sealed transaction number, which counts what the whole server does (kit.secret_box)",
    "set-cookie": "sealed session with a signed token",
}
"""Different each time by design and unreadable to all; compared by their presence."""
_SIGNED: Final = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A signed token: ECDSA signatures are never the same twice."""
_ID: Final = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
"""Bulk registration lets the database make its ids; all others are drawn from the source."""

Answer = tuple[int, tuple[tuple[str, str], ...], bytes, int]
"""Status, headers, body, statements."""


@dataclass(frozen=True)
class Difference:
    """One caller saw a difference that no flow explains."""

    change: str
    call: str
    kinship: str
    said: tuple[Any, Any]

    def __str__(self) -> str:
        return f"{self.change}\n  {self.call} ({self.kinship})\n  - {self.said[0]}\n  + {self.said[1]}"


@dataclass
class Tally:
    """What was done and found."""

    pairs: int = 0
    compared: int = 0
    statuses: dict[Route, set[int]] = field(default_factory=dict)
    kinships: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)


@dataclass
class Base:
    """A world before the change."""

    site: Site
    cast: Cast
    seed: str


@contextmanager
def base_of(place: Place, template: str, seed: str) -> Iterator[Base]:
    """A world built from a seed, closed so that it can be copied."""
    name = f"ni_{re.sub(r'[^a-z0-9]', '_', seed)}"
    with place.open(name, template) as site:
        cast = build(site, random.Random(seed))
        site.database.pool.close()
        yield Base(site, cast, seed)


def compare(
    place: Place,
    base: Base,
    changes: Sequence[tuple[str, int]],
    tally: Tally,
    *,
    calls: int = 170,
    thorough: bool = False,
    plan: int = 0,
    unlocked: bool = False,
    first_only: bool = False,
) -> None:
    """The world as it is and with each of `changes` (act, company), driven by the same calls; what differs goes into `tally`."""
    with ExitStack() as stack:
        stack.enter_context(counted())
        sites: list[Site] = []
        for index in range(len(changes) + 1):
            opened = place.open(
                f"{base.site.name}_{plan}_{index}",
                base.site.name,
                files=base.site.data_dir,
                unlocked=unlocked,
            )
            site = stack.enter_context(opened)
            site.clock.at = base.site.clock.at
            sites.append(site)
        stack.enter_context(patch.object(web_calls, "time", _Standing(sites[0])))
        for site, change in zip(sites, (None, *changes), strict=True):
            vary(site, base.cast, change, f"{base.seed}/{plan}")
        _drive(base, sites, changes, tally, calls=calls, plan=plan, first_only=first_only, thorough=thorough)


class _Standing:
    """The time of the pages, which read it by themselves."""

    def __init__(self, site: Site) -> None:
        self._at = site.clock

    def time(self) -> float:
        return self._at.now().timestamp()


def views_of(site: Site, cast: Cast) -> dict[int | None, View]:
    """What each company may learn, by its number, and (None) what everybody may."""
    companies = [(company.number, UUID(company.operator_id)) for company in cast.companies]
    return site.read(
        lambda world: {
            number: declassified(world, operator_id) for number, operator_id in (*companies, (None, None))
        }
    )


def _drive(
    base: Base,
    sites: Sequence[Site],
    changes: Sequence[tuple[str, int]],
    tally: Tally,
    *,
    calls: int,
    plan: int,
    first_only: bool,
    thorough: bool,
) -> None:
    rng = random.Random(f"{base.seed}/{plan}/calls")
    ids = Ids()
    seen = [ids.learn(site) for site in sites]
    for noun in ids.held:
        ids.fresh[noun] = set(ids.held[noun]) - set.intersection(*(one[noun] for one in seen))
    everybody = observers(base.site, base.cast)
    table = route_table(sites[0].app)
    requests = Requests(sites[0].app, base.cast, ids)
    reads = [route for route in table if is_read(route)]
    callers = list(everybody)
    rng.shuffle(callers)
    first = [
        requests.call(reads[n % len(reads)], callers[(n + n // len(reads)) % len(callers)], rng)
        for n in range(max(calls, len(reads)))
    ]
    writer = base.cast.companies[(plan + len(base.seed)) % len(base.cast.companies)].number
    writers = [one for one in everybody if one.is_outsider or one.company == writer]
    admin = next(one for one in everybody if one.name == f"company {writer}")
    changing = [route for route in table if not is_read(route)]
    second = [
        requests.call(route, admin if rng.random() < 0.7 else rng.choice(writers), rng) for route in changing
    ]
    if thorough:
        second += [requests.call(route, admin, rng) for route in changing]
    third = [
        requests.call(route, admin, rng)
        for route in rng.sample(reads, min(40 if thorough else 20, len(reads)))
    ]
    told: list[list[Answer]] = []
    before: list[dict[int | None, View]] = []
    after: list[dict[int | None, View]] = []
    for index, site in enumerate(sites):
        before.append(views_of(site, base.cast))
        _warm(site, everybody)
        at = base.site.clock.at + timedelta(hours=8)
        answers = [_answer(site, call, f"call {n}", at) for n, call in enumerate(first + second)]
        site.settle("after the calls", at + timedelta(hours=1))
        after.append(views_of(site, base.cast))
        at += timedelta(hours=2)
        answers += [_answer(site, call, f"late call {n}", at) for n, call in enumerate(third)]
        told.append(answers)
        if index == 0:
            for call, answer in zip(first + second + third, answers, strict=True):
                tally.statuses.setdefault(call.route, set()).add(answer[0])
            continue
        act, actor = changes[index - 1]
        tally.pairs += 1
        tally.acts.add(act)
        for n, call in enumerate(first + second + third):
            company = call.observer.company
            if company == actor:
                continue
            if before[0][company] != before[index][company]:
                continue
            late = n >= len(first) + len(second)
            if late and after[0][company] != after[index][company]:
                continue
            tally.compared += 1
            kinship = kinship_of(base.cast, call.observer, actor)
            tally.kinships.add(kinship)
            tally.statuses.setdefault(call.route, set()).add(answers[n][0])
            assert answers[n][0] < 500, f"{call.label}: {answers[n]}"
            if told[0][n] != answers[n]:
                change = f"{base.seed}/{plan}: company {actor}: {act}"
                tally.differences.append(Difference(change, call.label, kinship, (told[0][n], answers[n])))
                if first_only:
                    return


def _warm(site: Site, everybody: Sequence[Observer]) -> None:
    """Let the process read what it keeps for all (keys of tokens), so that nobody's first call pays for it."""
    access = site.app.state.context.access
    access.policy = replace(access.policy, keys_fresh_seconds=10**9)
    for observer in everybody:
        site.http.request("GET", "/v1/me", observer.headers)
    site.http.request("GET", "/.well-known/jwks.json")


def _answer(site: Site, call: Call, step: str, at: Any) -> Answer:
    site.step(step, at)
    sent = statements[site.name]
    answer = site.http.request(
        call.route[0],
        call.target,
        {**dict(call.headers), "X-Request-Id": str(uuid5(NAMESPACE_OID, step))},
        call.content,
    )
    headers = tuple(sorted((name, "" if name in MASKED_HEADERS else value) for name, value in answer.headers))
    body = _SIGNED.sub(b"<signed>", answer.content)
    body = _ID.sub(
        lambda id_: id_[0] if id_[0].decode() in site.source.made else b"<made by the database>", body
    )
    return answer.status, headers, body, statements[site.name] - sent


def kinship_of(cast: Cast, observer: Observer, actor: int) -> str:
    """How the caller is related to the company that did something."""
    if observer.company is None or not observer.name.startswith("company"):
        return observer.name.rstrip(" 0123456789")
    one, other = cast.companies[observer.company], cast.companies[actor]
    if actor in one.bought:
        return "direct customer"
    if observer.company in other.bought:
        return "supplier"
    if any(actor in cast.companies[supplier].bought for supplier in one.bought):
        return "customer's customer"
    if any({one.number, other.number} <= company.bought.keys() for company in cast.companies):
        return "sibling supplier"
    if any(one.number in cast.companies[supplier].bought for supplier in other.bought):
        return "supplier's supplier"
    return "stranger"


def changes_of(
    cast: Cast, rng: random.Random, number: int, among: Sequence[str] = tuple(ACTS)
) -> list[tuple[str, int]]:
    """Some acts, each by some company."""
    return [(rng.choice(among), rng.randrange(len(cast.companies))) for _ in range(number)]
