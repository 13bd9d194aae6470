"""Disclosure is a write, not a filter: bringing inboxes up to date.

Whatever changes (a consent, a link, a value, who is in a group, what is in a family), the use case is asked what there is
to say of the own parts concerned (topic "disclosure"), and `deliver` brings each consumer's inbox up to date:

- a decision that lets something out and something consented to say: one row with exactly those attributes, unless the
  newest row of that trade says the same already;
- no such decision (any more), no value, or the trade is linked to another part now: one tombstone, if the newest row is
  not one yet. A consumer that never got anything gets no tombstone, so it cannot tell a refusal from silence.

What is for every member or for the public goes into one inbox that every member reads, once a part.

Handles, which open files (decision 0007), go by trades alone: nothing opens a file by what everybody reads or by what came
from a supplier behind, and a handle says whose file it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents import inquiries_store, store
from renkei.commons.consents.inquiries_store import NewAnswer
from renkei.commons.consents.model import Answered, Audience, Payload, StoredConsent
from renkei.commons.consents.rules import Filed, Place, deciding
from renkei.commons.consents.store import NewDelivery, NewShared, Sent, SentToAll
from renkei.commons.files.service import FILE_KEYS, contents, with_handles, without_handles
from renkei.commons.ledger import service as ledger
from renkei.commons.notifications import service as notifications
from renkei.commons.parts import service as parts
from renkei.commons.trades import service as trades
from renkei.commons.trades.model import TradeInto
from renkei.commons.usecase import use_cases
from renkei.database.transaction import Event, Reaction, Transaction

DELIVERY_WRITTEN: Final = "jp.renkei.delivery.written.v1"
AUDIENCES: Final[tuple[Audience, ...]] = ("members", "public")


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
    consents = store.touching(tx, payloads, kind)
    if not consents:
        return
    into = {trade.trade_key: trade for trade in trades.trades_into(tx, payloads, kind)}
    of_parts = {consent.consent_id for consent in consents if consent.subject == "part"}
    sent = {
        row.trade_key: row
        for row in store.sent(
            tx, kind, [(trade.trade_key, trade.downstream_key) for trade in into.values()], list(of_parts)
        )
    }
    filed = Filed(consents)
    writer = _Writer(tx)
    for trade in into.values():
        place = Place(trade.upstream_part_key, trade.trade_key, trade.downstream_key)
        payload = (per_trade or {}).get(trade.trade_key) or payloads[trade.upstream_part_key]
        decision = deciding(filed.near(place), place, tx.now)
        writer.bring_up_to_date(trade, decision, payload, sent.get(trade.trade_key))
    for row in sent.values():
        if row.trade_key not in into and row.consent_id in of_parts:
            writer.bury(row, row.downstream_part_key)
    writer.write(kind)
    if any(consent.consumer in AUDIENCES for consent in consents):
        _show_all(tx, kind, filed, payloads)
    asked = {consent.part_key for consent in consents if consent.asked_from_beyond}
    if asked:
        _answer_inquiries(
            tx, kind, filed, {key: payload for key, payload in payloads.items() if key in asked}
        )


def bury_unlinked(tx: Transaction, trade_keys: set[int]) -> None:
    """Reaction to `unlinked`: what was delivered by trades of the caller that are linked to none of its parts any more."""
    for kind in sorted({kind for use_case in use_cases() for kind in use_case.request_kinds}):
        writer = _Writer(tx)
        for row in store.sent_by(tx, kind, trade_keys):
            writer.bury(row, row.downstream_part_key)
        writer.write(kind)


def give_handles(tx: Transaction, file_keys: set[int]) -> None:
    """Reaction to `file_keys`: the deliveries in force that name these own files open them with their keys of now.

    What was disclosed once too: it says the same for ever, but must still open.
    """
    handles = {str(one.file_id): one.handle for one in contents(tx, file_keys).values()}
    by_kind: dict[str, _Writer] = {}
    for kind, last in store.sent_naming(tx, list(handles)) if handles else ():
        by_kind.setdefault(kind, _Writer(tx)).give_handles(last, handles)
    for kind, writer in by_kind.items():
        writer.write(kind)


REACTIONS: Final[Mapping[str, Reaction]] = {"unlinked": bury_unlinked, FILE_KEYS: give_handles}


def content_of(consent: StoredConsent | None, payload: Payload) -> dict[str, Mapping[str, Any]]:
    """The consented attributes that have something to say."""
    if consent is None or consent.state != "granted":
        return {}
    return {name: payload.attributes[name] for name in consent.attributes if name in payload.attributes}


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
        content = content_of(consent, payload)
        if consent is None or not content:
            if last is not None and (consent is None or not _is_once(consent, last)):
                self.bury(last, trade.downstream_part_key, trade.request_key)
            return
        if last is not None and not last.withdrawn:
            if _is_once(consent, last):
                return
            # One for one value has to own the row that it holds on to, even if the row before says the same.
            if (
                consent.standing
                and last.payload == content
                and last.valid_until == consent.valid_until
                and last.consent_id == consent.consent_id
                and last.purpose in (None, consent.purpose)
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
                purpose=consent.purpose,
                valid_until=consent.valid_until,
                withdrawn=False,
            ),
        )
        if last is not None and any(
            without_handles(content.get(name)) != without_handles(said) for name, said in last.payload.items()
        ):
            # Something the consumer held before reads otherwise now; a first answer is told by the trade itself.
            self.told.append((trade.downstream_key, trade.trade_key, trade.request_key))

    def give_handles(self, last: Sent, handles: Mapping[str, str]) -> None:
        """Deliver once more what was delivered, with other handles for its files; says the same, so nobody is told."""
        said = with_handles(last.payload, handles)
        if said == last.payload:
            return
        self._add(last.downstream_part_key, self._after(last, said))

    def bury(self, last: Sent, downstream_part_key: int, request_key: int | None = None) -> None:
        """Write a tombstone over `last`, unless it is one."""
        if last.withdrawn:
            return
        tombstone = replace(
            self._after(last, {}),
            statement_id=None,
            statement_version=None,
            purpose=None,
            valid_until=None,
            withdrawn=True,
        )
        self._add(downstream_part_key, tombstone)
        self.told.append((last.consumer_key, last.trade_key, request_key))

    def _after(self, last: Sent, payload: Mapping[str, Any]) -> NewDelivery:
        """A row to stand over `last` that differs in its content only."""
        return NewDelivery(
            delivery_id=self.tx.new_id(),
            consumer_key=last.consumer_key,
            consumer_id=last.consumer_id,
            trade_key=last.trade_key,
            trade_id=last.trade_id,
            payload=payload,
            statement_id=last.statement_id,
            statement_version=last.statement_version,
            consent_id=last.consent_id,
            consent_version=last.consent_version,
            purpose=last.purpose,
            valid_until=last.valid_until,
            withdrawn=False,
        )

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
                    **({"cut": sorted(self.tx.cut)} if self.tx.cut else {}),
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


def _is_once(consent: StoredConsent, last: Sent | SentToAll) -> bool:
    """Whether `consent` was for one value, and `last` is that one."""
    return (
        not consent.standing
        and consent.state == "granted"
        and not last.withdrawn
        and (last.consent_id, last.consent_version) == (consent.consent_id, consent.version)
    )


# -- for everybody ---------------------------------------------------------------------------------------------------
def _show_all(tx: Transaction, kind: str, consents: Filed, payloads: Mapping[int, Payload]) -> None:
    """Bring the inbox that every member reads up to date for own parts."""
    present = {(row.part_key, row.audience): row for row in store.sent_to_all(tx, kind, payloads)}
    rows: list[tuple[int, Audience, StoredConsent | SentToAll, dict[str, Mapping[str, Any]]]] = []
    for part_key, payload in payloads.items():
        for audience in AUDIENCES:
            place = Place(part_key, audience=audience)
            consent = deciding(consents.near(place), place, tx.now)
            last = present.get((part_key, audience))
            content = without_handles(content_of(consent, payload))
            if consent is None or not content:
                once = consent is not None and last is not None and _is_once(consent, last)
                if last is not None and not last.withdrawn and not once:
                    rows.append((part_key, audience, last, {}))
            elif last is None or not (_is_once(consent, last) or _says(last, consent, content)):
                rows.append((part_key, audience, consent, content))
    if not rows:
        return
    traces = {key: part.trace_id for key, part in parts.parts_of(tx, {row[0] for row in rows}).items()}
    written = [
        _new_shared(tx, audience, part_key, traces[part_key], said_by, content, payloads[part_key])
        for part_key, audience, said_by, content in rows
        if part_key in traces
    ]
    replaced = [
        present[row.part_key, row.audience].delivery_key
        for row in written
        if (row.part_key, row.audience) in present
    ]
    store.send_to_all(tx, kind, written, replaced)
    for row in written:
        _record_shared(tx, kind, row)


def _says(last: SentToAll, consent: StoredConsent, content: Mapping[str, Any]) -> bool:
    return (
        consent.standing
        and not last.withdrawn
        and (last.payload, last.valid_until) == (content, consent.valid_until)
        and (last.consent_id, last.purpose) == (consent.consent_id, consent.purpose)
    )


def _new_shared(
    tx: Transaction,
    audience: Audience,
    part_key: int,
    trace_id: UUID,
    said_by: StoredConsent | SentToAll,
    content: Mapping[str, Mapping[str, Any]],
    payload: Payload,
) -> NewShared:
    shown = isinstance(said_by, StoredConsent)
    return NewShared(
        delivery_id=tx.new_id(),
        audience=audience,
        part_key=part_key,
        trace_id=trace_id,
        payload=content,
        statement_id=payload.statement_id if shown else None,
        statement_version=payload.version if shown else None,
        consent_id=said_by.consent_id,
        consent_version=said_by.version if isinstance(said_by, StoredConsent) else said_by.consent_version,
        purpose=said_by.purpose,
        valid_until=said_by.valid_until if shown else None,
        withdrawn=not shown,
    )


# -- past one's own customers ----------------------------------------------------------------------------------------
def _answer_inquiries(tx: Transaction, kind: str, consents: Filed, payloads: Mapping[int, Payload]) -> None:
    """Bring what companies that asked from further down were given of own parts up to date."""
    rows: list[tuple[NewAnswer, Answered]] = []
    for one in inquiries_store.granted(tx, kind, payloads):
        place = Place(one.part_key, company_key=one.asker_key)
        consent = deciding(consents.near(place), place, tx.now)
        content = without_handles(content_of(consent, payloads[one.part_key]))
        provider_id = tx.caller.operator_id if one.named else None
        if consent is None or not content:
            if one.payload is None or one.withdrawn:
                continue
            purpose, valid_until = one.purpose or "", None
        else:
            said = (one.payload, one.valid_until, one.purpose, one.provider_id)
            purpose, valid_until = consent.purpose, consent.valid_until
            if not one.withdrawn and said == (content, valid_until, purpose, provider_id):
                continue
            if not one.withdrawn and one.payload is not None and not consent.standing:
                continue
        rows.append(
            (
                NewAnswer(
                    answer_id=tx.new_id(),
                    asker_key=one.asker_key,
                    inquiry_id=one.inquiry_id,
                    hop_key=one.hop_key,
                    thread_id=one.thread_id or tx.new_id(),
                    provider_id=provider_id,
                    payload=content,
                    purpose=purpose,
                    valid_until=valid_until,
                    withdrawn=not content,
                ),
                one,
            )
        )
    if rows:
        inquiries_store.answer(tx, kind, [row for row, _ in rows])
        for row, one in rows:
            _record_answer(tx, kind, row, one)


# -- the ledger ------------------------------------------------------------------------------------------------------
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
        "purpose": row.purpose,
        "withdrawn": row.withdrawn,
        "delivered_at": tx.now,
    }
    ledger.record(tx, "delivery", row.delivery_id, content, parties=[(row.consumer_key, row.consumer_id)])


def _record_shared(tx: Transaction, kind: str, row: NewShared) -> None:
    """Put what everybody may read into the ledger."""
    content = {
        "delivery_id": row.delivery_id,
        "audience": row.audience,
        "trace_id": row.trace_id,
        "kind": kind,
        "payload": row.payload,
        "statement_id": row.statement_id,
        "statement_version": row.statement_version,
        "consent_id": row.consent_id,
        "consent_version": row.consent_version,
        "purpose": row.purpose,
        "valid_until": row.valid_until,
        "withdrawn": row.withdrawn,
        "delivered_at": tx.now,
    }
    ledger.record(tx, "shared_delivery", row.delivery_id, content)


def _record_answer(tx: Transaction, kind: str, row: NewAnswer, one: Answered) -> None:
    """Put what went straight to who asked into the ledger; it can prove what came named, for a fact names its company."""
    content = {
        "answer_id": row.answer_id,
        "inquiry_id": row.inquiry_id,
        "thread_id": row.thread_id,
        "provider_id": row.provider_id,
        "kind": kind,
        "payload": row.payload,
        "purpose": row.purpose,
        "valid_until": row.valid_until,
        "withdrawn": row.withdrawn,
        "delivered_at": tx.now,
    }
    parties = [(one.asker_key, one.asker_id)] if row.provider_id is not None else []
    ledger.record(tx, "inquiry_answer", row.answer_id, content, parties=parties)
