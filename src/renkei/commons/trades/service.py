"""Operations on trades and requests. Every function acts as the transaction's operator and sees its own trades only.

State machine of a request (ouranos-api 8.7), D the customer, U the supplier:

    –              put_request (D)                 → NOT_COMPLETED, unlinked
    any            link (U), part has no answer    → NOT_COMPLETED, linked
    any            link (U), part has an answer    → COMPLETED
    NOT_COMPLETED  mark_answered (U), linked       → COMPLETED
    COMPLETED      review returned (D)             → NOT_COMPLETED, still linked
    any            reject (U)                      → REJECT, unlinked
    REJECT         put_request with the ids (D)    → NOT_COMPLETED, unlinked
    any            cancel (D)                      → CANCEL: it disappears from every list

An id that is unknown, cancelled, another company's, or the other party's to use is `Missing`, without a difference.
Two changes to one trade come one after the other: each locks the trade's row first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.ledger import service as ledger
from renkei.commons.notifications.service import notify_all
from renkei.commons.operators.service import operators_by_keys
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.service import own_part
from renkei.commons.trades import chain_store, store
from renkei.commons.trades.deletion import delete_part
from renkei.commons.trades.errors import (
    AlreadyRequested,
    IdsIncomplete,
    KindUnknown,
    NotReviewable,
    PartTerminated,
    PartyChanged,
    PeriodReversed,
    ReasonMissing,
    RequestMissing,
    SelfRequest,
    SupplierMerged,
    SupplierMissing,
    TradeMissing,
)
from renkei.commons.trades.model import (
    NO_FILTER,
    RequestCounts,
    RequestDraft,
    RequestFilter,
    RequestMessage,
    RequestState,
    RequestView,
    Target,
    Trade,
    TradeInto,
    TradeOut,
    Verdict,
)
from renkei.commons.trades.recounting import HANDLERS, REACTIONS, tell_customer
from renkei.commons.trades.shares import put_part_shares, put_shares, shares_of, shares_of_trade
from renkei.commons.usecase import use_case_of
from renkei.database.caller import WRITERS
from renkei.database.round_trip import Question, Rows
from renkei.database.transaction import Event, Transaction
from renkei.kit.paging import Page, page_of
from renkei.kit.remembered import RememberedBytes

__all__ = [
    "HANDLERS",
    "REACTIONS",
    "cancel",
    "delete_part",
    "find_requests",
    "link",
    "mark_answered",
    "messages",
    "put_part_shares",
    "put_request",
    "put_shares",
    "reject",
    "remind",
    "reply",
    "request_counts",
    "request_of",
    "requests_of_ids",
    "requests_received",
    "review",
    "shares_of",
    "shares_of_trade",
    "statuses",
    "tell_partners",
    "trades_behind",
    "trades_into",
    "trades_out_of",
    "trades_sent",
    "update_request",
]

REMINDER_PAUSE: Final = timedelta(days=1)
"""Nobody is reminded of a request more often."""

_CLOSED = frozenset({"closed", "merged"})
_WORDS: dict[Verdict, str] = {"accepted": "accept", "queried": "query", "returned": "return"}


# -- asking ----------------------------------------------------------------------------------------------------------
def put_request(tx: Transaction, draft: RequestDraft, *, single: bool = False) -> RequestView:
    """Ask a supplier for a bought part, or change what was asked (see `RequestDraft` for the ids).

    single: the part may have no other uncancelled trade (over Ouranos exactly one per bought part).
    Raises `PartMissing`, `SupplierMissing`, `SupplierMerged`, `SelfRequest`, `PartTerminated`, `AlreadyRequested`,
    `KindUnknown`,
    `PeriodReversed`, `IdsIncomplete`; with ids `RequestMissing`, `TradeMissing`, `PartyChanged`, `RequestExists`.
    """
    tx.caller.require(*WRITERS)
    if use_case_of(draft.kind) is None:
        raise KindUnknown("/kind", kind=draft.kind)
    if draft.period_from is not None and draft.period_to is not None and draft.period_to < draft.period_from:
        raise PeriodReversed("/period_to")
    if draft.request_id is not None:
        return update_request(tx, draft)
    trade = None if draft.trade_id is None else _bought_trade(tx, draft)
    asking = store.asking(tx, draft.downstream_trace_id, draft.upstream_operator_id)
    if asking["part_key"] is None:
        raise PartMissing("/downstream_trace_id")
    if asking["successor_id"] is not None:
        raise SupplierMerged("/upstream_operator_id", successor_id=str(asking["successor_id"]))
    if asking["supplier_key"] is None or asking["supplier_state"] in _CLOSED:
        raise SupplierMissing("/upstream_operator_id")
    if asking["supplier_key"] == tx.caller.operator_key:
        raise SelfRequest("/upstream_operator_id")
    if asking["terminated"]:
        raise PartTerminated("/downstream_trace_id")
    if single and trade is None and asking["trades"] > 0:
        raise AlreadyRequested("/downstream_trace_id")
    request_id, request_key, trade_key = store.insert_request(
        tx,
        draft,
        trade_key=None if trade is None else trade.trade_key,
        supplier_key=asking["supplier_key"],
        part_key=asking["part_key"],
        card=asking["card"],
    )
    notify_all(tx, [(asking["supplier_key"], "REQUEST_NEW", trade_key, request_key)])
    _tell(tx, "created", request_id, asking["supplier_key"], trade_key)
    # A further trade shares the part with the former ones; the first one changes no value, only the chain.
    tx.mark("part_inputs" if asking["trades"] else "chain", [asking["part_key"]])
    view = _view(tx, request_id)
    if trade is None:
        _record_trade(tx, view.trade)
    return view


def update_request(tx: Transaction, draft: RequestDraft) -> RequestView:
    """Change message, due date and period of a request; a rejected one is asked anew.

    Raises `RequestMissing` (also if the trade is not the request's own), `PartyChanged`, `RequestExists`.
    """
    tx.caller.require(*WRITERS)
    if draft.trade_id is None or draft.request_id is None:
        raise IdsIncomplete("/trade_id")
    trade, request = _request_of_trade(tx, draft.request_id, draft.trade_id, "downstream")
    _same_parties(trade, draft)
    if request["kind"] != draft.kind:
        raise PartyChanged("/kind")
    store.update_asked(tx, request["request_key"], draft)
    if request["state"] == "REJECT":
        notify_all(tx, [(trade.upstream_key, "REQUEST_NEW", trade.trade_key, request["request_key"])])
    _tell(tx, "updated", draft.request_id, trade.upstream_key, trade.trade_key)
    return _view(tx, draft.request_id)


def _bought_trade(tx: Transaction, draft: RequestDraft) -> Trade:
    """The existing trade that a further request goes under, locked."""
    trade = store.lock_trade(tx, trade_id=draft.trade_id)
    if trade is None or trade.downstream_key != tx.caller.operator_key:
        raise TradeMissing("/trade_id")
    _same_parties(trade, draft)
    return trade


def _same_parties(trade: Trade, draft: RequestDraft) -> None:
    if trade.upstream_operator_id != draft.upstream_operator_id:
        raise PartyChanged("/upstream_operator_id")
    if trade.downstream_trace_id != draft.downstream_trace_id:
        raise PartyChanged("/downstream_trace_id")


def cancel(tx: Transaction, request_id: UUID, trade_id: UUID) -> None:
    """The customer takes a request back, in any state; the trade goes with its last living request.

    What was delivered under it no longer counts for the bought part. Raises `RequestMissing`.
    """
    tx.caller.require(*WRITERS)
    trade, request = _request_of_trade(tx, request_id, trade_id, "downstream")
    others = [one for one in store.requests_of(tx, trade.trade_key) if one["request_id"] != request_id]
    rows = store.set_cancelled(tx, trade.trade_key, request["request_key"], with_trade=not others)
    _record(tx, trade, rows)
    if not others:
        _record_trade(tx, trade, cancelled=True)
    notify_all(tx, [(trade.upstream_key, "REQUEST_CANCELED", trade.trade_key, request["request_key"])])
    _tell(tx, "cancelled", request_id, trade.upstream_key, trade.trade_key)
    tx.mark("part_inputs", [trade.downstream_part_key])


def remind(tx: Transaction, request_ids: Iterable[UUID], text: str) -> int:
    """Write a word under own open requests; how many were left of them.

    A supplier to whom something was written under a request within a day is not written to again. Three statements
    however many requests there are.
    """
    tx.caller.require(*WRITERS)
    rows = store.remind(tx, request_ids, text, quiet_since=tx.now - REMINDER_PAUSE)
    notify_all(
        tx,
        [
            (one["upstream_key"], "REPLY_MESSAGE_REGISTERED", one["trade_key"], one["request_key"])
            for one in rows
        ],
    )
    for one in rows:
        _tell(tx, "reminded", one["request_id"], one["upstream_key"], one["trade_key"])
    return len(rows)


def request_counts(tx: Transaction, kind: str) -> RequestCounts:
    """How the requests stand that the caller has sent. One statement."""
    return RequestCounts(**store.counts(tx, kind, tx.now.date()))


def review(tx: Transaction, request_id: UUID, verdict: Verdict, reason: str | None = None) -> RequestView:
    """The customer accepts, queries or returns an answer; a returned request is open again and stays linked.

    Raises `RequestMissing`, `NotReviewable` without an answer, `ReasonMissing` for a query or return without one.
    """
    tx.caller.require(*WRITERS)
    if verdict != "accepted" and not reason:
        raise ReasonMissing("/reason")
    trade, request = _request_of_trade(tx, request_id, None, "downstream")
    if request["state"] != "COMPLETED":
        raise NotReviewable
    returned = verdict == "returned"
    store.set_review(tx, request["request_key"], verdict, _WORDS[verdict], reason, open_=returned)
    notify_all(
        tx, [(trade.upstream_key, "REPLY_MESSAGE_REGISTERED", trade.trade_key, request["request_key"])]
    )
    _tell(tx, "reviewed", request_id, trade.upstream_key, trade.trade_key)
    if returned:
        tx.mark("chain", [trade.downstream_part_key])
    return _view(tx, request_id)


# -- answering -------------------------------------------------------------------------------------------------------
def link(tx: Transaction, trade_id: UUID, trace_id: UUID) -> Trade:
    """The addressee links its own part to a trade; may be repeated, with another part too.

    Requests of the trade become COMPLETED if the part has an answer of their kind, else NOT_COMPLETED.
    Raises `TradeMissing` (unknown, cancelled, or not addressed to the caller) and `PartMissing`.
    """
    tx.caller.require(*WRITERS)
    trade = store.lock_trade(tx, trade_id=trade_id)
    if trade is None or trade.upstream_key != tx.caller.operator_key:
        raise TradeMissing("query:tradeId")
    part = own_part(tx, trace_id, "query:traceId")
    requests = store.requests_of(tx, trade.trade_key)
    answered = {kind for kind in {one["kind"] for one in requests} if _has_answer(tx, kind, part.part_key)}
    states: list[tuple[int, RequestState]] = [
        (one["request_key"], "COMPLETED" if one["kind"] in answered else "NOT_COMPLETED") for one in requests
    ]
    _record(tx, trade, store.set_link(tx, trade.trade_key, part.part_key, trace_id, states))
    _record_trade(tx, replace(trade, upstream_trace_id=trace_id))
    notify_all(
        tx,
        [
            (trade.downstream_key, "CFP_RESPONSED", trade.trade_key, one["request_key"])
            for one in requests
            if one["kind"] in answered
            and (one["state"] != "COMPLETED" or trade.upstream_part_key != part.part_key)
        ],
    )
    for one in requests:
        _tell(tx, "linked", one["request_id"], trade.downstream_key, trade.trade_key)
    moved = {part.part_key} | ({trade.upstream_part_key} - {None})
    tx.mark("disclosure", [key for key in moved if key is not None])
    tx.mark("chain", [part.part_key])
    linked = store.lock_trade(tx, trade_id=trade_id)
    assert linked is not None
    return linked


def _has_answer(tx: Transaction, kind: str, part_key: int) -> bool:
    use_case = use_case_of(kind)
    return use_case is not None and part_key in use_case.has_answer(tx, [part_key])


def mark_answered(tx: Transaction, kind: str, part_keys: Iterable[int]) -> int:
    """Linked open requests of `kind` for these own parts are COMPLETED now; returns how many changed.

    Called by a use case in the supplier's transaction once a statement exists. One statement if nothing changes.
    """
    completed = store.complete(tx, kind, part_keys)
    notify_all(
        tx,
        [(one["downstream_key"], "CFP_RESPONSED", one["trade_key"], one["request_key"]) for one in completed],
    )
    for one in completed:
        parties = [(one["downstream_key"], one["operator_id"])]
        ledger.record(tx, "answer", one["request_id"], _content(one["trade_id"], one), parties=parties)
        _tell(tx, "answered", one["request_id"], one["downstream_key"], one["trade_key"])
    tx.mark("chain", [one["upstream_part_key"] for one in completed])
    return len(completed)


def reject(tx: Transaction, request_id: UUID, trade_id: UUID, reply: str | None = None) -> RequestView:
    """The supplier sends a request back, in any state; the link to its part is dropped.

    (The link stays while another request of the trade lives.) What was delivered is taken back by the use case, which
    is told by the mark `disclosure` on the part that was linked, and by `unlinked` on the trade. Raises `RequestMissing`.
    """
    tx.caller.require(*WRITERS)
    trade, request = _request_of_trade(tx, request_id, trade_id, "upstream")
    others = [
        one
        for one in store.requests_of(tx, trade.trade_key)
        if one["request_id"] != request_id and one["state"] != "REJECT"
    ]
    store.set_rejected(tx, trade.trade_key, request["request_key"], reply, unlink=not others)
    notify_all(tx, [(trade.downstream_key, "REQUEST_REJECTED", trade.trade_key, request["request_key"])])
    _tell(tx, "rejected", request_id, trade.downstream_key, trade.trade_key)
    tell_customer(tx, trade.downstream_key, request_id, trade.downstream_part_key)
    if trade.upstream_part_key is not None:
        tx.mark("disclosure", [trade.upstream_part_key])
    view = _view(tx, request_id)
    if not others:
        tx.mark("unlinked", [trade.trade_key])
        _record_trade(tx, view.trade)
    return view


def reply(tx: Transaction, request_id: UUID, text: str | None) -> RequestView:
    """The supplier writes a word to the customer (None takes the present one away). Raises `RequestMissing`."""
    tx.caller.require(*WRITERS)
    trade, request = _request_of_trade(tx, request_id, None, "upstream")
    store.set_reply(tx, request["request_key"], text)
    notify_all(
        tx, [(trade.downstream_key, "REPLY_MESSAGE_REGISTERED", trade.trade_key, request["request_key"])]
    )
    _tell(tx, "replied", request_id, trade.downstream_key, trade.trade_key)
    return _view(tx, request_id)


def _request_of_trade(
    tx: Transaction, request_id: UUID, trade_id: UUID | None, side: str
) -> tuple[Trade, DictRow]:
    """The locked trade and the living request, if the caller is on this side and the ids belong together."""
    trade = store.lock_trade(tx, request_id=request_id)
    mine = None if trade is None else trade.downstream_key if side == "downstream" else trade.upstream_key
    if trade is None or mine != tx.caller.operator_key or trade_id not in (None, trade.trade_id):
        raise RequestMissing("/request_id")
    for request in store.requests_of(tx, trade.trade_key):
        if request["request_id"] == request_id:
            return trade, request
    raise RequestMissing("/request_id")


def _view(tx: Transaction, request_id: UUID) -> RequestView:
    """The request as it is after a change, which the ledger is told."""
    view = store.read_request(tx, request_id)
    assert view is not None
    _record(tx, view.trade, [{name: getattr(view, name) for name in store.FACT_NAMES}])
    return view


def _record(tx: Transaction, trade: Trade, requests: Iterable[Mapping[str, Any]]) -> None:
    """Put requests as they are now into the ledger: `request` by the customer, `answer` by the supplier."""
    kind = "request" if trade.downstream_key == tx.caller.operator_key else "answer"
    for one in requests:
        ledger.record(tx, kind, one["request_id"], _content(trade.trade_id, one), parties=_parties(trade))


def _record_trade(tx: Transaction, trade: Trade, *, cancelled: bool = False) -> None:
    """Put a trade as it is now into the ledger."""
    content = {
        "trade_id": trade.trade_id,
        "downstream_operator_id": trade.downstream_operator_id,
        "upstream_operator_id": trade.upstream_operator_id,
        "downstream_trace_id": trade.downstream_trace_id,
        "upstream_trace_id": trade.upstream_trace_id,
        "cancelled": cancelled,
    }
    ledger.record(tx, "trade", trade.trade_id, content, parties=_parties(trade))


def _parties(trade: Trade) -> list[tuple[int, UUID]]:
    return [
        (trade.downstream_key, trade.downstream_operator_id),
        (trade.upstream_key, trade.upstream_operator_id),
    ]


def _content(trade_id: UUID, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"trade_id": trade_id, **{name: request[name] for name in store.FACT_NAMES}}


def _tell(tx: Transaction, verb: str, request_id: UUID, partner_key: int, trade_key: int) -> None:
    """Tell both parties what became of a request."""
    for party in (tx.caller.operator_key, partner_key):
        tx.emit(Event(f"jp.renkei.request.{verb}.v1", party, request_id, {"trade": trade_key}))


# -- reading ---------------------------------------------------------------------------------------------------------
def request_of(tx: Transaction, request_id: UUID) -> RequestView:
    """One living request the caller sent or received. Raises `RequestMissing`."""
    view = store.read_request(tx, request_id)
    if view is None:
        raise RequestMissing
    return view


def trades_sent(
    tx: Transaction,
    trace_ids: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 100,
    *,
    kind: str | None = None,
) -> Page[RequestView]:
    """Requests the caller sent, newest first; two statements at most.

    `after` may be a request id or a downstream trace id (its newest request); an unknown one gives an empty page.
    The cursor of the next page is the downstream trace id, or the request id where the part has several requests.
    """
    rows = store.list_requests(
        tx, "REQUEST", trace_ids=trace_ids, kind=kind, after=after, rows_wanted=limit + 1
    )
    return _page_by_trace(tx, rows, limit)


def requests_received(
    tx: Transaction, after: UUID | None = None, limit: int = 100, *, kind: str | None = None
) -> Page[RequestView]:
    """Requests the caller received, newest first; the cursor is the request id. One statement."""
    rows = store.list_requests(tx, "RESPONSE", kind=kind, after=after, rows_wanted=limit + 1)
    return page_of(rows, limit, id_of=lambda view: view.request_id)


def newest_received(kind: str, limit: int) -> Question:
    """The question that `received_pieces` needs the answer to; it may be sent along with the entry of the transaction."""
    return store.newest_received(kind, limit + 1)


def received_pieces(
    tx: Transaction,
    newest: Rows,
    remembered: RememberedBytes,
    limit: int,
    kind: str,
    show: Callable[[RequestView], bytes],
) -> tuple[list[bytes], UUID | None]:
    """`show` of the first page of `requests_received`, and its cursor; taken from memory where nothing changed.

    One statement at most, none if all is remembered. `newest` must be of the same moment as what is read in `tx` (see
    `Database.run`); `show` must follow from the view alone, and always be the same.
    """
    prints = newest.raw(0)
    known = [remembered.get(fingerprint) for fingerprint in prints[:limit]]
    pieces = [piece for piece in known if piece is not None]
    if len(pieces) < len(known):
        pieces = [show(view) for view in requests_received(tx, None, limit, kind=kind).items]
        for fingerprint, piece in zip(prints, pieces, strict=False):
            remembered.put(fingerprint, piece)
    after = UUID(newest.raw(1)[limit].decode()) if len(prints) > limit else None
    return pieces, after


def statuses(
    tx: Transaction,
    target: Target | None = None,
    trace_id: UUID | None = None,
    request_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 100,
    *,
    kind: str | None = None,
) -> Page[RequestView]:
    """Requests sent, received or both, newest first; two statements at most.

    `trace_id` (downstream) counts with REQUEST only, `request_id` with the others only; with either, `after` does not.
    The cursor is that of `trades_sent` for REQUEST, else the request id.
    """
    traces = [trace_id] if trace_id is not None and target == "REQUEST" else None
    request = request_id if target != "REQUEST" else None
    start = after if traces is None and request is None else None
    rows = store.list_requests(
        tx, target, trace_ids=traces, request_id=request, kind=kind, after=start, rows_wanted=limit + 1
    )
    if target == "REQUEST":
        return _page_by_trace(tx, rows, limit)
    return page_of(rows, limit, id_of=lambda view: view.request_id)


def requests_of_ids(tx: Transaction, request_ids: Iterable[UUID]) -> list[RequestView]:
    """The living ones of these requests that the caller sent or received, newest first. One statement, none for none."""
    ids = tuple(set(request_ids))
    if not ids:
        return []
    return store.list_requests(tx, None, where=RequestFilter(request_ids=ids), rows_wanted=len(ids))


def find_requests(
    tx: Transaction,
    target: Target,
    where: RequestFilter = NO_FILTER,
    after: UUID | None = None,
    limit: int = 100,
    *,
    kind: str | None = None,
) -> Page[RequestView]:
    """The requests sent or received that meet `where`, newest first; the cursor is the request id.

    One statement; with `where.text` three, since the names of companies are another room's.
    """
    partners: list[int] = []
    if where.text is not None:
        sought = where.text.casefold()
        companies = operators_by_keys(tx, store.partners_of(tx, target))
        partners = [key for key, company in companies.items() if sought in company.name.casefold()]
    rows = store.list_requests(
        tx, target, where=where, partners=partners, kind=kind, after=after, rows_wanted=limit + 1
    )
    return page_of(rows, limit, id_of=lambda view: view.request_id)


def _page_by_trace(tx: Transaction, rows: Sequence[RequestView], limit: int) -> Page[RequestView]:
    if len(rows) <= limit:
        return Page(tuple(rows))
    following = rows[limit]
    trace_id = following.trade.downstream_trace_id
    only = store.is_only_request(tx, trace_id)
    return Page(tuple(rows[:limit]), trace_id if only else following.request_id)


def messages(tx: Transaction, request_id: UUID) -> tuple[RequestMessage, ...]:
    """Every word said under a request, oldest first. Raises `RequestMissing`."""
    return store.read_messages(tx, request_of(tx, request_id).request_key)


def trades_into(tx: Transaction, part_keys: Iterable[int], kind: str | None = None) -> tuple[TradeInto, ...]:
    """Uncancelled trades the caller supplies with these own parts. One statement.

    `state` is that of the newest living request (of `kind`, if given).
    """
    return store.trades_into(tx, part_keys, kind)


def trades_out_of(tx: Transaction, part_keys: Iterable[int], kind: str | None = None) -> tuple[TradeOut, ...]:
    """Uncancelled trades by which the caller buys these own parts. One statement. `state` as in `trades_into`."""
    return store.trades_out_of(tx, part_keys, kind)


def tell_partners(tx: Transaction, type_: str) -> int:
    """Tell every company with a living request from or to the caller's, once each; how many."""
    partners = {*store.partners_of(tx, "REQUEST"), *store.partners_of(tx, "RESPONSE")}
    notify_all(tx, [(partner, type_, None, None) for partner in sorted(partners)])
    return len(partners)


def trades_behind(tx: Transaction, part_key: int) -> tuple[TradeOut, ...]:
    """Uncancelled trades by which the caller buys what stands in an own part, through its own assemblies. Two statements."""
    children, terminated, below = chain_store.read_below(tx, [part_key])
    bought = [key for key in below if key not in terminated and not children.get(key)]
    return store.trades_out_of(tx, bought, None) if bought else ()
