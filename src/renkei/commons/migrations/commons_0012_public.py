"""What a company discloses to the public is read by whoever asks, without an account."""

from __future__ import annotations

from alembic import op

revision = "commons_0012"
down_revision = "commons_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # guard: the policy admits what its company disclosed to the public, and nothing else
    op.execute(
        "CREATE POLICY everybody ON commons.shared_deliveries FOR SELECT TO renkei_engine "
        "USING (audience = 'public' AND superseded_at IS NULL AND NOT withdrawn)"
    )
    # guard: no rows are read
    op.execute("GRANT SELECT ON commons.shared_deliveries, commons.directory TO renkei_engine")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
