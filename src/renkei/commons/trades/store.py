"""SQL of trades and requests. Every statement names the party; row-level security is the second lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from renkei.commons.trades.errors import RequestExists
from renkei.commons.trades.model import (
    NO_FILTER,
    CustomerPart,
    RequestDraft,
    RequestFilter,
    RequestMessage,
    RequestState,
    RequestView,
    Target,
    Trade,
    TradeInto,
    TradeOut,
)
from renkei.commons.trades.shares_store import SHARE_TODAY
from renkei.database.round_trip import Prepared, Question
from renkei.database.search import containing
from renkei.database.transaction import Transaction

_VIEW: Final[LiteralString] = """
    SELECT r.request_key, r.request_id, r.kind, r.state, r.period_from, r.period_to, r.message, r.reply_message,
           r.due_date, r.tree_terminated, r.completed_count, r.completed_count_at, r.trades_count, r.trades_count_at,
           r.review, r.review_reason, r.created_at, r.updated_at, r.customer_part,
           t.trade_key, t.trade_id, t.downstream_key, t.upstream_key, d.operator_id, u.operator_id,
           t.downstream_part_key, t.downstream_trace_id, t.upstream_part_key, t.upstream_trace_id, t.created_at,
           t.linked_at
      FROM commons.requests r
      JOIN commons.trades t ON t.trade_key = r.trade_key AND commons.me() IN (t.downstream_key, t.upstream_key)
      JOIN commons.directory d ON d.operator_key = r.downstream_key
      JOIN commons.directory u ON u.operator_key = r.upstream_key
"""


def _trade_from(row: Sequence[Any]) -> Trade:
    return Trade(
        trade_key=row[0],
        trade_id=row[1],
        downstream_key=row[2],
        upstream_key=row[3],
        downstream_operator_id=row[4],
        upstream_operator_id=row[5],
        downstream_part_key=row[6],
        downstream_trace_id=row[7],
        upstream_part_key=row[8],
        upstream_trace_id=row[9],
        created_at=row[10],
        linked_at=row[11],
    )


def _customer_part(card: dict[str, Any]) -> CustomerPart:
    return CustomerPart(
        trace_id=UUID(card["trace_id"]),
        operator_id=UUID(card["operator_id"]),
        plant_id=UUID(card["plant_id"]),
        name=card["name"],
        support_name=card["support_name"],
        terminated=card["terminated"],
        unit=card["unit"],
        label=card["label"],
        info1=card["info1"],
        info2=card["info2"],
        info3=card["info3"],
    )


def _view_from(row: Sequence[Any]) -> RequestView:
    return RequestView(
        request_key=row[0],
        request_id=row[1],
        kind=row[2],
        state=row[3],
        period_from=row[4],
        period_to=row[5],
        message=row[6],
        reply_message=row[7],
        due_date=row[8],
        tree_terminated=row[9],
        completed_count=row[10],
        completed_count_at=row[11],
        trades_count=row[12],
        trades_count_at=row[13],
        review=row[14],
        review_reason=row[15],
        created_at=row[16],
        updated_at=row[17],
        customer_part=_customer_part(row[18]),
        trade=_trade_from(row[19:31]),
    )


# -- reading ---------------------------------------------------------------------------------------------------------
def read_request(tx: Transaction, request_id: UUID) -> RequestView | None:
    """One request sent or received that is not cancelled."""
    row = tx.execute(
        _VIEW
        + """
         WHERE r.request_id = %s AND commons.me() IN (r.downstream_key, r.upstream_key) AND r.state <> 'CANCEL'
        """,
        (request_id,),
    ).fetchone()
    return None if row is None else _view_from(row)


_START: Final[LiteralString] = """
    start AS MATERIALIZED (
      SELECT created_at, request_key FROM (
        SELECT r.created_at, r.request_key, true AS exact FROM commons.requests r
         WHERE r.request_id = %(after)s AND commons.me() IN (r.downstream_key, r.upstream_key)
        UNION ALL
        SELECT r.created_at, r.request_key, false FROM commons.trades t
          JOIN commons.requests r ON r.trade_key = t.trade_key AND r.downstream_key = commons.me()
         WHERE t.downstream_trace_id = %(after)s AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL
      ) AS named ORDER BY exact DESC, created_at DESC, request_key DESC LIMIT 1
    ),
"""
_FROM_START: Final[LiteralString] = """
           AND r.created_at <= (SELECT created_at FROM start)
           AND (r.created_at < (SELECT created_at FROM start) OR r.request_key <= (SELECT request_key FROM start))
"""
_OF_KIND: Final[LiteralString] = " AND r.kind = %(kind)s "
_OF_TRACES: Final[LiteralString] = """
           AND r.trade_key IN (SELECT t.trade_key FROM commons.trades t
                                WHERE t.downstream_trace_id = ANY(%(traces)s) AND t.downstream_key = commons.me()
                                  AND t.cancelled_at IS NULL)
"""
_OF_ID: Final[LiteralString] = " AND r.request_id = %(request)s "
_OF_IDS: Final[LiteralString] = " AND r.request_id = ANY(%(request_ids)s) "
_OF_STATE: Final[LiteralString] = " AND r.state = %(state)s "
_OVERDUE: Final[LiteralString] = " AND r.due_date < %(overdue)s AND r.state IN ('NOT_COMPLETED', 'REJECT') "
_OF_TEXT: Final[LiteralString] = """
           AND (r.customer_part->>'name' ILIKE %(text)s OR r.customer_part->>'support_name' ILIKE %(text)s
                OR r.customer_part->>'label' ILIKE %(text)s
                OR r.downstream_key = ANY(%(partners)s::bigint[]) OR r.upstream_key = ANY(%(partners)s::bigint[]))
"""
_SENT: Final[LiteralString] = """
        SELECT r.request_key FROM commons.requests r
         WHERE r.downstream_key = commons.me() AND r.state <> 'CANCEL'
"""
_RECEIVED: Final[LiteralString] = """
        SELECT r.request_key FROM commons.requests r
         WHERE r.upstream_key = commons.me() AND r.state <> 'CANCEL'
"""
_NEWEST_FIRST: Final[LiteralString] = " ORDER BY r.created_at DESC, r.request_key DESC LIMIT %(limit)s "


def list_requests(
    tx: Transaction,
    target: Target | None,
    *,
    trace_ids: Sequence[UUID] | None = None,
    request_id: UUID | None = None,
    kind: str | None = None,
    where: RequestFilter = NO_FILTER,
    partners: Sequence[int] = (),
    after: UUID | None = None,
    rows_wanted: int,
) -> list[RequestView]:
    """Living requests sent, received, or both, newest first, from the one named by `after` on.

    `after` is a request id, or the trace id of a bought part (its newest request); an unknown one gives no rows.
    `partners`: companies whose requests meet `where.text` by their name. The text of the statement depends on which conditions are given, so that each has its own plan.
    """
    conditions = (
        (_OF_KIND if kind is not None else "")
        + (_OF_IDS if where.request_ids is not None else "")
        + (_OF_STATE if where.state is not None else "")
        + (_OVERDUE if where.overdue_on is not None else "")
        + (_OF_TEXT if where.text is not None else "")
        + (_OF_TRACES if trace_ids is not None else "")
        + (_OF_ID if request_id is not None else "")
        + (_FROM_START if after is not None else "")
        + _NEWEST_FIRST
    )
    sent = "(" + _SENT + conditions + ")"
    received = "(" + _RECEIVED + conditions + ")"
    both = sent + " UNION ALL " + received
    found = tx.execute(  # guard: each branch names its party
        "WITH "
        + (_START if after is not None else "")
        + "page AS ("
        + (sent if target == "REQUEST" else received if target == "RESPONSE" else both)
        + ")"
        + _VIEW
        + " WHERE r.request_key IN (SELECT request_key FROM page)"
        + _NEWEST_FIRST,
        {
            "after": after,
            "kind": kind,
            "request_ids": None if where.request_ids is None else list(where.request_ids),
            "state": where.state,
            "overdue": where.overdue_on,
            "text": None if where.text is None else containing(where.text),
            "partners": list(partners),
            "traces": None if trace_ids is None else list(trace_ids),
            "request": request_id,
            "limit": rows_wanted,
        },
    ).fetchall()
    return [_view_from(row) for row in found]


_NEWEST_RECEIVED: Final = Prepared(
    """
    SELECT concat_ws(',', 'received', r.request_key, r.version, t.xmin) AS fingerprint, r.request_id
      FROM (SELECT o.request_key, o.request_id, o.trade_key, o.created_at, o.xmin AS version
              FROM commons.requests o
             WHERE o.upstream_key = (SELECT commons.me()) AND o.state <> 'CANCEL' AND o.kind = $1
             ORDER BY o.created_at DESC, o.request_key DESC
             LIMIT $2) r
      JOIN commons.trades t ON t.trade_key = r.trade_key AND t.upstream_key = (SELECT commons.me())
     ORDER BY r.created_at DESC, r.request_key DESC
    """
)
"""The newest living requests of a kind that the caller received, newest first.

The fingerprint names the row of the request and that of its trade in the state they are in (xmin: a row that is changed gets
another one); whatever `_VIEW` shows follows from these two, and from ids of companies, which never change.
"""


def newest_received(kind: str, rows_wanted: int) -> Question:
    """Asks for fingerprint and id of the first page of `list_requests` with RESPONSE."""
    return _NEWEST_RECEIVED, (kind, rows_wanted)


def partners_of(tx: Transaction, target: Target) -> list[int]:
    """The other companies of the living requests sent or received."""
    sent = "SELECT DISTINCT upstream_key FROM commons.requests WHERE downstream_key = commons.me() AND state <> 'CANCEL'"
    received = "SELECT DISTINCT downstream_key FROM commons.requests WHERE upstream_key = commons.me() AND state <> 'CANCEL'"
    return [row[0] for row in tx.execute(sent if target == "REQUEST" else received).fetchall()]


def is_only_request(tx: Transaction, trace_id: UUID) -> bool:
    """Whether the caller has one living request at most for this bought part."""
    row = tx.execute(
        """
        SELECT count(*) FROM commons.trades t
          JOIN commons.requests r ON r.trade_key = t.trade_key AND r.downstream_key = commons.me() AND r.state <> 'CANCEL'
         WHERE t.downstream_trace_id = %s AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL
        """,
        (trace_id,),
    ).fetchone()
    return row is None or row[0] <= 1


def read_messages(tx: Transaction, request_key: int) -> tuple[RequestMessage, ...]:
    """Every word said under a request, oldest first."""
    rows = tx.rows(
        """
        SELECT m.kind, m.text, d.operator_id AS sender_operator_id, m.sent_at
          FROM commons.request_messages m
          JOIN commons.directory d ON d.operator_key = m.sender_key
         WHERE m.request_key = %s AND commons.me() IN (m.downstream_key, m.upstream_key)
         ORDER BY m.request_message_key
        """,
        (request_key,),
    )
    return tuple(RequestMessage(**row) for row in rows)


def trades_into(tx: Transaction, part_keys: Iterable[int], kind: str | None) -> tuple[TradeInto, ...]:
    """Uncancelled trades linked to these own parts, with the newest living request of the kind."""
    rows = tx.rows(
        """
        SELECT t.trade_key, t.trade_id, t.upstream_part_key, t.upstream_trace_id, t.downstream_key,
               d.operator_id AS downstream_operator_id, t.downstream_part_key, t.downstream_trace_id,
               r.request_key, r.request_id, r.state
          FROM commons.trades t
          JOIN commons.directory d ON d.operator_key = t.downstream_key
          LEFT JOIN LATERAL (
            SELECT r.request_key, r.request_id, r.state FROM commons.requests r
             WHERE r.trade_key = t.trade_key AND r.upstream_key = commons.me() AND r.state <> 'CANCEL'
               AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
             ORDER BY r.request_key DESC LIMIT 1
          ) r ON true
         WHERE t.upstream_part_key = ANY(%(parts)s) AND t.upstream_key = commons.me() AND t.cancelled_at IS NULL
         ORDER BY t.trade_key
        """,
        {"parts": list(part_keys), "kind": kind},
    )
    return tuple(TradeInto(**row) for row in rows)


def trades_out_of(tx: Transaction, part_keys: Iterable[int], kind: str | None) -> tuple[TradeOut, ...]:
    """Uncancelled trades that buy these own parts, with today's share and the newest living request of the kind."""
    # guard: both pieces are literals of this package (shares_store.SHARE_TODAY)
    rows = tx.rows(
        "WITH "
        + SHARE_TODAY
        + """
        SELECT t.trade_key, t.trade_id, t.downstream_part_key, t.downstream_trace_id, t.upstream_key,
               u.operator_id AS upstream_operator_id, t.upstream_trace_id,
               t.upstream_part_key IS NOT NULL AS linked, r.request_key, r.request_id, r.state,
               coalesce(r.tree_terminated, false) AS tree_terminated, s.share
          FROM commons.trades t
          JOIN share_today s ON s.trade_key = t.trade_key
          JOIN commons.directory u ON u.operator_key = t.upstream_key
          LEFT JOIN LATERAL (
            SELECT r.request_key, r.request_id, r.state, r.tree_terminated FROM commons.requests r
             WHERE r.trade_key = t.trade_key AND r.downstream_key = commons.me() AND r.state <> 'CANCEL'
               AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
             ORDER BY r.request_key DESC LIMIT 1
          ) r ON true
         WHERE t.downstream_part_key = ANY(%(parts)s) AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL
         ORDER BY t.trade_key
        """,
        {"parts": list(part_keys), "kind": kind, "today": tx.now.date()},
    )
    return tuple(TradeOut(**row) for row in rows)


def part_uses(tx: Transaction, part_key: int) -> tuple[bool, bool]:
    """Whether an own part is requested from a supplier, and whether it is linked to a received request."""
    row = tx.execute(
        """
        SELECT EXISTS (SELECT FROM commons.trades t WHERE t.downstream_part_key = %(part)s
                          AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL),
               EXISTS (SELECT FROM commons.trades t WHERE t.upstream_part_key = %(part)s
                          AND t.upstream_key = commons.me() AND t.cancelled_at IS NULL)
        """,
        {"part": part_key},
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def was_given(tx: Transaction, trace_id: UUID) -> bool:
    """Whether a trace id of another company's part is known to the caller by a request or an answer."""
    row = tx.execute(
        """
        SELECT EXISTS (SELECT FROM commons.trades t WHERE t.upstream_key = commons.me()
                          AND t.downstream_trace_id = %(trace)s AND t.cancelled_at IS NULL)
            OR EXISTS (SELECT FROM commons.trades t WHERE t.downstream_key = commons.me()
                          AND t.upstream_trace_id = %(trace)s AND t.cancelled_at IS NULL)
        """,
        {"trace": trace_id},
    ).fetchone()
    return row is not None and bool(row[0])


# -- writing ---------------------------------------------------------------------------------------------------------
def asking(tx: Transaction, trace_id: UUID, supplier_id: UUID) -> DictRow:
    """What must be known to ask: the own part, the supplier, and how many uncancelled trades the part has."""
    row = tx.row(
        """
        SELECT c.part_key, c.terminated, c.card, d.operator_key AS supplier_key, d.state AS supplier_state,
               s.operator_id AS successor_id,
               (SELECT count(*) FROM commons.trades t
                 WHERE t.downstream_part_key = c.part_key AND t.downstream_key = commons.me()
                   AND t.cancelled_at IS NULL) AS trades
          FROM (SELECT 1) AS one
          LEFT JOIN commons.part_cards c ON c.trace_id = %(trace)s AND c.operator_key = commons.me()
          LEFT JOIN commons.directory d ON d.operator_id = %(supplier)s
          LEFT JOIN commons.directory s ON s.operator_key = d.successor_key
        """,
        {"trace": trace_id, "supplier": supplier_id},
    )
    assert row is not None
    return row


def insert_request(
    tx: Transaction,
    draft: RequestDraft,
    *,
    trade_key: int | None,
    supplier_key: int,
    part_key: int,
    card: object,
) -> tuple[UUID, int, int]:
    """Write a request, its first message and, without `trade_key`, its trade. The request's id, its key, the trade's.

    Raises `RequestExists`.
    """
    request_id = tx.new_id()
    try:
        row = tx.execute(
            """
            WITH trade AS (
              INSERT INTO commons.trades (trade_id, downstream_key, upstream_key, downstream_part_key,
                                          downstream_trace_id, created_at)
              SELECT %(trade_id)s, commons.me(), %(supplier)s, %(part)s, %(trace)s, %(now)s
               WHERE %(trade)s::bigint IS NULL
              RETURNING trade_key
            ), request AS (
              INSERT INTO commons.requests (request_id, trade_key, downstream_key, upstream_key, kind, period_from,
                                            period_to, message, due_date, customer_part, completed_count_at,
                                            trades_count_at, created_at, updated_at)
              SELECT %(id)s, coalesce(%(trade)s, (SELECT trade_key FROM trade)), commons.me(), %(supplier)s, %(kind)s,
                     %(period_from)s, %(period_to)s, %(message)s, %(due)s, %(card)s, %(now)s, %(now)s, %(now)s, %(now)s
              RETURNING request_key, trade_key
            ), message AS (
              INSERT INTO commons.request_messages (request_key, downstream_key, upstream_key, sender_key, kind, text,
                                                    sent_at)
              SELECT request_key, commons.me(), %(supplier)s, commons.me(), 'message', %(message)s, %(now)s
                FROM request WHERE %(message)s::text IS NOT NULL
            )
            SELECT request_key, trade_key FROM request
            """,
            {
                "trade_id": tx.new_id(),
                "supplier": supplier_key,
                "part": part_key,
                "trace": draft.downstream_trace_id,
                "now": tx.now,
                "trade": trade_key,
                "id": request_id,
                "kind": draft.kind,
                "period_from": draft.period_from,
                "period_to": draft.period_to,
                "message": draft.message,
                "due": draft.due_date,
                "card": psycopg.types.json.Jsonb(card),
            },
        ).fetchone()
    except psycopg.errors.UniqueViolation as error:
        raise RequestExists from error
    assert row is not None
    return request_id, row[0], row[1]


def lock_trade(
    tx: Transaction, *, trade_id: UUID | None = None, request_id: UUID | None = None
) -> Trade | None:
    """Lock an uncancelled trade of the caller, named itself or by one of its requests; None if there is none.

    Whoever changes what two companies share takes this lock first, so two such changes come one after the other,
    and what is read after it is what the other left.
    """
    row = tx.execute(
        """
        SELECT t.trade_key, t.trade_id, t.downstream_key, t.upstream_key, d.operator_id, u.operator_id,
               t.downstream_part_key, t.downstream_trace_id, t.upstream_part_key, t.upstream_trace_id, t.created_at,
               t.linked_at
          FROM commons.trades t
          JOIN commons.directory d ON d.operator_key = t.downstream_key
          JOIN commons.directory u ON u.operator_key = t.upstream_key
         WHERE t.trade_key = (
                 SELECT o.trade_key FROM commons.trade_relations o
                  WHERE o.trade_id = %(trade)s AND commons.me() IN (o.downstream_key, o.upstream_key)
                 UNION ALL
                 SELECT i.trade_key FROM commons.request_ids i
                  WHERE i.request_id = %(request)s AND commons.me() IN (i.downstream_key, i.upstream_key))
           AND commons.me() IN (t.downstream_key, t.upstream_key) AND t.cancelled_at IS NULL
           FOR NO KEY UPDATE OF t
        """,
        {"trade": trade_id, "request": request_id},
    ).fetchone()
    return None if row is None else _trade_from(row)


def requests_of(tx: Transaction, trade_key: int) -> list[DictRow]:
    """The living requests of a trade of the caller."""
    return tx.rows(
        """
        SELECT request_key, request_id, kind, state, message, completed_count FROM commons.requests
         WHERE trade_key = %s AND commons.me() IN (downstream_key, upstream_key) AND state <> 'CANCEL'
         ORDER BY request_key
        """,
        (trade_key,),
    )


FACT_NAMES: Final = (
    "request_id",
    "kind",
    "state",
    "period_from",
    "period_to",
    "message",
    "reply_message",
    "due_date",
    "review",
    "review_reason",
)
"""What the ledger is told of a request: what both parties agreed on, not what is counted."""
_FACT: Final[LiteralString] = """
        RETURNING r.request_id, r.kind, r.state, r.period_from, r.period_to, r.message, r.reply_message, r.due_date,
                  r.review, r.review_reason
"""


def update_asked(tx: Transaction, request_key: int, draft: RequestDraft) -> None:
    """Change message, due date and period; a rejected request is open again. Raises `RequestExists`."""
    try:
        tx.execute(
            """
            WITH former AS (
              SELECT request_key, message FROM commons.requests
               WHERE request_key = %(key)s AND downstream_key = commons.me()
            ), message AS (
              INSERT INTO commons.request_messages (request_key, downstream_key, upstream_key, sender_key, kind, text,
                                                    sent_at)
              SELECT r.request_key, r.downstream_key, r.upstream_key, commons.me(), 'message', %(message)s, %(now)s
                FROM former f JOIN commons.requests r ON r.request_key = f.request_key AND r.downstream_key = commons.me()
               WHERE %(message)s::text IS NOT NULL AND f.message IS DISTINCT FROM %(message)s
            )
            UPDATE commons.requests
               SET message = %(message)s, due_date = %(due)s, period_from = %(period_from)s, period_to = %(period_to)s,
                   state = CASE WHEN state = 'REJECT' THEN 'NOT_COMPLETED' ELSE state END, updated_at = %(now)s
             WHERE request_key = %(key)s AND downstream_key = commons.me()
            """,
            {
                "key": request_key,
                "message": draft.message,
                "due": draft.due_date,
                "period_from": draft.period_from,
                "period_to": draft.period_to,
                "now": tx.now,
            },
        )
    except psycopg.errors.UniqueViolation as error:
        raise RequestExists from error


def set_link(
    tx: Transaction, trade_key: int, part_key: int, trace_id: UUID, states: Sequence[tuple[int, RequestState]]
) -> list[DictRow]:
    """Link an own part to a trade, and set the states its requests have then; the requests."""
    return tx.rows(
        """
        WITH linked AS (
          UPDATE commons.trades
             SET upstream_part_key = %(part)s, upstream_trace_id = %(trace)s,
                 linked_at = CASE WHEN upstream_part_key = %(part)s THEN linked_at ELSE %(now)s END
           WHERE trade_key = %(trade)s AND upstream_key = commons.me()
        )
        UPDATE commons.requests r SET state = u.state, updated_at = %(now)s,
               review = CASE WHEN r.state = u.state THEN r.review END,
               review_reason = CASE WHEN r.state = u.state THEN r.review_reason END
          FROM unnest(%(keys)s::bigint[], %(states)s::text[]) AS u(request_key, state)
         WHERE r.request_key = u.request_key AND r.upstream_key = commons.me() AND r.state <> 'CANCEL'
        """
        + _FACT,
        {
            "part": part_key,
            "trace": trace_id,
            "now": tx.now,
            "trade": trade_key,
            "keys": [key for key, _ in states],
            "states": [state for _, state in states],
        },
    )


def set_rejected(
    tx: Transaction, trade_key: int, request_key: int, reply: str | None, *, unlink: bool
) -> None:
    """Send a request back; `unlink` drops the link of its trade."""
    tx.execute(
        """
        WITH unlinked AS (
          UPDATE commons.trades SET upstream_part_key = NULL, upstream_trace_id = NULL, linked_at = NULL
           WHERE trade_key = %(trade)s AND upstream_key = commons.me() AND %(unlink)s
        ), message AS (
          INSERT INTO commons.request_messages (request_key, downstream_key, upstream_key, sender_key, kind, text, sent_at)
          SELECT request_key, downstream_key, upstream_key, commons.me(), 'reject', %(reply)s, %(now)s
            FROM commons.requests
           WHERE request_key = %(request)s AND upstream_key = commons.me() AND %(reply)s::text IS NOT NULL
        )
        UPDATE commons.requests
           SET state = 'REJECT', reply_message = %(reply)s, review = NULL, review_reason = NULL, updated_at = %(now)s,
               tree_terminated = false, completed_count = 0, trades_count = 1,
               completed_count_at = CASE WHEN completed_count = 0 THEN completed_count_at ELSE %(now)s END,
               trades_count_at = CASE WHEN trades_count = 1 THEN trades_count_at ELSE %(now)s END
         WHERE request_key = %(request)s AND upstream_key = commons.me()
        """,
        {"trade": trade_key, "request": request_key, "reply": reply, "now": tx.now, "unlink": unlink},
    )


def set_cancelled(tx: Transaction, trade_key: int, request_key: int, *, with_trade: bool) -> list[DictRow]:
    """Take a request back, `with_trade` its trade too; the request."""
    return tx.rows(
        """
        WITH cancelled AS (
          UPDATE commons.trades SET cancelled_at = %(now)s
           WHERE trade_key = %(trade)s AND downstream_key = commons.me() AND %(with_trade)s
        )
        UPDATE commons.requests r SET state = 'CANCEL', updated_at = %(now)s
         WHERE r.request_key = %(request)s AND r.downstream_key = commons.me()
        """
        + _FACT,
        {"trade": trade_key, "request": request_key, "now": tx.now, "with_trade": with_trade},
    )


def set_reply(tx: Transaction, request_key: int, text: str | None) -> None:
    """The supplier's present word, kept among the messages too."""
    tx.execute(
        """
        WITH message AS (
          INSERT INTO commons.request_messages (request_key, downstream_key, upstream_key, sender_key, kind, text, sent_at)
          SELECT request_key, downstream_key, upstream_key, commons.me(), 'reply', %(text)s, %(now)s
            FROM commons.requests
           WHERE request_key = %(request)s AND upstream_key = commons.me() AND %(text)s::text IS NOT NULL
        )
        UPDATE commons.requests SET reply_message = %(text)s, updated_at = %(now)s
         WHERE request_key = %(request)s AND upstream_key = commons.me()
        """,
        {"request": request_key, "text": text, "now": tx.now},
    )


def set_review(
    tx: Transaction, request_key: int, verdict: str, word: str, reason: str | None, *, open_: bool
) -> None:
    """The customer's verdict on an answer; `open_` makes the request an open one again."""
    tx.execute(
        """
        WITH message AS (
          INSERT INTO commons.request_messages (request_key, downstream_key, upstream_key, sender_key, kind, text, sent_at)
          SELECT request_key, downstream_key, upstream_key, commons.me(), %(word)s, coalesce(%(reason)s, ''), %(now)s
            FROM commons.requests WHERE request_key = %(request)s AND downstream_key = commons.me()
        )
        UPDATE commons.requests
           SET review = %(verdict)s, review_reason = %(reason)s, updated_at = %(now)s,
               state = CASE WHEN %(open)s THEN 'NOT_COMPLETED' ELSE state END,
               completed_count = CASE WHEN %(open)s THEN greatest(completed_count - 1, 0) ELSE completed_count END,
               completed_count_at = CASE WHEN %(open)s AND completed_count > 0 THEN %(now)s ELSE completed_count_at END
         WHERE request_key = %(request)s AND downstream_key = commons.me()
        """,
        {
            "request": request_key,
            "verdict": verdict,
            "word": word,
            "reason": reason,
            "open": open_,
            "now": tx.now,
        },
    )


def remind(
    tx: Transaction, request_ids: Iterable[UUID], text: str, *, quiet_since: datetime
) -> list[DictRow]:
    """Write `text` under own open requests to whose supplier nothing was written since then; those it was."""
    return tx.rows(
        """
        WITH due AS (
          SELECT r.request_key, r.request_id, r.trade_key, r.downstream_key, r.upstream_key
            FROM commons.requests r
           WHERE r.downstream_key = commons.me() AND r.request_id = ANY(%(ids)s) AND r.state = 'NOT_COMPLETED'
             AND NOT EXISTS (
                   SELECT FROM commons.request_messages m
                    WHERE m.request_key = r.request_key AND m.downstream_key = commons.me()
                      AND m.sender_key = commons.me() AND m.sent_at > %(since)s)
           ORDER BY r.request_key FOR UPDATE
        ), said AS (
          INSERT INTO commons.request_messages (request_key, downstream_key, upstream_key, sender_key, kind, text, sent_at)
          SELECT request_key, downstream_key, upstream_key, commons.me(), 'message', %(text)s, %(now)s FROM due
        )
        SELECT request_key, request_id, trade_key, upstream_key FROM due
        """,
        {"ids": list(request_ids), "text": text, "since": quiet_since, "now": tx.now},
    )


def counts(tx: Transaction, kind: str, today: date) -> DictRow:
    """How many living requests the caller has sent, how many are answered, sent back, and overdue."""
    row = tx.row(
        """
        SELECT count(*) AS sent, count(*) FILTER (WHERE state = 'COMPLETED') AS answered,
               count(*) FILTER (WHERE state = 'REJECT') AS returned,
               count(*) FILTER (WHERE state IN ('NOT_COMPLETED', 'REJECT') AND due_date < %s) AS overdue
          FROM commons.requests WHERE downstream_key = commons.me() AND kind = %s AND state <> 'CANCEL'
        """,
        (today, kind),
    )
    assert row is not None
    return row


def complete(tx: Transaction, kind: str, part_keys: Iterable[int]) -> list[DictRow]:
    """Linked open requests of the kind for these own parts become COMPLETED; those that did."""
    return tx.rows(
        """
        UPDATE commons.requests r
           SET state = 'COMPLETED', review = NULL, review_reason = NULL, updated_at = %(now)s
          FROM commons.trades t
          JOIN commons.directory d ON d.operator_key = t.downstream_key
         WHERE t.upstream_part_key = ANY(%(parts)s) AND t.upstream_key = commons.me() AND t.cancelled_at IS NULL
           AND r.trade_key = t.trade_key AND r.upstream_key = commons.me() AND r.kind = %(kind)s
           AND r.state = 'NOT_COMPLETED'
        """
        + _FACT
        + ", r.request_key, r.downstream_key, t.trade_key, t.trade_id, t.upstream_part_key, d.operator_id",
        {"parts": list(part_keys), "kind": kind, "now": tx.now},
    )
