"""Footprints, estimates and proposals under `/v1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Open, page_json, placed
from renkei.commons.edge.fields import Day, Id, Limit, Moment
from renkei.commons.edge.openapi import takes
from renkei.commons.parts.errors import PartMissing
from renkei.database.transaction import Transaction
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import proposals, proposals_store, service
from renkei.usecases.footprint.api_model import (
    ConfirmationBody,
    EstimateBody,
    EstimateView,
    FootprintBody,
    FootprintOut,
    FootprintsOut,
    ProposalBody,
    ProposalsView,
    ProposalView,
    ReplacementBody,
    StatementsView,
    StatementView,
    as_of_json,
    estimate_json,
    footprint_json,
    proposal_json,
    statement_json,
)
from renkei.usecases.footprint.as_of import as_of as as_of_day
from renkei.usecases.footprint.errors import EstimateMissing
from renkei.usecases.footprint.model import Estimate, EstimateDraft, FootprintView, Statement

MOST_TRACE_IDS: Final = 50
_OF_PATH: Final = "path:trace_id"
_OF_ESTIMATE: Final = {"/trace_id": _OF_PATH, "/trade_id": "query:trade_id"}
OfTrade = Annotated[Id | None, Query(description="only for what comes by this trade")]

_STATEMENT = {
    "declared_unit": "kilogram",
    "declared": {"raw_material": {"own": 1.5, "component": 0.25}, "production": {"own": 10}},
    "quality": {
        "raw_material": {"ter": 1, "ger": 2, "tir": 3},
        "production": {"ter": 2, "ger": 3, "tir": 4},
    },
    "categories": {"fossil": {"raw_material": 1.6, "production": 9.5}},
    "primary_data_share": 0.8,
    "method": {"standard": "ISO 14067:2018", "factor_set_version": "IDEA v3.3"},
    "component_scope": "rest",
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
}
_VALUE = {
    "declared_unit": "kilogram",
    "stages": {"raw_material": 2.5, "production": 0.75},
    "quality": {"raw_material": {"ter": 3, "ger": 3, "tir": 3}},
}
_TRACE_ID = "d17833fe-22b7-4a4a-b097-bc3f2150c9a6"


class BadTraceIds(RenkeiError):
    """The list of trace ids is empty, too long, or holds something else."""

    code = "bad_trace_ids"
    kind = FaultKind.CONTENT
    en = "Give 1 to {maximum} identifiers (UUID), separated by commas."
    ja = "識別子（UUID）を1件以上{maximum}件以内、コンマ区切りで指定してください。"


def routers() -> tuple[APIRouter, ...]:
    """The routers of this use case, for the `/v1` door."""
    footprints = APIRouter(tags=["footprints"])
    _add_footprints(footprints)
    _add_estimates(footprints)
    proposed = APIRouter(tags=["proposals"])
    _add_proposals(proposed)
    return (footprints, proposed)


def _add_footprints(routes: APIRouter) -> None:
    @routes.put(
        "/parts/{trace_id}/footprint",
        openapi_extra=takes(FootprintBody, _STATEMENT),
        response_model=StatementView,
        responses={201: {"model": StatementView, "description": "The first statement of this part."}},
    )
    def state_footprint(call: Open, trace_id: Id) -> Response:
        """State the footprint of an own part: the first (201), or a new version of the one named by `cfp_id`."""
        draft = call.body(FootprintBody).draft(trace_id)

        def work(tx: Transaction) -> Answer:
            with placed({"/trace_id": _OF_PATH}):
                return _stated(tx, service.put_statement(tx, draft), trace_id)

        return call.write(work)

    @routes.get("/parts/{trace_id}/footprint", response_model=FootprintOut)
    def get_footprint(
        call: Open,
        trace_id: Id,
        as_of: Annotated[
            Day | None, Query(description="the version that was current at the end of this day (UTC)")
        ] = None,
        reference_year: Annotated[
            int | None,
            Query(
                ge=1990,
                le=2200,
                description="the newest version whose period touches this year, else the one current at its end; "
                "together with `as_of` as it was known on that day",
            ),
        ] = None,
    ) -> Response:
        """An own part's statement, its suppliers' answers, the own estimates, what is stated for single customers.

        With `as_of` or `reference_year`: the version of that time, and whether what it was calculated from still gives it.
        """

        def work(tx: Transaction) -> dict[str, object]:
            if as_of is not None or reference_year is not None:
                return as_of_json(as_of_day(tx, trace_id, as_of, reference_year))
            views = _views(tx, [trace_id])
            if not views:
                raise PartMissing
            return views[0]

        return call.read(work)

    @routes.get("/footprints", response_model=FootprintsOut)
    def get_footprints(
        call: Open,
        trace_ids: Annotated[
            str, Query(max_length=4000, description=f"1 to {MOST_TRACE_IDS} identifiers, separated by commas")
        ],
    ) -> Response:
        """The same for several own parts."""
        ids = _ids(trace_ids)
        return call.read(lambda tx: {"items": _views(tx, ids), "next": None})

    @routes.get("/parts/{trace_id}/footprint/versions", response_model=StatementsView)
    def get_versions(
        call: Open,
        trace_id: Id,
        trade_id: Annotated[
            Id | None, Query(description="the footprint stated for this customer only")
        ] = None,
        limit: Limit = 50,
        at: Annotated[
            Moment | None, Query(description="only the version that was current at this moment")
        ] = None,
        after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """Every version of a footprint, newest first, each with what caused it."""

        def work(tx: Transaction) -> dict[str, object]:
            with placed({"/trade_id": "query:trade_id"}):
                page = service.history(tx, trace_id, trade_id, after=after, at=at, limit=limit)
            trade_ids = _trade_ids(tx, page.items)
            return page_json(page, lambda one: statement_json(one, trace_id, trade_ids))

        return call.read(work)


def _add_estimates(routes: APIRouter) -> None:

    @routes.put(
        "/parts/{trace_id}/estimate",
        openapi_extra=takes(EstimateBody, {**_VALUE, "source": "IDEA v3.3 131111000"}),
        response_model=EstimateView,
    )
    def state_estimate(call: Open, trace_id: Id, trade_id: OfTrade = None) -> Response:
        """Give an own bought part a value of one's own, which counts until its supplier discloses one."""
        draft = call.body(EstimateBody).draft(trace_id, trade_id)

        def work(tx: Transaction) -> dict[str, object]:
            with placed(_OF_ESTIMATE):
                stored = service.put_estimate(tx, draft)
            assert stored is not None
            return estimate_json(stored, trace_id, _trade_ids(tx, [stored]))

        return call.write(work)

    @routes.get("/parts/{trace_id}/estimate", response_model=EstimateView)
    def get_estimate(call: Open, trace_id: Id, trade_id: OfTrade = None) -> Response:
        """The own estimate of a bought part, or of what comes by one trade."""

        def work(tx: Transaction) -> dict[str, object]:
            found = service.estimates(tx, [trace_id])
            trade_ids = _trade_ids(tx, found)
            for one in found:
                if trade_id == (None if one.trade_key is None else trade_ids.get(one.trade_key)):
                    return estimate_json(one, trace_id, trade_ids)
            raise EstimateMissing

        return call.read(work)

    @routes.delete("/parts/{trace_id}/estimate", status_code=204)
    def remove_estimate(call: Open, trace_id: Id, trade_id: OfTrade = None) -> Response:
        """Take an estimate back; it leaves the totals at once. One that is not there is no fault."""
        draft = EstimateDraft(trace_id=trace_id, trade_id=trade_id, declared_unit=Unit.UNIT, stages=None)

        def work(tx: Transaction) -> None:
            with placed(_OF_ESTIMATE):
                service.put_estimate(tx, draft)

        return call.write(work, status=204)


def _add_proposals(routes: APIRouter) -> None:
    @routes.post(
        "/trades/{trade_id}/proposal",
        openapi_extra=takes(ProposalBody, _VALUE),
        response_model=ProposalView,
        status_code=201,
    )
    def propose(call: Open, trade_id: Id) -> Response:
        """Enter a value on behalf of a supplier that is not a member yet; it counts like an estimate, unconfirmed."""
        given = call.body(ProposalBody)
        return call.write(
            lambda tx: proposal_json(
                proposals.propose(
                    tx,
                    trade_id,
                    declared_unit=given.declared_unit,
                    stages=given.stages.by_stage(),
                    quality=given.qualities(),
                )
            ),
            status=201,
        )

    @routes.get("/proposals", response_model=ProposalsView)
    def get_proposals(
        call: Open,
        limit: Limit = 50,
        after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """Values that this company entered for others, and those that others entered for it; newest first."""
        return call.read(lambda tx: page_json(proposals.proposals(tx, after, limit), proposal_json))

    @routes.post(
        "/proposals/{proposal_id}/confirm",
        openapi_extra=takes(ConfirmationBody, {"trace_id": _TRACE_ID}),
        response_model=StatementView,
        status_code=201,
    )
    def confirm(call: Open, proposal_id: Id) -> Response:
        """Make the proposed value the own statement of an own part, and disclose it to that customer."""
        trace_id = call.body(ConfirmationBody).trace_id

        def work(tx: Transaction) -> Answer:
            with placed({"/cfp_id": "/trace_id"}):
                return _stated(tx, proposals.confirm(tx, proposal_id, trace_id), trace_id, status=201)

        return call.write(work)

    @routes.post(
        "/proposals/{proposal_id}/replace",
        openapi_extra=takes(ReplacementBody, {"trace_id": _TRACE_ID, **_STATEMENT}),
        response_model=StatementView,
        status_code=201,
    )
    def replace(call: Open, proposal_id: Id) -> Response:
        """State another value instead. The part is linked; disclosing it is a decision of its own."""
        given = call.body(ReplacementBody)
        draft = given.draft(given.trace_id)
        return call.write(
            lambda tx: _stated(tx, proposals.replace(tx, proposal_id, draft), given.trace_id, status=201)
        )


def _stated(tx: Transaction, statement: Statement, trace_id: UUID, status: int | None = None) -> Answer:
    """201 for a first statement, 200 for a new version."""
    shown = statement_json(statement, trace_id, _trade_ids(tx, [statement]))
    if status is None:
        status = 201 if statement.version == 1 else 200
    headers = {"Location": f"/v1/parts/{trace_id}/footprint"} if status == 201 else {}
    return Answer(shown, status, headers)


def _views(tx: Transaction, trace_ids: Sequence[UUID]) -> list[dict[str, object]]:
    views = service.footprints(tx, trace_ids)
    trade_ids = _trade_ids(tx, [one for view in views for one in _with_trades(view)])
    return [footprint_json(view, trade_ids) for view in views]


def _with_trades(view: FootprintView) -> Iterable[Statement | Estimate]:
    return (*view.trade_statements, *view.estimates)


def _trade_ids(tx: Transaction, found: Iterable[Statement | Estimate]) -> dict[int, UUID]:
    """Public ids of the trades that some of these are for; no statement if none is."""
    keys = {one.trade_key for one in found if one.trade_key is not None}
    return proposals_store.trade_ids(tx, keys) if keys else {}


def _ids(text: str) -> list[UUID]:
    """The ids in a query parameter, each once, in order. Raises `BadTraceIds`."""
    found = [parse_id(one.strip()) for one in text.split(",")]
    ids = list(dict.fromkeys(one for one in found if one is not None))
    if None in found or not 1 <= len(ids) <= MOST_TRACE_IDS:
        raise BadTraceIds("query:trace_ids", maximum=MOST_TRACE_IDS)
    return ids
