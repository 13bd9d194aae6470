"""Consents: `/v1/consents`: what a provider lets whom see. Without one, nothing crosses."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from renkei.commons.consents.model import ANSWER, Consent, ConsentDraft, Glimpse, Loss, Shared
from renkei.commons.consents.purposes import PURPOSES
from renkei.commons.consents.service import consents_of, decide, shared, withdraw
from renkei.commons.consents.trying import consequences, would_see
from renkei.commons.edge.answers import json_answer
from renkei.commons.edge.calls import Answer, Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, Moment, MomentText, Short, Text
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction, as_role


class ConsentBody(Body):
    """What a consumer may see of a subject, replacing what was decided before about the two.

    Exactly one of `trace_id`, `trade_id`, `family_id` and `whole`, and one of `consumer_id`, `group_id`, `audience` and
    `policy`.
    """

    trace_id: Id | None = Field(default=None, description="about an own part")
    trade_id: Id | None = Field(default=None, description="about a trade that you supply")
    family_id: Id | None = Field(default=None, description="about a family of own parts")
    whole: bool = Field(default=False, description="about everything of the company")
    consumer_id: Id | None = Field(default=None, description="for a company")
    group_id: Id | None = Field(default=None, description="for an own group of companies")
    audience: Literal["members", "public"] | None = Field(default=None, description="for everybody")
    policy: dict[str, Any] | None = Field(
        default=None,
        description="for whoever meets it: one of any_of, all_of (lists of such), purpose_is (list of words), consumer_in "
        "(a group's id) and until (a moment)",
    )
    kind: Short = "CFP"
    attributes: list[Short] = Field(
        default_factory=list, max_length=50, description="names that the kind offers; none withdraws"
    )
    refuse: bool = Field(default=False, description="nothing, whatever a more general decision says")
    reason: Text | None = Field(default=None, description="why; for the own records")
    purpose: Short = Field(default=ANSWER, description="see /purposes; any other words will do")
    valid_until: Moment | None = None
    standing: bool = Field(
        default=True, description="every new value too; false: the value of the moment, once"
    )

    def draft(self) -> ConsentDraft:
        """The same as the room takes it."""
        return ConsentDraft(attributes=frozenset(self.attributes), **self.model_dump(exclude={"attributes"}))


class ConsentView(View):
    """One version of a decision."""

    consent_id: Id
    version: int
    subject: Literal["trade", "part", "family", "operator"]
    trace_id: Id | None
    trade_id: Id | None
    family_id: Id | None
    consumer: Literal["company", "group", "policy", "members", "public"]
    consumer_id: Id | None
    group_id: Id | None
    policy: dict[str, Any] | None
    kind: str
    attributes: list[str]
    purpose: str
    valid_from: MomentText
    valid_until: MomentText | None
    standing: bool
    state: Literal["requested", "granted", "refused", "withdrawn", "expired"]
    decided_by: str
    reason: str | None
    created_at: MomentText
    current: bool
    stale: bool = False


class TryBody(Body):
    """Whom and what to ask about; with `decision`, as if that had been decided besides."""

    trace_id: Id = Field(description="an own part")
    consumer_id: Id
    kind: Short = "CFP"
    decision: ConsentBody | None = None


class ConsideredView(View):
    """A decision that might have decided; `why_not` null: it decides; `consent_id` null: the one that is tried out."""

    consent_id: Id | None
    version: int
    subject: Literal["trade", "part", "family", "operator"]
    consumer: Literal["company", "group", "policy", "members", "public"]
    state: Literal["requested", "granted", "refused", "withdrawn", "expired"]
    attributes: list[str]
    why_not: Literal["requested", "withdrawn", "expired", "less_specific", "policy"] | None


class InferenceView(View):
    """A warning: what the company could compute from what it would see, though it is withheld."""

    code: str
    from_attributes: list[str]
    computes: str
    ja: str
    en: str


class GlimpseView(View):
    """What would be seen by one trade (null: by one that might be linked), and why (not)."""

    trade_id: Id | None
    seen: dict[str, Any]
    withheld: dict[str, Literal["no_decision", "refused", "not_consented", "nothing_to_say"]]
    considered: list[ConsideredView]
    warnings: list[InferenceView]


class TriedView(View):
    """What the company would see, trade by trade."""

    items: list[GlimpseView]
    stale: bool = False


class LossView(View):
    """What a customer would lose by one trade, what it would still see, and how often it has read what it has."""

    trade_id: Id
    trace_id: Id
    consumer_id: Id
    request_id: Id | None
    lost: list[str]
    kept: list[str]
    reads: int
    last_read_at: MomentText | None


class ConsequencesView(View):
    """What taking a consent back would do; `more`: there are parts beyond those looked at."""

    losses: list[LossView]
    more: bool
    stale: bool = False


class WithdrawalBody(Body):
    """Why it is taken back."""

    reason: Text | None = None


class PurposeView(View):
    """A purpose of the starting set: what to write, and how to say it."""

    purpose: str
    ja: str
    en: str


class PurposesView(View):
    """The starting set; any other words will do."""

    purposes: list[PurposeView]
    stale: bool = False


class SharedView(View):
    """What a company discloses of a part to every member or to the public."""

    delivery_id: Id
    provider_id: Id
    audience: Literal["members", "public"]
    trace_id: Id
    kind: str
    attributes: dict[str, Any]
    statement_id: Id | None
    statement_version: int | None
    purpose: str
    valid_until: MomentText | None
    delivered_at: MomentText


class SharedsView(View):
    """What is disclosed to everybody, newest first."""

    items: list[SharedView]
    next: Id | None
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
_TRY = {
    "trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6",
    "consumer_id": "b1234567-1234-1234-1234-123456789012",
    "decision": {
        "trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6",
        "consumer_id": "b1234567-1234-1234-1234-123456789012",
        "attributes": ["total", "gate_to_gate"],
    },
}
_WIDE = {
    "family_id": "2f8e6a40-3c1d-4b7a-9e52-6d1f0a7b8c93",
    "audience": "members",
    "kind": "CFP",
    "attributes": ["total"],
    "purpose": "vehicle_lca",
    "reason": "業界団体の取り決め",
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

    @routes.post(
        "", openapi_extra=takes(ConsentBody, _CONSENT, _WIDE), response_model=ConsentView, status_code=201
    )
    def create_consent(call: Open) -> Response:
        """Decide what a consumer may see of a subject."""
        draft = call.body(ConsentBody).draft()

        def work(tx: Transaction) -> Answer:
            return Answer(consent_json(decide(tx, draft)), 201)

        return call.write(work)

    @routes.post("/try", openapi_extra=takes(TryBody, _TRY), response_model=TriedView)
    def try_consent(call: Open) -> Response:
        """What would this company see of this part, and why (not)? Nothing is decided and nothing delivered."""
        given = call.body(TryBody)
        tried = None if given.decision is None else given.decision.draft()

        def work(tx: Transaction) -> dict[str, Any]:
            found = would_see(tx, given.trace_id, given.consumer_id, given.kind, tried)
            return {"items": [_glimpse_json(one) for one in found]}

        return call.read(work)

    @routes.get("/{consent_id}/consequences", response_model=ConsequencesView)
    def get_consequences(call: Open, consent_id: Id) -> Response:
        """What taking the consent back would do, customer by customer."""

        def work(tx: Transaction) -> dict[str, Any]:
            found = consequences(tx, consent_id)
            return {"losses": [_loss_json(one) for one in found.losses], "more": found.more}

        return call.read(work)

    @routes.post(
        "/{consent_id}/withdraw",
        openapi_extra=takes(WithdrawalBody, {"reason": "取引終了のため"}, required=False),
        response_model=ConsentView,
    )
    def withdraw_consent(call: Open, consent_id: Id) -> Response:
        """Take a consent back: what had been delivered under it leaves the customer's totals."""
        given = call.body(WithdrawalBody) if call.body_bytes else WithdrawalBody()
        return call.write(lambda tx: consent_json(withdraw(tx, consent_id, given.reason)))

    return routes


def everybody_router() -> APIRouter:
    """What is the same for everybody: purposes, and what is disclosed to all."""
    routes = APIRouter(tags=["consents"])

    @routes.get("/purposes", response_model=PurposesView)
    def get_purposes(call: Open) -> Response:
        """Purposes to choose from; a purpose in other words is as good."""
        return call.read(
            lambda _: {"purposes": [{"purpose": one.purpose, "ja": one.ja, "en": one.en} for one in PURPOSES]}
        )

    @routes.get("/shared", response_model=SharedsView)
    def get_shared(
        call: Open,
        provider_id: Annotated[Id | None, Query(alias="operator_id")] = None,
        trace_id: Annotated[Id | None, Query(description="a part of that company")] = None,
        kind: Annotated[Short | None, Query()] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """What companies disclose to every member or to the public, and is in force."""

        def work(tx: Transaction) -> dict[str, object]:
            found = shared(
                tx, provider_id=provider_id, trace_id=trace_id, kind=kind, after=after, limit=limit
            )
            return page_json(found, _shared_json)

        return call.read(work)

    @routes.get("/public", response_model=SharedsView)
    def get_public(
        request: Request,
        provider_id: Annotated[Id | None, Query(alias="operator_id")] = None,
        trace_id: Annotated[Id | None, Query(description="a part of that company")] = None,
        kind: Annotated[Short | None, Query()] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """What companies disclose to the public, and is in force; for whoever asks, without an account."""

        def work(tx: Transaction) -> dict[str, object]:
            found = shared(
                tx,
                provider_id=provider_id,
                trace_id=trace_id,
                kind=kind,
                after=after,
                limit=limit,
                public=True,
            )
            return page_json(found, _shared_json)

        database = request.app.state.context.database
        return json_answer(database.read(as_role("renkei_engine", door="v1"), work))

    return routes


def _glimpse_json(one: Glimpse) -> dict[str, Any]:
    return {
        "trade_id": one.trade_id,
        "seen": one.seen,
        "withheld": one.withheld,
        "considered": [
            {
                "consent_id": each.consent_id,
                "version": each.version,
                "subject": each.subject,
                "consumer": each.consumer,
                "state": each.state,
                "attributes": sorted(each.attributes),
                "why_not": each.why_not,
            }
            for each in one.considered
        ],
        "warnings": [
            {
                "code": each.code,
                "from_attributes": list(each.from_attributes),
                "computes": each.computes,
                "ja": each.ja,
                "en": each.en,
            }
            for each in one.inferences
        ],
    }


def _loss_json(one: Loss) -> dict[str, Any]:
    return {
        "trade_id": one.trade_id,
        "trace_id": one.trace_id,
        "consumer_id": one.consumer_id,
        "request_id": one.request_id,
        "lost": sorted(one.lost),
        "kept": sorted(one.kept),
        "reads": one.reads,
        "last_read_at": one.last_read_at,
    }


def _shared_json(one: Shared) -> dict[str, Any]:
    return {
        name: getattr(one, "payload" if name == "attributes" else name) for name in SharedView.model_fields
    }


def _cursor(consent: Consent, *, history: bool) -> str:
    """Former versions have the id of their consent: with them the cursor names the version too."""
    return f"{consent.consent_id}:{consent.version}" if history else str(consent.consent_id)


def consent_json(consent: Consent) -> dict[str, Any]:
    """A consent as it is answered."""
    return {
        "consent_id": consent.consent_id,
        "version": consent.version,
        "subject": consent.subject,
        "trace_id": consent.trace_id,
        "trade_id": consent.trade_id,
        "family_id": consent.family_id,
        "consumer": consent.consumer,
        "consumer_id": consent.consumer_id,
        "group_id": consent.group_id,
        "policy": consent.policy,
        "kind": consent.kind,
        "attributes": sorted(consent.attributes),
        "purpose": consent.purpose,
        "valid_from": consent.valid_from,
        "valid_until": consent.valid_until,
        "standing": consent.standing,
        "state": consent.state,
        "decided_by": consent.decided_by,
        "reason": consent.reason,
        "created_at": consent.created_at,
        "current": consent.current,
    }
