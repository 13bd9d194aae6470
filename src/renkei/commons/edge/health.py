"""`/healthz` (is the process alive), `/readyz` (can it work) and `/metrics`.

`/readyz` also says how the ledger stands. A log that stands still (`stopped`: its sequencer is gone, or refuses to sign on
a database that was set back) is no reason to send nobody here: facts wait in their queue, and answers are right.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import psycopg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from renkei.commons.edge.answers import json_answer, problem_answer
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.metrics import CONTENT_TYPE, figures
from renkei.commons.ledger.model import LogState
from renkei.commons.ledger.service import log_state
from renkei.database.readiness import check_migrations
from renkei.database.transaction import Busy, as_role
from renkei.kit.errors import RenkeiError

HEADS_STALL_SECONDS: Final = 30
"""A head comes every second; another worker takes the duty over within half a minute."""


def router(context: AppContext) -> APIRouter:
    """The paths that machines ask; none needs a key, none tells anything about a company."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        """The process answers. Asks nothing of the database, so that a restart is not the cure for its outage."""
        return json_answer({"status": "ok"})

    @routes.get("/readyz")
    def readyz(request: Request) -> Response:
        """Database reached, migrations those of this release, queue of events readable; 503 and the reason if not."""
        database = context.database
        try:
            check_migrations(context.database, context.expected_revisions())
            if context.queue is not None:
                context.queue.probe()
            log = database.read(as_role("renkei_ledger"), log_state)
        except RenkeiError as error:
            return problem_answer(request.scope, error, default=context.settings.default_language)
        except psycopg.Error:
            return problem_answer(request.scope, Busy(), default=context.settings.default_language)
        return json_answer({"status": "ready", "ledger": _ledger_json(log, database.clock.now())})

    if context.settings.metrics_enabled:

        @routes.get("/metrics")
        def metrics() -> Response:
            return Response(figures(context.database), media_type=CONTENT_TYPE)

    return routes


def _ledger_json(log: LogState, now: datetime) -> dict[str, object]:
    if log.signed_at is None:
        state = "not_begun"
    else:
        state = "running" if (now - log.signed_at).total_seconds() <= HEADS_STALL_SECONDS else "stopped"
    return {"state": state, "size": log.size, "signed_at": log.signed_at, "waiting": log.waiting}
