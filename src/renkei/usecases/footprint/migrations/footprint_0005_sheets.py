"""Sheets of the calculator: activity data in versions."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "footprint_0005_sheets"
down_revision = "footprint_0004_factors"
branch_labels = None
depends_on = None

_C = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "sheets",
        sa.Column("sheet_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sheet_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("trade_key", sa.BigInteger(), nullable=True, comment="commons.trades"),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("statement_id", sa.UUID(), nullable=True),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sheet_key", name=op.f("pk_sheets")),
        sa.UniqueConstraint("sheet_id", "version", name=op.f("uq_sheets_sheet_id_version")),
        schema="footprint",
        comment="算定シート: activity data of a part and period in versions, each with its result and its statement.",
    )
    op.create_index(
        op.f("ix_sheets_operator_key"), "sheets", ["operator_key"], unique=False, schema="footprint"
    )
    op.create_index(
        "uq_sheets_current", "sheets", ["part_key", "trade_key", "period_from", "period_to"], unique=True,
        schema="footprint", postgresql_where=sa.text("superseded_at IS NULL"), postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    for column, target in (("operator_key", "operators"), ("part_key", "parts"), ("trade_key", "trades")):
        op.execute(f"ALTER TABLE footprint.sheets ADD FOREIGN KEY ({column}) REFERENCES commons.{target}")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
