"""SQL of parts and structures. Every statement names the operator; row-level security is the second lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, TupleRow

from renkei.commons.parts.errors import PartConflict, PartNumberTaken
from renkei.commons.parts.model import (
    CountedBy,
    GraphLine,
    GraphPart,
    LineShown,
    OwnGraph,
    Part,
    PartDraft,
    PartFilter,
    PartNumber,
    Sourcing,
    StructureVersion,
)
from renkei.database.round_trip import Prepared, Question, Rows
from renkei.database.search import containing
from renkei.database.transaction import Transaction
from renkei.kit.quantities import ConversionFacts
from renkei.kit.remembered import MadeWhenAsked
from renkei.kit.strict_json import dumps

# The columns of `Part`, from `commons.parts p` joined with its plant `q`.
_PART = """
    p.part_key, p.trace_id, q.plant_id, p.name, p.support_name, p.terminated, p.unit, p.label, p.info1, p.info2,
    p.info3, p.mass_kg_per_unit, p.density_kg_per_liter, p.structure_key, p.created_at, p.updated_at,
    EXISTS (SELECT FROM commons.uses up
             WHERE up.child_key = p.part_key AND up.operator_key = commons.me()) AS is_child
"""
_LINE_FIELDS = (
    "position",
    "amount",
    "unit",
    "base_quantity",
    "sourcing",
    "counted_by",
    "phantom",
    "alternative_group",
    "usage_share",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What is stored for one part as stated. `part` None: there is none with this natural key yet."""

    plant_key: int | None
    trace_known: bool
    part: Part | None
    latest_begun: date | None
    """The day of the structure version in force (of the first input only)."""
    lines: list[tuple[Any, ...]] | None
    """The lines in force as `line_tuple`s (of the first input only)."""
    next_version: tuple[int, int] | None
    """The key and the number of the structure version that may be written next (of the first input only)."""
    held: int
    """How many parts the company has (with the first input only)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """One line ready to be written."""

    child_key: int
    amount: Decimal
    unit: str
    base_quantity: Decimal
    sourcing: Sourcing
    counted_by: CountedBy
    phantom: bool
    alternative_group: str | None
    usage_share: Decimal | None


def line_tuple(line: StoredLine) -> tuple[Any, ...]:
    """A line as `Resolved.lines` has it, to compare with."""
    return (
        line.child_key,
        line.amount,
        line.unit,
        line.base_quantity,
        line.sourcing,
        line.counted_by,
        line.phantom,
        line.alternative_group,
        line.usage_share,
    )


def part_from(tx: Transaction, row: Mapping[str, Any]) -> Part:
    """A row with the columns of `Part` (and perhaps more)."""
    return Part(
        part_key=row["part_key"],
        trace_id=row["trace_id"],
        operator_id=tx.caller.operator_id,
        plant_id=row["plant_id"],
        name=row["name"],
        support_name=row["support_name"],
        terminated=row["terminated"],
        unit=row["unit"],
        label=row["label"],
        info1=row["info1"],
        info2=row["info2"],
        info3=row["info3"],
        mass_kg_per_unit=row["mass_kg_per_unit"],
        density_kg_per_liter=row["density_kg_per_liter"],
        structure_key=row["structure_key"],
        is_child=row["is_child"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


_RESOLVE: Final = Prepared(
    """
    SELECT q.plant_key AS own_plant_key,
           p.trace_id = i.trace_id IS TRUE OR EXISTS (
             SELECT FROM commons.parts t
              WHERE t.trace_id = i.trace_id AND t.operator_key = (SELECT commons.me()) AND t.deleted_at IS NULL
           ) AS trace_known,
           p.part_key, p.trace_id,
           CASE WHEN p.plant_key = q.plant_key THEN q.plant_id
                ELSE (SELECT o.plant_id FROM commons.plants o WHERE o.plant_key = p.plant_key) END AS plant_id,
           p.name, p.support_name, p.terminated, p.unit, p.label, p.info1, p.info2, p.info3, p.mass_kg_per_unit,
           p.density_kg_per_liter, p.structure_key, p.created_at, p.updated_at,
           (SELECT true FROM commons.uses up
             WHERE up.child_key = p.part_key AND up.operator_key = (SELECT commons.me()) LIMIT 1) IS TRUE AS is_child,
           CASE WHEN i.n = 1 THEN (
             SELECT max(s.effective_from) FROM commons.structures s
              WHERE s.part_key = p.part_key AND s.operator_key = (SELECT commons.me())
                AND s.effective_from <= (SELECT $2::date)
           ) END AS latest_begun,
           CASE WHEN i.n = 1 THEN (
             SELECT jsonb_agg(jsonb_build_array(l.child_key, l.amount, l.unit, l.base_quantity, l.sourcing,
                                                l.counted_by, l.phantom, l.alternative_group, l.usage_share)
                              ORDER BY l.position)
               FROM commons.structure_lines l
              WHERE l.structure_key = p.structure_key AND l.operator_key = (SELECT commons.me())
           ) END AS lines,
           CASE WHEN i.n = 1 THEN nextval('commons.structures_structure_key_seq') END AS next_key,
           CASE WHEN i.n = 1 THEN 1 + coalesce((
             SELECT max(s.version) FROM commons.structures s
              WHERE s.part_key = p.part_key AND s.operator_key = (SELECT commons.me())), 0) END AS next_version,
           CASE WHEN i.n = 1 THEN (
             SELECT c.parts FROM commons.part_counts c WHERE c.operator_key = (SELECT commons.me())) END AS held
      FROM json_to_recordset($1::json) AS i(n int, trace_id uuid, plant_id uuid, name text, support_name text)
      LEFT JOIN commons.plants q ON q.plant_id = i.plant_id AND q.operator_key = (SELECT commons.me())
      LEFT JOIN LATERAL (
        SELECT k.* FROM commons.parts k
         WHERE k.operator_key = (SELECT commons.me()) AND k.plant_key = q.plant_key AND k.name = i.name
           AND k.support_name IS NOT DISTINCT FROM i.support_name AND k.deleted_at IS NULL
        UNION ALL
        SELECT k.* FROM commons.parts k
         WHERE k.operator_key = (SELECT commons.me()) AND i.name IS NULL AND k.trace_id = i.trace_id
           AND k.deleted_at IS NULL
      ) p ON true
     ORDER BY i.n
    """
)


def asked(drafts: Sequence[PartDraft | UUID], today: date) -> Question:
    """Asks what is stored for each draft, for the first also its structure in force; `resolved` reads the answer."""
    stated = [
        {"n": n, "trace_id": draft}
        if isinstance(draft, UUID)
        else {
            "n": n,
            "trace_id": draft.trace_id,
            "plant_id": draft.plant_id,
            "name": draft.name,
            "support_name": draft.support_name,
        }
        for n, draft in enumerate(drafts, start=1)
    ]
    return _RESOLVE, (dumps(stated).decode(), today)


def resolved(tx: Transaction, answer: Rows) -> list[Resolved]:
    """What is stored for each draft, in order."""
    return [
        Resolved(
            plant_key=row["own_plant_key"],
            trace_known=row["trace_known"],
            part=None if row["part_key"] is None else part_from(tx, row),
            latest_begun=row["latest_begun"],
            lines=None if row["lines"] is None else [tuple(line) for line in row["lines"]],
            next_version=None if row["next_key"] is None else (row["next_key"], row["next_version"]),
            held=row["held"] or 0,
        )
        for row in answer.dicts()
    ]


def resolve(tx: Transaction, drafts: Sequence[PartDraft | UUID]) -> list[Resolved]:
    """What is stored for each draft, in order, in one statement; for the first also its structure in force."""
    return resolved(tx, tx.ask(asked(drafts, tx.now.date())))


def write_parts(
    tx: Transaction, added: Sequence[tuple[UUID, int, PartDraft]], changed: Sequence[Part]
) -> dict[UUID, int]:
    """Insert parts (new trace id, plant key, draft) and update others, in one statement; keys of the new by trace id.

    Raises `PartConflict` if another writer registered one of them at the same moment.
    """
    drafts = [draft for _, _, draft in added]
    try:
        rows = tx.rows(
            """
            WITH changed AS (
              UPDATE commons.parts p
                 SET terminated = u.terminated, unit = u.unit, label = u.label, info1 = u.info1, info2 = u.info2,
                     info3 = u.info3, mass_kg_per_unit = u.mass, density_kg_per_liter = u.density,
                     updated_at = %(now)s
                FROM unnest(%(c_keys)s::bigint[], %(c_terminated)s::bool[], %(c_units)s::text[], %(c_labels)s::text[],
                            %(c_info1)s::text[], %(c_info2)s::text[], %(c_info3)s::text[], %(c_mass)s::numeric[],
                            %(c_density)s::numeric[])
                     AS u(part_key, terminated, unit, label, info1, info2, info3, mass, density)
               WHERE p.part_key = u.part_key AND p.operator_key = commons.me()
            )
            INSERT INTO commons.parts (trace_id, operator_key, plant_key, name, support_name, terminated, unit, label,
                                       info1, info2, info3, mass_kg_per_unit, density_kg_per_liter, created_at,
                                       updated_at)
            SELECT u.trace_id, commons.me(), u.plant_key, u.name, u.support_name, u.terminated, u.unit, u.label,
                   u.info1, u.info2, u.info3, u.mass, u.density, %(now)s, %(now)s
              FROM unnest(%(traces)s::uuid[], %(plants)s::bigint[], %(names)s::text[], %(supports)s::text[],
                          %(terminated)s::bool[], %(units)s::text[], %(labels)s::text[], %(info1)s::text[],
                          %(info2)s::text[], %(info3)s::text[], %(mass)s::numeric[], %(density)s::numeric[])
                   AS u(trace_id, plant_key, name, support_name, terminated, unit, label, info1, info2, info3, mass,
                        density)
            RETURNING part_key, trace_id
            """,
            {
                "now": tx.now,
                "c_keys": [part.part_key for part in changed],
                "c_terminated": [part.terminated for part in changed],
                "c_units": [part.unit for part in changed],
                "c_labels": [part.label for part in changed],
                "c_info1": [part.info1 for part in changed],
                "c_info2": [part.info2 for part in changed],
                "c_info3": [part.info3 for part in changed],
                "c_mass": [part.mass_kg_per_unit for part in changed],
                "c_density": [part.density_kg_per_liter for part in changed],
                "traces": [trace_id for trace_id, _, _ in added],
                "plants": [plant_key for _, plant_key, _ in added],
                "names": [draft.name for draft in drafts],
                "supports": [draft.support_name for draft in drafts],
                "terminated": [draft.terminated for draft in drafts],
                "units": [draft.unit for draft in drafts],
                "labels": [draft.label for draft in drafts],
                "info1": [draft.info1 for draft in drafts],
                "info2": [draft.info2 for draft in drafts],
                "info3": [draft.info3 for draft in drafts],
                "mass": [draft.facts and draft.facts.mass_kg_per_unit for draft in drafts],
                "density": [draft.facts and draft.facts.density_kg_per_liter for draft in drafts],
            },
        )
    except psycopg.errors.UniqueViolation as error:
        raise PartConflict from error
    return {row["trace_id"]: row["part_key"] for row in rows}


_WRITE_STRUCTURE: Final = Prepared(
    """
    WITH version AS (
      INSERT INTO commons.structures (structure_key, structure_id, operator_key, part_key, version, effective_from,
                                      created_by, created_at)
      VALUES ($1::bigint, $2::uuid, (SELECT commons.me()), $3::bigint, $4::int, $5::date, $6::text, $7::timestamptz)
    ), lines AS (
      INSERT INTO commons.structure_lines (structure_key, position, operator_key, child_key, amount, unit, base_quantity,
                                           sourcing, counted_by, phantom, alternative_group, usage_share)
      SELECT $1::bigint, u.n, (SELECT commons.me()), u.child_key, u.amount, u.unit, u.base_quantity, u.sourcing,
             u.counted_by, u.phantom, u.alternative_group, u.usage_share
        FROM json_to_recordset($8::json) AS u(n int, child_key bigint, amount numeric, unit text, base_quantity numeric,
                                              sourcing text, counted_by text, phantom bool, alternative_group text,
                                              usage_share numeric)
    )
    UPDATE commons.parts p
       SET structure_key = CASE WHEN $9::bool THEN $1::bigint END
     WHERE p.part_key = $3::bigint AND p.operator_key = (SELECT commons.me()) AND $10::bool
    """
)


def write_structure(
    tx: Transaction,
    version: tuple[int, int],
    part_key: int,
    lines: Sequence[StoredLine],
    effective_from: date,
    *,
    in_force: bool,
) -> UUID:
    """Write a version (its key and number as `Resolved` told them) and, if it holds today, point the part to it.

    One statement, sent with the next one; the id of the version. Its number is free: whoever writes structures of this
    company holds its write lock.
    """
    structure_id = tx.new_id()
    stated = [
        {
            "n": n,
            "child_key": line.child_key,
            "amount": line.amount,
            "unit": line.unit,
            "base_quantity": line.base_quantity,
            "sourcing": line.sourcing,
            "counted_by": line.counted_by,
            "phantom": line.phantom,
            "alternative_group": line.alternative_group,
            "usage_share": line.usage_share,
        }
        for n, line in enumerate(lines, start=1)
    ]
    structure_key, number = version
    tx.send(
        (
            _WRITE_STRUCTURE,
            (
                structure_key,
                structure_id,
                part_key,
                number,
                effective_from,
                tx.caller.actor,
                tx.now,
                dumps(stated).decode(),
                bool(lines),
                in_force,
            ),
        )
    )
    return structure_id


def read_structure(tx: Transaction, trace_id: UUID, version: int | None = None) -> list[DictRow]:
    """The part first, then its lines with their children in order; of the version in force, or of the one given.

    One statement, so a structure replaced meanwhile is seen wholly before or wholly after. Empty for an unknown part
    (or, with `version`, an unknown version).
    """
    return tx.rows(
        """
        WITH parent AS (
          SELECT p.part_key, s.structure_key, s.structure_id, s.version, s.effective_from
            FROM commons.parts p
            LEFT JOIN commons.structures s
              ON s.part_key = p.part_key AND s.operator_key = commons.me()
             AND CASE WHEN %(version)s::int IS NULL THEN s.structure_key = p.structure_key
                      ELSE s.version = %(version)s END
           WHERE p.trace_id = %(trace)s AND p.operator_key = commons.me() AND p.deleted_at IS NULL
             AND (%(version)s::int IS NULL OR s.structure_key IS NOT NULL)
        ), wanted AS (
          SELECT part_key, 0 AS position, NULL::numeric AS amount, NULL::text AS line_unit,
                 NULL::numeric AS base_quantity, NULL::text AS sourcing, NULL::text AS counted_by,
                 NULL::bool AS phantom, NULL::text AS alternative_group, NULL::numeric AS usage_share,
                 structure_id, version, effective_from
            FROM parent
          UNION ALL
          SELECT l.child_key, l.position, l.amount, l.unit, l.base_quantity, l.sourcing, l.counted_by, l.phantom,
                 l.alternative_group, l.usage_share, NULL, NULL, NULL
            FROM parent JOIN commons.structure_lines l
              ON l.structure_key = parent.structure_key AND l.operator_key = commons.me()
        )
        SELECT w.position, w.amount, w.line_unit, w.base_quantity, w.sourcing, w.counted_by, w.phantom,
               w.alternative_group, w.usage_share, w.structure_id, w.version, w.effective_from, """
        + _PART
        + """
          FROM wanted w
          JOIN commons.parts p ON p.part_key = w.part_key AND p.operator_key = commons.me()
          JOIN commons.plants q ON q.plant_key = p.plant_key
         ORDER BY w.position
        """,
        {"trace": trace_id, "version": version},
    )


def read_versions(tx: Transaction, part_key: int) -> tuple[StructureVersion, ...]:
    """All versions of a part's structure, newest first."""
    rows = tx.rows(
        """
        SELECT s.structure_key, s.structure_id, s.version, s.effective_from, s.created_by, s.created_at,
               (SELECT count(*) FROM commons.structure_lines l
                 WHERE l.structure_key = s.structure_key AND l.operator_key = commons.me()) AS line_count,
               s.structure_key = (
                 SELECT b.structure_key FROM commons.structures b
                  WHERE b.part_key = %(part)s AND b.operator_key = commons.me() AND b.effective_from <= %(today)s
                  ORDER BY b.effective_from DESC, b.version DESC LIMIT 1) IS TRUE AS in_force
          FROM commons.structures s
         WHERE s.part_key = %(part)s AND s.operator_key = commons.me()
         ORDER BY s.version DESC
        """,
        {"part": part_key, "today": tx.now.date()},
    )
    return tuple(StructureVersion(**{**row, "in_force": bool(row["in_force"])}) for row in rows)


def read_parts(tx: Transaction, trace_ids: Iterable[UUID]) -> list[Part]:
    """The own undeleted parts among the ids."""
    rows = tx.rows(
        "SELECT "
        + _PART
        + """
          FROM (
            -- OFFSET 0: by their ids; with the plants in view, the planner would look through all parts of a plant.
            SELECT * FROM commons.parts
             WHERE trace_id = ANY(%s) AND operator_key = commons.me() AND deleted_at IS NULL OFFSET 0
          ) p JOIN commons.plants q ON q.plant_key = p.plant_key
        """,
        (list(trace_ids),),
    )
    return [part_from(tx, row) for row in rows]


def read_parts_by_key(tx: Transaction, keys: Iterable[int]) -> list[Part]:
    """The own undeleted parts with these keys."""
    rows = tx.rows(
        "SELECT "
        + _PART
        + """
          FROM (
            -- OFFSET 0: by their ids; with the plants in view, the planner would look through all parts of a plant.
            SELECT * FROM commons.parts
             WHERE part_key = ANY(%s) AND operator_key = commons.me() AND deleted_at IS NULL OFFSET 0
          ) p JOIN commons.plants q ON q.plant_key = p.plant_key
        """,
        (list(keys),),
    )
    return [part_from(tx, row) for row in rows]


def list_parts(tx: Transaction, where: PartFilter, after: UUID | None, rows_wanted: int) -> list[Part]:
    """Own parts by (name, support name with none last, trace id), from the part named by `after` on.

    A cursor that names no own part (deleted ones still mark their place) gives no rows.
    """
    rows = tx.rows(
        """
        WITH start AS MATERIALIZED (
          SELECT name, support_name, trace_id FROM commons.parts
           WHERE trace_id = %(after)s AND operator_key = commons.me()
        )
        SELECT """
        + _PART
        + """
          FROM (
          -- Found in their order before the plants are looked at, which would make the planner sort all parts of a company.
          SELECT p.* FROM commons.parts p
         WHERE p.operator_key = commons.me() AND p.deleted_at IS NULL
           AND (%(after)s::uuid IS NULL OR (
                 p.name >= (SELECT name FROM start) AND EXISTS (
                   SELECT FROM start s
                    WHERE p.name > s.name
                       OR (p.support_name IS NULL AND s.support_name IS NOT NULL)
                       OR p.support_name > s.support_name
                       OR (p.support_name IS NOT DISTINCT FROM s.support_name AND p.trace_id >= s.trace_id))))
           AND (%(trace)s::uuid IS NULL OR p.trace_id = %(trace)s)
           AND (%(name)s::text IS NULL OR p.name = %(name)s)
           AND (%(plant)s::uuid IS NULL OR p.plant_key = (
                 SELECT w.plant_key FROM commons.plants w WHERE w.plant_id = %(plant)s AND w.operator_key = commons.me()))
           -- coalesce: by an EXISTS, or an IS NULL, the planner would look at all parts of the company to show the first few.
           AND (NOT %(roots)s OR NOT coalesce((
                 SELECT true FROM commons.uses u
                  WHERE u.child_key = p.part_key AND u.operator_key = (SELECT commons.me()) LIMIT 1), false))
           AND (%(text)s::text IS NULL
                OR p.name ILIKE %(text)s OR p.support_name ILIKE %(text)s OR p.label ILIKE %(text)s
                OR EXISTS (SELECT FROM commons.part_numbers n
                            WHERE n.part_key = p.part_key AND n.operator_key = commons.me() AND n.number ILIKE %(text)s))
         ORDER BY p.name, p.support_name, p.trace_id
         LIMIT %(limit)s
          ) p JOIN commons.plants q ON q.plant_key = p.plant_key
         ORDER BY p.name, p.support_name, p.trace_id
        """,
        {
            "after": after,
            "trace": where.trace_id,
            "name": where.name,
            "plant": where.plant_id,
            "roots": where.roots_only,
            "text": None if where.text is None else containing(where.text),
            "limit": rows_wanted,
        },
    )
    return [part_from(tx, row) for row in rows]


def read_graph(tx: Transaction, keys: Iterable[int]) -> OwnGraph:
    """The parts with `keys`, all own ancestors, and the lines in force of these and of phantoms below. One statement."""
    rows = tx.execute(
        """
        WITH RECURSIVE above AS (
          SELECT p.part_key FROM commons.parts p
           WHERE p.part_key = ANY(%(keys)s::bigint[]) AND p.operator_key = commons.me() AND p.deleted_at IS NULL
          UNION
          SELECT u.parent_key FROM above a
            JOIN commons.uses u ON u.child_key = a.part_key AND u.operator_key = commons.me()
        ), needed AS (
          SELECT part_key FROM above
          UNION
          SELECT l.child_key FROM needed n
            JOIN commons.lines_in_force l ON l.parent_key = n.part_key AND l.operator_key = commons.me()
           WHERE l.phantom
        )
        SELECT a.part_key IS NOT NULL, p.part_key, p.trace_id, p.name, p.terminated, p.unit, p.structure_key,
               p.mass_kg_per_unit, p.density_kg_per_liter,
               l.position, l.child_key, l.amount, l.unit, l.base_quantity, l.sourcing, l.counted_by, l.phantom,
               l.alternative_group, l.usage_share,
               c.trace_id, c.name, c.terminated, c.unit, c.structure_key, c.mass_kg_per_unit, c.density_kg_per_liter
          FROM needed n
          JOIN commons.parts p ON p.part_key = n.part_key AND p.operator_key = commons.me()
          LEFT JOIN above a ON a.part_key = n.part_key
          LEFT JOIN commons.structure_lines l
            ON l.structure_key = p.structure_key AND l.operator_key = commons.me()
          LEFT JOIN commons.parts c ON c.part_key = l.child_key AND c.operator_key = commons.me()
         ORDER BY p.part_key, l.position
        """,
        {"keys": list(keys)},
    ).fetchall()
    return _graph_from(rows)


_ALL_PARTS: Final = Prepared(
    """
    SELECT part_key, trace_id, name, terminated, unit, structure_key, mass_kg_per_unit, density_kg_per_liter
      FROM commons.parts WHERE operator_key = commons.me() AND deleted_at IS NULL
     ORDER BY part_key
    """
)
_ALL_LINES: Final = Prepared(
    """
    SELECT p.part_key, l.position, l.child_key, l.amount, l.unit, l.base_quantity, l.sourcing, l.counted_by,
           l.phantom, l.alternative_group, l.usage_share
      FROM commons.parts p
      JOIN commons.structure_lines l ON l.structure_key = p.structure_key AND l.operator_key = commons.me()
     WHERE p.operator_key = commons.me() AND p.deleted_at IS NULL
     ORDER BY p.part_key, l.position
    """
)


def read_whole_graph(tx: Transaction) -> OwnGraph:
    """All own parts and all their lines in force, made of their rows when they are asked for. Two statements."""
    parts, lines = tx.ask((_ALL_PARTS, ())), tx.ask((_ALL_LINES, ()))
    rows_of_parts, rows_of_lines = parts.on_demand(), lines.on_demand()
    keys = [int(key) for key in parts.raw(0)]
    trace_ids = [UUID(trace_id.decode()) for trace_id in parts.raw(1)]
    of_parent: dict[int, range] = {}
    begin = 0
    for parent, same in groupby(lines.raw(0)):
        end = begin + sum(1 for _ in same)
        of_parent[int(parent)] = range(begin, end)
        begin = end
    return OwnGraph(
        above=frozenset(keys),
        parts=MadeWhenAsked(
            {key: at for at, key in enumerate(keys)}, lambda at: _graph_part(keys[at], rows_of_parts[at][1:])
        ),
        trace_ids=dict(zip(keys, trace_ids, strict=True)),
        lines=MadeWhenAsked(
            of_parent, lambda places: tuple(_graph_line(rows_of_lines[at][1:]) for at in places)
        ),
    )


def read_graph_at(tx: Transaction, part_key: int, structure_key: int | None, moment: datetime) -> OwnGraph:
    """A part with the lines of one version of its structure, and of phantoms below as they were at `moment`.

    The facts of all parts are those of that moment too. Two statements.
    """
    rows = tx.execute(
        """
        WITH RECURSIVE needed AS (
          SELECT %(part)s::bigint AS part_key, %(structure)s::bigint AS structure_key
          UNION
          SELECT l.child_key, (
                   SELECT s.structure_key FROM commons.structures s
                    WHERE s.part_key = l.child_key AND s.operator_key = commons.me()
                      AND s.created_at <= %(moment)s AND s.effective_from <= %(moment)s::date
                    ORDER BY s.effective_from DESC, s.version DESC LIMIT 1)
            FROM needed n
            JOIN commons.structure_lines l ON l.structure_key = n.structure_key AND l.operator_key = commons.me()
           WHERE l.phantom
        )
        SELECT n.part_key, l.position, l.child_key, l.amount, l.unit, l.base_quantity, l.sourcing, l.counted_by,
               l.phantom, l.alternative_group, l.usage_share
          FROM needed n
          JOIN commons.structure_lines l ON l.structure_key = n.structure_key AND l.operator_key = commons.me()
         ORDER BY n.part_key, l.position
        """,
        {"part": part_key, "structure": structure_key, "moment": moment},
    ).fetchall()
    lines: dict[int, list[GraphLine]] = {}
    for row in rows:
        lines.setdefault(row[0], []).append(_graph_line(row[1:]))
    keys = {part_key, *lines, *(row[2] for row in rows)}
    known = tx.execute(
        """
        SELECT p.part_key, p.trace_id, r.name, r.terminated, r.unit, r.mass_kg_per_unit, r.density_kg_per_liter
          FROM commons.parts p
          LEFT JOIN LATERAL (
               SELECT h.row FROM commons.history h
                WHERE h.operator_key = commons.me() AND h.table_name = 'parts' AND h.row_key = p.part_key
                  AND h.changed_at > %(moment)s
                ORDER BY h.history_key LIMIT 1) former ON true
         CROSS JOIN LATERAL jsonb_to_record(coalesce(former.row, to_jsonb(p)))
               AS r(name text, terminated bool, unit text, mass_kg_per_unit numeric, density_kg_per_liter numeric)
         WHERE p.operator_key = commons.me() AND p.part_key = ANY(%(keys)s)
        """,
        {"keys": list(keys), "moment": moment},
    ).fetchall()
    return OwnGraph(
        above=frozenset((part_key,)),
        parts={row[0]: _graph_part(row[0], (*row[1:5], None, *row[5:])) for row in known},
        trace_ids={row[0]: row[1] for row in known},
        lines={parent: tuple(found) for parent, found in lines.items()},
    )


def _graph_from(rows: Sequence[TupleRow]) -> OwnGraph:
    above: set[int] = set()
    parts: dict[int, GraphPart] = {}
    lines: dict[int, list[GraphLine]] = {}
    for row in rows:
        part_key, child_key = row[1], row[10]
        if row[0]:
            above.add(part_key)
        if part_key not in parts:
            parts[part_key] = _graph_part(part_key, row[2:9])
        if child_key is None:
            continue
        if child_key not in parts:
            parts[child_key] = _graph_part(child_key, row[19:26])
        lines.setdefault(part_key, []).append(_graph_line(row[9:]))
    return OwnGraph(
        above=frozenset(above),
        parts=parts,
        trace_ids={key: part.trace_id for key, part in parts.items()},
        lines={key: tuple(found) for key, found in lines.items()},
    )


def _graph_line(row: Sequence[Any]) -> GraphLine:
    return GraphLine(
        position=row[0],
        child_key=row[1],
        amount=row[2],
        unit=row[3],
        base_quantity=row[4],
        sourcing=row[5],
        counted_by=row[6],
        phantom=row[7],
        alternative_group=row[8],
        usage_share=row[9],
    )


def _graph_part(part_key: int, columns: Sequence[Any]) -> GraphPart:
    trace_id, name, terminated, unit, structure_key, mass, density = columns
    return GraphPart(
        part_key=part_key,
        trace_id=trace_id,
        name=name,
        terminated=terminated,
        unit=unit,
        structure_key=structure_key,
        facts=ConversionFacts(mass_kg_per_unit=mass, density_kg_per_liter=density),
    )


def owners_of_beginning_structures(tx: Transaction) -> list[DictRow]:
    """Operators with a part whose structure of today was registered before its day and is not the one in force.

    As `renkei_engine`. It cannot see whether a version has lines, so it also names some who cleared a structure.
    """
    return tx.rows(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM commons.structures s
          JOIN commons.parts p ON p.part_key = s.part_key AND p.operator_key = s.operator_key
          JOIN commons.operators o ON o.operator_key = s.operator_key AND o.state <> 'provisional'
         WHERE s.created_at < (s.effective_from::timestamp AT TIME ZONE 'UTC') AND s.effective_from <= %(today)s
           AND p.structure_key IS DISTINCT FROM s.structure_key
           AND NOT EXISTS (SELECT FROM commons.structures later
                            WHERE later.part_key = s.part_key AND later.operator_key = s.operator_key
                              AND later.effective_from <= %(today)s
                              AND (later.effective_from, later.version) > (s.effective_from, s.version))
         ORDER BY o.operator_key
        """,
        {"today": tx.now.date()},
    )


def begin_structures(tx: Transaction) -> list[DictRow]:
    """Point every own part to the version that holds today where it does not yet; the parts that changed."""
    return tx.rows(
        """
        WITH due AS (
          SELECT DISTINCT ON (s.part_key) s.part_key,
                 CASE WHEN EXISTS (SELECT FROM commons.structure_lines l
                                    WHERE l.structure_key = s.structure_key AND l.operator_key = commons.me())
                      THEN s.structure_key END AS structure_key
            FROM commons.structures s
           WHERE s.operator_key = commons.me() AND s.effective_from <= %(today)s
           ORDER BY s.part_key, s.effective_from DESC, s.version DESC
        )
        UPDATE commons.parts p SET structure_key = d.structure_key
          FROM due d
         WHERE p.part_key = d.part_key AND p.operator_key = commons.me() AND p.deleted_at IS NULL
           AND p.structure_key IS DISTINCT FROM d.structure_key
        RETURNING p.part_key, p.trace_id
        """,
        {"today": tx.now.date()},
    )


def stands_in_structure(tx: Transaction, part_key: int) -> bool:
    """Whether a part is child or parent in a structure in force, or in one that begins later."""
    row = tx.execute(
        """
        SELECT EXISTS (SELECT FROM commons.uses u
                        WHERE (u.child_key = %(part)s OR u.parent_key = %(part)s) AND u.operator_key = commons.me())
            OR EXISTS (SELECT FROM commons.structures s
                         JOIN commons.structure_lines l ON l.structure_key = s.structure_key
                        WHERE l.child_key = %(part)s AND l.operator_key = commons.me() AND s.effective_from > %(today)s
                          AND s.created_at < (s.effective_from::timestamp AT TIME ZONE 'UTC'))
            OR EXISTS (SELECT FROM commons.structures s
                        WHERE s.part_key = %(part)s AND s.operator_key = commons.me() AND s.effective_from > %(today)s
                          AND EXISTS (SELECT FROM commons.structure_lines l
                                       WHERE l.structure_key = s.structure_key AND l.operator_key = commons.me()))
        """,
        {"part": part_key, "today": tx.now.date()},
    ).fetchone()
    return row is not None and bool(row[0])


def tombstone(tx: Transaction, part_key: int) -> None:
    """Mark a part as deleted; its natural key is free again."""
    tx.execute(
        "UPDATE commons.parts SET deleted_at = %s, updated_at = %s WHERE part_key = %s AND operator_key = commons.me()",
        (tx.now, tx.now, part_key),
    )


def add_number(tx: Transaction, part_key: int, number: str, partner_key: int | None) -> None:
    """Record a number of a part. Raises `PartNumberTaken`."""
    try:
        tx.execute(
            """
            INSERT INTO commons.part_numbers (operator_key, part_key, partner_key, number, created_at)
            VALUES (commons.me(), %s, %s, %s, %s)
            """,
            (part_key, partner_key, number, tx.now),
        )
    except psycopg.errors.UniqueViolation as error:
        raise PartNumberTaken("/number") from error


def remove_number(tx: Transaction, trace_id: UUID, number: str, partner_id: UUID | None) -> bool:
    """Forget a number of a part; whether there was one."""
    return (
        tx.execute(
            """
            DELETE FROM commons.part_numbers n
             USING commons.parts p
             WHERE p.part_key = n.part_key AND p.trace_id = %(trace)s AND p.operator_key = commons.me()
               AND n.operator_key = commons.me() AND n.number = %(number)s
               AND n.partner_key IS NOT DISTINCT FROM (
                     SELECT operator_key FROM commons.directory WHERE operator_id = %(partner)s)
               AND (n.partner_key IS NULL) = (%(partner)s::uuid IS NULL)
            """,
            {"trace": trace_id, "number": number, "partner": partner_id},
        ).rowcount
        > 0
    )


def read_numbers(tx: Transaction, trace_ids: Iterable[UUID]) -> tuple[PartNumber, ...]:
    """The numbers of the parts, own first."""
    rows = tx.rows(
        """
        SELECT p.trace_id AS part_trace_id, n.number, d.operator_id AS partner_id
          FROM commons.parts p
          JOIN commons.part_numbers n ON n.part_key = p.part_key AND n.operator_key = commons.me()
          LEFT JOIN commons.directory d ON d.operator_key = n.partner_key
         WHERE p.trace_id = ANY(%s) AND p.operator_key = commons.me() AND p.deleted_at IS NULL
         ORDER BY p.trace_id, d.operator_id NULLS FIRST, n.number
        """,
        (list(trace_ids),),
    )
    return tuple(PartNumber(**row) for row in rows)


def read_by_number(tx: Transaction, number: str, partner_id: UUID | None) -> list[Part]:
    """The own parts with this number."""
    rows = tx.rows(
        "SELECT "
        + _PART
        + """
          FROM commons.part_numbers n
          JOIN commons.parts p ON p.part_key = n.part_key AND p.operator_key = commons.me()
          JOIN commons.plants q ON q.plant_key = p.plant_key
         WHERE n.operator_key = commons.me() AND n.number = %(number)s AND p.deleted_at IS NULL
           AND n.partner_key IS NOT DISTINCT FROM (
                 SELECT operator_key FROM commons.directory WHERE operator_id = %(partner)s)
           AND (n.partner_key IS NULL) = (%(partner)s::uuid IS NULL)
         ORDER BY p.name, p.support_name, p.trace_id
        """,
        {"number": number, "partner": partner_id},
    )
    return [part_from(tx, row) for row in rows]


def operator_key_of(tx: Transaction, operator_id: UUID) -> int | None:
    """The key of a company in the directory."""
    row = tx.row("SELECT operator_key FROM commons.directory WHERE operator_id = %s", (operator_id,))
    return None if row is None else int(row["operator_key"])


def line_fields(row: DictRow) -> dict[str, Any]:
    """The fields of a `StructureLine` besides its child."""
    return {name: row["line_unit"] if name == "unit" else row[name] for name in _LINE_FIELDS}


def first_levels(tx: Transaction, part_keys: Iterable[int]) -> dict[int, list[LineShown]]:
    """The lines in force of the caller's parts, by part, in their order."""
    found: dict[int, list[LineShown]] = {}
    rows = tx.rows(
        """
        SELECT l.parent_key, c.name, l.amount, l.unit, l.base_quantity, l.sourcing
          FROM commons.lines_in_force l
          JOIN commons.parts c ON c.part_key = l.child_key AND c.operator_key = commons.me()
         WHERE l.operator_key = commons.me() AND l.parent_key = ANY(%s::bigint[])
         ORDER BY l.parent_key, l.position
        """,
        (list(part_keys),),
    )
    for row in rows:
        found.setdefault(row.pop("parent_key"), []).append(LineShown(**row))
    return found
