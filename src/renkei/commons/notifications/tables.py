"""Table of notifications: an inbox that others write into."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from renkei.commons.metadata import metadata
from renkei.database.columns import key, moment, public_id, refers, text, whole

notifications = sa.Table(
    "notifications",
    metadata,
    key("notification_key"),
    public_id("notification_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("sender_key", "commons.operators.operator_key"),
    text("type"),
    refers("trade_key", "commons.trades.trade_key", nullable=True),
    refers("request_key", "commons.requests.request_key", nullable=True),
    sa.Column(
        "further_trades",
        ARRAY(sa.BigInteger),
        nullable=False,
        server_default="{}",
        comment="what else it is about: one change, one notification",
    ),
    moment("notified_at"),
    moment("read_at", nullable=True),
    refers("part_key", "commons.parts.part_key", nullable=True),
    whole("further_parts", default=0),
    sa.Index("ix_notifications_inbox", "operator_key", "notification_key"),
    comment="What happened that this operator (operator_key) should know, and who caused it.",
)
