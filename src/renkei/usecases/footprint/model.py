"""Footprints (排出量): what a company states of a part, what is in force, and what a reader gets to see.

All emissions are kgCO2e per one declared unit of the part. None means "not stated" and is computed with as 0;
a quality indicator that is None or 0 is "not stated" and left out of every mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID

from renkei.commons.parts.model import Part
from renkei.kit.quantities import NO_FACTS, ConversionFacts, Unit
from renkei.usecases.footprint.engagements.model import Verification

Scope = Literal["rest", "whole"]
Mode = Literal["at_once", "monthly", "yearly", "threshold", "review"]
UpdateState = Literal["waiting", "published", "refused", "superseded"]
ProposalState = Literal["unconfirmed", "confirmed", "replaced"]


RULES: Final = "1"
"""The rules of the arithmetic (`calculation`, `inputs`), recorded with every version; another name whenever the same facts
would give another value, so that nobody takes an old value for wrong."""


class Stage(StrEnum):
    """Stages of the life cycle (Regulation (EU) 2023/1542, Annex II; Ouranos knows the first two: pre and main)."""

    RAW_MATERIAL = "raw_material"
    PRODUCTION = "production"
    DISTRIBUTION = "distribution"
    END_OF_LIFE = "end_of_life"


STAGES: tuple[Stage, ...] = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Emission:
    """Of one stage: the part's own processes, and its inputs (components)."""

    own: Decimal | None = None
    component: Decimal | None = None

    @property
    def total(self) -> Decimal | None:
        """Both together; None if neither is stated."""
        if self.own is None:
            return self.component
        return self.own if self.component is None else self.own + self.component


@dataclass(frozen=True, slots=True)
class Quality:
    """Data quality (DQR) of one stage: technological, geographical, temporal; 1 is best, None is not stated."""

    ter: Decimal | None = None
    ger: Decimal | None = None
    tir: Decimal | None = None


NO_EMISSION = Emission()
NO_QUALITY = Quality()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDraft:
    """A part's footprint as its owner states it.

    `cfp_id` None: the first statement (Conflict if there is one); otherwise the one to give a new version.
    `component_scope` None: the part's setting, at first that of the application key.
    `trade_id`: only for this customer (納入先別に配分); it is disclosed to that trade instead of the general one.
    `categories`: further columns ("fossil", "material:steel", "energy:electricity"), own and declared component together.
    `primary_data_share` is that of the declared values, from 0 to 1.
    `confirms`: the customer's proposal whose value this is; its scope is that of the value, not a setting of the part.
    `follows_sheet`: nobody states it; this sheet was calculated anew with newer factors.
    """

    trace_id: UUID
    declared_unit: Unit
    declared: Mapping[Stage, Emission]
    cfp_id: UUID | None = None
    quality: Mapping[Stage, Quality] = field(default_factory=dict)
    categories: Mapping[str, Mapping[Stage, Decimal]] = field(default_factory=dict)
    primary_data_share: Decimal | None = None
    gate_to_gate: Decimal | None = None
    method: Mapping[str, Any] = field(default_factory=dict)
    component_scope: Scope | None = None
    period_from: date | None = None
    period_to: date | None = None
    trade_id: UUID | None = None
    confirms: UUID | None = None
    follows_sheet: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A footprint with everything known upstream added: declared values and known lines.

    `quality_coverage`: per stage and indicator, the share of the emissions whose indicator is stated.
    `pds_coverage`, `categories_coverage`: likewise. `notes`: why something adds nothing
    (`not_convertible`, `no_value`, `unsolvable_loop`, `does_not_settle`, `too_large`), each with the child's trace id.
    """

    stages: Mapping[Stage, Emission]
    quality: Mapping[Stage, Quality] = field(default_factory=dict)
    quality_coverage: Mapping[Stage, Quality] = field(default_factory=dict)
    categories: Mapping[str, Mapping[Stage, Decimal]] = field(default_factory=dict)
    categories_coverage: Mapping[str, Decimal] = field(default_factory=dict)
    primary_data_share: Decimal | None = None
    pds_coverage: Decimal | None = None
    coverage_direct: Decimal = Decimal(1)
    coverage_deep: Decimal = Decimal(1)
    secondary_share: Decimal = Decimal(0)
    """How much of the amount of |emission| comes from the buyer's own estimates."""
    notes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a version was written, one step up.

    `kind` and what `ids` (public ids) name: declared (nothing); confirmed (the customer's proposal that became the
    owner's value); structure, facts (the part itself); delivery,
    withdrawal (deliveries that came or went); estimate, proposal (the buyer's own values that came or went);
    child (statement versions of own parts); share (the bought parts whose shares changed); factors (the sheet that
    was calculated anew with a newer version of a factor set).
    """

    kind: str
    ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What answered for a share of one line when a version was calculated.

    `kind`: delivery, estimate, proposal, own (a statement version of an own part); `source_id`: its public id.
    """

    child_id: UUID
    kind: str
    source_id: UUID
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One immutable version. `cfp_id` stays the same over the versions."""

    statement_key: int
    statement_id: UUID
    cfp_id: UUID
    part_key: int
    trade_key: int | None
    version: int
    declared_unit: Unit
    component_scope: Scope
    declared: Mapping[Stage, Emission]
    declared_quality: Mapping[Stage, Quality]
    declared_categories: Mapping[str, Mapping[Stage, Decimal]]
    declared_pds: Decimal | None
    gate_to_gate: Decimal | None
    method: Mapping[str, Any]
    in_force: Value
    sources: tuple[Source, ...]
    structure_key: int | None
    period_from: date | None
    period_to: date | None
    causes: tuple[Cause, ...]
    automatic: bool
    created_by: str
    created_at: datetime
    superseded_at: datetime | None
    rules: str = RULES
    """The rules of the arithmetic that `in_force` was calculated by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one trade of a bought part delivered: values only where the supplier discloses them."""

    trade_id: UUID
    upstream_operator_id: UUID
    upstream_trace_id: UUID | None
    share: Decimal
    answered: bool
    """The supplier linked a part and a statement exists (COMPLETED), disclosed or not."""
    stages: Mapping[Stage, Decimal] | None
    quality: Mapping[Stage, Quality] | None
    declared_unit: Unit | None
    coverage_deep: Decimal | None
    primary_data_share: Decimal | None = None
    gate_to_gate: Decimal | None = None
    categories: Mapping[str, Mapping[Stage, Decimal]] | None = None
    facts: ConversionFacts = NO_FACTS
    statement_version: int | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The suppliers' answer for a bought part, per declared unit.

    `stages` None: withheld (or not disclosed by any); otherwise own + component of each disclosed stage.
    Of several trades: the mean weighted by the shares of those that disclosed; `answered_share` says how much that is.
    """

    answers: tuple[Answer, ...]
    stages: Mapping[Stage, Decimal] | None
    quality: Mapping[Stage, Quality]
    declared_unit: Unit
    coverage_deep: Decimal | None
    answered_share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The buyer's own value for a bought part, or for what comes by one of its trades: always secondary."""

    estimate_id: UUID
    part_key: int
    trade_key: int | None
    declared_unit: Unit
    stages: Mapping[Stage, Decimal]
    quality: Mapping[Stage, Quality]
    source: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDraft:
    """An estimate as stated. `stages` None takes the former one back. `source` says where it comes from."""

    trace_id: UUID
    declared_unit: Unit
    stages: Mapping[Stage, Decimal] | None
    quality: Mapping[Stage, Quality] = field(default_factory=dict)
    source: str = ""
    trade_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintView:
    """What a reader is shown for one of its own parts; see ouranos-api.md, section 9.2.

    statement: the part's own current statement: `.declared` (the own four), `.in_force.stages` (the totals).
    response: for a bought part with at least one trade that is COMPLETED: the answer, with nulls where withheld.
    A part that is neither stated nor answered has None in both.
    """

    part: Part
    statement: Statement | None
    response: Response | None
    trade_statements: tuple[Statement, ...] = ()
    estimates: tuple[Estimate, ...] = ()

    @property
    def is_bought(self) -> bool:
        """Neither an end part nor made here (no lines of its own): a line of some own structure, or asked from others.

        A part that stands in no structure and has a footprint of its own is a product, whatever was asked for it.
        """
        if self.part.terminated or self.part.has_lines:
            return False
        return self.part.is_child or (self.statement is None and self.response is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """A file of a certificate: whose it is, and under which name it was given."""

    operator_id: UUID
    file_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """CFP証明書 of an own part, or what the supplier of a bought part discloses of it.

    Own: `certificate_id`, the part's trace id, its description. Of a bought part (`own` False): the trade's id, the
    supplier's trace id, no description, `files` None where it is not disclosed.
    """

    certificate_id: UUID
    trace_id: UUID
    own: bool
    description: str | None = None
    files: tuple[CertificateFile, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value the buyer entered on behalf of a supplier that was not a member; unconfirmed until that one decides.

    `downstream_part_key` is the buyer's part, for marking it; the supplier knows it by `downstream_trace_id`.
    """

    proposal_id: UUID
    trade_key: int
    trade_id: UUID
    downstream_operator_id: UUID
    upstream_operator_id: UUID
    downstream_trace_id: UUID
    downstream_part_key: int
    downstream_key: int
    upstream_key: int
    declared_unit: Unit
    stages: Mapping[Stage, Decimal]
    quality: Mapping[Stage, Quality]
    state: ProposalState
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePolicy:
    """How a part follows what it stands on (CFP値自動更新): an own edit is always published at once.

    `at_once`; `monthly` and `yearly`: on the first day of the next one (the year begins in `first_month`);
    `threshold`: at once where |new total − published| > threshold × |published|, otherwise it waits;
    `review`: an approver decides (自動承認しない).
    """

    mode: Mode = "at_once"
    threshold: Decimal | None = None
    first_month: int = 4


FOLLOW_AT_ONCE = UpdatePolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A value that was calculated and not published: it waits for a decision, a day, or a larger change."""

    update_key: int
    update_id: UUID
    part_key: int
    trade_key: int | None
    base_statement_id: UUID
    """The published version that it would follow."""
    mode: Mode
    in_force: Value
    sources: tuple[Source, ...]
    structure_key: int | None
    causes: tuple[Cause, ...]
    due: date | None
    state: UpdateState
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    rules: str = RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """宣言: a filed document (model × plant × period × rule set). It pins one statement version and never moves."""

    declaration_id: UUID
    part_key: int
    trace_id: UUID
    plant_id: UUID
    statement: Statement
    rule_set: str
    period_from: date
    period_to: date
    reference: str | None
    filed_by: str
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationView:
    """A declaration beside what is true now.

    `current`: the present version (None if the part has none any more); `withdrawn`: ids of deliveries that the pinned
    version stands on and that were taken back since ("stands on a withdrawn input"); `evidence_sha256`: digest of its
    evidence file, None if it was filed before there were any.
    """

    declaration: Declaration
    current: Statement | None
    withdrawn: tuple[UUID, ...]
    evidence_sha256: bytes | None = None
    verifications: tuple[Verification, ...] = ()
    """What verifiers concluded: of the declared version, and of no other."""

    @property
    def is_verified(self) -> bool:
        """Whether a verifier has confirmed the declared version, and none has rejected it."""
        verdicts = {one.verdict for one in self.verifications}
        return verdicts == {"verified"}
