"""Importing a bill of materials from a workbook, against merely reading it.

`import.bom`: a workbook of RENKEI_BENCH_IMPORT_ROWS (30,000) lines with 12 columns (parents and children), from its bytes to
parts and structures stored under row-level security and durable: opened in the limited process, columns decided, every
cell checked, rows staged, promoted in one transaction, acknowledged. The yardstick reads the same workbook with
python-calamine into Python lists, in this process.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import psycopg
import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.companies import add_companies
from bench.harness import PAIRS, Result, Sample, benchmark, median_ratio, paired, summary, until_the_end
from bench.place import Place, the_place
from renkei.app import reactions
from renkei.commons.operators.service import plants
from renkei.connectors.spreadsheet import bom_import
from renkei.connectors.spreadsheet.bom_mapping import BomMapping
from renkei.connectors.spreadsheet.workbooks import limits_of
from renkei.database.transaction import Database, open_pool
from renkei.settings import Settings

ROWS: Final = int(os.environ.get("RENKEI_BENCH_IMPORT_ROWS", "30000"))
_LINES: Final = 5
_NAME: Final = "importing"
_LIMIT: Final = 10**9
_HEADS: Final = (
    "親品番", "親品名", "位置番号", "子品番", "品名", "員数", "単位", "基準数量", "単重(g)", "内外作区分", "備考", "更新者",
)  # fmt: skip


def workbook(rows: int) -> bytes:
    """An export as an ERP system writes it: five lines a parent, a third of the children made, the others bought."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("部品構成")
    sheet.write_row(0, 0, _HEADS)
    parents = rows // _LINES
    for row in range(rows):
        parent, position = divmod(row, _LINES)
        made = row + 1 if row + 1 < parents else None
        child = f"A-{made:07}" if made is not None else f"K-{row * 7 % (2 * parents):07}"
        sheet.write_row(
            row + 1,
            0,
            (
                f"A-{parent:07}",
                f"組立品 {parent}",
                f"{position + 1:03}0",
                child,
                f"部品 {child} ブラケット",
                position + 1,
                "個" if position % 2 else "kg",
                1,
                12.5 + int(child[2:]) % 100,
                "内作" if made is not None else "購入",
                "材質 SPCC t1.2",
                "plm_batch",
            ),
        )
    book.close()
    return file.getvalue()


def clear(place: Place) -> None:
    """Both sides begin with empty tables and nothing left to write."""
    with psycopg.connect(place.superuser_url(_NAME), autocommit=True) as connection:
        connection.execute("TRUNCATE commons.parts CASCADE")
        connection.execute("CHECKPOINT")


def timed(work: Callable[[], object]) -> Sample:
    """Run `work`, which takes in `ROWS` rows."""
    begin = time.perf_counter()
    cpu = time.process_time()
    work()
    return Sample(count=ROWS, seconds=time.perf_counter() - begin, cpu_seconds=time.process_time() - cpu)


@benchmark("import.bom")
def measure_import() -> list[Result]:
    place = the_place()
    place.create(_NAME)
    [company] = add_companies(place, _NAME, ["B00001"])
    pool = open_pool(place.url(_NAME), size=2)
    until_the_end.callback(pool.close)
    database = Database(pool, reactions=reactions())
    entry = company.entry
    content = workbook(ROWS)
    own = database.read(entry, plants)
    limits = limits_of(Settings())
    today = datetime.now(UTC).date()
    counts = {}

    def take_in() -> None:
        with bom_import.look(content, BomMapping(), own, today, limits) as looked:
            assert not looked.findings.blocked, looked.findings.of("fault")[:3]
            stored = database.run(entry, lambda tx: bom_import.store(tx, looked, part_limit=_LIMIT))
        counts["parts"] = stored.parts_created
        counts["structures"] = stored.structures

    def ours() -> Sample:
        clear(place)
        return timed(take_in)

    def theirs() -> Sample:
        return timed(
            lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        )

    mine, plain = paired(ours, theirs)
    return [
        Result(
            name="import.bom",
            ratio=median_ratio(mine, plain, lambda sample: sample.seconds),
            bar=6,
            better="lower",
            detail={
                "ours": summary(mine),
                "calamine": summary(plain),
                "stored": counts,
                "workbook_bytes": len(content),
                "pairs": PAIRS,
            },
        )
    ]
