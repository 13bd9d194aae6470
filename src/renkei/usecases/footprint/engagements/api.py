"""Verification under `/v1`: engagements, what a verifier opens, findings, and its conclusion."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, LongText, Moment, MomentText, Name, Text
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.transfers import disposition
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.declarations_api import (
    EVIDENCE_TYPE,
    FROZEN,
    PDF,
    AskedLanguage,
    language_of,
    pdf_answer,
)
from renkei.usecases.footprint.engagements import service
from renkei.usecases.footprint.engagements.model import (
    Assurance,
    ConclusionDraft,
    Engagement,
    EngagementState,
    Finding,
    FindingKind,
    FindingState,
    Side,
    Verdict,
    Verification,
)
from renkei.usecases.footprint.reports.report import draw

_OFFER: Final = {
    "verifier_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "valid_until": "2027-03-31T00:00:00Z",
    "message": "ISO 14064-3による限定的保証をお願いします。",
}
_FINDING: Final = {
    "kind": "nonconformity",
    "pointer": "/sheet/content/lines/0",
    "text": "請求書の期間が対象期間と一致しません。",
}
_CONCLUSION: Final = {
    "verdict": "verified",
    "assurance": "limited",
    "standard": "ISO 14064-3:2019",
    "scope": "原材料調達から製造まで（cradle-to-gate）",
    "accreditation": "ISO 14065 / JAB V-0000",
    "opinion": "重要な虚偽表示は認められませんでした。",
}


class OfferBody(Body):
    """Whom to ask, and until when it may look."""

    verifier_id: Id
    valid_until: Moment
    message: Text | None = None


class FindingBody(Body):
    """What was found."""

    kind: FindingKind
    pointer: Text = Field(default="", description="place in the evidence, a JSON pointer; empty: the whole")
    text: LongText = Field(min_length=1)


class FindingReplyBody(Body):
    """The declarant's answer."""

    text: LongText = Field(min_length=1)


class ConclusionBody(Body):
    """The verifier's word on exactly this version and this evidence."""

    verdict: Verdict
    assurance: Assurance
    standard: Name
    scope: Text
    accreditation: Name
    opinion: LongText = ""


class EngagementView(View):
    """One verifier, one declaration, one span of time."""

    engagement_id: Id
    side: Side = Field(description="of the caller")
    declarant_id: Id
    verifier_id: Id
    declaration_id: Id
    trace_id: Id
    statement_id: Id
    version: int
    evidence_sha256: str
    copy_sha256: str = Field(description="of what the verifier may open: without what suppliers delivered")
    message: str | None
    state: EngagementState
    valid_until: MomentText
    created_at: MomentText
    decided_at: MomentText | None
    ended_at: MomentText | None
    stale: bool = False


class EngagementsView(View):
    """A page of them."""

    items: list[EngagementView]
    next: Id | None
    stale: bool = False


class FindingView(View):
    """What was found, and what became of it."""

    finding_id: Id
    kind: FindingKind
    pointer: str
    text: str
    state: FindingState
    reply: str | None
    created_at: MomentText
    replied_at: MomentText | None
    closed_at: MomentText | None


class FindingsView(View):
    """Everything that was found, in its order."""

    findings: list[FindingView]
    stale: bool = False


class EngagementReadView(View):
    """That somebody of the verifier opened something."""

    what: str
    door: str
    reader: Literal["person", "application"]
    read_at: MomentText


class EngagementReadsView(View):
    """What the verifier opened, newest first."""

    reads: list[EngagementReadView]
    stale: bool = False


class VerificationView(View):
    """A conclusion; it covers the version it names and no other."""

    verification_id: Id
    engagement_id: Id
    declaration_id: Id
    verifier_id: Id
    verifier_name: str
    statement_id: Id
    version: int
    evidence_sha256: str
    verdict: Verdict
    assurance: Assurance
    standard: str
    scope: str
    accreditation: str
    opinion: str
    concluded_at: MomentText


class VerificationsView(View):
    """Conclusions about a declaration."""

    verifications: list[VerificationView]
    stale: bool = False


def routers() -> tuple[APIRouter, ...]:
    """The router of verification, for the `/v1` door."""
    routes = APIRouter(tags=["verification"])
    _add_offers(routes)
    _add_looking(routes)
    _add_findings(routes)
    return (routes,)


def _add_offers(routes: APIRouter) -> None:
    @routes.post(
        "/declarations/{declaration_id}/engagements",
        openapi_extra=takes(OfferBody, _OFFER),
        response_model=EngagementView,
        status_code=201,
    )
    def offer_engagement(call: Open, declaration_id: Id) -> Response:
        """Ask another company to verify an own declaration."""
        given = call.body(OfferBody)
        return call.write(
            lambda tx: _engagement_json(
                tx,
                service.offer(
                    tx,
                    declaration_id,
                    verifier_id=given.verifier_id,
                    valid_until=given.valid_until,
                    message=given.message,
                ),
            ),
            status=201,
        )

    @routes.get("/declarations/{declaration_id}/verifications", response_model=VerificationsView)
    def get_verifications(call: Open, declaration_id: Id) -> Response:
        """What verifiers concluded about a declaration of which the company is a party."""
        return call.read(
            lambda tx: {
                "verifications": [
                    verification_json(one) for one in service.verifications_of(tx, declaration_id)
                ]
            }
        )

    @routes.get("/engagements", response_model=EngagementsView)
    def get_engagements(
        call: Open,
        declaration_id: Id | None = None,
        side: Annotated[Side | None, Query(description="of the company")] = None,
        state: EngagementState | None = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """The company's engagements, as the one that declares or as the one that verifies, newest first."""

        def work(tx: Transaction) -> dict[str, object]:
            page = service.engagements(
                tx, declaration_id=declaration_id, side=side, state=state, after=after, limit=limit
            )
            return page_json(page, lambda one: _engagement_json(tx, one))

        return call.read(work)

    @routes.get("/engagements/{engagement_id}", response_model=EngagementView)
    def get_engagement(call: Open, engagement_id: Id) -> Response:
        """One engagement."""
        return call.read(lambda tx: _engagement_json(tx, service.engagement(tx, engagement_id)))

    @routes.post("/engagements/{engagement_id}/accept", response_model=EngagementView)
    def accept_engagement(call: Open, engagement_id: Id) -> Response:
        """The verifier takes it on."""
        return call.write(lambda tx: _engagement_json(tx, service.decide(tx, engagement_id, accept=True)))

    @routes.post("/engagements/{engagement_id}/decline", response_model=EngagementView)
    def decline_engagement(call: Open, engagement_id: Id) -> Response:
        """The verifier does not."""
        return call.write(lambda tx: _engagement_json(tx, service.decide(tx, engagement_id, accept=False)))

    @routes.post("/engagements/{engagement_id}/end", response_model=EngagementView)
    def end_engagement(call: Open, engagement_id: Id) -> Response:
        """Either party ends it; nothing can be opened from then on."""
        return call.write(lambda tx: _engagement_json(tx, service.end(tx, engagement_id)))


def _add_looking(routes: APIRouter) -> None:
    @routes.get(
        "/engagements/{engagement_id}/evidence",
        response_class=Response,
        responses={200: {"content": FROZEN}},
    )
    def open_evidence(call: Open, engagement_id: Id) -> Response:
        """The evidence of the declaration, without what suppliers delivered; on record when the verifier opens it."""
        found = call.context.database.run(
            call.entry, lambda tx: service.opened(tx, engagement_id, "evidence")
        )
        name = disposition(f"{found.declaration_id}.json")
        return Response(found.content, 200, {"Content-Disposition": name}, EVIDENCE_TYPE)

    @routes.get("/engagements/{engagement_id}/report.pdf", response_class=Response, responses=PDF)
    def open_report(call: Open, engagement_id: Id, lang: AskedLanguage = None) -> Response:
        """The report drawn from the same copy; on record as well."""
        language = language_of(call, lang)
        found = call.context.database.run(call.entry, lambda tx: service.opened(tx, engagement_id, "report"))
        return pdf_answer(draw(found, language, call.context.settings.base_url), found.declaration_id)

    @routes.get("/engagements/{engagement_id}/reads", response_model=EngagementReadsView)
    def get_engagement_reads(call: Open, engagement_id: Id) -> Response:
        """What the verifier opened and when, newest first."""
        return call.read(
            lambda tx: {
                "reads": [
                    {"what": one.what, "door": one.door, "reader": one.reader, "read_at": one.read_at}
                    for one in service.reads(tx, engagement_id)
                ]
            }
        )


def _add_findings(routes: APIRouter) -> None:
    @routes.get("/engagements/{engagement_id}/findings", response_model=FindingsView)
    def get_findings(call: Open, engagement_id: Id) -> Response:
        """Everything that was found, in its order."""
        return call.read(
            lambda tx: {"findings": [_finding_json(one) for one in service.findings(tx, engagement_id)]}
        )

    @routes.post(
        "/engagements/{engagement_id}/findings",
        openapi_extra=takes(FindingBody, _FINDING),
        response_model=FindingView,
        status_code=201,
    )
    def add_finding(call: Open, engagement_id: Id) -> Response:
        """The verifier found something."""
        given = call.body(FindingBody)
        return call.write(
            lambda tx: _finding_json(
                service.find(tx, engagement_id, kind=given.kind, pointer=given.pointer, text=given.text)
            ),
            status=201,
        )

    @routes.post(
        "/engagements/{engagement_id}/findings/{finding_id}/reply",
        openapi_extra=takes(FindingReplyBody, {"text": "請求書を差し替えました。"}),
        response_model=FindingView,
    )
    def reply_to_finding(call: Open, engagement_id: Id, finding_id: Id) -> Response:
        """The declarant answers."""
        given = call.body(FindingReplyBody)
        return call.write(lambda tx: _finding_json(service.reply(tx, engagement_id, finding_id, given.text)))

    @routes.post("/engagements/{engagement_id}/findings/{finding_id}/close", response_model=FindingView)
    def close_finding(call: Open, engagement_id: Id, finding_id: Id) -> Response:
        """The verifier is content."""
        return call.write(lambda tx: _finding_json(service.close(tx, engagement_id, finding_id)))

    @routes.post(
        "/engagements/{engagement_id}/conclude",
        openapi_extra=takes(ConclusionBody, _CONCLUSION),
        response_model=VerificationView,
        status_code=201,
    )
    def conclude_engagement(call: Open, engagement_id: Id) -> Response:
        """The verifier accepts or rejects; its word is bound to this version and this evidence."""
        draft = ConclusionDraft(**call.body(ConclusionBody).model_dump())
        return call.write(
            lambda tx: verification_json(service.conclude(tx, engagement_id, draft)), status=201
        )


def _engagement_json(tx: Transaction, one: Engagement) -> dict[str, Any]:
    return {
        "engagement_id": one.engagement_id,
        "side": "verifier" if one.verifier_key == tx.caller.operator_key else "declarant",
        "declarant_id": one.declarant_id,
        "verifier_id": one.verifier_id,
        "declaration_id": one.declaration_id,
        "trace_id": one.trace_id,
        "statement_id": one.statement_id,
        "version": one.version,
        "evidence_sha256": one.evidence_sha256.hex(),
        "copy_sha256": one.copy_sha256.hex(),
        "message": one.message,
        "state": one.state,
        "valid_until": one.valid_until,
        "created_at": one.created_at,
        "decided_at": one.decided_at,
        "ended_at": one.ended_at,
    }


def _finding_json(one: Finding) -> dict[str, Any]:
    return {
        "finding_id": one.finding_id,
        "kind": one.kind,
        "pointer": one.pointer,
        "text": one.text,
        "state": one.state,
        "reply": one.reply,
        "created_at": one.created_at,
        "replied_at": one.replied_at,
        "closed_at": one.closed_at,
    }


def verification_json(one: Verification) -> dict[str, Any]:
    """A conclusion as it is answered."""
    return {
        "verification_id": one.verification_id,
        "engagement_id": one.engagement_id,
        "declaration_id": one.declaration_id,
        "verifier_id": one.verifier_id,
        "verifier_name": one.verifier_name,
        "statement_id": one.statement_id,
        "version": one.version,
        "evidence_sha256": one.evidence_sha256.hex(),
        "verdict": one.verdict,
        "assurance": one.assurance,
        "standard": one.standard,
        "scope": one.scope,
        "accreditation": one.accreditation,
        "opinion": one.opinion,
        "concluded_at": one.concluded_at,
    }
