"""All SQL of sheets: the company's own, in versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint.calculator.model import Renewal, Sheet, StoredSheet
from renkei.usecases.footprint.factors.model import FactorSet


def current(tx: Transaction, part_key: int, trade_key: int | None, sheet: Sheet) -> tuple[UUID, int] | None:
    """Id and version of the present sheet of this part (and trade) and period."""
    row = tx.row(
        """
        SELECT s.sheet_id, s.version FROM footprint.sheets s
         WHERE s.operator_key = commons.me() AND s.part_key = %s AND s.trade_key IS NOT DISTINCT FROM %s
           AND s.period_from = %s AND s.period_to = %s AND s.superseded_at IS NULL
        """,
        (part_key, trade_key, sheet.period_from, sheet.period_to),
    )
    return None if row is None else (row["sheet_id"], row["version"])


def insert(
    tx: Transaction,
    part_key: int,
    trade_key: int | None,
    sheet: Sheet,
    result: Mapping[str, Any],
    *,
    sheet_id: UUID,
    version: int,
    statement_id: UUID | None,
) -> None:
    """Write a version; the former one ends."""
    tx.execute(
        """
        UPDATE footprint.sheets SET superseded_at = %s
         WHERE operator_key = commons.me() AND sheet_id = %s AND superseded_at IS NULL
        """,
        (tx.now, sheet_id),
    )
    tx.execute(
        """
        INSERT INTO footprint.sheets (sheet_id, version, operator_key, part_key, trade_key, period_from, period_to, content,
                                      result, statement_id, created_by, created_at)
        VALUES (%s, %s, commons.me(), %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s)
        """,
        (
            sheet_id,
            version,
            part_key,
            trade_key,
            sheet.period_from,
            sheet.period_to,
            msgspec.json.encode(sheet).decode(),
            dumps(dict(result)).decode(),
            statement_id,
            tx.caller.actor,
            tx.now,
        ),
    )


def listed(
    tx: Transaction,
    *,
    sheet_id: UUID | None = None,
    version: int | None = None,
    part_key: int | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[StoredSheet]:
    """Own sheets, newest first: the present ones, or the one version that is asked for. `after` opens the page."""
    rows = tx.rows(
        """
        SELECT s.sheet_id, s.version, s.content, s.result, s.statement_id, s.created_by, s.created_at, s.superseded_at
          FROM footprint.sheets s
         WHERE s.operator_key = commons.me()
           AND (%(id)s::uuid IS NULL OR s.sheet_id = %(id)s)
           AND (%(part)s::bigint IS NULL OR s.part_key = %(part)s)
           AND CASE WHEN %(version)s::int IS NULL THEN s.superseded_at IS NULL ELSE s.version = %(version)s END
           AND (%(after)s::uuid IS NULL OR s.sheet_key <= (
                 SELECT a.sheet_key FROM footprint.sheets a
                  WHERE a.operator_key = commons.me() AND a.sheet_id = %(after)s AND a.superseded_at IS NULL))
         ORDER BY s.sheet_key DESC LIMIT %(limit)s
        """,
        {"id": sheet_id, "version": version, "part": part_key, "after": after, "limit": limit},
    )
    return [_stored(row) for row in rows]


def standing_on(
    tx: Transaction, of: FactorSet, *, before: int | None, limit: int
) -> list[tuple[int, StoredSheet]]:
    """Present sheets that made a statement, of a period within the set's, with factors of another version of it.

    Each with its key, the newest first, those below `before`. One statement.
    """
    rows = tx.rows(
        """
        SELECT s.sheet_key, s.sheet_id, s.version, s.content, s.result, s.statement_id, s.created_by, s.created_at,
               s.superseded_at
          FROM footprint.sheets s
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND s.statement_id IS NOT NULL
           AND s.period_from >= %(from)s AND s.period_to <= %(to)s
           AND (%(before)s::bigint IS NULL OR s.sheet_key < %(before)s)
           AND jsonb_path_exists(s.content, 'strict $.lines[*].** ? (@.type() == "array" && @[0] == $set && @[1] != $version)',
                                 jsonb_build_object('set', %(set)s::text, 'version', %(version)s::text))
         ORDER BY s.sheet_key DESC LIMIT %(limit)s
        """,
        {
            "from": of.period_from,
            "to": of.period_to,
            "before": before,
            "set": of.set_id,
            "version": of.version,
            "limit": limit,
        },
    )
    return [(row["sheet_key"], _stored(row)) for row in rows]


def following(tx: Transaction, limit: int) -> list[StoredSheet]:
    """Present drafts that the worker made (it makes none but where factors changed), newest first. One statement."""
    rows = tx.rows(
        """
        SELECT s.sheet_id, s.version, s.content, s.result, s.statement_id, s.created_by, s.created_at, s.superseded_at
          FROM footprint.sheets s
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND s.statement_id IS NULL
           AND s.created_by = 'worker'
         ORDER BY s.sheet_key DESC LIMIT %s
        """,
        (limit,),
    )
    return [_stored(row) for row in rows]


def due(tx: Transaction, ended_by: date, *, after: UUID | None = None, limit: int = 100) -> list[Renewal]:
    """Present general footprints of own parts whose period ended by a day, the oldest first; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT s.statement_id, s.version, p.trace_id, p.name, s.period_to,
               (SELECT h.sheet_id FROM footprint.sheets h
                 WHERE h.operator_key = commons.me() AND h.part_key = s.part_key AND h.trade_key IS NULL
                   AND h.superseded_at IS NULL
                 ORDER BY h.period_to DESC LIMIT 1) AS sheet_id
          FROM footprint.statements s
          JOIN commons.parts p ON p.part_key = s.part_key AND p.operator_key = commons.me() AND p.deleted_at IS NULL
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND s.trade_key IS NULL
           AND s.period_to <= %(ended)s
           AND (%(after)s::uuid IS NULL OR (s.period_to, s.statement_key) >= (
                 SELECT a.period_to, a.statement_key FROM footprint.statements a
                  WHERE a.operator_key = commons.me() AND a.statement_id = %(after)s))
         ORDER BY s.period_to, s.statement_key LIMIT %(limit)s
        """,
        {"ended": ended_by, "after": after, "limit": limit},
    )
    return [Renewal(**row) for row in rows]


def owners_to_remind(tx: Transaction, ended_by: date) -> list[tuple[int, UUID]]:
    """Operators with a present general footprint whose period ended by a day, untold; as `renkei_engine`."""
    rows = tx.execute(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM footprint.statements s
          JOIN commons.operators o ON o.operator_key = s.operator_key
          LEFT JOIN footprint.renewal_reminders r ON r.part_key = s.part_key
         WHERE s.superseded_at IS NULL AND s.trade_key IS NULL AND s.period_to <= %s
           AND (r.period_to IS NULL OR r.period_to < s.period_to)
         ORDER BY o.operator_key
        """,
        (ended_by,),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def reminded(tx: Transaction, ended_by: date) -> list[int]:
    """Note that the caller is told of every value that `due` would list and was not told of: their parts, oldest first.

    One statement.
    """
    rows = tx.execute(
        """
        INSERT INTO footprint.renewal_reminders AS r (part_key, operator_key, period_to, told_at)
        SELECT s.part_key, commons.me(), s.period_to, %(now)s
          FROM footprint.statements s
          JOIN commons.parts p ON p.part_key = s.part_key AND p.operator_key = commons.me() AND p.deleted_at IS NULL
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND s.trade_key IS NULL
           AND s.period_to <= %(ended)s
        ON CONFLICT (part_key) DO UPDATE SET period_to = excluded.period_to, told_at = excluded.told_at
         WHERE r.period_to < excluded.period_to
        RETURNING part_key, period_to
        """,
        {"now": tx.now, "ended": ended_by},
    ).fetchall()
    return [part_key for part_key, _ in sorted(rows, key=lambda row: (row[1], row[0]))]


def end_of_parts(tx: Transaction, part_keys: Iterable[int]) -> None:
    """Parts were deleted: their sheets are no longer present; their versions stay."""
    tx.execute(
        """
        UPDATE footprint.sheets SET superseded_at = %s
         WHERE operator_key = commons.me() AND part_key = ANY(%s) AND superseded_at IS NULL
        """,
        (tx.now, list(part_keys)),
    )


def _stored(row: Any) -> StoredSheet:
    sheet = msgspec.convert(row["content"], Sheet, strict=False)
    return StoredSheet(
        sheet_id=row["sheet_id"],
        version=row["version"],
        trace_id=sheet.trace_id,
        sheet=sheet,
        result=row["result"],
        statement_id=row["statement_id"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        superseded_at=row["superseded_at"],
    )
