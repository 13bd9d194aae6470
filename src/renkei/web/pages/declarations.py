"""Declarations: a filed version that never moves, beside what is true now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.fields import Day, Id, Name
from renkei.commons.edge.transfers import disposition
from renkei.commons.edge.validation import Body, read
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part, part_keys
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.errors import RenkeiError
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint import declarations, service
from renkei.usecases.footprint.declarations_api import DeclaredBatteryBody, StudyBody, pdf_answer
from renkei.usecases.footprint.model import NO_EMISSION, STAGES, DeclarationView, Statement
from renkei.usecases.footprint.reports import service as reports
from renkei.usecases.footprint.reports.model import STUDY_FIELDS, BatteryDraft, Language, ReportDraft
from renkei.usecases.footprint.reports.words import word
from renkei.usecases.footprint.rules import total
from renkei.web.calls import Opened, PageCall
from renkei.web.downloads import csv_file
from renkei.web.forms import optional_id, path_id, typed_number
from renkei.web.terms import emission_unit, source_name, stage_name
from renkei.web.words import Words

ROWS: Final = 50
RULE_SETS: Final = (
    "EU 2023/1542 Annex II",
    "ISO 14067:2018",
    "CFP算定・検証等に係るガイドライン（自動車）",
)
"""Suggestions; any text may be filed."""


class DeclarationForm(Body):
    """What is filed."""

    part: Id
    rule_set: Name
    period_from: Day
    period_to: Day
    version: str | None = None
    reference: Name | None = None


BATTERY: Final = (
    "category",
    "capacity_kwh",
    "years",
    "cycles_per_year",
    "warranty_km",
    "km_per_year",
    "conformity_id",
    "study_url",
    "performance_class",
)
"""Fields of a battery on the form; with none of them filled in the part is no battery."""
_LABELS: Final[Mapping[str, str]] = {
    "category": "category",
    "capacity_kwh": "capacity",
    "years": "years",
    "cycles_per_year": "cycles",
    "warranty_km": "warranty_km",
    "km_per_year": "km_per_year",
    "conformity_id": "conformity",
    "study_url": "study_url",
    "performance_class": "class",
}
_NUMBERS: Final = frozenset({"capacity_kwh", "years", "cycles_per_year", "warranty_km", "km_per_year"})


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/declarations")
    def filed(call: Opened) -> Response:
        after = optional_id(call.query("after"))

        def work(tx: Transaction) -> tuple[Sequence[DeclarationView], UUID | None, Mapping[UUID, Part]]:
            page = declarations.declarations(tx, after=after, limit=ROWS)
            ids = {one.declaration.trace_id for one in page.items}
            return page.items, page.next_cursor, part_keys(tx, ids) if ids else {}

        found, following, parts = call.read(work)
        return call.show(
            "declarations.html",
            found=found,
            following=following,
            after=after,
            parts=parts,
            difference=difference,
        )

    @routes.get("/declarations/new")
    def form(call: Opened) -> Response:
        return _form(call, path_id(call.query("part")), {})

    @routes.post("/declarations/new")
    def file(call: Opened) -> Response:
        wanted = path_id(call.field("part") or "")
        try:
            given = read(
                DeclarationForm,
                _filled(call, ("part", "rule_set", "period_from", "period_to", "version", "reference")),
            )
            version = typed_number(given.version or "")
            draft = _report_draft(call)
            view = call.write(
                lambda tx: declarations.file_declaration(
                    tx,
                    given.part,
                    rule_set=given.rule_set,
                    period_from=given.period_from,
                    period_to=given.period_to,
                    version=int(version[:9]) if version.isdecimal() else None,
                    reference=given.reference,
                    draft=draft,
                )
            )
        except RenkeiError as error:
            call.tell(error)
            return _form(call, wanted, call.values)
        return call.redirect(
            f"/app/declarations/{view.declaration.declaration_id}", "The declaration is filed."
        )

    @routes.get("/declarations/{declaration_id}")
    def one(call: Opened, declaration_id: str) -> Response:
        view, parts = call.read(lambda tx: _read(tx, path_id(declaration_id)))
        return call.show(
            "declaration.html",
            view=view,
            parts=parts,
            difference=difference(view),
            stages=[stage for stage in STAGES if stage in view.declaration.statement.in_force.stages],
            nothing=NO_EMISSION,
        )

    @routes.get("/declarations/{declaration_id}/report.pdf")
    def report_pdf(call: Opened, declaration_id: str) -> Response:
        wanted, language = path_id(declaration_id), language_of(call.words)
        drawn = call.read(lambda tx: reports.report_of(tx, wanted, language, call.context.settings.base_url))
        return pdf_answer(drawn, wanted)

    @routes.get("/check/{check_id}")
    def check(call: Opened, check_id: str) -> Response:
        """Whoever holds the code on a report, signed in or not."""
        found = reports.check(call.context.database, path_id(check_id))
        return call.show("check.html", bundle=found, item=found["items"][0])

    @routes.get("/check/{check_id}/bundle.json")
    def check_bundle(call: Opened, check_id: str) -> Response:
        found = reports.check(call.context.database, path_id(check_id))
        return Response(
            dumps(found) + b"\n",
            media_type="application/json",
            headers={"Content-Disposition": disposition("bundle.json")},
        )

    @routes.get("/declarations/{declaration_id}/evidence.csv")
    def evidence(call: Opened, declaration_id: str) -> Response:
        view, parts = call.read(lambda tx: _read(tx, path_id(declaration_id)))
        _, filed_one = call.words, view.declaration
        version = filed_one.statement
        unit = emission_unit(_, version.declared_unit)
        name = parts[filed_one.trace_id].name if filed_one.trace_id in parts else str(filed_one.trace_id)
        facts: list[tuple[object, ...]] = [
            (_("Part"), name, ""),
            (_("Trace identifier"), filed_one.trace_id, ""),
            (_("Rule set"), filed_one.rule_set, ""),
            (_("Period"), filed_one.period_from, filed_one.period_to),
            (_("Version"), version.version, version.statement_id),
            *(
                (stage_name(_, stage), version.in_force.stages[stage].total, unit)
                for stage in STAGES
                if stage in version.in_force.stages
            ),
            (_("Total"), total(version.in_force), unit),
            (_("Coverage"), version.in_force.coverage_deep, ""),
        ]
        facts += [
            (
                f"{source_name(_, source.kind)}: {parts[source.child_id].name if source.child_id in parts else source.child_id}",
                source.share,
                source.source_id,
            )
            for source in version.sources
        ]
        return csv_file(f"{name} {_('Declaration')}", (_("Fact"), _("Value"), _("Note")), facts)

    return routes


def language_of(words: Words) -> Language:
    """The language of a report for whoever reads this page."""
    return "ja" if words.language == "ja" else "en"


def _filled(call: PageCall, names: Sequence[str], prefix: str = "") -> dict[str, object]:
    """The fields of the form that are filled in."""
    return {name: text.strip() for name in names if (text := call.field(f"{prefix}{name}") or "").strip()}


def _report_draft(call: PageCall) -> ReportDraft:
    """What the company says for its report. Raises `SeveralFaults`, each fault at its field."""
    study = read(StudyBody, _filled(call, STUDY_FIELDS, "study_"))
    said = _filled(call, BATTERY)
    numbers = {name: typed_number(str(text)) for name, text in said.items() if name in _NUMBERS}
    battery = read(DeclaredBatteryBody, said | numbers) if said else None
    return ReportDraft(
        study={name: text for name, text in study.model_dump().items() if text},
        battery=None if battery is None else BatteryDraft(**battery.model_dump()),
    )


def difference(view: DeclarationView) -> Decimal | None:
    """The present total less the filed one; None without a present one, or if it is per another unit."""
    now, pinned = view.current, view.declaration.statement
    if now is None or now.declared_unit is not pinned.declared_unit:
        return None
    return to_15_digits(CONTEXT.subtract(total(now.in_force), total(pinned.in_force)))


def _read(tx: Transaction, declaration_id: UUID) -> tuple[DeclarationView, Mapping[UUID, Part]]:
    view = declarations.declaration(tx, declaration_id)
    named = {view.declaration.trace_id, *(one.child_id for one in view.declaration.statement.sources)}
    return view, part_keys(tx, named)


def _form(call: PageCall, trace_id: UUID, typed: Mapping[str, str]) -> Response:
    def work(tx: Transaction) -> tuple[Part, Sequence[Statement]]:
        part = own_part(tx, trace_id)
        return part, service.history(tx, part, limit=ROWS).items

    part, versions = call.read(work)
    _ = call.words
    return call.show(
        "declaration_new.html",
        part=part,
        versions=[
            (
                one.version,
                f"{one.version}: {_.number(total(one.in_force))} {emission_unit(_, one.declared_unit)}",
            )
            for one in versions
        ],
        rule_sets=RULE_SETS,
        values=typed,
        study=[(f"study_{name}", word(f"study_{name}", language_of(_))) for name in STUDY_FIELDS],
        battery=[(name, word(_LABELS[name], language_of(_)), name in _NUMBERS) for name in BATTERY],
    )
