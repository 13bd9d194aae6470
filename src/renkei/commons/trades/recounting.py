"""Keeping the chain counters current: hop by hop, each company in its own transaction.

My own change (a line, a trade, an answer, a share) marks my parts; the reaction recounts the requests I received on
them or on anything own above them, and tells each customer whose request changed. The customer's duty recounts in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from renkei.commons.trades import chain_store
from renkei.commons.trades.chain import recount
from renkei.commons.trades.model import MAX_HOPS
from renkei.database.events import Handler, ReceivedEvent
from renkei.database.round_trip import Rows
from renkei.database.transaction import Asked, Event, Reaction, Transaction

CHAIN_CHANGED = "jp.renkei.chain.changed.v1"


def _refresh_chain(tx: Transaction, _: set[int], answer: Rows) -> None:
    """Recount the requests received for the own parts of the question and everything own above them.

    The question also brings the copies up to date that the suppliers of these parts hold of them.
    One statement if no received request is linked to any of them; writes only counters that differ.
    """
    linked = chain_store.linked_above(answer)
    if not linked:
        return
    received = chain_store.read_received(tx, linked)
    children, terminated, parts = chain_store.read_below(tx, linked)
    changed = recount(received, children, terminated, chain_store.read_sent(tx, parts))
    if not changed:
        return
    for customer in chain_store.write_counts(tx, changed):
        tell_customer(tx, customer["downstream_key"], customer["request_id"], customer["downstream_part_key"])


def tell_customer(tx: Transaction, customer_key: int, request_id: UUID, part_key: int) -> None:
    """Tell the customer that a request's counters changed; a wave ends after `MAX_HOPS` companies."""
    hops = tx.hops.get(CHAIN_CHANGED, 0)
    if hops >= MAX_HOPS:
        return
    data = {"part": part_key, "hops": hops + 1}
    tx.emit(Event(CHAIN_CHANGED, customer_key, request_id, data))


def on_chain_changed(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: recount what stands on the bought parts whose requests changed."""
    hops = [event.data["hops"] for event in events]
    tx.hops[CHAIN_CHANGED] = min((hop for hop in hops if isinstance(hop, int)), default=1)
    parts = [event.data["part"] for event in events]
    tx.mark("chain", [part for part in parts if isinstance(part, int)])


_REFRESH_CHAIN: Final = Asked(chain_store.ask_linked_above, _refresh_chain)
REACTIONS: Mapping[str, Reaction] = {"part_inputs": _REFRESH_CHAIN, "chain": _REFRESH_CHAIN}
HANDLERS: Mapping[str, Handler] = {CHAIN_CHANGED: on_chain_changed}
