"""People let in by a link: invitations with a role, companies that ask to join, and second factors. The platform's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0015"
down_revision = "commons_0014"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "account_invitations",
        sa.Column("invitation_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invitation_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("email", _TEXT, nullable=True),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("mandate", _TEXT, nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_by", _TEXT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'editor', 'approver', 'viewer')", name=op.f("ck_account_invitations_role")
        ),
        sa.PrimaryKeyConstraint("invitation_key", name=op.f("pk_account_invitations")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_account_invitations_invitation_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_invitations_token_hash")),
        sa.ForeignKeyConstraint(
            ["operator_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_account_invitations_operator_key_operators"),
        ),
        schema="commons",
        comment="A link that gives a role once. Ended when it was used, replaced or withdrawn.",
    )
    op.create_index(
        "ix_account_invitations_operator_key", "account_invitations", ["operator_key"], schema="commons"
    )
    op.create_table(
        "registrations",
        sa.Column("registration_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("country", _TEXT, nullable=False),
        sa.Column("open_operator_id", _TEXT, nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", _TEXT, nullable=True),
        sa.Column("outcome", _TEXT, nullable=True),
        sa.CheckConstraint("outcome IN ('approved', 'refused')", name=op.f("ck_registrations_outcome")),
        sa.PrimaryKeyConstraint("registration_key", name=op.f("pk_registrations")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_registrations_registration_id")),
        sa.ForeignKeyConstraint(
            ["operator_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_registrations_operator_key_operators"),
        ),
        sa.ForeignKeyConstraint(
            ["account_key"],
            ["commons.accounts.account_key"],
            name=op.f("fk_registrations_account_key_accounts"),
        ),
        schema="commons",
        comment="An invited company that asks to become a member, until the platform's staff decides.",
    )
    op.create_table(
        "second_factors",
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_key", name=op.f("pk_second_factors")),
        sa.ForeignKeyConstraint(
            ["account_key"],
            ["commons.accounts.account_key"],
            name=op.f("fk_second_factors_account_key_accounts"),
        ),
        schema="commons",
        comment="The shared secret of time-based codes (RFC 6238), encrypted; a step is good once.",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
