"""One company's parts and lines as arrays, against copying the same rows into memory.

`graph.load_1e6`: RENKEI_BENCH_GRAPH_LINES (1,000,000) lines, every part with a statement: from the tables to the graph in
order with all totals / `COPY (SELECT the same rows) TO STDOUT` into memory as text.
"""

from __future__ import annotations

import os
import time
from decimal import Decimal
from typing import Final

import psycopg

from bench.bills import Bill, bill
from bench.companies import Company, add_companies
from bench.harness import Result, Sample, benchmark, median_ratio, paired, summary
from bench.measure_update import part, state
from bench.place import Place, settings_of, the_place
from renkei.app import reactions
from renkei.commons.parts.model import LineDraft
from renkei.commons.parts.service import put_structure
from renkei.database.connect import connect
from renkei.database.transaction import Database, Transaction
from renkei.usecases.footprint.analysis import load

LINES: Final = int(os.environ.get("RENKEI_BENCH_GRAPH_LINES", "1000000"))
_NAME: Final = "graph"
_ONE: Final = Decimal(1)
_PART: Final = """
COPY (SELECT p.part_key, p.trace_id, p.name, p.terminated, p.unit, p.structure_key, p.mass_kg_per_unit,
             p.density_kg_per_liter, s.*
        FROM commons.parts p
        LEFT JOIN footprint.statements s ON s.part_key = p.part_key AND s.superseded_at IS NULL) TO STDOUT
"""
_LINE: Final = """
COPY (SELECT p.part_key, l.* FROM commons.parts p JOIN commons.structure_lines l USING (structure_key)) TO STDOUT
"""


def fill(place: Place, company: Company, made: Bill) -> None:
    """The bill as parts of the company, each like a part that the services have written (loaded past all checks)."""
    with psycopg.connect(place.superuser_url(_NAME)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TEMP TABLE lines (child int, parent int, amount float8)")
        with connection.cursor().copy("COPY lines FROM STDIN") as copy:
            for line in zip(made.child.tolist(), made.parent.tolist(), made.amount.tolist(), strict=True):
                copy.write_row(line)
        values = {"me": company.operator_key, "nodes": made.nodes}
        for statement in (
            """
            CREATE TEMP TABLE own AS
              SELECT n, 1000000 + n AS part_key, 1000000 + l.parent AS structure_key
                FROM generate_series(0, %(nodes)s - 1) n LEFT JOIN (SELECT DISTINCT parent FROM lines) l ON l.parent = n
            """,
            """
            INSERT INTO commons.parts (part_key, trace_id, operator_key, plant_key, name, terminated, unit, structure_key,
                                       created_at, updated_at)
            SELECT o.part_key, gen_random_uuid(), %(me)s, p.plant_key, '部品' || o.n, o.structure_key IS NULL, 'unit',
                   o.structure_key, now(), now()
              FROM own o, commons.plants p WHERE p.operator_key = %(me)s
            """,
            """
            INSERT INTO commons.structures (structure_key, structure_id, operator_key, part_key, version, effective_from,
                                            created_by, created_at)
            SELECT structure_key, gen_random_uuid(), %(me)s, part_key, 1, current_date, 'bench', now()
              FROM own WHERE structure_key IS NOT NULL
            """,
            """
            INSERT INTO commons.structure_lines (structure_key, position, operator_key, child_key, amount, unit,
                                                 base_quantity, sourcing)
            SELECT 1000000 + parent, row_number() OVER (PARTITION BY parent), %(me)s, 1000000 + child, amount, 'unit', 1,
                   'made'
              FROM lines
            """,
            """
            INSERT INTO footprint.statements (statement_id, operator_key, part_key, cfp_id, version, declared_unit,
                   component_scope, declared, in_force, quality, method, coverage_direct, coverage_deep, structure_key,
                   causes, automatic, created_by, created_at)
            SELECT gen_random_uuid(), %(me)s, o.part_key, gen_random_uuid(), 1, s.declared_unit, s.component_scope,
                   s.declared, s.in_force, s.quality, s.method, s.coverage_direct, s.coverage_deep, o.structure_key,
                   s.causes, s.automatic, s.created_by, now()
              FROM own o, (SELECT * FROM footprint.statements ORDER BY statement_key DESC LIMIT 1) s
            """,
        ):
            connection.execute(statement, values)
        connection.execute("DELETE FROM footprint.statements WHERE part_key < 1000000")
        connection.execute("DELETE FROM commons.structure_lines WHERE structure_key < 1000000")
        connection.execute("DELETE FROM commons.parts WHERE part_key < 1000000")
    with psycopg.connect(place.superuser_url(_NAME), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _example(database: Database, company: Company) -> None:
    def make(tx: Transaction) -> None:
        end, made = part(tx, company, "例", terminated=True), part(tx, company, "例の親")
        state(tx, end.trace_id, _ONE)
        put_structure(tx, made.trace_id, [LineDraft(child=end.trace_id, amount=_ONE, unit="unit")])
        state(tx, made.trace_id, _ONE)

    database.run(company.entry, make)


@benchmark("graph.load_1e6")
def measure_load() -> list[Result]:
    place = the_place()
    place.create(_NAME)
    [company] = add_companies(place, _NAME, ["G00000"])
    database = connect(settings_of(place.data_dir, place.url(_NAME)), reactions=reactions(), size=2)
    try:
        _example(database, company)
        made = bill(int(LINES / 3.67))
        fill(place, company, made)

        def ours() -> Sample:
            begin, cpu = time.perf_counter(), time.process_time()
            graph = database.read(company.entry, load)
            seconds = time.perf_counter() - begin
            assert graph.size == made.nodes
            return Sample(count=LINES, seconds=seconds, cpu_seconds=time.process_time() - cpu)

        def copy() -> Sample:
            begin = time.perf_counter()
            for statement in (_PART, _LINE):
                with (
                    psycopg.connect(place.superuser_url(_NAME)) as connection,
                    connection.cursor().copy(statement) as rows,
                ):
                    b"".join(bytes(piece) for piece in rows)
            return Sample(count=LINES, seconds=time.perf_counter() - begin)

        mine, plain = paired(ours, copy, pairs=3)
        return [
            Result(
                name="graph.load_1e6",
                ratio=median_ratio(mine, plain, lambda sample: sample.seconds),
                bar=3,
                better="lower",
                detail={
                    "parts": made.nodes,
                    "lines": int(made.child.size),
                    "ours": summary(mine),
                    "copy": summary(plain),
                },
            )
        ]
    finally:
        database.pool.close()
