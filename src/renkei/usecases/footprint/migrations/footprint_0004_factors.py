"""A company's own sets of emission factors."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "footprint_0004_factors"
down_revision = "footprint_0003_ledger"
branch_labels = None
depends_on = None

_C = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "factor_sets",
        sa.Column("set_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("name", _C, nullable=False),
        sa.Column("version", _C, nullable=False),
        sa.Column("title_en", _C, nullable=False),
        sa.Column("title_ja", _C, nullable=False),
        sa.Column("source", _C, nullable=False),
        sa.Column("licence", _C, nullable=False),
        sa.Column("attribution", _C, nullable=False),
        sa.Column("gwp_set", _C, nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("note", _C, nullable=False),
        sa.Column("factors", sa.Integer(), nullable=False),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("set_key", name=op.f("pk_factor_sets")),
        sa.UniqueConstraint(
            "operator_key", "name", "version", name=op.f("uq_factor_sets_operator_key_name_version")
        ),
        schema="footprint",
        comment="A company's own sets of emission factors; a version never changes. The platform's are files.",
    )
    op.create_table(
        "factors",
        sa.Column("factor_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("set_key", sa.BigInteger(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False, comment="commons.operators"),
        sa.Column("factor_id", _C, nullable=False),
        sa.Column("name_en", _C, nullable=False),
        sa.Column("name_ja", _C, nullable=False),
        sa.Column("kind", _C, nullable=False),
        sa.Column("scope", _C, nullable=False),
        sa.Column("mix", _C, nullable=True),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("unit", _C, nullable=False),
        sa.Column("region", _C, nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("price_year", sa.Integer(), nullable=True),
        sa.Column("family", _C, nullable=False),
        sa.Column("upstream", _C, nullable=True),
        sa.Column("energy_mj_per_unit", sa.Numeric(), nullable=True),
        sa.Column("proxy_of", _C, nullable=False),
        sa.Column("tags", _C, nullable=False),
        sa.Column("note", _C, nullable=False),
        sa.Column("search", _C, nullable=False),
        sa.ForeignKeyConstraint(
            ["set_key"], ["footprint.factor_sets.set_key"], name=op.f("fk_factors_set_key")
        ),
        sa.PrimaryKeyConstraint("factor_key", name=op.f("pk_factors")),
        sa.UniqueConstraint("set_key", "factor_id", name=op.f("uq_factors_set_key_factor_id")),
        schema="footprint",
        comment="排出係数: kgCO2e per unit.",
    )
    op.create_index(
        op.f("ix_factors_operator_key"), "factors", ["operator_key"], unique=False, schema="footprint"
    )
    for table in ("factor_sets", "factors"):
        op.execute(
            f"ALTER TABLE footprint.{table} ADD FOREIGN KEY (operator_key) REFERENCES commons.operators"
        )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
