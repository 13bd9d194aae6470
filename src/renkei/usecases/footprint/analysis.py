"""Where a company's number comes from, and what would be: its own structures and deliveries as arrays.

`OperatorGraph` holds everything of one operator, its numbers read by COPY into arrays: a node for each own part that has a statement (its own processes and
what it declares as component) and one for each source behind a bought part (a delivery, an estimate); an edge is the
amount that one unit needs, converted and weighted by shares, exactly as the published values take it (`inputs`).
Columns are stages × (own processes, everything else), kgCO2e per unit, float64: results here explain and try out; what
is stated stays with the exact decimals of `recalculation`. Both agree within 1e-12 relative.

A graph follows from the caller's own rows alone, so it may be kept, per operator and version (`graph_of`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from renkei.commons.consents import service as consents
from renkei.commons.parts.model import GraphPart
from renkei.commons.parts.service import whole_graph
from renkei.database.transaction import Transaction
from renkei.kit.remembered import NewestOfEach
from renkei.rollup import (
    Contributions,
    Graph,
    IncompleteError,
    Lines,
    Totals,
    WhatIf,
    largest,
    roll_up,
)
from renkei.usecases.footprint import analysis_store, graph_store, store
from renkei.usecases.footprint.errors import (
    ChangeUnknown,
    StatementOfPartMissing,
    UnsolvableProduct,
)
from renkei.usecases.footprint.inputs import Inputs, OwnValues, Sources, Supply
from renkei.usecases.footprint.model import STAGES, Stage, Statement

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COLUMNS: Final = tuple((stage, own) for own in (True, False) for stage in STAGES)
"""The columns: a stage, and whether it is emitted by the part's own processes or comes with what goes into it."""
_STAGE_COUNT: Final = len(STAGES)


@dataclass(frozen=True, slots=True)
class AnalysisNode:
    """An own part (`supply` None), or one source behind a bought part."""

    part: GraphPart
    supply: Supply | None = None


@dataclass(frozen=True)
class Columns:
    """What of a company's graph is numbers alone, read by COPY.

    keys: the own parts that have a statement, ascending; their places are the nodes 0, 1, 2 …
    own: their own values. child, parent, amount: the plain lines, by node (see `graph_store.lines`), parents ascending.
    others: the parts with a line that is not plain; all lines of these are read as `inputs` says.
    """

    keys: Integers
    own: Floats
    child: Integers
    parent: Integers
    amount: Floats
    others: tuple[int, ...]

    def node(self, part_key: int) -> int | None:
        """The node of an own part; None if it has no statement."""
        at = int(np.searchsorted(self.keys, part_key))
        return at if at < self.keys.size and self.keys[at] == part_key else None

    @cached_property
    def parents(self) -> tuple[Integers, Integers]:
        """The plain lines by child: children, ascending, and the parent of each."""
        order = np.argsort(self.child, kind="stable")
        return self.child[order], self.parent[order]

    def parents_of(self, node: int) -> tuple[int, ...]:
        """The nodes that have a plain line with this one."""
        children, parents = self.parents
        low, high = np.searchsorted(children, [node, node + 1])
        return tuple(parents[low:high].tolist())


class Nodes(Sequence[AnalysisNode]):
    """Own parts that have a statement, then the sources behind bought parts; own ones are made when asked for."""

    def __init__(
        self, parts: Mapping[int, GraphPart], keys: Integers, supplies: Sequence[AnalysisNode]
    ) -> None:
        self._parts = parts
        self._keys = keys
        self.supplies = supplies

    def __len__(self) -> int:
        return self._keys.size + len(self.supplies)

    @overload
    def __getitem__(self, at: int) -> AnalysisNode: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[AnalysisNode]: ...
    def __getitem__(self, at: int | slice) -> AnalysisNode | Sequence[AnalysisNode]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if at >= self._keys.size:
            return self.supplies[at - self._keys.size]
        return AnalysisNode(self._parts[int(self._keys[at])])


@dataclass(frozen=True)
class OperatorGraph:
    """One operator's parts as arrays, at one version of its rows; what is no number is made when it is asked for."""

    nodes: Nodes
    totals: Totals
    at: Mapping[UUID, int]
    """Node of each own part with a statement, by trace id."""
    supplies: Mapping[UUID, tuple[int, ...]]
    """Nodes of the sources behind each bought part, by trace id."""
    columns: Columns
    other_parents: Mapping[UUID, tuple[int, ...]]
    sources: Sources
    statements: Mapping[int, Statement]
    by_source: Mapping[tuple[int, UUID], int]
    is_bought: NDArray[np.bool_]
    """Of each node, whether it is a source behind a bought part."""

    @property
    def size(self) -> int:
        """Nodes."""
        return len(self.nodes)

    def parents(self, trace_id: UUID) -> tuple[int, ...]:
        """Nodes that have a line with this part."""
        node = self.at.get(trace_id)
        plain = () if node is None else self.columns.parents_of(node)
        return (*plain, *self.other_parents.get(trace_id, ()))


GraphsKept = NewestOfEach[Any]
"""Where a process keeps graphs: one of each operator that asked lately (`AppContext.kept`)."""


def graph_of(tx: Transaction, kept: GraphsKept) -> OperatorGraph:
    """The caller's graph as its rows are now. One statement where it is kept."""
    version = analysis_store.fingerprint(tx)
    found: OperatorGraph = kept.get(
        tx.caller.operator_key, version, make=lambda: load(tx), size=lambda graph: graph.size
    )
    return found


def load(tx: Transaction) -> OperatorGraph:
    """Read everything of the caller's and build its graph. At most ten statements."""
    own_graph = whole_graph(tx)
    statements = store.read_all_general(tx)
    sources = Sources(tx, own_graph, store.read_all_estimates(tx), graph_store.bought(tx))
    return build(sources, statements, _columns(graph_store.own_values(tx), graph_store.lines(tx)))


def _columns(own: graph_store.Table, lines: graph_store.Table) -> Columns:
    keys = own["part"].astype(np.int64)
    others = np.unique(lines["parent"][lines["plain"] == 0]).astype(np.int64)
    lines = lines[~np.isin(lines["parent"], others)]
    child = np.searchsorted(keys, lines["child"].astype(np.int64))
    # A child that nobody says anything of adds nothing.
    child[child == keys.size] = 0
    known = keys[child] == lines["child"] if keys.size else np.zeros(lines.size, bool)
    return Columns(
        keys=keys,
        own=np.column_stack([own[f"value{number}"] for number in range(1, len(COLUMNS) + 1)]).astype(
            np.float64
        ),
        child=child[known],
        parent=np.searchsorted(keys, lines["parent"][known].astype(np.int64)),
        amount=lines["amount"][known].astype(np.float64),
        others=tuple(others.tolist()),
    )


def build(sources: Sources, statements: Mapping[int, Statement], columns: Columns) -> OperatorGraph:
    """The graph of own parts that have a statement, on what is known of their lines."""
    builder = _Builder(sources, statements, columns)
    for key in columns.others:
        builder.add_lines(key)
    return builder.graph()


class _Builder:
    """Collects the sources behind bought parts, and the lines that are not plain."""

    def __init__(self, sources: Sources, statements: Mapping[int, Statement], columns: Columns) -> None:
        self.sources = sources
        self.statements = statements
        self.columns = columns
        self.own = OwnValues(statements.get, statements.keys())
        self.supplies: list[AnalysisNode] = []
        self.values: list[Sequence[float]] = []
        self.by_source: dict[tuple[int, UUID], int] = {}
        self.child: list[int] = []
        self.parent: list[int] = []
        self.amount: list[float] = []
        self.parents: dict[UUID, dict[int, None]] = {}

    def add_supply(self, part: GraphPart, supply: Supply) -> int:
        key = (part.part_key, supply.source_id)
        if key not in self.by_source:
            self.by_source[key] = self.columns.keys.size + len(self.supplies)
            self.supplies.append(AnalysisNode(part, supply))
            self.values.append(_supplied_row(supply))
        return self.by_source[key]

    def add_lines(self, key: int) -> None:
        parent = self.columns.node(key)
        assert parent is not None
        inputs = self.sources.inputs_of(key, self.statements[key], self.own)
        for child_key, child, amount in edges(inputs):
            part = self.sources.graph.parts[child_key]
            node = self.columns.node(child) if isinstance(child, int) else self.add_supply(part, child)
            assert node is not None
            self.child.append(node)
            self.parent.append(parent)
            self.amount.append(amount)
            self.parents.setdefault(part.trace_id, {})[parent] = None

    def graph(self) -> OperatorGraph:
        parts, columns = self.sources.graph.parts, self.columns
        trace_ids = self.sources.graph.trace_ids
        for key in list(self.sources.trades):
            for supply in self.sources.all_of(parts[key], self.own):
                if supply.own_key is None:
                    self.add_supply(parts[key], supply)
        supplies: dict[UUID, list[int]] = {}
        for at, node in enumerate(self.supplies, columns.keys.size):
            supplies.setdefault(node.part.trace_id, []).append(at)
        supplied = np.array(self.values, dtype=np.float64).reshape(len(self.values), len(COLUMNS))
        nodes = Nodes(parts, columns.keys, self.supplies)
        graph = Graph.build(
            len(nodes),
            child=np.concatenate([columns.child, np.array(self.child, np.int64)]),
            parent=np.concatenate([columns.parent, np.array(self.parent, np.int64)]),
            amount=np.concatenate([columns.amount, np.array(self.amount, np.float64)]),
        )
        return OperatorGraph(
            nodes=nodes,
            totals=roll_up(graph, np.concatenate([columns.own, supplied])),
            at={trace_ids[key]: at for at, key in enumerate(columns.keys.tolist())},
            supplies={trace_id: tuple(found) for trace_id, found in supplies.items()},
            columns=columns,
            other_parents={trace_id: tuple(found) for trace_id, found in self.parents.items()},
            sources=self.sources,
            statements=self.statements,
            by_source=self.by_source,
            is_bought=np.arange(len(nodes)) >= columns.keys.size,
        )


def edges(inputs: Inputs) -> Iterable[tuple[int, int | Supply, float]]:
    """Child, what answers for it (an own part's key, or a source), and the amount of that per unit of the parent."""
    terms = (term for line in inputs.lines for term in line.terms)
    for (child_key, supply), term in zip(inputs.used, terms, strict=True):
        yield child_key, supply if supply.own_key is None else supply.own_key, float(term.factor)


def _supplied_row(supply: Supply) -> list[float]:
    return [0.0] * _STAGE_COUNT + [float(supply.value.totals.get(stage, 0)) for stage in STAGES]


# -- where a number comes from ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Contribution:
    """What one node adds to one unit of a product: `amount` units of it, kgCO2e a stage own and other."""

    node: AnalysisNode
    amount: float
    values: Floats
    tier: int
    """0: made here; 1: bought from a direct supplier, as far as it was delivered."""

    @property
    def total(self) -> float:
        """All stages together."""
        return float(self.values.sum())


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Contributions to one product, the largest first; `rest` is everything that is not among `items`."""

    product: GraphPart
    unit: str
    total: float
    by_stage: Mapping[Stage, float]
    own: float
    bought: float
    items: tuple[Contribution, ...]
    rest: float
    coverage_direct: Decimal
    coverage_deep: Decimal
    categories: Mapping[str, float]
    """By material, by energy …, all stages together, as far as anybody stated a split."""


def breakdown(graph: OperatorGraph, trace_id: UUID, *, top: int = 100) -> Breakdown:
    """Where the total of an own part comes from. Raises `StatementOfPartMissing`, `UnsolvableProduct`."""
    node = product_node(graph, trace_id)
    return _described(graph, node, _contributions(graph.totals, node), top)


def note_reads(tx: Transaction, found: Breakdown) -> None:
    """Put on record that the caller is shown what its suppliers' values come to in a product."""
    supplies = (item.node.supply for item in found.items)
    consents.note_reads(
        tx, [one.delivery for one in supplies if one is not None and one.delivery is not None]
    )


def product_node(graph: OperatorGraph, trace_id: UUID) -> int:
    """The node of an own part. Raises `StatementOfPartMissing`."""
    node = graph.at.get(trace_id)
    if node is None:
        raise StatementOfPartMissing
    return node


def _contributions(totals: Totals | WhatIf, node: int) -> Contributions:
    try:
        return totals.contributions(node)
    except IncompleteError:
        raise UnsolvableProduct from None


def _described(graph: OperatorGraph, node: int, found: Contributions, top: int) -> Breakdown:
    values = found.values
    sums = values.sum(axis=1)
    items = tuple(
        Contribution(
            node=graph.nodes[int(found.nodes[row])],
            amount=float(found.amounts[row]),
            values=values[row],
            tier=0 if graph.nodes[int(found.nodes[row])].supply is None else 1,
        )
        for row in largest(sums, top).tolist()
        if sums[row]
    )
    bought = float(sums[graph.is_bought[found.nodes]].sum())
    total = float(found.total.sum())
    product = graph.nodes[node].part
    statement = graph.statements[product.part_key]
    return Breakdown(
        product=product,
        unit=statement.declared_unit.value,
        total=total,
        by_stage={
            stage: float(found.total[i] + found.total[_STAGE_COUNT + i]) for i, stage in enumerate(STAGES)
        },
        own=total - bought,
        bought=bought,
        items=items,
        rest=total - sum(item.total for item in items),
        coverage_direct=statement.in_force.coverage_direct,
        coverage_deep=statement.in_force.coverage_deep,
        categories={
            name: float(sum(split.values())) for name, split in statement.in_force.categories.items()
        },
    )


# -- what would be ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class AmountChange:
    """The amount of `child` in every own structure (or in that of `parent` alone) times `factor`: lighter, less scrap."""

    child: UUID
    factor: Decimal
    parent: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """What a part itself emits (bought: what its suppliers deliver) times `factor`: another process, cleaner power."""

    part: UUID
    factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareChange:
    """Other shares of the trades of a bought part; trades that are not named get 0."""

    part: UUID
    shares: Mapping[UUID, Decimal]


WhatIfChange = AmountChange | ValueChange | ShareChange


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """A product as it is and as it would be; nothing was stated."""

    before: Breakdown
    after: Breakdown


def what_if(
    graph: OperatorGraph, trace_id: UUID, changes: Sequence[WhatIfChange], *, top: int = 100
) -> WhatIfResult:
    """How the total of an own part would be under some changes.

    Raises `StatementOfPartMissing`, `ChangeUnknown` (with the place of the change that names nothing of the caller's),
    `UnsolvableProduct`.
    """
    node = product_node(graph, trace_id)
    overlay = _Overlay(graph)
    for place, change in enumerate(changes):
        overlay.add(change, f"/changes/{place}")
    tried = graph.totals.what_if(*overlay.own_values(), lines=overlay.lines())
    return WhatIfResult(
        before=_described(graph, node, _contributions(graph.totals, node), top),
        after=_described(graph, node, _contributions(tried, node), top),
    )


class _Overlay:
    """Changed own values and changed lines beside a graph."""

    def __init__(self, graph: OperatorGraph) -> None:
        self.graph = graph
        self.sources = graph.sources
        self.own = OwnValues(graph.statements.get, graph.statements.keys())
        self.amounts: dict[tuple[int, UUID], Decimal] = {}
        self.values: dict[int, float] = {}
        self.touched: dict[int, None] = {}

    def add(self, change: WhatIfChange, place: str) -> None:
        if isinstance(change, AmountChange):
            parents = self.graph.parents(change.child)
            if change.parent is not None:
                wanted = self.graph.at.get(change.parent)
                parents = tuple(one for one in parents if one == wanted)
            if not parents:
                raise ChangeUnknown(f"{place}/trace_id")
            for parent in parents:
                key = (parent, change.child)
                self.amounts[key] = self.amounts.get(key, Decimal(1)) * change.factor
                self.touched[parent] = None
        elif isinstance(change, ValueChange):
            nodes = self.graph.supplies.get(change.part, ())
            if not nodes and change.part in self.graph.at:
                nodes = (self.graph.at[change.part],)
            if not nodes:
                raise ChangeUnknown(f"{place}/trace_id")
            for node in nodes:
                self.values[node] = self.values.get(node, 1.0) * float(change.factor)
        else:
            self._split(change, place)

    def _split(self, change: ShareChange, place: str) -> None:
        parents = self.graph.parents(change.part)
        part = next((self.graph.nodes[one].part for one in self.graph.supplies.get(change.part, ())), None)
        known = {} if part is None else {one.trade_id for one in self.sources.trades.get(part.part_key, ())}
        if part is None or not parents or any(trade_id not in known for trade_id in change.shares):
            raise ChangeUnknown(f"{place}/trace_id")
        self.sources = self.sources.with_shares(part.part_key, change.shares)
        self.touched |= dict.fromkeys(parents)

    def own_values(self) -> tuple[list[int], Floats]:
        """Nodes and their new own values."""
        nodes = list(self.values)
        factors = np.array(list(self.values.values())).reshape(-1, 1)
        return nodes, self.graph.totals.own[nodes] * factors if nodes else np.empty((0, len(COLUMNS)))

    def lines(self) -> Lines | None:
        """The new lines of every parent that is touched."""
        if not self.touched:
            return None
        child: list[int] = []
        parent: list[int] = []
        amount: list[float] = []
        for node in self.touched:
            part = self.graph.nodes[node].part
            statement = self.graph.statements[part.part_key]
            for child_key, source, needed in edges(
                self.sources.inputs_of(part.part_key, statement, self.own)
            ):
                trace_id = self.sources.graph.parts[child_key].trace_id
                child.append(
                    self.graph.at[self.sources.graph.trace_ids[source]]
                    if isinstance(source, int)
                    else self.graph.by_source[(child_key, source.source_id)]
                )
                parent.append(node)
                amount.append(needed * float(self.amounts.get((node, trace_id), 1)))
        return Lines(list(self.touched), child, parent, amount)
