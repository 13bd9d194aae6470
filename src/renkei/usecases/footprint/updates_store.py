"""SQL of update policies and of values that wait. The caller's own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint import documents
from renkei.usecases.footprint.model import Update, UpdatePolicy, UpdateState

Version = tuple[int, int | None]


def read_policies(tx: Transaction, part_keys: Iterable[int]) -> dict[int, UpdatePolicy]:
    """The policies of own parts that have one. One statement."""
    rows = tx.execute(
        """
        SELECT part_key, mode, threshold, first_month FROM footprint.update_policies
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = ANY(%s)
        """,
        (list(part_keys),),
    ).fetchall()
    return {row[0]: UpdatePolicy(mode=row[1], threshold=row[2], first_month=row[3]) for row in rows}


def write_policy(tx: Transaction, part_key: int, policy: UpdatePolicy) -> None:
    """A new version of a part's policy."""
    tx.execute(
        """
        UPDATE footprint.update_policies SET superseded_at = %s
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = %s
        """,
        (tx.now, part_key),
    )
    tx.execute(
        """
        INSERT INTO footprint.update_policies (operator_key, part_key, mode, threshold, first_month, created_by, created_at)
        VALUES (commons.me(), %s, %s, %s, %s, %s, %s)
        """,
        (part_key, policy.mode, policy.threshold, policy.first_month, tx.caller.actor, tx.now),
    )


def read_open(tx: Transaction, part_keys: Iterable[int]) -> dict[Version, Update]:
    """Of own parts, the value that waits, or the refused one if nothing has come since. One statement."""
    rows = tx.rows(
        """
        SELECT DISTINCT ON (part_key, trade_key) update_key, update_id, part_key, trade_key, base_statement_id, mode,
               in_force, coverage_direct, coverage_deep, structure_key, causes, due, state, created_at, decided_at,
               decided_by
          FROM footprint.updates
         WHERE operator_key = commons.me() AND part_key = ANY(%s)
         ORDER BY part_key, trade_key, update_key DESC
        """,
        (list(part_keys),),
    )
    found = [_update(row) for row in rows if row["state"] in {"waiting", "refused"}]
    return {(one.part_key, one.trade_key): one for one in found}


def listed(
    tx: Transaction, *, state: UpdateState | None, after: UUID | None, limit: int
) -> list[tuple[Update, UUID]]:
    """Own updates with the trace ids of their parts, newest first; `after` names the one that opens the page."""
    rows = tx.rows(
        """
        SELECT u.update_key, u.update_id, u.part_key, u.trade_key, u.base_statement_id, u.mode, u.in_force,
               u.coverage_direct, u.coverage_deep, u.structure_key, u.causes, u.due, u.state, u.created_at, u.decided_at,
               u.decided_by, p.trace_id
          FROM footprint.updates u
          JOIN commons.part_cards p ON p.part_key = u.part_key AND p.operator_key = commons.me()
         WHERE u.operator_key = commons.me() AND (%(state)s::text IS NULL OR u.state = %(state)s)
           AND (%(after)s::uuid IS NULL OR u.update_key <= (
                 SELECT a.update_key FROM footprint.updates a
                  WHERE a.operator_key = commons.me() AND a.update_id = %(after)s))
         ORDER BY u.update_key DESC LIMIT %(limit)s
        """,
        {"state": state, "after": after, "limit": limit},
    )
    return [(_update(row), row["trace_id"]) for row in rows]


def read_update(tx: Transaction, update_id: UUID) -> Update | None:
    """One own update."""
    row = tx.row(
        """
        SELECT update_key, update_id, part_key, trade_key, base_statement_id, mode, in_force, coverage_direct,
               coverage_deep, structure_key, causes, due, state, created_at, decided_at, decided_by
          FROM footprint.updates WHERE operator_key = commons.me() AND update_id = %s
        """,
        (update_id,),
    )
    return None if row is None else _update(row)


def read_due(tx: Transaction) -> list[Update]:
    """Own values whose day has come, oldest first."""
    rows = tx.rows(
        """
        SELECT update_key, update_id, part_key, trade_key, base_statement_id, mode, in_force, coverage_direct,
               coverage_deep, structure_key, causes, due, state, created_at, decided_at, decided_by
          FROM footprint.updates
         WHERE operator_key = commons.me() AND state = 'waiting' AND due <= %s
         ORDER BY update_key
        """,
        (tx.now.date(),),
    )
    return [_update(row) for row in rows]


def owners_with_due(tx: Transaction) -> list[tuple[int, UUID]]:
    """Operators with a value whose day has come; as `renkei_engine`."""
    rows = tx.execute(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM footprint.updates u
          JOIN commons.operators o ON o.operator_key = u.operator_key
         WHERE u.state = 'waiting' AND u.due <= %s
         ORDER BY o.operator_key
        """,
        (tx.now.date(),),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def decide(tx: Transaction, update_ids: Iterable[UUID], state: UpdateState) -> None:
    """End the waiting of own updates."""
    tx.execute(
        """
        UPDATE footprint.updates SET state = %s, decided_at = %s, decided_by = %s
         WHERE operator_key = commons.me() AND state = 'waiting' AND update_id = ANY(%s)
        """,
        (state, tx.now, tx.caller.actor, list(update_ids)),
    )


def end_of_parts(tx: Transaction, part_keys: Iterable[int]) -> None:
    """End the waiting of everything for these own parts: the parts were deleted."""
    tx.execute(
        """
        UPDATE footprint.updates SET state = 'superseded', decided_at = %s, decided_by = %s
         WHERE operator_key = commons.me() AND state = 'waiting' AND part_key = ANY(%s)
        """,
        (tx.now, tx.caller.actor, list(part_keys)),
    )


def insert(tx: Transaction, updates: Sequence[Update]) -> None:
    """Write values that wait; what waited before in their places must have ended."""
    tx.execute(
        """
        INSERT INTO footprint.updates (update_id, operator_key, part_key, trade_key, base_statement_id, mode, in_force,
                                       coverage_direct, coverage_deep, structure_key, causes, due, created_at)
        SELECT n.update_id, commons.me(), n.part_key, n.trade_key, n.base, n.mode, n.in_force::jsonb, n.direct, n.deep,
               n.structure_key, n.causes::jsonb, n.due, %(now)s
          FROM unnest(%(ids)s::uuid[], %(parts)s::bigint[], %(trades)s::bigint[], %(bases)s::uuid[], %(modes)s::text[],
                      %(in_force)s::text[], %(direct)s::numeric[], %(deep)s::numeric[], %(structures)s::bigint[],
                      %(causes)s::text[], %(due)s::date[]) WITH ORDINALITY
               AS n(update_id, part_key, trade_key, base, mode, in_force, direct, deep, structure_key, causes, due, place)
         ORDER BY n.place
        """,
        {
            "now": tx.now,
            "ids": [one.update_id for one in updates],
            "parts": [one.part_key for one in updates],
            "trades": [one.trade_key for one in updates],
            "bases": [one.base_statement_id for one in updates],
            "modes": [one.mode for one in updates],
            "in_force": [
                dumps(documents.calculated(one.in_force, one.sources, one.rules)).decode() for one in updates
            ],
            "direct": [one.in_force.coverage_direct for one in updates],
            "deep": [one.in_force.coverage_deep for one in updates],
            "structures": [one.structure_key for one in updates],
            "causes": [dumps(documents.causes(one.causes)).decode() for one in updates],
            "due": [one.due for one in updates],
        },
    )


def _update(row: Mapping[str, object] | DictRow) -> Update:
    found: DictRow = dict(row)
    in_force = found["in_force"]
    return Update(
        update_key=found["update_key"],
        update_id=found["update_id"],
        part_key=found["part_key"],
        trade_key=found["trade_key"],
        base_statement_id=found["base_statement_id"],
        mode=found["mode"],
        in_force=documents.read_value(in_force, found["coverage_direct"], found["coverage_deep"]),
        sources=documents.read_sources(in_force.get("sources", ())),
        structure_key=found["structure_key"],
        causes=documents.read_causes(found["causes"]),
        due=found["due"],
        state=found["state"],
        created_at=found["created_at"],
        decided_at=found["decided_at"],
        decided_by=found["decided_by"],
        rules=in_force.get("rules", documents.FIRST_RULES),
    )
