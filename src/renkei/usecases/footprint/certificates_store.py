"""All SQL of certificates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from renkei.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a certificate, in its order."""

    file_key: int
    file_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The certificate of a part."""

    certificate_key: int
    certificate_id: UUID
    part_key: int
    description: str | None
    files: tuple[Entry, ...]


def of_parts(tx: Transaction, part_keys: Iterable[int]) -> dict[int, Stored]:
    """The certificates of own parts, by part."""
    rows = tx.rows(
        """
        SELECT c.certificate_key, c.certificate_id, c.part_key, c.description,
               array_agg(f.file_key ORDER BY f.position) FILTER (WHERE f.file_key IS NOT NULL) AS file_keys,
               array_agg(f.file_id ORDER BY f.position) FILTER (WHERE f.file_key IS NOT NULL) AS file_ids,
               array_agg(f.name ORDER BY f.position) FILTER (WHERE f.file_key IS NOT NULL) AS names
          FROM footprint.certificates c
          LEFT JOIN footprint.certificate_files f
                 ON f.certificate_key = c.certificate_key AND f.operator_key = commons.me()
         WHERE c.operator_key = commons.me() AND c.deleted_at IS NULL AND c.part_key = ANY(%s)
         GROUP BY c.certificate_key
        """,
        (list(part_keys),),
    )
    return {row["part_key"]: _stored(row) for row in rows}


def part_of(tx: Transaction, certificate_id: UUID) -> int | None:
    """The part of an own certificate."""
    row = tx.row(
        """
        SELECT part_key FROM footprint.certificates
         WHERE operator_key = commons.me() AND certificate_id = %s AND deleted_at IS NULL
        """,
        (certificate_id,),
    )
    return None if row is None else int(row["part_key"])


def insert(tx: Transaction, certificate_id: UUID, part_key: int, description: str | None) -> int:
    """A first certificate; its key."""
    row = tx.row(
        """
        INSERT INTO footprint.certificates (certificate_id, operator_key, part_key, description, created_at, updated_at)
        VALUES (%(id)s, commons.me(), %(part)s, %(description)s, %(now)s, %(now)s) RETURNING certificate_key
        """,
        {"id": certificate_id, "part": part_key, "description": description, "now": tx.now},
    )
    assert row is not None
    return int(row["certificate_key"])


def describe(tx: Transaction, certificate_key: int, description: str | None) -> None:
    """A certificate was changed."""
    tx.execute(
        """
        UPDATE footprint.certificates SET description = %s, updated_at = %s
         WHERE operator_key = commons.me() AND certificate_key = %s
        """,
        (description, tx.now, certificate_key),
    )


def replace_files(tx: Transaction, certificate_key: int, files: Sequence[Entry]) -> None:
    """These files, in this order, instead of the former ones."""
    tx.execute(
        """
        DELETE FROM footprint.certificate_files WHERE operator_key = commons.me() AND certificate_key = %s
        """,
        (certificate_key,),
    )
    tx.execute(
        """
        INSERT INTO footprint.certificate_files (certificate_key, file_key, operator_key, position, name, file_id)
        SELECT %(certificate)s, n.file_key, commons.me(), n.position, n.name, n.file_id
          FROM unnest(%(keys)s::bigint[], %(names)s::text[], %(ids)s::uuid[]) WITH ORDINALITY
               AS n(file_key, name, file_id, position)
        """,
        {
            "certificate": certificate_key,
            "keys": [file.file_key for file in files],
            "names": [file.name for file in files],
            "ids": [file.file_id for file in files],
        },
    )


def delete(tx: Transaction, certificate_keys: Iterable[int]) -> list[int]:
    """Tombstones for certificates; the keys of the files they had."""
    keys = list(certificate_keys)
    tx.execute(
        """
        UPDATE footprint.certificates SET deleted_at = %s, updated_at = %s
         WHERE operator_key = commons.me() AND certificate_key = ANY(%s)
        """,
        (tx.now, tx.now, keys),
    )
    rows = tx.rows(
        """
        DELETE FROM footprint.certificate_files
         WHERE operator_key = commons.me() AND certificate_key = ANY(%s) RETURNING file_key
        """,
        (keys,),
    )
    return [int(row["file_key"]) for row in rows]


def without_certificate(tx: Transaction, file_keys: Iterable[int]) -> set[int]:
    """Those of the files that no certificate has."""
    rows = tx.rows(
        """
        SELECT k.file_key FROM unnest(%s::bigint[]) AS k(file_key)
         WHERE NOT EXISTS (SELECT FROM footprint.certificate_files f
                            WHERE f.operator_key = commons.me() AND f.file_key = k.file_key)
        """,
        (list(file_keys),),
    )
    return {int(row["file_key"]) for row in rows}


def parts_with(tx: Transaction, file_keys: Iterable[int]) -> set[int]:
    """The parts whose certificates have any of these files."""
    rows = tx.rows(
        """
        SELECT DISTINCT c.part_key
          FROM footprint.certificate_files f
          JOIN footprint.certificates c ON c.certificate_key = f.certificate_key AND c.operator_key = commons.me()
         WHERE f.operator_key = commons.me() AND f.file_key = ANY(%s) AND c.deleted_at IS NULL
        """,
        (list(file_keys),),
    )
    return {int(row["part_key"]) for row in rows}


def drop_files(tx: Transaction, file_keys: Iterable[int]) -> None:
    """Take files out of every certificate."""
    tx.execute(
        "DELETE FROM footprint.certificate_files WHERE operator_key = commons.me() AND file_key = ANY(%s)",
        (list(file_keys),),
    )


def bought_part(tx: Transaction, trade_id: UUID) -> int | None:
    """The own part that is bought by a trade."""
    row = tx.row(
        """
        SELECT downstream_part_key FROM commons.trade_relations
         WHERE trade_id = %s AND downstream_key = commons.me()
        """,
        (trade_id,),
    )
    return None if row is None else int(row["downstream_part_key"])


def _stored(row: Any) -> Stored:
    files = zip(row["file_keys"] or (), row["file_ids"] or (), row["names"] or (), strict=True)
    return Stored(
        certificate_key=row["certificate_key"],
        certificate_id=row["certificate_id"],
        part_key=row["part_key"],
        description=row["description"],
        files=tuple(Entry(file_key=key, file_id=file_id, name=name) for key, file_id, name in files),
    )
