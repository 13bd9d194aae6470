"""`renkei db backup`, then `restore` on an empty machine: every answer of both doors is the same, byte for byte.

The ledger verifies there; and where the witness was kept outside, it tells what was lost since the backup.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from renkei.database import embedded
from tests.acceptance.small_world import Answers, answers, companies_of, fill, register, wait_until_handled
from tests.service import Service, free_port


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Service, Service]]:
    """Two data folders that are reached under the same address, one after the other."""
    port = free_port()
    services = [Service(tmp_path / name, port=port) for name in ("one", "two")]
    for service in services:
        service.data_dir.mkdir()
    yield services[0], services[1]
    for service in services:
        if service.process is not None and service.process.poll() is None:
            service.kill()
        if embedded.status(service.data_dir) != "absent":
            embedded.destroy(service.data_dir)


def wait_until_log_begins(service: Service) -> None:
    deadline = time.monotonic() + 60
    while service.call("GET", "/readyz")["ledger"]["size"] == 0:
        assert time.monotonic() < deadline, "no head was signed"
        time.sleep(0.1)


def test_everything_answers_the_same_after_backup_and_restore(
    machines: tuple[Service, Service], tmp_path: Path
) -> None:
    old, new = machines
    ids = register(old)
    old.start()
    fill(old, ids)
    with companies_of(old, ids) as companies:
        before: list[Answers] = [answers(company) for company in companies]
        tokens = [company.token for company in companies]
    good = sum(status == 200 for told in before for status, _ in told.values())
    assert good > 60, "hardly anything is compared"

    backed_up = old.command("db", "backup", str(tmp_path / "all.tar"))
    assert backed_up["files"] == 2, "the certificate and the master key"
    assert backed_up["witness"]
    assert old.stop() == 0
    assert new.command("db", "restore", str(tmp_path / "all.tar"))["witness"]
    drill = new.command("ledger", "verify")
    assert drill["ok"]
    assert min(drill["facts"], drill["witnessed"]) > 0, "the drill looked at nothing"
    new.start()
    with companies_of(new, ids) as companies:
        for company, token, told in zip(companies, tokens, before, strict=True):
            company.token = token  # who was logged in stays logged in
            again = answers(company)
            assert again.keys() == told.keys()
            assert {target: again[target] for target in told if again[target] != told[target]} == {}
        made = [company.make_part("後から") for company in companies]  # and it goes on
        wait_until_handled(companies[0])
    assert len(set(made)) == 2
    assert new.stop() == 0
    assert new.command("ledger", "verify")["size"] > drill["size"], "the log goes on"


def test_a_witness_that_was_kept_tells_what_a_restore_lost(
    machines: tuple[Service, Service], tmp_path: Path
) -> None:
    """The witness lies outside of what is restored, and keeps its newer heads: the restore is older, and says so."""
    old, new = machines
    for service in machines:
        service.extra["RENKEI_LEDGER_WITNESS_FILE"] = str(tmp_path / "elsewhere" / "witness.jsonl")
    ids = register(old)
    old.start()
    wait_until_log_begins(old)
    old.command("db", "backup", str(tmp_path / "early.tar"))
    fill(old, ids)
    assert old.stop() == 0
    assert not new.command("db", "restore", str(tmp_path / "early.tar"))["witness"], "it stays as it is"
    told = new.lines("ledger", "verify", code=1)
    assert [one["code"] for one in told if "code" in one] == ["rolled_back"]
    new.command("ledger", "resume", "--reason", "restore drill")
    new.start()
    assert new.stop() == 0
