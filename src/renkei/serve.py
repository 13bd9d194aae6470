"""`renkei serve`: the process tree that answers HTTP.

Order of a start: is the port free (asked before anything is started), database (embedded and watched, or another),
migrations, HTTP. Order of an end on SIGTERM: no new connections, requests under way get `drain_seconds`,
pool, database.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from renkei.app import branches, create_app, reactions
from renkei.database import embedded
from renkei.database.connect import connect
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.settings import Settings, load_settings

log = structlog.get_logger(__name__)


class PortUnavailable(RenkeiError):
    """The address to listen on is taken, or is not this machine's."""

    code = "port_unavailable"
    kind = FaultKind.CONFLICT
    en = "Port {port} on {host} cannot be used: {reason}. Choose another with --port (or RENKEI_PORT)."
    ja = "{host}のポート{port}は使用できません（{reason}）。--port（またはRENKEI_PORT）で別のポートを指定してください。"


def configure_logging(settings: Settings) -> None:
    """Events with fields, one line each, on standard error: JSON for machines or coloured for a console."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        # The plain form: a traceback that shows local variables would write payloads and secrets into the log.
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=os.fdopen(os.dup(2), "w", buffering=1)),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s")


def check_port(host: str, port: int) -> None:
    """Raise `PortUnavailable` if nobody could listen on the address now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "another program listens there" if taken else str(error.strerror)
            raise PortUnavailable(host=host, port=port, reason=reason) from error


def open_database(settings: Settings, stack: ExitStack) -> None:
    """Start and watch the embedded server if it is the one to use; it ends with `stack` unless others use it."""
    if settings.database_url is None:
        stack.enter_context(embedded.Supervisor(settings.data_dir))


def serve(
    settings: Settings,
    *,
    workers: int = 1,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> None:
    """Answer HTTP until SIGTERM or SIGINT. Raises `PortUnavailable`, `embedded.DatabaseStartError`."""
    check_port(settings.host, settings.port)
    configure_logging(settings)
    with ExitStack() as stack:
        open_database(settings, stack)
        database = connect(settings, branches=branches(), reactions=reactions())
        stack.callback(database.pool.close)
        scheme = "https" if tls_cert is not None else "http"
        log.info("serving", url=f"{scheme}://{settings.host}:{settings.port}", workers=workers)
        options: dict[str, Any] = {
            "host": settings.host,
            "port": settings.port,
            "ssl_certfile": tls_cert,
            "ssl_keyfile": tls_key,
            "loop": "auto",
            "http": "auto",
            "access_log": False,
            "server_header": False,
            # Who the client is, is decided by one setting of ours, not by whatever headers come in.
            "proxy_headers": False,
            "log_level": "warning",
            "timeout_graceful_shutdown": int(settings.drain_seconds),
        }
        if workers == 1:
            uvicorn.run(create_app(settings, database), **options)
            return
        # Each worker process reads the same environment; what the command line chose is put there first.
        os.environ.update(_as_environment(settings))
        uvicorn.run("renkei.serve:app_of_worker", factory=True, workers=workers, **options)


def app_of_worker() -> FastAPI:
    """The application of one of several worker processes: its own pool on the database that the parent started."""
    settings = load_settings()
    configure_logging(settings)
    database = connect(settings, reactions=reactions())
    return create_app(settings, database, on_close=database.pool.close)


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings that the command line may have chosen, as the variables a worker process reads."""
    return {
        "RENKEI_HOST": settings.host,
        "RENKEI_PORT": str(settings.port),
        "RENKEI_DATA_DIR": str(settings.data_dir),
    }
