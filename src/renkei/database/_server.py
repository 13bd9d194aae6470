"""Start, adopt, stop and address the embedded server; `embedded` is its face and says what is promised."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

from renkei.database import _postmaster
from renkei.database._installation import (
    DatabaseStartError,
    Place,
    choose_place,
    find_place,
    find_programs,
    has_secret,
    office_of,
    open_office,
    programs_for,
    record_place,
    secret,
)

OWNER = "renkei_owner"
SUPERUSER = "postgres"
DATABASE = "renkei"

# For one machine that also runs the service: 128 MB of cache, room for a few pools, full durability.
DEFAULT_SETTINGS: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "max_wal_senders": "2",
    "max_prepared_transactions": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "5s",
    # Parameters hold companies' values; the log must not.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # the detail of a broken constraint quotes the row
    # After a crash everything is brought to disk first: by one call instead of one for each of some thousand files.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}
# These hold the promises above, so they are not for callers.
_RESERVED = frozenset(
    {"listen_addresses", "port", "unix_socket_directories", "unix_socket_permissions", "unix_socket_group"}
    | {"data_directory", "hba_file", "ident_file", "config_file", "external_pid_file", "cluster_name"}
    | {"logging_collector", "log_directory", "log_filename"}
)
_SETTING_NAME = re.compile(r"[a-z_][a-z0-9_.]*")

PATIENCE_SECONDS = 60.0  # for a server that refuses to start, and for one that is asked to stop
RECOVERY_SECONDS = 600.0  # for a server that is alive and replays its log after a crash
ORPHANS_SECONDS = 3.0  # that orphans of a killed server get to end by themselves
ATTEMPTS = 5  # to start a server that ends at once for a reason that does not pass by itself


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that answered. `url` logs in as `renkei_owner` and holds its password: do not print it."""

    data_dir: Path
    socket_dir: Path
    url: str


def start(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> EmbeddedServer:
    """Make the embedded server of `data_dir` answer, and return it.

    `settings` are PostgreSQL settings over the defaults, e.g. `{"fsync": "off"}` for tests;
    they reach only a server that this call starts, not one it adopts.
    Raises `DatabaseStartError` with a sentence that says what to do, `ValueError` for a setting that is ours.
    """
    chosen = _checked(settings or {})
    try:
        with turn(open_office(data_dir) / "start.lock"):
            return _start(data_dir, chosen)
    except (PermissionError, psycopg.Error) as error:
        raise DatabaseStartError(
            f"The embedded database in {office_of(data_dir)} cannot be used: {error}."
            " Run Renkei as the user who created it, and look at its log folder."
        ) from error


def stop(data_dir: Path, *, mode: Literal["fast", "smart", "immediate"] = "fast") -> None:
    """Stop the server if it runs: `fast` ends its clients, `smart` waits for them, `immediate` is a crash.

    A living `Supervisor` of another process starts it again: that one is to be stopped first.
    Raises `DatabaseStartError` if it does not stop in time.
    """
    if find_place(data_dir) is not None:
        with turn(office_of(data_dir) / "start.lock"):
            stop_in_turn(data_dir, mode)


def status(data_dir: Path) -> Literal["absent", "stopped", "running"]:
    """`running` means that it answers just now; `absent` that there is no cluster yet."""
    place = _place_as_it_is(data_dir)
    if place is None or not (place.cluster / "PG_VERSION").exists():
        return "absent"
    return "running" if _answers(place) else "stopped"


def database_url(data_dir: Path, database: str = DATABASE) -> str:
    """The URL of `database` for `renkei_owner`. Raises `DatabaseStartError` if it was never started."""
    return _url(known_place(data_dir), OWNER, database)


def superuser_url(data_dir: Path, database: str = DATABASE) -> str:
    """The URL of `database` for the superuser: for backup and restore, never for the service."""
    return _url(known_place(data_dir), SUPERUSER, database)


def destroy(data_dir: Path) -> None:
    """Stop the server and delete the cluster with everything in it. For tests and demos."""
    place = find_place(data_dir)
    if place is None:
        return
    stop(data_dir, mode="immediate")
    for folder in (place.socket_dir, place.cluster, place.log_dir):
        shutil.rmtree(folder, ignore_errors=True)
    if place.home != place.office:
        shutil.rmtree(place.home, ignore_errors=True)
    shutil.rmtree(place.office)


def _start(data_dir: Path, settings: dict[str, str]) -> EmbeddedServer:
    """`start` under the lock."""
    place = _place_as_it_is(data_dir) or choose_place(data_dir)
    if (place.cluster / "PG_VERSION").exists() and _answers(place):
        return _prepared(place)
    place = record_place(place)
    programs = programs_for(place)
    if not (place.cluster / "PG_VERSION").exists():
        _postmaster.initialise(place, programs, secret(place, SUPERUSER))
    _refuse_other_version(place)
    settings = _settings_of(place, settings)
    began, attempts, refused_since = time.monotonic(), 0, 0.0
    while True:
        pid = _postmaster.find_postmaster(place)
        if pid is None:
            _postmaster.forget_dead_postmaster(place)
            pid = _postmaster.launch(place, programs, settings)
        if _wait_until_it_answers(place, pid):
            return _prepared(place)
        words = _postmaster.tail_of_log(place)
        # Orphans of a killed server still hold its shared memory: they notice by themselves, or are told.
        waits_for_orphans = "pre-existing shared memory" in words or "lock file" in words
        attempts += not waits_for_orphans
        waited = time.monotonic() - began
        if attempts >= ATTEMPTS or waited > PATIENCE_SECONDS:
            raise DatabaseStartError(
                f"The embedded database in {place.home} did not start. It said: {words or '(nothing)'}"
            )
        if waits_for_orphans and waited > ORPHANS_SECONDS:
            _postmaster.end_orphans(place, forcibly=waited > 3 * ORPHANS_SECONDS)
        refused_since = min(refused_since + 0.1, 1.0)
        time.sleep(refused_since)


def stop_in_turn(data_dir: Path, mode: Literal["fast", "smart", "immediate"]) -> None:
    """`stop` under the lock."""
    place = _place_as_it_is(data_dir)
    if place is None:
        return
    pid = _postmaster.find_postmaster(place)
    if pid is not None:
        _postmaster.end(place, pid, mode=mode, within_seconds=PATIENCE_SECONDS)


def _place_as_it_is(data_dir: Path) -> Place | None:
    """The recorded place with the user id that owns the cluster: root may run an ordinary user's."""
    place = find_place(data_dir)
    if place is None:
        return None
    owner = place.cluster.stat().st_uid if place.cluster.exists() else place.uid
    if os.geteuid() == 0:
        return replace(place, uid=owner or place.uid)
    if owner not in {None, os.geteuid()}:
        raise DatabaseStartError(
            f"The embedded database in {place.home} belongs to user id {owner}."
            " Run Renkei as that user, or as root if root created it, "
            "or set RENKEI_DATA_DIR to a folder of your own."
        )
    return replace(place, uid=None)


def known_place(data_dir: Path) -> Place:
    place = find_place(data_dir)
    if place is None:
        raise DatabaseStartError(
            f"There is no embedded database in {office_of(data_dir)} yet; start it first."
        )
    return place


def _answers(place: Place) -> bool:
    """Whether the server of exactly this cluster accepts our superuser's password.

    Raises `DatabaseStartError` if it answers but the password is lost: waiting would not help.
    """
    try:
        with psycopg.connect(
            _url(place, SUPERUSER, "postgres"), autocommit=True, connect_timeout=10
        ) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise DatabaseStartError(
                f"The embedded database in {place.home} does not accept the password in {place.office}."
                f" Put the file {SUPERUSER}.secret back that belongs to it."
            ) from error
        return False
    return row is not None and Path(row[0]) == place.cluster


def _wait_until_it_answers(place: Place, pid: int) -> bool:
    """False if process `pid` ended before it answered. A living one may take long: it replays its log."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    # The shell that becomes the server has another command line for a moment.
    grace = time.monotonic() + 5.0
    pause = 0.01
    while time.monotonic() < deadline:
        if _answers(place):
            return True
        alive = _postmaster.is_postmaster(place, pid)
        if not alive and (time.monotonic() > grace or not _postmaster.exists(pid)):
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
    raise DatabaseStartError(
        f"The embedded database in {place.home} (process {pid}) has not answered for"
        f" {RECOVERY_SECONDS:g} seconds. It said: {_postmaster.tail_of_log(place)}"
    )


def _prepared(place: Place) -> EmbeddedServer:
    """Make the owner role and its database unless they are there; a crash in between is made up for here."""
    with psycopg.connect(_url(place, SUPERUSER, "postgres"), autocommit=True) as connection:
        role, had_secret = sql.Identifier(OWNER), has_secret(place, OWNER)
        password = sql.Literal(secret(place, OWNER))
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
            rights = "LOGIN NOSUPERUSER CREATEROLE CREATEDB NOINHERIT NOBYPASSRLS"
            connection.execute(sql.SQL(f"CREATE ROLE {{}} {rights} PASSWORD {{}}").format(role, password))
        elif not had_secret:
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, password))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role))
    return EmbeddedServer(place.office, place.socket_dir, _url(place, OWNER, DATABASE))


def _url(place: Place, role: str, database: str) -> str:
    return (
        f"postgresql://{role}:{quote(secret(place, role), safe='')}@/{quote(database, safe='')}"
        f"?host={quote(str(place.socket_dir), safe='')}&port=5432"
    )


def _settings_of(place: Place, chosen: Mapping[str, str]) -> dict[str, str]:
    return {
        **DEFAULT_SETTINGS,
        **chosen,
        "listen_addresses": "",
        "port": "5432",  # the name of the socket only
        "unix_socket_directories": f'"{place.socket_dir}"',
        "unix_socket_permissions": "0700",
        "cluster_name": place.name,
        "logging_collector": "on",
        "log_directory": str(place.log_dir),
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
    }


def _checked(settings: Mapping[str, str]) -> dict[str, str]:
    for name in settings:
        if name in _RESERVED or not _SETTING_NAME.fullmatch(name):
            message = f"the setting {name!r} of the embedded database is not for callers"
            raise ValueError(message)
    return dict(settings)


def _refuse_other_version(place: Place) -> None:
    stored = (place.cluster / "PG_VERSION").read_text("ascii").strip()
    done = _postmaster.run_as(None, [str(find_programs() / "postgres"), "--version"])
    ours = re.search(r"(\d+)\.", done.stdout)
    if ours is not None and ours[1] != stored:
        raise DatabaseStartError(
            f"The embedded database in {place.home} was made by PostgreSQL {stored}, but this is"
            f" PostgreSQL {ours[1]}. Make a backup with the release that made it"
            " (`renkei db backup`) and restore it with this one."
        )


@contextlib.contextmanager
def turn(path: Path) -> Iterator[None]:
    """Hold the exclusive lock on `path`. Raises `DatabaseStartError` if another process keeps it too long."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + RECOVERY_SECONDS
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DatabaseStartError(
                        f"Another process starts or stops the embedded database for too long: see {path}."
                    ) from None
                time.sleep(0.02)
            else:
                break
        yield
    finally:
        os.close(descriptor)
