"""The paths of section 10: other header, other errors, answers 200."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from renkei.commons.notifications.service import remind
from renkei.commons.parts.service import part_keys
from renkei.database.transaction import act_as
from tests.connectors.ouranos.world import Company


def call(company: Company, method: str, path: str, body=..., **query):
    """As the sample client calls these paths: the key as `x-api-key`."""
    headers = {"x-api-key": company.key, "apiKey": ""}
    return company.call(method, path, json_body=body, headers=headers, **query)


def errors(answer) -> list[tuple[str, str]]:
    """The entries of the other error shape."""
    body = answer.json()
    assert list(body) == ["errors"]
    for entry in body["errors"]:
        assert list(entry) == ["errorCode", "errorDescription"]
    return [(entry["errorCode"], entry["errorDescription"]) for entry in body["errors"]]


def acl(company: Company, customer: Company, trace_id: str, **changed):
    return {
        "operatorId": company.id,
        "releasedToOperatorId": customer.id,
        "traceId": trace_id,
        "acl": [
            {"aclItemGroup": "TOTALCFP", "releasedFlag": True},
            {"aclItemGroup": "TOTALDQR", "releasedFlag": True},
        ],
    } | changed


class TestDoor:
    def test_key_and_token_are_told_in_the_other_shape(self, world, a):
        for method, path in (
            ("GET", "/notifications"),
            ("POST", "/cfpAcl"),
            ("GET", "/keyId"),
            ("GET", "/requestStatus"),
        ):
            assert world.http.request(method, path).status_code == 403
            assert (
                errors(world.http.request(method, path))[0][1] == "You do not have the necessary privileges"
            )
            assert errors(world.http.request(method, path, headers={"x-api-key": "x"}))[0][1] == "Invalid key"
            no_token = world.http.request(method, path, headers={"x-api-key": a.key})
            assert (no_token.status_code, errors(no_token)[0][1]) == (401, "Authentication required")

    def test_both_key_headers_and_a_bare_token_will_do(self, world, a):
        for headers in (
            {"x-api-key": a.key, "Authorization": f"Bearer {a.token}"},
            {"apiKey": a.key, "Authorization": f"Bearer {a.token}"},
            {"x-api-key": a.key, "Authorization": a.token},
        ):
            assert (
                world.http.get("/notifications", params={"operatorId": a.id}, headers=headers).status_code
                == 200
            )

    def test_unknown_methods_are_404(self, a):
        for method, path in (("DELETE", "/cfpAcl"), ("PUT", "/notifications"), ("GET", "/replyMessages")):
            answer = call(a, method, path)
            assert answer.status_code == 404
            assert errors(answer) == [("NotFound", "Endpoint Not Found")]

    def test_writes_have_a_track_id(self, a, b):
        answer = call(a, "POST", "/cfpAcl", acl(a, b, a.make_part("P")))
        assert len(answer.headers["x-track"]) == 36
        assert call(a, "GET", "/notifications", operatorId=a.id).headers["x-track"] == ""

    def test_malformed_bodies(self, a):
        for body in (b"{,", b"[]", b"1", b"", b"null"):
            answer = call(a, "POST", "/cfpAcl", body)
            assert answer.status_code == 400, body
            assert errors(answer)


class TestDisclosure:
    def test_what_was_set_is_read_back(self, a, b, c):
        trace_id = a.make_part("P")
        answer = call(a, "POST", "/cfpAcl", acl(a, b, trace_id))
        assert (answer.status_code, answer.json()) == (200, {"traceId": trace_id})
        only_cfp = [{"aclItemGroup": "TOTALCFP", "releasedFlag": True}]
        call(a, "POST", "/cfpAcl", acl(a, c, trace_id, acl=only_cfp))
        shown = call(a, "GET", "/cfpAcl", operatorId=a.id).json()
        assert [one["releasedToOperatorId"] for one in shown] == sorted([b.id, c.id])
        by_consumer = {
            one["releasedToOperatorId"]: {item["aclItemGroup"]: item["releasedFlag"] for item in one["acl"]}
            for one in shown
        }
        assert by_consumer == {
            b.id: {"TOTALCFP": True, "TOTALDQR": True},
            c.id: {"TOTALCFP": True, "TOTALDQR": False},
        }
        assert {(one["releasedFromOperatorId"], one["traceId"]) for one in shown} == {(a.id, trace_id)}

    def test_filters(self, a, b, c):
        one, two = a.make_part("P"), a.make_part("Q")
        call(a, "POST", "/cfpAcl", acl(a, b, one))
        call(a, "POST", "/cfpAcl", acl(a, c, two))

        def found(**query):
            return [
                (row["traceId"], row["releasedToOperatorId"])
                for row in call(a, "GET", "/cfpAcl", operatorId=a.id, **query).json()
            ]

        assert found(traceId=one) == [(one, b.id)]
        assert found(releasedToOperatorId=c.id) == [(two, c.id)]
        assert found(traceId=one, releasedToOperatorId=c.id) == []
        assert call(b, "GET", "/cfpAcl", operatorId=b.id).json() == []

    def test_one_group_leaves_the_other_and_the_certificate_as_they_are(self, a, b):
        trace_id = a.make_part("P")
        certificate = {key: value for key, value in acl(a, b, trace_id).items() if key != "acl"} | {
            "releasedFlag": True
        }
        assert call(a, "POST", "/cfpCertificationAcl", certificate).json() == {"traceId": trace_id}
        call(a, "POST", "/cfpAcl", acl(a, b, trace_id))
        call(
            a,
            "POST",
            "/cfpAcl",
            acl(a, b, trace_id, acl=[{"aclItemGroup": "TOTALDQR", "releasedFlag": False}]),
        )
        (shown,) = call(a, "GET", "/cfpAcl", operatorId=a.id).json()
        assert {item["aclItemGroup"]: item["releasedFlag"] for item in shown["acl"]} == {
            "TOTALCFP": True,
            "TOTALDQR": False,
        }
        (shown,) = call(a, "GET", "/cfpCertificationAcl", operatorId=a.id).json()
        assert shown == {
            "releasedFromOperatorId": a.id,
            "releasedToOperatorId": b.id,
            "traceId": trace_id,
            "releasedFlag": True,
        }

    def test_every_fault_has_an_entry(self, a):
        answer = call(a, "POST", "/cfpAcl", {"acl": [{"aclItemGroup": "X", "releasedFlag": "y"}]})
        assert answer.status_code == 400
        assert errors(answer) == [
            ("RENKEI0021", "acl.releasedFlagの値が不正です。"),
            ("MSGAECO0001", "operatorIdは必須項目です。"),
            ("MSGAECO0001", "releasedToOperatorIdは必須項目です。"),
            ("MSGAECO0001", "traceIdは必須項目です。"),
            ("RENKEI0021", "acl.aclItemGroupの値が不正です。"),
        ]
        assert errors(call(a, "GET", "/cfpAcl", traceId="x")) == [
            ("MSGAECO0001", "operatorIdは必須項目です。"),
            ("RENKEI0021", "traceIdの値が不正です。"),
        ]

    def test_only_ones_own_parts_as_ones_own_operator(self, a, b, c):
        theirs = b.make_part("T")
        as_other = call(a, "POST", "/cfpAcl", acl(b, a, theirs))
        assert (as_other.status_code, errors(as_other)) == (
            403,
            [("MSGAECP0025", "認証情報と事業者識別子が一致しません。")],
        )
        for trace_id in (theirs, str(uuid4())):
            assert call(a, "POST", "/cfpAcl", acl(a, c, trace_id)).status_code in (400, 404)
        nobody = acl(a, b, a.make_part("P")) | {"releasedToOperatorId": str(uuid4())}
        assert call(a, "POST", "/cfpAcl", nobody).status_code in (400, 404)
        assert call(a, "GET", "/cfpAcl", operatorId=b.id).status_code == 403


class TestInbox:
    @pytest.fixture
    def asked(self, a, b):
        return a.ask(b, a.make_structure("P", a.child("B1"))[1][0])

    def test_what_happened_newest_first(self, a, b, c, asked):
        (shown,) = call(b, "GET", "/notifications", operatorId=b.id).json()["notifications"]
        assert shown["notificationType"] == "REQUEST_NEW"
        assert shown["notifiedFromOperatorId"] == a.id
        relation = shown["tradeRelation"]
        assert (relation["tradeId"], relation["requestId"]) == asked
        assert (relation["downstreamOperatorId"], relation["upstreamOperatorId"]) == (a.id, b.id)
        assert "upstreamTraceId" not in relation
        assert call(c, "GET", "/notifications", operatorId=c.id).json() == {"notifications": []}
        call(b, "POST", "/replyMessages", {"operatorId": b.id, "requestId": asked[1], "replyMessage": "了解"})
        kinds = [
            one["notificationType"]
            for one in call(a, "GET", "/notifications", operatorId=a.id).json()["notifications"]
        ]
        assert kinds == ["REPLY_MESSAGE_REGISTERED"]

    def test_reminders_of_own_affairs_are_no_words_of_this_contract(self, world, b, asked):
        trace_id = UUID(b.make_part("P2"))

        def work(tx):
            remind(tx, "CFP_RENEWAL_DUE", [part_keys(tx, [trace_id])[trace_id].part_key])

        world.context.database.run(act_as(b.operator.operator_key, b.operator.operator_id), work)
        told = call(b, "GET", "/notifications", operatorId=b.id).json()["notifications"]
        assert [one["notificationType"] for one in told] == ["REQUEST_NEW"]

    def test_spans(self, b, asked):
        def count(**query):
            answer = call(b, "GET", "/notifications", operatorId=b.id, **query)
            assert answer.status_code == 200, answer.text
            return len(answer.json()["notifications"])

        assert count(notifiedAtFrom="2024-01-01", notifiedAtTo="2999-12-31") == 1
        assert count(notifiedAtFrom="2024-01-01T00:00:00Z") == 1
        assert count(notifiedAtFrom="2024-01-01T00:00:00+09:00") == 1
        assert count(notifiedAtTo="2024-01-01") == 0
        assert count(notifiedAtFrom="2999-01-01T00:00:00.000Z") == 0
        for bad in ("x", "2024-13-01", "10000-01-01", "0000-00-00"):
            answer = call(b, "GET", "/notifications", operatorId=b.id, notifiedAtFrom=bad)
            assert errors(answer) == [("RENKEI0021", "notifiedAtFromの値が不正です。")]

    def test_pages(self, a, b):
        _, children = a.make_structure("P", *(a.child(f"B{n}") for n in range(50)))
        _, more = a.make_structure("Q", *(a.child(f"C{n}") for n in range(50)))
        for trace_id in (*children, *more, a.make_part("R")):
            a.ask(b, trace_id)
        first = call(b, "GET", "/notifications", operatorId=b.id).json()
        assert len(first["notifications"]) == 100
        second = call(b, "GET", "/notifications", operatorId=b.id, after=first["next"]).json()
        assert len(second["notifications"]) == 1
        assert second["notifications"][0]["notificationId"] == first["next"]
        assert "next" not in second

    def test_replies_are_the_suppliers(self, a, b, c, asked):
        answer = call(
            b, "POST", "/replyMessages", {"operatorId": b.id, "requestId": asked[1], "replyMessage": "了解"}
        )
        assert (answer.status_code, answer.json()) == (200, {"requestId": asked[1]})
        assert a.get("status").json()[0]["replyMessage"] == "了解"
        for company in (a, c):
            body = {"operatorId": company.id, "requestId": asked[1], "replyMessage": "x"}
            assert call(company, "POST", "/replyMessages", body).status_code in (400, 403, 404)
        call(b, "POST", "/replyMessages", {"operatorId": b.id, "requestId": asked[1], "replyMessage": ""})
        assert a.get("status").json()[0]["replyMessage"] is None
        long = call(
            b,
            "POST",
            "/replyMessages",
            {"operatorId": b.id, "requestId": asked[1], "replyMessage": "x" * 1001},
        )
        assert errors(long) == [("RENKEI0021", "replyMessageの値が不正です。")]


class TestTracks:
    def test_what_became_of_a_write(self, world, a, b):
        track = a.put("parts", a.part("P")).headers["x-track"]

        def ask(company, **query):
            return call(company, "GET", "/requestStatus", operatorId=company.id, **query).json()

        (waiting,) = ask(a, trackId=track)
        assert waiting["trackId"] == track
        assert waiting["acceptedRequestStatus"] == "SUCCESS"
        assert waiting["summaryRequestStatus"] in ("PROCESSING", "SUCCESS")
        world.settle()
        assert ask(a, trackId=track)[0]["summaryRequestStatus"] == "SUCCESS"
        assert ask(a, **{"trackId[]": track})[0]["trackId"] == track
        assert [one["trackId"] for one in ask(a, trackId=f"{uuid4()},{track},{track}")] == [track]
        assert ask(b, trackId=track) == []

    def test_at_most_ten(self, a):
        many = ",".join(str(uuid4()) for _ in range(11))
        for query in ({"trackId": many}, {"trackId": "x"}):
            assert errors(call(a, "GET", "/requestStatus", operatorId=a.id, **query)) == [
                ("RENKEI0021", "trackIdの値が不正です。")
            ]
        assert errors(call(a, "GET", "/requestStatus", operatorId=a.id)) == [
            ("MSGAECO0001", "trackIdは必須項目です。")
        ]


def test_the_key_id_is_plain_text(a):
    answer = call(a, "GET", "/keyId")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text
