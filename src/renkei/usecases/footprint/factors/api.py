"""Emission factors under `/v1`: sets, their upload, and the search."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from renkei.commons.edge.calls import Open
from renkei.commons.edge.fields import (
    Day,
    DayText,
    Id,
    Limit,
    LongText,
    MomentText,
    Name,
    NumberOut,
    Short,
    storable,
)
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint.factors import service
from renkei.usecases.footprint.factors.documents import factor_json
from renkei.usecases.footprint.factors.importing import Format
from renkei.usecases.footprint.factors.model import (
    MOST_ID,
    FactorKind,
    FactorQuery,
    FactorRef,
    FactorScope,
    FactorSet,
    GwpSet,
    Loan,
    Mix,
    Seat,
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
    restricted: bool = Field(
        default=False,
        description="licensed (such as IDEA): its numbers are only for persons with a seat, never shown to others, metered",
    )
    format: Format = Field(
        default="table",
        description="table: our columns; utilities_jp: the yearly list of Japanese electricity suppliers as text; "
        "openlca_jsonld, bw_processing: packages, solved to one factor for each product",
    )
    table: Annotated[str, StringConstraints(strict=True, max_length=8_000_000)] | None = Field(
        default=None,
        description="text with one heading line, English or Japanese. Needed: factor_id (係数ID), value (係数, kgCO2e per "
        "unit), unit (単位), name_ja (名称) or name_en; further: kind, scope, mix, region, year, price_year (for "
        "currencies), family, upstream (set@version#factor), energy_mj_per_unit, proxy_of, tags, note",
    )
    content_base64: Annotated[str, StringConstraints(strict=True, max_length=9_500_000)] | None = Field(
        default=None, description="a package (zip)"
    )

    @model_validator(mode="after")
    def _in_order(self) -> FactorSetBody:
        if self.period_to < self.period_from:
            raise PydanticCustomError("period", "reversed")
        if self.table is not None:
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
            restricted=self.restricted,
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
    restricted: bool
    lent_by: Id | None
    valid_until: DayText | None
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
    value: NumberOut | None = Field(description="null: licensed, and you have no seat")
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
    restricted: bool
    stale: bool = False


class SeatBody(Body):
    """A person of the company who may see and use the numbers of a licensed set, in all its versions."""

    set_id: PlainName
    licence_number: Name
    account_id: Id
    valid_from: Day
    valid_until: Day


class SeatView(View):
    """A seat in a licence."""

    seat_id: Id
    set_id: str
    licence_number: str
    account_id: Id
    valid_from: DayText
    valid_until: DayText
    created_at: MomentText
    ended_at: MomentText | None


class SeatsView(View):
    """Every seat of the company."""

    seats: list[SeatView]
    stale: bool = False


class UseView(View):
    """How often a person read or calculated with licensed numbers, within a short while."""

    set_id: str
    version: str
    account_id: Id
    what: Literal["read", "calculated"]
    first_at: MomentText
    last_at: MomentText
    times: int


class UsesView(View):
    """Metered uses, newest first."""

    uses: list[UseView]
    stale: bool = False


class LoanBody(Body):
    """To whom a set is lent, and until when."""

    borrower_id: Id
    valid_until: Day | None = None


class LoanView(View):
    """A set that the company lends; at the borrower it is called `set_id`."""

    loan_id: Id
    borrower_id: Id
    set_id: str
    version: str
    valid_until: DayText | None
    created_at: MomentText
    ended_at: MomentText | None


class LoansView(View):
    """What the company lends, newest first."""

    loans: list[LoanView]
    stale: bool = False


class FactorsView(View):
    """What a search found, best first."""

    items: list[FactorView]
    next: str | None
    stale: bool = False


def routers() -> tuple[APIRouter, ...]:
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
            lambda tx: _set_json(
                service.put_factor_set(
                    tx,
                    given.factor_set(),
                    given.table,
                    limit=most,
                    format_=given.format,
                    content_base64=given.content_base64,
                )
            ),
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

    _add_licences(routes)
    _add_loans(routes)
    return (routes,)


def _add_licences(routes: APIRouter) -> None:
    @routes.get("/factor-seats", response_model=SeatsView)
    def get_seats(call: Open) -> Response:
        """Who in the company may see and use licensed numbers, ended seats too."""
        return call.read(lambda tx: {"seats": [_seat_json(one) for one in service.seats(tx)]})

    @routes.post(
        "/factor-seats",
        openapi_extra=takes(
            SeatBody,
            {
                "set_id": "idea-extract",
                "licence_number": "IDEA-2026-0001",
                "account_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
                "valid_from": "2026-04-01",
                "valid_until": "2027-03-31",
            },
        ),
        response_model=SeatView,
        status_code=201,
    )
    def add_seat(call: Open) -> Response:
        """Give a person a seat in a licence (role admin)."""
        given = call.body(SeatBody)
        return call.write(
            lambda tx: _seat_json(
                service.put_seat(
                    tx,
                    name=given.set_id,
                    licence_number=given.licence_number,
                    account_id=given.account_id,
                    valid_from=given.valid_from,
                    valid_until=given.valid_until,
                )
            ),
            status=201,
        )

    @routes.post("/factor-seats/{seat_id}/end", response_model=SeatView)
    def end_seat(call: Open, seat_id: Id) -> Response:
        """Take a seat away (role admin)."""
        return call.write(lambda tx: _seat_json(service.end_seat(tx, seat_id)))

    @routes.get("/factor-uses", response_model=UsesView)
    def get_uses(call: Open) -> Response:
        """What persons of the company did with licensed numbers, newest first."""
        return call.read(
            lambda tx: {
                "uses": [
                    {
                        "set_id": one.name,
                        "version": one.version,
                        "account_id": one.account_id,
                        "what": one.what,
                        "first_at": one.first_at,
                        "last_at": one.last_at,
                        "times": one.times,
                    }
                    for one in service.uses(tx)
                ]
            }
        )


def _add_loans(routes: APIRouter) -> None:
    @routes.post(
        "/factor-sets/{set_id}/{version}/loans",
        openapi_extra=takes(
            LoanBody, {"borrower_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "valid_until": "2027-03-31"}
        ),
        response_model=LoanView,
        status_code=201,
    )
    def lend_set(call: Open, set_id: SetId, version: Version) -> Response:
        """Lend an own set to another company, such as a supplier; licensed numbers need a seat there, too."""
        given = call.body(LoanBody)
        return call.write(
            lambda tx: _loan_json(
                service.lend(
                    tx, set_id, version, borrower_id=given.borrower_id, valid_until=given.valid_until
                )
            ),
            status=201,
        )

    @routes.get("/factor-loans", response_model=LoansView)
    def get_loans(call: Open) -> Response:
        """What the company lends, ended loans too."""
        return call.read(lambda tx: {"loans": [_loan_json(one) for one in service.loans(tx)]})

    @routes.post("/factor-loans/{loan_id}/end", response_model=LoanView)
    def end_loan(call: Open, loan_id: Id) -> Response:
        """Take a set back: nobody calculates with it from then on."""
        return call.write(lambda tx: _loan_json(service.end_loan(tx, loan_id)))


def _seat_json(one: Seat) -> dict[str, Any]:
    return {
        "seat_id": one.seat_id,
        "set_id": one.name,
        "licence_number": one.licence_number,
        "account_id": one.account_id,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "created_at": one.created_at,
        "ended_at": one.ended_at,
    }


def _loan_json(one: Loan) -> dict[str, Any]:
    return {
        "loan_id": one.loan_id,
        "borrower_id": one.borrower_id,
        "set_id": one.name,
        "version": one.version,
        "valid_until": one.valid_until,
        "created_at": one.created_at,
        "ended_at": one.ended_at,
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
        "restricted": one.restricted,
        "lent_by": one.lent_by,
        "valid_until": one.valid_until,
    }
