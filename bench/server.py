"""The server under measurement: one process, one worker, the real application, and bare endpoints beside it.

The bare endpoints are the yardstick. They are plain `def` endpoints of a FastAPI application without middlewares, in the
same process, on the same pool: `GET /bare/{name}` answers stored bytes after one SELECT and puts on record which deliveries
the bytes show (through the journal that every reader of the application uses), `PUT /bare/structure` hands the body's bytes to one
statement, which stores them as the rows that we store of them (the version, its lines, the pointer of the part to it, the
event) in tables with the same columns and keys, and answers with the bytes when the commit is durable. `PUT /bare/value`
stores the bytes as one value instead. No key, no token, no checks, no company, no references, no triggers, no security.

Started by `bench.world` with an order (JSON) on standard input; prints its port as one line when it listens.
With `profile` in the order, the threads that work on requests are profiled and the figures written there at the end.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import signal
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.place import settings_of
from renkei.app import create_app, reactions
from renkei.commons.consents.store import record_reads
from renkei.connectors.ouranos.door import OuranosDoor
from renkei.database.connect import connect
from renkei.database.transaction import Database
from renkei.kit.memory import leave_out_what_is_loaded
from renkei.serve import configure_logging


async def body_of(request: Request) -> bytes:
    return await request.body()


def bare_app(database: Database) -> FastAPI:
    """The yardstick on the pool of `database`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/bare/{name}")
    def read(name: str) -> Response:
        with database.pool.connection() as connection:
            row = connection.execute(
                "SELECT body, consumer, deliveries FROM bench.answers WHERE name = %s", (name,), binary=True
            ).fetchone()
        assert row is not None
        if row[2]:
            reads = [(provider, row[1], delivery, "ouranos", "application") for provider, delivery in row[2]]
            database.journal.leave(record_reads, reads, datetime.now(UTC))
        return Response(row[0], media_type="application/json")

    @app.put("/bare/structure")
    def store_rows(body: Annotated[bytes, Depends(body_of)]) -> Response:
        with database.pool.connection() as connection:
            connection.execute(_STORE_ROWS, (body.decode(),))
        return Response(body, 201, media_type="application/json")

    @app.put("/bare/value")
    def store_value(body: Annotated[bytes, Depends(body_of)]) -> Response:
        with database.pool.connection() as connection:
            connection.execute("INSERT INTO bench.bodies (body) VALUES (%s)", (body,))
        return Response(body, 201, media_type="application/json")

    return app


_STORE_ROWS = """
    WITH said AS MATERIALIZED (
      SELECT b -> 'parentPartsModel' AS parent, b -> 'childrenPartsModel' AS children FROM (SELECT %s::jsonb AS b) AS body
    ), version AS (
      INSERT INTO bench.structures (structure_id, operator_key, part_key, version, effective_from, created_by, created_at)
      SELECT gen_random_uuid(), p.operator_key, p.part_key, nextval('bench.versions'), current_date, 'bench', now()
        FROM said JOIN bench.parts p ON p.trace_id = (said.parent ->> 'traceId')::uuid
      RETURNING structure_key, part_key, operator_key
    ), lines AS (
      INSERT INTO bench.structure_lines (structure_key, position, operator_key, child_key, amount, unit, base_quantity,
                                         sourcing)
      SELECT v.structure_key, c.n, v.operator_key, c.n, (c.child ->> 'amountRequired')::numeric,
             c.child ->> 'amountRequiredUnit', 1, 'bought'
        FROM version v, said, jsonb_array_elements(said.children) WITH ORDINALITY AS c(child, n)
    ), pointed AS (
      UPDATE bench.parts p SET structure_key = v.structure_key FROM version v WHERE p.part_key = v.part_key
    )
    INSERT INTO bench.events (event_id, sender_key, addressee_key, type, subject, data, track_id, origin, created_at)
    SELECT gen_random_uuid(), v.operator_key, v.operator_key, 'jp.renkei.structure.changed.v1', gen_random_uuid(),
           jsonb_build_object('part', v.part_key), gen_random_uuid(), pg_current_xact_id(), now()
      FROM version v
"""


def beside(real: ASGIApp, bare: ASGIApp) -> ASGIApp:
    """`bare` for its own paths, `real` for everything else."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = bare if scope.get("path", "").startswith("/bare") else real
        await chosen(scope, receive, send)

    return app


class Profile:
    """A profile of every call of `OuranosDoor.answer`, whichever thread it runs in."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: list[cProfile.Profile] = []
        plain: Any = OuranosDoor.answer

        def answer(*args: Any, **kwargs: Any) -> Response:
            profile = getattr(self._own, "profile", None)
            if profile is None:
                profile = self._own.profile = cProfile.Profile()
                self._all.append(profile)
            profile.enable()
            try:
                found: Response = plain(*args, **kwargs)
                return found
            finally:
                profile.disable()

        OuranosDoor.answer = answer  # type: ignore[method-assign]

    def write(self, path: Path) -> None:
        """All threads together, in the format of `pstats`."""
        if self._all:
            stats = pstats.Stats(self._all[0])
            for profile in self._all[1:]:
                stats.add(profile)
            stats.dump_stats(path)


def main() -> None:
    """Serve until SIGTERM."""
    order = json.load(sys.stdin)
    settings = settings_of(Path(order["data_dir"]), order["url"])
    configure_logging(settings)
    profile = Profile() if order["profile"] else None
    database = connect(settings, reactions=reactions())
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    # As `renkei serve` runs it.
    server = uvicorn.Server(
        uvicorn.Config(
            beside(create_app(settings, database), bare_app(database)),
            loop="auto",
            http="auto",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            log_level="warning",
        )
    )
    # uvicorn raises the signal that ended it once more; what follows it here is to run.
    signal.signal(signal.SIGTERM, lambda *_: None)
    leave_out_what_is_loaded()
    print(listening.getsockname()[1], flush=True)
    server.run(sockets=[listening])
    if profile is not None:
        profile.write(Path(order["profile"]))
    database.pool.close()


if __name__ == "__main__":
    main()
