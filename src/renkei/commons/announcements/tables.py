"""Table of announcements: the platform's own."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import key, moment, public_id, text

announcements = sa.Table(
    "announcements",
    metadata,
    key("announcement_key"),
    public_id("announcement_id"),
    text("kind"),
    text("ja"),
    text("en"),
    moment("shown_from"),
    moment("shown_until"),
    text("created_by"),
    moment("created_at"),
    moment("withdrawn_at", nullable=True),
    sa.CheckConstraint("kind IN ('notice', 'maintenance')", name="kind"),
    sa.CheckConstraint("shown_from < shown_until", name="span"),
    comment="What the platform tells everybody, and when; during maintenance the doors are closed.",
)
