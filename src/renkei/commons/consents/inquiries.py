"""Asking for more, past the direct supplier too (照会).

A customer asks for attributes of what comes by a trade. The direct supplier may answer for itself, pass the inquiry on to
the suppliers behind its part, refuse, or leave it; so may each of those. Whoever grants delivers straight to the asker,
named or as "a supplier behind".

- Who is asked learns who asks: it decides whom it discloses to. It learns it from its own customer, who chose to pass on.
- Who asks learns nothing of who was asked, how many, how deep, or what they decided: only answers come back. A refusal,
  silence, a part without suppliers behind it and a trade without a part are the same to it: the inquiry is open until its
  end, whatever happens.
- Who passes on does not learn what those behind decided.

A grant is a consent like any other (about the trade for one's own customer, about the part for a company further down): it
shows among one's decisions, has its end, and is taken back in one action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from renkei.commons.consents import inquiries_store, service, store
from renkei.commons.consents.errors import (
    AlreadyOver,
    ConsentTradeMissing,
    InquiryMissing,
    InquiryOver,
    NothingBehind,
    NotLinkedYet,
)
from renkei.commons.consents.model import ConsentDraft, Hop, Inquiry, InquiryDraft
from renkei.commons.consents.rules import Place, deciding
from renkei.commons.trades import service as trades
from renkei.database.caller import WRITERS
from renkei.database.events import Handler, ReceivedEvent
from renkei.database.transaction import Event, Transaction
from renkei.kit.paging import Page, page_of

INQUIRY_PUT: Final = "jp.renkei.inquiry.put.v1"
OPEN_DAYS: Final = 60
"""How long an inquiry is open that names no end."""
MOST_ANSWERS: Final = 500

Decide = Callable[[Transaction, UUID, str | None], Hop]
"""A decision about an inquiry that only needs a reason."""


# -- asking ----------------------------------------------------------------------------------------------------------
def ask(tx: Transaction, draft: InquiryDraft) -> Inquiry:
    """Ask the supplier of a trade for more. Raises `ConsentTradeMissing`, `UnknownKind`, `UnknownAttribute`, `AlreadyOver`."""
    tx.caller.require(*WRITERS)
    service.check_attributes(draft.kind, draft.attributes)
    ends_at = draft.ends_at or tx.now + timedelta(days=OPEN_DAYS)
    if ends_at <= tx.now:
        raise AlreadyOver("/ends_at")
    found = inquiries_store.bought_trade(tx, draft.trade_id)
    if found is None:
        raise ConsentTradeMissing("/trade_id")
    trade_key, supplier_key = found
    inquiry_id = tx.new_id()
    inquiries_store.insert(tx, inquiry_id, trade_key, draft, ends_at)
    _put(tx, inquiry_id, tx.caller.operator_key, [(trade_key, supplier_key)], draft, ends_at)
    return inquiry(tx, inquiry_id)


def inquiry(tx: Transaction, inquiry_id: UUID) -> Inquiry:
    """What the caller asked for, with what came back. Raises `InquiryMissing`."""
    found = inquiries_store.asked(tx, inquiry_id=inquiry_id)
    if not found:
        raise InquiryMissing
    return replace(found[0], answers=tuple(inquiries_store.answers(tx, inquiry_id, MOST_ANSWERS)))


def inquiries(tx: Transaction, *, after: UUID | None = None, limit: int = 100) -> Page[Inquiry]:
    """What the caller asked for, newest first, without answers. One statement."""
    rows = inquiries_store.asked(tx, after=after, limit=limit + 1)
    return page_of(rows, limit, id_of=lambda row: row.inquiry_id)


# -- being asked -----------------------------------------------------------------------------------------------------
def received(tx: Transaction, *, after: UUID | None = None, limit: int = 100) -> Page[Hop]:
    """Inquiries that were put to the caller, newest first. One statement."""
    rows = inquiries_store.received(tx, after=after, limit=limit + 1)
    return page_of(rows, limit, id_of=lambda row: row.hop_id)


def received_one(tx: Transaction, hop_id: UUID) -> Hop:
    """One inquiry that was put to the caller. Raises `InquiryMissing`."""
    found = inquiries_store.received(tx, hop_id=hop_id)
    if not found:
        raise InquiryMissing
    return found[0]


def grant(
    tx: Transaction,
    hop_id: UUID,
    *,
    attributes: frozenset[str] | None = None,
    named: bool = False,
    valid_until: datetime | None = None,
    standing: bool = True,
    reason: str | None = None,
) -> Hop:
    """Let the asker have `attributes` (None: what it asked for) of the own part, besides what it sees already.

    Raises `InquiryMissing`, `InquiryOver`, `NotLinkedYet`, and what `decide` raises.
    """
    hop = _open_hop(tx, hop_id)
    if hop.part_key is None or hop.trace_id is None:
        raise NotLinkedYet
    consents = store.touching(tx, [hop.part_key], hop.kind, companies=[hop.asker_key])
    place = Place(hop.part_key, hop.trade_key if hop.is_direct else None, hop.asker_key)
    now = deciding(consents, place, tx.now)
    seen = now.attributes if now is not None and now.state == "granted" else frozenset()
    inquiries_store.decide(tx, hop, "granted", named=named, part_key=hop.part_key, reason=reason)
    service.decide(
        tx,
        ConsentDraft(
            trade_id=hop.trade_id if hop.is_direct else None,
            trace_id=None if hop.is_direct else hop.trace_id,
            consumer_id=hop.asker_id,
            kind=hop.kind,
            attributes=seen | (hop.attributes if attributes is None else attributes),
            purpose=hop.purpose,
            valid_until=valid_until,
            standing=standing,
            reason=reason,
        ),
    )
    return received_one(tx, hop_id)


def pass_on(tx: Transaction, hop_id: UUID, reason: str | None = None) -> Hop:
    """Put the inquiry to the suppliers behind the own part. Raises `InquiryMissing`, `InquiryOver`, `NothingBehind`."""
    hop = _open_hop(tx, hop_id)
    behind = () if hop.part_key is None else trades.trades_behind(tx, hop.part_key)
    to = [(trade.trade_key, trade.upstream_key) for trade in behind if trade.upstream_key != hop.asker_key]
    if not to:
        raise NothingBehind
    inquiries_store.decide(tx, hop, "passed_on", reason=reason)
    draft = InquiryDraft(
        trade_id=hop.trade_id,
        kind=hop.kind,
        attributes=hop.attributes,
        purpose=hop.purpose,
        message=hop.message,
    )
    _put(tx, hop.inquiry_id, hop.asker_key, to, draft, hop.ends_at)
    return received_one(tx, hop_id)


def refuse(tx: Transaction, hop_id: UUID, reason: str | None = None) -> Hop:
    """Note that nothing more is shown, and why; nobody else learns it. Raises `InquiryMissing`, `InquiryOver`."""
    hop = _open_hop(tx, hop_id)
    inquiries_store.decide(tx, hop, "refused", reason=reason)
    service.close_request(tx, hop, reason)
    return received_one(tx, hop_id)


def _open_hop(tx: Transaction, hop_id: UUID) -> Hop:
    tx.caller.require(*WRITERS)
    hop = received_one(tx, hop_id)
    if hop.ends_at <= tx.now:
        raise InquiryOver
    return hop


def _put(
    tx: Transaction,
    inquiry_id: UUID,
    asker_key: int,
    to: Sequence[tuple[int, int]],
    draft: InquiryDraft,
    ends_at: datetime,
) -> None:
    for supplier_key, hop_id in inquiries_store.put(tx, inquiry_id, asker_key, to, draft, ends_at):
        tx.emit(Event(INQUIRY_PUT, supplier_key, hop_id))


def on_put(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: what a customer asks for itself is a consent that is `requested`; a policy may be met by its purpose."""
    for event in events:
        for hop in inquiries_store.received(tx, hop_id=event.subject):
            if hop.is_direct and hop.part_key is not None:
                service.note_request(tx, hop)
                tx.mark("disclosure", [hop.part_key])


HANDLERS: Mapping[str, Handler] = {INQUIRY_PUT: on_put}
