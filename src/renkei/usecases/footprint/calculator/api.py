"""Sheets and the battery's check under `/v1`."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Open, page_json, placed
from renkei.commons.edge.fields import After, Id, Limit
from renkei.commons.edge.openapi import takes
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.calculator import service
from renkei.usecases.footprint.calculator.api_model import (
    CalculationView,
    NextSheetView,
    PutSheetBody,
    RenewalsView,
    SheetBody,
    SheetsView,
    SheetView,
    item_json,
    renewal_json,
    sheet_json,
    stored_json,
)
from renkei.usecases.footprint.calculator.battery_api import add_battery
from renkei.usecases.footprint.calculator.documents import result_json

_OF_PATH: Final = {"/trace_id": "path:trace_id"}
_SHEET: Final[dict[str, Any]] = {
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "declared_unit": "piece",
    "production": 20000,
    "lines": [
        {
            "line_id": "power",
            "activity": "energy",
            "name": "電力",
            "amount": 120000,
            "unit": "kWh",
            "factor": "owid-grid@2023#electricity-jp",
            "primary": True,
            "evidence": "電気料金請求書 2024年4月～2025年3月",
        },
        {
            "line_id": "gas",
            "activity": "fuel",
            "name": "都市ガス",
            "amount": 8000,
            "unit": "m3",
            "factor": "jp-fuels@2024#city-gas",
            "primary": True,
        },
        {
            "line_id": "steel",
            "activity": "material",
            "name": "鋼板",
            "amount": 1.2,
            "unit": "kg",
            "basis": "unit",
            "yield_share": 0.92,
            "factor": "metal-averages@1#steel",
            "category": "material:steel",
        },
        {
            "line_id": "truck",
            "activity": "transport",
            "name": "鋼板の輸送",
            "amount": 26,
            "unit": "t",
            "facts": {"transport_km": 150},
            "factor": "uk-ghg@2025#transport-304-3140-14-1",
        },
    ],
    "co_products": [{"name": "鋼スクラップ", "basis": 0, "treatment": "cut_off", "mass_kg": 2087}],
}


def routers() -> tuple[APIRouter, ...]:
    """The routers of the calculator, for the `/v1` door."""
    routes = APIRouter(tags=["calculator"])

    @routes.post(
        "/parts/{trace_id}/sheets/calculate",
        openapi_extra=takes(SheetBody, _SHEET),
        response_model=CalculationView,
    )
    def calculate(call: Open, trace_id: Id) -> Response:
        """The result of a sheet with its trail; nothing is kept."""
        sheet = call.body(SheetBody).sheet(trace_id)

        def work(tx: Transaction) -> dict[str, Any]:
            with placed(_OF_PATH):
                return result_json(service.calculate_sheet(tx, sheet))

        return call.read(work)

    @routes.put(
        "/parts/{trace_id}/sheets",
        openapi_extra=takes(PutSheetBody, _SHEET),
        response_model=SheetView,
        responses={201: {"model": SheetView, "description": "The first sheet of this part and period."}},
    )
    def put_sheet(call: Open, trace_id: Id) -> Response:
        """Keep a sheet of a part (or one of its trades) and period, and state the footprint that it gives."""
        given = call.body(PutSheetBody)
        sheet = given.sheet(trace_id)

        def work(tx: Transaction) -> Answer:
            with placed(_OF_PATH):
                stored = service.put_sheet(tx, sheet, replaces=given.replaces, draft=given.draft)
            return Answer(stored_json(stored), 201 if stored.version == 1 else 200)

        return call.write(work)

    @routes.get("/parts/{trace_id}/sheets", response_model=SheetsView)
    def get_sheets(
        call: Open,
        trace_id: Id,
        limit: Limit = 50,
        after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """The present sheets of an own part, newest first."""
        return call.read(
            lambda tx: page_json(service.sheets(tx, trace_id, after=after, limit=limit), item_json)
        )

    @routes.get("/sheets/{sheet_id}", response_model=SheetView)
    def get_sheet(
        call: Open,
        sheet_id: Id,
        version: Annotated[
            int | None, Query(ge=1, le=2_000_000_000, description="default: the present one")
        ] = None,
    ) -> Response:
        """One version of a sheet, with the result as it was then."""
        return call.read(lambda tx: stored_json(service.sheet_version(tx, sheet_id, version)))

    @routes.get("/sheets/{sheet_id}/next", response_model=NextSheetView)
    def get_next_sheet(call: Open, sheet_id: Id) -> Response:
        """Next year's sheet from this one: to be completed with what is asked for, and sent."""

        def work(tx: Transaction) -> dict[str, Any]:
            following = service.begin_next(tx, sheet_id)
            return {
                "sheet": sheet_json(following.sheet),
                "ask_fields": list(following.fields),
                "ask_lines": list(following.lines),
            }

        return call.read(work)

    @routes.get("/renewals", response_model=RenewalsView)
    def get_renewals(
        call: Open,
        months: Annotated[int, Query(ge=0, le=120, description="since the period ended")] = 12,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """Own footprints that are due for renewal, the oldest first; next year's sheet begins from `sheet_id`."""

        def work(tx: Transaction) -> dict[str, object]:
            page = service.renewals(tx, months=months, after=after, limit=limit)
            return page_json(page, renewal_json)

        return call.read(work)

    add_battery(routes)
    return (routes,)
