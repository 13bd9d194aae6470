"""Tables of the ledger (台帳).

`ledger_facts` and `ledger_entries` belong to companies; the others hold numbers and hashes that every member may read.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from renkei.commons.metadata import metadata
from renkei.database.columns import key, moment, text, uuid, whole

facts = sa.Table(
    "ledger_facts",
    metadata,
    key("fact_key"),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    sa.Column("parties", ARRAY(sa.BigInteger), nullable=False, comment="other companies that may read it"),
    text("kind"),
    uuid("subject_id"),
    whole("version", nullable=True),
    text("actor"),
    moment("recorded_at"),
    sa.Column("content", sa.Text(collation="C"), comment="canonical JSON; null once erased"),
    sa.Column("salt", sa.LargeBinary, comment="null once erased"),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Index("ix_ledger_facts_subject", "subject_id"),
    sa.Index("ix_ledger_facts_operator", "operator_key", "fact_key"),
    comment="What was stated, asked, consented, delivered; written in the fact's own transaction. Erasing takes content "
    "and salt away, nothing else changes.",
)

queue = sa.Table(
    "ledger_queue",
    metadata,
    sa.Column("fact_key", sa.BigInteger, nullable=False),
    comment="Facts that have no leaf yet; the sequencer takes them out.",
)

entries = sa.Table(
    "ledger_entries",
    metadata,
    sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("fact_key", sa.BigInteger, nullable=False, unique=True),
    comment="Which leaf is which fact; a leaf without an entry is padding.",
)

tiles = sa.Table(
    "ledger_tiles",
    metadata,
    whole("level"),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("level", "number"),
    comment="The tree: 256 hashes a tile, in order; level 0 holds the leaves' hashes.",
)

heads = sa.Table(
    "ledger_heads",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    moment("signed_at"),
    text("note"),
    comment="Signed heads, one a tick of the clock whatever happens; note is the checkpoint with its signatures.",
)

keys = sa.Table(
    "ledger_keys",
    metadata,
    sa.Column("key_id", sa.Text(collation="C"), primary_key=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False, comment="Ed25519, 32 bytes"),
    sa.Column("private_key", sa.LargeBinary, nullable=False, comment="encrypted with the master key"),
    moment("created_at"),
    moment("retired_at", nullable=True),
    comment="Keys of heads: all that are not retired sign. Public keys stay for ever, to check old heads with.",
)

log = sa.Table(
    "ledger_log",
    metadata,
    whole("log_key", default=1),
    text("origin"),
    sa.Column("padding_key", sa.LargeBinary, nullable=False, comment="encrypted with the master key"),
    moment("created_at"),
    sa.PrimaryKeyConstraint("log_key"),
    sa.CheckConstraint("log_key = 1", name="log_key"),
    comment="The log's name, and the key that padding is made with. One row.",
)

kinds = sa.Table(
    "ledger_kinds",
    metadata,
    sa.Column("kind", sa.Text(collation="C"), primary_key=True),
    text("source", nullable=True),
    comment="Kinds of facts; source is the view that shows the rows they are about as they are now (see the migration).",
)
