"""How parts follow what they stand on, and deciding on values that wait (CFP値自動更新).

A value that is not published at once waits in `footprint.updates`; the wave stops there: what stands on the part keeps
its published value. It is published by an approver's decision (compare-and-set: exactly the value that was shown, or
`UpdateOutdated`), by its day, by a larger change, or by the owner's own edit, which is its own approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.commons.ledger import service as ledger
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part, parts_of
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.paging import Page
from renkei.usecases.footprint import store, updates_store
from renkei.usecases.footprint.errors import BadNumber, UpdateMissing, UpdateOutdated
from renkei.usecases.footprint.model import (
    FOLLOW_AT_ONCE,
    Cause,
    Statement,
    Update,
    UpdatePolicy,
    UpdateState,
)
from renkei.usecases.footprint.recalculation import write_versions

UPDATE_DECIDED: Final = "jp.renkei.footprint.update_decided.v1"
POLICY_CHANGED: Final = "jp.renkei.footprint.policy_changed.v1"


def policy_of(tx: Transaction, of: UUID | Part) -> UpdatePolicy:
    """How an own part follows. Raises `PartMissing`."""
    part = own_part(tx, of)
    return updates_store.read_policies(tx, [part.part_key]).get(part.part_key, FOLLOW_AT_ONCE)


def put_policy(tx: Transaction, trace_id: UUID, policy: UpdatePolicy) -> UpdatePolicy:
    """Choose how an own part follows; what waits is looked at anew under it.

    Raises `PartMissing`, and `SeveralFaults` for a threshold that is missing, not above 0 or out of place.
    """
    tx.caller.require(*WRITERS)
    faults = _faults(policy)
    if faults:
        raise SeveralFaults(tuple(faults))
    part = own_part(tx, trace_id)
    updates_store.write_policy(tx, part.part_key, policy)
    tx.mark("part_inputs", [part.part_key])
    tx.emit(Event(POLICY_CHANGED, tx.caller.operator_key, trace_id, {"part": part.part_key}))
    return policy


def _faults(policy: UpdatePolicy) -> list[Fault]:
    faults: list[Fault] = []
    threshold = policy.threshold
    if policy.mode == "threshold":
        if threshold is None or not threshold.is_finite() or not Decimal(0) < threshold <= Decimal(10):
            faults += BadNumber("/threshold").faults
    elif threshold is not None:
        faults += BadNumber("/threshold").faults
    if not 1 <= policy.first_month <= 12:
        faults += BadNumber("/first_month").faults
    return faults


def updates(
    tx: Transaction, *, state: UpdateState | None = "waiting", after: UUID | None = None, limit: int = 100
) -> Page[tuple[Update, UUID]]:
    """Own values that wait (or did, by `state`), each with the trace id of its part, newest first. One statement."""
    rows = updates_store.listed(tx, state=state, after=after, limit=limit + 1)
    following = rows[limit][0].update_id if len(rows) > limit else None
    return Page(tuple(rows[:limit]), following)


def approve(tx: Transaction, update_id: UUID) -> Statement:
    """Publish exactly the value that waits under this id, and let the wave go on.

    Raises `UpdateMissing`; `UpdateOutdated` if it was decided, or another value has taken its place.
    """
    tx.caller.require("approver")
    return _publish(tx, [_waiting(tx, update_id)], approved=True)[0]


def refuse(tx: Transaction, update_id: UUID) -> Update:
    """Keep the published value; the same value is not proposed again. Raises as `approve`."""
    tx.caller.require("approver")
    update = _waiting(tx, update_id)
    updates_store.decide(tx, [update_id], "refused")
    _record(tx, update_id, "refused")
    tx.emit(Event(UPDATE_DECIDED, tx.caller.operator_key, update_id, {"part": update.part_key}))
    decided = updates_store.read_update(tx, update_id)
    assert decided is not None
    return decided


def publish_due(tx: Transaction) -> int:
    """Publish own values whose day has come (a daily duty, as each owner); returns how many."""
    return len(_publish(tx, updates_store.read_due(tx), approved=False))


def trace_id_of(tx: Transaction, part_key: int) -> UUID:
    """The trace id of the own part that an update or a version is of."""
    return parts_of(tx, [part_key])[part_key].trace_id


def _record(tx: Transaction, update_id: UUID, state: UpdateState) -> None:
    """Put a decision into the ledger; the version that follows from it is a fact of its own and names it as a cause."""
    content = {"update_id": update_id, "state": state, "decided_by": tx.caller.actor, "decided_at": tx.now}
    ledger.record(tx, "footprint.approval", update_id, content)


def _waiting(tx: Transaction, update_id: UUID) -> Update:
    update = updates_store.read_update(tx, update_id)
    if update is None:
        raise UpdateMissing
    if update.state != "waiting":
        raise UpdateOutdated
    return update


def _publish(tx: Transaction, waiting: Sequence[Update], *, approved: bool) -> list[Statement]:
    """Make each value that waits the published one, and mark its part, so that what stands on it is recalculated."""
    if not waiting:
        return []
    stated = store.read_stated(tx, [one.part_key for one in waiting])
    current = {(one.part_key, one.trade_key): one for one in stated.statements}
    versions: list[Statement] = []
    for update in waiting:
        former = current.get((update.part_key, update.trade_key))
        if former is None or former.statement_id != update.base_statement_id:
            # Whatever publishes another value ends what waited in the same transaction; so this cannot be.
            raise UpdateOutdated
        approval = (Cause(kind="approval", ids=(update.update_id,)),) if approved else ()
        versions.append(
            replace(
                former,
                statement_id=tx.new_id(),
                version=former.version + 1,
                in_force=update.in_force,
                sources=update.sources,
                rules=update.rules,
                structure_key=update.structure_key,
                causes=(*update.causes, *approval),
                automatic=not approved,
                created_by=tx.caller.actor,
                created_at=tx.now,
            )
        )
    updates_store.decide(tx, [one.update_id for one in waiting], "published")
    for update in waiting:
        _record(tx, update.update_id, "published")
        tx.emit(Event(UPDATE_DECIDED, tx.caller.operator_key, update.update_id, {"part": update.part_key}))
    parts = parts_of(tx, [one.part_key for one in versions])
    written = write_versions(tx, versions, {key: part.trace_id for key, part in parts.items()})
    tx.mark("part_inputs", [one.part_key for one in waiting])
    return written
