"""Purchases in loops of companies whose values never settle."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "footprint_0009_unsettled"
down_revision = "footprint_0008_licences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsettled",
        sa.Column("trade_key", sa.BigInteger(), nullable=False, comment="commons.trades"),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("trade_key", name=op.f("pk_unsettled")),
        schema="footprint",
        comment="A buyer's trades whose answers come back to themselves without settling: they add nothing meanwhile.",
    )
    op.create_index(
        op.f("ix_unsettled_operator_key"), "unsettled", ["operator_key"], unique=False, schema="footprint"
    )
    for column, target in (("trade_key", "trades"), ("operator_key", "operators")):
        op.execute(f"ALTER TABLE footprint.unsettled ADD FOREIGN KEY ({column}) REFERENCES commons.{target}")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
