"""SQL of selections: named groups of companies and families of own parts."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from renkei.commons.consents.model import Selection, Sort
from renkei.database.transaction import Transaction


def read(
    tx: Transaction, sort: Sort, selection_id: UUID | None = None, after: UUID | None = None, limit: int = 1
) -> list[Selection]:
    """The caller's selections of a sort (or the one of this id), the oldest first; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT s.selection_key, s.selection_id, s.sort, s.name, s.created_at,
               ARRAY(SELECT coalesce(o.operator_id, p.trace_id)
                       FROM commons.selection_members m
                       LEFT JOIN commons.directory o ON s.sort = 'group' AND o.operator_key = m.member_key
                       LEFT JOIN commons.part_cards p
                         ON s.sort = 'family' AND p.part_key = m.member_key AND p.operator_key = commons.me()
                      WHERE m.operator_key = commons.me() AND m.selection_key = s.selection_key AND m.removed_at IS NULL
                        AND coalesce(o.operator_id, p.trace_id) IS NOT NULL
                      ORDER BY 1) AS members
          FROM commons.selections s
         WHERE s.operator_key = commons.me() AND s.sort = %(sort)s AND s.deleted_at IS NULL
           AND (%(id)s::uuid IS NULL OR s.selection_id = %(id)s)
           AND (%(after)s::uuid IS NULL OR s.selection_key >= (
                 SELECT a.selection_key FROM commons.selections a
                  WHERE a.operator_key = commons.me() AND a.sort = %(sort)s AND a.selection_id = %(after)s))
         ORDER BY s.selection_key LIMIT %(limit)s
        """,
        {"sort": sort, "id": selection_id, "after": after, "limit": limit},
    )
    return [Selection(**{**row, "members": tuple(row["members"])}) for row in rows]


def create(tx: Transaction, selection_id: UUID, sort: Sort, name: str) -> int:
    """A new selection without members; its key."""
    row = tx.row(
        """
        INSERT INTO commons.selections (selection_id, operator_key, sort, name, created_at)
        VALUES (%s, commons.me(), %s, %s, %s) RETURNING selection_key
        """,
        (selection_id, sort, name, tx.now),
    )
    assert row is not None
    return int(row["selection_key"])


def rename(tx: Transaction, selection_key: int, name: str) -> None:
    """Give a selection another name."""
    tx.execute(
        "UPDATE commons.selections SET name = %s WHERE operator_key = commons.me() AND selection_key = %s",
        (name, selection_key),
    )


def delete(tx: Transaction, selection_key: int) -> None:
    """A tombstone."""
    tx.execute(
        "UPDATE commons.selections SET deleted_at = %s WHERE operator_key = commons.me() AND selection_key = %s",
        (tx.now, selection_key),
    )


def replace_members(tx: Transaction, selection_key: int, member_keys: Iterable[int]) -> set[int]:
    """Make these the members; those who came or went."""
    keys = sorted(set(member_keys))
    gone = tx.execute(
        """
        UPDATE commons.selection_members SET removed_at = %s
         WHERE operator_key = commons.me() AND selection_key = %s AND removed_at IS NULL AND member_key <> ALL(%s)
        RETURNING member_key
        """,
        (tx.now, selection_key, keys),
    ).fetchall()
    came = tx.execute(
        """
        INSERT INTO commons.selection_members (selection_key, member_key, operator_key, added_at)
        SELECT %(selection)s, n.member_key, commons.me(), %(now)s FROM unnest(%(keys)s::bigint[]) AS n(member_key)
         WHERE NOT EXISTS (SELECT FROM commons.selection_members m
                            WHERE m.operator_key = commons.me() AND m.selection_key = %(selection)s
                              AND m.member_key = n.member_key AND m.removed_at IS NULL)
        ON CONFLICT (selection_key, member_key, added_at) DO UPDATE SET removed_at = NULL
        RETURNING member_key
        """,
        {"selection": selection_key, "now": tx.now, "keys": keys},
    ).fetchall()
    return {row[0] for row in (*gone, *came)}
