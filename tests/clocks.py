"""Clocks that tests turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Turnable:
    """A clock that stands, at the time it was made, until it is turned."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        """The time it shows."""
        return self.time

    def turn(self, **span: float) -> None:
        """Turn it on by a `timedelta` of these arguments."""
        self.time += timedelta(**span)
