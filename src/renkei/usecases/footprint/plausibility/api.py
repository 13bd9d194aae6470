"""Questions under `/v1`: about own values before they are sent, about answers that came, and the buyer's outliers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.calls import Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, NumberOut
from renkei.commons.edge.validation import View
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.plausibility import service
from renkei.usecases.footprint.plausibility.rules import Asked, bounds
from renkei.usecases.footprint.plausibility.words import sentence


class AskedView(View):
    """One question, with the numbers it is about, in both languages. It stops nothing."""

    code: str
    parameters: dict[str, Any]
    en: str
    ja: str


class ReceivedQuestionsView(View):
    """What is asked about one supplier's answer; `total` is null while it is not disclosed."""

    trade_id: Id
    trace_id: Id
    supplier_id: Id
    total: NumberOut | None
    unit: str | None
    estimate: NumberOut | None
    before: NumberOut | None
    questions: list[AskedView]


class QuestionsView(View):
    """What is asked about a part's own value, and about the answers of its suppliers."""

    bounds_version: str
    own: list[AskedView]
    received: list[ReceivedQuestionsView]
    stale: bool = False


class OutliersView(View):
    """Answers that something is asked about. A page may be short: `next` says whether there is more to look through."""

    items: list[ReceivedQuestionsView]
    next: Id | None
    stale: bool = False


def routers() -> tuple[APIRouter, ...]:
    """The router of questions, for the `/v1` door."""
    routes = APIRouter(tags=["plausibility"])

    @routes.get("/parts/{trace_id}/questions", response_model=QuestionsView)
    def get_questions(call: Open, trace_id: Id) -> Response:
        """What looks like a slip: missing energy, units, mass, similar parts, last year, the buyer's estimate.

        Ask before disclosing an own value, and when an answer came; `POST /requests/{request_id}/review` then accepts,
        queries or returns it with a reason.
        """

        def work(tx: Transaction) -> dict[str, Any]:
            return {
                "bounds_version": bounds().version,
                "own": [_asked_json(one) for one in service.of_own(tx, trace_id)],
                "received": [_received_json(one) for one in service.of_received(tx, trace_id)],
            }

        return call.read(work)

    @routes.get("/outliers", response_model=OutliersView)
    def get_outliers(call: Open, limit: Limit = 100, after: After = None) -> Response:
        """Answers of all suppliers that something is asked about; `limit` answers are looked through for a page."""
        return call.read(lambda tx: page_json(service.outliers(tx, after=after, limit=limit), _received_json))

    return (routes,)


def _asked_json(one: Asked) -> dict[str, Any]:
    return {
        "code": one.code,
        "parameters": dict(one.parameters),
        "en": sentence(one, "en"),
        "ja": sentence(one, "ja"),
    }


def _received_json(one: service.Received) -> dict[str, Any]:
    return {
        "trade_id": one.trade_id,
        "trace_id": one.trace_id,
        "supplier_id": one.supplier_id,
        "total": one.total,
        "unit": one.unit,
        "estimate": one.estimate,
        "before": one.before,
        "questions": [_asked_json(asked) for asked in one.asked],
    }
