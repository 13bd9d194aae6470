"""An accepted change against copying the rows that it writes.

`update.durable`: a supplier's part on which RENKEI_BENCH_UPDATE_PARTS (300) of its own products stand, each disclosed to
the customer that buys it, gets a new value: statements with causes, deliveries, notifications, events and ledger facts are
durable when the call returns. The yardstick deletes exactly those rows (not timed) and copies them back into the same
tables with their indexes, foreign keys and triggers by `COPY FROM` of a superuser, durable at the end.
`update.storm`: RENKEI_BENCH_STORM_SUPPLIERS (100) suppliers change at once from 4 threads while the events are handled;
the time a version written, against that of `update.durable` in the same run. Nothing may be lost: every customer ends with
the value of each of its suppliers.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql

from bench.companies import Company, add_companies
from bench.harness import Result, Sample, benchmark, median_ratio, paired, summary
from bench.place import Place, settings_of, the_place
from renkei.app import handlers, reactions
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import decide
from renkei.commons.parts.model import LineDraft, Part, PartDraft
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import link, put_request
from renkei.database.connect import connect
from renkei.database.events import drain
from renkei.database.transaction import Database, Transaction
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import KIND
from renkei.usecases.footprint.model import Emission, Quality, Stage, StatementDraft
from renkei.usecases.footprint.service import footprints, put_statement

PARTS: Final = int(os.environ.get("RENKEI_BENCH_UPDATE_PARTS", "300"))
SUPPLIERS: Final = int(os.environ.get("RENKEI_BENCH_STORM_SUPPLIERS", "100"))
THREADS: Final = 4
_NAME: Final = "update"
_TABLES: Final = (
    ("footprint", "statements"),
    ("commons", "deliveries"),
    ("commons", "notifications"),
    ("commons", "events"),
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


def sell(database: Database, customer: Company, supplier: Company, own: UUID, name: str) -> UUID:
    """The customer's part, asked for, linked and disclosed."""

    def ask(tx: Transaction) -> tuple[UUID, UUID]:
        bought = part(tx, customer, name)
        draft = RequestDraft(downstream_trace_id=bought.trace_id, upstream_operator_id=supplier.operator_id)
        return bought.trace_id, put_request(tx, draft, single=True).trade.trade_id

    bought, trade_id = database.run(customer.entry, ask)

    def answer(tx: Transaction) -> None:
        link(tx, trade_id, own)
        attributes = frozenset({"total", "quality"})
        decide(
            tx, ConsentDraft(trace_id=own, consumer_id=customer.operator_id, kind=KIND, attributes=attributes)
        )

    database.run(supplier.entry, answer)
    return bought


def build(database: Database, supplier: Company, customer: Company) -> tuple[UUID, UUID]:
    """The part that changes (trace id, cfp id), with everything that stands on it."""

    def base(tx: Transaction) -> tuple[UUID, UUID]:
        root = part(tx, supplier, "材料", terminated=True)
        return root.trace_id, state(tx, root.trace_id, Decimal(1))

    root, cfp_id = database.run(supplier.entry, base)
    for number in range(PARTS):

        def product(tx: Transaction, number: int = number) -> UUID:
            made = part(tx, supplier, f"製品{number:05}")
            line = LineDraft(child=root, amount=Decimal(2) + number, unit="unit")
            put_structure(tx, made.trace_id, [line])
            state(tx, made.trace_id, Decimal(number + 1))
            return made.trace_id

        own = database.run(supplier.entry, product)
        sell(database, customer, supplier, own, f"購入品{number:05}")
    drain(database, handlers())
    return root, cfp_id


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


@benchmark("update.durable", "update.storm")
def measure_update() -> list[Result]:
    place = the_place()
    place.create(_NAME)
    supplier, customer, *others = add_companies(
        place, _NAME, [f"U{number:05}" for number in range(2 + SUPPLIERS)]
    )
    database = connect(settings_of(place.data_dir, place.url(_NAME)), reactions=reactions(), size=8)
    try:
        root, cfp_id = build(database, supplier, customer)
        value = Decimal(1)
        last = [0]

        def change() -> Sample:
            nonlocal value
            value += 1

            def work(tx: Transaction) -> int:
                state(tx, root, value, cfp_id)
                tx.flush()
                row = tx.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
                assert row is not None
                return int(row[0])

            begin, cpu = time.perf_counter(), time.process_time()
            last[0] = database.run(supplier.entry, work)
            seconds = time.perf_counter() - begin
            return Sample(count=PARTS + 1, seconds=seconds, cpu_seconds=time.process_time() - cpu)

        def copy() -> Sample:
            rows = written_by(place, last[0])
            seconds, last[0] = copied_back(place, last[0], rows)
            return Sample(count=PARTS + 1, seconds=seconds)

        mine, plain = paired(change, copy)
        rows = {name: content.count(b"\n") for (_, name), content in written_by(place, last[0]).items()}
        durable = Result(
            name="update.durable",
            ratio=median_ratio(mine, plain, lambda sample: sample.seconds),
            bar=4,
            better="lower",
            detail={"ours": summary(mine), "copy": summary(plain), "rows": rows},
        )
        drain(database, handlers(), timeout_seconds=600)
        return [durable, _storm(database, place, customer, others, mine)]
    finally:
        database.pool.close()


def _storm(
    database: Database, place: Place, customer: Company, suppliers: Sequence[Company], calm: Sequence[Sample]
) -> Result:
    owned: list[tuple[Company, UUID, UUID]] = []
    bought: list[UUID] = []
    for company in suppliers:

        def offer(tx: Transaction, company: Company = company) -> tuple[UUID, UUID]:
            own = part(tx, company, "部品", terminated=True)
            return own.trace_id, state(tx, own.trace_id, Decimal(1))

        trace_id, cfp_id = database.run(company.entry, offer)
        owned.append((company, trace_id, cfp_id))
        bought.append(sell(database, customer, company, trace_id, f"嵐{company.operator_id}"))
    drain(database, handlers(), timeout_seconds=600)

    def product(tx: Transaction) -> None:
        for at in range(0, len(bought), 10):
            made = part(tx, customer, f"嵐製品{at:05}")
            put_structure(
                tx,
                made.trace_id,
                [LineDraft(child=one, amount=Decimal(1), unit="unit") for one in bought[at : at + 10]],
            )
            state(tx, made.trace_id, Decimal(5))

    database.run(customer.entry, product)
    before = _versions(place)
    begin = time.perf_counter()
    threads = [
        threading.Thread(target=_change_all, args=(database, owned[number::THREADS]))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(database, handlers(), timeout_seconds=600)
    seconds = time.perf_counter() - begin
    written = _versions(place) - before
    lost = sum(one is None or one != Decimal("77.5") for one in _answers(database, customer, bought))
    each = seconds / written
    calm_each = min(sample.seconds / sample.count for sample in calm)
    return Result(
        name="update.storm",
        ratio=each / calm_each if not lost else float("inf"),
        bar=1.5,
        better="lower",
        detail={
            "suppliers": len(suppliers),
            "seconds": round(seconds, 3),
            "versions": written,
            "us_a_version": round(1e6 * each, 1),
            "lost": lost,
        },
    )


def _change_all(database: Database, owned: Sequence[tuple[Company, UUID, UUID]]) -> None:
    for company, trace_id, cfp_id in owned:
        work: Callable[[Transaction], UUID] = lambda tx, t=trace_id, c=cfp_id: state(tx, t, Decimal(77), c)  # type: ignore[misc] # noqa: E731
        database.run(company.entry, work)


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


def _versions(place: Place) -> int:
    with psycopg.connect(place.superuser_url(_NAME)) as connection:
        row = connection.execute("SELECT count(*) FROM footprint.statements").fetchone()
    assert row is not None
    return int(row[0])
