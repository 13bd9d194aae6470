"""Consents: `/v1/consents`: what a provider lets which customer see. Without one, nothing crosses."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.consents.model import ANSWER, Consent, ConsentDraft
from renkei.commons.consents.service import consents_of, decide, withdraw
from renkei.commons.edge.calls import Answer, Open
from renkei.commons.edge.fields import Id, Limit, Moment, MomentText, Short
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction


class ConsentBody(Body):
    """What may be seen of one own part by one customer, replacing what was decided before for the two."""

    trace_id: Id
    consumer_id: Id
    kind: Short = "CFP"
    attributes: list[Short] = Field(max_length=50, description="names that the kind offers; none withdraws")
    purpose: Short = ANSWER
    valid_until: Moment | None = None
    standing: bool = Field(
        default=True, description="every new value too; false: the value of the moment, once"
    )


class ConsentView(View):
    """One version of a decision."""

    consent_id: Id
    version: int
    trace_id: Id
    consumer_id: Id
    kind: str
    attributes: list[str]
    purpose: str
    valid_from: MomentText
    valid_until: MomentText | None
    standing: bool
    state: Literal["granted", "withdrawn", "expired"]
    decided_by: str
    created_at: MomentText
    current: bool
    stale: bool = False


class ConsentsView(View):
    """The own decisions, newest first."""

    items: list[ConsentView]
    next: str | None
    stale: bool = False


_CURSOR = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(:[1-9][0-9]{0,8})?$"
_CONSENT = {
    "trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6",
    "consumer_id": "b1234567-1234-1234-1234-123456789012",
    "kind": "CFP",
    "attributes": ["total", "quality"],
}


def router() -> APIRouter:
    """The paths under `/consents`."""
    routes = APIRouter(prefix="/consents", tags=["consents"])

    @routes.get("", response_model=ConsentsView)
    def get_consents(
        call: Open,
        trace_id: Annotated[Id | None, Query()] = None,
        consumer_id: Annotated[Id | None, Query()] = None,
        kind: Annotated[Short | None, Query()] = None,
        history: Annotated[bool, Query(description="former versions too")] = False,
        limit: Limit = 50,
        after: Annotated[str | None, Query(pattern=_CURSOR, description="`next` of the page before")] = None,
    ) -> Response:
        """What this company decided to disclose."""

        def work(tx: Transaction) -> dict[str, object]:
            opening, _, version = (after or "").partition(":")
            found = consents_of(
                tx,
                trace_ids=None if trace_id is None else [trace_id],
                consumer_id=consumer_id,
                kind=kind,
                history=history,
                after=UUID(opening) if opening else None,
                after_version=int(version) if version else None,
                limit=limit + 1,
            )
            following = found[limit : limit + 1]
            return {
                "items": [consent_json(one) for one in found[:limit]],
                "next": _cursor(following[0], history=history) if following else None,
            }

        return call.read(work)

    @routes.post("", openapi_extra=takes(ConsentBody, _CONSENT), response_model=ConsentView, status_code=201)
    def create_consent(call: Open) -> Response:
        """Decide what one customer may see of one own part."""
        given = call.body(ConsentBody)
        draft = ConsentDraft(
            attributes=frozenset(given.attributes), **given.model_dump(exclude={"attributes"})
        )

        def work(tx: Transaction) -> Answer:
            return Answer(consent_json(decide(tx, draft)), 201)

        return call.write(work)

    @routes.post("/{consent_id}/withdraw", response_model=ConsentView)
    def withdraw_consent(call: Open, consent_id: Id) -> Response:
        """Take a consent back: what had been delivered under it leaves the customer's totals."""
        return call.write(lambda tx: consent_json(withdraw(tx, consent_id)))

    return routes


def _cursor(consent: Consent, *, history: bool) -> str:
    """Former versions have the id of their consent: with them the cursor names the version too."""
    return f"{consent.consent_id}:{consent.version}" if history else str(consent.consent_id)


def consent_json(consent: Consent) -> dict[str, Any]:
    """A consent as it is answered."""
    return {
        "consent_id": consent.consent_id,
        "version": consent.version,
        "trace_id": consent.trace_id,
        "consumer_id": consent.consumer_id,
        "kind": consent.kind,
        "attributes": sorted(consent.attributes),
        "purpose": consent.purpose,
        "valid_from": consent.valid_from,
        "valid_until": consent.valid_until,
        "standing": consent.standing,
        "state": consent.state,
        "decided_by": consent.decided_by,
        "created_at": consent.created_at,
        "current": consent.current,
    }
