"""`renkei work`: what happens without anybody asking.

Three duties, each a thread that owns its duty or waits to (`database.duties`), so that any number of workers may run:

- **events**: reads the outbox in commit order and handles each event as the operator it is addressed to;
- **timers**: as each operator concerned, structures that come into force (once a day) and consents that end; as the
  platform, the daily mail, deleting what is past its retention and files that nobody's row names, and a new signing key
  when the newest has grown old;
- **ledger**: gives facts their leaves and signs a head at every tick (`commons.ledger.sequencing`).

A worker never dies of the database: a lost connection, a restart or a lost duty ends in another try, ever later up to
5 s. On `stop` what is being handled is finished; the rest is somebody else's, or comes again.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import psycopg
import structlog

from renkei import watching
from renkei.app import handlers, open_context
from renkei.commons.access import audit
from renkei.commons.access.service import forget_expired_sessions, forget_rates
from renkei.commons.consents import service as consents
from renkei.commons.edge.context import AppContext
from renkei.commons.files.service import clear_abandoned
from renkei.commons.imports import service as imports
from renkei.commons.ledger.sequencing import Sequencer, forget_heads
from renkei.commons.ledger.witness import FileWitness
from renkei.commons.mail.digest import send_digests
from renkei.commons.mail.post import post_of
from renkei.commons.notifications import service as notifications
from renkei.commons.parts import service as parts
from renkei.commons.trades import shares
from renkei.commons.usecase import Timer, use_cases
from renkei.database.duties import DutyLock, DutyLostError, Fence, hold
from renkei.database.events import (
    Handlers,
    begin_anew_if_restored,
    describe,
    purge_events,
    work_off,
)
from renkei.database.idempotency import purge_idempotency
from renkei.database.transaction import Busy, Database, Transaction, act_as, as_role
from renkei.kit.clock import JAPAN
from renkei.kit.secret_box import SecretBox, open_secret_box
from renkei.settings import Settings

log = structlog.get_logger(__name__)

EVENTS: Final = "events"
TIMERS: Final = "timers"
LEDGER: Final = "ledger"
POOL_SIZE: Final = 5
"""Connections of a worker beside those of its duties: one a thread, and as many to spare."""
WAIT_SECONDS: Final = 2.0
"""How often a process that waits for a duty asks for it: another takes over within this time."""
LONGEST_PAUSE_SECONDS: Final = 5.0
_PURGED_AT_ONCE: Final = 5_000
_MAIL_AGAIN_SECONDS: Final = 900.0
"""When mail that could not be handed over is tried again."""
_BATCH: Final = 200
"""Events read together: enough to group them, and few enough that the reader moves (and is seen to) often."""
_ENGINE: Final = as_role("renkei_engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What the duties need."""

    settings: Settings
    database: Database
    direct_url: str
    handlers: Handlers
    stop: threading.Event


def run_worker(
    settings: Settings,
    database: Database,
    stop: threading.Event,
    *,
    direct_url: str,
    handled_by: Handlers | None = None,
) -> None:
    """Own what duties are to be had until `stop` is set; returns when what was under way is finished.

    `direct_url` goes to the same database without a pooler between. `handled_by` are the handlers, by default every
    room's.
    """
    worker = Worker(
        settings=settings,
        database=database,
        direct_url=direct_url,
        handlers=handlers() if handled_by is None else handled_by,
        stop=stop,
    )
    threads = [
        threading.Thread(target=_own, args=(worker, EVENTS, _handle_events), name="renkei-events"),
        threading.Thread(target=_own, args=(worker, TIMERS, _Timers(worker).run), name="renkei-timers"),
        threading.Thread(target=_own, args=(worker, LEDGER, _sequence), name="renkei-ledger"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _own(worker: Worker, duty: str, fulfil: Callable[[Worker, DutyLock, Fence], None]) -> None:
    """Own `duty`, or wait to, until `stop`; whatever goes wrong is tried again."""
    owner = f"{socket.gethostname()}:{os.getpid()}"
    pause = 0.0
    while not worker.stop.wait(pause):
        try:
            with closing(DutyLock(worker.direct_url, duty, owner, listen=duty == EVENTS)) as lock:
                fence = _wait_for(worker, lock)
                if fence is None:
                    return
                log.info("duty_taken", duty=duty, epoch=fence.epoch)
                pause = 0.0
                fulfil(worker, lock, fence)
        except DutyLostError:
            log.warning("duty_lost", duty=duty)
            pause = WAIT_SECONDS
        except Exception as error:  # noqa: BLE001 - a worker that ends for any reason would be a silent standstill
            pause = min(max(pause, 0.1) * 2, LONGEST_PAUSE_SECONDS) * random.uniform(0.7, 1.0)  # noqa: S311
            log.warning(
                "duty_interrupted", duty=duty, error=describe(error), again_in_seconds=round(pause, 1)
            )


def _wait_for(worker: Worker, lock: DutyLock) -> Fence | None:
    """The right to the duty as soon as it is free; None if the worker stops first."""
    while not worker.stop.is_set():
        fence = lock.take()
        if fence is not None:
            return fence
        worker.stop.wait(WAIT_SECONDS)
    return None


# -- events ---------------------------------------------------------------------------------------------------------


def _handle_events(worker: Worker, lock: DutyLock, fence: Fence) -> None:
    """Work the outbox off until `stop`. Raises `DutyLostError`, `Busy`, `psycopg.Error`."""
    poll_seconds = worker.settings.events_poll_milliseconds / 1000
    worker.database.run(_ENGINE, lambda tx: _begin_anew_after_restore(tx, fence), write=False)
    while not worker.stop.is_set():
        taken = work_off(
            worker.database,
            worker.handlers,
            limit=_BATCH,
            fence=fence,
            attempts=worker.settings.event_attempts,
        )
        if not taken:
            lock.wait(poll_seconds)


def _begin_anew_after_restore(tx: Transaction, fence: Fence) -> None:
    hold(tx, fence)
    if begin_anew_if_restored(tx):
        log.warning("events_numbered_anew", reason="the database was restored on another server")


# -- ledger ---------------------------------------------------------------------------------------------------------


def _sequence(worker: Worker, lock: DutyLock, fence: Fence) -> None:
    """Sign a head at every tick until `stop`. Raises `DutyLostError`, `Busy`, `LedgerRolledBack`."""
    settings = worker.settings
    sequencer = Sequencer(
        worker.database,
        _box(settings),
        FileWitness(settings.witness_file),
        settings.ledger_head_leaves,
    )
    sequencer.begin()
    thinned_at = float("-inf")
    due = time.monotonic()
    while not worker.stop.wait(max(0.0, due - time.monotonic())):
        # A tick that was late is not made up for: heads come at least so far apart as the settings say.
        due = max(due, time.monotonic() - settings.ledger_head_seconds) + settings.ledger_head_seconds
        sequencer.tick(fence)
        if time.monotonic() - thinned_at > settings.clearing_interval_seconds:
            lock.check()
            kept = timedelta(days=settings.ledger_head_retention_days)
            forget_heads(worker.database, fence, worker.database.clock.now() - kept)
            thinned_at = time.monotonic()


def _box(settings: Settings) -> SecretBox:
    master = settings.master_key.get_secret_value() if settings.master_key is not None else None
    return open_secret_box(master, settings.data_dir)


# -- timers ---------------------------------------------------------------------------------------------------------


class _Timers:
    """What is done by the clock."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._context: AppContext | None = None

    def run(self, worker: Worker, lock: DutyLock, fence: Fence) -> None:
        """Do what is due until `stop`. Raises `DutyLostError`, `Busy`, `psycopg.Error`."""
        settings, clock = worker.settings, worker.database.clock
        daily = (
            Timer("structures_begun", parts.owners_of_beginning_structures, parts.begin_structures),
            self._expiring_imports(),
            Timer("shares_turned", shares.owners_of_turning_shares, shares.turn_shares),
            *(timer for use_case in use_cases() for timer in use_case.timers),
        )
        often = (Timer("consents_ended", consents.providers_with_ended, consents.expire),)
        done: date | None = None
        mailed: date | None = None
        look_at = clear_at = watch_at = mail_at = 0.0
        while not worker.stop.is_set():
            if time.monotonic() >= look_at:
                today = clock.now().date()
                if done != today:
                    undone = [timer for timer in daily if not self._as_each(timer, fence)]
                    done = done if undone else today  # what failed is tried again at the next look
                for timer in often:
                    self._as_each(timer, fence)
                in_japan = clock.now().astimezone(JAPAN)
                is_time = mailed != in_japan.date() and in_japan.hour >= settings.mail_digest_hour
                if is_time and time.monotonic() >= mail_at:
                    mailed = in_japan.date() if self._mail(fence) else None
                    mail_at = time.monotonic() + _MAIL_AGAIN_SECONDS
                look_at = time.monotonic() + settings.duties_interval_seconds
            if settings.watch_dir is not None and time.monotonic() >= watch_at:
                self._watch()
                watch_at = time.monotonic() + settings.watch_interval_seconds
            if time.monotonic() >= clear_at:
                self._clear_all(fence)
                clear_at = time.monotonic() + settings.clearing_interval_seconds
            lock.wait(min(1.0, settings.duties_interval_seconds))

    def _expiring_imports(self) -> Timer:
        """Uploads that nobody confirmed are forgotten."""
        kept = timedelta(hours=self._worker.settings.import_keep_hours)
        return Timer(
            "imports_expired",
            lambda tx: imports.owners_with_expired(tx, tx.now - kept),
            lambda tx: imports.expire(tx, tx.now - kept),
        )

    def _as_each(self, timer: Timer, fence: Fence) -> bool:
        """Do its work as every operator that has something due, each in its own transaction; whether all succeeded.

        One operator's trouble is its own.
        """
        database = self._worker.database
        succeeded = True

        def held(tx: Transaction) -> int:
            hold(tx, fence)
            return timer.work(tx)

        for operator_key, operator_id in database.run(_ENGINE, timer.due, write=False):
            if self._worker.stop.is_set():
                return False
            try:
                count = database.run(act_as(operator_key, operator_id), held)
            except DutyLostError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other companies
                succeeded = False
                log.warning(
                    "timer_failed", timer=timer.name, operator=str(operator_id), error=describe(error)
                )
            else:
                log.info(timer.name, operator=str(operator_id), count=count)
        return succeeded

    def _mail(self, fence: Fence) -> bool:
        """Send the mail of the day; whether all of it went out."""
        post = post_of(self._worker.settings)
        if post is None:
            return True
        sent, left = send_digests(self._worker.database, post, self._worker.settings.base_url, fence)
        log.info("digests_sent", count=sent, left=left)
        return not left

    def _watch(self) -> None:
        """Take in what lies in the watched folder; a folder that cannot be read waits for the next time."""
        try:
            watching.look(self._worker.database, self._worker.settings)
        except (DutyLostError, Busy, psycopg.Error):
            raise
        except Exception as error:  # noqa: BLE001 - a broken folder must not keep consents from ending
            log.warning("watching_failed", error=describe(error))

    def _clear_all(self, fence: Fence) -> None:
        """`_clear`; what goes wrong outside of the database waits for the next time."""
        try:
            self._clear(fence)
        except (DutyLostError, Busy, psycopg.Error):
            raise
        except Exception as error:  # noqa: BLE001 - a full disk must not keep consents from ending
            log.warning("clearing_failed", error=describe(error))

    def _clear(self, fence: Fence) -> None:
        """Delete what is past its retention, and rotate the signing key when it is its time."""
        settings, database = self._worker.settings, self._worker.database
        now = database.clock.now()

        def purge(work: Callable[[Transaction], int]) -> int:
            def held(tx: Transaction) -> int:
                hold(tx, fence)
                return work(tx)

            return database.run(_ENGINE, held, write=False)

        def events(tx: Transaction) -> int:
            return purge_events(
                tx, now - timedelta(days=settings.event_retention_days), limit=_PURGED_AT_ONCE
            )

        def in_steps(work: Callable[[Transaction], int]) -> int:
            total = 0
            while not self._worker.stop.is_set():
                count = purge(work)
                total += count
                if count < _PURGED_AT_ONCE:
                    break
            return total

        deleted = {"events": in_steps(events)}
        # An hour more than promised: a repetition at the last moment still finds its key.
        claimed = now - timedelta(hours=settings.idempotency_hours + 1)
        deleted["idempotency"] = in_steps(lambda tx: purge_idempotency(tx, claimed, limit=_PURGED_AT_ONCE))
        told = now - timedelta(days=settings.notification_retention_days)
        read = now - timedelta(days=settings.read_log_retention_days)
        deleted["reads"] = in_steps(lambda tx: consents.purge_reads(tx, read, limit=_PURGED_AT_ONCE))
        deleted["notifications"] = purge(lambda tx: notifications.purge(tx, told))
        context = self._opened()
        keys = context.access
        deleted["refresh_tokens"] = forget_expired_sessions(keys)
        deleted["rates"] = forget_rates(keys)
        deleted["access_log"] = audit.forget(keys, now - timedelta(days=settings.access_log_retention_days))
        key_id = keys.rotate_older_than(settings.signing_key_days)
        if key_id is not None:
            log.info("signing_key_rotated", key_id=key_id)
        deleted["files"] = clear_abandoned(database, context.files).total
        log.info("cleared", **deleted)

    def _opened(self) -> AppContext:
        """The secrets of this installation, opened when they are first needed."""
        if self._context is None:
            self._context = open_context(self._worker.settings, self._worker.database)
        return self._context
