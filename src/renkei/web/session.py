"""The session of a person at the pages: one sealed cookie, which only this server can read or make.

Inside are the access token (verified anew with each request, roles are read from the database each time), the refresh
token behind it, the secret against forged forms, the company chosen, the language, and one message for the next page.
A cookie that was not used for `web_idle_seconds` is worth nothing, whoever holds it; the refresh token ends it for good
when the person signs out, and after its own life.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from renkei.commons.access.model import Challenge, Pending
from renkei.kit.ids import parse_id
from renkei.kit.secret_box import SecretBox, SecretUnreadableError

PURPOSE: Final = b"renkei-web-session"
RESEAL_SECONDS: Final = 60
"""How old the time in a cookie may be before it is written anew: most pages set none."""
_LONGEST: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the cookie holds. Without `access` nobody has signed in."""

    csrf: str
    seen_at: int
    access: str | None = None
    refresh: str | None = None
    code_due: str | None = None
    """The access token that is worth something here once the code of the second factor has been entered."""
    openid: Pending | None = None
    """What must come back from the external provider that the browser was sent to."""
    challenge: Challenge | None = None
    """What a device of the person is to sign."""
    operator_id: UUID | None = None
    language: str | None = None
    message: str | None = None
    """Told once, on the next page."""
    acts_for_several: bool = False
    """Whether the person had roles in several companies when last asked; the header offers to change then."""

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody has signed in (whether that still holds is for the entry of each request to say)."""
        return self.access is not None


def fresh(now: int, language: str | None = None) -> Session:
    """A session of nobody."""
    return Session(csrf=secrets.token_urlsafe(24), seen_at=now, language=language)


def cookie_name(*, secure: bool) -> str:
    """Over TLS the name that browsers accept from this very host only (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-renkei" if secure else "renkei"


def seal(session: Session, box: SecretBox) -> str:
    """The cookie's value."""
    values = {
        "c": session.csrf,
        "s": session.seen_at,
        "a": session.access,
        "r": session.refresh,
        "f": session.code_due,
        "p": [session.openid.state, session.openid.nonce, session.openid.verifier]
        if session.openid
        else None,
        "w": [session.challenge.value.hex(), session.challenge.made_at.timestamp()]
        if session.challenge
        else None,
        "o": str(session.operator_id) if session.operator_id else None,
        "l": session.language,
        "m": session.message,
        "v": session.acts_for_several or None,
    }
    plain = msgspec.json.encode({name: value for name, value in values.items() if value is not None})
    return base64.urlsafe_b64encode(box.seal(plain, PURPOSE)).decode().rstrip("=")


def open_cookie(value: str | None, box: SecretBox, now: int, idle_seconds: int) -> Session | None:
    """The session of a cookie; None if there is none, if it was tampered with, or if it lay idle for too long."""
    if value is None or len(value) > _LONGEST:
        return None
    try:
        sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        found: dict[str, Any] = msgspec.json.decode(box.open(sealed, PURPOSE))
    except (binascii.Error, ValueError, SecretUnreadableError):
        return None
    if now - found["s"] > idle_seconds:
        return None
    return Session(
        csrf=found["c"],
        seen_at=found["s"],
        access=found.get("a"),
        refresh=found.get("r"),
        code_due=found.get("f"),
        openid=Pending(*found["p"]) if "p" in found else None,
        challenge=_challenge(found["w"]) if "w" in found else None,
        operator_id=parse_id(found.get("o")),
        language=found.get("l"),
        message=found.get("m"),
        acts_for_several=bool(found.get("v")),
    )


def _challenge(written: list[Any]) -> Challenge:
    return Challenge(bytes.fromhex(written[0]), datetime.fromtimestamp(written[1], UTC))


def is_genuine(session: Session, token: str | None) -> bool:
    """Whether a form carries the secret of this session."""
    return token is not None and hmac.compare_digest(session.csrf.encode(), token.encode())
