"""Handling events in commit order, as the operator each is addressed to.

The road of an event: a transaction writes it to the outbox; when every older transaction has ended, the one owner of
the duty reads it in a batch; the batch is grouped by addressee; each group is handled in one transaction that acts as
the addressee; then one transaction of the engine moves the reader on and remembers what failed.

- **At least once.** A crash between handling and moving on brings the batch again: handlers are idempotent.
- **One company's trouble is its own.** A group that fails is tried again event by event; what fails then is put aside,
  tried again ever later (1 s, 2 s, 4 s … up to 5 min) and after `attempts` tries left for a person (dead letter).
  The others go on. What fails because the database was busy is tried again without end.
- **Order.** Events about the same subject for the same company stay in order: later ones wait behind one that is being
  tried again (not behind a dead letter). Within a group, events of one type are given to a handler together.
- **Origin.** An event written by a handler carries the smallest origin of its group. A read that waits for version v
  waits for all unhandled events with an origin ≤ v: with the smallest, everyone who waits for any of the causes waits
  for the follow-up too; with the largest, those who wait for an earlier cause would read too soon. The price is that
  some wait a little longer than they must, at most the 2 s after which a read answers `stale`.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from renkei.database._outbox import (
    READER,
    Batch,
    Failure,
    QueueState,
    ReceivedEvent,
    Subject,
    Tracked,
    TrackStatus,
    advance,
    begin_anew,
    begin_anew_if_restored,
    from_another_server,
    held_back,
    pending_since,
    purge_events,
    queue_state,
    read_batch,
    read_blocked,
    read_due,
    record,
    requeue_dead,
    track_status,
    tracked,
)
from renkei.database.duties import CHANNEL, DutyLostError, Fence, hold
from renkei.database.transaction import Busy, act_as, as_role
from renkei.kit.errors import RenkeiError

if TYPE_CHECKING:
    from renkei.database.transaction import Database, Transaction

__all__ = [
    "READER",
    "Handler",
    "QueueState",
    "ReceivedEvent",
    "TrackStatus",
    "Tracked",
    "begin_anew",
    "begin_anew_if_restored",
    "drain",
    "from_another_server",
    "pending_since",
    "purge_events",
    "queue_state",
    "read_batch",
    "requeue_dead",
    "track_status",
    "tracked",
    "wake",
    "work_off",
]

log = structlog.get_logger(__name__)

Handler = Callable[["Transaction", Sequence[ReceivedEvent]], None]
"""Handles a batch of events of one type for one addressee, in one transaction that acts as the addressee.

Must be idempotent: a batch may come again after a crash.
"""
Handlers = Mapping[str, Sequence[Handler]]
"""Handlers by event type; a type without any is information only and passed over."""
OnFailure = Callable[[ReceivedEvent, Exception], None]

LONGEST_PAUSE_SECONDS = 300
_ENGINE = as_role("renkei_engine")


def wake(tx: Transaction) -> None:
    """Let a worker that rests look now: somebody waits for what it would find at its next look."""
    tx.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def work_off(
    database: Database,
    handlers: Handlers,
    *,
    limit: int = 500,
    fence: Fence | None = None,
    reader: str = READER,
    attempts: int = 10,
    on_failure: OnFailure | None = None,
) -> int:
    """Handle what is due again and the next `limit` events; returns how many were taken up (0: nothing to do).

    With a `fence`, every transaction checks that the duty is still ours: `DutyLostError` if not. Raises `Busy` when
    the database went away; what was not moved past comes again. `on_failure` is told of every error of a handler.
    """
    batch = database.run(_ENGINE, lambda tx: _read(tx, reader, limit), write=False)
    if not batch.due and not batch.new:
        return 0
    work = _Work(database, handlers, fence, attempts, on_failure)
    work.take(batch.due, {})
    # What was due and is done now blocks no more; with a full batch, more of the same may be due behind it.
    freed = set() if len(batch.due) == limit else {event.about for event in batch.due}
    blocked = {about: until for about, until in batch.blocked.items() if about not in freed}
    due = {event.event_key for event in batch.due}
    work.take(batch.new, blocked | work.stuck)

    def move_on(tx: Transaction) -> None:
        if fence is not None:
            hold(tx, fence)
        record(tx, reader, work.failures, [key for key in work.done if key in due])
        if batch.new:
            advance(tx, reader, batch.new[-1].place)

    database.run(_ENGINE, move_on, write=False)
    return len(batch.due) + len(batch.new)


def drain(
    database: Database,
    handlers: Handlers,
    *,
    limit: int = 500,
    reader: str = READER,
    timeout_seconds: float = 60,
) -> int:
    """Work off until nothing is left, follow-ups included (tests, the demonstration); returns how many events.

    What readers left to be put on record is written first.

    Waits for events that a running transaction holds back. Raises the first error of a handler, after all others had
    their turn; `TimeoutError` if events still come, or are held back, after `timeout_seconds`.
    """
    database.journal.flush()
    errors: list[Exception] = []
    end = time.monotonic() + timeout_seconds
    total = 0
    while True:
        count = work_off(
            database, handlers, limit=limit, reader=reader, on_failure=lambda _, error: errors.append(error)
        )
        total += count
        if count == 0 and not database.run(_ENGINE, lambda tx: held_back(tx, reader), write=False):
            break
        if time.monotonic() > end:
            raise TimeoutError(f"events are still waiting after {timeout_seconds} s")
        if count == 0:
            time.sleep(0.005)  # nothing tells when another transaction ends
    if errors:
        raise errors[0]
    return total


def _read(tx: Transaction, reader: str, limit: int) -> Batch:
    due = read_due(tx, reader, limit)
    new = read_batch(tx, reader, limit)
    return Batch(due=due, new=new, blocked=read_blocked(tx, reader) if new else {})


@dataclass(slots=True)
class _Work:
    """One pass over a batch: what was done, what failed."""

    database: Database
    handlers: Handlers
    fence: Fence | None
    attempts: int
    on_failure: OnFailure | None
    done: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    stuck: dict[Subject, datetime] = field(default_factory=dict)
    """What must wait for an earlier event about the same that failed in this pass, and until when."""

    def take(self, events: Sequence[ReceivedEvent], blocked: Mapping[Subject, datetime]) -> None:
        """Handle `events`, group by group, in the order in which the groups begin."""
        groups: dict[int, list[ReceivedEvent]] = {}
        for event in events:
            if event.addressee_id is None or event.type not in self.handlers:
                self.done.append(event.event_key)
            elif event.about in blocked:
                self._wait(event, blocked[event.about])
            else:
                groups.setdefault(event.addressee_key, []).append(event)
        for group in groups.values():
            self._take_group(group)

    def _take_group(self, group: Sequence[ReceivedEvent]) -> None:
        error = self._try(group)
        if error is None:
            return
        if len(group) == 1 or isinstance(error, Busy):
            # Busy (a lock was not to be had) is nobody's fault: no use in trying each for itself.
            self._fail_all(group, error)
            return
        for event in group:
            if event.about in self.stuck:
                self._wait(event, self.stuck[event.about])
                continue
            error = self._try([event])
            if error is not None:
                self._fail(event, error)

    def _try(self, events: Sequence[ReceivedEvent]) -> Exception | None:
        by_type: dict[str, list[ReceivedEvent]] = {}
        for event in events:
            by_type.setdefault(event.type, []).append(event)

        def handle(tx: Transaction) -> None:
            if self.fence is not None:
                hold(tx, self.fence)
            for type_, of_type in by_type.items():
                for handler in self.handlers[type_]:
                    handler(tx, of_type)

        first = events[0]
        assert first.addressee_id is not None
        try:
            self.database.run(
                act_as(first.addressee_key, first.addressee_id),
                handle,
                origin=min(event.origin for event in events),
            )
        except DutyLostError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a room does wrong must not stop the other companies
            return error
        self.done.extend(event.event_key for event in events)
        return None

    def _fail_all(self, events: Sequence[ReceivedEvent], error: Exception) -> None:
        for event in events:
            self._fail(event, error)

    def _fail(self, event: ReceivedEvent, error: Exception) -> None:
        tries = event.attempts + 1
        if isinstance(error, Busy):
            tries = min(
                tries, self.attempts - 1
            )  # the database was away or a lock not to be had: never given up
        pause = min(2.0 ** (tries - 1), LONGEST_PAUSE_SECONDS)
        until = self.database.clock.now() + timedelta(seconds=pause) if tries < self.attempts else None
        self.failures.append(
            Failure(event_key=event.event_key, attempts=tries, error=describe(error), next_attempt_at=until)
        )
        log.warning(
            "event_failed" if until is not None else "event_buried",
            type=event.type, event_id=str(event.event_id), attempts=tries, error=describe(error),
        )  # fmt: skip
        if until is not None:
            self.stuck[event.about] = max(until, self.stuck.get(event.about, until))
        if self.on_failure is not None:
            self.on_failure(event, error)

    def _wait(self, event: ReceivedEvent, until: datetime) -> None:
        self.failures.append(
            Failure(
                event_key=event.event_key,
                attempts=event.attempts,
                error="waits for an earlier event about the same",
                next_attempt_at=until,
            )
        )


def describe(error: BaseException) -> str:
    """What went wrong and where, without the message: it could quote a company's values."""
    code = error.code if isinstance(error, RenkeiError) else getattr(error, "sqlstate", None)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{f' ({code})' if code else ''}{place}"
