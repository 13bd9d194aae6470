"""Emission factors over `/v1`."""

from __future__ import annotations

from typing import Any

from tests.connectors.native.world import Member, good

SET: dict[str, Any] = {
    "set_id": "our-factors",
    "version": "2024",
    "title_ja": "自社係数",
    "source": "請求書",
    "licence": "internal",
    "gwp_set": "AR5",
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "table": "factor_id,name_ja,kind,value,unit,region\nsteel,鋼板,material,2.2,kg,JP\n",
}


def told(answer) -> list[tuple[str, str]]:
    return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]


def test_an_own_set_is_stored_listed_and_found(a: Member) -> None:
    stored = good(a.post("/factor-sets", SET))
    assert (stored["own"], stored["factors"]) == (True, 1)
    assert good(a.get("/factor-sets/our-factors/2024")) == stored
    listed = good(a.get("/factor-sets", limit=2))
    assert listed["items"][0]["set_id"] == "our-factors"
    following = good(a.get("/factor-sets", after=listed["next"]))
    assert following["items"][0]["set_id"] not in {one["set_id"] for one in listed["items"]}
    found = good(a.get("/factors", text="鋼板", region="JP", unit="t"))
    assert found["items"][0]["ref"] == "our-factors@2024#steel"
    one = good(a.get("/factors/our-factors/2024/steel"))
    assert (one["value"], one["unit"], one["proxy_of"]) == (2.2, "kilogram", None)


def test_every_fault_of_a_table_is_told_with_line_and_column(a: Member) -> None:
    table = "factor_id,name_ja,value,unit\n,鋼板,x,kg\nb,銅,1,stone\n"
    answer = a.post("/factor-sets", SET | {"table": table})
    assert answer.status_code == 422
    assert told(answer) == [
        ("factor_cell_missing", "line:2/factor_id"),
        ("factor_cell_not_number", "line:2/value"),
        ("factor_cell_unknown_unit", "line:3/unit"),
    ]
    assert a.get("/factor-sets/our-factors/2024").status_code == 404
    japanese = a.post("/factor-sets", SET | {"table": table}, headers={"Accept-Language": "ja"})
    assert japanese.json()["errors"][1]["detail"].startswith("2行目の「value」列：")


def test_a_version_is_not_written_twice_and_a_unit_must_be_known(a: Member) -> None:
    good(a.post("/factor-sets", SET))
    assert a.post("/factor-sets", SET).status_code == 409
    assert a.post("/factor-sets", SET | {"set_id": "uk-ghg"}).status_code == 409
    assert told(a.get("/factors", unit="furlong")) == [("unit_unknown", "query:unit")]
    assert told(a.get("/factors", region="Japan")) == [("bad_form", "query:region")]
    reversed_period = a.post("/factor-sets", SET | {"version": "2", "period_to": "2023-03-31"})
    assert reversed_period.status_code == 422


def test_the_platforms_factors_are_found_in_both_languages(a: Member) -> None:
    for words in ("都市ガス", "city gas"):
        found = good(a.get("/factors", text=words, kind="fuel"))["items"][0]
        assert (found["ref"], found["scope"]) == ("jp-fuels@2024#city-gas", "combustion")
        assert a.get("/factors/uk-ghg/2025/" + found["upstream"].partition("#")[2]).is_success
    pages = good(a.get("/factors", text="輸送", limit=3))
    following = good(a.get("/factors", text="輸送", limit=3, after=pages["next"]))
    assert pages["next"] == following["items"][0]["ref"]
    assert a.get("/factors/uk-ghg/2025/nothing").status_code == 404
