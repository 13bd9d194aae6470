"""Time is passed in, never read on the side, so that tests and replays can set it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

JAPAN: Final = ZoneInfo("Asia/Tokyo")
"""Days that people speak of are Japan's."""


class Clock(Protocol):
    """Tells the time. A caller may rely on: aware, UTC, never None."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment of this clock."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was set, and moves only when told to (demonstrations, tests)."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The present moment of this clock."""
        return self.at
