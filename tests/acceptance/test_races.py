"""Two at once, over HTTP, on real PostgreSQL: every outcome is one that some order of the two would have had."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.connectors.ouranos.conftest import a, b, c, settings, world

__all__ = ["a", "b", "c", "settings", "world"]

ROUNDS = 12


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each in a thread of its own; what each returned."""
    start = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)
    failures: list[BaseException] = []

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait(30)
        try:
            found[place] = work()
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures
    return found


def statuses(answers: list[Any]) -> list[int]:
    """The HTTP statuses; no outcome may be a failure of ours."""
    found = [answer.status_code for answer in answers]
    assert max(found) < 500, [answer.text for answer in answers]
    return found


def trade_of(company: Any, target: str, trade_id: str) -> dict[str, Any] | None:
    """A trade as one party lists it, or None."""
    rows = company.get(target, limit=100).json()
    trades = [row.get("tradeModel", row) for row in rows]
    return next((trade for trade in trades if trade["tradeId"] == trade_id), None)


def test_one_request_is_linked_to_two_parts(world, a, b):
    """Both are accepted, the later wins, and both parties and the counters see the same one."""
    own = [b.make_part(name, terminatedFlag=True) for name in ("S1", "S2")]
    for trace_id, value in zip(own, (1, 2), strict=True):
        b.state(trace_id, cfp=(1, value, 0, 0))
        assert b.release(a, trace_id).is_success
    for round_ in range(ROUNDS):
        _, (bought,) = a.make_structure(f"P{round_}", a.child(f"C{round_}"))
        trade, _ = a.ask(b, bought)
        assert statuses(at_once(partial(b.link, trade, own[0]), partial(b.link, trade, own[1]))) == [201, 201]
        world.settle()
        winner = trade_of(b, "tradeResponse", trade)["upstreamTraceId"]
        assert winner in own
        # What was delivered is the winner's value: 1 for S1, 2 for S2.
        assert a.shown(bought)["mainProductionResponse"][0] == own.index(winner) + 1


def test_a_request_is_linked_while_it_is_cancelled(world, a, b):
    """First linked, then cancelled; or cancelled, and the link is refused. Never a link under a cancelled request."""
    own = b.make_part("S")
    outcomes = set()
    for round_ in range(ROUNDS):
        trade, status = a.ask(b, a.make_part(f"P{round_}"))
        linked, cancelled = statuses(
            at_once(
                partial(b.link, trade, own),
                partial(a.put, "status", cancel(trade, status)),
            )
        )
        assert cancelled == 201
        assert linked in (201, 400, 404)
        outcomes.add(linked)
        assert trade_of(b, "tradeResponse", trade) is None
        assert trade_of(a, "tradeRequest", trade) is None
    assert outcomes


def cancel(trade: str, status: str) -> dict[str, Any]:
    return {
        "statusId": status,
        "tradeId": trade,
        "requestStatus": {"cfpResponseStatus": "CANCEL"},
        "message": None,
        "replyMessage": None,
        "requestType": "CFP",
        "responseDueDate": None,
    }


def test_a_bought_part_is_asked_for_twice(world, a, b, c):
    """Over this door a bought part has one trade: one of the two requests is refused."""
    for round_ in range(ROUNDS):
        bought = a.make_part(f"P{round_}")
        found = statuses(at_once(*(partial(a.put, "tradeRequest", a.request(to, bought)) for to in (b, c))))
        assert sorted(found) == [201, 400]
        assert len(a.get("tradeRequest", traceIds=bought).json()) == 1


def test_a_part_is_deleted_while_it_is_requested(world, a, b):
    """Either the part is gone and the request is refused, or the request stands and the part stays."""
    for round_ in range(ROUNDS):
        part = a.make_part(f"P{round_}")
        asked, deleted = statuses(
            at_once(
                partial(a.put, "tradeRequest", a.request(b, part)),
                partial(a.delete, "parts", traceId=part),
            )
        )
        there = [one["traceId"] for one in a.get("parts", limit=100).json()]
        requested = [row["downstreamTraceId"] for row in a.get("tradeRequest", limit=100).json()]
        assert (asked == 201) is (deleted >= 400)
        assert (part in there) is (part in requested) is (asked == 201)


def test_an_own_part_is_deleted_while_it_is_linked(world, a, b):
    """Either linked and not deleted, or deleted and not linked."""
    for round_ in range(ROUNDS):
        trade, _ = a.ask(b, a.make_part(f"P{round_}"))
        own = b.make_part(f"S{round_}")
        linked, deleted = statuses(
            at_once(partial(b.link, trade, own), partial(b.delete, "parts", traceId=own))
        )
        assert (linked == 201) is (deleted >= 400)
        shown = trade_of(b, "tradeResponse", trade)["upstreamTraceId"]
        assert shown == (own if linked == 201 else None)


def test_a_structure_is_replaced_while_it_is_read(world, a):
    """A reader sees one of the two structures as a whole: two children of amount 1, or three of amount 2."""
    children = {
        1: [a.child(name, 1) for name in ("x", "y")],
        2: [a.child(name, 2) for name in ("x", "y", "z")],
    }
    root, _ = a.make_structure("P", *children[1])
    over = threading.Event()

    def replace() -> None:
        try:
            for round_ in range(ROUNDS * 2):
                body = {
                    "parentPartsModel": a.part("P", traceId=root),
                    "childrenPartsModel": children[round_ % 2 + 1],
                }
                assert a.put("partsStructure", body).status_code == 201
        finally:
            over.set()

    def read() -> set[tuple[str, ...]]:
        seen = set()
        while not over.is_set():
            answer = a.get("partsStructure", traceId=root)
            assert answer.status_code == 200
            seen.add(
                tuple(sorted(str(child["amountRequired"]) for child in answer.json()["childrenPartsModel"]))
            )
        return seen

    _, *read_by = at_once(replace, read, read)
    seen = {shape for shapes in read_by for shape in shapes}
    assert seen <= {("1", "1"), ("2", "2", "2"), ("1.0", "1.0"), ("2.0", "2.0", "2.0")}
    assert seen


def test_one_structure_is_put_by_two_writers(world, a):
    """The structure is that of one of them, whole, and its new children exist once."""
    root, _ = a.make_structure("P", a.child("first"))
    for round_ in range(ROUNDS):
        bodies = [
            {
                "parentPartsModel": a.part("P", traceId=root),
                "childrenPartsModel": [a.child(f"common{round_}", amount), a.child(f"{who}{round_}", amount)],
            }
            for who, amount in (("one", 1), ("two", 2))
        ]
        assert statuses(at_once(*(partial(a.put, "partsStructure", body) for body in bodies))) == [
            201,
            201,
        ]
        stored = a.get("partsStructure", traceId=root).json()["childrenPartsModel"]
        lines = sorted((child["partsName"], float(child["amountRequired"])) for child in stored)
        assert lines in (
            [(f"common{round_}", 1.0), (f"one{round_}", 1.0)],
            [(f"common{round_}", 2.0), (f"two{round_}", 2.0)],
        )
        assert len(a.get("parts", partsName=f"common{round_}").json()) == 1


def test_a_value_is_restated_while_the_customer_changes_amounts(world, a, b):
    """After all events: own 5 + amount × value of the last statement, whatever the order in which things happened."""
    own = b.make_part("S", terminatedFlag=True)
    root, (bought,) = a.make_structure("P", a.child("C", 1))
    a.state(root, cfp=(1, 5, 0, 0))
    trade, _ = a.ask(b, bought)
    assert b.link(trade, own).is_success
    cfp_id = b.state(own, cfp=(1, 1, 0, 0))
    assert b.release(a, own).is_success
    for round_ in range(1, ROUNDS + 1):
        body = {
            "parentPartsModel": a.part("P", traceId=root),
            "childrenPartsModel": [a.child("C", round_, traceId=bought)],
        }
        found = at_once(
            partial(b.put, "cfp", b.cfp(own, (1, 10 * round_, 0, 0), cfp_id=cfp_id)),
            partial(a.put, "partsStructure", body),
            world.settle,
        )
        assert statuses(found[:2]) == [201, 201]
        world.settle()
        shown = a.shown(root)
        assert (shown["mainProductionTotal"][0], shown["mainComponentTotal"][0]) == (5, round_ * 10 * round_)
