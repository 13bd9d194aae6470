"""Consents about more than one part, for more than one company: groups, families, trades, everybody; and why."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "commons_0009"
down_revision = "commons_0008"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_SUBJECT = "coalesce(part_key, trade_key, family_key, 0)"
_CONSUMER = "coalesce(consumer_key, group_key, 0)"


def upgrade() -> None:
    _selections()
    _consents()
    _shared()
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def _selections() -> None:
    op.create_table(
        "selections",
        sa.Column("selection_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("selection_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("sort", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sort IN ('group', 'family')", name=op.f("ck_selections_sort")),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_selections_operator_key")
        ),
        sa.PrimaryKeyConstraint("selection_key", name=op.f("pk_selections")),
        sa.UniqueConstraint("selection_id", name=op.f("uq_selections_selection_id")),
        schema="commons",
        comment="A company's own named choice: of companies (group) or of own parts (family).",
    )
    op.create_index(
        "ix_selections_operator", "selections", ["operator_key", "selection_key"], schema="commons"
    )
    op.create_table(
        "selection_members",
        sa.Column("selection_key", sa.BigInteger(), nullable=False),
        sa.Column("member_key", sa.BigInteger(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["selection_key"],
            ["commons.selections.selection_key"],
            name=op.f("fk_selection_members_selection_key"),
        ),
        sa.PrimaryKeyConstraint("selection_key", "member_key", "added_at", name=op.f("pk_selection_members")),
        schema="commons",
        comment="Who or what was in a selection from when to when; member_key is a company or a part.",
    )
    op.create_index(
        "uq_selection_members_current",
        "selection_members",
        ["selection_key", "member_key"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index("ix_selection_members_member", "selection_members", ["member_key"], schema="commons")


def _consents() -> None:
    table = "consents"
    for column in (
        sa.Column("subject", _TEXT, server_default="part", nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=True),
        sa.Column("family_key", sa.BigInteger(), nullable=True),
        sa.Column("consumer", _TEXT, server_default="company", nullable=False),
        sa.Column("group_key", sa.BigInteger(), nullable=True),
        sa.Column("reason", _TEXT, nullable=True),
    ):
        op.add_column(table, column, schema="commons")
    for column, target in (
        ("trade_key", "trades.trade_key"),
        ("family_key", "selections.selection_key"),
        ("group_key", "selections.selection_key"),
    ):
        other, _, key = target.partition(".")
        op.create_foreign_key(
            op.f(f"fk_consents_{column}"),
            table,
            other,
            [column],
            [key],
            source_schema="commons",
            referent_schema="commons",
        )
    op.alter_column(table, "part_key", nullable=True, schema="commons")
    op.alter_column(table, "consumer_key", nullable=True, schema="commons")
    op.drop_constraint("ck_consents_state", table, schema="commons")
    for name, condition in {
        "state": "state IN ('requested', 'granted', 'refused', 'withdrawn', 'expired')",
        "subject": (
            "CASE subject WHEN 'part' THEN part_key IS NOT NULL WHEN 'trade' THEN trade_key IS NOT NULL "
            "WHEN 'family' THEN family_key IS NOT NULL WHEN 'operator' THEN true ELSE false END "
            "AND num_nonnulls(part_key, trade_key, family_key) <= 1"
        ),
        "consumer": (
            "CASE consumer WHEN 'company' THEN consumer_key IS NOT NULL WHEN 'group' THEN group_key IS NOT NULL "
            "WHEN 'members' THEN true WHEN 'public' THEN true ELSE false END "
            "AND num_nonnulls(consumer_key, group_key) <= 1"
        ),
    }.items():
        op.create_check_constraint(op.f(f"ck_consents_{name}"), table, condition, schema="commons")
    op.drop_index("uq_consents_current", table, schema="commons")
    current = "superseded_at IS NULL"
    op.create_index(
        "uq_consents_current",
        table,
        ["operator_key", "kind", "subject", sa.text(_SUBJECT), "consumer", sa.text(_CONSUMER)],
        unique=True,
        schema="commons",
        postgresql_where=sa.text(current),
    )
    op.drop_index("ix_consents_ending", table, schema="commons")
    op.create_index(
        "ix_consents_ending",
        table,
        ["valid_until"],
        schema="commons",
        postgresql_where=sa.text(
            f"{current} AND state IN ('granted', 'refused') AND valid_until IS NOT NULL"
        ),
    )
    op.create_index(
        "ix_consents_part", table, ["part_key", "kind"], schema="commons", postgresql_where=sa.text(current)
    )
    op.create_index(
        "ix_consents_wide",
        table,
        ["operator_key", "kind"],
        schema="commons",
        postgresql_where=sa.text(f"{current} AND subject <> 'part'"),
    )


def _shared() -> None:
    op.add_column("deliveries", sa.Column("purpose", _TEXT, nullable=True), schema="commons")
    op.create_table(
        "shared_deliveries",
        sa.Column("delivery_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.UUID(), nullable=False),
        sa.Column("provider_key", sa.BigInteger(), nullable=False),
        sa.Column("audience", _TEXT, nullable=False),
        sa.Column("part_key", sa.BigInteger(), nullable=False),
        sa.Column("trace_id", sa.UUID(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("statement_id", sa.UUID(), nullable=True),
        sa.Column("statement_version", sa.Integer(), nullable=True),
        sa.Column("consent_id", sa.UUID(), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("audience IN ('members', 'public')", name=op.f("ck_shared_deliveries_audience")),
        sa.ForeignKeyConstraint(
            ["provider_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_shared_deliveries_provider_key"),
        ),
        sa.PrimaryKeyConstraint("delivery_key", name=op.f("pk_shared_deliveries")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_shared_deliveries_delivery_id")),
        schema="commons",
        comment="The inbox that every member reads: what a company discloses to every member or to the public.",
    )
    op.create_index(
        "uq_shared_deliveries_current",
        "shared_deliveries",
        ["provider_key", "part_key", "kind", "audience"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
