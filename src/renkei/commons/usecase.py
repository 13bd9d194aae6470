"""What a use case (タテ) plugs into the house: one `UseCase` object, found by the entry point `renkei.usecases`.

Nothing in `commons` knows any use case by name; it asks this registry. CFP is registered the same way as a use case
that a third party installs with pip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

if TYPE_CHECKING:
    from fastapi import APIRouter

    from renkei.commons.consents.model import Inference, Payload
    from renkei.database.events import Handler
    from renkei.database.transaction import Reaction, Transaction

ENTRY_POINT_GROUP = "renkei.usecases"


@dataclass(frozen=True, slots=True)
class Timer:
    """Something done once a day: as `renkei_engine`, `due` names the operators concerned; `work` is done as each."""

    name: str
    due: Callable[[Transaction], Sequence[tuple[int, UUID]]]
    work: Callable[[Transaction], int]


Contents = Callable[["Transaction", set[int]], "tuple[Mapping[int, Payload], Mapping[int, Payload]]"]
Inferences = Callable[["Transaction", int, int | None, frozenset[str]], "Sequence[Inference]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One use case. `name` is its folder, PostgreSQL schema and Alembic branch at once.

    request_kinds: what may be asked ("CFP"); attributes: what may be consented, per kind, with ja/en labels.
    contents: what there is to say of own parts, by part, and where a trade has a value of its own by trade; inferences:
    what the attributes that would be shown of an own part (by a trade) let compute of what is withheld.
    has_answer: which of the given own parts can answer a request of the kind (a statement exists).
    reactions: topics of `Transaction.mark` → what to do in the same transaction (`disclosure`: own parts of which the
    consents, links or values changed; `part_inputs`: own parts whose lines, facts, trades or deliveries changed;
    `part_deleted`); handlers: event type → what the addressee's duty does with it;
    timers: what the worker does once a day; verify: recompute everything of the caller's, writing nothing, and tell
    what differs from what is stored, one JSON object each (`renkei rollup verify`).
    exports: tables ("schema.table") that are not exported row by row, and what of them whoever takes it may have.
    routers: paths under /v1; migrations: the folder of its Alembic branch.
    """

    name: str
    request_kinds: tuple[str, ...]
    attributes: Mapping[str, Mapping[str, tuple[str, str]]]
    of_the_part: frozenset[str] = frozenset()
    """Attributes that follow from the part itself (its lines, its plant): told anew when the part changes."""
    has_answer: Callable[[Transaction, Iterable[int]], set[int]]
    metadata: sa.MetaData
    migrations: Path
    contents: Contents | None = None
    inferences: Inferences | None = None
    routers: Callable[[], tuple[APIRouter, ...]] | None = None
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    verify: Callable[[Transaction], Sequence[Mapping[str, object]]] | None = None
    exports: Mapping[str, Callable[[Transaction], Sequence[Mapping[str, object]]]] = field(
        default_factory=dict
    )


@lru_cache(maxsize=1)
def use_cases() -> tuple[UseCase, ...]:
    """All installed use cases, sorted by name. Loaded once a process."""
    found = [point.load() for point in entry_points(group=ENTRY_POINT_GROUP)]
    for use_case in found:
        if not isinstance(use_case, UseCase):
            raise TypeError(
                f"entry point {ENTRY_POINT_GROUP!r} must name a UseCase, not {type(use_case).__name__}"
            )
    return tuple(sorted(found, key=lambda use_case: use_case.name))


def use_case_of(kind: str) -> UseCase | None:
    """The use case that answers requests of `kind`, or None."""
    return next((use_case for use_case in use_cases() if kind in use_case.request_kinds), None)
