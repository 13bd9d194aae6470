"""Uploaded files that wait for a confirmation, and the mappings by which a company's exports are read."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "commons_0014"
down_revision = "commons_0013"
branch_labels = None
depends_on = None

_C = sa.Text(collation="C")
_JSON = postgresql.JSONB()


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("import_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", _C, nullable=False),
        sa.Column("file_name", _C, nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the file"),
        sa.Column("content", sa.LargeBinary(), nullable=True, comment="the file while it waits, then null"),
        sa.Column("state", _C, nullable=False),
        sa.Column("options", _JSON, nullable=False),
        sa.Column("report", _JSON, nullable=False),
        sa.Column("fingerprint", _C, nullable=True),
        sa.Column("result", _JSON, nullable=True),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('faulty', 'ready', 'done', 'discarded', 'expired')", name=op.f("ck_imports_state")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_imports_operator_key")
        ),
        sa.PrimaryKeyConstraint("import_key", name=op.f("pk_imports")),
        sa.UniqueConstraint("import_id", name=op.f("uq_imports_import_id")),
        schema="commons",
        comment="Uploaded files: what was found in them, and what became of them.",
    )
    op.create_index("ix_imports_operator", "imports", ["operator_key", "import_key"], schema="commons")
    op.create_index(
        "ix_imports_waiting",
        "imports",
        ["created_at"],
        schema="commons",
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "mappings",
        sa.Column("mapping_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", _C, nullable=False),
        sa.Column("name", _C, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("removed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_mappings_operator_key")
        ),
        sa.PrimaryKeyConstraint("mapping_key", name=op.f("pk_mappings")),
        sa.UniqueConstraint(
            "operator_key",
            "kind",
            "name",
            "version",
            name=op.f("uq_mappings_operator_key_kind_name_version"),
        ),
        schema="commons",
        comment="How a company's exports are to be read; the highest version holds, unless it says removed.",
    )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
