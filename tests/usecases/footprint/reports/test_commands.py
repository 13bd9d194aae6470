"""Reports as files: one of a part, or all of a company with a progress bar; killed, the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from typer.testing import CliRunner

from renkei.cli import cli
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint.declarations import file_declaration
from renkei.usecases.footprint.errors import DeclarationMissing
from tests.commons.ledger.test_bundle import _url

COUNT = int(os.environ.get("RENKEI_REPORT_COUNT", "40"))
"""Reports of the job that is killed on the way (`make reports N=1000`)."""
PERIOD = {"period_from": date(2026, 4, 1), "period_to": date(2027, 3, 31)}


@pytest.fixture
def settings(database_url, tmp_path, monkeypatch):
    said = {"RENKEI_DATABASE_URL": _url(database_url), "RENKEI_DATA_DIR": str(tmp_path / "data")}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    return said


def run(*words):
    result = CliRunner().invoke(cli, list(map(str, words)))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout.splitlines()[-1])


def declared(database, chain, operator, count=1):
    part = chain.part(operator, "製品")
    chain.state(operator, part, 5)
    for number in range(count):
        database.run(
            operator,
            lambda tx, n=number: file_declaration(
                tx, part.trace_id, rule_set="ISO 14067", reference=f"R-{n}", **PERIOD
            ),
        )
    return part


def test_the_newest_declaration_of_a_part(database, chain, a, b, settings, tmp_path):
    part = declared(database, chain, a, 2)
    file = tmp_path / "report.json"
    told = run("report", part.trace_id, "--format", "json", "--lang", "ja", "--out", file)
    written = json.loads(file.read_bytes())
    assert (written["language"], written["evidence"]["declaration"]["reference"]) == ("ja", "R-1")
    assert told["evidence_sha256"] == written["evidence_sha256"]
    assert told["missing"] == written["missing"]
    pdf = tmp_path / "report.pdf"
    run("report", part.trace_id, "--lang", "en", "--out", pdf)
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_a_part_that_nobody_has_and_a_declaration_of_another_company(
    database, chain, a, b, settings, tmp_path
):
    part, others = declared(database, chain, a), declared(database, chain, b)
    file = tmp_path / "report.pdf"
    with pytest.raises(RenkeiError) as told:
        run("report", a.operator_id, "--out", file)
    assert told.value.code == "part_unknown"
    foreign = json.loads(json.dumps(run("report", others.trace_id, "--out", tmp_path / "other.pdf")))[
        "declaration"
    ]
    with pytest.raises(DeclarationMissing):
        run("report", part.trace_id, "--declaration", foreign, "--out", file)
    assert not file.exists()


def test_every_declaration_of_a_company_and_a_run_that_was_killed_goes_on(
    database, chain, a, b, settings, tmp_path
):
    declared(database, chain, a, COUNT)
    declared(database, chain, b)
    folder = tmp_path / "reports"
    command = [sys.executable, "-m", "renkei.cli", "reports", str(folder), "--operator", str(a.operator_id)]
    process = subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while len(list(folder.glob("[!.]*.pdf"))) < COUNT // 40 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    before = {file: file.stat().st_mtime_ns for file in folder.glob("[!.]*.pdf")}
    assert 0 < len(before) < COUNT, "killed on the way"
    assert all(file.read_bytes().rstrip().endswith(b"%%EOF") for file in before), "whole, or not there"
    begin = time.monotonic()
    told = run("reports", folder, "--operator", a.operator_id)
    print(f"{told['written']} reports in {time.monotonic() - begin:.1f} s, {len(before)} before the kill")
    assert told == {"folder": str(folder), "declarations": COUNT, "written": COUNT - len(before)}
    assert len(list(folder.glob("[!.]*.pdf"))) == COUNT
    assert all(file.stat().st_mtime_ns == moment for file, moment in before.items())
    assert run("reports", folder, "--operator", a.operator_id)["written"] == 0
