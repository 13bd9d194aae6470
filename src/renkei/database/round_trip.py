"""Several statements to the database and back in one round trip (libpq's pipeline mode).

A request that asks one thing needs four statements: BEGIN, its entry, the question, COMMIT. One after the other each costs
a trip through the kernel and two changes of threads; sent together they cost one. psycopg's own pipeline keeps a queue
of Python objects a statement, which is dearer than the trips it saves; this module talks to `pgconn` instead, and
leaves the translation of values to psycopg.

A `Prepared` statement is prepared once a connection, under a name made of its text.
"""

from __future__ import annotations

import hashlib
import select
import threading
from collections.abc import Sequence
from typing import Any, Final, LiteralString

import psycopg
from psycopg import Connection
from psycopg import abc as psycopg_abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

_GOOD: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_PREPARED: Final = "renkei_prepared"


class Prepared:
    """One statement with places $1, $2 …; `columns` are the names of what it returns.

    Values go in as text, so the type of each place must follow from the SQL (cast it where in doubt).
    """

    __slots__ = ("name", "text")

    def __init__(self, sql: LiteralString) -> None:
        self.text = sql.encode()
        self.name = b"renkei_" + hashlib.sha256(self.text).hexdigest()[:24].encode()


BEGIN: Final = Prepared("BEGIN")
BEGIN_READING: Final = Prepared("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
"""All that is read is of one moment."""
COMMIT: Final = Prepared("COMMIT")
Question = tuple[Prepared, Sequence[Any]]
"""A statement with its values."""
Beside = tuple[LiteralString, Sequence[Any]]
"""A query of one row and one column that an entry statement asks besides, with the values of its places $6 and on."""


class Rows:
    """What one statement returned."""

    __slots__ = ("_result", "_transformer")

    def __init__(self, result: PGresult, transformer: psycopg_abc.Transformer) -> None:
        self._result = result
        self._transformer = transformer

    @property
    def command(self) -> bytes:
        """What was done, as PostgreSQL says it: "COMMIT", "SELECT 1"."""
        return self._result.command_status or b""

    def tuples(self) -> list[tuple[Any, ...]]:
        """All rows."""
        self._transformer.set_pgresult(self._result)
        return self._transformer.load_rows(0, self._result.ntuples, tuple)

    def dicts(self) -> list[dict[str, Any]]:
        """All rows, each by column name."""
        names = [(self._result.fname(column) or b"").decode() for column in range(self._result.nfields)]
        return [dict(zip(names, row, strict=True)) for row in self.tuples()]

    def first(self) -> dict[str, Any]:
        """The first row by column name. Raises `IndexError` if there is none."""
        return self.dicts()[0]

    def on_demand(self) -> RowsOnDemand:
        """The rows, each translated when it is asked for: for many of which few are wanted, perhaps much later."""
        return RowsOnDemand(self._result, Transformer(self._transformer))

    def raw(self, column: int) -> list[bytes]:
        """One column as it came over the wire, untranslated; what is NULL is empty."""
        value = self._result.get_value
        return [value(row, column) or b"" for row in range(self._result.ntuples)]


class RowsOnDemand:
    """Rows that outlive their transaction, and the connection too. Safe to share between threads."""

    __slots__ = ("_lock", "_transformer")

    def __init__(self, result: PGresult, transformer: psycopg_abc.Transformer) -> None:
        """`transformer` is nobody else's."""
        # How each column is read is settled now: that may depend on the connection, which may be gone by then.
        transformer.set_pgresult(result)
        self._transformer = transformer
        self._lock = threading.Lock()

    def __getitem__(self, at: int) -> tuple[Any, ...]:
        with self._lock:
            [row] = self._transformer.load_rows(at, at + 1, tuple)
        return row


def exchange(connection: Connection[TupleRow], *questions: Question) -> list[Rows]:
    """Send all `questions` at once and wait for all answers.

    Raises the error of the first statement that failed; those after it were not carried out, and a transaction that had
    begun is left to be rolled back by the caller. `psycopg.errors.InvalidSqlStatementName` says that the connection
    has forgotten what was prepared: nothing was carried out since, and the next attempt prepares anew.
    """
    pgconn = connection.pgconn
    transformer: psycopg_abc.Transformer = Transformer(connection)
    values = [
        transformer.dump_sequence(parameters, [PyFormat.TEXT] * len(parameters)) if parameters else None
        for _, parameters in questions
    ]
    prepared: set[bytes] = connection.__dict__.setdefault(_PREPARED, set())
    awaited: list[bytes | None] = []
    pgconn.enter_pipeline_mode()
    try:
        for (statement, _), given in zip(questions, values, strict=True):
            if statement.name not in prepared and statement.name not in awaited:
                pgconn.send_prepare(statement.name, statement.text)
                awaited.append(statement.name)
            pgconn.send_query_prepared(statement.name, given)
            awaited.append(None)
        pgconn.pipeline_sync()
        results = _results(connection)
        pgconn.exit_pipeline_mode()
    except BaseException:
        # Answers may still be on their way: nobody may mistake them for the answers to something else.
        connection.close()
        raise
    answers: list[Rows] = []
    for name, result in zip(awaited, results, strict=True):
        if result.status not in _GOOD:
            error = psycopg.errors.error_from_result(result, encoding="utf-8")
            if isinstance(error, psycopg.errors.InvalidSqlStatementName):
                prepared.clear()
            raise error
        if name is None:
            answers.append(Rows(result, transformer))
        else:
            prepared.add(name)
    return answers


def _results(connection: Connection[TupleRow]) -> list[PGresult]:
    """All results up to the end of the pipeline. Other threads run while this one waits."""
    pgconn = connection.pgconn
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    while pgconn.flush():
        # More than the kernel takes at once: read what comes meanwhile, so that the server does not wait for us.
        poll.modify(pgconn.socket, select.POLLIN | select.POLLOUT)
        poll.poll()
        pgconn.consume_input()
        poll.modify(pgconn.socket, select.POLLIN)
    found: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            poll.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # stands between the answers of two statements
            if pgconn.status != psycopg.pq.ConnStatus.OK:
                raise psycopg.OperationalError("the connection was lost")
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)
