"""`/healthz` (is the process alive), `/readyz` (can it work) and `/metrics`."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from renkei.commons.edge.answers import json_answer, problem_answer
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.metrics import CONTENT_TYPE, figures
from renkei.database.readiness import check_migrations
from renkei.database.transaction import Busy
from renkei.kit.errors import RenkeiError


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
        try:
            check_migrations(context.database, context.expected_revisions())
            if context.queue is not None:
                context.queue.probe()
        except RenkeiError as error:
            return problem_answer(request.scope, error, default=context.settings.default_language)
        except psycopg.Error:
            return problem_answer(request.scope, Busy(), default=context.settings.default_language)
        return json_answer({"status": "ready"})

    if context.settings.metrics_enabled:

        @routes.get("/metrics")
        def metrics() -> Response:
            return Response(figures(context.database), media_type=CONTENT_TYPE)

    return routes
