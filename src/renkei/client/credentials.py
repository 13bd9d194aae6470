"""Who calls: a person, an application, or a session that is carried on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A person. The client logs in before the first request, and again when its session has ended.

    `operator_id`: for which company, for a person with roles in several (default: that of the first role).
    `api_key`: of the application beside, where the server wants to know it.
    """

    email: str
    password: str = field(repr=False)
    operator_id: UUID | None = None
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An application that acts by itself for a company which assigned it."""

    key: str = field(repr=False)
    operator_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSession:
    """A session opened before, by its refresh token.

    Each refresh token is good once: `on_rotation` is called with the next one before it is needed. Store it there; a
    token used twice ends the session.
    """

    refresh_token: str = field(repr=False)
    on_rotation: Callable[[str], None] | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)


Credentials = Login | ApiKey | SavedSession
