"""A company's decisions in order: without it, the newest fifty of one were looked for among those of all."""

from __future__ import annotations

from alembic import op

revision = "commons_0025"
down_revision = "commons_0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_consents_operator", "consents", ["operator_key", "consent_key"], schema="commons")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
