"""SQL of footprints: statements and estimates. Every statement names the caller's own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.round_trip import Prepared, Question, Rows
from renkei.database.transaction import Transaction
from renkei.kit.quantities import Unit
from renkei.kit.remembered import MadeWhenAsked
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint import documents
from renkei.usecases.footprint.model import Estimate, EstimateDraft, Statement

_WRITTEN: Final = "footprint.statements"
"""Under this name `tx.known` has the current versions that this transaction wrote, with their documents."""


@dataclass(frozen=True, slots=True)
class Documents:
    """A version as its columns and the ledger have it; made once, for it is needed several times."""

    declared: Mapping[str, Any]
    in_force: Mapping[str, Any]
    quality: Mapping[str, Any]
    causes: Sequence[Mapping[str, Any]]


def documents_of(statement: Statement) -> Documents:
    """The documents of a version."""
    return Documents(
        declared=documents.declared(
            statement.declared,
            statement.declared_categories,
            statement.declared_pds,
            statement.gate_to_gate,
        ),
        in_force=documents.calculated(statement.in_force, statement.sources, statement.rules),
        quality=documents.quality(statement.declared_quality),
        causes=documents.causes(statement.causes),
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """What the caller itself says of some own parts: current statements and current estimates."""

    statements: tuple[Statement, ...] = ()
    estimates: tuple[Estimate, ...] = ()


NOTHING_STATED = Stated()


_STATED_ABOVE: Final = Prepared(
    """
    WITH RECURSIVE above AS (
      SELECT unnest($1::bigint[]) AS part_key
      UNION
      SELECT u.parent_key FROM above a
        JOIN commons.uses u ON u.child_key = a.part_key AND u.operator_key = (SELECT commons.me())
    )
    SELECT EXISTS (
      SELECT FROM above a
        JOIN footprint.statements s
          ON s.part_key = a.part_key AND s.operator_key = (SELECT commons.me()) AND s.superseded_at IS NULL)
    """
)


def ask_stated_above(part_keys: Iterable[int]) -> Question:
    """Asks whether any of these own parts, or anything own above them, has a current statement."""
    return _STATED_ABOVE, (list(part_keys),)


def stated_above(answer: Rows) -> bool:
    """The answer to `ask_stated_above`."""
    return bool(answer.tuples()[0][0])


def read_stated(tx: Transaction, part_keys: Iterable[int]) -> Stated:
    """The current statements (general ones before those of single trades) and estimates of own parts. One statement."""
    keys = list(part_keys)
    if not keys:
        return NOTHING_STATED
    rows = tx.rows(
        """
        SELECT false AS estimated, s.statement_key, s.statement_id, s.cfp_id, s.part_key, s.trade_key, s.version,
               s.declared_unit, s.component_scope, s.declared, s.in_force, s.quality, s.method, s.coverage_direct,
               s.coverage_deep, s.structure_key, s.period_from, s.period_to, s.causes, s.automatic, s.created_by,
               s.created_at, s.superseded_at
          FROM footprint.statements s
         WHERE s.operator_key = commons.me() AND s.part_key = ANY(%(keys)s) AND s.superseded_at IS NULL
        UNION ALL
        SELECT true, e.estimate_key, e.estimate_id, NULL, e.part_key, e.trade_key, NULL, e.declared_unit, e.source,
               e.stages, NULL, e.quality, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, e.created_by, e.created_at,
               e.superseded_at
          FROM footprint.estimates e
         WHERE e.operator_key = commons.me() AND e.part_key = ANY(%(keys)s) AND e.superseded_at IS NULL
         ORDER BY part_key, trade_key NULLS FIRST
        """,
        {"keys": keys},
    )
    return Stated(
        statements=tuple(_statement(row) for row in rows if not row["estimated"]),
        estimates=tuple(
            _estimate(
                {
                    **row,
                    "estimate_id": row["statement_id"],
                    "source": row["component_scope"],
                    "stages": row["declared"],
                }
            )
            for row in rows
            if row["estimated"]
        ),
    )


def only_confirmed(tx: Transaction, statement: Statement) -> bool:
    """Whether the value that the owner declared last is a customer's proposal that it confirmed."""
    row = tx.row(
        """
        SELECT s.causes @> '[{"kind": "confirmed"}]' AS confirmed
          FROM footprint.statements s
         WHERE s.operator_key = commons.me() AND s.part_key = %(part)s AND s.cfp_id = %(cfp)s
           AND s.causes @> '[{"kind": "declared"}]'
         ORDER BY s.version DESC LIMIT 1
        """,
        {"part": statement.part_key, "cfp": statement.cfp_id},
    )
    return row is not None and bool(row["confirmed"])


def read_history(
    tx: Transaction,
    part_key: int,
    trade_key: int | None,
    *,
    after: UUID | None = None,
    before_version: int | None = None,
    at: datetime | None = None,
    limit: int,
) -> list[Statement]:
    """Versions of an own part's footprint (of one trade, or the general one), newest first.

    `after` names the version that opens the page; `at`: only the version that was current at that moment.
    """
    rows = tx.rows(
        """
        SELECT statement_key, statement_id, cfp_id, part_key, trade_key, version, declared_unit, component_scope,
               declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key, period_from,
               period_to, causes, automatic, created_by, created_at, superseded_at
          FROM footprint.statements
         WHERE operator_key = commons.me() AND part_key = %(part)s AND trade_key IS NOT DISTINCT FROM %(trade)s::bigint
           AND (%(before)s::bigint IS NULL OR version < %(before)s)
           AND (%(after)s::uuid IS NULL OR version <= (
                 SELECT a.version FROM footprint.statements a
                  WHERE a.operator_key = commons.me() AND a.part_key = %(part)s AND a.statement_id = %(after)s))
           AND (%(at)s::timestamptz IS NULL
                OR (created_at <= %(at)s AND (superseded_at IS NULL OR superseded_at > %(at)s)))
         ORDER BY version DESC LIMIT %(limit)s
        """,
        {
            "part": part_key,
            "trade": trade_key,
            "before": before_version,
            "after": after,
            "at": at,
            "limit": limit,
        },
    )
    return [_statement(row) for row in rows]


def read_by_key(tx: Transaction, statement_keys: Iterable[int]) -> dict[int, Statement]:
    """Own versions by key. One statement."""
    rows = tx.rows(
        """
        SELECT statement_key, statement_id, cfp_id, part_key, trade_key, version, declared_unit, component_scope,
               declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key, period_from,
               period_to, causes, automatic, created_by, created_at, superseded_at
          FROM footprint.statements WHERE operator_key = commons.me() AND statement_key = ANY(%s)
        """,
        (list(statement_keys),),
    )
    return {row["statement_key"]: _statement(row) for row in rows}


def read_by_ids(tx: Transaction, statement_ids: Iterable[UUID]) -> dict[UUID, Statement]:
    """Own versions by their ids. One statement."""
    rows = tx.rows(
        """
        SELECT statement_key, statement_id, cfp_id, part_key, trade_key, version, declared_unit, component_scope,
               declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key, period_from,
               period_to, causes, automatic, created_by, created_at, superseded_at
          FROM footprint.statements WHERE operator_key = commons.me() AND statement_id = ANY(%s)
        """,
        (list(statement_ids),),
    )
    return {row["statement_id"]: _statement(row) for row in rows}


def read_estimates_by_ids(tx: Transaction, estimate_ids: Iterable[UUID]) -> dict[UUID, Estimate]:
    """Own estimates by their ids, those that were replaced since too. One statement."""
    rows = tx.rows(
        """
        SELECT estimate_id, part_key, trade_key, declared_unit, stages, quality, source, created_by, created_at
          FROM footprint.estimates WHERE operator_key = commons.me() AND estimate_id = ANY(%s)
        """,
        (list(estimate_ids),),
    )
    return {row["estimate_id"]: _estimate(row) for row in rows}


def read_of_year(tx: Transaction, part_key: int, begin: date, end: date, at: datetime) -> Statement | None:
    """The newest general version known at `at` whose stated period touches the days from `begin` to `end`."""
    row = tx.row(
        """
        SELECT statement_key, statement_id, cfp_id, part_key, trade_key, version, declared_unit, component_scope,
               declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key, period_from,
               period_to, causes, automatic, created_by, created_at, superseded_at
          FROM footprint.statements
         WHERE operator_key = commons.me() AND part_key = %(part)s AND trade_key IS NULL AND created_at <= %(at)s
           AND coalesce(period_from, period_to) IS NOT NULL
           AND (period_from IS NULL OR period_from <= %(end)s) AND (period_to IS NULL OR period_to >= %(begin)s)
         ORDER BY version DESC LIMIT 1
        """,
        {"part": part_key, "begin": begin, "end": end, "at": at},
    )
    return None if row is None else _statement(row)


_GENERAL: Final = (
    "statement_key", "statement_id", "cfp_id", "part_key", "trade_key", "version", "declared_unit", "component_scope",
    "declared", "in_force", "quality", "method", "coverage_direct", "coverage_deep", "structure_key", "period_from",
    "period_to", "causes", "automatic", "created_by", "created_at", "superseded_at",
)  # fmt: skip

_ALL_GENERAL: Final = Prepared(
    """
    SELECT statement_key, statement_id, cfp_id, part_key, trade_key, version, declared_unit, component_scope, declared,
           in_force, quality, method, coverage_direct, coverage_deep, structure_key, period_from, period_to, causes,
           automatic, created_by, created_at, superseded_at
      FROM footprint.statements
     WHERE operator_key = commons.me() AND superseded_at IS NULL AND trade_key IS NULL
    """
)


def read_all_general(tx: Transaction) -> Mapping[int, Statement]:
    """The current general statements of all own parts by part, made of their rows when asked for. One statement."""
    rows = tx.ask((_ALL_GENERAL, ()))
    by_part = {int(part_key): at for at, part_key in enumerate(rows.raw(_GENERAL.index("part_key")))}
    each = rows.on_demand()
    return MadeWhenAsked(by_part, lambda at: _statement(dict(zip(_GENERAL, each[at], strict=True))))


def read_all_estimates(tx: Transaction) -> tuple[Estimate, ...]:
    """The current estimates of all own parts. One statement."""
    rows = tx.rows(
        """
        SELECT estimate_id, part_key, trade_key, declared_unit, stages, quality, source, created_by, created_at
          FROM footprint.estimates WHERE operator_key = commons.me() AND superseded_at IS NULL
         ORDER BY part_key, trade_key NULLS FIRST
        """
    )
    return tuple(_estimate(row) for row in rows)


def parts_with_statement(tx: Transaction, part_keys: Iterable[int]) -> set[int]:
    """Which of these own parts have a current statement."""
    rows = tx.execute(
        """
        SELECT DISTINCT part_key FROM footprint.statements
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = ANY(%s)
        """,
        (list(part_keys),),
    ).fetchall()
    return {row[0] for row in rows}


@dataclass(frozen=True, slots=True)
class Written:
    """A version that was written: its key, and the public ids of the trade and the structure version it names."""

    statement_key: int
    trade_id: UUID | None
    structure_id: UUID | None


def insert_versions(
    tx: Transaction, versions: Sequence[Statement], written: Sequence[Documents]
) -> dict[UUID, Written]:
    """Write versions, superseding what was current of the same part and trade; what became of each, by id. Two statements.

    `written` are their documents, one for one.
    """
    supersede(tx, [(one.part_key, one.trade_key) for one in versions])
    rows = tx.execute(
        """
        INSERT INTO footprint.statements (statement_id, operator_key, part_key, trade_key, cfp_id, version,
               declared_unit, component_scope, declared, in_force, quality, method, coverage_direct, coverage_deep,
               structure_key, period_from, period_to, causes, automatic, created_by, created_at)
        SELECT n.statement_id, commons.me(), n.part_key, n.trade_key, n.cfp_id, n.version, n.unit, n.scope,
               n.declared::jsonb, n.in_force::jsonb, n.quality::jsonb, n.method::jsonb, n.direct, n.deep,
               n.structure_key, n.period_from, n.period_to, n.causes::jsonb, n.automatic, n.created_by, n.created_at
          FROM unnest(%(ids)s::uuid[], %(parts)s::bigint[], %(trades)s::bigint[], %(cfps)s::uuid[], %(versions)s::int[],
                      %(units)s::text[], %(scopes)s::text[], %(declared)s::text[], %(in_force)s::text[],
                      %(quality)s::text[], %(methods)s::text[], %(direct)s::numeric[], %(deep)s::numeric[],
                      %(structures)s::bigint[], %(froms)s::date[], %(tos)s::date[], %(causes)s::text[],
                      %(automatic)s::bool[], %(by)s::text[], %(at)s::timestamptz[]) WITH ORDINALITY
               AS n(statement_id, part_key, trade_key, cfp_id, version, unit, scope, declared, in_force, quality, method,
                    direct, deep, structure_key, period_from, period_to, causes, automatic, created_by, created_at, place)
         ORDER BY n.place
        RETURNING statement_id, statement_key,
                  (SELECT t.trade_id FROM commons.trades t
                    WHERE t.trade_key = statements.trade_key AND t.upstream_key = commons.me()),
                  (SELECT u.structure_id FROM commons.structures u
                    WHERE u.structure_key = statements.structure_key AND u.operator_key = commons.me())
        """,
        {
            "ids": [one.statement_id for one in versions],
            "parts": [one.part_key for one in versions],
            "trades": [one.trade_key for one in versions],
            "cfps": [one.cfp_id for one in versions],
            "versions": [one.version for one in versions],
            "units": [one.declared_unit.value for one in versions],
            "scopes": [one.component_scope for one in versions],
            "declared": [dumps(one.declared).decode() for one in written],
            "in_force": [dumps(one.in_force).decode() for one in written],
            "quality": [dumps(one.quality).decode() for one in written],
            "methods": [dumps(dict(one.method)).decode() for one in versions],
            "direct": [one.in_force.coverage_direct for one in versions],
            "deep": [one.in_force.coverage_deep for one in versions],
            "structures": [one.structure_key for one in versions],
            "froms": [one.period_from for one in versions],
            "tos": [one.period_to for one in versions],
            "causes": [dumps(one.causes).decode() for one in written],
            "automatic": [one.automatic for one in versions],
            "by": [one.created_by for one in versions],
            "at": [one.created_at for one in versions],
        },
    ).fetchall()
    known = _known(tx)
    for one, its in zip(versions, written, strict=True):
        known[one.part_key, one.trade_key] = (one, its)
    return {row[0]: Written(*row[1:]) for row in rows}


def read_current(tx: Transaction, part_keys: Iterable[int]) -> list[tuple[Statement, Documents]]:
    """The current statements of own parts; only those that this transaction did not write are read. One statement.

    What it wrote has no `statement_key` here.
    """
    keys = set(part_keys)
    known = [one for (part, _), one in _known(tx).items() if part in keys]
    rows = tx.rows(
        """
        SELECT statement_key, statement_id, cfp_id, part_key, trade_key, version, declared_unit, component_scope,
               declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key, period_from,
               period_to, causes, automatic, created_by, created_at, superseded_at
          FROM footprint.statements
         WHERE operator_key = commons.me() AND part_key = ANY(%s) AND superseded_at IS NULL
           AND NOT (statement_id = ANY(%s))
        """,
        (list(keys), [one.statement_id for one, _ in known]),
    )
    return [*known, *((one, documents_of(one)) for one in map(_statement, rows))]


def _known(tx: Transaction) -> dict[tuple[int, int | None], tuple[Statement, Documents]]:
    found: dict[tuple[int, int | None], tuple[Statement, Documents]] = tx.known.setdefault(_WRITTEN, {})
    return found


def fact(statement: Statement, written: Documents, trace_id: UUID, row: Written) -> dict[str, Any]:
    """What the ledger is told of a version: its row, with public ids in the place of keys.

    (Keys are drawn from sequences of the whole platform, and so tell how much others write.)
    """
    return {
        "statement_id": statement.statement_id,
        "trace_id": trace_id,
        "trade_id": row.trade_id,
        "cfp_id": statement.cfp_id,
        "version": statement.version,
        "declared_unit": statement.declared_unit.value,
        "component_scope": statement.component_scope,
        "declared": written.declared,
        "in_force": written.in_force,
        "quality": written.quality,
        "method": dict(statement.method),
        "coverage_direct": statement.in_force.coverage_direct,
        "coverage_deep": statement.in_force.coverage_deep,
        "structure_id": row.structure_id,
        "period_from": statement.period_from,
        "period_to": statement.period_to,
        "causes": written.causes,
        "automatic": statement.automatic,
        "created_by": statement.created_by,
        "created_at": statement.created_at,
    }


def supersede(tx: Transaction, of: Sequence[tuple[int, int | None]]) -> None:
    """End what is current of these own parts (each with its trade, or None for the general statement)."""
    tx.execute(
        """
        UPDATE footprint.statements s SET superseded_at = %(now)s
          FROM unnest(%(parts)s::bigint[], %(trades)s::bigint[]) AS o(part_key, trade_key)
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL
           AND s.part_key = o.part_key AND s.trade_key IS NOT DISTINCT FROM o.trade_key
        """,
        {"now": tx.now, "parts": [part for part, _ in of], "trades": [trade for _, trade in of]},
    )
    known = _known(tx)
    for version in of:
        known.pop(version, None)


def end_all(tx: Transaction, part_keys: Iterable[int]) -> None:
    """End every current statement and estimate of these own parts: the parts were deleted."""
    keys = set(part_keys)
    tx.execute(
        """
        WITH ended AS (
          UPDATE footprint.statements SET superseded_at = %(now)s
           WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = ANY(%(keys)s))
        UPDATE footprint.estimates SET superseded_at = %(now)s
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = ANY(%(keys)s)
        """,
        {"now": tx.now, "keys": list(keys)},
    )
    known = _known(tx)
    for version in [one for one in known if one[0] in keys]:
        del known[version]


def replace_estimate(
    tx: Transaction, draft: EstimateDraft, part_key: int, trade_key: int | None
) -> Estimate | None:
    """End the current estimate of the part (or of one trade of it) and write the new one, if there is one."""
    tx.execute(
        """
        UPDATE footprint.estimates SET superseded_at = %(now)s
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = %(part)s
           AND trade_key IS NOT DISTINCT FROM %(trade)s::bigint
        """,
        {"now": tx.now, "part": part_key, "trade": trade_key},
    )
    if draft.stages is None:
        return None
    row = tx.row(
        """
        INSERT INTO footprint.estimates (estimate_id, operator_key, part_key, trade_key, declared_unit, stages, quality,
                                         source, created_by, created_at)
        VALUES (%(id)s, commons.me(), %(part)s, %(trade)s, %(unit)s, %(stages)s::jsonb, %(quality)s::jsonb, %(source)s,
                %(by)s, %(now)s)
        RETURNING estimate_id, part_key, trade_key, declared_unit, stages, quality, source, created_by, created_at
        """,
        {
            "id": tx.new_id(),
            "part": part_key,
            "trade": trade_key,
            "unit": draft.declared_unit.value,
            "stages": dumps(documents.amounts(draft.stages)).decode(),
            "quality": dumps(documents.quality(draft.quality)).decode(),
            "source": draft.source,
            "by": tx.caller.actor,
            "now": tx.now,
        },
    )
    assert row is not None
    return _estimate(row)


def _statement(row: DictRow) -> Statement:
    declared, in_force = row["declared"], row["in_force"]
    return Statement(
        statement_key=row["statement_key"],
        statement_id=row["statement_id"],
        cfp_id=row["cfp_id"],
        part_key=row["part_key"],
        trade_key=row["trade_key"],
        version=row["version"],
        declared_unit=Unit(row["declared_unit"]),
        component_scope=row["component_scope"],
        declared=documents.read_emissions(declared["stages"]),
        declared_quality=documents.read_quality(row["quality"]),
        declared_categories=documents.read_categories(declared.get("categories", {})),
        declared_pds=documents.decimal(declared.get("primary_data_share")),
        gate_to_gate=documents.decimal(declared.get("gate_to_gate")),
        method=row["method"],
        in_force=documents.read_value(in_force, row["coverage_direct"], row["coverage_deep"]),
        sources=documents.read_sources(in_force.get("sources", ())),
        structure_key=row["structure_key"],
        period_from=row["period_from"],
        period_to=row["period_to"],
        causes=documents.read_causes(row["causes"]),
        automatic=row["automatic"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        superseded_at=row["superseded_at"],
        rules=in_force.get("rules", documents.FIRST_RULES),
    )


def _estimate(row: DictRow) -> Estimate:
    return Estimate(
        estimate_id=row["estimate_id"],
        part_key=row["part_key"],
        trade_key=row["trade_key"],
        declared_unit=Unit(row["declared_unit"]),
        stages=documents.read_amounts(row["stages"]),
        quality=documents.read_quality(row["quality"]),
        source=row["source"],
        created_by=row["created_by"],
        created_at=row["created_at"],
    )
