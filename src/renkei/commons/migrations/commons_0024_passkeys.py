"""Public keys of people's devices (WebAuthn)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0024"
down_revision = "commons_0023"
branch_labels = None
depends_on = None

_NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("passkey_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("passkey_id", sa.UUID(), nullable=False),
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", _NOW, nullable=False),
        sa.Column("used_at", _NOW, nullable=True),
        sa.PrimaryKeyConstraint("passkey_key", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("passkey_id", name=op.f("uq_passkeys_passkey_id")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        sa.ForeignKeyConstraint(
            ["account_key"], ["commons.accounts.account_key"], name=op.f("fk_passkeys_account_key_accounts")
        ),
        schema="commons",
        comment="Public keys of people's devices (WebAuthn).",
    )
    op.create_index("ix_passkeys_account_key", "passkeys", ["account_key"], schema="commons")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
