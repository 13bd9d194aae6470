"""Whether the database can be worked with right now: really asked, not remembered."""

from __future__ import annotations

from datetime import timedelta

from renkei.database.events import queue_state
from renkei.database.transaction import Database, Transaction, as_role
from renkei.kit.errors import FaultKind, RenkeiError


class NotMigrated(RenkeiError):
    """The database is not at the migrations of this release (an upgrade is running, or was forgotten)."""

    code = "not_migrated"
    kind = FaultKind.UNAVAILABLE
    en = "The database is at {found}, this release needs {expected}. Run: renkei db upgrade."
    ja = "データベースの版は{found}ですが、この版には{expected}が必要です。renkei db upgradeを実行してください。"


def check_migrations(database: Database, expected: tuple[str, ...]) -> None:
    """Return if the database answers and holds every migration of this release (newer ones beside are fine).

    Raises `NotMigrated`, or `Busy` when there is no database.
    """

    def read(tx: Transaction) -> set[str]:
        return {row[0] for row in tx.execute("SELECT version_num FROM commons.alembic_version")}

    found = database.read(as_role("renkei_engine"), read)
    if not set(expected) <= found:
        raise NotMigrated(found=", ".join(sorted(found)) or "-", expected=", ".join(expected))


class EventsStandStill(RenkeiError):
    """Events wait, and nobody has read any for too long: no worker runs, or none gets on."""

    code = "events_stand_still"
    kind = FaultKind.UNAVAILABLE
    en = "Events have been waiting for {seconds} seconds and nobody reads them. Is `renkei work` running?"
    ja = "イベントが{seconds}秒間処理されていません。renkei workが動作しているか確認してください。"


class EventQueue:
    """The queue of events as any process sees it in the database, wherever the worker runs."""

    def __init__(self, database: Database, stall_seconds: float) -> None:
        self._database = database
        self._stall = timedelta(seconds=stall_seconds)

    def probe(self) -> None:
        """Return if there is nothing to read or the reader moves. Raises `EventsStandStill`, or `Busy`."""
        state = self._database.read(as_role("renkei_engine"), lambda tx: queue_state(tx, most=1))
        if state.oldest_at is None:
            return
        now = self._database.clock.now()
        still = now - max(state.oldest_at, state.advanced_at or state.oldest_at)
        if still > self._stall:
            raise EventsStandStill(seconds=int(still.total_seconds()))
