"""Terms of use: published by the platform's staff, accepted by a company's administrator or by joining.

A version that is not accepted closes no door: the company's administrators are reminded, and the staff sees who is left.
A company that joins accepts the newest one with its registration.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from renkei.commons.access.audit_store import note
from renkei.commons.access.people import require_staff
from renkei.commons.terms import store
from renkei.commons.terms.errors import TermsExist, TermsMissing
from renkei.commons.terms.model import Acceptances, Terms, TermsDraft
from renkei.database.caller import Caller
from renkei.database.transaction import Database, Transaction

log = structlog.get_logger(__name__)


def publish(database: Database, caller: Caller, draft: TermsDraft) -> None:
    """Publish a version, for good. Raises `Forbidden`: staff alone, `TermsExist`."""
    require_staff(caller)

    def work(tx: Transaction) -> None:
        if not store.insert(tx, draft, caller.actor):
            raise TermsExist("/version", version=draft.version)
        note(tx, "terms_published", by=caller.actor, about=draft.version)

    database.owner(work)
    log.info("terms_published", by=caller.actor, version=draft.version)


def published(database: Database) -> list[Terms]:
    """Every version, the last to come into force in front; for everybody."""
    return [Terms(**row) for row in database.owner(store.published)]


def newest(tx: Transaction) -> tuple[Terms, datetime | None] | None:
    """The last to come into force, and when the caller's company accepted it; None if there are none."""
    row = store.newest(tx)
    if row is None:
        return None
    accepted_at: datetime | None = row.pop("accepted_at")
    return Terms(**row), accepted_at


def accept(database: Database, caller: Caller, terms_id: UUID) -> None:
    """Accept a version for the caller's company. Raises `Forbidden`: administrators alone, `TermsMissing`."""
    caller.require()
    if not database.owner(lambda tx: store.accept(tx, terms_id, caller.operator_key, caller.actor)):
        raise TermsMissing
    log.info("terms_accepted", operator=str(caller.operator_id), terms=str(terms_id))


def acceptances(database: Database, caller: Caller) -> list[Acceptances]:
    """Every version with how many members have accepted it. Raises `Forbidden`: staff alone."""
    require_staff(caller)
    versions, counted = published(database), database.owner(store.counts)
    return [Acceptances(terms=one, companies=counted.get(one.terms_id, 0)) for one in versions]
