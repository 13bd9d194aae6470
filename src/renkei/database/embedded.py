"""The embedded PostgreSQL: a real server, set up and supervised by us, on a private socket only.

    with Supervisor(data_dir) as supervisor:
        connect(supervisor.server.url)

What is promised:

- `start` is idempotent: it sets the cluster up if there is none, adopts a server that answers,
  starts one that does not, and returns when it answers.
  Processes that call it at once take turns by a file lock.
- A server runs only if it answers to our password with our data folder; a pid file proves nothing.
- No TCP. The socket folder is 0700, every login needs a generated password (SCRAM-SHA-256), kept 0600.
- The superuser `postgres` is used by this package only. Everybody else logs in as `renkei_owner`:
  no superuser, may create roles (for the roles of the migrations) and databases (tests copy a template).
- Running servers end with their last `Supervisor`; a process that was killed counts as gone.

`data_dir` is `RENKEI_DATA_DIR` everywhere; the server's own files are below `data_dir/postgres`,
or, as root with a data folder that others cannot reach, below `/var/lib/renkei-<random>` (`_installation`).
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from renkei.database import _postmaster
from renkei.database._installation import DatabaseStartError, find_programs, office_of, open_office
from renkei.database._server import (
    EmbeddedServer,
    database_url,
    destroy,
    known_place,
    start,
    status,
    stop,
    stop_in_turn,
    superuser_url,
    turn,
)

__all__ = [
    "DatabaseStartError",
    "EmbeddedServer",
    "Supervisor",
    "database_url",
    "destroy",
    "find_programs",
    "start",
    "status",
    "stop",
    "superuser_url",
]

log = structlog.get_logger(__name__)


class Supervisor:
    """Keeps the embedded server running as long as this process needs it.

    Entering starts (or adopts) the server; a daemon thread then starts it again whenever it is dead,
    with growing pauses while that fails.
    Leaving stops the server unless another process has a supervisor on it.
    """

    def __init__(
        self, data_dir: Path, *, settings: Mapping[str, str] | None = None, check_every_seconds: float = 0.2
    ) -> None:
        self.restarts = 0
        self._data_dir = data_dir
        self._settings = dict(settings or {})
        self._check_every_seconds = check_every_seconds
        self._server: EmbeddedServer | None = None
        self._users: int | None = None
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def server(self) -> EmbeddedServer:
        """The server, once entered."""
        if self._server is None:
            message = "the supervisor was not started"
            raise RuntimeError(message)
        return self._server

    def start(self) -> EmbeddedServer:
        """Register as a user, start the server, begin to watch. Raises `DatabaseStartError`."""
        if self._server is not None:
            return self._server
        self._closing.clear()
        # Held until close; the kernel lets go of it if this process is killed.
        self._users = os.open(open_office(self._data_dir) / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._users, fcntl.LOCK_SH)  # waits while the last user before us stops the server
        try:
            self._server = start(self._data_dir, settings=self._settings)
        except BaseException:
            self._release()
            raise
        self._watcher = threading.Thread(target=self._watch, name="database-supervisor", daemon=True)
        self._watcher.start()
        return self._server

    def close(self) -> None:
        """Stop watching; stop the server if nobody else uses it. Calling it twice is harmless."""
        if self._server is None:
            return
        self._closing.set()
        if self._watcher is not None:
            self._watcher.join()
        self._watcher = self._server = None
        self._release()
        office = office_of(self._data_dir)
        with turn(office / "start.lock"):
            last = os.open(office / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(last, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else's server now
            else:
                stop_in_turn(self._data_dir, "fast")
            finally:
                os.close(last)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _release(self) -> None:
        if self._users is not None:
            fcntl.flock(self._users, fcntl.LOCK_UN)
            os.close(self._users)
            self._users = None

    def _watch(self) -> None:
        pause = self._check_every_seconds
        while not self._closing.wait(pause):
            try:
                place = known_place(self._data_dir)
                if _postmaster.find_postmaster(place) is None:
                    log.warning("database_died", data_dir=str(self._data_dir))
                    self._server = start(self._data_dir, settings=self._settings)
                    self.restarts += 1
                    log.info("database_restarted", restarts=self.restarts)
                pause = self._check_every_seconds
            except (DatabaseStartError, OSError) as error:
                pause = min(max(pause, 0.5) * 2, 30.0)
                log.exception("database_restart_failed", error=str(error), again_in_seconds=pause)
