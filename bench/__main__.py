"""`make bench`: run all benchmarks, or the one named; exit 1 if a bar is missed."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys

import bench
from bench.harness import BUILD, machine, registered, show, until_the_end, write
from renkei.kit.memory import leave_out_what_is_loaded


def main() -> int:
    """Run the benchmarks asked for, print each result, write build/bench.jsonl."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", default="", help="run the benchmark with this name")
    only: str = parser.parse_args().only
    for module in pkgutil.iter_modules(bench.__path__, "bench."):
        if module.name.rpartition(".")[2].startswith("measure_"):
            importlib.import_module(module.name)
    chosen = {name: run for name, run in registered().items() if not only or name == only}
    if not chosen:
        print(
            f"no benchmark is called {only!r}; there are: {', '.join(sorted(registered()))}", file=sys.stderr
        )
        return 2
    leave_out_what_is_loaded()  # as every process of the product does
    print(machine())
    if not only:
        (BUILD / "bench.jsonl").unlink(missing_ok=True)
    missed = 0
    with until_the_end:
        for run in dict.fromkeys(chosen.values()):
            results = [result for result in run() if not only or result.name == only]
            write(results)
            for result in results:
                print(show(result), flush=True)
                missed += not result.ok
    print(f"{missed} bar(s) missed" if missed else "every bar holds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
