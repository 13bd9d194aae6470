"""`renkei db backup`, then `restore` on an empty machine: every answer of both doors is the same, byte for byte."""

from __future__ import annotations

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
    assert old.stop() == 0
    new.command("db", "restore", str(tmp_path / "all.tar"))
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
