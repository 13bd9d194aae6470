"""What a process does again and again beside answering: keep up with what others have put into the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import structlog

from renkei.database.events import describe
from renkei.kit.errors import RenkeiError

log = structlog.get_logger(__name__)


@contextmanager
def repeating(name: str, every_seconds: float, work: Callable[[], None], *, at_once: bool) -> Iterator[None]:
    """Do `work` again and again in a thread of its own, for the time of a `with`; the first time `at_once` or after a while.

    A database that is away is told by whoever needs it; whatever else goes wrong is logged. The next time may do better.
    """
    stop = threading.Event()

    def run() -> None:
        due = at_once
        while due or not stop.wait(every_seconds):
            due = False
            try:
                work()
            except (RenkeiError, psycopg.Error):
                pass
            except Exception as error:  # noqa: BLE001 - a thread that ended would never be missed
                log.warning("repeating_failed", name=name, error=describe(error))

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
