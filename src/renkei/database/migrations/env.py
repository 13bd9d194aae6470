"""Alembic environment: one run upgrades the machinery, `commons` and every installed use case's own branch."""

from __future__ import annotations

from alembic import context

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=config.attributes.get("metadata"),
    include_schemas=True,
    include_name=config.attributes.get("include_name"),
    version_table="alembic_version",
    version_table_schema="commons",
    transaction_per_migration=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
