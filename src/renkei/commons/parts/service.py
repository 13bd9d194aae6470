"""Operations on parts and structures. Every function acts as the transaction's operator and sees its parts only.

What a trace id stands for: one undeleted part of one operator with this plant, name and support name.
A draft that names an existing part by its natural key is that part, whatever trace id it carries (so a request that
is repeated after a rename finds the part made by the first one); a draft with a trace id must name an own part, and if
its natural key is another one, that is another part with a trace id of its own: the old part is left as it is.

What a write tells: `part_inputs` is marked for parts that existed before and whose facts or lines changed (nothing can
stand on a part made in this very transaction), `chain` for those of which only the texts changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.parts import store
from renkei.commons.parts.bulk import bulk_register, check_quota
from renkei.commons.parts.errors import (
    PartMissing,
    PartnerMissing,
    PartNumberMissing,
    PlantUnknown,
    StructureMissing,
    TraceUnknown,
)
from renkei.commons.parts.model import (
    NO_FILTER,
    NO_GRAPH,
    LineDraft,
    LineShown,
    OwnGraph,
    Part,
    PartDraft,
    PartFilter,
    PartNumber,
    StructureLine,
    StructureVersion,
    StructureView,
)
from renkei.commons.parts.rules import (
    NaturalKey,
    faults_of_identity,
    faults_of_lines,
    faults_of_part,
    holds,
    natural_key,
)
from renkei.commons.parts.store import Resolved, StoredLine
from renkei.database.caller import WRITERS
from renkei.database.round_trip import Question, Rows
from renkei.database.transaction import Event, Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.paging import Page, page_of

__all__ = [
    "add_part_number",
    "begin_structures",
    "bulk_register",
    "delete_unused",
    "graph_above",
    "graph_at",
    "list_parts",
    "own_part",
    "owners_of_beginning_structures",
    "part_from",
    "part_keys",
    "part_numbers",
    "parts_by_number",
    "parts_of",
    "put_part",
    "put_structure",
    "remove_part_number",
    "stands_in_structure",
    "structure_of",
    "structure_question",
    "structure_version",
    "structure_versions",
    "update_part",
    "whole_graph",
]


STRUCTURE_CHANGED: Final = "jp.renkei.structure.changed.v1"


def put_part(tx: Transaction, draft: PartDraft) -> Part:
    """Register a part or update it; its structure, if it had lines, is cleared (ouranos-api: PUT parts).

    Raises `Missing` for a trace id that is not an own part's, `SeveralFaults` for what is wrong with the draft.
    """
    part, found = _put_alone(tx, draft)
    if not part.has_lines:
        return part
    _clear_structure(tx, part, found)
    return replace(part, structure_key=None)


def update_part(tx: Transaction, draft: PartDraft) -> Part:
    """Register a part or update it, leaving its structure as it is (`/v1`). Raises as `put_part`."""
    part, _ = _put_alone(tx, draft)
    return part


def _put_alone(tx: Transaction, draft: PartDraft) -> tuple[Part, Resolved]:
    tx.caller.require(*WRITERS)
    [found] = store.resolve(tx, [draft])
    faults = faults_of_part(draft, "")
    if found.plant_key is None:
        faults += PlantUnknown("/plant_id").faults
    if draft.trace_id is not None and not found.trace_known:
        raise PartMissing("/trace_id")
    if faults:
        raise SeveralFaults(tuple(faults))
    [part] = _write_parts(tx, [draft], [found])
    tx.emit(
        Event("jp.renkei.part.changed.v1", tx.caller.operator_key, part.trace_id, {"part": part.part_key})
    )
    return part, found


def structure_question(parent: PartDraft | UUID, lines: Sequence[LineDraft], today: date) -> Question:
    """What `put_structure` asks first: may be sent with the entry of the transaction."""
    return store.asked([parent, *(line.child for line in lines)], today)


def put_structure(
    tx: Transaction,
    parent: PartDraft | UUID,
    lines: Sequence[LineDraft],
    *,
    effective_from: date | None = None,
    answer: Rows | None = None,
) -> StructureView:
    """State the whole structure of `parent`: the submitted lines replace the former ones, `[]` clears them.

    A new version is written unless it says what is in force already. One that begins in the future leaves the part
    as it is until `begin_structures`. A parent or child given by trace id alone is left as it is.
    `answer` is that to the `structure_question` of this parent and these lines, if it was asked already.
    Three statements at most. Raises `Missing` for a parent that is not the operator's own, `SeveralFaults` with every
    other fault at its place.
    """
    tx.caller.require(*WRITERS)
    drafts = [parent, *(line.child for line in lines)]
    faults = faults_of_part(parent, "/parent") if isinstance(parent, PartDraft) else []
    faults += faults_of_lines(lines)
    if answer is not None:
        found = store.resolved(tx, answer)
    else:
        found = store.resolve(tx, drafts) if len(lines) <= _CHECKED else []
    if found:
        faults += _faults_of_places(drafts, found)
    if faults:
        raise SeveralFaults(tuple(faults))
    parts = _write_parts(tx, drafts, found)
    stored = [
        StoredLine(
            child_key=child.part_key,
            amount=line.amount,
            unit=line.unit,
            base_quantity=line.base_quantity,
            sourcing=line.sourcing or ("made" if child.has_lines else "bought"),
            counted_by=line.counted_by,
            phantom=line.phantom,
            alternative_group=line.alternative_group,
            usage_share=line.usage_share,
        )
        for line, child in zip(lines, parts[1:], strict=True)
    ]
    return _write_structure(tx, found[0], parts, stored, effective_from)


_CHECKED = 10_000


def _faults_of_places(drafts: Sequence[PartDraft | UUID], found: Sequence[Resolved]) -> list[Fault]:
    """What is wrong with the drafts against what is stored. Raises `Missing` for an unknown parent."""
    faults: list[Fault] = []
    identities: list[NaturalKey | None] = []
    for i, (draft, resolved) in enumerate(zip(drafts, found, strict=True)):
        here = "/parent" if i == 0 else f"/lines/{i - 1}/child"
        trace_id = draft if isinstance(draft, UUID) else draft.trace_id
        if trace_id is not None and not resolved.trace_known:
            if i == 0:
                raise PartMissing(f"{here}/trace_id")
            faults += TraceUnknown(f"{here}/trace_id").faults
        if isinstance(draft, PartDraft):
            if resolved.plant_key is None:
                faults += PlantUnknown(f"{here}/plant_id").faults
            identities.append(natural_key(draft))
        else:
            part = resolved.part
            identities.append(None if part is None else (part.plant_id, part.name, part.support_name))
    return faults + faults_of_identity(identities[0], identities[1:])


def _write_parts(
    tx: Transaction, drafts: Sequence[PartDraft | UUID], found: Sequence[Resolved]
) -> list[Part]:
    """Store what is new and what differs; the parts in the order of the drafts. One statement at most.

    Raises `PartQuotaExceeded`.
    """
    parts: list[Part] = []
    added: list[tuple[UUID, int, PartDraft]] = []
    changed: list[Part] = []
    inputs: set[int] = set()
    texts: set[int] = set()
    for draft, resolved in zip(drafts, found, strict=True):
        stored = resolved.part
        if not isinstance(draft, PartDraft):
            assert stored is not None
            parts.append(stored)
        elif stored is None:
            assert resolved.plant_key is not None
            trace_id = tx.new_id()
            added.append((trace_id, resolved.plant_key, draft))
            parts.append(_new_part(tx, trace_id, draft))
        else:
            now = _changed(stored, draft)
            if now is not stored and now != stored:
                now = replace(now, updated_at=tx.now)
                changed.append(now)
                (inputs if _says_more_than_texts(stored, now) else texts).add(now.part_key)
            parts.append(now)
    if added:
        check_quota(tx, found[0].held, len(added))
    if added or changed:
        keys = store.write_parts(tx, added, changed)
        parts = [
            replace(part, part_key=keys[part.trace_id]) if part.trace_id in keys else part for part in parts
        ]
    tx.mark("part_inputs", inputs)
    tx.mark("chain", texts)
    return parts


def _new_part(tx: Transaction, trace_id: UUID, draft: PartDraft) -> Part:
    """The part as it will be stored; its key follows."""
    return Part(
        part_key=0,
        trace_id=trace_id,
        operator_id=tx.caller.operator_id,
        plant_id=draft.plant_id,
        name=draft.name,
        support_name=draft.support_name,
        terminated=draft.terminated,
        unit=draft.unit,
        label=draft.label,
        info1=draft.info1,
        info2=draft.info2,
        info3=draft.info3,
        mass_kg_per_unit=None if draft.facts is None else draft.facts.mass_kg_per_unit,
        density_kg_per_liter=None if draft.facts is None else draft.facts.density_kg_per_liter,
        structure_key=None,
        is_child=False,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _changed(stored: Part, draft: PartDraft) -> Part:
    """The stored part as the draft wants it; itself if that is how it is."""
    facts = draft.facts
    if facts is None and (
        stored.terminated, stored.unit, stored.label, stored.info1, stored.info2, stored.info3
    ) == (draft.terminated, draft.unit, draft.label, draft.info1, draft.info2, draft.info3):  # fmt: skip
        return stored
    return replace(
        stored,
        terminated=draft.terminated,
        unit=draft.unit,
        label=draft.label,
        info1=draft.info1,
        info2=draft.info2,
        info3=draft.info3,
        mass_kg_per_unit=stored.mass_kg_per_unit if facts is None else facts.mass_kg_per_unit,
        density_kg_per_liter=stored.density_kg_per_liter if facts is None else facts.density_kg_per_liter,
    )


def _says_more_than_texts(before: Part, after: Part) -> bool:
    return (before.terminated, before.unit, before.facts) != (after.terminated, after.unit, after.facts)


def _write_structure(
    tx: Transaction,
    found: Resolved,
    parts: Sequence[Part],
    lines: Sequence[StoredLine],
    effective_from: date | None,
) -> StructureView:
    """Store the version, if it says anything new, and tell."""
    parent = parts[0]
    today = tx.now.date()
    begins = effective_from or today
    structure_id = version = None
    if effective_from is not None or [store.line_tuple(line) for line in lines] != (found.lines or []):
        in_force = holds(begins, today, found.latest_begun)
        assert found.next_version is not None
        structure_key, version = found.next_version
        structure_id = store.write_structure(
            tx, found.next_version, parent.part_key, lines, begins, in_force=in_force
        )
        if in_force:
            parent = replace(parent, structure_key=structure_key if lines else None)
            if found.part is not None:
                tx.mark("part_inputs", [parent.part_key])
    tx.emit(
        Event(
            STRUCTURE_CHANGED,
            tx.caller.operator_key,
            parent.trace_id,
            {"part": parent.part_key},
        )
    )
    in_force_now = parent.structure_key is not None and parent.structure_key != (
        found.part and found.part.structure_key
    )
    return StructureView(
        parent=parent,
        lines=tuple(
            StructureLine(
                position=position,
                child=replace(child, is_child=True) if in_force_now and not child.is_child else child,
                amount=line.amount,
                unit=line.unit,
                base_quantity=line.base_quantity,
                sourcing=line.sourcing,
                counted_by=line.counted_by,
                phantom=line.phantom,
                alternative_group=line.alternative_group,
                usage_share=line.usage_share,
            )
            for position, (line, child) in enumerate(zip(lines, parts[1:], strict=True), start=1)
        ),
        structure_id=structure_id,
        version=version,
        effective_from=begins,
    )


def _clear_structure(tx: Transaction, part: Part, found: Resolved) -> None:
    assert found.next_version is not None
    store.write_structure(tx, found.next_version, part.part_key, [], tx.now.date(), in_force=True)
    tx.mark("part_inputs", [part.part_key])
    tx.emit(Event(STRUCTURE_CHANGED, tx.caller.operator_key, part.trace_id, {"part": part.part_key}))


def structure_of(tx: Transaction, trace_id: UUID) -> StructureView | None:
    """The part with the lines in force today, in their order; None for an unknown or foreign id. One statement."""
    rows = store.read_structure(tx, trace_id)
    return None if not rows else _view(tx, rows)


def first_levels(tx: Transaction, part_keys: Iterable[int]) -> dict[int, list[LineShown]]:
    """What stands in each of these own parts today, one level down, in order; parts without lines are missing. One statement."""
    return store.first_levels(tx, part_keys)


def structure_version(tx: Transaction, trace_id: UUID, version: int) -> StructureView:
    """One version with its lines. Raises `Missing`."""
    rows = store.read_structure(tx, trace_id, version)
    if not rows:
        raise StructureMissing
    return _view(tx, rows)


def _view(tx: Transaction, rows: Sequence[DictRow]) -> StructureView:
    first, *rest = rows
    return StructureView(
        parent=store.part_from(tx, first),
        lines=tuple(StructureLine(child=store.part_from(tx, row), **store.line_fields(row)) for row in rest),
        structure_id=first["structure_id"],
        version=first["version"],
        effective_from=first["effective_from"],
    )


def structure_versions(tx: Transaction, of: UUID | Part) -> tuple[StructureVersion, ...]:
    """All versions of a part's structure, newest first. Raises `Missing`."""
    part = own_part(tx, of)
    return store.read_versions(tx, part.part_key)


def list_parts(
    tx: Transaction, where: PartFilter = NO_FILTER, after: UUID | None = None, limit: int = 100
) -> Page[Part]:
    """Own parts by (name, support name with none last, trace id). One statement.

    `after` names the first row of the page; one that names no own part gives an empty page.
    """
    return page_of(store.list_parts(tx, where, after, limit + 1), limit, id_of=lambda part: part.trace_id)


def part_keys(tx: Transaction, trace_ids: Iterable[UUID]) -> dict[UUID, Part]:
    """The own parts among `trace_ids`, deleted ones left out. One statement."""
    return {part.trace_id: part for part in store.read_parts(tx, trace_ids)}


def own_part(tx: Transaction, of: UUID | Part, place: str = "") -> Part:
    """The own part with this trace id, read unless it is at hand. One statement at most.

    Raises `PartMissing`, at `place` of what the caller was given.
    """
    found = of if isinstance(of, Part) else part_keys(tx, [of]).get(of)
    if found is None:
        raise PartMissing(place)
    return found


def part_from(tx: Transaction, row: Mapping[str, object]) -> Part:
    """A part from a row of the published view `commons.own_parts`."""
    return store.part_from(tx, row)


def parts_of(tx: Transaction, keys: Iterable[int]) -> dict[int, Part]:
    """The own parts with these keys, deleted ones left out. One statement."""
    return {part.part_key: part for part in store.read_parts_by_key(tx, keys)}


def graph_above(tx: Transaction, keys: Iterable[int]) -> OwnGraph:
    """The parts with `keys`, every own ancestor, and the lines the arithmetic needs. One statement."""
    wanted = list(keys)
    return store.read_graph(tx, wanted) if wanted else NO_GRAPH


def graph_at(tx: Transaction, part_key: int, structure_key: int | None, moment: datetime) -> OwnGraph:
    """An own part with the lines of one version of its structure, facts and phantoms as they were at `moment`."""
    return store.read_graph_at(tx, part_key, structure_key, moment)


def owners_of_beginning_structures(tx: Transaction) -> list[tuple[int, UUID]]:
    """Operators for whom `begin_structures` has something to do today (key and id); as `renkei_engine`."""
    return [(row["operator_key"], row["operator_id"]) for row in store.owners_of_beginning_structures(tx)]


def whole_graph(tx: Transaction) -> OwnGraph:
    """All own parts and their lines in force, made of their rows when they are asked for. Two statements."""
    return store.read_whole_graph(tx)


def begin_structures(tx: Transaction) -> int:
    """Put structures in force whose day has come (a daily duty, as each operator); returns how many parts changed."""
    begun = store.begin_structures(tx)
    tx.mark("part_inputs", [row["part_key"] for row in begun])
    for row in begun:
        data = {"part": row["part_key"]}
        tx.emit(Event(STRUCTURE_CHANGED, tx.caller.operator_key, row["trace_id"], data))
    return len(begun)


def stands_in_structure(tx: Transaction, part_key: int) -> bool:
    """Whether an own part is a child or has children in a structure in force or one that has not begun yet."""
    return store.stands_in_structure(tx, part_key)


def delete_unused(tx: Transaction, part: Part) -> None:
    """Tombstone a part. Only `trades.service.delete_part` may call this: it knows whether anything stands on it."""
    store.tombstone(tx, part.part_key)
    tx.mark("part_deleted", [part.part_key])
    tx.emit(
        Event("jp.renkei.part.deleted.v1", tx.caller.operator_key, part.trace_id, {"part": part.part_key})
    )


def add_part_number(
    tx: Transaction, trace_id: UUID, number: str, partner_id: UUID | None = None
) -> PartNumber:
    """Remember how the operator itself (partner None) or a partner calls a part.

    Raises `Missing` for an unknown part or partner, `PartNumberTaken` if it is recorded already.
    """
    tx.caller.require(*WRITERS)
    part = own_part(tx, trace_id)
    partner_key = None if partner_id is None else store.operator_key_of(tx, partner_id)
    if partner_id is not None and partner_key is None:
        raise PartnerMissing("/partner_id")
    store.add_number(tx, part.part_key, number, partner_key)
    tx.emit(Event("jp.renkei.part.changed.v1", tx.caller.operator_key, trace_id, {"part": part.part_key}))
    return PartNumber(part_trace_id=trace_id, number=number, partner_id=partner_id)


def remove_part_number(tx: Transaction, trace_id: UUID, number: str, partner_id: UUID | None = None) -> None:
    """Forget a number of a part. Raises `Missing`."""
    tx.caller.require(*WRITERS)
    if not store.remove_number(tx, trace_id, number, partner_id):
        raise PartNumberMissing
    tx.emit(Event("jp.renkei.part.changed.v1", tx.caller.operator_key, trace_id))


def part_numbers(tx: Transaction, trace_ids: Iterable[UUID]) -> tuple[PartNumber, ...]:
    """The numbers of the given own parts, own numbers first."""
    return store.read_numbers(tx, trace_ids)


def parts_by_number(tx: Transaction, number: str, partner_id: UUID | None = None) -> tuple[Part, ...]:
    """The own parts known under a number (of the operator itself, or of one partner)."""
    return tuple(store.read_by_number(tx, number, partner_id))
