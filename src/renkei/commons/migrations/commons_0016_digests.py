"""The daily mail: who wants it, and what the last one was about; the platform sees what is new in each inbox, not what it says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0016"
down_revision = "commons_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sent_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_key", name=op.f("pk_digests")),
        sa.ForeignKeyConstraint(
            ["account_key"], ["commons.accounts.account_key"], name=op.f("fk_digests_account_key_accounts")
        ),
        schema="commons",
        comment="The daily mail of a person: whether it is wanted, and what the last one was about at the latest.",
    )
    op.execute("GRANT SELECT (notification_key, type, read_at) ON commons.notifications TO renkei_engine")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
