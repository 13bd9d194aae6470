"""All SQL of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, TupleRow

from renkei.commons.files.model import Content, File
from renkei.commons.files.safe import Received, handle_of
from renkei.database.transaction import Transaction


def reserve(tx: Transaction, files: Sequence[tuple[UUID, str, str]]) -> None:
    """Write reservations: (id, name, extension)."""
    tx.execute(
        """
        INSERT INTO commons.files (file_id, operator_key, name, extension, state, created_at)
        SELECT n.file_id, commons.me(), n.name, n.extension, 'reserved', %(now)s
          FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(extensions)s::text[]) WITH ORDINALITY
               AS n(file_id, name, extension, place)
         ORDER BY n.place
        """,
        {
            "now": tx.now,
            "ids": [file_id for file_id, _, _ in files],
            "names": [name for _, name, _ in files],
            "extensions": [extension for _, _, extension in files],
        },
    )


def kept(tx: Transaction) -> tuple[int, int]:
    """How many files the caller has that are not erased, and how many bytes they are."""
    row = tx.row(
        """
        SELECT count(*) AS files, coalesce(sum(size_bytes), 0)::bigint AS bytes
          FROM commons.files WHERE operator_key = commons.me() AND state <> 'erased'
        """
    )
    assert row is not None
    return int(row["files"]), int(row["bytes"])


def by_ids(tx: Transaction, file_ids: Iterable[UUID]) -> dict[UUID, File]:
    """The caller's files of these ids that are not erased."""
    rows = tx.rows(
        """
        SELECT file_key, file_id, name, extension, state, size_bytes, sha256, created_at, stored_at
          FROM commons.files
         WHERE operator_key = commons.me() AND file_id = ANY(%s::uuid[]) AND state <> 'erased'
        """,
        (list(file_ids),),
    )
    return {row["file_id"]: _file(row) for row in rows}


def listed(tx: Transaction, after: UUID | None, limit: int) -> list[File]:
    """The caller's files, newest first; `after` is the file that opens the page."""
    rows = tx.rows(
        """
        SELECT file_key, file_id, name, extension, state, size_bytes, sha256, created_at, stored_at
          FROM commons.files
         WHERE operator_key = commons.me() AND state <> 'erased'
           AND (%(after)s::uuid IS NULL OR file_key <= (
                 SELECT a.file_key FROM commons.files a
                  WHERE a.operator_key = commons.me() AND a.file_id = %(after)s))
         ORDER BY file_key DESC
         LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
    )
    return [_file(row) for row in rows]


def contents(tx: Transaction, file_keys: Iterable[int]) -> dict[int, Content]:
    """What it takes to read the caller's stored files, by key."""
    rows = tx.rows(
        """
        SELECT f.file_key, f.file_id, f.name, f.size_bytes, f.sha256, f.address, f.wrapped_key, o.operator_id
          FROM commons.files f
          JOIN commons.directory o ON o.operator_key = f.operator_key
         WHERE f.operator_key = commons.me() AND f.file_key = ANY(%s) AND f.state = 'stored'
        """,
        (list(file_keys),),
    )
    return {
        row["file_key"]: Content(
            file_id=row["file_id"],
            name=row["name"],
            size_bytes=row["size_bytes"],
            sha256=row["sha256"],
            handle=handle_of(row["operator_id"], row["address"], row["wrapped_key"]),
        )
        for row in rows
    }


def key_at(tx: Transaction, address: bytes) -> bytes | None:
    """The sealed key of what the caller keeps at an address."""
    row = tx.row(
        """
        SELECT wrapped_key FROM commons.files
         WHERE operator_key = commons.me() AND address = %s AND state = 'stored' LIMIT 1
        """,
        (address,),
    )
    return None if row is None else bytes(row["wrapped_key"])


def mark_stored(tx: Transaction, file_key: int, received: Received, wrapped_key: bytes) -> None:
    """The bytes of a reserved file are there."""
    tx.execute(
        """
        UPDATE commons.files
           SET state = 'stored', size_bytes = %s, sha256 = %s, address = %s, wrapped_key = %s, stored_at = %s
         WHERE operator_key = commons.me() AND file_key = %s AND state = 'reserved'
        """,
        (received.size_bytes, received.sha256, received.address, wrapped_key, tx.now, file_key),
    )


def rekey(tx: Transaction, address: bytes, wrapped_key: bytes) -> list[int]:
    """The bytes at an address were written anew: every file there opens with this key now. Keys of those files."""
    rows = tx.rows(
        """
        UPDATE commons.files SET wrapped_key = %s
         WHERE operator_key = commons.me() AND address = %s AND state = 'stored'
        RETURNING file_key
        """,
        (wrapped_key, address),
    )
    return [int(row["file_key"]) for row in rows]


def sealed_keys(tx: Transaction) -> list[tuple[bytes, bytes]]:
    """Where the caller's stored files lie, each with its sealed key."""
    rows = tx.rows(
        """
        SELECT DISTINCT address, wrapped_key FROM commons.files
         WHERE operator_key = commons.me() AND state = 'stored' ORDER BY address
        """
    )
    return [(bytes(row["address"]), bytes(row["wrapped_key"])) for row in rows]


def with_stored(tx: Transaction) -> list[tuple[int, UUID]]:
    """(key, id) of the operators that keep files; as the engine."""
    rows = tx.rows(
        """
        SELECT o.operator_key, o.operator_id FROM commons.operators o
         WHERE EXISTS (SELECT FROM commons.files f WHERE f.operator_key = o.operator_key AND f.state = 'stored')
         ORDER BY o.operator_key
        """
    )
    return [(int(row["operator_key"]), row["operator_id"]) for row in rows]


def erase(tx: Transaction, file_keys: Iterable[int]) -> list[tuple[int, UUID]]:
    """Erase files: their keys go at once, their bytes when the folder is cleared up. (key, id) of those erased."""
    rows = tx.rows(
        """
        UPDATE commons.files SET state = 'erased', erased_at = %s, wrapped_key = NULL, address = NULL, sha256 = NULL
         WHERE operator_key = commons.me() AND file_key = ANY(%s) AND state <> 'erased'
        RETURNING file_key, file_id
        """,
        (tx.now, list(file_keys)),
    )
    return [(int(row["file_key"]), row["file_id"]) for row in rows]


def erase_unused(tx: Transaction, before: datetime) -> int:
    """Erase the caller's reservations from before a moment; how many."""
    return tx.execute(
        """
        UPDATE commons.files SET state = 'erased', erased_at = %s
         WHERE operator_key = commons.me() AND state = 'reserved' AND created_at < %s
        """,
        (tx.now, before),
    ).rowcount


def wanted(tx: Transaction) -> set[bytes]:
    """Where the caller's stored files lie."""
    rows = tx.rows(
        "SELECT DISTINCT address FROM commons.files WHERE operator_key = commons.me() AND state = 'stored'"
    )
    return {bytes(row["address"]) for row in rows}


def with_unused(tx: Transaction, before: datetime) -> list[tuple[int, UUID]]:
    """(key, id) of the operators with reservations from before a moment; as the engine."""
    rows = tx.rows(
        """
        SELECT o.operator_key, o.operator_id FROM commons.operators o
         WHERE EXISTS (SELECT FROM commons.files f
                        WHERE f.operator_key = o.operator_key AND f.state = 'reserved' AND f.created_at < %s)
         ORDER BY o.operator_key
        """,
        (before,),
    )
    return [(int(row["operator_key"]), row["operator_id"]) for row in rows]


def keys_of_operators(tx: Transaction, operator_ids: Sequence[UUID]) -> list[tuple[int, UUID]]:
    """(key, id) of these operators; as the engine."""
    rows = tx.rows(
        "SELECT operator_key, operator_id FROM commons.operators WHERE operator_id = ANY(%s::uuid[]) ORDER BY 1",
        (list(operator_ids),),
    )
    return [(int(row["operator_key"]), row["operator_id"]) for row in rows]


def member_key(connection: Connection[TupleRow], operator_id: UUID) -> int | None:
    """The key of a member, on a connection that has just begun."""
    row = connection.execute(
        "SELECT operator_key FROM commons.operators WHERE operator_id = %s AND state = 'member'",
        (operator_id,),
    ).fetchone()
    return None if row is None else int(row[0])


def _file(row: DictRow) -> File:
    return File(**row)
