"""The read log is kept for its time, then cleared by the worker: dates and nothing else are read for that."""

from __future__ import annotations

from alembic import op

revision = "commons_0011"
down_revision = "commons_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # guard: columns are granted, no rows are read
    op.execute("GRANT SELECT (read_key, last_at), DELETE ON commons.delivery_reads TO renkei_engine")
    # guard: retention is the platform's duty for all companies at once
    op.execute("CREATE POLICY purge ON commons.delivery_reads FOR ALL TO renkei_engine USING (true)")
    # Entries come in the order of time, so the oldest are found in the order of the key.


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
