"""Where a measurement happens: an embedded PostgreSQL of its own in a temporary folder, and servers on its databases.

Durability is that of production (fsync, synchronous commits): nothing is set here but the number of connections.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench.harness import BUILD, until_the_end
from bench.load import Processes
from renkei.app import branches
from renkei.database import embedded
from renkei.database.migrate import upgrade
from renkei.settings import Settings

ISSUER = "http://bench.invalid"


@dataclass(frozen=True, slots=True)
class Place:
    """A PostgreSQL server of our own, its data folder, and the process that is its postmaster."""

    data_dir: Path
    postmaster: int

    def url(self, database: str) -> str:
        """For the owner of the tables, as the service logs in."""
        return embedded.database_url(self.data_dir, database)

    def superuser_url(self, database: str) -> str:
        """For loading rows, past row-level security."""
        return embedded.superuser_url(self.data_dir, database)

    def create(self, database: str) -> None:
        """An empty migrated database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        upgrade(self.url(database), branches())


_places: list[Place] = []


def the_place() -> Place:
    """The one place of this run; made at first use, gone at the end."""
    if not _places:
        _places.append(until_the_end.enter_context(_opened()))
    return _places[0]


@contextmanager
def _opened() -> Iterator[Place]:
    # Told to end, we leave as by an exception, so that the database does not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    data_dir = Path(tempfile.mkdtemp(prefix="renkei-bench-"))
    try:
        embedded.start(data_dir)
        with psycopg.connect(embedded.superuser_url(data_dir, "postgres")) as connection:
            found = connection.execute(
                "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
            ).fetchone()
        assert found is not None
        yield Place(data_dir, found[0])
    finally:
        embedded.destroy(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)


def settings_of(data_dir: Path, url: str) -> Settings:
    """The settings of a measured server: the defaults, but no limit on the rate of one operator."""
    return Settings(
        data_dir=data_dir,
        database_url=url,
        public_base_url=ISSUER,
        requests_per_second_per_operator=1e9,
        request_burst_per_operator=10**9,
    )  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server under measurement."""

    port: int
    processes: Processes


@contextmanager
def served(place: Place, database: str, *, profile: Path | None = None) -> Iterator[Server]:
    """A server process on `database`, with its log in build/; profiled if a file for it is named."""
    BUILD.mkdir(exist_ok=True)
    order = {
        "data_dir": str(place.data_dir),
        "url": place.url(database),
        "profile": None if profile is None else str(profile),
    }
    with (BUILD / f"bench-{database}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("RENKEI_")},
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(order))
            process.stdin.close()
            line = process.stdout.readline()
            if not line.strip():
                raise RuntimeError(f"the server did not start; see {log.name}")
            _wait_for(int(line))
            yield Server(int(line), Processes(process.pid, place.postmaster))
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
