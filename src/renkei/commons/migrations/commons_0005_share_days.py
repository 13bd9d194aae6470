"""The worker asks daily whose shares begin or end with the day: keys, days and nothing else."""

from __future__ import annotations

from alembic import op

revision = "commons_0005"
down_revision = "commons_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # guard: columns are granted, no rows are read
    op.execute(
        "GRANT SELECT (operator_key, valid_from, valid_to, superseded_at) ON commons.trade_shares TO renkei_engine"
    )
    # guard: the policy is for the engine, which sees keys and days of all
    op.execute("CREATE POLICY due ON commons.trade_shares FOR SELECT TO renkei_engine USING (true)")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
