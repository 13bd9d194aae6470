"""The demo from start to end: database, server and worker in this process, six companies, one change, a table.

Its data lies in `demo` below the data folder and in a database of its own: it never touches another one, and it listens
on the loopback address only, since its passwords are known to everybody.
"""

from __future__ import annotations

import io
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
import typer
import uvicorn

from renkei.app import branches, create_app, reactions
from renkei.client import Client, Login
from renkei.client.errors import UnauthenticatedError
from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.operators.model import Registration
from renkei.commons.operators.service import list_operators, register_operator
from renkei.database import embedded
from renkei.database.connect import addresses, connect
from renkei.database.transaction import Database, Transaction
from renkei.demo import text
from renkei.demo.chain import Chain, LiveChain, load_chain
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.serve import check_port
from renkei.settings import Settings, load_settings
from renkei.worker import run_worker

HOST: Final = "127.0.0.1"
PASSWORD: Final = "Renkei!Demo1"  # noqa: S105 (printed on purpose: for this machine only)
API_KEY: Final = "renkei-demo-key"
_START_SECONDS: Final = 30.0


class DemoFailed(RenkeiError):
    """The chain did not come out as the example says."""

    code = "demo_failed"
    kind = FaultKind.UNAVAILABLE
    en = "The footprints of the example did not come out: expected {expected}, found {found}. The log is {log}."
    ja = "例の排出量が期待どおりになりませんでした（期待値 {expected}、結果 {found}）。ログ: {log}"


def run_demo(*, port: int | None, once: bool) -> None:
    """Show the example chain; then serve until Ctrl-C, unless `once`.

    Raises `PortUnavailable`, `embedded.DatabaseStartError`, `DemoFailed`.
    """
    signal.signal(signal.SIGTERM, _leave)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Japanese still gets its tables
    settings = _settings(port)
    check_port(settings.host, settings.port)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    log_file = settings.data_dir / "demo.log"
    chain = load_chain()
    with ExitStack() as stack:
        _log_to(log_file, stack)
        typer.echo(f"Renkei demo: starting 起動中 … (data データ: {_short_path(settings.data_dir)})\n")
        stack.enter_context(embedded.Supervisor(settings.data_dir))
        database = connect(settings, branches=branches(), reactions=reactions())
        stack.callback(database.pool.close)
        stack.enter_context(_worker(settings, database))
        keys = stack.enter_context(_server(settings, database))
        operator_ids = _register(keys, chain)
        live = _connected(keys, chain, settings.base_url, operator_ids, stack)
        _show(live, settings.base_url, log_file)
        if not once:
            _wait_for_the_user()


def _leave(*_: object) -> None:
    """End in order when the system asks for it, so that the database does not stay behind."""
    raise SystemExit(0)


def _settings(port: int | None) -> Settings:
    """The settings of the environment, except where the demo must keep to itself."""
    given = load_settings()
    return load_settings(
        data_dir=given.data_dir / "demo",
        host=HOST,
        port=given.port if port is None else port,
        public_base_url=None,
        database_url=None,
        database_direct_url=None,
        master_key=None,
        threads=8,
        database_pool_size=16,
    )


def _show(live: LiveChain, url: str, log_file: Path) -> None:
    chain = live.chain
    rows = [
        (f"{one.name} {one.name_en}", email_of(one.key), str(live.operator_ids[one.key]))
        for one in chain.companies
    ]
    logins = text.logins(rows, password=PASSWORD, api_key=API_KEY)
    typer.echo(
        f"{text.addresses(url)}\n\n{logins}\n"
    )  # it serves: whoever wants to look need not wait for the tables
    live.set_up()
    before = live.wait_for(chain.totals.before)
    changed = chain.changed
    assert changed.own_after is not None
    began = time.monotonic()
    live.state(changed, changed.own_after)
    after = live.wait_for(chain.totals.after)
    seconds = time.monotonic() - began
    others = {one.key: one for one in chain.companies if one.key not in chain.totals.before}
    unchanged = live.totals(others)
    sights = {one.key: live.sight(one.key) for one in chain.companies}
    typer.echo(
        "\n\n".join(
            [
                f"1. {chain.title} / {changed.name}の変更が下流に届く (kgCO2e per piece 個あたり)",
                text.change(chain, {**before, **unchanged}, {**after, **unchanged}, seconds),
                "2. Who sees what: nothing beyond the direct supplier's answer / 見えるのは直接の仕入先の回答まで",
                text.sights(chain, sights),
            ]
        )
    )
    for found, expected in ((before, chain.totals.before), (after, chain.totals.after)):
        if found != expected:
            raise DemoFailed(expected=_short(expected), found=_short(found), log=log_file)


def _short_path(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _short(totals: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in totals.items())


def _wait_for_the_user() -> None:
    try:
        typer.echo("\nServing until Ctrl-C. 終了するにはCtrl-Cを押してください。")
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("\nStopping. 終了します。")


# -- registration, as `renkei operator add`, `account add` and `apikey add` do it ------------------------------------


def email_of(key: str) -> str:
    """The login of a company's person."""
    return f"{key.lower()}@example.com"


def _register(keys: AccessKeys, chain: Chain) -> dict[str, UUID]:
    """Every company with one person, and one application for all; what is there stays. Their operator ids."""
    present = {one.open_operator_id: one.operator_id for one in keys.database.owner(list_operators)}
    people = {account.email for account in registry.list_accounts(keys)}
    found: dict[str, UUID] = {}
    for number, company in enumerate(chain.companies, start=1):
        public_id = f"DEMO-{company.key}"
        if public_id not in present:
            draft = Registration(
                name=f"{company.name} {company.name_en}",
                address="東京都",
                open_operator_id=public_id,
                operator_id=UUID(f"0000000{number}-0000-4000-8000-000000000000"),
                sandbox=True,
            )
            present[public_id] = keys.database.owner(partial(_registered, draft))
        found[company.key] = present[public_id]
        if email_of(company.key) not in people:
            registry.add_account(keys, email_of(company.key), found[company.key], "admin", PASSWORD)
    if not registry.list_api_keys(keys):
        draft_key = ApiKeyDraft(
            application_name="Renkei demo",
            attribute="Application",
            networks=("127.0.0.0/8", "::1/128"),
            all_operators=True,
            key=API_KEY,
        )
        registry.add_api_key(keys, draft_key)
    return found


def _registered(draft: Registration, tx: Transaction) -> UUID:
    return register_operator(tx, draft).operator_id


def _connected(
    keys: AccessKeys, chain: Chain, url: str, operator_ids: Mapping[str, UUID], stack: ExitStack
) -> LiveChain:
    """A client for each company; a password that somebody changed is set back to the one that is shown."""
    clients: dict[str, Client] = {}
    for company in chain.companies:
        client = stack.enter_context(Client(url, Login(email=email_of(company.key), password=PASSWORD)))
        try:
            client.operators.me()
        except UnauthenticatedError:
            registry.set_password(keys, email_of(company.key), PASSWORD)
            client.operators.me()
        clients[company.key] = client
        stack.callback(client.auth.logout)
    return LiveChain(chain=chain, clients=clients, operator_ids=operator_ids)


# -- processes ------------------------------------------------------------------------------------------------------


@contextmanager
def _worker(settings: Settings, database: Database) -> Iterator[None]:
    """The worker, in a thread."""
    stop = threading.Event()
    thread = threading.Thread(
        target=run_worker,
        args=(settings, database, stop),
        kwargs={"direct_url": addresses(settings)[1]},
        name="worker",
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _server(settings: Settings, database: Database) -> Iterator[AccessKeys]:
    """The server, in a thread, once it answers."""
    app = create_app(settings, database)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        keys: AccessKeys = app.state.context.access
        yield keys
    finally:
        server.should_exit = True
        thread.join()


def _log_to(path: Path, stack: ExitStack) -> None:
    """Everything that would be logged goes into a file, the newest demo's only."""
    file = stack.enter_context(path.open("w", buffering=1, encoding="utf-8"))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=file),
    )
    logging.basicConfig(
        level=logging.WARNING,
        format="%(levelname)s %(name)s %(message)s",
        handlers=[logging.StreamHandler(file)],
        force=True,
    )
