"""Who read what when: the provider's view of what its customers were shown, over every door."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from renkei.commons.consents.service import purge_reads
from renkei.database.transaction import Transaction, as_role
from tests.connectors.native.world import Member, World, good

STATEMENT = {"declared_unit": "kilogram", "declared": {"production": {"own": 10}}}


@pytest.fixture
def bought(world: World, a: Member, b: Member) -> dict[str, str]:
    """A buys a part of B, which discloses its total."""
    part, own, product = a.part("購入品"), b.part("製品"), a.part("完成品")
    line = {"child": {"trace_id": part}, "amount": 2, "unit": "kilogram"}
    good(a.put(f"/parts/{product}/structure", {"lines": [line]}))
    b.link(a.ask(b, part), own)
    good(b.put(f"/parts/{own}/footprint", STATEMENT))
    consent = good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
    world.work_off()
    return {"part": part, "own": own, "product": product, "consent": consent["consent_id"]}


def reads(world: World, member: Member, **query: Any) -> list[dict[str, Any]]:
    world.database.journal.flush()
    found: list[dict[str, Any]] = good(member.get("/reads", **query))["items"]
    return found


def test_a_read_is_on_record_for_its_provider(
    world: World, a: Member, b: Member, c: Member, bought: dict[str, str]
) -> None:
    assert reads(world, b) == []
    [delivery] = good(a.get("/deliveries", trace_id=bought["part"]))["items"]
    good(a.get("/footprints", trace_ids=bought["part"]))
    [entry] = reads(world, b)
    assert {
        name: entry[name] for name in ("delivery_id", "consumer_id", "trace_id", "consent_id", "kind")
    } == {
        "delivery_id": delivery["delivery_id"],
        "consumer_id": a.id,
        "trace_id": bought["own"],
        "consent_id": bought["consent"],
        "kind": "CFP",
    }
    assert (entry["door"], entry["reader"], entry["times"]) == ("v1", "person", 2)
    assert entry["first_at"] <= entry["last_at"]
    assert reads(world, a) == reads(world, c) == []
    assert reads(world, b, consumer_id=c.id) == reads(world, b, trace_id=a.part("他")) == []
    assert reads(world, b, trace_id=bought["own"], consumer_id=a.id, consent_id=bought["consent"]) == [entry]


def test_each_door_and_kind_of_reader_is_an_entry_of_its_own(
    world: World, a: Member, b: Member, bought: dict[str, str]
) -> None:
    key = world.key(a.operator)
    query = {"trace_ids": bought["part"]}
    by_key = {"X-Api-Key": key, "Renkei-Operator": a.id}
    assert world.http.get("/v1/footprints", params=query, headers=by_key).is_success
    good(
        a.get(f"/parts/{bought['part']}/certificate")
    )  # nothing of a certificate was disclosed: nothing read
    target = {"dataTarget": "cfp", "traceIds": bought["part"]}
    token = a.tokens["access_token"]
    ouranos = {"apiKey": key, "Authorization": f"Bearer {token}"}
    for _ in range(2):  # the second answer comes from memory
        answer = world.http.get("/api/v1/datatransport", params=target, headers=ouranos)
        assert answer.json()[1]["ghgEmission"] == 10
    assert [(one["door"], one["reader"], one["times"]) for one in reads(world, b)] == [
        ("ouranos", "person", 2),
        ("v1", "application", 1),
    ]


def test_arithmetic_is_no_reading_and_a_value_that_is_shown_alone_is(
    world: World, a: Member, b: Member, bought: dict[str, str]
) -> None:
    product = bought["product"]
    good(a.put(f"/parts/{product}/footprint", STATEMENT))
    world.work_off()
    assert good(a.get("/footprints", trace_ids=product))["items"][0]["statement"] is not None
    assert reads(world, b) == []
    found = good(a.get(f"/parts/{product}/contributions"))
    assert [one["total"] for one in found["contributions"] if one["kind"] == "delivery"] == [20.0]
    assert [one["times"] for one in reads(world, b)] == [1]


def test_what_was_taken_back_is_not_read_any_more(
    world: World, a: Member, b: Member, bought: dict[str, str]
) -> None:
    good(b.post(f"/consents/{bought['consent']}/withdraw"))
    world.work_off()
    good(a.get("/footprints", trace_ids=bought["part"]))
    assert reads(world, b) == []
    good(a.get("/deliveries", trace_id=bought["part"]))  # the inbox keeps what came before
    assert [one["times"] for one in reads(world, b)] == [1]


def test_the_log_is_kept_for_its_time(world: World, a: Member, b: Member, bought: dict[str, str]) -> None:
    good(a.get("/deliveries", trace_id=bought["part"]))
    [entry] = reads(world, b)

    def purge(before: datetime) -> int:
        return world.database.run(
            as_role("renkei_engine"), lambda tx: purge_reads(tx, before, limit=100), write=False
        )

    at = datetime.fromisoformat(entry["last_at"])
    assert (purge(at), len(reads(world, b))) == (0, 1)
    assert (purge(at + timedelta(seconds=1)), reads(world, b)) == (1, [])


def test_nobody_but_the_engine_writes_the_log(world: World) -> None:
    def privileges(tx: Transaction) -> list[tuple[bool, ...]]:
        return [
            tuple(
                tx.execute(
                    """
                    SELECT has_table_privilege(r, 'commons.delivery_reads', 'INSERT'),
                           has_table_privilege(r, 'commons.delivery_reads', 'UPDATE'),
                           has_table_privilege(r, 'commons.delivery_reads', 'DELETE')
                      FROM unnest(%s::text[]) AS r
                    """,
                    ([role],),
                ).fetchone()
                or ()
            )
            for role in ("renkei_app", "renkei_engine")
        ]

    assert world.database.read(as_role("none"), privileges) == [(False, False, False), (True, False, True)]
