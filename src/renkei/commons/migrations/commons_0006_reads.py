"""Who read which delivery when: a log of the provider's own; and what a reader's transaction needs to leave an entry."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "commons_0006"
down_revision = "commons_0005"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "delivery_reads",
        sa.Column("read_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("read_id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("provider_key", sa.BigInteger(), nullable=False),
        sa.Column("consumer_key", sa.BigInteger(), nullable=False),
        sa.Column("delivery_key", sa.BigInteger(), nullable=False),
        sa.Column("door", _TEXT, nullable=False),
        sa.Column("reader", _TEXT, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("reader IN ('person', 'application')", name=op.f("ck_delivery_reads_reader")),
        sa.PrimaryKeyConstraint("read_key", name=op.f("pk_delivery_reads")),
        schema="commons",
        comment="Who read which delivery when, for its provider. Reads of one delivery within one while of the journal are one row.",
    )
    op.create_index(
        "ix_delivery_reads_provider", "delivery_reads", ["provider_key", "read_key"], schema="commons"
    )
    op.create_index("ix_delivery_reads_delivery", "delivery_reads", ["delivery_key"], schema="commons")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
