"""Tables of the terms of use: the platform's own."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import key, moment, public_id, refers, text

terms = sa.Table(
    "terms",
    metadata,
    key("terms_key"),
    public_id("terms_id"),
    sa.Column("version", sa.Text(collation="C"), nullable=False, unique=True),
    text("ja"),
    text("en"),
    moment("in_force_from"),
    text("created_by"),
    moment("created_at"),
    comment="利用規約: what companies agree with the platform; a version never changes.",
)

terms_acceptances = sa.Table(
    "terms_acceptances",
    metadata,
    key("acceptance_key"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("terms_key", "commons.terms.terms_key"),
    text("accepted_by"),
    moment("accepted_at"),
    sa.UniqueConstraint("operator_key", "terms_key"),
    comment="Which company accepted which version, by whom. Written as the owner; each company sees its own.",
)
