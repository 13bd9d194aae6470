"""Declarations under `/v1`: filing, what is true now beside what was filed, the report and its evidence."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open, page_json
from renkei.commons.edge.facts import header
from renkei.commons.edge.fields import (
    Day,
    DayText,
    Id,
    Limit,
    LongText,
    MomentText,
    Name,
    NumberOut,
    Positive,
    Short,
)
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.transfers import disposition
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.usecases.footprint import declarations
from renkei.usecases.footprint.api_model import StatementView, statement_json
from renkei.usecases.footprint.model import DeclarationView
from renkei.usecases.footprint.reports import service
from renkei.usecases.footprint.reports.model import BatteryDraft, Language, Report, ReportDraft
from renkei.usecases.footprint.reports.pdf import draw_pdf
from renkei.usecases.footprint.reports.report import report_json
from renkei.usecases.footprint.rules import total

_DECLARATION: Final = {
    "rule_set": "EU 2023/1542 Annex II, CFB-EV draft 2024",
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
    "reference": "BAT-2026-0042",
    "study": {"goal": "EU電池規則第7条に基づく宣言", "system_boundary": "原材料調達から製造まで"},
}
EVIDENCE_TYPE: Final = "application/vnd.renkei.evidence+json"
FROZEN: Final[dict[str, Any]] = {EVIDENCE_TYPE: {"schema": {"type": "object"}}}
PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


class StudyBody(Body):
    """What only the company can say of its study (ISO 14067:2018, clause 7)."""

    goal: LongText | None = None
    functional_unit: LongText | None = None
    system_boundary: LongText | None = None
    greenhouse_gases: LongText | None = None
    cut_off: LongText | None = None
    allocation: LongText | None = None
    electricity: LongText | None = None
    data_collection: LongText | None = None
    uncertainty: LongText | None = None
    assumptions: LongText | None = None
    value_choices: LongText | None = None
    use_profile: LongText | None = None
    end_of_life: LongText | None = None
    conclusions: LongText | None = None
    limitations: LongText | None = None
    performance_tracking: LongText | None = None


class DeclaredBatteryBody(Body):
    """What the functional unit of a battery needs, and what Article 7 asks beside."""

    rule_set: Short = "eu-cfb-ev"
    category: Short = Field(description="M1, N1, L, M2, M3, N2, N3, or another one with cycles_per_year")
    capacity_kwh: Positive = Field(description="usable, at the beginning of life")
    years: Positive | None = Field(default=None, description="of the warranty; none: the rule set's")
    cycles_per_year: Positive | None = Field(default=None, description="only where the rule set has none")
    warranty_km: Positive | None = None
    km_per_year: Positive | None = None
    conformity_id: Name | None = Field(default=None, description="EU declaration of conformity")
    study_url: Name | None = Field(default=None, description="public version of the supporting study")
    performance_class: Short | None = None


class DeclarationBody(Body):
    """A declaration to be filed: it pins one version and never moves."""

    rule_set: Name
    period_from: Day
    period_to: Day
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="default: the present version")
    reference: Name | None = None
    study: StudyBody = Field(default_factory=StudyBody, description="goes into the report as it is written")
    battery: DeclaredBatteryBody | None = Field(
        default=None, description="Regulation (EU) 2023/1542, Article 7: the footprint must be per piece"
    )

    def draft(self) -> ReportDraft:
        """The same as the room takes it."""
        return ReportDraft(
            study={name: text for name, text in self.study.model_dump().items() if text},
            battery=None if self.battery is None else BatteryDraft(**self.battery.model_dump()),
        )


class DeclaredView(View):
    """A filed declaration beside what is true now."""

    declaration_id: Id
    trace_id: Id
    plant_id: Id
    rule_set: str
    period_from: DayText
    period_to: DayText
    reference: str | None
    filed_by: str
    filed_at: MomentText
    statement: StatementView
    total: NumberOut
    current_version: int | None
    current_total: NumberOut | None
    difference: NumberOut | None
    stands_on_withdrawn_input: bool
    withdrawn_deliveries: list[Id]
    evidence_sha256: str | None = Field(description="SHA-256 of the evidence file, which the ledger holds")
    verified: bool = Field(
        description="a verifier has confirmed the declared version, and none has rejected it"
    )
    present_version_is_verified: bool = Field(
        description="false as soon as another version is in force: a conclusion covers the version it names"
    )
    stale: bool = False


class DeclarationsView(View):
    """A page of them."""

    items: list[DeclaredView]
    next: Id | None
    stale: bool = False


class ReportFactView(View):
    """One line of a report; `pointer` leads to it in the evidence."""

    label: str
    value: str
    pointer: str


class ReportTableView(View):
    """A table of a report."""

    head: list[str]
    rows: list[list[str]]


class ReportSectionView(View):
    """One part of a report."""

    code: str
    title: str
    facts: list[ReportFactView]
    table: ReportTableView | None
    note: str


class ReportItemView(View):
    """A content that a rule asks for; `pointer` (null: missing) leads to it in `evidence`."""

    code: str
    source: str
    title: str
    required: bool
    value: str | None
    pointer: str | None


class ReportView(View):
    """The report of a declaration in one language."""

    format: Literal["renkei-report/1"]
    language: Literal["ja", "en"]
    title: str
    subject: str
    headline: str
    sections: list[ReportSectionView]
    checklist: list[ReportItemView]
    missing: list[str] = Field(description="codes of required contents that nobody has given")
    evidence_sha256: str
    check_url: str
    proof_note: str
    evidence: dict[str, Any] = Field(
        description="the frozen file, numbers as text; its canonical form has the digest"
    )
    stale: bool = False


_After = Annotated[Id | None, Query(description="`next` of the page before")]
AskedLanguage = Annotated[Language | None, Query(description="default: by Accept-Language")]


def routers() -> tuple[APIRouter, ...]:
    """The router of declarations, for the `/v1` door."""
    routes = APIRouter(tags=["declarations"])

    @routes.post(
        "/parts/{trace_id}/declarations",
        openapi_extra=takes(DeclarationBody, _DECLARATION),
        response_model=DeclaredView,
        status_code=201,
    )
    def file_declaration(call: Open, trace_id: Id) -> Response:
        """File a declaration of the present version, or of `version`."""
        given = call.body(DeclarationBody)
        return call.write(
            lambda tx: _declaration_json(
                declarations.file_declaration(
                    tx,
                    trace_id,
                    rule_set=given.rule_set,
                    period_from=given.period_from,
                    period_to=given.period_to,
                    version=given.version,
                    reference=given.reference,
                    draft=given.draft(),
                )
            ),
            status=201,
        )

    @routes.get("/declarations", response_model=DeclarationsView)
    def get_declarations(
        call: Open, trace_id: Id | None = None, limit: Limit = 50, after: _After = None
    ) -> Response:
        """Own declarations (of one part), newest first, each beside what is true now."""

        def work(tx: Transaction) -> dict[str, object]:
            page = declarations.declarations(tx, trace_id=trace_id, after=after, limit=limit)
            return page_json(page, _declaration_json)

        return call.read(work)

    @routes.get("/declarations/{declaration_id}", response_model=DeclaredView)
    def get_declaration(call: Open, declaration_id: Id) -> Response:
        """One own declaration beside what is true now."""
        return call.read(lambda tx: _declaration_json(declarations.declaration(tx, declaration_id)))

    @routes.get("/declarations/{declaration_id}/report", response_model=ReportView)
    def get_report(call: Open, declaration_id: Id, lang: AskedLanguage = None) -> Response:
        """The report of an own declaration, in Japanese or English."""
        language, base_url = language_of(call, lang), call.context.settings.base_url
        return call.read(lambda tx: report_json(service.report_of(tx, declaration_id, language, base_url)))

    @routes.get("/declarations/{declaration_id}/report.pdf", response_class=Response, responses=PDF)
    def get_report_pdf(call: Open, declaration_id: Id, lang: AskedLanguage = None) -> Response:
        """The same report as PDF, with a code that leads to the check of its proof in the ledger."""
        language, base_url = language_of(call, lang), call.context.settings.base_url
        report = call.context.database.read(
            call.entry, lambda tx: service.report_of(tx, declaration_id, language, base_url)
        )
        return pdf_answer(report, declaration_id)

    @routes.get(
        "/declarations/{declaration_id}/evidence",
        response_class=Response,
        responses={200: {"content": FROZEN}},
    )
    def get_evidence(call: Open, declaration_id: Id) -> Response:
        """The evidence file of an own declaration (canonical JSON), byte by byte as the ledger holds its digest."""
        found = call.context.database.read(call.entry, lambda tx: service.evidence_of(tx, declaration_id))
        name = disposition(f"{declaration_id}.json")
        return Response(found.content, 200, {"Content-Disposition": name}, EVIDENCE_TYPE)

    return (routes,)


def pdf_answer(report: Report, declaration_id: UUID) -> Response:
    """The report as a PDF to be saved."""
    return Response(
        draw_pdf(report),
        200,
        {"Content-Disposition": disposition(f"{declaration_id}-{report.language}.pdf")},
        "application/pdf",
    )


def language_of(call: Open, asked: Language | None) -> Language:
    """The language that was asked for, else the reader's."""
    return asked or call.context.language(header(call.scope, b"accept-language"))


def _declaration_json(view: DeclarationView) -> dict[str, Any]:
    one, current = view.declaration, view.current
    pinned = to_15_digits(total(one.statement.in_force))
    now = None if current is None else to_15_digits(total(current.in_force))
    return {
        "declaration_id": one.declaration_id,
        "trace_id": one.trace_id,
        "plant_id": one.plant_id,
        "rule_set": one.rule_set,
        "period_from": one.period_from,
        "period_to": one.period_to,
        "reference": one.reference,
        "filed_by": one.filed_by,
        "filed_at": one.filed_at,
        "statement": statement_json(one.statement, one.trace_id, {}),
        "total": pinned,
        "current_version": None if current is None else current.version,
        "current_total": now,
        "difference": None if now is None else to_15_digits(CONTEXT.subtract(now, pinned)),
        "stands_on_withdrawn_input": bool(view.withdrawn),
        "withdrawn_deliveries": list(view.withdrawn),
        "evidence_sha256": None if view.evidence_sha256 is None else view.evidence_sha256.hex(),
        "verified": view.is_verified,
        "present_version_is_verified": view.is_verified
        and current is not None
        and current.statement_id == one.statement.statement_id,
    }
