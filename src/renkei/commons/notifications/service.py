"""Telling an operator what happened, and reading what one was told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from renkei.commons.notifications.model import Notification
from renkei.database.transaction import Transaction
from renkei.kit.paging import Page


def notify(
    tx: Transaction, addressee_key: int, type_: str, trade_key: int | None = None, request_key: int | None = None
) -> None:
    """Write one notification into the inbox of `addressee_key`."""
    notify_all(tx, [(addressee_key, type_, trade_key, request_key)])


def notify_all(tx: Transaction, notices: Iterable[tuple[int, str, int | None, int | None]]) -> None:
    """Write several notifications (addressee, type, trade, request) in one statement."""
    raise NotImplementedError


def list_notifications(
    tx: Transaction,
    notified_from: datetime | None = None,
    notified_to: datetime | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> Page[Notification]:
    """The caller's notifications in the span (both ends included), newest first; the cursor is a notification id."""
    raise NotImplementedError


def mark_read(tx: Transaction, notification_ids: Iterable[UUID]) -> int:
    """Mark own notifications as read; returns how many were unread."""
    raise NotImplementedError
