"""The archive of a backup: one tar file with a manifest, written and read back with every hash checked.

Nothing in an archive is believed before its place is known to be ours: regular files below `files/` and `keys/`,
the dump, the witness, and the manifest, which comes last, so that an archive cut short has none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypedDict, cast

FORMAT = 2
"""2: with the witness. Archives of format 1 are read too."""
DUMP = "database.dump"
WITNESS = "witness.jsonl"
MANIFEST = "manifest.json"
FOLDERS = ("files", "keys")
PIECE_BYTES = 1 << 20
LARGEST_MANIFEST_BYTES = 512 << 20  # some 100 bytes a file; read into memory as a whole


class BackupError(RuntimeError):
    """A backup cannot be made or restored; the sentence says what to do. Nothing was changed."""


class Role(TypedDict):
    """A role that owns something in the database or is named in its grants or policies."""

    name: str
    inherit: bool
    bypass_row_security: bool


class Membership(TypedDict):
    """`member` may act as `role`."""

    role: str
    member: str
    admin: bool


class Member(TypedDict):
    """What the manifest says of one member: lower-case hex digest, bytes."""

    sha256: str
    size: int


class Manifest(TypedDict):
    """`manifest.json`."""

    format: int
    product_version: str
    server_version: int
    alembic_heads: list[str]
    taken_at: str
    owner: str
    roles: list[Role]
    memberships: list[Membership]
    members: dict[str, Member]


def pack(data_dir: Path, dump: Path, witness: Path | None, manifest: Manifest, target: Path) -> None:
    """Write the new file `target` (mode 0600), durable on return; fills in `manifest["members"]`."""
    beside = [] if witness is None else [(WITNESS, witness)]
    with _create_private(target) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in [(DUMP, dump), *beside, *_kept_files(data_dir)]:
                _add(archive, name, path, manifest["members"])
            _add_bytes(archive, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())


def _kept_files(data_dir: Path) -> Iterator[tuple[str, Path]]:
    """Regular files below the kept folders, in order; links and the like are none of ours."""
    for kept in FOLDERS:
        for parent, folders, names in os.walk(data_dir / kept):
            folders.sort()
            for name in sorted(names):
                path = Path(parent) / name
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path.relative_to(data_dir).as_posix(), path


class _Hashing:
    """A file being read, and the hash of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.sha256.update(piece)
        return piece


def _add(archive: tarfile.TarFile, name: str, path: Path, members: dict[str, Member]) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return  # erased at the end of its retention while we were reading
    with file:
        entry = _entry(name, os.fstat(file.fileno()).st_size)
        hashing = _Hashing(file)
        archive.addfile(entry, cast("BinaryIO", hashing))
        members[name] = Member(sha256=hashing.sha256.hexdigest(), size=entry.size)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_entry(name, len(content)), io.BytesIO(content))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    entry.mtime = int(datetime.now(UTC).timestamp())
    return entry


def unpack(archive: Path, staged: Path) -> Manifest:
    """Unpack into the empty folder `staged` and check every hash. Raises `BackupError`."""
    seen: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(archive, mode="r:") as file:
            for entry in file:
                content = file.extractfile(entry) if entry.isreg() and not entry.issparse() else None
                if content is None or manifest is not None or entry.name in seen or not _is_ours(entry.name):
                    raise BackupError(f"{archive} is not a backup of ours: it has a member {entry.name!r}.")
                if entry.name == MANIFEST:
                    manifest = _read_manifest(archive, content.read(LARGEST_MANIFEST_BYTES))
                else:
                    seen[entry.name] = _write(staged, entry.name, cast("BinaryIO", content))
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{archive} cannot be read: {error}. Take another copy of it.") from error
    if manifest is None:
        raise BackupError(f"{archive} is not complete: its manifest is missing. Take another copy of it.")
    damaged = sorted(
        name for name in seen.keys() | manifest["members"] if seen.get(name) != manifest["members"].get(name)
    )
    if damaged or DUMP not in seen:
        raise BackupError(
            f"{archive} is damaged: {', '.join(damaged[:5]) or DUMP} does not fit the manifest. Take another copy of it."
        )
    return manifest


def _is_ours(name: str) -> bool:
    """Whether a member's name is one that a backup can have; anything that could leave the folder is not."""
    if name in {DUMP, WITNESS, MANIFEST}:
        return True
    path = PurePosixPath(name)
    return (
        len(path.parts) > 1
        and path.parts[0] in FOLDERS
        and ".." not in path.parts
        and "\0" not in name
        and str(path) == name
    )


def _read_manifest(archive: Path, content: bytes) -> Manifest:
    try:
        manifest = cast("Manifest", json.loads(content))
        if manifest["format"] not in {1, FORMAT}:
            raise BackupError(
                f"{archive} has format {manifest['format']}; this release reads up to {FORMAT}."
            )
        datetime.fromisoformat(manifest["taken_at"])
        dict(manifest["members"])
        for key in ("alembic_heads", "roles", "memberships"):
            list(manifest[key])
        str(manifest["owner"] + manifest["product_version"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BackupError(f"{archive} is damaged: its manifest cannot be read ({error!r}).") from error
    return manifest


def _write(staged: Path, name: str, content: BinaryIO) -> Member:
    path = staged / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sha256, size = hashlib.sha256(), 0
    with _create_private(path) as file:
        while piece := content.read(PIECE_BYTES):
            sha256.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Member(sha256=sha256.hexdigest(), size=size)


def copy_private(source: Path, target: Path) -> None:
    """The new file `target` (mode 0600) with the bytes of `source`, durable on return. Raises `FileExistsError`."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, _create_private(target) as write:
        shutil.copyfileobj(read, write, PIECE_BYTES)
        write.flush()
        os.fsync(write.fileno())


def _create_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
