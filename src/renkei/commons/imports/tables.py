"""Tables of imports."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import metadata
from renkei.database.columns import document, flag, key, moment, public_id, refers, text, whole

imports = sa.Table(
    "imports",
    metadata,
    key("import_key"),
    public_id("import_id"),
    refers("operator_key", "commons.operators.operator_key"),
    text("kind"),
    text("file_name"),
    whole("size_bytes"),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the file"),
    sa.Column("content", sa.LargeBinary, comment="the file while it waits, then null"),
    text("state"),
    document("options"),
    document("report"),
    text("fingerprint", nullable=True),
    document("result", nullable=True),
    text("created_by"),
    moment("created_at"),
    moment("finished_at", nullable=True),
    sa.CheckConstraint("state IN ('faulty', 'ready', 'done', 'discarded', 'expired')", name="state"),
    sa.Index("ix_imports_operator", "operator_key", "import_key"),
    sa.Index("ix_imports_waiting", "created_at", postgresql_where=sa.text("state = 'ready'")),
    comment="Uploaded files: what was found in them, and what became of them.",
)

mappings = sa.Table(
    "mappings",
    metadata,
    key("mapping_key"),
    refers("operator_key", "commons.operators.operator_key"),
    text("kind"),
    text("name"),
    whole("version"),
    document("content"),
    flag("removed"),
    text("created_by"),
    moment("created_at"),
    sa.UniqueConstraint("operator_key", "kind", "name", "version"),
    comment="How a company's exports are to be read; the highest version holds, unless it says removed.",
)
