"""The SQL of the outbox: reading in commit order, moving a reader on, remembering failures, clearing up.

Every function but `pending_since` and `track_status` runs as `renkei_engine`, which sees ids of all companies and
values of none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from psycopg.rows import DictRow

if TYPE_CHECKING:
    from renkei.database.transaction import Transaction

READER = "worker"
"""The reader whose progress `Renkei-After` and X-Track go by."""
TrackStatus = Literal["SUCCESS", "PROCESSING", "ERROR"]
Subject = tuple[int, UUID]
"""Addressee and subject: events about the same thing for the same company stay in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """One event as its addressee's duty gets it: ids only.

    `xid` is the transaction that wrote it, `origin` the one that it in the end follows from; `attempts` counts the
    times its handling failed before. `addressee_id` is None if nobody can act as the addressee: there is no such
    operator, or it is not a member yet.
    """

    event_key: int
    event_id: UUID
    type: str
    addressee_key: int
    subject: UUID
    data: dict[str, object]
    origin: int
    xid: int = 0
    attempts: int = 0
    addressee_id: UUID | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in commit order."""
        return self.xid, self.event_key

    @property
    def about(self) -> Subject:
        """Whose and about what it is."""
        return self.addressee_key, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An event that was not handled: when to try again, or never (`next_attempt_at` None: dead letter)."""

    event_key: int
    attempts: int
    error: str
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be done next: failed events that are due again, then new ones, both in commit order.

    `blocked` names what new events may not overtake: an earlier event about the same waits for its next attempt.
    """

    due: Sequence[ReceivedEvent]
    new: Sequence[ReceivedEvent]
    blocked: dict[Subject, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How the queue of events stands: unread, failed and tried again, left for a person.

    `oldest_at` is when the first unread event that can be read was written; `advanced_at` when the reader last moved.
    """

    waiting: int
    oldest_at: datetime | None
    advanced_at: datetime | None
    retrying: int
    buried: int


def read_batch(tx: Transaction, reader: str, limit: int) -> list[ReceivedEvent]:
    """The next `limit` events after the reader's place, oldest transaction first.

    Only transactions below `pg_snapshot_xmin`: every transaction with a smaller id has ended, so nothing can appear
    later at a place that was already passed. A long transaction therefore holds everything after it back.
    """
    at = tx.row("SELECT xid::text AS xid, event_key FROM commons.event_readers WHERE reader = %s", (reader,))
    rows = tx.rows(
        """
        SELECT e.event_key, e.event_id, e.type, e.addressee_key, e.subject, e.data, e.origin::text AS origin,
               e.xid::text AS xid, o.operator_id, 0 AS attempts
          FROM commons.events e
          LEFT JOIN commons.operators o ON o.operator_key = e.addressee_key AND o.state NOT IN ('provisional', 'closed')
         WHERE (e.xid, e.event_key) > (%(xid)s::xid8, %(key)s)
           AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY e.xid, e.event_key
         LIMIT %(limit)s
        """,
        {
            "xid": "0" if at is None else at["xid"],
            "key": 0 if at is None else at["event_key"],
            "limit": limit,
        },
    )
    return [_received(row) for row in rows]


def read_due(tx: Transaction, reader: str, limit: int) -> list[ReceivedEvent]:
    """Failed events whose next attempt is due, oldest first."""
    rows = tx.rows(
        """
        SELECT e.event_key, e.event_id, e.type, e.addressee_key, e.subject, e.data, e.origin::text AS origin,
               e.xid::text AS xid, o.operator_id, f.attempts
          FROM commons.event_failures f
          JOIN commons.events e ON e.event_key = f.event_key
          LEFT JOIN commons.operators o ON o.operator_key = e.addressee_key AND o.state NOT IN ('provisional', 'closed')
         WHERE f.reader = %s AND f.resolved_at IS NULL AND f.next_attempt_at <= %s
         ORDER BY e.xid, e.event_key
         LIMIT %s
        """,
        (reader, tx.now, limit),
    )
    return [_received(row) for row in rows]


def read_blocked(tx: Transaction, reader: str) -> dict[Subject, datetime]:
    """What waits for another attempt, and until when."""
    rows = tx.rows(
        """
        SELECT e.addressee_key, e.subject, max(f.next_attempt_at) AS until
          FROM commons.event_failures f
          JOIN commons.events e ON e.event_key = f.event_key
         WHERE f.reader = %s AND f.resolved_at IS NULL AND f.next_attempt_at IS NOT NULL
         GROUP BY e.addressee_key, e.subject
        """,
        (reader,),
    )
    return {(row["addressee_key"], row["subject"]): row["until"] for row in rows}


def advance(tx: Transaction, reader: str, to: tuple[int, int]) -> None:
    """Everything up to and with the place `to` (transaction, event) is done. Never moves back."""
    tx.execute(
        """
        INSERT INTO commons.event_readers AS r (reader, xid, event_key, advanced_at)
        VALUES (%s, %s::text::xid8, %s, %s)
            ON CONFLICT (reader) DO UPDATE
           SET xid = excluded.xid, event_key = excluded.event_key, advanced_at = excluded.advanced_at
         WHERE (r.xid, r.event_key) < (excluded.xid, excluded.event_key)
        """,
        (reader, str(to[0]), to[1], tx.now),
    )


def record(tx: Transaction, reader: str, failures: Collection[Failure], resolved: Collection[int]) -> None:
    """Remember what failed, and that what failed before is done."""
    if failures:
        tx.execute(
            """
            INSERT INTO commons.event_failures AS f (reader, event_key, attempts, error, last_attempt_at, next_attempt_at)
            SELECT %(reader)s, n.event_key, n.attempts, n.error, %(now)s, n.next_attempt_at
              FROM unnest(%(keys)s::bigint[], %(attempts)s::int[], %(errors)s::text[], %(next)s::timestamptz[])
                   AS n(event_key, attempts, error, next_attempt_at)
                ON CONFLICT (reader, event_key) DO UPDATE
               SET attempts = excluded.attempts, error = excluded.error, last_attempt_at = excluded.last_attempt_at,
                   next_attempt_at = excluded.next_attempt_at
            """,
            {
                "reader": reader,
                "now": tx.now,
                "keys": [failure.event_key for failure in failures],
                "attempts": [failure.attempts for failure in failures],
                "errors": [failure.error for failure in failures],
                "next": [failure.next_attempt_at for failure in failures],
            },
        )
    if resolved:
        tx.execute(
            "UPDATE commons.event_failures SET resolved_at = %s WHERE reader = %s AND event_key = ANY(%s)",
            (tx.now, reader, list(resolved)),
        )


def held_back(tx: Transaction, reader: str) -> bool:
    """Whether there are events after the reader's place at all, those behind a running transaction included."""
    row = tx.row(
        """
        SELECT EXISTS (
          SELECT FROM commons.events e
           WHERE (e.xid, e.event_key) > (
                   coalesce((SELECT r.xid FROM commons.event_readers r WHERE r.reader = %(reader)s), '0'::xid8),
                   coalesce((SELECT r.event_key FROM commons.event_readers r WHERE r.reader = %(reader)s), 0))) AS any
        """,
        {"reader": reader},
    )
    assert row is not None
    return bool(row["any"])


def requeue_dead(tx: Transaction, reader: str = READER) -> int:
    """Give every dead letter all its attempts again, after what broke it was mended; returns how many."""
    return tx.execute(
        """
        UPDATE commons.event_failures SET attempts = 0, next_attempt_at = %s
         WHERE reader = %s AND resolved_at IS NULL AND next_attempt_at IS NULL
        """,
        (tx.now, reader),
    ).rowcount


def purge_events(tx: Transaction, before: datetime, *, limit: int = 5_000) -> int:
    """Delete up to `limit` events written before `before` that every reader has passed; returns how many.

    An event that waits for another attempt, or is a dead letter, stays.
    """
    tx.execute("DELETE FROM commons.event_failures WHERE resolved_at < %s", (before,))
    return tx.execute(
        """
        DELETE FROM commons.events WHERE event_key IN (
          SELECT oldest.event_key FROM (
            SELECT e.event_key, e.created_at
              FROM commons.events e
             WHERE (e.xid, e.event_key) <= (SELECT r.xid, r.event_key FROM commons.event_readers r
                                             ORDER BY r.xid, r.event_key LIMIT 1)
               AND NOT EXISTS (SELECT FROM commons.event_failures f
                                WHERE f.event_key = e.event_key AND f.resolved_at IS NULL)
             ORDER BY e.xid, e.event_key
             LIMIT %s) AS oldest
           WHERE oldest.created_at < %s)
        """,
        (limit, before),
    ).rowcount


def queue_state(tx: Transaction, reader: str = READER, *, most: int = 100_000) -> QueueState:
    """How far the reader is behind; counts go up to `most`, so that asking stays cheap."""
    row = tx.row(
        """
        WITH place AS (
          SELECT coalesce(max(r.xid::text), '0')::xid8 AS xid, coalesce(max(r.event_key), 0) AS event_key,
                 max(r.advanced_at) AS advanced_at
            FROM commons.event_readers r WHERE r.reader = %(reader)s),
        waiting AS (
          SELECT e.created_at FROM commons.events e, place
           WHERE (e.xid, e.event_key) > (place.xid, place.event_key)
             AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
           ORDER BY e.xid, e.event_key
           LIMIT %(most)s),
        failed AS (
          SELECT f.next_attempt_at FROM commons.event_failures f
           WHERE f.reader = %(reader)s AND f.resolved_at IS NULL
           LIMIT %(most)s)
        SELECT (SELECT count(*) FROM waiting) AS waiting, (SELECT created_at FROM waiting LIMIT 1) AS oldest_at,
               (SELECT advanced_at FROM place) AS advanced_at,
               (SELECT count(*) FROM failed WHERE next_attempt_at IS NOT NULL) AS retrying,
               (SELECT count(*) FROM failed WHERE next_attempt_at IS NULL) AS buried
        """,
        {"reader": reader, "most": most},
    )
    assert row is not None
    return QueueState(**row)


def from_another_server(tx: Transaction) -> bool:
    """Whether the transaction ids in the outbox are ahead of this server's: the database was restored from a backup."""
    row = tx.row(
        """
        SELECT EXISTS (SELECT FROM commons.events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))
            OR EXISTS (SELECT FROM commons.event_readers WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())) AS ahead
        """
    )
    assert row is not None
    return bool(row["ahead"])


def begin_anew(tx: Transaction) -> None:
    """Number the outbox for this server, after a restore: what was handled is transaction 0, what was not is 1.

    Transaction ids start at 3 on a new server and mean nothing beyond their own: without this, events written from
    now on could stand before the readers' places and never be read. Order among the unhandled is by event key.
    Several readers at different places begin at the hindmost (events may come again, which handlers allow).
    What this server has written since the restore has a later key than all it brought along: it counts as unhandled.
    """
    tx.execute("LOCK TABLE commons.event_readers IN EXCLUSIVE MODE")
    tx.execute(
        """
        UPDATE commons.events e
           SET xid = CASE WHEN (e.xid, e.event_key) <= (r.xid, r.event_key) AND e.event_key <= r.event_key
                          THEN '0'::xid8 ELSE '1'::xid8 END,
               origin = '1'::xid8
          FROM (SELECT coalesce((array_agg(xid ORDER BY xid, event_key))[1], '0'::xid8) AS xid,
                       coalesce((array_agg(event_key ORDER BY xid, event_key))[1], 0) AS event_key
                  FROM commons.event_readers) AS r
        """
    )
    tx.execute(
        "UPDATE commons.event_readers SET xid = '0'::xid8, event_key = 9223372036854775807, advanced_at = %s",
        (tx.now,),
    )


def begin_anew_if_restored(tx: Transaction) -> bool:
    """`begin_anew` if it is needed; whether it was."""
    restored = from_another_server(tx)
    if restored:
        begin_anew(tx)
    return restored


def pending_since(tx: Transaction, version: int, reader: str = READER) -> bool:
    """Whether anything that follows from the write with this `version`, or from an earlier one, is unhandled.

    For `Renkei-After`: as the caller's own transaction. A version that never was is answered as any other.
    """
    if version >= 2**63:
        return False
    row = tx.row(
        "SELECT commons.events_pending(%s, %s::text::xid8) AS pending", (reader, str(max(version, 0)))
    )
    assert row is not None
    return bool(row["pending"])


def track_status(
    tx: Transaction, track_ids: Iterable[UUID], reader: str = READER
) -> dict[UUID, tuple[TrackStatus, datetime]]:
    """What became of the caller's own writes, by their support identifiers (X-Track), and when each was made.

    `PROCESSING` while anything that follows is unhandled, `ERROR` when one of its own events is a dead letter.
    Identifiers that are not the caller's, or older than the retention of events, are absent.
    """
    rows = tx.rows(
        """
        SELECT e.track_id, min(e.created_at) AS created_at,
               bool_or(f.event_key IS NOT NULL AND f.next_attempt_at IS NULL) AS buried,
               commons.events_pending(%(reader)s, max(e.origin)) AS pending
          FROM commons.events e
          LEFT JOIN commons.event_failures f
            ON f.reader = %(reader)s AND f.event_key = e.event_key AND f.resolved_at IS NULL
         WHERE e.sender_key = commons.me() AND e.track_id = ANY(%(track)s)
         GROUP BY e.track_id
        """,
        {"reader": reader, "track": list(track_ids)},
    )
    return {row["track_id"]: (_status(row), row["created_at"]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One event of a write, for the platform's staff: what kind and when, and what became of it; never what is in it."""

    type: str
    sender: str
    created_at: datetime
    status: TrackStatus


def tracked(tx: Transaction, track_id: UUID, reader: str = READER) -> list[Tracked]:
    """The events of one write of any company. As the engine, for the platform's staff."""
    rows = tx.rows(
        """
        SELECT e.type, o.name AS sender, e.created_at,
               f.event_key IS NOT NULL AND f.next_attempt_at IS NULL AS buried,
               commons.events_pending(%(reader)s, e.origin) AS pending
          FROM commons.events e JOIN commons.operators o ON o.operator_key = e.sender_key
          LEFT JOIN commons.event_failures f
            ON f.reader = %(reader)s AND f.event_key = e.event_key AND f.resolved_at IS NULL
         WHERE e.track_id = %(track)s ORDER BY e.event_key
        """,
        {"reader": reader, "track": track_id},
    )
    return [
        Tracked(type=row["type"], sender=row["sender"], created_at=row["created_at"], status=_status(row))
        for row in rows
    ]


def _status(row: DictRow) -> TrackStatus:
    if row["buried"]:
        return "ERROR"
    return "PROCESSING" if row["pending"] else "SUCCESS"


def _received(row: DictRow) -> ReceivedEvent:
    return ReceivedEvent(
        event_key=row["event_key"],
        event_id=row["event_id"],
        type=row["type"],
        addressee_key=row["addressee_key"],
        subject=row["subject"],
        data=row["data"],
        origin=int(row["origin"]),
        xid=int(row["xid"]),
        attempts=row["attempts"],
        addressee_id=row["operator_id"],
    )
