"""Tables of consents (開示) and deliveries (届け)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from renkei.commons.metadata import metadata
from renkei.database.columns import document, flag, key, moment, public_id, refers, text, uuid, whole

selections = sa.Table(
    "selections",
    metadata,
    key("selection_key"),
    public_id("selection_id"),
    refers("operator_key", "commons.operators.operator_key"),
    text("sort"),
    text("name"),
    moment("created_at"),
    moment("deleted_at", nullable=True),
    sa.Index("ix_selections_operator", "operator_key", "selection_key"),
    sa.CheckConstraint("sort IN ('group', 'family')", name="sort"),
    comment="A company's own named choice: of companies (group) or of own parts (family).",
)

selection_members = sa.Table(
    "selection_members",
    metadata,
    refers("selection_key", "commons.selections.selection_key", primary_key=True),
    sa.Column("member_key", sa.BigInteger, primary_key=True),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), primary_key=True),
    moment("removed_at", nullable=True),
    sa.Index(
        "uq_selection_members_current",
        "selection_key",
        "member_key",
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    ),
    sa.Index("ix_selection_members_member", "member_key"),
    comment="Who or what was in a selection from when to when; member_key is a company or a part.",
)

consents = sa.Table(
    "consents",
    metadata,
    key("consent_key"),
    uuid("consent_id"),
    whole("version"),
    refers("operator_key", "commons.operators.operator_key"),
    text("subject", default="part"),
    refers("part_key", "commons.parts.part_key", nullable=True),
    refers("trade_key", "commons.trades.trade_key", nullable=True),
    refers("family_key", "commons.selections.selection_key", nullable=True),
    text("consumer", default="company"),
    refers("consumer_key", "commons.operators.operator_key", nullable=True),
    refers("group_key", "commons.selections.selection_key", nullable=True),
    text("kind"),
    sa.Column("attributes", ARRAY(sa.Text(collation="C")), nullable=False),
    text("purpose"),
    moment("valid_from"),
    moment("valid_until", nullable=True),
    flag("standing", default=True),
    text("state"),
    text("decided_by"),
    text("reason", nullable=True),
    document("policy", nullable=True),
    moment("turns_at", nullable=True),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.UniqueConstraint("consent_id", "version"),
    sa.Index(
        "uq_consents_current",
        "operator_key",
        "kind",
        "subject",
        sa.text("coalesce(part_key, trade_key, family_key, 0)"),
        "consumer",
        sa.text("coalesce(consumer_key, group_key, 0)"),
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    ),
    sa.Index(
        "ix_consents_turning",
        "turns_at",
        postgresql_where=sa.text("superseded_at IS NULL AND turns_at IS NOT NULL"),
    ),
    sa.Index("ix_consents_operator", "operator_key", "consent_key"),
    sa.Index("ix_consents_part", "part_key", "kind", postgresql_where=sa.text("superseded_at IS NULL")),
    sa.Index(
        "ix_consents_wide",
        "operator_key",
        "kind",
        postgresql_where=sa.text("superseded_at IS NULL AND subject <> 'part'"),
    ),
    sa.Index(
        "ix_consents_ending",
        "valid_until",
        postgresql_where=sa.text(
            "superseded_at IS NULL AND state IN ('granted', 'refused') AND valid_until IS NOT NULL"
        ),
    ),
    sa.CheckConstraint("state IN ('requested', 'granted', 'refused', 'withdrawn', 'expired')", name="state"),
    sa.CheckConstraint(
        "CASE subject WHEN 'part' THEN part_key IS NOT NULL WHEN 'trade' THEN trade_key IS NOT NULL "
        "WHEN 'family' THEN family_key IS NOT NULL WHEN 'operator' THEN true ELSE false END "
        "AND num_nonnulls(part_key, trade_key, family_key) <= 1",
        name="subject",
    ),
    sa.CheckConstraint(
        "CASE consumer WHEN 'company' THEN consumer_key IS NOT NULL WHEN 'group' THEN group_key IS NOT NULL "
        "WHEN 'policy' THEN policy IS NOT NULL WHEN 'members' THEN true WHEN 'public' THEN true ELSE false END "
        "AND num_nonnulls(consumer_key, group_key, policy) <= 1",
        name="consumer",
    ),
    comment="The provider's decision, in versions. The provider's own rows: the consumer sees deliveries only.",
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    key("delivery_key"),
    public_id("delivery_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("provider_key", "commons.operators.operator_key"),
    refers("trade_key", "commons.trades.trade_key"),
    text("kind"),
    document("payload"),
    uuid("statement_id", nullable=True),
    whole("statement_version", nullable=True),
    uuid("consent_id"),
    whole("consent_version"),
    text("purpose", nullable=True),
    moment("valid_until", nullable=True),
    flag("withdrawn"),
    moment("delivered_at"),
    sa.Index("ix_deliveries_inbox", "operator_key", "trade_key", "kind", sa.text("delivery_key DESC")),
    sa.Index("ix_deliveries_consent", "consent_id", "trade_key"),
    comment="The consumer's inbox (operator_key is the consumer). Immutable; the newest row of a trade and kind holds; "
    "withdrawn rows are tombstones.",
)

shared_deliveries = sa.Table(
    "shared_deliveries",
    metadata,
    key("delivery_key"),
    public_id("delivery_id"),
    refers("provider_key", "commons.operators.operator_key"),
    text("audience"),
    sa.Column("part_key", sa.BigInteger, nullable=False),
    uuid("trace_id"),
    text("kind"),
    document("payload"),
    uuid("statement_id", nullable=True),
    whole("statement_version", nullable=True),
    uuid("consent_id"),
    whole("consent_version"),
    text("purpose"),
    moment("valid_until", nullable=True),
    flag("withdrawn"),
    moment("delivered_at"),
    moment("superseded_at", nullable=True),
    sa.Index(
        "uq_shared_deliveries_current",
        "provider_key",
        "part_key",
        "kind",
        "audience",
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    ),
    sa.CheckConstraint("audience IN ('members', 'public')", name="audience"),
    comment="The inbox that every member reads: what a company discloses to every member or to the public.",
)

delivery_reads = sa.Table(
    "delivery_reads",
    metadata,
    key("read_key"),
    sa.Column("read_id", UUID(as_uuid=True), nullable=False, server_default=sa.text("gen_random_uuid()")),
    sa.Column("provider_key", sa.BigInteger, nullable=False),
    sa.Column("consumer_key", sa.BigInteger, nullable=False),
    sa.Column("delivery_key", sa.BigInteger, nullable=False),
    text("door"),
    text("reader"),
    moment("first_at"),
    moment("last_at"),
    whole("times"),
    sa.Index("ix_delivery_reads_provider", "provider_key", "read_key"),
    sa.Index("ix_delivery_reads_delivery", "delivery_key"),
    sa.CheckConstraint("reader IN ('person', 'application')", name="reader"),
    comment="Who read which delivery when, for its provider. Reads of one delivery within one while of the journal are "
    "one row.",
)

inquiries = sa.Table(
    "inquiries",
    metadata,
    key("inquiry_key"),
    public_id("inquiry_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("trade_key", "commons.trades.trade_key"),
    text("kind"),
    sa.Column("attributes", ARRAY(sa.Text(collation="C")), nullable=False),
    text("purpose"),
    text("message", nullable=True),
    moment("ends_at"),
    moment("created_at"),
    moment("withdrawn_at", nullable=True),
    sa.Index("ix_inquiries_operator", "operator_key", "inquiry_key"),
    comment="What a customer asks for beyond what it is shown; its own rows.",
)

inquiry_hops = sa.Table(
    "inquiry_hops",
    metadata,
    key("hop_key"),
    public_id("hop_id"),
    uuid("inquiry_id"),
    sa.Column("asker_key", sa.BigInteger, nullable=False),
    sa.Column("from_key", sa.BigInteger, nullable=False),
    sa.Column("to_key", sa.BigInteger, nullable=False),
    refers("trade_key", "commons.trades.trade_key"),
    text("kind"),
    sa.Column("attributes", ARRAY(sa.Text(collation="C")), nullable=False),
    text("purpose"),
    text("message", nullable=True),
    moment("ends_at"),
    moment("asked_at"),
    sa.UniqueConstraint("inquiry_id", "trade_key"),
    sa.Index("ix_inquiry_hops_to", "to_key", "hop_key"),
    sa.Index("ix_inquiry_hops_trade", "trade_key"),
    comment="An inquiry as it was put to one supplier by its customer; both read it, nobody changes it.",
)

inquiry_decisions = sa.Table(
    "inquiry_decisions",
    metadata,
    key("decision_key"),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    refers("hop_key", "commons.inquiry_hops.hop_key"),
    text("decision"),
    flag("named"),
    sa.Column("part_key", sa.BigInteger, nullable=True),
    text("reason", nullable=True),
    text("decided_by"),
    moment("decided_at"),
    sa.Index("ix_inquiry_decisions_hop", "hop_key"),
    sa.Index("ix_inquiry_decisions_part", "part_key", postgresql_where=sa.text("part_key IS NOT NULL")),
    sa.CheckConstraint("decision IN ('granted', 'passed_on', 'refused')", name="decision"),
    comment="What a supplier decided about an inquiry put to it; its own rows, which nobody else reads.",
)

inquiry_answers = sa.Table(
    "inquiry_answers",
    metadata,
    key("answer_key"),
    public_id("answer_id"),
    refers("operator_key", "commons.operators.operator_key"),
    uuid("inquiry_id"),
    refers("hop_key", "commons.inquiry_hops.hop_key"),
    uuid("thread_id"),
    uuid("provider_id", nullable=True),
    text("kind"),
    document("payload"),
    text("purpose"),
    moment("valid_until", nullable=True),
    flag("withdrawn"),
    moment("delivered_at"),
    sa.Index("ix_inquiry_answers_inquiry", "inquiry_id", "answer_key"),
    sa.Index("ix_inquiry_answers_hop", "hop_key", "answer_key"),
    comment="What came straight to who asked: named, or as a supplier behind (provider_id null). Immutable; the newest "
    "of a thread holds. The row does not say who wrote it: only the hop does, which the asker cannot read.",
)
