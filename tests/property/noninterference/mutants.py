"""Leaks planted on purpose, each of which the comparison must find.

Row-level security hides what a forgotten WHERE would show. Leaks of that kind are therefore planted with the second lock
taken away (`unlocked`); they also show what the second lock is for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from starlette.responses import Response

from renkei.commons.consents import delivering, inquiries_store, rules
from renkei.commons.consents.model import Payload, StoredConsent
from renkei.commons.edge.calls import Call
from renkei.commons.ledger import service as ledger
from renkei.commons.notifications import store as notifications
from renkei.commons.trades import recounting
from renkei.commons.trades.chain import Recount
from renkei.database.transaction import Transaction
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.web.calls import PageCall
from tests.property.noninterference.calls import DATA, INFO, Route
from tests.property.noninterference.sites import Injected, each_statement

Plant = Callable[[], Any]
"""Gives a context in which the leak is there."""


@dataclass(frozen=True)
class Mutant:
    """A leak: what it is, how it is planted, what others do that could show by it, and where."""

    what: str
    plant: Plant
    acts: tuple[str, ...]
    shows: tuple[Route, ...]
    unlocked: bool = False
    then: str | None = None
    """What every company does afterwards, in every world."""


happened: Counter[str] = Counter()
"""How often each kind of planting took effect since this was cleared: zero, and nothing was planted at all."""


def _noted(change: Callable[[str], str]) -> Callable[[str], str]:
    def noting(sql: str) -> str:
        now = change(sql)
        if now != sql:
            happened["statement"] += 1
        return now

    return noting


# -- SQL -------------------------------------------------------------------------------------------------------------
_MINE: Final = re.compile(
    r"(?:\b\w+\.)?\b(?:operator_key|downstream_key|upstream_key|provider_key) = commons\.me\(\)"
    r"|commons\.me\(\) IN \([^)]*\)"
)


def lifted(sql: str) -> str:
    """A statement that no longer asks whose the rows are."""
    return _MINE.sub("true", sql)


def rewritten(change: Callable[[str], str]) -> AbstractContextManager[None]:
    """Every statement of this process changed before it is sent."""
    changed = cache(change)
    return each_statement(lambda sql, database: changed(sql))


def without_filter(*marks: str) -> Plant:
    """The statements with all of these pieces, without their filters."""
    return lambda: rewritten(_noted(lambda sql: lifted(sql) if all(mark in sql for mark in marks) else sql))


def without_filters(*several: tuple[str, ...]) -> Plant:
    """The same of several statements: what one lets out, another shows."""

    def change(sql: str) -> str:
        return lifted(sql) if any(all(mark in sql for mark in marks) for marks in several) else sql

    return lambda: rewritten(_noted(change))


def exchanged(mark: str, former: str, now: str) -> Plant:
    """A piece of one statement exchanged."""
    return lambda: rewritten(_noted(lambda sql: sql.replace(former, now) if mark in sql else sql))


# -- functions -------------------------------------------------------------------------------------------------------
def _patched(place: Any, name: str, wrap: Callable[[Any], Any]) -> Plant:
    def plant() -> Any:
        former = getattr(place, name)
        wrapped = wrap(former)

        def called(*arguments: Any, **options: Any) -> Any:
            happened[name] += 1
            return wrapped(*arguments, **options)

        return patch.object(place, name, called)

    return plant


class Betrayed(RenkeiError):
    """It is there, and somebody else's."""

    code = "betrayed"
    kind = FaultKind.FORBIDDEN
    en = "This belongs to somebody else."
    ja = "他社のものです。"


_EXISTS: Final = """
    SELECT p.name, o.name AS owner FROM commons.parts p JOIN commons.operators o ON o.operator_key = p.operator_key
     WHERE p.trace_id::text = ANY(%s)
"""


def _on_missing(betray: Callable[[RenkeiError, dict[str, Any] | None], None]) -> Plant:
    """What is missing is looked up among everybody's parts."""

    def wrap(run: Any) -> Any:
        def running(self: Injected, entry: Any, work: Any, **options: Any) -> Any:
            def looking(tx: Transaction) -> Any:
                try:
                    return work(tx)
                except RenkeiError as error:
                    if error.kind is FaultKind.MISSING:
                        betray(error, tx.row(_EXISTS, (re.findall(r"[0-9a-f-]{36}", " ".join(_said)),)))
                    raise

            return run(self, entry, looking, **options)

        return running

    @contextmanager
    def plant() -> Iterator[None]:
        with (
            patch.object(Injected, "run", wrap(Injected.run)),
            patch.object(Call, "read", _noting(Call.read)),
        ):
            yield

    return plant


_said: list[str] = []


def _noting(read: Any) -> Any:
    def noting(self: Call, work: Any) -> Response:
        _said[:] = [self.scope["path"]]
        found: Response = read(self, work)
        return found

    return noting


def _forbid(_: RenkeiError, found: dict[str, Any] | None) -> None:
    if found is not None:
        happened["error"] += 1
        raise Betrayed


def _name(error: RenkeiError, found: dict[str, Any] | None) -> None:
    if found is not None:
        happened["error"] += 1
        error.pointer = f"{found['owner']}: {found['name']}"


def _look_again() -> Plant:
    """One statement more where the thing exists: nothing is said, but it takes longer."""

    def wrap(run: Any) -> Any:
        def running(self: Injected, entry: Any, work: Any, **options: Any) -> Any:
            def looking(tx: Transaction) -> Any:
                try:
                    return work(tx)
                except RenkeiError as error:
                    if error.kind is FaultKind.MISSING and tx.row(
                        _EXISTS, (re.findall(r"[0-9a-f-]{36}", " ".join(_said)),)
                    ):
                        happened["error"] += 1
                        tx.execute("SELECT pg_sleep(0)")
                    raise

            return run(self, entry, looking, **options)

        return running

    @contextmanager
    def plant() -> Iterator[None]:
        with (
            patch.object(Injected, "run", wrap(Injected.run)),
            patch.object(Call, "read", _noting(Call.read)),
        ):
            yield

    return plant


def _kept_for_all(read: Any) -> Any:
    kept: dict[tuple[Any, ...], Response] = {}

    def reading(self: Call, work: Any) -> Response:
        key = (id(self.context.database), self.scope["path"], self.scope["query_string"])
        if key not in kept:
            kept[key] = read(self, work)
        else:
            self.context.database.read(self.entry, lambda tx: tx.caller)
        return kept[key]

    return reading


def _pages_kept_for_all(read: Any) -> Any:
    kept: dict[tuple[Any, ...], Any] = {}

    def reading(self: PageCall, work: Any) -> Any:
        found = read(self, work)
        return kept.setdefault((id(self.context.database), str(self.request.url)), found)

    return reading


def _counting(read: Any) -> Any:
    def reading(self: Call, work: Any) -> Response:
        answer: Response = read(self, work)
        if self.scope["path"] == "/v1/parts":
            count = self.context.database.read(
                self.entry, lambda tx: tx.execute("SELECT count(*) FROM commons.parts").fetchone()
            )
            answer.headers["X-Total-Count"] = str(count)
        return answer

    return reading


def _to_somebody_else(insert: Any) -> Any:
    def inserting(tx: Transaction, notices: Any, further: Any = None) -> None:
        insert(
            tx,
            [
                *notices,
                *((1 if tx.caller.operator_key != 1 else 2, type_, None, None) for _, type_, _, _ in notices),
            ],
            further and [*further, *further],
        )

    return inserting


def _with_every_attribute(former: Any) -> Any:
    def bringing(self: Any, trade: Any, consent: StoredConsent | None, payload: Payload, last: Any) -> None:
        if consent is not None and consent.state == "granted":
            consent = replace(consent, attributes=consent.attributes | {"pds"})
        former(self, trade, consent, payload, last)

    return bringing


def _without_end(deciding: Any) -> Any:
    def going_on(consents: Any, place: Any, moment: Any) -> Any:
        found = deciding(consents, place, moment)
        over = [one for one in consents if one.state == "withdrawn" and rules.reaches(one, place, moment)]
        if found is None and over:
            return replace(over[0], state="granted", attributes=frozenset({"total"}))
        return found

    return going_on


def _groups_of_all(is_for: Any) -> Any:
    def anybody(consent: Any, place: Any, *moment: Any) -> bool:
        return consent.consumer == "group" or bool(is_for(consent, place, *moment))

    return anybody


def _refusal_told(decide: Any) -> Any:
    def deciding(tx: Transaction, hop: Any, decision: str, **options: Any) -> None:
        decide(tx, hop, decision, **options)
        if decision == "refused":
            notifications.insert(tx, [(hop.asker_key, "REQUEST_REJECTED", None, None)])

    return deciding


def _known_by_its_parts(answer: Any) -> Any:
    def answering(tx: Transaction, kind: str, rows: Any) -> None:
        size = _parts_of(tx)
        said = [
            {name: {**content, "parts": size} for name, content in row.payload.items()}
            if row.provider_id is None
            else row.payload
            for row in rows
        ]
        answer(tx, kind, [replace(row, payload=payload) for row, payload in zip(rows, said, strict=True)])

    return answering


def _parts_of(tx: Transaction) -> int:
    """How many parts the caller has, which nobody is told."""
    row = tx.row("SELECT count(*) AS n FROM commons.parts WHERE operator_key = commons.me()")
    return int(row["n"]) if row else 0


def _shared_with_its_parts(new_shared: Any) -> Any:
    def shared(tx: Transaction, *said: Any) -> Any:
        row = new_shared(tx, *said)
        size = _parts_of(tx)
        payload = {name: {**content, "parts": size} for name, content in row.payload.items()}
        return replace(row, payload=payload)

    return shared


def _told_of_everything(former: Any) -> Any:
    def bringing(self: Any, trade: Any, consent: StoredConsent | None, payload: Payload, last: Any) -> None:
        former(self, trade, consent, payload, last)
        self.told.append((trade.downstream_key, trade.trade_key, trade.request_key))

    return bringing


def _coverage_of_structure(former: Any) -> Any:
    def bringing(self: Any, trade: Any, consent: StoredConsent | None, payload: Payload, last: Any) -> None:
        attributes = {
            name: {**content, "version": payload.version} if name != "certificate" else content
            for name, content in payload.attributes.items()
        }
        former(self, trade, consent, replace(payload, attributes=attributes), last)

    return bringing


def _speaking_tombstone(former: Any) -> Any:
    def burying(self: Any, last: Any, downstream_part_key: int, request_key: int | None = None) -> None:
        before = len(self.rows)
        former(self, last, downstream_part_key, request_key)
        self.rows[before:] = [
            replace(row, payload={"total": {"parts": _parts_of(self.tx)}}) for row in self.rows[before:]
        ]

    return burying


def _facts_for_the_consumer(record: Any) -> Any:
    def recording(tx: Transaction, kind: str, subject_id: Any, content: Any, **options: Any) -> None:
        if kind == "consent" and content["consumer_key"] is not None:
            row = tx.row(
                "SELECT operator_id FROM commons.directory WHERE operator_key = %s",
                (content["consumer_key"],),
            )
            options["parties"] = [(content["consumer_key"], row["operator_id"] if row else None)]
        record(tx, kind, subject_id, content, **options)

    return recording


def _values_counted(recount: Any) -> Any:
    def counting(received: Any, children: Any, terminated: Any, sent: Any) -> Any:
        received = list(received)
        found = {one.request_key: one for one in recount(received, children, terminated, sent)}
        more = sum(len(lines) for lines in children.values())
        return [
            replace(
                found.get(one.request_key)
                or Recount(one.request_key, one.tree_terminated, one.completed_count, one.trades_count),
                trades_count=1 + more,
            )
            for one in received
        ]

    return counting


_VALUES: Final = (
    "value", "value_of_end", "quality", "primary_share", "gate_to_gate", "categories",
)  # fmt: skip


def _reads(*paths: str) -> tuple[Route, ...]:
    return tuple(("GET", path) for path in paths)


_PARTS: Final = _reads("/v1/parts", f"{DATA}?dataTarget=parts", "/app/parts")
_PART: Final = _reads("/v1/parts/{trace_id}", "/v1/parts/{trace_id}/structure", "/app/parts/{trace_id}")
_STRUCTURE: Final = _reads("/v1/parts/{trace_id}/structure", f"{DATA}?dataTarget=partsStructure")
_REQUESTS: Final = _reads(
    "/v1/requests", f"{DATA}?dataTarget=tradeResponse", f"{DATA}?dataTarget=status", "/app/requests"
)
_REQUEST: Final = _reads(
    "/v1/requests/{request_id}", "/v1/requests/{request_id}/messages", "/app/requests/{request_id}"
)
_INBOX: Final = _reads("/v1/notifications", "/app/notifications", "/app/")
_CONSENTS: Final = _reads("/v1/consents", "/cfpAcl", "/app/disclosures")
_PLANTS: Final = _reads("/v1/plants", f"{INFO}?dataTarget=plant")
_FILES: Final = _reads("/v1/files", "/v1/files/{file_id}")
_PROPOSALS: Final = _reads("/v1/proposals")
_DECLARATIONS: Final = _reads("/v1/declarations", "/v1/declarations/{declaration_id}")
_UPDATES: Final = _reads("/v1/updates", "/app/updates")
_FOOTPRINTS: Final = _reads(
    "/v1/parts/{trace_id}/footprint", "/v1/parts/{trace_id}/footprint/versions", "/v1/footprints", f"{DATA}?dataTarget=cfp"
)  # fmt: skip
_OPERATORS: Final = _reads("/v1/operators/{operator_id}", f"{INFO}?dataTarget=operator")
_DELIVERIES: Final = _reads(
    "/v1/deliveries", f"{DATA}?dataTarget=tradeRequest", "/v1/parts/{trace_id}/footprint"
)
_PROOFS: Final = _reads("/v1/ledger/proofs")
_INQUIRIES: Final = _reads("/v1/inquiries", "/v1/inquiries/{inquiry_id}")
_READINGS: Final = _reads("/v1/reads")
_SHARED: Final = _reads("/v1/shared", "/v1/public")
_ENGAGEMENTS: Final = _reads(
    "/v1/engagements", "/v1/engagements/{engagement_id}", "/v1/declarations/{declaration_id}/verifications"
)
_FACTOR_SETS: Final = _reads("/v1/factor-sets", "/v1/factor-sets/{set_id}/{version}", "/v1/factors")
_LISTS: Final = _reads("/v1/parts", "/v1/plants", "/v1/files")

MUTANTS: Final[Mapping[str, Mutant]] = {
    "parts listed unfiltered": Mutant(
        "GET /v1/parts without whose parts", without_filter("ORDER BY p.name, p.support_name, p.trace_id", "%(roots)s"),
        ("parts", "part_renamed"), _PARTS, unlocked=True,
    ),
    "part read unfiltered": Mutant(
        "a foreign part by its id", without_filter("WHERE trace_id = ANY(%s)", "OFFSET 0"),
        ("parts", "part_renamed"), _PART, unlocked=True,
    ),
    "structure read unfiltered": Mutant(
        "a foreign structure by its part's id", without_filter("FROM parent JOIN commons.structure_lines l"),
        ("structure",), _STRUCTURE, unlocked=True,
    ),
    "request read unfiltered": Mutant(
        "a request between two others", without_filter("WHERE r.request_id = %s", "r.state <> 'CANCEL'"),
        ("message", "request", "answer"), _REQUEST, unlocked=True,
    ),
    "inbox unfiltered": Mutant(
        "notifications of all", without_filter("FROM commons.notifications n"), ("request", "answer"), _INBOX, unlocked=True,
    ),
    "consents unfiltered": Mutant(
        "what others disclose", without_filter("FROM commons.consents c", "ORDER BY c.consent_key DESC"),
        ("consent", "consent_withdrawn"), _CONSENTS, unlocked=True,
    ),
    "plants unfiltered": Mutant(
        "plants of all", without_filter("FROM commons.plants", "ORDER BY plant_key"), ("plant",), _PLANTS, unlocked=True,
    ),
    "files unfiltered": Mutant(
        "files of all", without_filter("FROM commons.files", "ORDER BY"), ("file", "certificate"), _FILES, unlocked=True,
    ),
    "proposals unfiltered": Mutant(
        "values proposed to others", without_filter("FROM footprint.proposals p", "p.proposal_key"),
        ("proposal",), _PROPOSALS, unlocked=True,
    ),
    "declarations unfiltered": Mutant(
        "what others declared", without_filters(
            ("FROM footprint.declarations d",), ("FROM footprint.statements", "statement_key = ANY(%s)")
        ),
        ("declaration",), _DECLARATIONS, unlocked=True,
    ),
    "engagements unfiltered": Mutant(
        "verifications of others", without_filter("FROM footprint.engagements e", "ORDER BY e.engagement_key"),
        ("verification", "engagement_ended"), _ENGAGEMENTS, unlocked=True,
    ),
    "factor sets unfiltered": Mutant(
        "factors of others", without_filter("FROM footprint.factor_sets s", "ORDER BY s.name"), ("lending",),
        _FACTOR_SETS, unlocked=True,
    ),
    "updates unfiltered": Mutant(
        "what waits at others", without_filter("FROM footprint.updates u", "ORDER BY u.update_key"),
        ("policy", "waiting_value"), _UPDATES, unlocked=True,
    ),
    "statements unfiltered": Mutant(
        "foreign versions of a footprint", without_filters(
            ("FROM footprint.statements",), ("WHERE trace_id = ANY(%s)", "OFFSET 0")
        ),
        _VALUES, _FOOTPRINTS, unlocked=True,
    ),
    "invited companies for all": Mutant(
        "a company that somebody else invited",
        exchanged(
            "WHERE operator_id = ANY(%s::uuid[])",
            "(state <> 'provisional' OR invited_by_key = commons.me() OR operator_key = commons.me())", "true",
        ),
        ("invitation",), _OPERATORS, unlocked=True,
    ),
    "count unfiltered": Mutant(
        "how many parts there are in all", _patched(Call, "read", _counting), ("parts",), _PARTS, unlocked=True,
    ),
    "cursor with foreign ids": Mutant(
        "a page that begins at somebody else's part",
        exchanged("WHERE trace_id = %(after)s", "WHERE trace_id = %(after)s AND operator_key = commons.me()", "WHERE trace_id = %(after)s"),
        ("parts", "part_renamed"), _PARTS, unlocked=True,
    ),
    "order by a hidden field": Mutant(
        "requests in the order of how many parts the other party has",
        exchanged(
            "WHERE r.request_key IN (SELECT request_key FROM page)", "ORDER BY r.created_at DESC, r.request_key DESC",
            "ORDER BY (SELECT mod(count(*), 7) FROM commons.parts x WHERE x.operator_key IN (r.upstream_key, r.downstream_key)), r.request_key DESC",
        ),
        ("parts",), _REQUESTS, unlocked=True,
    ),
    "403 for 404": Mutant("forbidden where it exists", _on_missing(_forbid), ("parts",), _PART, unlocked=True,
    ),
    "foreign name in an error": Mutant(
        "whose it is, in the text of an error", _on_missing(_name), ("parts", "part_renamed"), _PART, unlocked=True,
    ),
    "slower where it exists": Mutant("one statement more for what exists", _look_again(), ("parts",), _PART, unlocked=True,
    ),
    "answer kept without key": Mutant(
        "the first caller's answer for everybody", _patched(Call, "read", _kept_for_all), ("parts", "plant", "file"), _LISTS,
    ),
    "notification to the wrong inbox": Mutant(
        "what happened between two, told to a third", _patched(notifications, "insert", _to_somebody_else),
        ("request", "message", "answer"), _INBOX,
    ),
    "delivery with an unconsented attribute": Mutant(
        "the share of primary data, whatever was agreed",
        _patched(delivering._Writer, "bring_up_to_date", _with_every_attribute), ("primary_share",), _DELIVERIES,
    ),
    "delivery after the withdrawal": Mutant(
        "the total still after the consent was taken back",
        _patched(delivering, "deciding", _without_end), ("value", "value_of_end"), _DELIVERIES,
    ),
    "asker told of a refusal": Mutant(
        "that somebody behind refused", _patched(inquiries_store, "decide", _refusal_told), ("inquiry_decided",), _INBOX,
    ),
    "supplier behind known by its parts": Mutant(
        "how many parts a supplier behind has that did not want to be known", _patched(inquiries_store, "answer", _known_by_its_parts),
        ("parts",), _INQUIRIES, then="value",
    ),
    "group without members": Mutant(
        "what is for a group, for whoever trades", _patched(rules, "_is_for", _groups_of_all),
        ("value", "value_of_end", "wide_consent", "selection"), _DELIVERIES,
    ),
    "read log unfiltered": Mutant(
        "who read what of others", without_filter("FROM commons.delivery_reads l", "ORDER BY l.read_key DESC"),
        ("reading",), _READINGS, unlocked=True,
    ),
    "shared with more than was agreed": Mutant(
        "how many parts the provider has, in what everybody may read",
        _patched(delivering, "_new_shared", _shared_with_its_parts), ("parts",), _SHARED, then="wide_consent",
    ),
    "told of every version": Mutant(
        "a notification although nothing disclosed has changed",
        _patched(delivering._Writer, "bring_up_to_date", _told_of_everything), _VALUES, _INBOX,
    ),
    "version in the content": Mutant(
        "how often the supplier changed anything",
        _patched(delivering._Writer, "bring_up_to_date", _coverage_of_structure), _VALUES, _DELIVERIES,
    ),
    "tombstone with content": Mutant(
        "how many parts the provider has, in the row that takes its value back",
        _patched(delivering._Writer, "bury", _speaking_tombstone), ("parts",), _DELIVERIES,
        then="consent_withdrawn",
    ),
    "counter that counts lines": Mutant(
        "the size of the supplier's structure in a chain counter", _patched(recounting, "recount", _values_counted),
        ("structure",), _REQUESTS,
    ),
    "fact for the consumer": Mutant(
        "the versions of a consent in the ledger, for the consumer",
        _patched(ledger, "record", _facts_for_the_consumer), ("consent_reworded", "consent"), _PROOFS,
    ),
    "hidden number of the customer's part": Mutant(
        "how many lines the customer's structures have, beside its part",
        exchanged(
            "r.updated_at, r.customer_part", "r.customer_part",
            "(r.customer_part || jsonb_build_object('info3', (SELECT count(*) FROM commons.structure_lines x "
            "WHERE x.operator_key = r.downstream_key)::text))",
        ),
        ("structure",), _REQUESTS, unlocked=True,
    ),
    "page kept without key": Mutant(
        "what the first one saw on a page, for everybody", _patched(PageCall, "read", _pages_kept_for_all), ("parts",),
        _reads("/app/parts"),
    ),
}  # fmt: skip
