"""The entry of the command line: it loads everything else with the collector of garbage kept quiet.

Loading makes some 300,000 objects that never go; looking through them again and again took a fifth of a start.
"""

from __future__ import annotations

import gc
from typing import Final

_YOUNG: Final = 50_000
"""New objects before the youngest are looked through."""


def main() -> None:
    """Run `renkei`."""
    gc.set_threshold(_YOUNG, 20, 100)
    from renkei.cli import main as run  # noqa: PLC0415 - what this module is for

    run()
