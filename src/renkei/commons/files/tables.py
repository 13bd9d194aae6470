"""Table of files (certificates): the row is committed after the bytes are durable."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import key, moment, public_id, refers, text

files = sa.Table(
    "files",
    metadata,
    key("file_key"),
    public_id("file_id"),
    refers("operator_key", "commons.operators.operator_key", index=True),
    text("name"),
    text("extension"),
    text("state", default="reserved"),
    sa.Column("size_bytes", sa.BigInteger),
    sa.Column("sha256", sa.LargeBinary, comment="of the plain bytes"),
    sa.Column("wrapped_key", sa.LargeBinary, comment="the file's own key, encrypted with the master key"),
    sa.Column(
        "address",
        sa.LargeBinary,
        comment="where the bytes lie: HMAC of sha256 under a key of the operator's own",
    ),
    moment("created_at"),
    moment("stored_at", nullable=True),
    moment("erased_at", nullable=True),
    sa.Index("ix_files_reserved", "created_at", postgresql_where=sa.text("state = 'reserved'")),
    sa.CheckConstraint("state IN ('reserved', 'stored', 'erased')", name="state"),
    comment="Content-addressed per operator, encrypted at rest.",
)
