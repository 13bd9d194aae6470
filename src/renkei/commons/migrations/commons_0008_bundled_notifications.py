"""One notification for each recipient of a change, however many of its trades it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "commons_0008"
down_revision = "commons_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "notifications",
        sa.Column(
            "further_trades",
            postgresql.ARRAY(sa.BigInteger()),
            server_default="{}",
            nullable=False,
            comment="what else it is about: one change, one notification",
        ),
        schema="commons",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
