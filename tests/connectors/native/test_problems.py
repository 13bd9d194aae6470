"""Whatever goes wrong under `/v1` is a problem (RFC 9457), in the caller's language, with every fault at its place."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response

from tests.connectors.native.world import Member, World, good

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}


def problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer must be."""
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert set(told) == MEMBERS
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code), answer.text
    assert told["type"] == f"urn:renkei:error:{code}"
    assert told["request_id"] == answer.headers["x-request-id"]
    return told


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/parts/", "//parts", "/parts/a/b/c"])
def test_an_address_that_does_not_exist(world: World, path: str) -> None:
    assert problem(world.http.get(f"/v1{path}"), 404, "no_such_path")["instance"] == f"/v1{path}"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/parts", "GET, POST"),
        ("DELETE", "/me", "GET"),
        ("PATCH", "/parts/4a2b", "DELETE, GET, PUT"),
        ("GET", "/auth/login", "POST"),
    ],
)
def test_a_method_that_the_address_does_not_take(world: World, method: str, path: str, allowed: str) -> None:
    answer = world.http.request(method, f"/v1{path}")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("content_type", ["text/xml", "application/x-www-form-urlencoded", "application", ""])
def test_a_body_that_is_not_json(a: Member, content_type: str) -> None:
    problem(a.post("/parts", b"<x/>", headers={"Content-Type": content_type}), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b"\xff", "not_utf8"),
        (b'{"name":"a","name":"b"}', "duplicate_key"),
        (b'{"name":NaN}', "bad_number"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nesting_too_deep"),
    ],
)
def test_a_body_that_cannot_be_read(a: Member, body: bytes, code: str) -> None:
    problem(a.post("/parts", body), 400, code)


def test_every_fault_at_once_each_with_its_place(a: Member) -> None:
    told = problem(
        a.post("/parts", {"plant_id": "x", "name": " ", "unit": "", "mass_kg_per_unit": -1, "colour": "red"}),
        422,
        "invalid",
    )
    assert {fault["pointer"]: fault["code"] for fault in told["errors"]} == {
        "/plant_id": "not_id",
        "/name": "blank",
        "/unit": "too_short",
        "/mass_kg_per_unit": "too_small",
        "/colour": "unknown_key",
    }


def test_faults_of_the_address_and_the_query_have_places_too(a: Member) -> None:
    told = problem(a.get("/parts/xyz/structure", version="0"), 422, "invalid")
    assert {(fault["pointer"], fault["code"]) for fault in told["errors"]} == {
        ("path:trace_id", "not_id"),
        ("query:version", "too_small"),
    }


def test_the_sentences_are_japanese_or_english(a: Member) -> None:
    answers = {
        language: a.call("GET", "/parts/xyz", headers={"Accept-Language": language})
        for language in ("ja", "en")
    }
    assert answers["ja"].json()["title"] == "内容に誤りがあります"
    assert answers["en"].json()["title"] == "The content breaks a rule"
    assert answers["ja"].headers["content-language"] == "ja"


def test_figures_name_the_route(world: World, a: Member) -> None:
    part = a.part("P1")
    good(a.get(f"/parts/{part}"))
    text = world.http.get("/metrics").text
    assert 'method="GET",route="/v1/parts/{trace_id}",status="200"' in text
    assert part not in text


def test_a_line_feed_in_the_address_is_a_problem_too(world) -> None:
    answer = world.http.get("/v1/factor-sets/a/%0A")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_path")
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_beside_v1_tells_a_wrong_method_and_an_unknown_address_as_a_problem(world) -> None:
    answer = world.http.post("/healthz")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"
    assert (world.http.get("/no%0Aroom").status_code, world.http.get("/no/room").status_code) == (404, 404)
