"""`make scale N=1e8`: the roll-up on N lines on this machine, step by step, with the time, the memory and the cost a line of each.

No bar and no comparison but one sparse product: what a planner wants to know. See docs/explanation/roll-up.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.bills import bill
from bench.harness import machine
from bench.measure_rollup import changing, graph_of, own_of, with_parts_above
from renkei.rollup import roll_up

LINES_A_PART = 4 * 11 / 12
REPEATED = 5


def memory_mib(what: str) -> int:
    """VmRSS or VmHWM (the peak) of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) // 1024
    raise LookupError(what)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="make scale")
    parser.add_argument("lines", type=float, help="how many lines, e.g. 1e8")
    parser.add_argument("--columns", type=int, default=8)
    arguments = parser.parse_args()
    nodes = int(arguments.lines / LINES_A_PART)
    print(machine())

    def step(name: str, work: Callable[[], Any]) -> Any:
        begin, busy = time.perf_counter(), time.thread_time()
        outcome = work()
        line(name, time.thread_time() - busy, time.perf_counter() - begin)
        return outcome

    def line(name: str, seconds: float, elapsed: float) -> None:
        print(
            f"{name:<34} {seconds:10.4f} s busy {elapsed:10.4f} s elapsed {1e9 * seconds / arguments.lines:9.2f} ns a line"
            f" {memory_mib('VmRSS'):8,} MiB now {memory_mib('VmHWM'):8,} MiB at most",
            flush=True,
        )

    bills = [step("make the bill (not ours)", lambda: bill(nodes))]
    print(f"{bills[0].nodes:,} parts, {bills[0].child.size:,} lines, {arguments.columns} columns")
    graph = step("order (Graph.build)", lambda: graph_of(bills[0]))
    bills.clear()
    own = step("own values (not ours)", lambda: own_of(graph.nodes, arguments.columns))
    totals = step("full pass, the first", lambda: roll_up(graph, own))
    del totals

    def median(name: str, work: Callable[[], object], repeated: int = REPEATED) -> None:
        seconds, elapsed = [], []
        for _ in range(repeated):
            begin, busy = time.perf_counter(), time.thread_time()
            work()
            seconds.append(time.thread_time() - busy)
            elapsed.append(time.perf_counter() - begin)
        line(name, statistics.median(seconds), statistics.median(elapsed))

    median(f"full pass, median of {REPEATED}", lambda: roll_up(graph, own))
    in_order = graph.ordered.schedule.rows
    median("one product, the same rows", lambda: in_order @ own)
    totals = roll_up(graph, own)
    for most in (10, 1_000, 10_000):
        part, above = with_parts_above(totals, most)
        change = changing(totals, part)
        change()
        median(f"update, {above:,} parts above", change, 21)
    return 0


if __name__ == "__main__":
    sys.exit(main())
