"""Reads: `/v1/reads`: who read what this company disclosed, and when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from renkei.commons.consents.model import ReadEntry
from renkei.commons.consents.service import reads_of
from renkei.commons.edge.calls import Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, MomentText
from renkei.commons.edge.validation import View
from renkei.database.transaction import Transaction


class ReadView(View):
    """That a customer read a delivery: `times` between `first_at` and `last_at`, less than a second apart."""

    read_id: Id
    delivery_id: Id
    consumer_id: Id
    trade_id: Id
    trace_id: Id | None
    kind: str
    statement_version: int | None
    consent_id: Id
    consent_version: int
    door: Literal["ouranos", "v1", "page"]
    reader: Literal["person", "application"]
    first_at: MomentText
    last_at: MomentText
    times: int


class ReadsView(View):
    """Reads, newest first."""

    items: list[ReadView]
    next: Id | None
    stale: bool = False


def router() -> APIRouter:
    """The path of the read log."""
    routes = APIRouter(tags=["consents"])

    @routes.get("/reads", response_model=ReadsView)
    def get_reads(
        call: Open,
        trace_id: Annotated[Id | None, Query(description="an own part")] = None,
        consumer_id: Annotated[Id | None, Query()] = None,
        consent_id: Annotated[Id | None, Query()] = None,
        delivery_id: Annotated[Id | None, Query()] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """Who read what this company disclosed, over either door or the pages; a read is here within a second."""

        def work(tx: Transaction) -> dict[str, object]:
            found = reads_of(
                tx,
                trace_id=trace_id,
                consumer_id=consumer_id,
                consent_id=consent_id,
                delivery_id=delivery_id,
                after=after,
                limit=limit,
            )
            return page_json(found, _read_json)

        return call.read(work)

    return routes


def _read_json(one: ReadEntry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ReadView.model_fields}
