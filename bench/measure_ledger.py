"""What the ledger costs, and how much a proof reads.

`ledger.write`: one writer states a footprint, changes a request and decides on a consent in turn (the last writes a
delivery too), each in its own durable transaction, against the same without recording.
`ledger.bulk`: RENKEI_BENCH_LEDGER_ROWS (30,000) versions of footprints published in one transaction, against the same
without recording.
`ledger.writers`: footprints stated over HTTP on 8 connections, by 8 companies, while a sequencer in a process of its own
signs a head every second, against the same without a sequencer.
`ledger.proof`: index scans on the ledger's tables to prove a fact among RENKEI_BENCH_LEAVES (10,000,000) leaves; the
ratio is the most of 200 proofs.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

import psycopg

from bench.companies import Company, add_companies
from bench.harness import Result, Sample, benchmark, median_ratio, paired, summary, until_the_end
from bench.load import measure, request_bytes
from bench.place import Place, Server, served, settings_of, the_place
from renkei.app import reactions
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import decide
from renkei.commons.ledger import service as ledger
from renkei.commons.ledger import store
from renkei.commons.ledger.merkle import leaf_hash
from renkei.commons.ledger.model import Head
from renkei.commons.ledger.sequencing import LEDGER, Sequencer
from renkei.commons.ledger.tiles import Growth, edge_of
from renkei.commons.parts.model import PartDraft
from renkei.commons.parts.service import put_part
from renkei.commons.trades.model import RequestDraft, RequestView
from renkei.commons.trades.service import link, put_request
from renkei.database.connect import connect
from renkei.database.transaction import Database, Transaction
from renkei.kit.quantities import Unit
from renkei.kit.secret_box import SecretBox
from renkei.usecases.footprint import KIND
from renkei.usecases.footprint.model import Emission, Stage, Statement, StatementDraft
from renkei.usecases.footprint.recalculation import write_versions
from renkei.usecases.footprint.service import footprints, put_statement

ROWS: Final = int(os.environ.get("RENKEI_BENCH_LEDGER_ROWS", "30000"))
LEAVES: Final = int(os.environ.get("RENKEI_BENCH_LEAVES", "10000000"))
WRITES: Final = 120
WRITERS: Final = 8
REQUESTS: Final = int(os.environ.get("RENKEI_BENCH_REQUESTS", "1500")) // 2
_NAME: Final = "ledger"
_BOX: Final = bytes(range(32))


# -- the place -------------------------------------------------------------------------------------------------------
class _Site:
    """A database with a supplier, its customer and what they do."""

    def __init__(self, place: Place, name: str) -> None:
        place.create(name)
        self.place, self.name = place, name
        self.supplier, self.customer = add_companies(place, name, ["S", "C"])
        self.database = connect(settings_of(place.data_dir, place.url(name)), reactions=reactions(), size=4)
        until_the_end.callback(self.database.pool.close)
        self.own = self._part(self.supplier, "部品")
        bought = self._part(self.customer, "購入品")
        self.cfp_id: UUID | None = None
        self.cfp_id = self.state(0).cfp_id
        draft = RequestDraft(downstream_trace_id=bought, upstream_operator_id=self.supplier.operator_id)
        self.request: RequestView = self.database.run(self.customer.entry, lambda tx: put_request(tx, draft))
        trade_id = self.request.trade.trade_id
        self.database.run(self.supplier.entry, lambda tx: link(tx, trade_id, self.own))
        self._numbers = itertools.count(1)

    def _part(self, company: Company, name: str) -> UUID:
        draft = PartDraft(plant_id=company.plant_id, name=name, unit="unit")
        return self.database.run(company.entry, lambda tx: put_part(tx, draft)).trace_id

    def state(self, number: int) -> Statement:
        """Another footprint of the supplier's part."""
        draft = StatementDraft(
            trace_id=self.own,
            cfp_id=self.cfp_id,
            declared_unit=Unit.UNIT,
            declared={
                Stage.RAW_MATERIAL: Emission(Decimal("1.5") + number, Decimal("0.25")),
                Stage.PRODUCTION: Emission(Decimal("10.12345"), Decimal("0.5")),
            },
        )
        return self.database.run(self.supplier.entry, lambda tx: put_statement(tx, draft))

    def ask(self, number: int) -> None:
        """Another word to the supplier."""
        trade = self.request.trade
        draft = RequestDraft(
            downstream_trace_id=trade.downstream_trace_id,
            upstream_operator_id=trade.upstream_operator_id,
            trade_id=trade.trade_id,
            request_id=self.request.request_id,
            message=f"ご回答をお願いします {number}",
        )
        self.database.run(self.customer.entry, lambda tx: put_request(tx, draft))

    def disclose(self, number: int) -> None:
        """One attribute more, or one less; the customer's inbox is brought up to date."""
        draft = ConsentDraft(
            trace_id=self.own,
            consumer_id=self.customer.operator_id,
            kind=KIND,
            attributes=frozenset({"total", "quality"} if number % 2 else {"total"}),
            purpose=f"answer {number}",
        )
        self.database.run(self.supplier.entry, lambda tx: decide(tx, draft))

    def writes(self) -> Sample:
        """A run of single writes."""
        begun = time.perf_counter()
        for _ in range(WRITES // 3):
            number = next(self._numbers)
            self.state(number)
            self.ask(number)
            self.disclose(number)
        return Sample(count=WRITES, seconds=time.perf_counter() - begun)


_sites: dict[str, _Site] = {}


def _site() -> _Site:
    if _NAME not in _sites:
        _sites[_NAME] = _Site(the_place(), _NAME)
    return _sites[_NAME]


@contextmanager
def _unrecorded() -> Iterator[None]:
    """The product without its ledger: what is recorded goes nowhere."""
    record = ledger.record
    ledger.record = lambda *_, **__: None
    try:
        yield
    finally:
        ledger.record = record


def _without(run: Callable[[], Sample]) -> Sample:
    with _unrecorded():
        return run()


# -- writing ---------------------------------------------------------------------------------------------------------
@benchmark("ledger.write")
def measure_write() -> list[Result]:
    site = _site()
    ours, theirs = paired(site.writes, lambda: _without(site.writes))
    return [
        Result(
            name="ledger.write",
            ratio=median_ratio(ours, theirs, lambda sample: sample.seconds),
            bar=1.15,
            better="lower",
            detail={
                "with": summary(ours),
                "without": summary(theirs),
                "writes": f"{WRITES} in turn: statement, request, consent with delivery",
            },
        )
    ]


@benchmark("ledger.bulk")
def measure_bulk() -> list[Result]:
    site = _site()
    [view] = site.database.read(site.supplier.entry, lambda tx: footprints(tx, [site.own]))
    assert view.statement is not None
    parts = _many_parts(site)
    versions = itertools.count(1)

    def publish() -> Sample:
        version = next(versions)
        assert view.statement is not None
        rows = [
            replace(view.statement, statement_id=uuid4(), cfp_id=uuid4(), part_key=key, version=version)
            for key in parts
        ]
        begun = time.perf_counter()
        site.database.run(site.supplier.entry, lambda tx: write_versions(tx, rows, parts))
        return Sample(count=len(rows), seconds=time.perf_counter() - begun)

    ours, theirs = paired(publish, lambda: _without(publish), pairs=5)
    return [
        Result(
            name="ledger.bulk",
            ratio=median_ratio(ours, theirs, lambda sample: sample.seconds),
            bar=1.5,
            better="lower",
            detail={"with": summary(ours), "without": summary(theirs), "rows": ROWS},
        )
    ]


def _many_parts(site: _Site) -> dict[int, UUID]:
    """Parts of the supplier, by key, with their trace ids."""
    with psycopg.connect(site.place.superuser_url(site.name)) as connection:
        rows = connection.execute(
            """
            INSERT INTO commons.parts (trace_id, operator_key, plant_key, name, terminated, unit, created_at, updated_at)
            SELECT gen_random_uuid(), p.operator_key, p.plant_key, 'B-' || i, true, 'unit', now(), now()
              FROM commons.plants p, generate_series(1, %s) i WHERE p.operator_key = %s
            RETURNING part_key, trace_id
            """,
            (ROWS, site.supplier.operator_key),
        ).fetchall()
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE commons.parts")
    return {row[0]: row[1] for row in rows}


# -- beside a sequencer ----------------------------------------------------------------------------------------------
@benchmark("ledger.writers")
def measure_writers() -> list[Result]:
    place, name = the_place(), "ledger_writers"
    place.create(name)
    companies = add_companies(place, name, [f"W{n}" for n in range(WRITERS)])
    server = until_the_end.enter_context(served(place, name))
    numbers = itertools.count(1)
    parts = [_first_statement(server, company) for company in companies]

    def run() -> Sample:
        requests = [
            _statement_request(company, part, next(numbers))
            for _ in range(-(-REQUESTS // WRITERS))
            for company, part in zip(companies, parts, strict=True)
        ]
        return measure(
            server.port, requests, total=len(requests), connections=WRITERS, processes=server.processes
        )

    def beside() -> Sample:
        with _sequencer(place, name):
            return run()

    ours, theirs = paired(beside, run)
    with psycopg.connect(place.superuser_url(name)) as connection:
        heads, sequenced = connection.execute(
            "SELECT (SELECT count(*) FROM commons.ledger_heads), (SELECT count(*) FROM commons.ledger_entries)"
        ).fetchone() or (0, 0)
    return [
        Result(
            name="ledger.writers",
            ratio=median_ratio(ours, theirs, lambda sample: sample.rate),
            bar=0.9,
            better="higher",
            detail={
                "with": summary(ours),
                "without": summary(theirs),
                "writers": f"{WRITERS} connections, {REQUESTS} requests a run",
                "heads": heads,
                "facts_in_log": sequenced,
            },
        )
    ]


def _first_statement(server: Server, company: Company) -> tuple[UUID, str]:
    """A part of the company with a footprint: trace id and cfp id."""
    from bench.measure_api import ask  # noqa: PLC0415 (a sender of single requests)

    headers = {"Authorization": f"Bearer {company.token}", "Content-Type": "application/json"}
    body = json.dumps({"plant_id": str(company.plant_id), "name": "部品", "unit": "unit"}).encode()
    part = json.loads(ask(server.port, request_bytes("POST", "/v1/parts", headers, body)))
    target = f"/v1/parts/{part['trace_id']}/footprint"
    body = json.dumps({"declared_unit": "unit", "declared": {"production": {"own": 1}}}).encode()
    stated = json.loads(ask(server.port, request_bytes("PUT", target, headers, body)))
    return UUID(part["trace_id"]), stated["cfp_id"]


def _statement_request(company: Company, part: tuple[UUID, str], number: int) -> bytes:
    headers = {"Authorization": f"Bearer {company.token}", "Content-Type": "application/json"}
    body = {
        "cfp_id": part[1],
        "declared_unit": "unit",
        "declared": {"raw_material": {"own": 1.5, "component": 0.25}, "production": {"own": number}},
    }
    return request_bytes("PUT", f"/v1/parts/{part[0]}/footprint", headers, json.dumps(body).encode())


@contextmanager
def _sequencer(place: Place, name: str) -> Iterator[None]:
    """A sequencer at its production cadence, in a process of its own, for the time of a `with`."""
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=_sequence, args=(place, name, ready, stop), daemon=True)
    process.start()
    try:
        ready.wait(30)
        yield
    finally:
        stop.set()
        process.join(30)


def _sequence(place: Place, name: str, ready: object, stop: object) -> None:
    database = connect(settings_of(place.data_dir, place.url(name)), size=1)
    sequencer = Sequencer(database, SecretBox([_BOX]))
    sequencer.tick()
    ready.set()  # type: ignore[attr-defined]
    while not stop.wait(1.0):  # type: ignore[attr-defined]
        sequencer.tick()
    database.pool.close()


# -- proving ---------------------------------------------------------------------------------------------------------
@benchmark("ledger.proof")
def measure_proof() -> list[Result]:
    site = _site()
    seconds = _fill(site.database, LEAVES)
    [head_size] = [site.database.read(site.supplier.entry, ledger.head_of).size]
    subject = _spread_fact(site, head_size)
    scans: list[int] = []
    times: list[float] = []
    chance = random.Random(7)
    for _ in range(200):
        _move_fact(site, subject, chance.randrange(head_size))
        begun = time.perf_counter()
        scans.append(site.database.read(site.supplier.entry, lambda tx: _scans_of(tx, subject)))
        times.append(time.perf_counter() - begun)
    return [
        Result(
            name="ledger.proof",
            ratio=float(max(scans)),
            bar=10,
            better="lower",
            detail={
                "leaves": head_size,
                "index_scans": f"median {statistics.median(scans)}, most {max(scans)}",
                "milliseconds": round(1e3 * statistics.median(times), 2),
                "filling_seconds": round(seconds, 1),
            },
        )
    ]


def _fill(database: Database, leaves: int) -> float:
    """Grow the log to so many leaves, as the sequencer stores them."""
    begun = time.perf_counter()
    Sequencer(database, SecretBox([_BOX])).tick()
    head = database.run(LEDGER, store.last_head, write=False)
    assert head is not None
    while head.size < leaves:
        head = database.run(LEDGER, lambda tx, former=head: _grow(tx, former, leaves), write=False)  # type: ignore[misc]
    return time.perf_counter() - begun


def _grow(tx: Transaction, former: Head, leaves: int) -> Head:
    growth = Growth(former.size, store.read_tiles(tx, edge_of(former.size)))
    end = min(leaves, former.size + 400_000)
    growth.append([leaf_hash(hashlib.sha256(n.to_bytes(8)).digest()) for n in range(former.size, end)])
    store.write_tiles(tx, sorted(growth.written().items()))
    head = Head(
        number=former.number + 1, size=end, root=growth.root(), signed_at=tx.now, note="measured, not signed"
    )
    store.add_head(tx, head)
    return head


def _spread_fact(site: _Site, size: int) -> UUID:
    """A fact whose leaf can be moved about; the proofs then prove another leaf, at the same cost."""
    subject = uuid4()
    site.database.run(site.supplier.entry, lambda tx: ledger.record(tx, "consent", subject, {"n": 1}))
    with psycopg.connect(site.place.superuser_url(site.name)) as connection:
        connection.execute(
            "INSERT INTO commons.ledger_entries SELECT %s, fact_key FROM commons.ledger_facts WHERE subject_id = %s",
            (size - 1, subject),
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    return subject


def _move_fact(site: _Site, subject: UUID, leaf: int) -> None:
    with psycopg.connect(site.place.superuser_url(site.name)) as connection:
        connection.execute(
            "UPDATE commons.ledger_entries e SET leaf_index = %s FROM commons.ledger_facts f "
            "WHERE f.fact_key = e.fact_key AND f.subject_id = %s "
            "AND NOT EXISTS (SELECT FROM commons.ledger_entries o WHERE o.leaf_index = %s)",
            (leaf, subject, leaf),
        )


def _scans_of(tx: Transaction, subject: UUID) -> int:
    """How many index scans on the ledger's tables one proof makes; sequential ones would count a thousand each."""

    def so_far() -> int:
        row = tx.row(
            "SELECT sum(idx_scan + 1000 * seq_scan)::int AS scans FROM pg_stat_xact_user_tables WHERE relname LIKE 'ledger%%'"
        )
        assert row is not None
        return int(row["scans"])

    # A table of one fact is read whole, a full one is not: this is about full ones.
    tx.execute("SET LOCAL enable_seqscan = off")
    before = so_far()
    _, [proved] = ledger.prove(tx, [subject])
    assert proved.proof is not None
    return so_far() - before
