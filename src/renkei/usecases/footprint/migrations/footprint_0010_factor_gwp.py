"""The global warming potentials of a single factor, where a company's own list names them for each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "footprint_0010_factor_gwp"
down_revision = "footprint_0009_unsettled"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # None: that of its set.
    op.add_column("factors", sa.Column("gwp_set", sa.Text(collation="C"), nullable=True), schema="footprint")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
