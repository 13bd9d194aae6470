"""What the answer for a part follows from, named in one statement: rows and their versions, no values.

Reads published views only (and this room's own statements); each names the caller's own rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from renkei.database.round_trip import Question, Statement

_GLANCE: Final = Statement(
    """
    SELECT concat_ws('|', 'footprint', p.part_key, p.version, p.is_child, stated.key, $4::date, bought.versions) AS fingerprint, p.*
      FROM unnest($1::uuid[]) WITH ORDINALITY AS i(trace_id, n)
      JOIN commons.own_parts p ON p.trace_id = i.trace_id AND p.operator_key = commons.me()
      LEFT JOIN LATERAL (
        SELECT max(s.statement_key) AS key FROM footprint.statements s
         WHERE s.operator_key = commons.me() AND s.part_key = p.part_key AND s.trade_key IS NULL
           AND s.superseded_at IS NULL
      ) stated ON true
      LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(',', t.trade_key, t.version, r.request_key, r.version, s.keys, d.delivery_key, d.holds),
                          ';' ORDER BY t.trade_key) AS versions
          FROM commons.trade_versions t
          LEFT JOIN LATERAL (
            SELECT r.request_key, r.version FROM commons.request_versions r
             WHERE r.trade_key = t.trade_key AND r.downstream_key = commons.me() AND r.kind = $2
             ORDER BY r.request_key DESC LIMIT 1
          ) r ON true
          LEFT JOIN LATERAL (
            SELECT coalesce(max(s.trade_share_key), 0) AS keys FROM commons.share_versions s
             WHERE s.trade_key = t.trade_key AND s.operator_key = commons.me()
               AND s.valid_from <= $4::date AND (s.valid_to IS NULL OR s.valid_to >= $4::date)
          ) s ON true
          LEFT JOIN LATERAL (
            SELECT d.delivery_key, d.valid_until IS NULL OR d.valid_until > $3::timestamptz AS holds
              FROM commons.delivery_versions d
             WHERE d.operator_key = commons.me() AND d.trade_key = t.trade_key AND d.kind = $2
             ORDER BY d.delivery_key DESC LIMIT 1
          ) d ON true
         WHERE t.downstream_part_key = p.part_key AND t.downstream_key = commons.me()
      ) bought ON p.is_child AND NOT p.terminated AND p.structure_key IS NULL
     ORDER BY i.n
    """
)


def glance(trace_ids: Sequence[UUID], kind: str, now: datetime) -> Question:
    """Asks for the own parts among `trace_ids`, in that order: the fingerprint of each one's answer, then the part itself.

    A fingerprint names every row that the answer follows from, in the state it is in, and the day: the same fingerprint, the
    same answer.
    """
    return _GLANCE, (list(trace_ids), kind, now, now.date())
