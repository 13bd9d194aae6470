"""Emission factors under `/v1`: sets, their upload, and the search."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from renkei.commons.edge.calls import Open
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.fields import Day, DayText, Limit, LongText, Name, NumberOut, Short, storable
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint.factors import service
from renkei.usecases.footprint.factors.model import (
    MOST_ID,
    Factor,
    FactorKind,
    FactorQuery,
    FactorRef,
    FactorScope,
    FactorSet,
    GwpSet,
    Mix,
)
from renkei.usecases.footprint.factors.units import read_unit

_PLAIN: Final = r"^[\w.\-]+$"
_TABLE: Final = (
    "factor_id,name_ja,kind,value,unit,region,year\n"
    "electricity-contract,A電力 法人メニュー,electricity,0.4312,kWh,JP,2024\n"
    "steel-sheet,冷延鋼板,material,2.2,kg,JP,2023\n"
)

SetId = Annotated[str, Path(max_length=MOST_ID, pattern=_PLAIN)]
Version = Annotated[str, Path(max_length=MOST_ID, pattern=_PLAIN)]
FactorId = Annotated[str, Path(max_length=MOST_ID, pattern=_PLAIN)]
PlainName = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=MOST_ID, pattern=r"^[\w.\-]+$")
]
"""A set's name or a version: letters, digits, dot, hyphen, underscore."""
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,3}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166-1 alpha-2, or GLO for the world."""


class UnitUnknown(RenkeiError):
    """A unit that nobody knows."""

    code = "unit_unknown"
    en = "“{unit}” is not a known unit or currency."
    ja = "「{unit}」は使用できる単位または通貨ではありません。"


class FactorSetBody(Body):
    """A version of an own set, with its factors as CSV text. It never changes afterwards."""

    set_id: PlainName
    version: PlainName
    title_ja: Name
    title_en: Name | None = None
    source: Name
    licence: Name
    attribution: LongText = ""
    gwp_set: GwpSet = Field(default=GwpSet.UNKNOWN, strict=False)
    period_from: Day
    period_to: Day
    note: LongText = ""
    table: Annotated[str, StringConstraints(strict=True, max_length=8_000_000)] = Field(
        description="CSV with one heading line, English or Japanese. Needed: factor_id (係数ID), value (係数, kgCO2e per "
        "unit), unit (単位), name_ja (名称) or name_en; further: kind, scope, mix, region, year, price_year (for "
        "currencies), family, upstream (set@version#factor), energy_mj_per_unit, proxy_of, tags, note"
    )

    @model_validator(mode="after")
    def _in_order(self) -> FactorSetBody:
        if self.period_to < self.period_from:
            raise PydanticCustomError("period", "reversed")
        storable(self.table)
        return self

    def factor_set(self) -> FactorSet:
        """The set as the room takes it."""
        return FactorSet(
            set_id=self.set_id,
            version=self.version,
            title_en=self.title_en or self.title_ja,
            title_ja=self.title_ja,
            source=self.source,
            licence=self.licence,
            attribution=self.attribution,
            gwp_set=self.gwp_set,
            period_from=self.period_from,
            period_to=self.period_to,
            note=self.note,
        )


class FactorSetView(View):
    """A version of a set of emission factors."""

    set_id: str
    version: str
    title_en: str
    title_ja: str
    source: str
    licence: str
    attribution: str
    gwp_set: GwpSet
    period_from: DayText
    period_to: DayText
    note: str
    own: bool = Field(description="the company's, otherwise the platform's")
    factors: int
    stale: bool = False


class FactorSetsView(View):
    """Sets the company may use, own ones first."""

    items: list[FactorSetView]
    next: str | None
    stale: bool = False


class FactorView(View):
    """kgCO2e per unit."""

    ref: str = Field(description="set@version#factor")
    set_id: str
    version: str
    factor_id: str
    name_en: str
    name_ja: str
    kind: FactorKind
    scope: FactorScope = Field(
        description="combustion: burning only, completed by `upstream`; nothing counts twice"
    )
    mix: Mix | None
    value: NumberOut
    unit: str
    region: str
    year: int | None
    price_year: int | None
    gwp_set: GwpSet
    family: str
    upstream: str | None
    energy_mj_per_unit: NumberOut | None
    proxy_of: str | None = Field(description="what it stands on; quality 4 to 5. null: no proxy")
    note: str
    own: bool
    stale: bool = False


class FactorsView(View):
    """What a search found, best first."""

    items: list[FactorView]
    next: str | None
    stale: bool = False


def routers(_context: AppContext) -> tuple[APIRouter, ...]:
    """The router of the factor library, for the `/v1` door."""
    routes = APIRouter(tags=["factors"])

    @routes.get("/factor-sets", response_model=FactorSetsView)
    def get_factor_sets(
        call: Open,
        limit: Limit = 50,
        after: Annotated[Short | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """Sets of emission factors, the company's own and the platform's, with source and licence."""

        def work(tx: Transaction) -> dict[str, Any]:
            sets = service.factor_sets(tx)
            names = [f"{one.set_id}@{one.version}" for one in sets]
            begin = 0 if after is None else names.index(after) if after in names else len(sets)
            end = begin + limit
            return {
                "items": [_set_json(one) for one in sets[begin:end]],
                "next": names[end] if end < len(names) else None,
            }

        return call.read(work)

    @routes.post(
        "/factor-sets",
        openapi_extra=takes(
            FactorSetBody,
            {
                "set_id": "our-factors",
                "version": "2024",
                "title_ja": "自社係数2024",
                "source": "電力会社の公表値・仕入先の回答",
                "licence": "internal",
                "gwp_set": "AR5",
                "period_from": "2024-04-01",
                "period_to": "2025-03-31",
                "table": _TABLE,
            },
        ),
        response_model=FactorSetView,
        status_code=201,
    )
    def add_factor_set(call: Open) -> Response:
        """Store a version of an own set. Every fault of the table is told at `line:<n>/<column>`; then nothing is stored."""
        given = call.body(FactorSetBody)
        most = call.context.settings.factors_per_set_limit
        return call.write(
            lambda tx: _set_json(service.put_factor_set(tx, given.factor_set(), given.table, limit=most)),
            status=201,
        )

    @routes.get("/factor-sets/{set_id}/{version}", response_model=FactorSetView)
    def get_factor_set(call: Open, set_id: SetId, version: Version) -> Response:
        """One version of a set; its factors are found by `/factors?set_id=…&version=…`."""
        return call.read(lambda tx: _set_json(service.factor_set(tx, set_id, version)))

    @routes.get("/factors", response_model=FactorsView)
    def get_factors(
        call: Open,
        text: Annotated[
            Short | None, Query(description="words, Japanese or English; each must be found")
        ] = None,
        region: Annotated[
            Region | None, Query(description="shown first, then the world (GLO), then others")
        ] = None,
        region_only: Annotated[bool, Query(description="no other region")] = False,
        unit: Annotated[Short | None, Query(description="per this unit or one that converts into it")] = None,
        kind: FactorKind | None = None,
        set_id: Annotated[Short | None, Query()] = None,
        version: Annotated[Short | None, Query()] = None,
        limit: Limit = 50,
        after: Annotated[Short | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """Search the platform's and the own factors."""
        asked_unit = None if unit is None else read_unit(unit)
        if unit is not None and asked_unit is None:
            raise UnitUnknown("query:unit", unit=unit)
        query = FactorQuery(
            text=text or "",
            region=region,
            region_only=region_only,
            unit=asked_unit,
            kind=kind,
            set_id=set_id,
            version=version,
        )

        def work(tx: Transaction) -> dict[str, Any]:
            found = service.find_factors(tx, query, after=after, limit=limit)
            return {"items": [factor_json(one) for one in found.factors], "next": found.following}

        return call.read(work)

    @routes.get("/factors/{set_id}/{version}/{factor_id}", response_model=FactorView)
    def get_factor(call: Open, set_id: SetId, version: Version, factor_id: FactorId) -> Response:
        """One factor."""
        return call.read(lambda tx: factor_json(service.factor(tx, FactorRef(set_id, version, factor_id))))

    return (routes,)


def factor_json(one: Factor) -> dict[str, Any]:
    """A factor as it is answered."""
    return {
        "ref": str(one.ref),
        "set_id": one.ref.set_id,
        "version": one.ref.version,
        "factor_id": one.ref.factor_id,
        "name_en": one.name_en,
        "name_ja": one.name_ja,
        "kind": one.kind.value,
        "scope": one.scope.value,
        "mix": None if one.mix is None else one.mix.value,
        "value": one.value,
        "unit": one.unit,
        "region": one.region,
        "year": one.year,
        "price_year": one.price_year,
        "gwp_set": one.gwp_set.value,
        "family": one.family,
        "upstream": None if one.upstream is None else str(one.upstream),
        "energy_mj_per_unit": one.energy_mj_per_unit,
        "proxy_of": one.proxy_of or None,
        "note": one.note,
        "own": one.own,
    }


def _set_json(one: FactorSet) -> dict[str, Any]:
    return {
        "set_id": one.set_id,
        "version": one.version,
        "title_en": one.title_en,
        "title_ja": one.title_ja,
        "source": one.source,
        "licence": one.licence,
        "attribution": one.attribution,
        "gwp_set": one.gwp_set.value,
        "period_from": one.period_from,
        "period_to": one.period_to,
        "note": one.note,
        "own": one.own,
        "factors": one.factors,
    }
