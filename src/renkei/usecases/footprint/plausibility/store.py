"""SQL of comparisons: own statements beside each other, and what came by own trades beside what came before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from renkei.database.transaction import Transaction

MOST_COMPARED: Final = 1_000
"""Own parts that one value is compared with, the newest."""
_TOTAL: Final[LiteralString] = """
    (SELECT coalesce(sum(coalesce((e.value->>'own')::numeric, 0) + coalesce((e.value->>'component')::numeric, 0)), 0)
       FROM jsonb_each(s.in_force->'stages') AS e)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another own part with a footprint per the same unit: its total, its mass, and what says whether it is similar."""

    total: Decimal
    mass_kg: Decimal | None
    label: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """The newest answer by a trade, and the total of the one before it."""

    trade_id: UUID
    trade_key: int
    trace_id: UUID
    part_key: int
    supplier_id: UUID
    delivery_key: int
    provider_key: int
    payload: Any
    before: Any


def neighbours(tx: Transaction, part_key: int, unit: str) -> list[Neighbour]:
    """Other own parts whose present general footprint is per the same unit."""
    rows = tx.rows(
        f"""
        SELECT {_TOTAL} AS total, p.mass_kg_per_unit AS mass_kg, p.label, p.name
          FROM footprint.statements s
          JOIN commons.parts p ON p.part_key = s.part_key AND p.operator_key = commons.me() AND p.deleted_at IS NULL
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND s.trade_key IS NULL
           AND s.declared_unit = %s AND s.part_key <> %s
         ORDER BY s.statement_key DESC LIMIT %s
        """,
        (unit, part_key, MOST_COMPARED),
    )
    return [Neighbour(**row) for row in rows]


def last_year(tx: Transaction, part_key: int, unit: str, before: date) -> Decimal | None:
    """The total of the newest own general version whose period ended before a day, per the same unit."""
    row = tx.row(
        f"""
        SELECT {_TOTAL} AS total
          FROM footprint.statements s
         WHERE s.operator_key = commons.me() AND s.part_key = %s AND s.trade_key IS NULL AND s.declared_unit = %s
           AND s.period_to < %s
         ORDER BY s.period_to DESC, s.version DESC LIMIT 1
        """,
        (part_key, unit, before),
    )
    return None if row is None else row["total"]


def came(
    tx: Transaction,
    *,
    kind: str,
    part_keys: Iterable[int] | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[Came]:
    """The newest answers in the caller's inbox that were not taken back, by own trades; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT r.trade_id, r.trade_key, r.downstream_trace_id AS trace_id, r.downstream_part_key AS part_key,
               r.upstream_operator_id AS supplier_id, n.delivery_key, n.provider_key, n.payload, f.payload AS before
          FROM commons.trade_relations r
         CROSS JOIN LATERAL (
               SELECT d.delivery_key, d.provider_key, d.payload, d.withdrawn, d.valid_until FROM commons.deliveries d
                WHERE d.operator_key = commons.me() AND d.trade_key = r.trade_key AND d.kind = %(kind)s
                ORDER BY d.delivery_key DESC LIMIT 1) n
          LEFT JOIN LATERAL (
               SELECT d.payload FROM commons.deliveries d
                WHERE d.operator_key = commons.me() AND d.trade_key = r.trade_key AND d.kind = %(kind)s
                  AND NOT d.withdrawn AND d.delivery_key < n.delivery_key
                ORDER BY d.delivery_key DESC LIMIT 1) f ON true
         WHERE r.downstream_key = commons.me() AND NOT n.withdrawn
           AND (n.valid_until IS NULL OR n.valid_until > %(now)s)
           AND (%(parts)s::bigint[] IS NULL OR r.downstream_part_key = ANY(%(parts)s))
           AND (%(after)s::uuid IS NULL OR r.trade_key >= (
                 SELECT a.trade_key FROM commons.trade_relations a
                  WHERE a.downstream_key = commons.me() AND a.trade_id = %(after)s))
         ORDER BY r.trade_key LIMIT %(limit)s
        """,
        {
            "kind": kind,
            "now": tx.now,
            "parts": None if part_keys is None else list(part_keys),
            "after": after,
            "limit": limit,
        },
    )
    return [Came(**row) for row in rows]
