"""Words of operators (事業者) and plants (事業所)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

OperatorState = Literal["provisional", "member", "suspended", "closed", "merged"]
ACTED_FOR: Final = frozenset({"member", "merged"})
"""States in which a company is acted for; after a merger its successor's people do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A company as the directory shows it. `open_operator_id` is None only while provisional.

    `successor_id`: the company it was merged into (state `merged`).
    """

    operator_key: int
    operator_id: UUID
    name: str
    address: str
    country: str
    open_operator_id: str | None
    global_operator_id: str | None
    state: OperatorState
    sandbox: bool
    successor_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDraft:
    """What a company says about itself. `operator_id` names it and `open_operator_id` repeats it: both are immutable.

    None for `open_operator_id` leaves it unsaid.
    """

    operator_id: UUID
    name: str
    address: str
    open_operator_id: str | None = None
    global_operator_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A company to be registered by the platform. `operator_id` given and provisional: that company becomes a member."""

    name: str
    address: str
    open_operator_id: str
    global_operator_id: str | None = None
    country: str = "JP"
    operator_id: UUID | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A site of an operator."""

    plant_key: int
    plant_id: UUID
    operator_id: UUID
    name: str
    address: str
    open_plant_id: str
    global_plant_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDraft:
    """A plant to be created (`plant_id` None) or changed."""

    operator_id: UUID
    name: str
    address: str
    open_plant_id: str
    global_plant_id: str | None = None
    plant_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationDraft:
    """A company that is not a member yet, as its customer knows it; `other_ids` by scheme ("corporate_number": …)."""

    name: str
    country: str
    address: str = ""
    other_ids: dict[str, str] = field(default_factory=dict)
    email: str | None = None
