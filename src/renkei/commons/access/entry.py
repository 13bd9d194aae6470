"""The entry of a request: who it is, and for which company it acts, in one statement.

Each function gives the entry of one door; `Database.run` sends its statement with BEGIN.
Order of the checks, each with an error of its own so that a door can give its exact words:

1. `ApiKeyMissing`, 2. `ApiKeyUnknown`, 3. `NetworkNotAllowed`, 4. `TokenMissing`, 5. `TokenInvalid`
(with `OperatorSuspended`), 6. `KeyNotForOperator`.

The token is verified in this process before the transaction begins; its complaint is raised in its turn.
Roles are what the database says now, not what the token said when it was issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from renkei.commons.access import store
from renkei.commons.access.errors import (
    ApiKeyMissing,
    ApiKeyUnknown,
    KeyNotForOperator,
    NetworkNotAllowed,
    OperatorMismatch,
    OperatorNotNamed,
    OperatorSuspended,
    TokenInvalid,
    TokenMissing,
)
from renkei.commons.access.model import SYSTEM_ATTRIBUTES, Claims, ClientContext
from renkei.commons.access.network import normal_ip
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.operators.model import ACTED_FOR
from renkei.database.caller import Caller, Door
from renkei.database.round_trip import Beside, Question
from renkei.database.transaction import Knock
from renkei.kit.errors import RenkeiError

_HEADER: Final = "header:Renkei-Operator"
_NOBODY: Final = UUID(int=0)
_SECOND_FACTOR: Final = "second_factor"
"""Stands behind the roles of who has one."""
_APPLICATION_ROLES: Final = frozenset({"editor"})


def ouranos_entry(keys: AccessKeys, context: ClientContext) -> Knock:
    """Key and token are both required, and the key must be allowed to act for the token's operator."""
    claims, complaint = _claims_of(keys, context)
    if complaint is None and (claims is None or claims.operator_id is None):
        complaint = TokenMissing() if claims is None else TokenInvalid()
    return _Knock(keys, context, "ouranos", claims=claims, complaint=complaint, needs_key=True)


def v1_entry(
    keys: AccessKeys, context: ClientContext, *, door: Door = "v1", beside: Beside | None = None
) -> Knock:
    """A token alone; or a key that acts for the operator of `Renkei-Operator`; or both.

    `beside`: what else the entry statement of who reads finds for the operator, the value `beside` of its row.

    A person acts for the operator of the token, or for the one of `Renkei-Operator` where it has a role now.
    A key without a person acts only for operators it was explicitly assigned.
    """
    claims, complaint = _claims_of(keys, context)
    named = context.operator_header
    if complaint is None:
        if claims is None and not context.api_key:
            complaint = TokenMissing()
        elif claims is None and named is None:
            complaint = OperatorNotNamed(_HEADER)
        elif claims is not None and named is not None:
            claims = replace(claims, operator_id=named)
    return _Knock(
        keys,
        context,
        door,
        claims=claims,
        complaint=complaint,
        needs_key=False,
        chosen=named is not None,
        beside=beside,
    )


def key_entry(keys: AccessKeys, context: ClientContext) -> Knock:
    """Key and network only: for the paths by which one gets a token (`/auth/login`, `/auth/refresh`)."""
    return _Knock(keys, context, "ouranos", claims=None, complaint=None, needs_key=True, any_operator=True)


def system_entry(keys: AccessKeys, context: ClientContext) -> Knock:
    """A key of the data space or of a traceability system (systemAuth); others are `ApiKeyUnknown`."""
    return _Knock(
        keys,
        context,
        "ouranos",
        claims=None,
        complaint=None,
        needs_key=True,
        any_operator=True,
        system_only=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    needs_key: bool
    any_operator: bool = False
    system_only: bool = False
    chosen: bool = False
    """The operator is the one of the header, not of the token."""
    beside: Beside | None = None


def _claims_of(keys: AccessKeys, context: ClientContext) -> tuple[Claims | None, RenkeiError | None]:
    """What the token says, and what is wrong with it (told in its turn)."""
    if context.token is None:
        return None, None
    try:
        return keys.verify(context.token), None
    except TokenInvalid as invalid:
        return None, invalid


class _Knock(Knock):
    """One request at one door; called, it is the entry of the transaction."""

    def __init__(
        self,
        keys: AccessKeys,
        context: ClientContext,
        door: Door,
        *,
        claims: Claims | None,
        complaint: RenkeiError | None,
        needs_key: bool,
        any_operator: bool = False,
        system_only: bool = False,
        chosen: bool = False,
        beside: Beside | None = None,
    ) -> None:
        self._keys = keys
        self._context = context
        self._door = door
        self._claims = claims
        self._complaint = complaint
        # Hashed before the transaction begins: the first time, this reads a secret in a transaction of its own.
        self._key_hash = keys.key_hash(context.api_key) if context.api_key else None
        self._options = _Options(
            needs_key=needs_key,
            any_operator=any_operator,
            system_only=system_only,
            chosen=chosen,
            beside=beside,
        )

    def ask(self, *, writing: bool) -> Question:
        """The entry statement. Raises what needs no look into the database."""
        key = self._key_hash
        if key is None and self._options.needs_key:
            raise ApiKeyMissing
        if key is None and self._complaint is not None:
            raise self._complaint
        claims = self._claims if self._complaint is None else None
        values = (
            key,
            normal_ip(self._context.client_ip),
            self._operator_id(claims),
            claims.account_id if claims is not None else None,
            self._keys.database.clock.now(),
        )
        if writing:
            return store.ENTER_WRITING, values
        if self._options.beside is None:
            return store.ENTER, values
        sql, more = self._options.beside
        return store.entering_beside(sql), (*values, *more)

    def admit(self, row: Mapping[str, Any]) -> Caller:
        """The caller, or the first complaint in the order of the checks."""
        if self._key_hash is not None:
            self._check_key(row)
        if self._complaint is not None:
            raise self._complaint
        if self._options.any_operator:
            return self._nobody(row)
        if self._claims is not None:
            return self._person(row, self._claims)
        return self._application(row)

    def _operator_id(self, claims: Claims | None) -> UUID | None:
        if self._options.any_operator or self._complaint is not None:
            return None
        return claims.operator_id if claims is not None else self._context.operator_header

    def _check_key(self, row: Mapping[str, Any]) -> None:
        if row["api_key_id"] is None or (
            self._options.system_only and row["attribute"] not in SYSTEM_ATTRIBUTES
        ):
            raise ApiKeyUnknown
        if not row["network_ok"]:
            raise NetworkNotAllowed

    def _person(self, row: Mapping[str, Any], claims: Claims) -> Caller:
        if not row["account_active"]:
            raise TokenInvalid
        if claims.operator_id is None:
            if not row["staff"] or row["api_key_id"] is not None:
                raise TokenInvalid
            return Caller(
                operator_key=0,
                operator_id=_NOBODY,
                door=self._door,
                roles=frozenset() if self._lacks_factor(row) else frozenset({"staff"}),
                account_id=claims.account_id,
            )
        if row["operator_key"] is None or not row["roles"]:
            # An unknown operator and one without a role are the same answer.
            raise OperatorMismatch(_HEADER) if self._options.chosen else TokenInvalid
        if row["operator_state"] not in ACTED_FOR:
            raise OperatorSuspended
        if row["api_key_id"] is not None and not row["key_allows_operator"]:
            raise KeyNotForOperator
        roles = frozenset(row["roles"]) - {_SECOND_FACTOR}
        if "admin" in roles and self._lacks_factor(row):
            roles = roles - {"admin"} | {"editor", "approver"}
        return self._admitted(row, roles=roles, account_id=claims.account_id)

    def _lacks_factor(self, row: Mapping[str, Any]) -> bool:
        """Whether the person would need a second factor to administrate, a company or the platform, and has none."""
        return self._keys.policy.administrators_need_factor and _SECOND_FACTOR not in (row["roles"] or ())

    def _application(self, row: Mapping[str, Any]) -> Caller:
        # An unknown operator and one that was not assigned are the same answer.
        if row["api_key_id"] is None or row["operator_key"] is None or not row["key_assigned"]:
            raise KeyNotForOperator(_HEADER)
        if row["operator_state"] not in ACTED_FOR:
            raise OperatorSuspended
        return self._admitted(row, roles=_APPLICATION_ROLES, account_id=None)

    def _admitted(self, row: Mapping[str, Any], *, roles: frozenset[str], account_id: UUID | None) -> Caller:
        if not row["admitted"]:  # the second lock: the statement itself must have agreed
            raise TokenInvalid
        return Caller(
            operator_key=row["operator_key"],
            operator_id=row["operator_id"],
            door=self._door,
            roles=roles,
            account_id=account_id,
            api_key_id=row["api_key_id"],
            sandbox=row["sandbox"],
            component_scope=row["component_scope"] or "rest",
        )

    def _nobody(self, row: Mapping[str, Any]) -> Caller:
        return Caller(operator_key=0, operator_id=_NOBODY, door=self._door, api_key_id=row["api_key_id"])
