"""What a door needs to answer: one object, made once a process and passed to every router."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from renkei.commons.edge.quota import RateQuota
from renkei.database.transaction import Database
from renkei.kit.problems import Language, choose_language
from renkei.kit.remembered import NewestOfEach, RememberedBytes
from renkei.kit.secret_box import SecretBox
from renkei.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from renkei.commons.access.openid import Openid
    from renkei.commons.access.tokens import AccessKeys
    from renkei.commons.announcements.service import Board
    from renkei.commons.files.safe import FileSafe
    from renkei.commons.notifications.tidings import Tidings


class QueueProbe(Protocol):
    """Looks at the queue of events for `/readyz`."""

    def probe(self) -> None:
        """Return if the queue can be read and moves; raise `RenkeiError` or `psycopg.Error` if not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """Settings, database, secrets and the rooms that keep something in memory.

    `access` verifies tokens and keys in process; `files` keeps certificates; `queue` probes the events;
    `remembered` are pieces of answers by the versions of the rows they were made from; `kept` is what was read of whole
    operators, at the version of their rows; `tidings` tells who waits that something is new; `board` has what the platform announces;
    `openid` is the external provider that people may sign in with;
    `expected_revisions` are the migrations that this release was written for.
    """

    settings: Settings
    database: Database
    secrets: SecretBox
    access: AccessKeys
    quota: RateQuota
    files: FileSafe
    remembered: RememberedBytes
    kept: NewestOfEach[Any]
    tidings: Tidings
    board: Board
    openid: Openid | None = None
    queue: QueueProbe | None = None
    expected_revisions: Callable[[], tuple[str, ...]] = tuple

    def language(self, accept_language: str | None) -> Language:
        """The language to answer in."""
        return choose_language(accept_language, default=self.settings.default_language)
