"""How a long-running process collects garbage: not again and again through what it loaded at its start."""

from __future__ import annotations

import gc
from typing import Final

_YOUNG: Final = 20_000
"""New objects before the youngest are looked through: a transaction with some hundred rows makes about as many."""


def leave_out_what_is_loaded() -> None:
    """Take everything that exists now out of collection for good, and look through the young less often.

    For a process that has imported and opened what it needs: some 300,000 objects that never go. Of a change with
    hundreds of parts above it, collecting was a sixth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
