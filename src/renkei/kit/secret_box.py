"""Small secrets at rest: AES-256-GCM under a master key that can be rotated.

A sealed secret is `version (1) | key id (4) | nonce (12) | ciphertext and tag`.
The key id says which master key to open it with; the first key of the ring seals, the others only open.
The associated data (for instance b"webhook-secret:" and the id of its row) is authenticated but not stored, so that a
ciphertext moved to another row does not open.

The ring comes from the setting `master_key`, else from `<data_dir>/keys/master.key` (mode 0600), made on first use.
Either holds one or more keys of 32 bytes in base64, separated by white space or commas, the current one first.
Whoever loses it loses the secrets: it belongs in the backup, but not in the same place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12  # NIST SP 800-38D, section 8.2.2: random, good for 2**32 secrets under one key


class SecretUnreadableError(Exception):
    """What was sealed does not open: another key, other associated data, or changed bytes."""


class MasterKeyError(Exception):
    """The master key cannot be read; the message says what to do. Never holds the key itself."""


class SecretBox:
    """Seals and opens. Safe to share between threads."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        """The ring, current key first. Raises `MasterKeyError` if it is empty or a key has not 32 bytes."""
        ring = tuple(keys)
        if not ring or any(len(key) != KEY_BYTES for key in ring):
            message = f"a master key has exactly {KEY_BYTES} bytes, written in base64"
            raise MasterKeyError(message)
        self._current = ring[0]
        self._current_id = _key_id(ring[0])
        self._by_id = {_key_id(key): AESGCM(key) for key in reversed(ring)}

    def seal(self, secret: bytes, associated: bytes) -> bytes:
        """`secret` encrypted under the current key, bound to `associated`."""
        head = _VERSION + self._current_id
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._by_id[self._current_id].encrypt(nonce, secret, head + associated)
        return head + nonce + sealed

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """The secret again. Raises `SecretUnreadableError` whatever the reason."""
        head, rest = sealed[: 1 + _ID_BYTES], sealed[1 + _ID_BYTES :]
        key = self._by_id.get(head[1:])
        if head[:1] != _VERSION or key is None:
            raise SecretUnreadableError
        try:
            return key.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + associated)
        except (InvalidTag, ValueError):
            raise SecretUnreadableError from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed under the current key (if not, a rotation has yet to seal it again)."""
        return sealed[: 1 + _ID_BYTES] == _VERSION + self._current_id

    def derived_key(self, purpose: str) -> bytes:
        """A key of 32 bytes for another use (such as signing URLs), from the current master key by HKDF (RFC 5869)."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"renkei:" + purpose.encode()).derive(self._current)


def open_secret_box(master_key: str | None, data_dir: Path) -> SecretBox:
    """The box of this installation; makes the key file if there is neither a setting nor a file.

    Two processes that start at once get the same key. Raises `MasterKeyError`.
    """
    if master_key is not None:
        return SecretBox(_read_ring(master_key, "the setting master_key"))
    path = data_dir / "keys" / "master.key"
    if not path.exists():
        _make_key_file(path)
    if path.stat().st_mode & 0o077:
        message = f"{path} can be read by others; run: chmod 600 {path}"
        raise MasterKeyError(message)
    return SecretBox(_read_ring(path.read_text(encoding="ascii", errors="replace"), str(path)))


def _read_ring(text: str, where: str) -> list[bytes]:
    try:
        return [base64.b64decode(word, validate=True) for word in text.replace(",", " ").split()]
    except (binascii.Error, ValueError):
        message = f"{where} is not base64: it must hold keys of {KEY_BYTES} bytes, the current one first"
        raise MasterKeyError(message) from None


def _make_key_file(path: Path) -> None:
    """Writes a fresh key beside and links it into place, which fails if another process was first: then its key counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(beside)
    finally:
        beside.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name is as durable as the key before anything is sealed with it
    finally:
        os.close(folder)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"renkei:master-key-id\x00" + key).digest()[:_ID_BYTES]
