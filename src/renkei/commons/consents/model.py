"""Consents (開示) and deliveries (届け): what a provider decides, and what a consumer gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

ConsentState = Literal["requested", "granted", "refused", "withdrawn", "expired"]
Subject = Literal["trade", "part", "family", "operator"]
"""What a consent is about, the closest first: one trade, an own part, a family of own parts, everything of the company."""
Consumer = Literal["company", "group", "policy", "members", "public"]
"""Whom it is for, the closest first. policy: whoever meets a condition (see `policies`)."""
Audience = Literal["members", "public"]
Sort = Literal["group", "family"]
"""What a selection holds: companies, or own parts."""
ANSWER: Final = "answer"
"""The purpose of a consent that names none: to answer the consumer's request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDraft:
    """What the provider decides to disclose of a subject to a consumer, replacing its former decision about the two.

    The subject is exactly one of an own part (`trace_id`), a trade it supplies (`trade_id`), a family (`family_id`) or
    the whole company (`whole`); the consumer exactly one of a company (`consumer_id`), a group (`group_id`), an `audience`
    or whoever meets a `policy`. It covers trades that are linked later, and parts and companies that join later.
    `attributes` are names that the use case of `kind` offers; none of them withdraws. `refuse`: nothing, whatever a more
    general decision says. `standing`: every new value is delivered too; otherwise only the value of the moment (once).
    `reason`: why, for the own records.
    """

    kind: str
    attributes: frozenset[str]
    trace_id: UUID | None = None
    trade_id: UUID | None = None
    family_id: UUID | None = None
    whole: bool = False
    consumer_id: UUID | None = None
    group_id: UUID | None = None
    audience: Audience | None = None
    policy: Mapping[str, Any] | None = None
    refuse: bool = False
    purpose: str = ANSWER
    valid_until: datetime | None = None
    standing: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One version of a decision. `current` until a later version supersedes it."""

    consent_id: UUID
    version: int
    subject: Subject
    trace_id: UUID | None
    trade_id: UUID | None
    family_id: UUID | None
    consumer: Consumer
    consumer_id: UUID | None
    group_id: UUID | None
    policy: Mapping[str, Any] | None
    kind: str
    attributes: frozenset[str]
    purpose: str
    valid_from: datetime
    valid_until: datetime | None
    standing: bool
    state: ConsentState
    decided_by: str
    reason: str | None
    created_at: datetime
    superseded_at: datetime | None

    @property
    def current(self) -> bool:
        """Whether no later version exists."""
        return self.superseded_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConsent:
    """The current version of a consent, by keys, with those it reaches.

    `parts`: of a family, its parts (as far as they were asked for); `members`: of a group, its companies (likewise);
    `groups`: of a policy, the own groups of each company; `stated`: likewise, the purposes named under each trade.
    `turns_at`: the next moment at which its policy may begin or stop to hold by itself.
    """

    consent_key: int
    consent_id: UUID
    version: int
    subject: Subject
    part_key: int | None
    trade_key: int | None
    family_key: int | None
    consumer: Consumer
    consumer_key: int | None
    group_key: int | None
    kind: str
    attributes: frozenset[str]
    purpose: str
    valid_from: datetime
    valid_until: datetime | None
    standing: bool
    state: ConsentState
    reason: str | None
    policy: Mapping[str, Any] | None = None
    turns_at: datetime | None = None
    asked_from_beyond: bool = False
    """Whether an inquiry about its part from past the own customers was granted."""
    parts: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()
    groups: Mapping[int, frozenset[UUID]] = field(default_factory=dict)
    stated: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def holds_at(self, moment: datetime) -> bool:
        """Whether it lets anything out at `moment`."""
        return self.state == "granted" and (self.valid_until is None or self.valid_until > moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a company sees of an own part, whichever decision decides."""

    trace_id: UUID
    consumer_id: UUID
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A company's own named choice: of companies (a group) or of own parts (a family)."""

    selection_key: int
    selection_id: UUID
    sort: Sort
    name: str
    members: tuple[UUID, ...]
    """Public ids: of companies, or of parts."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a use case has to say of one own part: attribute name → content (plain JSON values).

    Only the consented attributes leave the company; an attribute that is absent has nothing to say.
    """

    statement_id: UUID | None
    version: int | None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of an inbox: the consented attributes of the provider's part in one trade, or a tombstone."""

    delivery_key: int
    delivery_id: UUID
    provider_key: int
    trade_key: int
    kind: str
    payload: Mapping[str, Mapping[str, Any]]
    statement_id: UUID | None
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    purpose: str | None
    valid_until: datetime | None
    withdrawn: bool
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Delivery):
    """A row of the own inbox with the trade it came by."""

    trade_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a company discloses of a part to every member or to the public, as it is in force."""

    delivery_key: int
    delivery_id: UUID
    provider_key: int
    provider_id: UUID
    audience: Audience
    trace_id: UUID
    kind: str
    payload: Mapping[str, Mapping[str, Any]]
    statement_id: UUID | None
    statement_version: int | None
    purpose: str
    valid_until: datetime | None
    delivered_at: datetime


Reader = Literal["person", "application"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """That a consumer read a delivery, as its provider sees it. `times` reads between `first_at` and `last_at`.

    Which person it was is the consumer's own affair.
    """

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
    reader: Reader
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """Something withheld that a consumer could compute from what it would be shown. `computes`: what, by a word."""

    code: str
    from_attributes: tuple[str, ...]
    computes: str
    ja: str
    en: str


WhyNot = Literal[
    "other_subject", "other_consumer", "requested", "withdrawn", "expired", "less_specific", "policy"
]
"""Why a decision does not decide."""
Withheld = Literal["no_decision", "refused", "not_consented", "nothing_to_say", "not_linked"]
"""Why an attribute would not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A decision that might have decided. `why_not` None: it decides. `consent_id` None: the one that is tried out."""

    consent_id: UUID | None
    version: int
    subject: Subject
    consumer: Consumer
    state: ConsentState
    attributes: frozenset[str]
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What a consumer would see of a part by one trade (None: by a trade that might be linked), and why (not)."""

    trade_id: UUID | None
    considered: tuple[Considered, ...]
    seen: Mapping[str, Mapping[str, Any]]
    withheld: Mapping[str, Withheld]
    inferences: tuple[Inference, ...]

    @property
    def deciding(self) -> Considered | None:
        """The decision that decides."""
        return next((one for one in self.considered if one.why_not is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a consumer would lose by one trade if a consent were taken back, and what it would still see.

    `reads`: how often it has read what was delivered by it; what was read stays known.
    """

    trade_id: UUID
    trace_id: UUID
    consumer_id: UUID
    request_id: UUID | None
    lost: frozenset[str]
    kept: frozenset[str]
    reads: int
    last_read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What taking a consent back would do. `more`: parts beyond those looked at."""

    losses: tuple[Loss, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryDraft:
    """Please show more of what comes by this trade, or of what stands behind it, until `ends_at` (60 days if None)."""

    trade_id: UUID
    kind: str
    attributes: frozenset[str]
    purpose: str = ANSWER
    message: str | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryAnswer:
    """What came straight to who asked. `provider_id` None: from "a supplier behind". Rows of a thread are versions."""

    answer_id: UUID
    thread_id: UUID
    provider_id: UUID | None
    payload: Mapping[str, Mapping[str, Any]]
    purpose: str
    valid_until: datetime | None
    withdrawn: bool
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What the caller asked for. Nothing tells a refusal from silence: it is open until it ends."""

    inquiry_id: UUID
    trade_id: UUID
    kind: str
    attributes: frozenset[str]
    purpose: str
    message: str | None
    ends_at: datetime
    created_at: datetime
    state: Literal["open", "ended"]
    answers: tuple[InquiryAnswer, ...] = ()


HopDecision = Literal["granted", "passed_on", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """An inquiry that was put to the caller by one of its customers, who may be passing it on for `asker_id`.

    `trace_id`: the own part that the trade is linked to. `decisions`: the caller's own, which nobody else sees.
    """

    hop_key: int
    hop_id: UUID
    inquiry_id: UUID
    asker_key: int
    asker_id: UUID
    from_key: int
    from_id: UUID
    trade_key: int
    trade_id: UUID
    part_key: int | None
    trace_id: UUID | None
    kind: str
    attributes: frozenset[str]
    purpose: str
    message: str | None
    ends_at: datetime
    asked_at: datetime
    decisions: tuple[HopDecision, ...]

    @property
    def is_direct(self) -> bool:
        """Whether the customer asks for itself."""
        return self.from_key == self.asker_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A granted inquiry from past the own customer, with what was delivered to the asker last."""

    hop_key: int
    inquiry_id: UUID
    asker_key: int
    asker_id: UUID
    part_key: int
    named: bool
    thread_id: UUID | None
    payload: Mapping[str, Mapping[str, Any]] | None
    purpose: str | None
    provider_id: UUID | None
    valid_until: datetime | None
    withdrawn: bool | None
