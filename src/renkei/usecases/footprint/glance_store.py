"""What the answer for a part follows from, named in one statement: rows and their versions, no values.

Reads published views only (and this room's own statements); each names the caller's own rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from renkei.database.round_trip import Prepared, Question, Rows

_GLANCE: Final = Prepared(
    """
    SELECT i.n, p.is_child,
           concat_ws('|', p.part_key, p.version, s.statement_key, $4::date, t.trade_key, t.version, r.request_key, r.version,
                     h.trade_share_key, d.delivery_key, d.valid_until IS NULL OR d.valid_until > $3::timestamptz),
           p.part_key, p.trace_id, p.plant_id, p.name, p.support_name, p.terminated, p.unit, p.label, p.info1, p.info2,
           p.info3, p.mass_kg_per_unit, p.density_kg_per_liter, p.structure_key, p.created_at, p.updated_at,
           CASE WHEN d.delivered AND NOT p.terminated AND p.structure_key IS NULL
                 AND (p.is_child OR s.statement_key IS NULL)
                THEN d.provider_key END AS provider_key,
           d.delivery_key
      FROM unnest($1::uuid[]) WITH ORDINALITY AS i(trace_id, n)
     CROSS JOIN LATERAL (
        -- OFFSET 0: found by its trace id; the planner would rather read all parts of a company and pick.
        SELECT p.* FROM commons.own_parts p
         WHERE p.trace_id = i.trace_id AND p.operator_key = (SELECT commons.me()) OFFSET 0
      ) p
      LEFT JOIN footprint.statements s
        ON s.part_key = p.part_key AND s.operator_key = (SELECT commons.me()) AND s.trade_key IS NULL
       AND s.superseded_at IS NULL
      LEFT JOIN commons.trade_versions t
        ON t.downstream_part_key = p.part_key AND t.downstream_key = (SELECT commons.me())
      LEFT JOIN commons.request_versions r
        ON r.trade_key = t.trade_key AND r.downstream_key = (SELECT commons.me()) AND r.kind = $2
      LEFT JOIN commons.share_versions h
        ON h.trade_key = t.trade_key AND h.operator_key = (SELECT commons.me())
       AND h.valid_from <= $4::date AND (h.valid_to IS NULL OR h.valid_to >= $4::date)
      LEFT JOIN LATERAL (
        SELECT d.delivery_key, d.valid_until, d.provider_key,
               NOT d.withdrawn AND (d.valid_until IS NULL OR d.valid_until > $3::timestamptz) AS delivered
          FROM commons.delivery_versions d
         WHERE d.operator_key = (SELECT commons.me()) AND d.trade_key = t.trade_key AND d.kind = $2
         ORDER BY d.delivery_key DESC LIMIT 1
      ) d ON true
     ORDER BY i.n, t.trade_key, r.request_key, h.trade_share_key
    """
)

_PROVIDER: Final = 19
"""The column of the provider; that of the delivery is the next."""


def ask(trace_ids: Sequence[UUID], kind: str, now: datetime) -> Question:
    """Asks for the own parts among `trace_ids`, in that order; `fingerprints` and `rows_of_parts` read the answer."""
    return _GLANCE, (list(trace_ids), kind, now, now.date())


def fingerprints(answer: Rows) -> dict[bytes, tuple[bytes, ...]]:
    """The fingerprint of each part's answer, by the part's place in the question, in order.

    A fingerprint names every row that the answer follows from, in the state it is in, and the day: the same fingerprint, the
    same answer.
    """
    found: dict[bytes, tuple[bytes, ...]] = {}
    for place, is_child, versions in zip(answer.raw(0), answer.raw(1), answer.raw(2), strict=True):
        former = found.get(place)
        found[place] = (is_child, versions) if former is None else (*former, versions)
    return found


def delivered(answer: Rows) -> set[tuple[int, int]]:
    """What was delivered of what the answers show: provider and delivery."""
    # Of many rows most are repeated, and the bytes are cheaper to compare than the numbers.
    found = set(zip(answer.raw(_PROVIDER), answer.raw(_PROVIDER + 1), strict=True))
    return {(int(provider), int(delivery)) for provider, delivery in found if provider}


def rows_of_parts(answer: Rows) -> dict[bytes, Mapping[str, Any]]:
    """The row of each part, by its place in the question."""
    return {str(row["n"]).encode(): row for row in answer.dicts()}
