"""Closing a company for good, and merging one into another (承継).

People move, rows do not (decision 0015): what a merged company stated, disclosed and was asked stays under its own name, where
the ledger has recorded it; the administrators of its successor act for it and bring its business to an end. It can be
asked for nothing new; whoever tries is told its successor. Of a closed company nobody acts, and nothing that changes
upstream gives its parts new values; what it has disclosed stays with those who have it.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from renkei.commons.access import registry_store
from renkei.commons.access.audit_store import note
from renkei.commons.notifications.model import NotificationType
from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import set_merged, set_operator_state
from renkei.commons.trades.service import tell_partners
from renkei.database.transaction import Database, Transaction, act_as

log = structlog.get_logger(__name__)


def close(database: Database, operator_id: UUID, *, by: str) -> Operator:
    """Close a company for good, and tell its partners. Raises `OperatorMissing`."""

    def work(tx: Transaction) -> Operator:
        closed = set_operator_state(tx, operator_id, "closed")
        note(tx, "company_state", operator_key=closed.operator_key, by=by, about="close")
        return closed

    closed = database.owner(work)
    _tell(database, closed, "OPERATOR_CLOSED")
    return closed


def merge(database: Database, operator_id: UUID, successor_id: UUID, *, by: str) -> Operator:
    """Merge a company into a member, whose administrators act for it from now on, and tell its partners.

    Raises `OperatorMissing`, `SuccessorMissing`.
    """

    def work(tx: Transaction) -> Operator:
        merged, successor = set_merged(tx, operator_id, successor_id)
        registry_store.grant_administrators(tx, successor.operator_key, merged.operator_key)
        about = f"merge {successor.open_operator_id}"
        note(tx, "company_state", operator_key=merged.operator_key, by=by, about=about)
        return merged

    merged = database.owner(work)
    _tell(database, merged, "OPERATOR_MERGED")
    return merged


def _tell(database: Database, company: Operator, what: NotificationType) -> None:
    """In a transaction of its own, since only a company writes into the inboxes of its partners."""
    acting = act_as(company.operator_key, company.operator_id, door="cli")
    count = database.run(acting, lambda tx: tell_partners(tx, what))
    log.info("partners_told", operator=str(company.operator_id), what=what, count=count)
