"""All SQL of the ledger. Facts are read as their parties; leaves, tiles and heads as `renkei_ledger` or by every member."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.ledger.model import Head, PublicKey
from renkei.commons.ledger.tiles import TileName
from renkei.database.transaction import Transaction


# -- facts, as their parties ------------------------------------------------------------------------------------------
def insert(
    tx: Transaction,
    *,
    kinds: Sequence[str],
    subjects: Sequence[UUID],
    versions: Sequence[int | None],
    parties: Sequence[Sequence[int]],
    contents: Sequence[str],
    salts: Sequence[bytes],
    commitments: Sequence[bytes],
) -> None:
    """Write facts of the caller, and queue them for the log. One statement.

    Texts go in binary (`b`): as the text of an array every quote in every content would be escaped one by one.
    """
    tx.execute(
        """
        WITH written AS (
          INSERT INTO commons.ledger_facts (operator_key, parties, kind, subject_id, version, actor, recorded_at, content,
                                            salt, commitment)
          SELECT commons.me(), n.parties::bigint[], n.kind, n.subject_id, n.version, %(actor)s, %(now)s, n.content, n.salt,
                 n.commitment
            FROM unnest(%(parties)b::text[], %(kinds)b::text[], %(subjects)b::uuid[], %(versions)s::int[],
                        %(contents)b::text[], %(salts)b::bytea[], %(commitments)b::bytea[]) WITH ORDINALITY
                 AS n(parties, kind, subject_id, version, content, salt, commitment, place)
           ORDER BY n.place
          RETURNING fact_key)
        INSERT INTO commons.ledger_queue (fact_key) SELECT fact_key FROM written
        """,
        {
            "actor": tx.caller.actor,
            "now": tx.now,
            "parties": ["{" + ",".join(map(str, keys)) + "}" for keys in parties],
            "kinds": kinds,
            "subjects": subjects,
            "versions": versions,
            "contents": contents,
            "salts": salts,
            "commitments": commitments,
        },
    )


def read_facts(
    tx: Transaction, subject_ids: Sequence[UUID], kind: str | None, limit: int | None
) -> list[DictRow]:
    """Facts about some subjects that the caller made or is a party to, oldest first, each with its leaf if it has one."""
    return tx.rows(
        """
        SELECT f.fact_key, f.kind, f.subject_id, f.version, f.actor, f.recorded_at, f.content, f.salt, f.commitment,
               o.operator_id,
               (SELECT e.leaf_index FROM commons.ledger_entries e WHERE e.fact_key = f.fact_key) AS leaf_index,
               ARRAY(SELECT p.operator_id FROM commons.directory p WHERE p.operator_key = ANY (f.parties)
                      ORDER BY p.operator_id) AS parties
          FROM commons.ledger_facts f
          JOIN commons.directory o ON o.operator_key = f.operator_key
         WHERE f.subject_id = ANY(%s) AND (%s::text IS NULL OR f.kind = %s)
           AND (f.operator_key = commons.me() OR commons.me() = ANY (f.parties))
         ORDER BY f.fact_key LIMIT %s
        """,
        (list(subject_ids), kind, kind, limit),
    )


def erase(tx: Transaction, kind: str, subject_ids: Iterable[UUID]) -> list[DictRow]:
    """Take content and salt of the caller's facts away; the facts that had them."""
    return tx.rows(
        """
        UPDATE commons.ledger_facts f SET content = NULL, salt = NULL
         WHERE f.operator_key = commons.me() AND f.kind = %s AND f.subject_id = ANY(%s) AND f.salt IS NOT NULL
        RETURNING f.subject_id, f.version, f.parties
        """,
        (kind, list(subject_ids)),
    )


def erase_superseded(tx: Transaction, kinds: Sequence[str], before: datetime, limit: int) -> list[DictRow]:
    """Take content and salt of the caller's superseded facts away, of those recorded before a moment; which had them.

    Superseded: there is a later fact about the same subject. What was said last about anything stays.
    """
    return tx.rows(
        """
        WITH past AS (
          SELECT f.fact_key FROM commons.ledger_facts f
           WHERE f.operator_key = commons.me() AND f.kind = ANY(%(kinds)s) AND f.recorded_at < %(before)s
             AND f.salt IS NOT NULL
             AND EXISTS (SELECT FROM commons.ledger_facts n
                          WHERE n.subject_id = f.subject_id AND n.fact_key > f.fact_key AND n.kind <> 'erasure'
                            AND (n.operator_key = commons.me() OR commons.me() = ANY (n.parties)))
           ORDER BY f.fact_key LIMIT %(limit)s
        )
        UPDATE commons.ledger_facts f SET content = NULL, salt = NULL
          FROM past WHERE f.fact_key = past.fact_key AND f.operator_key = commons.me()
        RETURNING f.kind, f.subject_id, f.version, f.parties
        """,
        {"kinds": list(kinds), "before": before, "limit": limit},
    )


def ids_of(tx: Transaction, operator_keys: Iterable[int]) -> dict[int, UUID]:
    """Public ids of companies by their keys."""
    rows = tx.execute(
        "SELECT operator_key, operator_id FROM commons.directory WHERE operator_key = ANY(%s)",
        (list(operator_keys),),
    ).fetchall()
    return {row[0]: row[1] for row in rows}


# -- what every member reads -----------------------------------------------------------------------------------------
def last_head(tx: Transaction) -> Head | None:
    """The newest head."""
    row = tx.row(
        "SELECT number, size, root, signed_at, note FROM commons.ledger_heads ORDER BY number DESC LIMIT 1"
    )
    return None if row is None else Head(**row)


def head_of_size(tx: Transaction, size: int) -> Head | None:
    """The first head over `size` leaves."""
    row = tx.row(
        """
        SELECT number, size, root, signed_at, note FROM commons.ledger_heads
         WHERE size = %s ORDER BY number LIMIT 1
        """,
        (size,),
    )
    return None if row is None else Head(**row)


def read_tiles(tx: Transaction, names: Iterable[TileName]) -> dict[TileName, bytes]:
    """Tiles by name, each one indexed read; what is absent is left out."""
    wanted = sorted(names)
    rows = tx.execute(
        """
        SELECT t.level, t.number, t.hashes
          FROM unnest(%s::int[], %s::bigint[]) AS n(level, number)
         CROSS JOIN LATERAL (SELECT level, number, hashes FROM commons.ledger_tiles
                              WHERE level = n.level AND number = n.number) AS t
        """,
        ([level for level, _ in wanted], [number for _, number in wanted]),
    ).fetchall()
    return {(row[0], row[1]): row[2] for row in rows}


def public_keys(tx: Transaction) -> list[DictRow]:
    """All keys that ever signed heads, newest first: public halves."""
    return tx.rows(
        "SELECT key_id, public_key, created_at, retired_at FROM commons.ledger_keys ORDER BY created_at DESC, key_id"
    )


def origin(tx: Transaction) -> str | None:
    """The log's name; None before it began."""
    row = tx.row("SELECT origin FROM commons.ledger_log")
    return None if row is None else str(row["origin"])


# -- the sequencer, as renkei_ledger ---------------------------------------------------------------------------------
def lock_log(tx: Transaction) -> DictRow | None:
    """The log's row, which one transaction at a time holds; None before the log began."""
    return tx.row("SELECT origin, padding_key FROM commons.ledger_log FOR UPDATE")


def begin_log(tx: Transaction, name: str, padding_key: bytes) -> None:
    """Begin the log."""
    tx.execute(
        "INSERT INTO commons.ledger_log (origin, padding_key, created_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (name, padding_key, tx.now),
    )


def signing_keys(tx: Transaction, now: datetime | None) -> list[DictRow]:
    """Keys with their sealed halves, oldest first: those that sign at `now`, or all."""
    return tx.rows(
        """
        SELECT key_id, public_key, private_key, created_at, retired_at FROM commons.ledger_keys
         WHERE %(now)s::timestamptz IS NULL OR retired_at IS NULL OR retired_at > %(now)s
         ORDER BY created_at, key_id
        """,
        {"now": now},
    )


def add_key(tx: Transaction, key_id: str, public_key: bytes, private_key: bytes) -> None:
    """Store a new key."""
    tx.execute(
        """
        INSERT INTO commons.ledger_keys (key_id, public_key, private_key, created_at) VALUES (%s, %s, %s, %s)
        """,
        (key_id, public_key, private_key, tx.now),
    )


def retire_keys(tx: Transaction, *, but: str, at: datetime) -> None:
    """End the signing of all keys but one at a moment, unless it ended before."""
    tx.execute(
        """
        UPDATE commons.ledger_keys SET retired_at = %(at)s
         WHERE key_id <> %(but)s AND (retired_at IS NULL OR retired_at > %(at)s)
        """,
        {"but": but, "at": at},
    )


def reseal(tx: Transaction, key_id: str, private_key: bytes) -> None:
    """Store a key's private half sealed anew."""
    tx.execute("UPDATE commons.ledger_keys SET private_key = %s WHERE key_id = %s", (private_key, key_id))


def reseal_padding(tx: Transaction, padding_key: bytes) -> None:
    """Store the padding key sealed anew."""
    tx.execute("UPDATE commons.ledger_log SET padding_key = %s", (padding_key,))


def waiting(tx: Transaction, most: int) -> int:
    """How many facts have no leaf yet, counted up to `most`."""
    row = tx.row("SELECT count(*) AS n FROM (SELECT FROM commons.ledger_queue LIMIT %s) q", (most,))
    assert row is not None
    return int(row["n"])


def take_queued(tx: Transaction, limit: int) -> list[tuple[int, bytes]]:
    """Take the next facts out of the queue: key and commitment, in the order in which they are given leaves.

    A fact that was committed before another was written has the smaller key, and is seen no later.
    """
    # guard: keys and commitments only; the sequencer owns no company's rows
    rows = tx.execute(
        """
        WITH next AS (
          SELECT q.fact_key FROM commons.ledger_queue q ORDER BY q.fact_key LIMIT %s
        ), taken AS (
          DELETE FROM commons.ledger_queue q USING next n WHERE q.fact_key = n.fact_key RETURNING q.fact_key
        )
        SELECT f.fact_key, f.commitment FROM taken t JOIN commons.ledger_facts f ON f.fact_key = t.fact_key
         ORDER BY f.fact_key
        """,
        (limit,),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def add_entries(tx: Transaction, entries: Sequence[tuple[int, int]]) -> None:
    """Say which leaves (first) are which facts (second)."""
    tx.execute(
        """
        INSERT INTO commons.ledger_entries (leaf_index, fact_key) SELECT * FROM unnest(%s::bigint[], %s::bigint[])
        """,
        ([leaf for leaf, _ in entries], [fact for _, fact in entries]),
    )


def write_tiles(tx: Transaction, changed: Sequence[tuple[TileName, bytes]]) -> None:
    """Write tiles, growing those that are there."""
    tx.execute(
        """
        INSERT INTO commons.ledger_tiles (level, number, hashes)
        SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])
            ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes
        """,
        (
            [name[0] for name, _ in changed],
            [name[1] for name, _ in changed],
            [hashes for _, hashes in changed],
        ),
    )


def add_head(tx: Transaction, head: Head) -> None:
    """Write a head."""
    tx.execute(
        "INSERT INTO commons.ledger_heads (number, size, root, signed_at, note) VALUES (%s, %s, %s, %s, %s)",
        (head.number, head.size, head.root, head.signed_at, head.note),
    )


def thin_heads(tx: Transaction, before: datetime, every: int) -> int:
    """Delete the heads signed before a moment but every `every`-th; how many."""
    return tx.execute(
        "DELETE FROM commons.ledger_heads WHERE signed_at < %s AND number %% %s <> 0", (before, every)
    ).rowcount


def key_row(row: DictRow, verifier: str) -> PublicKey:
    """A key as it is published."""
    return PublicKey(
        key_id=row["key_id"],
        verifier=verifier,
        public_key=row["public_key"],
        created_at=row["created_at"],
        retired_at=row["retired_at"],
    )
