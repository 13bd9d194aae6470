"""A chain of companies whose facts are in a log, with a witness; and somebody with the database's password."""

from __future__ import annotations

import psycopg
import pytest

from renkei.commons.ledger.sequencing import Sequencer
from renkei.commons.ledger.verification import verify
from renkei.commons.ledger.witness import FileWitness
from renkei.database.transaction import Database, Transaction
from renkei.kit.secret_box import SecretBox
from tests.usecases.footprint.conftest import Chain

ATTRIBUTES = ("total", "quality", "pds", "categories")


class WithinTransaction(Database):
    """Works inside a transaction that was begun, and ends none: what runs on it sees what was not committed."""

    def __init__(self, connection):
        super().__init__(None)
        self._connection = connection

    def run(self, entry, work, *, write=True, **_):
        caller = entry(self._connection, write)
        tx = Transaction(self._connection, caller, now=self.clock.now(), ids=self.ids, reactions={})
        try:
            return work(tx)
        finally:
            self._connection.execute("RESET ROLE")


def _force(connection, word):
    """Switch row-level security for the owner of the tables."""
    rows = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relname <> 'operators' ORDER BY 1"
    ).fetchall()
    for (table,) in rows:
        connection.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")


class Ledger:
    """The log of one database."""

    def __init__(self, database, url, path):
        self.database = database
        self.url = url
        self.box = SecretBox([bytes(range(32))])
        self.witness = FileWitness(path)
        self.sequencer = Sequencer(database, self.box, self.witness)

    def tick(self, times=1):
        """Sign heads; the last one."""
        return [self.sequencer.tick() for _ in range(times)][-1]

    def verify(self):
        """Report and findings."""
        findings = []
        report = verify(self.database, self.box, self.witness, findings.append)
        assert report.findings == len(findings)
        return report, findings

    def codes(self):
        """What verify finds: (code, table) of each."""
        return {(one.code, one.table) for one in self.verify()[1]}

    def tamper(self, statement, parameters=(), *, rows=1):
        """Change the database as its owner, past row-level security and every service."""
        with psycopg.connect(self.url) as connection:
            _force(connection, "NO FORCE")
            assert connection.execute(statement, parameters).rowcount == rows
            _force(connection, "FORCE")

    def imagine(self, statement, *, rows=1):
        """What verify finds after such a change; the change itself is taken back."""
        with psycopg.connect(self.url) as connection:
            _force(connection, "NO FORCE")
            assert connection.execute(statement, ()).rowcount == rows, statement
            _force(connection, "FORCE")
            findings = []
            verify(WithinTransaction(connection), self.box, self.witness, findings.append)
            connection.rollback()
        return findings

    def read(self, query, parameters=()):
        """Rows as the owner sees them without row-level security."""
        with psycopg.connect(self.url) as connection:
            _force(connection, "NO FORCE")
            found = connection.execute(query, parameters).fetchall()
            connection.rollback()
        return found


@pytest.fixture
def ledger(database, database_url, tmp_path):
    return Ledger(database, database_url, tmp_path / "witness.jsonl")


@pytest.fixture
def chain(database):
    return Chain(database)


@pytest.fixture
def traded(chain, create_operator):
    """B supplies A with a part that has a footprint of 2; A has been shown it and stands on it."""

    class Traded:
        a = create_operator("A社")
        b = create_operator("B社")
        stranger = create_operator("C社")

    said = Traded()
    said.product = chain.part(said.a, "車")
    [said.bought] = chain.structure(said.a, said.product, [("電池", 3)])
    said.own = chain.part(said.b, "セル")
    chain.state(said.b, said.own, own="1.50", component="0.5")
    chain.state(said.a, said.product, own=10)
    said.request = chain.ask(said.a, said.bought, said.b)
    chain.link(said.b, said.request, said.own)
    said.consent = chain.disclose(said.b, said.own, said.a)
    chain.settle()
    return said
