"""What each company uses, as the basis of a fee: counts alone, of one month; no value, no name of a part or a partner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from renkei.commons.operators import usage_store as store
from renkei.commons.operators.errors import MonthUnreadable
from renkei.commons.operators.model import OperatorState
from renkei.commons.operators.service import list_operators
from renkei.database.transaction import Database, as_role
from renkei.kit.clock import JAPAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of one company: parts, people and applications as they are now; requests of the month, cancelled ones left out."""

    operator_id: UUID
    name: str
    open_operator_id: str | None
    state: OperatorState
    sandbox: bool
    parts: int
    people: int
    applications: int
    requests_sent: int
    requests_received: int


def month_of(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The span of a month written 2026-11 (empty: the present one), in Japan; UTC. Raises `MonthUnreadable`."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=JAPAN) if text else now.astimezone(JAPAN)
        first = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return first.astimezone(UTC), following.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MonthUnreadable("/month") from None


def usage(database: Database, since: datetime, until: datetime) -> list[Usage]:
    """Every company but those merely invited, the oldest first; requests made from `since` until before `until`."""
    companies = database.owner(list_operators)
    people, applications = database.owner(store.people_and_applications)
    counted = database.read(as_role("renkei_engine"), lambda tx: store.parts_and_requests(tx, since, until))
    return [
        Usage(
            operator_id=one.operator_id,
            name=one.name,
            open_operator_id=one.open_operator_id,
            state=one.state,
            sandbox=one.sandbox,
            people=people.get(one.operator_key, 0),
            applications=applications.get(one.operator_key, 0),
            **{name: of.get(one.operator_key, 0) for name, of in counted.items()},
        )
        for one in companies
        if one.state != "provisional"
    ]
