"""What an observer may learn: the table of allowed flows, and the one function that draws them from a world.

`declassified(world, observer)` is the specification of noninterference. Two worlds in which it is equal must give the
observer equal bytes at every door: same status, headers, body, and the same number of statements behind it. Everything
that is not a flow of `FLOWS` (values, counts, order, error text, existence, timing class) must show no difference.

The view is drawn from what companies did (statements, consents, requests, structures), never from what the product made
of it for the observer (deliveries, counters, notifications): so a product that writes too much into an inbox shows a
difference where this function shows none. It reads every company's rows and is therefore called by tests only, with a
connection that row-level security does not bind; no room and no door imports it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow, dict_row

from renkei.commons.consents.policies import Asking, Until, read_policy, walk

Row = dict[str, Any]
View = dict[str, list[Any]]


class World:
    """Everything that is stored, whoever's it is."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._connection = connection
        self._read: dict[str, list[Row]] = {}
        self.operators = {
            row["operator_key"]: row for row in self.rows("operators", "operator_key", _OPERATORS)
        }
        self.parts = {row["part_key"]: row for row in self.rows("parts", "part_key", _PARTS)}
        self.trades = {row["trade_key"]: row for row in self.rows("trades", "trade_key", _TRADES)}

    def rows(self, name: str, order: str, sql: LiteralString) -> list[Row]:
        """All rows of one statement, read once, in the order in which they were written."""
        if name not in self._read:
            with self._connection.cursor(row_factory=dict_row) as cursor:
                # guard: the specification sees every company's rows
                found = cursor.execute(sql).fetchall()
            self._read[name] = sorted(found, key=lambda row: row[order])
        return self._read[name]


_OPERATORS: Final[LiteralString] = "SELECT * FROM commons.operators"
_PARTS: Final[LiteralString] = """
    SELECT p.*, q.plant_id FROM commons.parts p JOIN commons.plants q ON q.plant_key = p.plant_key
"""
_TRADES: Final[LiteralString] = "SELECT * FROM commons.trades"
_REQUESTS: Final[LiteralString] = "SELECT * FROM commons.requests"
_MESSAGES: Final[LiteralString] = "SELECT * FROM commons.request_messages"
_CONSENTS: Final[LiteralString] = "SELECT * FROM commons.consents"
_READS: Final[LiteralString] = """
    SELECT l.read_key, d.provider_key, d.operator_key, d.trade_key, d.delivered_at, l.door, l.reader, l.first_at,
           l.last_at, l.times
      FROM commons.delivery_reads l JOIN commons.deliveries d ON d.delivery_key = l.delivery_key
"""
_HOPS: Final[LiteralString] = "SELECT * FROM commons.inquiry_hops"
_DECISIONS: Final[LiteralString] = "SELECT * FROM commons.inquiry_decisions WHERE decision = 'granted'"
_SELECTIONS: Final[LiteralString] = "SELECT * FROM commons.selections"
_MEMBERS: Final[LiteralString] = "SELECT * FROM commons.selection_members"
_STATEMENTS: Final[LiteralString] = "SELECT * FROM footprint.statements"
_PROPOSALS: Final[LiteralString] = "SELECT * FROM footprint.proposals"
_CERTIFICATES: Final[LiteralString] = """
    SELECT c.*, (SELECT jsonb_agg(jsonb_build_array(f.file_id, f.name) ORDER BY f.position)
                   FROM footprint.certificate_files f WHERE f.certificate_key = c.certificate_key) AS files
      FROM footprint.certificates c WHERE c.deleted_at IS NULL
"""
_LINES: Final[LiteralString] = """
    SELECT p.part_key AS parent_key, l.child_key
      FROM commons.structure_lines l JOIN commons.parts p ON p.structure_key = l.structure_key
     WHERE p.deleted_at IS NULL AND NOT p.terminated AND l.amount > 0 AND l.usage_share IS DISTINCT FROM 0
       AND l.sourcing <> 'consigned_free'
"""
_SHARES: Final[LiteralString] = "SELECT * FROM commons.trade_shares WHERE superseded_at IS NULL"
_ENGAGEMENTS: Final[LiteralString] = """
    SELECT e.*, v.content AS evidence
      FROM footprint.engagements e JOIN footprint.declaration_evidence v ON v.declaration_key = e.declaration_key
"""
_FINDINGS: Final[LiteralString] = "SELECT * FROM footprint.findings"
_OPENED: Final[LiteralString] = "SELECT * FROM footprint.engagement_reads"
_VERIFICATIONS: Final[LiteralString] = "SELECT * FROM footprint.verifications"
_LENT: Final[LiteralString] = "SELECT * FROM footprint.factor_sets WHERE lent_by_key IS NOT NULL"
_FACTORS: Final[LiteralString] = "SELECT * FROM footprint.factors WHERE lent_by_key IS NOT NULL"
_HEADS: Final[LiteralString] = "SELECT number, size, root FROM commons.ledger_heads"
_INDEXES: Final[LiteralString] = "SELECT leaf_index, fact_key FROM commons.ledger_entries"


@dataclass(frozen=True, slots=True)
class Flow:
    """One thing that may be learnt: what, by whom, and why that is right."""

    name: str
    what: str
    whom: str
    why: str
    draw: Callable[[World, int], list[Any]]
    """From a world, for an operator's key."""


# -- drawing ---------------------------------------------------------------------------------------------------------
def _directory(world: World, me: int) -> list[Any]:
    columns = (
        "operator_id", "name", "address", "country", "open_operator_id", "global_operator_id", "state", "sandbox",
        "successor_key",
    )  # fmt: skip
    return [
        [row[name] for name in columns]
        for row in world.operators.values()
        if row["state"] != "provisional" or me in (row["invited_by_key"], row["operator_key"])
    ]


def _requests(world: World, me: int) -> list[Any]:
    found: list[Any] = []
    for row in world.rows("requests", "request_key", _REQUESTS):
        if me not in (row["downstream_key"], row["upstream_key"]):
            continue
        trade = world.trades[row["trade_key"]]
        said = [
            (one["sender_key"], one["kind"], one["text"], one["sent_at"])
            for one in world.rows("messages", "request_message_key", _MESSAGES)
            if one["request_key"] == row["request_key"]
        ]
        asked = (
            "request_id", "downstream_key", "upstream_key", "kind", "state", "period_from", "period_to", "message",
            "reply_message", "due_date", "review", "review_reason", "created_at", "updated_at",
        )  # fmt: skip
        linked = (
            "trade_id",
            "downstream_trace_id",
            "upstream_trace_id",
            "created_at",
            "linked_at",
            "cancelled_at",
        )
        found.append(
            ([row[name] for name in asked], [trade[name] for name in linked], _card(world, trade), said)
        )
    return found


def _card(world: World, trade: Row) -> list[Any]:
    """The customer's part as its supplier may see it."""
    part = world.parts[trade["downstream_part_key"]]
    shown = (
        "trace_id", "plant_id", "name", "support_name", "terminated", "unit", "label", "info1", "info2", "info3",
        "deleted_at",
    )  # fmt: skip
    return [part[name] for name in shown]


def _proposals(world: World, me: int) -> list[Any]:
    return [
        row
        for row in world.rows("proposals", "proposal_key", _PROPOSALS)
        if me in (row["downstream_key"], row["upstream_key"])
    ]


def _counters(world: World, me: int) -> list[Any]:
    """How far each chain has answered, counted anew; and when that changed."""
    counts = count_chains(world)
    return [
        (row["request_id"], *counts[row["request_key"]], row["trades_count_at"], row["completed_count_at"])
        for row in world.rows("requests", "request_key", _REQUESTS)
        if me in (row["downstream_key"], row["upstream_key"]) and row["state"] != "CANCEL"
    ]


def count_chains(world: World) -> dict[int, tuple[int, int, bool]]:
    """Of every living request: requests below it with itself, those answered, and whether nothing is left to ask."""
    requests = [row for row in world.rows("requests", "request_key", _REQUESTS) if row["state"] != "CANCEL"]
    children: dict[int, list[int]] = {}
    for line in world.rows("lines", "parent_key", _LINES):
        children.setdefault(line["parent_key"], []).append(line["child_key"])
    bought = {
        trade["downstream_part_key"] for trade in world.trades.values() if trade["cancelled_at"] is None
    }
    counts = {row["request_key"]: (1, 0, False) for row in requests}
    for _ in range(len(requests) + 1):  # a chain is at most as long as there are requests
        counts = {
            row["request_key"]: _count(world, row, requests, children, bought, counts) for row in requests
        }
    return counts


def _count(
    world: World,
    request: Row,
    requests: Sequence[Row],
    children: Mapping[int, Sequence[int]],
    bought: set[int],
    counts: Mapping[int, tuple[int, int, bool]],
) -> tuple[int, int, bool]:
    root = world.trades[request["trade_key"]]["upstream_part_key"]
    if root is None or request["state"] == "REJECT":
        return 1, 0, False
    leaves, seen, to_visit = [], {root}, [root]
    while to_visit:
        key = to_visit.pop()
        if world.parts[key]["terminated"] or key in bought or not children.get(key):
            leaves.append(key)
            continue
        to_visit += [child for child in children[key] if child not in seen]
        seen.update(children[key])
    below = [
        row
        for row in requests
        if row["kind"] == request["kind"]
        and (key := world.trades[row["trade_key"]]["downstream_part_key"]) in leaves
        and not world.parts[key]["terminated"]
    ]
    ended = all(
        world.parts[key]["terminated"] or (key in bought and _all_ended(world, key, below, counts))
        for key in leaves
    )
    return (
        1 + sum(counts[row["request_key"]][0] for row in below),
        int(request["state"] == "COMPLETED") + sum(counts[row["request_key"]][1] for row in below),
        ended,
    )


def _all_ended(
    world: World, part_key: int, below: Sequence[Row], counts: Mapping[int, tuple[int, int, bool]]
) -> bool:
    """Whether the newest request of every trade of a bought part has ended."""
    newest: dict[int, Row] = {}
    for row in below:
        newest[row["trade_key"]] = row
    trades = [
        trade["trade_key"]
        for trade in world.trades.values()
        if trade["downstream_part_key"] == part_key and trade["cancelled_at"] is None
    ]
    zero = {
        share["trade_key"]
        for share in world.rows("shares", "trade_share_key", _SHARES)
        if share["share"] == 0
    }
    counted = [key for key in trades if key not in zero]
    return bool(counted) and all(key in newest and counts[newest[key]["request_key"]][2] for key in counted)


def _deliveries(world: World, me: int) -> list[Any]:
    """What each supplier decided to let this customer have, in the order in which it changed."""
    return [
        (trade["trade_id"], _delivered(world, trade))
        for trade in world.trades.values()
        if trade["downstream_key"] == me and trade["upstream_part_key"] is not None
    ]


def _delivered(world: World, trade: Row) -> list[Any]:
    """Content after each decision and each version, equal ones in a row once; nothing before the first content."""
    part = world.parts[trade["upstream_part_key"]]
    consents = [
        row
        for row in world.rows("consents", "consent_key", _CONSENTS)
        if row["operator_key"] == part["operator_key"]
        and row["part_key"] in (None, part["part_key"])
        and row["trade_key"] in (None, trade["trade_key"])
        and row["consumer_key"] in (None, trade["downstream_key"])
    ]
    return _history(world, part, consents, trade)


def _history(
    world: World, part: Row, consents: Sequence[Row], trade: Row | None, begun: datetime | None = None
) -> list[Any]:
    """What decisions about a part let out by a trade, or (None) to everybody they are for, since `begun`."""
    if not consents:
        return []
    trade_key = None if trade is None else trade["trade_key"]
    statements = [
        row
        for row in world.rows("statements", "statement_key", _STATEMENTS)
        if row["part_key"] == part["part_key"] and row["trade_key"] in (None, trade_key)
    ]
    members = [
        row
        for row in world.rows("members", "added_at", _MEMBERS)
        if row["member_key"] == part["part_key"]
        or (trade is not None and row["member_key"] == trade["downstream_key"])
    ]
    if begun is None:
        begun = part["created_at"] if trade is None else trade["linked_at"]
    policies = [read_policy(row["policy"]) for row in consents if row["policy"] is not None]
    stated = [
        row
        for row in world.rows("hops", "hop_key", _HOPS)
        if row["trade_key"] == trade_key and row["from_key"] == row["asker_key"]
    ]
    moments = sorted(
        {row["created_at"] for row in (*consents, *statements)} | {begun}
        | {row["valid_until"] for row in consents if row["valid_until"] is not None}
        | {row["superseded_at"] for row in statements if row["superseded_at"] is not None}
        | {row["added_at"] for row in members} | {row["asked_at"] for row in stated}
        | {one.moment for policy in policies for one in walk(policy) if isinstance(one, Until)}
        | {row["removed_at"] for row in members if row["removed_at"] is not None}
    )  # fmt: skip
    found: list[Any] = []
    for at in moments:
        if at < begun:
            continue
        asking = Asking(
            groups=frozenset() if trade is None else _groups_at(world, members, trade["downstream_key"], at),
            purposes=frozenset({"answer", *(row["purpose"] for row in stated if row["asked_at"] <= at)}),
            moment=at,
        )
        consent = _decision(consents, members, part, trade, asking)
        statement = max(
            (row for row in (_at(_of(statements, key), at) for key in {None, trade_key}) if row),
            key=lambda row: row["trade_key"] is not None,
            default=None,
        )
        content = _content(world, part, consent, statement)
        if content != (found[-1][0] if found else {}):
            versions = (
                () if statement is None or not content else (statement["statement_id"], statement["version"])
            )
            agreed = (
                ()
                if consent is None or not content
                else (consent["consent_id"], consent["version"], consent["purpose"], consent["valid_until"])
            )
            found.append((content, at, versions, agreed))
    return found


_CLOSENESS: Final = {
    **{("subject", name): rank for rank, name in enumerate(("trade", "part", "family", "operator"))},
    **{
        ("consumer", name): rank
        for rank, name in enumerate(("company", "group", "policy", "members", "public"))
    },
}


def _groups_at(world: World, members: Sequence[Row], company_key: int, at: datetime) -> frozenset[UUID]:
    """The groups that a company was in at a moment."""
    groups = {
        row["selection_key"]: row["selection_id"]
        for row in world.rows("selections", "selection_key", _SELECTIONS)
        if row["sort"] == "group"
    }
    return frozenset(
        groups[row["selection_key"]]
        for row in members
        if row["member_key"] == company_key and row["selection_key"] in groups and _holds_at(row, at)
    )


def _holds_at(member: Row, at: datetime) -> bool:
    return bool(member["added_at"] <= at and (member["removed_at"] is None or member["removed_at"] > at))


def _decision(
    consents: Sequence[Row], members: Sequence[Row], part: Row, trade: Row | None, asking: Asking
) -> Row | None:
    """The most specific decision in force at a moment, as its provider's rules have it (`commons.consents.rules`)."""
    at = asking.moment

    def belongs(selection_key: int | None, member_key: int) -> bool:
        return selection_key is None or any(
            row["selection_key"] == selection_key and row["member_key"] == member_key and _holds_at(row, at)
            for row in members
        )

    by_consent: dict[UUID, list[Row]] = {}
    for row in consents:
        by_consent.setdefault(row["consent_id"], []).append(row)
    deciding = [
        row
        for row in filter(None, (_at(versions, at) for versions in by_consent.values()))
        if row["state"] in ("granted", "refused")
        and (row["valid_until"] is None or row["valid_until"] > at)
        and belongs(row["family_key"], part["part_key"])
        and (trade is None or belongs(row["group_key"], trade["downstream_key"]))
        and (row["policy"] is None or read_policy(row["policy"]).holds(asking) is not None)
    ]
    return min(
        deciding,
        key=lambda row: (
            _CLOSENESS["subject", row["subject"]],
            _CLOSENESS["consumer", row["consumer"]],
            -row["consent_key"],
        ),
        default=None,
    )


def _shared(world: World, _: int) -> list[Any]:
    """What everybody is let have of every part."""
    consents = world.rows("consents", "consent_key", _CONSENTS)
    found: list[Any] = []
    for audience in ("members", "public"):
        wide = [row for row in consents if row["consumer"] == audience and row["trade_key"] is None]
        for part in world.parts.values():
            about = [
                row
                for row in wide
                if row["operator_key"] == part["operator_key"] and row["part_key"] in (None, part["part_key"])
            ]
            said = _history(world, part, about, None)
            if said:
                found.append((audience, part["trace_id"], said))
    return found


def _of(statements: Iterable[Row], trade_key: int | None) -> list[Row]:
    return [row for row in statements if row["trade_key"] == trade_key]


def _at(versions: Iterable[Row], at: datetime) -> Row | None:
    """The version in force at a moment: of several written then, the last."""
    holding = [
        row
        for row in versions
        if row["created_at"] <= at and (row["superseded_at"] is None or row["superseded_at"] > at)
    ]
    return holding[-1] if holding else None


def _content(world: World, part: Row, consent: Row | None, statement: Row | None) -> dict[str, Any]:
    """The consented attributes, each with exactly what belongs to it."""
    if consent is None or consent["state"] != "granted" or part["deleted_at"] is not None:
        return {}
    said: dict[str, Any] = {}
    if statement is not None:
        value = statement["in_force"]
        said["total"] = (
            statement["declared_unit"],
            {name: _sum(stage) for name, stage in value["stages"].items()},
            statement["coverage_deep"],
            part["mass_kg_per_unit"],
            part["density_kg_per_liter"],
        )
        said["quality"] = (value.get("quality"), value.get("quality_coverage"))
        said["gate_to_gate"] = (
            statement["declared_unit"],
            statement["declared"].get("gate_to_gate", _own_sum(statement["declared"]["stages"])),
        )
        said["pds"] = (value.get("primary_data_share"), value.get("pds_coverage"))
        said["categories"] = (value.get("categories"), value.get("categories_coverage"))
    for row in world.rows("certificates", "certificate_key", _CERTIFICATES):
        if row["part_key"] == part["part_key"]:
            said["certificate"] = (row["certificate_id"], row["description"], row["files"])
    return {name: said.get(name) for name in consent["attributes"]}


def _sum(stage: Mapping[str, Any]) -> Decimal | None:
    known = [Decimal(stage[name]) for name in ("own", "component") if stage.get(name) is not None]
    return sum(known, Decimal(0)) if known else None


def _own_sum(stages: Mapping[str, Mapping[str, Any]]) -> Decimal:
    return sum(
        (Decimal(stage["own"]) for stage in stages.values() if stage.get("own") is not None), Decimal(0)
    )


def _public(world: World, me: int) -> list[Any]:
    """What the public is let have of every part."""
    return [one for one in _shared(world, me) if one[0] == "public"]


def _inquiries(world: World, me: int) -> list[Any]:
    """What was asked between a customer and its supplier; and what came straight to who asked, where it was granted."""
    hops = world.rows("hops", "hop_key", _HOPS)
    found: list[Any] = [row for row in hops if me in (row["from_key"], row["to_key"])]
    consents = world.rows("consents", "consent_key", _CONSENTS)
    for hop in hops:
        if hop["asker_key"] != me or hop["from_key"] == me:
            continue
        granted = [
            row
            for row in world.rows("decisions", "decision_key", _DECISIONS)
            if row["hop_key"] == hop["hop_key"]
        ]
        for first in granted[:1]:
            part = world.parts[first["part_key"]]
            about = [
                row for row in consents if row["part_key"] == part["part_key"] and row["consumer_key"] == me
            ]
            said = _history(world, part, about, None, first["decided_at"])
            named = [(row["decided_at"], hop["to_key"]) for row in granted if row["named"]]
            found.append((hop["inquiry_id"], named, said, [row["decided_at"] for row in granted]))
    return found


def _reads(world: World, me: int) -> list[Any]:
    """Whose delivery it is follows from the delivery, not from what the log says."""
    return [
        row
        for row in world.rows("reads", "read_key", _READS)
        if me in (row["provider_key"], row["operator_key"])
    ]


def _engagements(world: World, me: int) -> list[Any]:
    """What two companies know of a verification; what suppliers delivered to the declarant is not in it."""
    found: list[Any] = []
    for row in world.rows("engagements", "engagement_key", _ENGAGEMENTS):
        if me not in (row["operator_key"], row["verifier_key"]):
            continue
        said = {name: row[name] for name in row if name not in {"evidence", "engagement_key"}}
        evidence = json.loads(row["evidence"]) if row["state"] in {"accepted", "concluded"} else None
        if evidence is not None:
            evidence["inputs"] = [
                [one[name] for name in ("trace_id", "name", "kind", "source_id", "share")]
                if one["kind"] == "delivery"
                else one
                for one in evidence["inputs"]
            ]
        found.append(
            (
                said,
                evidence,
                *(
                    [
                        one
                        for one in world.rows(name, key, sql)
                        if one["engagement_key"] == row["engagement_key"]
                    ]
                    for name, key, sql in (
                        ("findings", "finding_key", _FINDINGS),
                        ("opened", "read_key", _OPENED),
                        ("verifications", "verification_key", _VERIFICATIONS),
                    )
                ),
            )
        )
    return found


def _loans(world: World, me: int) -> list[Any]:
    return [
        (
            row,
            [
                one
                for one in world.rows("factors", "factor_key", _FACTORS)
                if one["set_key"] == row["set_key"]
            ],
        )
        for row in world.rows("lent", "set_key", _LENT)
        if row["operator_key"] == me
    ]


def _ledger(world: World, _: int) -> list[Any]:
    return world.rows("heads", "number", _HEADS) + world.rows("indexes", "leaf_index", _INDEXES)


FLOWS: Final[tuple[Flow, ...]] = (
    Flow(
        "directory",
        "name, address, country, public ids and state of a company found by its id; of one that was only invited, to its "
        "inviter alone; that a globally unique company id is taken already",
        "every member",
        "one must know whom one asks; an id that is unique in the world cannot be given twice without a refusal",
        _directory,
    ),
    Flow(
        "request",
        "the request with the customer's part, messages, due date, reply, review, state, link and its notifications; "
        "that a linked supplier has answered",
        "its two parties",
        "a request is a word from one company to the other, and both must know how it stands",
        _requests,
    ),
    Flow(
        "proposal",
        "a value that a customer entered on behalf of its supplier, and what the supplier decided about it",
        "its two parties",
        "it is said under a request, and only the supplier can turn it into a statement",
        _proposals,
    ),
    Flow(
        "delivery",
        "the consented attributes of a supplier's part, with the version stated, the version, purpose and end of the "
        "consent, and when; that it was taken back",
        "the consumer of the consent",
        "the supplier decided so; without the versions nobody could prove or cite what was delivered",
        _deliveries,
    ),
    Flow(
        "shared",
        "the consented attributes of a part, with its trace id, the version stated, the purpose and the end of the consent",
        "every member",
        "its company decided to disclose them to every member or to the public",
        _shared,
    ),
    Flow(
        "public",
        "the same of what is for the public",
        "everybody, without an account",
        "its company decided to disclose it to the public",
        _public,
    ),
    Flow(
        "inquiry",
        "an inquiry with who asks, what, what for, until when and the message; the attributes that were granted to it, and of "
        "whom, if it chose to be named",
        "the customer and the supplier of each hop; the granted attributes, who asked",
        "whoever is asked must know for whom it decides; what it decides reaches who asked only if it grants",
        _inquiries,
    ),
    Flow(
        "read",
        "that a company read a delivery, when, how often, through which door, and whether a person or an application did",
        "the delivery's provider, and the reader's own company",
        "who lets something out may know who reads it; which person it was stays with the reader's company",
        _reads,
    ),
    Flow(
        "engagement",
        "a declaration with its evidence but for what suppliers delivered, who opened it, what was found and answered, and "
        "the conclusion, with the verifier's name",
        "its declarant, and the verifier that the declarant named while it has accepted",
        "the declarant asked for it; its suppliers consented to the declarant alone",
        _engagements,
    ),
    Flow(
        "loan",
        "a set of emission factors that was lent, until when, and that it was taken back; licensed numbers only to persons "
        "with a seat of the borrower's own",
        "the borrower that the lender named",
        "the lender decided so; a buyer or an association lends its factors to its suppliers",
        _loans,
    ),
    Flow(
        "counters",
        "how many requests a chain has, how many are answered, whether nothing is left to ask, and when that changed",
        "the customer and the supplier of each request of the chain",
        "the Ouranos contract shows them; they count requests, never values",
        _counters,
    ),
    Flow(
        "ledger",
        "sizes, roots and times of signed heads, the number of the leaf of one's own fact, hashes in proofs",
        "every member",
        "without them nothing can be proven; heads come at a fixed cadence and are padded, hashes are salted",
        _ledger,
    ),
)
"""Everything that may cross from one company to another."""

WITHOUT_VIEW: Final[Mapping[str, str]] = {
    "that an id one holds exists": "one's own ids, and those that a flow above brought; every other answers as one "
    "that nobody has",
    "the proof of a declaration": "whoever holds the code that is printed on its report may see that the ledger holds its "
    "digest, with ids, rule set, period and time, and no value; nobody can guess a code",
    "the platform's own figures": "`/metrics` and `/readyz` tell whoever runs the platform how busy it is; no label "
    "names a company",
    "the page of whoever runs the platform": "its staff sees which companies there are, invited ones too, how many events "
    "wait, who signed in, which write has gone how far, and how many parts, people, applications and requests each company "
    "has (the basis of a fee): no company's values",
}
"""Allowed besides, and nothing to draw: they are no difference between two worlds that are equal in the flows."""
STAFF_PAGES: Final = frozenset(
    {
        "/app/platform",
        "/app/platform/announcements",
        "/app/platform/companies/{operator_id}",
        "/app/platform/companies/{operator_id}/merge",
        "/app/platform/terms",
        "/app/platform/usage",
        "/app/platform/usage.csv",
        "/app/terms",
    }
)
"""Where the pages that staff opens are shown: by themselves, and again with what was wrong in a form on them."""


def declassified(world: World, observer: UUID | None) -> View:
    """What the company `observer` may learn of all others, flow by flow; without an account (None): what is public.

    The observer's own rows are not in it: what changes them is the observer itself, or a flow.
    """
    if observer is None:
        return {"public": _public(world, 0)}
    me = next(key for key, row in world.operators.items() if row["operator_id"] == observer)
    return {flow.name: flow.draw(world, me) for flow in FLOWS}
