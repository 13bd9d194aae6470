"""Words of access: who knocks, with what, and what was handed out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from renkei.kit.rates import Rate

KeyAttribute = Literal["Application", "DataSpace", "Traceability"]
MemberRole = Literal["admin", "editor", "approver", "viewer"]
TokenKind = Literal["rotating", "ouranos"]
AuditKind = Literal[
    "signed_in",
    "sign_in_refused",
    "password_refused",
    "locked",
    "code_refused",
    "password_changed",
    "role_taken",
    "invited",
    "role_accepted",
    "company_decided",
    "company_state",
    "announced",
    "terms_published",
    "passkey_added",
    "passkey_removed",
    "key_changed",
]
"""What the record of access tells of."""
"""How a refresh token behaves: good once, or good until it expires or is revoked."""

MEMBER_ROLES: tuple[MemberRole, ...] = ("admin", "editor", "approver", "viewer")
KEY_ATTRIBUTES: tuple[KeyAttribute, ...] = ("Application", "DataSpace", "Traceability")
SYSTEM_ATTRIBUTES: frozenset[str] = frozenset({"DataSpace", "Traceability"})
"""Keys with these may ask about other people's tokens and keys (systemAuth)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientContext:
    """What a request brought along, as its headers and its connection had it; nothing of it is believed yet.

    api_key: header `apiKey` or `x-api-key`. token: the access token without `Bearer `.
    client_ip: as text, by the rule of the setting about proxies. operator_header: `Renkei-Operator`.
    """

    api_key: str | None = None
    token: str | None = field(default=None, repr=False)
    client_ip: str = ""
    operator_header: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Limits of access, from the settings.

    issuer, audience: `iss` and `aud` of access tokens.
    access_token_seconds: life of an access token (Ouranos: 3600).
    refresh_token_seconds: life of a rotating refresh token; each use gives a new one.
    session_seconds: life of a session by rotating tokens, however often it is refreshed.
    ouranos_refresh_seconds: life of a refresh token of the Ouranos contract, which may be used again and again.
    login_failures_before_lock, lock_seconds: after so many wrong passwords in a row, closed for so long.
    login_failures: wrong passwords from one network address, whatever the account; shared by all processes.
    password_min_characters: the shortest password of a new account, or one set for it.
    publish_ahead_seconds: a rotated-in key is published this long before it signs, so that every verifier has it.
    keys_fresh_seconds: how long public keys are believed before they are read again.
    hashing_slots: passwords hashed at the same time in one process; each takes 19 MiB and some 20 ms of CPU.
    administrators_need_factor: an administrator without a second factor acts as editor and approver until there is one;
        the platform's staff may do nothing else.
    remembered_tokens: of so many tokens (1 KB each) a process remembers that their signature was good.
    """

    issuer: str = "renkei"
    audience: str = "renkei"
    access_token_seconds: int = 3600
    refresh_token_seconds: int = 14 * 24 * 3600
    session_seconds: int = 180 * 24 * 3600
    ouranos_refresh_seconds: int = 12 * 3600
    login_failures_before_lock: int = 10
    password_min_characters: int = 8
    lock_seconds: int = 900
    login_failures: Rate = field(default_factory=lambda: Rate(1, 60))
    publish_ahead_seconds: int = 300
    keys_fresh_seconds: float = 60
    hashing_slots: int = 4
    administrators_need_factor: bool = False
    remembered_tokens: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified access token says. `operator_id` is None for platform staff."""

    account_id: UUID
    operator_id: UUID | None
    email: str
    issued_at: datetime
    authenticated_at: datetime
    expires_at: datetime
    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a login or a refresh hands out; the secrets stay out of logs. `refresh_token` None: the former one stays."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_seconds: int
    account_id: UUID
    operator_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """A member operator that a person may act for now; `valid_until`: the last of its roles ends then."""

    operator_id: UUID
    name: str
    roles: tuple[str, ...]
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVerdict:
    """systemAuth about a key: two answers, independent of each other."""

    is_key_valid: bool
    is_ip_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One role of a person in one operator; `mandate` names a consultant's contract, `valid_until` its end."""

    operator_id: UUID
    role: str
    mandate: str | None
    valid_until: datetime | None
    granted_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person, without any secret."""

    account_id: UUID
    email: str
    staff: bool
    state: str
    locked_until: datetime | None
    created_at: datetime
    memberships: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyDraft:
    """An application to be let in. `operators` are the ones it may act for, unless `all_operators`."""

    application_name: str
    attribute: KeyAttribute
    networks: tuple[str, ...]
    operators: tuple[UUID, ...] = ()
    all_operators: bool = False
    component_scope: Literal["rest", "whole"] = "rest"
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An application allowed in, without its secret."""

    api_key_id: UUID
    application_name: str
    attribute: str
    networks: tuple[str, ...]
    operators: tuple[UUID, ...]
    all_operators: bool
    component_scope: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The external OpenID provider of the settings, and how long to wait for it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    timeout_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Pending:
    """What a browser that was sent to the provider has to bring back or to prove; kept in its sealed session."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a device is to sign, and when it was made; kept in the sealed session."""

    value: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A key of a person's device, by the name the person gave it."""

    passkey_id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None
