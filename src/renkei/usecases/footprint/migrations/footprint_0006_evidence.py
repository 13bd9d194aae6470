"""The evidence file of a declaration."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "footprint_0006_evidence"
down_revision = "footprint_0005_sheets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declaration_evidence",
        sa.Column("declaration_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("declaration_id", sa.UUID(), nullable=False),
        sa.Column("check_id", sa.UUID(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_key"],
            ["footprint.declarations.declaration_key"],
            name=op.f("fk_declaration_evidence_declaration_key"),
        ),
        sa.PrimaryKeyConstraint("declaration_key", name=op.f("pk_declaration_evidence")),
        sa.UniqueConstraint("check_id", name=op.f("uq_declaration_evidence_check_id")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_declaration_evidence_declaration_id")),
        schema="footprint",
        comment="What a declaration stands on, frozen when it was filed; the ledger holds its SHA-256.",
    )
    op.create_index(
        op.f("ix_declaration_evidence_operator_key"), "declaration_evidence", ["operator_key"], unique=False,
        schema="footprint",
    )  # fmt: skip
    op.execute(
        "ALTER TABLE footprint.declaration_evidence ADD FOREIGN KEY (operator_key) REFERENCES commons.operators"
    )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
