"""All SQL of consents and deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.consents.model import (
    Audience,
    Consent,
    Consumer,
    Delivery,
    ReadEntry,
    Received,
    Selection,
    Shared,
    StoredConsent,
    Subject,
)
from renkei.database.journal import Occasion
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The newest delivery row of a trade that the caller wrote, withdrawn or not."""

    trade_key: int
    trade_id: UUID
    consumer_key: int
    consumer_id: UUID
    downstream_part_key: int
    payload: Mapping[str, Mapping[str, Any]]
    statement_id: UUID | None
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    purpose: str | None
    valid_until: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentToAll:
    """What every member or the public sees of an own part at present, as the caller wrote it."""

    delivery_key: int
    part_key: int
    audience: Audience
    payload: Mapping[str, Mapping[str, Any]]
    consent_id: UUID
    consent_version: int
    purpose: str
    valid_until: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShared:
    """One row to be written into the inbox that every member reads."""

    delivery_id: UUID
    audience: Audience
    part_key: int
    trace_id: UUID
    payload: Mapping[str, Any]
    statement_id: UUID | None
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    purpose: str
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
    purpose: str | None
    valid_until: datetime | None
    withdrawn: bool


def current(tx: Transaction, wanted: StoredConsent) -> StoredConsent | None:
    """The current version of the decision about the same subject for the same consumer, of the same kind."""
    row = tx.row(
        """
        SELECT consent_key, consent_id, version, subject, part_key, trade_key, family_key, consumer, consumer_key,
               group_key, kind, attributes, purpose, valid_from, valid_until, standing, state, reason, policy, turns_at
          FROM commons.consents
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND kind = %(kind)s AND subject = %(subject)s
           AND coalesce(part_key, trade_key, family_key, 0) = %(about)s AND consumer = %(consumer)s
           AND coalesce(consumer_key, group_key, 0) = %(whom)s
        """,
        {
            "kind": wanted.kind,
            "subject": wanted.subject,
            "about": wanted.part_key or wanted.trade_key or wanted.family_key or 0,
            "consumer": wanted.consumer,
            "whom": wanted.consumer_key or wanted.group_key or 0,
        },
    )
    return None if row is None else _stored(row)


def current_by_id(tx: Transaction, consent_id: UUID) -> StoredConsent | None:
    """The current version of one consent; those about a part that was deleted are over with it."""
    row = tx.row(
        """
        SELECT c.consent_key, c.consent_id, c.version, c.subject, c.part_key, c.trade_key, c.family_key, c.consumer,
               c.consumer_key, c.group_key, c.kind, c.attributes, c.purpose, c.valid_from, c.valid_until, c.standing,
               c.state, c.reason, c.policy, c.turns_at
          FROM commons.consents c
          LEFT JOIN commons.part_cards p ON p.part_key = c.part_key AND p.operator_key = commons.me()
         WHERE c.operator_key = commons.me() AND c.consent_id = %s AND c.superseded_at IS NULL
           AND (c.part_key IS NULL OR p.part_key IS NOT NULL)
        """,
        (consent_id,),
    )
    return None if row is None else _stored(row)


def current_naming(tx: Transaction, attributes: Iterable[str]) -> list[StoredConsent]:
    """The current versions that name any of `attributes`; those about parts that were deleted left out."""
    rows = tx.rows(
        """
        SELECT c.consent_key, c.consent_id, c.version, c.subject, c.part_key, c.trade_key, c.family_key, c.consumer,
               c.consumer_key, c.group_key, c.kind, c.attributes, c.purpose, c.valid_from, c.valid_until, c.standing,
               c.state, c.reason, c.policy, c.turns_at
          FROM commons.consents c
          LEFT JOIN commons.part_cards p ON p.part_key = c.part_key AND p.operator_key = commons.me()
         WHERE c.operator_key = commons.me() AND c.superseded_at IS NULL AND c.attributes && %s::text[]
           AND (c.part_key IS NULL OR p.part_key IS NOT NULL)
         ORDER BY c.consent_key
        """,
        (sorted(attributes),),
    )
    return [_stored(row) for row in rows]


def touching(
    tx: Transaction, part_keys: Iterable[int], kind: str, companies: Iterable[int] = ()
) -> list[StoredConsent]:
    """The current versions that may decide about some parts, with those of the parts and of their customers they reach.

    `companies`: others that are asked about as if they were customers.

    A family that a part has left is among them, and a group that a customer has left: without that part and customer.
    """
    rows = tx.rows(
        """
        WITH wanted AS (SELECT unnest(%(parts)s::bigint[]) AS part_key),
        sold AS (
          SELECT r.trade_key, r.downstream_key FROM commons.trade_relations r
           WHERE r.upstream_key = commons.me() AND r.upstream_part_key = ANY(%(parts)s)),
        found AS (
          SELECT c.* FROM commons.consents c
           WHERE c.operator_key = commons.me() AND c.kind = %(kind)s AND c.superseded_at IS NULL
             AND c.part_key = ANY(%(parts)s)
          UNION ALL
          SELECT c.* FROM commons.consents c
           WHERE c.operator_key = commons.me() AND c.kind = %(kind)s AND c.superseded_at IS NULL AND c.subject <> 'part'
             AND CASE c.subject
                   WHEN 'trade' THEN EXISTS (SELECT FROM sold WHERE sold.trade_key = c.trade_key)
                   WHEN 'family' THEN EXISTS (
                     SELECT FROM commons.selection_members m JOIN wanted w ON w.part_key = m.member_key
                      WHERE m.operator_key = commons.me() AND m.selection_key = c.family_key)
                   ELSE true END)
        SELECT f.consent_key, f.consent_id, f.version, f.subject, f.part_key, f.trade_key, f.family_key, f.consumer,
               f.consumer_key, f.group_key, f.kind, f.attributes, f.purpose, f.valid_from, f.valid_until, f.standing,
               f.state, f.reason, f.policy, f.turns_at,
               f.part_key IS NOT NULL AND EXISTS (
                 SELECT FROM commons.inquiry_decisions d
                  WHERE d.operator_key = commons.me() AND d.part_key = f.part_key AND d.decision = 'granted')
               AS asked_from_beyond,
               CASE WHEN f.policy IS NOT NULL THEN (
                 SELECT jsonb_agg(jsonb_build_array(m.member_key, s.selection_id)) FROM commons.selection_members m
                   JOIN commons.selections s ON s.selection_key = m.selection_key AND s.operator_key = commons.me()
                  WHERE m.operator_key = commons.me() AND m.removed_at IS NULL AND s.sort = 'group'
                    AND (m.member_key IN (SELECT downstream_key FROM sold) OR m.member_key = ANY(%(companies)s)))
               END AS groups,
               CASE WHEN f.policy IS NOT NULL THEN (
                 SELECT jsonb_agg(DISTINCT jsonb_build_array(h.trade_key, h.purpose)) FROM commons.inquiry_hops h
                  WHERE h.to_key = commons.me() AND h.from_key = h.asker_key AND h.kind = %(kind)s
                    AND h.trade_key IN (SELECT trade_key FROM sold))
               END AS stated,
               CASE WHEN f.family_key IS NOT NULL THEN ARRAY(
                 SELECT m.member_key FROM commons.selection_members m JOIN wanted w ON w.part_key = m.member_key
                  WHERE m.operator_key = commons.me() AND m.selection_key = f.family_key AND m.removed_at IS NULL)
               END AS parts,
               CASE WHEN f.group_key IS NOT NULL THEN ARRAY(
                 SELECT m.member_key FROM commons.selection_members m
                  WHERE m.operator_key = commons.me() AND m.selection_key = f.group_key AND m.removed_at IS NULL
                    AND (m.member_key IN (SELECT downstream_key FROM sold) OR m.member_key = ANY(%(companies)s)))
               END AS members
          FROM found f
         ORDER BY f.consent_key
        """,
        {"parts": list(part_keys), "kind": kind, "companies": list(companies)},
    )
    return [_stored(row) for row in rows]


def is_member(tx: Transaction, selection_key: int, member_key: int) -> bool:
    """Whether a company or part is in an own selection now."""
    row = tx.row(
        """
        SELECT EXISTS (SELECT FROM commons.selection_members
                        WHERE operator_key = commons.me() AND selection_key = %s AND member_key = %s
                          AND removed_at IS NULL) AS found
        """,
        (selection_key, member_key),
    )
    return row is not None and bool(row["found"])


def groups_of(tx: Transaction, company_key: int) -> frozenset[UUID]:
    """The own groups that a company is in now."""
    rows = tx.execute(
        """
        SELECT s.selection_id FROM commons.selection_members m
          JOIN commons.selections s ON s.selection_key = m.selection_key AND s.operator_key = commons.me()
         WHERE m.operator_key = commons.me() AND m.member_key = %s AND m.removed_at IS NULL AND s.sort = 'group'
        """,
        (company_key,),
    ).fetchall()
    return frozenset(row[0] for row in rows)


def stated_by(tx: Transaction, company_key: int, kind: str) -> dict[int, frozenset[str]]:
    """The purposes that a customer has named in its inquiries, by trade."""
    rows = tx.execute(
        """
        SELECT h.trade_key, array_agg(DISTINCT h.purpose) FROM commons.inquiry_hops h
         WHERE h.to_key = commons.me() AND h.from_key = %(company)s AND h.asker_key = %(company)s AND h.kind = %(kind)s
         GROUP BY h.trade_key
        """,
        {"company": company_key, "kind": kind},
    ).fetchall()
    return {row[0]: frozenset(row[1]) for row in rows}


def attributes_in_question(tx: Transaction, part_keys: Iterable[int], kind: str) -> frozenset[str] | None:
    """What the current versions name that may decide about any of some parts; None if there are none, withdrawn ones included."""
    row = tx.row(
        """
        SELECT count(*) AS found, array_agg(DISTINCT a.attribute) FILTER (WHERE a.attribute IS NOT NULL) AS attributes
          FROM (
            SELECT attributes FROM commons.consents
             WHERE operator_key = commons.me() AND part_key = ANY(%(parts)s) AND kind = %(kind)s AND superseded_at IS NULL
             UNION ALL
            SELECT attributes FROM commons.consents
             WHERE operator_key = commons.me() AND kind = %(kind)s AND superseded_at IS NULL AND subject <> 'part'
          ) c LEFT JOIN LATERAL unnest(c.attributes) AS a(attribute) ON true
        """,
        {"parts": list(part_keys), "kind": kind},
    )
    return None if row is None or not row["found"] else frozenset(row["attributes"] or ())


def parts_about(tx: Transaction, consent: StoredConsent, after: int, limit: int) -> list[int]:
    """Own parts, by key, that a wide consent may be about, those that left its family too; `after` goes on."""
    rows = tx.execute(
        """
        SELECT p.part_key
          FROM commons.part_cards p
         WHERE p.operator_key = commons.me() AND p.part_key > %(after)s
           AND CASE
                 WHEN %(family)s::bigint IS NOT NULL THEN EXISTS (
                   SELECT FROM commons.selection_members m
                    WHERE m.operator_key = commons.me() AND m.selection_key = %(family)s AND m.member_key = p.part_key)
                 WHEN %(trade)s::bigint IS NOT NULL THEN EXISTS (
                   SELECT FROM commons.trade_relations r
                    WHERE r.upstream_key = commons.me() AND r.trade_key = %(trade)s AND r.upstream_part_key = p.part_key)
                 WHEN %(everybody)s THEN true
                 ELSE EXISTS (
                   SELECT FROM commons.trade_relations r
                    WHERE r.upstream_key = commons.me() AND r.upstream_part_key = p.part_key) END
         ORDER BY p.part_key LIMIT %(limit)s
        """,
        {
            "after": after,
            "limit": limit,
            "family": consent.family_key,
            "trade": consent.trade_key,
            "everybody": consent.consumer in {"members", "public"},
        },
    ).fetchall()
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An own part and a company."""

    part_key: int
    trace_id: UUID
    company_key: int
    consumer_id: UUID


def pairs(
    tx: Transaction, kind: str, *, trace_id: UUID | None, consumer_id: UUID | None, limit: int
) -> list[Pair]:
    """Own parts and companies about which something was decided, and those that trade while there are wider decisions."""
    rows = tx.rows(
        """
        WITH met AS (
          SELECT c.part_key, c.consumer_key AS company_key FROM commons.consents c
           WHERE c.operator_key = commons.me() AND c.kind = %(kind)s AND c.superseded_at IS NULL
             AND c.subject = 'part' AND c.consumer = 'company'
          UNION
          SELECT r.upstream_part_key, r.downstream_key FROM commons.trade_relations r
           WHERE r.upstream_key = commons.me() AND r.upstream_part_key IS NOT NULL
             AND (%(trace)s::uuid IS NULL OR r.upstream_trace_id = %(trace)s)
             AND (%(consumer)s::uuid IS NULL OR r.downstream_operator_id = %(consumer)s)
             AND EXISTS (SELECT FROM commons.consents w
                          WHERE w.operator_key = commons.me() AND w.kind = %(kind)s AND w.superseded_at IS NULL
                            AND w.state = 'granted'
                            AND (w.subject <> 'part' OR (w.consumer <> 'company' AND w.part_key = r.upstream_part_key))))
        SELECT m.part_key, p.trace_id, m.company_key, o.operator_id AS consumer_id
          FROM met m
          JOIN commons.part_cards p ON p.part_key = m.part_key AND p.operator_key = commons.me()
          JOIN commons.directory o ON o.operator_key = m.company_key
         WHERE (%(trace)s::uuid IS NULL OR p.trace_id = %(trace)s)
           AND (%(consumer)s::uuid IS NULL OR o.operator_id = %(consumer)s)
         ORDER BY o.operator_id, p.trace_id LIMIT %(limit)s
        """,
        {"kind": kind, "trace": trace_id, "consumer": consumer_id, "limit": limit},
    )
    return [Pair(**row) for row in rows]


def naming(tx: Transaction, selection: Selection) -> list[StoredConsent]:
    """The current consents that name a group or a family, by themselves or in their policy."""
    rows = tx.rows(
        """
        SELECT consent_key, consent_id, version, subject, part_key, trade_key, family_key, consumer, consumer_key,
               group_key, kind, attributes, purpose, valid_from, valid_until, standing, state, reason, policy, turns_at
          FROM commons.consents
         WHERE operator_key = commons.me() AND superseded_at IS NULL
           AND (%(key)s IN (group_key, family_key) OR policy::text LIKE '%%' || %(id)s || '%%')
         ORDER BY consent_key
        """,
        {"key": selection.selection_key, "id": str(selection.selection_id)},
    )
    return [_stored(row) for row in rows]


def supplied_trade(tx: Transaction, trade_id: UUID) -> int | None:
    """The key of a trade that the caller supplies."""
    row = tx.row(
        "SELECT trade_key FROM commons.trade_relations WHERE upstream_key = commons.me() AND trade_id = %s",
        (trade_id,),
    )
    return None if row is None else int(row["trade_key"])


def providers_with_ended(tx: Transaction) -> list[DictRow]:
    """Operators with a decision whose end has come; as `renkei_engine`."""
    return tx.rows(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM commons.consents c
          JOIN commons.operators o ON o.operator_key = c.operator_key
         WHERE c.superseded_at IS NULL AND c.state IN ('granted', 'refused') AND c.valid_until <= %(now)s
         UNION
        SELECT o.operator_key, o.operator_id
          FROM commons.consents c
          JOIN commons.operators o ON o.operator_key = c.operator_key
         WHERE c.superseded_at IS NULL AND c.state IN ('granted', 'refused') AND c.turns_at <= %(now)s
         ORDER BY operator_key
        """,
        {"now": tx.now},
    )


def over(tx: Transaction, now: datetime) -> list[StoredConsent]:
    """Decisions of the caller whose end has come, or whose policy may hold or not hold from now on."""
    rows = tx.rows(
        """
        SELECT consent_key, consent_id, version, subject, part_key, trade_key, family_key, consumer, consumer_key,
               group_key, kind, attributes, purpose, valid_from, valid_until, standing, state, reason, policy, turns_at
          FROM commons.consents
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND state IN ('granted', 'refused')
           AND (valid_until <= %(now)s OR turns_at <= %(now)s)
        """,
        {"now": now},
    )
    return [_stored(row) for row in rows]


def write(
    tx: Transaction, consents: Sequence[StoredConsent], decided_by: str
) -> dict[UUID, Mapping[str, UUID | None]]:
    """Write versions (whose `consent_key` means nothing yet), superseding the former ones of the same consent.

    By consent, the public ids of what it names: `trace_id`, `trade_id`, `family_id`, `consumer_id`, `group_id`.
    """
    tx.execute(
        """
        UPDATE commons.consents SET superseded_at = %s
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND consent_id = ANY(%s)
        """,
        (tx.now, [consent.consent_id for consent in consents]),
    )
    rows = tx.rows(
        """
        INSERT INTO commons.consents (consent_id, version, operator_key, subject, part_key, trade_key, family_key, consumer,
                                      consumer_key, group_key, kind, attributes, purpose, valid_from, valid_until,
                                      standing, state, reason, policy, turns_at, decided_by, created_at)
        SELECT n.consent_id, n.version, commons.me(), n.subject, n.part_key, n.trade_key, n.family_key, n.consumer,
               n.consumer_key, n.group_key, n.kind, string_to_array(n.attributes, ' '), n.purpose, n.valid_from,
               n.valid_until, n.standing, n.state, n.reason, n.policy::jsonb, n.turns_at, %(by)s, %(now)s
          FROM unnest(%(ids)s::uuid[], %(versions)s::int[], %(subjects)s::text[], %(parts)s::bigint[],
                      %(trades)s::bigint[], %(families)s::bigint[], %(consumer)s::text[], %(consumers)s::bigint[],
                      %(groups)s::bigint[], %(kinds)s::text[], %(attributes)s::text[], %(purposes)s::text[],
                      %(froms)s::timestamptz[], %(untils)s::timestamptz[], %(standing)s::bool[], %(states)s::text[],
                      %(reasons)s::text[], %(policies)s::text[], %(turns)s::timestamptz[])
               AS n(consent_id, version, subject, part_key, trade_key, family_key, consumer, consumer_key, group_key, kind,
                    attributes, purpose, valid_from, valid_until, standing, state, reason, policy, turns_at)
        RETURNING consent_id,
                  (SELECT p.trace_id FROM commons.parts p
                    WHERE p.part_key = consents.part_key AND p.operator_key = commons.me()) AS trace_id,
                  (SELECT t.trade_id FROM commons.trades t
                    WHERE t.trade_key = consents.trade_key AND t.upstream_key = commons.me()) AS trade_id,
                  (SELECT s.selection_id FROM commons.selections s
                    WHERE s.selection_key = consents.family_key AND s.operator_key = commons.me()) AS family_id,
                  (SELECT o.operator_id FROM commons.operators o WHERE o.operator_key = consents.consumer_key) AS consumer_id,
                  (SELECT s.selection_id FROM commons.selections s
                    WHERE s.selection_key = consents.group_key AND s.operator_key = commons.me()) AS group_id
        """,
        {
            "by": decided_by,
            "now": tx.now,
            "ids": [consent.consent_id for consent in consents],
            "versions": [consent.version for consent in consents],
            "subjects": [consent.subject for consent in consents],
            "parts": [consent.part_key for consent in consents],
            "trades": [consent.trade_key for consent in consents],
            "families": [consent.family_key for consent in consents],
            "consumer": [consent.consumer for consent in consents],
            "consumers": [consent.consumer_key for consent in consents],
            "groups": [consent.group_key for consent in consents],
            "kinds": [consent.kind for consent in consents],
            "attributes": [" ".join(sorted(consent.attributes)) for consent in consents],
            "purposes": [consent.purpose for consent in consents],
            "froms": [consent.valid_from for consent in consents],
            "untils": [consent.valid_until for consent in consents],
            "standing": [consent.standing for consent in consents],
            "states": [consent.state for consent in consents],
            "reasons": [consent.reason for consent in consents],
            "policies": [
                None if consent.policy is None else dumps(consent.policy).decode() for consent in consents
            ],
            "turns": [consent.turns_at for consent in consents],
        },
    )
    return {row.pop("consent_id"): row for row in rows}


def listed(
    tx: Transaction,
    *,
    consent_id: UUID | None = None,
    trace_ids: Sequence[UUID] | None,
    consumer_id: UUID | None,
    kind: str | None,
    subject: Subject | None,
    consumer: Consumer | None,
    history: bool,
    after: UUID | None,
    after_version: int | None = None,
    limit: int,
) -> list[Consent]:
    """Versions of the caller's consents, newest first; `after` names the consent (and version) that opens the page."""
    rows = tx.rows(
        """
        SELECT c.consent_id, c.version, c.subject, p.trace_id, t.trade_id, f.selection_id AS family_id, c.consumer,
               o.operator_id AS consumer_id, g.selection_id AS group_id, c.policy, c.kind, c.attributes, c.purpose, c.valid_from,
               c.valid_until, c.standing, c.state, c.decided_by, c.reason, c.created_at, c.superseded_at
          FROM commons.consents c
          LEFT JOIN commons.part_cards p ON p.part_key = c.part_key AND p.operator_key = commons.me()
          LEFT JOIN commons.trade_relations t ON t.trade_key = c.trade_key AND t.upstream_key = commons.me()
          LEFT JOIN commons.selections f ON f.selection_key = c.family_key AND f.operator_key = commons.me()
          LEFT JOIN commons.directory o ON o.operator_key = c.consumer_key
          LEFT JOIN commons.selections g ON g.selection_key = c.group_key AND g.operator_key = commons.me()
         WHERE c.operator_key = commons.me() AND (c.part_key IS NULL OR p.part_key IS NOT NULL)
           AND (%(subject)s::text IS NULL OR c.subject = %(subject)s)
           AND (%(whom)s::text IS NULL OR c.consumer = %(whom)s)
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
            "subject": subject,
            "whom": consumer,
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
        SELECT s.trade_key, r.trade_id, s.consumer_key, r.downstream_operator_id AS consumer_id, r.downstream_part_key,
               n.payload, n.statement_id, n.statement_version, n.consent_id, n.consent_version, n.purpose, n.valid_until,
               n.withdrawn
          FROM served s
          JOIN commons.trade_relations r ON r.trade_key = s.trade_key AND r.upstream_key = commons.me()
         CROSS JOIN LATERAL (
               SELECT d.payload, d.statement_id, d.statement_version, d.consent_id, d.consent_version, d.purpose,
                      d.valid_until, d.withdrawn
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


def sent_by(tx: Transaction, kind: str, trade_keys: Iterable[int]) -> list[Sent]:
    """The newest row of each of these trades that the caller supplied, where they are linked to no part now."""
    rows = tx.rows(
        """
        SELECT r.trade_key, r.trade_id, r.downstream_key AS consumer_key, r.downstream_operator_id AS consumer_id,
               r.downstream_part_key, n.payload, n.statement_id, n.statement_version, n.consent_id, n.consent_version,
               n.purpose, n.valid_until, n.withdrawn
          FROM commons.trade_relations r
         CROSS JOIN LATERAL (
               SELECT d.payload, d.statement_id, d.statement_version, d.consent_id, d.consent_version, d.purpose,
                      d.valid_until, d.withdrawn
                 FROM commons.deliveries d
                WHERE d.operator_key = r.downstream_key AND d.trade_key = r.trade_key AND d.kind = %(kind)s
                  AND d.provider_key = commons.me()
                ORDER BY d.delivery_key DESC LIMIT 1) n
         WHERE r.upstream_key = commons.me() AND r.upstream_part_key IS NULL AND r.trade_key = ANY(%(trades)s)
         ORDER BY r.trade_key
        """,
        {"kind": kind, "trades": list(trade_keys)},
    )
    return [Sent(**row) for row in rows]


def sent_naming(tx: Transaction, file_ids: Sequence[str]) -> list[tuple[str, Sent]]:
    """The newest rows the caller wrote into each inbox that name one of these files, with their kinds.

    Reads all that the caller has delivered: for the rare occasions when files get other keys.
    """
    rows = tx.rows(
        """
        SELECT n.kind, n.trade_key, r.trade_id, n.operator_key AS consumer_key, r.downstream_operator_id AS consumer_id,
               r.downstream_part_key, n.payload, n.statement_id, n.statement_version, n.consent_id, n.consent_version,
               n.purpose, n.valid_until, n.withdrawn
          FROM (
            SELECT DISTINCT ON (d.operator_key, d.trade_key, d.kind) d.* FROM commons.deliveries d
             WHERE d.provider_key = commons.me()
             ORDER BY d.operator_key, d.trade_key, d.kind, d.delivery_key DESC
          ) n
          JOIN commons.trade_relations r ON r.trade_key = n.trade_key AND r.upstream_key = commons.me()
         WHERE NOT n.withdrawn AND EXISTS (
                 SELECT FROM unnest(%s::text[]) AS i(file_id) WHERE strpos(n.payload::text, i.file_id) > 0)
         ORDER BY n.delivery_key
        """,
        (list(file_ids),),
    )
    return [(row.pop("kind"), Sent(**row)) for row in rows]


def send(tx: Transaction, kind: str, deliveries: Sequence[NewDelivery]) -> None:
    """Write rows into the consumers' inboxes."""
    tx.execute(
        """
        INSERT INTO commons.deliveries (delivery_id, operator_key, provider_key, trade_key, kind, payload, statement_id,
                                        statement_version, consent_id, consent_version, purpose, valid_until,
                                        withdrawn, delivered_at)
        SELECT n.delivery_id, n.consumer_key, commons.me(), n.trade_key, %(kind)s, n.payload::jsonb, n.statement_id,
               n.statement_version, n.consent_id, n.consent_version, n.purpose, n.valid_until, n.withdrawn, %(now)s
          FROM unnest(%(ids)s::uuid[], %(consumers)s::bigint[], %(trades)s::bigint[], %(payloads)s::text[],
                      %(statements)s::uuid[], %(versions)s::int[], %(consents)s::uuid[], %(consent_versions)s::int[],
                      %(purposes)s::text[], %(untils)s::timestamptz[], %(withdrawn)s::bool[]) WITH ORDINALITY
               AS n(delivery_id, consumer_key, trade_key, payload, statement_id, statement_version, consent_id,
                    consent_version, purpose, valid_until, withdrawn, place)
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
            "purposes": [row.purpose for row in deliveries],
            "untils": [row.valid_until for row in deliveries],
            "withdrawn": [row.withdrawn for row in deliveries],
        },
    )


def newest_received(tx: Transaction, kind: str, trade_keys: Iterable[int], now: datetime) -> list[Delivery]:
    """The delivery in force of each trade in the caller's inbox: the newest row, unless withdrawn or over."""
    rows = tx.rows(
        """
        SELECT n.delivery_key, n.delivery_id, n.provider_key, n.trade_key, n.kind, n.payload, n.statement_id, n.statement_version,
               n.consent_id, n.consent_version, n.purpose, n.valid_until, n.withdrawn, n.delivered_at
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
               consent_id, consent_version, purpose, valid_until, withdrawn, delivered_at
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
               d.statement_version, d.consent_id, d.consent_version, d.purpose, d.valid_until, d.withdrawn, d.delivered_at
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


def purge_reads(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete the oldest `limit` entries of the read log that are from before `before`; as `renkei_engine`."""
    # guard: retention is the platform's duty for all companies at once
    return tx.execute(
        """
        DELETE FROM commons.delivery_reads WHERE last_at < %(before)s AND read_key IN (
          SELECT read_key FROM commons.delivery_reads ORDER BY read_key LIMIT %(limit)s)
        """,
        {"before": before, "limit": limit},
    ).rowcount


def read_counts(tx: Transaction, trade_keys: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """How often what the caller delivered by these trades was read, and when last."""
    rows = tx.execute(
        """
        SELECT d.trade_key, sum(l.times)::int, max(l.last_at)
          FROM commons.deliveries d
          JOIN commons.delivery_reads l ON l.delivery_key = d.delivery_key AND l.provider_key = commons.me()
         WHERE d.provider_key = commons.me() AND d.trade_key = ANY(%s)
         GROUP BY d.trade_key
        """,
        (list(trade_keys),),
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


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


# -- the inbox that every member reads -------------------------------------------------------------------------------
def sent_to_all(tx: Transaction, kind: str, part_keys: Iterable[int]) -> list[SentToAll]:
    """What everybody sees of some own parts at present, tombstones too."""
    rows = tx.rows(
        """
        SELECT delivery_key, part_key, audience, payload, consent_id, consent_version, purpose, valid_until, withdrawn
          FROM commons.shared_deliveries
         WHERE provider_key = commons.me() AND kind = %s AND part_key = ANY(%s) AND superseded_at IS NULL
        """,
        (kind, list(part_keys)),
    )
    return [SentToAll(**row) for row in rows]


def send_to_all(tx: Transaction, kind: str, rows: Sequence[NewShared], replaced: Sequence[int]) -> None:
    """Write rows for everybody, which supersede those of the keys `replaced`."""
    tx.execute(
        """
        UPDATE commons.shared_deliveries SET superseded_at = %s
         WHERE provider_key = commons.me() AND delivery_key = ANY(%s)
        """,
        (tx.now, list(replaced)),
    )
    tx.execute(
        """
        INSERT INTO commons.shared_deliveries (delivery_id, provider_key, audience, part_key, trace_id, kind, payload,
                                               statement_id, statement_version, consent_id, consent_version, purpose,
                                               valid_until, withdrawn, delivered_at)
        SELECT n.delivery_id, commons.me(), n.audience, n.part_key, n.trace_id, %(kind)s, n.payload::jsonb, n.statement_id,
               n.statement_version, n.consent_id, n.consent_version, n.purpose, n.valid_until, n.withdrawn, %(now)s
          FROM unnest(%(ids)s::uuid[], %(audiences)s::text[], %(parts)s::bigint[], %(traces)s::uuid[],
                      %(payloads)s::text[], %(statements)s::uuid[], %(versions)s::int[], %(consents)s::uuid[],
                      %(consent_versions)s::int[], %(purposes)s::text[], %(untils)s::timestamptz[],
                      %(withdrawn)s::bool[]) WITH ORDINALITY
               AS n(delivery_id, audience, part_key, trace_id, payload, statement_id, statement_version, consent_id,
                    consent_version, purpose, valid_until, withdrawn, place)
         ORDER BY n.place
        """,
        {
            "kind": kind,
            "now": tx.now,
            "ids": [row.delivery_id for row in rows],
            "audiences": [row.audience for row in rows],
            "parts": [row.part_key for row in rows],
            "traces": [row.trace_id for row in rows],
            "payloads": [dumps(row.payload).decode() for row in rows],
            "statements": [row.statement_id for row in rows],
            "versions": [row.statement_version for row in rows],
            "consents": [row.consent_id for row in rows],
            "consent_versions": [row.consent_version for row in rows],
            "purposes": [row.purpose for row in rows],
            "untils": [row.valid_until for row in rows],
            "withdrawn": [row.withdrawn for row in rows],
        },
    )


def shared(
    tx: Transaction,
    *,
    provider_id: UUID | None,
    trace_id: UUID | None,
    kind: str | None,
    after: UUID | None,
    limit: int,
    public: bool = False,
) -> list[Shared]:
    """What is disclosed to every member or to the public and in force, newest first; `after` opens the page.

    `public`: to the public alone.
    """
    # guard: the shared inbox is every member's; what is not in force is its provider's alone
    rows = tx.rows(
        """
        SELECT d.delivery_key, d.delivery_id, d.provider_key, o.operator_id AS provider_id, d.audience, d.trace_id, d.kind,
               d.payload, d.statement_id, d.statement_version, d.purpose, d.valid_until, d.delivered_at
          FROM commons.shared_deliveries d
          JOIN commons.directory o ON o.operator_key = d.provider_key
         WHERE d.superseded_at IS NULL AND NOT d.withdrawn AND (d.valid_until IS NULL OR d.valid_until > %(now)s)
           AND (NOT %(public)s OR d.audience = 'public')
           AND (%(provider)s::uuid IS NULL OR o.operator_id = %(provider)s)
           AND (%(trace)s::uuid IS NULL OR d.trace_id = %(trace)s)
           AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
           AND (%(after)s::uuid IS NULL OR d.delivery_key <= (
                 SELECT a.delivery_key FROM commons.shared_deliveries a
                  WHERE a.delivery_id = %(after)s AND a.superseded_at IS NULL AND NOT a.withdrawn
                    AND (NOT %(public)s OR a.audience = 'public')))
         ORDER BY d.delivery_key DESC
         LIMIT %(limit)s
        """,
        {
            "now": tx.now,
            "public": public,
            "provider": provider_id,
            "trace": trace_id,
            "kind": kind,
            "after": after,
            "limit": limit,
        },
    )
    return [Shared(**row) for row in rows]


def _stored(row: DictRow) -> StoredConsent:
    reached = {name: frozenset(row.get(name) or ()) for name in ("parts", "members")}
    groups: dict[int, set[UUID]] = {}
    for member, group in row.get("groups") or ():
        groups.setdefault(member, set()).add(UUID(group))
    stated: dict[int, set[str]] = {}
    for trade, purpose in row.get("stated") or ():
        stated.setdefault(trade, set()).add(purpose)
    met = {
        "groups": {key: frozenset(ids) for key, ids in groups.items()},
        "stated": {key: frozenset(words) for key, words in stated.items()},
    }
    return StoredConsent(**{**row, "attributes": frozenset(row["attributes"]), **reached, **met})
