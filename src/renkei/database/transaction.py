"""One request or job is one transaction, opened and committed here, at the edge.

Order of a transaction, which no room may bend:

1. BEGIN;
2. the entry statement (an `Entry`): takes the role `renkei_app`, names the operator that row-level security admits,
   for a writer takes the operator's write lock, and returns the `Caller`;
3. the room's work; it may `mark` things as changed and `emit` events;
4. `settle`: the reactions registered for what was marked run until nothing new is marked (a footprint is recalculated
   once, however many of its inputs were touched);
5. what was collected (the ledger's facts) is written, one statement for each writer;
6. the events are written to the outbox in one statement; COMMIT.

Writers of one operator are serialised by the lock of step 2 (design: "within one operator a write recalculates in the
same transaction"); writers of different operators meet only on rows of a trade or request, and a deadlock there is
retried as a whole. Row-level security stops a forgotten WHERE; it does not stop SQL injection.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, TupleRow, dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from renkei.database.arrays import with_quick_lists
from renkei.database.caller import Caller, Door
from renkei.database.journal import Journal, Recorder
from renkei.database.round_trip import (
    BEGIN,
    BEGIN_READING,
    COMMIT,
    Prepared,
    Question,
    Rows,
    exchange,
)
from renkei.kit.clock import Clock, SystemClock
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.ids import IdSource, new_id
from renkei.kit.strict_json import dumps

T = TypeVar("T")
Entry = Callable[["Connection[TupleRow]", bool], Caller]
"""Runs the entry statement on a connection that has just begun; the flag says whether the work will write."""


class Knock(ABC):
    """An `Entry` whose statement is known before the transaction begins, so that both make one round trip."""

    @abstractmethod
    def ask(self, *, writing: bool) -> Question:
        """The entry statement with its values. Raises what is wrong without asking."""

    @abstractmethod
    def admit(self, row: Mapping[str, Any]) -> Caller:
        """Who that is, by the row the statement returned. Raises why it is not let in."""

    def __call__(self, connection: Connection[TupleRow], writing: bool) -> Caller:
        """Knock on a connection that has begun."""
        [answer] = exchange(connection, self.ask(writing=writing))
        return self.admit(answer.first())


PlatformRole = Literal["renkei_engine", "renkei_access", "renkei_ledger", "none"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A reaction that begins with a question: what all of a topic ask goes to the database at once.

    The answer must not depend on what the other reactions to the topic do.
    """

    ask: Callable[[Iterable[int]], Question]
    act: Callable[[Transaction, set[int], Rows], None]


Reaction = Callable[["Transaction", set[int]], None] | Asked
"""Runs at `settle` with the keys marked under one topic, inside the same transaction."""
Writer = Callable[["Transaction", Sequence[Any]], None]
"""Writes what was collected for it, in the order in which it was collected, set-wise."""


class Busy(RenkeiError):
    """The database could not be reached, or gave up waiting for a lock."""

    code = "busy"
    kind = FaultKind.UNAVAILABLE
    en = "The service is busy or restarting. Nothing was stored; please try again."
    ja = "サービスが混み合っているか再起動中です。何も保存されていません。もう一度お試しください。"


decode_json = msgspec.json.Decoder(float_hook=Decimal).decode
"""jsonb as it is read: numbers with a point become exact decimals."""

set_json_dumps(dumps)
set_json_loads(decode_json)


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvents-style fact for one addressee: a versioned name and ids, never values."""

    type: str
    addressee_key: int
    subject: UUID
    data: Mapping[str, object] = field(default_factory=dict)


class Transaction:
    """One open transaction of one caller. Made by `Database.run`; never outlives it."""

    def __init__(
        self,
        connection: Connection[TupleRow],
        caller: Caller,
        *,
        now: datetime,
        ids: IdSource,
        reactions: Mapping[str, Sequence[Reaction]],
        origin: int | None = None,
        quotas: Mapping[str, int] | None = None,
    ) -> None:
        self._connection = connection
        self._waiting: list[Question] = []
        self.caller = caller
        self.now = now
        self.new_id = ids
        self.version: int | None = None
        """The transaction id (xid8) of a transaction that wrote events, known after the outbox statement."""
        self.track_id: UUID | None = None
        """The support identifier (X-Track) given to this write, stored with its events."""
        self.origin = origin
        self.quotas: Mapping[str, int] = quotas or {}
        """Most things of a kind that one operator may have."""
        self.found: Rows | None = None
        """The answer to the question that was sent along with the entry, if there was one."""
        self.hops: dict[str, int] = {}
        """How many companies each wave that this transaction belongs to has passed; handlers of events set it."""
        self.cut: frozenset[int] = frozenset()
        """The trades at which a loop was cut, which set this wave off; handlers of events set it."""
        self._reactions = reactions
        self._marked: dict[str, set[int]] = {}
        self._events: list[Event] = []
        self._collected: dict[Writer, list[Any]] = {}
        self.left: list[tuple[Recorder, Sequence[Hashable]]] = []
        self.known: dict[str, Any] = {}
        """What a room has written or read in this transaction and needs again in a later step of it, by a name of its own."""

    # -- reading and writing ------------------------------------------------------------------------------------
    @property
    def connection(self) -> Connection[TupleRow]:
        """The connection itself, with everything sent so far carried out: for COPY, and for a savepoint."""
        self._catch_up()
        return self._connection

    def execute(
        self, sql: LiteralString, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Cursor[TupleRow]:
        """Run one statement. `sql` is a literal: values go in as parameters only."""
        return self.connection.execute(sql, parameters)

    def rows(self, sql: LiteralString, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[DictRow]:
        """All rows of one statement, each a dict by column name."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def row(self, sql: LiteralString, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> DictRow | None:
        """The first row of one statement as a dict, or None."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql, parameters).fetchone()

    def ask(self, question: Question) -> Rows:
        """Run one prepared statement: for what is asked with every request (see `round_trip`)."""
        [answer] = self._exchange(question)
        return answer

    def send(self, question: Question) -> None:
        """Run one prepared statement whose answer nobody waits for: it goes to the database with the next one.

        It takes effect before the next one, as if it had been run here; but if it fails, the next one raises.
        """
        self._waiting.append(question)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What fails inside leaves the transaction as it was before, and usable.

        Not psycopg's own savepoint, which makes the connection forget every prepared statement when it rolls back.
        """
        self._exchange((_SAVEPOINT, ()))
        try:
            yield
            self._catch_up()
        except BaseException:
            self._waiting.clear()
            if self._connection.pgconn.transaction_status in _OPEN:
                exchange(self._connection, (_BACK_TO_SAVEPOINT, ()), (_END_SAVEPOINT, ()))
            raise
        self._exchange((_END_SAVEPOINT, ()))

    def _exchange(self, *questions: Question) -> list[Rows]:
        waiting, self._waiting = self._waiting, []
        answers = exchange(self._connection, *waiting, *questions)
        return answers[len(waiting) :]

    def _catch_up(self) -> None:
        if self._waiting:
            self._exchange()

    # -- telling others ------------------------------------------------------------------------------------------
    def emit(self, event: Event) -> None:
        """Put an event into the outbox; written with the transaction, delivered after it."""
        self._events.append(event)

    def collect(self, writer: Writer, item: object) -> None:
        """Keep `item` for `writer`, which gets all of its items at once when everything has settled."""
        self._collected.setdefault(writer, []).append(item)

    def afterwards(self, recorder: Recorder, entries: Sequence[Hashable]) -> None:
        """Leave entries to be put on record soon after this transaction, if it ends well (see `journal`)."""
        self.left.append((recorder, entries))

    def mark(self, topic: str, keys: Iterable[int]) -> None:
        """Say that the things with `keys` changed; the reaction to `topic` runs once at `settle`."""
        self._marked.setdefault(topic, set()).update(keys)

    def settle(self) -> None:
        """Run the reactions to everything marked so far, and to what they mark in turn.

        Runs by itself before commit; called earlier by an operation whose answer needs the settled values.
        """
        while self._marked:
            topic, keys = next(iter(self._marked.items()))
            del self._marked[topic]
            if keys:
                self._react(self._reactions.get(topic, ()), keys)

    def _react(self, reactions: Sequence[Reaction], keys: set[int]) -> None:
        questions = [reaction.ask(keys) for reaction in reactions if isinstance(reaction, Asked)]
        answers = iter(self._exchange(*questions) if questions else ())
        for reaction in reactions:
            if isinstance(reaction, Asked):
                reaction.act(self, keys, next(answers))
            else:
                reaction(self, keys)

    def flush(self) -> None:
        """Settle, write what was collected, then the events to the outbox in one statement."""
        question = self._outbox()
        if question is None:
            self._catch_up()
        else:
            [answer] = self._exchange(question)
            self._written(answer)

    def _outbox(self) -> Question | None:
        """Settle, write what was collected; then the statement that writes the events, which are forgotten here, if any."""
        self.settle()
        collected, self._collected = self._collected, {}
        for writer, items in collected.items():
            writer(self, items)
        if not self._events:
            return None
        events, self._events = self._events, []
        return _WRITE_EVENTS, (
            self.caller.operator_key,
            self.track_id,
            None if self.origin is None else str(self.origin),
            self.now,
            [self.new_id() for _ in events],
            [event.addressee_key for event in events],
            [event.type for event in events],
            [event.subject for event in events],
            [dumps(dict(event.data)).decode() for event in events],
        )

    def finish(self) -> None:
        """Settle, write what is left to write, and commit. Raises `psycopg.errors.InFailedSqlTransaction` if that failed."""
        events = self._outbox()
        if events is None:
            [done] = self._exchange((COMMIT, ()))
        else:
            written, done = self._exchange(events, (COMMIT, ()))
            self._written(written)
        if done.command != b"COMMIT":
            # What hides a failure is rolled back by COMMIT, without an error.
            raise psycopg.errors.InFailedSqlTransaction("nothing was committed")

    def _written(self, answer: Rows) -> None:
        self.version = int(answer.tuples()[0][0])


_OPEN: Final = frozenset({TransactionStatus.INTRANS, TransactionStatus.INERROR})
_SAVEPOINT: Final = Prepared("SAVEPOINT renkei")
_BACK_TO_SAVEPOINT: Final = Prepared("ROLLBACK TO SAVEPOINT renkei")
_END_SAVEPOINT: Final = Prepared("RELEASE SAVEPOINT renkei")
_WRITE_EVENTS: Final = Prepared(
    """
    INSERT INTO commons.events (event_id, sender_key, addressee_key, type, subject, data, track_id, origin, created_at)
    SELECT e.event_id, $1::bigint, e.addressee_key, e.type, e.subject, e.data::jsonb, $2::uuid,
           coalesce($3::text::xid8, pg_current_xact_id()), $4::timestamptz
      FROM unnest($5::uuid[], $6::bigint[], $7::text[], $8::uuid[], $9::text[])
           WITH ORDINALITY AS e(event_id, addressee_key, type, subject, data, n)
     ORDER BY e.n
    RETURNING pg_current_xact_id()::text
    """
)


def act_as(
    operator_key: int, operator_id: UUID, *, door: Door = "worker", roles: Iterable[str] = ("admin",)
) -> Entry:
    """The entry of a duty that acts for one operator (worker, command line): same role, same row-level security."""
    caller = Caller(operator_key=operator_key, operator_id=operator_id, door=door, roles=frozenset(roles))

    def enter(connection: Connection[TupleRow], writing: bool) -> Caller:
        connection.execute(
            """
            SELECT set_config('role', 'renkei_app', true), set_config('renkei.operator', %(me)s::text, true),
                   CASE WHEN %(writing)s THEN pg_advisory_xact_lock(7264, (%(me)s %% 2147483647)::int)::text END
            """,
            {"me": operator_key, "writing": writing},
        )
        return caller

    return enter


def as_role(role: PlatformRole, *, door: Door = "worker") -> Entry:
    """The entry of a duty that belongs to no company: the role's own named tables, and no company's rows.

    `none` is the login role itself, the owner of the tables.
    """
    nobody = Caller(operator_key=0, operator_id=UUID(int=0), door=door, roles=frozenset({"staff"}))

    def enter(connection: Connection[TupleRow], _writing: bool) -> Caller:
        connection.execute("SELECT set_config('role', %s, true)", (role,))
        return nobody

    return enter


_RETRIED = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_WAITED = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)
_ATTEMPTS = 5


@dataclass(slots=True)
class _Progress:
    """How far an attempt has come: before anything was carried out it may always be repeated."""

    entered: bool = False


class Database:
    """The pool of connections, the clock and the reactions: what a process needs to run transactions."""

    def __init__(
        self,
        pool: ConnectionPool[Connection[TupleRow]],
        *,
        clock: Clock | None = None,
        ids: IdSource = new_id,
        reactions: Mapping[str, Sequence[Reaction]] | None = None,
        journal_seconds: float | None = None,
        quotas: Mapping[str, int] | None = None,
    ) -> None:
        self.pool = pool
        self.clock = clock or SystemClock()
        self.ids = ids
        self.reactions: dict[str, Sequence[Reaction]] = dict(reactions or {})
        self.quotas: dict[str, int] = dict(quotas or {})
        self.journal = Journal(self._record, seconds=journal_seconds)

    def run(
        self,
        entry: Entry,
        work: Callable[[Transaction], T],
        *,
        write: bool = True,
        origin: int | None = None,
        question: Question | None = None,
    ) -> T:
        """Run `work` in one transaction entered by `entry`, and commit it.

        A `question` that is known beforehand goes to the database with the entry; its answer is `tx.found`, and all that is
        read after it is of the same moment (unless the work writes). It gets there
        before anybody has seen the answer to the entry: who is not let in acts for no operator, so it finds no row.

        A deadlock or serialisation failure is tried again from the start (so `work` must have no effect outside the
        transaction). Raises `Busy` when the database is away or a lock was not to be had in time.
        """
        begin = BEGIN if write or question is None else BEGIN_READING
        for attempt in range(1, _ATTEMPTS + 1):
            ended: Transaction | None = None
            with self._attempt(attempt) as progress, self._borrowed() as connection:
                if isinstance(entry, Knock):
                    first = (begin, ()), entry.ask(writing=write)
                    _, answer, *found = exchange(connection, *first, *([question] if question else ()))
                    caller = entry.admit(answer.first())
                else:
                    exchange(connection, (begin, ()))
                    caller = entry(connection, write)
                    found = exchange(connection, question) if question else []
                progress.entered = True
                transaction = Transaction(
                    connection,
                    caller,
                    now=self.clock.now(),
                    ids=self.ids,
                    reactions=self.reactions,
                    origin=origin,
                    quotas=self.quotas,
                )
                if found:
                    transaction.found = found[0]
                result = work(transaction)
                transaction.finish()
                ended = transaction
            if ended is not None:
                for recorder, entries in ended.left:
                    self.journal.leave(recorder, entries, ended.now)
                return result
        raise AssertionError("unreachable")

    @contextmanager
    def _borrowed(self) -> Iterator[Connection[TupleRow]]:
        """A connection of the pool; what was begun on it and not committed is rolled back."""
        connection = self.pool.getconn()
        try:
            yield connection
        except BaseException:
            # Not `connection.rollback()`, which also forgets everything prepared on the connection; and nothing prepared,
            # for the connection may have forgotten that.
            if connection.pgconn.transaction_status in _OPEN:
                connection.pgconn.exec_(b"ROLLBACK")
            raise
        finally:
            self.pool.putconn(connection)

    @contextmanager
    def _attempt(self, attempt: int) -> Iterator[_Progress]:
        """Pass over what another attempt may mend; the last one raises `Busy`."""
        progress = _Progress()
        try:
            yield progress
        except _RETRIED as error:
            if attempt == _ATTEMPTS:
                raise Busy from error
            time.sleep(0.01 * 2**attempt)
        except psycopg.errors.InvalidSqlStatementName:
            if progress.entered or attempt == _ATTEMPTS:
                raise
        except PoolTimeout as error:
            raise Busy from error
        except psycopg.OperationalError as error:
            # A connection that was dead before anything ran (the server was restarted) is replaced and tried again,
            # and the others that died with it do not wait for their turn.
            if progress.entered or attempt == _ATTEMPTS or isinstance(error, _WAITED):
                raise Busy from error
            self.pool.check()

    def read(self, entry: Entry, work: Callable[[Transaction], T]) -> T:
        """Run `work`, which only reads, in one transaction entered by `entry`."""
        return self.run(entry, work, write=False)

    def _record(self, work: Callable[[Transaction], None]) -> None:
        """Write what readers left behind: they are many, so it is the engine that writes, which has that table named."""
        self.run(as_role("renkei_engine"), work)

    def owner(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as the login role itself: for the few tables that belong to the platform, not to a company.

        Row-level security is forced for this role too, with no operator named: it sees no company's rows.
        """
        return self.run(as_role("none", door="cli"), work)


def open_pool(
    url: str,
    *,
    size: int,
    application_name: str = "renkei",
    timeout_seconds: float = 10,
    timeouts_ms: Mapping[Literal["statement_timeout", "lock_timeout"], int] | None = None,
) -> ConnectionPool[Connection[TupleRow]]:
    """A pool of `size` connections to `url`, opened at once; connections that died are replaced on the way out.

    `timeouts_ms` bound every statement of every connection; what runs longer is `Busy`.
    """
    options = ["-c role=renkei_app", *(f"-c {name}={value}" for name, value in (timeouts_ms or {}).items())]
    pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
        url,
        min_size=min(2, size),
        max_size=size,
        timeout=timeout_seconds,
        kwargs={
            "application_name": application_name,
            "prepare_threshold": 5,
            "options": " ".join(options),
            "context": with_quick_lists(),
        },
        open=False,
    )
    pool.open()
    return pool
