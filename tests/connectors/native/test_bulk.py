"""`POST /v1/bulk/parts`: many parts in one request, a line each."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.database.transaction import Database, act_as
from renkei.settings import Settings
from tests.connectors.native.world import CLIENT, Member, World, good

NDJSON = {"Content-Type": "application/x-ndjson"}


def send(member: Member, lines: list[Any] | bytes, **headers: str) -> Response:
    body = lines if isinstance(lines, bytes) else b"\n".join(json.dumps(one).encode() for one in lines)
    return member.call("POST", "/bulk/parts", body, headers=NDJSON | headers)


def part(member: Member, name: str, *children: str, **said: Any) -> dict[str, Any]:
    lines = [
        {"child": {"plant_id": member.plant_id, "name": child}, "amount": 2, "unit": "unit"}
        for child in children
    ]
    return {"plant_id": member.plant_id, "name": name} | ({"lines": lines} if children else {}) | said


def faults(answer: Response) -> list[tuple[str, str]]:
    return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]


def names(member: Member) -> list[str]:
    return [one["name"] for one in good(member.get("/parts"))["items"]]


@pytest.fixture
def small(tmp_path: Path, database: Database) -> Iterator[World]:
    """A server with small limits."""
    settings = Settings(
        data_dir=tmp_path,
        bulk_line_limit_bytes=1_000,
        bulk_rows_limit=3,
        bulk_size_limit_bytes=4_000,
        parts_per_operator_limit=4,
    )
    with TestClient(create_app(settings, database), raise_server_exceptions=False, client=CLIENT) as http:
        yield World(http.app, http, database)


class TestRegistering:
    def test_parts_and_structures_are_there_and_told_by_line(self, a: Member) -> None:
        body = b"\n".join(
            json.dumps(one).encode()
            for one in (part(a, "車", "箱", "軸"), part(a, "箱", "板", unit="kilogram", label="L"))
        )
        answer = send(a, b"\r\n" + body.replace(b"\n", b"\r\n\r\n") + b"\n")
        assert answer.status_code == 200
        told = answer.json()
        assert (told["parts_created"], told["parts_updated"], told["structures"]) == (4, 0, 2)
        assert [one["line"] for one in told["parts"]] == [2, 4]
        view = good(a.get(f"/parts/{told['parts'][0]['trace_id']}/structure"))
        assert [(line["child"]["name"], line["amount"], line["sourcing"]) for line in view["lines"]] == [
            ("箱", 2, "made"),
            ("軸", 2, "bought"),
        ]
        assert answer.headers["renkei-version"]

    def test_every_field_of_the_single_paths_is_taken(self, a: Member) -> None:
        facts = {"mass_kg_per_unit": 1.25, "density_kg_per_liter": 0.5}
        texts = {
            "support_name": "S",
            "unit": "kilogram",
            "label": "l",
            "info1": "1",
            "info2": "2",
            "info3": "",
        }
        line = {
            "child": {"plant_id": a.plant_id, "name": "子", "terminated": True, **texts, **facts},
            "amount": 0.1,
            "unit": "gram",
            "base_quantity": 1000,
            "sourcing": "consigned_paid",
            "counted_by": "supplier",
            "phantom": True,
            "alternative_group": "g",
            "usage_share": 1,
        }
        whole = part(a, "親", lines=[line], effective_from="2020-01-31", **texts, **facts)
        [told] = good(send(a, [whole]))["parts"]
        view = good(a.get(f"/parts/{told['trace_id']}/structure"))
        assert view["effective_from"] == "2020-01-31"
        assert {**texts, **facts}.items() <= view["part"].items()
        [stored] = view["lines"]
        assert {**texts, **facts, "name": "子", "terminated": True}.items() <= stored["child"].items()
        assert {name: stored[name] for name in line if name != "child"} == {
            name: value for name, value in line.items() if name != "child"
        }

    def test_numbers_may_be_text_and_are_exact(self, a: Member) -> None:
        long = "0.1234567890123456789012345678901234"
        line = {"child": {"plant_id": a.plant_id, "name": "子"}, "amount": long, "unit": "unit"}
        [told] = good(send(a, [part(a, "親", lines=[line])]))["parts"]
        text = a.get(f"/parts/{told['trace_id']}/structure").text
        assert f'"amount":{long}' in text

    def test_an_application_may_register_for_its_company(self, world: World, a: Member) -> None:
        headers = NDJSON | {"X-Api-Key": world.key(a.operator), "Renkei-Operator": a.id}
        answer = world.http.post("/v1/bulk/parts", content=json.dumps(part(a, "車")), headers=headers)
        assert good(answer)["parts_created"] == 1

    def test_the_example_of_the_page(self, a: Member) -> None:
        page = (Path(__file__).parents[3] / "docs/howto/register-many-parts.md").read_text("utf-8")
        example = page.partition("```ndjson\n")[2].partition("```")[0]
        told = good(send(a, example.replace("7f3c1a52-9a53-4bcb-8d86-0d7a4e6f1c11", a.plant_id).encode()))
        assert (told["parts_created"], told["structures"]) == (4, 2)
        assert names(a) == ["M6 screw", "R-100", "R-110", "Steel sheet"]


class TestAgain:
    def test_the_same_lines_again_change_nothing(self, a: Member) -> None:
        lines = [part(a, "車", "箱"), part(a, "箱")]
        first = good(send(a, lines))
        second = good(send(a, lines))
        assert second == first | {"parts_created": 0, "structures": 0}

    def test_a_key_brings_the_same_answer_again(self, a: Member) -> None:
        lines = [part(a, "車", "箱")]
        first = send(a, lines, **{"Idempotency-Key": "bom-1"})
        second = send(a, lines, **{"Idempotency-Key": "bom-1"})
        assert second.content == first.content
        assert second.headers["idempotency-replayed"] == "true"
        other = send(a, [part(a, "車")], **{"Idempotency-Key": "bom-1"})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


class TestFaults:
    def test_every_fault_has_its_line_and_nothing_is_stored(self, a: Member) -> None:
        lines = [
            json.dumps(part(a, "車", "箱")).encode(),
            b"{",
            b'{"name": "x", "name": "y"}',
            json.dumps(part(a, "", unit="furlong", extra=1, mass_kg_per_unit=0)).encode(),
            json.dumps(part(a, "軸", unit="furlong")).encode(),
            json.dumps(
                part(a, "軸", lines=[{"child": {"name": "x"}, "amount": -1, "unit": "unit"}])
            ).encode(),
            json.dumps(part(a, "甲", lines=[{"child": {}, "amount": 1, "unit": "unit"}])).encode(),
            b"[]",
            b'{"plant_id": "\\u0000"}',
            json.dumps(part(a, "甲", plant_id=a.id)).encode(),
            b"\xff",
            json.dumps(part(a, "車")).encode(),
        ]
        answer = send(a, b"\n".join(lines))
        assert answer.status_code == 422
        assert faults(answer) == [
            ("malformed_json", "line:2"),
            ("duplicate_key", "line:3/name"),
            ("too_short", "line:4/name"),
            ("too_small", "line:4/mass_kg_per_unit"),
            ("unknown_key", "line:4/extra"),
            ("unit_unknown", "line:5/unit"),
            ("too_small", "line:6/lines/0/amount"),
            ("missing", "line:7/lines/0/child/plant_id"),
            ("missing", "line:7/lines/0/child/name"),
            ("not_object", "line:8"),
            ("bad_text", "line:9/plant_id"),
            ("plant_unknown", "line:10/plant_id"),
            ("not_utf8", "line:11"),
            ("duplicate_row", "line:12"),
        ]
        assert names(a) == []

    @pytest.mark.parametrize(
        "amount",
        [
            "1e400",
            "1" * 35,
            "1e31",
            "NaN",
            '"x"',
            '"NaN"',
            '"Infinity"',
            '"1_0"',
            '" 1 "',
            '"١"',
            "true",
            "null",
            "[]",
        ],
    )
    def test_a_number_out_of_bounds_is_told(self, a: Member, amount: str) -> None:
        line = {"child": {"plant_id": a.plant_id, "name": "子"}, "amount": "AMOUNT", "unit": "unit"}
        body = json.dumps(part(a, "親", lines=[line])).replace('"AMOUNT"', amount)
        answer = send(a, body.encode())
        assert answer.status_code == 422
        assert [pointer for _, pointer in faults(answer)] == ["line:1/lines/0/amount"]

    def test_another_companys_plant_and_part_are_unknown(self, a: Member, b: Member) -> None:
        theirs = b.part("箱")
        line = {"child": {"trace_id": theirs}, "amount": 1, "unit": "unit"}
        answer = send(a, [part(a, "車", lines=[line]), part(b, "軸")])
        assert faults(answer) == [
            ("trace_unknown", "line:1/lines/0/child/trace_id"),
            ("plant_unknown", "line:2/plant_id"),
        ]

    def test_sentences_come_in_the_callers_language(self, a: Member) -> None:
        answer = send(a, [part(a, "車"), part(a, "車")], **{"Accept-Language": "ja"})
        assert answer.json()["errors"][0]["detail"] == "この部品は1行目で既に登録されています。"

    def test_an_empty_body_is_nothing(self, a: Member) -> None:
        assert good(send(a, b""))["parts"] == []


class TestLimits:
    def test_too_long_a_line_is_one_fault(self, small: World) -> None:
        member = small.member("A社")
        answer = send(member, [part(member, "車", label="x" * 990), part(member, "箱", unit="furlong")])
        assert (answer.status_code, faults(answer)) == (
            422,
            [("line_too_long", "line:1"), ("unit_unknown", "line:2/unit")],
        )

    def test_too_many_lines_are_refused(self, small: World) -> None:
        member = small.member("A社")
        answer = send(member, [part(member, f"部品{number}") for number in range(4)])
        assert (answer.status_code, answer.json()["code"]) == (413, "too_many_rows")
        assert names(member) == []

    def test_too_large_a_body_is_refused_while_it_is_read(self, small: World) -> None:
        member = small.member("A社")

        def pieces() -> Iterator[bytes]:
            for _ in range(9):
                yield b" " * 499 + b"\n"

        answer = member.http.post("/v1/bulk/parts", content=pieces(), headers=member.headers | NDJSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    def test_the_quota_of_parts_holds(self, small: World) -> None:
        member = small.member("A社")
        answer = send(member, [part(member, "車", "1", "2", "3", "4")])
        assert (answer.status_code, answer.json()["code"]) == (409, "part_quota_exceeded")
        assert names(member) == []

    def test_nobody_may_send_without_a_right(self, world: World, a: Member) -> None:
        assert world.http.post("/v1/bulk/parts", content=b"{}", headers=NDJSON).status_code == 401
        assert send(a, b"{}", **{"Content-Type": "text/csv"}).status_code == 415

    def test_one_company_runs_one_import_at_a_time(self, database: Database, a: Member, b: Member) -> None:
        """While A's import waits for A's turn to write, a second one of A is refused and B's goes through."""
        hold = act_as(a.operator.operator_key, a.operator.operator_id)
        with database.pool.connection() as connection, connection.transaction():
            hold(connection, True)
            first: list[Response] = []
            thread = threading.Thread(target=lambda: first.append(send(a, [part(a, "車")])))
            thread.start()
            _until_it_waits(database)
            second = send(a, [part(a, "軸")])
            assert (second.status_code, second.json()["code"]) == (429, "too_many_imports")
            assert good(send(b, [part(b, "箱")]))["parts_created"] == 1
        thread.join()
        assert good(first[0])["parts_created"] == 1
        assert good(send(a, [part(a, "軸")]))["parts_created"] == 1


def _until_it_waits(database: Database) -> None:
    """Until some transaction waits for an advisory lock."""
    with database.pool.connection() as connection:
        for _ in range(10_000):
            row = connection.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()
            connection.rollback()
            if row is not None and row[0]:
                return
    raise AssertionError("nobody waits")
