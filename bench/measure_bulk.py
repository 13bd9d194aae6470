"""Registering many parts in one request, against copying the same rows into the same tables.

`bulk.register`: RENKEI_BENCH_BULK_PARTS (30,000) parts, each with a structure of RENKEI_BENCH_BULK_LINES (4) lines, as one
`POST /v1/bulk/parts` to a server that is empty but for the company: parsed, checked, stored under row-level security,
acknowledged when it is durable. The yardstick copies exactly the rows that this wrote (keys and all) by three `COPY FROM`
statements of a superuser, past row-level security, in one transaction. Indexes, foreign keys and triggers are the same.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Final

import psycopg
from psycopg import sql

from bench.companies import Company, add_companies
from bench.harness import PAIRS, Result, Sample, benchmark, median_ratio, paired, summary, until_the_end
from bench.place import Place, Server, served, the_place

PARTS: Final = int(os.environ.get("RENKEI_BENCH_BULK_PARTS", "30000"))
LINES: Final = int(os.environ.get("RENKEI_BENCH_BULK_LINES", "4"))
_TABLES: Final = ("parts", "structures", "structure_lines")
_NAME: Final = "bulk"


def bill(company: Company, parts: int, lines: int) -> bytes:
    """A bill of materials as one line a part.

    The first parts are made of the following ones, the others of bought parts (a tenth as many as there are parts) that no
    line of the file states.
    """
    rows = []
    bought = max(lines, parts // 10)
    for number in range(parts):
        first = number * lines + 1
        names = [
            f"B{first + at:07}" if first + at < parts else f"K{(first + at) % bought:07}"
            for at in range(lines)
        ]
        rows.append(
            {
                "plant_id": str(company.plant_id),
                "name": f"B{number:07}",
                "support_name": f"A{number:07}",
                "unit": "unit",
                "label": "ラベル",
                "info1": "追加情報1",
                "mass_kg_per_unit": 1.25,
                "lines": [
                    {
                        "child": {"plant_id": str(company.plant_id), "name": name}
                        | ({"support_name": f"A{name[1:]}"} if name.startswith("B") else {}),
                        "amount": at + 0.5,
                        "unit": "unit",
                    }
                    for at, name in enumerate(names)
                ],
            }
        )
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def register(server: Server, company: Company, body: bytes) -> dict[str, object]:
    """Send it; what was answered. Raises RuntimeError if it was refused."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    headers = {
        "Authorization": f"Bearer {company.token}",
        "Content-Type": "application/x-ndjson",
    }
    try:
        connection.request("POST", "/v1/bulk/parts", body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {content[:500]!r}")
    found: dict[str, object] = json.loads(content)
    return found


def clear(place: Place) -> None:
    """Both sides begin with empty tables and nothing left to write."""
    with psycopg.connect(place.superuser_url(_NAME), autocommit=True) as connection:
        connection.execute("TRUNCATE commons.parts CASCADE")
        connection.execute("CHECKPOINT")


def stored(place: Place) -> dict[str, bytes]:
    """The rows that a registration wrote, as COPY writes and reads them."""
    found = {}
    with psycopg.connect(place.superuser_url(_NAME)) as connection:
        for table in _TABLES:
            statement = sql.SQL("COPY commons.{} TO STDOUT").format(sql.Identifier(table))
            with connection.cursor().copy(statement) as copy:
                found[table] = b"".join(bytes(piece) for piece in copy)
    return found


def copy_in(place: Place, rows: Mapping[str, bytes]) -> None:
    """The yardstick: the same rows by COPY, past row-level security, durable at the end."""
    with psycopg.connect(place.superuser_url(_NAME)) as connection:
        for table, content in rows.items():
            statement = sql.SQL("COPY commons.{} FROM STDIN").format(sql.Identifier(table))
            with connection.cursor().copy(statement) as copy:
                copy.write(content)


def timed(server: Server, count: int, work: Callable[[], object]) -> Sample:
    """Run `work`, which stores `count` parts."""
    cpu, database = server.processes.cpu_seconds()
    begin = time.perf_counter()
    work()
    seconds = time.perf_counter() - begin
    cpu_after, database_after = server.processes.cpu_seconds()
    return Sample(
        count=count,
        seconds=seconds,
        cpu_seconds=cpu_after - cpu,
        database_cpu_seconds=database_after - database,
    )


@benchmark("bulk.register")
def measure_bulk() -> list[Result]:
    place = the_place()
    place.create(_NAME)
    [company] = add_companies(place, _NAME, ["B00001"])
    server = until_the_end.enter_context(served(place, _NAME))
    body = bill(company, PARTS, LINES)
    answer = register(server, company, body)
    rows = stored(place)

    def ours() -> Sample:
        clear(place)
        return timed(server, PARTS, lambda: register(server, company, body))

    def theirs() -> Sample:
        clear(place)
        return timed(server, PARTS, lambda: copy_in(place, rows))

    mine, plain = paired(ours, theirs)
    return [
        Result(
            name="bulk.register",
            ratio=median_ratio(mine, plain, lambda sample: sample.seconds),
            bar=4,
            better="lower",
            detail={
                "ours": summary(mine),
                "copy": summary(plain),
                "rows": {table: content.count(b"\n") for table, content in rows.items()},
                "body_bytes": len(body),
                "parts_created": answer["parts_created"],
                "pairs": PAIRS,
            },
        )
    ]
