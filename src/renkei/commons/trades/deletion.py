"""Deleting a part that nothing stands on (ouranos-api 7.3)."""

from __future__ import annotations

from uuid import UUID

from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.service import delete_unused, part_keys, stands_in_structure
from renkei.commons.trades import store
from renkei.commons.trades.errors import PartForeign, PartInStructure, PartLinked, PartRequested
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction


def delete_part(tx: Transaction, trace_id: UUID) -> None:
    """Delete an own part: a tombstone; the same natural key registered later is a new part with a new trace id.

    The first of these that holds is raised: `PartMissing`; `PartForeign` (only for an id the caller was given by a
    request or an answer); `PartInStructure` (child or parent, also in a version that has not begun yet);
    `PartRequested`; `PartLinked`.
    Marks `part_deleted`, so that use cases erase what they keep for the part.
    """
    tx.caller.require(*WRITERS)
    part = part_keys(tx, [trace_id]).get(trace_id)
    if part is None:
        raise PartForeign if store.was_given(tx, trace_id) else PartMissing
    if part.is_child or part.has_lines or stands_in_structure(tx, part.part_key):
        raise PartInStructure
    requested, linked = store.part_uses(tx, part.part_key)
    if requested:
        raise PartRequested
    if linked:
        raise PartLinked
    delete_unused(tx, part)
