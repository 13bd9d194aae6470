"""A file at rest: pieces of 64 KiB, each AES-256-GCM, in the STREAM construction.

    "RKF1" | sealed piece | sealed piece | … | sealed last piece

The nonce of a piece is its number (11 bytes) and a flag (1 byte, 1 for the last): a piece that was moved, repeated,
left out or cut off at the end does not open (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance, 2015, section 7). The nonces are no secret and repeat from file to file, so **every
file needs a fresh key of its own**.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"RKF1"
PIECE_BYTES: Final = 64 * 1024
KEY_BYTES: Final = 32
_TAG_BYTES: Final = 16
_SEALED_BYTES: Final = PIECE_BYTES + _TAG_BYTES


class SealedBytesUnreadableError(Exception):
    """Not sealed with this key, or changed since: at some piece, from which on nothing is given out."""


class SealedWriter:
    """Seals what is written into `sink`. `close` writes the last piece; without it the result never opens."""

    def __init__(self, sink: BinaryIO) -> None:
        self.key = secrets.token_bytes(KEY_BYTES)
        self._cipher = AESGCM(self.key)
        self._sink = sink
        self._waiting = bytearray()
        self._number = 0
        sink.write(MAGIC)

    def write(self, data: bytes) -> None:
        """Take more bytes, of any length."""
        self._waiting += data
        # The last piece is flagged, so a full one waits until something comes behind it.
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]

    def close(self) -> None:
        """Write what is left as the last piece. Does not close the sink."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, MAGIC))
        self._number += 1


def opened(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """The plain pieces in order, each checked before it is given out. Raises `SealedBytesUnreadableError`."""
    if source.read(len(MAGIC)) != MAGIC:
        raise SealedBytesUnreadableError
    cipher = AESGCM(key)
    number = 0
    piece = source.read(_SEALED_BYTES)
    while True:
        following = source.read(_SEALED_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, MAGIC)
        except (InvalidTag, ValueError):
            raise SealedBytesUnreadableError from None
        if not following:
            return
        piece = following
        number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + (b"\x01" if last else b"\x00")
