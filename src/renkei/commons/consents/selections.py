"""A company's own groups of companies and families of own parts, which consents may name.

Whoever comes in gets what is disclosed to the group, whatever comes in is disclosed with the family; who or what leaves
loses it. To all others a selection does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from renkei.commons.consents import selections_store, store
from renkei.commons.consents.errors import SelectionInUse, SelectionMemberMissing, SelectionMissing
from renkei.commons.consents.model import Selection, Sort
from renkei.commons.consents.spreading import spread
from renkei.commons.operators import service as operators
from renkei.commons.parts import service as parts
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.paging import Page, page_of


def own(tx: Transaction, sort: Sort, selection_id: UUID, pointer: str = "") -> Selection:
    """A selection of the caller. Raises `SelectionMissing`."""
    found = selections_store.read(tx, sort, selection_id)
    if not found:
        raise SelectionMissing(pointer)
    return found[0]


def own_all(tx: Transaction, sort: Sort, *, after: UUID | None = None, limit: int = 100) -> Page[Selection]:
    """The caller's selections, the oldest first. One statement."""
    rows = selections_store.read(tx, sort, after=after, limit=limit + 1)
    return page_of(rows, limit, id_of=lambda row: row.selection_id)


def put(
    tx: Transaction, sort: Sort, name: str, members: Sequence[UUID], selection_id: UUID | None = None
) -> Selection:
    """Make a selection, or give an own one this name and exactly these members.

    Raises `SelectionMissing`, and `SeveralFaults` of `SelectionMemberMissing`, each with its place.
    """
    tx.caller.require(*WRITERS)
    former = None if selection_id is None else own(tx, sort, selection_id)
    keys = _keys_of(tx, sort, members)
    faults: list[Fault] = []
    for place, member in enumerate(members):
        if member not in keys:
            faults.extend(SelectionMemberMissing(f"/members/{place}").faults)
    if faults:
        raise SeveralFaults(tuple(faults))
    if former is None:
        selection_id = tx.new_id()
        key = selections_store.create(tx, selection_id, sort, name)
    else:
        selection_id, key = former.selection_id, former.selection_key
        if former.name != name:
            selections_store.rename(tx, key, name)
    changed = selections_store.replace_members(tx, key, keys.values())
    if former is not None and changed:
        for consent in store.naming(tx, former):
            spread(tx, consent)
    return own(tx, sort, selection_id)


def delete(tx: Transaction, sort: Sort, selection_id: UUID) -> None:
    """Delete a selection that no decision in force names. Raises `SelectionMissing`, `SelectionInUse`."""
    tx.caller.require(*WRITERS)
    former = own(tx, sort, selection_id)
    if any(one.state in {"granted", "refused"} for one in store.naming(tx, former)):
        raise SelectionInUse
    selections_store.delete(tx, former.selection_key)


def _keys_of(tx: Transaction, sort: Sort, members: Sequence[UUID]) -> dict[UUID, int]:
    if not members:
        return {}
    if sort == "group":
        return operators.keys_of_operators(tx, members)
    return {trace_id: part.part_key for trace_id, part in parts.part_keys(tx, members).items()}
