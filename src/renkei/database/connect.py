"""From settings to an open `Database`: the embedded server if none is named, migrated if asked, with its pool.

Commands, `serve` and `work` all come in here; none needs another to have run before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from renkei.database import embedded
from renkei.database.migrate import Branch, heads, revisions, upgrade
from renkei.database.transaction import Database, Reaction, Transaction, as_role, open_pool

if TYPE_CHECKING:
    from renkei.kit.clock import Clock
    from renkei.settings import Settings


def addresses(settings: Settings) -> tuple[str, str]:
    """The pooled and the direct address of the database.

    Without `database_url` the embedded server is started first, if it does not run; it goes on running
    (`opened` is for those who want it to end with them). Raises `embedded.DatabaseStartError`.
    """
    if settings.database_url is None:
        url = embedded.start(settings.data_dir).url
        return url, url
    pooled = settings.database_url.get_secret_value()
    direct = settings.database_direct_url
    return pooled, pooled if direct is None else direct.get_secret_value()


def connect(
    settings: Settings,
    *,
    branches: Sequence[Branch] = (),
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    size: int | None = None,
    application_name: str = "renkei",
    clock: Clock | None = None,
) -> Database:
    """The database of these settings. The caller closes `database.pool`.

    With `branches` given it is brought up to date first (nothing is done if it is). `size` is the number of
    connections, by default that of the settings. Raises `embedded.DatabaseStartError`, or psycopg's `OperationalError`
    for a server of one's own that does not answer.
    """
    pooled, direct = addresses(settings)
    if branches and revisions(direct) != heads(branches):
        upgrade(direct, branches)
    pool = open_pool(
        pooled,
        size=settings.database_pool_size if size is None else size,
        application_name=application_name,
        timeout_seconds=settings.database_pool_wait_seconds,
        timeouts_ms={
            "statement_timeout": settings.statement_timeout_ms,
            "lock_timeout": settings.lock_timeout_ms,
        },
    )
    return Database(
        pool,
        clock=clock,
        reactions=reactions,
        journal_seconds=settings.read_log_milliseconds / 1000,
        quotas={"parts": settings.parts_per_operator_limit},
    )


def connections_allowed(database: Database) -> int:
    """How many connections the server admits to others than its superuser."""

    def read(tx: Transaction) -> int:
        row = tx.row(
            """
            SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS n
            """
        )
        assert row is not None
        return int(row["n"])

    return database.read(as_role("none"), read)


@contextmanager
def opened(
    settings: Settings,
    *,
    branches: Sequence[Branch] = (),
    reactions: Mapping[str, Sequence[Reaction]] | None = None,
    size: int | None = None,
    application_name: str = "renkei",
) -> Iterator[Database]:
    """The same for the time of a `with`: the pool is closed behind it, and an embedded server that nobody else uses ends."""
    supervisor = embedded.Supervisor(settings.data_dir) if settings.database_url is None else None
    if supervisor is not None:
        supervisor.start()
    try:
        database = connect(
            settings, branches=branches, reactions=reactions, size=size, application_name=application_name
        )
        try:
            yield database
        finally:
            database.pool.close()
    finally:
        if supervisor is not None:
            supervisor.close()


@contextmanager
def direct(settings: Settings) -> Iterator[str]:
    """The direct address for the time of a `with`; an embedded server that nobody else uses ends behind it."""
    if settings.database_url is not None:
        yield addresses(settings)[1]
        return
    with embedded.Supervisor(settings.data_dir) as supervisor:
        yield supervisor.server.url
