"""Files (certificates and the like): what a company keeps here, and what it takes to read the bytes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

FileState = Literal["reserved", "stored", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePolicy:
    """The limits that the settings name; see there for the reasons.

    `extensions` are lower case without the dot. The two `…_per_operator` limits count what is not erased.
    """

    size_limit_bytes: int
    extensions: frozenset[str]
    files_per_operator: int
    bytes_per_operator: int
    reservation_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDraft:
    """A file that is to come: its name, and its extension if the name does not say it."""

    name: str
    extension: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An own file. `size_bytes` and `sha256` (of the plain bytes) are known once it is stored."""

    file_key: int
    file_id: UUID
    name: str
    extension: str
    state: FileState
    size_bytes: int | None
    sha256: bytes | None
    created_at: datetime
    stored_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that is needed to read a stored file: for its owner from its row, for a customer from its own inbox.

    `handle` says where the bytes lie and holds their key, sealed with the installation's master key: it opens nothing
    outside of this server.
    """

    file_id: UUID
    name: str
    size_bytes: int
    sha256: bytes
    handle: str
