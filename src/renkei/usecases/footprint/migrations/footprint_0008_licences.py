"""Licensed factor sets: seats of persons, metered use; and sets that one company lends to another."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "footprint_0008_licences"
down_revision = "footprint_0007_engagements"
branch_labels = None
depends_on = None

_C = sa.Text(collation="C")
_NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lent_by_key", sa.BigInteger(), nullable=True, comment="commons.operators"),
        sa.Column("loan_id", sa.UUID(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_at", _NOW, nullable=True),
    ):
        op.add_column("factor_sets", column, schema="footprint")
    op.add_column(
        "factors",
        sa.Column("lent_by_key", sa.BigInteger(), nullable=True, comment="commons.operators"),
        schema="footprint",
    )
    op.create_unique_constraint(
        op.f("uq_factor_sets_loan_id"), "factor_sets", ["loan_id"], schema="footprint"
    )
    op.create_index(
        op.f("ix_factor_sets_lent_by_key"), "factor_sets", ["lent_by_key"], unique=False, schema="footprint"
    )
    op.create_table(
        "factor_seats",
        sa.Column("seat_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seat_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("name", _C, nullable=False),
        sa.Column("licence_number", _C, nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", _NOW, nullable=False),
        sa.Column("ended_at", _NOW, nullable=True),
        sa.PrimaryKeyConstraint("seat_key", name=op.f("pk_factor_seats")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_factor_seats_seat_id")),
        schema="footprint",
        comment="A person who may see and use the numbers of a licensed set.",
    )
    op.create_table(
        "factor_uses",
        sa.Column("use_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("name", _C, nullable=False),
        sa.Column("version", _C, nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("what", _C, nullable=False),
        sa.Column("first_at", _NOW, nullable=False),
        sa.Column("last_at", _NOW, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("use_key", name=op.f("pk_factor_uses")),
        schema="footprint",
        comment="How often a person read or calculated with numbers of a licensed set.",
    )
    for table in ("factor_seats", "factor_uses"):
        op.create_index(
            op.f(f"ix_{table}_operator_key"), table, ["operator_key"], unique=False, schema="footprint"
        )
        op.execute(
            f"ALTER TABLE footprint.{table} ADD FOREIGN KEY (operator_key) REFERENCES commons.operators"
        )
    for table in ("factor_sets", "factors"):
        op.execute(
            f"ALTER TABLE footprint.{table} ADD FOREIGN KEY (lent_by_key) REFERENCES commons.operators"
        )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
