"""Buckets of rates that all processes share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0007"
down_revision = "commons_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rates",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.Double(), nullable=False, comment="what is left; below zero: owed"),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rates")),
        schema="commons",
        comment="How much of a rate is left, by its name. Of the platform, no company's: only counts.",
        prefixes=["UNLOGGED"],
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON commons.rates TO renkei_access")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
