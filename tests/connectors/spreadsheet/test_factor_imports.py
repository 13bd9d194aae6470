"""`/v1/imports/factors`: a company's own list of emission factors, uploaded, shown, confirmed; and saved mappings for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from renkei.commons.access import registry
from tests.connectors.native.world import PASSWORD, Member, World, good
from tests.connectors.spreadsheet.test_imports import codes, upload

EXAMPLES = Path(__file__).parents[3] / "examples" / "factors"
SET = {"set_id": "purchasing", "period_from": "2025-04-01", "period_to": "2026-03-31"}
LIST = "係数ID,名称,種類,範囲,係数,単位,地域,GWP\nsteel,鋼板,材料,ライフサイクル,2.1,kg-CO2e/kg,日本,AR5\n"
SAID = {"source": "環境部", "licence": "社内限り"}


def send(member: Member, content: bytes | str, **query: str) -> Any:
    return upload(member, content, "/imports/factors", **{**SET, **query})


def test_a_list_by_saved_mapping_becomes_a_version_once_it_is_confirmed(a: Member) -> None:
    mapping = json.loads((EXAMPLES / "mapping-purchasing.json").read_text(encoding="utf-8"))
    saved = good(a.put("/import-mappings/factors/購買", mapping))
    assert (saved["kind"], saved["version"]) == ("factors", 1)
    assert saved["mapping"]["columns"] == mapping["columns"]
    assert good(a.get("/import-mappings/factors/購買")) == saved
    view = good(
        send(a, (EXAMPLES / "purchasing-cp932.csv").read_bytes(), mapping="購買", file_name="購買.csv")
    )
    assert (view["state"], view["kind"], view["file_name"]) == ("ready", "factors", "購買.csv")
    changes = view["report"]["changes"]
    assert (changes["set_id"], changes["version"], changes["former_version"]) == ("purchasing", "1", None)
    assert changes["factors_added"] == changes["factors"] == 4
    assert good(a.get("/factors", set_id="purchasing"))["items"] == []
    done = good(a.post(f"/imports/{view['import_id']}/confirm"))
    assert done["state"] == "done"
    found = good(a.get("/factors", set_id="purchasing"))["items"]
    assert ("10-0001", 2.31, "JP") in [(one["factor_id"], one["value"], one["region"]) for one in found]
    assert a.delete("/import-mappings/factors/購買").status_code == 204
    assert a.get("/import-mappings/factors/購買").status_code == 404


def test_the_next_list_is_held_against_the_one_before(a: Member) -> None:
    first = good(send(a, LIST, **SAID))
    good(a.post(f"/imports/{first['import_id']}/confirm"))
    second = good(send(a, LIST.replace("2.1", "2.4"), period_from="2026-04-01", period_to="2027-03-31"))
    changes = second["report"]["changes"]
    assert (changes["version"], changes["former_version"], changes["factors_changed"]) == ("2", "1", 1)
    [changed] = changes["items"]
    assert (changed["before_value"], changed["value"]) == (2.1, 2.4)
    assert changes["source"] == SAID["source"], "what is not said is that of the version before"


def test_faults_are_answered_whole_and_nothing_can_be_confirmed(a: Member) -> None:
    view = good(send(a, (EXAMPLES / "factor-list-with-faults.csv").read_bytes(), **SAID))
    assert view["state"] == "faulty"
    assert len(codes(view, "faults")) >= 3
    assert a.post(f"/imports/{view['import_id']}/confirm").status_code == 409
    reversed_ = good(send(a, LIST, **SAID, period_to="2024-03-31"))
    assert [code for code, _ in codes(reversed_, "faults")] == ["factor_period_reversed"]


def test_what_is_said_beside_the_file_is_checked_with_its_place(a: Member) -> None:
    for wrong, status, code in (
        ({"set_id": "a b"}, 422, "factor_set_name_bad"),
        ({"set_id": "jp-fuels"}, 409, "factor_set_reserved"),
        ({"period_from": "2025-02-30"}, 422, "not_date"),
        ({"version": ""}, 422, "too_short"),
    ):
        answer = send(a, LIST, **SAID, **wrong)
        said = answer.json()
        assert (answer.status_code, code) in {
            (status, one) for one in (said["code"], *(error["code"] for error in said["errors"]))
        }, answer.text
    assert send(a, LIST, mapping="無い").status_code == 404
    assert a.put("/import-mappings/factors/x", {"columns": {"part": "品番"}}).status_code == 422
    assert good(a.get("/imports"))["items"] == []


def test_a_mapping_for_factors_is_none_for_bills_and_nobody_elses(a: Member, b: Member) -> None:
    good(a.put("/import-mappings/factors/PLM", {"columns": {"value": "係数"}}))
    assert a.get("/import-mappings/bom/PLM").status_code == 404
    assert b.get("/import-mappings/factors/PLM").status_code == 404
    assert send(b, LIST, mapping="PLM").status_code == 404
    good(b.put("/import-mappings/factors/PLM", {"columns": {"value": "排出量"}}))
    assert good(a.get("/import-mappings/factors/PLM"))["mapping"]["columns"] == {"value": "係数"}


def test_a_viewer_imports_nothing(a: Member, world: World) -> None:
    registry.add_account(
        world.context.access, "viewer@example.com", a.operator.operator_id, "viewer", PASSWORD
    )
    token = world.login("viewer@example.com")["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    answer = world.http.post("/v1/imports/factors", params=SET, content=LIST.encode(), headers=headers)
    assert answer.status_code == 403
    del headers["Content-Type"]
    assert world.http.put("/v1/import-mappings/factors/x", json={}, headers=headers).status_code == 403


def test_a_year_that_is_none_is_a_fault_with_its_place(a: Member) -> None:
    """9999-12-31 is how many systems write "for ever": no fiscal year ends after it."""
    view = good(
        upload(
            a,
            "名称,年度,係数,単位\n鋼板,9999-12-31,2.1,kg-CO2e/kg\n",
            "/imports/factors",
            set_id="purchasing",
            **SAID,
        )
    )
    assert view["state"] == "faulty"
    assert ("cell_not_number", "row:2/line:2/column:B") in codes(view, "faults")


def test_a_file_name_that_cannot_be_stored_is_refused(a: Member) -> None:
    for path in ("/imports/factors", "/imports/bom", "/imports/workbook"):
        answer = upload(a, LIST, path, **SET, file_name="a\0b")
        assert answer.status_code == 422, answer.text
        assert [one["code"] for one in answer.json()["errors"]] == ["bad_text"]


def test_what_is_found_in_a_licensed_list_quotes_no_number(a: Member) -> None:
    """Of the second list nobody says it again: what was licensed stays so."""
    good(a.put("/import-mappings/factors/licensed", {"restricted": True}))
    for number, code in (
        ("-7.125", "factor_negative"),
        ('"7,125"', "numbers_ambiguous"),
        ("7.125e20", "cell_out_of_range"),
        ("7.125?", "cell_not_number"),
    ):
        view = good(send(a, LIST.replace("2.1", number), **SAID, mapping="licensed"))
        assert code in [found for kind in ("faults", "questions") for found, _ in codes(view, kind)]
        assert "125" not in json.dumps(view["report"]), view["report"]
    first = good(send(a, LIST, **SAID, mapping="licensed"))
    good(a.post(f"/imports/{first['import_id']}/confirm"))
    second = good(send(a, LIST.replace("2.1", "-7.125")))
    assert "factor_negative" in [code for code, _ in codes(second, "questions")]
    assert "125" not in json.dumps(second["report"])
