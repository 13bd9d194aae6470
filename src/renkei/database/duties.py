"""One owner a duty, whoever else wants it: an advisory lock to get it, an epoch at every commit to keep others out.

The lock lives on a direct connection: when the owner's process dies, its connection ends and the next one takes over.
A lock alone is not enough (a process can be stopped, lose its connection, and wake up believing it still owns
the duty), so each owner has a number, the epoch, and every transaction of a duty holds the row of `commons.duties` with
that number until it ends (`hold`). The next owner changes the row first: it waits for what is just being committed,
and whatever the former owner tries afterwards raises `DutyLostError`.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.rows import TupleRow

if TYPE_CHECKING:
    from renkei.database.transaction import Transaction

CHANNEL: Final = "renkei_events"
_LOCK_CLASS: Final = 7265
# The server must notice that an owner's machine is gone: probes after 10 s of silence, given up after 3 of them.
# A host that is cut off loses the duty within half a minute. Sockets on the same machine end at once by themselves.
_SESSION: Final[Mapping[str, str]] = {
    "role": "renkei_engine",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": "30s",
}


class DutyLostError(Exception):
    """Somebody else owns the duty now; nothing of this transaction was committed."""


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to a duty: good as long as no later epoch was given out."""

    duty: str
    epoch: int


def hold(tx: Transaction, fence: Fence) -> None:
    """Keep the duty ours until this transaction has ended. Raises `DutyLostError` if it is not ours any more."""
    row = tx.row("SELECT commons.hold_duty(%s, %s) AS ours", (fence.duty, fence.epoch))
    if row is None or not row["ours"]:
        raise DutyLostError(fence.duty)


def lock_key(duty: str) -> int:
    """The second half of the duty's advisory lock (the first is the same for all duties)."""
    return zlib.crc32(duty.encode()) & 0x7FFFFFFF


class DutyLock:
    """A direct connection that owns a duty, or waits to. Not for use by several threads. Closing it gives the duty up.

    With `listen`, `wait` also ends when events are announced.
    """

    def __init__(self, direct_url: str, duty: str, owner: str, *, listen: bool = False) -> None:
        """Connects at once. Raises `psycopg.OperationalError` if there is no database."""
        self.duty = duty
        self.fence: Fence | None = None
        self._owner = owner
        self._listen = listen
        options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
        self._connection: psycopg.Connection[TupleRow] = psycopg.connect(
            direct_url,
            autocommit=True,
            application_name=f"renkei duty {duty}",
            options=options,
            connect_timeout=10,
        )

    def take(self) -> Fence | None:
        """The fence, if the duty is ours or was free; None while somebody else owns it."""
        if self.fence is not None:
            return self.fence
        row = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", (_LOCK_CLASS, lock_key(self.duty))
        ).fetchone()
        if row != (True,):
            return None
        row = self._connection.execute(
            """
            INSERT INTO commons.duties AS d (duty, epoch, owner, taken_at) VALUES (%s, 1, %s, now())
                ON CONFLICT (duty) DO UPDATE SET epoch = d.epoch + 1, owner = excluded.owner, taken_at = now()
            RETURNING epoch
            """,
            (self.duty, self._owner),
        ).fetchone()
        assert row is not None
        self.fence = Fence(self.duty, row[0])
        if self._listen:
            self._connection.execute(f"LISTEN {CHANNEL}")
        return self.fence

    def wait(self, seconds: float) -> bool:
        """Wait until something was announced (True) or `seconds` have passed. Raises `psycopg.OperationalError` if lost."""
        return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))

    def check(self) -> None:
        """Raise `psycopg.OperationalError` if the connection, and with it the duty, is gone."""
        self._connection.execute("SELECT 1")

    def close(self) -> None:
        """Give the duty up."""
        self.fence = None
        self._connection.close()


def is_owned(tx: Transaction, duty: str) -> bool:
    """Whether some living process owns the duty just now."""
    row = tx.row(
        """
        SELECT EXISTS (
          SELECT FROM pg_catalog.pg_locks l
           WHERE l.locktype = 'advisory' AND l.classid = %s::bigint::oid AND l.objid = %s::bigint::oid AND l.objsubid = 2 AND l.granted
             AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())) AS owned
        """,
        (_LOCK_CLASS, lock_key(duty)),
    )
    assert row is not None
    return bool(row["owned"])
