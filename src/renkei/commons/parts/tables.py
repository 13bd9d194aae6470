"""Tables of parts (部品・製品) and structures (部品構成). Every row belongs to one operator."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import day, flag, key, moment, number, public_id, refers, text, whole

parts = sa.Table(
    "parts",
    metadata,
    key("part_key"),
    public_id("trace_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("plant_key", "commons.plants.plant_key"),
    text("name"),
    text("support_name", nullable=True),
    flag("terminated"),
    text("unit", nullable=True),
    text("label", nullable=True),
    text("info1", nullable=True),
    text("info2", nullable=True),
    text("info3", nullable=True),
    sa.Column("structure_key", sa.BigInteger, comment="the structure in force today, null without one"),
    number("mass_kg_per_unit"),
    number("density_kg_per_liter"),
    moment("created_at"),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    sa.Index(
        "uq_parts_natural",
        "operator_key",
        "plant_key",
        "name",
        "support_name",
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index(
        "ix_parts_name",
        "operator_key",
        "name",
        "support_name",
        "trace_id",
        postgresql_where=sa.text("deleted_at IS NULL"),
    ),
    comment="部品. trace_id is given per unique (operator, plant, name, support name); deleted_at is a tombstone.",
)

part_counts = sa.Table(
    "part_counts",
    metadata,
    sa.Column("operator_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("parts", sa.BigInteger, nullable=False),
    comment="How many undeleted parts a company has; kept by triggers.",
)

part_numbers = sa.Table(
    "part_numbers",
    metadata,
    key("part_number_key"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("part_key", "commons.parts.part_key", index=True),
    refers("partner_key", "commons.operators.operator_key", nullable=True),
    text("number"),
    moment("created_at"),
    sa.Index(
        "uq_part_numbers",
        "operator_key",
        "partner_key",
        "number",
        "part_key",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    comment="Own (partner null) and partners' numbers of a part, as this operator remembers them.",
)

structures = sa.Table(
    "structures",
    metadata,
    key("structure_key"),
    public_id("structure_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("part_key", "commons.parts.part_key"),
    whole("version"),
    day("effective_from", nullable=False),
    text("created_by"),
    moment("created_at"),
    sa.UniqueConstraint("part_key", "version"),
    sa.Index("ix_structures_begun", "part_key", "effective_from"),
    sa.Index(
        "ix_structures_future",
        "effective_from",
        postgresql_where=sa.text("created_at < (effective_from::timestamp AT TIME ZONE 'UTC')"),
    ),
    comment="部品構成: immutable versions, in force from a day (設計変更); of the begun ones the latest day holds, then the highest version.",
)

structure_lines = sa.Table(
    "structure_lines",
    metadata,
    # What these three refer to is checked by the trigger check_lines, for all lines of a statement at once.
    sa.Column("structure_key", sa.BigInteger, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    sa.Column("child_key", sa.BigInteger, nullable=False),
    number("amount", nullable=False),
    text("unit"),
    number("base_quantity", nullable=False),
    text("sourcing"),
    text("counted_by", default="customer"),
    flag("phantom"),
    text("alternative_group", nullable=True),
    number("usage_share"),
    sa.CheckConstraint("sourcing IN ('made', 'bought', 'consigned_free', 'consigned_paid')", name="sourcing"),
    sa.CheckConstraint("counted_by IN ('customer', 'supplier')", name="counted_by"),
    sa.CheckConstraint("amount >= 0 AND base_quantity > 0", name="amount"),
    comment="amount of the child (in unit) per base_quantity parents.",
)

uses = sa.Table(
    "uses",
    metadata,
    sa.Column("parent_key", sa.BigInteger, primary_key=True),
    sa.Column("child_key", sa.BigInteger, primary_key=True),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    sa.Index("ix_uses_child", "child_key", "parent_key"),
    comment="Which part (child) stands in which part's (parent's) structure in force; kept by a trigger.",
)
