"""Notifications about the company's own parts: what nobody else caused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0027"
down_revision = "commons_0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("part_key", sa.BigInteger(), nullable=True), schema="commons")
    op.add_column(
        "notifications",
        sa.Column("further_parts", sa.Integer(), server_default="0", nullable=False),
        schema="commons",
    )
    op.create_foreign_key(
        op.f("fk_notifications_part_key"),
        "notifications",
        "parts",
        ["part_key"],
        ["part_key"],
        source_schema="commons",
        referent_schema="commons",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
