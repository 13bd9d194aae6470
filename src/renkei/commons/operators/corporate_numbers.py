"""The list of corporate numbers (法人番号) that the National Tax Agency publishes, and what it says of a company.

`import_list` takes the agency's files in, whole ones and daily differences, in UTF-8 or Shift_JIS. Which column means what
is data (`data/corporate_number_columns.json`). An entry proves that a company exists, not that a person acts for it.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from renkei.commons.operators import corporate_numbers_store as store
from renkei.commons.operators.errors import CorporateNumberListFaulty
from renkei.database.transaction import Transaction
from renkei.kit.corporate_number import is_corporate_number

MOST_FAULTS: Final = 20
_CHUNK: Final = 1 << 20
_ROWS_PER_STEP: Final = 5_000
_COLUMNS: Final = Path(__file__).parent / "data" / "corporate_number_columns.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the list says of one company."""

    number: str
    name: str
    address: str
    closed_on: date | None
    successor: str | None
    updated_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import did."""

    read: int
    stored: int
    removed: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where what stands in a row."""

    columns: int
    at: dict[str, int]
    removing: frozenset[str]

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        return cls(
            said["columns"],
            {name: place - 1 for name, place in said["positions"].items()},
            frozenset(said["removing_processes"]),
        )


@cache
def _layout() -> _Layout:
    return _Layout.of(json.loads(_COLUMNS.read_text(encoding="utf-8")))


def look_up(tx: Transaction, numbers: list[str]) -> dict[str, Listed]:
    """What the list says of these numbers; unknown ones are missing. As the owner of the platform's tables."""
    return {row["number"]: Listed(**row) for row in store.read(tx, numbers)}


def is_there(tx: Transaction) -> bool:
    """Whether a list was ever taken in."""
    return store.is_there(tx)


def import_list(tx: Transaction, file: BinaryIO, on_step: Callable[[int], None] = lambda _: None) -> Taken:
    """Take a file of the list in, in one transaction: newer rows replace older ones. `on_step` hears of bytes read.

    Raises `CorporateNumberListFaulty` with the first `MOST_FAULTS` lines that are wrong; then nothing is stored.
    """
    faults: list[str] = []
    read = 0

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal read
        text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
        told = 0
        for line, row in enumerate(csv.reader(one.replace("\0", "") for one in text), start=1):
            if line % _ROWS_PER_STEP == 0:
                on_step(file.tell() - told)
                told = file.tell()
            entry = _entry(row)
            if isinstance(entry, str):
                faults.append(f"{line}: {entry}")
                if len(faults) >= MOST_FAULTS:
                    return
            elif entry is not None:
                read += 1
                yield entry

    try:
        stored, removed = store.replace(tx, rows(), lambda: bool(faults))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorporateNumberListFaulty(lines=f"? ({type(error).__name__})") from error
    if faults:
        raise CorporateNumberListFaulty(lines="; ".join(faults))
    return Taken(read=read, stored=stored, removed=removed)


def _encoding(file: BinaryIO) -> str:
    """UTF-8 if the whole file is, else Shift_JIS as Windows writes it; the file is at its beginning again."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp932"
    else:
        return "utf-8-sig"
    finally:
        file.seek(0)


def _entry(row: list[str]) -> tuple[object, ...] | str | None:
    """A row to store, what is wrong with it, or None for one that no longer holds."""
    layout = _layout()
    if len(row) != layout.columns:
        return f"{len(row)} columns instead of {layout.columns}"
    said = {name: row[place].strip() for name, place in layout.at.items()}
    if said["latest"] == "0":
        return None
    if not is_corporate_number(said["number"]):
        return f"{said['number'][:20]!r} is not a corporate number"
    if said["successor"] and not is_corporate_number(said["successor"]):
        return f"{said['successor'][:20]!r} is not a corporate number"
    updated, closed = _day(said["updated_on"]), _day(said["closed_on"])
    if updated is None or (closed is None and said["closed_on"]):
        return "a date is not YYYY-MM-DD"
    removed = said["process"] in layout.removing
    if not said["name"] and not removed:
        return "no name"
    address = said["prefecture"] + said["city"] + said["street"] or said["address_abroad"]
    return (said["number"], said["name"], address, closed, said["successor"] or None, updated, removed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
