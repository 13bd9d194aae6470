"""Targets `parts` and `partsStructure`: section 7."""

from __future__ import annotations

import re
from uuid import uuid4

from tests.connectors.ouranos.test_door import told
from tests.connectors.ouranos.world import DATA


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


def test_track_is_given_to_writes_and_empty_on_reads(a):
    written = a.put("parts", a.part("A"))
    assert re.fullmatch(r"[0-9a-f-]{36}", written.headers["x-track"])
    assert a.get("parts").headers["x-track"] == ""
    deleted = a.delete("parts", traceId=written.json()["traceId"])
    assert re.fullmatch(r"[0-9a-f-]{36}", deleted.headers["x-track"])
    assert "x-track" not in a.put("parts", {}).headers


class TestIdentity:
    def test_the_same_key_is_the_same_part(self, a):
        first = a.make_part("A", supportPartsName="m", partsLabelName="one")
        assert a.make_part("A", supportPartsName="m", partsLabelName="two") == first
        assert [part["partsLabelName"] for part in a.get("parts").json()] == ["two"]

    def test_another_name_or_support_name_is_another_part(self, a):
        assert len({a.make_part("A"), a.make_part("A", supportPartsName="m"), a.make_part("B")}) == 3

    def test_strange_plants_and_parts_are_refused(self, a, b):
        theirs = b.make_part("T")
        foreign_plant = a.put("parts", a.part("A", plantId=str(b.operator.plant_id)))
        assert told(foreign_plant) == (400, "[traceability] BadRequest", "指定された事業所は存在しません。")
        for trace_id in (theirs, str(uuid4())):
            assert told(a.put("parts", a.part("A", traceId=trace_id)))[0] in (400, 403, 404)
        assert a.get("parts").json() == []
        assert b.get("parts").json()[0]["partsName"] == "T"


class TestFilters:
    def test_filters_hold_together(self, a):
        root, children = a.make_structure("P1", a.child("C1"), a.child("C2"))
        a.make_part("P2")

        def names(**query):
            return [part["partsName"] for part in a.get("parts", **query).json()]

        assert names() == ["C1", "C2", "P1", "P2"]
        assert names(parentFlag="true") == ["P1", "P2"]
        assert names(parentFlag="false") == ["C1", "C2", "P1", "P2"]
        assert names(traceId=root) == ["P1"]
        assert names(traceId=children[0], parentFlag="1") == []
        assert names(partsName="C2") == ["C2"]
        assert names(plantId=str(a.operator.plant_id), partsName="P2") == ["P2"]
        assert names(plantId=str(uuid4())) == []
        assert names(traceId="", partsName="", plantId="", parentFlag="", limit="", after="") == [
            "C1",
            "C2",
            "P1",
            "P2",
        ]

    def test_malformed_filters(self, a):
        for name, value in {
            "traceId": "x",
            "plantId": "x",
            "parentFlag": "yes",
            "limit": "0",
            "after": "x",
        }.items():
            assert told(a.get("parts", **{name: value})) == (
                400,
                "[dataspace] BadRequest",
                f"Invalid request parameters, {name}: Unexpected query parameter",
            )

    def test_amounts_are_always_null_in_lists(self, a):
        a.make_structure("P", a.child("C", 3))
        assert {part["amountRequired"] for part in a.get("parts").json()} == {None}

    def test_nobody_sees_strange_parts(self, a, b):
        theirs = b.make_part("T")
        assert a.get("parts", traceId=theirs).json() == []
        assert a.get("partsStructure", traceId=theirs).json() == {
            "parentPartsModel": None,
            "childrenPartsModel": [],
        }


class TestPages:
    def test_cursors_are_real_and_inclusive(self, a):
        """⚠ The reference ignores `after` and links to a random id."""
        for name in "EDCBA":
            a.make_part(name, supportPartsName="x")
        first = a.get("parts", limit=2, parentFlag="true", partsName="")
        assert [part["partsName"] for part in first.json()] == ["A", "B"]
        link = first.headers["link"]
        third = a.get("parts", partsName="C").json()[0]["traceId"]
        assert link == (
            f'<http://ouranos.test{DATA}?dataTarget=parts&after={third}&limit=2&parentFlag=true>; rel="next"'
        )
        assert re.search(r"after=([a-z|0-9|-]{36})", link)[1] == third
        second = a.get("parts", limit=2, after=third, parentFlag="true")
        assert [part["partsName"] for part in second.json()] == ["C", "D"]
        last = a.get("parts", limit=2, after=re.search(r"after=([0-9a-f-]{36})", second.headers["link"])[1])
        assert [part["partsName"] for part in last.json()] == ["E"]
        assert "link" not in last.headers

    def test_there_is_no_link_when_the_filtered_list_ends(self, a):
        """⚠ The reference counts without the filter."""
        for name in "ABC":
            a.make_part(name)
        assert "link" not in a.get("parts", limit=2, partsName="A").headers
        assert "link" not in a.get("parts", limit=3).headers


class TestStructure:
    def test_a_structure_comes_back_with_ids_in_the_order_of_the_body(self, a):
        body = {
            "parentPartsModel": a.part("P"),
            "childrenPartsModel": [
                a.child("C2", 2.5),
                a.child("C1", 0.00001, amountRequiredUnit="unit"),
                a.child("C3", 0),
            ],
        }
        answer = a.put("partsStructure", body)
        assert answer.status_code == 201
        shown = answer.json()["childrenPartsModel"]
        assert [(child["partsName"], child["amountRequired"]) for child in shown] == [
            ("C2", 2.5),
            ("C1", 0.00001),
            ("C3", 0),
        ]
        assert b'"amountRequired":2.5,' in answer.content
        root = answer.json()["parentPartsModel"]["traceId"]
        read = a.get("partsStructure", traceId=root).json()
        assert read["parentPartsModel"] == answer.json()["parentPartsModel"]
        assert read["childrenPartsModel"] == sorted(shown, key=lambda child: child["traceId"])

    def test_what_is_sent_replaces_what_was_there_and_nothing_clears_it(self, a):
        """⚠ The reference only adds."""
        root, children = a.make_structure("P", a.child("C1"), a.child("C2"))
        again, changed = a.make_structure(
            "P", a.child("C2", 7, traceId=children[1]), a.child("C3"), traceId=root
        )
        assert (again, changed[0]) == (root, children[1])
        shown = a.get("partsStructure", traceId=root).json()["childrenPartsModel"]
        assert {child["partsName"]: child["amountRequired"] for child in shown} == {"C2": 7, "C3": 1}
        assert (
            a.put(
                "partsStructure", {"parentPartsModel": a.part("P", traceId=root), "childrenPartsModel": []}
            ).status_code
            == 201
        )
        assert a.get("partsStructure", traceId=root).json()["childrenPartsModel"] == []
        assert len(a.get("parts").json()) == 4

    def test_putting_a_part_that_has_children_removes_the_links(self, a):
        root, _ = a.make_structure("P", a.child("C1"))
        a.make_part("P", traceId=root)
        assert a.get("partsStructure", traceId=root).json()["childrenPartsModel"] == []

    def test_two_levels_only(self, a):
        middle, _ = a.make_structure("M", a.child("L"))
        root, _ = a.make_structure("P", a.child("M", traceId=middle))
        shown = a.get("partsStructure", traceId=root).json()
        assert [child["partsName"] for child in shown["childrenPartsModel"]] == ["M"]

    def test_an_unknown_part_is_null_and_empty(self, a):
        """⚠ The reference answers a parent full of zero values."""
        answer = a.get("partsStructure", traceId=str(uuid4()))
        assert (answer.status_code, answer.json()) == (
            200,
            {"parentPartsModel": None, "childrenPartsModel": []},
        )

    def test_a_missing_or_bad_id(self, a):
        for query in ({}, {"traceId": ""}, {"traceId": "x"}):
            assert told(a.get("partsStructure", **query))[2] == (
                "Invalid request parameters, traceId: Unexpected query parameter"
            )

    def test_every_child_must_be_the_callers(self, a, b):
        body = {"parentPartsModel": a.part("P"), "childrenPartsModel": [a.child("C"), b.child("D")]}
        assert told(a.put("partsStructure", body)) == (
            403,
            "[dataspace] AccessDenied",
            "You do not have the necessary privileges",
        )
        assert a.get("parts").json() == []

    def test_at_most_50_children(self, a):
        """⚠ The reference does not check."""
        body = {"parentPartsModel": a.part("P"), "childrenPartsModel": [a.child(f"C{n}") for n in range(51)]}
        assert told(a.put("partsStructure", body))[2] == (
            "Validation failed, childrenPartsModel: the length must be no more than 50."
        )
        assert a.get("parts").json() == []
        body["childrenPartsModel"].pop()
        assert a.put("partsStructure", body).status_code == 201

    def test_a_strangers_part_cannot_become_a_child(self, a, b):
        theirs = b.make_part("T")
        body = {"parentPartsModel": a.part("P"), "childrenPartsModel": [a.child("X", traceId=theirs)]}
        assert told(a.put("partsStructure", body))[0] in (400, 403, 404)
        assert a.get("parts").json() == []
        assert b.get("parts").json()[0]["partsName"] == "T"

    def test_the_same_child_twice_or_itself(self, a):
        twice = {"parentPartsModel": a.part("P"), "childrenPartsModel": [a.child("C"), a.child("C")]}
        assert told(a.put("partsStructure", twice)) == (
            400,
            "[traceability] BadRequest",
            "同じ部品が部品構成の中に複数あります。",
        )
        itself = {"parentPartsModel": a.part("P"), "childrenPartsModel": [a.child("P")]}
        assert told(a.put("partsStructure", itself))[:2] == (400, "[traceability] BadRequest")
        assert a.get("parts").json() == []
