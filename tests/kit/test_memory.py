"""What a process has loaded is not collected through again."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import gc
from renkei.kit.memory import leave_out_what_is_loaded
kept = [[n] for n in range(50_000)]
leave_out_what_is_loaded()
assert gc.isenabled() and gc.get_freeze_count() > 50_000 and len(gc.get_objects()) < 10_000
def ring():
    one = []
    one.append(one)
for _ in range(300_000):
    ring()
assert sum(each["collected"] for each in gc.get_stats()) > 200_000
"""


def test_only_what_comes_later_is_looked_through_and_it_goes() -> None:
    subprocess.run([sys.executable, "-c", _PROGRAM], check=True, timeout=60)
