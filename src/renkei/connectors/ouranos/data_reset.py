"""`PUT /dataReset` (section 6.8): empty a sandbox operator.

The reference lets any application delete everything of every operator of its key. Here only the caller's own operator,
and only if the platform marked it as a sandbox; and what is deleted leaves tombstones, as everywhere.
Requests are cancelled (sent) or rejected (received), structures cleared, parts deleted; plants stay.
"""

from __future__ import annotations

from typing import Final

from renkei.commons.parts.model import Part
from renkei.commons.parts.service import list_parts, put_structure
from renkei.commons.trades.service import cancel, delete_part, reject, requests_received, trades_sent
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.refusals import forbidden
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction

_PAGE: Final = 100
MOST_ROUNDS: Final = 1_000
"""A sandbox of more than 100,000 parts is emptied by several calls."""


def reset_data(tx: Transaction, exchange: Exchange) -> Answer:
    """Delete everything of the caller's operator if it is a sandbox; 403 otherwise."""
    tx.caller.require(*WRITERS)
    if not tx.caller.sandbox:
        raise forbidden(exchange.source)
    _take_back(tx)
    _send_back(tx)
    for part in _all_parts(tx):
        if part.has_lines:
            put_structure(tx, part.trace_id, [])
    for part in _all_parts(tx):
        delete_part(tx, part.trace_id)
    return Answer(value=None)


def _take_back(tx: Transaction) -> None:
    """Cancel every request sent; what is cancelled is in no list any more."""
    for _round in range(MOST_ROUNDS):
        page = trades_sent(tx, None, None, _PAGE)
        for view in page.items:
            cancel(tx, view.request_id, view.trade.trade_id)
        if page.next_cursor is None:
            return


def _send_back(tx: Transaction) -> None:
    """Reject every request received, so that no part is linked any more."""
    after = None
    for _round in range(MOST_ROUNDS):
        page = requests_received(tx, after, _PAGE)
        for view in page.items:
            if view.state != "REJECT":
                reject(tx, view.request_id, view.trade.trade_id, view.reply_message)
        after = page.next_cursor
        if after is None:
            return


def _all_parts(tx: Transaction) -> list[Part]:
    found: list[Part] = []
    after = None
    for _round in range(MOST_ROUNDS):
        page = list_parts(tx, after=after, limit=_PAGE)
        found.extend(page.items)
        after = page.next_cursor
        if after is None:
            break
    return found
