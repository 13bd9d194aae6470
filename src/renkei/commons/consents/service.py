"""Operations on consents and on inboxes. Every function acts as the transaction's operator.

Which decision decides is `rules`; how it gets into the inboxes is `delivering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents import selections, store
from renkei.commons.consents.delivering import DELIVERY_WRITTEN, REACTIONS, deliver
from renkei.commons.consents.errors import (
    AlreadyOver,
    ConsentMissing,
    ConsentPartMissing,
    ConsentTradeMissing,
    ConsumerMissing,
    ConsumerUnclear,
    PolicyUnclear,
    RefusalEmpty,
    SubjectUnclear,
    UnknownAttribute,
    UnknownKind,
)
from renkei.commons.consents.model import (
    ANSWER,
    Consent,
    ConsentDraft,
    Consumer,
    Delivery,
    Hop,
    ReadEntry,
    Received,
    Release,
    Shared,
    StoredConsent,
    Subject,
)
from renkei.commons.consents.policies import PolicyRefused, document_of, groups_of, next_turn, read_policy
from renkei.commons.consents.rules import Filed, Place, deciding
from renkei.commons.consents.spreading import CONSENT_CHANGED, HANDLERS, spread
from renkei.commons.ledger import service as ledger
from renkei.commons.operators import service as operators
from renkei.commons.parts import service as parts
from renkei.commons.trades import service as trades
from renkei.commons.usecase import use_case_of
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.paging import Page, page_of

__all__ = [
    "CONSENT_CHANGED",
    "DELIVERY_WRITTEN",
    "HANDLERS",
    "REACTIONS",
    "attributes_in_question",
    "check_attributes",
    "close_request",
    "consents_of",
    "decide",
    "deliver",
    "expire",
    "inbox",
    "note_reads",
    "note_reads_of",
    "note_request",
    "providers_with_ended",
    "purge_reads",
    "reads_of",
    "received_by_ids",
    "received_for",
    "release",
    "releases",
    "shared",
    "wanted",
    "withdraw",
]

_DOORS: Final = frozenset({"ouranos", "v1", "page"})
"""Where somebody outside reads; a worker only calculates."""


def decide(tx: Transaction, draft: ConsentDraft) -> Consent:
    """Disclose `draft.attributes` of a subject to a consumer from now on; none of them withdraws, `refuse` refuses.

    Raises `SubjectUnclear`, `ConsumerUnclear`, `ConsentPartMissing`, `ConsentTradeMissing`, `SelectionMissing`,
    `ConsumerMissing`, `UnknownKind`, `UnknownAttribute`, `AlreadyOver`, `RefusalEmpty`.
    """
    tx.caller.require(*WRITERS)
    former = _former(tx, _checked(tx, draft))
    return _write(tx, former, _as_drafted(former, draft, tx.now))


def wanted(tx: Transaction, draft: ConsentDraft) -> StoredConsent:
    """What `decide` would write, and nothing is written. Raises as it does."""
    former = _former(tx, _checked(tx, draft))
    return replace(_as_drafted(former, draft, tx.now), version=former.version + 1)


def _checked(tx: Transaction, draft: ConsentDraft) -> ConsentDraft:
    check_attributes(draft.kind, draft.attributes)
    if draft.valid_until is not None and draft.valid_until <= tx.now:
        raise AlreadyOver("/valid_until")
    if draft.refuse and draft.attributes:
        raise RefusalEmpty("/attributes")
    return draft


def _as_drafted(former: StoredConsent, draft: ConsentDraft, now: datetime) -> StoredConsent:
    return replace(
        former,
        attributes=draft.attributes,
        purpose=draft.purpose,
        valid_until=draft.valid_until,
        standing=draft.standing,
        state="refused" if draft.refuse else "granted" if draft.attributes else "withdrawn",
        reason=draft.reason,
        turns_at=None if draft.policy is None else next_turn(read_policy(draft.policy), now),
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
    """Switch single attributes of an own part on or off for one company, leaving what else it sees as it is (cfpAcl).

    What it makes is about that part for that company, and decides alone from then on: it begins with what a more general
    decision lets out, and where nothing is left while a more general one would let something out, it refuses.
    It is standing, and ends when what it begins with ends. Raises as `decide` does.
    """
    tx.caller.require(*WRITERS)
    check_attributes(kind, changes)
    former = _former(
        tx, ConsentDraft(trace_id=trace_id, consumer_id=consumer_id, kind=kind, attributes=frozenset())
    )
    assert former.part_key is not None
    assert former.consumer_key is not None
    place = Place(former.part_key, company_key=former.consumer_key)
    consents = store.touching(tx, [former.part_key], kind, companies=[former.consumer_key])
    now = deciding(consents, place, tx.now)
    wider = deciding((one for one in consents if one.consent_id != former.consent_id), place, tx.now)
    held = now is not None and now.state == "granted"
    attributes = (now.attributes if now is not None and held else frozenset()) - changes.keys()
    attributes |= {name for name, released in changes.items() if released}
    blocks = not attributes and wider is not None and wider.state == "granted"
    return _write(
        tx,
        former,
        replace(
            former,
            attributes=attributes,
            purpose=now.purpose if now is not None and held else purpose,
            valid_until=now.valid_until if now is not None and held and not blocks else None,
            standing=True,
            state="granted" if attributes else "refused" if blocks else "withdrawn",
            reason=None,
        ),
    )


def releases(
    tx: Transaction, kind: str, *, trace_id: UUID | None, consumer_id: UUID | None, limit: int
) -> list[Release]:
    """What each company sees of each own part, decided by whichever decision decides (Ouranos: cfpAcl).

    Pairs of a part and a company about which something was decided, and pairs that trade under a more general decision;
    what a company sees by any of its trades counts. Four statements.
    """
    pairs = store.pairs(tx, kind, trace_id=trace_id, consumer_id=consumer_id, limit=limit)
    if not pairs:
        return []
    keys = {pair.part_key for pair in pairs}
    filed = Filed(store.touching(tx, keys, kind, companies={pair.company_key for pair in pairs}))
    traded: dict[tuple[int, int], list[int]] = {}
    for trade in trades.trades_into(tx, keys, kind):
        traded.setdefault((trade.upstream_part_key, trade.downstream_key), []).append(trade.trade_key)
    found = []
    for pair in pairs:
        attributes: frozenset[str] = frozenset()
        for trade_key in traded.get((pair.part_key, pair.company_key), [None]):
            place = Place(pair.part_key, trade_key, pair.company_key)
            chosen = deciding(filed.near(place), place, tx.now)
            if chosen is not None and chosen.state == "granted":
                attributes |= chosen.attributes
        found.append(Release(trace_id=pair.trace_id, consumer_id=pair.consumer_id, attributes=attributes))
    return found


def withdraw(tx: Transaction, consent_id: UUID, reason: str | None = None) -> Consent:
    """Take a consent back: a tombstone goes to each inbox it had let something into, unless a more general one lets it.

    Raises `ConsentMissing`.
    """
    tx.caller.require(*WRITERS)
    former = store.current_by_id(tx, consent_id)
    if former is None:
        raise ConsentMissing
    return _write(
        tx, former, replace(former, attributes=frozenset(), state="withdrawn", reason=reason, turns_at=None)
    )


def note_request(tx: Transaction, hop: Hop) -> None:
    """Put a customer's inquiry among the decisions, as a consent that is asked for, unless one about the trade decides."""
    draft = ConsentDraft(
        trade_id=hop.trade_id, consumer_id=hop.asker_id, kind=hop.kind, attributes=hop.attributes
    )
    former = _former(tx, draft)
    if former.version and former.state not in {"withdrawn", "expired", "requested"}:
        return
    asked = replace(
        former,
        attributes=hop.attributes,
        purpose=hop.purpose,
        valid_until=None,
        state="requested",
        reason=hop.message,
    )
    _write(tx, former, asked)


def close_request(tx: Transaction, hop: Hop, reason: str | None) -> None:
    """End a consent that is asked for by an inquiry: what was decided before goes on deciding."""
    draft = ConsentDraft(
        trade_id=hop.trade_id, consumer_id=hop.asker_id, kind=hop.kind, attributes=frozenset()
    )
    former = _former(tx, draft)
    if former.state == "requested" and hop.is_direct:
        _write(tx, former, replace(former, attributes=frozenset(), state="withdrawn", reason=reason))


def consents_of(
    tx: Transaction,
    *,
    consent_id: UUID | None = None,
    trace_ids: Iterable[UUID] | None = None,
    consumer_id: UUID | None = None,
    kind: str | None = None,
    subject: Subject | None = None,
    consumer: Consumer | None = None,
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
        subject=subject,
        consumer=consumer,
        history=history,
        after=after,
        after_version=after_version,
        limit=limit,
    )


def attributes_in_question(tx: Transaction, kind: str, part_keys: Iterable[int]) -> frozenset[str] | None:
    """What anybody may see of these own parts; None if nobody may, or could once. One statement."""
    return store.attributes_in_question(tx, part_keys, kind)


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
    """What came into the caller's inbox for a bought part, newest first, tombstones too. One statement; a read on record."""
    rows = store.received_for(tx, part_key, kind=kind, after=after, limit=limit + 1)
    page = page_of(rows, limit, id_of=lambda row: row.delivery_id)
    note_reads(tx, page.items)
    return page


def shared(
    tx: Transaction,
    *,
    provider_id: UUID | None = None,
    trace_id: UUID | None = None,
    kind: str | None = None,
    after: UUID | None = None,
    limit: int = 100,
    public: bool = False,
) -> Page[Shared]:
    """What companies disclose to every member or to the public, newest first. One statement.

    `public`: to the public alone; read as `renkei_engine`, for whoever asks.
    """
    rows = store.shared(
        tx,
        provider_id=provider_id,
        trace_id=trace_id,
        kind=kind,
        after=after,
        limit=limit + 1,
        public=public,
    )
    return page_of(rows, limit, id_of=lambda row: row.delivery_id)


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


def purge_reads(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Delete what was read before `before` (retention, as `renkei_engine`), `limit` entries at most; how many."""
    return store.purge_reads(tx, before, limit)


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
    """End the caller's consents whose day is over, and look again at policies; how many (a duty, as each provider)."""
    ended = store.over(tx, tx.now)
    if ended:
        expired = [_turned(consent, tx.now) for consent in ended]
        named = store.write(tx, expired, tx.caller.actor)
        for consent in expired:
            _record(tx, consent, named[consent.consent_id])
            spread(tx, consent)
    return len(ended)


def check_attributes(kind: str, names: Iterable[str]) -> None:
    """Raises `UnknownKind`, `UnknownAttribute`."""
    use_case = use_case_of(kind)
    offered = {} if use_case is None else use_case.attributes.get(kind, {})
    if not offered:
        raise UnknownKind("/kind", value=kind)
    for name in names:
        if name not in offered:
            raise UnknownAttribute("/attributes", value=name, allowed=", ".join(offered))


def _former(tx: Transaction, draft: ConsentDraft) -> StoredConsent:
    """The current decision about the draft's subject and consumer; version 0 of a new one if there is none."""
    new = replace(
        _to_whom(tx, draft, _about_what(tx, draft)),
        consent_id=tx.new_id(),
        kind=draft.kind,
        valid_from=tx.now,
    )
    return store.current(tx, new) or new


_NEW: Final = StoredConsent(
    consent_key=0,
    consent_id=UUID(int=0),
    version=0,
    subject="operator",
    part_key=None,
    trade_key=None,
    family_key=None,
    consumer="members",
    consumer_key=None,
    group_key=None,
    kind="",
    attributes=frozenset(),
    purpose=ANSWER,
    valid_from=datetime.min.replace(tzinfo=UTC),
    valid_until=None,
    standing=True,
    state="withdrawn",
    reason=None,
)


def _about_what(tx: Transaction, draft: ConsentDraft) -> StoredConsent:
    given = [one for one in (draft.trace_id, draft.trade_id, draft.family_id, draft.whole or None) if one]
    if len(given) != 1:
        raise SubjectUnclear("/trace_id")
    if draft.trace_id is not None:
        part = parts.part_keys(tx, [draft.trace_id]).get(draft.trace_id)
        if part is None:
            raise ConsentPartMissing("/trace_id")
        return replace(_NEW, subject="part", part_key=part.part_key)
    if draft.trade_id is not None:
        trade_key = store.supplied_trade(tx, draft.trade_id)
        if trade_key is None:
            raise ConsentTradeMissing("/trade_id")
        return replace(_NEW, subject="trade", trade_key=trade_key)
    if draft.family_id is not None:
        family = selections.own(tx, "family", draft.family_id, "/family_id")
        return replace(_NEW, subject="family", family_key=family.selection_key)
    return _NEW


def _to_whom(tx: Transaction, draft: ConsentDraft, consent: StoredConsent) -> StoredConsent:
    given = [
        one for one in (draft.consumer_id, draft.group_id, draft.audience, draft.policy) if one is not None
    ]
    if len(given) != 1:
        raise ConsumerUnclear("/consumer_id")
    if draft.consumer_id is not None:
        consumer_key = operators.keys_of_operators(tx, [draft.consumer_id]).get(draft.consumer_id)
        if consumer_key is None:
            raise ConsumerMissing("/consumer_id")
        return replace(consent, consumer="company", consumer_key=consumer_key)
    if draft.group_id is not None:
        group = selections.own(tx, "group", draft.group_id, "/group_id")
        return replace(consent, consumer="group", group_key=group.selection_key)
    if draft.policy is not None:
        return replace(consent, consumer="policy", policy=_sound_policy(tx, draft.policy))
    assert draft.audience is not None
    return replace(consent, consumer=draft.audience)


def _sound_policy(tx: Transaction, document: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        policy = read_policy(document)
    except PolicyRefused as refused:
        raise PolicyUnclear(f"/policy{refused.place}") from None
    for group_id in sorted(groups_of(policy)):
        selections.own(tx, "group", group_id, "/policy")
    return document_of(policy)


def _record(tx: Transaction, consent: StoredConsent, named: Mapping[str, UUID | None]) -> None:
    """Put a version into the ledger: the provider's own affair, of which the consumer sees the deliveries only.

    `named`: public ids of what it names, in the place of keys, which would tell how much others write.
    """
    content = {
        "consent_id": consent.consent_id,
        "version": consent.version,
        **named,
        "kind": consent.kind,
        "attributes": sorted(consent.attributes),
        "purpose": consent.purpose,
        "valid_from": consent.valid_from,
        "valid_until": consent.valid_until,
        "standing": consent.standing,
        "state": consent.state,
        "subject": consent.subject,
        "consumer": consent.consumer,
        "reason": consent.reason,
        "policy": consent.policy,
        "decided_by": tx.caller.actor,
        "created_at": tx.now,
    }
    ledger.record(tx, "consent", consent.consent_id, content, version=consent.version)


def _write(tx: Transaction, former: StoredConsent, said: StoredConsent) -> Consent:
    """Write `said` as the next version, unless it says what `former` said."""
    if former.version == 0 or said != former or _over(former.valid_until, tx.now):
        said = replace(said, version=former.version + 1, valid_from=tx.now)
        named = store.write(tx, [said], tx.caller.actor)
        _record(tx, said, named[said.consent_id])
    spread(tx, said)
    return consents_of(tx, consent_id=said.consent_id)[0]


def _turned(consent: StoredConsent, now: datetime) -> StoredConsent:
    """The next version of a decision whose moment has come: at an end, or with the next turn of its policy."""
    if _over(consent.valid_until, now):
        return replace(consent, version=consent.version + 1, state="expired", turns_at=None)
    return replace(consent, version=consent.version + 1, turns_at=next_turn(read_policy(consent.policy), now))


def _over(valid_until: datetime | None, now: datetime) -> bool:
    return valid_until is not None and valid_until <= now
