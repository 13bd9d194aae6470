"""An accepted change against copying the rows that it writes, many at once, and how soon it is seen.

`update.durable`: a supplier's part on which RENKEI_BENCH_UPDATE_PARTS (300) of its own products stand, each disclosed to
the customer that buys it, gets a new value: statements with causes, deliveries, notifications, events and ledger facts are
durable when the call returns. The yardstick deletes exactly those rows (not timed) and copies them back into the same
tables with their indexes, foreign keys and triggers by `COPY FROM` of a superuser, durable at the end. Beside it the ratio
to copying them without the ledger's rows, which the change then still writes.
`update.storm`: RENKEI_BENCH_STORM_SUPPLIERS (200) suppliers, each with RENKEI_BENCH_STORM_PRODUCTS (10) products on the
part that changes, change at once from 4 threads while the events are handled; a customer buys one product of each. The
time a part with a new value, against that of one such change alone. Nothing may be lost: the customer ends with the value
of each of its suppliers.
`update.latency`: from the PUT over HTTP to the new total of the customer four tiers down, with a serving process and
`renkei work`, and RENKEI_BENCH_CROWD (1,000,000) parts of other companies in the tables. A report: seconds, 99 of 100.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from bench.companies import API_KEY, Company, add_companies
from bench.crowd import add_crowd
from bench.harness import BUILD, PAIRS, Result, Sample, benchmark, median_ratio, paired, summary
from bench.place import ISSUER, Place, Server, served, settings_of, the_place
from renkei.app import handlers, reactions
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import decide
from renkei.commons.parts.model import LineDraft, Part, PartDraft
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import link, put_request
from renkei.database.connect import connect
from renkei.database.events import drain, work_off
from renkei.database.transaction import Database, Transaction
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import KIND
from renkei.usecases.footprint.model import Emission, Quality, Stage, StatementDraft
from renkei.usecases.footprint.service import footprints, put_statement

PARTS: Final = int(os.environ.get("RENKEI_BENCH_UPDATE_PARTS", "300"))
SUPPLIERS: Final = int(os.environ.get("RENKEI_BENCH_STORM_SUPPLIERS", "200"))
PRODUCTS: Final = int(os.environ.get("RENKEI_BENCH_STORM_PRODUCTS", "10"))
CROWD: Final = int(os.environ.get("RENKEI_BENCH_CROWD", "1000000"))
CROWD_COMPANIES: Final = 1_000
CHANGES: Final = 100
TIERS: Final = 4
THREADS: Final = 4
_NAME: Final = "update"
_STORM: Final = "storm"
_LATENCY: Final = "latency"
_LEDGER: Final = (("commons", "ledger_facts"), ("commons", "ledger_queue"))
_TABLES: Final = (
    ("footprint", "statements"),
    ("commons", "deliveries"),
    ("commons", "notifications"),
    ("commons", "events"),
    *_LEDGER,
)


def part(tx: Transaction, company: Company, name: str, *, terminated: bool = False) -> Part:
    return put_part(tx, PartDraft(plant_id=company.plant_id, name=name, unit="unit", terminated=terminated))


def state(tx: Transaction, trace_id: UUID, own: Decimal, cfp_id: UUID | None = None) -> UUID:
    quality = Quality(Decimal(2), Decimal("1.5"), Decimal(3))
    draft = StatementDraft(
        trace_id=trace_id,
        cfp_id=cfp_id,
        declared_unit=Unit.UNIT,
        declared={
            Stage.RAW_MATERIAL: Emission(Decimal("1.5"), Decimal("0.25")),
            Stage.PRODUCTION: Emission(own, Decimal("0.5")),
        },
        quality={Stage.RAW_MATERIAL: quality, Stage.PRODUCTION: quality},
        primary_data_share=Decimal("0.4"),
    )
    return put_statement(tx, draft).cfp_id


def sell(database: Database, customer: Company, supplier: Company, own: Sequence[UUID]) -> list[UUID]:
    """The customer's parts, asked for, linked and disclosed: one for each of the supplier's, in their order."""

    def ask(tx: Transaction) -> list[tuple[UUID, UUID]]:
        found = []
        for trace_id in own:
            bought = part(tx, customer, f"購入品{trace_id}")
            draft = RequestDraft(
                downstream_trace_id=bought.trace_id, upstream_operator_id=supplier.operator_id
            )
            found.append((bought.trace_id, put_request(tx, draft, single=True).trade.trade_id))
        return found

    asked = database.run(customer.entry, ask)

    def answer(tx: Transaction) -> None:
        attributes = frozenset({"total", "quality"})
        for trace_id, (_, trade_id) in zip(own, asked, strict=True):
            link(tx, trade_id, trace_id)
            decide(
                tx,
                ConsentDraft(
                    trace_id=trace_id, consumer_id=customer.operator_id, kind=KIND, attributes=attributes
                ),
            )

    database.run(supplier.entry, answer)
    return [bought for bought, _ in asked]


@dataclass(frozen=True, slots=True)
class Offer:
    """A supplier's material, on which its products stand."""

    company: Company
    material: UUID
    cfp_id: UUID
    products: tuple[UUID, ...]

    def change(self, tx: Transaction, value: Decimal) -> None:
        """Give the material another value."""
        state(tx, self.material, value, self.cfp_id)


def offer(database: Database, company: Company, products: int) -> Offer:
    """What one supplier has: one unit of the material goes into each product."""

    def make(tx: Transaction) -> Offer:
        root = part(tx, company, "材料", terminated=True)
        cfp_id = state(tx, root.trace_id, Decimal(1))
        found = []
        for number in range(products):
            made = part(tx, company, f"製品{number:05}")
            put_structure(tx, made.trace_id, [LineDraft(child=root.trace_id, amount=Decimal(1), unit="unit")])
            state(tx, made.trace_id, Decimal(number + 1))
            found.append(made.trace_id)
        return Offer(company, root.trace_id, cfp_id, tuple(found))

    return database.run(company.entry, make)


def changing(database: Database, what: Offer, parts: int, last: list[int]) -> Callable[[], Sample]:
    """Change the material each time; `last` keeps the transaction that did."""
    values = itertools.count(2)

    def change() -> Sample:
        def work(tx: Transaction) -> int:
            what.change(tx, Decimal(next(values)))
            tx.flush()
            row = tx.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
            assert row is not None
            return int(row[0])

        begin, cpu = time.perf_counter(), time.process_time()
        last[0] = database.run(what.company.entry, work)
        seconds = time.perf_counter() - begin
        return Sample(count=parts, seconds=seconds, cpu_seconds=time.process_time() - cpu)

    return change


def written_by(place: Place, xid: int) -> Mapping[tuple[str, str], bytes]:
    """The rows that one transaction inserted, as COPY writes and reads them."""
    found = {}
    with psycopg.connect(place.superuser_url(_NAME)) as connection:
        for schema, table in _TABLES:
            statement = sql.SQL("COPY (SELECT * FROM {}.{} WHERE xmin::text::bigint = {}) TO STDOUT").format(
                sql.Identifier(schema), sql.Identifier(table), sql.Literal(xid)
            )
            with connection.cursor().copy(statement) as copy:
                found[schema, table] = b"".join(bytes(piece) for piece in copy)
    return found


def copied_back(place: Place, xid: int, rows: Mapping[tuple[str, str], bytes]) -> tuple[float, int]:
    """Seconds to copy the rows back, after they were deleted; and the transaction that did."""
    with psycopg.connect(place.superuser_url(_NAME), autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for schema, table in _TABLES:
                connection.execute(
                    sql.SQL("DELETE FROM {}.{} WHERE xmin::text::bigint = {}").format(
                        sql.Identifier(schema), sql.Identifier(table), sql.Literal(xid)
                    )
                )
        begin = time.perf_counter()
        with connection.transaction():
            for (schema, table), content in rows.items():
                statement = sql.SQL("COPY {}.{} FROM STDIN").format(
                    sql.Identifier(schema), sql.Identifier(table)
                )
                with connection.cursor().copy(statement) as copy:
                    copy.write(content)
            row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert row is not None
        return time.perf_counter() - begin, int(row[0])


@benchmark("update.durable")
def measure_durable() -> list[Result]:
    place = the_place()
    place.create(_NAME)
    supplier, customer = add_companies(place, _NAME, ["U00000", "U00001"])
    database = connect(settings_of(place.data_dir, place.url(_NAME)), reactions=reactions(), size=4)
    try:
        what = offer(database, supplier, PARTS)
        sell(database, customer, supplier, what.products)
        drain(database, handlers(), timeout_seconds=600)
        last = [0]
        without_facts: list[float] = []
        counted: dict[str, int] = {}

        def copy() -> Sample:
            rows = written_by(place, last[0])
            counted.update({name: content.count(b"\n") for (_, name), content in rows.items()})
            seconds, last[0] = copied_back(place, last[0], rows)
            fewer = {name: content for name, content in rows.items() if name not in _LEDGER}
            only, last[0] = copied_back(place, last[0], fewer)
            without_facts.append(only)
            return Sample(count=PARTS + 1, seconds=seconds)

        mine, plain = paired(changing(database, what, PARTS + 1, last), copy)
        fewer = statistics.median(
            ours.seconds / theirs for ours, theirs in zip(mine, without_facts[-len(mine) :], strict=True)
        )
        return [
            Result(
                name="update.durable",
                ratio=median_ratio(mine, plain, lambda sample: sample.seconds),
                bar=4,
                better="lower",
                detail={
                    "ours": summary(mine),
                    "copy": summary(plain),
                    "rows": counted,
                    "ratio_with_the_ledger_on_our_side_only": round(fewer, 2),
                },
            )
        ]
    finally:
        database.pool.close()


@benchmark("update.storm")
def measure_storm() -> list[Result]:
    place = the_place()
    place.create(_STORM)
    customer, calm, *others = add_companies(
        place, _STORM, [f"S{number:05}" for number in range(2 + SUPPLIERS)]
    )
    database = connect(
        settings_of(place.data_dir, place.url(_STORM)), reactions=reactions(), size=THREADS + 3
    )
    try:
        offers = [offer(database, company, PRODUCTS) for company in (calm, *others)]
        bought = [sell(database, customer, one.company, one.products[:1])[0] for one in offers]

        def product(tx: Transaction) -> None:
            for at in range(0, len(bought), 10):
                made = part(tx, customer, f"製品{at:05}")
                lines = [LineDraft(child=one, amount=Decimal(1), unit="unit") for one in bought[at : at + 10]]
                put_structure(tx, made.trace_id, lines)
                state(tx, made.trace_id, Decimal(5))

        database.run(customer.entry, product)
        drain(database, handlers(), timeout_seconds=600)
        change = changing(database, offers[0], PRODUCTS + 1, [0])
        alone = [change() for _ in range(2 * PAIRS)][PAIRS:]
        drain(database, handlers(), timeout_seconds=600)
        return [_storm(database, place, customer, offers[1:], bought[1:], alone)]
    finally:
        database.pool.close()


def _storm(
    database: Database,
    place: Place,
    customer: Company,
    offers: Sequence[Offer],
    bought: Sequence[UUID],
    alone: Sequence[Sample],
) -> Result:
    before = _newest(place)
    begin = time.perf_counter()
    threads = [
        threading.Thread(target=_change_all, args=(database, offers[number::THREADS]))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if not work_off(database, handlers()):
            time.sleep(0.005)
    for thread in threads:
        thread.join()
    drain(database, handlers(), timeout_seconds=600)
    seconds = time.perf_counter() - begin
    parts, versions = _affected(place, before)
    # A product is 1 x its material (77 + 0.5) + its own 1 + 0.5.
    lost = sum(one != Decimal(79) for one in _answers(database, customer, bought))
    each, calm = seconds / parts, statistics.median(sample.seconds / sample.count for sample in alone)
    return Result(
        name="update.storm",
        ratio=each / calm if not lost else float("inf"),
        bar=1.5,
        better="lower",
        detail={
            "suppliers": len(offers),
            "parts_each": PRODUCTS + 1,
            "seconds": round(seconds, 3),
            "affected_parts": parts,
            "versions": versions,
            "us_a_part": round(1e6 * each, 1),
            "us_a_part_of_one_change_alone": round(1e6 * calm, 1),
            "lost": lost,
        },
    )


def _change_all(database: Database, offers: Sequence[Offer]) -> None:
    for one in offers:
        database.run(one.company.entry, lambda tx, one=one: one.change(tx, Decimal(77)))  # type: ignore[misc]


def _answers(database: Database, customer: Company, bought: Sequence[UUID]) -> list[Decimal | None]:
    found: list[Decimal | None] = []
    for at in range(0, len(bought), 50):
        views = database.read(customer.entry, lambda tx, at=at: footprints(tx, bought[at : at + 50]))  # type: ignore[misc]
        found += [
            None
            if view.response is None or view.response.stages is None
            else view.response.stages[Stage.PRODUCTION]
            for view in views
        ]
    return found


def _newest(place: Place) -> int:
    return _row(place, "SELECT coalesce(max(statement_key), 0) FROM footprint.statements")[0]


def _affected(place: Place, before: int) -> tuple[int, int]:
    parts, versions = _row(
        place,
        "SELECT count(DISTINCT part_key), count(*) FROM footprint.statements WHERE statement_key > %s",
        before,
    )
    return parts, versions


def _row(place: Place, query: LiteralString, *values: int) -> tuple[int, ...]:
    with psycopg.connect(place.superuser_url(_STORM)) as connection:
        row = connection.execute(query, values).fetchone()
    assert row is not None
    return tuple(row)


# -- how long it takes to be seen --------------------------------------------------------------------------------------
@benchmark("update.latency")
def measure_latency() -> list[Result]:
    place = the_place()
    place.create(_LATENCY)
    companies = add_companies(place, _LATENCY, [f"L{number:05}" for number in range(TIERS + 1)])
    settings = settings_of(place.data_dir, place.url(_LATENCY))
    database = connect(settings, reactions=reactions(), size=4)
    try:
        first = offer(database, companies[0], 1)
        sold, root = first.products[0], first.products[0]
        for supplier, customer in itertools.pairwise(companies):
            [bought] = sell(database, customer, supplier, [sold])

            def assemble(tx: Transaction, customer: Company = customer, bought: UUID = bought) -> UUID:
                made = part(tx, customer, "組立品")
                put_structure(tx, made.trace_id, [LineDraft(child=bought, amount=Decimal(1), unit="unit")])
                state(tx, made.trace_id, Decimal(1))
                return made.trace_id

            sold = root = database.run(customer.entry, assemble)
        drain(database, handlers(), timeout_seconds=600)
        add_crowd(place, _LATENCY, parts=CROWD, operators=CROWD_COMPANIES)
        with psycopg.connect(place.superuser_url(_LATENCY), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        with served(place, _LATENCY) as server, _worker(place):
            seen = [
                _seconds_until_seen(database, server, companies, first, root, value)
                for value in range(2, CHANGES + 12)
            ][10:]
    finally:
        database.pool.close()
    seen.sort()
    return [
        Result(
            name="update.latency",
            ratio=seen[int(len(seen) * 0.99)],
            bar=1,
            better="lower",
            detail={
                "tiers": TIERS,
                "parts_in_the_tables": CROWD,
                "changes": len(seen),
                "p50_ms": round(1e3 * seen[len(seen) // 2], 1),
                "p99_ms": round(1e3 * seen[int(len(seen) * 0.99)], 1),
            },
        )
    ]


def _seconds_until_seen(
    database: Database, server: Server, companies: Sequence[Company], first: Offer, root: UUID, value: int
) -> float:
    """From the PUT of the first company to the last one's new total."""
    body = {
        "cfp_id": str(first.cfp_id),
        "declared_unit": "unit",
        "declared": {"production": {"own": value}},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/v1/parts/{first.material}/footprint",
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {companies[0].token}",
            "X-API-Key": API_KEY,
            "Content-Type": "application/json",
        },
        method="PUT",
    )
    # Each of the products adds 1 + 0.5, and there is one a company.
    wanted = Decimal(value) + (TIERS + 1) * Decimal("1.5")
    begin = time.perf_counter()
    urllib.request.urlopen(request, timeout=30).close()
    while True:
        [view] = database.read(companies[-1].entry, lambda tx: footprints(tx, [root]))
        assert view.statement is not None
        if view.statement.in_force.stages[Stage.PRODUCTION].total == wanted:
            return time.perf_counter() - begin
        if time.perf_counter() - begin > 30:
            raise TimeoutError("the change was not seen within 30 s")
        time.sleep(0.002)


@contextmanager
def _worker(place: Place) -> Iterator[None]:
    """`renkei work` on the same database."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "bench-worker.log").open("w") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("renkei"), "work"],
            stdout=log,
            stderr=log,
            env={name: value for name, value in os.environ.items() if not name.startswith("RENKEI_")}
            | {
                "RENKEI_DATABASE_URL": place.url(_LATENCY),
                "RENKEI_DATA_DIR": str(place.data_dir),
                "RENKEI_PUBLIC_BASE_URL": ISSUER,
            },
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
