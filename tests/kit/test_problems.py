from __future__ import annotations

import json
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.errors import Conflict, Fault, FaultKind, Forbidden, Missing, RenkeiError, SeveralFaults
from renkei.kit.problems import STATUS, choose_language, problem


class TooFew(RenkeiError):
    code = "too_few"
    en = "At least {minimum} are needed."
    ja = "{minimum}件以上が必要です。"


def test_a_fault_becomes_a_problem() -> None:
    status, body = problem(TooFew("/parts", minimum=2), language="en", instance="/v1/parts", request_id="r-1")
    assert status == 422
    assert body == {
        "type": "urn:renkei:error:too_few",
        "title": "The content breaks a rule",
        "status": 422,
        "detail": "At least 2 are needed.",
        "instance": "/v1/parts",
        "code": "too_few",
        "request_id": "r-1",
        "errors": [
            {
                "pointer": "/parts",
                "code": "too_few",
                "detail": "At least 2 are needed.",
                "parameters": {"minimum": 2},
            }
        ],
    }


def test_japanese_is_spoken() -> None:
    _, body = problem(TooFew(minimum=2), language="ja", instance="/", request_id="")
    assert body["detail"] == "2件以上が必要です。"
    assert body["title"] == "内容に誤りがあります"


def test_every_fault_of_a_body_is_listed() -> None:
    faults = (Fault("a", "/0", {}, "A.", "あ。"), Fault("b", "/1", {"x": 1}, "B {x}.", "び{x}。"))
    status, body = problem(SeveralFaults(faults), language="en", instance="/", request_id="")
    assert status == 422
    assert body["detail"] == "What was sent breaks 2 rule(s)."
    errors = body["errors"]
    assert isinstance(errors, list)
    assert [(error["pointer"], error["detail"]) for error in errors] == [("/0", "A."), ("/1", "B 1.")]


@pytest.mark.parametrize(
    ("error", "status"), [(Missing(noun="part"), 404), (Forbidden(), 403), (Conflict(), 409)]
)
def test_the_status_follows_the_kind(error: RenkeiError, status: int) -> None:
    assert problem(error, language="en", instance="/", request_id="")[0] == status


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(FaultKind)


def test_a_template_without_its_parameter_still_answers() -> None:
    _, body = problem(Missing(other="x"), language="en", instance="/", request_id="")
    assert body["detail"] == "There is no {noun} with this identifier."


def test_parameters_are_always_json() -> None:
    error = TooFew(minimum=UUID(int=1), names={"b", "a"}, kind=FaultKind.CONTENT, pair=(1, None))
    _, body = problem(error, language="en", instance="/", request_id="")
    assert '["a", "b"]' in json.dumps(body)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("JA", "ja"),
        ("en;q=0.1, ja;q=0.2", "ja"),
        ("fr, ja;q=0.3", "ja"),
        ("fr", "en"),
        ("*", "en"),
        ("ja;q=0", "en"),
        ("en;q=0, *", "ja"),
        ("en;q=0", "ja"),
        ("*;q=0", "en"),
        ("en;q=nonsense, ja;q=0.1", "ja"),
        ("jam", "en"),
        (",;,;q=1,\x00,日本語", "en"),
        ("ja;q=1.0 ; x", "en"),
        ("x," * 100_000 + "ja", "en"),
    ],
)
def test_the_language_is_chosen_by_weight(header: str | None, language: str) -> None:
    assert choose_language(header) == language


@pytest.mark.parametrize(("header", "language"), [(None, "ja"), ("*", "ja"), ("en", "en"), ("ja;q=0", "en")])
def test_the_default_is_a_setting(header: str | None, language: Literal["ja", "en"]) -> None:
    assert choose_language(header, default="ja") == language


@given(st.text() | st.text("enja-;q=01.,* "))
def test_no_header_breaks_it(header: str) -> None:
    assert choose_language(header) in {"ja", "en"}
