"""The footprint of a part: the number, what it consists of and what is missing; stating it; its versions and their causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.fields import Positive
from renkei.commons.edge.validation import Body, read
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part, part_keys
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.errors import RenkeiError
from renkei.kit.quantities import DECLARED_UNITS, Unit, parse_unit
from renkei.usecases.footprint import service, updates
from renkei.usecases.footprint.api_model import FootprintBody
from renkei.usecases.footprint.model import (
    NO_EMISSION,
    STAGES,
    Emission,
    FootprintView,
    Mode,
    Stage,
    Statement,
    Update,
    UpdatePolicy,
)
from renkei.usecases.footprint.rules import total
from renkei.web.calls import Opened, PageCall
from renkei.web.downloads import csv_file
from renkei.web.forms import dotted, nested, path_id, share_of_percent, typed_number
from renkei.web.terms import cause_name, mode_name, stage_name, unit_name
from renkei.web.words import Words

ZERO: Final = Decimal(0)
MOST_VERSIONS: Final = 100
MODES: Final[tuple[Mode, ...]] = ("at_once", "threshold", "monthly", "yearly", "review")


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of a footprint; None is not stated."""

    stage: Stage
    own: Decimal | None
    component: Decimal | None
    total: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the way from one version to another: what changed, and the total before and after."""

    label: str
    before: Decimal
    after: Decimal
    is_total: bool = False

    @property
    def change(self) -> Decimal:
        """The difference that it made."""
        return CONTEXT.subtract(self.after, self.before)


class PolicyForm(Body):
    """How a part follows."""

    mode: Mode
    threshold: Positive | None = None
    first_month: int = 4

    def policy(self) -> UpdatePolicy:
        """The same as the room takes it."""
        return UpdatePolicy(
            mode=self.mode,
            threshold=self.threshold if self.mode == "threshold" else None,
            first_month=self.first_month,
        )


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()
    _add_overview(routes)
    _add_statement(routes)
    _add_versions(routes)
    return routes


def view_of(tx: Transaction, trace_id: UUID) -> FootprintView:
    """What there is to see of an own part. Raises `PartMissing`."""
    found = service.footprints(tx, [trace_id])
    if not found:
        raise PartMissing
    return found[0]


def stage_rows(view: FootprintView) -> tuple[str, Unit | None, list[StageRow]]:
    """Where the number comes from ("statement", "answer", "estimate", "" for none), its unit, and its stages."""
    if view.is_bought:
        if view.response is not None and view.response.stages is not None:
            return "answer", view.response.declared_unit, _of_totals(view.response.stages)
        general = next((one for one in view.estimates if one.trade_key is None), None)
        if general is not None:
            return "estimate", general.declared_unit, _of_totals(general.stages)
    if view.statement is None:
        return "", None, []
    stages = view.statement.in_force.stages
    return (
        "statement",
        view.statement.declared_unit,
        [_row(stage, stages[stage]) for stage in STAGES if stage in stages],
    )


def _of_totals(stages: Mapping[Stage, Decimal]) -> list[StageRow]:
    return [StageRow(stage, None, None, stages[stage]) for stage in STAGES if stage in stages]


def _row(stage: Stage, emission: Emission) -> StageRow:
    return StageRow(stage, emission.own, emission.component, emission.total or ZERO)


# -- the number ------------------------------------------------------------------------------------------------------
def _add_overview(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}")
    def overview(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)

        def work(tx: Transaction) -> tuple[FootprintView, dict[UUID, Part]]:
            view = view_of(tx, wanted)
            notes = () if view.statement is None else view.statement.in_force.notes
            named = {UUID(str(note["trace_id"])) for note in notes}
            return view, part_keys(tx, named) if named else {}

        view, named = call.read(work)
        kind, unit, rows = stage_rows(view)
        return call.show(
            "part/overview.html",
            part=view.part,
            tab="overview",
            view=view,
            kind=kind,
            unit=unit,
            rows=rows,
            total=_sum(row.total for row in rows),
            largest=max((abs(row.total) for row in rows), default=ZERO),
            notes=[
                (note, named.get(UUID(str(note["trace_id"]))))
                for note in (view.statement.in_force.notes if view.statement else ())
            ],
        )

    @routes.get("/parts/{trace_id}/stages.csv")
    def stages_file(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        view = call.read(lambda tx: view_of(tx, wanted))
        _, unit, rows = stage_rows(view)
        _ = call.words
        return csv_file(
            view.part.name,
            (_("Stage"), _("Own processes"), _("Inputs"), _("Total"), _("Unit")),
            [
                (stage_name(_, row.stage), row.own, row.component, row.total, f"kgCO2e/{unit_name(_, unit)}")
                for row in rows
            ],
        )


# -- stating it ------------------------------------------------------------------------------------------------------
def _add_statement(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/footprint")
    def form(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        view = call.read(lambda tx: view_of(tx, wanted))
        return _statement_form(call, view, typed_of(view))

    @routes.post("/parts/{trace_id}/footprint")
    def state(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            call.check_form()
            statement = call.write(lambda tx: _state(tx, wanted, call))
        except RenkeiError as error:
            call.tell(dotted(error, lambda name: "cfp_id" if name == "cfp_id" else name))
            return _statement_form(call, call.read(lambda tx: view_of(tx, wanted)), call.values)
        return call.redirect(
            f"/app/parts/{wanted}",
            "Version %(version)s is stored. Whoever may see it gets it by itself.",
            version=statement.version,
        )


def typed_of(view: FootprintView) -> dict[str, str]:
    """The present statement as the form shows it."""
    now = view.statement
    if now is None:
        unit = parse_unit(view.part.unit)
        return {
            "declared_unit": (unit if unit in DECLARED_UNITS and unit else Unit.UNIT).value,
            "component_scope": "rest",
        }
    found = {
        "declared_unit": now.declared_unit.value,
        "component_scope": now.component_scope,
        "period_from": now.period_from.isoformat() if now.period_from else "",
        "period_to": now.period_to.isoformat() if now.period_to else "",
        "keep_categories": "yes",
    }
    exact = Words("en").exact
    for stage in STAGES:
        emission = now.declared.get(stage, NO_EMISSION)
        found[f"declared.{stage}.own"] = exact(emission.own)
        found[f"declared.{stage}.component"] = exact(emission.component)
        rated = now.declared_quality.get(stage)
        for name in ("ter", "ger", "tir"):
            found[f"quality.{stage}.{name}"] = exact(getattr(rated, name)) if rated else ""
    if now.declared_pds is not None:
        found["primary_data_share"] = exact(CONTEXT.multiply(now.declared_pds, Decimal(100)))
    for name in ("standard", "factor_set_version"):
        found[f"method.{name}"] = str(now.method.get(name, ""))
    return found


def _state(tx: Transaction, trace_id: UUID, call: PageCall) -> Statement:
    """What was typed as the part's next version; what the form does not show stays as it was."""
    view = view_of(tx, trace_id)
    given = typed_footprint(call)
    keeps = given.pop("keep_categories", None) is not None
    if view.statement is not None:
        now = view.statement
        given["cfp_id"] = now.cfp_id
        given["method"] = {
            name: said for name, said in now.method.items() if name not in {"standard", "factor_set_version"}
        } | given.get("method", {})
        given["gate_to_gate"] = None
        if keeps:
            given["categories"] = {
                name: {stage.value: x for stage, x in split.items()}
                for name, split in now.declared_categories.items()
            }
    return service.put_statement(tx, read(FootprintBody, given).draft(trace_id))


def typed_footprint(call: PageCall) -> dict[str, Any]:
    """The form as a body of `/v1` has it: numbers as typed, per cent as shares."""
    numbers = ("declared.", "quality.")
    fields = [
        (name, typed_number(value) if name.startswith(numbers) else value)
        for name, value in call.fields
        if name != "csrf"
    ]
    given = nested(fields)
    if "primary_data_share" in given:
        given["primary_data_share"] = share_of_percent(str(given["primary_data_share"]))
    given.setdefault("declared", {})
    return given


def _statement_form(call: PageCall, view: FootprintView, values: Mapping[str, str]) -> Response:
    _ = call.words
    return call.show(
        "part/statement.html",
        part=view.part,
        tab="overview",
        view=view,
        values=values,
        units=[(unit.value, unit_name(_, unit)) for unit in DECLARED_UNITS],
        stages=STAGES,
    )


# -- versions --------------------------------------------------------------------------------------------------------
def _add_versions(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/versions")
    def versions(call: Opened, trace_id: str) -> Response:
        return _versions(call, path_id(trace_id))

    @routes.get("/parts/{trace_id}/versions.csv")
    def versions_file(call: Opened, trace_id: str) -> Response:
        part, found, names, _policy = call.read(lambda tx: _read_versions(tx, path_id(trace_id)))
        _ = call.words
        return csv_file(
            part.name,
            (_("Version"), _("Stored"), _("Total"), _("Unit"), _("Coverage"), _("Causes")),
            [
                (
                    one.version,
                    one.created_at,
                    total(one.in_force),
                    f"kgCO2e/{unit_name(_, one.declared_unit)}",
                    one.in_force.coverage_deep,
                    "; ".join(causes_in_words(_, one, former, names)),
                )
                for one, former in with_former(found)
            ],
        )

    @routes.post("/parts/{trace_id}/policy")
    def choose_policy(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            given: dict[str, object] = {"mode": call.field("mode") or ""}
            if threshold := (call.field("threshold") or "").strip():
                given["threshold"] = share_of_percent(threshold)
            month = typed_number(call.field("first_month") or "")
            if month.isdecimal():
                given["first_month"] = int(month[:3])
            policy = read(PolicyForm, given).policy()
            call.write(lambda tx: updates.put_policy(tx, wanted, policy))
        except RenkeiError as error:
            call.tell(error)
            return _versions(call, wanted, call.values)
        return call.redirect(f"/app/parts/{wanted}/versions", "The changes are stored.")


_Versions = tuple[Part, Sequence[Statement], Mapping[UUID, str], UpdatePolicy]


def _read_versions(tx: Transaction, trace_id: UUID) -> _Versions:
    part = own_part(tx, trace_id)
    found = service.history(tx, part, limit=MOST_VERSIONS).items
    named = {one for version, former in with_former(found) for one in parts_of_causes(version, former)}
    names = {one.trace_id: one.name for one in part_keys(tx, named).values()} if named else {}
    return part, found, names, updates.policy_of(tx, part)


def with_former(found: Sequence[Statement]) -> list[tuple[Statement, Statement | None]]:
    """Each version (newest first) with the one before it."""
    return list(zip(found, [*found[1:], None], strict=True)) if found else []


def _parts_of(ids: Iterable[UUID], version: Statement | Update, former: Statement | None) -> list[UUID]:
    """The own parts that the ids of a cause are about."""
    sources = [*version.sources, *(former.sources if former is not None else ())]
    behind = {one.source_id: one.child_id for one in sources}
    return list(dict.fromkeys(behind.get(one, one) for one in ids))


def parts_of_causes(version: Statement | Update, former: Statement | None) -> set[UUID]:
    """Every own part that the causes of a version are about."""
    return {one for cause in version.causes for one in _parts_of(cause.ids, version, former)}


def causes_in_words(
    _: Words,
    version: Statement | Update,
    former: Statement | None,
    names: Mapping[UUID, str],
    *,
    inputs_only: bool = False,
) -> list[str]:
    """Why a version was written, with the names of the parts concerned."""
    found: list[str] = []
    for cause in version.causes:
        if inputs_only and cause.kind in {"declared", "confirmed", "factors", "approval"}:
            continue
        concerned = [names[one] for one in _parts_of(cause.ids, version, former) if one in names]
        said = cause_name(_, cause.kind)
        found.append(
            f"{said}: {', '.join(concerned[:3])}{' …' if len(concerned) > 3 else ''}" if concerned else said
        )
    return list(dict.fromkeys(found))


def way(_: Words, found: Sequence[Statement], since: int | None, names: Mapping[UUID, str]) -> list[Step]:
    """From the version `since` (else the one before the present) to the present one, cause by cause.

    What the owner changed itself is told apart exactly; the rest of a version's difference belongs to its other causes.
    Versions per another unit end the way: they cannot be compared.
    """
    if not found:
        return []
    present = found[0]
    wanted = present.version - 1 if since is None else since
    reached = [one for one in found if one.version >= wanted]
    same = [
        one
        for i, one in enumerate(reached)
        if all(x.declared_unit is present.declared_unit for x in reached[: i + 1])
    ]
    path = list(reversed(same))
    if len(path) <= 1:
        return []
    steps = [
        Step(_("Version %(version)s", version=path[0].version), ZERO, total(path[0].in_force), is_total=True)
    ]
    for former, one in pairwise(path):
        before, after = total(former.in_force), total(one.in_force)
        own = CONTEXT.subtract(_declared(one), _declared(former))
        if own:
            why = "factors" if any(cause.kind == "factors" for cause in one.causes) else "declared"
            steps.append(Step(cause_name(_, why), before, to_15_digits(CONTEXT.add(before, own))))
            before = to_15_digits(CONTEXT.add(before, own))
        if to_15_digits(before) != to_15_digits(after):
            said = causes_in_words(_, one, former, names, inputs_only=True)
            steps.append(Step(" + ".join(said) or _("Rounding"), before, after))
    steps.append(
        Step(_("Version %(version)s", version=present.version), ZERO, total(present.in_force), is_total=True)
    )
    return steps


def _declared(version: Statement) -> Decimal:
    return _sum(emission.total or ZERO for emission in version.declared.values())


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    found = ZERO
    for number in numbers:
        found = CONTEXT.add(found, number)
    return to_15_digits(found)


def _versions(call: PageCall, trace_id: UUID, typed: Mapping[str, str] | None = None) -> Response:
    part, found, names, policy = call.read(lambda tx: _read_versions(tx, trace_id))
    _ = call.words
    since = typed_number(call.query("since"))
    steps = way(_, found, int(since) if since.isdecimal() and len(since) < 10 else None, names)
    reach = [x for step in steps for x in (step.before, step.after)]
    threshold = "" if policy.threshold is None else _.exact(CONTEXT.multiply(policy.threshold, Decimal(100)))
    return call.show(
        "part/versions.html",
        part=part,
        tab="versions",
        versions=[(one, causes_in_words(_, one, former, names)) for one, former in with_former(found)],
        total_of=total,
        steps=steps,
        lowest=min([*reach, ZERO]),
        highest=max([*reach, ZERO]),
        modes=[(mode, mode_name(_, mode)) for mode in MODES],
        months=[(str(month), str(month)) for month in range(1, 13)],
        values=typed or {"mode": policy.mode, "threshold": threshold, "first_month": str(policy.first_month)},
    )
