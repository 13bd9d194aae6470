"""SQL of `renkei ledger verify` and `export`: the log as `renkei_ledger`, facts and their rows as each company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql
from psycopg.rows import DictRow, dict_row

from renkei.commons.ledger.model import Head
from renkei.database.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Source:
    """A view that shows rows as they are now, and the kinds of facts that are about them."""

    view: str
    kinds: tuple[str, ...]

    @property
    def name(self) -> sql.Identifier:
        """The view in SQL."""
        return sql.Identifier(*self.view.split("."))


# -- the log, as renkei_ledger ---------------------------------------------------------------------------------------
def heads_after(tx: Transaction, number: int, limit: int) -> list[Head]:
    """Heads in order."""
    rows = tx.rows(
        """
        SELECT number, size, root, signed_at, note FROM commons.ledger_heads
         WHERE number > %s ORDER BY number LIMIT %s
        """,
        (number, limit),
    )
    return [Head(**row) for row in rows]


def largest_size(tx: Transaction) -> int:
    """How many leaves the largest head covers."""
    row = tx.row("SELECT coalesce(max(size), 0) AS size FROM commons.ledger_heads")
    assert row is not None
    return int(row["size"])


def leaves(tx: Transaction, first: int, end: int) -> list[tuple[int, int, bytes | None]]:
    """The leaves [first, end) that are facts: leaf, fact, and the fact's commitment if it is there."""
    # guard: keys and commitments only; the log belongs to no company
    return tx.execute(
        """
        SELECT e.leaf_index, e.fact_key, f.commitment
          FROM commons.ledger_entries e LEFT JOIN commons.ledger_facts f ON f.fact_key = e.fact_key
         WHERE e.leaf_index >= %s AND e.leaf_index < %s ORDER BY e.leaf_index
        """,
        (first, end),
    ).fetchall()


def tiles_between(tx: Transaction, level: int, first: int, end: int) -> dict[int, bytes]:
    """The tiles [first, end) of a level by number."""
    rows = tx.execute(
        "SELECT number, hashes FROM commons.ledger_tiles WHERE level = %s AND number >= %s AND number < %s",
        (level, first, end),
    ).fetchall()
    return {row[0]: row[1] for row in rows}


def tiles_outside(tx: Transaction, counts: Sequence[int]) -> list[tuple[int, int]]:
    """Tiles that a tree with so many tiles on each level does not have (level and number)."""
    rows = tx.execute(
        """
        SELECT t.level, t.number FROM commons.ledger_tiles t
          LEFT JOIN unnest(%s::bigint[]) WITH ORDINALITY AS c(count, place) ON c.place = t.level + 1
         WHERE t.number < 0 OR t.number >= coalesce(c.count, 0) ORDER BY t.level, t.number
        """,
        (list(counts),),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def entries_beyond(tx: Transaction) -> list[tuple[int, int]]:
    """Entries that no head covers (leaf and fact)."""
    rows = tx.execute(
        """
        SELECT leaf_index, fact_key FROM commons.ledger_entries
         WHERE leaf_index < 0 OR leaf_index >= (SELECT coalesce(max(size), 0) FROM commons.ledger_heads)
         ORDER BY leaf_index
        """
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def facts_nowhere(tx: Transaction) -> list[int]:
    """Facts that have neither a leaf nor a place in the queue."""
    # guard: keys only; the log belongs to no company
    rows = tx.execute(
        """
        SELECT f.fact_key FROM commons.ledger_facts f
         WHERE NOT EXISTS (SELECT FROM commons.ledger_entries e WHERE e.fact_key = f.fact_key)
           AND NOT EXISTS (SELECT FROM commons.ledger_queue q WHERE q.fact_key = f.fact_key)
         ORDER BY f.fact_key
        """
    ).fetchall()
    return [row[0] for row in rows]


def facts_of_nobody(tx: Transaction, operator_keys: Sequence[int]) -> list[int]:
    """Facts whose company is none of these."""
    rows = tx.execute(
        "SELECT fact_key FROM commons.ledger_facts WHERE operator_key <> ALL(%s) ORDER BY fact_key",
        (list(operator_keys),),
    ).fetchall()
    return [row[0] for row in rows]


def operators(tx: Transaction) -> list[tuple[int, UUID]]:
    """All companies; as the owner of the tables."""
    return tx.execute(
        "SELECT operator_key, operator_id FROM commons.operators ORDER BY operator_key"
    ).fetchall()


def sources(tx: Transaction) -> list[Source]:
    """What facts are held against."""
    rows = tx.execute(
        """
        SELECT source, array_agg(kind ORDER BY kind) FROM commons.ledger_kinds
         WHERE source IS NOT NULL GROUP BY source ORDER BY source
        """
    ).fetchall()
    return [Source(row[0], tuple(row[1])) for row in rows]


# -- facts and rows, as a company ------------------------------------------------------------------------------------
def own_facts(tx: Transaction, after: int, limit: int) -> list[DictRow]:
    """The caller's facts in order, each with whether its erasure was recorded."""
    return tx.rows(
        """
        SELECT f.fact_key, f.kind, f.subject_id, f.version, f.actor, f.recorded_at, f.content, f.salt, f.commitment,
               (SELECT e.leaf_index FROM commons.ledger_entries e WHERE e.fact_key = f.fact_key) AS leaf_index,
               ARRAY(SELECT p.operator_id FROM commons.operators p WHERE p.operator_key = ANY (f.parties)
                      ORDER BY p.operator_id) AS parties,
               cardinality(f.parties) AS parties_count,
               EXISTS (SELECT FROM commons.ledger_facts x
                        WHERE x.subject_id = f.subject_id AND x.kind = 'erasure' AND x.operator_key = f.operator_key
                          AND x.version IS NOT DISTINCT FROM f.version AND x.fact_key > f.fact_key) AS erasure_recorded
          FROM commons.ledger_facts f
         WHERE f.operator_key = commons.me() AND f.fact_key > %s
         ORDER BY f.fact_key LIMIT %s
        """,
        (after, limit),
    )


def facts_with_rows(tx: Transaction, source: Source, after: int, limit: int) -> list[DictRow]:
    """The caller's newest facts about rows of a source in order, beside those rows as they are now.

    Columns of the fact begin with `of_`; `of_subject` is null where the row is gone.
    """
    query = sql.SQL(
        """
        SELECT f.fact_key AS of_fact_key, f.subject_id AS of_fact_subject, f.version AS of_fact_version,
               f.content AS of_content,
               (SELECT e.leaf_index FROM commons.ledger_entries e WHERE e.fact_key = f.fact_key) AS of_leaf_index,
               v.*
          FROM commons.ledger_facts f
          LEFT JOIN {view} v ON v.of_subject = f.subject_id AND (v.of_version IS NULL OR v.of_version = f.version)
         WHERE f.operator_key = commons.me() AND f.kind = ANY(%(kinds)s) AND f.fact_key > %(after)s
           AND NOT EXISTS (SELECT FROM commons.ledger_facts g
                            WHERE g.subject_id = f.subject_id AND g.kind = ANY(%(kinds)s) AND g.fact_key > f.fact_key
                              AND g.version IS NOT DISTINCT FROM f.version)
         ORDER BY f.fact_key LIMIT %(limit)s
        """
    ).format(view=source.name)
    return _rows(tx, query, {"kinds": list(source.kinds), "after": after, "limit": limit})


def rows_without_fact(tx: Transaction, source: Source) -> list[DictRow]:
    """Rows of a source, read as the caller, that no fact is about."""
    query = sql.SQL(
        """
        SELECT v.of_subject, v.of_version FROM {view} v
         WHERE v.of_reader = commons.me()
           AND NOT EXISTS (SELECT FROM commons.ledger_facts f
                            WHERE f.subject_id = v.of_subject AND f.kind = ANY(%(kinds)s)
                              AND (v.of_version IS NULL OR f.version = v.of_version)
                              AND (f.operator_key = commons.me() OR commons.me() = ANY (f.parties)))
         ORDER BY v.of_subject, v.of_version
        """
    ).format(view=source.name)
    return _rows(tx, query, {"kinds": list(source.kinds)})


def owns_part(tx: Transaction, trace_id: UUID) -> bool:
    """Whether a part is the caller's own."""
    row = tx.row(
        "SELECT EXISTS (SELECT FROM commons.part_cards WHERE operator_key = commons.me() AND trace_id = %s) AS own",
        (trace_id,),
    )
    return row is not None and bool(row["own"])


def subjects_about(tx: Transaction, found: Iterable[Source], trace_id: UUID) -> Iterator[UUID]:
    """What there are rows of that are about a part, as the caller reads them."""
    for source in found:
        query = sql.SQL(
            "SELECT DISTINCT v.of_subject FROM {view} v WHERE v.of_trace = %(trace)s OR v.of_other_trace = %(trace)s"
        ).format(view=source.name)
        for row in _rows(tx, query, {"trace": trace_id}):
            yield row["of_subject"]


def _rows(tx: Transaction, query: sql.Composed, parameters: dict[str, object]) -> list[DictRow]:
    """Run a statement whose only variable piece is the quoted name of a source, which migrations alone can add."""
    with tx.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()
