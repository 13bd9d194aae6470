"""The ledger: facts with their commitments, the log's leaves, tiles, heads and keys."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "commons_0003_ledger"
down_revision = "commons_0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "ledger_facts",
        sa.Column("fact_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column(
            "parties",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="other companies that may read it",
        ),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", _TEXT, nullable=True, comment="canonical JSON; null once erased"),
        sa.Column("salt", sa.LargeBinary(), nullable=True, comment="null once erased"),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fact_key", name=op.f("pk_ledger_facts")),
        schema="commons",
        comment="What was stated, asked, consented, delivered; written in the fact's own transaction. Erasing takes "
        "content and salt away, nothing else changes.",
    )
    op.create_index("ix_ledger_facts_subject", "ledger_facts", ["subject_id"], schema="commons")
    op.create_index(
        "ix_ledger_facts_operator", "ledger_facts", ["operator_key", "fact_key"], schema="commons"
    )
    op.create_table(
        "ledger_queue",
        sa.Column("fact_key", sa.BigInteger(), nullable=False),
        schema="commons",
        comment="Facts that have no leaf yet; the sequencer takes them out.",
    )
    op.create_table(
        "ledger_entries",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fact_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("fact_key", name=op.f("uq_ledger_entries_fact_key")),
        schema="commons",
        comment="Which leaf is which fact; a leaf without an entry is padding.",
    )
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_ledger_tiles")),
        schema="commons",
        comment="The tree: 256 hashes a tile, in order; level 0 holds the leaves' hashes.",
    )
    op.create_table(
        "ledger_heads",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_heads")),
        schema="commons",
        comment="Signed heads, one a tick of the clock whatever happens; note is the checkpoint with its signatures.",
    )
    op.create_table(
        "ledger_keys",
        sa.Column("key_id", _TEXT, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="Ed25519, 32 bytes"),
        sa.Column("private_key", sa.LargeBinary(), nullable=False, comment="encrypted with the master key"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_ledger_keys")),
        schema="commons",
        comment="Keys of heads: all that are not retired sign. Public keys stay for ever, to check old heads with.",
    )
    op.create_table(
        "ledger_log",
        sa.Column("log_key", sa.Integer(), server_default="1", nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("padding_key", sa.LargeBinary(), nullable=False, comment="encrypted with the master key"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("log_key = 1", name=op.f("ck_ledger_log_log_key")),
        sa.PrimaryKeyConstraint("log_key", name=op.f("pk_ledger_log")),
        schema="commons",
        comment="The log's name, and the key that padding is made with. One row.",
    )
    op.create_table(
        "ledger_kinds",
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_ledger_kinds")),
        schema="commons",
        comment="Kinds of facts; source is the view that shows the rows they are about as they are now "
        "(see the migration).",
    )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
