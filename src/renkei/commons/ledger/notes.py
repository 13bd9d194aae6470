"""Signed heads as others can read them: C2SP checkpoints (tlog-checkpoint) in signed notes (signed-note), Ed25519.

    renkei-ledger-6f0c…                         the log's name
    4096                                        how many leaves
    lYR3…=                                      the root, base64
    head 512                                    our extension lines: number and time of the head
    time 2026-11-25T14:00:00.000000Z
                                                an empty line, then one line for each signature:
    — renkei-ledger-6f0c… Zm9v…=                base64 of key hash (4 bytes) and signature (64 bytes)

A verifier key is one line: name, key hash and public key (`verifier_line`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519: Final = b"\x01"
_LONGEST: Final = 4_096


class NoteRefused(Exception):
    """Not a head of this log, or not signed by a key that counts. The message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a head says."""

    origin: str
    size: int
    root: bytes
    number: int
    signed_at: datetime


def key_hash(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_line(name: str, public_key: bytes) -> str:
    """The public key in one line, to be kept by whoever checks heads."""
    return f"{name}+{key_hash(name, public_key).hex()}+{_text(_ED25519 + public_key)}"


def read_verifiers(text: str) -> dict[bytes, tuple[str, bytes]]:
    """Keys out of lines made by `verifier_line`: key hash → name and public key. Raises `NoteRefused`."""
    found: dict[bytes, tuple[str, bytes]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, rest = line.partition("+")
        written, _, key = rest.partition("+")
        raw = _bytes(key)
        if len(raw) != 33 or raw[:1] != _ED25519 or key_hash(name, raw[1:]).hex() != written:
            raise NoteRefused("a line of the key file is not an Ed25519 verifier key")
        found[bytes.fromhex(written)] = (name, raw[1:])
    if not found:
        raise NoteRefused("there is no key in the key file")
    return found


def write_note(checkpoint: Checkpoint, keys: Iterable[Ed25519PrivateKey]) -> str:
    """The checkpoint with a signature of each of `keys`."""
    text = (
        f"{checkpoint.origin}\n{checkpoint.size}\n{_text(checkpoint.root)}\n"
        f"head {checkpoint.number}\ntime {_moment(checkpoint.signed_at)}\n"
    )
    lines = []
    for key in keys:
        public = key.public_key().public_bytes_raw()
        signed = key_hash(checkpoint.origin, public) + key.sign(text.encode())
        lines.append(f"— {checkpoint.origin} {_text(signed)}\n")
    return text + "\n" + "".join(lines)


def read_note(note: str, verifiers: Mapping[bytes, tuple[str, bytes]]) -> Checkpoint:
    """What a note says, if one of `verifiers` signed it; signatures of other keys are passed over. Raises `NoteRefused`."""
    if len(note) > _LONGEST:
        raise NoteRefused("this is not a head")
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    if not any(_is_signed(text, line, verifiers) for line in signatures.splitlines()):
        raise NoteRefused("no signature of a known key is good")
    try:
        origin, size, root, number, moment = text.splitlines()
        found = Checkpoint(
            origin=origin,
            size=int(size),
            root=_bytes(root),
            number=int(number.removeprefix("head ")),
            signed_at=datetime.fromisoformat(moment.removeprefix("time ")),
        )
    except ValueError:
        raise NoteRefused("this is not a head") from None
    if found.size < 0 or len(found.root) != hashlib.sha256().digest_size:
        raise NoteRefused("this is not a head")
    return found


def _is_signed(text: str, line: str, verifiers: Mapping[bytes, tuple[str, bytes]]) -> bool:
    dash, _, rest = line.partition(" ")
    name, _, signature = rest.partition(" ")
    raw = _bytes(signature)
    known = verifiers.get(raw[:4])
    if dash != "—" or known is None or name != known[0] or not text.startswith(f"{name}\n"):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(known[1]).verify(raw[4:], text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
