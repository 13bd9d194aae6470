"""Policies; inquiries that are relayed past the direct supplier, and what is delivered straight to who asked."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "commons_0010"
down_revision = "commons_0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _policies()
    op.create_table(
        "inquiries",
        sa.Column("inquiry_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inquiry_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("attributes", postgresql.ARRAY(_TEXT), nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=True),
        _moment("ends_at"),
        _moment("created_at"),
        _moment("withdrawn_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_inquiries_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["trade_key"], ["commons.trades.trade_key"], name=op.f("fk_inquiries_trade_key")
        ),
        sa.PrimaryKeyConstraint("inquiry_key", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("inquiry_id", name=op.f("uq_inquiries_inquiry_id")),
        schema="commons",
        comment="What a customer asks for beyond what it is shown; its own rows.",
    )
    op.create_index("ix_inquiries_operator", "inquiries", ["operator_key", "inquiry_key"], schema="commons")
    op.create_table(
        "inquiry_hops",
        sa.Column("hop_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hop_id", sa.UUID(), nullable=False),
        sa.Column("inquiry_id", sa.UUID(), nullable=False),
        sa.Column("asker_key", sa.BigInteger(), nullable=False),
        sa.Column("from_key", sa.BigInteger(), nullable=False),
        sa.Column("to_key", sa.BigInteger(), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("attributes", postgresql.ARRAY(_TEXT), nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=True),
        _moment("ends_at"),
        _moment("asked_at"),
        sa.ForeignKeyConstraint(
            ["trade_key"], ["commons.trades.trade_key"], name=op.f("fk_inquiry_hops_trade_key")
        ),
        sa.PrimaryKeyConstraint("hop_key", name=op.f("pk_inquiry_hops")),
        sa.UniqueConstraint("hop_id", name=op.f("uq_inquiry_hops_hop_id")),
        sa.UniqueConstraint("inquiry_id", "trade_key", name=op.f("uq_inquiry_hops_inquiry_id_trade_key")),
        schema="commons",
        comment="An inquiry as it was put to one supplier by its customer; both read it, nobody changes it.",
    )
    op.create_index("ix_inquiry_hops_to", "inquiry_hops", ["to_key", "hop_key"], schema="commons")
    op.create_index("ix_inquiry_hops_trade", "inquiry_hops", ["trade_key"], schema="commons")
    op.create_table(
        "inquiry_decisions",
        sa.Column("decision_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("hop_key", sa.BigInteger(), nullable=False),
        sa.Column("decision", _TEXT, nullable=False),
        sa.Column("named", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("part_key", sa.BigInteger(), nullable=True),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("decided_by", _TEXT, nullable=False),
        _moment("decided_at"),
        sa.CheckConstraint(
            "decision IN ('granted', 'passed_on', 'refused')", name=op.f("ck_inquiry_decisions_decision")
        ),
        sa.ForeignKeyConstraint(
            ["hop_key"], ["commons.inquiry_hops.hop_key"], name=op.f("fk_inquiry_decisions_hop_key")
        ),
        sa.PrimaryKeyConstraint("decision_key", name=op.f("pk_inquiry_decisions")),
        schema="commons",
        comment="What a supplier decided about an inquiry put to it; its own rows, which nobody else reads.",
    )
    op.create_index("ix_inquiry_decisions_hop", "inquiry_decisions", ["hop_key"], schema="commons")
    op.create_index(
        "ix_inquiry_decisions_part",
        "inquiry_decisions",
        ["part_key"],
        schema="commons",
        postgresql_where=sa.text("part_key IS NOT NULL"),
    )
    op.create_table(
        "inquiry_answers",
        sa.Column("answer_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("answer_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("inquiry_id", sa.UUID(), nullable=False),
        sa.Column("hop_key", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=True),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        _moment("valid_until", nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _moment("delivered_at"),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_inquiry_answers_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["hop_key"], ["commons.inquiry_hops.hop_key"], name=op.f("fk_inquiry_answers_hop_key")
        ),
        sa.PrimaryKeyConstraint("answer_key", name=op.f("pk_inquiry_answers")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_inquiry_answers_answer_id")),
        schema="commons",
        comment="What came straight to who asked: named, or as a supplier behind (provider_id null). Immutable; the newest "
        "of a thread holds. The row does not say who wrote it: only the hop does, which the asker cannot read.",
    )
    op.create_index(
        "ix_inquiry_answers_inquiry", "inquiry_answers", ["inquiry_id", "answer_key"], schema="commons"
    )
    op.create_index("ix_inquiry_answers_hop", "inquiry_answers", ["hop_key", "answer_key"], schema="commons")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def _policies() -> None:
    op.add_column(
        "consents",
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        schema="commons",
    )
    op.add_column("consents", _moment("turns_at", nullable=True), schema="commons")
    op.drop_constraint("ck_consents_consumer", "consents", schema="commons")
    op.create_check_constraint(
        op.f("ck_consents_consumer"),
        "consents",
        "CASE consumer WHEN 'company' THEN consumer_key IS NOT NULL WHEN 'group' THEN group_key IS NOT NULL "
        "WHEN 'policy' THEN policy IS NOT NULL WHEN 'members' THEN true WHEN 'public' THEN true ELSE false END "
        "AND num_nonnulls(consumer_key, group_key, policy) <= 1",
        schema="commons",
    )
    op.create_index(
        "ix_consents_turning",
        "consents",
        ["turns_at"],
        schema="commons",
        postgresql_where=sa.text("superseded_at IS NULL AND turns_at IS NOT NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
