"""Targets `parts` and `partsStructure`: section 7."""

from __future__ import annotations


def test_a_part_comes_back_as_it_was_put(a):
    answer = a.put(
        "parts", a.part("A12345", supportPartsName="modelA", partsLabelName="PartsA", partsAddInfo1="Ver3.0")
    )
    assert answer.status_code == 201
    trace_id = answer.json()["traceId"]
    assert answer.json() == {
        "traceId": trace_id,
        "operatorId": a.id,
        "plantId": str(a.operator.plant_id),
        "partsName": "A12345",
        "supportPartsName": "modelA",
        "terminatedFlag": False,
        "amountRequired": None,
        "amountRequiredUnit": "kilogram",
        "partsLabelName": "PartsA",
        "partsAddInfo1": "Ver3.0",
        "partsAddInfo2": None,
        "partsAddInfo3": None,
    }
    assert list(answer.json())[:3] == ["traceId", "operatorId", "plantId"]
    assert a.get("parts").json() == [answer.json()]
    assert len(answer.headers["x-track"]) == 36
    assert a.get("parts").headers["x-track"] == ""
