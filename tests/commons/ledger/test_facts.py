"""What is recorded, when it is in the log, and who may read and prove it."""

from __future__ import annotations

import json

import pytest

from renkei.commons.consents.service import withdraw
from renkei.commons.ledger import service
from renkei.commons.ledger.errors import HeadMissing, NoHeadYet, SizesNotOrdered
from renkei.commons.ledger.merkle import is_consistent, is_included, leaf_hash
from renkei.commons.ledger.notes import read_note, read_verifiers
from renkei.commons.ledger.rules import commitment_of, envelope


def facts(ledger):
    return [
        (kind, str(subject))
        for kind, subject in ledger.read(
            "SELECT kind, subject_id FROM commons.ledger_facts ORDER BY fact_key"
        )
    ]


def delivered(ledger, said):
    [(delivery_id,)] = ledger.read("SELECT delivery_id FROM commons.deliveries WHERE NOT withdrawn")
    return delivery_id


def test_everything_that_was_said_is_a_fact(ledger, chain, traded):
    """Two statements, a request with its trade, an answer with its link, a consent, a delivery; A's new total 10+3×2."""
    kinds = [kind for kind, _ in facts(ledger)]
    assert kinds == [
        "footprint.statement", "footprint.statement", "request", "trade", "answer", "trade", "consent", "delivery",
        "footprint.statement",
    ]  # fmt: skip


def test_a_fact_goes_with_its_transaction(ledger, chain, traded):
    before = facts(ledger)

    def fails(tx):
        withdraw(tx, traded.consent.consent_id)
        raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError):
        ledger.database.run(traded.b, fails)
    assert facts(ledger) == before


def test_what_changes_nothing_is_no_fact(ledger, chain, traded):
    before = facts(ledger)
    chain.disclose(traded.b, traded.own, traded.a)
    chain.structure(traded.a, traded.product, [("電池", 3)])
    assert facts(ledger) == before


def test_pending_until_a_head_covers_it(ledger, traded):
    def receipts(tx):
        return service.receipts(tx, [traded.consent.consent_id])

    [receipt] = ledger.database.read(traded.b, receipts)
    assert (receipt.state, receipt.leaf_index) == ("pending", None)
    ledger.tick()
    [receipt] = ledger.database.read(traded.b, receipts)
    assert receipt.state == "in_log"


def test_no_head_before_the_first_tick(ledger, traded):
    with pytest.raises(NoHeadYet):
        ledger.database.read(traded.b, service.head_of)


def test_a_customer_proves_what_it_was_shown(ledger, traded):
    """The delivery, its salt and the proof give the signed root; another number does not."""
    ledger.tick(3)
    delivery_id = delivered(ledger, traded)
    head, [proved] = ledger.database.read(traded.a, lambda tx: service.prove(tx, [delivery_id]))
    receipt = proved.receipt
    keys = ledger.database.read(traded.a, service.public_keys)
    checkpoint = read_note(head.note, read_verifiers(keys[0].verifier))
    assert (checkpoint.size, checkpoint.root) == (head.size, head.root)
    leaf = leaf_hash(commitment_of(receipt.fact, receipt.salt))
    assert is_included(leaf, receipt.leaf_index, checkpoint.size, proved.proof, checkpoint.root)
    said = json.loads(envelope(receipt.fact))
    assert said["operator"] == str(traded.b.operator_id)
    assert said["parties"] == [str(traded.a.operator_id)]
    assert said["content"]["payload"]["total"]["stages"] == {"production": 2}
    other = service.Fact(
        **{name: getattr(receipt.fact, name) for name in receipt.fact.__slots__ if name != "content"},
        content=receipt.fact.content.replace(b'"production":2', b'"production":1'),
    )
    assert other.content != receipt.fact.content
    leaf = leaf_hash(commitment_of(other, receipt.salt))
    assert not is_included(leaf, receipt.leaf_index, checkpoint.size, proved.proof, checkpoint.root)


def test_the_provider_proves_the_same_and_a_stranger_gets_nothing(ledger, traded):
    ledger.tick()
    subjects = [subject for _, subject in facts(ledger)]

    def seen(operator):
        _, proved = ledger.database.read(operator, lambda tx: service.prove(tx, subjects))
        return [one.receipt.kind for one in proved]

    both = ["request", "trade", "answer", "trade"]
    assert seen(traded.b) == ["footprint.statement", *both, "consent", "delivery"]
    assert seen(traded.a) == ["footprint.statement", *both, "delivery", "footprint.statement"]
    assert seen(traded.stranger) == []


def test_row_level_security_alone_keeps_a_stranger_out(ledger, traded):
    ledger.tick()

    def everything(tx):
        return [
            tx.execute(f"SELECT count(*) FROM commons.{table}").fetchone()[0]
            for table in ("ledger_facts", "ledger_entries")
        ]

    assert ledger.database.read(traded.stranger, everything) == [0, 0]
    assert ledger.database.read(traded.b, everything) == [7, 7]


def test_a_head_of_any_size_begins_every_later_one(ledger, traded):
    first, second = ledger.tick(), ledger.tick(40)

    def proof(tx):
        return service.prove_consistency(tx, first.size, second.size)

    found = ledger.database.read(traded.stranger, proof)
    assert is_consistent(first.size, second.size, found, first.root, second.root)
    for wrong in ((0, 8), (second.size, first.size), (1, second.size + 1)):
        with pytest.raises(SizesNotOrdered):
            ledger.database.read(traded.a, lambda tx, pair=wrong: service.prove_consistency(tx, *pair))


def test_a_proof_under_a_head_that_was_kept(ledger, traded):
    """A head over 64 leaves: nine facts are more than 8. The proof is for that size even when the log has grown."""
    kept = ledger.tick()
    assert kept.size == 64
    ledger.tick(5)
    subject = traded.consent.consent_id
    head, [proved] = ledger.database.read(traded.b, lambda tx: service.prove(tx, [subject], size=64))
    assert head == kept
    assert len(proved.proof) == 6
    with pytest.raises(HeadMissing):
        ledger.database.read(traded.b, lambda tx: service.prove(tx, [subject], size=65))


def test_erasing_takes_the_content_and_keeps_the_leaf(ledger, chain, traded):
    ledger.tick()
    statement = chain.statement(traded.b, traded.own).statement_id
    count = ledger.database.run(traded.b, lambda tx: service.erase(tx, "footprint.statement", [statement]))
    assert count == 1
    ledger.tick()
    erased, erasure = ledger.database.read(traded.b, lambda tx: service.receipts(tx, [statement]))
    assert (erased.state, erased.fact, erased.salt) == ("erased", None, None)
    assert erasure.kind == "erasure"
    report, findings = ledger.verify()
    assert findings == []
    assert report.erased == 1


def test_nobody_erases_anothers_facts(ledger, traded):
    delivery_id = delivered(ledger, traded)
    assert ledger.database.run(traded.a, lambda tx: service.erase(tx, "delivery", [delivery_id])) == 0
