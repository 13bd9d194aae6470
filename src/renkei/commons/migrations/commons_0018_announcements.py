"""What the platform tells everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0018"
down_revision = "commons_0017"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("announcement_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("announcement_id", sa.UUID(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("ja", _TEXT, nullable=False),
        sa.Column("en", _TEXT, nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", _TEXT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('notice', 'maintenance')", name=op.f("ck_announcements_kind")),
        sa.CheckConstraint("shown_from < shown_until", name=op.f("ck_announcements_span")),
        sa.PrimaryKeyConstraint("announcement_key", name=op.f("pk_announcements")),
        sa.UniqueConstraint("announcement_id", name=op.f("uq_announcements_announcement_id")),
        schema="commons",
        comment="What the platform tells everybody, and when; during maintenance the doors are closed.",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
