"""Of which values a company was told that they are due for renewal."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "footprint_0011_renewals"
down_revision = "footprint_0010_factor_gwp"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "renewal_reminders",
        sa.Column("part_key", sa.BigInteger(), nullable=False, comment="commons.parts"),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("part_key", name=op.f("pk_renewal_reminders")),
        schema="footprint",
        comment="Of which value of an own part (by the end of its period) its owner was told that it is due for renewal.",
    )
    op.create_index(
        op.f("ix_renewal_reminders_operator_key"),
        "renewal_reminders",
        ["operator_key"],
        unique=False,
        schema="footprint",
    )
    for column, target in (("part_key", "parts"), ("operator_key", "operators")):
        op.execute(
            f"ALTER TABLE footprint.renewal_reminders ADD FOREIGN KEY ({column}) REFERENCES commons.{target}"
        )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
