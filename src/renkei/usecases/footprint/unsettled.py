"""Loops across companies whose values never settle (循環): where one is cut, and when that is tried again.

A value goes round a loop until it no longer changes at 15 digits. Where a loop needs as much as it makes it never
settles: after `MOST_HOPS` companies in a row the one that is reached cuts it at the purchase it was reached by. That
purchase adds nothing meanwhile, and its buyer is told (`does_not_settle` on the part, and a notification); the wave that this sets off carries the
trade, so that it does not undo the cut when it has gone round. Any other wave does: somebody changed something, and the
loop may settle now. Nobody but the buyer sees more than totals and a coverage below one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from renkei.commons.consents.service import DELIVERY_WRITTEN
from renkei.commons.notifications.service import remind
from renkei.database.events import ReceivedEvent
from renkei.database.transaction import Transaction
from renkei.usecases.footprint import unsettled_store as store
from renkei.usecases.footprint.inputs import Sources

MOST_HOPS: Final = 1_000
UNSETTLED: Final = "CFP_UNSETTLED"
"""The notification that tells a buyer of a cut."""


def follow_wave(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Take up how far the wave of these deliveries has come: cut where it has gone on for too long, mend where it is new."""
    read = [_read(event) for event in events]
    over = {trade for trade, hops, _ in read if hops > MOST_HOPS}
    store.mend(tx, {trade for trade, _, cut in read if trade not in cut} - over)
    if over:
        # Every change round the loop tries it again, and cuts it again.
        remind(tx, UNSETTLED, store.cut(tx, over), repeat=False)
    tx.hops[DELIVERY_WRITTEN] = max((hops for _, hops, _ in read if hops <= MOST_HOPS), default=1)
    tx.cut = frozenset(over).union(*(cut for _, _, cut in read))


def so_far(tx: Transaction) -> dict[str, object]:
    """How far the wave of this transaction has come, for the event that hands its rest on; empty for an own change."""
    if DELIVERY_WRITTEN not in tx.hops:
        return {}
    return {"hops": tx.hops[DELIVERY_WRITTEN], "cut": sorted(tx.cut)}


def resume(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Take a wave up where `so_far` left it. Together with the rest of an own change it counts as new, like that."""
    if all("hops" in event.data for event in events):
        read = [_read(event) for event in events]
        tx.hops[DELIVERY_WRITTEN] = max(hops for _, hops, _ in read)
        tx.cut = frozenset().union(*(cut for _, _, cut in read))


def mend(tx: Transaction, sources: Sources) -> None:
    """Let cut purchases count again that an own change may concern; what a delivery changes is up to `follow_wave`."""
    if sources.unsettled and DELIVERY_WRITTEN not in tx.hops:
        store.mend(tx, sources.unsettled)
        sources.unsettled = frozenset()


def _read(event: ReceivedEvent) -> tuple[int, int, frozenset[int]]:
    """Trade, companies in a row, and the trades at which the wave began by a cut."""
    trade, hops, cut = (event.data.get(name) for name in ("trade", "hops", "cut"))
    return (
        trade if isinstance(trade, int) else 0,
        hops if isinstance(hops, int) else 1,
        frozenset(_whole(cut)) if isinstance(cut, list) else frozenset(),
    )


def _whole(found: Iterable[object]) -> list[int]:
    return [one for one in found if isinstance(one, int)]
