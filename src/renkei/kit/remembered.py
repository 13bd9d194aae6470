"""What was made once and may be wanted again: bytes by key, things by owner and version, objects of rows on demand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Final, Generic, TypeVar

K = TypeVar("K")
R = TypeVar("R")
T = TypeVar("T")

_BESIDE: Final = 200
"""Bytes that one entry takes beside its value: key, dictionary, objects."""


class RememberedBytes:
    """A cache of at most `limit` bytes; what was put in first goes first. Safe to share between threads.

    For values that follow from their key alone: a key names the version of everything its value was made from, so an
    entry never gets stale, it only gets unused.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._values: dict[Hashable, bytes] = {}
        self._size = 0

    def get(self, key: Hashable) -> bytes | None:
        """The value of `key`, if it is still here."""
        return self._values.get(key)

    def put(self, key: Hashable, value: bytes) -> None:
        """Remember `value`; a value larger than the limit is not."""
        size = len(value) + _BESIDE
        if size > self._limit:
            return
        with self._lock:
            if key in self._values:
                return
            self._values[key] = value
            self._size += size
            while self._size > self._limit:
                oldest = next(iter(self._values))
                self._size -= len(self._values.pop(oldest)) + _BESIDE


class NewestOfEach(Generic[T]):
    """One thing of each owner, at its newest version: those of the owners that used theirs last, up to `most` in size.

    Safe to share between threads. Of two threads that miss the same thing each makes it; one of them is kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[Hashable, T, int]] = OrderedDict()

    def get(self, owner: int, version: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The owner's thing of this version, made now if it is not kept; the largest alone may exceed the limit."""
        with self._lock:
            kept = self._kept.get(owner)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(owner)
                return kept[1]
        made = make()
        with self._lock:
            self._kept[owner] = (version, made, size(made))
            self._kept.move_to_end(owner)
            while len(self._kept) > 1 and sum(each for _, _, each in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
        return made


class MadeWhenAsked(Mapping[K, T], Generic[K, R, T]):
    """What `make` gives for the row of each key, made at the first time it is asked for and then kept.

    For many rows of which few are wanted. Safe to share between threads: of two that ask first each may make it.
    """

    def __init__(self, rows: Mapping[K, R], make: Callable[[R], T]) -> None:
        self._rows = rows
        self._make = make
        self._made: dict[K, T] = {}

    def __getitem__(self, key: K) -> T:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(self._rows[key])
        return made

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows
