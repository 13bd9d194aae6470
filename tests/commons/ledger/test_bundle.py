"""A bundle is checked with nothing but the public key; and no changed bundle passes."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from renkei.cli import cli
from renkei.commons.ledger import service
from renkei.commons.ledger.bundle import BundleRefused, bundle, check_bundle
from renkei.kit.strict_json import dumps


@pytest.fixture
def shown(ledger, traded):
    """What A holds of the delivery it got: the bundle's bytes, and the key it has kept."""
    ledger.tick(2)
    [(delivery_id,)] = ledger.read("SELECT delivery_id FROM commons.deliveries")
    answer = ledger.database.read(traded.a, lambda tx: bundle(*service.prove(tx, [delivery_id])))
    [key] = ledger.database.read(traded.a, service.public_keys)
    return dumps(answer), key.verifier


def codes(content, key):
    return [fault.code for fault in check_bundle(content, key).faults]


def changed(content, change):
    document = json.loads(content)
    change(document["items"][0])
    return json.dumps(document).encode()


def test_a_customer_checks_the_number_it_was_shown(shown):
    content, key = shown
    outcome = check_bundle(content, key)
    assert (outcome.proved, outcome.pending, outcome.faults) == (1, 0, [])
    assert outcome.checkpoint.size == 72


CHANGES = {
    "another value": (lambda item: item["fact"]["content"]["payload"]["total"]["stages"].update(production=1), "commitment_differs"),
    "another day": (lambda item: item["fact"].update(at="2020-01-01T00:00:00.000000Z"), "commitment_differs"),
    "another company": (lambda item: item["fact"].update(operator="another"), "commitment_differs"),
    "one value more": (lambda item: item["fact"].update(more=1), "commitment_differs"),
    "another salt": (lambda item: item.update(salt="00" * 32), "commitment_differs"),
    "another label": (lambda item: item.update(kind="consent"), "label_differs"),
    "another leaf": (lambda item: item.update(leaf_index=item["leaf_index"] ^ 1), "not_included"),
    "another commitment without the fact": (lambda item: item.update(fact=None, salt=None, commitment="00" * 32), "not_included"),
    "a shorter proof": (lambda item: item["proof"].pop(), "not_included"),
    "a longer proof": (lambda item: item["proof"].append("00" * 32), "not_included"),
    "a salt that is none": (lambda item: item.update(salt="zz"), "malformed"),
    "no commitment": (lambda item: item.pop("commitment"), "malformed"),
    "a proof that is none": (lambda item: item.update(proof=[1]), "malformed"),
    "a leaf that is none": (lambda item: item.update(leaf_index="1"), "malformed"),
    "an endless proof": (lambda item: item.update(proof=["00" * 32] * 65), "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_bundle_does_not_pass(shown, change):
    content, key = shown
    how, code = CHANGES[change]
    assert codes(changed(content, how), key) == [code]


def test_a_head_that_the_key_did_not_sign_proves_nothing(shown, ledger):
    content, key = shown
    name, hash_, _ = key.split("+", 2)
    document = json.loads(content)
    document["head"]["note"] = document["head"]["note"].replace("\n72\n", "\n80\n")
    with pytest.raises(BundleRefused, match="no signature"):
        check_bundle(json.dumps(document).encode(), key)
    for wrong in ("", "not a key", f"{name}+{hash_}+AAAA", key.replace(name, "another")):
        with pytest.raises(BundleRefused):
            check_bundle(content, wrong)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b'{"format": "renkei-ledger-bundle/1"}',
     b'{"format": "renkei-ledger-bundle/1", "head": {"note": 1}, "items": []}',
     b'{"format": "renkei-ledger-bundle/1", "head": {"note": "a\\nb\\n\\n"}, "items": 1}'],
)  # fmt: skip
def test_what_is_no_bundle_is_refused(shown, content):
    with pytest.raises(BundleRefused):
        check_bundle(content, shown[1])


def test_items_that_are_none_are_named(shown):
    document = json.loads(shown[0])
    document["items"] = [1, None, {}]
    assert codes(json.dumps(document).encode(), shown[1]) == ["malformed"] * 3


class TestCommands:
    """The command line, on the same database."""

    @pytest.fixture
    def renkei(self, ledger, database_url, tmp_path, monkeypatch):
        monkeypatch.setenv("RENKEI_DATABASE_URL", _url(database_url))
        monkeypatch.setenv("RENKEI_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("RENKEI_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        monkeypatch.setenv("RENKEI_LEDGER_WITNESS_FILE", str(ledger.witness.path))

        def run(*words):
            result = CliRunner().invoke(cli, ["ledger", *map(str, words)])
            return result.exit_code, result.stdout

        return run

    def test_verify_says_that_everything_holds_or_what_does_not(self, renkei, ledger, traded):
        ledger.tick()
        code, out = renkei("verify")
        assert code == 0
        assert json.loads(out)["ok"] is True
        ledger.tamper("DELETE FROM commons.deliveries")
        code, out = renkei("verify")
        finding, report = map(json.loads, out.splitlines())
        assert code == 1
        assert (finding["code"], finding["table"]) == ("row_missing", "commons.ledger_deliveries")
        assert (report["ok"], report["findings"]) == (False, 1)

    def test_export_and_check(self, renkei, ledger, traded, tmp_path):
        """B's cell: a statement, a consent; with A the request, the trade twice, the answer, the delivery."""
        ledger.tick()
        file, key = tmp_path / "bundle.json", tmp_path / "keys"
        assert renkei("export", "--part", traded.own.trace_id, file)[0] == 0
        code, out = renkei("keys")
        key.write_text(out)
        code, out = renkei("check", file, "--key", key)
        assert (code, json.loads(out)["proved"]) == (0, 7)
        file.write_bytes(file.read_bytes().replace(b'"production":2', b'"production":1', 1))
        assert renkei("check", file, "--key", key)[0] == 1

    def test_a_customers_view_of_the_suppliers_part(self, renkei, ledger, traded, tmp_path):
        ledger.tick()
        file = tmp_path / "bundle.json"
        renkei("export", "--part", traded.own.trace_id, "--operator", traded.a.operator_id, file)
        kinds = [item["kind"] for item in json.loads(file.read_bytes())["items"]]
        assert kinds == ["request", "trade", "answer", "trade", "delivery"]
        options = ("--part", traded.own.trace_id, "--operator", traded.stranger.operator_id)
        assert renkei("export", *options, file)[0] == 1

    def test_rotate_and_resume(self, renkei, ledger, traded):
        ledger.tick()
        assert renkei("rotate")[0] == 0
        assert len(renkei("keys")[1].splitlines()) == 2
        assert renkei("resume", "--reason", "restored")[0] == 0
        assert json.loads(renkei("verify")[1])["given_up"] == ["restored"]

    def test_erase_takes_what_is_superseded_and_everything_else_verifies(self, renkei, ledger, chain, traded):
        """What was said last about each subject stays; every erasure is one fact more."""
        chain.disclose(traded.b, traded.own, traded.a, attributes=("total",))
        chain.settle()
        ledger.tick()
        recorded = json.loads(renkei("verify")[1])["facts"]

        def erase(*options):
            code, out = renkei("erase", "--before", *options)
            assert code == 0
            return json.loads(out)["erased"]

        assert erase("2020-01-01") == 0, "nothing is so old"
        trades = erase("2100-01-01", "--kind", "trade")
        others = erase("2100-01-01")
        assert trades > 0
        assert others > 0
        assert erase("2100-01-01") == 0
        newest = ledger.read(
            "SELECT DISTINCT ON (subject_id) salt IS NOT NULL FROM commons.ledger_facts WHERE kind <> 'erasure' "
            "ORDER BY subject_id, fact_key DESC"
        )
        assert newest == [(True,)] * len(newest)
        ledger.tick()
        code, out = renkei("verify")
        report = json.loads(out)
        assert (code, report["ok"]) == (0, True)
        assert report["erased"] == trades + others
        assert report["facts"] == recorded + trades + others
        assert renkei("erase", "--before", "2100-01-01", "--kind", "nothing")[0] == 1


def _url(conninfo):
    from urllib.parse import quote

    from psycopg.conninfo import conninfo_to_dict

    if conninfo.startswith("postgres"):
        return conninfo
    said = conninfo_to_dict(conninfo)
    secret = f":{quote(said['password'], safe='')}" if said.get("password") else ""
    return f"postgresql://{said['user']}{secret}@{quote(said['host'], safe='')}:{said.get('port', 5432)}/{said['dbname']}"
