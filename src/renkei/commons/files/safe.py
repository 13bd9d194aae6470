"""Where the bytes lie: sealed files in the folder `files` of the data folder, one folder an operator.

    files/<operator id>/<first byte>/<address>     the address in hexadecimal
    files/incoming/<file id>.<random>              being received

The address is HMAC-SHA256 of the content's SHA-256 under a key of the operator's own: the same content of one company
is kept once, and nobody can see from the disk that two companies keep the same, or that somebody keeps a known file.
Bytes are durable (file and folder) when `put` returns; only then may the row that names them be committed.

This module knows no database: which bytes are still wanted is the service's to say.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from renkei.commons.files.cipher import SealedBytesUnreadableError, SealedWriter, opened
from renkei.commons.files.errors import FileDamaged, FileEmpty, FileNotAsNamed, FileTooLarge
from renkei.commons.files.model import Content, FilePolicy
from renkei.commons.files.rules import HEAD_BYTES, begins_as
from renkei.kit.ids import parse_id
from renkei.kit.secret_box import SecretBox, SecretUnreadableError

log = structlog.get_logger(__name__)

_INCOMING: Final = "incoming"
_ADDRESS_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What has come in and lies, durable and sealed, among the incoming."""

    operator_id: UUID
    path: Path
    size_bytes: int
    sha256: bytes
    address: bytes
    wrapped_key: bytes


class Incoming:
    """One upload being received: counted, looked at, hashed and sealed on its way to the disk. For one thread at a time."""

    def __init__(self, safe: FileSafe, operator_id: UUID, file_id: UUID, extension: str) -> None:
        self._safe = safe
        self._operator_id = operator_id
        self._extension = extension
        self._limit = safe.policy.size_limit_bytes
        self._size = 0
        self._head = b""
        self._hash = hashlib.sha256()
        folder = safe.root / _INCOMING
        _make_folder(folder)
        self._path = folder / f"{file_id}.{secrets.token_hex(8)}"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._sealed = SealedWriter(self._file)

    def write(self, data: bytes) -> None:
        """Take more bytes. Raises `FileTooLarge`, `FileNotAsNamed`."""
        self._size += len(data)
        if self._size > self._limit:
            raise FileTooLarge(limit=self._limit)
        if len(self._head) < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self._look()
        self._hash.update(data)
        self._sealed.write(data)

    def finish(self) -> Received:
        """All bytes have come: durable on return. Raises `FileEmpty`, `FileNotAsNamed`."""
        if not self._size:
            raise FileEmpty
        self._look()
        self._sealed.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        digest = self._hash.digest()
        address = self._safe.address(self._operator_id, digest)
        return Received(
            operator_id=self._operator_id,
            path=self._path,
            size_bytes=self._size,
            sha256=digest,
            address=address,
            wrapped_key=self._safe.wrap(self._operator_id, address, self._sealed.key),
        )

    def discard(self) -> None:
        """Leave nothing among the incoming. Does no harm to what `put` has taken over."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _look(self) -> None:
        if not begins_as(self._extension, self._head):
            raise FileNotAsNamed(extension=self._extension)


class FileSafe:
    """The folder, the secrets and the limits. One a process, shared by its threads."""

    def __init__(self, root: Path, secrets_: SecretBox, policy: FilePolicy) -> None:
        self.root = root
        self.policy = policy
        self._secrets = secrets_

    # -- writing ------------------------------------------------------------------------------------------------
    def receive(self, operator_id: UUID, file_id: UUID, extension: str) -> Incoming:
        """Begin to receive a file. The caller must call `discard` at the end, whatever happened."""
        return Incoming(self, operator_id, file_id, extension)

    def put(self, received: Received) -> None:
        """Give what was received its place, durably. May be repeated; replaces what nobody's row names."""
        place = self._place(received.operator_id, received.address)
        _make_folder(place.parent)
        beside = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
        beside.hardlink_to(received.path)
        try:
            beside.replace(place)
        finally:
            # Two names of one file: rename does nothing then (POSIX), so the name beside may still be there.
            beside.unlink(missing_ok=True)
        _sync_folder(place.parent)

    def holds(self, operator_id: UUID, address: bytes) -> bool:
        """Whether there are bytes at an address."""
        return self._place(operator_id, address).is_file()

    # -- reading ------------------------------------------------------------------------------------------------
    def check(self, content: Content) -> None:
        """Read everything once and compare. Raises `FileDamaged` if it is not what was stored."""
        digest, size = hashlib.sha256(), 0
        for piece in self.pieces(content):
            digest.update(piece)
            size += len(piece)
        if size != content.size_bytes or not hmac.compare_digest(digest.digest(), content.sha256):
            log.error("file_damaged", file_id=str(content.file_id), reason="other content")
            raise FileDamaged

    def pieces(self, content: Content) -> Iterator[bytes]:
        """The plain bytes, piece by piece, each unchanged. Raises `FileDamaged`."""
        try:
            operator_id, address, wrapped_key = _parts_of(content.handle)
            key = self._secrets.open(wrapped_key, _associated(operator_id, address))
            with self._place(operator_id, address).open("rb") as file:
                yield from opened(key, file)
        except (OSError, ValueError, SecretUnreadableError, SealedBytesUnreadableError) as error:
            log.error("file_damaged", file_id=str(content.file_id), reason=type(error).__name__)  # noqa: TRY400 - no trace wanted
            raise FileDamaged from None

    # -- keys and addresses -------------------------------------------------------------------------------------
    def address(self, operator_id: UUID, sha256: bytes) -> bytes:
        """Where content lies. After a change of the master key the same content gets another place once."""
        key = self._secrets.derived_key(f"file-addresses:{operator_id}")
        return hmac.new(key, sha256, hashlib.sha256).digest()

    def wrap(self, operator_id: UUID, address: bytes, key: bytes) -> bytes:
        """A file's own key, sealed for its row."""
        return self._secrets.seal(key, _associated(operator_id, address))

    def wrap_again(self, operator_id: UUID, address: bytes, wrapped_key: bytes) -> bytes | None:
        """A file's key sealed with the current master key; None if it is. Raises `SecretUnreadableError`."""
        if self._secrets.is_current(wrapped_key):
            return None
        return self.wrap(
            operator_id, address, self._secrets.open(wrapped_key, _associated(operator_id, address))
        )

    # -- clearing up --------------------------------------------------------------------------------------------
    def operators(self) -> list[UUID]:
        """The operators that have a folder here."""
        if not self.root.is_dir():
            return []
        found = (parse_id(folder.name) for folder in self.root.iterdir())
        return sorted(operator_id for operator_id in found if operator_id is not None)

    def sweep(self, operator_id: UUID, wanted: Collection[bytes]) -> int:
        """Remove for good what lies in an operator's folder and is not `wanted`; returns how many files that were.

        Only under the operator's write lock: nobody is just putting something there.
        """
        names = {address.hex() for address in wanted}
        removed = 0
        for path in (self.root / str(operator_id)).glob("??/*"):
            if path.name not in names:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def clear_incoming(self, older_than_seconds: float) -> int:
        """Remove what was being received when a process died; returns how many files that were."""
        folder = self.root / _INCOMING
        removed = 0
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > older_than_seconds:
                    path.unlink()
                    removed += 1
        return removed

    def _place(self, operator_id: UUID, address: bytes) -> Path:
        name = address.hex()
        return self.root / str(operator_id) / name[:2] / name


def handle_of(operator_id: UUID, address: bytes, wrapped_key: bytes) -> str:
    """Place and sealed key as one word. The same row always gives the same one."""
    return base64.urlsafe_b64encode(operator_id.bytes + address + wrapped_key).rstrip(b"=").decode()


def _parts_of(handle: str) -> tuple[UUID, bytes, bytes]:
    try:
        raw = base64.b64decode(handle + "=" * (-len(handle) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None
    end = 16 + _ADDRESS_BYTES
    if len(raw) <= end:
        raise ValueError
    return UUID(bytes=raw[:16]), raw[16:end], raw[end:]


def _associated(operator_id: UUID, address: bytes) -> bytes:
    return b"file-key:" + operator_id.bytes + address


def _make_folder(folder: Path) -> None:
    """The folder and those above it, each durable in the one above."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
