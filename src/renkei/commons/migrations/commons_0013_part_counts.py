"""How many parts a company has, beside its parts: its quota is looked at with every new one."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "commons_0013"
down_revision = "commons_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "part_counts",
        sa.Column("operator_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("operator_key", name=op.f("pk_part_counts")),
        schema="commons",
        comment="How many undeleted parts a company has; kept by triggers.",
    )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
