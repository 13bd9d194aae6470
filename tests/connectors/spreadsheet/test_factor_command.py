"""`renkei import factors`: shown, asked, stored as a version of an own set, for a company of this installation."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from renkei.cli import cli
from renkei.usecases.footprint.factors.service import own_sets

EXAMPLES = Path(__file__).parents[3] / "examples" / "factors"
OWN_LIST = ("factor-list-ja.xlsx", "--name", "in-house", "--period", "2025-04-01/2026-03-31")


@pytest.fixture
def acme(create_operator, database_url, tmp_path, monkeypatch):
    # As an address, which is what the setting takes.
    monkeypatch.setenv("RENKEI_DATABASE_URL", f"postgresql:///?{urlencode(conninfo_to_dict(database_url))}")
    monkeypatch.setenv("RENKEI_DATA_DIR", str(tmp_path))
    return create_operator("A社")


def run(acme, file, *options):
    return CliRunner().invoke(
        cli, ["import", "factors", str(EXAMPLES / file), "--operator", str(acme.operator_id), *options]
    )


def versions(database, acme):
    return [(one.set_id, one.version, one.factors) for one in database.read(acme, own_sets)]


def test_a_dry_run_shows_the_version_and_stores_nothing(database, acme):
    done = run(acme, *OWN_LIST, "--dry-run")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "+ S-301 梱包資材（購入金額）: 0.0026 kgCO2e/JPY" in lines
    assert any(line.startswith("ASK") and "5, 8, 12" in line for line in lines)
    assert json.loads(lines[-1])["factors_added"] == 8
    assert versions(database, acme) == []


def test_without_a_yes_nothing_is_stored_and_with_one_the_next_version_is(database, acme):
    refused = run(acme, *OWN_LIST)
    assert refused.exit_code == 1
    assert "nothing was stored; say --confirm" in refused.stderr
    assert versions(database, acme) == []
    for number in ("1", "2"):
        done = run(acme, *OWN_LIST, "--confirm", "--json")
        assert json.loads(done.stdout)["result"] == {"set_id": "in-house", "version": number, "factors": 8}
    assert versions(database, acme) == [("in-house", "2", 8), ("in-house", "1", 8)]
    assert "{" in run(acme, *OWN_LIST, "--version", "2025", "--confirm").stdout


def test_faults_are_printed_with_their_places(database, acme):
    done = run(acme, "factor-list-with-faults.csv", "--name", "in-house", "--confirm")
    assert done.exit_code == 1
    # The eight of the rows, and that nothing says where the factors are from and on what terms.
    assert done.stdout.count("FAULT") == 10
    assert "FAULT row:3/line:3/column:E: 「係数」が空です。" in done.stdout
    assert versions(database, acme) == []


def test_a_mapping_of_a_file_is_saved_and_used_by_its_name(database, acme):
    said = ("purchasing-cp932.csv", "--name", "purchasing", "--period", "2025-04-01/2026-03-31", "--confirm")
    file = str(EXAMPLES / "mapping-purchasing.json")
    first = run(acme, *said, "--mapping", file, "--save-mapping", "購買")
    assert first.exit_code == 0, first.output
    second = run(acme, *said, "--mapping", "購買")
    assert second.exit_code == 0, second.output
    assert versions(database, acme) == [("purchasing", "2", 4), ("purchasing", "1", 4)]


def test_how_it_is_to_be_read_and_called_must_be_known(database, acme, tmp_path):
    wrong = tmp_path / "mapping.json"
    wrong.write_text('{"columns": {"colour": "色"}}')
    for options, code in (
        (("--mapping", "unknown"), "mapping_not_found"),
        (("--mapping", str(wrong)), "mapping_unreadable"),
        (("--version", "1 "), "factor_set_name_bad"),
    ):
        done = run(acme, *OWN_LIST, *options)
        assert getattr(done.exception, "code", None) == code
    assert run(acme, *OWN_LIST[:3], "--period", "2025").exit_code == 2
    assert versions(database, acme) == []
