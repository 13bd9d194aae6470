"""The same answers as two independent solvers: scipy's sparse solver and bw2calc."""

from __future__ import annotations

import numpy as np
import pytest
from bench.bills import bill
from bench.lca_package import data_package, score
from scipy import sparse
from scipy.sparse.linalg import spsolve

from renkei.rollup import Graph, roll_up


def with_back_lines(nodes, child, parent, amount, *, share, seed=3):
    """Some lines more, between random nodes: loops."""
    random = np.random.default_rng(seed)
    count = int(share * child.size)
    back_child, back_parent = random.integers(0, nodes, count), random.integers(0, nodes, count)
    kept = back_child != back_parent
    return (
        np.concatenate([child, back_child[kept]]),
        np.concatenate([parent, back_parent[kept]]),
        np.concatenate([amount, random.uniform(0.01, 0.3, int(kept.sum()))]),
    )


@pytest.mark.parametrize("local", [False, True])
def test_spsolve_agrees_on_acyclic_graphs(local):
    made = bill(3000, local=local)
    own = np.random.default_rng(1).uniform(0, 10, (made.nodes, 2))
    system = sparse.eye_array(made.nodes, format="csc") - sparse.csc_array(
        (made.amount, (made.parent, made.child)), shape=(made.nodes, made.nodes)
    )
    totals = roll_up(Graph.build(made.nodes, made.child, made.parent, made.amount), own.copy())
    assert totals.all() == pytest.approx(spsolve(system, own), rel=1e-12)


@pytest.mark.parametrize("local", [False, True])
def test_bw2calc_agrees_on_acyclic_graphs(local):
    made = bill(1200, local=local)
    own = np.random.default_rng(1).uniform(0, 10, (made.nodes, 1))
    totals = roll_up(Graph.build(made.nodes, made.child, made.parent, made.amount), own.copy())
    package = data_package(made.nodes, made.child, made.parent, made.amount, own[:, 0])
    for product in made.top[:3]:
        assert totals.of([product])[0, 0] == pytest.approx(score(package, product), rel=1e-12)
        assert totals.contributions(product).total[0] == pytest.approx(score(package, product), rel=1e-12)


@pytest.mark.parametrize("share", [0.004, 0.03])
def test_loops_by_residual_and_against_both(share):
    made = bill(2400, local=True)
    child, parent, amount = with_back_lines(made.nodes, made.child, made.parent, made.amount, share=share)
    own = np.random.default_rng(1).uniform(0, 10, (made.nodes, 1))
    graph = Graph.build(made.nodes, child, parent, amount)
    assert graph.ordered.schedule.loops
    assert graph.unsolvable == ()
    found = roll_up(graph, own.copy()).all()
    matrix = sparse.csr_array((amount, (parent, child)), shape=(made.nodes, made.nodes))
    assert np.abs(own + matrix @ found - found).max() <= 1e-12 * found.max()
    expected = spsolve((sparse.eye_array(made.nodes) - matrix).tocsc(), own[:, 0])
    assert found[:, 0] == pytest.approx(expected, rel=1e-9)
    product = int(made.top[0])
    assert found[product, 0] == pytest.approx(
        score(data_package(made.nodes, child, parent, amount, own[:, 0]), product), rel=1e-9
    )
