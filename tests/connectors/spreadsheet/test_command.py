"""`renkei import bom`: shown, asked, stored, for a company of this installation."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from renkei.cli import cli
from renkei.commons.parts.service import list_parts

EXAMPLES = Path(__file__).parents[3] / "examples" / "bom"


@pytest.fixture
def acme(database, create_operator, database_url, tmp_path, monkeypatch):
    # As an address, which is what the setting takes.
    monkeypatch.setenv("RENKEI_DATABASE_URL", f"postgresql:///?{urlencode(conninfo_to_dict(database_url))}")
    monkeypatch.setenv("RENKEI_DATA_DIR", str(tmp_path))
    return create_operator("A社")


def run(acme, file, *options):
    return CliRunner().invoke(
        cli, ["import", "bom", str(EXAMPLES / file), "--operator", str(acme.operator_id), *options]
    )


def parts(database, acme):
    return [part.name for part in database.read(acme, list_parts).items]


def test_a_dry_run_says_what_would_change_and_stores_nothing(database, acme):
    done = run(acme, "water-pump-indented-ja.xlsx", "--dry-run")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "+ WP-1000 電動ウォーターポンプ" in lines
    assert "+ WP-1900 > GR-001: 1.5 gram" in lines
    assert json.loads(lines[-1])["parts_new"] == 11
    assert parts(database, acme) == []


def test_without_a_yes_nothing_is_stored_and_with_one_it_is_and_again_nothing_changes(database, acme):
    refused = run(acme, "water-pump-indented-ja.xlsx")
    assert refused.exit_code == 1
    assert "nothing was stored; say --confirm" in refused.stderr
    assert parts(database, acme) == []
    first = run(acme, "water-pump-indented-ja.xlsx", "--confirm", "--json")
    assert json.loads(first.stdout)["result"] == {"parts_created": 11, "parts_updated": 0, "structures": 4}
    again = run(acme, "water-pump-indented-ja.xlsx", "--confirm", "--json")
    assert json.loads(again.stdout)["result"] == {"parts_created": 0, "parts_updated": 0, "structures": 0}
    assert len(parts(database, acme)) == 11


def test_faults_are_printed_with_their_places(database, acme):
    done = run(acme, "water-pump-with-faults.csv", "--confirm")
    assert done.exit_code == 1
    assert done.stdout.count("FAULT") == 5
    assert "FAULT row:5/line:5/column:D: 「員数」の「一個」は数値ではありません。" in done.stdout
    assert parts(database, acme) == []


def test_a_mapping_may_be_a_file(database, acme):
    done = run(acme, "water-pump-plm.tsv", "--mapping", str(EXAMPLES / "mapping-plm.json"), "--confirm")
    assert done.exit_code == 0, done.output
    assert parts(database, acme) == ["BL-M6-16", "WP-1000", "WP-1100", "WP-1110", "WP-1120"]


def test_who_and_how_must_be_known(database, acme, tmp_path):
    wrong = tmp_path / "mapping.json"
    wrong.write_text('{"columns": {"colour": "色"}}')
    for options, code in (
        (("--mapping", "unknown"), "mapping_not_found"),
        (("--mapping", str(wrong)), "mapping_unreadable"),
    ):
        done = run(acme, "water-pump-plm.tsv", *options)
        assert getattr(done.exception, "code", None) == code
    done = CliRunner().invoke(
        cli, ["import", "bom", str(EXAMPLES / "water-pump-plm.tsv"), "--operator", str(uuid4())]
    )
    assert getattr(done.exception, "code", None) == "operator_not_found"
