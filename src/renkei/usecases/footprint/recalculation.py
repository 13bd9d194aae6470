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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.consents.model import Delivery
from renkei.commons.parts.model import GraphLine, GraphPart, OwnGraph
from renkei.commons.parts.service import graph_above
from renkei.commons.trades.model import TradeOut
from renkei.commons.trades.service import trades_out_of
from renkei.database.transaction import Event, Transaction
from renkei.kit.decimals import CONTEXT, to_json_number
from renkei.kit.quantities import (
    NO_FACTS,
    ConversionFacts,
    NotConvertible,
    Unit,
    convert,
    merge_facts,
    parse_unit,
)
from renkei.usecases.footprint import documents, proposals_store, store, updates_store
from renkei.usecases.footprint.calculation import (
    ONE,
    PDS,
    PDS_STATED,
    ZERO,
    Declared,
    Line,
    Node,
    ShareColumn,
    Term,
    UnitValue,
    evaluate,
    rated_shares,
    unit_value,
)
from renkei.usecases.footprint.components import components_in_order
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import (
    FOLLOW_AT_ONCE,
    NO_QUALITY,
    STAGES,
    Cause,
    Estimate,
    Proposal,
    Source,
    Stage,
    Statement,
    Update,
    UpdatePolicy,
    Value,
)
from renkei.usecases.footprint.rules import due_day, goes_beyond, is_held

STATED: Final = "jp.renkei.footprint.stated.v1"
UPDATE_WAITS: Final = "jp.renkei.footprint.update_waits.v1"

Version = tuple[int, int | None]
"""A part, and the trade it is stated for (None: the general statement)."""


def recalculate(
    tx: Transaction, part_keys: Iterable[int], drafts: Mapping[Version, Statement] | None = None
) -> dict[Version, Statement]:
    """Bring the statements of these own parts and of everything own above them up to date; the versions written.

    `drafts` are statements their owner makes now (in force and sources still empty): each becomes a version, even
    where the value stays the same. Without drafts one statement is run where nothing above has a statement.
    """
    drafts = drafts or {}
    keys = set(part_keys)
    if not drafts and not store.stated_above(tx, keys):
        return {}
    wave = _Wave(tx, graph_above(tx, keys), drafts)
    wave.run()
    if wave.ended:
        updates_store.decide(tx, wave.ended, "superseded")
    if wave.held:
        updates_store.insert(tx, wave.held)
        for update in wave.held:
            tx.emit(Event(UPDATE_WAITS, tx.caller.operator_key, update.update_id, {"part": update.part_key}))
    return dict(zip(wave.written, write_versions(tx, list(wave.written.values())), strict=True))


def write_versions(tx: Transaction, versions: Sequence[Statement]) -> list[Statement]:
    """Publish versions: store them, tell of them, and have them disclosed to whom it may concern."""
    if not versions:
        return []
    stored = store.insert_versions(tx, versions)
    for one in versions:
        tx.emit(
            Event(
                STATED,
                tx.caller.operator_key,
                one.statement_id,
                {"part": one.part_key, "version": one.version},
            )
        )
    tx.mark("disclosure", [one.part_key for one in versions])
    return [replace(one, statement_key=stored[one.statement_id]) for one in versions]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What one source says of a child, for `share` of it. `own_key`: an own part whose value is not known yet."""

    kind: str
    source_id: UUID
    share: Decimal
    unit: Unit
    value: UnitValue
    facts: ConversionFacts = NO_FACTS
    secondary: bool = False
    own_key: int | None = None


@dataclass(slots=True)
class _Inputs:
    """The lines of one parent as the arithmetic takes them, and which answers stand behind them."""

    lines: list[Line] = field(default_factory=list)
    used: list[tuple[int, _Answer]] = field(default_factory=list)


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
        self.estimates: dict[Version, Estimate] = {
            (one.part_key, one.trade_key): one for one in stated.estimates
        }
        self.policies = updates_store.read_policies(tx, graph.above)
        self.open = updates_store.read_open(tx, self.policies) if self.policies else {}
        self.written: dict[Version, Statement] = {}
        self.held: list[Update] = []
        self.ended: list[UUID] = []
        self.trades: dict[int, list[TradeOut]] = {}
        children = {line.child_key for lines in graph.lines.values() for line in lines}
        bought = [key for key in sorted(children) if self._may_be_bought(graph.parts[key])]
        if bought:
            for trade in trades_out_of(tx, bought, KIND):
                self.trades.setdefault(trade.downstream_part_key, []).append(trade)
        self.inbox = consents.inbox(
            tx, KIND, [trade.trade_key for found in self.trades.values() for trade in found]
        )
        unanswered = [
            trade.trade_key
            for found in self.trades.values()
            for trade in found
            if trade.trade_key not in self.inbox
        ]
        self.proposals = proposals_store.unconfirmed(tx, unanswered) if unanswered else {}
        self._answers: dict[int, tuple[list[_Answer], list[dict[str, Any]]]] = {}

    @staticmethod
    def _may_be_bought(part: GraphPart) -> bool:
        return not part.terminated and part.structure_key is None

    def run(self) -> None:
        """Evaluate what is stated, component by component, then the statements for single trades."""
        general = {
            key for key, trade in (*self.current, *self.drafts) if trade is None and key in self.graph.above
        }
        below = {
            key: [
                child
                for child in self._children(key)
                if child in general and not self._is_held((child, None))
            ]
            for key in sorted(general)
        }
        for component in components_in_order(below):
            self._evaluate([(key, None) for key in component])
        for version in sorted({*self.current, *self.drafts}, key=lambda one: (one[0], one[1] or 0)):
            if version[1] is not None and version[0] in self.graph.above:
                self._evaluate([version])

    def _policy(self, version: Version) -> UpdatePolicy:
        return self.policies.get(version[0], FOLLOW_AT_ONCE)

    def _is_held(self, version: Version) -> bool:
        """Whether what stands on the part takes its published value, whatever comes out for it here."""
        return version not in self.drafts and is_held(self._policy(version))

    def _children(self, key: int) -> Iterator[int]:
        """The own parts whose statements the lines of `key` may take their values from, through phantoms."""
        seen = {key}
        to_visit = [key]
        while to_visit:
            for line in self.graph.lines.get(to_visit.pop(), ()):
                if line.phantom and line.child_key in self.graph.lines:
                    if line.child_key not in seen:
                        seen.add(line.child_key)
                        to_visit.append(line.child_key)
                else:
                    yield line.child_key

    def _evaluate(self, versions: Sequence[Version]) -> None:
        inside = {key for key, trade in versions if trade is None}
        inputs: dict[Version, _Inputs] = {}
        nodes: dict[int, Node] = {}
        for version in versions:
            said = self.drafts.get(version) or self.current[version]
            inputs[version] = self._inputs_of(version[0], said, inside)
            nodes[version[0]] = Node(_declared(said), tuple(inputs[version].lines))
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
            sources = tuple(self._sources(inputs[version].used, ids))
            if version in waiting:
                self._hold(version, value, sources)
                continue
            self._end_waiting(version)
            if self._changed(version, value):
                self.written[version] = self._version(version, value, sources, ids[version])
            self._answers.pop(version[0], None)

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
            causes = (Cause(kind="declared"), *causes)
        return replace(
            said,
            statement_id=statement_id,
            version=1 if former is None else former.version + 1,
            in_force=value,
            sources=sources,
            structure_key=part.structure_key,
            causes=causes or (Cause(kind="facts", ids=(part.trace_id,)),),
            automatic=draft is None,
            created_by=self.tx.caller.actor,
            created_at=self.tx.now,
            superseded_at=None,
        )

    def _sources(self, used: Iterable[tuple[int, _Answer]], ids: Mapping[Version, UUID]) -> Iterator[Source]:
        for child_key, answer in used:
            source_id = answer.source_id
            if answer.own_key is not None:
                source_id = ids[(answer.own_key, None)]
            yield Source(self.graph.parts[child_key].trace_id, answer.kind, source_id, answer.share)

    # -- what answers for a line -------------------------------------------------------------------------------------
    def _inputs_of(self, key: int, said: Statement, inside: set[int]) -> _Inputs:
        inputs = _Inputs()
        if said.component_scope == "whole":
            return inputs
        part = self.graph.parts[key]
        per_unit = _units_of_part(part, said.declared_unit)
        if per_unit is None:
            # Amounts stand per one unit of the part, the statement per another unit, and nobody said how they relate.
            for line in filter(_takes_part, self.graph.lines.get(key, ())):
                note = {"code": "not_convertible", "trace_id": str(part.trace_id)}
                inputs.lines.append(Line(weight=_weight(line), terms=(), notes=(note,)))
            return inputs
        self._add_lines(inputs, key, per_unit, ONE, inside, (key,))
        return inputs

    def _add_lines(
        self,
        inputs: _Inputs,
        parent_key: int,
        multiplier: Decimal,
        weight: Decimal,
        inside: set[int],
        path: tuple[int, ...],
    ) -> None:
        """Add the lines of `parent_key`; a phantom is multiplied through, its lines count as the parent's own."""
        for line in filter(_takes_part, self.graph.lines.get(parent_key, ())):
            amount = CONTEXT.multiply(multiplier, _amount(line))
            of_line = CONTEXT.multiply(weight, _weight(line))
            unit = parse_unit(line.unit)
            assert unit is not None  # checked when the structure was stated
            child = self.graph.parts[line.child_key]
            if line.phantom and line.child_key in self.graph.lines:
                inner = convert(amount, unit, parse_unit(child.unit) or unit, child.facts)
                if line.child_key in path:
                    self._add_note(inputs, of_line, child, "unsolvable_loop")
                elif isinstance(inner, NotConvertible):
                    self._add_note(inputs, of_line, child, "not_convertible", missing=list(inner.missing))
                else:
                    self._add_lines(inputs, line.child_key, inner, of_line, inside, (*path, line.child_key))
                continue
            self._add_line(inputs, child, amount, unit, of_line, inside)

    def _add_line(
        self,
        inputs: _Inputs,
        child: GraphPart,
        amount: Decimal,
        unit: Unit,
        weight: Decimal,
        inside: set[int],
    ) -> None:
        answers, notes = self._answers_for(child, inside)
        terms: list[Term] = []
        notes = list(notes)
        for answer in answers:
            factor = convert(amount, unit, answer.unit, merge_facts(child.facts, answer.facts))
            if isinstance(factor, NotConvertible):
                note = {
                    "code": "not_convertible",
                    "trace_id": str(child.trace_id),
                    "missing": list(factor.missing),
                }
                notes.append(note)
                continue
            inputs.used.append((child.part_key, answer))
            terms.append(
                Term(
                    share=answer.share,
                    factor=CONTEXT.multiply(factor, answer.share),
                    value=answer.value if answer.own_key is None else answer.own_key,
                    secondary=answer.secondary,
                )
            )
        inputs.lines.append(
            Line(weight=weight, terms=tuple(terms), notes=tuple(notes), child=str(child.trace_id))
        )

    def _add_note(self, inputs: _Inputs, weight: Decimal, child: GraphPart, code: str, **more: Any) -> None:
        note = {"code": code, "trace_id": str(child.trace_id), **more}
        inputs.lines.append(Line(weight=weight, terms=(), notes=(note,)))

    def _answers_for(self, child: GraphPart, inside: set[int]) -> tuple[list[_Answer], list[dict[str, Any]]]:
        """Who answers for a child, and what nobody answers for."""
        if child.part_key in self._answers:
            return self._answers[child.part_key]
        answers: list[_Answer] = []
        left = ONE
        for trade in self.trades.get(child.part_key, ()):
            answer = self._answer_of_trade(child, trade)
            if answer is not None and answer.share:
                answers.append(answer)
                left = CONTEXT.subtract(left, answer.share)
        notes: list[dict[str, Any]] = []
        if left > ZERO:
            rest = self._answer_for_rest(child, left, inside)
            if rest is not None:
                answers.append(rest)
            else:
                notes.append(
                    {"code": "no_value", "trace_id": str(child.trace_id), "share": to_json_number(left)}
                )
        if not any(answer.own_key is not None for answer in answers):
            self._answers[child.part_key] = (answers, notes)
        return answers, notes

    def _answer_of_trade(self, child: GraphPart, trade: TradeOut) -> _Answer | None:
        delivery = self.inbox.get(trade.trade_key)
        if delivery is not None and "total" in delivery.payload:
            unit = parse_unit(delivery.payload["total"]["unit"])
            if unit is not None:
                return _Answer(
                    kind="delivery",
                    source_id=delivery.delivery_id,
                    share=trade.share,
                    unit=unit,
                    value=delivered_value(delivery),
                    facts=documents.read_facts(delivery.payload["total"]),
                )
        proposal = self.proposals.get(trade.trade_key)
        if proposal is not None:
            return _estimated("proposal", proposal.proposal_id, proposal, trade.share)
        estimate = self.estimates.get((child.part_key, trade.trade_key))
        return (
            None if estimate is None else _estimated("estimate", estimate.estimate_id, estimate, trade.share)
        )

    def _answer_for_rest(self, child: GraphPart, share: Decimal, inside: set[int]) -> _Answer | None:
        estimate = self.estimates.get((child.part_key, None))
        version = (child.part_key, None)
        own = self.written.get(version) or self.current.get(version)
        if child.part_key in inside:
            said = self.drafts.get(version) or self.current[version]
            return _Answer(
                kind="own", source_id=said.statement_id, share=share, unit=said.declared_unit,
                value=UnitValue(totals={}), own_key=child.part_key,
            )  # fmt: skip
        if estimate is not None and (own is None or self._may_be_bought(child)):
            return _estimated("estimate", estimate.estimate_id, estimate, share)
        if own is None:
            return None
        return _Answer(
            kind="own",
            source_id=own.statement_id,
            share=share,
            unit=own.declared_unit,
            value=unit_value(own.in_force),
        )


def _estimated(kind: str, source_id: UUID, said: Estimate | Proposal, share: Decimal) -> _Answer:
    """The buyer's own value for the whole of what it buys: secondary, and complete as far as it goes."""
    shares: dict[ShareColumn, Decimal] = {}
    for stage, rated in said.quality.items():
        shares |= rated_shares(stage, rated)
    return _Answer(
        kind=kind,
        source_id=source_id,
        share=share,
        unit=said.declared_unit,
        value=UnitValue(totals=said.stages, shares=shares),
        secondary=True,
    )


def delivered_value(delivery: Delivery) -> UnitValue:
    """What a delivery says of one unit: only what the provider disclosed; the rest is not stated."""
    payload = delivery.payload
    total = payload["total"]
    shares: dict[ShareColumn, Decimal] = {}
    if "quality" in payload:
        rated = documents.read_quality(payload["quality"]["stages"])
        stated = documents.read_quality(payload["quality"].get("coverage", {}))
        for stage in STAGES:
            shares |= rated_shares(stage, rated.get(stage, NO_QUALITY), stated.get(stage))
    if "pds" in payload:
        stated_share = Decimal(payload["pds"].get("coverage", 1))
        shares[PDS] = CONTEXT.multiply(Decimal(payload["pds"]["value"]), stated_share)
        shares[PDS_STATED] = stated_share
    categories: Mapping[str, Mapping[Stage, Decimal]] = {}
    if "categories" in payload:
        categories = documents.read_categories(payload["categories"]["split"])
        for name, share in payload["categories"]["coverage"].items():
            shares[(None, f"{name}?")] = Decimal(share)
    return UnitValue(
        totals=documents.read_amounts(total["stages"]),
        categories=categories,
        shares=shares,
        coverage_deep=Decimal(total["coverage_deep"]),
    )


def _declared(said: Statement) -> Declared:
    return Declared(
        scope=said.component_scope,
        emissions=said.declared,
        quality=said.declared_quality,
        categories=said.declared_categories,
        primary_data_share=said.declared_pds,
    )


def _takes_part(line: GraphLine) -> bool:
    """What the customer hands over is counted by whoever the line names; everything else by the owner of the line."""
    if line.sourcing in {"consigned_free", "consigned_paid"}:
        return line.counted_by == "supplier"
    return True


def _amount(line: GraphLine) -> Decimal:
    """Of the child, in the line's unit, per one parent."""
    amount = CONTEXT.divide(line.amount, line.base_quantity)
    return amount if line.usage_share is None else CONTEXT.multiply(amount, line.usage_share)


def _weight(line: GraphLine) -> Decimal:
    """A group of alternatives counts as one line."""
    return ONE if line.usage_share is None else line.usage_share


def _units_of_part(part: GraphPart, declared: Unit) -> Decimal | None:
    """How many units of the part one declared unit is; None if nobody knows."""
    unit = parse_unit(part.unit)
    if unit is None:
        return ONE
    found = convert(ONE, declared, unit, part.facts)
    return None if isinstance(found, NotConvertible) else found


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
