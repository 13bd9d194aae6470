"""What `renkei ledger verify` holds the facts about footprints against (see `commons_0003_ledger.sql`)."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "footprint_0003_ledger"
down_revision = "footprint_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
