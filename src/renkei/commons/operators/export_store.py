"""SQL of the export: every row that a company owns or shares, table by table, without internal keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from psycopg import sql

from renkei.database.transaction import Transaction

OWNER: Final = "operator_key"
PARTIES: Final = ("downstream_key", "upstream_key", "provider_key", "consumer_key", "from_key", "to_key")
"""Columns that name a company which shares a row that has no owner."""
_SENT: Final = {"deliveries": "provider_key"}
"""Rows of others that the company wrote."""
LEFT_OUT: Final = frozenset(
    {
        "operators",
        "refresh_tokens",
        "memberships",
        "api_key_operators",
        "account_invitations",
        "registrations",
        "access_log",
        "terms_acceptances",
    }
)
"""Not the company's own things: the directory, and what the machinery keeps."""
_NOT_SHOWN: Final = frozenset({"address", "wrapped_key", "fingerprint"})
"""Addresses and keys of files inside the platform; what an upload would do, as a hash in which internal keys went."""
_NOT_SHOWN_OF: Final[Mapping[str, frozenset[str]]] = {"imports": frozenset({"content"})}
"""An uploaded file that waits: whoever uploaded it has it, and licensed numbers in it are for persons with a seat."""
_REFERS: Final[Mapping[str, str]] = {
    **dict.fromkeys((OWNER, *PARTIES, "asker_key", "sender_key", "partner_key", "invited_key"), "operators"),
    **dict.fromkeys(
        ("part_key", "parent_key", "child_key", "downstream_part_key", "upstream_part_key"), "parts"
    ),
    "trade_key": "trades",
    "request_key": "requests",
    "structure_key": "structures",
    "delivery_key": "deliveries",
    "file_key": "files",
    "plant_key": "plants",
    "family_key": "selections",
    "group_key": "selections",
    "selection_key": "selections",
}
"""What a key refers to, whatever table it stands in. Every other key stays away."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A table as it is exported: whose rows, which columns stay away, and public ids in the place of keys."""

    table: sa.Table
    owners: tuple[str, ...]
    dropped: tuple[str, ...]
    ids: tuple[tuple[str, sa.Table, str, str], ...]
    """Column, table it refers to, that table's key and public id."""

    @property
    def name(self) -> str:
        """With its schema."""
        return f"{self.table.schema}.{self.table.name}"


def exported(metadatas: Sequence[sa.MetaData]) -> list[Exported]:
    """Every table with rows of companies."""
    tables = [table for metadata in metadatas for table in metadata.sorted_tables]
    by_name = {table.name: table for table in tables}
    found = []
    for table in tables:
        own = [OWNER] if OWNER in table.columns else [name for name in PARTIES if name in table.columns]
        if not own or table.name in LEFT_OUT:
            continue
        if table.name in _SENT:
            own.append(_SENT[table.name])
        keys = [column.name for column in table.columns if column.name.endswith("_key")]
        ids = []
        for name in keys:
            target = by_name.get(_REFERS.get(name, ""))
            # A table's own key may be called like another's: deliveries to one, and to all.
            is_own = table.columns[name].identity is not None
            public = None if target is None or is_own else _public_id(target)
            if target is not None and public is not None:
                [key] = target.primary_key.columns
                ids.append((name, target, key.name, public))
        not_shown = _NOT_SHOWN | _NOT_SHOWN_OF.get(table.name, frozenset())
        hidden = [column.name for column in table.columns if column.name in not_shown]
        found.append(Exported(table, tuple(own), (*keys, *hidden), tuple(ids)))
    return sorted(found, key=lambda one: one.name)


def _public_id(table: sa.Table) -> str | None:
    if len(table.primary_key.columns) != 1:
        return None
    return next((c.name for c in table.columns if c.unique and c.name.endswith("_id")), None)


def _name_of(table: sa.Table, key: str) -> str:
    """What stands in the place of a key, whose bare name may be another column's: a consent's `consumer` is a sort."""
    name = key.removesuffix("_key")
    return f"{name}_id" if name in table.columns else name


_MEMBER: Final = sql.SQL(
    "'member', CASE (SELECT s.sort FROM commons.selections s WHERE s.selection_key = t.selection_key) "
    "WHEN 'group' THEN (SELECT o.operator_id FROM commons.operators o WHERE o.operator_key = t.member_key) "
    "ELSE (SELECT p.trace_id FROM commons.parts p WHERE p.part_key = t.member_key) END"
)


def rows(tx: Transaction, one: Exported) -> Iterator[Mapping[str, object]]:
    """The caller's rows of a table, one JSON object each, in the order in which they were written.

    Row-level security holds besides: a public id of what the caller may not read is null.
    """
    pieces: list[sql.Composable] = [
        sql.SQL("{name}, (SELECT r.{public} FROM {target} r WHERE r.{key} = t.{column})").format(
            name=sql.Literal(_name_of(one.table, column)),
            public=sql.Identifier(public),
            target=sql.Identifier(target.schema or "", target.name),
            key=sql.Identifier(key),
            column=sql.Identifier(column),
        )
        for column, target, key, public in one.ids
    ]
    if one.table.name == "selection_members":
        pieces.append(_MEMBER)
    query = sql.SQL(
        "SELECT (to_jsonb(t) - {dropped}::text[]) || jsonb_build_object({ids}) FROM {table} t "
        "WHERE commons.me() IN ({owners}) ORDER BY {order}"
    ).format(
        dropped=sql.Literal(list(one.dropped)),
        ids=sql.SQL(", ").join(pieces),
        table=sql.Identifier(one.table.schema or "", one.table.name),
        owners=sql.SQL(", ").join(sql.Identifier("t", name) for name in one.owners),
        order=sql.SQL(", ").join(
            sql.Identifier("t", column.name) for column in one.table.primary_key.columns
        ),
    )
    with tx.connection.cursor() as cursor:
        for row in cursor.execute(query):
            yield row[0]
