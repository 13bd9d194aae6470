"""Passwords: argon2id hashes, and the rules a new one must keep.

Parameters by the OWASP password storage cheat sheet (argon2id, 19 MiB, 2 passes, 1 lane): some 20 ms of one core.
How many are hashed at once is bounded, so that a flood of logins takes neither the memory nor all the cores.
"""

from __future__ import annotations

import re
import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from renkei.commons.access.errors import PasswordRefused

LONGEST: Final = 256
"""Bytes of a password at any door; longer ones are wrong without being hashed."""
_RULES: Final = (("upper", r"[A-Z]"), ("lower", r"[a-z]"), ("digit", r"[0-9]"), ("special", r"[!@#$%^&*]"))


class Passwords:
    """Hashes and verifies. Safe to share between threads."""

    def __init__(self, *, slots: int = 4) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
        self._slots = threading.BoundedSemaphore(slots)
        self._nobodys = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The argon2id hash, in its text form with parameters and salt."""
        with self._slots:
            return self._hasher.hash(_bytes(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash it takes as long, and is wrong."""
        with self._slots:
            try:
                self._hasher.verify(password_hash or self._nobodys, _bytes(password)[:LONGEST])
            except (Argon2Error, InvalidHashError):
                return False
        return password_hash is not None and len(_bytes(password)) <= LONGEST

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def check_new_password(
    password: str, *, minimum: int = 8, maximum: int = 20, pointer: str = "/newPassword"
) -> None:
    """The rules of the Ouranos contract (its section 6.3): the first one broken raises `PasswordRefused`.

    The length counts bytes, as the reference does.
    """
    if not minimum <= len(_bytes(password)) <= maximum:
        raise PasswordRefused("length", minimum=minimum, maximum=maximum, pointer=pointer)
    for rule, pattern in _RULES:
        if re.search(pattern, password) is None:
            raise PasswordRefused(rule, minimum=minimum, maximum=maximum, pointer=pointer)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
