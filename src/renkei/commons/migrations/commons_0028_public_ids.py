"""Facts about consents name everything by public ids; keys count what the whole platform writes."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "commons_0028"
down_revision = "commons_0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
