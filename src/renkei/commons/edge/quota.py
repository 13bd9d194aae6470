"""The rate of one operator's requests, over all processes: a bucket that fills steadily and holds a burst.

Each process counts for itself and asks nobody while it answers. A few times a second it settles: what it has taken goes
into the buckets that all processes share (`database.rates`), and what is left there is what it goes on from. So the
lasting rate holds for all processes together. Between two settlings each may admit up to a burst on its own; what was
too much then is owed, and paid before anything more is admitted. While the database is away, each counts alone.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final
from uuid import UUID

from renkei.database.rates import take_all
from renkei.database.repeating import repeating
from renkei.database.transaction import Database, as_role
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.rates import Rate

_MOST_BUCKETS: Final = 10_000
_PREFIX: Final = "requests:"


class TooManyRequests(RenkeiError):
    """The operator asks faster than its quota."""

    code = "too_many_requests"
    kind = FaultKind.TOO_MANY
    retry_after_seconds = 1
    en = "Your company sends more than {per_second} requests a second. Please slow down."
    ja = "貴社からの要求が毎秒{per_second}件を超えています。間隔を空けてください。"


class RateQuota:
    """`rate` for each operator. Safe to share between threads."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[UUID, tuple[float, float]] = {}
        self._taken: Counter[UUID] = Counter()
        """What the others do not know of yet."""

    def take(self, operator_id: UUID) -> None:
        """Count one request. Raises `TooManyRequests`."""
        now = self._clock()
        with self._lock:
            left, then = self._buckets.get(operator_id, (self._rate.burst, now))
            left = min(self._rate.burst, left + (now - then) * self._rate.per_second)
            if left < 1:
                raise TooManyRequests(per_second=f"{self._rate.per_second:g}")
            if len(self._buckets) >= _MOST_BUCKETS:
                self._forget_full(now)
            self._buckets[operator_id] = (left - 1, now)
            self._taken[operator_id] += 1

    def settle(self, database: Database) -> None:
        """Tell the other processes what was taken here, and learn what is left. Raises what the database raises."""
        with self._lock:
            taken, self._taken = self._taken, Counter()
        if not taken:
            return
        counts = {f"{_PREFIX}{operator_id}": float(count) for operator_id, count in taken.items()}
        try:
            left = database.run(
                as_role("renkei_access"), lambda tx: take_all(tx, counts, self._rate), write=False
            )
        except BaseException:
            with self._lock:
                self._taken.update(taken)
            raise
        self._go_on_from({UUID(name.removeprefix(_PREFIX)): level for name, level in left.items()})

    def _go_on_from(self, left: Mapping[UUID, float]) -> None:
        now = self._clock()
        with self._lock:
            for operator_id, level in left.items():
                self._buckets[operator_id] = (level - self._taken[operator_id], now)

    def _forget_full(self, now: float) -> None:
        """A bucket that is full again says nothing."""
        self._buckets = {
            operator_id: (left, then)
            for operator_id, (left, then) in self._buckets.items()
            if left + (now - then) * self._rate.per_second < self._rate.burst
        }


def settling(quota: RateQuota, database: Database, every_seconds: float) -> AbstractContextManager[None]:
    """Settle again and again for the time of a `with`. While the database is away, each process counts alone."""
    return repeating("rates", every_seconds, lambda: quota.settle(database), at_once=False)
