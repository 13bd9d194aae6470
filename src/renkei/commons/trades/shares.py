"""How a bought part is split over its trades: the buyer's own statement, per period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final
from uuid import UUID

from renkei.commons.trades import shares_store
from renkei.commons.trades.errors import (
    BadShare,
    PeriodReversed,
    SharesExceedOne,
    SharesOverlap,
    TradeMissing,
)
from renkei.commons.trades.model import ShareDraft
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.kit.decimals import CONTEXT, plain_text
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.quantities import parse_unit

LOOK_BACK: Final = timedelta(days=14)
"""How long a worker may have stood still and yet miss no beginning or end of a share."""


def put_shares(tx: Transaction, trade_id: UUID, shares: Sequence[ShareDraft]) -> None:
    """State how much of the bought part comes by this trade, per period; replaces what was stated before.

    Raises `TradeMissing` (unknown, cancelled or not the caller's purchase) and `SeveralFaults`; the shares of all
    trades of the part may not exceed 1 on any day.
    """
    tx.caller.require(*WRITERS)
    trades = shares_store.bought_trades(tx, None, trade_id)
    if not trades:
        raise TradeMissing("/trade_id")
    _put(tx, trades, {trade_id: shares})


def put_part_shares(tx: Transaction, trace_id: UUID, shares: Mapping[UUID, Sequence[ShareDraft]]) -> None:
    """`put_shares` for several trades of one bought part at once (trade id → shares); others stay as they are."""
    tx.caller.require(*WRITERS)
    trades = shares_store.bought_trades(tx, trace_id, None)
    if not trades or any(trade_id not in trades for trade_id in shares):
        raise TradeMissing("/trade_id")
    _put(tx, trades, shares)


def shares_of(tx: Transaction, trade_ids: Iterable[UUID]) -> dict[UUID, tuple[ShareDraft, ...]]:
    """The shares as stated, by trade id, in order of their days; trades without any are left out."""
    return shares_store.read_shares(tx, trade_ids)


def shares_of_trade(tx: Transaction, trade_id: UUID) -> tuple[ShareDraft, ...]:
    """The shares as stated of one trade. Raises `TradeMissing` (unknown, cancelled or not the caller's purchase)."""
    if trade_id not in shares_store.bought_trades(tx, None, trade_id):
        raise TradeMissing
    return shares_of(tx, [trade_id]).get(trade_id, ())


def owners_of_turning_shares(tx: Transaction) -> list[tuple[int, UUID]]:
    """Operators whose bought parts may come by other shares now than some days ago; as `renkei_engine`."""
    return shares_store.owners_with_turning_days(tx, tx.now.date() - LOOK_BACK)


def turn_shares(tx: Transaction) -> int:
    """Tell that shares of own bought parts began or ended with a day (a daily duty); returns of how many parts.

    Looks back a few days, for a worker that stood still: what was told before changes nothing again.
    """
    found = shares_store.parts_with_turning_days(tx, tx.now.date() - LOOK_BACK)
    tx.mark("part_inputs", found)
    return len(found)


def _put(
    tx: Transaction, trades: Mapping[UUID, tuple[int, int, UUID]], shares: Mapping[UUID, Sequence[ShareDraft]]
) -> None:
    faults = [
        fault for stated in shares.values() for i, share in enumerate(stated) for fault in _faults(share, i)
    ]
    if not faults:
        faults = [fault for stated in shares.values() for fault in _overlaps(stated)]
    if not faults:
        others = shares_store.read_shares(tx, [trade_id for trade_id in trades if trade_id not in shares])
        faults = _beyond_one([share for stated in (*shares.values(), *others.values()) for share in stated])
    if faults:
        raise SeveralFaults(tuple(faults))
    shares_store.write_shares(tx, {trades[trade_id][0]: stated for trade_id, stated in shares.items()})
    _, part_key, trace_id = next(iter(trades.values()))
    tx.mark("part_inputs", [part_key])
    tx.emit(Event("jp.renkei.shares.changed.v1", tx.caller.operator_key, trace_id, {"part": part_key}))


def _faults(share: ShareDraft, i: int) -> list[Fault]:
    faults: list[Fault] = []
    if not share.share.is_finite() or not 0 <= share.share <= 1:
        faults += BadShare(f"/shares/{i}/share").faults
    quantity = share.purchased_quantity
    if quantity is not None and (not quantity.is_finite() or quantity < 0):
        faults += BadShare(f"/shares/{i}/purchased_quantity").faults
    if share.quantity_unit is not None and parse_unit(share.quantity_unit) is None:
        faults += BadShare(f"/shares/{i}/quantity_unit").faults
    if share.valid_to is not None and share.valid_to < share.valid_from:
        faults += PeriodReversed(f"/shares/{i}/valid_to").faults
    return faults


def _overlaps(shares: Sequence[ShareDraft]) -> list[Fault]:
    order = sorted(range(len(shares)), key=lambda i: shares[i].valid_from)
    faults: list[Fault] = []
    for former, i in pairwise(order):
        end = shares[former].valid_to
        if end is None or end >= shares[i].valid_from:
            faults += SharesOverlap(f"/shares/{i}/valid_from").faults
    return faults


def _beyond_one(shares: Sequence[ShareDraft]) -> list[Fault]:
    """The first day on which the shares sum to more than 1. The sum can only rise on a day when a share begins."""
    for day in sorted({share.valid_from for share in shares}):
        total = Decimal(0)
        for share in shares:
            if _covers(share, day):
                total = CONTEXT.add(total, share.share)
        if total > 1:
            return list(SharesExceedOne("/shares", day=day.isoformat(), sum=plain_text(total)).faults)
    return []


def _covers(share: ShareDraft, day: date) -> bool:
    return share.valid_from <= day and (share.valid_to is None or day <= share.valid_to)
