"""Everything that a company owns, to take along: its rows and those it shares with another, one JSON object a line.

A line is `{"table": "commons.parts", "row": {…}}`; public ids stand in the place of internal keys. What was only shown to
the company is in it as it came into its inbox; what others keep to themselves is not, nor are licensed numbers for
somebody without a seat.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from renkei.commons.operators import export_store
from renkei.commons.tables import metadata
from renkei.commons.usecase import use_cases
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps


def export_lines(tx: Transaction) -> Iterator[bytes]:
    """The caller's rows, table by table. Only an administrator may take them. One statement a table."""
    tx.caller.require()
    for name, row in export_rows(tx):
        yield dumps({"table": name, "row": row}) + b"\n"


def export_rows(
    tx: Transaction, only: Collection[str] | None = None
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """(table, row) of the caller's, of the tables `only` or of all."""
    own_way = {name: read for use_case in use_cases() for name, read in use_case.exports.items()}
    for one in export_store.exported([metadata, *(use_case.metadata for use_case in use_cases())]):
        if only is not None and one.name not in only:
            continue
        for row in own_way[one.name](tx) if one.name in own_way else export_store.rows(tx, one):
            yield one.name, row
