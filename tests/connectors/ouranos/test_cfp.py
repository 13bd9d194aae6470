"""Targets `cfp` and `cfpCertification`: section 9."""

from __future__ import annotations

from uuid import uuid4

from tests.connectors.ouranos.test_door import told

REFUSED = (400, 403, 404)
NONE = (None, None, None)
OWN = ["preProduction", "mainProduction", "preComponent", "mainComponent"]
TOTALS = [f"{kind}Total" for kind in OWN]
RESPONSES = ["preProductionResponse", "mainProductionResponse"]


class TestPutting:
    def test_the_four_come_back_with_one_id_in_the_order_of_the_body(self, a):
        trace_id = a.make_part("P")
        body = list(reversed(a.cfp(trace_id, (1.5, 10, None, 0))))
        answer = a.put("cfp", body)
        assert answer.status_code == 201
        cfp_id = answer.json()[0]["cfpId"]
        assert answer.json() == [element | {"cfpId": cfp_id} for element in body]
        assert list(answer.json()[0]) == [
            "cfpId",
            "traceId",
            "ghgEmission",
            "ghgDeclaredUnit",
            "cfpType",
            "dqrType",
            "dqrValue",
        ]

    def test_an_update_keeps_the_id_and_null_overwrites_a_number(self, a):
        """⚠ In the reference null cannot overwrite a stored number."""
        trace_id = a.make_part("P")
        cfp_id = a.state(trace_id)
        changed = a.cfp(trace_id, (2, None, 0, 0), main=NONE, cfp_id=cfp_id)
        answer = a.put("cfp", changed)
        assert (answer.status_code, answer.json()) == (201, changed)
        assert a.shown(trace_id)["mainProduction"] == (None, NONE)

    def test_a_second_creation_is_refused(self, a):
        """The reference answers 500."""
        trace_id = a.make_part("P")
        a.state(trace_id)
        assert told(a.put("cfp", a.cfp(trace_id))) == (
            400,
            "[traceability] BadRequest",
            "指定された部品のCFP情報は既に登録されています。",
        )

    def test_an_unknown_id_is_refused(self, a):
        """⚠ The reference answers 201 with a null id."""
        trace_id = a.make_part("P")
        assert told(a.put("cfp", a.cfp(trace_id, cfp_id=str(uuid4()))))[0] in REFUSED
        other = a.make_part("Q")
        cfp_id = a.state(other)
        assert told(a.put("cfp", a.cfp(trace_id, cfp_id=cfp_id)))[0] in REFUSED
        assert a.shown(trace_id) == {}

    def test_only_ones_own_parts(self, a, b):
        """⚠ The reference does not check."""
        theirs = b.make_part("T")
        for trace_id in (theirs, str(uuid4())):
            assert told(a.put("cfp", a.cfp(trace_id)))[0] in REFUSED
        cfp_id = b.state(theirs)
        assert told(a.put("cfp", a.cfp(theirs, cfp_id=cfp_id)))[0] in REFUSED
        assert b.shown(theirs)["preProduction"] == (1.5, (1, 2, 3))

    def test_five_decimals_are_kept_exactly(self, a):
        trace_id = a.make_part("P")
        a.state(trace_id, cfp=(0.00001, 99999.99999, 0, 1))
        content = a.get("cfp", traceIds=trace_id).content
        assert b'"ghgEmission":0.00001,' in content
        assert b'"ghgEmission":99999.99999,' in content
        assert b'"ghgEmission":0,' in content


class TestTable92:
    def test_an_own_root(self, a):
        trace_id = a.make_part("P")
        assert a.get("cfp", traceIds=trace_id).json() == []
        cfp_id = a.state(trace_id, cfp=(1, 2, 3, 4))
        rows = a.get("cfp", traceIds=trace_id).json()
        assert [row["cfpType"] for row in rows] == OWN + TOTALS
        assert [row["dqrType"] for row in rows] == ["preProcessing", "mainProcessing"] * 2 + [
            "preProcessingTotal",
            "mainProcessingTotal",
        ] * 2
        assert {row["cfpId"] for row in rows} == {cfp_id}
        assert {row["traceId"] for row in rows} == {trace_id}
        assert [row["ghgEmission"] for row in rows] == [1, 2, 3, 4, 1, 2, 3, 4]

    def test_an_end_part_used_as_a_child(self, a):
        _, (child,) = a.make_structure("P", a.child("E", terminatedFlag=True))
        a.state(child, cfp=(0, 0, 0.5, 0), main=NONE)
        assert list(a.shown(child)) == OWN

    def test_a_made_sub_assembly(self, a):
        middle, _ = a.make_structure("M", a.child("L", terminatedFlag=True))
        a.make_structure("P", a.child("M", traceId=middle))
        assert a.shown(middle) == {}
        a.state(middle)
        assert list(a.shown(middle)) == OWN + TOTALS

    def test_a_bought_part_from_asked_to_disclosed_and_back(self, world, a, b):
        """⚠ Without any request the reference fails with 500; its Responses have constant quality."""
        _, (bought,) = a.make_structure("P", a.child("B1"))
        own = b.make_part("OWN")
        assert a.shown(bought) == {}
        trade_id, _ = a.ask(b, bought)
        assert a.shown(bought) == {}
        b.link(trade_id, own)
        assert a.shown(bought) == {}
        b.state(own)
        world.settle()
        assert a.shown(bought) == dict.fromkeys(RESPONSES, (None, NONE))
        b.release(a, own)
        world.settle()
        assert a.shown(bought) == {RESPONSES[0]: (1.5, (1, 2, 3)), RESPONSES[1]: (10, (2, 3, 4))}
        rows = a.get("cfp", traceIds=bought).json()
        assert [(row["cfpId"], row["traceId"], row["dqrType"]) for row in rows] == [
            (None, bought, "preProcessingResponse"),
            (None, bought, "mainProcessingResponse"),
        ]
        b.release(a, own, total=False)
        world.settle()
        assert a.shown(bought) == {RESPONSES[0]: (None, (1, 2, 3)), RESPONSES[1]: (None, (2, 3, 4))}
        b.release(a, own, quality=False)
        world.settle()
        assert a.shown(bought) == {RESPONSES[0]: (1.5, NONE), RESPONSES[1]: (10, NONE)}

    def test_a_bought_part_that_stands_in_no_structure(self, world, a, b):
        bought, own = a.make_part("B1"), b.make_part("OWN")
        trade_id, _ = a.ask(b, bought)
        b.link(trade_id, own)
        assert a.shown(bought) == {}
        b.state(own)
        world.settle()
        assert a.shown(bought) == dict.fromkeys(RESPONSES, (None, NONE))
        b.release(a, own)
        world.settle()
        assert a.shown(bought) == {RESPONSES[0]: (1.5, (1, 2, 3)), RESPONSES[1]: (10, (2, 3, 4))}
        a.state(bought)
        assert list(a.shown(bought)) == OWN + TOTALS

    def test_several_parts_stand_in_the_order_of_the_query(self, a):
        one, two = a.make_part("A"), a.make_part("B")
        for trace_id in (one, two):
            a.state(trace_id)
        rows = a.get("cfp", traceIds=f"{two},{uuid4()},{one},{two}").json()
        assert list(dict.fromkeys(row["traceId"] for row in rows)) == [two, one]
        assert len(rows) == 16

    def test_nobody_sees_strange_footprints(self, a, b):
        """⚠ The reference does not check."""
        theirs = b.make_part("T")
        b.state(theirs)
        assert a.shown(theirs) == {}

    def test_bad_lists(self, world, a):
        for value in ("", "x", f"{uuid4()};{uuid4()}", ",".join(str(uuid4()) for _ in range(51))):
            assert told(a.get("cfp", traceIds=value))[2] == (
                "Invalid request parameters, traceIds: Unexpected query parameter"
            )
        assert told(a.get("cfp"))[2] == "Invalid request parameters, traceIds: Unexpected query parameter"


class TestTotals:
    def test_over_the_structure(self, world, a, b):
        """⚠ The reference does not multiply by the amount, and leaves own components and deeper levels out.

        own (0.5, 1) + rest (0.1, 0) + end child (0.5 as preComponent) × 2 + bought (1.5, 10) × 3
        pre component: 0.1 + 0.5 × 2 + 1.5 × 3 = 5.6; main component: 0 + 0 + 10 × 3 = 30
        """
        root, (end, bought) = a.make_structure("P", a.child("E", 2, terminatedFlag=True), a.child("B1", 3))
        a.state(end, cfp=(0, 0, 0.5, 0), main=NONE)
        own = b.make_part("OWN")
        b.state(own)
        trade_id, _ = a.ask(b, bought)
        b.link(trade_id, own)
        b.release(a, own)
        world.settle()
        a.state(root, cfp=(0.5, 1, 0.1, 0))
        shown = a.shown(root)
        assert [shown[kind][0] for kind in OWN] == [0.5, 1, 0.1, 0]
        assert [shown[kind][0] for kind in TOTALS] == [0.5, 1, 5.6, 30]

    def test_a_total_is_rounded_up_at_the_sixth_decimal(self, a):
        root, (end,) = a.make_structure("P", a.child("E", 0.00001, terminatedFlag=True))
        a.state(end, cfp=(0, 0, 0.1, 0), main=NONE)
        a.state(root, cfp=(0, 0, 0, 0), pre=NONE, main=NONE)
        assert a.shown(root)["preComponentTotal"][0] == 0.00001

    def test_deeper_levels_count(self, a):
        """amounts 2 and 3 of an end part with 1.5: 1.5 × 3 × 2 = 9"""
        middle, (end,) = a.make_structure("M", a.child("E", 3, terminatedFlag=True))
        root, _ = a.make_structure("P", a.child("M", 2, traceId=middle))
        a.state(end, cfp=(0, 0, 1.5, 0), main=NONE)
        a.state(middle, cfp=(0, 0, 0, 0), pre=NONE, main=NONE)
        a.state(root, cfp=(0, 0, 0, 0), pre=NONE, main=NONE)
        assert a.shown(root)["preComponentTotal"][0] == 9

    def test_quality_is_weighted_by_emission(self, a):
        """⚠ The reference shows constants. TeR: (1 × 1 + 3 × 3) / (1 + 3) = 2.5"""
        root, (end,) = a.make_structure("P", a.child("E", 1, terminatedFlag=True))
        a.state(end, cfp=(0, 0, 3, 0), pre=(3, 3, 3), main=NONE)
        a.state(root, cfp=(1, 0, 0, 0), pre=(1, 1, 1), main=NONE)
        assert a.shown(root)["preProductionTotal"][1][0] == 2.5


class TestStates:
    def test_a_first_footprint_completes_linked_requests(self, world, a, b):
        """⚠ In the reference completedCount stays."""
        trade_id, _ = a.ask(b, a.make_structure("P", a.child("B1"))[1][0])
        own = b.make_part("OWN", terminatedFlag=True)
        b.link(trade_id, own)
        b.state(own)
        world.settle()
        for company in (a, b):
            state = company.get("status").json()[0]["requestStatus"]
            assert (state["cfpResponseStatus"], state["tradeTreeStatus"]) == ("COMPLETED", "TERMINATED")
            assert (state["completedCount"], state["tradesCount"]) == (1, 1)

    def test_linking_a_part_that_has_a_footprint_completes_at_once(self, world, a, b):
        trade_id, _ = a.ask(b, a.make_structure("P", a.child("B1"))[1][0])
        own = b.make_part("OWN")
        b.state(own)
        b.link(trade_id, own)
        world.settle()
        state = a.get("status").json()[0]["requestStatus"]
        assert (state["cfpResponseStatus"], state["tradeTreeStatus"]) == ("COMPLETED", "UNTERMINATED")
        assert state["completedCount"] == 1

    def test_an_update_changes_no_state(self, world, a, b):
        trade_id, _ = a.ask(b, a.make_structure("P", a.child("B1"))[1][0])
        own = b.make_part("OWN", terminatedFlag=True)
        b.link(trade_id, own)
        cfp_id = b.state(own)
        world.settle()
        before = a.get("status").json()
        b.state(own, cfp=(9, 9, 0, 0), cfp_id=cfp_id)
        world.settle()
        assert a.get("status").json() == before

    def test_counters_run_through_the_tree(self, world, a, b, c):
        """A asks B, B asks C: two requests in the tree of A's, one answered, then both."""
        a_trade, _ = a.ask(b, a.make_structure("P", a.child("B1"))[1][0])
        b_root, (b_child,) = b.make_structure("Q", b.child("C1"))
        b.link(a_trade, b_root)
        b_trade, _ = b.ask(c, b_child)
        c_own = c.make_part("R", terminatedFlag=True)
        c.link(b_trade, c_own)
        c.state(c_own)
        world.settle()

        def state():
            found = a.get("status").json()[0]["requestStatus"]
            return (found["completedCount"], found["tradesCount"], found["tradeTreeStatus"])

        assert state() == (1, 2, "TERMINATED")
        b.state(b_root)
        world.settle()
        assert state() == (2, 2, "TERMINATED")

    def test_a_deleted_part_takes_its_footprint_along(self, a):
        trace_id = a.make_part("P")
        a.state(trace_id)
        assert a.delete("parts", traceId=trace_id).status_code == 204
        assert a.shown(trace_id) == {}
        assert a.shown(a.make_part("P")) == {}


class TestCertificates:
    def test_nothing_is_an_empty_array(self, a, b):
        """⚠ The reference returns one fixed element with 100 files for any id."""
        for trace_id in (a.make_part("P"), b.make_part("T"), str(uuid4())):
            answer = a.get("cfpCertification", traceId=trace_id)
            assert (answer.status_code, answer.json()) == (200, [])

    def test_a_missing_or_bad_id(self, a):
        for query in ({}, {"traceId": "x"}):
            assert told(a.get("cfpCertification", **query))[2] == (
                "Invalid request parameters, traceId: Unexpected query parameter"
            )
