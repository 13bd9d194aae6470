"""The migrated schema is the described one, and is guarded as a whole."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects.postgresql.base import ischema_names

from renkei.app import branches
from renkei.commons.tables import metadata as commons
from renkei.commons.usecase import use_cases
from renkei.database.migrate import engine, heads, revisions, upgrade
from renkei.database.tables import Xid8
from renkei.database.tables import metadata as machinery
from tests.conftest import database_of

PLATFORM = {
    "operators",  # the directory: security enabled, not forced
    "accounts",
    "memberships",
    "api_keys",
    "api_key_networks",
    "api_key_operators",
    "signing_keys",
    "refresh_tokens",
    "sealed_secrets",
    "account_invitations",
    "registrations",
    "second_factors",
    "openid_subjects",
    "passkeys",
    "digests",
    "corporate_numbers",
    "announcements",
    "terms",
    "terms_acceptances",  # written by the platform; a company sees its own
    "access_log",
    "event_readers",
    "event_failures",
    "duties",
    "rates",
    "alembic_version",
    "ledger_heads",  # of the log: hashes, sizes, names; nobody's content
    "ledger_keys",
    "ledger_kinds",
    "ledger_log",
    "ledger_tiles",
}
"""Tables that hold no company's rows; none of them may be read by `renkei_app` beyond what is named in the test."""


def test_migrated_schema_is_the_described_one(database_url: str) -> None:
    ischema_names["xid8"] = Xid8  # SQLAlchemy does not know PostgreSQL's 64-bit transaction ids
    metadata = [machinery, commons, *(use_case.metadata for use_case in use_cases())]
    schemas = {"commons", *(use_case.name for use_case in use_cases())}
    with engine(database_url).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _parents: name in schemas if kind == "schema" else True,
                "include_object": lambda thing, _name, kind, reflected, _other: (
                    not (
                        # References from a use case into commons are declared in its migration only.
                        kind == "foreign_key_constraint" and reflected and thing.table.schema != "commons"
                    )
                    and not (kind == "table" and thing.name == "alembic_version")
                ),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_upgrade_again_changes_nothing(database_url: str) -> None:
    assert upgrade(database_url, branches()) == revisions(database_url) == heads(branches())


def test_every_company_table_forces_row_level_security(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY(%s) AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            """,
            (["commons", *(use_case.name for use_case in use_cases())],),
        ).fetchall()
    assert {name for (name,) in rows} <= PLATFORM


def test_roles_of_the_house_cannot_log_in_or_bypass(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'renkei\\_%' AND (rolsuper OR rolbypassrls)"
        ).fetchall()
    assert rows == []


@pytest.mark.parametrize(
    "table",
    [
        "accounts",
        "api_keys",
        "memberships",
        "signing_keys",
        "refresh_tokens",
        "account_invitations",
        "registrations",
        "second_factors",
        "passkeys",
        "openid_subjects",
        "digests",
    ],
)
def test_app_role_cannot_read_credentials(database_url: str, table: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("SET ROLE renkei_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                psycopg.sql.SQL("SELECT 1 FROM commons.{}").format(psycopg.sql.Identifier(table))
            )


def test_without_an_operator_no_company_row_is_seen(database_url: str) -> None:
    with psycopg.connect(
        database_of(database_url, psycopg.conninfo.conninfo_to_dict(database_url)["dbname"])
    ) as connection:
        connection.execute("SET ROLE renkei_app")
        assert connection.execute("SELECT count(*) FROM commons.parts").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO commons.notifications (notification_id, operator_key, sender_key, type, notified_at) "
                "VALUES (gen_random_uuid(), 1, 1, 'x', now())"
            )
