"""Who is acting: every operation has exactly one `Caller`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from renkei.kit.errors import Forbidden

Role = Literal["admin", "editor", "approver", "viewer", "staff"]
Door = Literal["ouranos", "v1", "page", "cli", "worker"]
ComponentScope = Literal["rest", "whole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One operator's person, application or duty, as established by the entry statement of the transaction.

    `operator_key` 0 is nobody's: platform staff and duties that own no company's rows.
    """

    operator_key: int
    operator_id: UUID
    door: Door
    roles: frozenset[str] = frozenset()
    account_id: UUID | None = None
    api_key_id: UUID | None = None
    sandbox: bool = False
    component_scope: ComponentScope = "rest"
    purpose: str | None = None

    @property
    def actor(self) -> str:
        """Who to name in a record: the account, the application, or the door itself."""
        if self.account_id is not None:
            return f"account:{self.account_id}"
        return f"api_key:{self.api_key_id}" if self.api_key_id is not None else self.door

    def person(self) -> UUID:
        """The account of the calling person. Raises `Forbidden` for an application or a duty, which is none."""
        if self.account_id is None:
            raise Forbidden
        return self.account_id

    def require(self, *roles: Role) -> None:
        """Raise `Forbidden` unless the caller has one of `roles` (an admin has every role of its company)."""
        if "admin" not in self.roles and not self.roles.intersection(roles):
            raise Forbidden


WRITERS: tuple[Role, ...] = ("editor", "approver")
"""Roles that may change a company's data (besides admin)."""
