"""Targets `tradeRequest`, `tradeResponse` and `status`: section 8; and deleting parts (7.3)."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.connectors.ouranos.test_door import told

NOT_FOUND = 404
REFUSED = (400, 403, 404)


@pytest.fixture
def bought(a):
    """A root of A with one bought child."""
    return a.make_structure("P", a.child("B1"))[1][0]


@pytest.fixture
def asked(a, b, bought):
    """A asked B for the bought child: trade id and status id."""
    return a.ask(b, bought)


def seen_status(company, **query):
    return company.get("status", **query).json()


class TestAsking:
    def test_the_answer_repeats_what_was_sent_with_ids_and_null_counters(self, a, b, bought):
        body = a.request(b, bought)
        answer = a.put("tradeRequest", body)
        assert answer.status_code == 201
        trade, status = answer.json()["tradeModel"], answer.json()["statusModel"]
        assert trade == body["tradeModel"] | {"tradeId": trade["tradeId"]}
        assert status == body["statusModel"] | {
            "tradeId": trade["tradeId"],
            "statusId": status["statusId"],
            "requestStatus": {
                "completedCount": None,
                "completedCountModifiedAt": None,
                "tradesCount": None,
                "tradesCountModifiedAt": None,
            },
        }

    def test_a_submitted_status_is_echoed_but_ignored(self, a, b, bought):
        sent = a.request(
            b,
            bought,
            requestStatus={"cfpResponseStatus": "COMPLETED", "tradeTreeStatus": "x"},
            replyMessage="r",
        )
        status = a.put("tradeRequest", sent).json()["statusModel"]
        assert status["requestStatus"]["cfpResponseStatus"] == "COMPLETED"
        assert "tradeTreeStatus" not in status["requestStatus"]
        assert status["replyMessage"] == "r"
        shown = seen_status(a)[0]
        assert shown["requestStatus"]["cfpResponseStatus"] == "NOT_COMPLETED"
        assert shown["replyMessage"] is None

    def test_a_new_request_is_open_and_counted(self, a, asked):
        status = seen_status(a)[0]
        assert (status["tradeId"], status["statusId"]) == asked
        assert status["requestType"] == "CFP"
        assert status["responseDueDate"] == "2024-12-31"
        state = status["requestStatus"]
        assert state["cfpResponseStatus"] == "NOT_COMPLETED"
        assert state["tradeTreeStatus"] == "UNTERMINATED"
        assert state["completedCount"] == 0
        assert state["tradesCount"] in (0, 1)
        for name in ("completedCountModifiedAt", "tradesCountModifiedAt"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", state[name])

    def test_an_update_changes_message_and_due_date(self, a, b, bought, asked):
        trade_id, status_id = asked
        body = a.request(
            b, bought, statusId=status_id, tradeId=trade_id, message="急ぎ", responseDueDate="2025-01-31"
        )
        body["tradeModel"]["tradeId"] = trade_id
        answer = a.put("tradeRequest", body)
        assert answer.status_code == 201
        assert len(seen_status(a)) == 1
        assert (seen_status(b)[0]["message"], seen_status(b)[0]["responseDueDate"]) == ("急ぎ", "2025-01-31")

    def test_one_request_for_each_bought_part(self, a, b, c, bought, asked):
        for supplier in (b, c):
            assert told(a.put("tradeRequest", a.request(supplier, bought))) == (
                400,
                "[traceability] BadRequest",
                "指定された部品は依頼済みです。一つの部品に対して依頼できるのは一度だけです。",
            )
        assert len(seen_status(a)) == 1

    def test_unknown_suppliers(self, a, b, bought):
        """⚠ The reference answers 500."""
        body = a.request(b, bought)
        body["tradeModel"]["upstreamOperatorId"] = str(uuid4())
        assert told(a.put("tradeRequest", body))[0] == NOT_FOUND

    def test_oneself_and_end_parts_cannot_be_asked(self, a, b, bought):
        assert told(a.put("tradeRequest", a.request(a, bought)))[:2] == (400, "[traceability] BadRequest")
        end = a.make_part("END", terminatedFlag=True)
        assert told(a.put("tradeRequest", a.request(b, end)))[:2] == (400, "[traceability] BadRequest")

    def test_only_for_ones_own_operator_and_parts(self, a, b, c):
        theirs = b.make_part("T")
        assert told(a.put("tradeRequest", b.request(c, theirs)))[0] == 403
        for trace_id in (theirs, str(uuid4())):
            assert told(a.put("tradeRequest", a.request(c, trace_id)))[0] in REFUSED
        assert seen_status(c) == []

    def test_a_strangers_request_cannot_be_updated(self, a, b, c, bought, asked):
        trade_id, status_id = asked
        body = c.request(b, c.make_part("X"), statusId=status_id, tradeId=trade_id, message="mine")
        body["tradeModel"]["tradeId"] = trade_id
        assert told(c.put("tradeRequest", body))[0] in REFUSED
        body = a.request(b, bought, statusId=str(uuid4()), tradeId=trade_id)
        body["tradeModel"]["tradeId"] = trade_id
        assert told(a.put("tradeRequest", body))[0] in REFUSED
        assert seen_status(b)[0]["message"] == "来月中にご回答をお願いします。"


class TestRequestsSent:
    def test_trades_with_their_upstream_part_once_linked(self, a, b, c, bought, asked):
        shown = {
            "tradeId": asked[0],
            "downstreamOperatorId": a.id,
            "upstreamOperatorId": b.id,
            "downstreamTraceId": bought,
            "upstreamTraceId": None,
        }
        assert a.get("tradeRequest").json() == [shown]
        assert a.get("tradeRequest", traceIds=bought).json() == [shown]
        assert a.get("tradeRequest", traceIds="").json() == [shown]
        assert a.get("tradeRequest", traceIds=str(uuid4())).json() == []
        assert b.get("tradeRequest").json() == c.get("tradeRequest").json() == []
        linked = b.make_part("OWN")
        b.link(asked[0], linked)
        assert a.get("tradeRequest").json() == [shown | {"upstreamTraceId": linked}]

    def test_bad_lists(self, a):
        for value in ("x", ",".join(str(uuid4()) for _ in range(51))):
            assert told(a.get("tradeRequest", traceIds=value))[2] == (
                "Invalid request parameters, traceIds: Unexpected query parameter"
            )
        assert a.get("tradeRequest", traceIds=",".join(str(uuid4()) for _ in range(50))).json() == []

    def test_pages_are_real(self, a, b):
        """⚠ The reference ignores `after`, and links to a random id."""
        _, children = a.make_structure("P", *(a.child(f"B{n}") for n in range(5)))
        for trace_id in children:
            a.ask(b, trace_id)
        newest_first = list(reversed(children))
        got, after = [], ""
        for _ in range(3):
            answer = a.get("tradeRequest", limit=2, after=after)
            got += [trade["downstreamTraceId"] for trade in answer.json()]
            if "link" not in answer.headers:
                break
            assert re.search(
                r"dataTarget=tradeRequest&after=[0-9a-f-]{36}&limit=2>; rel=\"next\"", answer.headers["link"]
            )
            after = re.search(r"after=([a-z|0-9|-]{36})", answer.headers["link"])[1]
            assert after == newest_first[len(got)]
        assert got == newest_first
        with_ids = a.get("tradeRequest", traceIds=",".join(children), limit=1, after=children[0])
        assert len(with_ids.json()) == 5
        assert "link" not in with_ids.headers


class TestRequestsReceived:
    def test_with_the_customers_part(self, a, b, c, bought, asked):
        (shown,) = b.get("tradeResponse").json()
        assert list(shown) == ["statusModel", "tradeModel", "partsModel"]
        assert shown["statusModel"]["statusId"] == asked[1]
        assert shown["tradeModel"]["tradeId"] == asked[0]
        part = shown["partsModel"]
        assert (part["traceId"], part["operatorId"], part["partsName"]) == (bought, a.id, "B1")
        assert part["amountRequired"] is None
        assert part["amountRequiredUnit"] == "kilogram"
        assert part["terminatedFlag"] is False
        assert a.get("tradeResponse").json() == c.get("tradeResponse").json() == []

    def test_one_is_fetched_by_its_cursor(self, a, b):
        """⚠ The reference ignores `after`; the sample client opens a request this way."""
        _, children = a.make_structure("P", *(a.child(f"B{n}") for n in range(4)))
        asked = [a.ask(b, trace_id) for trace_id in children]
        for trade_id, status_id in asked:
            (shown,) = b.get("tradeResponse", limit=1, after=status_id).json()
            assert shown["tradeModel"]["tradeId"] == trade_id
        first = b.get("tradeResponse", limit=3)
        assert f"after={asked[0][1]}&limit=3" in first.headers["link"]
        assert [row["statusModel"]["statusId"] for row in first.json()] == [
            status for _, status in reversed(asked)
        ][:3]

    def test_cursors_of_strangers_open_nothing(self, b, c, asked):
        assert c.get("tradeResponse", after=asked[1]).json() == []
        assert b.get("tradeResponse", after=str(uuid4())).json() == []


class TestLinking:
    def test_the_suppliers_part_is_linked_and_may_be_linked_again(self, a, b, bought, asked):
        one, two = b.make_part("ONE"), b.make_part("TWO")
        for linked in (one, two):
            answer = b.link(asked[0], linked)
            assert answer.status_code == 201
            assert answer.json() == {
                "tradeId": asked[0],
                "downstreamOperatorId": a.id,
                "upstreamOperatorId": b.id,
                "downstreamTraceId": bought,
                "upstreamTraceId": linked,
            }
        assert seen_status(a)[0]["requestStatus"]["cfpResponseStatus"] == "NOT_COMPLETED"

    def test_both_ids_are_needed_the_trade_first(self, b, asked):
        for query, name in (
            ({}, "tradeId"),
            ({"tradeId": "x", "traceId": "x"}, "tradeId"),
            ({"tradeId": asked[0]}, "traceId"),
            ({"tradeId": asked[0], "traceId": "x"}, "traceId"),
        ):
            assert told(b.put("tradeResponse", **query))[2] == (
                f"Invalid request parameters, {name}: Unexpected query parameter"
            )

    def test_only_the_addressee_and_only_its_own_part(self, a, b, c, bought, asked):
        """⚠ The reference checks neither, and answers 500 for unknown ids."""
        own, theirs = c.make_part("X"), b.make_part("Y")
        assert told(c.link(asked[0], own))[0] in REFUSED
        assert told(a.link(asked[0], bought))[0] in REFUSED
        assert told(b.link(asked[0], own))[0] in REFUSED
        assert told(b.link(asked[0], str(uuid4())))[0] in REFUSED
        assert told(b.link(str(uuid4()), theirs))[0] == NOT_FOUND
        assert a.get("tradeRequest").json()[0]["upstreamTraceId"] is None

    def test_linking_an_end_part_ends_the_tree(self, a, b, asked):
        """⚠ The reference sets it the wrong way round."""
        b.link(asked[0], b.make_part("END", terminatedFlag=True))
        assert seen_status(b)[0]["requestStatus"]["tradeTreeStatus"] == "TERMINATED"
        b.link(asked[0], b.make_part("OPEN"))
        assert seen_status(b)[0]["requestStatus"]["tradeTreeStatus"] == "UNTERMINATED"

    def test_a_footprint_of_the_customers_part_completes_nothing(self, a, b, bought, asked):
        """⚠ The reference reports COMPLETED if the customer's part has a footprint."""
        a.put("cfp", a.cfp(bought))
        b.link(asked[0], b.make_part("OWN"))
        assert seen_status(b)[0]["requestStatus"]["cfpResponseStatus"] == "NOT_COMPLETED"


class TestStatus:
    def test_sent_received_and_both(self, a, b, c):
        _, children = a.make_structure("P", a.child("B1"))
        a_asks = a.ask(b, children[0])
        b_asks = b.ask(c, b.make_structure("Q", b.child("C1"))[1][0])

        def ids(company, **query):
            return [one["statusId"] for one in seen_status(company, **query)]

        assert ids(b) == [b_asks[1], a_asks[1]]
        assert ids(b, statusTarget="") == [b_asks[1], a_asks[1]]
        assert ids(b, statusTarget="REQUEST") == [b_asks[1]]
        assert ids(b, statusTarget="RESPONSE") == [a_asks[1]]
        assert ids(c, statusTarget="REQUEST") == []
        assert ids(a, statusTarget="REQUEST", traceId=children[0]) == [a_asks[1]]
        assert ids(a, statusTarget="REQUEST", traceId=str(uuid4())) == []
        # Of the two ids only the one that fits the target counts.
        assert ids(b, statusTarget="RESPONSE", traceId=str(uuid4())) == [a_asks[1]]
        assert ids(b, statusTarget="REQUEST", statusId=str(uuid4())) == [b_asks[1]]
        assert ids(b, statusId=a_asks[1]) == [a_asks[1]]
        assert ids(b, statusTarget="RESPONSE", statusId=b_asks[1]) == []
        assert ids(c, statusId=a_asks[1]) == []

    def test_bad_parameters(self, a):
        for name, value in {
            "statusTarget": "request",
            "statusId": "x",
            "traceId": "x",
            "limit": "101",
            "after": "x",
        }.items():
            assert told(a.get("status", **{name: value}))[2] == (
                f"Invalid request parameters, {name}: Unexpected query parameter"
            )

    def test_pages_carry_the_target(self, a, b):
        """⚠ The reference's link holds a random id."""
        _, children = a.make_structure("P", *(a.child(f"B{n}") for n in range(3)))
        asked = [a.ask(b, trace_id) for trace_id in children]
        sent = a.get("status", limit=2, statusTarget="REQUEST")
        assert f"dataTarget=status&after={children[0]}&limit=2&statusTarget=REQUEST>" in sent.headers["link"]
        received = b.get("status", limit=2)
        assert f"dataTarget=status&after={asked[0][1]}&limit=2>" in received.headers["link"]
        assert [one["statusId"] for one in seen_status(b, limit=2, after=asked[0][1])] == [asked[0][1]]
        assert [one["statusId"] for one in seen_status(a, statusTarget="REQUEST", after=children[0])] == [
            asked[0][1]
        ]


def put_status(company, status_id, trade_id, action, reply=None):
    """As the sample client sends it: an empty due date, and the other fields as they were."""
    return company.put(
        "status",
        {
            "statusId": status_id,
            "tradeId": trade_id,
            "requestStatus": {"cfpResponseStatus": action, "tradeTreeStatus": "UNTERMINATED"},
            "message": "x",
            "replyMessage": reply,
            "requestType": "CFP",
            "responseDueDate": "",
        },
    )


class TestCancelAndReject:
    def test_a_cancelled_request_disappears_from_every_list(self, a, b, asked):
        answer = put_status(a, asked[1], asked[0], "CANCEL")
        assert (answer.status_code, answer.json()) == (201, {})
        for company in (a, b):
            for target in ("tradeRequest", "tradeResponse", "status"):
                assert company.get(target).json() == []

    def test_after_a_cancellation_the_part_may_be_asked_for_again(self, a, b, c, bought, asked):
        put_status(a, asked[1], asked[0], "CANCEL")
        a.ask(c, bought)
        assert len(c.get("tradeResponse").json()) == 1

    def test_a_rejected_request_says_why_and_loses_its_link(self, a, b, asked):
        """⚠ The reference keeps the link."""
        b.link(asked[0], b.make_part("END", terminatedFlag=True))
        assert put_status(b, asked[1], asked[0], "REJECT", "該当製品なし").status_code == 201
        shown = seen_status(a)[0]
        assert shown["replyMessage"] == "該当製品なし"
        assert shown["requestStatus"]["cfpResponseStatus"] == "REJECT"
        assert shown["requestStatus"]["tradeTreeStatus"] == "UNTERMINATED"
        assert a.get("tradeRequest").json()[0]["upstreamTraceId"] is None

    def test_a_rejected_request_may_be_asked_anew_with_its_ids(self, a, b, bought, asked):
        put_status(b, asked[1], asked[0], "REJECT", "no")
        body = a.request(b, bought, statusId=asked[1], tradeId=asked[0], message="もう一度")
        body["tradeModel"]["tradeId"] = asked[0]
        assert a.put("tradeRequest", body).status_code == 201
        assert seen_status(b)[0]["message"] == "もう一度"

    def test_only_the_right_party_and_only_with_the_right_trade(self, a, b, c, asked):
        """⚠ The reference answers 500, and never compares the trade."""
        other = a.ask(b, a.make_structure("Q", a.child("Q1"))[1][0])
        assert told(put_status(b, asked[1], asked[0], "CANCEL"))[0] in REFUSED
        assert told(put_status(a, asked[1], asked[0], "REJECT"))[0] in REFUSED
        for company in (c, a, b):
            for action in ("CANCEL", "REJECT"):
                assert told(put_status(company, str(uuid4()), asked[0], action))[0] in REFUSED
                assert told(put_status(company, asked[1], other[0], action))[0] in REFUSED
        assert told(put_status(c, asked[1], asked[0], "CANCEL"))[0] in REFUSED
        assert {one["requestStatus"]["cfpResponseStatus"] for one in seen_status(a)} == {"NOT_COMPLETED"}


class TestDeletingParts:
    def refused(self, answer, text, code):
        assert answer.status_code == 400
        assert answer.json() == {"code": "[traceability] BadRequest", "message": text, "detail": code}

    def test_a_free_part_goes_and_the_same_key_gets_a_new_id(self, a):
        trace_id = a.make_part("A")
        answer = a.delete("parts", traceId=trace_id)
        assert (answer.status_code, answer.content) == (204, b"")
        assert a.get("parts").json() == []
        assert a.make_part("A") != trace_id
        self.refused(a.delete("parts", traceId=trace_id), "指定された部品は存在しません。", "MSGAECP0013")

    def test_a_missing_or_bad_id(self, a):
        for query in ({}, {"traceId": ""}, {"traceId": "x"}):
            assert told(a.delete("parts", **query)) == (
                400,
                "[dataspace] BadRequest",
                "Invalid request parameters, traceId: Unexpected query parameter",
            )

    def test_unknown_and_strange_parts_are_one_answer(self, a, b):
        theirs = b.make_part("T")
        for trace_id in (str(uuid4()), theirs):
            self.refused(a.delete("parts", traceId=trace_id), "指定された部品は存在しません。", "MSGAECP0013")
        assert len(b.get("parts").json()) == 1

    def test_a_strangers_part_whose_id_was_given(self, b, bought, asked):
        self.refused(
            b.delete("parts", traceId=bought), "認証情報と事業者識別子が一致しません。", "MSGAECP0025"
        )

    def test_in_a_structure_comes_before_requested(self, a, b):
        root, (child,) = a.make_structure("P", a.child("B1"))
        text = "指定された部品は部品構成が存在するため削除できません。"
        self.refused(a.delete("parts", traceId=root), text, "MSGAECP0014")
        a.ask(b, child)
        self.refused(a.delete("parts", traceId=child), text, "MSGAECP0014")
        a.make_structure("P", traceId=root)
        self.refused(
            a.delete("parts", traceId=child), "指定された部品は依頼済みのため削除できません。", "MSGAECP0015"
        )
        assert a.delete("parts", traceId=root).status_code == 204

    def test_linked_to_a_received_request(self, b, asked):
        linked = b.make_part("OWN")
        b.link(asked[0], linked)
        self.refused(
            b.delete("parts", traceId=linked),
            "指定された部品は受領済みの依頼に紐づいているため削除できません。",
            "MSGAECP0016",
        )
        put_status(b, asked[1], asked[0], "REJECT")
        assert b.delete("parts", traceId=linked).status_code == 204


def test_a_sandbox_empties_itself_and_others_keep_theirs(world, b):
    s = world.company("S", sandbox=True)
    _, (child,) = s.make_structure("P", s.child("B1"))
    s.ask(b, child)
    theirs = b.ask(s, b.make_structure("Q", b.child("S1"))[1][0])
    s.link(theirs[0], s.make_part("OWN"))
    answer = s.call("PUT", "/dataReset")
    assert (answer.status_code, answer.content) == (200, b"null")
    assert s.get("parts").json() == []
    assert s.get("tradeRequest").json() == []
    assert len(b.get("parts").json()) == 2
    assert b.get("status").json()[0]["requestStatus"]["cfpResponseStatus"] == "REJECT"
