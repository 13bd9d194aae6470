"""Wiring: the one module that knows every room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renkei.commons.usecase import use_cases
from renkei.database.migrate import COMMONS, Branch
from renkei.database.transaction import Reaction


def branches() -> tuple[Branch, ...]:
    """Every Alembic branch: commons, then one per installed use case."""
    return (COMMONS, *(Branch(use_case.name, use_case.migrations) for use_case in use_cases()))


def reactions() -> Mapping[str, Sequence[Reaction]]:
    """What happens inside a transaction after something was marked, topic by topic, in order."""
    found: dict[str, list[Reaction]] = {}
    for use_case in use_cases():
        for topic, reaction in use_case.reactions.items():
            found.setdefault(topic, []).append(reaction)
    return found
