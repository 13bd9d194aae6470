"""The rate of one operator's requests in one process: a bucket that fills steadily and holds a burst."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from renkei.kit.errors import FaultKind, RenkeiError

_MOST_BUCKETS: Final = 10_000


class TooManyRequests(RenkeiError):
    """The operator asks faster than its quota."""

    code = "too_many_requests"
    kind = FaultKind.TOO_MANY
    en = "Your company sends more than {per_second} requests a second. Please slow down."
    ja = "貴社からの要求が毎秒{per_second}件を超えています。間隔を空けてください。"


class RateQuota:
    """`per_second` requests lasting, `burst` at once, for each operator. Safe to share between threads."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[UUID, tuple[float, float]] = {}

    def take(self, operator_id: UUID) -> None:
        """Count one request. Raises `TooManyRequests`."""
        now = self._clock()
        with self._lock:
            left, then = self._buckets.get(operator_id, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._per_second)
            if left < 1:
                raise TooManyRequests(per_second=f"{self._per_second:g}")
            if len(self._buckets) >= _MOST_BUCKETS:
                self._forget_full(now)
            self._buckets[operator_id] = (left - 1, now)

    def _forget_full(self, now: float) -> None:
        """A bucket that is full again says nothing."""
        self._buckets = {
            operator_id: (left, then)
            for operator_id, (left, then) in self._buckets.items()
            if left + (now - then) * self._per_second < self._burst
        }
