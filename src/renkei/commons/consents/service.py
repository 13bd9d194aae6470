"""Operations on consents and deliveries. Every function acts as the transaction's operator.

Disclosure is a write, not a filter: whatever changes (a consent, a link, a value), the use case is asked what there is
to say of the own parts concerned (topic "disclosure"), and `deliver` brings each consumer's inbox up to date:

- a consent in force and something consented to say: one row with exactly those attributes, unless the newest row of
  that trade says the same already;
- no consent (any more), no value, or the trade is linked to another part now: one tombstone, if the newest row is not
  one yet. A consumer that never got anything gets no tombstone, so it cannot tell a refusal from silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents import store
from renkei.commons.consents.errors import (
    AlreadyOver,
    ConsentMissing,
    ConsentPartMissing,
    ConsumerMissing,
    UnknownAttribute,
    UnknownKind,
)
from renkei.commons.consents.model import (
    ANSWER,
    Consent,
    ConsentDraft,
    Delivery,
    Payload,
    ReadEntry,
    Received,
)
from renkei.commons.consents.store import NewDelivery, Sent, StoredConsent
from renkei.commons.ledger import service as ledger
from renkei.commons.notifications import service as notifications
from renkei.commons.operators import service as operators
from renkei.commons.parts import service as parts
from renkei.commons.trades import service as trades
from renkei.commons.trades.model import TradeInto
from renkei.commons.usecase import use_case_of
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.kit.paging import Page, page_of

DELIVERY_WRITTEN: Final = "jp.renkei.delivery.written.v1"
CONSENT_CHANGED: Final = "jp.renkei.consent.changed.v1"
_DOORS: Final = frozenset({"ouranos", "v1", "page"})
"""Where somebody outside reads; a worker only calculates."""


def decide(tx: Transaction, draft: ConsentDraft) -> Consent:
    """Disclose `draft.attributes` of an own part to one consumer from now on; none of them withdraws.

    Raises `ConsentPartMissing`, `ConsumerMissing`, `UnknownKind`, `UnknownAttribute`, `AlreadyOver`.
    """
    tx.caller.require(*WRITERS)
    _check_attributes(draft.kind, draft.attributes)
    if draft.valid_until is not None and draft.valid_until <= tx.now:
        raise AlreadyOver("/valid_until")
    former = _former(tx, draft.trace_id, draft.consumer_id, draft.kind)
    return _write(
        tx,
        former,
        replace(
            former,
            attributes=draft.attributes,
            purpose=draft.purpose,
            valid_until=draft.valid_until,
            standing=draft.standing,
            state="granted" if draft.attributes else "withdrawn",
        ),
    )


def release(
    tx: Transaction,
    trace_id: UUID,
    consumer_id: UUID,
    kind: str,
    changes: Mapping[str, bool],
    *,
    purpose: str = ANSWER,
) -> Consent:
    """Switch single attributes on or off, leaving the others of the current consent as they are (Ouranos: cfpAcl).

    What it makes is standing and without an end. Raises as `decide` does.
    """
    tx.caller.require(*WRITERS)
    _check_attributes(kind, changes)
    former = _former(tx, trace_id, consumer_id, kind)
    held = former.holds_at(tx.now)
    attributes = (former.attributes if held else frozenset()) - changes.keys()
    attributes |= {name for name, released in changes.items() if released}
    return _write(
        tx,
        former,
        replace(
            former,
            attributes=attributes,
            purpose=former.purpose if held else purpose,
            valid_until=former.valid_until if held else None,
            standing=True,
            state="granted" if attributes else "withdrawn",
        ),
    )


def withdraw(tx: Transaction, consent_id: UUID) -> Consent:
    """Take a consent back: a tombstone goes to the inbox it had let something into. Raises `ConsentMissing`."""
    tx.caller.require(*WRITERS)
    former = store.current_by_id(tx, consent_id)
    if former is None:
        raise ConsentMissing
    return _write(tx, former, replace(former, attributes=frozenset(), state="withdrawn"))


def consents_of(
    tx: Transaction,
    *,
    consent_id: UUID | None = None,
    trace_ids: Iterable[UUID] | None = None,
    consumer_id: UUID | None = None,
    kind: str | None = None,
    history: bool = False,
    after: UUID | None = None,
    after_version: int | None = None,
    limit: int = 1000,
) -> list[Consent]:
    """The caller's own decisions (as provider), current ones unless `history`, newest first.

    All conditions that are given hold at once; `after` is the consent that opens the page (with `history` the one of
    `after_version`). One statement.
    """
    return store.listed(
        tx,
        consent_id=consent_id,
        trace_ids=None if trace_ids is None else list(trace_ids),
        consumer_id=consumer_id,
        kind=kind,
        history=history,
        after=after,
        after_version=after_version,
        limit=limit,
    )


def deliver(
    tx: Transaction,
    kind: str,
    payloads: Mapping[int, Payload],
    per_trade: Mapping[int, Payload] | None = None,
) -> None:
    """Bring every consumer's inbox up to date for the own parts in `payloads` (part key → what there is to say).

    `per_trade` (trade key → payload) goes before the part's general payload. A part with nothing to say has a payload
    without attributes. Two reads if nobody may see anything, and then nothing is written.
    """
    consents = {(c.part_key, c.consumer_key): c for c in store.current_of_parts(tx, payloads, kind)}
    if not consents:
        return
    into = {trade.trade_key: trade for trade in trades.trades_into(tx, payloads, kind)}
    consent_ids = {consent.consent_id for consent in consents.values()}
    sent = {
        row.trade_key: row
        for row in store.sent(
            tx, kind, [(trade.trade_key, trade.downstream_key) for trade in into.values()], list(consent_ids)
        )
    }
    writer = _Writer(tx)
    for trade in into.values():
        consent = consents.get((trade.upstream_part_key, trade.downstream_key))
        payload = (per_trade or {}).get(trade.trade_key) or payloads[trade.upstream_part_key]
        writer.bring_up_to_date(trade, consent, payload, sent.get(trade.trade_key))
    for row in sent.values():
        if row.trade_key not in into and row.consent_id in consent_ids:
            writer.bury(row, row.downstream_part_key)
    writer.write(kind)


def may_matter(tx: Transaction, kind: str, part_keys: Iterable[int]) -> bool:
    """Whether anybody may, or could once, see something of these own parts. One statement."""
    return store.any_consent(tx, part_keys, kind)


def inbox(tx: Transaction, kind: str, trade_keys: Iterable[int]) -> dict[int, Delivery]:
    """The delivery in force of each trade the caller buys by; tombstones and expired ones left out. One statement."""
    keys = list(trade_keys)
    return {row.trade_key: row for row in store.newest_received(tx, kind, keys, tx.now)} if keys else {}


def received_by_ids(tx: Transaction, delivery_ids: Iterable[UUID]) -> dict[UUID, Delivery]:
    """Rows of the caller's inbox by their ids, those that were taken back since too. One statement."""
    ids = list(delivery_ids)
    return {row.delivery_id: row for row in store.received_by_ids(tx, ids)} if ids else {}


def received_for(
    tx: Transaction, part_key: int, *, kind: str | None = None, after: UUID | None = None, limit: int = 100
) -> Page[Received]:
    """What came into the caller's inbox for a bought part, newest first, tombstones too. One statement. A read on record."""
    rows = store.received_for(tx, part_key, kind=kind, after=after, limit=limit + 1)
    page = page_of(rows, limit, id_of=lambda row: row.delivery_id)
    note_reads(tx, page.items)
    return page


# -- who read what ---------------------------------------------------------------------------------------------------
def note_reads(tx: Transaction, deliveries: Iterable[Delivery]) -> None:
    """Put on record, for their providers, that the caller is shown these deliveries.

    Whoever shows what was delivered calls this; arithmetic over an inbox is no reading.
    """
    note_reads_of(tx, [(row.provider_key, row.delivery_key) for row in deliveries if not row.withdrawn])


def note_reads_of(tx: Transaction, rows: Iterable[tuple[int, int]]) -> None:
    """The same by (provider, delivery), for whoever shows what he remembers of them."""
    caller = tx.caller
    if caller.door not in _DOORS:
        return
    reader = "person" if caller.account_id is not None else "application"
    marks = [(provider, caller.operator_key, delivery, caller.door, reader) for provider, delivery in rows]
    if marks:
        tx.afterwards(store.record_reads, marks)


def reads_of(
    tx: Transaction,
    *,
    trace_id: UUID | None = None,
    consumer_id: UUID | None = None,
    consent_id: UUID | None = None,
    delivery_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> Page[ReadEntry]:
    """Who read what the caller delivered and when, newest first; all conditions that are given hold. One statement."""
    rows = store.reads_of(
        tx,
        trace_id=trace_id,
        consumer_id=consumer_id,
        consent_id=consent_id,
        delivery_id=delivery_id,
        after=after,
        limit=limit + 1,
    )
    return page_of(rows, limit, id_of=lambda row: row.read_id)


def providers_with_ended(tx: Transaction) -> list[tuple[int, UUID]]:
    """Operators for whom `expire` has something to do now (key and id); as `renkei_engine`."""
    return [(row["operator_key"], row["operator_id"]) for row in store.providers_with_ended(tx)]


def expire(tx: Transaction) -> int:
    """End the caller's consents whose day is over; returns how many (a duty, run as each provider)."""
    ended = store.over(tx, tx.now)
    if ended:
        expired = [replace(consent, version=consent.version + 1, state="expired") for consent in ended]
        store.write(tx, expired, tx.caller.actor)
        for consent in expired:
            _record(tx, consent)
        tx.mark("disclosure", [consent.part_key for consent in ended])
        for consent in ended:
            tx.emit(Event(CONSENT_CHANGED, tx.caller.operator_key, consent.consent_id))
    return len(ended)


class _Writer:
    """Collects what is to be written, then writes rows, events and notifications in one statement each."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.rows: list[NewDelivery] = []
        self.told: list[tuple[int, int, int | None]] = []

    def bring_up_to_date(
        self, trade: TradeInto, consent: StoredConsent | None, payload: Payload, last: Sent | None
    ) -> None:
        """Decide what one trade's inbox needs."""
        content: dict[str, Any] = {}
        if consent is not None and consent.holds_at(self.tx.now):
            content = {
                name: payload.attributes[name] for name in consent.attributes if name in payload.attributes
            }
        if consent is None or not content:
            if last is not None and (consent is None or not _is_once(consent, last)):
                self.bury(last, trade.downstream_part_key, trade.request_key)
            return
        if last is not None and not last.withdrawn:
            if _is_once(consent, last):
                return
            if (
                last.payload == content
                and last.valid_until == consent.valid_until
                and last.consent_id == consent.consent_id
            ):
                return
        self._add(
            trade.downstream_part_key,
            NewDelivery(
                delivery_id=self.tx.new_id(),
                consumer_key=trade.downstream_key,
                consumer_id=trade.downstream_operator_id,
                trade_key=trade.trade_key,
                trade_id=trade.trade_id,
                payload=content,
                statement_id=payload.statement_id,
                statement_version=payload.version,
                consent_id=consent.consent_id,
                consent_version=consent.version,
                valid_until=consent.valid_until,
                withdrawn=False,
            ),
        )
        if last is not None and any(content.get(name) != said for name, said in last.payload.items()):
            # Something the consumer held before reads otherwise now; a first answer is told by the trade itself.
            self.told.append((trade.downstream_key, trade.trade_key, trade.request_key))

    def bury(self, last: Sent, downstream_part_key: int, request_key: int | None = None) -> None:
        """Write a tombstone over `last`, unless it is one."""
        if last.withdrawn:
            return
        self._add(
            downstream_part_key,
            NewDelivery(
                delivery_id=self.tx.new_id(),
                consumer_key=last.consumer_key,
                consumer_id=last.consumer_id,
                trade_key=last.trade_key,
                trade_id=last.trade_id,
                payload={},
                statement_id=None,
                statement_version=None,
                consent_id=last.consent_id,
                consent_version=last.consent_version,
                valid_until=None,
                withdrawn=True,
            ),
        )
        self.told.append((last.consumer_key, last.trade_key, request_key))

    def _add(self, downstream_part_key: int, row: NewDelivery) -> None:
        self.rows.append(row)
        self.tx.emit(
            Event(
                DELIVERY_WRITTEN,
                row.consumer_key,
                row.delivery_id,
                {
                    "part": downstream_part_key,
                    "trade": row.trade_key,
                    "hops": self.tx.hops.get(DELIVERY_WRITTEN, 0) + 1,
                },
            )
        )

    def write(self, kind: str) -> None:
        """Write everything collected."""
        if self.rows:
            store.send(self.tx, kind, self.rows)
            for row in self.rows:
                _record_delivery(self.tx, kind, row)
        notifications.notify_bundled(self.tx, f"{kind}_UPDATED", self.told)


def _is_once(consent: StoredConsent, last: Sent) -> bool:
    """Whether `consent` was for one value, and `last` is that one."""
    return (
        not consent.standing
        and consent.state == "granted"
        and not last.withdrawn
        and (last.consent_id, last.consent_version) == (consent.consent_id, consent.version)
    )


def _check_attributes(kind: str, names: Iterable[str]) -> None:
    use_case = use_case_of(kind)
    offered = {} if use_case is None else use_case.attributes.get(kind, {})
    if not offered:
        raise UnknownKind("/kind", value=kind)
    for name in names:
        if name not in offered:
            raise UnknownAttribute("/attributes", value=name, allowed=", ".join(offered))


def _former(tx: Transaction, trace_id: UUID, consumer_id: UUID, kind: str) -> StoredConsent:
    """The current consent for an own part and a consumer; version 0 of a new one if there is none."""
    part = parts.part_keys(tx, [trace_id]).get(trace_id)
    if part is None:
        raise ConsentPartMissing("/trace_id")
    consumer_key = operators.keys_of_operators(tx, [consumer_id]).get(consumer_id)
    if consumer_key is None:
        raise ConsumerMissing("/consumer_id")
    return store.current(tx, part.part_key, consumer_key, kind) or StoredConsent(
        consent_key=0,
        consent_id=tx.new_id(),
        version=0,
        part_key=part.part_key,
        consumer_key=consumer_key,
        kind=kind,
        attributes=frozenset(),
        purpose=ANSWER,
        valid_from=tx.now,
        valid_until=None,
        standing=True,
        state="withdrawn",
    )


def _record(tx: Transaction, consent: StoredConsent) -> None:
    """Put a version into the ledger: the provider's own affair, of which the consumer sees the deliveries only."""
    content = {
        "consent_id": consent.consent_id,
        "version": consent.version,
        "part_key": consent.part_key,
        "consumer_key": consent.consumer_key,
        "kind": consent.kind,
        "attributes": sorted(consent.attributes),
        "purpose": consent.purpose,
        "valid_from": consent.valid_from,
        "valid_until": consent.valid_until,
        "standing": consent.standing,
        "state": consent.state,
        "decided_by": tx.caller.actor,
        "created_at": tx.now,
    }
    ledger.record(tx, "consent", consent.consent_id, content, version=consent.version)


def _record_delivery(tx: Transaction, kind: str, row: NewDelivery) -> None:
    """Put a delivery into the ledger, where its consumer can prove what it was given."""
    content = {
        "delivery_id": row.delivery_id,
        "trade_id": row.trade_id,
        "consumer_id": row.consumer_id,
        "kind": kind,
        "payload": row.payload,
        "statement_id": row.statement_id,
        "statement_version": row.statement_version,
        "consent_id": row.consent_id,
        "consent_version": row.consent_version,
        "valid_until": row.valid_until,
        "withdrawn": row.withdrawn,
        "delivered_at": tx.now,
    }
    ledger.record(tx, "delivery", row.delivery_id, content, parties=[(row.consumer_key, row.consumer_id)])


def _write(tx: Transaction, former: StoredConsent, wanted: StoredConsent) -> Consent:
    """Write `wanted` as the next version, unless it says what `former` said."""
    if former.version == 0 or wanted != former or _over(former.valid_until, tx.now):
        wanted = replace(wanted, version=former.version + 1, valid_from=tx.now)
        store.write(tx, [wanted], tx.caller.actor)
        _record(tx, wanted)
    tx.mark("disclosure", [wanted.part_key])
    tx.emit(Event(CONSENT_CHANGED, tx.caller.operator_key, wanted.consent_id))
    return consents_of(tx, consent_id=wanted.consent_id)[0]


def _over(valid_until: datetime | None, now: datetime) -> bool:
    return valid_until is not None and valid_until <= now
