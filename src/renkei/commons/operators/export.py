"""Everything that a company owns, to take along: its rows and those it shares with another, one JSON object a line.

A line is `{"table": "commons.parts", "row": {…}}`; public ids stand in the place of internal keys. What was only shown to
the company is in it as it came into its inbox; what others keep to themselves is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from renkei.commons.operators import export_store
from renkei.commons.tables import metadata
from renkei.commons.usecase import use_cases
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps


def export_lines(tx: Transaction) -> Iterator[bytes]:
    """The caller's rows, table by table. Only an administrator may take them. One statement a table."""
    tx.caller.require()
    for one in export_store.exported([metadata, *(use_case.metadata for use_case in use_cases())]):
        for row in export_store.rows(tx, one):
            yield dumps({"table": one.name, "row": row}) + b"\n"
