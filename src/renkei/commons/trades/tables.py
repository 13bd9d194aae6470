"""Tables of trades (取引関係) and requests (依頼・回答): the only rows two companies share, and both may read."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import (
    day,
    document,
    flag,
    key,
    moment,
    number,
    public_id,
    refers,
    text,
    uuid,
    whole,
)

trades = sa.Table(
    "trades",
    metadata,
    key("trade_key"),
    public_id("trade_id"),
    refers("downstream_key", "commons.operators.operator_key"),
    refers("upstream_key", "commons.operators.operator_key"),
    refers("downstream_part_key", "commons.parts.part_key"),
    uuid("downstream_trace_id"),
    refers("upstream_part_key", "commons.parts.part_key", nullable=True),
    uuid("upstream_trace_id", nullable=True),
    moment("created_at"),
    moment("linked_at", nullable=True),
    moment("cancelled_at", nullable=True),
    sa.Index(
        "ix_trades_downstream",
        "downstream_key",
        "downstream_trace_id",
        postgresql_where=sa.text("cancelled_at IS NULL"),
    ),
    sa.Index(
        "ix_trades_upstream", "upstream_key", "created_at", postgresql_where=sa.text("cancelled_at IS NULL")
    ),
    sa.Index(
        "ix_trades_downstream_part", "downstream_part_key", postgresql_where=sa.text("cancelled_at IS NULL")
    ),
    sa.Index(
        "ix_trades_upstream_part", "upstream_part_key", postgresql_where=sa.text("cancelled_at IS NULL")
    ),
    comment="取引関係: the customer's bought part (downstream) and the supplier's own part (upstream, null until linked).",
)

trade_shares = sa.Table(
    "trade_shares",
    metadata,
    key("trade_share_key"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("trade_key", "commons.trades.trade_key", index=True),
    day("valid_from", nullable=False),
    day("valid_to"),
    number("share", nullable=False),
    number("purchased_quantity"),
    text("quantity_unit", nullable=True),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.CheckConstraint("share >= 0 AND share <= 1", name="share"),
    comment="The customer's own split of a bought part over its trades, per period; the supplier never sees it.",
)

requests = sa.Table(
    "requests",
    metadata,
    key("request_key"),
    public_id("request_id"),
    refers("trade_key", "commons.trades.trade_key"),
    refers("downstream_key", "commons.operators.operator_key"),
    refers("upstream_key", "commons.operators.operator_key"),
    text("kind"),
    text("state", default="NOT_COMPLETED"),
    day("period_from"),
    day("period_to"),
    text("message", nullable=True),
    text("reply_message", nullable=True),
    day("due_date"),
    document("customer_part"),
    flag("tree_terminated"),
    whole("completed_count", default=0),
    moment("completed_count_at"),
    whole("trades_count", default=1),
    moment("trades_count_at"),
    text("review", nullable=True),
    text("review_reason", nullable=True),
    moment("created_at"),
    moment("updated_at"),
    sa.UniqueConstraint("trade_key", "kind", "period_from", "period_to", postgresql_nulls_not_distinct=True),
    sa.Index("ix_requests_downstream", "downstream_key", "created_at", "request_key"),
    sa.Index("ix_requests_upstream", "upstream_key", "created_at", "request_key"),
    sa.CheckConstraint("state IN ('NOT_COMPLETED', 'COMPLETED', 'REJECT', 'CANCEL')", name="state"),
    sa.CheckConstraint("review IN ('accepted', 'queried', 'returned')", name="review"),
    comment="依頼. customer_part is the copy of the customer's part the supplier may see; the counters are the chain's.",
)

request_messages = sa.Table(
    "request_messages",
    metadata,
    key("request_message_key"),
    refers("request_key", "commons.requests.request_key", index=True),
    refers("downstream_key", "commons.operators.operator_key"),
    refers("upstream_key", "commons.operators.operator_key"),
    refers("sender_key", "commons.operators.operator_key"),
    text("kind"),
    text("text"),
    moment("sent_at"),
    sa.CheckConstraint("kind IN ('message', 'reply', 'reject', 'query', 'return', 'accept')", name="kind"),
    comment="Every word said under a request, by whom and when.",
)
