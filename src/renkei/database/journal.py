"""What has to be put on record about transactions that only read, written soon after them and set-wise.

A transaction that reads writes nothing: it may run beside every other, and its commit waits for no disk. Where somebody's
right depends on who read what, the reader's transaction leaves an entry here (`Transaction.afterwards`) when it has
ended well, before its answer goes out; a thread of this process writes what was left, durably, within `seconds`.
Equal entries of one such while become one, with how many they were and when the first and the last was made.

What was left and not yet written dies with a process that is killed; one that is stopped writes it first. When so many
entries wait that the limit is reached (the database does not take them), the reader has to wait for the write, and fails
with it: nobody reads unrecorded for long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from renkei.kit.errors import RenkeiError

log = structlog.get_logger(__name__)

MOST_WAITING: Final = 100_000
"""Entries that wait at most: some 30 MB."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """How often something was left within one while, and when first and last."""

    first_at: datetime
    last_at: datetime
    times: int


class Recorder(Protocol):
    """Writes entries of one kind, set-wise; gets the transaction they are written in."""

    def __call__(self, tx: Any, entries: Mapping[Any, Occasion], /) -> None:
        """Write `entries`."""


class Journal:
    """The entries that wait to be written. `seconds` None: they wait until somebody calls `flush`."""

    def __init__(
        self,
        write: Callable[[Callable[[Any], None]], None],
        *,
        seconds: float | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._write = write
        self._seconds = seconds
        self._most = most_waiting
        self._waiting: dict[Recorder, dict[Hashable, Occasion]] = {}
        self._count = 0
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def leave(self, recorder: Recorder, entries: Iterable[Hashable], at: datetime) -> None:
        """Keep `entries` for `recorder`. Raises `Busy` where too many wait and cannot be written."""
        with self._lock:
            kept = self._waiting.setdefault(recorder, {})
            before = len(kept)
            for entry in entries:
                former = kept.get(entry)
                kept[entry] = (
                    Occasion(at, at, 1) if former is None else Occasion(former.first_at, at, former.times + 1)
                )
            self._count += len(kept) - before
            full = self._count >= self._most
            if self._seconds is not None and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
        if full:
            self.flush()
        elif before == 0:
            self._wake.set()

    def flush(self) -> int:
        """Write everything that waits; how many entries. What could not be written waits on, and its error is raised."""
        with self._writing:
            with self._lock:
                taken, self._waiting, self._count = self._waiting, {}, 0
            if not taken:
                return 0

            def work(tx: Any) -> None:
                for recorder, entries in taken.items():
                    recorder(tx, entries)

            try:
                self._write(work)
            except BaseException:
                self._put_back(taken)
                raise
            return sum(len(entries) for entries in taken.values())

    def _put_back(self, taken: Mapping[Recorder, Mapping[Hashable, Occasion]]) -> None:
        with self._lock:
            for recorder, entries in taken.items():
                newer = self._waiting.get(recorder, {})
                merged = dict(entries)
                for entry, occasion in newer.items():
                    former = merged.get(entry)
                    merged[entry] = (
                        occasion
                        if former is None
                        else Occasion(former.first_at, occasion.last_at, former.times + occasion.times)
                    )
                self._waiting[recorder] = merged
            self._count = sum(len(entries) for entries in self._waiting.values())

    def _run(self) -> None:
        assert self._seconds is not None
        while True:
            self._wake.wait()
            self._wake.clear()
            time.sleep(self._seconds)
            try:
                self.flush()
            except RenkeiError as error:  # the database is away: what waits is written when it is back
                log.warning("journal_waits", error=error.code)
                self._wake.set()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next while tries again
                log.warning("journal_waits", error=type(error).__name__)
                self._wake.set()
