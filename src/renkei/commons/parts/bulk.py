"""Registering many parts with their structures at once."""

from __future__ import annotations

from collections.abc import Iterable

from renkei.commons.parts.model import BulkResult, BulkRow
from renkei.database.transaction import Database, Entry


def bulk_register(database: Database, entry: Entry, rows: Iterable[BulkRow]) -> BulkResult:
    """Register many parts with their structures in one transaction of its own: all of them or none."""
    raise NotImplementedError
