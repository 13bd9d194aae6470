"""The worker: as threads in this process for what it does, as processes of its own for who owns what."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from renkei.app import access_policy, open_files, reactions
from renkei.commons.access.registry import add_account
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.consents import service as consents
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.files import service as files
from renkei.commons.files.model import FileDraft
from renkei.commons.ledger import service as ledger
from renkei.commons.ledger.witness import FileWitness
from renkei.commons.notifications import service as notifications
from renkei.commons.parts import service as parts
from renkei.commons.parts.model import LineDraft, PartDraft
from renkei.database.duties import is_owned
from renkei.database.events import Handlers, ReceivedEvent, pending_since
from renkei.database.transaction import Database, Event, Transaction, as_role, open_pool
from renkei.kit.secret_box import open_secret_box
from renkei.settings import Settings
from renkei.usecases.footprint.calculator.service import put_sheet
from renkei.worker import run_worker
from tests.clocks import Turnable
from tests.factories import Operator, create_operator
from tests.mail_server import open_mail_server
from tests.service import as_url
from tests.usecases.footprint.calculator.sheets import POWER, line, sheet

SAID = "jp.example.said.v1"
CHAIN = "jp.renkei.chain.changed.v1"
PATIENCE_SECONDS = 60


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Fail if it does not come true at all; how long it takes is not asserted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"still not so: {what}"
        time.sleep(0.02)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        events_poll_milliseconds=20,
        duties_interval_seconds=0.05,
        clearing_interval_seconds=0.05,
        ledger_head_seconds=0.05,
    )


@pytest.fixture
def clock(database: Database) -> Turnable:
    database.clock = Turnable()
    return database.clock


@pytest.fixture
def a(database: Database) -> Operator:
    return create_operator(database, "A社")


@pytest.fixture
def b(database: Database) -> Operator:
    return create_operator(database, "B社")


@pytest.fixture
def working(settings: Settings, database: Database, database_url: str) -> Callable[..., object]:
    """`with working(handlers):` a worker runs in threads; leaving waits until it has drained."""

    @contextmanager
    def run(handled_by: Handlers | None = None) -> Iterator[threading.Event]:
        stop = threading.Event()
        thread = threading.Thread(
            target=run_worker,
            args=(settings, database, stop),
            kwargs={"direct_url": database_url, "handled_by": handled_by},
        )
        thread.start()
        try:
            yield stop
        finally:
            stop.set()
            thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()

    return run


def say(database: Database, sender: Operator, to: Operator, *, kind: str = SAID, **data: object) -> int:
    kept: list[Transaction] = []

    def work(tx: Transaction) -> None:
        kept[:] = [tx]
        tx.emit(Event(kind, to.operator_key, uuid4(), data))

    database.run(sender, work)
    assert kept[0].version is not None
    return kept[0].version


def is_handled(database: Database, who: Operator, version: int) -> bool:
    return not database.read(who, lambda tx: pending_since(tx, version))


class TestEvents:
    def test_each_is_handled_as_its_addressee(
        self, database: Database, working: Callable[..., ExitStack], a: Operator, b: Operator
    ) -> None:
        acted: list[UUID] = []
        with working({SAID: [lambda tx, _: acted.append(tx.caller.operator_id)]}):
            say(database, a, b)
            wait_until(lambda: acted == [b.operator_id], "B's event is handled as B")
            say(database, b, b)
            wait_until(
                lambda: acted == [b.operator_id] * 2, "what a company tells itself is found by looking"
            )

    def test_a_handler_that_fails_is_tried_again_and_others_go_on(
        self, database: Database, clock: Turnable, working: Callable[..., ExitStack], a: Operator, b: Operator
    ) -> None:
        tried: list[object] = []
        fine: list[object] = []

        def handler(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
            if any("bad" in event.data for event in received):
                tried.append(received)
                raise KeyError
            fine.extend(received)

        with working({SAID: [handler]}):
            say(database, a, b, bad=True)
            wait_until(lambda: len(tried) >= 1, "the bad event was tried")
            say(database, a, b)
            wait_until(lambda: len(fine) == 1, "the good one is handled")
            before = len(tried)
            clock.turn(seconds=400)
            wait_until(lambda: len(tried) > before, "the bad one is tried again when it is due")

    def test_stopping_finishes_what_is_under_way(
        self, database: Database, working: Callable[..., ExitStack], a: Operator, b: Operator
    ) -> None:
        began, may_end = threading.Event(), threading.Event()

        def slow(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
            began.set()
            assert may_end.wait(PATIENCE_SECONDS)

        with working({SAID: [slow]}) as stop:
            version = say(database, a, b)
            assert began.wait(PATIENCE_SECONDS)
            stop.set()
            may_end.set()
        assert is_handled(database, a, version)

    def test_a_restart_of_the_database_ends_in_another_try(
        self,
        database: Database,
        database_url: str,
        working: Callable[..., ExitStack],
        a: Operator,
        b: Operator,
    ) -> None:
        """Every connection of the test's database is ended by the server, those of the duties too, twice."""
        with working({SAID: [lambda tx, _: None]}):
            for _ in range(2):
                version = say(database, a, b)
                wait_until(lambda version=version: is_handled(database, a, version), "handled")
                with psycopg.connect(database_url, autocommit=True) as connection:
                    connection.execute(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
            version = say(database, a, b)
            wait_until(lambda: is_handled(database, a, version), "handled after the second restart")


class TestTimers:
    def test_a_structure_comes_into_force_on_its_day(
        self, database: Database, clock: Turnable, working: Callable[..., ExitStack], a: Operator
    ) -> None:
        draft = PartDraft(plant_id=a.plant_id, name="ドア")
        line = LineDraft(child=PartDraft(plant_id=a.plant_id, name="ヒンジ"), amount=Decimal(2), unit="unit")
        day = (clock.now() + timedelta(days=2)).date()
        stored = database.run(a, lambda tx: parts.put_structure(tx, draft, [line], effective_from=day))
        trace_id = stored.parent.trace_id

        def children() -> int:
            view = database.read(a, lambda tx: parts.structure_of(tx, trace_id))
            return 0 if view is None else len(view.lines)

        with working({}):
            time.sleep(0.1)
            assert children() == 0
            clock.turn(days=2)
            wait_until(lambda: children() == 1, "the structure is in force on its day")

    def test_who_could_not_have_his_turn_gets_another(
        self, settings: Settings, clock: Turnable, database: Database, database_url: str, a: Operator
    ) -> None:
        """Another process has the operator's turn, so the daily work gives up; it is tried again the same day."""
        draft = PartDraft(plant_id=a.plant_id, name="ドア")
        line = LineDraft(child=PartDraft(plant_id=a.plant_id, name="ヒンジ"), amount=Decimal(2), unit="unit")
        day = (clock.now() + timedelta(days=2)).date()
        stored = database.run(a, lambda tx: parts.put_structure(tx, draft, [line], effective_from=day))
        clock.turn(days=2)
        pool = open_pool(database_url, size=4, timeouts_ms={"lock_timeout": 50})
        stop = threading.Event()
        worker = threading.Thread(
            target=run_worker,
            args=(settings, Database(pool, clock=clock, reactions=reactions()), stop),
            kwargs={"direct_url": database_url, "handled_by": {}},
        )
        with psycopg.connect(database_url, autocommit=True) as turn:
            turn.execute("SELECT pg_advisory_lock(7264, %s)", (a.operator_key,))
            worker.start()

            def waits() -> bool:
                found = turn.execute(
                    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 7264 "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
                return found.fetchone() is not None

            for _ in range(2):
                wait_until(waits, "the worker waits for the turn")
                wait_until(lambda: not waits(), "it has given up")
            turn.execute("SELECT pg_advisory_unlock_all()")
        try:
            trace_id = stored.parent.trace_id

            def begun() -> bool:
                view = database.read(a, lambda tx: parts.structure_of(tx, trace_id))
                return view is not None and len(view.lines) == 1

            wait_until(begun, "the structure is in force after all")
        finally:
            stop.set()
            worker.join(PATIENCE_SECONDS)
            pool.close()

    def test_a_consent_ends_at_its_time(
        self, database: Database, clock: Turnable, working: Callable[..., ExitStack], a: Operator, b: Operator
    ) -> None:
        part = database.run(a, lambda tx: parts.put_part(tx, PartDraft(plant_id=a.plant_id, name="ねじ")))
        draft = ConsentDraft(
            trace_id=part.trace_id,
            consumer_id=b.operator_id,
            kind="CFP",
            attributes=frozenset({"total"}),
            valid_until=clock.now() + timedelta(hours=1),
        )
        database.run(a, lambda tx: consents.decide(tx, draft))

        def states() -> list[str]:
            return [one.state for one in database.read(a, consents.consents_of)]

        with working({}):
            time.sleep(0.1)
            assert states() == ["granted"]
            clock.turn(hours=1)
            wait_until(lambda: states() == ["expired"], "the consent has ended")

    def test_the_mail_of_the_day_goes_out_when_it_is_time_in_japan(
        self,
        settings: Settings,
        database: Database,
        database_url: str,
        clock: Turnable,
        a: Operator,
        b: Operator,
    ) -> None:
        keys = AccessKeys(database, open_secret_box(None, settings.data_dir), access_policy(settings))
        add_account(keys, "a@a.example", a.operator_id, "admin", "correct-horse-9")
        clock.time = clock.time.replace(hour=21)  # six in the morning in Japan
        database.run(b, lambda tx: notifications.notify(tx, a.operator_key, "REQUEST_NEW"))
        stop = threading.Event()
        with open_mail_server() as mail:
            by_mail = settings.model_copy(update=mail.settings)
            thread = threading.Thread(
                target=run_worker, args=(by_mail, database, stop), kwargs={"direct_url": database_url}
            )
            thread.start()
            try:
                time.sleep(0.5)
                assert mail.taken == [], "it is not eight yet"
                clock.turn(hours=2)
                wait_until(lambda: len(mail.taken) == 1, "the mail of the day has gone out")
            finally:
                stop.set()
                thread.join(PATIENCE_SECONDS)

    def test_a_value_that_comes_due_for_renewal_is_told_its_owner_once_and_in_the_mail_of_the_day(
        self,
        working: Callable[..., ExitStack],
        settings: Settings,
        database: Database,
        database_url: str,
        clock: Turnable,
        a: Operator,
        b: Operator,
    ) -> None:
        keys = AccessKeys(database, open_secret_box(None, settings.data_dir), access_policy(settings))
        for who, email in ((a, "a@a.example"), (b, "b@b.example")):
            add_account(keys, email, who.operator_id, "admin", "correct-horse-9")
        part = database.run(a, lambda tx: parts.put_part(tx, PartDraft(plant_id=a.plant_id, name="ねじ")))
        clock.time = datetime(2026, 3, 30, 21, tzinfo=UTC)  # six in the morning in Japan
        year = sheet(
            line("power", "energy", 10, "kilowatt-hour", POWER),
            trace_id=part.trace_id,
            period_from=date(2024, 4, 1),
            period_to=date(2025, 3, 31),
        )
        database.run(a, lambda tx: put_sheet(tx, year))

        def told(who: Operator) -> list[str | None]:
            return [one.part_name for one in database.read(who, notifications.list_notifications).items]

        with working({}):
            time.sleep(0.3)
            assert told(a) == [], "a year is not over yet"
            clock.turn(hours=4)
            wait_until(lambda: told(a) == ["ねじ"], "the owner is told")
            clock.turn(days=1)
            time.sleep(0.3)
        assert told(a) == ["ねじ"], "not again while undone"
        assert told(b) == []

        stop = threading.Event()
        with open_mail_server() as mail:
            by_mail = settings.model_copy(update=mail.settings)
            thread = threading.Thread(
                target=run_worker, args=(by_mail, database, stop), kwargs={"direct_url": database_url}
            )
            thread.start()
            try:
                wait_until(lambda: len(mail.taken) == 1, "the mail of the day has gone out")
            finally:
                stop.set()
                thread.join(PATIENCE_SECONDS)
            [letter] = mail.for_("a@a.example")
        assert "更新時期のお知らせ: 1件" in letter
        assert "reminders of values due for renewal: 1" in letter
        assert "ねじ" not in letter
        assert mail.for_("b@b.example") == []

    def test_what_is_past_its_retention_goes(
        self, database: Database, clock: Turnable, working: Callable[..., ExitStack], a: Operator, b: Operator
    ) -> None:
        """Of a notification, an event and an idempotency key 401 days old nothing is left; today's stay."""

        def left() -> tuple[int, ...]:
            def count(tx: Transaction) -> tuple[int, ...]:
                row = tx.execute(
                    "SELECT (SELECT count(*) FROM commons.notifications), (SELECT count(*) FROM commons.idempotency), "
                    "(SELECT count(*) FROM commons.events)"
                ).fetchone()
                assert row is not None
                return row

            return database.read(a, count)

        def fill(tx: Transaction) -> None:
            notifications.notify(tx, a.operator_key, "REQUEST_CANCELED")
            tx.execute(
                "INSERT INTO commons.idempotency (operator_key, caller, route, idempotency_key, body_hash, claimed_at) "
                "VALUES (commons.me(), 'c', 'r', %s, '', %s)",
                (str(uuid4()), tx.now),
            )
            tx.emit(Event(SAID, a.operator_key, uuid4()))

        database.run(a, fill)
        clock.turn(days=401)
        database.run(a, fill)
        assert left() == (2, 2, 2)
        with working({}):
            wait_until(lambda: left() == (1, 1, 1), "the old ones are gone")

    def test_files_that_nobody_wants_go(
        self,
        settings: Settings,
        database: Database,
        clock: Turnable,
        working: Callable[..., ExitStack],
        a: Operator,
    ) -> None:
        """A file announced and not uploaded within a day, and bytes that no row names."""
        safe = open_files(settings, open_secret_box(None, settings.data_dir))
        draft = FileDraft(name="証明書.pdf")
        database.run(a, lambda tx: files.reserve(tx, safe, [draft]))
        orphan = safe.root / str(a.operator_id) / "ab" / ("ab" * 32)
        orphan.parent.mkdir(parents=True)
        orphan.write_bytes(b"left behind")

        def left() -> int:
            return len(database.read(a, lambda tx: files.list_files(tx, None, 10)).items)

        with working({}):
            wait_until(lambda: not orphan.exists(), "bytes without a row are removed")
            assert left() == 1
            clock.turn(hours=settings.file_reservation_hours + 1)
            wait_until(lambda: left() == 0, "the announcement is forgotten")

    def test_the_signing_key_is_renewed_in_time_and_logs_nobody_out(
        self,
        settings: Settings,
        database: Database,
        clock: Turnable,
        working: Callable[..., ExitStack],
        a: Operator,
    ) -> None:
        keys = AccessKeys(database, open_secret_box(None, settings.data_dir), access_policy(settings))

        def issue() -> str:
            return keys.issue(
                account_id=uuid4(),
                email="a@example.com",
                operator_id=a.operator_id,
                authenticated_at=clock.now(),
            )

        issue()
        clock.turn(days=settings.signing_key_days)
        token = issue()
        with working({}):

            def count() -> int:
                keys.forget()
                return len(keys.jwks()["keys"])

            wait_until(lambda: count() == 2, "a second key is published")
        assert keys.verify(token).operator_id == a.operator_id


@pytest.fixture
def start_worker(database_url: str, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """`renkei work` on this test's database, as a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "renkei.cli", "work"],
                    env={
                        **os.environ,
                        "RENKEI_DATABASE_URL": as_url(database_url),
                        "RENKEI_DATA_DIR": str(tmp_path),
                    },
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def owner_of(database: Database, duty: str) -> int | None:
    """The process id of the duty's last owner."""
    row = database.owner(lambda tx: tx.row("SELECT owner FROM commons.duties WHERE duty = %s", (duty,)))
    return None if row is None else int(row["owner"].rpartition(":")[2])


class TestProcesses:
    def test_of_two_workers_one_is_killed_and_the_other_goes_on(
        self,
        database: Database,
        start_worker: Callable[[], subprocess.Popen[bytes]],
        a: Operator,
        b: Operator,
    ) -> None:
        workers = {process.pid: process for process in (start_worker(), start_worker())}
        version = say(database, a, b, kind=CHAIN, part=0, hops=1)
        wait_until(lambda: is_handled(database, a, version), "one of them handles the event")
        owner = owner_of(database, "events")
        assert owner in workers
        workers.pop(owner).kill()
        version = say(database, a, b, kind=CHAIN, part=0, hops=1)
        wait_until(lambda: is_handled(database, a, version), "the other has taken over")
        assert owner_of(database, "events") in workers

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_worker_that_is_told_to_end_gives_its_duties_up(
        self,
        database: Database,
        start_worker: Callable[[], subprocess.Popen[bytes]],
        a: Operator,
        number: signal.Signals,
    ) -> None:
        worker = start_worker()
        wait_until(lambda: owner_of(database, "timers") == worker.pid, "the duty is taken")
        worker.send_signal(number)
        assert worker.wait(PATIENCE_SECONDS) == 0
        wait_until(
            lambda: not database.read(as_role("renkei_engine"), lambda tx: is_owned(tx, "timers")),
            "it is free",
        )


class TestLedger:
    def test_heads_are_signed_whatever_happens_and_cover_what_did(
        self, settings: Settings, database: Database, working: Callable[..., object], a: Operator
    ) -> None:
        """Some quiet heads, one with a fact, some quiet ones again: each adds 8 leaves, and the witness has them all."""
        subject = uuid4()

        def heads() -> list[int]:
            rows = database.read(
                as_role("renkei_ledger"),
                lambda tx: tx.rows("SELECT size FROM commons.ledger_heads ORDER BY number"),
            )
            return [row["size"] for row in rows]

        def in_log() -> bool:
            [receipt] = database.read(a, lambda tx: ledger.receipts(tx, [subject]))
            return receipt.state == "in_log"

        with working({}):
            wait_until(lambda: len(heads()) >= 2, "two heads")
            database.run(a, lambda tx: ledger.record(tx, "consent", subject, {"said": "something"}))
            wait_until(in_log, "the fact is in the log")
            count = len(heads())
            wait_until(lambda: len(heads()) > count + 1, "two heads more")
        sizes = heads()
        assert sizes == list(range(8, 8 * len(sizes) + 1, 8))
        assert [one.size for one in FileWitness(settings.witness_file).all()] == sizes

    def test_another_worker_goes_on_where_one_ended(
        self, database: Database, working: Callable[..., object], a: Operator
    ) -> None:
        def count() -> int:
            row = database.read(
                as_role("renkei_ledger"), lambda tx: tx.row("SELECT count(*) AS n FROM commons.ledger_heads")
            )
            assert row is not None
            return int(row["n"])

        with working({}):
            wait_until(lambda: count() >= 1, "a head")
        ended = count()
        with working({}):
            wait_until(lambda: count() > ended, "a head of the next worker")

    def test_nothing_is_signed_on_a_database_that_was_set_back(
        self, settings: Settings, database: Database, working: Callable[..., object]
    ) -> None:
        def numbers(tx: Transaction) -> list[int]:
            return [row["number"] for row in tx.rows("SELECT number FROM commons.ledger_heads")]

        with working({}):
            wait_until(lambda: len(database.read(as_role("renkei_ledger"), numbers)) >= 2, "two heads")
        database.run(as_role("renkei_ledger"), lambda tx: tx.execute("DELETE FROM commons.ledger_heads"))
        said: list[UUID] = []

        def handle(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
            said.extend(event.event_id for event in events)

        a = create_operator(database)
        with working({SAID: [handle]}):
            database.run(a, lambda tx: tx.emit(Event(SAID, a.operator_key, uuid4())))
            wait_until(lambda: bool(said), "the other duties go on")
            time.sleep(1.0)  # long enough for 20 heads
        assert database.read(as_role("renkei_ledger"), numbers) == []
