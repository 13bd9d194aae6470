"""A crowd of companies with many parts around the measured ones, loaded by SQL past row-level security.

Every company, the measured ones too, gets the same number of parts: of each 20, one is a root with 19 lines; 4 of the
children are bought under a trade with a request from another company, which has linked, stated and disclosed a root of
its own. Documents (footprints, payloads) are copies of a real row that the services wrote.
"""

from __future__ import annotations

import psycopg

from bench.companies import add_companies
from bench.place import Place

GROUP = 20

_NUMBERED = """
CREATE TEMP TABLE crowd AS
  SELECT row_number() OVER (ORDER BY o.operator_key) - 1 AS n, o.operator_key, o.operator_id, p.plant_key, p.plant_id
    FROM commons.operators o JOIN commons.plants p USING (operator_key)
"""
_PARTS = """
INSERT INTO commons.parts (part_key, trace_id, operator_key, plant_key, name, support_name, terminated, unit, label,
                           structure_key, created_at, updated_at)
SELECT %(part)s + c.n * %(each)s + i, gen_random_uuid(), c.operator_key, c.plant_key, 'P-' || lpad(i::text, 7, '0'), 'A-1',
       i %% 20 > 4, 'unit', 'ラベル', CASE WHEN i %% 20 = 0 THEN %(structure)s + (c.n * %(each)s + i) / 20 END, now(), now()
  FROM crowd c, generate_series(0, %(each)s - 1) i
"""
_STRUCTURES = """
INSERT INTO commons.structures (structure_key, structure_id, operator_key, part_key, version, effective_from, created_by,
                                created_at)
SELECT structure_key, gen_random_uuid(), operator_key, part_key, 1, current_date, 'bench', now()
  FROM commons.parts WHERE part_key >= %(part)s AND structure_key IS NOT NULL
"""
_LINES = """
INSERT INTO commons.structure_lines (structure_key, position, operator_key, child_key, amount, unit, base_quantity, sourcing)
SELECT p.structure_key, i, p.operator_key, p.part_key + i, i, 'unit', 1, CASE WHEN i <= 4 THEN 'bought' ELSE 'made' END
  FROM commons.parts p, generate_series(1, 19) i WHERE p.part_key >= %(part)s AND p.structure_key IS NOT NULL
"""
_USES = """
INSERT INTO commons.uses (operator_key, parent_key, child_key)
SELECT p.operator_key, p.part_key, p.part_key + i
  FROM commons.parts p, generate_series(1, 19) i WHERE p.part_key >= %(part)s AND p.structure_key IS NOT NULL
"""
_TRADES = """
INSERT INTO commons.trades (trade_key, trade_id, downstream_key, upstream_key, downstream_part_key, downstream_trace_id,
                            upstream_part_key, upstream_trace_id, created_at, linked_at)
SELECT %(trade)s + row_number() OVER (), gen_random_uuid(), c.operator_key, s.operator_key, d.part_key, d.trace_id,
       u.part_key, u.trace_id, now(), now()
  FROM crowd c
 CROSS JOIN generate_series(0, %(each)s - 1) i
  JOIN crowd s ON s.n = (c.n + 1 + i %% 97) %% (SELECT count(*) FROM crowd)
  JOIN commons.parts d ON d.part_key = %(part)s + c.n * %(each)s + i
  JOIN commons.parts u ON u.part_key = %(part)s + s.n * %(each)s + (i * 7 %% (%(each)s / 20)) * 20
 WHERE i %% 20 BETWEEN 1 AND 4
"""
_REQUESTS = """
INSERT INTO commons.requests (request_id, trade_key, downstream_key, upstream_key, kind, state, message, due_date,
                              customer_part, tree_terminated, completed_count, completed_count_at, trades_count,
                              trades_count_at, created_at, updated_at)
SELECT gen_random_uuid(), t.trade_key, t.downstream_key, t.upstream_key, 'CFP', 'COMPLETED', 'ご回答をお願いします',
       current_date + 90,
       jsonb_build_object('trace_id', p.trace_id, 'operator_id', c.operator_id, 'plant_id', c.plant_id, 'name', p.name,
         'support_name', p.support_name, 'terminated', p.terminated, 'unit', p.unit, 'label', p.label, 'info1', null,
         'info2', null, 'info3', null),
       true, 1, now(), 1, now(), now(), now()
  FROM commons.trades t
  JOIN commons.parts p ON p.part_key = t.downstream_part_key JOIN crowd c ON c.operator_key = t.downstream_key
 WHERE t.trade_key > %(trade)s
"""
_STATEMENTS = """
INSERT INTO footprint.statements (statement_id, operator_key, part_key, cfp_id, version, declared_unit, component_scope,
                                  declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key,
                                  causes, automatic, created_by, created_at)
SELECT gen_random_uuid(), p.operator_key, p.part_key, gen_random_uuid(), 1, s.declared_unit, s.component_scope, s.declared,
       s.in_force, s.quality, s.method, s.coverage_direct, s.coverage_deep, p.structure_key, s.causes, s.automatic,
       s.created_by, now()
  FROM commons.parts p, (SELECT * FROM footprint.statements WHERE trade_key IS NULL ORDER BY statement_key LIMIT 1) s
 WHERE p.part_key >= %(part)s AND p.structure_key IS NOT NULL
"""
_CONSENTS = """
INSERT INTO commons.consents (consent_id, version, operator_key, consumer_key, part_key, kind, attributes, purpose,
                              valid_from, state, decided_by, created_at)
SELECT DISTINCT ON (t.upstream_part_key, t.downstream_key) t.trade_id, 1, t.upstream_key, t.downstream_key,
       t.upstream_part_key, s.kind, s.attributes, s.purpose, s.valid_from, s.state, s.decided_by, now()
  FROM commons.trades t, (SELECT * FROM commons.consents ORDER BY consent_key LIMIT 1) s
 WHERE t.trade_key > %(trade)s
"""
_DELIVERIES = """
INSERT INTO commons.deliveries (delivery_id, operator_key, provider_key, trade_key, kind, payload, statement_id,
                                statement_version, consent_id, consent_version, withdrawn, delivered_at)
SELECT gen_random_uuid(), t.downstream_key, t.upstream_key, t.trade_key, s.kind, s.payload, s.statement_id,
       s.statement_version, t.trade_id, 1, false, now()
  FROM commons.trades t, (SELECT * FROM commons.deliveries WHERE NOT withdrawn ORDER BY delivery_key LIMIT 1) s
 WHERE t.trade_key > %(trade)s
"""
_SEQUENCES = (
    ("commons.parts", "part_key"),
    ("commons.structures", "structure_key"),
    ("commons.trades", "trade_key"),
)


def add_crowd(place: Place, database: str, *, parts: int, operators: int) -> None:
    """Fill up to `operators` companies with `parts` parts in all (rounded to whole groups a company)."""
    with psycopg.connect(place.superuser_url(database)) as connection:
        there = connection.execute("SELECT count(*) FROM commons.operators").fetchone()
    assert there is not None
    if operators > there[0]:
        add_companies(place, database, [f"X{n:05}" for n in range(operators - there[0])])
    each = max(parts // max(operators, there[0]) // GROUP, 1) * GROUP
    # No triggers and no checks of references: the rows are right by how they are made.
    with psycopg.connect(place.superuser_url(database)) as connection:
        connection.execute("SET session_replication_role = replica")
        keys = connection.execute(
            """
            SELECT (SELECT coalesce(max(part_key), 0) FROM commons.parts) / 20 * 20 + 20 AS part,
                   (SELECT coalesce(max(structure_key), 0) FROM commons.structures) + 1,
                   (SELECT coalesce(max(trade_key), 0) FROM commons.trades)
            """
        ).fetchone()
        assert keys is not None
        values = {"part": keys[0], "structure": keys[1], "trade": keys[2], "each": each}
        connection.execute(_NUMBERED)
        connection.execute("ANALYZE crowd")
        connection.execute(_PARTS, values)
        connection.execute("ANALYZE commons.parts")
        for statement in (
            _STRUCTURES,
            _LINES,
            _USES,
            _TRADES,
            _REQUESTS,
            _STATEMENTS,
            _CONSENTS,
            _DELIVERIES,
        ):
            connection.execute(statement, values)
        for table, key in _SEQUENCES:
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table}))"
            )
