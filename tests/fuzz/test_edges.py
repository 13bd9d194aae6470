"""Values at the edges of what can be sent, one place after another in requests that are right otherwise.

Since the rest is right, they reach the rules, the columns and the arithmetic behind the doors; then everything is read
back and the worker works off what follows, since a value that is taken must also be shown and computed with.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from renkei.app import handlers
from renkei.database.events import drain, queue_state
from renkei.database.transaction import as_role
from tests.connectors.native.contract import Contract
from tests.fuzz.calls import CALLS, Call, filled
from tests.fuzz.chain import Chain, found
from tests.fuzz.target import EXAMPLES, Target

EVERY = 1 if EXAMPLES >= 100 else 11
"""In the suite every eleventh pair of place and value, so that each place and each value has its turn; `make fuzz` has all."""
NUMBERS = (
    "0",
    "-0",
    "-0.0",
    "-1",
    "1e-30",
    "9.999999999999999e30",
    "1e30",
    "1e31",
    "1e308",
    "-1e30",
    "0.1234567890123456789012345678901234",
    "99999.99999",
    "99999.999991",
    "9999999999999999999999999999999999",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1.0",
    "4.5",
    "true",
    "null",
    '"1"',
    '"1e5"',
    '"NaN"',
    '""',
    "[1]",
    "{}",
)
TEXTS = (
    "",
    " ",
    "\t\n",
    "a" * 50,
    "a" * 257,
    "a" * 5_000,
    "e\u0301",
    "\u00e9",
    "ﬁ①㍿",
    "\u202e\u200b\ufeff",
    "\uffff\ufffe",
    "\U0010ffff" * 100,
    "\x01\x1b\x7f",
    "%00",
    "'; DROP TABLE x; --",
    "{0} {reason} %s %(x)s",
    '=HYPERLINK("x")',
    "<script>",
    "../../etc/passwd",
    "null",
    "0",
)
DAYS = (
    "0001-01-01",
    "9999-12-31",
    "0000-01-01",
    "10000-01-01",
    "2026-02-30",
    "2024-02-29",
    "20260101",
    "2026-W01-1",
    "",
)
MOMENTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01T24:00:00Z",
    "2026-01-01T23:59:60Z",
    "2026-01-01T00:00:00+99:99",
    "2026-01-01",
)
OTHERS = ("null", "[]", "{}", '""', "0", "true", '"x"')

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T")


class Raw:
    """A value written into the body exactly as it stands here."""

    def __init__(self, text: str) -> None:
        self.text = text


def edges_of(value: Any) -> list[Raw]:
    """What to put into the place of a value."""
    if isinstance(value, bool) or value is None:
        return [Raw(one) for one in OTHERS]
    if isinstance(value, int | float | Decimal):
        return [Raw(one) for one in NUMBERS]
    if isinstance(value, str):
        if value.startswith("{") and value.endswith("}"):
            ids = ('"00000000-0000-0000-0000-000000000000"', '"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"')
            return [Raw(one) for one in (*OTHERS, *ids)]
        texts = MOMENTS if _MOMENT.match(value) else DAYS if _DAY.match(value) else TEXTS
        return [*(Raw(json.dumps(one)) for one in texts), *(Raw(one) for one in OTHERS)]
    if isinstance(value, list):
        element = value[0] if value else {}
        many = [Raw(json.dumps([element] * count)) for count in (2, 51, 101)]
        return [*(Raw(one) for one in OTHERS), *many, Raw("[null]"), Raw("[[]]")]
    return [*(Raw(one) for one in OTHERS), Raw('{"x": 1}'), Raw('{"": null}')]


def places_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places_of(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value[:2]):
            yield from places_of(one, (*path, index))


def with_edge(body: Any, path: tuple[str | int, ...], edge: Raw, things: dict[str, str]) -> bytes:
    """The body as bytes, with the edge written in its place."""
    marker = "\u0000edge\u0000"
    changed = copy.deepcopy(body)
    if not path:
        changed = marker
    else:
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = marker
    text = json.dumps(filled(changed, things))
    written = re.sub(r"\{([a-z_]+)\}", lambda found: things.get(found[1], found[0]), edge.text)
    return text.replace(json.dumps(marker), written).encode()


def value_at(body: Any, path: tuple[str | int, ...]) -> Any:
    """What stands at a place."""
    for step in path:
        body = body[step]
    return body


WITH_BODY = [call for call in CALLS if call.body is not None and not isinstance(call.body, bytes)]


def variants(call: Call) -> list[tuple[tuple[str | int, ...], Raw]]:
    """Every place of a body with every edge of its kind."""
    return [(path, edge) for path in places_of(call.body) for edge in edges_of(value_at(call.body, path))]


def wrong_with(call: Call, answer: requests.Response, contracts: dict[bool, Contract]) -> str | None:
    """What is wrong with an answer, by the document of its door."""
    if answer.status_code >= 500:
        return "the server failed"
    path = call.path.removeprefix("/v1") if call.is_v1 else call.path
    operation = contracts[call.is_v1].document["paths"].get(path, {}).get(call.method.lower())
    if operation is None:
        return None if path.startswith("/files/") else "not in the document"
    described = operation["responses"].get(str(answer.status_code))
    if described is None:
        return "a status that is not in the document"
    content = described.get("content")
    if content is None:
        return None if answer.content == b"" else "a body that is not in the document"
    media_type = answer.headers["content-type"].partition(";")[0]
    if media_type not in content:
        return f"{media_type} is not in the document"
    if media_type.endswith("json") and not media_type.endswith("ndjson"):
        try:
            contracts[call.is_v1].holds(answer.json(), content[media_type]["schema"])
        except Exception as error:  # noqa: BLE001 - whatever the validator says
            return f"not as described: {str(error)[:500]}"
    return None


@pytest.fixture(scope="module")
def contracts(target: Target) -> dict[bool, Contract]:
    documents = {True: "/v1/openapi.json", False: "/ouranos/openapi.json"}
    return {
        is_v1: Contract(requests.get(target.url + path, timeout=30).json())
        for is_v1, path in documents.items()
    }


@pytest.fixture(scope="module")
def chain(target: Target) -> Chain:
    """A chain of this module's own."""
    return found(target.world, target.world.http)


READS = [call for call in CALLS if call.method == "GET"]


@pytest.mark.parametrize("call", WITH_BODY, ids=lambda call: call.name)
def test_edges_in_bodies(target: Target, chain: Chain, contracts: dict[bool, Contract], call: Call) -> None:
    told: dict[str, str] = {}
    taken: list[str] = []
    for path, edge in variants(call)[WITH_BODY.index(call) % EVERY :: EVERY]:
        body = with_edge(call.body, path, edge, chain.things)
        answer = target.send_as_meant(call, chain, edited=body)
        wrong = wrong_with(call, answer, contracts)
        where = f"{'/'.join(map(str, path))} = {edge.text[:60]}"
        if wrong is not None:
            told.setdefault(
                f"{wrong[:60]} {path}", f"{where}: {wrong} {answer.status_code} {answer.text[:600]}"
            )
        if answer.status_code < 300 and call.writes:
            taken.append(where)
    if taken:
        told |= read_back(target, chain, contracts)
    assert not told, "\n\n".join(told.values()) + f"\n\ntaken: {taken}"


def read_back(target: Target, chain: Chain, contracts: dict[bool, Contract]) -> dict[str, str]:
    """What is wrong with the reads, and with the worker."""
    told: dict[str, str] = {}
    drain(target.world.database, handlers())
    buried = target.world.database.read(as_role("renkei_engine"), queue_state)
    if buried.buried or buried.retrying:
        told["events"] = f"the worker fails: {buried}"
    for call in READS:
        answer = target.send_as_meant(call, chain)
        wrong = wrong_with(call, answer, contracts)
        if wrong is not None:
            told[f"{call.name} {wrong[:60]}"] = f"read back: {call.name} {wrong} {answer.text[:600]}"
    return told
