"""Mail going out (RFC 5321) through the server that the settings name. Without one, nothing is ever sent."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

import structlog
from pydantic import SecretStr

from renkei.settings import MailSecurity, Settings

log = structlog.get_logger(__name__)

WAIT_SECONDS: Final = 10
"""Longest wait for the mail server at each step: a page waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The mail server, who may send through it, and as whom."""

    host: str
    port: int
    security: MailSecurity
    user: str | None
    password: SecretStr | None
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail in plain text."""

    to: str
    subject: str
    text: str


def post_of(settings: Settings) -> Post | None:
    """Where mail goes out here; None where the settings name no server."""
    if settings.smtp_host is None or settings.mail_sender is None:
        return None
    return Post(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.mail_sender,
    )


def send(post: Post, letters: Sequence[Letter]) -> list[bool]:
    """Hand the letters to the mail server over one connection; whether it took each.

    A trouble is logged, never raised: what was to be told stands on the pages as well.
    """
    taken = [False] * len(letters)
    try:
        with _connected(post) as server:
            for at, letter in enumerate(letters):
                taken[at] = _sent(server, post, letter)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_server_unreachable", error=type(error).__name__, left=taken.count(False))
    return taken


def _connected(post: Post) -> smtplib.SMTP:
    tls = ssl.create_default_context()
    if post.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(post.host, post.port, timeout=WAIT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(post.host, post.port, timeout=WAIT_SECONDS)
    try:
        if post.security == "starttls":
            server.starttls(context=tls)
        if post.user is not None and post.password is not None:
            server.login(post.user, post.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _sent(server: smtplib.SMTP, post: Post, letter: Letter) -> bool:
    try:
        server.send_message(_message(post, letter))
    except smtplib.SMTPServerDisconnected:
        raise
    except (smtplib.SMTPException, ValueError) as error:  # this address or this text, not the server
        log.warning("mail_refused", error=type(error).__name__)
        return False
    return True


def _message(post: Post, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = post.sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=post.sender.rpartition("@")[2])
    # No machine answers it with a notice of absence (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
