"""A bill of materials (部品表) from a table: indented or parent and child, whatever its columns are called.

Steps: find the headings, take the columns (`columns`), settle who is whose child, look for what cannot be or should be
asked, and write one row a part for `commons.parts.bulk`, children before parents. A blank cell says nothing: the part
keeps what it has. Only parts that have lines in the file get a structure; the others keep theirs, unless the mapping says
that the file is `complete`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from renkei.commons.operators.model import Plant
from renkei.commons.parts.model import BulkChanges
from renkei.connectors.spreadsheet.bom_mapping import FIELDS, BomMapping, Layout
from renkei.connectors.spreadsheet.bom_reader import Bom, BomReader, level_columns
from renkei.connectors.spreadsheet.cells import plain_word
from renkei.connectors.spreadsheet.columns import Head, body_below, find_head
from renkei.connectors.spreadsheet.errors import (
    AmountJumped,
    BomEmpty,
    ColumnUnused,
    HeadingsMissing,
    SheetMissing,
    SheetsHidden,
    SheetsUnread,
)
from renkei.connectors.spreadsheet.table import Findings, Place, Source, Table, shortened
from renkei.kit.decimals import CONTEXT, plain_text

_LEVEL_COLUMN: Final = re.compile(r"(?:レベル|階層|level|lv|l)\.?([0-9]{1,2})")
_JUMP: Final = 100
_ONE: Final = Decimal(1)


def read_bom(
    source: Source, mapping: BomMapping, plants: Sequence[Plant], today: date, findings: Findings
) -> Bom | None:
    """The bill of materials in a file; None if what is wrong leaves nothing to look at further.

    Whether anything is wrong stands in `findings`: with a fault nothing may be stored.
    """
    found = _table(source, mapping, findings)
    if found is None:
        return None
    table, head, layout = found
    _tell_sheets(source, table, findings)
    if head.unused:
        findings.add("note", ColumnUnused(columns=shortened(head.unused)), table.place(head.row))
    body = body_below(
        table,
        head,
        findings,
        fields={"part", "parent", "level", "amount", *level_columns(head)} & set(head.columns),
        skip_hidden=mapping.skip_hidden_rows,
    )
    if not len(body):
        findings.add("fault", BomEmpty(), table.place(head.row))
        return None
    body.tell_formulas(head.columns)
    return BomReader(body, layout, mapping, plants, today, findings).bom()


def jumps(changes: BulkChanges, bom: Bom, findings: Findings) -> None:
    """Ask about amounts that change a hundredfold."""
    for one in changes.lines:
        if one.amount is None or one.before_amount is None or one.kind != "changed":
            continue
        after = CONTEXT.divide(one.amount, one.base_quantity or _ONE)
        before = CONTEXT.divide(one.before_amount, one.before_base_quantity or _ONE)
        low, high = sorted((after, before))
        if low and one.unit == one.before_unit and high >= low * _JUMP:
            said = {
                "parent": one.parent_name,
                "child": one.child_name,
                "before": f"{plain_text(before)} {one.before_unit}",
                "after": f"{plain_text(after)} {one.unit}",
            }
            findings.add("question", AmountJumped(**said), bom.place(one.row, one.position - 1))


# -- which table, which layout -----------------------------------------------------------------------------------------
def _table(source: Source, mapping: BomMapping, findings: Findings) -> tuple[Table, Head, Layout] | None:
    tables = source.tables
    if mapping.sheet is not None:
        tables = [table for table in tables if table.sheet == mapping.sheet]
        if not tables:
            shown = shortened(table.sheet or "" for table in source.tables)
            findings.add("fault", SheetMissing(sheet=mapping.sheet, sheets=shown))
            return None
    for table in tables:
        words: dict[str, Sequence[str]] = {**FIELDS, **_words_of_levels(table)}
        head = find_head(
            table,
            words,
            lambda found: _layout(found, mapping) is not None,
            named=mapping.columns,
            findings=findings,
        )
        if head is not None:
            layout = _layout(head.columns, mapping)
            assert layout is not None
            return table, head, layout
    needed = "品番 (part) + 員数 (amount) + レベル (level) / 親品番 (parent)"
    findings.add("fault", HeadingsMissing(needed=needed), Place(tables[0].sheet))
    return None


def _layout(found: Collection[str], mapping: BomMapping) -> Layout | None:
    """What the columns that were found allow, and the mapping wants."""
    stepped = sum(name.startswith("level_") for name in found) > 1
    if "amount" not in found or ("part" not in found and not stepped):
        return None
    if "parent" in found and mapping.layout != "indented":
        return "parent_child"
    if ("level" in found or stepped) and mapping.layout != "parent_child":
        return "indented"
    return None


def _words_of_levels(table: Table) -> dict[str, tuple[str, ...]]:
    """Columns "L1", "L2" …: a part number stands in the column of its level."""
    found: dict[str, tuple[str, ...]] = {}
    for row in table.rows[:50]:
        for cell in row:
            if isinstance(cell, str) and (match := _LEVEL_COLUMN.fullmatch(plain_word(cell))):
                found[f"level_{int(match.group(1))}"] = (cell,)
    return found


def _tell_sheets(source: Source, table: Table, findings: Findings) -> None:
    if source.hidden_sheets:
        findings.add("question", SheetsHidden(sheets=shortened(source.hidden_sheets)))
    others = [one.sheet or "" for one in source.tables if one is not table]
    if others:
        findings.add("note", SheetsUnread(sheet=table.sheet, others=shortened(others)))
