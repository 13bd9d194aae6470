"""How parts follow what they stand on, values that wait to be published, and declarations."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "footprint_0002"
down_revision = "footprint_0001"
branch_labels = None
depends_on = None

_C = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "update_policies",
        sa.Column("policy_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("mode", _C, nullable=False),
        sa.Column("threshold", sa.Numeric(), nullable=True),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mode IN ('at_once', 'monthly', 'yearly', 'threshold', 'review')",
            name=op.f("ck_update_policies_mode"),
        ),
        sa.PrimaryKeyConstraint("policy_key", name=op.f("pk_update_policies")),
        schema="footprint",
        comment="How a part follows what it stands on, in versions; without a row: at once.",
    )
    op.create_index(
        "uq_update_policies_current", "update_policies", ["part_key"], unique=True, schema="footprint",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "updates",
        sa.Column("update_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("update_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("trade_key", sa.BigInteger(), nullable=True, comment="commons.trades"),
        sa.Column("base_statement_id", sa.UUID(), nullable=False),
        sa.Column("mode", _C, nullable=False),
        sa.Column("in_force", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("coverage_direct", sa.Numeric(), nullable=False),
        sa.Column("coverage_deep", sa.Numeric(), nullable=False),
        sa.Column("structure_key", sa.BigInteger(), nullable=True),
        sa.Column("causes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", _C, server_default="waiting", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", _C, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'published', 'refused', 'superseded')", name=op.f("ck_updates_state")
        ),
        sa.PrimaryKeyConstraint("update_key", name=op.f("pk_updates")),
        sa.UniqueConstraint("update_id", name=op.f("uq_updates_update_id")),
        schema="footprint",
        comment="Values that were calculated and wait to be published; one waits per part (and trade) at a time.",
    )
    op.create_index(
        "uq_updates_waiting", "updates", ["part_key", "trade_key"], unique=True, schema="footprint",
        postgresql_where=sa.text("state = 'waiting'"), postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    op.create_index(
        "ix_updates_part", "updates", ["operator_key", "part_key", sa.text("update_key DESC")], unique=False,
        schema="footprint",
    )  # fmt: skip
    op.create_index(
        "ix_updates_due", "updates", ["due"], unique=False, schema="footprint",
        postgresql_where=sa.text("state = 'waiting' AND due IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "declarations",
        sa.Column("declaration_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("declaration_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("statement_key", sa.BigInteger(), nullable=False),
        sa.Column("trace_id", sa.UUID(), nullable=False),
        sa.Column("plant_id", sa.UUID(), nullable=False),
        sa.Column("rule_set", _C, nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("reference", _C, nullable=True),
        sa.Column("filed_by", _C, nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_key"],
            ["footprint.statements.statement_key"],
            name=op.f("fk_declarations_statement_key"),
        ),
        sa.PrimaryKeyConstraint("declaration_key", name=op.f("pk_declarations")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_declarations_declaration_id")),
        schema="footprint",
        comment="宣言: a filed document, immutable; it pins one version of one part's footprint.",
    )
    op.create_index(
        "ix_declarations_operator", "declarations", ["operator_key", "declaration_key"], unique=False,
        schema="footprint",
    )  # fmt: skip
    op.create_index(
        op.f("ix_declarations_part_key"), "declarations", ["part_key"], unique=False, schema="footprint"
    )
    for table, column, target in _REFERENCES:
        op.execute(f"ALTER TABLE footprint.{table} ADD FOREIGN KEY ({column}) REFERENCES commons.{target}")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_name("footprint_0002_security.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")


_REFERENCES = (
    ("update_policies", "operator_key", "operators"),
    ("update_policies", "part_key", "parts"),
    ("updates", "operator_key", "operators"),
    ("updates", "part_key", "parts"),
    ("updates", "trade_key", "trades"),
    ("declarations", "operator_key", "operators"),
    ("declarations", "part_key", "parts"),
)
