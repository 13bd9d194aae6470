"""Files that were uploaded to be taken in, and how a company's exports are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

State = Literal["faulty", "ready", "done", "discarded", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDraft:
    """A file as it was checked. `content` None: it has faults, and nothing is kept of it but the report.

    `options`: how it is read (the mapping as it was then). `fingerprint` stands for the changes that were shown.
    """

    kind: str
    file_name: str
    size_bytes: int
    digest: bytes
    content: bytes | None
    options: Mapping[str, Any]
    report: Mapping[str, Any]
    fingerprint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file that waits for its confirmation (`ready`), or what became of it.

    `report`: what was found and what would change; `result`: what was stored.
    """

    import_id: UUID
    kind: str
    file_name: str
    size_bytes: int
    state: State
    options: Mapping[str, Any]
    report: Mapping[str, Any]
    fingerprint: str | None
    result: Mapping[str, Any] | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """How one company's exports of a kind are to be read; a change is a new version."""

    kind: str
    name: str
    version: int
    content: Mapping[str, Any]
    created_by: str
    created_at: datetime
