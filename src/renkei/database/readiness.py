"""Whether the database can be worked with right now: really asked, not remembered."""

from __future__ import annotations

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
