"""Tables of consents (開示) and deliveries (届け)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from renkei.commons.metadata import metadata
from renkei.database.columns import document, flag, key, moment, public_id, refers, text, uuid, whole

consents = sa.Table(
    "consents",
    metadata,
    key("consent_key"),
    uuid("consent_id"),
    whole("version"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("consumer_key", "commons.operators.operator_key"),
    refers("part_key", "commons.parts.part_key"),
    text("kind"),
    sa.Column("attributes", ARRAY(sa.Text(collation="C")), nullable=False),
    text("purpose"),
    moment("valid_from"),
    moment("valid_until", nullable=True),
    flag("standing", default=True),
    text("state"),
    text("decided_by"),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.UniqueConstraint("consent_id", "version"),
    sa.Index(
        "uq_consents_current",
        "operator_key",
        "part_key",
        "consumer_key",
        "kind",
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    ),
    sa.Index(
        "ix_consents_ending",
        "valid_until",
        postgresql_where=sa.text("superseded_at IS NULL AND state = 'granted' AND valid_until IS NOT NULL"),
    ),
    sa.CheckConstraint("state IN ('granted', 'withdrawn', 'expired')", name="state"),
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
    moment("valid_until", nullable=True),
    flag("withdrawn"),
    moment("delivered_at"),
    sa.Index("ix_deliveries_inbox", "operator_key", "trade_key", "kind", sa.text("delivery_key DESC")),
    sa.Index("ix_deliveries_consent", "consent_id", "trade_key"),
    comment="The consumer's inbox (operator_key is the consumer). Immutable; the newest row of a trade and kind holds; "
    "withdrawn rows are tombstones.",
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
