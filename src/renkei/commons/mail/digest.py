"""The daily mail (お知らせメール): a person gets one message a day about all that is unread, not a hundred.

What a mail is about is decided by time: everything unread that happened since the person's last one, at most `MOST_DAYS`
back. Each is noted as sent before it is handed over and taken back if the mail server does not take it, so that a
process that ends in between sends nothing twice; who misses one finds everything on the page of notifications.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from psycopg.rows import DictRow

from renkei.commons.access.tokens import AccessKeys
from renkei.commons.mail import digest_store as store
from renkei.commons.mail.letters import News, digest
from renkei.commons.mail.post import Post, send
from renkei.database.caller import Caller
from renkei.database.duties import Fence, hold
from renkei.database.transaction import Database, Transaction, as_role
from renkei.kit.clock import JAPAN

MOST_DAYS: Final = 7
MOST_AT_ONCE: Final = 100
"""Letters over one connection, and noted as sent before the first of them."""
_ENGINE: Final = as_role("renkei_engine")


@dataclass(frozen=True, slots=True)
class Due:
    """A person with something unread."""

    account_key: int
    email: str
    sent_until: datetime | None
    news: tuple[News, ...]


def send_digests(database: Database, post: Post, base_url: str, fence: Fence) -> tuple[int, int]:
    """Send today's mail to everybody who has something unread and got none today: (sent, not taken by the server).

    Raises `DutyLostError`.
    """
    until = database.clock.now()
    found = due(database, until)
    sent = 0
    for start in range(0, len(found), MOST_AT_ONCE):
        batch = found[start : start + MOST_AT_ONCE]

        def note(tx: Transaction, batch: Sequence[Due] = batch) -> None:
            hold(tx, fence)
            store.set_sent(tx, [one.account_key for one in batch], until)

        database.owner(note)
        taken = send(post, [digest(one.email, one.news, base_url) for one in batch])
        left = [one for one, was in zip(batch, taken, strict=True) if not was]
        if left:
            _take_back(database, left)
        sent += len(batch) - len(left)
        if len(left) == len(batch):  # the server, not an address: no use in asking it for each further batch
            break
    return sent, len(found) - sent


def due(database: Database, until: datetime) -> list[Due]:
    """Whom to tell what now."""
    today = datetime.combine(until.astimezone(JAPAN).date(), time(), JAPAN)
    oldest = until - timedelta(days=MOST_DAYS)
    people: dict[int, list[DictRow]] = {}
    for row in database.owner(lambda tx: store.recipients(tx, today)):
        people.setdefault(row["account_key"], []).append(row)
    begins = {key: max(rows[0]["sent_until"] or oldest, oldest) for key, rows in people.items()}
    counted: dict[datetime, dict[int, dict[str, int]]] = {}
    for after in set(begins.values()):  # people who got their last mail together are counted for together
        counted[after] = _unread(database, after, until)
    found = []
    for key, rows in people.items():
        unread = counted[begins[key]]
        news = tuple(
            News(row["company"], unread[row["operator_key"]]) for row in rows if row["operator_key"] in unread
        )
        if news:
            found.append(Due(key, rows[0]["email"], rows[0]["sent_until"], news))
    return found


def _unread(database: Database, after: datetime, until: datetime) -> dict[int, dict[str, int]]:
    """Operator → type → how many."""
    of: dict[int, dict[str, int]] = {}
    for operator_key, kind, count in database.read(_ENGINE, lambda tx: store.unread(tx, after, until)):
        of.setdefault(operator_key, {})[kind] = count
    return of


def is_wanted(keys: AccessKeys, caller: Caller) -> bool:
    """Whether the calling person gets the daily mail."""
    return keys.database.owner(lambda tx: store.is_wanted(tx, caller.account_id))


def choose(keys: AccessKeys, caller: Caller, *, wanted: bool) -> None:
    """Let the calling person have the daily mail, or not."""
    keys.database.owner(lambda tx: store.set_wanted(tx, caller.account_id, wanted=wanted))


def _take_back(database: Database, left: Sequence[Due]) -> None:
    database.owner(
        lambda tx: store.take_back(tx, [one.account_key for one in left], [one.sent_until for one in left])
    )
