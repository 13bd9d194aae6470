"""Generated requests to every operation of an OpenAPI document, and what every answer must be.

Schemathesis generates (data that the document allows, and data that it does not) and holds the answers against the
document; ids are then mostly replaced by ids that exist, learnt from earlier answers, so that requests get past 404.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.target import Caller, Pool

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Check = Callable[[schemathesis.Case, Response], str | None]
"""What is wrong with an answer, or None."""


@schemathesis.serializer("application/x-ndjson")
def ndjson(_: object, value: object) -> bytes:
    """One line, or one for each element."""
    lines = value if isinstance(value, list) else [value]
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines)


class TimeIsUp(BaseException):
    """Ends one operation's examples; hypothesis lets it through."""


@dataclass
class Walk:
    """One document walked along; `failures` has one entry for each (operation, kind of failure)."""

    schema: Any
    url: str
    pool: Pool
    callers: list[Callable[[], Caller]]
    check: Check
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def run(self, mode: GenerationMode, *, examples: int, seconds: float) -> int:
        """At most `examples` requests to each operation, and at most `seconds` altogether; how many were sent."""
        sent = 0
        end = time.monotonic() + seconds
        operations = list(self.operations())
        limits = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        for index, operation in enumerate(operations):
            now = time.monotonic()
            sent += self._meet(operation, index, mode, limits, now + (end - now) / (len(operations) - index))
        return sent

    def _meet(self, operation: Any, index: int, mode: GenerationMode, limits: settings, until: float) -> int:
        """One operation's examples, at least one; how many."""
        sent = 0

        def answer(case: schemathesis.Case, number: int, who: int) -> None:
            nonlocal sent
            sent += 1
            # What is drawn must not depend on what has been learnt, which grows from request to request.
            self.answer(case, random.Random(number), self.callers[who]())
            if time.monotonic() > until:
                raise TimeIsUp

        examples_of = given(
            case=operation.as_strategy(generation_mode=mode),
            number=st.integers(0, 2**32 - 1),
            who=st.integers(0, len(self.callers) - 1),
        )
        with suppress(TimeIsUp, Unsatisfiable):  # nothing wrong can be said where nothing is asked
            seed(index)(limits(examples_of(answer)))()
        return sent

    def operations(self) -> Iterator[Any]:
        """Every operation of the document."""
        for found in self.schema.get_all_operations():
            yield found.ok()

    def answer(self, case: schemathesis.Case, dice: random.Random, caller: Caller) -> None:
        """Send one request and look at its answer."""
        label = case.operation.label
        revive(case, self.pool, dice)
        try:
            answer = case.call(base_url=self.url, session=self.session, headers=caller.headers, timeout=30)
        except requests.RequestException as error:
            self.failures.setdefault((label, "no answer"), f"{error!r}\n{case.as_curl_command()}")
            return
        self.statuses.setdefault(label, set()).add(answer.status_code)
        told: dict[str, str] = {}
        if answer.status_code >= 500:
            told[str(answer.status_code)] = answer.text
        wrong = self.check(case, answer)
        if wrong is not None:
            told[wrong] = answer.text
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                told[f"{type(failure).__name__} {answer.status_code}"] = str(failure)
        for kind, text in told.items():
            how = f"{text[:1500]}\n{case.as_curl_command(headers=caller.headers)[:1500]}"
            self.failures.setdefault((label, kind), how)
        media_type = (answer.headers.get("content-type") or [""])[0]
        if answer.status_code < 300 and "json" in media_type and "ndjson" not in media_type:
            self.pool.learn(answer.json())

    def report(self) -> str:
        """Every failure, for a person."""
        return "\n\n".join(f"{label}: {kind}\n{how}" for (label, kind), how in self.failures.items())


def revive(case: schemathesis.Case, pool: Pool, dice: random.Random) -> None:
    """Replace most ids by ids that exist."""

    def living(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: living(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [living(one, key) for one in value]
        known = pool.known(key)
        if known and isinstance(value, str) and dice.random() < 0.8:
            return dice.choice(known)
        return value

    for name in ("path_parameters", "query", "body"):
        value = getattr(case, name)
        if isinstance(value, dict | list) and value:
            setattr(case, name, living(value, ""))
