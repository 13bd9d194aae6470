"""`renkei rollup verify`: every company's calculated values against a calculation from nothing but the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from renkei.app import branches
from renkei.commons.operators.service import list_operators
from renkei.commons.usecase import use_cases
from renkei.database.connect import opened
from renkei.database.transaction import Database, act_as
from renkei.settings import Settings


def verify_all(
    settings: Settings, operator_id: UUID | None = None
) -> Iterator[tuple[UUID, list[Mapping[str, object]]]]:
    """Each company (or the one named) with what differs, as `verify_companies`."""
    with opened(settings, branches=branches(), size=1) as database:
        yield from verify_companies(database, operator_id)


def verify_companies(
    database: Database, operator_id: UUID | None = None
) -> Iterator[tuple[UUID, list[Mapping[str, object]]]]:
    """Each company with the differences that the use cases find, read as that company; nothing is written."""
    checks = [use_case.verify for use_case in use_cases() if use_case.verify is not None]
    for company in database.owner(list_operators):
        if operator_id is not None and company.operator_id != operator_id:
            continue
        entry = act_as(company.operator_key, company.operator_id, door="cli")
        yield (
            company.operator_id,
            database.read(entry, lambda tx: [one for check in checks for one in check(tx)]),
        )
