"""The main requests of the Ouranos door against bare endpoints that move the same bytes through the same pool.

`api.get_cfp`: GET cfp with a root and its 10 bought children, answered and disclosed. Whoever reads what was delivered
is put on record; the bare endpoint puts the same on record. (A list of requests shows nothing that was delivered.)
`api.trade_response`: GET tradeResponse with 100 rows.
`api.put_structure`: PUT partsStructure of a part with 20 children, every time with other amounts; the bare endpoint stores
the same rows. How it does against one that stores the body as one value, and nothing that could be asked for, is told too.
Each ratio is (our requests a second) / (the bare endpoint's), 8 connections on one server process.
`api.scale`: the same three with RENKEI_BENCH_PARTS (1,000,000) parts of 1,000 companies in the tables, against the
database without them; the ratio is the worst of the three.
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg

from bench.chain import Chain, build_chain
from bench.crowd import add_crowd
from bench.harness import PAIRS, Result, Sample, benchmark, median_ratio, paired, summary, until_the_end
from bench.load import measure, request_bytes
from bench.place import Place, Server, served, the_place

PARTS = int(os.environ.get("RENKEI_BENCH_PARTS", "1000000"))
OPERATORS = int(os.environ.get("RENKEI_BENCH_OPERATORS", "1000"))
COUNT = int(os.environ.get("RENKEI_BENCH_REQUESTS", "1500"))
CONNECTIONS = 8
VARIANTS = 4
TARGET = "/api/v1/datatransport?dataTarget="

Requests = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Site:
    """A database with its chain, and the server on it."""

    server: Server
    chain: Chain

    def run(self, requests: Requests, count: int = COUNT) -> Sample:
        """One load run."""
        return measure(
            self.server.port, requests, total=count, connections=CONNECTIONS, processes=self.server.processes
        )


_sites: dict[str, Site] = {}


def site(name: str, *, parts: int = 0, operators: int = OPERATORS) -> Site:
    """The site of this name, made at first use: with `parts` parts of a crowd of companies around the chain."""
    if name not in _sites:
        place = the_place()
        place.create(name)
        _add_bare_tables(place, name)
        chain = build_chain(place, name)
        _fill_bare_tables(place, name)
        if parts:
            add_crowd(place, name, parts=parts, operators=operators)
        with psycopg.connect(place.superuser_url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        _sites[name] = Site(until_the_end.enter_context(served(place, name)), chain)
    return _sites[name]


def _add_bare_tables(place: Place, name: str) -> None:
    with psycopg.connect(place.superuser_url(name)) as connection:
        connection.execute("CREATE SCHEMA bench")
        connection.execute(
            "CREATE TABLE bench.answers "
            "(name text PRIMARY KEY, body bytea NOT NULL, consumer bigint, deliveries bigint[])"
        )
        connection.execute(
            "CREATE TABLE bench.bodies (key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)"
        )
        # Columns, defaults and keys of ours; no references, no triggers, no security.
        for table in ("parts", "structures", "structure_lines", "events"):
            connection.execute(
                f"CREATE TABLE bench.{table} "
                f"(LIKE commons.{table} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)"
            )
        connection.execute("CREATE SEQUENCE bench.versions")
        connection.execute("GRANT USAGE ON SCHEMA bench TO renkei_app")
        connection.execute("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bench TO renkei_app")
        connection.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA bench TO renkei_app")


def _fill_bare_tables(place: Place, name: str) -> None:
    """The parts whose structures the bare endpoint stores."""
    with psycopg.connect(place.superuser_url(name)) as connection:
        connection.execute(
            "INSERT INTO bench.parts OVERRIDING SYSTEM VALUE SELECT * FROM commons.parts WHERE structure_key IS NOT NULL"
        )


# -- what is asked ---------------------------------------------------------------------------------------------------
def get_cfp(chain: Chain) -> Requests:
    """Each customer asks for its root and the children."""
    return [
        request_bytes("GET", f"{TARGET}cfp&traceIds={','.join(map(str, trace_ids))}", company.headers)
        for company, trace_ids in zip(chain.customers, chain.cfp, strict=True)
    ]


def trade_response(chain: Chain) -> Requests:
    """Each company that was asked lists what it was asked."""
    return [request_bytes("GET", f"{TARGET}tradeResponse", company.headers) for company in chain.asked]


def put_structure(chain: Chain) -> Requests:
    """Each customer puts its structure in variants one after the other, so that every request changes something."""
    return [
        request_bytes("PUT", f"{TARGET}partsStructure", company.headers, structure_body(chain, at, variant))
        for variant in range(VARIANTS)
        for at, company in enumerate(chain.customers)
    ]


def structure_body(chain: Chain, at: int, variant: int) -> bytes:
    """The body that puts the structure of customer `at` with the amounts of `variant`."""
    company, view = chain.customers[at], chain.structures[at]

    def model(part: object, amount: float | None) -> dict[str, object]:
        return {
            "traceId": str(part.trace_id),  # type: ignore[attr-defined]
            "operatorId": str(company.operator_id),
            "plantId": str(company.plant_id),
            "partsName": part.name,  # type: ignore[attr-defined]
            "supportPartsName": part.support_name,  # type: ignore[attr-defined]
            "terminatedFlag": False,
            "amountRequired": amount,
            "amountRequiredUnit": "unit",
            "partsLabelName": "ラベル",
            "partsAddInfo1": "追加情報1",
            "partsAddInfo2": None,
            "partsAddInfo3": None,
        }

    body = {
        "parentPartsModel": model(view.parent, None),
        "childrenPartsModel": [
            model(line.child, line.position + 0.25 * (variant + 1) + 1) for line in view.lines
        ],
    }
    return json.dumps(body, ensure_ascii=False).encode()


# -- against the bare endpoint ---------------------------------------------------------------------------------------
def _bare_get(at: Site, name: str, requests: Requests) -> Requests:
    """Store what we answer, and ask the bare endpoint for those bytes."""
    found = []
    with psycopg.connect(the_place().superuser_url("small")) as connection:
        for number, request in enumerate(requests):
            key = f"{name}-{number}"
            connection.execute(
                "INSERT INTO bench.answers (name, body) VALUES (%s, %s)", (key, ask(at.server.port, request))
            )
            if name == "api.get_cfp":
                connection.execute(_SHOWN, (at.chain.cfp[number], key))
            found.append(request_bytes("GET", f"/bare/{key}", at.chain.customers[0].headers))
    return found


_SHOWN = """
    UPDATE bench.answers SET (consumer, deliveries) = (
      SELECT max(d.operator_key), array_agg(ARRAY[d.provider_key, d.delivery_key])
        FROM commons.trades t
       CROSS JOIN LATERAL (
             SELECT d.* FROM commons.deliveries d WHERE d.operator_key = t.downstream_key AND d.trade_key = t.trade_key
              ORDER BY d.delivery_key DESC LIMIT 1) d
       WHERE t.downstream_trace_id = ANY(%s::uuid[]) AND NOT d.withdrawn)
     WHERE name = %s
"""
"""Which deliveries an answer shows."""


def ask(port: int, request: bytes) -> bytes:
    """The body that one prepared request is answered with. Raises RuntimeError if it is not a 2xx."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, target, body or None, dict(line.split(": ", 1) for line in lines))
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {target}: {answer.status} {content[:500]!r}")
        return content
    finally:
        connection.close()


def _against_bare(name: str, bar: float, ours: Callable[[Chain], Requests], *, count: int) -> Result:
    here = site("small")
    requests = ours(here.chain)
    bare = _bare_get(here, name, requests)
    answer = ask(here.server.port, requests[0])
    mine, plain = paired(lambda: here.run(requests, count), lambda: here.run(bare, count))
    return Result(
        name=name,
        ratio=median_ratio(mine, plain, lambda sample: sample.rate),
        bar=bar,
        better="higher",
        detail=_sides(mine, plain) | {"answer_bytes": len(answer), "requests": _said(count)},
    )


def _sides(mine: Sequence[Sample], plain: Sequence[Sample]) -> dict[str, object]:
    return {"ours": summary(mine), "bare": summary(plain)}


def _said(count: int) -> str:
    return f"{count} over {CONNECTIONS} connections, {PAIRS} pairs"


@benchmark("api.get_cfp")
def measure_get_cfp() -> list[Result]:
    return [_against_bare("api.get_cfp", 0.6, get_cfp, count=COUNT)]


@benchmark("api.trade_response")
def measure_trade_response() -> list[Result]:
    return [_against_bare("api.trade_response", 0.6, trade_response, count=COUNT // 2)]


@benchmark("api.put_structure")
def measure_put_structure() -> list[Result]:
    """The bar is held against the bare endpoint that stores the same rows; that with one value is told beside it."""
    here, count = site("small"), COUNT // 2
    requests = put_structure(here.chain)
    headers = here.chain.customers[0].headers
    bodies = [request.partition(b"\r\n\r\n")[2] for request in requests]
    rows = [request_bytes("PUT", "/bare/structure", headers, body) for body in bodies]
    value = [request_bytes("PUT", "/bare/value", headers, body) for body in bodies]
    answer = ask(here.server.port, requests[0])
    ask(here.server.port, rows[0])
    mine, plain = paired(lambda: here.run(requests, count), lambda: here.run(rows, count))
    again, valued = paired(lambda: here.run(requests, count), lambda: here.run(value, count))
    against_value = median_ratio(again, valued, lambda sample: sample.rate)
    return [
        Result(
            name="api.put_structure",
            ratio=median_ratio(mine, plain, lambda sample: sample.rate),
            bar=0.5,
            better="higher",
            detail=_sides(mine, plain)
            | {
                "answer_bytes": len(answer),
                "requests": _said(count),
                "ratio_if_the_body_is_stored_as_one_value": round(against_value, 3),
                "one_value": summary(valued),
            },
        )
    ]


# -- against an empty database ---------------------------------------------------------------------------------------
@benchmark("api.scale")
def measure_scale() -> list[Result]:
    small, large = site("small"), site("large", parts=PARTS)
    ratios: dict[str, float] = {}
    detail: dict[str, object] = {"parts": PARTS, "operators": OPERATORS}
    scenarios: Mapping[str, tuple[Callable[[Chain], Requests], int]] = {
        "get_cfp": (get_cfp, COUNT),
        "trade_response": (trade_response, COUNT // 2),
        "put_structure": (put_structure, COUNT // 2),
    }
    for name, (ours, count) in scenarios.items():
        many, few = ours(large.chain), ours(small.chain)
        full, empty = paired(lambda r=many, c=count: large.run(r, c), lambda r=few, c=count: small.run(r, c))  # type: ignore[misc]
        ratios[name] = median_ratio(full, empty, lambda sample: sample.rate)
        detail[name] = {"ratio": round(ratios[name], 3), "full": summary(full), "empty": summary(empty)}
    return [Result(name="api.scale", ratio=min(ratios.values()), bar=0.8, better="higher", detail=detail)]


# -- where the time goes ---------------------------------------------------------------------------------------------
def profile(name: str, count: int = 400) -> str:
    """Serve `count` requests of one scenario under the profiler; the top of the figures as text."""
    import io  # noqa: PLC0415 (only for people at work on the code)
    import pstats  # noqa: PLC0415

    place = the_place()
    if "small" not in _sites:
        site("small")
    path = place.data_dir / f"{name}.profile"
    requests = {"get_cfp": get_cfp, "trade_response": trade_response, "put_structure": put_structure}[name]
    with ExitStack() as stack:
        server = stack.enter_context(served(place, "small", profile=path))
        Site(server, _sites["small"].chain).run(requests(_sites["small"].chain), count)
    out = io.StringIO()
    stats = pstats.Stats(str(path), stream=out)
    stats.sort_stats("tottime").print_stats(35)
    stats.sort_stats("cumulative").print_stats(60)
    return out.getvalue()
