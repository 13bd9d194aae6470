"""SQL of a bulk registration: temporary tables of one transaction, copied into, checked as sets, then promoted.

`COPY FROM` is refused on tables under row-level security, hence: COPY → temporary table → INSERT … SELECT, under the
same policies as everything else.

- `bulk_parts`: one row a part, stated by a row of the file or (`child`) named by a line only. Keys are drawn when a row is
  copied in; for a part that is `known` they are replaced by its own. `lines`: how many the row states, null for none.
- `bulk_lines`: one row a line; `bulk_traced`: the own parts that lines name by trace id.
- "natural" is plant, name and support name in one text, so that joins on it can hash (support names may be null).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from renkei.commons.parts.errors import PartConflict
from renkei.database.transaction import Transaction

_PARTS: Final = """
CREATE TEMPORARY TABLE bulk_parts (
  row int NOT NULL, natural_key text COLLATE "C" NOT NULL, plant_id uuid NOT NULL, name text COLLATE "C" NOT NULL,
  support_name text COLLATE "C", terminated bool NOT NULL, unit text COLLATE "C", label text COLLATE "C",
  info1 text COLLATE "C", info2 text COLLATE "C", info3 text COLLATE "C", facts bool NOT NULL, mass numeric,
  density numeric, stated_trace_id uuid, lines int, effective_from date,
  position int, child bool NOT NULL DEFAULT false, known bool NOT NULL DEFAULT false,
  part_key bigint NOT NULL DEFAULT nextval('commons.parts_part_key_seq'),
  structure_key bigint NOT NULL DEFAULT nextval('commons.structures_structure_key_seq'),
  trace_id uuid NOT NULL DEFAULT gen_random_uuid(),
  held_key bigint, latest_begun date, compared_key bigint, texts bool NOT NULL DEFAULT false,
  inputs bool NOT NULL DEFAULT false, changed bool NOT NULL DEFAULT false
) ON COMMIT DROP
"""
_CHILDREN: Final = """
CREATE TEMPORARY TABLE bulk_children (
  row int NOT NULL, position int NOT NULL, natural_key text COLLATE "C" NOT NULL, plant_id uuid NOT NULL,
  name text COLLATE "C" NOT NULL, support_name text COLLATE "C", terminated bool NOT NULL, unit text COLLATE "C",
  label text COLLATE "C", info1 text COLLATE "C", info2 text COLLATE "C", info3 text COLLATE "C", facts bool NOT NULL,
  mass numeric, density numeric
) ON COMMIT DROP
"""
_LINES: Final = """
CREATE TEMPORARY TABLE bulk_lines (
  row int NOT NULL, position int NOT NULL, natural_key text COLLATE "C", child_trace_id uuid, amount numeric NOT NULL,
  unit text COLLATE "C" NOT NULL, base_quantity numeric NOT NULL, sourcing text COLLATE "C",
  counted_by text COLLATE "C" NOT NULL, phantom bool NOT NULL, alternative_group text COLLATE "C", usage_share numeric
) ON COMMIT DROP
"""
_TRACED: Final = """
CREATE TEMPORARY TABLE bulk_traced (
  trace_id uuid PRIMARY KEY, part_key bigint NOT NULL, has_lines bool NOT NULL
) ON COMMIT DROP
"""
# With these every join is quick, whichever way the planner goes about it.
_INDEXES: Final = (
    "CREATE UNIQUE INDEX ON bulk_parts (part_key)",
    "CREATE INDEX ON bulk_parts (natural_key)",
    "CREATE INDEX ON bulk_parts (row) WHERE NOT child",
    "CREATE INDEX ON bulk_lines (row)",
    "ANALYZE bulk_parts (row, natural_key, part_key)",
    "ANALYZE bulk_lines (row, natural_key)",
)

# Whether the structure that row b of bulk_parts states would hold today.
_HOLDS: Final = """
    (coalesce(b.effective_from, %(today)s) <= %(today)s
     AND (b.latest_begun IS NULL OR coalesce(b.effective_from, %(today)s) >= b.latest_begun))
"""
# Whether a new version of the structure is written for row b.
_WRITES: Final = "(NOT b.child AND CASE WHEN b.known THEN b.changed ELSE coalesce(b.lines, 0) > 0 END)"
# The lines with the keys of their children; `made` if the child has lines once all this is stored.
_RESOLVED: Final = (
    """
    SELECT l.row, l.position, coalesce(b.part_key, t.part_key) AS child_key, l.amount, l.unit, l.base_quantity,
           coalesce(l.sourcing,
                    CASE WHEN CASE WHEN l.natural_key IS NULL THEN t.has_lines
                                   WHEN b.lines IS NOT NULL AND """
    + _HOLDS
    + """ THEN b.lines > 0
                                   ELSE b.held_key IS NOT NULL END
                         THEN 'made' ELSE 'bought' END) AS sourcing,
           l.counted_by, l.phantom, l.alternative_group, l.usage_share
      FROM bulk_lines l
      LEFT JOIN bulk_parts b ON b.natural_key = l.natural_key
      LEFT JOIN bulk_traced t ON t.trace_id = l.child_trace_id
    """
)
# The stored part behind each staged one, but for the comparison of the support names, which stands with each statement.
# Looked up row by row (OFFSET 0), so that the time does not hang on what the planner believes of `commons.parts`.
_FIND: Final = """
    WITH found AS MATERIALIZED (
      SELECT b.part_key AS drawn_key, p.*,
             CASE WHEN %(merge)s THEN coalesce(b.label, p.label) ELSE b.label END AS new_label,
             CASE WHEN %(merge)s THEN coalesce(b.info1, p.info1) ELSE b.info1 END AS new_info1,
             CASE WHEN %(merge)s THEN coalesce(b.info2, p.info2) ELSE b.info2 END AS new_info2,
             CASE WHEN %(merge)s THEN coalesce(b.info3, p.info3) ELSE b.info3 END AS new_info3,
             CASE WHEN %(merge)s THEN coalesce(b.unit, p.unit) ELSE b.unit END AS new_unit,
             CASE WHEN %(merge)s THEN p.terminated ELSE b.terminated END AS new_terminated,
             CASE WHEN %(merge)s THEN coalesce(b.mass, p.mass_kg_per_unit) ELSE b.mass END AS new_mass,
             CASE WHEN %(merge)s THEN coalesce(b.density, p.density_kg_per_liter) ELSE b.density END AS new_density
        FROM bulk_parts b
        JOIN commons.plants q ON q.plant_id = b.plant_id AND q.operator_key = commons.me()
       CROSS JOIN LATERAL (
         SELECT p.part_key, p.trace_id, p.structure_key, p.label, p.info1, p.info2, p.info3, p.terminated, p.unit,
                p.mass_kg_per_unit, p.density_kg_per_liter
           FROM commons.parts p
          WHERE p.operator_key = commons.me() AND p.plant_key = q.plant_key AND p.name = b.name AND p.deleted_at IS NULL
"""
_FOUND: Final = """
         OFFSET 0) p
    )
    UPDATE bulk_parts b
       SET known = true, part_key = p.part_key, trace_id = p.trace_id, held_key = p.structure_key,
           latest_begun = CASE WHEN b.lines IS NOT NULL THEN (
             SELECT max(s.effective_from) FROM commons.structures s
              WHERE s.part_key = p.part_key AND s.operator_key = commons.me() AND s.effective_from <= %(today)s) END,
           compared_key = CASE WHEN b.lines IS NULL THEN NULL WHEN b.effective_from IS NULL THEN p.structure_key ELSE (
             SELECT s.structure_key FROM commons.structures s
              WHERE s.part_key = p.part_key AND s.operator_key = commons.me()
                AND s.effective_from = b.effective_from
              ORDER BY s.version DESC LIMIT 1) END,
           label = p.new_label, info1 = p.new_info1, info2 = p.new_info2, info3 = p.new_info3, unit = p.new_unit,
           terminated = p.new_terminated, mass = p.new_mass, density = p.new_density,
           texts = NOT b.child AND (p.new_label, p.new_info1, p.new_info2, p.new_info3)
                   IS DISTINCT FROM (p.label, p.info1, p.info2, p.info3),
           inputs = NOT b.child AND ((p.new_terminated, p.new_unit) IS DISTINCT FROM (p.terminated, p.unit)
                    OR (b.facts AND (p.new_mass, p.new_density)
                        IS DISTINCT FROM (p.mass_kg_per_unit, p.density_kg_per_liter)))
      FROM found p
     WHERE b.part_key = p.drawn_key
"""


def open_tables(tx: Transaction) -> None:
    """Make the temporary tables; they go with the transaction."""
    # Sorts and hashes of hundreds of thousands of rows; for this transaction only.
    tx.execute("SET LOCAL work_mem = '64MB'")
    for statement in (_PARTS, _CHILDREN, _LINES, _TRACED):
        tx.execute(statement)


def copy_in(
    tx: Transaction, parts: Iterable[bytes], children: Iterable[bytes], lines: Iterable[bytes]
) -> None:
    """Copy the staged files in, each as it was written by `staging`."""
    with tx.connection.cursor() as cursor:
        with cursor.copy(
            """
            COPY bulk_parts (row, natural_key, plant_id, name, support_name, terminated, unit, label, info1, info2, info3,
                             facts, mass, density, stated_trace_id, lines, effective_from) FROM STDIN
            """
        ) as copy:
            for piece in parts:
                copy.write(piece)
        with cursor.copy(
            """
            COPY bulk_children (row, position, natural_key, plant_id, name, support_name, terminated, unit, label, info1,
                                info2, info3, facts, mass, density) FROM STDIN
            """
        ) as copy:
            for piece in children:
                copy.write(piece)
        with cursor.copy(
            """
            COPY bulk_lines (row, position, natural_key, child_trace_id, amount, unit, base_quantity, sourcing, counted_by,
                             phantom, alternative_group, usage_share) FROM STDIN
            """
        ) as copy:
            for piece in lines:
                copy.write(piece)


def repeated_rows(tx: Transaction, limit: int) -> list[tuple[int, int]]:
    """Rows that state a part which an earlier row states: (row, that earlier row)."""
    return tx.execute(
        """
        SELECT b.row, d.first FROM bulk_parts b
          JOIN (SELECT natural_key, min(row) AS first FROM bulk_parts GROUP BY natural_key HAVING count(*) > 1) d
            ON d.natural_key = b.natural_key AND b.row > d.first
         ORDER BY b.row LIMIT %s
        """,
        (limit,),
    ).fetchall()


def add_children(tx: Transaction) -> None:
    """Children that no row states become parts of their own, as the first line that names them says."""
    tx.execute(
        """
        INSERT INTO bulk_parts (row, position, child, natural_key, plant_id, name, support_name, terminated, unit, label,
                                info1, info2, info3, facts, mass, density)
        SELECT DISTINCT ON (c.natural_key) c.row, c.position, true, c.natural_key, c.plant_id, c.name, c.support_name,
               c.terminated, c.unit, c.label, c.info1, c.info2, c.info3, c.facts, c.mass, c.density
          FROM bulk_children c
         WHERE NOT EXISTS (SELECT FROM bulk_parts b WHERE b.natural_key = c.natural_key)
         ORDER BY c.natural_key, c.row, c.position
        """
    )
    for statement in _INDEXES:
        tx.execute(statement)


def foreign_plants(tx: Transaction, limit: int) -> list[tuple[int, int | None]]:
    """Parts in plants that are not the caller's: (row, position of the line or None for the row's own part)."""
    return tx.execute(
        """
        SELECT b.row, b.position FROM bulk_parts b
         WHERE NOT EXISTS (SELECT FROM commons.plants q
                            WHERE q.plant_id = b.plant_id AND q.operator_key = commons.me())
         ORDER BY b.row, b.position NULLS FIRST LIMIT %s
        """,
        (limit,),
    ).fetchall()


def find_known(tx: Transaction, *, merge: bool) -> None:
    """Find the stored parts behind the staged ones, and what differs. `merge`: what a row does not say stays as it is."""
    parameters = {"today": tx.now.date(), "merge": merge}
    tx.execute(_FIND + " AND p.support_name = b.support_name" + _FOUND, parameters)
    tx.execute(_FIND + " AND p.support_name IS NULL AND b.support_name IS NULL" + _FOUND, parameters)


def find_traced(tx: Transaction) -> None:
    """Find the own parts that lines name by trace id."""
    tx.execute(
        """
        INSERT INTO bulk_traced (trace_id, part_key, has_lines)
        SELECT p.trace_id, p.part_key, CASE WHEN b.lines IS NOT NULL AND """
        + _HOLDS
        + """ THEN b.lines > 0 ELSE p.structure_key IS NOT NULL END
          FROM (SELECT DISTINCT child_trace_id FROM bulk_lines WHERE child_trace_id IS NOT NULL) l
          JOIN commons.parts p
            ON p.trace_id = l.child_trace_id AND p.operator_key = commons.me() AND p.deleted_at IS NULL
          LEFT JOIN bulk_parts b ON b.known AND NOT b.child AND b.part_key = p.part_key
        """,
        {"today": tx.now.date()},
    )


def unknown_own_traces(tx: Transaction, limit: int) -> list[int]:
    """Rows whose part's own trace id is not that of an own part."""
    rows = tx.execute(
        """
        SELECT b.row FROM bulk_parts b
         WHERE b.stated_trace_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM commons.parts p
                WHERE p.trace_id = b.stated_trace_id AND p.operator_key = commons.me() AND p.deleted_at IS NULL)
         ORDER BY b.row LIMIT %s
        """,
        (limit,),
    ).fetchall()
    return [row[0] for row in rows]


def unknown_traces(tx: Transaction, limit: int) -> list[tuple[int, int]]:
    """Lines whose child's trace id is not that of an own part: (row, position)."""
    return tx.execute(
        """
        SELECT l.row, l.position FROM bulk_lines l
         WHERE l.child_trace_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM bulk_traced t WHERE t.trace_id = l.child_trace_id)
         ORDER BY l.row, l.position LIMIT %s
        """,
        (limit,),
    ).fetchall()


def traced_twice(tx: Transaction, limit: int) -> list[tuple[int, int, bool]]:
    """Lines whose child, by trace id, is the parent or on another line too: (row, position, whether it is the parent).

    (By name alone that is found while staging.)
    """
    return tx.execute(
        """
        WITH named AS (
          SELECT l.row, l.position, l.child_trace_id, coalesce(b.part_key, t.part_key) AS child_key
            FROM bulk_lines l
            LEFT JOIN bulk_traced t ON t.trace_id = l.child_trace_id
            LEFT JOIN bulk_parts b ON b.natural_key = l.natural_key
           WHERE l.row IN (SELECT row FROM bulk_lines WHERE child_trace_id IS NOT NULL)
        ), placed AS (
          SELECT n.row, n.position, n.child_key = p.part_key AS is_parent,
                 row_number() OVER (PARTITION BY n.row, n.child_key ORDER BY n.position) AS time,
                 bool_or(n.child_trace_id IS NOT NULL) OVER (PARTITION BY n.row, n.child_key) AS by_trace
            FROM named n JOIN bulk_parts p ON p.row = n.row AND NOT p.child
           WHERE n.child_key IS NOT NULL
        )
        SELECT row, position, is_parent FROM placed
         WHERE by_trace AND (is_parent OR time > 1) ORDER BY row, position LIMIT %s
        """,
        (limit,),
    ).fetchall()


def count_parts(tx: Transaction) -> tuple[int, int]:
    """How many undeleted parts the caller has, and how many new ones are staged."""
    row = tx.execute(
        """
        SELECT (SELECT count(*) FROM commons.parts WHERE operator_key = commons.me() AND deleted_at IS NULL),
               (SELECT count(*) FROM bulk_parts WHERE NOT known)
        """
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def find_changed(tx: Transaction) -> None:
    """Mark the known parts whose stated lines are not those they are compared with."""
    tx.execute(
        """
        WITH resolved AS ("""
        + _RESOLVED
        + """), differing AS (
          SELECT w.row FROM resolved w
            JOIN bulk_parts b ON b.row = w.row AND NOT b.child AND b.known
            LEFT JOIN commons.structure_lines o
              ON o.structure_key = b.compared_key AND o.position = w.position AND o.operator_key = commons.me()
           WHERE (o.child_key, o.amount, o.unit, o.base_quantity, o.sourcing, o.counted_by, o.phantom,
                  o.alternative_group, o.usage_share)
                 IS DISTINCT FROM
                 (w.child_key, w.amount, w.unit, w.base_quantity, w.sourcing, w.counted_by, w.phantom,
                  w.alternative_group, w.usage_share)
        )
        UPDATE bulk_parts b SET changed = true
         WHERE b.known AND NOT b.child AND b.lines IS NOT NULL
           AND ((b.effective_from IS NOT NULL AND b.compared_key IS NULL)
                OR b.lines <> (SELECT count(*) FROM commons.structure_lines o
                                WHERE o.structure_key = b.compared_key AND o.operator_key = commons.me())
                OR b.row IN (SELECT row FROM differing))
        """,
        {"today": tx.now.date()},
    )


def insert_parts(tx: Transaction, first: int, last: int) -> None:
    """Insert the new parts of these rows. Raises `PartConflict`."""
    try:
        tx.execute(
            """
            INSERT INTO commons.parts (part_key, trace_id, operator_key, plant_key, name, support_name, terminated, unit,
                                       label, info1, info2, info3, structure_key, mass_kg_per_unit,
                                       density_kg_per_liter, created_at, updated_at)
            SELECT b.part_key, b.trace_id, commons.me(), q.plant_key, b.name, b.support_name, b.terminated, b.unit,
                   b.label, b.info1, b.info2, b.info3,
                   CASE WHEN b.lines > 0 AND """
            + _HOLDS
            + """ THEN b.structure_key END,
                   b.mass, b.density, %(now)s, %(now)s
              FROM bulk_parts b
              JOIN commons.plants q ON q.plant_id = b.plant_id AND q.operator_key = commons.me()
             WHERE NOT b.known AND b.row BETWEEN %(first)s AND %(last)s
            """,
            {"now": tx.now, "today": tx.now.date(), "first": first, "last": last},
        )
    except psycopg.errors.UniqueViolation as error:
        raise PartConflict from error


def update_parts(tx: Transaction) -> None:
    """Bring known parts to what their rows say; what holds today is pointed to."""
    tx.execute(
        """
        UPDATE commons.parts p
           SET terminated = b.terminated, unit = b.unit, label = b.label, info1 = b.info1, info2 = b.info2,
               info3 = b.info3,
               mass_kg_per_unit = CASE WHEN b.facts THEN b.mass ELSE p.mass_kg_per_unit END,
               density_kg_per_liter = CASE WHEN b.facts THEN b.density ELSE p.density_kg_per_liter END,
               structure_key = CASE WHEN b.changed AND """
        + _HOLDS
        + """ THEN CASE WHEN b.lines > 0 THEN b.structure_key END ELSE p.structure_key END,
               updated_at = CASE WHEN b.texts OR b.inputs THEN %(now)s ELSE p.updated_at END
          FROM bulk_parts b
         WHERE p.part_key = b.part_key AND p.operator_key = commons.me() AND b.known AND NOT b.child
           AND (b.texts OR b.inputs OR b.changed)
        """,
        {"now": tx.now, "today": tx.now.date()},
    )


def insert_structures(tx: Transaction, first: int, last: int) -> None:
    """Insert the new versions of these rows and their lines."""
    parameters = {
        "now": tx.now,
        "today": tx.now.date(),
        "actor": tx.caller.actor,
        "first": first,
        "last": last,
    }
    tx.execute(
        """
        INSERT INTO commons.structures (structure_key, structure_id, operator_key, part_key, version, effective_from,
                                        created_by, created_at)
        SELECT b.structure_key, gen_random_uuid(), commons.me(), b.part_key,
               CASE WHEN b.known THEN 1 + coalesce((
                 SELECT max(s.version) FROM commons.structures s
                  WHERE s.part_key = b.part_key AND s.operator_key = commons.me()), 0) ELSE 1 END,
               coalesce(b.effective_from, %(today)s), %(actor)s, %(now)s
          FROM bulk_parts b
         WHERE b.row BETWEEN %(first)s AND %(last)s AND """
        + _WRITES,
        parameters,
    )
    tx.execute(
        """
        WITH resolved AS ("""
        + _RESOLVED
        + """ WHERE l.row BETWEEN %(first)s AND %(last)s)
        INSERT INTO commons.structure_lines (structure_key, position, operator_key, child_key, amount, unit,
                                             base_quantity, sourcing, counted_by, phantom, alternative_group,
                                             usage_share)
        SELECT b.structure_key, w.position, commons.me(), w.child_key, w.amount, w.unit, w.base_quantity, w.sourcing,
               w.counted_by, w.phantom, w.alternative_group, w.usage_share
          FROM resolved w JOIN bulk_parts b ON b.row = w.row
         WHERE """
        + _WRITES,
        parameters,
    )


def outcome(tx: Transaction) -> tuple[list[tuple[int, UUID]], int, int, int]:
    """Trace ids by row, and how many parts were made, parts updated, structure versions written."""
    traces = tx.execute("SELECT row, trace_id FROM bulk_parts WHERE NOT child ORDER BY row").fetchall()
    counts = tx.execute(
        """
        SELECT count(*) FILTER (WHERE NOT b.known), count(*) FILTER (WHERE b.texts OR b.inputs),
               count(*) FILTER (WHERE """
        + _WRITES
        + """) FROM bulk_parts b
        """
    ).fetchone()
    assert counts is not None
    return traces, counts[0], counts[1], counts[2]


def touched(tx: Transaction) -> list[tuple[int, bool]]:
    """Known parts that changed: (key, whether more than texts)."""
    return tx.execute(
        """
        SELECT b.part_key, b.inputs OR (b.changed AND """
        + _HOLDS
        + """) FROM bulk_parts b
         WHERE b.known AND NOT b.child AND (b.texts OR b.inputs OR b.changed)
        """,
        {"today": tx.now.date()},
    ).fetchall()


# What is going to change, beside what holds today. A line that only moves to another place is no change of it.
_CHANGES: Final = (
    """
    CREATE TEMPORARY TABLE bulk_changes ON COMMIT DROP AS
    WITH written AS (
      SELECT b.row, b.part_key, coalesce(b.compared_key, b.held_key) AS before_key FROM bulk_parts b WHERE """
    + _WRITES
    + """), after AS (
      SELECT w.* FROM ("""
    + _RESOLVED
    + """) w JOIN written USING (row)
    ), before AS (
      SELECT w.row, o.* FROM written w
        JOIN commons.structure_lines o ON o.structure_key = w.before_key AND o.operator_key = commons.me()
    )
    SELECT w.row, a.position, b.position AS before_position, coalesce(a.child_key, b.child_key) AS child_key,
           CASE WHEN b.child_key IS NULL THEN 'added' WHEN a.child_key IS NULL THEN 'removed' ELSE 'changed' END AS kind,
           a.amount, a.unit, a.base_quantity, b.amount AS before_amount, b.unit AS before_unit,
           b.base_quantity AS before_base_quantity
      FROM after a FULL JOIN before b ON b.row = a.row AND b.child_key = a.child_key
      JOIN written w ON w.row = coalesce(a.row, b.row)
     WHERE (a.amount, a.unit, a.base_quantity, a.sourcing, a.counted_by, a.phantom, a.alternative_group, a.usage_share)
           IS DISTINCT FROM
           (b.amount, b.unit, b.base_quantity, b.sourcing, b.counted_by, b.phantom, b.alternative_group, b.usage_share)
    """
)


def gather_changes(tx: Transaction) -> None:
    """Write into `bulk_changes` which lines come, go and change."""
    tx.execute(_CHANGES, {"today": tx.now.date()})


def count_changes(tx: Transaction) -> DictRow:
    """How much changes, and one text that is another one if anything of it is."""
    row = tx.row(
        """
        SELECT p.parts_new, p.parts_changed, p.structures, l.added, l.changed, l.removed,
               md5(concat(p.digest, l.digest)) AS fingerprint
          FROM (SELECT count(*) FILTER (WHERE NOT b.known) AS parts_new,
                       count(*) FILTER (WHERE b.texts OR b.inputs) AS parts_changed,
                       count(*) FILTER (WHERE """
        + _WRITES
        + """) AS structures,
                       md5(string_agg(concat_ws('|', b.natural_key, b.known, b.texts, b.inputs, b.label, b.info1, b.info2,
                                                b.info3, b.unit, b.mass, b.density, b.effective_from, """
        + _WRITES
        + """), E'\n' ORDER BY b.natural_key)) AS digest
                  FROM bulk_parts b) p,
               (SELECT count(*) FILTER (WHERE c.kind = 'added') AS added,
                       count(*) FILTER (WHERE c.kind = 'changed') AS changed,
                       count(*) FILTER (WHERE c.kind = 'removed') AS removed,
                       md5(string_agg(concat_ws('|', b.natural_key, d.natural_key, c.child_key * (c.kind = 'removed')::int,
                                                c.kind, c.amount, c.unit, c.base_quantity, c.before_amount, c.before_unit,
                                                c.before_base_quantity), E'\n'
                                      ORDER BY b.natural_key, c.position, c.before_position)) AS digest
                  FROM bulk_changes c
                  JOIN bulk_parts b ON b.row = c.row AND NOT b.child
                  LEFT JOIN bulk_parts d ON d.part_key = c.child_key) l
        """
    )
    assert row is not None
    return row


def list_part_changes(tx: Transaction, limit: int) -> list[DictRow]:
    """The first parts that come or change."""
    return tx.rows(
        """
        SELECT b.row, b.child AS by_line, b.name, b.support_name, b.label, NOT b.known AS is_new
          FROM bulk_parts b WHERE NOT b.known OR b.texts OR b.inputs
         ORDER BY b.row, b.position NULLS FIRST LIMIT %s
        """,
        (limit,),
    )


def list_line_changes(tx: Transaction, limit: int) -> list[DictRow]:
    """The first lines that come, go or change; those of parts that are there already come first."""
    return tx.rows(
        """
        SELECT c.*, b.name AS parent_name, b.support_name AS parent_support_name,
               coalesce(d.name, p.name) AS child_name, coalesce(d.support_name, p.support_name) AS child_support_name
          FROM bulk_changes c
          JOIN bulk_parts b ON b.row = c.row AND NOT b.child
          LEFT JOIN bulk_parts d ON d.part_key = c.child_key
          LEFT JOIN commons.parts p ON p.part_key = c.child_key AND p.operator_key = commons.me()
         ORDER BY b.known DESC, c.row, coalesce(c.position, c.before_position), c.kind LIMIT %s
        """,
        (limit,),
    )
