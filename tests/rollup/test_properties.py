"""What must hold for every graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from renkei.rollup import Graph, IncompleteError, Lines, contributions, roll_up
from renkei.rollup import totals as totals_module
from tests.rollup.graphs import COLUMNS, Case, cases

any_case = st.booleans().flatmap(lambda loops: cases(loops=loops))
seeds = st.integers(0, 2**32 - 1)


def same(one, other) -> bool:
    """Equal bit for bit (an unknown value equals an unknown value)."""
    return np.array_equal(one, other, equal_nan=True)


@given(any_case)
@settings(deadline=None)
def test_totals_solve_the_system_or_the_loop_is_named(case: Case):
    graph = case.build()
    found = roll_up(graph, case.own.copy()).all()
    matrix = case.matrix()
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    if graph.unsolvable:
        assert radius >= 1 - 1e-9
    else:
        assert radius < 1 + 1e-9
        residual = np.abs(case.own + matrix @ found - found).max()
        assert residual <= 1e-9 * (1 + np.abs(found).max())
    marked = np.flatnonzero(np.isnan(found).any(axis=1))
    assert marked.tolist() == graph.standing_on_unsolvable.tolist()


@given(any_case)
@settings(deadline=None)
def test_each_unsolvable_loop_is_one_indeed(case: Case):
    matrix = case.matrix()
    for loop in case.build().unsolvable:
        assert np.abs(np.linalg.eigvals(matrix[np.ix_(loop, loop)])).max() >= 1 - 1e-9


@given(cases(), st.floats(-5, 5), st.floats(-5, 5))
@settings(deadline=None)
def test_linearity(case: Case, a: float, b: float):
    graph = case.build()
    other = case.own[::-1].copy()
    together = roll_up(graph, a * case.own + b * other).all()
    apart = a * roll_up(graph, case.own.copy()).all() + b * roll_up(graph, other).all()
    scale = roll_up(graph, np.abs(a * case.own) + np.abs(b * other)).all()
    assert (np.abs(together - apart) <= 1e-12 * (scale + 1e-300)).all()


@given(any_case)
@settings(deadline=None)
def test_columns_do_not_touch_each_other(case: Case):
    graph = case.build()
    if graph.ordered.schedule.loops:
        return  # dense elimination may group columns; without loops it is exact
    together = roll_up(graph, case.own.copy()).all()
    for column in range(COLUMNS):
        assert same(together[:, [column]], roll_up(graph, case.own[:, [column]].copy()).all())


@given(any_case, seeds)
@settings(deadline=None)
def test_the_order_of_the_lines_does_not_matter(case: Case, seed: int):
    order = np.random.default_rng(seed).permutation(case.child.size)
    shuffled = Graph.build(case.nodes, case.child[order], case.parent[order], case.amount[order])
    assert same(roll_up(case.build(), case.own.copy()).all(), roll_up(shuffled, case.own.copy()).all())


@given(cases(loops=False), seeds)
@settings(deadline=None)
def test_the_numbers_of_the_nodes_do_not_matter(case: Case, seed: int):
    number = np.random.default_rng(seed).permutation(case.nodes)
    renamed = Graph.build(case.nodes, number[case.child], number[case.parent], case.amount)
    own = np.empty_like(case.own)
    own[number] = case.own
    found = roll_up(renamed, own).all()[number]
    scale = roll_up(case.build(), np.abs(case.own)).all()
    assert (np.abs(found - roll_up(case.build(), case.own.copy()).all()) <= 1e-12 * scale).all()


@pytest.mark.parametrize("whole", [0, contributions.WHOLE], ids=["in_a_piece", "in_the_whole"])
@given(case=any_case)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_contributions_sum_to_the_total(monkeypatch, whole: int, case: Case):
    monkeypatch.setattr(contributions, "WHOLE", whole)
    totals = roll_up(case.build(), case.own.copy())
    for product in range(case.nodes):
        if product in totals.incomplete:
            with pytest.raises(IncompleteError):
                totals.contributions(product)
            continue
        found = totals.contributions(product)
        scale = 1e-8 * (1 + np.abs(found.values).sum(axis=0))
        assert (np.abs(found.values.sum(axis=0) - totals.of(product)[0]) <= scale).all()
        assert (found.amounts >= 0).all()


def some_changes(case: Case, random: np.random.Generator):
    """A few nodes with other own values, a few with other lines (anywhere, so loops come and go)."""
    nodes = random.choice(case.nodes, random.integers(0, min(case.nodes, 4) + 1), replace=False)
    of = random.choice(case.nodes, random.integers(0, min(case.nodes, 4) + 1), replace=False)
    count = 0 if case.nodes == 1 or not of.size else int(random.integers(0, 3 * of.size))
    parent = random.choice(of, count) if count else np.empty(0, int)
    child = (
        (parent + random.integers(1, case.nodes, count)) % case.nodes if count else parent
    )  # anyone but itself
    return (
        nodes,
        random.normal(size=(nodes.size, COLUMNS)),
        Lines(of, child, parent, random.uniform(0, 1.2, count)),
    )


def children_come_first(graph: Graph, nodes) -> bool:
    """Whether each child stands before its parents, but for members of one loop."""
    place = np.full(graph.nodes, -1)
    place[nodes] = np.arange(nodes.size)
    child, parent, _ = graph.lines()
    matrix = sparse.coo_array(
        (np.ones(child.size), (parent, child)), shape=(graph.nodes, graph.nodes)
    ).tocsr()
    loop = sparse.csgraph.connected_components(matrix, directed=True, connection="strong")[1]
    counted = (place[child] >= 0) & (loop[child] != loop[parent])
    return bool((place[child[counted]] < place[parent[counted]]).all())


@given(any_case, seeds)
@settings(deadline=None, max_examples=200)
def test_any_sequence_of_updates_equals_a_full_pass_bit_for_bit(case: Case, seed: int):
    random = np.random.default_rng(seed)
    totals = roll_up(case.build(), case.own.copy())
    for _ in range(4):
        nodes, own, lines = some_changes(case, random)
        before = totals.all()
        change = totals.update(nodes, own, lines=lines if random.random() < 0.6 else None)
        assert same(totals.all(), roll_up(totals.graph, totals.own.copy()).all())
        rebuilt = roll_up(totals.graph.rebuilt(), totals.own.copy())
        assert same(totals.all(), rebuilt.all())
        assert [loop.tolist() for loop in totals.graph.unsolvable] == [
            loop.tolist() for loop in rebuilt.graph.unsolvable
        ]
        assert totals.incomplete.tolist() == rebuilt.incomplete.tolist()
        untouched = np.setdiff1d(np.arange(case.nodes), change.nodes)
        assert same(before[untouched], totals.all()[untouched])
        assert same(change.before, before[change.nodes])
        assert same(change.after, totals.all()[change.nodes])
        assert children_come_first(totals.graph, change.nodes)
        if random.random() < 0.2:
            totals.reorder()
            assert totals.graph.changed_nodes == 0
            assert same(totals.all(), rebuilt.all())
            assert totals.overflowed.tolist() == rebuilt.overflowed.tolist()


@pytest.mark.parametrize("whole", [0, contributions.WHOLE], ids=["in_a_piece", "in_the_whole"])
@given(case=any_case, seed=seeds)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_what_if_equals_the_graph_built_anew(monkeypatch, whole: int, case: Case, seed: int):
    monkeypatch.setattr(contributions, "WHOLE", whole)
    if not whole:
        monkeypatch.setattr(totals_module, "MUCH", 1)
    random = np.random.default_rng(seed)
    totals = roll_up(case.build(), case.own.copy())
    nodes, own, lines = some_changes(case, random)
    before = totals.all()
    bent = totals.what_if(nodes, own, lines=lines)
    changed = case.own.copy()
    changed[nodes] = own
    kept = ~np.isin(case.parent, lines.of)
    anew = Graph.build(
        case.nodes,
        np.concatenate([case.child[kept], lines.child]),
        np.concatenate([case.parent[kept], lines.parent]),
        np.concatenate([case.amount[kept], lines.amount]),
    )
    expected = roll_up(anew, changed)
    assert same(bent.of(np.arange(case.nodes)), expected.all())
    rest = np.setdiff1d(np.arange(case.nodes), bent.change.nodes)
    assert same(before[rest], expected.all()[rest])
    assert same(bent.change.before, before[bent.change.nodes])
    assert same(bent.change.after, expected.all()[bent.change.nodes])
    assert same(totals.all(), before)
    product = int(random.integers(0, case.nodes))
    if product not in expected.incomplete:
        found = bent.contributions(product)
        assert np.allclose(found.total, expected.of(product)[0], rtol=1e-8, atol=1e-8)
        theirs = expected.contributions(product)
        assert dict(zip(found.nodes, found.amounts, strict=True)) == pytest.approx(
            dict(zip(theirs.nodes, theirs.amounts, strict=True)), rel=1e-9
        )


@given(cases(loops=False, most=12))
@settings(deadline=None)
def test_the_error_stays_below_the_stated_bound(case: Case):
    from fractions import Fraction

    graph = case.build()
    found = roll_up(graph, case.own.copy()).all()
    lines: dict[int, list[tuple[int, Fraction]]] = {}
    for child, parent, amount in zip(*(part.tolist() for part in graph.lines()), strict=True):
        lines.setdefault(parent, []).append((child, Fraction(amount)))
    exact: dict[int, Fraction] = {}
    sizes: dict[int, Fraction] = {}
    steps: dict[int, int] = {}

    def visit(node: int) -> None:
        if node in exact:
            return
        for child, _ in lines.get(node, []):
            visit(child)
        own = Fraction(case.own[node, 0])
        exact[node] = own + sum(amount * exact[child] for child, amount in lines.get(node, []))
        sizes[node] = abs(own) + sum(amount * sizes[child] for child, amount in lines.get(node, []))
        steps[node] = max((steps[child] + 1 for child, _ in lines.get(node, [])), default=0) + len(
            lines.get(node, [])
        )

    for node in range(case.nodes):
        visit(node)
        error = abs(Fraction(found[node, 0]) - exact[node])
        assert error <= Fraction(101, 100) * steps[node] * Fraction(1, 2**53) * sizes[node]
