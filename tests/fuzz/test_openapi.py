"""Generated requests over both OpenAPI documents: no 500, no dropped connection, and answers as they are described.

RENKEI_FUZZ_EXAMPLES at most so many requests an operation and kind of data (4; `make fuzz N=2000` for more);
RENKEI_FUZZ_SECONDS at most so long for each document and kind (30; `make fuzz SECONDS=600`).
"""

from __future__ import annotations

import re

import pytest
import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.transport import Response

from tests.fuzz.target import EXAMPLES, SECONDS, Caller, Target
from tests.fuzz.walk import Check, Walk

PROBLEM = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
CODE = re.compile(r"\[(auth|dataspace|traceability)\] \w+")


def v1_refusal(case: schemathesis.Case, answer: Response) -> str | None:
    """RFC 9457, with the request's own id and status."""
    if answer.status_code < 400:
        return None
    told = answer.json()
    if set(told) != PROBLEM or told["status"] != answer.status_code:
        return "not a problem"
    if [told["request_id"]] != answer.headers["x-request-id"]:
        return "another request's id"
    if answer.status_code == 422 and not told["errors"]:
        return "no fault has a place"
    if not all(fault["detail"] and "{" not in fault["detail"] for fault in told["errors"]):
        return "a sentence is not filled in"
    return None


def ouranos_refusal(case: schemathesis.Case, answer: Response) -> str | None:
    """The contract's two shapes of an error."""
    if answer.status_code < 400:
        return None
    told = answer.json()
    if case.operation.path in PRODUCTION:
        return None if set(told) == {"errors"} and told["errors"] else "not the contract's errors"
    if answer.status_code == 413:
        return None if told == {"message": "Request Entity Too Large"} else "not the contract's 413"
    good = set(told) == {"code", "message", "detail"} and CODE.fullmatch(told["code"])
    return None if good else "not the contract's error"


PRODUCTION = {
    "/cfpAcl",
    "/cfpCertificationAcl",
    "/notifications",
    "/replyMessages",
    "/fileUploadUrl",
    "/keyId",
    "/cfpCertificationInfo",
    "/fileDownloadUrl",
    "/cfpCertifications",
    "/requestStatus",
}


def walk_along(target: Target, document: str, base: str, check: Check, mode: GenerationMode) -> Walk:
    """Walk along a document as several kinds of callers, mostly such as may do something."""
    described = requests.get(target.url + document, timeout=30).json()
    application = {"x-api-key": target.key, "apiKey": target.key, "Renkei-Operator": target.a.id}
    callers = [
        *[lambda: target.person(target.a)] * 3,
        *[lambda: target.person(target.b)] * 2,
        lambda: target.person(target.c),
        lambda: Caller("application", application),
        lambda: Caller("nobody", {}),
    ]
    walk = Walk(schemathesis.openapi.from_dict(described), target.url + base, target.pool, callers, check)
    walk.run(mode, examples=EXAMPLES, seconds=SECONDS)
    operations = len(list(walk.operations()))
    assert operations >= 20
    if mode is GenerationMode.POSITIVE:
        assert len(walk.statuses) == operations, "every operation was met"
    return walk


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
class TestEveryOperation:
    def test_of_v1(self, target: Target, mode: GenerationMode) -> None:
        walk = walk_along(target, "/v1/openapi.json", "/v1", v1_refusal, mode)
        assert not walk.failures, walk.report()
        if mode is GenerationMode.POSITIVE:
            done = {label for label, statuses in walk.statuses.items() if any(one < 300 for one in statuses)}
            assert len(done) > len(walk.statuses) / 4, "generated requests get somewhere"

    def test_of_the_ouranos_door(self, target: Target, mode: GenerationMode) -> None:
        walk = walk_along(target, "/ouranos/openapi.json", "", ouranos_refusal, mode)
        assert not walk.failures, walk.report()


def test_the_server_goes_on(target: Target) -> None:
    assert target.alive()
