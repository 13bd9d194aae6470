"""What goes into a report beside the footprint itself, and what a report consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

Language = Literal["ja", "en"]
STUDY_FIELDS: Final = (
    "goal",
    "functional_unit",
    "system_boundary",
    "greenhouse_gases",
    "cut_off",
    "allocation",
    "electricity",
    "data_collection",
    "uncertainty",
    "assumptions",
    "value_choices",
    "use_profile",
    "end_of_life",
    "conclusions",
    "limitations",
    "performance_tracking",
)
"""What only the company itself can say of its study; each goes into the report as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryDraft:
    """What the functional unit of a battery needs (Regulation (EU) 2023/1542, Annex II), and what Article 7 asks beside.

    The stages are those of the declared version, which must be stated per piece: one battery.
    """

    rule_set: str
    category: str
    capacity_kwh: Decimal
    years: Decimal | None = None
    cycles_per_year: Decimal | None = None
    warranty_km: Decimal | None = None
    km_per_year: Decimal | None = None
    conformity_id: str | None = None
    study_url: str | None = None
    performance_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What the company says for its report when it files. `study`: by the names of `STUDY_FIELDS`."""

    study: Mapping[str, str] = field(default_factory=dict)
    battery: BatteryDraft | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence file of a declaration: canonical JSON, which never changes, and its SHA-256, which the ledger holds.

    `check_id` is printed on the report: whoever holds it may see that the ledger holds this digest.
    """

    declaration_id: UUID
    check_id: UUID
    content: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a report: what, and what is said of it. `pointer` leads to it in the evidence."""

    label: str
    value: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report; `numeric` are the columns of numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a report."""

    code: str
    title: str
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One content that a rule asks for, and where it is: `value` None if it is not there."""

    code: str
    source: str
    title: str
    required: bool
    value: str | None
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report in one language: drawn as PDF and written as JSON from this alone."""

    language: Language
    title: str
    subject: str
    headline: str
    sections: tuple[Section, ...]
    checklist: tuple[Item, ...]
    evidence: Mapping[str, Any]
    evidence_sha256: str
    check_url: str
    proof_note: str

    @property
    def missing(self) -> tuple[Item, ...]:
        """What a rule asks for and nobody has said."""
        return tuple(item for item in self.checklist if item.required and item.value is None)
