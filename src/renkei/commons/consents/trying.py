"""Dry runs: what a customer would see and why (not), and what taking a consent back would do. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from renkei.commons.consents import service, store
from renkei.commons.consents.delivering import content_of
from renkei.commons.consents.errors import ConsentMissing, ConsentPartMissing, ConsumerMissing, UnknownKind
from renkei.commons.consents.model import (
    ConsentDraft,
    Consequences,
    Considered,
    Glimpse,
    Loss,
    Payload,
    StoredConsent,
    Withheld,
)
from renkei.commons.consents.rules import Filed, Place, considered, deciding
from renkei.commons.operators import service as operators
from renkei.commons.parts import service as parts
from renkei.commons.trades import service as trades
from renkei.commons.trades.model import TradeInto
from renkei.commons.usecase import Contents, UseCase, use_case_of
from renkei.database.transaction import Transaction

MOST_PARTS: Final = 200
"""Parts whose customers are looked at for the consequences of one decision."""
_TRIED: Final = 2**62
"""The key of a decision that is only tried out: newer than all."""


def would_see(
    tx: Transaction,
    trace_id: UUID,
    consumer_id: UUID,
    kind: str,
    tried: ConsentDraft | None = None,
) -> list[Glimpse]:
    """What a company would see of an own part, trade by trade; `tried`: if that were decided besides.

    A company that buys the part by no trade is answered for as if it did. Raises `ConsentPartMissing`, `ConsumerMissing`,
    `UnknownKind`, and what `decide` raises for `tried`.
    """
    use_case = _use_case(kind)
    part = parts.part_keys(tx, [trace_id]).get(trace_id)
    if part is None:
        raise ConsentPartMissing("/trace_id")
    consumer_key = operators.keys_of_operators(tx, [consumer_id]).get(consumer_id)
    if consumer_key is None:
        raise ConsumerMissing("/consumer_id")
    consents = store.touching(tx, [part.part_key], kind, companies=[consumer_key])
    if tried is not None:
        consents = _with_tried(tx, consents, tried, part.part_key, consumer_key)
    general, per_trade = _contents(use_case)(tx, {part.part_key})
    into: list[TradeInto | None] = [
        trade
        for trade in trades.trades_into(tx, [part.part_key], kind)
        if trade.downstream_key == consumer_key
    ]
    return [
        _glimpse(tx, use_case, kind, part.part_key, consumer_key, trade, consents, general, per_trade)
        for trade in into or [None]
    ]


def consequences(tx: Transaction, consent_id: UUID) -> Consequences:
    """What each customer would lose if an own consent were taken back now. Raises `ConsentMissing`."""
    consent = store.current_by_id(tx, consent_id)
    if consent is None:
        raise ConsentMissing
    about = (
        [consent.part_key]
        if consent.part_key is not None
        else store.parts_about(tx, consent, 0, MOST_PARTS + 1)
    )
    keys = about[:MOST_PARTS]
    use_case = _use_case(consent.kind)
    consents = store.touching(tx, keys, consent.kind)
    general, per_trade = _contents(use_case)(tx, set(keys))
    filed = Filed(consents)
    losses: list[tuple[TradeInto, frozenset[str], frozenset[str]]] = []
    for trade in trades.trades_into(tx, keys, consent.kind):
        place = Place(trade.upstream_part_key, trade.trade_key, trade.downstream_key)
        near = filed.near(place)
        now = deciding(near, place, tx.now)
        if now is None or now.consent_id != consent_id:
            continue
        payload = per_trade.get(trade.trade_key) or general[trade.upstream_part_key]
        before = frozenset(content_of(now, payload))
        without = (one for one in near if one.consent_id != consent_id)
        after = frozenset(content_of(deciding(without, place, tx.now), payload))
        if before - after:
            losses.append((trade, before - after, before & after))
    read = store.read_counts(tx, [trade.trade_key for trade, _, _ in losses])
    return Consequences(
        losses=tuple(
            Loss(
                trade_id=trade.trade_id,
                trace_id=trade.upstream_trace_id,
                consumer_id=trade.downstream_operator_id,
                request_id=trade.request_id,
                lost=lost,
                kept=kept,
                reads=read.get(trade.trade_key, (0, None))[0],
                last_read_at=read.get(trade.trade_key, (0, None))[1],
            )
            for trade, lost, kept in losses
        ),
        more=len(about) > MOST_PARTS,
    )


def _glimpse(
    tx: Transaction,
    use_case: UseCase,
    kind: str,
    part_key: int,
    consumer_key: int,
    trade: TradeInto | None,
    consents: Sequence[StoredConsent],
    general: Mapping[int, Payload],
    per_trade: Mapping[int, Payload],
) -> Glimpse:
    trade_key = None if trade is None else trade.trade_key
    payload = (None if trade_key is None else per_trade.get(trade_key)) or general[part_key]
    found = considered(consents, Place(part_key, trade_key, consumer_key), tx.now)
    chosen = next((one for one, why_not in found if why_not is None), None)
    seen = content_of(chosen, payload)
    offered = use_case.attributes.get(kind, {})
    inferences = use_case.inferences
    return Glimpse(
        trade_id=None if trade is None else trade.trade_id,
        considered=tuple(
            Considered(
                consent_id=None if one.consent_key == _TRIED else one.consent_id,
                version=one.version,
                subject=one.subject,
                consumer=one.consumer,
                state=one.state,
                attributes=one.attributes,
                why_not=why_not,
            )
            for one, why_not in found
            if why_not not in {"other_subject", "other_consumer"}
        ),
        seen={name: seen[name] for name in offered if name in seen},
        withheld={name: _why_withheld(chosen, name) for name in offered if name not in seen},
        inferences=() if inferences is None else tuple(inferences(tx, part_key, trade_key, frozenset(seen))),
    )


def _why_withheld(chosen: StoredConsent | None, name: str) -> Withheld:
    if chosen is None:
        return "no_decision"
    if chosen.state == "refused":
        return "refused"
    return "nothing_to_say" if name in chosen.attributes else "not_consented"


def _with_tried(
    tx: Transaction, consents: Iterable[StoredConsent], draft: ConsentDraft, part_key: int, consumer_key: int
) -> list[StoredConsent]:
    tried = service.wanted(tx, draft)
    reached = {
        key: store.is_member(tx, key, member)
        for key, member in ((tried.family_key, part_key), (tried.group_key, consumer_key))
        if key is not None
    }
    groups = store.groups_of(tx, consumer_key) if tried.policy is not None else frozenset()
    stated = store.stated_by(tx, consumer_key, draft.kind) if tried.policy is not None else {}
    tried = replace(
        tried,
        consent_key=_TRIED,
        groups={consumer_key: groups},
        stated=stated,
        parts=frozenset({part_key}) if reached.get(tried.family_key or 0) else frozenset(),
        members=frozenset({consumer_key}) if reached.get(tried.group_key or 0) else frozenset(),
    )
    return [*(one for one in consents if one.consent_id != tried.consent_id), tried]


def _use_case(kind: str) -> UseCase:
    use_case = use_case_of(kind)
    if use_case is None or use_case.contents is None:
        raise UnknownKind("/kind", value=kind)
    return use_case


def _contents(use_case: UseCase) -> Contents:
    assert use_case.contents is not None
    return use_case.contents
