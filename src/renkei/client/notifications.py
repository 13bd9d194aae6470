"""What this company was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from renkei.client._wire import Wire
from renkei.client.model import Cursor, Listing, Notification, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    marked: int


class Notifications:
    """Notifications (通知), newest first."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        notified_from: datetime | None = None,
        notified_to: datetime | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Notification]:
        """What happened, in a span of time if one is given."""
        return self._wire.listing(
            Page[Notification],
            "/notifications",
            notified_from=notified_from,
            notified_to=notified_to,
            page_size=page_size,
            after=after,
        )

    def mark_read(self, notification_ids: Iterable[UUID]) -> int:
        """Mark notifications as read; how many of them had been unread. Unknown ones are passed over."""
        body = {"notification_ids": list(notification_ids)}
        return self._wire.write(_Marked, "POST", "/notifications/read", body).marked
