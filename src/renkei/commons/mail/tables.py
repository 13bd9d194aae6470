"""Table of the daily mail: the platform's own, beside the accounts."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import moment, refers

digests = sa.Table(
    "digests",
    metadata,
    refers("account_key", "commons.accounts.account_key", primary_key=True),
    sa.Column("wanted", sa.Boolean, nullable=False, server_default=sa.text("true")),
    moment("sent_until", nullable=True),
    comment="The daily mail of a person: whether it is wanted, and what the last one was about at the latest.",
)
