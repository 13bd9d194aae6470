"""What an external OpenID provider calls a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0022"
down_revision = "commons_0021"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "openid_subjects",
        sa.Column("subject_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("issuer", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_key", name=op.f("pk_openid_subjects")),
        sa.ForeignKeyConstraint(
            ["account_key"],
            ["commons.accounts.account_key"],
            name=op.f("fk_openid_subjects_account_key_accounts"),
        ),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_openid_subjects_issuer_subject")),
        sa.UniqueConstraint("account_key", "issuer", name=op.f("uq_openid_subjects_account_key_issuer")),
        schema="commons",
        comment="What an external OpenID provider calls a person; bound at the first sign-in.",
    )
    op.execute("GRANT SELECT, INSERT ON commons.openid_subjects TO renkei_access")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
