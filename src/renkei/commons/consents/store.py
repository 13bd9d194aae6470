"""All SQL of consents and deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.consents.model import Consent, ConsentState, Delivery, ReadEntry, Received
from renkei.database.journal import Occasion
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConsent:
    """The current version of a consent, by keys."""

    consent_key: int
    consent_id: UUID
    version: int
    part_key: int
    consumer_key: int
    kind: str
    attributes: frozenset[str]
    purpose: str
    valid_from: datetime
    valid_until: datetime | None
    standing: bool
    state: ConsentState

    def holds_at(self, moment: datetime) -> bool:
        """Whether it lets anything out at `moment`."""
        return self.state == "granted" and (self.valid_until is None or self.valid_until > moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The newest delivery row of a trade that the caller wrote, withdrawn or not."""

    trade_key: int
    trade_id: UUID
    consumer_key: int
    consumer_id: UUID
    downstream_part_key: int
    payload: Mapping[str, Mapping[str, Any]]
    consent_id: UUID
    consent_version: int
    valid_until: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """One row to be written into a consumer's inbox."""

    delivery_id: UUID
    consumer_key: int
    consumer_id: UUID
    trade_key: int
    trade_id: UUID
    payload: Mapping[str, Any]
    statement_id: UUID | None
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    valid_until: datetime | None
    withdrawn: bool


def current(tx: Transaction, part_key: int, consumer_key: int, kind: str) -> StoredConsent | None:
    """The current version for one part, consumer and kind."""
    row = tx.row(
        """
        SELECT consent_key, consent_id, version, part_key, consumer_key, kind, attributes, purpose, valid_from,
               valid_until, standing, state
          FROM commons.consents
         WHERE operator_key = commons.me() AND part_key = %s AND consumer_key = %s AND kind = %s
           AND superseded_at IS NULL
        """,
        (part_key, consumer_key, kind),
    )
    return None if row is None else _stored(row)


def current_by_id(tx: Transaction, consent_id: UUID) -> StoredConsent | None:
    """The current version of one consent; those about a part that was deleted are over with it."""
    row = tx.row(
        """
        SELECT c.consent_key, c.consent_id, c.version, c.part_key, c.consumer_key, c.kind, c.attributes, c.purpose,
               c.valid_from, c.valid_until, c.standing, c.state
          FROM commons.consents c
          JOIN commons.part_cards p ON p.part_key = c.part_key AND p.operator_key = commons.me()
         WHERE c.operator_key = commons.me() AND c.consent_id = %s AND c.superseded_at IS NULL
        """,
        (consent_id,),
    )
    return None if row is None else _stored(row)


def current_of_parts(tx: Transaction, part_keys: Iterable[int], kind: str) -> list[StoredConsent]:
    """The current versions for some parts."""
    rows = tx.rows(
        """
        SELECT consent_key, consent_id, version, part_key, consumer_key, kind, attributes, purpose, valid_from,
               valid_until, standing, state
          FROM commons.consents
         WHERE operator_key = commons.me() AND part_key = ANY(%s) AND kind = %s AND superseded_at IS NULL
        """,
        (list(part_keys), kind),
    )
    return [_stored(row) for row in rows]


def any_consent(tx: Transaction, part_keys: Iterable[int], kind: str) -> bool:
    """Whether there is a current version for any of some parts, withdrawn ones included."""
    row = tx.row(
        """
        SELECT EXISTS (
          SELECT FROM commons.consents
           WHERE operator_key = commons.me() AND part_key = ANY(%s) AND kind = %s AND superseded_at IS NULL) AS found
        """,
        (list(part_keys), kind),
    )
    return row is not None and bool(row["found"])


def providers_with_ended(tx: Transaction) -> list[DictRow]:
    """Operators with a granted consent whose end has come; as `renkei_engine`."""
    return tx.rows(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM commons.consents c
          JOIN commons.operators o ON o.operator_key = c.operator_key
         WHERE c.superseded_at IS NULL AND c.state = 'granted' AND c.valid_until <= %s
         ORDER BY o.operator_key
        """,
        (tx.now,),
    )


def over(tx: Transaction, now: datetime) -> list[StoredConsent]:
    """Granted consents of the caller whose end has come."""
    rows = tx.rows(
        """
        SELECT consent_key, consent_id, version, part_key, consumer_key, kind, attributes, purpose, valid_from,
               valid_until, standing, state
          FROM commons.consents
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND state = 'granted' AND valid_until <= %s
        """,
        (now,),
    )
    return [_stored(row) for row in rows]


def write(tx: Transaction, consents: Sequence[StoredConsent], decided_by: str) -> None:
    """Write versions (whose `consent_key` means nothing yet), superseding the former ones of the same consent."""
    tx.execute(
        """
        UPDATE commons.consents SET superseded_at = %s
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND consent_id = ANY(%s)
        """,
        (tx.now, [consent.consent_id for consent in consents]),
    )
    tx.execute(
        """
        INSERT INTO commons.consents (consent_id, version, operator_key, consumer_key, part_key, kind, attributes,
                                      purpose, valid_from, valid_until, standing, state, decided_by, created_at)
        SELECT n.consent_id, n.version, commons.me(), n.consumer_key, n.part_key, n.kind,
               string_to_array(n.attributes, ' '), n.purpose, n.valid_from, n.valid_until, n.standing, n.state,
               %(by)s, %(now)s
          FROM unnest(%(ids)s::uuid[], %(versions)s::int[], %(consumers)s::bigint[], %(parts)s::bigint[],
                      %(kinds)s::text[], %(attributes)s::text[], %(purposes)s::text[], %(froms)s::timestamptz[],
                      %(untils)s::timestamptz[], %(standing)s::bool[], %(states)s::text[])
               AS n(consent_id, version, consumer_key, part_key, kind, attributes, purpose, valid_from, valid_until,
                    standing, state)
        """,
        {
            "by": decided_by,
            "now": tx.now,
            "ids": [consent.consent_id for consent in consents],
            "versions": [consent.version for consent in consents],
            "consumers": [consent.consumer_key for consent in consents],
            "parts": [consent.part_key for consent in consents],
            "kinds": [consent.kind for consent in consents],
            "attributes": [" ".join(sorted(consent.attributes)) for consent in consents],
            "purposes": [consent.purpose for consent in consents],
            "froms": [consent.valid_from for consent in consents],
            "untils": [consent.valid_until for consent in consents],
            "standing": [consent.standing for consent in consents],
            "states": [consent.state for consent in consents],
        },
    )


def listed(
    tx: Transaction,
    *,
    consent_id: UUID | None = None,
    trace_ids: Sequence[UUID] | None,
    consumer_id: UUID | None,
    kind: str | None,
    history: bool,
    after: UUID | None,
    after_version: int | None = None,
    limit: int,
) -> list[Consent]:
    """Versions of the caller's consents, newest first; `after` names the consent (and version) that opens the page."""
    rows = tx.rows(
        """
        SELECT c.consent_id, c.version, p.trace_id, o.operator_id AS consumer_id, c.kind, c.attributes, c.purpose,
               c.valid_from, c.valid_until, c.standing, c.state, c.decided_by, c.created_at, c.superseded_at
          FROM commons.consents c
          JOIN commons.part_cards p ON p.part_key = c.part_key AND p.operator_key = commons.me()
          JOIN commons.directory o ON o.operator_key = c.consumer_key
         WHERE c.operator_key = commons.me()
           AND (%(history)s OR c.superseded_at IS NULL)
           AND (%(consent)s::uuid IS NULL OR c.consent_id = %(consent)s)
           AND (%(traces)s::uuid[] IS NULL OR p.trace_id = ANY(%(traces)s))
           AND (%(consumer)s::uuid IS NULL OR o.operator_id = %(consumer)s)
           AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
           AND (%(after)s::uuid IS NULL OR c.consent_key <= (
                 SELECT max(a.consent_key) FROM commons.consents a
                  WHERE a.operator_key = commons.me() AND a.consent_id = %(after)s
                    AND (%(after_version)s::int IS NULL OR a.version = %(after_version)s)))
         ORDER BY c.consent_key DESC
         LIMIT %(limit)s
        """,
        {
            "consent": consent_id,
            "traces": None if trace_ids is None else list(trace_ids),
            "consumer": consumer_id,
            "kind": kind,
            "history": history,
            "after": after,
            "after_version": after_version,
            "limit": limit,
        },
    )
    return [Consent(**{**row, "attributes": frozenset(row["attributes"])}) for row in rows]


def sent(
    tx: Transaction, kind: str, trades: Sequence[tuple[int, int]], consent_ids: Sequence[UUID]
) -> list[Sent]:
    """The newest row of each of `trades` (trade, consumer) and of every trade ever served under `consent_ids`."""
    rows = tx.rows(
        """
        WITH served AS (
          SELECT unnest(%(trades)s::bigint[]) AS trade_key, unnest(%(consumers)s::bigint[]) AS consumer_key
          UNION
          SELECT d.trade_key, d.operator_key FROM commons.deliveries d
           WHERE d.provider_key = commons.me() AND d.consent_id = ANY(%(consents)s) AND d.kind = %(kind)s)
        SELECT s.trade_key, r.trade_id, s.consumer_key, r.downstream_operator_id AS consumer_id, r.downstream_part_key, n.payload, n.consent_id, n.consent_version,
               n.valid_until, n.withdrawn
          FROM served s
          JOIN commons.trade_relations r ON r.trade_key = s.trade_key AND r.upstream_key = commons.me()
         CROSS JOIN LATERAL (
               SELECT d.payload, d.consent_id, d.consent_version, d.valid_until, d.withdrawn
                 FROM commons.deliveries d
                WHERE d.operator_key = s.consumer_key AND d.trade_key = s.trade_key AND d.kind = %(kind)s
                  AND d.provider_key = commons.me()
                ORDER BY d.delivery_key DESC LIMIT 1) n
         ORDER BY s.trade_key
        """,
        {
            "kind": kind,
            "trades": [trade for trade, _ in trades],
            "consumers": [consumer for _, consumer in trades],
            "consents": list(consent_ids),
        },
    )
    return [Sent(**row) for row in rows]


def send(tx: Transaction, kind: str, deliveries: Sequence[NewDelivery]) -> None:
    """Write rows into the consumers' inboxes."""
    tx.execute(
        """
        INSERT INTO commons.deliveries (delivery_id, operator_key, provider_key, trade_key, kind, payload, statement_id,
                                        statement_version, consent_id, consent_version, valid_until, withdrawn,
                                        delivered_at)
        SELECT n.delivery_id, n.consumer_key, commons.me(), n.trade_key, %(kind)s, n.payload::jsonb, n.statement_id,
               n.statement_version, n.consent_id, n.consent_version, n.valid_until, n.withdrawn, %(now)s
          FROM unnest(%(ids)s::uuid[], %(consumers)s::bigint[], %(trades)s::bigint[], %(payloads)s::text[],
                      %(statements)s::uuid[], %(versions)s::int[], %(consents)s::uuid[], %(consent_versions)s::int[],
                      %(untils)s::timestamptz[], %(withdrawn)s::bool[]) WITH ORDINALITY
               AS n(delivery_id, consumer_key, trade_key, payload, statement_id, statement_version, consent_id,
                    consent_version, valid_until, withdrawn, place)
         ORDER BY n.place
        """,
        {
            "kind": kind,
            "now": tx.now,
            "ids": [row.delivery_id for row in deliveries],
            "consumers": [row.consumer_key for row in deliveries],
            "trades": [row.trade_key for row in deliveries],
            "payloads": [dumps(row.payload).decode() for row in deliveries],
            "statements": [row.statement_id for row in deliveries],
            "versions": [row.statement_version for row in deliveries],
            "consents": [row.consent_id for row in deliveries],
            "consent_versions": [row.consent_version for row in deliveries],
            "untils": [row.valid_until for row in deliveries],
            "withdrawn": [row.withdrawn for row in deliveries],
        },
    )


def newest_received(tx: Transaction, kind: str, trade_keys: Iterable[int], now: datetime) -> list[Delivery]:
    """The delivery in force of each trade in the caller's inbox: the newest row, unless withdrawn or over."""
    rows = tx.rows(
        """
        SELECT n.delivery_key, n.delivery_id, n.provider_key, n.trade_key, n.kind, n.payload, n.statement_id, n.statement_version,
               n.consent_id, n.consent_version, n.valid_until, n.withdrawn, n.delivered_at
          FROM unnest(%(trades)s::bigint[]) AS t(trade_key)
         CROSS JOIN LATERAL (
               SELECT d.* FROM commons.deliveries d
                WHERE d.operator_key = commons.me() AND d.trade_key = t.trade_key AND d.kind = %(kind)s
                ORDER BY d.delivery_key DESC LIMIT 1) n
         WHERE NOT n.withdrawn AND (n.valid_until IS NULL OR n.valid_until > %(now)s)
        """,
        {"kind": kind, "trades": list(trade_keys), "now": now},
    )
    return [Delivery(**row) for row in rows]


def received_by_ids(tx: Transaction, delivery_ids: Iterable[UUID]) -> list[Delivery]:
    """Rows of the caller's inbox by their ids, those that were taken back since too."""
    rows = tx.rows(
        """
        SELECT delivery_key, delivery_id, provider_key, trade_key, kind, payload, statement_id, statement_version,
               consent_id, consent_version, valid_until, withdrawn, delivered_at
          FROM commons.deliveries WHERE operator_key = commons.me() AND delivery_id = ANY(%s)
        """,
        (list(delivery_ids),),
    )
    return [Delivery(**row) for row in rows]


def received_for(
    tx: Transaction, part_key: int, *, kind: str | None, after: UUID | None, limit: int
) -> list[Received]:
    """Rows of the caller's inbox for a bought part, newest first, tombstones too; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT d.delivery_key, d.delivery_id, d.provider_key, d.trade_key, r.trade_id, d.kind, d.payload, d.statement_id,
               d.statement_version, d.consent_id, d.consent_version, d.valid_until, d.withdrawn, d.delivered_at
          FROM commons.trade_relations r
          JOIN commons.deliveries d ON d.trade_key = r.trade_key AND d.operator_key = commons.me()
         WHERE r.downstream_key = commons.me() AND r.downstream_part_key = %(part)s
           AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
           AND (%(after)s::uuid IS NULL OR d.delivery_key <= (
                 SELECT a.delivery_key FROM commons.deliveries a
                  WHERE a.operator_key = commons.me() AND a.delivery_id = %(after)s))
         ORDER BY d.delivery_key DESC
         LIMIT %(limit)s
        """,
        {"part": part_key, "kind": kind, "after": after, "limit": limit},
    )
    return [Received(**row) for row in rows]


ReadMark = tuple[int, int, int, str, str]
"""Who read what: provider, consumer, delivery (keys), the door and the kind of reader."""


def record_reads(tx: Transaction, reads: Mapping[ReadMark, Occasion]) -> None:
    """Put reads on record; as `renkei_engine`, for readers of all companies."""
    marks = list(reads)
    # guard: the rows name their provider and consumer; the engine writes them for everybody
    tx.execute(
        """
        INSERT INTO commons.delivery_reads (provider_key, consumer_key, delivery_key, door, reader, first_at, last_at, times)
        SELECT n.provider_key, n.consumer_key, n.delivery_key, n.door, n.reader, n.first_at, n.last_at, n.times
          FROM unnest(%(providers)s::bigint[], %(consumers)s::bigint[], %(deliveries)s::bigint[], %(doors)s::text[],
                      %(readers)s::text[], %(first)s::timestamptz[], %(last)s::timestamptz[], %(times)s::int[])
               WITH ORDINALITY
               AS n(provider_key, consumer_key, delivery_key, door, reader, first_at, last_at, times, place)
         ORDER BY n.place
        """,
        {
            "providers": [mark[0] for mark in marks],
            "consumers": [mark[1] for mark in marks],
            "deliveries": [mark[2] for mark in marks],
            "doors": [mark[3] for mark in marks],
            "readers": [mark[4] for mark in marks],
            "first": [occasion.first_at for occasion in reads.values()],
            "last": [occasion.last_at for occasion in reads.values()],
            "times": [occasion.times for occasion in reads.values()],
        },
    )


def reads_of(
    tx: Transaction,
    *,
    trace_id: UUID | None,
    consumer_id: UUID | None,
    consent_id: UUID | None,
    delivery_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[ReadEntry]:
    """Who read what the caller delivered, newest first; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT l.read_id, d.delivery_id, o.operator_id AS consumer_id, r.trade_id, r.upstream_trace_id AS trace_id, d.kind,
               d.statement_version, d.consent_id, d.consent_version, l.door, l.reader, l.first_at, l.last_at, l.times
          FROM commons.delivery_reads l
          JOIN commons.deliveries d ON d.delivery_key = l.delivery_key AND d.provider_key = commons.me()
          JOIN commons.trade_relations r ON r.trade_key = d.trade_key AND r.upstream_key = commons.me()
          JOIN commons.directory o ON o.operator_key = l.consumer_key
         WHERE l.provider_key = commons.me()
           AND (%(trace)s::uuid IS NULL OR r.upstream_trace_id = %(trace)s)
           AND (%(consumer)s::uuid IS NULL OR o.operator_id = %(consumer)s)
           AND (%(consent)s::uuid IS NULL OR d.consent_id = %(consent)s)
           AND (%(delivery)s::uuid IS NULL OR d.delivery_id = %(delivery)s)
           AND (%(after)s::uuid IS NULL OR l.read_key <= (
                 SELECT a.read_key FROM commons.delivery_reads a
                  WHERE a.provider_key = commons.me() AND a.read_id = %(after)s))
         ORDER BY l.read_key DESC
         LIMIT %(limit)s
        """,
        {
            "trace": trace_id,
            "consumer": consumer_id,
            "consent": consent_id,
            "delivery": delivery_id,
            "after": after,
            "limit": limit,
        },
    )
    return [ReadEntry(**row) for row in rows]


def _stored(row: DictRow) -> StoredConsent:
    return StoredConsent(**{**row, "attributes": frozenset(row["attributes"])})
