"""Tables of operators (事業者) and their plants (事業所)."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import document, flag, key, moment, public_id, refers, text

operators = sa.Table(
    "operators",
    metadata,
    key("operator_key"),
    public_id("operator_id"),
    text("name"),
    text("address"),
    text("country", default="JP"),
    sa.Column("open_operator_id", sa.Text(collation="C"), unique=True, comment="null only while provisional"),
    sa.Column("global_operator_id", sa.Text(collation="C"), unique=True),
    text("state", default="member"),
    flag("sandbox"),
    refers("successor_key", "commons.operators.operator_key", nullable=True),
    refers("invited_by_key", "commons.operators.operator_key", nullable=True),
    moment("created_at"),
    moment("updated_at"),
    sa.CheckConstraint("state IN ('provisional', 'member', 'suspended', 'closed', 'merged')", name="state"),
    sa.CheckConstraint("(state = 'merged') = (successor_key IS NOT NULL)", name="successor"),
    sa.CheckConstraint("open_operator_id IS NOT NULL OR state = 'provisional'", name="open_operator_id"),
    comment="事業者. Directory: name, address and public ids of a member may be read by its id.",
)

invitations = sa.Table(
    "invitations",
    metadata,
    key("invitation_key"),
    public_id("invitation_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("invited_key", "commons.operators.operator_key"),
    text("email", nullable=True),
    document("other_ids"),
    moment("created_at"),
    sa.UniqueConstraint("operator_key", "invited_key"),
    comment="Who invited a company that is not a member yet, and how to reach it; the inviter's own row.",
)

plants = sa.Table(
    "plants",
    metadata,
    key("plant_key"),
    public_id("plant_id"),
    refers("operator_key", "commons.operators.operator_key"),
    text("name"),
    text("address"),
    text("open_plant_id"),
    text("global_plant_id", nullable=True),
    moment("created_at"),
    moment("updated_at"),
    sa.UniqueConstraint("operator_key", "open_plant_id"),
    sa.UniqueConstraint("operator_key", "global_plant_id"),
    comment="事業所, a site of an operator.",
)

corporate_numbers = sa.Table(
    "corporate_numbers",
    metadata,
    sa.Column("number", sa.Text(collation="C"), primary_key=True),
    text("name"),
    text("address"),
    sa.Column("closed_on", sa.Date, nullable=True),
    text("successor", nullable=True),
    sa.Column("updated_on", sa.Date, nullable=False),
    comment="法人番号, as the National Tax Agency lists them: public, the platform's own copy.",
)
