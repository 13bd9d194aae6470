"""Telling an operator what happened, and reading what one was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from renkei.commons.notifications import store
from renkei.commons.notifications.model import Notification
from renkei.commons.notifications.store import Notice
from renkei.database.caller import WRITERS
from renkei.database.round_trip import Beside
from renkei.database.transaction import Transaction
from renkei.kit.paging import Page, page_of

COUNTED: Final = 100
"""How far back unread notifications are counted: a person only needs to know whether there are few or many."""


def notify(
    tx: Transaction,
    addressee_key: int,
    type_: str,
    trade_key: int | None = None,
    request_key: int | None = None,
) -> None:
    """Write one notification into the inbox of `addressee_key`."""
    notify_all(tx, [(addressee_key, type_, trade_key, request_key)])


def notify_all(tx: Transaction, notices: Iterable[Notice]) -> None:
    """Write several notifications (addressee, type, trade, request) in one statement; none for none."""
    written = list(notices)
    if written:
        store.insert(tx, written)


def notify_bundled(tx: Transaction, type_: str, about: Iterable[tuple[int, int, int | None]]) -> None:
    """One notification for each addressee, however many of its trades it is about (addressee, trade, request).

    It names the first of them as any other notification does, and the further ones by their ids.
    """
    bundles: dict[int, list[tuple[int, int | None]]] = {}
    for addressee_key, trade_key, request_key in about:
        bundles.setdefault(addressee_key, []).append((trade_key, request_key))
    if bundles:
        notices = [(addressee, type_, *bundle[0]) for addressee, bundle in bundles.items()]
        store.insert(tx, notices, [[trade for trade, _ in bundle[1:]] for bundle in bundles.values()])


def remind(tx: Transaction, type_: str, part_keys: Sequence[int], *, repeat: bool = True) -> None:
    """Tell the caller about own parts: one notification, which names the first and counts the others.

    None for none; without `repeat`, nor while the same stands there unread.
    """
    if part_keys:
        store.insert_about_parts(tx, type_, part_keys[0], len(part_keys) - 1, repeat=repeat)


def list_notifications(
    tx: Transaction,
    notified_from: datetime | None = None,
    notified_to: datetime | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> Page[Notification]:
    """The caller's notifications in the span (both ends included), newest first. One statement.

    The cursor is a notification id; one that is not the caller's gives an empty page.
    """
    rows = store.read(tx, notified_from, notified_to, after, limit + 1)
    return page_of(rows, limit, id_of=lambda row: row.notification_id)


def unread() -> Beside:
    """How many of the caller's newest `COUNTED` notifications are unread: asked with an entry, of bounded cost."""
    return store.COUNT_UNREAD, (COUNTED,)


def mark_read(tx: Transaction, notification_ids: Iterable[UUID]) -> int:
    """Mark own notifications as read, for everybody of the company; returns how many were unread."""
    tx.caller.require(*WRITERS)
    return store.set_read(tx, notification_ids)


def purge(tx: Transaction, before: datetime) -> int:
    """Delete what was told before `before` (retention, as `renkei_engine`); returns how many."""
    return store.purge(tx, before)
