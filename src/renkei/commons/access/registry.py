"""The register of accounts, platform staff and applications, kept by the platform (command line).

Everything here runs as the owner of the tables (`Database.owner`), reaches no company's rows, and returns no secret
except the key just made for an application, which is shown this once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from renkei.commons.access import registry_store as store
from renkei.commons.access.audit_store import note
from renkei.commons.access.errors import (
    AccountExists,
    AccountMissing,
    ApiKeyExists,
    ApiKeyInvalid,
    ApiKeyNotFound,
    EmailInvalid,
    PasswordRefused,
    RoleExists,
    StaffAndMember,
)
from renkei.commons.access.model import (
    SYSTEM_ATTRIBUTES,
    Account,
    ApiKey,
    ApiKeyDraft,
    MemberRole,
    Membership,
)
from renkei.commons.access.network import normal_network
from renkei.commons.access.passwords import LONGEST
from renkei.commons.access.service import normal_email
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.operators.errors import OperatorMissing
from renkei.database.transaction import Transaction

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
CLI: Final = "cli"
"""Who changes something by the command line, as the record of access has it."""
_KEY: Final = re.compile(r"[\x21-\x7e]{8,256}", re.ASCII)
_MOST_NETWORKS: Final = 100


def add_account(
    keys: AccessKeys,
    email: str,
    operator_id: UUID,
    role: MemberRole,
    password: str,
    *,
    mandate: str | None = None,
    valid_until: datetime | None = None,
) -> tuple[Account, bool]:
    """Give a person a role in an operator, making the account if there is none; and whether it was made.

    An account that exists keeps its password. `mandate` names a consultant's contract, `valid_until` its end.
    Raises `EmailInvalid`, `PasswordRefused`, `OperatorMissing`, `RoleExists`, `StaffAndMember`.
    """
    address = good_email(email)
    password_hash = keys.passwords.hash(good_password(keys, password))

    def work(tx: Transaction) -> bool:
        operator_key = _operator_keys(tx, [operator_id])[0]
        made = store.add_account(tx, address, password_hash, staff=False)
        account = made or store.account_by_email(tx, address)
        assert account is not None, "accounts are never deleted"
        if account["staff"]:
            raise StaffAndMember(email=address)
        if not store.grant(
            tx, account["account_key"], operator_key, role, mandate=mandate, valid_until=valid_until
        ):
            raise RoleExists(email=address, role=role)
        return made is not None

    made = keys.database.owner(work)
    return next(account for account in list_accounts(keys) if account.email == address), made


def add_staff(keys: AccessKeys, email: str, password: str) -> Account:
    """Make an account of the platform's staff, which sees no company's values.

    Raises `EmailInvalid`, `PasswordRefused`, `AccountExists`, `StaffAndMember`.
    """
    address = good_email(email)
    password_hash = keys.passwords.hash(good_password(keys, password))

    def work(tx: Transaction) -> None:
        if store.add_account(tx, address, password_hash, staff=True) is not None:
            return
        present = store.account_by_email(tx, address)
        if present is not None and not present["staff"] and store.has_memberships(tx, present["account_key"]):
            raise StaffAndMember(email=address)
        raise AccountExists(email=address)

    keys.database.owner(work)
    return next(account for account in list_accounts(keys, staff=True) if account.email == address)


def list_accounts(keys: AccessKeys, *, staff: bool = False) -> list[Account]:
    """The accounts of companies' people (or of platform staff), by address."""
    rows = keys.database.owner(lambda tx: store.accounts(tx, staff=staff))
    return [
        Account(**{**row, "memberships": tuple(_membership(values) for values in row["memberships"])})
        for row in rows
    ]


def revoke_roles(keys: AccessKeys, email: str, operator_id: UUID, role: MemberRole | None = None) -> int:
    """Take one role (or all) of a person in an operator away. How many. Raises `AccountMissing` if there was none."""
    taken = keys.database.owner(lambda tx: store.revoke_roles(tx, normal_email(email), operator_id, role))
    if taken == 0:
        raise AccountMissing
    return taken


def disable_account(keys: AccessKeys, email: str, *, staff: bool = False) -> None:
    """Close an account and end its sessions; its access tokens stop at once. Raises `AccountMissing`."""
    if not keys.database.owner(
        lambda tx: store.set_account_state(tx, normal_email(email), "disabled", staff=staff)
    ):
        raise AccountMissing


def enable_account(keys: AccessKeys, email: str, *, staff: bool = False) -> None:
    """Open a disabled or locked account again. Raises `AccountMissing`."""
    if not keys.database.owner(
        lambda tx: store.set_account_state(tx, normal_email(email), "active", staff=staff)
    ):
        raise AccountMissing


def revoke_staff(keys: AccessKeys, email: str) -> None:
    """End a person's work for the platform: no role is left, and the account is disabled. Raises `AccountMissing`."""

    def work(tx: Transaction) -> bool:
        store.set_account_state(tx, normal_email(email), "disabled", staff=True)
        return store.end_staff(tx, normal_email(email))

    if not keys.database.owner(work):
        raise AccountMissing


def set_password(keys: AccessKeys, email: str, password: str) -> None:
    """Give an account another password (it was forgotten); ends its sessions. Raises `AccountMissing`, `PasswordRefused`."""
    password_hash = keys.passwords.hash(good_password(keys, password))
    if not keys.database.owner(lambda tx: store.set_password(tx, normal_email(email), password_hash)):
        raise AccountMissing


def add_api_key(keys: AccessKeys, draft: ApiKeyDraft, *, by: str = CLI) -> tuple[ApiKey, str]:
    """Let an application in; the key, made here unless given, is returned this once and stored hashed. On record.

    Raises `ApiKeyInvalid`, `ApiKeyExists`, `OperatorMissing`.
    """
    networks = _good_networks(draft.networks)
    if not 1 <= len(draft.application_name) <= 256 or not draft.application_name.isprintable():
        raise ApiKeyInvalid(
            "/application_name", reason="the application's name has 1 to 256 printable characters"
        )
    if draft.all_operators and draft.operators:
        raise ApiKeyInvalid("/operators", reason="name operators or all operators, not both")
    if not draft.all_operators and not draft.operators and draft.attribute not in SYSTEM_ATTRIBUTES:
        raise ApiKeyInvalid(
            "/operators", reason="name the operators the application may act for, or all operators"
        )
    if draft.key is not None and _KEY.fullmatch(draft.key) is None:
        raise ApiKeyInvalid("/key", reason="a key of your own has 8 to 256 visible ASCII characters")
    key = draft.key if draft.key is not None else secrets.token_urlsafe(32)

    def work(tx: Transaction) -> UUID:
        operators = _operator_keys(tx, draft.operators)
        row = store.add_api_key(
            tx,
            keys.key_hash(key),
            application_name=draft.application_name,
            attribute=draft.attribute,
            networks=networks,
            operators=operators,
            all_operators=draft.all_operators,
            component_scope=draft.component_scope,
        )
        if row is None:
            raise ApiKeyExists("/key")
        _note_key(tx, draft.application_name, "added", operators, by)
        api_key_id: UUID = row["api_key_id"]
        return api_key_id

    api_key_id = keys.database.owner(work)
    return next(found for found in list_api_keys(keys) if found.api_key_id == api_key_id), key


def list_api_keys(keys: AccessKeys) -> list[ApiKey]:
    """All applications, the oldest first."""
    rows = keys.database.owner(store.api_keys)
    return [
        ApiKey(**{**row, "networks": tuple(row["networks"]), "operators": tuple(row["operators"])})
        for row in rows
    ]


def disable_api_key(keys: AccessKeys, api_key_id: UUID, *, by: str = CLI) -> None:
    """Keep an application out until it is enabled again. Raises `ApiKeyNotFound`."""
    _move_api_key(keys, api_key_id, "disabled", former=("active", "disabled"), by=by)


def enable_api_key(keys: AccessKeys, api_key_id: UUID, *, by: str = CLI) -> None:
    """Let a disabled application in again. Raises `ApiKeyNotFound` (also for a revoked one)."""
    _move_api_key(keys, api_key_id, "active", former=("active", "disabled"), by=by)


def revoke_api_key(keys: AccessKeys, api_key_id: UUID, *, by: str = CLI) -> None:
    """Keep an application out for good. Raises `ApiKeyNotFound`."""
    _move_api_key(keys, api_key_id, "revoked", former=("active", "disabled", "revoked"), by=by)


def api_keys_for(keys: AccessKeys, operator_id: UUID) -> list[ApiKey]:
    """The applications assigned to one company, the oldest first; those of every company are the platform's."""
    return [one for one in list_api_keys(keys) if operator_id in one.operators and not one.all_operators]


def change_own_api_key(
    keys: AccessKeys,
    operator_id: UUID,
    api_key_id: UUID,
    do: Literal["disable", "enable", "revoke"],
    *,
    by: str,
) -> None:
    """Change an application that acts for this company alone. Raises `ApiKeyNotFound` for every other one."""
    found = next((one for one in api_keys_for(keys, operator_id) if one.api_key_id == api_key_id), None)
    if found is None or found.operators != (operator_id,):
        raise ApiKeyNotFound
    {"disable": disable_api_key, "enable": enable_api_key, "revoke": revoke_api_key}[do](
        keys, api_key_id, by=by
    )


def _move_api_key(keys: AccessKeys, api_key_id: UUID, state: str, *, former: Sequence[str], by: str) -> None:
    def work(tx: Transaction) -> None:
        moved = store.set_api_key_state(tx, api_key_id, state, former=former)
        if moved is None:
            raise ApiKeyNotFound
        _note_key(tx, moved["application_name"], state, moved["operators"], by)

    keys.database.owner(work)


def _note_key(tx: Transaction, application: str, what: str, operators: Sequence[int], by: str) -> None:
    """Put a change of a key on record, for each company that it acts for; once if it is none's in particular."""
    concerned: Sequence[int | None] = operators or [None]
    for operator_key in concerned:
        note(tx, "key_changed", operator_key=operator_key, by=by, about=f"{application}: {what}")


def _operator_keys(tx: Transaction, operator_ids: Sequence[UUID]) -> list[int]:
    found = store.operator_keys(tx, operator_ids)
    if set(found) != set(operator_ids):
        raise OperatorMissing
    return list(found.values())


def good_email(email: str) -> str:
    """The address as it is stored. Raises `EmailInvalid`."""
    address = normal_email(email)
    if len(address) > 254 or _EMAIL.fullmatch(address) is None:
        raise EmailInvalid("/email", email=email)
    return address


def good_password(keys: AccessKeys, password: str) -> str:
    """The password, if it may be one. Raises `PasswordRefused`."""
    shortest = keys.policy.password_min_characters
    if not len(password) >= shortest or len(password.encode("utf-8", "surrogatepass")) > LONGEST:
        raise PasswordRefused("length", minimum=shortest, maximum=LONGEST, pointer="/password")
    return password


def _good_networks(given: Sequence[str]) -> list[str]:
    if not 1 <= len(given) <= _MOST_NETWORKS:
        raise ApiKeyInvalid(
            "/networks", reason=f"name 1 to {_MOST_NETWORKS} networks the application calls from"
        )
    try:
        return sorted({normal_network(network) for network in given})
    except ValueError as error:
        raise ApiKeyInvalid("/networks", reason=str(error)) from None


def _membership(values: Sequence[str]) -> Membership:
    operator_id, role, mandate, valid_until, granted_at, revoked_at = values
    return Membership(
        operator_id=UUID(operator_id),
        role=role,
        mandate=mandate,
        valid_until=_moment(valid_until),
        granted_at=datetime.fromisoformat(granted_at).astimezone(UTC),
        revoked_at=_moment(revoked_at),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
