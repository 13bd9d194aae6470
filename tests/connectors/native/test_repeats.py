"""`Idempotency-Key`: a request that comes several times is carried out once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response

from renkei.database.idempotency import purge_idempotency
from renkei.database.transaction import Database, Transaction, as_role, open_pool
from tests.connectors.native.world import Member, World, good

KEY = {"Idempotency-Key": "order-4711"}


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock(database: Database) -> Clock:
    clock = Clock()
    database.clock = clock
    return clock


def _claims(database: Database) -> int:
    def count(tx: Transaction) -> int:
        row = tx.row("SELECT count(claimed_at) AS n FROM commons.idempotency")
        assert row is not None
        return int(row["n"])

    return database.run(as_role("renkei_engine"), count)


def _asked(member: Member) -> int:
    return len(good(member.get("/requests", direction="sent"))["items"])


@pytest.fixture
def body(a: Member, b: Member) -> dict[str, Any]:
    return {"trace_id": a.part("購入品"), "upstream_operator_id": b.id}


def test_a_repetition_gets_the_same_bytes_and_carries_nothing_out(a: Member, body: dict[str, Any]) -> None:
    first = a.post("/requests", body, headers=KEY)
    second = a.post("/requests", body, headers=KEY)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["renkei-version"] == second.headers["renkei-version"]
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (
        False,
        "true",
    )
    assert _asked(a) == 1


def test_an_answer_without_a_body_is_repeated_too(a: Member, b: Member) -> None:
    part = a.part("P1")
    good(a.post(f"/parts/{part}/numbers", {"number": "1"}))
    answers = [
        a.call("DELETE", f"/parts/{part}/numbers", params={"number": "1"}, headers=KEY) for _ in range(2)
    ]
    assert [(one.status_code, one.content) for one in answers] == [(204, b""), (204, b"")]
    assert answers[1].headers["idempotency-replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(a: Member, body: dict[str, Any]) -> None:
    good(a.post("/requests", body, headers=KEY))
    refused = a.post("/requests", body | {"message": "x"}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert refused.json()["errors"][0]["pointer"] == "header:Idempotency-Key"
    assert _asked(a) == 1


def test_another_resource_under_the_same_key_is_refused(a: Member) -> None:
    first, second = a.part("P1"), a.part("P2")
    good(a.post(f"/parts/{first}/numbers", {"number": "1"}, headers=KEY))
    refused = a.post(f"/parts/{second}/numbers", {"number": "1"}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_another_route_and_another_caller_have_keys_of_their_own(world: World, a: Member, b: Member) -> None:
    part = a.part("P1")
    good(a.post(f"/parts/{part}/numbers", {"number": "1"}, headers=KEY))
    made = a.post("/parts", {"plant_id": a.plant_id, "name": "P2"}, headers=KEY)
    assert (made.status_code, "idempotency-replayed" in made.headers) == (201, False)
    of_b = b.post("/parts", {"plant_id": b.plant_id, "name": "P2"}, headers=KEY)
    assert (of_b.status_code, "idempotency-replayed" in of_b.headers) == (201, False)
    application = {"X-Api-Key": world.key(a.operator), "Renkei-Operator": a.id}
    by_key = world.http.post(
        "/v1/parts", json={"plant_id": a.plant_id, "name": "P2"}, headers=application | KEY
    )
    assert (by_key.status_code, "idempotency-replayed" in by_key.headers) == (200, False)


def test_a_refused_request_may_be_corrected_and_come_again(a: Member, body: dict[str, Any]) -> None:
    refused = a.post("/requests", body | {"upstream_operator_id": a.id}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "self_request")
    assert a.post("/requests", body, headers=KEY).status_code == 201


def test_of_many_at_once_one_is_carried_out(a: Member, body: dict[str, Any]) -> None:
    barrier = threading.Barrier(6)

    def send(_: int) -> Response:
        barrier.wait()
        return a.post("/requests", body, headers=KEY)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, range(6)))
    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert sum("idempotency-replayed" not in one.headers for one in answers) == 1
    assert _asked(a) == 1


class TestWhileItIsCarriedOut:
    """The writer's turn of company A is held by another connection, so that its requests stop behind their claim."""

    @pytest.fixture
    def database(self, database: Database, database_url: str) -> Iterator[Database]:
        """Waits for locks are cut short."""
        pool = open_pool(database_url, size=8, timeouts_ms={"lock_timeout": 700})
        try:
            yield Database(pool, reactions=database.reactions)
        finally:
            pool.close()

    def test_a_repetition_is_told_to_come_again(
        self, database: Database, a: Member, body: dict[str, Any]
    ) -> None:
        with _turn_taken(database, a), ThreadPoolExecutor(2) as threads:
            first = threads.submit(a.post, "/requests", body, headers=KEY)
            _wait_for_claim(database)
            second = a.post("/requests", body, headers=KEY)
            assert first.result(20).status_code == 503
        assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
        assert second.headers["retry-after"] == "1"
        assert a.post("/requests", body, headers=KEY).status_code == 201
        assert _asked(a) == 1

    def test_a_claim_whose_request_died_is_taken_over(
        self, database: Database, a: Member, body: dict[str, Any]
    ) -> None:
        with _turn_taken(database, a), ThreadPoolExecutor(1) as threads:
            sent = threads.submit(a.post, "/requests", body, headers=KEY)
            _kill_the_one_that_waits(database)
            died = sent.result(20)
        assert died.status_code == 503
        assert (_claims(database), _asked(a)) == (1, 0)
        again = a.post("/requests", body, headers=KEY)
        assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
        assert _asked(a) == 1


@contextmanager
def _turn_taken(database: Database, member: Member) -> Iterator[None]:
    """Hold the writer's turn of a company for the time of the `with`."""
    released, holding = threading.Event(), threading.Event()

    def hold(_: Transaction) -> None:
        holding.set()
        assert released.wait(20)

    with ThreadPoolExecutor(1) as threads:
        turn = threads.submit(database.run, member.operator, hold)
        assert holding.wait(20)
        try:
            yield
        finally:
            released.set()
            turn.result(20)


def _wait_for_claim(database: Database) -> None:
    _wait_until(lambda: _claims(database) == 1)


def _kill_the_one_that_waits(database: Database) -> None:
    """End the connection that waits for the writer's turn, as a crash does."""

    def kill(tx: Transaction) -> bool:
        return bool(
            tx.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND NOT granted AND classid = 7264"
            )
        )

    _wait_until(lambda: database.owner(kill))


def _wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class TestForgetting:
    def test_after_a_day_the_key_is_free(
        self, world: World, clock: Clock, a: Member, body: dict[str, Any]
    ) -> None:
        application = KEY | {"X-Api-Key": world.key(a.operator), "Renkei-Operator": a.id}
        first = world.http.post("/v1/requests", json=body, headers=application)
        clock.ahead = timedelta(hours=23, minutes=59)
        assert world.http.post("/v1/requests", json=body, headers=application).content == first.content
        clock.ahead = timedelta(hours=24, minutes=1)
        other = world.http.post("/v1/requests", json=body | {"message": "x"}, headers=application)
        assert (other.status_code, "idempotency-replayed" in other.headers) == (201, False)

    def test_the_worker_purges_old_claims_of_every_company(
        self, world: World, database: Database, clock: Clock, a: Member, b: Member
    ) -> None:
        for member, name, hours in ((a, "P1", 0), (b, "P1", 0), (a, "P2", 30)):
            clock.ahead = timedelta(hours=hours)
            application = {"X-Api-Key": world.key(member.operator), "Renkei-Operator": member.id}
            good(
                world.http.post(
                    "/v1/parts",
                    json={"plant_id": member.plant_id, "name": name},
                    headers=application | {"Idempotency-Key": name},
                )
            )
        before = datetime.now(UTC) + timedelta(hours=1)
        purged = database.run(as_role("renkei_engine"), lambda tx: purge_idempotency(tx, before))
        assert (purged, _claims(database)) == (2, 1)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ключ".encode()])
def test_a_key_that_is_none_is_refused(a: Member, key: str | bytes) -> None:
    refused = a.call(
        "POST", "/parts", {"plant_id": a.plant_id, "name": "P1"}, headers={"Idempotency-Key": key}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_header")
    assert good(a.get("/parts"))["items"] == []
