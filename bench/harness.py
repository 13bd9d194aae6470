"""How a claim is measured: interleaved pairs, the median of their ratios, plain figures beside them.

A benchmark is a function that returns a `Result`. It measures the thing and its yardstick in turn (A B A B …) in one
run, so that a machine that gets slower or busier in between hits both. Ratios are compared with a bar; plain times are
only reported.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

BUILD = Path(__file__).resolve().parent.parent / "build"
PAIRS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run of one side: how many things it did, in how long, at what cost in processor time of server and database."""

    count: int
    seconds: float
    cpu_seconds: float = 0.0
    database_cpu_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.count / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of processor time a thing."""
        return 1e6 * self.cpu_seconds / self.count

    @property
    def database_cpu_us(self) -> float:
        """Microseconds of PostgreSQL's processor time a thing."""
        return 1e6 * self.database_cpu_seconds / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The outcome of one claim: `ratio` is held against `bar`; `detail` is what a reader wants to know beside it."""

    name: str
    ratio: float
    bar: float
    better: Literal["lower", "higher"]
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the claim holds."""
        return self.ratio <= self.bar if self.better == "lower" else self.ratio >= self.bar


Benchmark = Callable[[], Sequence[Result]]
_registry: dict[str, Benchmark] = {}
until_the_end = ExitStack()
"""What benchmarks share (a server with its data) is entered here once, and closed when all have run."""


def benchmark(*names: str) -> Callable[[Benchmark], Benchmark]:
    """Register a function under the names of the results it returns."""

    def register(function: Benchmark) -> Benchmark:
        for name in names:
            _registry[name] = function
        return function

    return register


def registered() -> Mapping[str, Benchmark]:
    """Every benchmark by the names of its results."""
    return dict(_registry)


def paired(
    thing: Callable[[], Sample], yardstick: Callable[[], Sample], *, pairs: int = PAIRS
) -> tuple[list[Sample], list[Sample]]:
    """Run `thing` and `yardstick` in turn, `pairs` times after one warm-up of each; every second pair the other way round."""
    thing()
    yardstick()
    ours: list[Sample] = []
    theirs: list[Sample] = []
    for number in range(pairs):
        if number % 2:
            theirs.append(yardstick())
            ours.append(thing())
        else:
            ours.append(thing())
            theirs.append(yardstick())
    return ours, theirs


def median_ratio(ours: Sequence[Sample], theirs: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """The median over the pairs of `of(ours) / of(theirs)`."""
    return statistics.median(of(a) / of(b) for a, b in zip(ours, theirs, strict=True))


def summary(samples: Sequence[Sample]) -> dict[str, float]:
    """Median rate, time and processor times of one side, rounded for reading."""
    return {
        "per_second": round(statistics.median(s.rate for s in samples), 1),
        "seconds": round(statistics.median(s.seconds for s in samples), 4),
        "cpu_us_each": round(statistics.median(s.cpu_us for s in samples), 1),
        "database_cpu_us_each": round(statistics.median(s.database_cpu_us for s in samples), 1),
    }


def machine() -> str:
    """The size of this machine in one line."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB, Python {platform.python_version()}, {platform.system()}"


def write(results: Sequence[Result], path: Path = BUILD / "bench.jsonl") -> None:
    """Append the results as JSON lines."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        for result in results:
            line = {
                "name": result.name,
                "ratio": round(result.ratio, 4),
                "bar": result.bar,
                "better": result.better,
                "ok": result.ok,
                "detail": {**result.detail, "machine": machine()},
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def show(result: Result) -> str:
    """One result for people."""
    sign = "≤" if result.better == "lower" else "≥"
    lines = [
        f"{'ok  ' if result.ok else 'MISS'} {result.name:<24} ratio {result.ratio:8.3f}  (bar {sign} {result.bar:g})"
    ]
    lines += [f"       {name}: {value}" for name, value in result.detail.items()]
    return "\n".join(lines)
