"""A company takes along everything it owns, and nothing of others."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from renkei.cli import cli
from renkei.commons.access import registry
from renkei.commons.operators import export_store
from renkei.commons.tables import metadata
from renkei.settings import Settings
from tests.commons.ledger.test_bundle import _url
from tests.connectors.native.test_consents import STATEMENT
from tests.connectors.native.world import Member, World, good

NAMED = ("trace_id", "trade_id", "family_id", "consumer_id", "group_id")
"""What a consent names."""


def exported(member: Member) -> dict[str, list[dict[str, Any]]]:
    """The rows of an export, by table."""
    answer = member.get("/export")
    assert answer.is_success, answer.text
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in answer.text.splitlines():
        one = json.loads(line)
        found[one["table"]].append(one["row"])
    return found


def test_what_is_the_companys_own_and_what_it_was_shown(
    world: World, a: Member, b: Member, c: Member
) -> None:
    product, bought = a.part("完成品"), a.part("購入品")
    line = {"child": {"trace_id": bought}, "amount": 2, "unit": "kilogram"}
    good(a.put(f"/parts/{product}/structure", {"lines": [line]}))
    own = b.part("秘密の製品")
    good(b.put(f"/parts/{own}/footprint", STATEMENT))
    asked = a.ask(b, bought, message="お願いします。")
    b.link(asked, own)
    consent = good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
    group = good(b.post("/groups", {"name": "得意先", "members": [a.id]}))
    world.work_off()
    of_a, of_b, of_c = exported(a), exported(b), exported(c)
    assert {row["trace_id"] for row in of_a["commons.parts"]} == {product, bought}
    [line_of_a] = of_a["commons.structure_lines"]
    assert (line_of_a["child"], line_of_a["amount"]) == (bought, 2)
    [delivery] = of_a["commons.deliveries"]
    assert (delivery["operator"], delivery["provider"], delivery["trade"]) == (a.id, b.id, asked["trade_id"])
    assert delivery["payload"]["total"]["stages"]["production"] == 10
    assert [row["message"] for row in of_b["commons.requests"]] == ["お願いします。"]
    [decided] = of_b["commons.consents"]
    assert (decided["consent_id"], decided["part"]) == (consent["consent_id"], own)
    assert (decided["consumer"], decided["consumer_id"]) == ("company", a.id)
    assert [row["member"] for row in of_b["commons.selection_members"]] == [a.id]
    assert [row["selection_id"] for row in of_b["commons.selections"]] == [group["selection_id"]]
    assert len(of_b["footprint.statements"]) == 1
    for hidden in ("commons.consents", "commons.selections", "footprint.statements"):
        assert hidden not in of_a
    assert "秘密の製品" not in json.dumps(of_a, ensure_ascii=False)
    assert set(of_c) <= {"commons.plants"}


def test_the_command_writes_rows_and_files(
    a: Member, database_url: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = good(a.post("/files", {"name": "証明書.pdf"}))
    good(a.put(f"/files/{file['file_id']}/content", b"%PDF-1.7 certificate"))
    monkeypatch.setenv("RENKEI_DATABASE_URL", _url(database_url))
    monkeypatch.setenv("RENKEI_DATA_DIR", str(settings.data_dir))
    folder = tmp_path / "taken along"
    result = CliRunner().invoke(cli, ["operator", "export", a.id, "--to", str(folder)])
    assert result.exception is None, result.output
    told = json.loads(result.stdout)
    lines = [json.loads(line) for line in (folder / "export.ndjson").read_text(encoding="utf-8").splitlines()]
    assert (told["rows"], told["files"]) == (len(lines), 1)
    assert (folder / "files" / file["file_id"] / "証明書.pdf").read_bytes() == b"%PDF-1.7 certificate"
    assert {line["row"]["name"] for line in lines if line["table"] == "commons.files"} == {"証明書.pdf"}


def test_no_internal_key_goes_out_and_administrators_alone_take_it(
    world: World, a: Member, b: Member
) -> None:
    b.ask(a, b.part("購入品"))
    asked = a.ask(b, a.part("購入品"))
    own = b.part("製品")
    line = {"child": {"trace_id": b.part("鋼材")}, "amount": 2, "unit": "kilogram"}
    good(b.put(f"/parts/{own}/structure", {"lines": [line]}))
    b.link(asked, own)
    good(b.put(f"/parts/{own}/footprint", STATEMENT))
    family = good(b.post("/families", {"name": "鋼材", "members": [own]}))["selection_id"]
    group = good(b.post("/groups", {"name": "得意先", "members": [a.id]}))["selection_id"]
    for whom in (
        {"trace_id": own, "consumer_id": a.id},
        {"trade_id": asked["trade_id"], "consumer_id": a.id},
        {"family_id": family, "group_id": group},
    ):
        good(b.post("/consents", {**whom, "attributes": ["total"]}))
    world.work_off()
    for member in (a, b):
        for rows in exported(member).values():
            for row in rows:
                assert not [name for name in row if name.endswith("_key") or name == "address"]
                # A key is drawn from a sequence of the whole platform: two of them tell how much others wrote in between.
                assert not re.search(r'_key\\*"', json.dumps(row)), row

    facts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in exported(b)["commons.ledger_facts"]:
        facts[row["kind"]].append(json.loads(row["content"]))
    structure = good(b.get(f"/parts/{own}/structure"))
    assert facts["footprint.statement"][-1]["structure_id"] == structure["structure_id"]
    assert facts["footprint.statement"][-1]["trade_id"] is None
    said = [{name: one[name] for name in NAMED} for one in facts["consent"]]
    nothing = dict.fromkeys(NAMED)
    assert said == [
        nothing | {"trace_id": own, "consumer_id": a.id},
        nothing | {"trade_id": asked["trade_id"], "consumer_id": a.id},
        nothing | {"family_id": family, "group_id": group},
    ]

    registry.add_account(
        world.context.access, "viewer@example.com", a.operator.operator_id, "viewer", "Pass@1234"
    )
    tokens = world.login("viewer@example.com")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert world.http.get("/v1/export", headers=headers).status_code == 403


def test_a_tables_own_key_is_no_reference_to_another() -> None:
    """Deliveries to one and deliveries to all both call their key `delivery_key`."""
    found = {one.name: {name for name, *_ in one.ids} for one in export_store.exported([metadata])}
    assert "delivery_key" not in found["commons.shared_deliveries"]
    assert "delivery_key" not in found["commons.deliveries"]
    assert "operator_key" in found["commons.parts"]
    assert "operator_key" in found["commons.part_counts"], "its own key, and a reference"


def test_a_licensed_list_that_waits_takes_no_number_along(a: Member) -> None:
    """An administrator without a seat gets none of a confirmed set, and so none of one that is to be confirmed."""
    good(a.put("/import-mappings/factors/licensed", {"restricted": True}))
    list_ = (
        "係数ID,名称,種類,範囲,係数,単位,地域,GWP\nsteel,鋼板,材料,ライフサイクル,7.125,kg-CO2e/kg,日本,AR5\n"
    )
    about = {"set_id": "x", "source": "s", "licence": "l", "mapping": "licensed"}
    days = {"period_from": "2025-04-01", "period_to": "2026-03-31"}
    headers = {"Content-Type": "application/octet-stream"}
    said = good(a.call("POST", "/imports/factors", list_.encode(), params=about | days, headers=headers))
    assert said["state"] == "ready"
    [waiting] = exported(a)["commons.imports"]
    assert waiting["import_id"] == said["import_id"]
    assert b"7.125".hex() not in json.dumps(waiting)
    assert "7.125" not in json.dumps(waiting)
