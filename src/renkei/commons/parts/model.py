"""Parts (部品・製品) and structures (部品構成): what a company says, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from renkei.kit.quantities import ConversionFacts

Sourcing = Literal["made", "bought", "consigned_free", "consigned_paid"]
CountedBy = Literal["customer", "supplier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDraft:
    """A part as its operator states it.

    `trace_id` None: the part with this natural key (plant, name, support name), made if there is none.
    `facts` None leaves the stored facts as they are (a door that does not know them cannot clear them);
    of the facts a part keeps `mass_kg_per_unit` and `density_kg_per_liter`.
    """

    plant_id: UUID
    name: str
    trace_id: UUID | None = None
    support_name: str | None = None
    terminated: bool = False
    unit: str | None = None
    label: str | None = None
    info1: str | None = None
    info2: str | None = None
    info3: str | None = None
    facts: ConversionFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One line of a structure as stated: `amount` (in `unit`) of the child per `base_quantity` parents.

    `child` is a draft (made or updated with the structure) or the trace id of an own part that is left as it is.
    `sourcing` None: `made` if the child has lines of its own, else `bought`.
    `usage_share`s of the lines of one `alternative_group` sum to 1.
    """

    child: PartDraft | UUID
    amount: Decimal
    unit: str
    base_quantity: Decimal = Decimal(1)
    sourcing: Sourcing | None = None
    counted_by: CountedBy = "customer"
    phantom: bool = False
    alternative_group: str | None = None
    usage_share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An own part as stored.

    `structure_key` is the structure in force today, None if it has no lines; `is_child`: some own structure in force
    has it as a line.
    """

    part_key: int
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
    structure_key: int | None
    is_child: bool
    created_at: datetime
    updated_at: datetime

    @property
    def has_lines(self) -> bool:
        """Whether a structure with at least one line is in force."""
        return self.structure_key is not None

    @property
    def facts(self) -> ConversionFacts:
        """What is known for converting amounts of it."""
        return ConversionFacts(
            mass_kg_per_unit=self.mass_kg_per_unit, density_kg_per_liter=self.density_kg_per_liter
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureLine:
    """One stored line, in its place."""

    position: int
    child: Part
    amount: Decimal
    unit: str
    base_quantity: Decimal
    sourcing: Sourcing
    counted_by: CountedBy
    phantom: bool
    alternative_group: str | None
    usage_share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """One line as a customer may see it: what, how much of it for how much of the part, and whether it is bought."""

    name: str
    amount: Decimal
    unit: str
    base_quantity: Decimal
    sourcing: Sourcing


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureView:
    """A part and the lines of one version of its structure (no version and no lines if it never had one)."""

    parent: Part
    lines: tuple[StructureLine, ...] = ()
    structure_id: UUID | None = None
    version: int | None = None
    effective_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureVersion:
    """One version in the list of a part's structures; `in_force` marks the one that holds today."""

    structure_key: int
    structure_id: UUID
    version: int
    effective_from: date
    line_count: int
    in_force: bool
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFilter:
    """Conditions on a list of parts; all that are given hold at once."""

    trace_id: UUID | None = None
    name: str | None = None
    plant_id: UUID | None = None
    roots_only: bool = False
    text: str | None = None
    """Stands somewhere in the name, the support name, the label, or a number of the part, in any case of letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPart:
    """What the arithmetic needs to know of a part."""

    part_key: int
    trace_id: UUID
    name: str
    terminated: bool
    unit: str | None
    structure_key: int | None
    facts: ConversionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLine:
    """One line in force, by keys; the child is in `OwnGraph.parts`."""

    position: int
    child_key: int
    amount: Decimal
    unit: str
    base_quantity: Decimal
    sourcing: Sourcing
    counted_by: CountedBy
    phantom: bool
    alternative_group: str | None
    usage_share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGraph:
    """Some own parts, everything own above them, and the lines in force that the arithmetic needs.

    above: the parts asked for and all their own ancestors (deleted ones left out).
    parts: those, and the children of `lines`, by key.
    trace_ids: of all parts in `parts`, without making any of them.
    lines: by parent key in order of position, for every part in `above` and for every phantom child below them
    (a phantom is multiplied through, so its own lines are needed); no entry for a part without lines.
    """

    above: frozenset[int]
    parts: Mapping[int, GraphPart]
    trace_ids: Mapping[int, UUID]
    lines: Mapping[int, tuple[GraphLine, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """One row of a bulk registration: a part, and its lines if its structure is to be stated too.

    `lines` None leaves the structure as it is; `()` clears it. `number` names the row in faults (its line in the file).
    """

    number: int
    parent: PartDraft
    lines: tuple[LineDraft, ...] | None = None
    effective_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What a bulk registration stored: the trace ids of the rows' own parts in order, and counts."""

    trace_ids: tuple[tuple[int, UUID], ...] = ()
    parts_created: int = 0
    parts_updated: int = 0
    structures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """A part that a bulk registration makes or changes. `row` states it, or a line of that row names it (`by_line`)."""

    row: int
    by_line: bool
    name: str
    support_name: str | None
    label: str | None
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A line that comes, goes or changes with a bulk registration; `position` 0 for one that goes."""

    kind: Literal["added", "changed", "removed"]
    row: int
    position: int
    parent_name: str
    child_name: str
    amount: Decimal | None
    unit: str | None
    base_quantity: Decimal | None
    before_amount: Decimal | None
    before_unit: str | None
    before_base_quantity: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChanges:
    """What a bulk registration would do: everything counted, the first of it listed.

    `fingerprint` is another text if anything of it is another.
    """

    parts_new: int
    parts_changed: int
    structures: int
    lines_added: int
    lines_changed: int
    lines_removed: int
    fingerprint: str
    parts: tuple[PartChange, ...] = ()
    lines: tuple[LineChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNumber:
    """How this operator (partner None) or a partner calls a part."""

    part_trace_id: UUID
    number: str
    partner_id: UUID | None = None


NO_FILTER = PartFilter()
NO_GRAPH = OwnGraph(above=frozenset(), parts={}, trace_ids={}, lines={})
