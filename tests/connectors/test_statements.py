"""How many SQL statements one request takes, beside BEGIN, COMMIT and the one entry statement, over both doors.

A list takes two at most however long it is, `GET cfp` with 50 trace ids four, a structure with 50 children six.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.database.transaction import Database
from renkei.settings import Settings
from tests.connectors.native.world import CLIENT, Member, good
from tests.connectors.native.world import World as Native
from tests.connectors.ouranos.world import INFO, Company
from tests.connectors.ouranos.world import World as Ouranos
from tests.statement_count import Count, at_most, count

__all__ = ["count"]

MANY = 50


@pytest.fixture
def app(tmp_path: Path, database: Database) -> Iterator[TestClient]:
    # Rates are settled beside the requests, by a thread whose statements are none of theirs.
    settings = Settings(data_dir=tmp_path, public_base_url="http://statements.test", rates_settle_seconds=60)
    with TestClient(create_app(settings, database), raise_server_exceptions=False, client=CLIENT) as http:
        yield http


class TestNative:
    @pytest.fixture
    def world(self, app: TestClient, database: Database) -> Native:
        return Native(app.app, app, database)  # type: ignore[arg-type]

    @pytest.fixture
    def a(self, world: Native) -> Member:
        return world.member("A社")

    @pytest.fixture
    def b(self, world: Native) -> Member:
        return world.member("B社")

    def test_lists(self, world: Native, a: Member, b: Member, count: Count) -> None:
        bought = [a.part(f"購入品{number}") for number in range(5)]
        for part in bought:
            good(a.post(f"/parts/{part}/numbers", {"number": "同じ番号"}))
            asked = a.ask(b, part)
            b.link(asked, b.part("製品"))
            b.ask(a, b.part(f"B{part}"))
            good(a.post("/consents", {"trace_id": part, "consumer_id": b.id, "attributes": ["total"]}))
            line = {"child": {"trace_id": a.part("子")}, "amount": 1, "unit": "kilogram"}
            good(a.put(f"/parts/{part}/structure", {"lines": [line]}))
        world.work_off()
        some = bought[0]
        number = good(a.get("/me"))["operator"]["open_operator_id"]
        for path in (
            "/parts",
            "/parts?name=購入品1",
            "/parts?number=同じ番号",
            f"/parts/{some}/structure",
            f"/parts/{some}/structures",
            f"/parts/{some}/numbers",
            "/plants",
            f"/operators?open_operator_id={number}",
            "/requests",
            "/requests?direction=sent",
            "/requests?direction=received",
            "/requests?direction=sent&limit=2",
            f"/requests/{asked['request_id']}/messages",
            f"/trades?trace_id={some}",
            f"/trades/{asked['trade_id']}/shares",
            f"/deliveries?trace_id={some}",
            "/consents",
            "/consents?history=true",
            "/reads",
            "/notifications",
            "/proposals",
        ):
            at_most(2, count(lambda path=path: a.call("GET", path)), path)  # type: ignore[misc]

    def test_footprints_of_fifty_parts(self, a: Member, b: Member, count: Count) -> None:
        parts = _stated_and_bought(a, b)
        at_most(4, count(lambda: a.get("/footprints", trace_ids=",".join(parts))), "footprints")

    def test_a_structure_with_fifty_children(self, a: Member, count: Count) -> None:
        parent = a.part("製品")

        def put(amount: int) -> Response:
            children = [{"plant_id": a.plant_id, "name": f"子{number}"} for number in range(MANY)]
            lines = [{"child": child, "amount": amount, "unit": "kilogram"} for child in children]
            return a.put(f"/parts/{parent}/structure", {"lines": lines})

        at_most(6, count(lambda: put(1)), "new children")
        at_most(6, count(lambda: put(2)), "known children")

    def test_an_idempotency_key_costs_a_claim_before_and_two_statements_within(
        self, a: Member, count: Count
    ) -> None:
        part = {"plant_id": a.plant_id, "name": "P1"}
        plain = len(count(lambda: a.post("/parts", part)))
        key = {"Idempotency-Key": "1"}
        assert (
            len(count(lambda: a.post("/parts", part | {"name": "P2"}, headers=key), entries=2)) == plain + 3
        )
        assert len(count(lambda: a.post("/parts", part | {"name": "P2"}, headers=key))) == 1


def _stated_and_bought(a: Member, b: Member) -> list[str]:
    """Fifty parts of A with a footprint, every fifth of them bought from B and answered."""
    statement = {"declared_unit": "kilogram", "declared": {"production": {"own": 1}}}
    parts = [a.part(f"P{number:02}") for number in range(MANY)]
    own = b.part("製品")
    good(b.put(f"/parts/{own}/footprint", statement))
    good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total", "quality"]}))
    for number, part in enumerate(parts):
        if number % 5:
            good(a.put(f"/parts/{part}/footprint", statement))
        else:
            b.link(a.ask(b, part), own)
    return parts


class TestOuranos:
    @pytest.fixture
    def world(self, app: TestClient, database: Database) -> Ouranos:
        return Ouranos(app.app, app, database)  # type: ignore[arg-type]

    @pytest.fixture
    def a(self, world: Ouranos) -> Company:
        return world.company("A社")

    @pytest.fixture
    def b(self, world: Ouranos) -> Company:
        return world.company("B社")

    def test_lists(self, world: Ouranos, a: Company, b: Company, count: Count) -> None:
        root, children = a.make_structure("P", *(a.child(f"C{number}") for number in range(5)))
        for child in children:
            trade_id, _ = a.ask(b, child)
            b.link(trade_id, b.make_part("OWN"))
            b.ask(a, b.make_part(f"B{child}"))
        world.settle()
        for target, query in (
            ("parts", {}),
            ("parts", {"limit": 2}),
            ("parts", {"traceId": root}),
            ("partsStructure", {"traceId": root}),
            ("tradeRequest", {}),
            ("tradeRequest", {"limit": 2}),
            ("tradeRequest", {"traceIds": ",".join(children)}),
            ("tradeResponse", {}),
            ("status", {}),
            ("status", {"statusTarget": "REQUEST"}),
            ("status", {"statusTarget": "RESPONSE"}),
        ):
            at_most(2, count(lambda t=target, q=query: a.get(t, **q)), (target, query))  # type: ignore[misc]
        for query in ({"dataTarget": "plant"}, {"dataTarget": "operator", "operatorIds": b.id}):
            at_most(2, count(lambda q=query: a.call("GET", INFO, **q)), query)  # type: ignore[misc]

    def test_cfp_of_fifty_parts(self, world: Ouranos, a: Company, b: Company, count: Count) -> None:
        root, children = a.make_structure("P", *(a.child(f"C{number}") for number in range(MANY - 1)))
        own = b.make_part("OWN")
        b.state(own)
        b.release(a, own)
        a.state(root)
        for child in children[::5]:
            trade_id, _ = a.ask(b, child)
            b.link(trade_id, own)
        world.settle()
        at_most(4, count(lambda: a.get("cfp", traceIds=",".join([root, *children]))), "cfp")

    def test_a_structure_with_fifty_children(self, a: Company, count: Count) -> None:
        def put(amount: int) -> Response:
            body = {
                "parentPartsModel": a.part("P"),
                "childrenPartsModel": [a.child(f"C{number}", amount) for number in range(MANY)],
            }
            answer: Response = a.put("partsStructure", body)
            return answer

        at_most(6, count(lambda: put(1)), "new children")
        at_most(6, count(lambda: put(2)), "known children")
