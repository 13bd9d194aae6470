"""Tables of the machinery: events, their readers, duties, idempotency, rates, history."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from renkei.database.columns import document, key, moment, public_id, text, uuid, whole

metadata = sa.MetaData(schema="commons")


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type in SQL."""
        return "xid8"


events = sa.Table(
    "events",
    metadata,
    key("event_key"),
    public_id("event_id"),
    sa.Column("sender_key", sa.BigInteger, nullable=False),
    sa.Column("addressee_key", sa.BigInteger, nullable=False),
    text("type"),
    uuid("subject"),
    document("data"),
    uuid("track_id", nullable=True),
    sa.Column(
        "origin", Xid8, nullable=False, comment="the transaction that this event in the end follows from"
    ),
    sa.Column("xid", Xid8, nullable=False, server_default=sa.text("pg_current_xact_id()")),
    moment("created_at"),
    sa.Index("ix_events_order", "xid", "event_key"),
    sa.Index("ix_events_origin", "origin"),
    sa.Index("ix_events_sender", "sender_key", "event_key"),
    sa.Index("ix_events_track", "track_id", postgresql_where=sa.text("track_id IS NOT NULL")),
    comment="Outbox, read in commit order: (xid, event_key) with xid below pg_snapshot_xmin. Ids, never values.",
)

event_readers = sa.Table(
    "event_readers",
    metadata,
    sa.Column("reader", sa.Text(collation="C"), primary_key=True),
    sa.Column("xid", Xid8, nullable=False, server_default="0"),
    sa.Column("event_key", sa.BigInteger, nullable=False, server_default="0"),
    moment("advanced_at", nullable=True),
    comment="How far each reader has come; everything at or before (xid, event_key) is done.",
)

event_failures = sa.Table(
    "event_failures",
    metadata,
    sa.Column("reader", sa.Text(collation="C"), primary_key=True),
    sa.Column("event_key", sa.BigInteger, primary_key=True),
    whole("attempts"),
    text("error"),
    moment("last_attempt_at"),
    moment("next_attempt_at", nullable=True),
    moment("resolved_at", nullable=True),
    sa.Index(
        "ix_event_failures_open",
        "reader",
        "next_attempt_at",
        postgresql_where=sa.text("resolved_at IS NULL"),
    ),
    comment="Events whose handling failed: tried again at next_attempt_at; null there means dead letter.",
)

duties = sa.Table(
    "duties",
    metadata,
    sa.Column("duty", sa.Text(collation="C"), primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
    text("owner", nullable=True),
    moment("taken_at", nullable=True),
    comment="One owner a duty: an advisory lock to get it, the epoch checked at every commit so that a former owner cannot write.",
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("operator_key", sa.BigInteger, primary_key=True),
    sa.Column("caller", sa.Text(collation="C"), primary_key=True),
    sa.Column("route", sa.Text(collation="C"), primary_key=True),
    sa.Column("idempotency_key", sa.Text(collation="C"), primary_key=True),
    sa.Column("body_hash", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("headers", JSONB),
    sa.Column("body", sa.LargeBinary),
    moment("claimed_at"),
    sa.Index("ix_idempotency_claimed_at", "claimed_at"),
    comment="One answer a key, caller and route; claimed before the work, answered with it.",
)

rates = sa.Table(
    "rates",
    metadata,
    sa.Column("name", sa.Text(collation="C"), primary_key=True),
    sa.Column("level", sa.Double, nullable=False, comment="what is left; below zero: owed"),
    moment("counted_at"),
    prefixes=["UNLOGGED"],
    comment="How much of a rate is left, by its name. Of the platform, no company's: only counts.",
)

history = sa.Table(
    "history",
    metadata,
    key("history_key"),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    text("table_name"),
    sa.Column("row_key", sa.BigInteger, nullable=False),
    document("row"),
    moment("changed_at"),
    sa.Index("ix_history_row", "table_name", "row_key", "history_key"),
    comment="The former state of every row that was changed: nothing is overwritten.",
)
