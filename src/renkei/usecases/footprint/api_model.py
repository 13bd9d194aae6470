"""Footprints as `/v1` takes and shows them: bodies, views, and the translation from and into the room's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from renkei.commons.edge.fields import (
    Day,
    DayText,
    Id,
    MomentText,
    Name,
    Number,
    NumberOut,
    Share,
    Short,
    storable,
)
from renkei.commons.edge.validation import Body, View
from renkei.kit.quantities import DECLARED_UNITS, Unit, parse_unit
from renkei.usecases.footprint.as_of import AsOf
from renkei.usecases.footprint.model import (
    STAGES,
    Answer,
    Cause,
    Emission,
    Estimate,
    EstimateDraft,
    FootprintView,
    Proposal,
    Quality,
    Response,
    Source,
    Stage,
    Statement,
    StatementDraft,
    Value,
)

T = TypeVar("T")

MOST_CATEGORIES: Final = 200
"""Columns beside the total: materials and energies of one part; the longest published breakdowns have some dozens."""
MOST_METHOD_FACTS: Final = 50
MOST_METHOD_TEXT: Final = 1000
_UNITS: Final = ", ".join(unit.value for unit in DECLARED_UNITS)


def _declared_unit(value: object) -> Unit:
    unit = parse_unit(value)
    if unit is None or unit not in DECLARED_UNITS:
        raise PydanticCustomError("literal_error", "not a declared unit", {"expected": _UNITS})
    return unit


_METHOD_NUMBER: Final[TypeAdapter[Decimal]] = TypeAdapter(Number)


def _method_fact(value: object) -> object:
    """A text, number or boolean, or a list of texts."""
    if isinstance(value, list) and len(value) <= MOST_METHOD_FACTS:
        return [_method_text(one) for one in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return _METHOD_NUMBER.validate_python(value)
    return _method_text(value)


def _method_text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MOST_METHOD_TEXT:
        raise PydanticCustomError("invalid", "not a fact")
    return storable(value)


def _rating(value: Decimal) -> Decimal:
    if value < 1:
        raise PydanticCustomError("greater_than_equal", "too small", {"ge": 1})
    if value > 5:
        raise PydanticCustomError("less_than_equal", "too large", {"le": 5})
    return value


DeclaredUnit = Annotated[
    Unit,
    PlainValidator(_declared_unit),
    WithJsonSchema({"type": "string", "enum": [*(unit.value for unit in DECLARED_UNITS), "piece"]}),
]
"""What the emissions are stated per: one of this unit."""

MethodFact = Annotated[
    Any,
    PlainValidator(_method_fact),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": MOST_METHOD_TEXT},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string"}, "maxItems": MOST_METHOD_FACTS},
            ]
        }
    ),
]

Rating = Annotated[
    Number,
    AfterValidator(_rating),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 1, "maximum": 5}, {"type": "string"}]}),
]
"""An indicator of data quality: 1 is best, 5 worst."""


# -- bodies ----------------------------------------------------------------------------------------------------------
class OfStages(Body):
    """One thing for each stage of the life cycle; what is absent is not stated."""

    def by_stage(self) -> dict[Stage, Any]:
        """What is stated, by stage."""
        return {stage: value for stage in STAGES if (value := getattr(self, stage.value)) is not None}


class EmissionBody(Body):
    """kgCO2e per declared unit of one stage. Negative ones (credits) are legal."""

    own: Number | None = Field(default=None, description="the part's own processes")
    component: Number | None = Field(default=None, description="its inputs, see component_scope")


class QualityBody(Body):
    """Data quality (DQR) of one stage; null is not stated."""

    ter: Rating | None = Field(default=None, description="technological representativeness")
    ger: Rating | None = Field(default=None, description="geographical representativeness")
    tir: Rating | None = Field(default=None, description="temporal representativeness")


class EmissionsBody(OfStages):
    """Emissions by stage of the life cycle (Regulation (EU) 2023/1542, Annex II)."""

    raw_material: EmissionBody | None = None
    production: EmissionBody | None = None
    distribution: EmissionBody | None = None
    end_of_life: EmissionBody | None = None


class QualitiesBody(OfStages):
    """Data quality by stage."""

    raw_material: QualityBody | None = None
    production: QualityBody | None = None
    distribution: QualityBody | None = None
    end_of_life: QualityBody | None = None


class TotalsBody(OfStages):
    """kgCO2e per declared unit by stage, own and component together; negative ones are legal."""

    raw_material: Number | None = None
    production: Number | None = None
    distribution: Number | None = None
    end_of_life: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> TotalsBody:
        if not self.by_stage():
            raise PydanticCustomError("missing", "no stage")
        return self


class CategoryBody(OfStages):
    """One further column by stage."""

    raw_material: Number | None = None
    production: Number | None = None
    distribution: Number | None = None
    end_of_life: Number | None = None


class FootprintBody(Body):
    """The footprint of an own part, as its company states it."""

    cfp_id: Id | None = Field(
        default=None, description="null: the first statement; else the one to give a new version"
    )
    declared_unit: DeclaredUnit
    declared: EmissionsBody
    quality: QualitiesBody = QualitiesBody()
    categories: dict[Short, CategoryBody] = Field(
        default_factory=dict,
        max_length=MOST_CATEGORIES,
        description="further columns such as fossil, material:steel, energy:electricity; own and component together",
    )
    primary_data_share: Share | None = Field(default=None, description="of the declared values")
    gate_to_gate: Number | None = None
    method: dict[Short, MethodFact] = Field(
        default_factory=dict,
        max_length=MOST_METHOD_FACTS,
        description="how it was calculated: standard, factor_set_version, allocation …",
    )
    component_scope: Literal["rest", "whole"] | None = Field(
        default=None,
        description="rest: the declared components are those beside the structure's lines; whole: they include the "
        "lines. Default: as before",
    )
    period_from: Day | None = None
    period_to: Day | None = None
    trade_id: Id | None = Field(default=None, description="納入先別に配分: only for this customer")

    @model_validator(mode="after")
    def _in_order(self) -> FootprintBody:
        if self.period_from is not None and self.period_to is not None and self.period_to < self.period_from:
            raise PydanticCustomError("period", "reversed")
        return self

    def draft(self, trace_id: Id) -> StatementDraft:
        """The same as the room takes it."""
        return StatementDraft(
            trace_id=trace_id,
            cfp_id=self.cfp_id,
            declared_unit=self.declared_unit,
            declared={
                stage: Emission(own=one.own, component=one.component)
                for stage, one in self.declared.by_stage().items()
            },
            quality=_qualities(self.quality),
            categories={name: one.by_stage() for name, one in self.categories.items()},
            primary_data_share=self.primary_data_share,
            gate_to_gate=self.gate_to_gate,
            method=self.method,
            component_scope=self.component_scope,
            period_from=self.period_from,
            period_to=self.period_to,
            trade_id=self.trade_id,
        )


class EstimateBody(Body):
    """The buyer's own value for a bought part, until its supplier discloses one. It counts as secondary data."""

    declared_unit: DeclaredUnit
    stages: TotalsBody
    quality: QualitiesBody = QualitiesBody()
    source: Name | Literal[""] = Field(default="", description="where it comes from")

    def draft(self, trace_id: Id, trade_id: Id | None) -> EstimateDraft:
        """The same as the room takes it."""
        return EstimateDraft(
            trace_id=trace_id,
            trade_id=trade_id,
            declared_unit=self.declared_unit,
            stages=self.stages.by_stage(),
            quality=_qualities(self.quality),
            source=self.source,
        )


class ProposalBody(Body):
    """A value on behalf of a supplier that is not a member yet."""

    declared_unit: DeclaredUnit
    stages: TotalsBody
    quality: QualitiesBody = QualitiesBody()

    def qualities(self) -> dict[Stage, Quality]:
        """The quality as the room takes it."""
        return _qualities(self.quality)


class ConfirmationBody(Body):
    """The own part that a proposed value is of."""

    trace_id: Id


class ReplacementBody(FootprintBody):
    """A footprint of the own part `trace_id`, stated instead of what the customer proposed."""

    trace_id: Id


def _qualities(given: QualitiesBody) -> dict[Stage, Quality]:
    return {stage: Quality(ter=one.ter, ger=one.ger, tir=one.tir) for stage, one in given.by_stage().items()}


# -- views -----------------------------------------------------------------------------------------------------------
class EmissionView(View):
    """kgCO2e per declared unit of one stage."""

    own: NumberOut | None
    component: NumberOut | None
    total: NumberOut | None


class QualityView(View):
    """Of one stage; null: not stated."""

    ter: NumberOut | None
    ger: NumberOut | None
    tir: NumberOut | None


ByStage = dict[Stage, NumberOut]
_Emissions = dict[Stage, EmissionView]
_Qualities = dict[Stage, QualityView]


class ValueView(View):
    """A footprint with everything known upstream added."""

    stages: _Emissions
    quality: _Qualities
    quality_coverage: _Qualities = Field(description="the share of the emissions whose indicator is stated")
    categories: dict[str, ByStage]
    categories_coverage: dict[str, NumberOut]
    primary_data_share: NumberOut | None
    pds_coverage: NumberOut | None
    coverage_direct: NumberOut = Field(description="the share of the lines with a value")
    coverage_deep: NumberOut = Field(description="the same through the whole chain")
    secondary_share: NumberOut = Field(description="how much of the emissions comes from own estimates")
    notes: list[dict[str, Any]] = Field(description="why something adds nothing, with the child's trace id")


class CauseView(View):
    """Why a version was written, one step up."""

    kind: str
    ids: list[Id]


class SourceView(View):
    """What answered for a share of one line: a delivery, an own estimate, a proposal, or an own part's statement."""

    child_id: Id
    kind: str
    source_id: Id
    share: NumberOut


class StatementView(View):
    """One immutable version of a footprint."""

    cfp_id: Id
    statement_id: Id
    trace_id: Id
    version: int
    trade_id: Id | None
    declared_unit: str
    component_scope: Literal["rest", "whole"]
    declared: _Emissions
    quality: _Qualities
    categories: dict[str, ByStage]
    primary_data_share: NumberOut | None
    gate_to_gate: NumberOut | None
    method: dict[str, Any]
    in_force: ValueView
    period_from: DayText | None
    period_to: DayText | None
    causes: list[CauseView]
    sources: list[SourceView]
    automatic: bool
    created_by: str
    created_at: MomentText
    superseded_at: MomentText | None


class AnswerView(View):
    """What one supplier of a bought part delivered; null where it is not disclosed."""

    trade_id: Id
    upstream_operator_id: Id
    upstream_trace_id: Id | None
    share: NumberOut
    answered: bool
    stages: ByStage | None
    quality: _Qualities | None
    declared_unit: str | None
    coverage_deep: NumberOut | None
    primary_data_share: NumberOut | None
    gate_to_gate: NumberOut | None
    categories: dict[str, ByStage] | None
    statement_version: int | None
    delivered_at: MomentText | None


class ResponseView(View):
    """The suppliers' answer for a bought part: the mean by the shares of those that disclosed."""

    stages: ByStage | None
    quality: _Qualities
    declared_unit: str
    coverage_deep: NumberOut | None
    answered_share: NumberOut
    answers: list[AnswerView]


class EstimateView(View):
    """The buyer's own value."""

    estimate_id: Id
    trace_id: Id
    trade_id: Id | None
    declared_unit: str
    stages: ByStage
    quality: _Qualities
    source: str
    created_by: str
    created_at: MomentText
    stale: bool = False


class MadeFromStructureView(View):
    """The structure version that a version was calculated from."""

    structure_id: Id
    version: int
    effective_from: DayText


class AsOfView(View):
    """Which version answers for a date or a reference year, and whether it can be calculated again."""

    moment: MomentText = Field(description="up to when what was recorded counts")
    basis: Literal["date", "period"] = Field(
        description="`period`: its stated period touches the reference year; `date`: it was current at the moment"
    )
    rules: str = Field(description="the rules of the arithmetic it was calculated by")
    structure: MadeFromStructureView | None
    reproduced: bool | None = Field(
        description="whether the recorded versions of structure, inputs and rules give the same digits again; "
        "null: that cannot be told, for the `reason`"
    )
    reproduced_value: ValueView | None
    reason: Literal["other_rules", "erased"] | None


class FootprintOut(View):
    """What there is to see of one own part; with `as_of` or `reference_year` the version of that time alone."""

    trace_id: Id
    is_bought: bool
    statement: StatementView | None
    trade_statements: list[StatementView] = Field(description="those for single customers")
    response: ResponseView | None
    estimates: list[EstimateView]
    as_of: AsOfView | None = None
    stale: bool = False


class FootprintsOut(View):
    """Several own parts, in the order asked for; ids that are not own parts are left out."""

    items: list[FootprintOut]
    next: Id | None
    stale: bool = False


class StatementsView(View):
    """Versions of a footprint, newest first."""

    items: list[StatementView]
    next: Id | None
    stale: bool = False


class ProposalView(View):
    """A value that a customer entered on behalf of a supplier that was not a member."""

    proposal_id: Id
    trade_id: Id
    downstream_operator_id: Id
    downstream_trace_id: Id
    upstream_operator_id: Id
    declared_unit: str
    stages: ByStage
    quality: _Qualities
    state: Literal["unconfirmed", "confirmed", "replaced"]
    created_at: MomentText
    decided_at: MomentText | None
    stale: bool = False


class ProposalsView(View):
    """Proposals made or to be decided, newest first."""

    items: list[ProposalView]
    next: Id | None
    stale: bool = False


# -- from the room's words -------------------------------------------------------------------------------------------
def footprint_json(view: FootprintView, trade_ids: Mapping[int, Id]) -> dict[str, Any]:
    """What there is to see of a part, as it is answered."""
    trace_id = view.part.trace_id
    return {
        "trace_id": trace_id,
        "is_bought": view.is_bought,
        "statement": None if view.statement is None else statement_json(view.statement, trace_id, trade_ids),
        "trade_statements": [statement_json(one, trace_id, trade_ids) for one in view.trade_statements],
        "response": None if view.response is None else _response_json(view.response),
        "estimates": [estimate_json(one, trace_id, trade_ids) for one in view.estimates],
    }


def as_of_json(found: AsOf) -> dict[str, Any]:
    """The version of another time as it is answered."""
    trace_id = found.part.trace_id
    structure = found.structure
    return {
        "trace_id": trace_id,
        "is_bought": FootprintView(part=found.part, statement=None, response=None).is_bought,
        "statement": statement_json(found.statement, trace_id, {}),
        "trade_statements": [],
        "response": None,
        "estimates": [],
        "as_of": {
            "moment": found.moment,
            "basis": found.basis,
            "rules": found.statement.rules,
            "structure": None
            if structure is None
            else {name: getattr(structure, name) for name in MadeFromStructureView.model_fields},
            "reproduced": None if found.reproduced is None else found.is_same,
            "reproduced_value": None if found.reproduced is None else value_json(found.reproduced),
            "reason": found.reason,
        },
    }


def statement_json(one: Statement, trace_id: Id, trade_ids: Mapping[int, Id]) -> dict[str, Any]:
    """A version as it is answered."""
    return {
        "cfp_id": one.cfp_id,
        "statement_id": one.statement_id,
        "trace_id": trace_id,
        "version": one.version,
        "trade_id": None if one.trade_key is None else trade_ids.get(one.trade_key),
        "declared_unit": one.declared_unit.value,
        "component_scope": one.component_scope,
        "declared": _by_stage(one.declared, _emission_json),
        "quality": _by_stage(one.declared_quality, _quality_json),
        "categories": _categories_json(one.declared_categories),
        "primary_data_share": one.declared_pds,
        "gate_to_gate": one.gate_to_gate,
        "method": one.method,
        "in_force": value_json(one.in_force),
        "period_from": one.period_from,
        "period_to": one.period_to,
        "causes": [cause_json(cause) for cause in one.causes],
        "sources": [_source_json(source) for source in one.sources],
        "automatic": one.automatic,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "superseded_at": one.superseded_at,
    }


def estimate_json(one: Estimate, trace_id: Id, trade_ids: Mapping[int, Id]) -> dict[str, Any]:
    """An estimate as it is answered."""
    return {
        "estimate_id": one.estimate_id,
        "trace_id": trace_id,
        "trade_id": None if one.trade_key is None else trade_ids.get(one.trade_key),
        "declared_unit": one.declared_unit.value,
        "stages": _by_stage(one.stages, _same),
        "quality": _by_stage(one.quality, _quality_json),
        "source": one.source,
        "created_by": one.created_by,
        "created_at": one.created_at,
    }


def proposal_json(one: Proposal) -> dict[str, Any]:
    """A proposal as it is answered."""
    return {
        "proposal_id": one.proposal_id,
        "trade_id": one.trade_id,
        "downstream_operator_id": one.downstream_operator_id,
        "downstream_trace_id": one.downstream_trace_id,
        "upstream_operator_id": one.upstream_operator_id,
        "declared_unit": one.declared_unit.value,
        "stages": _by_stage(one.stages, _same),
        "quality": _by_stage(one.quality, _quality_json),
        "state": one.state,
        "created_at": one.created_at,
        "decided_at": one.decided_at,
    }


def _response_json(response: Response) -> dict[str, Any]:
    return {
        "stages": None if response.stages is None else _by_stage(response.stages, _same),
        "quality": _by_stage(response.quality, _quality_json),
        "declared_unit": response.declared_unit.value,
        "coverage_deep": response.coverage_deep,
        "answered_share": response.answered_share,
        "answers": [_answer_json(answer) for answer in response.answers],
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    return {
        "trade_id": answer.trade_id,
        "upstream_operator_id": answer.upstream_operator_id,
        "upstream_trace_id": answer.upstream_trace_id,
        "share": answer.share,
        "answered": answer.answered,
        "stages": None if answer.stages is None else _by_stage(answer.stages, _same),
        "quality": None if answer.quality is None else _by_stage(answer.quality, _quality_json),
        "declared_unit": None if answer.declared_unit is None else answer.declared_unit.value,
        "coverage_deep": answer.coverage_deep,
        "primary_data_share": answer.primary_data_share,
        "gate_to_gate": answer.gate_to_gate,
        "categories": None if answer.categories is None else _categories_json(answer.categories),
        "statement_version": answer.statement_version,
        "delivered_at": answer.delivered_at,
    }


def value_json(value: Value) -> dict[str, Any]:
    """A value in force as it is answered."""
    return {
        "stages": _by_stage(value.stages, _emission_json),
        "quality": _by_stage(value.quality, _quality_json),
        "quality_coverage": _by_stage(value.quality_coverage, _quality_json),
        "categories": _categories_json(value.categories),
        "categories_coverage": dict(value.categories_coverage),
        "primary_data_share": value.primary_data_share,
        "pds_coverage": value.pds_coverage,
        "coverage_direct": value.coverage_direct,
        "coverage_deep": value.coverage_deep,
        "secondary_share": value.secondary_share,
        "notes": [dict(note) for note in value.notes],
    }


def _emission_json(one: Emission) -> dict[str, Any]:
    return {"own": one.own, "component": one.component, "total": one.total}


def _quality_json(one: Quality) -> dict[str, Any]:
    return {"ter": one.ter, "ger": one.ger, "tir": one.tir}


def cause_json(cause: Cause) -> dict[str, Any]:
    """Why a version was written, as it is answered."""
    return {"kind": cause.kind, "ids": list(cause.ids)}


def _source_json(source: Source) -> dict[str, Any]:
    return {
        "child_id": source.child_id,
        "kind": source.kind,
        "source_id": source.source_id,
        "share": source.share,
    }


def _categories_json(categories: Mapping[str, Mapping[Stage, Decimal]]) -> dict[str, Any]:
    return {name: _by_stage(one, _same) for name, one in categories.items()}


def _by_stage(values: Mapping[Stage, T], shown: Callable[[T], object]) -> dict[str, object]:
    return {stage.value: shown(values[stage]) for stage in STAGES if stage in values}


def _same(value: Decimal) -> Decimal:
    return value
