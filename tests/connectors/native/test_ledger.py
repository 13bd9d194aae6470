"""`/v1/ledger`: the same heads for everybody, proofs for the parties, nothing for strangers."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from renkei.commons.ledger.bundle import check_bundle
from renkei.commons.ledger.merkle import is_consistent
from renkei.commons.ledger.sequencing import Sequencer
from tests.connectors.native.world import good


@pytest.fixture
def asked(world, a, b):
    """A's request to B; the log has one head."""
    request = a.ask(b, a.part("電池"))
    tick(world)
    return request


def tick(world):
    return Sequencer(world.database, world.context.secrets).tick()


def test_no_head_is_told(a):
    answer = a.get("/ledger/head")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_head_yet")


def test_every_member_gets_the_same_head_and_keys(asked, a, c):
    assert a.get("/ledger/head").content == c.get("/ledger/head").content
    [key] = good(c.get("/ledger/keys"))["keys"]
    assert (key["kty"], key["crv"], key["verifier"].split("+")[1]) == ("OKP", "Ed25519", key["kid"])


def test_both_parties_prove_the_request_and_a_stranger_learns_nothing(asked, a, b, c):
    subject = asked["request_id"]
    for party in (a, b):
        content = party.get("/ledger/proofs", subject_id=subject).content
        [key] = good(party.get("/ledger/keys"))["keys"]
        outcome = check_bundle(content, key["verifier"])
        assert (outcome.proved, outcome.faults) == (1, [])
        [item] = json.loads(content)["items"]
        assert item["fact"]["operator"] == a.id
        assert item["fact"]["parties"] == [b.id]
    foreign = good(c.get("/ledger/proofs", subject_id=subject))
    assert foreign == good(c.get("/ledger/proofs", subject_id=str(uuid4())))
    assert foreign["items"] == []


def test_pending_until_the_next_head(world, asked, a, b):
    b.post(f"/requests/{asked['request_id']}/reject", {"reply": "違います"})
    subject = {"subject_id": asked["request_id"]}
    assert [item["state"] for item in good(a.get("/ledger/proofs", **subject))["items"]] == [
        "in_log",
        "pending",
    ]
    tick(world)
    assert [item["state"] for item in good(a.get("/ledger/proofs", **subject))["items"]] == [
        "in_log",
        "in_log",
    ]
    only = good(a.get("/ledger/proofs", **subject, kind="answer"))["items"]
    assert [item["fact"]["content"]["state"] for item in only] == ["REJECT"]
    under = good(a.get("/ledger/proofs", **subject, size=8))["items"]
    assert [item["proof"] is None for item in under] == [False, True]


def test_consistency_between_two_heads(world, asked, c):
    first = good(c.get("/ledger/head"))
    tick(world)
    second = good(c.get("/ledger/head"))
    answer = good(c.get("/ledger/consistency", first=first["size"], second=second["size"]))
    proof, roots = map(bytes.fromhex, answer["proof"]), [bytes.fromhex(h["root"]) for h in (first, second)]
    assert is_consistent(first["size"], second["size"], list(proof), *roots)
    assert good(c.get("/ledger/head", size=first["size"])) == first


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/ledger/head", {"size": 9}, 404, "head_not_found"),
        ("/ledger/head", {"size": 0}, 422, "too_small"),
        ("/ledger/consistency", {"first": 8, "second": 16}, 422, "sizes_not_ordered"),
        ("/ledger/consistency", {"first": 8}, 422, "missing"),
        ("/ledger/proofs", {}, 422, "missing"),
        ("/ledger/proofs", {"subject_id": "x"}, 422, "not_id"),
    ],
)
def test_what_cannot_be_asked(asked, a, path, query, status, code):
    answer = a.get(path, **query)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_nobody_without_a_token(world, asked):
    for path in ("head", "keys", "proofs?subject_id=" + asked["request_id"], "consistency?first=1&second=1"):
        assert world.http.get(f"/v1/ledger/{path}").status_code == 401
