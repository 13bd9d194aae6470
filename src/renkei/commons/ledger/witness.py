"""A witness: somebody outside the database who remembers heads. Only with it is a rolled-back database noticed.

Whoever can set the database back to yesterday can also sign, or leave out, whatever the database then holds. What he
cannot do is take back what others have: each member who keeps a head is a witness, and this one keeps all of them.
Where the file lies decides what it is worth: on another machine, or on storage that cannot be overwritten, it holds
against whoever runs the database too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from renkei.commons.ledger.model import Head

_LONGEST_LINE = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A head as the witness keeps it."""

    number: int
    size: int
    root: bytes
    signed_at: datetime
    note: str
    resumed: str | None = None
    """Set where an older state of the database was accepted on purpose: the reason. What came after it was given up."""


class Witness(Protocol):
    """Remembers heads. A caller may rely on: what `remember` returned from is remembered for good, in order."""

    def remember(self, head: Head, resumed: str | None = None) -> None:
        """Keep a head. `resumed` accepts that the heads beyond it are lost, and says why. Raises `OSError`."""
        ...

    def newest(self) -> Witnessed | None:
        """The last head that was kept, None without any. Raises `OSError`."""
        ...

    def all(self) -> Iterator[Witnessed]:
        """Every head that was kept, in order. Raises `OSError`."""
        ...


class FileWitness:
    """An append-only file: one JSON object a line, durable before `remember` returns.

    A line that was cut off by a crash is passed over: its head comes again with the next one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def remember(self, head: Head, resumed: str | None = None) -> None:
        """Keep a head."""
        line = {
            "number": head.number,
            "size": head.size,
            "root": head.root.hex(),
            "at": head.signed_at.isoformat(),
            "note": head.note,
        }
        if resumed is not None:
            line["resumed"] = resumed
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            text = json.dumps(line, ensure_ascii=False).encode() + b"\n"
            end = os.fstat(descriptor).st_size
            if end and os.pread(descriptor, 1, end - 1) != b"\n":
                text = b"\n" + text
            os.write(descriptor, text)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def newest(self) -> Witnessed | None:
        """The last head that was kept."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 4 * _LONGEST_LINE))
            lines = file.read().split(b"\n")
        return next(filter(None, map(_read, reversed(lines))), None)

    def all(self) -> Iterator[Witnessed]:
        """Every head that was kept, in order."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                found = _read(line)
                if found is not None:
                    yield found


def standing(heads: Iterator[Witnessed]) -> list[Witnessed]:
    """The heads that still count: where a loss was accepted, those beyond it do not. At most some 100,000, evenly."""
    kept: list[Witnessed] = []
    for head in heads:
        if head.resumed is not None:
            kept = [one for one in kept if one.size <= head.size]
        kept.append(head)
        if len(kept) > 200_000:
            kept = [*kept[:-1:2], kept[-1]]
    return kept


def _read(line: bytes) -> Witnessed | None:
    try:
        found = json.loads(line)
        return Witnessed(
            number=found["number"],
            size=found["size"],
            root=bytes.fromhex(found["root"]),
            signed_at=datetime.fromisoformat(found["at"]),
            note=found["note"],
            resumed=found.get("resumed"),
        )
    except (ValueError, KeyError, TypeError):
        return None
