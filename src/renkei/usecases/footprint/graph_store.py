"""SQL of a company's graph: its numbers by COPY, straight into arrays; some 40 bytes a line instead of objects."""

from __future__ import annotations

from typing import Any, Final, LiteralString

import numpy as np
from numpy.typing import NDArray

from renkei.database.transaction import Transaction

Table = NDArray[Any]
_HEADER, _TRAILER = 19, 2
"""Bytes before and after the rows of a binary COPY without options (PostgreSQL's manual, COPY, "Binary Format")."""

_OWN: Final[LiteralString] = """
    SELECT s.part_key,
           coalesce((s.declared #>> '{stages,raw_material,own}')::float8, 0),
           coalesce((s.declared #>> '{stages,production,own}')::float8, 0),
           coalesce((s.declared #>> '{stages,distribution,own}')::float8, 0),
           coalesce((s.declared #>> '{stages,end_of_life,own}')::float8, 0),
           coalesce((s.declared #>> '{stages,raw_material,component}')::float8, 0),
           coalesce((s.declared #>> '{stages,production,component}')::float8, 0),
           coalesce((s.declared #>> '{stages,distribution,component}')::float8, 0),
           coalesce((s.declared #>> '{stages,end_of_life,component}')::float8, 0)
      FROM footprint.statements s
      JOIN commons.parts p ON p.part_key = s.part_key AND p.operator_key = (SELECT commons.me())
     WHERE s.operator_key = (SELECT commons.me()) AND s.superseded_at IS NULL AND s.trade_key IS NULL
       AND p.deleted_at IS NULL
     ORDER BY s.part_key
"""
_LINES: Final[LiteralString] = """
    SELECT p.part_key, l.child_key,
           l.amount::float8 / l.base_quantity::float8 * coalesce(l.usage_share::float8, 1),
           CASE WHEN NOT l.phantom AND (p.unit IS NULL OR p.unit = s.declared_unit) AND b.part_key IS NULL
                     AND e.part_key IS NULL AND (c.part_key IS NULL OR l.unit = c.declared_unit)
                THEN 1 ELSE 0 END
      FROM footprint.statements s
      JOIN commons.parts p ON p.part_key = s.part_key AND p.operator_key = (SELECT commons.me())
      JOIN commons.structure_lines l ON l.structure_key = p.structure_key AND l.operator_key = (SELECT commons.me())
      LEFT JOIN footprint.statements c
        ON c.part_key = l.child_key AND c.operator_key = (SELECT commons.me()) AND c.superseded_at IS NULL
           AND c.trade_key IS NULL
      LEFT JOIN (SELECT DISTINCT t.downstream_part_key AS part_key FROM commons.trades t
                  WHERE t.downstream_key = (SELECT commons.me()) AND t.cancelled_at IS NULL) b
        ON b.part_key = l.child_key
      LEFT JOIN (SELECT DISTINCT g.part_key FROM footprint.estimates g
                  WHERE g.operator_key = (SELECT commons.me()) AND g.superseded_at IS NULL) e
        ON e.part_key = l.child_key
     WHERE s.operator_key = (SELECT commons.me()) AND s.superseded_at IS NULL AND s.trade_key IS NULL
       AND s.component_scope = 'rest' AND p.deleted_at IS NULL
       AND (l.sourcing NOT IN ('consigned_free', 'consigned_paid') OR l.counted_by = 'supplier')
"""


def own_values(tx: Transaction) -> Table:
    """Of each own part with a statement, in order of `part`: what it declares itself, `values` (own, component a stage)."""
    return _copied(
        tx, "COPY (" + _OWN + ") TO STDOUT (FORMAT BINARY)", ("part", ">i8"), *[("value", ">f8")] * 8
    )


def lines(tx: Transaction) -> Table:
    """The lines that take part, of own parts whose statement is of scope `rest`: `parent`, `child`, `amount`, `plain`.

    `plain` is 1 where the amount stands in the unit of the child's own statement and nothing else may answer for the
    child, so that it needs no more than these numbers.
    """
    return _copied(
        tx,
        "COPY (" + _LINES + ") TO STDOUT (FORMAT BINARY)",
        ("parent", ">i8"),
        ("child", ">i8"),
        ("amount", ">f8"),
        ("plain", ">i4"),
    )


def bought(tx: Transaction) -> list[int]:
    """Own parts that are bought under a trade."""
    rows = tx.execute(
        """
        SELECT DISTINCT t.downstream_part_key FROM commons.trades t
          JOIN commons.parts p ON p.part_key = t.downstream_part_key AND p.operator_key = commons.me()
         WHERE t.downstream_key = commons.me() AND t.cancelled_at IS NULL AND p.deleted_at IS NULL
        """
    ).fetchall()
    return [row[0] for row in rows]


def _copied(tx: Transaction, statement: LiteralString, *columns: tuple[str, str]) -> Table:
    """The rows of a binary COPY whose columns all have a fixed width and no NULL; nothing is copied again."""
    row: list[tuple[str, str]] = [("", ">i2")]
    for number, (name, kind) in enumerate(columns):
        row += [(f"width{number}", ">i4"), (f"{name}{number}" if name == "value" else name, kind)]
    row[0] = ("count", ">i2")
    with tx.connection.cursor().copy(statement) as copy:
        data = b"".join(bytes(piece) for piece in copy)
    kind_of_row = np.dtype(row)
    count = (len(data) - _HEADER - _TRAILER) // kind_of_row.itemsize
    return np.frombuffer(data, kind_of_row, count, _HEADER)
