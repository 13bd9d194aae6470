"""What the server tells, and what is told to it: frozen dataclasses with the words of the platform.

Amounts and emissions are exact `Decimal`s; identifiers are UUIDs; times are aware.
`stale` says that a read did not yet see all that follows from your latest write (the server waits up to 2 s for it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

T = TypeVar("T")

Number = Decimal | int
"""A number to send: exact, never a float."""
Sourcing = Literal["made", "bought", "consigned_free", "consigned_paid"]
CountedBy = Literal["customer", "supplier"]
Direction = Literal["sent", "received"]
RequestState = Literal["NOT_COMPLETED", "COMPLETED", "REJECT", "CANCEL"]
Verdict = Literal["accepted", "queried", "returned"]
ConsentState = Literal["requested", "granted", "refused", "withdrawn", "expired"]


# -- pages ----------------------------------------------------------------------------------------------------------


Cursor = str | int
"""What one page names to open the next one; means nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of a list, and the cursor that opens the next page (None on the last)."""

    items: tuple[T, ...]
    next: Cursor | None = None
    stale: bool = False


class Listing(Generic[T]):
    """A list that is read page by page while it is walked through; each walk begins anew.

    for part in client.parts.list():            every part
    for page in client.parts.list().pages():    every page
    """

    def __init__(self, read: Callable[[Cursor | None], Page[T]], after: Cursor | None = None) -> None:
        self._read = read
        self._after = after

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def first(self) -> T | None:
        """The first of the list, or None if it is empty; reads one page."""
        return next(iter(self), None)

    def pages(self) -> Iterator[Page[T]]:
        """The pages in their order."""
        cursor = self._after
        while True:
            page = self._read(cursor)
            yield page
            if page.next is None or page.next == cursor:
                return
            cursor = page.next


# -- sessions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """A company that the person may act for; `valid_until` ends a mandate."""

    operator_id: UUID
    name: str
    roles: tuple[str, ...]
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An access token, and a refresh token that is good once. `operator_id` None: platform staff."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    account_id: UUID
    operator_id: UUID | None


# -- companies and plants -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A company (事業者) as the directory shows it."""

    operator_id: UUID
    name: str
    address: str
    country: str
    open_operator_id: str | None
    global_operator_id: str | None
    state: str
    successor_id: UUID | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who calls, and for which company (None for platform staff)."""

    operator: Operator | None
    account_id: UUID | None
    api_key_id: UUID | None
    roles: tuple[str, ...]
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationDraft:
    """A company that is not a member yet. `other_ids`: identifiers by their scheme."""

    name: str
    country: str
    address: str = ""
    email: str | None = None
    other_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDraft:
    """A site (事業所) of the own company; `open_plant_id` ends in six digits."""

    name: str
    address: str
    open_plant_id: str
    global_plant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A site."""

    plant_id: UUID
    operator_id: UUID
    name: str
    address: str
    open_plant_id: str
    global_plant_id: str | None
    stale: bool = False


# -- parts and structures -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDraft:
    """A part as its company states it. Plant, name and support name are its identity.

    terminated (終端): nothing upstream of it needs to be asked. unit: the declared unit, such as "kilogram" or "piece".
    """

    plant_id: UUID
    name: str
    support_name: str | None = None
    terminated: bool = False
    unit: str | None = None
    label: str | None = None
    info1: str | None = None
    info2: str | None = None
    info3: str | None = None
    mass_kg_per_unit: Number | None = None
    density_kg_per_liter: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An own part."""

    trace_id: UUID
    operator_id: UUID
    plant_id: UUID
    name: str
    support_name: str | None
    terminated: bool
    unit: str | None
    label: str | None
    info1: str | None
    info2: str | None
    info3: str | None
    mass_kg_per_unit: Decimal | None
    density_kg_per_liter: Decimal | None
    has_lines: bool
    is_child: bool
    created_at: datetime
    updated_at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNumber:
    """How the company itself (`partner_id` None) or a partner calls a part."""

    trace_id: UUID
    number: str
    partner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One line: `amount` (in `unit`) of the child per `base_quantity` parents.

    child: an own part by its trace id (left as it is), or a whole part (made or updated).
    sourcing None: made if the child has lines, else bought. The usage shares of one group of alternatives sum to 1.
    """

    child: UUID | PartDraft
    amount: Number
    unit: str
    base_quantity: Number = 1
    sourcing: Sourcing | None = None
    counted_by: CountedBy = "customer"
    phantom: bool = False
    alternative_group: str | None = None
    usage_share: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a structure."""

    position: int
    child: Part
    amount: Decimal
    unit: str
    base_quantity: Decimal
    sourcing: Sourcing
    counted_by: str
    phantom: bool
    alternative_group: str | None
    usage_share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A part and the lines of one version of its structure (部品構成); without any, `version` is None."""

    part: Part
    lines: tuple[Line, ...]
    structure_id: UUID | None
    version: int | None
    effective_from: date | None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureVersion:
    """One version in the list of versions."""

    structure_id: UUID
    version: int
    effective_from: date
    line_count: int
    in_force: bool
    created_by: str
    created_at: datetime


# -- trades and deliveries ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A trade (取引関係) by which the caller buys a part; `share` is that of today."""

    trade_id: UUID
    trace_id: UUID
    upstream_operator_id: UUID
    upstream_trace_id: UUID | None
    linked: bool
    request_id: UUID | None
    state: str | None
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDraft:
    """How much of the bought part comes by the trade in a period (both days included; no end: until further notice)."""

    valid_from: date
    share: Number
    valid_to: date | None = None
    purchased_quantity: Number | None = None
    quantity_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share as stated."""

    valid_from: date
    valid_to: date | None
    share: Decimal
    purchased_quantity: Decimal | None
    quantity_unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came into the inbox by a trade: the consented attributes only, or a tombstone (`withdrawn`)."""

    delivery_id: UUID
    trade_id: UUID
    kind: str
    attributes: Mapping[str, Any]
    statement_id: UUID | None
    statement_version: int | None
    purpose: str | None
    valid_until: datetime | None
    withdrawn: bool
    delivered_at: datetime


# -- requests -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDraft:
    """Please answer for this bought part. `trade_id`: ask again under an existing trade (another kind or period)."""

    trace_id: UUID
    upstream_operator_id: UUID
    kind: str = "CFP"
    trade_id: UUID | None = None
    message: str | None = None
    due_date: date | None = None
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPart:
    """The customer's part, as its supplier may see it."""

    trace_id: UUID
    operator_id: UUID
    plant_id: UUID
    name: str
    support_name: str | None
    terminated: bool
    unit: str | None
    label: str | None
    info1: str | None
    info2: str | None
    info3: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request (依頼) with its trade, as both its companies see it."""

    request_id: UUID
    trade_id: UUID
    kind: str
    direction: Direction
    state: RequestState
    downstream_operator_id: UUID
    upstream_operator_id: UUID
    downstream_trace_id: UUID
    upstream_trace_id: UUID | None
    customer_part: CustomerPart
    message: str | None
    reply_message: str | None
    due_date: date | None
    period_from: date | None
    period_to: date | None
    tree_terminated: bool
    completed_count: int
    trades_count: int
    review: Verdict | None
    review_reason: str | None
    created_at: datetime
    updated_at: datetime
    linked_at: datetime | None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One word said under a request."""

    kind: str
    text: str
    sender_operator_id: UUID
    sent_at: datetime


# -- consents -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDraft:
    """What a consumer may see of a subject, replacing what was decided before about the two.

    Exactly one of `trace_id`, `trade_id`, `family_id` and `whole`, and one of `consumer_id`, `group_id`, `audience`
    ("members", "public") and `policy` (whoever meets it). `refuse`: nothing, whatever a more general decision says.
    `standing`: every new value too; otherwise the value of the moment, once. `purpose` None: to answer its request.
    """

    attributes: frozenset[str]
    trace_id: UUID | None = None
    trade_id: UUID | None = None
    family_id: UUID | None = None
    whole: bool = False
    consumer_id: UUID | None = None
    group_id: UUID | None = None
    audience: str | None = None
    policy: Mapping[str, Any] | None = None
    refuse: bool = False
    kind: str = "CFP"
    purpose: str | None = None
    valid_until: datetime | None = None
    standing: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One version of a decision (開示)."""

    consent_id: UUID
    version: int
    subject: str
    trace_id: UUID | None
    trade_id: UUID | None
    family_id: UUID | None
    consumer: str
    consumer_id: UUID | None
    group_id: UUID | None
    policy: Mapping[str, Any] | None
    kind: str
    attributes: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_until: datetime | None
    standing: bool
    state: ConsentState
    decided_by: str
    reason: str | None
    created_at: datetime
    current: bool
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A decision that might have decided; `why_not` None: it decides; `consent_id` None: the one that is tried out."""

    consent_id: UUID | None
    version: int
    subject: str
    consumer: str
    state: ConsentState
    attributes: tuple[str, ...]
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """A warning: what the company could compute from what it would see, though it is withheld."""

    code: str
    from_attributes: tuple[str, ...]
    computes: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What would be seen by one trade (None: by one that might be linked), and why (not)."""

    trade_id: UUID | None
    seen: Mapping[str, Any]
    withheld: Mapping[str, str]
    considered: tuple[Considered, ...]
    warnings: tuple[Inference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a customer would lose by one trade, what it would still see, and how often it has read what it has."""

    trade_id: UUID
    trace_id: UUID
    consumer_id: UUID
    request_id: UUID | None
    lost: tuple[str, ...]
    kept: tuple[str, ...]
    reads: int
    last_read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What taking a consent back would do; `more`: there are parts beyond those looked at."""

    losses: tuple[Loss, ...]
    more: bool
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """An own group of companies or family of own parts, which consents may name."""

    selection_id: UUID
    name: str
    members: tuple[UUID, ...]
    created_at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryAnswer:
    """What came straight to who asked; `provider_id` None: from a supplier behind. Those of a thread are versions."""

    answer_id: UUID
    thread_id: UUID
    provider_id: UUID | None
    attributes: Mapping[str, Any]
    purpose: str
    valid_until: datetime | None
    withdrawn: bool
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryInList:
    """What was asked for. It is open until its end, whatever those who were asked decide."""

    inquiry_id: UUID
    trade_id: UUID
    kind: str
    attributes: tuple[str, ...]
    purpose: str
    message: str | None
    ends_at: datetime
    created_at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry(InquiryInList):
    """The same with what came back (the direct supplier's answer comes by the trade)."""

    answers: tuple[InquiryAnswer, ...]
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInquiry:
    """An inquiry that a customer (`from_id`) put to this company, for itself or for `asker_id`."""

    hop_id: UUID
    inquiry_id: UUID
    asker_id: UUID
    from_id: UUID
    trade_id: UUID
    trace_id: UUID | None
    kind: str
    attributes: tuple[str, ...]
    purpose: str
    message: str | None
    ends_at: datetime
    asked_at: datetime
    decisions: tuple[str, ...]
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """A purpose of the starting set; any other words will do."""

    purpose: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a company discloses of a part to every member or to the public."""

    delivery_id: UUID
    provider_id: UUID
    audience: str
    trace_id: UUID
    kind: str
    attributes: Mapping[str, Any]
    statement_id: UUID | None
    statement_version: int | None
    purpose: str
    valid_until: datetime | None
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """That a customer read a delivery: `times` between `first_at` and `last_at`, less than a second apart."""

    read_id: UUID
    delivery_id: UUID
    consumer_id: UUID
    trade_id: UUID
    trace_id: UUID | None
    kind: str
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    door: str
    reader: str
    first_at: datetime
    last_at: datetime
    times: int


# -- notifications --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The trade and request that a notification is about."""

    trade_id: UUID
    request_id: UUID | None
    downstream_operator_id: UUID
    upstream_operator_id: UUID
    downstream_trace_id: UUID
    upstream_trace_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing that happened."""

    notification_id: UUID
    type: str
    sender_operator_id: UUID
    relation: Relation | None
    notified_at: datetime
    read_at: datetime | None
    further_trade_ids: tuple[UUID, ...] = ()
    trace_id: UUID | None = None
    further_parts: int = 0


# -- footprints -----------------------------------------------------------------------------------------------------

Stage = Literal["raw_material", "production", "distribution", "end_of_life"]
"""Of the life cycle (Regulation (EU) 2023/1542, Annex II); the Ouranos contract knows the first two."""
ComponentScope = Literal["rest", "whole"]
ProposalState = Literal["unconfirmed", "confirmed", "replaced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionDraft:
    """kgCO2e per declared unit of one stage: the part's own processes, and its inputs. Negative ones are credits."""

    own: Number | None = None
    component: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityDraft:
    """Data quality (DQR) of one stage, 1 (best) to 5: technological, geographical, temporal. None is not stated."""

    ter: Number | None = None
    ger: Number | None = None
    tir: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintDraft:
    """The footprint (排出量) of an own part as its company states it.

    component_scope: "rest": the declared components are those beside the structure's lines; "whole": they include the
    lines; None: as before. categories: further columns such as "fossil", "material:steel", own and component together.
    primary_data_share: of the declared values, 0 to 1. method: how it was calculated. trade_id (納入先別に配分): only for
    this customer.
    """

    declared_unit: str
    declared: Mapping[Stage, EmissionDraft]
    quality: Mapping[Stage, QualityDraft] = field(default_factory=dict)
    categories: Mapping[str, Mapping[Stage, Number]] = field(default_factory=dict)
    primary_data_share: Number | None = None
    gate_to_gate: Number | None = None
    method: Mapping[str, Any] = field(default_factory=dict)
    component_scope: ComponentScope | None = None
    period_from: date | None = None
    period_to: date | None = None
    trade_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """kgCO2e per declared unit of one stage; None is not stated."""

    own: Decimal | None
    component: Decimal | None
    total: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Data quality of one stage; None is not stated."""

    ter: Decimal | None
    ger: Decimal | None
    tir: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A footprint with everything known upstream added.

    coverage_direct: the share of the lines with a value; coverage_deep: the same through the whole chain.
    secondary_share: how much comes from own estimates. notes: why something adds nothing, with the child's trace id.
    """

    stages: Mapping[Stage, Emission]
    quality: Mapping[Stage, Quality]
    quality_coverage: Mapping[Stage, Quality]
    categories: Mapping[str, Mapping[Stage, Decimal]]
    categories_coverage: Mapping[str, Decimal]
    primary_data_share: Decimal | None
    pds_coverage: Decimal | None
    coverage_direct: Decimal
    coverage_deep: Decimal
    secondary_share: Decimal
    notes: tuple[Mapping[str, Any], ...]

    @property
    def total(self) -> Decimal:
        """All stages together; what is not stated counts as 0."""
        return sum((one.total or Decimal(0) for one in self.stages.values()), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a version was written, one step up: a kind, and the public ids of what changed."""

    kind: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What answered for a share of one line: a delivery, an own estimate, a proposal, an own part's statement."""

    child_id: UUID
    kind: str
    source_id: UUID
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One immutable version of a footprint; `cfp_id` stays the same over the versions.

    declared: what the company stated. in_force: with everything upstream. automatic: written by a recalculation.
    """

    cfp_id: UUID
    statement_id: UUID
    trace_id: UUID
    version: int
    trade_id: UUID | None
    declared_unit: str
    component_scope: ComponentScope
    declared: Mapping[Stage, Emission]
    quality: Mapping[Stage, Quality]
    categories: Mapping[str, Mapping[Stage, Decimal]]
    primary_data_share: Decimal | None
    gate_to_gate: Decimal | None
    method: Mapping[str, Any]
    in_force: Value
    period_from: date | None
    period_to: date | None
    causes: tuple[Cause, ...]
    automatic: bool
    created_by: str
    created_at: datetime
    superseded_at: datetime | None
    sources: tuple[Source, ...] = ()
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one supplier of a bought part delivered; None where it is not disclosed."""

    trade_id: UUID
    upstream_operator_id: UUID
    upstream_trace_id: UUID | None
    share: Decimal
    answered: bool
    stages: Mapping[Stage, Decimal] | None
    quality: Mapping[Stage, Quality] | None
    declared_unit: str | None
    coverage_deep: Decimal | None
    primary_data_share: Decimal | None
    gate_to_gate: Decimal | None
    categories: Mapping[str, Mapping[Stage, Decimal]] | None
    statement_version: int | None
    delivered_at: datetime | None

    @property
    def total(self) -> Decimal | None:
        """All disclosed stages together; None if nothing is disclosed."""
        return None if self.stages is None else sum(self.stages.values(), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The suppliers' answer for a bought part: the mean by the shares of those that disclosed (`answered_share`)."""

    stages: Mapping[Stage, Decimal] | None
    quality: Mapping[Stage, Quality]
    declared_unit: str
    coverage_deep: Decimal | None
    answered_share: Decimal
    answers: tuple[Answer, ...]

    @property
    def total(self) -> Decimal | None:
        """All disclosed stages together; None if nothing is disclosed."""
        return None if self.stages is None else sum(self.stages.values(), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDraft:
    """A value for somebody else's part: kgCO2e per declared unit by stage, own and component together."""

    declared_unit: str
    stages: Mapping[Stage, Number]
    quality: Mapping[Stage, QualityDraft] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The buyer's own value for a bought part, or for what comes by one of its trades: always secondary."""

    estimate_id: UUID
    trace_id: UUID
    trade_id: UUID | None
    declared_unit: str
    stages: Mapping[Stage, Decimal]
    quality: Mapping[Stage, Quality]
    source: str
    created_by: str
    created_at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """Which version answers for another time. reproduced: whether what it was calculated from gives the same digits again."""

    moment: datetime
    basis: Literal["date", "period"]
    rules: str
    reproduced: bool | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What there is to see of one own part.

    statement: the own one in force. trade_statements: those for single customers. response: for a bought part, what its
    suppliers answered. estimates: the own ones.
    """

    trace_id: UUID
    is_bought: bool
    statement: Statement | None
    trade_statements: tuple[Statement, ...]
    response: Response | None
    estimates: tuple[Estimate, ...]
    as_of: AsOf | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value that a customer entered on behalf of a supplier that was not a member."""

    proposal_id: UUID
    trade_id: UUID
    downstream_operator_id: UUID
    downstream_trace_id: UUID
    upstream_operator_id: UUID
    declared_unit: str
    stages: Mapping[Stage, Decimal]
    quality: Mapping[Stage, Quality]
    state: ProposalState
    created_at: datetime
    decided_at: datetime | None
    stale: bool = False


# -- automatic update and declarations -----------------------------------------------------------------------------

UpdateMode = Literal["at_once", "monthly", "yearly", "threshold", "review"]
UpdateState = Literal["waiting", "published", "refused", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePolicy:
    """How a part follows what it stands on (CFP値自動更新). An own edit is always published at once.

    threshold: with "threshold", the relative change above which it is published, such as 0.05. first_month: with
    "yearly", when its year begins. With "review" an approver decides.
    """

    mode: UpdateMode
    threshold: Decimal | None = None
    first_month: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A value that was calculated and waits to be published, or did."""

    update_id: UUID
    trace_id: UUID
    base_statement_id: UUID
    mode: UpdateMode
    in_force: Value
    total: Decimal
    causes: tuple[Cause, ...]
    due: date | None
    state: UpdateState
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDraft:
    """A declaration (宣言) to be filed: it pins one version (default: the present one) and never moves."""

    rule_set: str
    period_from: date
    period_to: date
    version: int | None = None
    reference: str | None = None
    study: Mapping[str, str] = field(default_factory=dict)
    """What only the company can say, by name: goal, system_boundary, cut_off, limitations …"""
    battery: DeclaredBattery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredBattery:
    """What the functional unit of a battery needs, and what Article 7 of Regulation (EU) 2023/1542 asks beside."""

    category: str
    capacity_kwh: Decimal
    rule_set: str = "eu-cfb-ev"
    years: Decimal | None = None
    cycles_per_year: Decimal | None = None
    warranty_km: Decimal | None = None
    km_per_year: Decimal | None = None
    conformity_id: str | None = None
    study_url: str | None = None
    performance_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportItem:
    """A content that a rule asks for. `value` None: nobody has given it. `pointer` leads into the evidence."""

    code: str
    source: str
    title: str
    required: bool
    value: str | None
    pointer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of a declaration in one language; `missing` are the codes of contents that nobody has given."""

    language: str
    title: str
    subject: str
    headline: str
    checklist: tuple[ReportItem, ...]
    missing: tuple[str, ...]
    evidence_sha256: str
    check_url: str
    proof_note: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A filed declaration beside what is true now."""

    declaration_id: UUID
    trace_id: UUID
    plant_id: UUID
    rule_set: str
    period_from: date
    period_to: date
    reference: str | None
    filed_by: str
    filed_at: datetime
    statement: Statement
    total: Decimal
    current_version: int | None
    current_total: Decimal | None
    difference: Decimal | None
    stands_on_withdrawn_input: bool
    withdrawn_deliveries: tuple[UUID, ...]
    evidence_sha256: str | None = None
    verified: bool = False
    present_version_is_verified: bool = False


# -- verification --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One verifier, one declaration, one span of time; `side` is the caller's."""

    engagement_id: UUID
    side: Literal["declarant", "verifier"]
    declarant_id: UUID
    verifier_id: UUID
    declaration_id: UUID
    trace_id: UUID
    statement_id: UUID
    version: int
    evidence_sha256: str
    copy_sha256: str
    message: str | None
    state: Literal["offered", "accepted", "declined", "ended", "concluded"]
    valid_until: datetime
    created_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a verifier found, and what became of it; `pointer` is a place in the evidence."""

    finding_id: UUID
    kind: Literal["question", "observation", "nonconformity"]
    pointer: str
    text: str
    state: Literal["open", "answered", "closed"]
    reply: str | None
    created_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that was found, in its order."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionDraft:
    """A verifier's word on exactly one version and its evidence."""

    verdict: Literal["verified", "rejected"]
    assurance: Literal["limited", "reasonable"]
    standard: str
    scope: str
    accreditation: str
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A conclusion; it covers the version it names and no other."""

    verification_id: UUID
    engagement_id: UUID
    declaration_id: UUID
    verifier_id: UUID
    verifier_name: str
    statement_id: UUID
    version: int
    evidence_sha256: str
    verdict: Literal["verified", "rejected"]
    assurance: Literal["limited", "reasonable"]
    standard: str
    scope: str
    accreditation: str
    opinion: str
    concluded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifications:
    """Conclusions about a declaration."""

    verifications: tuple[Verification, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRead:
    """That somebody of the verifier opened something."""

    what: str
    door: str
    reader: Literal["person", "application"]
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementReads:
    """What the verifier opened, newest first."""

    reads: tuple[EngagementRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A footprint that is due for renewal; next year's sheet begins from `sheet_id`."""

    statement_id: UUID
    version: int
    trace_id: UUID
    name: str
    period_to: date
    sheet_id: UUID | None


# -- questions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question about a value, with the numbers it is about. It stops nothing."""

    code: str
    parameters: Mapping[str, Any]
    en: str
    ja: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedQuestions:
    """What is asked about one supplier's answer; `total` None while it is not disclosed."""

    trade_id: UUID
    trace_id: UUID
    supplier_id: UUID
    total: Decimal | None
    unit: str | None
    estimate: Decimal | None
    before: Decimal | None
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked about a part's own value, and about the answers of its suppliers."""

    bounds_version: str
    own: tuple[Asked, ...]
    received: tuple[ReceivedQuestions, ...]


# -- files and certificates ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An own file: announced (`reserved`), then uploaded (`stored`) and never changed. `sha256` in hexadecimal."""

    file_id: UUID
    name: str
    extension: str
    state: Literal["reserved", "stored"]
    size_bytes: int | None
    sha256: str | None
    created_at: datetime
    stored_at: datetime | None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """A file of a certificate."""

    file_id: UUID
    operator_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate (CFP証明書) of an own part; the description is never disclosed."""

    certificate_id: UUID
    trace_id: UUID
    description: str | None
    files: tuple[CertificateFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAnswer:
    """What the supplier by one trade discloses; `files` is None while that is nothing."""

    trade_id: UUID
    trace_id: UUID
    files: tuple[CertificateFile, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """What there is for a part: its own certificate, and its suppliers'."""

    certificate: Certificate | None
    answers: tuple[CertificateAnswer, ...]
    stale: bool = False


# -- bulk -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """A part, and its whole structure if `lines` is not None (`()` clears it).

    A child is named by its trace id, or by plant, name and support name: a part of another row, a registered part
    (left as it is), or a new one.
    """

    part: PartDraft
    lines: tuple[LineDraft, ...] | None = None
    effective_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPart:
    """The part of one row, counted from 1."""

    line: int
    trace_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What was stored. `parts_created` counts those that lines brought along too; `structures` are new versions."""

    parts_created: int
    parts_updated: int
    structures: int
    parts: tuple[BulkPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFinding:
    """One thing about a file, with its place; `row` of a text file is the record, `line` its first line."""

    code: str
    pointer: str
    en: str
    ja: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    line: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFindings:
    """All are counted, the first 1,000 listed."""

    count: int
    items: tuple[FileFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What was found in a file: faults block, questions are answered by the confirmation; what it would change."""

    faults: FileFindings
    questions: FileFindings
    notes: FileFindings
    read: Mapping[str, Any]
    changes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An uploaded file: `ready` to be confirmed, or what became of it; `result` is what was stored."""

    import_id: UUID
    kind: str
    file_name: str
    size_bytes: int
    state: Literal["faulty", "ready", "done", "discarded", "expired"]
    report: ImportReport
    result: Mapping[str, Any] | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportItem:
    """An uploaded file in a list."""

    import_id: UUID
    kind: str
    file_name: str
    size_bytes: int
    state: Literal["faulty", "ready", "done", "discarded", "expired"]
    faults: int
    questions: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None
