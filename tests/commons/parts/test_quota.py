"""The most parts a company may have, at every door that makes parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.commons.parts.errors import PartQuotaExceeded
from renkei.commons.parts.model import BulkRow, LineDraft, PartDraft
from renkei.commons.parts.service import bulk_register, put_part, put_structure
from renkei.commons.trades.service import delete_part
from renkei.database.transaction import Database
from renkei.settings import Settings
from tests.connectors.native.world import CLIENT
from tests.connectors.native.world import World as Native
from tests.connectors.ouranos.world import World as Ouranos

MOST = 3


@pytest.fixture(autouse=True)
def _few_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.quotas, "parts", MOST)


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=tmp_path), database), client=CLIENT) as http:
        yield http


def test_parts_are_counted_as_they_come_and_go(database: Database, create_operator: Callable) -> None:
    a, b = create_operator("A社"), create_operator("B社")

    def part(entry, name: str):
        return database.run(entry, lambda tx: put_part(tx, PartDraft(plant_id=entry.plant_id, name=name)))

    def counted(entry) -> list[tuple[int, int]]:
        return database.read(
            entry,
            lambda tx: tx.execute(
                "SELECT (SELECT count(*) FROM commons.parts WHERE operator_key = commons.me() AND deleted_at IS NULL),"
                " parts FROM commons.part_counts WHERE operator_key = commons.me()"
            ).fetchall(),
        )

    one, _, third = part(a, "1"), part(a, "2"), part(a, "3")
    part(b, "1")
    assert (counted(a), counted(b)) == ([(3, 3)], [(1, 1)])
    with pytest.raises(PartQuotaExceeded) as refused:
        part(a, "4")
    assert refused.value.parameters == {"maximum": MOST, "held": 3, "new": 1}
    # What is there already may be changed, and a deleted one makes room.
    assert part(a, "1").trace_id == one.trace_id
    database.run(a, lambda tx: delete_part(tx, third.trace_id))
    part(a, "4")
    assert counted(a) == [(3, 3)]

    def structure(tx):
        children = [PartDraft(plant_id=b.plant_id, name=f"子{number}") for number in range(3)]
        lines = [LineDraft(child=child, amount=Decimal(1), unit="unit") for child in children]
        return put_structure(tx, PartDraft(plant_id=b.plant_id, name="1"), lines)

    with pytest.raises(PartQuotaExceeded) as refused:
        database.run(b, structure)
    assert refused.value.parameters == {"maximum": MOST, "held": 1, "new": 3}
    rows = [BulkRow(number=n, parent=PartDraft(plant_id=b.plant_id, name=f"P{n}")) for n in range(1, 4)]
    with pytest.raises(PartQuotaExceeded):
        bulk_register(database, b, rows)
    assert counted(b) == [(1, 1)]
    bulk_register(database, b, rows[:2])
    assert counted(b) == [(3, 3)]


def test_ouranos_tells_it(app: TestClient, database: Database) -> None:
    a = Ouranos(app.app, app, database).company("A社")  # type: ignore[arg-type]
    for name in ("1", "2", "3"):
        a.make_part(name)
    answer = a.put("parts", a.part("4"))
    assert answer.status_code == 400
    assert "3件まで" in answer.json()["message"]
    body = {"parentPartsModel": a.part("1"), "childrenPartsModel": [a.child("5")]}
    assert a.put("partsStructure", body).status_code == 400
    assert len(a.get("parts").json()) == MOST


def test_v1_tells_it(app: TestClient, database: Database) -> None:
    b = Native(app.app, app, database).member("B社")  # type: ignore[arg-type]
    for name in ("1", "2", "3"):
        b.part(name)
    told = b.post("/parts", {"plant_id": b.plant_id, "name": "4"})
    assert (told.status_code, told.json()["code"]) == (409, "part_quota_exceeded")
