"""The roll-up against the cheapest thing that reads the same matrix once, against itself, and against bw2calc.

`rollup.full_1e6`, `rollup.full_1e7`: `roll_up` with 8 columns / one scipy CSR x dense(n x 8) product. The yardstick works on the rows
already in order, which is faster for it; the ratio to the matrix as it came stands beside. `….memory`: what exists at the peak of
the pass (graph, own values, totals, working memory) / (that matrix and the own values).
`rollup.prepare_1e6`: `Graph.build` from shuffled arrays / one CSR x vector product of that matrix as it came.
`rollup.prepare_local`: giving one part other lines, and recomputing all above / `Graph.build`.
`rollup.update`: one part with up to 10^4 parts above it gets another value / the full pass, both with 8 columns. The caches know the
parts from the update before; `first_after_a_full_pass_ms` is one that finds them filled with something else.
`rollup.update_flat`: the update of one same part in graphs of 10^5, 10^6, 10^7 parts; slowest / fastest.
`rollup.vs_bw2calc_…`: bw2calc's first score of one product (its data package made beforehand) / from arrays to all unit values.
`whatif.vehicle`: one part of a vehicle of 30,000 lighter and bought elsewhere, the vehicle's new total and its 100 largest contributions;
(time - 5 ms) / one CSR x vector product of that size.

All ratios are of processor time of the one thread that computes: nothing here waits, and what else the machine does counts less.
Times that passed on the clock stand beside them (`elapsed_ms`).
RENKEI_BENCH_SHRINK (1) divides all sizes, for a quick look.
"""

from __future__ import annotations

import os
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from bench.bills import Bill, bill
from bench.harness import PAIRS, Result, Sample, benchmark, median_ratio, paired
from bench.lca_package import data_package, score
from renkei.rollup import Graph, Lines, Totals, roll_up

SHRINK = int(os.environ.get("RENKEI_BENCH_SHRINK", "1"))
COLUMNS = 8
FLOOR_SECONDS = 0.005


def timed(work: Callable[[], object], count: int = 1) -> Sample:
    """Do it `count` times."""
    begin, busy = time.perf_counter(), time.thread_time()
    for _ in range(count):
        work()
    return Sample(count=count, seconds=time.perf_counter() - begin, cpu_seconds=time.thread_time() - busy)


def compared(
    ours: Callable[[], object], yardstick: Callable[[], object], *, counts: tuple[int, int] = (1, 1)
) -> tuple[float, Sequence[Sample], Sequence[Sample]]:
    """The median ratio of the times a piece, and the samples."""
    mine, plain = paired(lambda: timed(ours, counts[0]), lambda: timed(yardstick, counts[1]))
    return median_ratio(mine, plain, each), mine, plain


def each(sample: Sample) -> float:
    """Processor seconds a piece."""
    return sample.cpu_seconds / sample.count


def ms(samples: Sequence[Sample]) -> float:
    """The median in milliseconds of processor time a piece."""
    return round(1e3 * statistics.median(each(sample) for sample in samples), 3)


def elapsed(samples: Sequence[Sample]) -> float:
    """The median in milliseconds on the clock a piece."""
    return round(1e3 * statistics.median(sample.seconds / sample.count for sample in samples), 3)


def sized(nodes: float, **how: Any) -> Bill:
    """A bill of about that many parts."""
    return bill(int(nodes) // SHRINK, **how)


def graph_of(made: Bill) -> Graph:
    """Its graph."""
    return Graph.build(made.nodes, made.child, made.parent, made.amount)


def matrix_of(made: Bill) -> Any:
    """It as scipy would have it: row = parent, in the order the parts came."""
    return sparse.csr_array((made.amount, (made.parent, made.child)), shape=(made.nodes, made.nodes))


def own_of(nodes: int, columns: int = COLUMNS) -> Any:
    """Own values."""
    return np.random.default_rng(1).uniform(0, 10, (nodes, columns))


def _size(made: Bill) -> str:
    return f"{made.nodes:,} parts, {made.child.size:,} lines"


def _as_it_came(made: Bill, own: Any) -> tuple[float, int]:
    """The seconds of its matrix times the own values, and the bytes of both."""
    matrix = matrix_of(made)
    seconds = statistics.median(each(timed(lambda: matrix @ own)) for _ in range(PAIRS))
    return seconds, matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes + own.nbytes


# -- the full pass ---------------------------------------------------------------------------------------------------
def _full(name: str, nodes: float) -> list[Result]:
    made = sized(nodes)
    own = own_of(made.nodes)
    came, held = _as_it_came(made, own)
    tracemalloc.start()
    graph = graph_of(made)
    building = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    totals = roll_up(graph, own)
    peak = tracemalloc.get_traced_memory()[1] + own.nbytes
    tracemalloc.stop()
    in_order = graph.ordered.schedule.rows
    ratio, mine, plain = compared(lambda: roll_up(graph, own), lambda: in_order @ own)
    handed_back = statistics.median(each(timed(totals.all)) for _ in range(PAIRS))
    full = statistics.median(map(each, mine))
    return [
        Result(
            name=name,
            ratio=ratio,
            bar=2.5,
            better="lower",
            detail={
                "size": f"{_size(made)}, {COLUMNS} columns, depth {graph.depth}",
                "full_pass_ms": ms(mine),
                "elapsed_ms": elapsed(mine),
                "product_in_order_ms": ms(plain),
                "product_as_it_came_ms": round(1e3 * came, 3),
                "ratio_to_product_as_it_came": round(full / came, 3),
                "ratio_with_all_totals_handed_back_in_the_callers_order": round(
                    ratio * (full + handed_back) / full, 3
                ),
                "ns_a_line": round(1e9 * full / made.child.size, 2),
            },
        ),
        Result(
            name=f"{name}.memory",
            ratio=peak / held,
            bar=2,
            better="lower",
            detail={
                "peak_mib": round(peak / 2**20),
                "matrix_and_columns_mib": round(held / 2**20),
                "peak_of_building_mib_beside_the_callers_arrays": round(building / 2**20),
            },
        ),
    ]


@benchmark("rollup.full_1e6", "rollup.full_1e6.memory")
def measure_full_1e6() -> list[Result]:
    return _full("rollup.full_1e6", 1e6)


@benchmark("rollup.full_1e7", "rollup.full_1e7.memory")
def measure_full_1e7() -> list[Result]:
    return _full("rollup.full_1e7", 1e7)


# -- ordering --------------------------------------------------------------------------------------------------------
@benchmark("rollup.prepare_1e6", "rollup.prepare_local")
def measure_prepare() -> list[Result]:
    made = sized(1e6)
    as_it_came = matrix_of(made)
    vector = own_of(made.nodes, 1)[:, 0]
    ratio, mine, plain = compared(lambda: graph_of(made), lambda: as_it_came @ vector, counts=(1, 10))
    prepare = Result(
        name="rollup.prepare_1e6",
        ratio=ratio,
        bar=30,
        better="lower",
        detail={
            "size": _size(made),
            "build_ms": ms(mine),
            "elapsed_ms": elapsed(mine),
            "product_with_a_vector_ms": ms(plain),
        },
    )
    totals = roll_up(graph_of(made), own_of(made.nodes))
    part, above = with_parts_above(totals, 10**4)
    child, parent, amount = totals.graph.lines_of([part])
    other = Lines([part], child, parent, 0.8 * amount)
    # A line to a product that nobody needed until now: the order has to be mended where it bends.
    stands_on_it = totals.update([part], totals.own[[part]]).nodes
    product = int(np.setdiff1d(made.top, stands_on_it)[0])
    bent = Lines([part], [*child, product], [*parent, part], [*amount, 0.1])
    ratio, mine, _ = compared(lambda: totals.update(lines=other), lambda: graph_of(made))
    mending = [timed(lambda: totals.what_if(lines=bent)) for _ in range(PAIRS)]
    local = Result(
        name="rollup.prepare_local",
        ratio=ratio,
        bar=0.02,
        better="lower",
        detail={
            "parts_above": above,
            "new_amounts_ms": ms(mine),
            "new_line_against_the_order_ms": ms(mending),
            "build_ms": prepare.detail["build_ms"],
        },
    )
    return [prepare, local]


# -- updates ---------------------------------------------------------------------------------------------------------
def with_parts_above(totals: Totals, most: int) -> tuple[int, int]:
    """Of 3,000 parts drawn at random the one with the most parts above it, but not more than `most`; and how many."""
    graph = totals.graph
    best, most_above = -1, -1
    for part in np.random.default_rng(7).integers(0, graph.nodes, 3000).tolist():
        found = graph.above_at_most(graph.positions_of([part]), most + 1)
        if found is not None and found.size - 1 > most_above:
            best, most_above = part, found.size - 1
    return best, most_above


def changing(totals: Totals, part: int) -> Callable[[], object]:
    """Give the part another value each time."""
    values = [totals.own[[part]] + step for step in (0.0, 1.0)]
    turn = 0

    def change() -> None:
        nonlocal turn
        turn += 1
        totals.update([part], values[turn % 2])

    return change


@benchmark("rollup.update")
def measure_update() -> list[Result]:
    made = sized(1e6)
    graph, own = graph_of(made), own_of(made.nodes)
    totals = roll_up(graph, own.copy())
    part, above = with_parts_above(totals, 10**4)
    change = changing(totals, part)
    firsts: list[Sample] = []

    def warm() -> Sample:
        firsts.append(timed(change))
        return timed(change, 20)

    mine, plain = paired(warm, lambda: timed(lambda: roll_up(graph, own)))
    ratio = median_ratio(mine, plain, each)
    few = {
        f"ms_with_{count:,}_above": ms([timed(changing(totals, some), 20) for _ in range(PAIRS)])
        for some, count in (with_parts_above(totals, most) for most in (10, 100, 1000))
    }
    return [
        Result(
            name="rollup.update",
            ratio=ratio,
            bar=1 / 50,
            better="lower",
            detail={
                "size": f"{_size(made)}, {COLUMNS} columns",
                "parts_above": above,
                "update_ms": ms(mine),
                "first_after_a_full_pass_ms": ms(firsts),
                "elapsed_ms": elapsed(mine),
                "full_pass_ms": ms(plain),
                **few,
            },
        )
    ]


def _surrounded(core: Bill, nodes: int) -> Bill:
    """The core among other parts, `nodes` in all, numbers and lines shuffled together."""
    rest = bill(nodes - core.nodes, seed=1)
    random = np.random.default_rng(2)
    number = random.permutation(core.nodes + rest.nodes).astype(np.int32)
    order = random.permutation(core.child.size + rest.child.size)
    return Bill(
        number.size,
        number[np.concatenate([core.child, rest.child + core.nodes])][order],
        number[np.concatenate([core.parent, rest.parent + core.nodes])][order],
        np.concatenate([core.amount, rest.amount])[order],
        number[: core.nodes],  # here: the new numbers of the core
    )


@benchmark("rollup.update_flat")
def measure_update_flat() -> list[Result]:
    core = sized(8e4)
    alone = roll_up(graph_of(core), own_of(core.nodes))
    part, above = with_parts_above(alone, 10**4)
    del alone
    sizes = [int(nodes) // SHRINK for nodes in (1e5, 1e6, 1e7)]
    changes = []
    for nodes in sizes:
        made = _surrounded(core, nodes)
        changes.append(changing(roll_up(graph_of(made), own_of(made.nodes)), int(made.top[part])))
        del made
    for change in changes:
        change()
    rounds = [[timed(change, 20) for change in changes] for _ in range(PAIRS)]
    ratio = statistics.median(max(map(each, some)) / min(map(each, some)) for some in rounds)
    return [
        Result(
            name="rollup.update_flat",
            ratio=ratio,
            bar=1.5,
            better="lower",
            detail={
                "parts_above": above,
                **{f"ms_at_{nodes:,}": ms([some[at] for some in rounds]) for at, nodes in enumerate(sizes)},
            },
        )
    ]


# -- against bw2calc ---------------------------------------------------------------------------------------------------
def _against_bw2calc(name: str, nodes: float, bar: float, *, local: bool) -> list[Result]:
    made = sized(nodes, local=local)
    own = own_of(made.nodes, 1)
    package = data_package(made.nodes, made.child, made.parent, made.amount, own[:, 0])
    product = int(made.top[0])
    ours, theirs = roll_up(graph_of(made), own).of([product])[0, 0], score(package, product)
    if abs(ours - theirs) > 1e-12 * abs(theirs):
        raise RuntimeError(f"the scores differ: {ours!r}, {theirs!r}")
    ratio, mine, plain = compared(lambda: roll_up(graph_of(made), own), lambda: score(package, product))
    return [
        Result(
            name=name,
            ratio=1 / ratio,
            bar=bar,
            better="higher",
            detail={
                "size": _size(made),
                "all_unit_values_ms": ms(mine),
                "elapsed_ms": elapsed(mine),
                "bw2calc_ms": ms(plain),
                "score": ours,
            },
        )
    ]


@benchmark("rollup.vs_bw2calc_layered")
def measure_bw2calc_layered() -> list[Result]:
    return _against_bw2calc("rollup.vs_bw2calc_layered", 1e4, 100, local=False)


@benchmark("rollup.vs_bw2calc_local")
def measure_bw2calc_local() -> list[Result]:
    return _against_bw2calc("rollup.vs_bw2calc_local", 1e5, 10, local=True)


# -- a vehicle -------------------------------------------------------------------------------------------------------
@benchmark("whatif.vehicle")
def measure_whatif() -> list[Result]:
    parts = sized(3e4)
    vehicle = parts.nodes
    made = Bill(
        parts.nodes + 1,
        np.concatenate([parts.child, parts.top]),
        np.concatenate([parts.parent, np.full(parts.top.size, vehicle, np.int32)]),
        np.concatenate([parts.amount, np.ones(parts.top.size)]),
        np.array([vehicle], np.int32),
    )
    matrix, vector = matrix_of(made), own_of(made.nodes, 1)[:, 0]
    totals = roll_up(graph_of(made), own_of(made.nodes))
    part, above = with_parts_above(totals, made.nodes)
    child, parent, amount = totals.graph.lines_of([part])
    lighter = Lines([part], child, parent, 0.8 * amount)
    found: list[Any] = []

    def ask() -> None:
        bent = totals.what_if([part], 0.6 * totals.own[[part]] + 0.4, lines=lighter)
        contributions = bent.contributions(vehicle)
        found[:] = [bent.of([vehicle]), contributions.values_of(contributions.top(100)), contributions.total]

    mine, plain = paired(lambda: timed(ask, 5), lambda: timed(lambda: matrix @ vector, 50))
    if np.abs(found[0][0] - found[2]).max() > 1e-12 * found[2].max():
        raise RuntimeError("the contributions do not make the total")
    return [
        Result(
            name="whatif.vehicle",
            ratio=median_ratio_above_floor(mine, plain),
            bar=10,
            better="lower",
            detail={
                "size": f"{_size(made)}, {COLUMNS} columns",
                "parts_above_the_changed_one": above,
                "answer_ms": ms(mine),
                "elapsed_ms": elapsed(mine),
                "product_with_a_vector_ms": ms(plain),
            },
        )
    ]


def median_ratio_above_floor(ours: Sequence[Sample], theirs: Sequence[Sample]) -> float:
    """The median of (time - 5 ms) / yardstick; below zero when all is done within the 5 ms."""
    return statistics.median((each(a) - FLOOR_SECONDS) / each(b) for a, b in zip(ours, theirs, strict=True))
