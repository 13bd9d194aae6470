"""Bringing a database up to date: roles first, then every Alembic branch (commons, then one per use case).

Expand, then contract: the previous release runs on the new schema. Each migration takes locks with a time-out and is
one transaction, so an interrupted upgrade is simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

ROLES = ("renkei_app", "renkei_engine", "renkei_ledger", "renkei_access")
_HERE = Path(__file__).parent
_UPGRADE_LOCK = 7_264_001


@dataclass(frozen=True, slots=True)
class Branch:
    """One Alembic branch: its label (the PostgreSQL schema's name) and the folder of its migrations."""

    label: str
    folder: Path


COMMONS = Branch("commons", _HERE.parent / "commons" / "migrations")


def engine(url: str) -> sa.Engine:
    """A short-lived engine for migrations; connects by psycopg with the URL or conninfo as it was given."""
    return sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=sa.pool.NullPool
    )


def alembic_config(branches: Sequence[Branch], connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration for `branches`, without any file of its own."""
    config = Config()
    config.set_main_option("script_location", str(_HERE / "migrations"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(branch.folder) for branch in branches))
    config.attributes["connection"] = connection
    return config


def create_roles(connection: psycopg.Connection[object]) -> None:
    """Create the roles of the house where they are missing, and let the login role act as them.

    They cannot log in. `renkei_app` has forced row-level security and no bypass.
    """
    for role in ROLES:
        connection.execute(
            psycopg.sql.SQL(
                "DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            ).format(role=psycopg.sql.Identifier(role))
        )
        missing = connection.execute(
            "SELECT NOT pg_has_role(current_user, %s, 'SET')"
            if connection.info.server_version >= 160000
            else "SELECT NOT pg_has_role(current_user, %s, 'MEMBER')",
            (role,),
        ).fetchone()
        if missing == (True,):
            connection.execute(
                psycopg.sql.SQL("GRANT {role} TO current_user").format(role=psycopg.sql.Identifier(role))
            )


def upgrade(url: str, branches: Sequence[Branch], *, to: str = "heads") -> tuple[str, ...]:
    """Bring the database at `url` to `to` (all heads by default); returns the revisions it is at then.

    Two processes upgrading at once take turns. `url` must be the direct address (advisory locks).
    """
    with psycopg.connect(url, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (_UPGRADE_LOCK,))
        create_roles(lock)
        lock.execute("CREATE SCHEMA IF NOT EXISTS commons")
        database = engine(url)
        with database.connect() as connection:
            connection.execute(sa.text("SET lock_timeout = '10s'"))
            connection.execute(sa.text("SET statement_timeout = '30min'"))
            connection.commit()
            config = alembic_config(branches, connection)
            # Use cases refer to tables of commons, so commons goes first.
            command.upgrade(config, "commons@head" if to == "heads" else to)
            if to == "heads":
                command.upgrade(config, "heads")
            connection.commit()
        return revisions(url)


def revisions(url: str) -> tuple[str, ...]:
    """The revisions the database is at (empty for a database never upgraded)."""
    with engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table_schema": "commons"})
        return tuple(sorted(context.get_current_heads()))


def heads(branches: Sequence[Branch]) -> tuple[str, ...]:
    """The revisions this release expects."""
    return tuple(sorted(ScriptDirectory.from_config(alembic_config(branches)).get_heads()))
