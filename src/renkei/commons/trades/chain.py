"""How far a chain has answered: the counters of a received request, as pure arithmetic.

A request R that I received and linked to my part p stands on the requests I sent for what I buy below p.
The *leaves* of p are found by going down my own structures in force, over lines that take part in the chain: those with
an amount and a usage share above zero that are not consigned free of charge (what the customer hands over, the customer
asks for). A part on the way is

- an end leaf, if it is terminated: nothing upstream of it needs to be asked;
- a bought leaf, if it has a trade that is not cancelled (whatever lines it may have: who asks a supplier for it buys it);
- gone through, if it has lines;
- an open leaf otherwise: bought, and nobody asked yet.

The same rule is used for p itself, so a trading company that links the part it buys has one leaf.

    tree_terminated(R)  p has at least one leaf, and each is an end leaf, or a bought leaf of which every trade with a
                        share above zero (at least one) has a newest request of R's kind that is tree_terminated
    trades_count(R)     1 + sum of trades_count over my requests of R's kind for the bought leaves
    completed_count(R)  1 if R is COMPLETED, + sum of completed_count over the same

Not linked or rejected: 1, 0, not terminated. Cancelled requests count nowhere.
A chain that runs in a circle through several companies has no finite count: a recount is passed on over at most
`MAX_HOPS` companies, and no counter exceeds `CHAIN_CAP`.

Example: p is made of a (terminated) and b (bought, asked of one supplier who has answered and asked two more, one of
which has answered): trades_count 1 + 3 = 4, completed_count 1 + 2 = 3 once p itself is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from renkei.commons.trades.model import CHAIN_CAP


@dataclass(frozen=True, slots=True)
class Received:
    """A request that I received, linked to `part_key`, with its counters as they are stored."""

    request_key: int
    part_key: int
    kind: str
    completed: bool
    rejected: bool
    tree_terminated: bool
    completed_count: int
    trades_count: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The state of one request that I sent for `part_key` (kind None: the trade has no living request)."""

    part_key: int
    trade_key: int
    request_key: int
    kind: str | None
    counted: bool
    """The trade's share today is above zero."""
    tree_terminated: bool
    completed_count: int
    trades_count: int


@dataclass(frozen=True, slots=True)
class Recount:
    """The counters a request should have."""

    request_key: int
    tree_terminated: bool
    completed_count: int
    trades_count: int


@dataclass(frozen=True, slots=True)
class _Leaves:
    bought: tuple[int, ...]
    ends: int
    open: int


def recount(
    received: Iterable[Received],
    children: Mapping[int, Sequence[int]],
    terminated: frozenset[int] | set[int],
    sent: Iterable[Sent],
) -> list[Recount]:
    """The counters of those `received` requests whose stored ones differ.

    children: part → children over the lines that take part; terminated: the end parts among all of them.
    """
    asked: dict[int, list[Sent]] = {}
    for one in sent:
        asked.setdefault(one.part_key, []).append(one)
    leaves: dict[int, _Leaves] = {}
    changed: list[Recount] = []
    for request in received:
        if request.part_key not in leaves:
            leaves[request.part_key] = _leaves_of(request.part_key, children, terminated, asked)
        now = _count(request, leaves[request.part_key], asked)
        stored = (request.tree_terminated, request.completed_count, request.trades_count)
        if (now.tree_terminated, now.completed_count, now.trades_count) != stored:
            changed.append(now)
    return changed


def _leaves_of(
    root: int,
    children: Mapping[int, Sequence[int]],
    terminated: frozenset[int] | set[int],
    asked: Mapping[int, Sequence[Sent]],
) -> _Leaves:
    seen = {root}
    to_visit = [root]
    bought: list[int] = []
    ends = open_ = 0
    while to_visit:
        part_key = to_visit.pop()
        if part_key in terminated:
            ends += 1
        elif part_key in asked:
            bought.append(part_key)
        elif part_key in children:
            for child in children[part_key]:
                if child not in seen:
                    seen.add(child)
                    to_visit.append(child)
        else:
            open_ += 1
    return _Leaves(tuple(bought), ends, open_)


def _count(request: Received, leaves: _Leaves, asked: Mapping[int, Sequence[Sent]]) -> Recount:
    if request.rejected:
        return Recount(request.request_key, tree_terminated=False, completed_count=0, trades_count=1)
    trades, completed = 1, int(request.completed)
    terminated = leaves.open == 0 and leaves.ends + len(leaves.bought) > 0
    for part_key in leaves.bought:
        newest: dict[int, Sent | None] = {}
        for sent in asked[part_key]:
            if sent.counted:
                newest.setdefault(sent.trade_key, None)
            if sent.kind != request.kind:
                continue
            trades += sent.trades_count
            completed += sent.completed_count
            former = newest.get(sent.trade_key)
            if sent.counted and (former is None or sent.request_key > former.request_key):
                newest[sent.trade_key] = sent
        terminated = (
            terminated
            and bool(newest)
            and all(one is not None and one.tree_terminated for one in newest.values())
        )
    return Recount(request.request_key, terminated, min(completed, CHAIN_CAP), min(trades, CHAIN_CAP))
