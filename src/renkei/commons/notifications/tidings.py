"""Telling those who wait that something new lies in their company's inbox; what it is, they read as ever.

One look a second for all who wait at this process, however many there are; none while nobody does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
from anyio.to_thread import run_sync

from renkei.commons.notifications import store
from renkei.database.transaction import Busy, Database, as_role

LOOK_SECONDS: Final = 1.0
_ENGINE: Final = as_role("renkei_engine")


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody who waits, and the newest notification that was there when last told."""

    seen: int
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Tidings:
    """Who waits at this process. Used from its event loop alone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, set[_Waiting]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._is_over = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    def end(self) -> None:
        """Let nobody wait any longer: the server is about to end."""
        self._is_over = True
        for waiting in self._waiting.values():
            for one in waiting:
                one.woken.set()

    async def changes(self, operator_key: int, seconds: float) -> AsyncGenerator[None]:
        """Yields once when it listens, then whenever something new has come, for so many seconds.

        What comes after the first yield is never missed.
        """
        until = asyncio.get_running_loop().time() + seconds
        newest = await run_sync(self._newest, [operator_key])
        one = _Waiting(newest.get(operator_key, 0))
        self._waiting.setdefault(operator_key, set()).add(one)
        try:
            yield
            if self._looking is None and seconds > 0:
                self._looking = asyncio.create_task(self._look())
            while await self._is_woken(one, until):
                one.woken.clear()
                yield
        finally:
            self._waiting[operator_key].discard(one)
            if not self._waiting[operator_key]:
                del self._waiting[operator_key]

    async def _is_woken(self, one: _Waiting, until: float) -> bool:
        if self._is_over:
            return False
        try:
            await asyncio.wait_for(one.woken.wait(), until - asyncio.get_running_loop().time())
        except TimeoutError:
            return False
        return not self._is_over

    async def _look(self) -> None:
        try:
            while self._waiting and not self._is_over:
                try:
                    newest = await run_sync(self._newest, list(self._waiting))
                except (Busy, psycopg.Error):  # the next look finds what this one did not
                    newest = {}
                for operator_key, number in newest.items():
                    for one in self._waiting.get(operator_key, ()):
                        if one.seen != number:
                            one.seen = number
                            one.woken.set()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._looking = None

    def _newest(self, operator_keys: Sequence[int]) -> dict[int, int]:
        return self._database.read(_ENGINE, lambda tx: store.newest(tx, operator_keys))
