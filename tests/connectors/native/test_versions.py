"""A write answers a version; a read that brings it waits for what follows from the write."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from renkei.database.events import wake
from renkei.database.transaction import Database
from renkei.settings import Settings
from renkei.worker import run_worker
from tests.connectors.native.world import Member, World, good


def test_a_write_answers_a_version_that_tells_nothing(a: Member) -> None:
    versions = [
        a.post("/parts", {"plant_id": a.plant_id, "name": name}).headers["renkei-version"]
        for name in ("P1", "P2")
    ]
    assert len({*versions}) == 2
    assert all(len(version) == len(versions[0]) and not version.isdigit() for version in versions)


def test_until_the_worker_has_been_there_a_read_is_stale(world: World, a: Member) -> None:
    written = a.post("/parts", {"plant_id": a.plant_id, "name": "P1"})
    after = {"Renkei-After": written.headers["renkei-version"]}
    early = a.call("GET", "/parts", headers=after)
    assert (good(early)["stale"], early.headers["renkei-stale"]) == (True, "true")
    assert [part["name"] for part in early.json()["items"]] == ["P1"]
    world.work_off()
    late = a.call("GET", "/parts", headers=after)
    assert "stale" not in good(late)
    assert "renkei-stale" not in late.headers


def test_a_read_that_asks_for_nothing_is_never_stale(a: Member) -> None:
    a.part("P1")
    assert "stale" not in good(a.get("/parts"))


def test_the_other_party_may_wait_for_the_version_too(world: World, a: Member, b: Member) -> None:
    asked = a.post("/requests", {"trace_id": a.part("購入品"), "upstream_operator_id": b.id})
    after = {"Renkei-After": asked.headers["renkei-version"]}
    assert good(b.call("GET", "/requests", headers=after))["stale"] is True
    world.work_off()
    assert "stale" not in good(b.call("GET", "/requests", headers=after))


class TestWaiting:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data_dir=tmp_path, renkei_after_wait_seconds=20)

    def test_a_read_waits_for_the_worker(self, world: World, a: Member) -> None:
        written = a.post("/parts", {"plant_id": a.plant_id, "name": "P1"})
        waiting = threading.Event()

        def read() -> bool:
            waiting.set()
            answer = a.call("GET", "/parts", headers={"Renkei-After": written.headers["renkei-version"]})
            return "stale" in good(answer)

        with ThreadPoolExecutor(1) as threads:
            stale = threads.submit(read)
            assert waiting.wait(20)
            world.work_off()
            assert stale.result(20) is False


class TestWaking:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data_dir=tmp_path, renkei_after_wait_seconds=20, events_poll_milliseconds=3_600_000)

    def test_a_reader_who_waits_wakes_a_worker_that_would_look_in_an_hour(
        self, settings: Settings, database: Database, database_url: str, a: Member
    ) -> None:
        stop = threading.Event()
        worker = threading.Thread(
            target=run_worker, args=(settings, database, stop), kwargs={"direct_url": database_url}
        )
        worker.start()
        try:
            for name in ("P1", "P2", "P3"):  # what a company tells itself wakes nobody
                written = a.post("/parts", {"plant_id": a.plant_id, "name": name})
                after = {"Renkei-After": written.headers["renkei-version"]}
                assert "stale" not in good(a.call("GET", "/parts", headers=after))
        finally:
            stop.set()
            database.owner(wake)
            worker.join(30)
        assert not worker.is_alive()


@pytest.mark.parametrize("version", ["7", "x" * 56, "é", "A" * 300])
def test_what_no_write_answered_is_refused(a: Member, version: str) -> None:
    refused = a.call("GET", "/parts", headers={"Renkei-After": version.encode()})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_version")


def test_who_may_not_read_may_not_wait(world: World, a: Member) -> None:
    version = a.post("/parts", {"plant_id": a.plant_id, "name": "P1"}).headers["renkei-version"]
    refused = world.http.get("/v1/parts", headers={"Renkei-After": version})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_missing")
