"""Carrying a change up through an operator's own structures, inside the transaction that makes it.

1. What stands on the parts that changed: they themselves and everything own above them.
2. What answers for each line of those: deliveries of the trades by their shares, where none came the buyer's estimate
   (or the value it entered on behalf of a company that is not a member yet), else the part's own statement.
3. Each part that has a statement is evaluated after what it stands on; parts of one loop together.
4. A version is written where the calculated value differs from the published one (or its owner states it anew). Its
   causes are the differences between what it and the former version were calculated from: one step up, never further.
   Where the part's policy holds it back, the value waits in `footprint.updates` instead, and what stands on the part is
   calculated from what is published.

Everything read here are the caller's own rows: what came from others came as a delivery.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from renkei.commons.ledger import service as ledger
from renkei.commons.parts.model import GraphPart, OwnGraph
from renkei.commons.parts.service import graph_above, whole_graph
from renkei.database.events import ReceivedEvent
from renkei.database.round_trip import Rows
from renkei.database.transaction import Asked, Event, Transaction
from renkei.kit.decimals import to_15_digits
from renkei.usecases.footprint import store, updates_store
from renkei.usecases.footprint.calculation import Node, evaluate
from renkei.usecases.footprint.components import components_in_order
from renkei.usecases.footprint.inputs import Inputs, OwnValues, Sources, Supply, Version, declared_of
from renkei.usecases.footprint.model import (
    FOLLOW_AT_ONCE,
    RULES,
    Cause,
    Source,
    Statement,
    Update,
    UpdatePolicy,
    Value,
)
from renkei.usecases.footprint.rules import due_day, goes_beyond, is_held, total
from renkei.usecases.footprint.unsettled import mend, resume, so_far

STATED: Final = "jp.renkei.footprint.stated.v1"
UPDATE_WAITS: Final = "jp.renkei.footprint.update_waits.v1"
LEFT: Final = "jp.renkei.footprint.recalculation_left.v1"
MOST_AT_ONCE: Final = 1_000
"""Versions written in the transaction of a change, some 2 s of work in which the company's other writers wait.
What stands on a part beyond that is recalculated right after, by the worker, in steps of the same size."""


def recalculate(
    tx: Transaction, part_keys: Iterable[int], drafts: Mapping[Version, Statement] | None = None
) -> dict[Version, Statement]:
    """Bring the statements of these own parts and of everything own above them up to date; the versions written.

    `drafts` are statements their owner makes now (in force and sources still empty): each becomes a version, even
    where the value stays the same. Without drafts one statement is run where nothing above has a statement.
    Only what stands on something that changed is evaluated, at most `MOST_AT_ONCE` versions; the rest follows by event.
    """
    keys = set(part_keys)
    if not drafts and not store.stated_above(tx.ask(store.ask_stated_above(keys))):
        return {}
    return _bring_up_to_date(tx, keys, drafts or {})


def _react(tx: Transaction, part_keys: set[int], answer: Rows) -> None:
    if store.stated_above(answer):
        _bring_up_to_date(tx, part_keys, {})


RECALCULATE: Final = Asked(store.ask_stated_above, _react)
"""The reaction to changed inputs: `recalculate`, its first statement sent along with those of others."""


def _bring_up_to_date(
    tx: Transaction, keys: set[int], drafts: Mapping[Version, Statement]
) -> dict[Version, Statement]:
    wave = _Wave(tx, graph_above(tx, keys), drafts)
    mend(tx, wave.sources)
    wave.run(keys, most=MOST_AT_ONCE)
    if wave.left:
        left = {"parts": sorted(wave.left), **so_far(tx)}
        tx.emit(Event(LEFT, tx.caller.operator_key, tx.caller.operator_id, left))
    if wave.ended:
        updates_store.decide(tx, wave.ended, "superseded")
    if wave.held:
        updates_store.insert(tx, wave.held)
        for update in wave.held:
            tx.emit(Event(UPDATE_WAITS, tx.caller.operator_key, update.update_id, {"part": update.part_key}))
    trace_ids = {key: part.trace_id for key, part in wave.graph.parts.items()}
    return dict(zip(wave.written, write_versions(tx, list(wave.written.values()), trace_ids), strict=True))


def go_on(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: take up what an earlier recalculation left over."""
    parts = {part for event in events for part in _whole_numbers(event.data.get("parts"))}
    if parts:
        resume(tx, events)
        recalculate(tx, parts)


def _whole_numbers(found: object) -> list[int]:
    return [one for one in found if isinstance(one, int)] if isinstance(found, list) else []


def verify(tx: Transaction) -> list[dict[str, object]]:
    """Calculate everything of the caller's anew from the facts and tell what differs from what is stored; writes nothing.

    One object a difference: the part, and what is published (or waits) beside what it should be, kgCO2e per unit over all
    stages. Follows from the caller's own rows alone, whatever the order in which they came.
    """
    graph = whole_graph(tx)
    wave = _Wave(tx, graph, {})
    wave.run(graph.above)
    found: list[dict[str, object]] = []
    for version, statement in wave.written.items():
        stored = wave.current[version]
        found.append(_difference(wave, version, "published", stored.in_force, statement.in_force))
    for update in wave.held:
        version = (update.part_key, update.trade_key)
        found.append(_difference(wave, version, "waiting", None, update.in_force))
    left = {update.update_id: version for version, update in wave.open_at_first.items()}
    replaced = {(update.part_key, update.trade_key) for update in wave.held}
    found += [
        _difference(wave, left[update_id], "waiting", None, None)
        for update_id in wave.ended
        if left[update_id] not in replaced
    ]
    return found


def _difference(
    wave: _Wave, version: Version, what: str, stored: Value | None, computed: Value | None
) -> dict[str, object]:
    waiting = wave.open_at_first.get(version)
    if what == "waiting" and waiting is not None and waiting.state == "waiting":
        stored = waiting.in_force
    return {
        "trace_id": wave.graph.parts[version[0]].trace_id,
        "for_one_trade": version[1] is not None,
        "what": what,
        "stored": None if stored is None else to_15_digits(total(stored)),
        "computed": None if computed is None else to_15_digits(total(computed)),
    }


def write_versions(
    tx: Transaction, versions: Sequence[Statement], trace_ids: Mapping[int, UUID]
) -> list[Statement]:
    """Publish versions: store and record them, tell of them, and have them disclosed to whom it may concern.

    `trace_ids` names at least the parts they are about.
    """
    if not versions:
        return []
    written = [store.documents_of(one) for one in versions]
    stored = store.insert_versions(tx, versions, written)
    for one, its in zip(versions, written, strict=True):
        content = store.fact(one, its, trace_ids[one.part_key], stored[one.statement_id])
        ledger.record(tx, "footprint.statement", one.statement_id, content, version=one.version)
        tx.emit(
            Event(
                STATED,
                tx.caller.operator_key,
                one.statement_id,
                {"part": one.part_key, "version": one.version},
            )
        )
    tx.mark("disclosure", [one.part_key for one in versions])
    return [replace(one, statement_key=stored[one.statement_id].statement_key) for one in versions]


class _Wave:
    """One recalculation: what is known at its beginning, and what it has worked out so far."""

    def __init__(self, tx: Transaction, graph: OwnGraph, drafts: Mapping[Version, Statement]) -> None:
        self.tx = tx
        self.graph = graph
        self.drafts = drafts
        stated = store.read_stated(tx, graph.parts)
        self.current: dict[Version, Statement] = {
            (one.part_key, one.trade_key): one for one in stated.statements
        }
        self.policies = updates_store.read_policies(tx, graph.above)
        self.open = updates_store.read_open(tx, self.policies) if self.policies else {}
        self.open_at_first = dict(self.open)
        self.sources = Sources(tx, graph, stated.estimates)
        self.written: dict[Version, Statement] = {}
        self.held: list[Update] = []
        self.ended: list[UUID] = []
        self.left: set[int] = set()

    def run(self, marked: Collection[int], most: int | None = None) -> None:
        """Evaluate what stands on the `marked` parts or on what changes in turn, component by component.

        Then the statements for single trades. After `most` versions the rest is `left`.
        """
        general = {
            key for key, trade in (*self.current, *self.drafts) if trade is None and key in self.graph.above
        }
        below = {
            key: [
                child
                for child in self.sources.children(key)
                if child in general and not self._is_held((child, None))
            ]
            for key in sorted(general)
        }
        steps: list[list[Version]] = [
            [(key, None) for key in component] for component in components_in_order(below)
        ]
        for_one_trade = {
            version
            for version in (*self.current, *self.drafts)
            if version[1] is not None and version[0] in self.graph.above
        }
        steps += [[version] for version in sorted(for_one_trade, key=lambda one: (one[0], one[1] or 0))]
        changed = set(marked)
        for versions in steps:
            keys = [key for key, _ in versions]
            if changed.isdisjoint(keys) and not any(self.sources.stands_on(key, changed) for key in keys):
                continue
            if (
                most is not None
                and len(self.written) >= most
                and not any(one in self.drafts for one in versions)
            ):
                self.left.update(keys)
                continue
            self._evaluate(versions)
            changed.update(key for key, trade in versions if (key, trade) in self.written)

    def _policy(self, version: Version) -> UpdatePolicy:
        return self.policies.get(version[0], FOLLOW_AT_ONCE)

    def _is_held(self, version: Version) -> bool:
        """Whether what stands on the part takes its published value, whatever comes out for it here."""
        return version not in self.drafts and is_held(self._policy(version))

    def _said(self, key: int) -> Statement | None:
        version = (key, None)
        return self.written.get(version) or self.drafts.get(version) or self.current.get(version)

    def _evaluate(self, versions: Sequence[Version]) -> None:
        own = OwnValues(self._said, frozenset(key for key, trade in versions if trade is None))
        inputs: dict[Version, Inputs] = {}
        nodes: dict[int, Node] = {}
        for version in versions:
            said = self.drafts.get(version) or self.current[version]
            inputs[version] = self.sources.inputs_of(version[0], said, own)
            nodes[version[0]] = Node(declared_of(said), tuple(inputs[version].lines))
        values = evaluate(nodes)
        waiting = [version for version in versions if self._must_wait(version, values[version[0]])]
        if waiting and len(versions) > 1:
            # In a loop, what waits keeps its published value for the others.
            self._evaluate([version for version in versions if version not in waiting])
            for version in waiting:
                self._evaluate([version])
            return
        ids = {
            version: self.tx.new_id()
            if version not in waiting and self._changed(version, values[version[0]])
            else self.current[version].statement_id
            for version in versions
        }
        for version in versions:
            value = values[version[0]]
            sources = tuple(self._used(inputs[version].used, ids))
            if version in waiting:
                self._hold(version, value, sources)
                continue
            self._end_waiting(version)
            if self._changed(version, value):
                self.written[version] = self._version(version, value, sources, ids[version])
            self.sources.forget(version[0])

    def _changed(self, version: Version, value: Value) -> bool:
        former = self.current.get(version)
        return version in self.drafts or former is None or former.in_force != value

    def _must_wait(self, version: Version, value: Value) -> bool:
        """Whether the policy keeps a value that differs from the published one back."""
        if version in self.drafts or not self._changed(version, value):
            return False
        policy = self._policy(version)
        if policy.mode == "threshold" and policy.threshold is not None:
            return not goes_beyond(policy.threshold, self.current[version].in_force, value)
        return is_held(policy)

    def _hold(self, version: Version, value: Value, sources: tuple[Source, ...]) -> None:
        """Let a value wait in the place of what waited; the same value waits, or stays refused, as it is."""
        before = self.open.get(version)
        if before is not None and before.in_force == value and before.mode == self._policy(version).mode:
            return
        self._end_waiting(version)
        former, part, policy = self.current[version], self.graph.parts[version[0]], self._policy(version)
        self.held.append(
            Update(
                update_key=0,
                update_id=self.tx.new_id(),
                part_key=version[0],
                trade_key=version[1],
                base_statement_id=former.statement_id,
                mode=policy.mode,
                in_force=value,
                sources=sources,
                structure_key=part.structure_key,
                causes=_causes(former, sources, part) or (Cause(kind="facts", ids=(part.trace_id,)),),
                due=due_day(policy, self.tx.now.date()),
                state="waiting",
                created_at=self.tx.now,
                decided_at=None,
                decided_by=None,
            )
        )

    def _end_waiting(self, version: Version) -> None:
        before = self.open.pop(version, None)
        if before is not None and before.state == "waiting":
            self.ended.append(before.update_id)

    def _version(
        self, version: Version, value: Value, sources: tuple[Source, ...], statement_id: UUID
    ) -> Statement:
        draft, former = self.drafts.get(version), self.current.get(version)
        part = self.graph.parts[version[0]]
        said = draft or former
        assert said is not None
        causes = _causes(former, sources, part) if former is not None else ()
        if draft is not None:
            causes = (*draft.causes, *causes)
        return replace(
            said,
            statement_id=statement_id,
            version=1 if former is None else former.version + 1,
            in_force=value,
            sources=sources,
            rules=RULES,
            structure_key=part.structure_key,
            causes=causes or (Cause(kind="facts", ids=(part.trace_id,)),),
            automatic=draft is None or draft.automatic,
            created_by=self.tx.caller.actor,
            created_at=self.tx.now,
            superseded_at=None,
        )

    def _used(self, used: Iterable[tuple[int, Supply]], ids: Mapping[Version, UUID]) -> Iterator[Source]:
        for child_key, supply in used:
            source_id = supply.source_id if supply.own_key is None else ids[(supply.own_key, None)]
            yield Source(self.graph.parts[child_key].trace_id, supply.kind, source_id, supply.share)


def _causes(former: Statement, sources: Sequence[Source], part: GraphPart) -> tuple[Cause, ...]:
    """What differs between that which two versions were calculated from."""
    before = {(one.child_id, one.kind, one.source_id): one.share for one in former.sources}
    after = {(one.child_id, one.kind, one.source_id): one.share for one in sources}
    came, went = after.keys() - before.keys(), before.keys() - after.keys()
    found: list[Cause] = []
    if former.structure_key != part.structure_key:
        found.append(Cause(kind="structure", ids=(part.trace_id,)))
    replaced = {child_id for child_id, kind, _ in came if kind == "delivery"}
    for kind, cause, changes in (
        ("delivery", "delivery", came),
        ("delivery", "withdrawal", {one for one in went if one[0] not in replaced}),
        ("estimate", "estimate", came | went),
        ("proposal", "proposal", came | went),
        ("own", "child", came),
    ):
        ids = sorted({source_id for _, of, source_id in changes if of == kind})
        if ids:
            found.append(Cause(kind=cause, ids=tuple(ids)))
    shared = {key[0] for key in before.keys() & after.keys() if before[key] != after[key]}
    if shared:
        found.append(Cause(kind="share", ids=tuple(sorted(shared))))
    return tuple(found)
