"""A real server on a port of its own, and clients that speak to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
import uvicorn
from psycopg import sql

from renkei.app import create_app, reactions
from renkei.client import Client, Login, Patience, Plant, PlantDraft
from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft
from renkei.commons.edge.context import AppContext
from renkei.commons.operators.model import Registration
from renkei.commons.operators.service import register_operator
from renkei.database.transaction import Database, open_pool
from renkei.settings import Settings
from renkei.worker import run_worker
from tests.conftest import database_of, drop_database

PASSWORD = "Correct-Horse-1"
QUICK = Patience(timeout_seconds=20, attempts=4, pause_seconds=0.01, longest_pause_seconds=0.05)
_serial = count(1)


@dataclass(frozen=True)
class Server:
    """The address of a running server, and what the platform's operator can do there."""

    url: str
    context: AppContext

    def register(self, name: str, *, role: str = "admin", public_id: str | None = None) -> tuple[UUID, str]:
        """A company and a person of it, as the command line adds them: operator id, e-mail address."""
        operator_id = uuid4()
        return operator_id, self.join(operator_id, name, role=role, public_id=public_id)

    def join(self, operator_id: UUID, name: str, *, role: str = "admin", public_id: str | None = None) -> str:
        """The same for a company whose id is known, such as one that was invited; the person's address."""
        number = next(_serial)
        draft = Registration(
            name=name,
            address="東京都",
            open_operator_id=public_id or f"T{number:012d}",
            operator_id=operator_id,
            sandbox=True,
        )
        self.context.database.owner(lambda tx: register_operator(tx, draft))
        email = f"person{number}@example.com"
        registry.add_account(self.context.access, email, operator_id, role, PASSWORD)  # type: ignore[arg-type]
        return email

    def add_key(self, *operators: UUID) -> str:
        """An application that may act for these companies; its key."""
        draft = ApiKeyDraft(
            application_name="app", attribute="Application", networks=("127.0.0.0/8",), operators=operators
        )
        return registry.add_api_key(self.context.access, draft)[1]


@dataclass(frozen=True)
class Company:
    """A company with one person and one plant."""

    client: Client
    operator_id: UUID
    email: str
    plant: Plant


@pytest.fixture(scope="package")
def server(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`renkei`'s application behind uvicorn, on a free port, with a worker beside it.

    One for all tests of the folder: each works with companies of its own, which see nothing of the others.
    """
    name = f"client_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    url = database_of(server_url, name)
    with closing(open_pool(url, size=20)) as pool:
        yield from _serve(Database(pool, reactions=reactions()), url, tmp_path_factory.mktemp("client"))
    drop_database(server_url, name)


def _serve(database: Database, database_url: str, data_dir: Path) -> Iterator[Server]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(data_dir=data_dir, public_base_url=url)
        app = create_app(settings, database)
        running = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        stop = threading.Event()
        worker = threading.Thread(
            target=run_worker, args=(settings, database, stop), kwargs={"direct_url": database_url}
        )
        worker.start()
        try:
            deadline = time.monotonic() + 30
            while not running.started:
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.01)
            yield Server(url, app.state.context)
        finally:
            running.should_exit = True
            stop.set()
            thread.join(30)
            worker.join(30)


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., Client]]:
    """`connect(credentials, ...)`: a client that is closed behind the test."""
    opened: list[Client] = []

    def make(credentials: object, **options: object) -> Client:
        client = Client(server.url, credentials, **{"patience": QUICK, **options})  # type: ignore[arg-type]
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def company(server: Server, connect: Callable[..., Client]) -> Callable[..., Company]:
    """`company("A社")`: a member with a person, a plant and a client."""

    def make(name: str = "A社", **options: object) -> Company:
        operator_id, email = server.register(name)
        client = connect(Login(email=email, password=PASSWORD), **options)
        plant = client.plants.create(PlantDraft(name="工場", address="東京都", open_plant_id="000001"))
        return Company(client, operator_id, email, plant)

    return make


class LossyTransport(httpx2.BaseTransport):
    """The network on a bad day: carries requests to the real server, and loses some of the answers.

    `lose`: for each request in turn what happens to its answer: None (arrives), an exception (is raised instead), a
    status (a proxy's page comes instead) or another answer. What arrived at the server is kept in `seen`.
    """

    def __init__(self, *lose: Exception | httpx2.Response | int | None) -> None:
        self._network = httpx2.HTTPTransport()
        self._lose = list(lose)
        self.seen: list[httpx2.Request] = []

    def then(self, *lose: Exception | httpx2.Response | int | None) -> None:
        """What happens from now on."""
        self._lose = list(lose)
        self.seen = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self._network.handle_request(request)
        self.seen.append(request)
        loss = self._lose.pop(0) if self._lose else None
        if loss is None:
            return answer
        answer.read()
        answer.close()
        if isinstance(loss, httpx2.Response):
            return loss
        if isinstance(loss, int):
            return httpx2.Response(loss, text="<html>gateway</html>", request=request)
        raise loss

    def close(self) -> None:
        self._network.close()
