"""Bytes that were made once and may be wanted again, up to so many in all."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Final

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
