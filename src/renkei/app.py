"""Wiring: the one module that knows every room.

One FastAPI application answers on one port:

- `/v1/...`, an application of its own with problem details and its own OpenAPI document (`/v1/openapi.json`);
- everything of the Ouranos contract, with that contract's own error shapes;
- `/healthz`, `/readyz`, `/metrics`, `/.well-known/jwks.json`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache, partial
from types import FrameType

import structlog
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from renkei import web
from renkei.commons.access.model import AccessPolicy, Provider
from renkei.commons.access.openid import Openid
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.announcements.errors import UnderMaintenance
from renkei.commons.announcements.service import Board, looking
from renkei.commons.consents import inquiries
from renkei.commons.consents import service as consents
from renkei.commons.edge import health
from renkei.commons.edge.answers import failure, json_answer, plain_problem, problem_answer
from renkei.commons.edge.bodies import LimitBodies
from renkei.commons.edge.context import AppContext, QueueProbe
from renkei.commons.edge.maintenance import OPEN, Maintenance
from renkei.commons.edge.observe import Observe
from renkei.commons.edge.quota import RateQuota, settling
from renkei.commons.files.model import FilePolicy
from renkei.commons.files.safe import FileSafe
from renkei.commons.notifications.tidings import Tidings
from renkei.commons.trades import service as trades
from renkei.commons.usecase import use_cases
from renkei.connectors import native, ouranos
from renkei.database.events import Handler
from renkei.database.migrate import COMMONS, Branch, heads
from renkei.database.readiness import EventQueue
from renkei.database.transaction import Database, Reaction
from renkei.kit.problems import Language
from renkei.kit.rates import Rate
from renkei.kit.remembered import NewestOfEach, RememberedBytes
from renkei.kit.secret_box import SecretBox, open_secret_box
from renkei.kit.strict_json import BodyTooLarge
from renkei.settings import Settings

log = structlog.get_logger(__name__)

EXPOSED_HEADERS = (
    "Link",
    "X-Track",
    "X-Request-Id",
    "Renkei-Version",
    "Renkei-Stale",
    "Location",
    "Retry-After",
    "Idempotency-Replayed",
)


def branches() -> tuple[Branch, ...]:
    """Every Alembic branch: commons, then one per installed use case."""
    return (COMMONS, *(Branch(use_case.name, use_case.migrations) for use_case in use_cases()))


def reactions() -> Mapping[str, Sequence[Reaction]]:
    """What happens inside a transaction after something was marked, topic by topic, in order."""
    found: dict[str, list[Reaction]] = {}
    for room in (*(use_case.reactions for use_case in use_cases()), trades.REACTIONS, consents.REACTIONS):
        for topic, reaction in room.items():
            found.setdefault(topic, []).append(reaction)
    return found


def handlers() -> Mapping[str, Sequence[Handler]]:
    """What the worker does with each type of event, as the operator it is addressed to, in order."""
    found: dict[str, list[Handler]] = {}
    for room in (
        *(use_case.handlers for use_case in use_cases()),
        trades.HANDLERS,
        consents.HANDLERS,
        inquiries.HANDLERS,
    ):
        for event_type, handler in room.items():
            found.setdefault(event_type, []).append(handler)
    return found


@lru_cache(maxsize=1)
def expected_revisions() -> tuple[str, ...]:
    """The migrations this release was written for; read from its files once a process."""
    return heads(branches())


def access_policy(settings: Settings) -> AccessPolicy:
    """The limits of access that the settings name."""
    return AccessPolicy(
        issuer=settings.base_url,
        audience="renkei",
        access_token_seconds=settings.access_token_seconds,
        refresh_token_seconds=settings.refresh_token_days * 86_400,
        ouranos_refresh_seconds=settings.ouranos_refresh_token_days * 86_400,
        login_failures_before_lock=settings.login_failures_before_lock,
        lock_seconds=settings.lock_seconds,
        password_min_characters=settings.password_min_characters,
        administrators_need_factor=settings.administrators_need_factor,
        login_failures=Rate(
            settings.login_failures_per_minute_per_address / 60,
            settings.login_failures_per_minute_per_address,
        ),
    )


def open_files(settings: Settings, secrets: SecretBox) -> FileSafe:
    """Where files lie, and the limits that the settings name."""
    policy = FilePolicy(
        size_limit_bytes=settings.file_size_limit_bytes,
        extensions=frozenset(settings.file_extensions),
        files_per_operator=settings.files_per_operator_limit,
        bytes_per_operator=settings.file_bytes_per_operator_limit,
        reservation_hours=settings.file_reservation_hours,
    )
    return FileSafe(settings.data_dir / "files", secrets, policy)


def open_context(
    settings: Settings,
    database: Database,
    *,
    queue: QueueProbe | None = None,
    secrets: SecretBox | None = None,
) -> AppContext:
    """The context of this process: what the doors need, opened once."""
    box = secrets or open_secret_box(
        settings.master_key.get_secret_value() if settings.master_key is not None else None, settings.data_dir
    )
    return AppContext(
        settings=settings,
        database=database,
        secrets=box,
        access=AccessKeys(database, box, access_policy(settings)),
        quota=RateQuota(Rate(settings.requests_per_second_per_operator, settings.request_burst_per_operator)),
        files=open_files(settings, box),
        remembered=RememberedBytes(settings.answer_memory_bytes),
        kept=NewestOfEach(settings.analysis_nodes_limit),
        tidings=Tidings(database),
        board=Board(database),
        openid=_openid(settings, database),
        queue=queue or EventQueue(database, settings.events_stall_seconds),
        expected_revisions=expected_revisions,
    )


def _openid(settings: Settings, database: Database) -> Openid | None:
    """The external provider of the settings."""
    if settings.openid_issuer is None or settings.openid_client_secret is None:
        return None
    provider = Provider(
        issuer=settings.openid_issuer,
        client_id=settings.openid_client_id or "",
        client_secret=settings.openid_client_secret.get_secret_value(),
        name=settings.openid_name,
        timeout_seconds=settings.openid_timeout_seconds,
    )
    return Openid(provider, f"{settings.base_url}/app/login/openid/return", database.clock)


def create_app(
    settings: Settings,
    database: Database,
    *,
    queue: QueueProbe | None = None,
    secrets: SecretBox | None = None,
    on_close: Callable[[], None] | None = None,
) -> FastAPI:
    """The whole server as one ASGI application on an open `database`, which stays the caller's to close.

    `queue` is what `/readyz` asks about events (by default, the queue in the database); `on_close` runs when the server has drained.
    """
    context = open_context(settings, database, queue=queue, secrets=secrets)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # As many threads as the settings say, and never more than connections (checked by the settings).
        current_default_thread_limiter().total_tokens = settings.threads
        with (
            settling(context.quota, database, settings.rates_settle_seconds),
            looking(context.board),
            ending(context.tidings),
        ):
            yield
        await run_sync(_put_on_record, database)
        if on_close is not None:
            on_close()

    app = FastAPI(
        title="Renkei",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    app.include_router(health.router(context))
    for router in native.root_routers(context):
        app.include_router(router)
    v1 = native.application(context)
    app.mount("/v1", v1)
    app.router.routes.append(Route("/v1", v1, include_in_schema=False))
    app.mount("/app", web.application(context))
    app.router.routes.append(Route("/app", _to_pages, include_in_schema=False))
    if settings.front_page_dir is None:
        app.router.routes.append(Route("/", _to_pages, include_in_schema=False))
    for router in ouranos.routers(context):
        app.include_router(router)

    default = settings.default_language
    nothing_here = partial(_nothing_here, ouranos.EndpointNotFound(context), default=default)
    for status in (404, 405):
        app.add_exception_handler(status, nothing_here)
    app.add_middleware(ouranos.DataTransport, context=context)  # added first, so innermost
    if settings.front_page_dir is not None:
        app.add_middleware(
            ouranos.FrontPage,
            directory=settings.front_page_dir,
            by_xhr_header=settings.front_page_by_xhr_header,
        )
    app.add_middleware(
        LimitBodies,
        limits=(
            ("/v1/bulk/", None),
            ("/v1/imports/", None),
            ("/v1/files/", settings.file_size_limit_bytes),
            ("/v1/", settings.v1_body_limit_bytes),
            ("/app/uploads/", settings.spreadsheet_size_limit_bytes + web.FORM_AROUND_A_FILE),
            ("/app/", settings.v1_body_limit_bytes),
            ("/files/", settings.file_size_limit_bytes),
            ("/", settings.ouranos_body_limit_bytes),
        ),
        refuse=partial(_refuse_large, context),
    )
    app.add_middleware(
        Maintenance,
        board=context.board,
        spared=(*OPEN, *web.OPEN_DURING_MAINTENANCE),
        refuse=partial(_under_maintenance, context),
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["*"],
        expose_headers=EXPOSED_HEADERS,
        max_age=600,
    )
    # Added last, so outermost: it also sees what the other middlewares refuse.
    app.add_middleware(
        Observe,
        failure=partial(_failure, default=default),
        over_tls=settings.base_url.startswith("https://"),
    )
    return app


@contextmanager
def ending(tidings: Tidings) -> Iterator[None]:
    """Let nobody wait for news once the server was told to end: it drains, and would wait for them.

    uvicorn's handlers, set before, are called on. In another thread than the main one no signal arrives at all.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, frame: FrameType | None) -> None:
        tidings.end()
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, then in before.items():
            signal.signal(number, then)


def _put_on_record(database: Database) -> None:
    """Write what readers left; if the database is gone before the server, that much of the read log is lost and said so."""
    try:
        database.journal.flush()
    except Exception as error:  # noqa: BLE001 - nothing may keep a server from ending
        log.warning("journal_lost", error=type(error).__name__)


def _to_pages(_: Request) -> Response:
    return RedirectResponse("/app/")


def _nothing_here(
    of_ouranos: ouranos.EndpointNotFound, request: Request, error: Exception, *, default: Language
) -> Response:
    """What no route answers, told as its door tells it: the door follows from how the address begins, and from that alone.

    (A line feed in an address ends every pattern of paths, so routes that catch all would not.)
    """
    assert isinstance(error, HTTPException)
    code, en, ja = native.OF_HTTP[error.status_code]
    if _is_v1(request.scope):
        return plain_problem(
            request.scope, error.status_code, code, (en, ja), default=default, headers=error.headers
        )
    return of_ouranos(request) or json_answer({"detail": en}, error.status_code, error.headers)


def _is_v1(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/v1/") or path in {"/v1", "/healthz", "/readyz", "/metrics"}


def _refuse_large(context: AppContext, scope: Scope, error: BodyTooLarge) -> Response:
    if _is_v1(scope):
        return problem_answer(scope, error, default=context.settings.default_language)
    # ouranos-api.md, section 1: the check comes before the key, in a shape of its own.
    return json_answer({"message": "Request Entity Too Large"}, 413, {"Connection": "close"})


async def _under_maintenance(context: AppContext, scope: Scope, error: UnderMaintenance) -> Response:
    if scope["path"].startswith("/app"):
        return await web.under_maintenance(scope, error)
    if _is_v1(scope):
        return problem_answer(scope, error, default=context.settings.default_language)
    return ouranos.under_maintenance(scope, error)


def _failure(scope: Scope, *, default: str) -> Response:
    if _is_v1(scope):
        return failure(scope, default="ja" if default == "ja" else "en")
    return ouranos.failure(scope)
