"""Whoever changes the database past the service is told: which row, and where."""

from __future__ import annotations

import pytest

from renkei.commons.trades.service import cancel, reject, review

LOG = "commons.ledger_"
STATEMENTS = "footprint.ledger_statements"

CHANGES = {
    # what is done: (statement, what verify says)
    "a stated value": (
        (
            "UPDATE footprint.statements SET in_force = replace(in_force::text, '1.5', '1.4')::jsonb WHERE version = 1 "
            "AND in_force::text LIKE '%%1.5%%'"
        ),
        ("row_differs", STATEMENTS),
    ),
    "a declared value": (
        "UPDATE footprint.statements SET declared = declared || '{\"gate_to_gate\": 1}' WHERE declared::text LIKE '%%1.5%%'",
        ("row_differs", STATEMENTS),
    ),
    "a coverage": (
        "UPDATE footprint.statements SET coverage_deep = 0.9 WHERE declared::text LIKE '%%1.5%%'",
        ("row_differs", STATEMENTS),
    ),
    "who stated it": (
        "UPDATE footprint.statements SET created_by = 'nobody' WHERE declared::text LIKE '%%1.5%%'",
        ("row_differs", STATEMENTS),
    ),
    "when it was stated": (
        "UPDATE footprint.statements SET created_at = created_at - interval '1 us' WHERE declared::text LIKE '%%1.5%%'",
        ("row_differs", STATEMENTS),
    ),
    "that it holds": (
        "UPDATE footprint.statements SET superseded_at = now() WHERE declared::text LIKE '%%1.5%%'",
        ("row_contradicts", STATEMENTS),
    ),
    "for whom it is": (
        (
            "UPDATE footprint.statements SET trade_key = (SELECT max(trade_key) FROM commons.trades) "
            "WHERE declared::text LIKE '%%1.5%%'"
        ),
        ("row_differs", STATEMENTS),
    ),
    "a statement deleted": (
        "DELETE FROM footprint.statements WHERE declared::text LIKE '%%1.5%%'",
        ("row_missing", STATEMENTS),
    ),
    "a statement inserted": (
        (
            "INSERT INTO footprint.statements (statement_id, operator_key, part_key, cfp_id, version, declared_unit, "
            "component_scope, declared, in_force, quality, method, coverage_direct, coverage_deep, causes, created_by, "
            "created_at, superseded_at) SELECT gen_random_uuid(), operator_key, part_key, cfp_id, 99, declared_unit, "
            "component_scope, declared, in_force, quality, method, 1, 1, causes, created_by, now(), now() "
            "FROM footprint.statements WHERE declared::text LIKE '%%1.5%%'"
        ),
        ("row_unrecorded", STATEMENTS),
    ),
    "a consent's attributes": (
        "UPDATE commons.consents SET attributes = attributes || '{structure}'",
        ("row_differs", "commons.ledger_consents"),
    ),
    "whom a consent is given": (
        "UPDATE commons.consents SET consumer_key = operator_key",
        ("row_differs", "commons.ledger_consents"),
    ),
    "a consent revived": (
        "UPDATE commons.consents SET superseded_at = created_at",
        ("row_contradicts", "commons.ledger_consents"),
    ),
    "a delivery's value": (
        "UPDATE commons.deliveries SET payload = jsonb_set(payload, '{total,stages,production}', '1')",
        ("row_differs", "commons.ledger_deliveries"),
    ),
    "a delivery made a tombstone": (
        "UPDATE commons.deliveries SET withdrawn = true",
        ("row_differs", "commons.ledger_deliveries"),
    ),
    "a delivery deleted": ("DELETE FROM commons.deliveries", ("row_missing", "commons.ledger_deliveries")),
    "what was asked": (
        "UPDATE commons.requests SET due_date = '2030-01-01'",
        ("row_differs", "commons.ledger_requests"),
    ),
    "that it was answered": (
        "UPDATE commons.requests SET state = 'NOT_COMPLETED'",
        ("row_differs", "commons.ledger_requests"),
    ),
    "whom a part was bought from": (
        "UPDATE commons.trades SET upstream_trace_id = gen_random_uuid()",
        ("row_differs", "commons.ledger_trades"),
    ),
    "a fact's content": (
        "UPDATE commons.ledger_facts SET content = replace(content, 'CFP', 'CFQ') WHERE kind = 'consent'",
        ("fact_differs", LOG + "facts"),
    ),
    "a fact's salt": (
        "UPDATE commons.ledger_facts SET salt = set_byte(salt, 0, (get_byte(salt, 0) + 1) %% 256) WHERE kind = 'consent'",
        ("fact_differs", LOG + "facts"),
    ),
    "a fact's commitment": (
        (
            "UPDATE commons.ledger_facts SET commitment = set_byte(commitment, 31, (get_byte(commitment, 31) + 1) %% 256) "
            "WHERE kind = 'consent'"
        ),
        ("leaf_differs", LOG + "entries"),
    ),
    "who made a fact": (
        "UPDATE commons.ledger_facts SET actor = 'account:another' WHERE kind = 'consent'",
        ("fact_differs", LOG + "facts"),
    ),
    "when a fact was made": (
        "UPDATE commons.ledger_facts SET recorded_at = recorded_at + interval '1 us' WHERE kind = 'consent'",
        ("fact_differs", LOG + "facts"),
    ),
    "a fact's kind": (
        "UPDATE commons.ledger_facts SET kind = 'delivery' WHERE kind = 'consent'",
        ("fact_differs", LOG + "facts"),
    ),
    "a fact's version": (
        "UPDATE commons.ledger_facts SET version = 2 WHERE kind = 'consent'",
        ("fact_differs", LOG + "facts"),
    ),
    "who may read a fact": (
        (
            "UPDATE commons.ledger_facts f SET parties = ARRAY[o.operator_key] FROM commons.operators o "
            "WHERE f.kind = 'consent' AND o.name = 'C社'"
        ),
        ("fact_differs", LOG + "facts"),
    ),
    "whose a fact is": (
        (
            "UPDATE commons.ledger_facts f SET operator_key = o.operator_key FROM commons.operators o "
            "WHERE f.kind = 'consent' AND o.name = 'C社'"
        ),
        ("fact_differs", LOG + "facts"),
    ),
    "a fact given to nobody": (
        "UPDATE commons.ledger_facts SET operator_key = 0 WHERE kind = 'consent'",
        ("fact_of_nobody", LOG + "facts"),
    ),
    "a fact's content gone": (
        "UPDATE commons.ledger_facts SET content = NULL, salt = NULL WHERE kind = 'consent'",
        ("erasure_unrecorded", LOG + "facts"),
    ),
    "a fact deleted": (
        "DELETE FROM commons.ledger_facts WHERE kind = 'consent'",
        ("fact_missing", LOG + "facts"),
    ),
    "a fact inserted": (
        (
            "INSERT INTO commons.ledger_facts (operator_key, parties, kind, subject_id, version, actor, recorded_at, content, "
            "salt, commitment) SELECT operator_key, parties, kind, gen_random_uuid(), version, actor, recorded_at, content, salt, "
            "commitment FROM commons.ledger_facts WHERE kind = 'consent'"
        ),
        ("fact_not_in_log", LOG + "facts"),
    ),
    "an entry deleted": (
        "DELETE FROM commons.ledger_entries WHERE fact_key = (SELECT fact_key FROM commons.ledger_facts WHERE kind = 'consent')",
        ("leaf_unexplained", LOG + "entries"),
    ),
    "an entry moved to padding": (
        (
            "UPDATE commons.ledger_entries SET leaf_index = (SELECT min(g) FROM generate_series(0, 63) g WHERE g NOT IN "
            "(SELECT leaf_index FROM commons.ledger_entries)) "
            "WHERE fact_key = (SELECT fact_key FROM commons.ledger_facts WHERE kind = 'consent')"
        ),
        ("leaf_differs", LOG + "entries"),
    ),
    "an entry beyond the log": (
        (
            "UPDATE commons.ledger_entries SET leaf_index = 100000 "
            "WHERE fact_key = (SELECT fact_key FROM commons.ledger_facts WHERE kind = 'consent')"
        ),
        ("entry_beyond", LOG + "entries"),
    ),
    "a leaf's hash": (
        "UPDATE commons.ledger_tiles SET hashes = set_byte(hashes, 40, (get_byte(hashes, 40) + 1) %% 256) WHERE level = 0 AND number = 0",
        ("root_differs", LOG + "heads"),
    ),
    "a hash of a higher tile": (
        "UPDATE commons.ledger_tiles SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 1) %% 256) WHERE level = 1",
        ("tile_differs", LOG + "tiles"),
    ),
    "a tile deleted": (
        "DELETE FROM commons.ledger_tiles WHERE level = 0 AND number = 0",
        ("tile_missing", LOG + "tiles"),
    ),
    "a tile shortened": (
        "UPDATE commons.ledger_tiles SET hashes = substr(hashes, 1, 64) WHERE level = 1 OR (level = 0 AND number = 1)",
        ("tile_missing", LOG + "tiles"),
    ),
    "a tile inserted": (
        "INSERT INTO commons.ledger_tiles VALUES (3, 0, 'x')",
        ("tile_beyond", LOG + "tiles"),
    ),
    "a head's root": (
        "UPDATE commons.ledger_heads SET root = set_byte(root, 0, (get_byte(root, 0) + 1) %% 256) WHERE number = 2",
        ("head_differs", LOG + "heads"),
    ),
    "a head's time": (
        "UPDATE commons.ledger_heads SET signed_at = signed_at - interval '1 day' WHERE number = 2",
        ("head_differs", LOG + "heads"),
    ),
    "a head's note": (
        "UPDATE commons.ledger_heads SET note = replace(note, 'head 2', 'head 3') WHERE number = 2",
        ("head_unsigned", LOG + "heads"),
    ),
    "a head renumbered": (
        "UPDATE commons.ledger_heads SET number = 1000 WHERE number = 2",
        ("head_out_of_order", LOG + "heads"),
    ),
    "the newest head deleted": (
        "DELETE FROM commons.ledger_heads WHERE number = (SELECT max(number) FROM commons.ledger_heads)",
        ("rolled_back", LOG + "heads"),
    ),
    "a public key": (
        "UPDATE commons.ledger_keys SET public_key = set_byte(public_key, 0, (get_byte(public_key, 0) + 1) %% 256)",
        ("key_differs", LOG + "keys"),
    ),
    "a private key": (
        "UPDATE commons.ledger_keys SET private_key = set_byte(private_key, 40, (get_byte(private_key, 40) + 1) %% 256)",
        ("key_differs", LOG + "keys"),
    ),
    "the padding's key": (
        "UPDATE commons.ledger_log SET padding_key = set_byte(padding_key, 40, (get_byte(padding_key, 40) + 1) %% 256)",
        ("log_missing", LOG + "log"),
    ),
    "the log's row deleted": ("DELETE FROM commons.ledger_log", ("log_missing", LOG + "log")),
}
"""Each of these is one change by somebody who has the database's password."""
SEVERAL = {"a tile shortened": 2}


@pytest.fixture
def logged(ledger, traded):
    """The chain's facts in a log of 64 leaves and 26 quiet heads: 64 + 26 * 8 = 272, so the tree has two levels of tiles."""
    head = ledger.tick(27)
    assert head.size == 272
    return traded


def test_what_nobody_touched_verifies(ledger, logged):
    report, findings = ledger.verify()
    assert findings == []
    assert (report.size, report.heads, report.facts, report.witnessed) == (272, 27, 9, 272)
    assert report.rows == 7  # of request and answer, and of the two facts about the trade, the newest counts


def test_what_happens_later_verifies_too(ledger, chain, logged):
    """Every way in which a request, a trade, a consent and a statement can go on."""
    a, b = logged.a, logged.b
    chain.state(b, logged.own, own=7, again=True)
    chain.settle()
    chain.run(a, lambda tx: review(tx, logged.request.request_id, "returned", "単位は？"))
    chain.state(b, logged.own, own=8, again=True)
    chain.settle()
    chain.disclose(b, logged.own, a, attributes=())
    chain.settle()
    ids = logged.request.request_id, logged.request.trade.trade_id
    chain.run(b, lambda tx: reject(tx, *ids, "別の部品です"))
    chain.settle()
    chain.run(a, lambda tx: cancel(tx, *ids))
    chain.settle()
    assert ledger.verify()[1] == []  # pending facts are checked against their rows already
    ledger.tick()
    assert ledger.verify()[1] == []


def test_every_change_is_found_and_named(ledger, logged):
    """One after the other, each on the log as it was."""
    for change, (statement, expected) in CHANGES.items():
        found = ledger.imagine(statement, rows=SEVERAL.get(change, 1))
        assert expected in {(one.code, one.table) for one in found}, change
    assert ledger.verify()[1] == []


def test_a_changed_value_is_named_to_the_column(ledger, chain, logged):
    statement = chain.statement(logged.b, logged.own).statement_id
    ledger.tamper(
        "UPDATE footprint.statements SET coverage_deep = 0.25 WHERE statement_id = %s", (statement,)
    )
    [finding] = ledger.verify()[1]
    assert (finding.code, finding.row) == ("row_differs", f"{statement} version 1")
    assert finding.place.startswith("coverage_deep (fact_key ")
    assert "recorded" in finding.en
    assert "記録" in finding.ja


def test_two_facts_that_changed_places_are_both_named(ledger, logged):
    pair = ledger.read("SELECT leaf_index, fact_key FROM commons.ledger_entries ORDER BY leaf_index LIMIT 2")
    (first, one), (second, other) = pair
    ledger.tamper("UPDATE commons.ledger_entries SET fact_key = -1 WHERE leaf_index = %s", (first,))
    ledger.tamper("UPDATE commons.ledger_entries SET fact_key = %s WHERE leaf_index = %s", (one, second))
    ledger.tamper("UPDATE commons.ledger_entries SET fact_key = %s WHERE leaf_index = %s", (other, first))
    found = {(f.code, f.row) for f in ledger.verify()[1]}
    assert found == {("leaf_differs", f"leaf_index {first}"), ("leaf_differs", f"leaf_index {second}")}


def test_a_database_of_yesterday_is_told_from_todays(ledger, chain, logged):
    """All tables of the log and the rows are put back as they were, consistently: only the witness knows better."""
    kept = ledger.read("SELECT level, number, hashes FROM commons.ledger_tiles")
    chain.state(logged.a, logged.product, own=12, again=True)
    lost = ledger.tick()
    ledger.tamper(
        "DELETE FROM commons.ledger_entries WHERE leaf_index >= 272",
    )
    ledger.tamper(
        "DELETE FROM commons.ledger_facts WHERE fact_key = (SELECT max(fact_key) FROM commons.ledger_facts)"
    )
    ledger.tamper(
        "DELETE FROM footprint.statements WHERE superseded_at IS NULL AND declared::text LIKE '%%12%%'"
    )
    ledger.tamper(
        "UPDATE footprint.statements SET superseded_at = NULL WHERE statement_key = "
        "(SELECT max(statement_key) FROM footprint.statements)"
    )
    ledger.tamper("DELETE FROM commons.ledger_heads WHERE number = %s", (lost.number,))
    for level, number, hashes in kept:
        ledger.tamper(
            "UPDATE commons.ledger_tiles SET hashes = %s WHERE level = %s AND number = %s",
            (hashes, level, number),
        )
    [finding] = ledger.verify()[1]
    assert (finding.code, finding.row) == ("rolled_back", "leaves 272 to 279")
    assert f"head {lost.number} of 280 leaves" in finding.place
    ledger.witness.path.unlink()
    assert ledger.verify()[1] == []


def test_another_log_of_the_same_length_is_told_from_the_witnessed_one(ledger, logged):
    lines = ledger.witness.path.read_text().splitlines()
    forged = lines[-1].replace(ledger.witness.newest().root.hex(), "00" * 32)
    ledger.witness.path.write_text("\n".join([*lines[:-1], forged]) + "\n")
    [finding] = ledger.verify()[1]
    assert (finding.code, finding.row) == ("witness_differs", "leaves 264 to 271")


def test_the_rest_verifies_when_a_payload_and_its_row_are_erased(ledger, chain, logged):
    from renkei.commons.ledger import service

    [(delivery_id,)] = ledger.read("SELECT delivery_id FROM commons.deliveries")
    assert chain.run(logged.b, lambda tx: service.erase(tx, "delivery", [delivery_id])) == 1
    ledger.tamper("DELETE FROM commons.deliveries WHERE delivery_id = %s", (delivery_id,))
    ledger.tick()
    report, findings = ledger.verify()
    assert findings == []
    assert report.erased == 1
