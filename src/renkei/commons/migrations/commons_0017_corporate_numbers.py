"""The platform's copy of the list of corporate numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0017"
down_revision = "commons_0016"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "corporate_numbers",
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("successor", _TEXT, nullable=True),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_corporate_numbers")),
        schema="commons",
        comment="法人番号, as the National Tax Agency lists them: public, the platform's own copy.",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
