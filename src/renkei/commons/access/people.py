"""A company's people (利用者): who has which role, and the links by which somebody gets one.

A link gives one role, once, within `LINK_DAYS`. Whoever follows it chooses a password, or proves the one of the account
that is there already; the page is the same in both cases, so that a link tells nobody who has an account.
The link of a company that is only invited so far leads to its registration, which the platform's staff decides.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from renkei.commons.access import people_store as store
from renkei.commons.access import registry_store
from renkei.commons.access.audit_store import note
from renkei.commons.access.errors import (
    InvitationOver,
    LastAdmin,
    NoMembership,
    PersonMissing,
    RegistrationMissing,
    StaffAndMember,
)
from renkei.commons.access.model import MemberRole
from renkei.commons.access.registry import good_email, good_password
from renkei.commons.access.service import login
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.operators.model import ACTED_FOR, Operator, Registration
from renkei.commons.operators.rules import check_registration
from renkei.commons.operators.service import register_operator
from renkei.commons.terms import store as terms_store
from renkei.commons.terms.errors import TermsNotAccepted
from renkei.database.caller import Caller
from renkei.database.transaction import Transaction
from renkei.kit.errors import Forbidden

log = structlog.get_logger(__name__)

LINK_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHeld:
    """One role of a person; `mandate` names a consultant's contract."""

    role: str
    mandate: str | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a role in the company."""

    account_id: UUID
    email: str
    is_active: bool
    has_second_factor: bool
    roles: tuple[RoleHeld, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A link that nobody has used yet. Without an address it is for a company."""

    invitation_id: UUID
    email: str | None
    role: str
    mandate: str | None
    valid_until: datetime | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What a link says to whoever holds it."""

    company: str
    country: str
    is_member: bool
    """Otherwise the company is invited by `inviter` and registers first."""
    inviter: str | None
    role: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A company that asks to become a member."""

    registration_id: UUID
    name: str
    address: str
    country: str
    open_operator_id: str
    email: str
    inviter: str | None
    stated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDraft:
    """A role to be given."""

    email: str
    role: MemberRole
    mandate: str | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who follows a link."""

    email: str
    password: str = field(repr=False)
    client_ip: str


def people(keys: AccessKeys, caller: Caller) -> tuple[list[Person], list[Pending]]:
    """Everybody with a role in the caller's company, and the links that are out. Raises `Forbidden`: admins alone."""
    caller.require()

    def work(tx: Transaction) -> tuple[list[Person], list[Pending]]:
        return (
            [_person(row) for row in store.people(tx, caller.operator_key)],
            [Pending(**row) for row in store.invitations(tx, caller.operator_key)],
        )

    return keys.database.owner(work)


def invite_person(keys: AccessKeys, caller: Caller, draft: RoleDraft) -> str:
    """A link that gives a person a role in the caller's company; its secret is told this once.

    A link that was out for the same person and role ends. Raises `Forbidden`, `EmailInvalid`.
    """
    caller.require()
    email = good_email(draft.email)
    token = _made(
        keys,
        caller.operator_key,
        email,
        draft.role,
        by=caller.actor,
        mandate=draft.mandate,
        valid_until=draft.valid_until,
    )
    log.info("person_invited", operator=str(caller.operator_id), by=caller.actor, role=draft.role)
    return token


def invite_company(keys: AccessKeys, caller: Caller, company: Operator) -> str:
    """A link by which a company that the caller invited registers itself; a former one ends.

    `company` is what the caller can see of it: nobody but the inviter sees one that is no member. Raises `Forbidden`.
    """
    caller.require("editor", "approver")
    if company.state != "provisional":
        raise Forbidden
    log.info("company_invited", operator=str(caller.operator_id), by=caller.actor)
    return _made(keys, company.operator_key, None, "admin", by=caller.actor)


def withdraw(keys: AccessKeys, caller: Caller, invitation_id: UUID) -> None:
    """Make a link of the caller's company worthless. Raises `Forbidden`, `PersonMissing`."""
    caller.require()
    if not keys.database.owner(lambda tx: store.withdraw_invitation(tx, caller.operator_key, invitation_id)):
        raise PersonMissing


def take_roles(keys: AccessKeys, caller: Caller, account_id: UUID, role: MemberRole | None = None) -> None:
    """Take one role (or all) of a person in the caller's company away, with its sessions there.

    Raises `Forbidden`, `PersonMissing`, `LastAdmin`.
    """
    caller.require()

    def work(tx: Transaction) -> None:
        store.hold_people(tx, caller.operator_key)
        found = [_person(row) for row in store.people(tx, caller.operator_key)]
        person = next((one for one in found if one.account_id == account_id), None)
        if person is None:
            raise PersonMissing
        admins = {one.account_id for one in found if one.is_active and _is_lasting_admin(one.roles)}
        if (
            role in {None, "admin"}
            and admins <= {account_id}
            and "admin" in {one.role for one in person.roles}
        ):
            raise LastAdmin
        if registry_store.revoke_roles(tx, person.email, caller.operator_id, role) == 0:
            raise PersonMissing
        note(
            tx,
            "role_taken",
            account_id=account_id,
            operator_id=caller.operator_id,
            by=caller.actor,
            about=role,
        )

    keys.database.owner(work)
    log.info("roles_taken", operator=str(caller.operator_id), by=caller.actor, account=str(account_id))


def email_of(keys: AccessKeys, caller: Caller) -> str:
    """The address of the calling person. Raises `PersonMissing` for an application."""
    account_id = caller.account_id
    found = None if account_id is None else keys.database.owner(lambda tx: store.email_of(tx, account_id))
    if found is None:
        raise PersonMissing
    return found


def invited(keys: AccessKeys, token: str) -> Invited:
    """What a link says. Raises `InvitationOver`."""
    row = keys.database.owner(lambda tx: store.invitation(tx, _hash(token)))
    if row is None:
        raise InvitationOver
    return Invited(
        company=row["company"],
        country=row["country"],
        is_member=row["state"] in ACTED_FOR,
        inviter=row["inviter"],
        role=row["role"],
        email=row["email"],
    )


def accept(keys: AccessKeys, token: str, password: str, *, client_ip: str) -> str:
    """Take the role that a link gives, with a new account or the one that is there; the address to sign in with.

    Raises `InvitationOver`, `PasswordRefused`, `InvalidCredentials` (the password of the account that is there),
    `StaffAndMember`.
    """
    given = invited(keys, token)
    if not given.is_member or given.email is None:
        raise InvitationOver
    make_account = _account_maker(
        keys, Credentials(email=given.email, password=password, client_ip=client_ip)
    )

    def work(tx: Transaction) -> str:
        row = store.invitation(tx, _hash(token), hold=True)
        if row is None or row["email"] is None or row["state"] not in ACTED_FOR:
            raise InvitationOver
        account_key = make_account(tx)
        registry_store.grant(
            tx,
            account_key,
            row["operator_key"],
            row["role"],
            mandate=row["mandate"],
            valid_until=row["valid_until"],
        )
        store.end_invitation(tx, row["invitation_key"])
        note(
            tx,
            "role_accepted",
            account_key=account_key,
            operator_key=row["operator_key"],
            about=row["role"],
        )
        return str(row["email"])

    email = keys.database.owner(work)
    log.info("invitation_accepted", role=given.role)
    return email


def register_company(
    keys: AccessKeys, token: str, draft: Registration, who: Credentials, terms_id: UUID | None = None
) -> None:
    """What an invited company says of itself, and its first person; the platform's staff decides.

    `terms_id`: the terms of use it accepts; where there are any, the newest ones.
    Raises `InvitationOver`, `EmailInvalid`, `PasswordRefused`, `InvalidCredentials`, `TermsNotAccepted`, and faults of content.
    """
    if invited(keys, token).is_member:
        raise InvitationOver
    check_registration(draft)
    make_account = _account_maker(keys, replace(who, email=good_email(who.email)))

    def work(tx: Transaction) -> None:
        row = store.invitation(tx, _hash(token), hold=True)
        if row is None or row["state"] in ACTED_FOR:
            raise InvitationOver
        terms = terms_store.newest(tx)
        if terms is not None:
            if terms["terms_id"] != terms_id:
                raise TermsNotAccepted("/terms_id")
            terms_store.accept(tx, terms_id, row["operator_key"], "registration")
        store.add_registration(
            tx,
            operator_key=row["operator_key"],
            account_key=make_account(tx),
            name=draft.name,
            address=draft.address,
            country=draft.country,
            open_operator_id=draft.open_operator_id,
        )
        store.end_invitation(tx, row["invitation_key"])

    keys.database.owner(work)
    log.info("company_registered")


# -- the platform's staff ----------------------------------------------------------------------------------------------


def waiting(keys: AccessKeys, caller: Caller) -> list[Waiting]:
    """The companies that ask to become members, the oldest first. Raises `Forbidden`: staff alone."""
    require_staff(caller)
    rows = keys.database.owner(store.registrations)
    return [Waiting(**{name: row[name] for name in Waiting.__dataclass_fields__}) for row in rows]


def decide(keys: AccessKeys, caller: Caller, registration_id: UUID, *, approve: bool) -> None:
    """Let a company in, with its first administrator, or refuse it. Raises `Forbidden`, `RegistrationMissing`, `IdTaken`."""
    require_staff(caller)

    def work(tx: Transaction) -> None:
        found = store.registrations(tx, registration_id)
        if not found:
            raise RegistrationMissing
        row = found[0]
        if approve:
            company = register_operator(
                tx,
                Registration(
                    name=row["name"],
                    address=row["address"],
                    country=row["country"],
                    open_operator_id=row["open_operator_id"],
                    operator_id=row["operator_id"],
                    sandbox=row["sandbox"],
                ),
            )
            registry_store.grant(
                tx, row["account_key"], company.operator_key, "admin", mandate=None, valid_until=None
            )
        outcome = "approved" if approve else "refused"
        store.decide_registration(tx, row["registration_key"], outcome, caller.actor)
        note(tx, "company_decided", operator_key=row["operator_key"], by=caller.actor, about=outcome)

    keys.database.owner(work)
    log.info("registration_decided", by=caller.actor, approved=approve)


def require_staff(caller: Caller) -> None:
    """Raise `Forbidden` unless the caller is of the platform's staff."""
    if "staff" not in caller.roles:
        raise Forbidden


def _account_maker(keys: AccessKeys, who: Credentials) -> Any:
    """What gives the account's key inside a transaction: of a new account, or of the one whose password was proven."""
    exists = keys.database.owner(lambda tx: registry_store.account_by_email(tx, who.email)) is not None
    if exists:
        with suppress(NoMembership):  # Then the password is right, and the role is what the link gives.
            login(keys, who.email, who.password, client_ip=who.client_ip, kind="ouranos")
        password_hash = ""
    else:
        password_hash = keys.passwords.hash(good_password(keys, who.password))

    def account_key(tx: Transaction) -> int:
        row = None
        if not exists:
            row = registry_store.add_account(tx, who.email, password_hash, staff=False)
        elif (row := registry_store.account_by_email(tx, who.email)) is not None and row["staff"]:
            raise StaffAndMember(email=who.email)
        if (
            row is None
        ):  # Somebody has just made one with this address: whoever follows the link again proves that one.
            raise InvitationOver
        key: int = row["account_key"]
        return key

    return account_key


def _made(
    keys: AccessKeys,
    operator_key: int,
    email: str | None,
    role: MemberRole,
    *,
    by: str,
    mandate: str | None = None,
    valid_until: datetime | None = None,
) -> str:
    token = secrets.token_urlsafe(32)

    def work(tx: Transaction) -> None:
        store.add_invitation(
            tx,
            _hash(token),
            operator_key=operator_key,
            email=email,
            role=role,
            mandate=mandate,
            valid_until=valid_until,
            invited_by=by,
            expires_at=tx.now + timedelta(days=LINK_DAYS),
        )
        note(tx, "invited", operator_key=operator_key, by=by, about=role)

    keys.database.owner(work)
    return token


def _is_lasting_admin(roles: Sequence[RoleHeld]) -> bool:
    return any(one.role == "admin" and one.valid_until is None for one in roles)


def _person(row: dict[str, Any]) -> Person:
    return Person(
        account_id=row["account_id"],
        email=row["email"],
        is_active=row["state"] == "active",
        has_second_factor=row["second_factor"],
        roles=tuple(
            RoleHeld(
                role=role,
                mandate=mandate,
                valid_until=None if until is None else datetime.fromisoformat(until),
            )
            for role, mandate, until in row["roles"]
        ),
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
