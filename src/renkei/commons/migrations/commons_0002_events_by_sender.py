"""The newest event of a company is found at once: kept graphs are checked against it with every read."""

from __future__ import annotations

from alembic import op

revision = "commons_0002"
down_revision = "commons_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_sender", "events", ["sender_key", "event_key"], unique=False, schema="commons")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
