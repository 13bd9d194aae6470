"""What stands in which structure in force, in a table of its own; lines checked a statement at a time; views of versions."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "commons_0004"
down_revision = "commons_0003_ledger"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent


def upgrade() -> None:
    op.create_table(
        "uses",
        sa.Column("parent_key", sa.BigInteger(), nullable=False),
        sa.Column("child_key", sa.BigInteger(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("parent_key", "child_key", name=op.f("pk_uses")),
        schema="commons",
        comment="Which part (child) stands in which part's (parent's) structure in force; kept by a trigger.",
    )
    op.create_index("ix_uses_child", "uses", ["child_key", "parent_key"], unique=False, schema="commons")
    for column in ("operator_key", "structure_key", "child_key"):
        op.drop_constraint(
            f"fk_structure_lines_{column}", "structure_lines", schema="commons", type_="foreignkey"
        )
    # Which version has begun last is asked with every change; after a thousand changes it was looked for among a thousand.
    op.create_index(
        "ix_structures_begun", "structures", ["part_key", "effective_from"], unique=False, schema="commons"
    )
    # Whoever wants the parents of a part asks for its uses.
    op.drop_index("ix_structure_lines_child_key", "structure_lines", schema="commons")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for name in ("commons_0004_uses.sql", "commons_0004_versions.sql"):
        driver.execute((_SQL / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")
