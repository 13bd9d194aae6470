"""Telling everybody something: made and taken back by the platform's staff, shown on every page, kept by each process.

A page shows announcements without asking the database: each process reads them anew every `LOOK_SECONDS`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from renkei.commons.access.audit_store import note
from renkei.commons.access.people import require_staff
from renkei.commons.announcements import store
from renkei.commons.announcements.errors import AnnouncementMissing, SpanEmpty
from renkei.commons.announcements.model import Announcement, AnnouncementDraft
from renkei.database.caller import Caller
from renkei.database.repeating import repeating
from renkei.database.transaction import Database, Transaction

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
"""How much later than made an announcement may show, or maintenance begin, at another process."""


class Board:
    """The announcements as one process knows them. Safe to share between threads: what is known is replaced as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[Announcement, ...] = ()

    def look(self) -> None:
        """Read them anew. Raises what the database raises."""
        self._known = tuple(Announcement(**row) for row in self._database.owner(store.not_over))

    @property
    def coming(self) -> tuple[Announcement, ...]:
        """Those shown now or later."""
        now = self._database.clock.now()
        return tuple(one for one in self._known if now < one.shown_until)

    @property
    def shown(self) -> tuple[Announcement, ...]:
        """Those shown now."""
        now = self._database.clock.now()
        return tuple(one for one in self.coming if one.shown_from <= now)

    def maintenance(self) -> Announcement | None:
        """The maintenance under way, the longest of several."""
        under_way = [one for one in self.shown if one.kind == "maintenance"] if self._known else []
        return max(under_way, key=lambda one: one.shown_until, default=None)

    def now(self) -> datetime:
        """The time by which it goes."""
        return self._database.clock.now()


def announce(database: Database, board: Board, caller: Caller, draft: AnnouncementDraft) -> UUID:
    """Tell everybody; at this process at once. Raises `Forbidden`: staff alone, `SpanEmpty`."""
    require_staff(caller)
    if not draft.shown_from < draft.shown_until or draft.shown_until <= database.clock.now():
        raise SpanEmpty

    def work(tx: Transaction) -> UUID:
        note(tx, "announced", by=caller.actor, about=draft.kind)
        return store.insert(tx, draft, caller.actor)

    made = database.owner(work)
    log.info("announced", by=caller.actor, announcement=str(made), kind=draft.kind)
    board.look()
    return made


def take_back(database: Database, board: Board, caller: Caller, announcement_id: UUID) -> None:
    """Show it no longer; maintenance ends. Raises `Forbidden`, `AnnouncementMissing`."""
    require_staff(caller)
    if not database.owner(lambda tx: store.withdraw(tx, announcement_id)):
        raise AnnouncementMissing
    log.info("announcement_withdrawn", by=caller.actor, announcement=str(announcement_id))
    board.look()


def looking(board: Board) -> AbstractContextManager[None]:
    """Look again and again for the time of a `with`. While the database is away, what was known holds on."""
    return repeating("announcements", LOOK_SECONDS, board.look, at_once=True)
