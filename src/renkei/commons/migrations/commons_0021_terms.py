"""The platform's terms of use, and which company accepted which version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0021"
down_revision = "commons_0020"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "terms",
        sa.Column("terms_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("terms_id", sa.UUID(), nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("ja", _TEXT, nullable=False),
        sa.Column("en", _TEXT, nullable=False),
        sa.Column("in_force_from", _NOW, nullable=False),
        sa.Column("created_by", _TEXT, nullable=False),
        sa.Column("created_at", _NOW, nullable=False),
        sa.PrimaryKeyConstraint("terms_key", name=op.f("pk_terms")),
        sa.UniqueConstraint("terms_id", name=op.f("uq_terms_terms_id")),
        sa.UniqueConstraint("version", name=op.f("uq_terms_version")),
        schema="commons",
        comment="利用規約: what companies agree with the platform; a version never changes.",
    )
    op.create_table(
        "terms_acceptances",
        sa.Column("acceptance_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("terms_key", sa.BigInteger(), nullable=False),
        sa.Column("accepted_by", _TEXT, nullable=False),
        sa.Column("accepted_at", _NOW, nullable=False),
        sa.PrimaryKeyConstraint("acceptance_key", name=op.f("pk_terms_acceptances")),
        sa.ForeignKeyConstraint(
            ["operator_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_terms_acceptances_operator_key_operators"),
        ),
        sa.ForeignKeyConstraint(
            ["terms_key"], ["commons.terms.terms_key"], name=op.f("fk_terms_acceptances_terms_key_terms")
        ),
        sa.UniqueConstraint(
            "operator_key", "terms_key", name=op.f("uq_terms_acceptances_operator_key_terms_key")
        ),
        schema="commons",
        comment="Which company accepted which version, by whom. Written as the owner; each company sees its own.",
    )
    op.execute("GRANT SELECT ON commons.terms, commons.terms_acceptances TO renkei_app")
    op.execute("ALTER TABLE commons.terms_acceptances ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own ON commons.terms_acceptances FOR SELECT TO renkei_app "
        "USING (operator_key = (SELECT commons.me()))"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
