"""Emission factors (排出係数) in versioned sets. A set never changes; a correction is another version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

MOST_ID: int = 100
"""Characters of a set's name, a version, a factor's id."""


class FactorScope(StrEnum):
    """What a factor covers, so that nothing is counted twice and nothing is left out.

    `combustion`: burning only; `upstream` completes it (well-to-tank). `direct`: what is released as it is.
    """

    COMBUSTION = "combustion"
    UPSTREAM = "upstream"
    LIFE_CYCLE = "life_cycle"
    DIRECT = "direct"


class FactorKind(StrEnum):
    """What a factor is for."""

    ELECTRICITY = "electricity"
    HEAT = "heat"
    FUEL = "fuel"
    MATERIAL = "material"
    TRANSPORT = "transport"
    GAS = "gas"
    WASTE = "waste"
    PROCESS = "process"
    SPEND = "spend"


class Mix(StrEnum):
    """Which electricity: of a country as generated or as consumed, of one technology, or as contracted."""

    GENERATION = "generation"
    CONSUMPTION = "consumption"
    TECHNOLOGY = "technology"
    MARKET = "market"


class GwpSet(StrEnum):
    """By which global warming potentials gases were added up. `CO2`: there is only CO2 in it. See footprint rules, 3."""

    AR4 = "AR4"
    AR5 = "AR5"
    AR6 = "AR6"
    CO2 = "CO2"
    UNKNOWN = "unknown"


class FactorRef(NamedTuple):
    """One factor of one version of one set; written "set@version#factor"."""

    set_id: str
    version: str
    factor_id: str

    def __str__(self) -> str:
        return f"{self.set_id}@{self.version}#{self.factor_id}"


def parse_ref(text: str) -> FactorRef | None:
    """The reading of what `str(ref)` writes, or None."""
    name, _, factor_id = text.partition("#")
    set_id, _, version = name.partition("@")
    return FactorRef(set_id, version, factor_id) if set_id and version and factor_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """kgCO2e per one `unit`.

    `unit` is the name of a `kit.quantities.Unit`, or a currency (ISO 4217) with its `price_year`.
    `upstream` names what completes a `combustion` factor; what has the same `family` is the same activity in another unit.
    `energy_mj_per_unit` is on the calorific basis of its set. `proxy_of`: it stands for something else, which it names.
    """

    ref: FactorRef
    name_en: str
    name_ja: str
    kind: FactorKind
    scope: FactorScope
    value: Decimal
    unit: str
    region: str
    gwp_set: GwpSet
    year: int | None = None
    mix: Mix | None = None
    price_year: int | None = None
    family: str = ""
    upstream: FactorRef | None = None
    energy_mj_per_unit: Decimal | None = None
    proxy_of: str = ""
    tags: str = ""
    note: str = ""
    own: bool = False
    restricted: bool = False
    hidden: bool = False
    """Licensed, and whoever asks has no seat: it may be named, and its number neither shown nor calculated with."""

    @property
    def is_proxy(self) -> bool:
        """Whether it stands in for a factor that nobody has."""
        return bool(self.proxy_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSet:
    """A version of a set. `own`: the company's, otherwise the platform's.

    `restricted`: licensed; its numbers are for persons with a seat. `lent_by`: another company lends it, until a day.
    """

    set_id: str
    version: str
    title_en: str
    title_ja: str
    source: str
    licence: str
    gwp_set: GwpSet
    period_from: date
    period_to: date
    attribution: str = ""
    note: str = ""
    own: bool = False
    factors: int = 0
    restricted: bool = False
    lent_by: UUID | None = None
    loan_id: UUID | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorQuery:
    """What is looked for. Every word of `text` must be found; `region` comes first, then the world, then the rest.

    `unit`: only factors per this unit or one that converts into it. `region_only`: no other region.
    """

    text: str = ""
    region: str | None = None
    region_only: bool = False
    unit: str | None = None
    kind: FactorKind | None = None
    set_id: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A person who may see and use the numbers of a licensed set, by which licence and from when until when."""

    seat_id: UUID
    name: str
    licence_number: str
    account_id: UUID
    valid_from: date
    valid_until: date
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How often a person read ("read") or calculated with ("calculated") numbers of a licensed set, in a short while."""

    name: str
    version: str
    account_id: UUID
    what: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A set that the caller lends to another company: there it is called `name`."""

    loan_id: UUID
    borrower_id: UUID
    name: str
    version: str
    valid_until: date | None
    created_at: datetime
    ended_at: datetime | None
