"""The outbox: order, at least once, whose trouble is whose, and what a reader that waits for a version may rely on."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from renkei.database import events
from renkei.database.events import ReceivedEvent, drain, pending_since, queue_state, work_off
from renkei.database.readiness import EventQueue, EventsStandStill
from renkei.database.transaction import Busy, Database, Event, Transaction, as_role, open_pool
from tests.clocks import Turnable
from tests.factories import Operator, create_operator

ENGINE = as_role("renkei_engine")
SAID = "jp.example.said.v1"
OTHER = "jp.example.other.v1"


class Heard:
    """A handler that remembers what it was given, by company, and fails where it is told to."""

    def __init__(self, broken: set[UUID] | None = None) -> None:
        self.broken = broken if broken is not None else set()
        self.by: dict[UUID, list[object]] = defaultdict(list)

    def __call__(self, tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
        for event in received:
            if event.subject in self.broken:
                raise ValueError("a value of a company")
            tx.rows("SELECT part_key FROM commons.parts WHERE operator_key = commons.me()")
        # Only what is committed counts; nothing here fails after this line.
        self.by[tx.caller.operator_id] += [event.data.get("n") for event in received]


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


def say(
    database: Database,
    sender: Operator,
    to: Operator,
    *numbers: object,
    about: UUID | None = None,
    kind: str = SAID,
) -> int:
    """One transaction of `sender` with an event for each number; returns its version."""
    subject = about or uuid4()
    kept: list[Transaction] = []

    def work(tx: Transaction) -> None:
        kept[:] = [tx]
        for number in numbers:
            tx.emit(Event(kind, to.operator_key, subject, {"n": number}))

    database.run(sender, work)
    version = kept[0].version
    assert version is not None
    return version


def is_pending(database: Database, who: Operator, version: int) -> bool:
    return database.read(who, lambda tx: pending_since(tx, version))


def state(database: Database) -> events.QueueState:
    return database.read(ENGINE, queue_state)


def test_each_event_is_handled_once_as_its_addressee(database: Database, a: Operator, b: Operator) -> None:
    heard = Heard()
    say(database, a, b, 1, 2)
    say(database, b, a, 3)
    assert work_off(database, {SAID: [heard]}) == 3
    assert heard.by == {b.operator_id: [1, 2], a.operator_id: [3]}
    assert work_off(database, {SAID: [heard]}) == 0


def test_a_handler_cannot_read_another_companys_rows(database: Database, a: Operator, b: Operator) -> None:
    seen: list[int] = []

    def look(tx: Transaction, _: Sequence[ReceivedEvent]) -> None:
        # guard: the test of the second lock
        seen.append(len(tx.rows("SELECT FROM commons.plants")))

    say(database, a, b, 1)
    drain(database, {SAID: [look]})
    assert seen == [1], "B's own plant, not A's"


def test_events_are_read_in_the_order_of_commits_and_none_is_passed_over(
    database: Database, a: Operator, b: Operator
) -> None:
    """A slow transaction that began first holds back a fast one that began later: 1 is read before 2."""
    heard = Heard()
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        def work(tx: Transaction) -> None:
            tx.emit(Event(SAID, b.operator_key, uuid4(), {"n": 1}))
            tx.flush()
            wrote.set()
            assert may_commit.wait(30)

        database.run(a, work)

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(30)
    try:
        say(database, b, b, 2)
        assert work_off(database, {SAID: [heard]}) == 0, "2 is committed, but 1 may still come before it"
    finally:
        may_commit.set()
        thread.join()
    drain(database, {SAID: [heard]})
    assert heard.by[b.operator_id] == [1, 2]


def test_many_writers_at_once_lose_nothing(database: Database, database_url: str) -> None:
    operators = [create_operator(database, f"{n}社") for n in range(3)]
    heard = Heard()
    over = threading.Event()

    def write(own: Operator, to: Operator) -> None:
        for number in range(30):
            say(database, own, to, number)

    def read() -> None:
        while not over.is_set():
            work_off(database, {SAID: [heard]}, limit=7)

    reader = threading.Thread(target=read)
    writers = [
        threading.Thread(target=write, args=(own, operators[(n + 1) % 3])) for n, own in enumerate(operators)
    ]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    reader.join()
    drain(database, {SAID: [heard]})
    assert {own: sorted(said) for own, said in heard.by.items()} == {
        own.operator_id: list(range(30)) for own in operators
    }
    assert all(said == sorted(said) for said in heard.by.values()), "one sender's events keep their order"


def test_a_crash_before_moving_on_brings_the_batch_again(
    database: Database, a: Operator, b: Operator
) -> None:
    heard = Heard()
    say(database, a, b, 1)

    class Crash(BaseException):
        pass

    def crash(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
        heard(tx, received)
        if len(heard.by[b.operator_id]) == 1:
            raise Crash

    with pytest.raises(Crash):
        work_off(database, {SAID: [crash]})
    work_off(database, {SAID: [crash]})
    assert heard.by[b.operator_id] == [1, 1]


def test_what_fails_is_tried_again_ever_later_and_then_left_for_a_person(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    """Tries at 0 s, 1 s and 1 + 2 s; the third is the last."""
    bad = uuid4()
    heard = Heard(broken={bad})
    say(database, a, b, "bad", about=bad)
    say(database, a, b, "good")
    tries: list[str] = []

    def step(**span: float) -> int:
        clock.turn(**span)
        return work_off(
            database, {SAID: [heard]}, attempts=3, on_failure=lambda event, error: tries.append(str(error))
        )

    assert step() == 2
    assert heard.by[b.operator_id] == ["good"], "one event's trouble does not stop the others"
    assert step(seconds=0.9) == 0
    assert step(seconds=0.1) == 1
    assert step(seconds=1.9) == 0
    assert (state(database).retrying, state(database).buried) == (1, 0)
    assert step(seconds=0.1) == 1
    assert len(tries) == 3
    assert (state(database).retrying, state(database).buried) == (0, 1)
    assert step(days=1) == 0

    heard.broken.clear()
    assert database.run(ENGINE, events.requeue_dead) == 1
    assert step() == 1
    assert heard.by[b.operator_id] == ["good", "bad"]
    assert (state(database).retrying, state(database).buried) == (0, 0)


def test_the_record_of_a_failure_never_quotes_values(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    bad = uuid4()
    say(database, a, b, 1, about=bad)
    work_off(database, {SAID: [Heard(broken={bad})]})
    row = database.owner(lambda tx: tx.row("SELECT error FROM commons.event_failures"))
    assert row is not None
    assert row["error"].startswith("ValueError at test_events.py:")
    assert "company" not in row["error"]


def test_later_events_about_the_same_wait_behind_one_that_is_tried_again(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    bad = uuid4()
    heard = Heard(broken={bad})
    say(database, a, b, 1, 2, about=bad)
    work_off(database, {SAID: [heard]})
    say(database, a, b, 3, about=bad)
    say(database, a, b, "elsewhere")
    work_off(database, {SAID: [heard]})
    assert heard.by[b.operator_id] == ["elsewhere"]
    heard.broken.clear()
    clock.turn(seconds=1)
    work_off(database, {SAID: [heard]})
    assert heard.by[b.operator_id] == ["elsewhere", 1, 2, 3]


def test_an_event_that_fails_again_still_holds_back_what_came_meanwhile(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    """1 fails at 0 s and again at 1 s; 2, written between, must not be handled in the pass of the second failure."""
    bad = uuid4()
    heard = Heard()
    only_first = {1}

    def handler(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
        if any(event.data["n"] in only_first for event in received):
            raise ValueError
        heard(tx, received)

    say(database, a, b, 1, about=bad)
    work_off(database, {SAID: [handler]})
    say(database, a, b, 2, about=bad)
    clock.turn(seconds=1)
    work_off(database, {SAID: [handler]})
    assert heard.by[b.operator_id] == []
    only_first.clear()
    clock.turn(seconds=2)
    drain(database, {SAID: [handler]})
    assert heard.by[b.operator_id] == [1, 2]


def test_what_fails_because_the_database_is_busy_is_never_given_up(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    def busy(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
        raise Busy

    say(database, a, b, 1)
    for _ in range(5):
        assert work_off(database, {SAID: [busy]}, attempts=3) == 1
        clock.turn(minutes=5)
    assert (state(database).retrying, state(database).buried) == (1, 0)
    heard = Heard()
    work_off(database, {SAID: [heard]}, attempts=3)
    assert heard.by[b.operator_id] == [1]


def test_a_dead_letter_holds_nobody_back(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    bad = uuid4()
    heard = Heard(broken={bad})
    say(database, a, b, 1, about=bad)
    work_off(database, {SAID: [heard]}, attempts=1)
    heard.broken.clear()
    say(database, a, b, 2, about=bad)
    work_off(database, {SAID: [heard]}, attempts=1)
    assert heard.by[b.operator_id] == [2]


def test_one_companys_trouble_is_its_own(
    database: Database, clock: Turnable, a: Operator, b: Operator
) -> None:
    bad = uuid4()
    heard = Heard(broken={bad})
    version = say(database, a, a, 1, about=bad)
    say(database, a, b, 2)
    later = say(database, b, b, 3)
    work_off(database, {SAID: [heard]})
    assert heard.by == {b.operator_id: [2, 3]}
    assert is_pending(database, a, version)
    assert is_pending(database, a, later), "A waits for its own failed event"
    assert not is_pending(database, b, later), "B does not wait for A's"


def test_an_event_for_nobody_or_without_a_handler_is_passed_over(database: Database, a: Operator) -> None:
    nobody = Operator(10**9, uuid4(), uuid4(), "nobody")
    version = say(database, a, nobody, 1)
    say(database, a, a, 2, kind=OTHER)
    assert work_off(database, {SAID: [Heard()]}) == 2
    assert not is_pending(database, a, version)
    assert state(database).waiting == 0


class TestWaitingForAVersion:
    def test_a_version_is_pending_until_its_events_are_handled(
        self, database: Database, a: Operator, b: Operator
    ) -> None:
        version = say(database, a, b, 1)
        assert is_pending(database, a, version)
        work_off(database, {SAID: [Heard()]})
        assert not is_pending(database, a, version)

    def test_what_a_handler_writes_counts_to_the_write_it_follows_from(
        self, database: Database, a: Operator, b: Operator
    ) -> None:
        heard = Heard()

        def pass_on(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
            tx.emit(Event(OTHER, a.operator_key, uuid4(), {"n": "passed on"}))

        version = say(database, a, b, 1)
        work_off(database, {SAID: [pass_on], OTHER: [heard]})
        assert is_pending(database, a, version), "the follow-up is not handled yet"
        work_off(database, {SAID: [pass_on], OTHER: [heard]})
        assert heard.by == {a.operator_id: ["passed on"]}
        assert not is_pending(database, a, version)

    def test_with_several_causes_everyone_who_waits_for_one_of_them_waits(
        self, database: Database, a: Operator, b: Operator
    ) -> None:
        def pass_on(tx: Transaction, received: Sequence[ReceivedEvent]) -> None:
            assert len(received) == 2
            tx.emit(Event(OTHER, a.operator_key, uuid4()))

        first, second = say(database, a, b, 1), say(database, a, b, 2)
        work_off(database, {SAID: [pass_on]})
        assert is_pending(database, a, first)
        assert is_pending(database, a, second)
        work_off(database, {SAID: [pass_on]})
        assert not is_pending(database, a, second)

    def test_a_support_identifier_tells_what_became_of_the_write(
        self, database: Database, clock: Turnable, a: Operator, b: Operator
    ) -> None:
        track, bad = uuid4(), uuid4()

        def work(tx: Transaction) -> None:
            tx.track_id = track
            tx.emit(Event(SAID, b.operator_key, bad))

        def status(who: Operator) -> list[str]:
            found = database.read(who, lambda tx: events.track_status(tx, [track]))
            return [status for status, _ in found.values()]

        heard = Heard(broken={bad})
        database.run(a, work)
        assert status(a) == ["PROCESSING"]
        work_off(database, {SAID: [heard]}, attempts=1)
        assert status(a) == ["ERROR"]
        assert status(b) == [], "not B's write"
        heard.broken.clear()
        database.run(ENGINE, events.requeue_dead)
        work_off(database, {SAID: [heard]})
        assert status(a) == ["SUCCESS"]


class TestClearingUp:
    def test_handled_events_go_after_their_retention_and_others_stay(
        self, database: Database, clock: Turnable, a: Operator, b: Operator
    ) -> None:
        bad = uuid4()
        say(database, a, b, "handled")
        say(database, a, b, "buried", about=bad)
        work_off(database, {SAID: [Heard(broken={bad})]}, attempts=1)
        clock.turn(days=2)
        say(database, a, b, "young")
        drain(database, {SAID: [Heard()]})
        clock.turn(days=29)
        say(database, a, b, "unread")
        before = clock.now() - timedelta(days=30)
        assert database.run(ENGINE, lambda tx: events.purge_events(tx, before)) == 1
        left = database.run(
            ENGINE, lambda tx: tx.rows("SELECT data ->> 'n' AS n FROM commons.events ORDER BY event_key")
        )
        assert [row["n"] for row in left] == ["buried", "young", "unread"]

    def test_after_a_restore_nothing_is_lost_and_nothing_handled_is_read_again(
        self, database: Database, a: Operator, b: Operator
    ) -> None:
        """The reader's place is far ahead of this server's transaction ids, as after a restore from an older server."""
        heard = Heard()
        say(database, a, b, "handled")
        work_off(database, {SAID: [heard]})
        say(database, a, b, "unhandled")
        database.owner(
            lambda tx: (
                tx.execute("SET LOCAL ROLE renkei_engine"),
                tx.execute("UPDATE commons.events SET xid = (xid::text::bigint + 1000000)::text::xid8"),
                tx.execute(
                    "UPDATE commons.event_readers SET xid = (xid::text::bigint + 1000000)::text::xid8"
                ),
                None,
            )[-1]
        )
        say(database, a, b, "new")
        assert database.run(ENGINE, events.from_another_server)
        database.run(ENGINE, events.begin_anew)
        assert not database.run(ENGINE, events.from_another_server)
        drain(database, {SAID: [heard]})
        assert heard.by[b.operator_id] == ["handled", "unhandled", "new"]


class TestQueueProbe:
    def test_a_queue_is_ready_while_it_is_empty_or_read(
        self, database: Database, clock: Turnable, a: Operator
    ) -> None:
        queue = EventQueue(database, 60)
        queue.probe()
        say(database, a, a, 1)
        clock.turn(seconds=59)
        queue.probe()

    def test_a_reader_that_stands_still_too_long_is_not_ready(
        self, database: Database, clock: Turnable, a: Operator
    ) -> None:
        say(database, a, a, 1)
        clock.turn(seconds=61)
        with pytest.raises(EventsStandStill, match="61"):
            EventQueue(database, 60).probe()

    def test_a_long_queue_that_moves_is_ready(self, database: Database, clock: Turnable, a: Operator) -> None:
        for number in range(3):
            say(database, a, a, number)
        clock.turn(seconds=61)
        work_off(database, {SAID: [Heard()]}, limit=1)
        EventQueue(database, 60).probe()
        assert state(database).waiting == 2


def test_the_database_away_is_busy_and_nothing_is_passed_over(a: Operator) -> None:
    pool = open_pool("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", size=1, timeout_seconds=0.2)
    try:
        with pytest.raises(Busy):
            work_off(Database(pool), {SAID: [Heard()]})
    finally:
        pool.close()
