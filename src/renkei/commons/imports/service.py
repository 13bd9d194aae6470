"""Uploads that wait for a confirmation, and the mappings by which they are read. What is in them, the door knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from renkei.commons.imports import store
from renkei.commons.imports.errors import ImportMissing, ImportNotReady, MappingMissing, TooManyWaiting
from renkei.commons.imports.model import Import, ImportDraft, SavedMapping, State
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.paging import Page, page_of


def put_import(tx: Transaction, draft: ImportDraft, *, limit: int) -> Import:
    """Keep an upload: `ready` to be confirmed, or `faulty`. Raises `TooManyWaiting` beyond `limit` waiting ones."""
    tx.caller.require(*WRITERS)
    if draft.content is not None and store.waiting(tx) >= limit:
        raise TooManyWaiting(maximum=limit)
    import_id = store.insert(tx, draft, "faulty" if draft.content is None else "ready")
    return import_of(tx, import_id)


def import_of(tx: Transaction, import_id: UUID) -> Import:
    """One own import. Raises `ImportMissing`."""
    found = store.read(tx, import_id)
    if found is None:
        raise ImportMissing
    return found


def list_imports(tx: Transaction, after: UUID | None = None, limit: int = 100) -> Page[Import]:
    """Own imports, newest first."""
    return page_of(store.listed(tx, after, limit + 1), limit, id_of=lambda one: one.import_id)


def waiting_import(tx: Transaction, import_id: UUID) -> tuple[Import, bytes]:
    """An own import that waits, with its file. Raises `ImportMissing`, `ImportNotReady`."""
    tx.caller.require(*WRITERS)
    found = import_of(tx, import_id)
    content = store.content(tx, import_id)
    if content is None:
        raise ImportNotReady(state=found.state)
    return found, content


def finish_import(tx: Transaction, import_id: UUID, result: Mapping[str, Any]) -> Import:
    """Say that a waiting import was carried out, in the same transaction. Raises `ImportMissing`, `ImportNotReady`."""
    return _end(tx, import_id, "done", result)


def discard_import(tx: Transaction, import_id: UUID) -> Import:
    """Forget the file of a waiting import. Raises `ImportMissing`, `ImportNotReady`."""
    return _end(tx, import_id, "discarded", None)


def report_anew(
    tx: Transaction, import_id: UUID, report: Mapping[str, Any], fingerprint: str | None
) -> Import:
    """Keep what another look at a waiting import found; without a fingerprint it is faulty now."""
    tx.caller.require(*WRITERS)
    store.report_anew(tx, import_id, "faulty" if fingerprint is None else "ready", report, fingerprint)
    return import_of(tx, import_id)


def _end(tx: Transaction, import_id: UUID, state: State, result: Mapping[str, Any] | None) -> Import:
    tx.caller.require(*WRITERS)
    found = import_of(tx, import_id)
    if not store.finish(tx, import_id, state, result):
        raise ImportNotReady(state=found.state)
    return import_of(tx, import_id)


def expire(tx: Transaction, before: datetime) -> int:
    """Forget the own files that waited since before."""
    return store.expire(tx, before)


def owners_with_expired(tx: Transaction, before: datetime) -> list[tuple[int, UUID]]:
    """For whom `expire` has something to do (key and id); as `renkei_engine`."""
    return store.owners_with_expired(tx, before)


def put_mapping(tx: Transaction, kind: str, name: str, content: Mapping[str, Any]) -> SavedMapping:
    """Save a mapping under a name, or its next version."""
    tx.caller.require(*WRITERS)
    present = store.mappings(tx, kind, name)
    if not present or present[0].content != content:
        store.add_mapping(tx, kind, name, content, removed=False)
    return mapping_of(tx, kind, name)


def mapping_of(tx: Transaction, kind: str, name: str) -> SavedMapping:
    """An own mapping. Raises `MappingMissing`."""
    found = store.mappings(tx, kind, name)
    if not found:
        raise MappingMissing
    return found[0]


def list_mappings(tx: Transaction, kind: str | None = None) -> list[SavedMapping]:
    """Own mappings, by kind and name."""
    return store.mappings(tx, kind)


def remove_mapping(tx: Transaction, kind: str, name: str) -> None:
    """Let a mapping go. Raises `MappingMissing`."""
    tx.caller.require(*WRITERS)
    mapping_of(tx, kind, name)
    store.add_mapping(tx, kind, name, {}, removed=True)
