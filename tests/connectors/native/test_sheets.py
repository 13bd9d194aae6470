"""Sheets and the battery's footprint over `/v1`."""

from __future__ import annotations

from typing import Any

from tests.connectors.native.world import Member, good

SHEET: dict[str, Any] = {
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "declared_unit": "piece",
    "production": 100,
    "lines": [
        {
            "line_id": "power",
            "activity": "energy",
            "name": "電力",
            "amount": "1000",
            "unit": "kWh",
            "factor": "owid-grid@2023#electricity-jp",
            "primary": True,
        },
        {
            "line_id": "steel",
            "activity": "material",
            "name": "鋼板",
            "amount": 2,
            "unit": "ｋｇ",
            "basis": "unit",
            "own_value": {"value": 2.1, "unit": "t", "source": "仕入先回答", "year": 2024},
            "category": "material:steel",
        },
    ],
}


def told(answer) -> list[tuple[str, str]]:
    return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]


def test_a_sheet_is_calculated_without_being_kept(a: Member) -> None:
    """1,000 kWh x 0.485392 / 100 = 4.85392; 2 kg x 2.1 kgCO2e/t = 0.0042 per piece."""
    part = a.part("製品")
    found = good(a.post(f"/parts/{part}/sheets/calculate", SHEET))
    assert found["total"] == 4.85812
    assert found["stages"]["raw_material"] == {"own": None, "component": 0.0042, "total": 0.0042}
    [power, _] = found["lines"]
    assert power["pieces"][0]["amount"] == 1000
    assert good(a.get(f"/parts/{part}/sheets"))["items"] == []
    assert good(a.get(f"/parts/{part}/footprint"))["statement"] is None


def test_a_sheet_is_kept_shown_corrected_and_continued(a: Member) -> None:
    part = a.part("製品")
    first = a.put(f"/parts/{part}/sheets", SHEET)
    assert first.status_code == 201
    stored = first.json()
    assert good(a.get(f"/sheets/{stored['sheet_id']}")) == stored
    assert good(a.get(f"/parts/{part}/footprint"))["statement"]["statement_id"] == stored["statement_id"]
    again = a.put(f"/parts/{part}/sheets", stored["sheet"] | {"production": 200, "replaces": 1})
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert a.put(f"/parts/{part}/sheets", SHEET | {"replaces": 1}).status_code == 409
    assert good(a.get(f"/sheets/{stored['sheet_id']}", version=1))["result"] == stored["result"]
    assert a.get(f"/sheets/{stored['sheet_id']}", version=9).status_code == 404
    following = good(a.get(f"/sheets/{stored['sheet_id']}/next"))
    assert (following["ask_fields"], following["ask_lines"]) == (["production"], ["power"])
    assert (following["sheet"]["period_from"], following["sheet"]["production"]) == ("2025-04-01", 200)
    good(a.put(f"/parts/{part}/sheets", following["sheet"]))
    assert [one["version"] for one in good(a.get(f"/parts/{part}/sheets"))["items"]] == [1, 2]


def test_a_draft_is_kept_and_states_nothing(a: Member) -> None:
    part = a.part("製品")
    draft = a.put(f"/parts/{part}/sheets", SHEET | {"draft": True})
    assert (draft.status_code, draft.json()["statement_id"]) == (201, None)
    assert good(a.get(f"/parts/{part}/footprint"))["statement"] is None
    assert good(a.get(f"/sheets/{draft.json()['sheet_id']}"))["result"]["total"] == 4.85812
    stated = good(a.put(f"/parts/{part}/sheets", SHEET | {"replaces": 1}))
    assert (stated["version"], stated["statement_id"] is None) == (2, False)


def test_questions_come_in_both_languages_and_stop_nothing(a: Member) -> None:
    part = a.part("製品")
    lines = [SHEET["lines"][0], SHEET["lines"][1] | {"unit": "個"}]
    found = good(a.put(f"/parts/{part}/sheets", SHEET | {"lines": lines}))["result"]
    [question] = found["questions"]
    assert (question["code"], question["line_id"], question["blocks"]) == ("not_convertible", "steel", True)
    assert question["parameters"]["missing"] == ["mass_kg_per_unit"]
    assert "換算できない" in question["ja"]
    assert found["partial"]
    assert found["total"] == 4.85392


def test_faults_are_told_at_once_with_their_places(a: Member) -> None:
    part = a.part("製品")
    bad = SHEET["lines"][0] | {"unit": "furlong", "factor": "nothing"}
    assert told(a.put(f"/parts/{part}/sheets", SHEET | {"lines": [bad], "region": "Japan"})) == [
        ("not_unit", "/lines/0/unit"),
        ("bad_form", "/lines/0/factor"),
        ("bad_form", "/region"),
    ]
    unknown = SHEET["lines"][0] | {"factor": "uk-ghg@2025#nothing"}
    assert told(a.put(f"/parts/{part}/sheets", SHEET | {"lines": [unknown], "rule_set": "mine"})) == [
        ("rule_set_unknown", "/rule_set"),
        ("factor_ref_unknown", "/lines/0/factor"),
    ]


def test_the_battery(a: Member) -> None:
    """CFB-EV: 60 kWh, M1, 8 years, 4,320 kgCO2e = 0.15 kgCO2e/kWh."""
    body = {
        "category": "M1",
        "capacity_kwh": 60,
        "years": 8,
        "stages": {"raw_material": 2880, "production": 1440},
        "electricity": [
            {"kwh": 2000, "counted": "national_consumption_mix",
             "factors": {"national_consumption_mix": 0.45, "market_based": 0.05}},
        ],
        "inputs": [{"name": "steel", "mass_kg": 99.5, "value": 2}, {"name": "glue", "mass_kg": 0.5}],
        "recycled": [{"material": "metal", "r1": 0.4, "r2": 0.9, "ev": 10, "erec": 2, "erec_eol": 2, "ed": 0.5}],
    }  # fmt: skip
    found = good(a.post("/calculator/battery", body))
    assert (found["total_kwh"], found["per_kwh"], found["rule_set_version"]) == (28800, 0.15, "2024-04-draft")
    assert found["stages"] == {"raw_material": 0.1, "production": 0.05}
    assert [(one["rule"], one["admitted"], one["total"]) for one in found["electricity"]] == [
        ("market_based", False, 3520),
        ("national_consumption_mix", True, 4320),
    ]
    assert found["cut_off"] == {"emission": 200, "omitted_share": 0.005, "added_to": "steel", "too_heavy": []}
    assert found["recycled"] == [{"cff": 3.65, "cut_off_recycled_content": 6.85, "in_force": 3.65}]
    plain = good(a.post("/calculator/battery", body | {"rule_set": "eu-cfb-ev-cut-off"}))
    assert plain["recycled"][0]["in_force"] == 6.85
    assert told(a.post("/calculator/battery", body | {"rule_set": "x"})) == [
        ("rule_set_unknown", "/rule_set")
    ]
    assert told(a.post("/calculator/battery", body | {"category": "ferry"})) == [
        ("battery_cycles_missing", "/cycles_per_year")
    ]
