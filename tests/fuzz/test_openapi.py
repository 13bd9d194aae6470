"""schemathesis over both OpenAPI documents: no generated request makes a 500, and answers are as described.

RENKEI_FUZZ_EXAMPLES examples an operation (12 by default; `make fuzz N=2000` for more).
"""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.conftest import EXAMPLES, Target

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture(scope="session")
def v1_schema(target: Target) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/v1/openapi.json", target.app)


@pytest.fixture(scope="session")
def ouranos_schema(target: Target) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/ouranos/openapi.json", target.app)


@schemathesis.pytest.from_fixture("v1_schema").parametrize()
@FUZZ
def test_v1(case: schemathesis.Case, target: Target) -> None:
    case.call_and_validate(headers={"Authorization": target.headers["Authorization"]}, checks=CHECKS)


@schemathesis.pytest.from_fixture("ouranos_schema").parametrize()
@FUZZ
def test_ouranos(case: schemathesis.Case, target: Target) -> None:
    case.call_and_validate(headers=target.headers, checks=CHECKS)
