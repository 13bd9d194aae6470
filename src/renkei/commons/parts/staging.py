"""Rows of a bulk registration on their way in: checked one by one, written to temporary files as PostgreSQL copies them.

Nothing is held in memory but the present row and a bounded set of names, and no transaction is open meanwhile: the sender
may be as slow as it likes. The files (text format of COPY) have no name and are gone when they are closed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO, Final, Self
from uuid import UUID

from renkei.commons.parts.model import BulkRow, LineDraft, PartDraft
from renkei.commons.parts.rules import faults_of_identity, faults_of_lines, faults_of_part, natural_key
from renkei.kit.errors import Fault
from renkei.kit.strict_json import MOST_FAULTS

_SPECIAL: Final = re.compile(r"[\\\t\n\r]")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL: Final = "\\N"
_MOST_NAMES: Final = 200_000
"""Names remembered so that a child is staged once; about 40 MB. Forgetting costs time later, never correctness."""
_CHUNK_BYTES: Final = 1 << 18
_ROWS_A_WRITE: Final = 200


class Staged:
    """The rows of one bulk registration as files to copy from (any number of times), and what was found wrong so far."""

    def __init__(self, *, merge: bool = False) -> None:
        self.merge = merge
        """Whether what a row does not say stays as it is stored."""
        self._open = ExitStack()
        self.parts = self._file()
        self.children = self._file()
        self.lines = self._file()
        self.faults: list[Fault] = []
        self.last_row = 0
        self.has_traces = False
        """Whether some line names its child by trace id."""
        self.has_own_traces = False
        """Whether some row gives its own part's trace id."""
        self._seen: set[str] = set()
        self._plants: dict[UUID, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go."""
        self._open.close()

    @property
    def is_full(self) -> bool:
        """Whether so many faults were found that no more are listed."""
        return len(self.faults) >= MOST_FAULTS

    def chunks(self, file: IO[bytes]) -> Iterator[bytes]:
        """A file from its beginning, piece by piece."""
        file.seek(0)
        while piece := file.read(_CHUNK_BYTES):
            yield piece

    def take(self, rows: Iterable[BulkRow | Fault]) -> None:
        """Check and stage every row; a `Fault` is one that the door found in a row that it could not read."""
        parts: list[str] = []
        children: list[str] = []
        lines: list[str] = []
        for count, row in enumerate(rows, start=1):
            if isinstance(row, Fault):
                self._fault([row])
                continue
            if self.is_full:
                break
            self._row(row, parts, children, lines)
            if count % _ROWS_A_WRITE == 0:
                self._write(parts, children, lines)
        self._write(parts, children, lines)
        self._seen.clear()

    def _file(self) -> IO[bytes]:
        return self._open.enter_context(tempfile.TemporaryFile())

    def _write(self, *pieces: list[str]) -> None:
        for file, texts in zip((self.parts, self.children, self.lines), pieces, strict=True):
            if texts:
                file.write("".join(texts).encode())
                texts.clear()

    def _fault(self, faults: list[Fault]) -> None:
        self.faults += faults[: MOST_FAULTS - len(self.faults)]

    def _row(self, row: BulkRow, parts: list[str], children: list[str], lines: list[str]) -> None:
        place = f"line:{row.number}"
        parent = row.parent
        faults = faults_of_part(parent, place)
        if row.lines is not None:
            faults += faults_of_lines(row.lines, place)
            named = [
                natural_key(line.child) if isinstance(line.child, PartDraft) else None for line in row.lines
            ]
            faults += [
                Fault(fault.code, place + fault.pointer, fault.parameters, fault.en, fault.ja)
                for fault in faults_of_identity(natural_key(parent), named)
            ]
        if faults:
            self._fault(faults)
        self.last_row = row.number
        self.has_own_traces = self.has_own_traces or parent.trace_id is not None
        count = _NULL if row.lines is None else str(len(row.lines))
        begins = _NULL if row.effective_from is None else row.effective_from.isoformat()
        natural = self._natural(parent)
        parts.append(
            f"{row.number}\t{natural}\t{self._part(parent)}\t{_id(parent.trace_id)}\t{count}\t{begins}\n"
        )
        self._remember(natural)
        for position, line in enumerate(row.lines or (), start=1):
            child = line.child
            if isinstance(child, UUID):
                self.has_traces = True
                who = f"{_NULL}\t{child}"
            else:
                natural = self._natural(child)
                who = f"{natural}\t{_id(child.trace_id)}"
                self.has_traces = self.has_traces or child.trace_id is not None
                if natural not in self._seen:
                    self._remember(natural)
                    children.append(f"{row.number}\t{position}\t{natural}\t{self._part(child)}\n")
            lines.append(f"{row.number}\t{position}\t{who}\t{_line(line)}\n")

    def _remember(self, natural: str) -> None:
        if len(self._seen) >= _MOST_NAMES:
            self._seen.clear()
        self._seen.add(natural)

    def _natural(self, draft: PartDraft) -> str:
        """Plant, name and support name in one text that no two parts share (the name's length says where it ends)."""
        name = draft.name
        text = f"{self._plant(draft.plant_id)}{len(name)}:{name}"
        return _text(text if draft.support_name is None else f"{text}+{draft.support_name}")

    def _plant(self, plant_id: UUID) -> str:
        found = self._plants.get(plant_id)
        if found is None:
            if len(self._plants) >= _MOST_NAMES:
                self._plants.clear()
            found = self._plants[plant_id] = str(plant_id)
        return found

    def _part(self, draft: PartDraft) -> str:
        facts = draft.facts
        return "\t".join(
            (
                self._plant(draft.plant_id),
                _text(draft.name),
                _text(draft.support_name),
                "t" if draft.terminated else "f",
                _text(draft.unit),
                _text(draft.label),
                _text(draft.info1),
                _text(draft.info2),
                _text(draft.info3),
                "f" if facts is None else "t",
                _NULL if facts is None or facts.mass_kg_per_unit is None else str(facts.mass_kg_per_unit),
                _NULL
                if facts is None or facts.density_kg_per_liter is None
                else str(facts.density_kg_per_liter),
            )
        )


def _line(line: LineDraft) -> str:
    return "\t".join(
        (
            str(line.amount),
            _text(line.unit),
            str(line.base_quantity),
            line.sourcing or _NULL,
            line.counted_by,
            "t" if line.phantom else "f",
            _text(line.alternative_group),
            _NULL if line.usage_share is None else str(line.usage_share),
        )
    )


def _id(value: UUID | None) -> str:
    return _NULL if value is None else str(value)


def _text(value: str | None) -> str:
    if value is None:
        return _NULL
    return value.translate(_ESCAPES) if _SPECIAL.search(value) else value
