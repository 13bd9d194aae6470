"""Who came in, who was refused, and what was changed about who may: kept for an inquiry, then forgotten (アクセス記録).

Personal data of the platform's: nobody but its staff searches it, always for one person, network address or company.
What was typed as an address stands here only if there is such an account: it may have been a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from renkei.commons.access import audit_store as store
from renkei.commons.access.model import AuditKind
from renkei.commons.access.network import normal_ip
from renkei.commons.access.people import require_staff
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.database.transaction import as_role

MOST_FOUND: Final = 200
_ACCESS: Final = as_role("renkei_access")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that happened. `by`: who did it, where that is not the account itself."""

    at: datetime
    kind: AuditKind
    email: str | None
    company: str | None
    client_ip: str | None
    by: str | None
    about: str | None


def search(keys: AccessKeys, caller: Caller, text: str) -> list[AuditEntry]:
    """The newest entries of an e-mail address, a network address or a company's public id. Raises `Forbidden`."""
    require_staff(caller)
    wanted = text.strip()
    if not wanted or not wanted.isprintable():
        return []
    rows = keys.database.owner(
        lambda tx: store.read(tx, wanted.lower(), normal_ip(wanted), wanted, limit=MOST_FOUND)
    )
    return [AuditEntry(**row) for row in rows]


def forget(keys: AccessKeys, before: datetime) -> int:
    """Delete what happened before `before`; how many. For a daily duty."""
    return keys.database.run(_ACCESS, lambda tx: store.purge(tx, before))
