"""`renkei serve` and `renkei work`: the process trees that answer HTTP and do what happens by itself.

Order of a start: is the port free (asked before anything is started), database (embedded and watched, or another),
migrations, worker, HTTP. Order of an end on SIGTERM: no new connections, requests under way get `drain_seconds`,
worker, pool, database.

The worker beside a server is a process of its own, with one HTTP process as with several: a recalculation then never
holds the interpreter that answers, and the code is that of `renkei work`. It is started again whenever it ends.
Children end with their parent, even if that was killed: nobody is left to hold the port or a duty.
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import traceback
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn
from fastapi import FastAPI
from structlog.typing import ExcInfo
from uvicorn.supervisors import Multiprocess

from renkei.app import branches, create_app, reactions
from renkei.database import embedded
from renkei.database.connect import addresses, connect, connections_allowed
from renkei.database.events import describe
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.memory import leave_out_what_is_loaded
from renkei.settings import Settings, SettingsError, load_settings
from renkei.worker import POOL_SIZE, run_worker

_SPAWN: Final = multiprocessing.get_context("spawn")
_DUTY_CONNECTIONS: Final = 3
_SPARE_CONNECTIONS: Final = 10
"""For the command line, backups and the database's own maintenance while a server runs."""
_LONGEST_PAUSE_SECONDS: Final = 10.0

_LONGEST_CHAIN: Final = 10

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
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(trace_without_messages),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=os.fdopen(os.dup(2), "w", buffering=1)),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s")


def trace_without_messages(exc_info: ExcInfo) -> str:
    """Where it happened and what kind of error it was, of each error in the chain, outermost last.

    Without messages and local variables: they could quote what was sent, or a company's values.
    """
    error: BaseException | None = exc_info[1]
    told: list[str] = []
    while error is not None and len(told) < _LONGEST_CHAIN:
        told.append("".join(traceback.format_tb(error.__traceback__)) + describe(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(told))


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


def connections_needed(settings: Settings, *, workers: int, with_worker: bool) -> int:
    """How many connections a server's processes may have open at once, with some to spare for commands."""
    worker = POOL_SIZE + _DUTY_CONNECTIONS if with_worker else 0
    return workers * settings.database_pool_size + worker + _SPARE_CONNECTIONS


def serve(
    settings: Settings,
    *,
    workers: int = 1,
    with_worker: bool = False,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> None:
    """Answer HTTP until SIGTERM or SIGINT.

    Raises `PortUnavailable`, `embedded.DatabaseStartError`, `SettingsError` if the database allows fewer connections
    than the pools may open.
    """
    signal.signal(signal.SIGTERM, _leave)
    check_port(settings.host, settings.port)
    configure_logging(settings)
    needed = connections_needed(settings, workers=workers, with_worker=with_worker)
    with ExitStack() as stack:
        if settings.database_url is None:
            most = {"max_connections": str(max(100, needed))}
            stack.enter_context(embedded.Supervisor(settings.data_dir, settings=most))
        database = connect(settings, branches=branches(), reactions=reactions())
        stack.callback(database.pool.close)
        if settings.database_direct_url is None:  # a pooler between shares out connections by itself
            _check_connections(connections_allowed(database), needed)
        # Each child reads the same environment; what the command line chose is put there first.
        os.environ.update(_as_environment(settings))
        if with_worker:
            stack.enter_context(_WorkerBeside(settings.drain_seconds))
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
            # A process that starts answers its parent only when everything is imported: long on a busy machine.
            "timeout_worker_healthcheck": 60,
        }
        if workers == 1:
            app = create_app(settings, database)
            leave_out_what_is_loaded()
            uvicorn.run(app, **options)
            return
        database.pool.close()  # the children open their own
        # Figures of several processes are added up through files (prometheus_client reads this name).
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="renkei-metrics-")
        )
        config = uvicorn.Config("renkei.serve:app_of_child", factory=True, workers=workers, **options)
        _Children(config, sockets=[config.bind_socket()]).run()


def work(settings: Settings) -> None:
    """Handle events and timers until SIGTERM or SIGINT. Raises `embedded.DatabaseStartError`."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    configure_logging(settings)
    with ExitStack() as stack:
        if settings.database_url is None:
            stack.enter_context(embedded.Supervisor(settings.data_dir))
        _work_until(settings, stop)


def app_of_child() -> FastAPI:
    """The application of one of several HTTP processes: its own pool on the database that the parent started."""
    _end_with_parent()
    settings = load_settings()
    configure_logging(settings)
    database = connect(settings, reactions=reactions())
    app = create_app(settings, database, on_close=database.pool.close)
    leave_out_what_is_loaded()
    return app


def _work_until(settings: Settings, stop: threading.Event) -> None:
    database = connect(
        settings, branches=branches(), reactions=reactions(), size=POOL_SIZE, application_name="renkei worker"
    )
    log.info("working")
    leave_out_what_is_loaded()
    try:
        run_worker(settings, database, stop, direct_url=addresses(settings)[1])
    finally:
        database.pool.close()


def _worker_of_child() -> None:
    """The worker beside a server: it ends when the server tells it to, or is gone."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole terminal; the server ends us in its turn
    _end_with_parent()
    settings = load_settings()
    configure_logging(settings)
    _work_until(settings, stop)


class _WorkerBeside:
    """Keeps one worker process running for the time of a `with`."""

    def __init__(self, drain_seconds: float) -> None:
        self._drain_seconds = drain_seconds
        self._closing = threading.Event()
        self._process = self._start()
        self._watcher = threading.Thread(target=self._watch, name="worker-supervisor", daemon=True)

    def __enter__(self) -> None:
        self._watcher.start()

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._watcher.join()
        self._process.terminate()
        self._process.join(self._drain_seconds)
        if self._process.is_alive():
            log.warning("worker_did_not_end", after_seconds=self._drain_seconds)
            self._process.kill()
            self._process.join()

    @staticmethod
    def _start() -> multiprocessing.process.BaseProcess:
        process = _SPAWN.Process(target=_worker_of_child, name="renkei-worker", daemon=True)
        process.start()
        return process

    def _watch(self) -> None:
        pause = 0.5
        while not self._closing.wait(0.2):
            if self._process.is_alive():
                continue
            log.warning("worker_ended", exit_code=self._process.exitcode, again_in_seconds=pause)
            if self._closing.wait(pause):
                return
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self._process = self._start()


class _Children(Multiprocess):
    """uvicorn's processes, except that nobody listens any more while they drain."""

    def terminate_all(self) -> None:
        """Close the socket that the children share, then tell them to drain."""
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


def _leave(*_: int | FrameType | None) -> None:
    """End in order on the first SIGTERM; more of them change nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def _end_with_parent() -> None:
    """Send this child SIGTERM when its parent is gone, whatever ended it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _check_connections(allowed: int, needed: int) -> None:
    if needed > allowed:
        message = (
            f"The database allows {allowed} connections, but the pools of these processes may need {needed}.\n"
            "  Lower RENKEI_DATABASE_POOL_SIZE (with RENKEI_THREADS) or --workers, or raise max_connections."
        )
        raise SettingsError(message)


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings that the command line may have chosen, as the variables a child reads."""
    return {
        "RENKEI_HOST": settings.host,
        "RENKEI_PORT": str(settings.port),
        "RENKEI_DATA_DIR": str(settings.data_dir),
    }
