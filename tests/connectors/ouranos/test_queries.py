"""Query parameters, links and error bodies: the rows of sections 3 to 5."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.links import next_link
from renkei.connectors.ouranos.queries import read_query
from renkei.connectors.ouranos.refusals import Place, Refusal, join, refuse
from renkei.connectors.ouranos.translation import refusal_of
from renkei.kit.errors import RenkeiError

AN_ID = UUID("1d8a8bea-98ca-4fcd-8ee1-30e285d377b1")


def query(text: str):
    return read_query(text.encode(), "dataspace")


def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.status == 400
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "limit"), [("", 100), ("limit=", 100), ("limit=1", 1), ("limit=100", 100), ("limit=%2B5", 5)]
)
def test_limits(text, limit):
    assert query(text).limit() == limit


@pytest.mark.parametrize(
    "text", ["0", "-1", "101", "three", "1.5", "1e1", "%20", "99999999999999999999", "１"]
)
def test_bad_limits(text):
    found = read_query(f"limit={text}".encode(), "dataspace")
    assert refused(found.limit) == "Invalid request parameters, limit: Unexpected query parameter"


@pytest.mark.parametrize("text", ["x", str(AN_ID)[:-1], str(AN_ID).replace("-", ""), f"{{{AN_ID}}}", "%00"])
def test_bad_cursors(text):
    assert (
        refused(query(f"after={text}").after)
        == "Invalid request parameters, after: Unexpected query parameter"
    )


def test_an_empty_cursor_is_none():
    assert query("after=").after() is None


@pytest.mark.parametrize("text", ["1", "t", "T", "TRUE", "true", "True"])
def test_true_as_go_reads_it(text):
    assert query(f"parentFlag={text}").flag("parentFlag") is True


@pytest.mark.parametrize("text", ["0", "f", "F", "FALSE", "false", "False"])
def test_false_as_go_reads_it(text):
    assert query(f"parentFlag={text}").flag("parentFlag") is False


@pytest.mark.parametrize("text", ["yes", "tRUE", "2", "%00"])
def test_no_flag(text):
    assert "parentFlag: Unexpected query parameter" in refused(
        lambda: query(f"parentFlag={text}").flag("parentFlag")
    )


class TestLists:
    def test_up_to_the_limit_in_order(self):
        ids = [uuid4() for _ in range(50)]
        assert query("traceIds=" + ",".join(map(str, ids))).uuids("traceIds", most=50) == tuple(ids)

    @pytest.mark.parametrize(
        "text",
        [
            ",".join(str(UUID(int=n)) for n in range(51)),
            f"{AN_ID};{AN_ID}",
            f"{AN_ID}, {AN_ID}",
            f"{AN_ID},",
            f",{AN_ID}",
            "x",
        ],
    )
    def test_anything_else_is_refused(self, text):
        assert "traceIds: Unexpected query parameter" in refused(
            lambda: query(f"traceIds={text}").uuids("traceIds", most=50)
        )

    def test_a_repeated_parameter_counts_only_once_the_first(self):
        other = uuid4()
        assert query(f"traceIds={AN_ID}&traceIds={other}").uuids("traceIds", most=50) == (AN_ID,)


def test_texts_without_nul():
    assert query("partsName=%E9%83%A8%E5%93%81").text("partsName") == "部品"
    assert "partsName: Unexpected" in refused(lambda: query("partsName=a%00").text("partsName"))
    assert query("partsName=%ff").text("partsName") == "\ufffd"


def test_a_flood_of_parameters_is_cut():
    assert len(query("&".join(f"p{n}=1" for n in range(10_000))).values) <= 100


def test_the_link_names_its_parameters_in_alphabetical_order():
    link = next_link(
        "http://h",
        "parts",
        UUID(int=1),
        {"traceId": UUID(int=2), "limit": 3, "parentFlag": True, "partsName": "部 品&", "plantId": None},
    )
    assert link == (
        "<http://h/api/v1/datatransport?dataTarget=parts&after=00000000-0000-0000-0000-000000000001&limit=3"
        "&parentFlag=true&partsName=%E9%83%A8%20%E5%93%81%26&traceId=00000000-0000-0000-0000-000000000002>; "
        'rel="next"'
    )


class TestErrorBodies:
    now = datetime(2024, 1, 9, 7, 9, 34, 534999, tzinfo=UTC)

    def test_who_when_what_and_how(self):
        place = Place(method="GET", data_target="operator", operator_id=AN_ID)
        assert Refusal(401, "auth", texts.INVALID_OR_EXPIRED).body(place, self.now) == {
            "code": "[auth] Unauthorized",
            "message": "Invalid or expired token",
            "detail": f"id: {AN_ID}, timeStamp: 2024-01-09T07:09:34.534Z, dataTarget: operator, method: GET",
        }

    def test_unknown_callers_have_an_empty_id(self):
        body = Refusal(403, "auth", texts.INVALID_KEY).body(Place(method="PUT"), self.now)
        assert body["detail"] == "id: , timeStamp: 2024-01-09T07:09:34.534Z, dataTarget: , method: PUT"

    def test_traceability_carries_its_code_instead(self):
        assert refuse(texts.PART_MISSING).body(Place(method="DELETE"), self.now) == {
            "code": "[traceability] BadRequest",
            "message": "指定された部品は存在しません。",
            "detail": "MSGAECP0013",
        }

    @pytest.mark.parametrize(
        ("status", "name"),
        [
            (400, "BadRequest"),
            (401, "Unauthorized"),
            (403, "AccessDenied"),
            (404, "NotFound"),
            (500, "InternalServerError"),
            (503, "ServiceUnavailable"),
            (504, "Timeout"),
            (418, "InternalServerError"),
        ],
    )
    def test_names_of_statuses(self, status, name):
        assert (
            Refusal(status, "dataspace", "x").body(Place(method="GET"), self.now)["code"]
            == f"[dataspace] {name}"
        )

    def test_the_other_shape(self):
        assert refuse(texts.REQUIRED, "traceId").errors_body() == {
            "errors": [{"errorCode": "MSGAECO0001", "errorDescription": "traceIdは必須項目です。"}]
        }

    def test_groups_are_joined_once_each_with_a_full_stop(self):
        assert join(["a", "b.", "a"]) == "a; b."
        assert join(["a (x.)"]) == "a (x.)."

    def test_an_answer_repeats_no_novel(self):
        assert len(Refusal(400, "auth", "x" * 10**6).message) < 30_000


def test_codes_of_our_own_texts_are_unique():
    codes = [(value.code, value.status) for value in vars(texts).values() if isinstance(value, texts.Trace)]
    assert len(codes) == len(set(codes))


def every_error(of: type[RenkeiError]) -> list[type[RenkeiError]]:
    return [of, *(below for one in of.__subclasses__() for below in every_error(one))]


def test_no_refusal_of_a_room_becomes_a_server_error():
    import renkei.app  # noqa: F401 - loads every room and so every error

    for error in every_error(RenkeiError):
        for source in ("auth", "dataspace"):
            instance = error.__new__(error)
            RenkeiError.__init__(instance)
            try:
                assert instance.faults
            except AttributeError:
                continue  # carries data that only its own constructor gives
            status = refusal_of(instance, source).status
            assert status < 500 or status == 503


def test_the_reference_page_lists_our_own_codes():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "ouranos-door.md").read_text(encoding="utf-8")
    for trace in vars(texts).values():
        if isinstance(trace, texts.Trace) and trace.code.startswith("RENKEI"):
            assert f"| `{trace.code}` | {trace.status} | {trace.text} |" in page, trace.code
