"""The first tables of `footprint`, with their row-level security."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "footprint_0001"
down_revision = None
branch_labels = ("footprint",)
depends_on = None

_SQL = Path(__file__).parent


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS footprint")
    op.create_table(
        "certificates",
        sa.Column("certificate_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("certificate_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("certificate_key", name=op.f("pk_certificates")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_certificates_certificate_id")),
        schema="footprint",
        comment="CFP証明書 of a part: at most one at a time.",
    )
    op.create_index(
        "uq_certificates_part",
        "certificates",
        ["part_key"],
        unique=True,
        schema="footprint",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "estimates",
        sa.Column("estimate_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("estimate_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("trade_key", sa.BigInteger(), nullable=True, comment="commons.trades"),
        sa.Column("declared_unit", sa.Text(collation="C"), nullable=False),
        sa.Column("stages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quality", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("created_by", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("estimate_key", name=op.f("pk_estimates")),
        sa.UniqueConstraint("estimate_id", name=op.f("uq_estimates_estimate_id")),
        schema="footprint",
        comment="The buyer's own estimate for a bought part (or one trade's share of it): secondary.",
    )
    op.create_index(
        op.f("ix_estimates_part_key"), "estimates", ["part_key"], unique=False, schema="footprint"
    )
    op.create_index(
        "uq_estimates_current",
        "estimates",
        ["part_key", "trade_key"],
        unique=True,
        schema="footprint",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "proposals",
        sa.Column("proposal_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proposal_id", sa.UUID(), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=False, comment="commons.trades"),
        sa.Column("downstream_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("upstream_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("declared_unit", sa.Text(collation="C"), nullable=False),
        sa.Column("stages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quality", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(collation="C"), server_default="unconfirmed", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'confirmed', 'replaced')", name=op.f("ck_proposals_state")
        ),
        sa.PrimaryKeyConstraint("proposal_key", name=op.f("pk_proposals")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_proposals_proposal_id")),
        schema="footprint",
        comment="A value the buyer entered on behalf of a company that was not a member; that company confirms or replaces it.",
    )
    op.create_index(
        op.f("ix_proposals_downstream_key"), "proposals", ["downstream_key"], unique=False, schema="footprint"
    )
    op.create_index(
        op.f("ix_proposals_trade_key"), "proposals", ["trade_key"], unique=False, schema="footprint"
    )
    op.create_index(
        op.f("ix_proposals_upstream_key"), "proposals", ["upstream_key"], unique=False, schema="footprint"
    )
    op.create_table(
        "statements",
        sa.Column("statement_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("trade_key", sa.BigInteger(), nullable=True, comment="commons.trades"),
        sa.Column("cfp_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("declared_unit", sa.Text(collation="C"), nullable=False),
        sa.Column("component_scope", sa.Text(collation="C"), nullable=False),
        sa.Column("declared", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("in_force", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quality", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("method", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("coverage_direct", sa.Numeric(), nullable=False),
        sa.Column("coverage_deep", sa.Numeric(), nullable=False),
        sa.Column("structure_key", sa.BigInteger(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("causes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_by", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "component_scope IN ('rest', 'whole')", name=op.f("ck_statements_component_scope")
        ),
        sa.PrimaryKeyConstraint("statement_key", name=op.f("pk_statements")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_statements_statement_id")),
        schema="footprint",
        comment="排出量: immutable versions. declared = what the owner said; in_force = with the known lines added.",
    )
    op.create_index(
        "ix_statements_operator",
        "statements",
        ["operator_key", "statement_key"],
        unique=False,
        schema="footprint",
    )
    op.create_index(
        "uq_statements_current",
        "statements",
        ["part_key", "trade_key"],
        unique=True,
        schema="footprint",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_statements_version",
        "statements",
        ["part_key", "trade_key", "version"],
        unique=True,
        schema="footprint",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "certificate_files",
        sa.Column("certificate_key", sa.BigInteger(), nullable=False),
        sa.Column("file_key", sa.BigInteger(), nullable=False, comment="commons.files"),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_key"],
            ["footprint.certificates.certificate_key"],
            name=op.f("fk_certificate_files_certificate_key"),
        ),
        sa.PrimaryKeyConstraint("certificate_key", "file_key", name=op.f("pk_certificate_files")),
        schema="footprint",
    )
    for table, column, target in _REFERENCES:
        op.execute(f"ALTER TABLE footprint.{table} ADD FOREIGN KEY ({column}) REFERENCES commons.{target}")
    _run("footprint_0001_security.sql")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")


def _run(name: str) -> None:
    """Run a file of SQL as it stands: no parameters, no percent escapes."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((_SQL / name).read_text(encoding="utf-8"))


_REFERENCES = (
    ("statements", "operator_key", "operators"),
    ("statements", "part_key", "parts"),
    ("statements", "trade_key", "trades"),
    ("estimates", "operator_key", "operators"),
    ("estimates", "part_key", "parts"),
    ("estimates", "trade_key", "trades"),
    ("proposals", "trade_key", "trades"),
    ("proposals", "downstream_key", "operators"),
    ("proposals", "upstream_key", "operators"),
    ("certificates", "operator_key", "operators"),
    ("certificates", "part_key", "parts"),
    ("certificate_files", "file_key", "files"),
)
