"""SQL of imports and mappings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from renkei.commons.imports.model import Import, ImportDraft, SavedMapping, State
from renkei.database.transaction import Transaction

_COLUMNS: Final[LiteralString] = """
    i.import_id, i.kind, i.file_name, i.size_bytes, i.state, i.options, i.report, i.fingerprint, i.result, i.created_by,
    i.created_at, i.finished_at
"""


def insert(tx: Transaction, draft: ImportDraft, state: State) -> UUID:
    """Keep an upload; its id."""
    import_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO commons.imports (import_id, operator_key, kind, file_name, size_bytes, digest, content, state, options,
                                     report, fingerprint, created_by, created_at)
        VALUES (%(id)s, commons.me(), %(kind)s, %(name)s, %(size)s, %(digest)s, %(content)s, %(state)s, %(options)s,
                %(report)s, %(fingerprint)s, %(actor)s, %(now)s)
        """,
        {
            "id": import_id,
            "kind": draft.kind,
            "name": draft.file_name,
            "size": draft.size_bytes,
            "digest": draft.digest,
            "content": draft.content,
            "state": state,
            "options": Jsonb(dict(draft.options)),
            "report": Jsonb(dict(draft.report)),
            "fingerprint": draft.fingerprint,
            "actor": tx.caller.actor,
            "now": tx.now,
        },
    )
    return import_id


def read(tx: Transaction, import_id: UUID) -> Import | None:
    """One own import."""
    row = tx.row(
        "SELECT "
        + _COLUMNS
        + " FROM commons.imports i WHERE i.import_id = %s AND i.operator_key = commons.me()",
        (import_id,),
    )
    return None if row is None else Import(**row)


def content(tx: Transaction, import_id: UUID) -> bytes | None:
    """The file of an own import that waits."""
    row = tx.execute(
        """
        SELECT i.content FROM commons.imports i
         WHERE i.import_id = %s AND i.operator_key = commons.me() AND i.state = 'ready'
        """,
        (import_id,),
    ).fetchone()
    return None if row is None else row[0]


def listed(tx: Transaction, after: UUID | None, limit: int) -> list[Import]:
    """Own imports, newest first, from `after` on."""
    rows = tx.rows(
        "SELECT "
        + _COLUMNS
        + """
          FROM commons.imports i
         WHERE i.operator_key = commons.me()
           AND (%(after)s::uuid IS NULL OR i.import_key <= (
                SELECT s.import_key FROM commons.imports s
                 WHERE s.import_id = %(after)s AND s.operator_key = commons.me()))
         ORDER BY i.import_key DESC LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
    )
    return [Import(**row) for row in rows]


def waiting(tx: Transaction) -> int:
    """How many own imports wait."""
    row = tx.execute(
        "SELECT count(*) FROM commons.imports i WHERE i.operator_key = commons.me() AND i.state = 'ready'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def finish(tx: Transaction, import_id: UUID, state: State, result: Mapping[str, Any] | None) -> bool:
    """End the waiting of an own import, and forget its file; whether it waited."""
    found = tx.execute(
        """
        UPDATE commons.imports i SET state = %(state)s, content = NULL, result = %(result)s, finished_at = %(now)s
         WHERE i.import_id = %(id)s AND i.operator_key = commons.me() AND i.state = 'ready'
        """,
        {
            "id": import_id,
            "state": state,
            "result": None if result is None else Jsonb(dict(result)),
            "now": tx.now,
        },
    )
    return found.rowcount == 1


def report_anew(
    tx: Transaction, import_id: UUID, state: State, report: Mapping[str, Any], fingerprint: str | None
) -> None:
    """What was found in another look at a waiting import."""
    tx.execute(
        """
        UPDATE commons.imports i
           SET state = %(state)s, report = %(report)s, fingerprint = %(fingerprint)s,
               content = CASE WHEN %(state)s = 'ready' THEN i.content END,
               finished_at = CASE WHEN %(state)s = 'ready' THEN NULL ELSE %(now)s::timestamptz END
         WHERE i.import_id = %(id)s AND i.operator_key = commons.me() AND i.state = 'ready'
        """,
        {
            "id": import_id,
            "state": state,
            "report": Jsonb(dict(report)),
            "fingerprint": fingerprint,
            "now": tx.now,
        },
    )


def expire(tx: Transaction, before: datetime) -> int:
    """Forget own files that waited since before; how many."""
    return tx.execute(
        """
        UPDATE commons.imports i SET state = 'expired', content = NULL, finished_at = %(now)s
         WHERE i.operator_key = commons.me() AND i.state = 'ready' AND i.created_at < %(before)s
        """,
        {"now": tx.now, "before": before},
    ).rowcount


def owners_with_expired(tx: Transaction, before: datetime) -> list[tuple[int, UUID]]:
    """Companies with files that waited since before (key and id); as `renkei_engine`."""
    return tx.execute(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM commons.imports i JOIN commons.operators o ON o.operator_key = i.operator_key
         WHERE i.state = 'ready' AND i.created_at < %s
        """,
        (before,),
    ).fetchall()


def add_mapping(tx: Transaction, kind: str, name: str, content: Mapping[str, Any], *, removed: bool) -> None:
    """Write the next version."""
    tx.execute(
        """
        INSERT INTO commons.mappings (operator_key, kind, name, version, content, removed, created_by, created_at)
        SELECT commons.me(), %(kind)s, %(name)s, 1 + coalesce(max(m.version), 0), %(content)s, %(removed)s, %(actor)s,
               %(now)s
          FROM commons.mappings m
         WHERE m.operator_key = commons.me() AND m.kind = %(kind)s AND m.name = %(name)s
        """,
        {
            "kind": kind,
            "name": name,
            "content": Jsonb(dict(content)),
            "removed": removed,
            "actor": tx.caller.actor,
            "now": tx.now,
        },
    )


def mappings(tx: Transaction, kind: str | None = None, name: str | None = None) -> list[SavedMapping]:
    """The present mappings, by kind and name."""
    rows = tx.rows(
        """
        SELECT n.kind, n.name, n.version, n.content, n.created_by, n.created_at
          FROM (SELECT DISTINCT ON (m.kind, m.name) m.* FROM commons.mappings m
                 WHERE m.operator_key = commons.me()
                   AND (%(kind)s::text IS NULL OR m.kind = %(kind)s) AND (%(name)s::text IS NULL OR m.name = %(name)s)
                 ORDER BY m.kind, m.name, m.version DESC) n
         WHERE NOT n.removed ORDER BY n.kind, n.name
        """,
        {"kind": kind, "name": name},
    )
    return [SavedMapping(**row) for row in rows]
