"""Operations on files. Every function acts as the transaction's operator and knows its own files only.

A file is **reserved** (it has an id and a name), then **stored** (its bytes are durable, then its row is committed),
then **erased** (its key is gone at once, its bytes when the folder is cleared up). A stored file never changes.

    reserve(tx, safe, drafts)                           -> files
    awaited(tx, file_id)                                -> the file whose bytes may come
    incoming = safe.receive(…); incoming.write(…)       outside of any transaction
    keep(tx, safe, file_id, incoming.finish())          -> the stored file
    content_of(tx, file_id)                             -> what it takes to read it: safe.check, safe.pieces

Topics of `Transaction.mark`: `files`, which were erased; `file_keys`, which are to be opened with another key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg.rows import TupleRow

from renkei.commons.files import store
from renkei.commons.files.errors import (
    FileMissing,
    FileNotStored,
    FileQuotaReached,
    FileStored,
    FileUrlRefused,
)
from renkei.commons.files.model import Content, File, FileDraft
from renkei.commons.files.rules import name_and_extension, with_handles, without_handles
from renkei.commons.files.safe import FileSafe, Received
from renkei.database.caller import WRITERS, Caller, Door
from renkei.database.transaction import Database, Entry, Event, Transaction, act_as, as_role
from renkei.kit.errors import Fault, RenkeiError, SeveralFaults
from renkei.kit.paging import Page, page_of
from renkei.kit.secret_box import SecretUnreadableError

__all__ = [
    "FILES",
    "FILE_CHANGED",
    "FILE_KEYS",
    "Cleared",
    "Resealed",
    "awaited",
    "clear_abandoned",
    "content_of",
    "contents",
    "delete_file",
    "entry_of",
    "erase",
    "file_of",
    "files_of",
    "keep",
    "list_files",
    "reseal",
    "reserve",
    "with_handles",
    "without_handles",
]

log = structlog.get_logger(__name__)

FILES: Final = "files"
"""The topic that is marked with the keys of changed files."""
FILE_KEYS: Final = "file_keys"
"""The topic that is marked with the keys of files that open with another key of their own now."""
FILE_CHANGED: Final = "jp.renkei.file.changed.v1"


def reserve(tx: Transaction, safe: FileSafe, drafts: Sequence[FileDraft], *, at: str = "/{0}") -> list[File]:
    """Announce files, in order. Faults of names and extensions are told all at once, each at its place.

    `at` is the pointer of a draft's object, with its number. Raises `SeveralFaults`, `FileQuotaReached`.
    """
    tx.caller.require(*WRITERS)
    faults: list[Fault] = []
    named: list[tuple[UUID, str, str]] = []
    for number, draft in enumerate(drafts):
        try:
            name, extension = name_and_extension(draft.name, draft.extension, safe.policy.extensions)
        except RenkeiError as error:
            (fault,) = error.faults
            place = at.format(number) + fault.pointer
            faults.append(Fault(fault.code, place, fault.parameters, fault.en, fault.ja))
        else:
            named.append((tx.new_id(), name, extension))
    if faults:
        raise SeveralFaults(tuple(faults))
    files, size = store.kept(tx)
    if files + len(named) > safe.policy.files_per_operator or size > safe.policy.bytes_per_operator:
        raise FileQuotaReached
    store.reserve(tx, named)
    found = store.by_ids(tx, [file_id for file_id, _, _ in named])
    for file_id in found:
        _tell(tx, file_id)
    return [found[file_id] for file_id, _, _ in named]


def awaited(tx: Transaction, file_id: UUID) -> File:
    """The own file whose bytes may come, or come once more. Raises `FileMissing`."""
    tx.caller.require(*WRITERS)
    return file_of(tx, file_id)


def keep(tx: Transaction, safe: FileSafe, file_id: UUID, received: Received) -> File:
    """Give received bytes their place, and the file its state `stored`; the same bytes once more change nothing.

    Needs the operator's write lock. The bytes are durable before the row is written. What is left without a row by a
    crash in between is replaced by the next upload of the same content, or cleared up.
    Raises `FileMissing`, `FileStored` (other bytes came before), `FileQuotaReached`.
    """
    file = awaited(tx, file_id)
    if file.state == "stored":
        if file.sha256 is None or not compare_digest(file.sha256, received.sha256):
            raise FileStored
        return file
    if store.kept(tx)[1] + received.size_bytes > safe.policy.bytes_per_operator:
        raise FileQuotaReached
    wrapped_key = store.key_at(tx, received.address)
    if wrapped_key is None or not safe.holds(received.operator_id, received.address):
        # Nobody's yet, or lost: then everyone who shares the bytes shares the new ones.
        safe.put(received)
        if wrapped_key is not None:
            tx.mark(FILE_KEYS, store.rekey(tx, received.address, received.wrapped_key))
        wrapped_key = received.wrapped_key
    store.mark_stored(tx, file.file_key, received, wrapped_key)
    _tell(tx, file_id)
    return store.by_ids(tx, [file_id])[file_id]


def file_of(tx: Transaction, file_id: UUID) -> File:
    """One own file. Raises `FileMissing`."""
    found = store.by_ids(tx, [file_id]).get(file_id)
    if found is None:
        raise FileMissing
    return found


def files_of(tx: Transaction, file_ids: Iterable[UUID]) -> dict[UUID, File]:
    """The own files of these ids; unknown, foreign and erased ones are silently missing. One statement."""
    return store.by_ids(tx, file_ids)


def list_files(tx: Transaction, after: UUID | None, limit: int) -> Page[File]:
    """Own files, newest first, page by page."""
    return page_of(store.listed(tx, after, limit + 1), limit, id_of=lambda one: one.file_id)


def stored_contents(tx: Transaction) -> list[Content]:
    """What it takes to read every stored file of the caller's, the oldest first. One statement for 1,000 files."""
    keys: list[int] = []
    page = list_files(tx, None, 1_000)
    while True:
        keys += [file.file_key for file in page.items if file.state == "stored"]
        if page.next_cursor is None:
            break
        page = list_files(tx, page.next_cursor, 1_000)
    found = store.contents(tx, keys)
    return [found[key] for key in sorted(found)]


def content_of(tx: Transaction, file_id: UUID) -> Content:
    """What it takes to read an own stored file. Raises `FileMissing`, `FileNotStored`."""
    file = file_of(tx, file_id)
    content = store.contents(tx, [file.file_key]).get(file.file_key)
    if content is None:
        raise FileNotStored
    return content


def contents(tx: Transaction, file_keys: Iterable[int]) -> Mapping[int, Content]:
    """What it takes to read own stored files, by key; others are left out. One statement."""
    keys = list(file_keys)
    return store.contents(tx, keys) if keys else {}


def erase(tx: Transaction, file_keys: Iterable[int]) -> None:
    """Erase own files for good. Whoever uses them hears of it (topic `files`)."""
    keys = list(file_keys)
    erased = store.erase(tx, keys) if keys else []
    tx.mark(FILES, [file_key for file_key, _ in erased])
    for _, file_id in erased:
        _tell(tx, file_id)


def delete_file(tx: Transaction, file_id: UUID) -> None:
    """Erase one own file: it leaves every certificate it is in. Raises `FileMissing`."""
    tx.caller.require(*WRITERS)
    erase(tx, [file_of(tx, file_id).file_key])


def entry_of(operator_id: UUID, *, door: Door = "ouranos") -> Entry:
    """The entry of a signed address: acts for the member that it was given to. Raises `FileUrlRefused`."""

    def enter(connection: Connection[TupleRow], writing: bool) -> Caller:
        operator_key = store.member_key(connection, operator_id)
        if operator_key is None:
            raise FileUrlRefused
        return act_as(operator_key, operator_id, door=door, roles=("editor",))(connection, writing)

    return enter


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What a clearing-up removed: reservations never used, files on the disk without a row, uploads that broke off."""

    reservations: int
    unwanted: int
    incoming: int

    @property
    def total(self) -> int:
        """All together."""
        return self.reservations + self.unwanted + self.incoming


def clear_abandoned(database: Database, safe: FileSafe) -> Cleared:
    """Erase reservations never used, remove bytes that no row names (any more) and uploads that broke off.

    A duty for once an hour or so, of one process or several: each operator's turn is a transaction of its own under
    its write lock, so nothing that is just being stored is taken for abandoned.
    """
    life = timedelta(hours=safe.policy.reservation_hours)
    before = database.clock.now() - life
    engine = as_role("renkei_engine")
    reservations = 0
    for operator_key, operator_id in database.read(engine, lambda tx: store.with_unused(tx, before)):
        reservations += database.run(
            act_as(operator_key, operator_id), lambda tx: store.erase_unused(tx, before)
        )
    unwanted = 0
    folders = safe.operators()
    for operator_key, operator_id in database.read(engine, lambda tx: store.keys_of_operators(tx, folders)):
        try:
            unwanted += database.run(act_as(operator_key, operator_id), _Sweep(safe, operator_id))
        except OSError as error:
            # One folder that cannot be changed must not keep the others from being cleared.
            log.warning("files_not_cleared", operator=str(operator_id), error=str(error))
    return Cleared(
        reservations=reservations,
        unwanted=unwanted,
        incoming=safe.clear_incoming(life.total_seconds()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many files' keys were sealed with the current master key, and how many no key of the ring opens."""

    files: int
    unreadable: int


def reseal(database: Database, safe: FileSafe) -> Resealed:
    """Seal every file's key with the current master key, so that the ring does not need the former ones for them.

    Each operator's turn is a transaction of its own under its write lock; may be repeated, and broken off. What is
    disclosed is delivered anew in the same transaction (topic `file_keys`), so that customers open it with the new handle.
    """
    resealed = unreadable = 0
    for operator_key, operator_id in database.read(as_role("renkei_engine"), store.with_stored):
        done, failed = database.run(act_as(operator_key, operator_id), _Reseal(safe, operator_id))
        resealed += done
        unreadable += failed
    return Resealed(files=resealed, unreadable=unreadable)


@dataclass(frozen=True, slots=True)
class _Reseal:
    """Seals the keys of one operator's files."""

    safe: FileSafe
    operator_id: UUID

    def __call__(self, tx: Transaction) -> tuple[int, int]:
        resealed = unreadable = 0
        for address, wrapped_key in store.sealed_keys(tx):
            try:
                again = self.safe.wrap_again(self.operator_id, address, wrapped_key)
            except SecretUnreadableError:
                log.warning(
                    "file_key_unreadable", operator=str(self.operator_id), todo="restore its master key"
                )
                unreadable += 1
                continue
            if again is not None:
                changed = store.rekey(tx, address, again)
                tx.mark(FILE_KEYS, changed)
                resealed += len(changed)
        return resealed, unreadable


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Removes what lies in one operator's folder and is named by no row."""

    safe: FileSafe
    operator_id: UUID

    def __call__(self, tx: Transaction) -> int:
        return self.safe.sweep(self.operator_id, store.wanted(tx))


def _tell(tx: Transaction, file_id: UUID) -> None:
    tx.emit(Event(FILE_CHANGED, tx.caller.operator_key, file_id))
