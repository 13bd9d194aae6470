"""Worlds in pairs: the same calls to both, and what differs for those for whom nothing may."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg

from renkei.declassified import STAFF_PAGES, View, World, declassified
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

_ZIP: Final = b"PK\x03\x04"
_PACKED_AT: Final = re.compile(rb"(?<=>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=</dcterms:)")

ENDING: Final = {
    ("POST", "/v1/auth/logout"),
    ("POST", "/v1/auth/password"),
    ("POST", "/auth/change"),
    ("POST", "/app/logout"),
}
"""Requests after which the caller's sessions are over, or its password is another."""
Answer = tuple[int, tuple[tuple[str, str], ...], bytes, int]
"""Status, headers, body, statements."""
Views = dict[int | None, View]
"""By the company's number; of None what everybody may learn."""
_BEFORE: Final = 400
_BEHIND: Final = 800
"""How much of two answers is shown around the place where they part; characters."""


@dataclass(frozen=True)
class Difference:
    """One caller saw a difference that no flow explains."""

    change: str
    call: str
    kinship: str
    said: tuple[Any, Any]

    def __str__(self) -> str:
        lines = [self.change, f"  {self.call} ({self.kinship})"]
        for name, one, other in zip(("status", "headers", "body", "statements"), *self.said, strict=True):
            if one != other:
                here, there = str(one), str(other)
                pairs = enumerate(zip(here, there, strict=False))
                at = next((n for n, (x, y) in pairs if x != y), min(len(here), len(there)))
                around = slice(max(0, at - _BEFORE), at + _BEHIND)
                lines += [f"  {name}, from {around.start} on", f"  - {here[around]}", f"  + {there[around]}"]
        return "\n".join(lines)


@dataclass
class Tally:
    """What was done and found."""

    pairs: int = 0
    compared: int = 0
    statuses: dict[Route, set[int]] = field(default_factory=dict)
    """What each route answered; a page that sends one to sign in counts as 401."""
    kinships: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)

    def told(self) -> str:
        """The first differences, for a person."""
        return "\n\n".join(str(one)[:3_000] for one in self.differences[:5])


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
    quarter: int | None = None,
    plan: int = 0,
    unlocked: bool = False,
    first_only: bool = False,
    routes: Sequence[Route] = (),
    then: str | None = None,
) -> None:
    """The world as it is and with each of `changes` (act, company), driven by the same calls; what differs goes into `tally`.

    `calls`: reading ones by callers in turn, besides one to each reading route and one to each writing route; `thorough`:
    more of all; `quarter`: of every fourth route only, beginning with this one. `routes`: only these are read, by everybody, and nothing is written.
    """
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
            vary(site, base.cast, change, f"{base.seed}/{plan}", then)
        requests, before = _seen(base, sites)
        script = (
            _directed(base, requests, routes, plan)
            if routes
            else _script(base, requests, plan, calls, thorough, quarter)
        )
        _drive(base, sites, changes, tally, script, before, plan=plan, first_only=first_only)


class _Standing:
    """The time of the pages, which read it by themselves."""

    def __init__(self, site: Site) -> None:
        self._at = site.clock

    def time(self) -> float:
        return self._at.now().timestamp()


def views_of(connection: psycopg.Connection[Any], cast: Cast) -> Views:
    """What each company may learn, by its number, and (None) what everybody may."""
    world = World(connection)
    companies = [(company.number, UUID(company.operator_id)) for company in cast.companies]
    return {number: declassified(world, operator_id) for number, operator_id in (*companies, (None, None))}


@dataclass(frozen=True)
class Script:
    """What is called: at first, and after the worker has done what followed from that."""

    first: list[Call]
    late: list[Call]


def _seen(base: Base, sites: Sequence[Site]) -> tuple[Requests, list[Views]]:
    """Requests with the ids of all the worlds, and what each company may learn in each world."""
    ids = Ids()
    known, views = [], []
    for site in sites:
        with site.everything() as connection:
            known.append(ids.learn(connection))
            views.append(views_of(connection, base.cast))
    for noun in ids.held:
        ids.fresh[noun] = set(ids.held[noun]) - set.intersection(*(one[noun] for one in known))
    return Requests(sites[0], base.cast, ids), views


def _script(
    base: Base, requests: Requests, plan: int, calls: int, thorough: bool, quarter: int | None
) -> Script:
    """Every route by somebody whom it lets in; reading ones by everybody in turn; writing ones by those of one company.

    Only one company writes, since what it writes others may learn.
    """
    rng = random.Random(f"{base.seed}/{plan}/calls")
    everybody = observers(base.site, base.cast)
    table = route_table(requests.site.app)
    reads = [route for route in table if is_read(route)]
    # What ends sessions comes last, so that the others find them.
    writes = sorted((route for route in table if not is_read(route)), key=lambda route: route in ENDING)
    if quarter is not None:
        reads, writes, calls = reads[quarter::4], writes[quarter::4], calls // 4
    by_name = {one.name: one for one in everybody}
    companies = [by_name[f"company {one.number}"] for one in base.cast.companies]
    admin = companies[(plan + len(base.seed)) % len(companies)]
    writers = [one for one in everybody if one.is_outsider or one.company == admin.company]

    def insider(route: Route, company: Observer) -> Observer:
        if route[0] == "POST" and route[1].startswith("/api/v1/systemAuth/"):
            return by_name["data space"]
        if route[1].startswith("/app/platform"):
            return by_name["platform staff"]
        return by_name["person without the code"] if route[1] == "/app/login/code" else company

    first = [
        requests.call(
            route, insider(route, companies[(n + plan) % len(companies)]), rng, meant_well=(n + plan) % 3 > 0
        )
        for n, route in enumerate(reads)
    ]
    rng.shuffle(everybody)
    turns = (reads[n % len(reads)] for n in range(calls))
    first += [
        requests.call(route, everybody[(n + n // len(reads) + plan) % len(everybody)], rng)
        for n, route in enumerate(turns)
    ]
    first += [
        requests.call(route, insider(route, admin), rng, meant_well=(n + plan) % 2 == 0)
        for n, route in enumerate(writes)
    ]
    some = writes if thorough else rng.sample(writes, len(writes) // 3)
    first += [requests.call(route, rng.choice(writers), rng) for route in some]
    late = [
        requests.call(route, admin, rng)
        for route in rng.sample(reads, min(40 if thorough else 20, len(reads)))
    ]
    return Script(first, late)


def _directed(base: Base, requests: Requests, routes: Sequence[Route], plan: int) -> Script:
    """These routes alone, by everybody, each with several ids."""
    rng = random.Random(f"{base.seed}/{plan}/directed")
    everybody = observers(base.site, base.cast)
    table = route_table(requests.site.app)
    assert set(routes) <= set(table), f"no such route: {set(routes) - set(table)}"
    first = [
        requests.call(route, one, rng)
        for route in routes
        for one in everybody
        for _ in range(8 if one.name.startswith("company") else 1)
    ]
    return Script(first, [])


def _drive(
    base: Base,
    sites: Sequence[Site],
    changes: Sequence[tuple[str, int]],
    tally: Tally,
    script: Script,
    before: list[Views],
    *,
    plan: int,
    first_only: bool,
) -> None:
    everybody = observers(base.site, base.cast)
    calls = script.first + script.late
    told: list[list[Answer]] = []
    after: list[Views] = []
    for index, site in enumerate(sites):
        _warm(site, everybody)
        at = base.site.clock.at + timedelta(hours=8)
        answers = [_answer(site, call, f"call {n}", at) for n, call in enumerate(script.first)]
        site.settle("after the calls", at + timedelta(hours=1))
        if script.late:
            with site.everything() as connection:
                after.append(views_of(connection, base.cast))
        at += timedelta(hours=2)
        answers += [_answer(site, call, f"late call {n}", at) for n, call in enumerate(script.late)]
        told.append(answers)
        for call, answer in zip(calls, answers, strict=True):
            assert answer[0] < 500 or first_only, f"{call.label}: {answer}"
            tally.statuses.setdefault(call.route, set()).add(_status(call, answer))
        if index == 0:
            continue
        act, actor = changes[index - 1]
        tally.pairs += 1
        tally.acts.add(act)
        for n, call in enumerate(calls):
            company = call.observer.company_at(call.route[1])
            if company == actor:
                continue
            if call.observer.name.startswith("platform staff") and call.route[1] in STAFF_PAGES:
                continue
            if before[0][company] != before[index][company]:
                continue
            late = n >= len(script.first)
            if late and after[0][company] != after[index][company]:
                continue
            tally.compared += 1
            kinship = kinship_of(base.cast, call.observer, actor)
            tally.kinships.add(kinship)
            if told[0][n] != answers[n]:
                change = f"{base.seed}/{plan}: company {actor}: {act}"
                tally.differences.append(Difference(change, call.label, kinship, (told[0][n], answers[n])))
                if first_only:
                    return


def _status(call: Call, answer: Answer) -> int:
    """The status; 401 for a page that sends one to sign in."""
    status, headers, _, _ = answer
    to_sign_in = call.route[1].startswith("/app") and dict(headers).get("location", "").startswith(
        "/app/login"
    )
    return 401 if to_sign_in and call.route != ("POST", "/app/logout") else status


def _warm(site: Site, everybody: Sequence[Observer]) -> None:
    """Let the process read what it keeps for all (keys of tokens), so that nobody's first call pays for it."""
    access = site.context.access
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
    packed = answer.content.startswith(_ZIP)
    masked = MASKED_HEADERS.keys() | ({"content-length"} if packed else set())
    headers = tuple(sorted((name, "" if name in masked else value) for name, value in answer.headers))
    body = _SIGNED.sub(b"<signed>", _unpacked(answer.content) if packed else answer.content)
    body = _ID.sub(
        lambda id_: id_[0] if id_[0].decode() in site.source.made else b"<made by the database>", body
    )
    return answer.status, headers, body, statements[site.name] - sent


def _unpacked(content: bytes) -> bytes:
    """The files of an archive one after the other, without the moment of packing, which is the machine's own time."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pieces = [b"%s\n%s\n" % (one.encode(), archive.read(one)) for one in archive.namelist()]
    return _PACKED_AT.sub(b"", b"".join(pieces))


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
