"""Operations on parts and structures. Every function acts as the transaction's operator and sees its parts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from renkei.commons.parts.model import (
    NO_FILTER,
    BulkResult,
    BulkRow,
    LineDraft,
    OwnGraph,
    Part,
    PartDraft,
    PartFilter,
    PartNumber,
    StructureVersion,
    StructureView,
)
from renkei.database.transaction import Database, Entry, Transaction
from renkei.kit.paging import Page


def put_part(tx: Transaction, draft: PartDraft) -> Part:
    """Register a part or update it; its structure, if it had lines, is cleared (Ouranos: PUT parts)."""
    raise NotImplementedError


def update_part(tx: Transaction, draft: PartDraft) -> Part:
    """Register a part or update it, leaving its structure as it is (`/v1`)."""
    raise NotImplementedError


def put_structure(
    tx: Transaction,
    parent: PartDraft | UUID,
    lines: Sequence[LineDraft],
    *,
    effective_from: date | None = None,
) -> StructureView:
    """State the whole structure of `parent`: the submitted lines replace the former ones."""
    raise NotImplementedError


def structure_of(tx: Transaction, trace_id: UUID) -> StructureView | None:
    """The part with the lines in force today; None for an unknown or foreign id."""
    raise NotImplementedError


def structure_versions(tx: Transaction, trace_id: UUID) -> tuple[StructureVersion, ...]:
    """All versions of a part's structure, newest first. Raises `Missing`."""
    raise NotImplementedError


def structure_version(tx: Transaction, trace_id: UUID, version: int) -> StructureView:
    """One version with its lines. Raises `Missing`."""
    raise NotImplementedError


def list_parts(
    tx: Transaction, where: PartFilter = NO_FILTER, after: UUID | None = None, limit: int = 100
) -> Page[Part]:
    """Own parts by (name, support name, trace id); `after` names the first row of the page."""
    raise NotImplementedError


def part_keys(tx: Transaction, trace_ids: Iterable[UUID]) -> dict[UUID, Part]:
    """The own parts among `trace_ids`, deleted ones left out."""
    raise NotImplementedError


def parts_of(tx: Transaction, keys: Iterable[int]) -> dict[int, Part]:
    """The own parts with these keys, deleted ones left out."""
    raise NotImplementedError


def graph_above(tx: Transaction, keys: Iterable[int]) -> OwnGraph:
    """The parts with `keys`, every own ancestor, and the lines the arithmetic needs. One statement."""
    raise NotImplementedError


def begin_structures(tx: Transaction) -> int:
    """Put structures in force whose day has come (a daily duty, as each operator); returns how many parts changed."""
    raise NotImplementedError


def bulk_register(database: Database, entry: Entry, rows: Iterable[BulkRow]) -> BulkResult:
    """Register many parts with their structures in one transaction of its own: all of them or none."""
    raise NotImplementedError


def add_part_number(tx: Transaction, trace_id: UUID, number: str, partner_id: UUID | None = None) -> PartNumber:
    """Remember how the operator itself (partner None) or a partner calls a part."""
    raise NotImplementedError


def remove_part_number(tx: Transaction, trace_id: UUID, number: str, partner_id: UUID | None = None) -> None:
    """Forget a number of a part. Raises `Missing`."""
    raise NotImplementedError


def part_numbers(tx: Transaction, trace_ids: Iterable[UUID]) -> tuple[PartNumber, ...]:
    """The numbers of the given own parts."""
    raise NotImplementedError


def parts_by_number(tx: Transaction, number: str, partner_id: UUID | None = None) -> tuple[Part, ...]:
    """The own parts known under a number (of the operator itself, or of one partner)."""
    raise NotImplementedError
