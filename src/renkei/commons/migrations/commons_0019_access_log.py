"""The record of access: who came in, who was refused, what was changed about who may. The platform's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import INET

revision = "commons_0019"
down_revision = "commons_0018"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("entry_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("account_key", sa.BigInteger(), nullable=True),
        sa.Column("operator_key", sa.BigInteger(), nullable=True),
        sa.Column("client_ip", INET(), nullable=True),
        sa.Column("by", _TEXT, nullable=True),
        sa.Column("about", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("entry_key", name=op.f("pk_access_log")),
        sa.ForeignKeyConstraint(
            ["account_key"], ["commons.accounts.account_key"], name=op.f("fk_access_log_account_key_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_access_log_operator_key_operators"),
        ),
        schema="commons",
        comment="Who came in, who was refused, and what was changed about who may; forgotten after its retention.",
    )
    for column in ("account_key", "operator_key", "client_ip", "by", "at"):
        op.create_index(f"ix_access_log_{column}", "access_log", [column], schema="commons")
    op.execute("GRANT INSERT, DELETE, SELECT (at) ON commons.access_log TO renkei_access")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
