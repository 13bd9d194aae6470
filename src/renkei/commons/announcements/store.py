"""SQL of announcements, as the owner of the platform's tables."""

from __future__ import annotations

from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.announcements.model import AnnouncementDraft
from renkei.database.transaction import Transaction


def insert(tx: Transaction, draft: AnnouncementDraft, by: str) -> UUID:
    """A new one; its id."""
    announcement_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO commons.announcements (announcement_id, kind, ja, en, shown_from, shown_until, created_by, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (announcement_id, draft.kind, draft.ja, draft.en, draft.shown_from, draft.shown_until, by, tx.now),
    )
    return announcement_id


def withdraw(tx: Transaction, announcement_id: UUID) -> bool:
    """Take one back; whether it was there."""
    return (
        tx.execute(
            "UPDATE commons.announcements SET withdrawn_at = %s WHERE announcement_id = %s AND withdrawn_at IS NULL",
            (tx.now, announcement_id),
        ).rowcount
        > 0
    )


def not_over(tx: Transaction) -> list[DictRow]:
    """Those shown now or later, the earliest first."""
    return tx.rows(
        """
        SELECT a.announcement_id, a.kind, a.ja, a.en, a.shown_from, a.shown_until FROM commons.announcements a
         WHERE a.withdrawn_at IS NULL AND a.shown_until > %s ORDER BY a.shown_from, a.announcement_key
        """,
        (tx.now,),
    )
