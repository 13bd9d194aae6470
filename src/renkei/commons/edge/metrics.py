"""Figures for Prometheus: how busy the server is, never whose data.

Labels are route templates and door names, so that their number is bounded and no id gets into a figure.
With several processes the figures of all are added up (prometheus_client's multi-process mode, by its folder in
`PROMETHEUS_MULTIPROC_DIR`, which `renkei serve --workers` sets before anything is imported).
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from renkei.commons.ledger.service import log_state
from renkei.database.events import QueueState, queue_state
from renkei.database.transaction import Busy, Database, as_role

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

REQUESTS: Final = Counter("renkei_requests_total", "Requests answered.", ["route", "method", "status"])
SECONDS: Final = Histogram(
    "renkei_request_seconds",
    "From the first byte of a request to the last of its answer.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
RUNNING: Final = Gauge("renkei_requests_running", "Requests being worked on.", multiprocess_mode="livesum")
UNHANDLED: Final = Counter(
    "renkei_unhandled_errors_total", "Answers 500: each is a fault of ours.", ["route"]
)
POOL: Final = Gauge(
    "renkei_database_connections", "Connections of the pool.", ["state"], multiprocess_mode="livesum"
)
EVENTS: Final = Gauge(
    "renkei_events",
    "Events not handled: waiting to be read, failed and tried again, or left for a person (buried).",
    ["state"],
    multiprocess_mode="mostrecent",
)
EVENTS_LAG: Final = Gauge(
    "renkei_events_lag_seconds",
    "Age of the oldest event that waits to be read; 0 if none does.",
    multiprocess_mode="mostrecent",
)

LEDGER_WAITING: Final = Gauge(
    "renkei_ledger_waiting",
    "Facts that wait for a leaf of the ledger, counted up to 10,000.",
    multiprocess_mode="mostrecent",
)
LEDGER_LAG: Final = Gauge(
    "renkei_ledger_head_age_seconds",
    "Age of the newest signed head of the ledger; one comes every second.",
    multiprocess_mode="mostrecent",
)


def figures(database: Database) -> bytes:
    """All figures in the text format of Prometheus. While the database is away, those of the queue stay as they were."""
    with suppress(Busy):
        _show_queue(database)
    statistics = database.pool.get_stats()
    size, available = statistics.get("pool_size", 0), statistics.get("pool_available", 0)
    POOL.labels("open").set(size)
    POOL.labels("idle").set(available)
    POOL.labels("waited_for").set(statistics.get("requests_waiting", 0))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _show_queue(database: Database) -> None:
    """The queue as it is in the database, wherever the worker runs."""
    state: QueueState = database.read(as_role("renkei_engine"), queue_state)
    EVENTS.labels("waiting").set(state.waiting)
    EVENTS.labels("retrying").set(state.retrying)
    EVENTS.labels("buried").set(state.buried)
    log = database.read(as_role("renkei_ledger"), log_state)
    LEDGER_WAITING.set(log.waiting)
    if log.signed_at is not None:
        LEDGER_LAG.set((database.clock.now() - log.signed_at).total_seconds())
    lag = 0.0 if state.oldest_at is None else (database.clock.now() - state.oldest_at).total_seconds()
    EVENTS_LAG.set(max(lag, 0.0))
