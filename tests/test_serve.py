"""`renkei serve` as a service manager sees it: real processes, started, told to end, killed."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from renkei.database import embedded
from renkei.settings import SettingsError, load_settings
from tests.ordinary_user import python_for_everybody
from tests.service import PASSWORD, Refused, Service, as_url

PATIENCE_SECONDS = 60
PLANT = "/api/v1/authInfo?dataTarget=plant"


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Fail if it does not come true at all; how long it takes is not asserted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"still not so: {what}"
        time.sleep(0.02)


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """A server on this test's database; not started yet."""
    service = Service(tmp_path / "data")
    service.data_dir.mkdir()
    service.extra["RENKEI_DATABASE_URL"] = as_url(database_url)
    service.extra["RENKEI_LOCK_TIMEOUT_MS"] = "30000"
    service.extra["RENKEI_DATABASE_POOL_SIZE"] = service.extra["RENKEI_THREADS"] = "4"
    yield service
    if service.process is not None and service.process.poll() is None:
        service.kill()


def children_of(pid: int) -> list[int]:
    """The living child processes that run our code (not multiprocessing's own tracker)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z" and b"spawn_main" in command:
                found.append(int(entry.name))
    return found


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def put_plant(service: Service, number: int = 1) -> Any:
    body = {
        "plantId": None,
        "operatorId": service.operator_id,
        "plantName": "P",
        "plantAddress": "A",
        "openPlantId": f"{number:06d}",
        "plantAttribute": {},
    }
    return service.ouranos("PUT", PLANT, body)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_pages_that_listen_for_news_do_not_hold_up_the_end(service: Service, workers: str) -> None:
    """They would for an hour, and draining may take as long: this test would end by its timeout."""
    service.register("A", "F0001")
    service.extra["RENKEI_LIVE_SECONDS"] = service.extra["RENKEI_DRAIN_SECONDS"] = "3600"
    service.start("--workers", workers)
    process = service.process
    assert process is not None
    with httpx2.Client(base_url=f"http://127.0.0.1:{service.port}", timeout=60) as page:
        form = dict(re.findall(r'name="(csrf)" value="([^"]+)"', page.get("/app/login").text))
        signed_in = page.post("/app/login", data=form | {"email": "f0001@example.com", "password": PASSWORD})
        assert signed_in.headers["location"] == "/app/"
        with page.stream("GET", "/app/notifications/changes") as told:
            lines = told.iter_lines()
            assert next(lines).startswith("retry:")
            process.send_signal(signal.SIGTERM)
            assert "event: changed" in list(lines), "ended in order"
    assert process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_lets_a_request_under_way_end_and_refuses_new_ones(
    service: Service, database_url: str, workers: str
) -> None:
    """The request waits for the operator's turn, which this test holds; SIGTERM comes while it waits."""
    service.register("A", "F0001")
    service.start("--workers", workers)
    service.token = service.login("f0001@example.com")
    process = service.process
    assert process is not None
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(put_plant(service))
        except Refused as refused:
            answers.append(refused)

    with psycopg.connect(database_url, autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(7264, (operator_key % 2147483647)::int) FROM commons.operators")
        slow = threading.Thread(target=ask)
        slow.start()

        def waits() -> bool:
            found = turn.execute(
                "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            return found.fetchone() is not None

        wait_until(waits, "the request is under way")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: not listens(service.port), "nobody listens any more")
        assert process.poll() is None, "the request is not answered yet"
        turn.execute("SELECT pg_advisory_unlock_all()")
    slow.join(PATIENCE_SECONDS)
    assert isinstance(answers[0], dict), answers
    assert answers[0]["openPlantId"] == "000001"
    assert process.wait(PATIENCE_SECONDS) == 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        left = connection.execute(
            "SELECT application_name FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'renkei%'"
        ).fetchall()
    # One is the pool of the test's own `database` fixture, where it is used.
    assert not [name for (name,) in left if name != "renkei"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_nobody_is_left_when_the_server_is_killed(service: Service, workers: str) -> None:
    service.start("--workers", workers)
    process = service.process
    assert process is not None
    children = children_of(process.pid)
    assert len(children) == (1 if workers == "1" else 3), "the worker, and each of several HTTP processes"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the children have ended")
    assert not listens(service.port)


def test_a_worker_that_is_killed_is_started_again(service: Service) -> None:
    service.start()
    assert service.process is not None
    wait_until(lambda: '"event": "working"' in service.log, "the first one works")
    (worker,) = children_of(service.process.pid)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: children_of(service.process.pid) not in ([], [worker]), "there is another")
    wait_until(lambda: service.log.count('"event": "working"') == 2, "it works")
    assert service.stop() == 0


def test_readyz_knows_of_a_worker_in_another_process(service: Service) -> None:
    """Without any worker an event waits and the server is not ready; `renkei work` elsewhere makes it ready."""
    service.extra["RENKEI_EVENTS_STALL_SECONDS"] = "0.2"
    service.register("A", "F0001")
    service.launch()
    service.wait_ready()
    service.token = service.login("f0001@example.com")
    plant = put_plant(service)
    part = {
        "operatorId": service.operator_id, "traceId": None, "plantId": plant["plantId"], "partsName": "p",
        "supportPartsName": None, "terminatedFlag": False, "amountRequired": None, "amountRequiredUnit": None,
    }  # fmt: skip
    structure = {"parentPartsModel": part, "childrenPartsModel": []}
    service.ouranos("PUT", "/api/v1/datatransport?dataTarget=partsStructure", structure)

    def told() -> str:
        try:
            service.call("GET", "/readyz")
        except Refused as refused:
            return str(refused)
        return "ready"

    wait_until(lambda: "events_stand_still" in told(), "nobody reads the event")
    assert 'renkei_events{state="waiting"} 0.0' not in service.call("GET", "/metrics")
    elsewhere = Service(service.data_dir, port=service.port, extra=service.extra)
    with elsewhere.beside("work"):
        wait_until(lambda: told() == "ready", "a worker reads it")
    assert 'renkei_events{state="waiting"} 0.0' in service.call("GET", "/metrics")
    assert service.stop() == 0


def test_figures_of_several_processes_are_added_up(service: Service) -> None:
    service.start("--workers", "2")
    for _ in range(20):
        service.call("GET", "/healthz")
    text = service.call("GET", "/metrics")
    counted = [
        line for line in text.splitlines() if line.startswith("renkei_requests_total") and "/healthz" in line
    ]
    assert [line.rpartition(" ")[2] for line in counted] == ["20.0"]
    assert 'renkei_events{state="waiting"} 0.0' in text
    assert service.stop() == 0


def test_a_taken_port_is_said_in_one_line_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        service = Service(tmp_path, port=taken.getsockname()[1])
        service.launch("--with-worker")
        assert service.process is not None
        assert service.process.wait(PATIENCE_SECONDS) == 1
    assert service.log == (
        f"renkei: Port {service.port} on 127.0.0.1 cannot be used: another program listens there. "
        "Choose another with --port (or RENKEI_PORT).\n"
    )
    assert not (tmp_path / "postgres").exists()


class TestSizes:
    def test_a_pool_smaller_than_the_threads_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="database_pool_size must be at least threads"):
            load_settings(threads=8, database_pool_size=7)

    def test_more_connections_than_the_database_allows_are_refused_at_the_start(
        self, service: Service
    ) -> None:
        """60 processes of 4 connections, 8 for the worker and 10 to spare are 258; the test's server allows 200 - 3."""
        service.launch("--workers", "60", "--with-worker")
        assert service.process is not None
        assert service.process.wait(PATIENCE_SECONDS) == 1
        assert "may need 258" in service.log
        assert "RENKEI_DATABASE_POOL_SIZE" in service.log


@pytest.mark.parametrize("who", ["as the tests run", "as an ordinary user"])
def test_the_whole_life_with_the_embedded_database(who: str) -> None:
    """Commands before the first start, start, write, SIGTERM: exit 0, database ended; start again: still there."""
    folder = Path(tempfile.mkdtemp(prefix="renkei-test-"))
    service = Service(folder / "data")
    if who == "as an ordinary user":
        if os.geteuid() != 0:
            pytest.skip("the tests run as an ordinary user anyway")
        nobody = pwd.getpwnam("nobody")
        service.extra = {
            "PYTHONPATH": os.pathsep.join(path for path in os.sys.path if path),
            "HOME": str(folder),
        }
        python = python_for_everybody({**service.extra, "PATH": os.defpath})
        if python is None:
            pytest.skip("no Python here can be run by other users")
        service.python, service.user_id = python, nobody.pw_uid
    service.data_dir.mkdir()
    if service.user_id is not None:
        for path in (folder, service.data_dir):
            os.chown(path, service.user_id, service.user_id)
    try:
        service.register("A", "F0001")
        service.start()
        service.token = service.login("f0001@example.com")
        plant = put_plant(service)
        assert service.stop() == 0
        assert embedded.status(service.data_dir) == "stopped"
        service.start("--workers", "2")
        service.token = service.login("f0001@example.com")
        assert [one["plantId"] for one in service.ouranos("GET", PLANT)] == [plant["plantId"]]
        assert service.stop() == 0
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()
        embedded.destroy(service.data_dir)
        shutil.rmtree(folder)
