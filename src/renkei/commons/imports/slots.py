"""How many imports of one company run at once in a process: one company's import never delays others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from renkei.commons.imports.errors import TooManyImports


class ImportSlots:
    """Counts them. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[UUID, int] = {}

    @contextmanager
    def taken(self, operator_id: UUID, most: int) -> Iterator[None]:
        """Hold one of an operator's `most` slots. Raises `TooManyImports`."""
        with self._lock:
            running = self._running.get(operator_id, 0)
            if running >= most:
                raise TooManyImports(maximum=most)
            self._running[operator_id] = running + 1
        try:
            yield
        finally:
            with self._lock:
                self._running[operator_id] -= 1
                if not self._running[operator_id]:
                    del self._running[operator_id]


SLOTS: Final = ImportSlots()
"""Those of this process, whichever door an import comes through."""
