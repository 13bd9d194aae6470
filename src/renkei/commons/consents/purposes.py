"""What something is disclosed for: an open vocabulary with a starting set.

A purpose is a word that provider and consumer both read; any other words are as good. The starting set is data
(`purposes.json`), in the order in which it is offered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of the starting set."""

    purpose: str
    ja: str
    en: str


PURPOSES: Final = tuple(
    Purpose(**row) for row in json.loads((Path(__file__).with_suffix(".json")).read_text(encoding="utf-8"))
)
