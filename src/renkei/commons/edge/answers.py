"""Answers as bytes: JSON written once, problems told in the caller's language (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from renkei.commons.edge.facts import facts_of, header
from renkei.kit.errors import RenkeiError
from renkei.kit.problems import MEDIA_TYPE, Language, choose_language, problem
from renkei.kit.strict_json import dumps

JSON: Final = "application/json"


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as compact JSON."""
    return Response(dumps(value), status, headers, JSON)


def problem_answer(scope: Scope, error: RenkeiError, *, default: Language = "en") -> Response:
    """The problem that tells `error`: status, sentences in the caller's language, every fault with its place."""
    facts = facts_of(scope)
    facts.error_code = error.code
    language = choose_language(header(scope, b"accept-language"), default=default)
    status, body = problem(error, language=language, instance=scope["path"], request_id=facts.request_id)
    headers = _headers(status, language)
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(dumps(body), status, headers, MEDIA_TYPE)


def plain_problem(
    scope: Scope,
    status: int,
    code: str,
    sentences: tuple[str, str],
    *,
    default: Language = "en",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem that no room raised: of HTTP itself (404, 405, 415), or our own failure (500). `sentences`: en, ja."""
    facts = facts_of(scope)
    facts.error_code = code
    language = choose_language(header(scope, b"accept-language"), default=default)
    sentence = sentences[1] if language == "ja" else sentences[0]
    body = {
        "type": f"urn:renkei:error:{code}",
        "title": sentence,
        "status": status,
        "detail": sentence,
        "instance": scope["path"],
        "code": code,
        "request_id": facts.request_id,
        "errors": [],
    }
    return Response(dumps(body), status, {**_headers(status, language), **(headers or {})}, MEDIA_TYPE)


def failure(scope: Scope, *, default: Language = "en") -> Response:
    """The answer when we failed: nothing about why, but the id by which the log tells it."""
    return plain_problem(
        scope,
        500,
        "internal_error",
        (
            "The service failed. Tell support the request_id.",
            "サービス内部でエラーが発生しました。request_idを添えてお問い合わせください。",
        ),
        default=default,
    )


def _headers(status: int, language: Language) -> dict[str, str]:
    found: dict[str, str] = {"Content-Language": language}
    if status == 401:
        found["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        found["Retry-After"] = "1"
    if status == 413:
        # The rest of the body is not read.
        found["Connection"] = "close"
    return found
