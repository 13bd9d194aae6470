"""A world that is served: one database, one application, a clock that stands, and ids that are drawn from a seed.

Ids and secrets are drawn per step and company, never from one common stream: what a company does must not shift the
ids that another one draws.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID

import psycopg
from fastapi import FastAPI
from psycopg import sql

from renkei import app
from renkei.app import handlers, reactions
from renkei.commons.edge.context import AppContext
from renkei.database import transaction
from renkei.database.events import drain
from renkei.database.round_trip import Prepared, Question, Rows
from renkei.database.transaction import Database, Entry, Transaction, open_pool
from renkei.kit.clock import SetClock
from renkei.settings import Settings
from tests.conftest import database_of, drop_database
from tests.property.noninterference.asgi import Http

T = TypeVar("T")
BEGIN = datetime.fromisoformat("2026-10-01T00:00:00+00:00")


class Source:
    """Ids and secrets, the same for the same step, company and number."""

    def __init__(self) -> None:
        self.step = ""
        self.company = 0
        self.made: set[str] = set()
        """Every id that was ever drawn."""
        self._drawn: Counter[tuple[str, int]] = Counter()

    def begin(self, step: str) -> None:
        """A step of the world's history: everything that is drawn in it depends on its name."""
        self.step = step
        self.company = 0
        self._drawn.clear()

    def _next(self, sort: str) -> bytes:
        place = (sort, self.company)
        self._drawn[place] += 1
        return hashlib.sha512(f"{self.step}/{sort}/{self.company}/{self._drawn[place]}".encode()).digest()

    def id(self) -> UUID:
        """One id."""
        found = UUID(bytes=self._next("id")[:16], version=4)
        self.made.add(str(found))
        return found

    def token_bytes(self, size: int | None = None) -> bytes:
        """As `secrets.token_bytes`."""
        wanted = 32 if size is None else size
        found = self._next("secret")
        while len(found) < wanted:
            found += self._next("secret")
        return found[:wanted]

    def token_urlsafe(self, size: int | None = None) -> str:
        """As `secrets.token_urlsafe`, in the letters of hexadecimal numbers."""
        return self.token_bytes(size).hex()


class Injected(Database):
    """The product's own `Database`, whose transactions draw ids as the company that acts."""

    source: Source

    def run(
        self,
        entry: Entry,
        work: Callable[[Transaction], T],
        **options: Any,
    ) -> T:
        def of_company(tx: Transaction) -> T:
            self.source.company = tx.caller.operator_key
            tx.new_id = self.source.id
            return work(tx)

        return super().run(entry, of_company, **options)


statements: Counter[str] = Counter()
"""How many statements were sent to each database by its name, while `counted` is on."""


@contextmanager
def counted() -> Iterator[None]:
    """Count the statements of this process: the coarse clock by which answers are timed."""

    def count(sql: str, database: str) -> str:
        statements[database] += 1
        return sql

    with each_statement(count):
        yield


@contextmanager
def each_statement(change: Callable[[str, str], str]) -> Iterator[None]:
    """Every statement of this process passes through `change` with its database's name, those sent along too."""
    execute, exchange = psycopg.Cursor.execute, transaction.exchange

    def executing(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(query, str):
            query = change(query, self.connection.info.dbname)
        return execute(self, query, *arguments, **options)

    def exchanging(connection: Any, *questions: Question) -> list[Rows]:
        database = connection.info.dbname
        changed = ((_changed(prepared, change, database), values) for prepared, values in questions)
        return exchange(connection, *changed)

    with (
        patch.object(psycopg.Cursor, "execute", executing),
        patch.object(transaction, "exchange", exchanging),
    ):
        yield


def _changed(prepared: Prepared, change: Callable[[str, str], str], database: str) -> Prepared:
    text = prepared.text.decode()
    now = change(text, database)
    return prepared if now == text else Prepared(now)


@dataclass
class Site:
    """One served world."""

    name: str
    url: str
    database: Injected
    app: FastAPI
    context: AppContext
    http: Http
    clock: SetClock
    source: Source
    data_dir: Path

    def step(self, name: str, at: datetime | None = None) -> None:
        """Begin a step: what follows draws its ids by this name and happens at this time."""
        self.source.begin(name)
        self.clock.at = at or self.clock.at + timedelta(minutes=1)

    def settle(self, name: str, at: datetime | None = None) -> None:
        """Be the worker until nothing is left."""
        self.step(name, at)
        drain(self.database, handlers())

    @contextmanager
    def everything(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the tables' owner that row-level security does not bind, for reading only."""
        with psycopg.connect(self.url) as connection:
            for name in forced(connection):
                connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
            yield connection
            connection.rollback()

    def unlock(self) -> None:
        """Take the second lock away: no row-level security on any table of this database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for name in forced(connection, every=True):
                connection.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(name))


def forced(connection: psycopg.Connection[Any], *, every: bool = False) -> list[sql.Identifier]:
    """The tables under forced row-level security; `every`: under any."""
    found = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relrowsecurity AND (c.relforcerowsecurity OR %s) AND c.relkind IN ('r', 'p') ORDER BY 1, 2",
        (every,),
    ).fetchall()
    return [sql.Identifier(schema, table) for schema, table in found]


class Current:
    """Stands for the context of the site that is asked: one application, whose routes are costly to make, serves all."""

    def __init__(self) -> None:
        self._of: AppContext | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)

    def be(self, context: AppContext) -> None:
        """From now on, stand for this site."""
        self._of = context

    @property
    def kept(self) -> Any:
        """What routes take hold of when they are made."""
        return _Kept(self)


@dataclass(frozen=True)
class _Kept:
    current: Current

    def get(self, *arguments: Any, **options: Any) -> Any:
        """From what the present site keeps."""
        assert self.current._of is not None
        return self.current._of.kept.get(*arguments, **options)


class Place:
    """Where sites are opened: a server, a folder for their files, and one source of chance for the process."""

    def __init__(self, server_url: str, folder: Path) -> None:
        self.server_url = server_url
        self.folder = folder
        self.source = Source()
        self.current = Current()
        self._app: FastAPI | None = None

    def _application(self, settings: Settings, database: Database) -> FastAPI:
        """The application, made with the first site's settings, which differ between sites in their folder only."""
        if self._app is None:
            with patch.object(app, "open_context", lambda *_, **__: self.current):
                self._app = app.create_app(settings, database)
        return self._app

    @contextmanager
    def open(
        self, name: str, template: str, *, files: Path | None = None, unlocked: bool = False
    ) -> Iterator[Site]:
        """A site on a copy of the database `template`, with a copy of the folder `files`; gone afterwards."""
        data_dir = self.folder / name
        if files is None:
            data_dir.mkdir()
        else:
            shutil.copytree(files, data_dir)
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, data_dir)
            stack.callback(drop_database, self.server_url, name)
            stack.enter_context(patch.object(secrets, "token_bytes", self.source.token_bytes))
            stack.enter_context(patch.object(secrets, "token_urlsafe", self.source.token_urlsafe))
            url = database_of(self.server_url, name)
            pool = open_pool(url, size=4)
            stack.callback(pool.close)
            clock = SetClock(BEGIN)
            database = Injected(pool, clock=clock, ids=self.source.id, reactions=reactions())
            database.source = self.source
            settings = Settings(
                data_dir=data_dir,
                public_base_url="http://renkei.test",
                requests_per_second_per_operator=1e9,
                request_burst_per_operator=1_000_000_000,
                renkei_after_wait_seconds=0,
                live_seconds=0,
                login_failures_before_lock=1_000_000,
                login_failures_per_minute_per_address=1_000_000,
                web_idle_seconds=10**9,
                access_token_seconds=30 * 86_400,
                threads=2,
            )
            context = app.open_context(settings, database)
            self.current.be(context)
            application = self._application(settings, database)
            http = Http(application, partial(self.current.be, context))
            stack.callback(http.close)
            site = Site(name, url, database, application, context, http, clock, self.source, data_dir)
            if unlocked:
                site.unlock()
            yield site
