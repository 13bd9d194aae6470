"""The directory of companies, the caller's own entry and plants, invitations, and registration by the platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from psycopg import errors as postgres

from renkei.commons.operators import store
from renkei.commons.operators.errors import (
    AlreadyMember,
    IdTaken,
    NotYourOperator,
    OperatorIdImmutable,
    OperatorMissing,
    PlantMissing,
    SuccessorMissing,
)
from renkei.commons.operators.model import (
    InvitationDraft,
    Operator,
    OperatorDraft,
    OperatorState,
    Plant,
    PlantDraft,
    Registration,
)
from renkei.commons.operators.rules import (
    check_invitation,
    check_operator,
    check_plant,
    check_registration,
    is_storable,
)
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction

_FIELD_OF: Final = {
    "uq_operators_open_operator_id": "open_operator_id",
    "uq_operators_global_operator_id": "global_operator_id",
    "uq_operators_operator_id": "operator_id",
    "uq_plants_operator_key_open_plant_id": "open_plant_id",
    "uq_plants_operator_key_global_plant_id": "global_plant_id",
}
PLANT_CHANGED: Final = "jp.renkei.plant.changed.v1"
_REACHED_FROM: Final[dict[OperatorState, tuple[OperatorState, ...]]] = {
    "member": ("suspended",),
    "suspended": ("member",),
    "closed": ("member", "suspended", "provisional"),
}
OPEN_ID_SCHEMES: Final = ("open_operator_id", "corporate_number")
"""Names under which an invitation may give the public id that the company would have as a member."""


def own_operator(tx: Transaction) -> Operator:
    """The caller's own company. Raises `OperatorMissing` for a caller without one (platform staff)."""
    operator = store.own(tx)
    if operator is None:
        raise OperatorMissing
    return operator


def operator_by_open_id(tx: Transaction, open_operator_id: str) -> Operator | None:
    """The member of this public id, or None."""
    return store.by_open_id(tx, open_operator_id) if is_storable(open_operator_id) else None


def operators_by_ids(tx: Transaction, operator_ids: Sequence[UUID]) -> list[Operator]:
    """The companies of these ids, ordered by id; unknown ones are silently missing."""
    return store.by_ids(tx, operator_ids)


def operators_by_keys(tx: Transaction, operator_keys: Iterable[int]) -> dict[int, Operator]:
    """The companies of these internal keys that the caller may see."""
    return store.by_keys(tx, operator_keys)


def keys_of_operators(tx: Transaction, operator_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Internal keys by public id; unknown ones are silently missing."""
    return store.keys_of(tx, operator_ids)


def update_operator(tx: Transaction, draft: OperatorDraft) -> Operator:
    """Change the caller's own name, address and global id.

    Raises `NotYourOperator`, `OperatorIdImmutable`, `IdTaken` (global_operator_id), and faults of content.
    """
    tx.caller.require(*WRITERS)
    if draft.operator_id != tx.caller.operator_id:
        raise NotYourOperator("/operator_id")
    check_operator(draft)
    present = own_operator(tx)
    if draft.open_operator_id is not None and draft.open_operator_id != present.open_operator_id:
        raise OperatorIdImmutable("/open_operator_id")
    with _ids_free(tx, {"global_operator_id": draft.global_operator_id}):
        changed = store.update_own(tx, draft)
    if changed is None:
        raise OperatorMissing
    _tell_self(tx, "jp.renkei.operator.changed.v1", changed.operator_id)
    return changed


def plants(tx: Transaction) -> list[Plant]:
    """The caller's plants, the oldest first."""
    return store.plants(tx)


def put_plant(tx: Transaction, draft: PlantDraft) -> Plant:
    """Create a plant (`plant_id` None) or change an own one.

    Raises `NotYourOperator`, `PlantMissing` (also for a stranger's), `IdTaken`, and faults of content.
    """
    tx.caller.require(*WRITERS)
    if draft.operator_id != tx.caller.operator_id:
        raise NotYourOperator("/operator_id")
    check_plant(draft)
    with _ids_free(tx, {"open_plant_id": draft.open_plant_id, "global_plant_id": draft.global_plant_id}):
        plant = store.add_plant(tx, draft) if draft.plant_id is None else store.update_plant(tx, draft)
    if plant is None:
        raise PlantMissing("/plant_id")
    _tell_self(tx, PLANT_CHANGED, plant.plant_id)
    return plant


def invite(tx: Transaction, draft: InvitationDraft) -> Operator:
    """Enter a company that is not a member yet; until it joins only its inviter sees it.

    Raises `AlreadyMember` if one of the ids given is a member's public id, and faults of content.
    """
    tx.caller.require(*WRITERS)
    check_invitation(draft)
    for scheme in OPEN_ID_SCHEMES:
        known = operator_by_open_id(tx, draft.other_ids[scheme]) if scheme in draft.other_ids else None
        if known is not None:
            raise AlreadyMember(f"/other_ids/{scheme}", operator_id=str(known.operator_id))
    invited = store.add_provisional(tx, draft)
    _tell_self(tx, "jp.renkei.operator.invited.v1", invited.operator_id)
    return invited


def invited_email(tx: Transaction, company: Operator) -> str | None:
    """The address that the caller gave for a company it invited; None without one, and for every other company."""
    return store.invited_email(tx, company.operator_key)


# -- the platform's own operations: run as the owner of the tables -------------------------------------------------


def register_operator(tx: Transaction, draft: Registration) -> Operator:
    """Register a member; or, under the id of a provisional company, let that one join with its trades and requests.

    Raises `IdTaken` and faults of content.
    """
    check_registration(draft)
    ids = {
        "open_operator_id": draft.open_operator_id,
        "global_operator_id": draft.global_operator_id,
        "operator_id": str(draft.operator_id),
    }
    with _ids_free(tx, ids):
        return store.register(tx, draft)


def list_operators(tx: Transaction) -> list[Operator]:
    """Every company, the oldest first."""
    return store.every(tx)


def set_operator_state(tx: Transaction, operator_id: UUID, state: OperatorState) -> Operator:
    """Suspend a member, let it in again, or close it for good. Raises `OperatorMissing` if that is not possible."""
    operator = store.set_state(tx, operator_id, state, former=_REACHED_FROM.get(state, ()))
    if operator is None:
        raise OperatorMissing
    return operator


def set_merged(tx: Transaction, operator_id: UUID, successor_id: UUID) -> tuple[Operator, Operator]:
    """Write that a company was merged into a member; both. Raises `OperatorMissing`, `SuccessorMissing`."""
    companies = {one.operator_id: one for one in store.by_ids(tx, [operator_id, successor_id])}
    successor = companies.get(successor_id)
    if successor is None or successor.state != "member" or successor_id == operator_id:
        raise SuccessorMissing("/successor_id")
    if operator_id not in companies or not store.merge(tx, operator_id, successor.operator_key):
        raise OperatorMissing
    [merged] = store.by_ids(tx, [operator_id])
    return merged, successor


@contextmanager
def _ids_free(tx: Transaction, values: dict[str, str | None]) -> Iterator[None]:
    """Turn a broken uniqueness into `IdTaken`; the savepoint keeps the transaction usable."""
    try:
        with tx.savepoint():
            yield
    except postgres.UniqueViolation as violation:
        field = _FIELD_OF.get(violation.diag.constraint_name or "", "id")
        raise IdTaken(field, str(values.get(field)), f"/{field}") from None


def _tell_self(tx: Transaction, event_type: str, subject: UUID) -> None:
    tx.emit(Event(event_type, tx.caller.operator_key, subject))
