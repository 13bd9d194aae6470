"""A year of bills, entered into a sheet of the calculator: while answering a request, or for any own part.

The sheet is kept by the same service as `PUT /v1/parts/{trace_id}/sheets`: calculated and stated, or as a draft to come
back to. Its result shows the trail: every line's amount, its factors, and what it adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from renkei.commons.edge.fields import Positive
from renkei.commons.edge.validation import Body, faults_of, read
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part
from renkei.database.transaction import Transaction
from renkei.kit.clock import JAPAN
from renkei.kit.errors import Fault, RenkeiError, SeveralFaults
from renkei.kit.ids import parse_id
from renkei.kit.quantities import DECLARED_UNITS, parse_unit
from renkei.usecases.footprint.calculator.api_model import SheetBody
from renkei.usecases.footprint.calculator.errors import SheetChanged
from renkei.usecases.footprint.calculator.model import Sheet, StoredSheet
from renkei.usecases.footprint.calculator.service import begin_next, put_sheet, sheet_version, sheets
from renkei.usecases.footprint.factors.model import FactorQuery
from renkei.usecases.footprint.factors.service import MOST_FOUND, find_factors
from renkei.web.bills import (
    FUELS,
    MATERIAL_UNITS,
    MORE,
    WORK_UNITS,
    Choices,
    Typed,
    amount_of,
    begin,
    body_of,
    choices_of,
    emptied,
    filled_with,
    merged,
    of_form,
    rows_of,
)
from renkei.web.calls import Opened, PageCall
from renkei.web.downloads import csv_file
from renkei.web.forms import path_id
from renkei.web.pages.answer import Answering, RequestId, answering, step, unready_item, weigh
from renkei.web.trail import factor_name, trail_of

PRESENT: Final = 20
"""Sheets looked through for the one to go on with."""


class NothingEntered(RenkeiError):
    """A sheet without a line."""

    code = "no_bill_entered"
    en = "Please enter at least one amount: the electricity bill, for example."
    ja = "電気の使用量など、少なくとも1つの数量を入力してください。"


class MassForm(Body):
    """What one piece weighs."""

    mass: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the form stands: the part, the request that is answered with it, and the sheet to go on with."""

    part: Part
    now: Answering | None
    stored: StoredSheet | None
    """The sheet to be changed; None for a new one."""
    base: Sheet | None
    """What stays as it is where the form does not ask: of the same sheet, or of the year before."""
    is_next: bool
    choices: Choices
    values: Mapping[str, str]
    """The form as it stands before anything is typed."""

    @property
    def here(self) -> str:
        """The address of the form."""
        if self.now is not None:
            return step(self.now.view.request_id, "bills")
        return f"/app/parts/{self.part.trace_id}/bills"


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/requests/{request_id}/answer/bills")
    def for_request(call: Opened, request_id: RequestId) -> Response:
        now = call.read(lambda tx: answering(tx, request_id))
        unready = unready_item(call, now)
        return unready or _show(call, call.read(lambda tx: _place(tx, call, _item_of(now), now)))

    @routes.post("/requests/{request_id}/answer/bills")
    def keep_for_request(call: Opened, request_id: RequestId) -> Response:
        return _keep(call, lambda tx: answering(tx, request_id))

    @routes.get("/parts/{trace_id}/bills")
    def for_part(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        return _show(call, call.read(lambda tx: _place(tx, call, own_part(tx, wanted), None)))

    @routes.post("/parts/{trace_id}/bills")
    def keep_for_part(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        return _keep(call, lambda tx: own_part(tx, wanted))

    @routes.get("/parts/{trace_id}/sheets/{sheet_id}")
    def result(call: Opened, trace_id: str, sheet_id: str) -> Response:
        part, stored = _stored(call, path_id(trace_id), path_id(sheet_id))
        return call.show("sheet.html", part=part, stored=stored, trail=trail_of(call.words, stored))

    @routes.get("/parts/{trace_id}/sheets/{sheet_id}/trail.csv")
    def trail_file(call: Opened, trace_id: str, sheet_id: str) -> Response:
        part, stored = _stored(call, path_id(trace_id), path_id(sheet_id))
        _ = call.words
        return csv_file(
            f"{part.name} {stored.sheet.period_from} {stored.sheet.period_to}",
            [_("Line"), _("Amount"), _("Unit"), _("Factor"), "kgCO2e", _("Emissions"), _("Share"), "TeR", "GeR", "TiR"],
            [
                (row.name, piece["amount"], piece["unit"], factor_name(_, piece), piece["value"], piece["emission"],
                 row.share, piece["ter"], piece["ger"], piece["tir"])
                for row in trail_of(_, stored).rows
                for piece in row.pieces
            ],
        )  # fmt: skip

    return routes


def _stored(call: PageCall, trace_id: UUID, sheet_id: UUID) -> tuple[Part, StoredSheet]:
    def work(tx: Transaction) -> tuple[Part, StoredSheet]:
        return own_part(tx, trace_id), sheet_version(tx, sheet_id)

    part, stored = call.read(work)
    if stored.trace_id != part.trace_id:
        raise HTTPException(404)
    return part, stored


# -- the form ----------------------------------------------------------------------------------------------------------
def _item_of(now: Answering) -> Part:
    if now.item is None:
        raise PartMissing  # sent before the item was chosen
    return now.item


def _place(tx: Transaction, call: PageCall, part: Part, now: Answering | None) -> Place:
    trade_id = None
    if now is not None and now.statement is not None and now.statement.trade_key is not None:
        trade_id = now.view.trade.trade_id
    wanted = parse_id(call.field("sheet") or call.query("sheet"))
    is_next = bool(call.field("next") or call.query("next"))
    stored = None
    if wanted is not None or call.request.method == "GET":
        found = sheets(tx, part.trace_id, limit=PRESENT).items
        fitting = (one for one in found if one.sheet.trade_id == trade_id)
        stored = next((one for one in fitting if wanted in {None, one.sheet_id}), None)
    base, values = None, {}
    if stored is not None and is_next:
        following = begin_next(tx, stored.sheet_id)
        base, values = following.sheet, emptied(filled_with(following.sheet), following.lines)
    elif stored is not None:
        base, values = stored.sheet, filled_with(stored.sheet)
    else:
        unit = parse_unit(part.unit)
        values = begin(tx.now.astimezone(JAPAN).date(), unit if unit in DECLARED_UNITS else None)
    factors = find_factors(tx, FactorQuery(region="JP"), limit=2 * MOST_FOUND).factors
    return Place(
        part=part,
        now=now,
        stored=None if is_next else stored,
        base=base,
        is_next=is_next,
        choices=choices_of([one for one in factors if not one.hidden]),
        values=values,
    )


def _show(
    call: PageCall,
    place: Place,
    typed: Mapping[str, str] | None = None,
    more: str = "",
    version: int | None = None,
) -> Response:
    values = place.values if typed is None else typed
    weight = place.part.mass_kg_per_unit
    return call.show(
        "bills.html",
        place=place,
        part=place.part,
        now=place.now,
        here=place.here,
        version=version or (place.stored.version if place.stored is not None else None),
        values={"mass": "" if weight is None else str(weight)} | dict(values),
        choices=place.choices,
        fuels=FUELS,
        material_units=MATERIAL_UNITS,
        work_units=WORK_UNITS,
        rows=lambda group: rows_of(values, group, MORE if more == group else 0),
    )


def _keep(call: PageCall, found: Any) -> Response:
    """Calculate and state, keep as a draft, or show more rows: as the button says."""
    call.check_form()
    what = call.field("do") or ""

    def look(tx: Transaction) -> Place:
        one = found(tx)
        now = one if isinstance(one, Answering) else None
        return _place(tx, call, _item_of(one) if isinstance(one, Answering) else one, now)

    if what.startswith("more-"):
        return _show(call, call.read(look), call.values, what.removeprefix("more-"), _version(call))

    def work(tx: Transaction) -> tuple[StoredSheet, Place]:
        place = look(tx)
        typed = _typed(call, place)
        try:
            return _put(tx, call, place, typed, draft=what == "draft"), place
        except SeveralFaults as error:
            raise of_form(error, typed.places) from None

    try:
        stored, place = call.write(work)
    except RenkeiError as error:
        version = _version(call)
        if isinstance(error, SheetChanged):
            version = None
            # What was typed stays; the next pressing of the button is about the present version.
            error = SeveralFaults(tuple(replace(one, pointer="") for one in error.faults))
        elif not isinstance(error, SeveralFaults | NothingEntered):
            raise
        call.tell(error)
        return _show(call, call.read(look), call.values, version=version)
    if what == "draft":
        return call.redirect(place.here, "Kept. You can leave and come back; nobody sees anything of it.")
    if stored.statement_id is None or place.now is None:
        return call.redirect(f"/app/parts/{place.part.trace_id}/sheets/{stored.sheet_id}")
    return call.redirect(step(place.now.view.request_id, "result"))


def _typed(call: PageCall, place: Place) -> Typed:
    names = {
        str(one.ref): one.name_ja if call.words.language == "ja" else one.name_en
        for group in (
            place.choices.power,
            place.choices.material,
            place.choices.work,
            place.choices.transport,
            place.choices.waste,
        )
        for one in group
    }
    fuels = {ref: call.words(_FUEL_NAMES[name]) for name, (ref, _) in FUELS.items()}
    return body_of(call.values, names | fuels, call.words("Scrap that is sold"))


_FUEL_NAMES: Final = {
    "city-gas": "City gas",
    "lpg": "LPG",
    "kerosene": "Kerosene",
    "fuel-oil-a": "Fuel oil A",
    "diesel": "Diesel",
    "gasoline": "Gasoline",
}


def _put(tx: Transaction, call: PageCall, place: Place, typed: Typed, *, draft: bool) -> StoredSheet:
    """Keep what was typed. Raises `SeveralFaults` with the places of the sheet."""
    if not typed.body["lines"]:
        raise NothingEntered
    faults: list[Fault] = []
    if "production" not in typed.body and not draft:
        faults += faults_of([{"type": "missing", "loc": ("production",)}])
    mass: Decimal | None = None
    try:
        given = amount_of(call.field("mass") or "")
        mass = read(MassForm, {"mass": given} if given else {}).mass
    except SeveralFaults as error:
        faults += error.faults
    try:
        body = read(SheetBody, typed.body)
    except SeveralFaults as error:
        faults += error.faults
    if faults:
        raise SeveralFaults(tuple(faults))
    if mass is not None and mass != place.part.mass_kg_per_unit:
        weigh(tx, place.part, mass)
    sheet = body.sheet(place.part.trace_id)
    if (
        place.now is not None
        and place.now.statement is not None
        and place.now.statement.trade_key is not None
    ):
        sheet = replace(sheet, trade_id=place.now.view.trade.trade_id)
    sheet = merged(sheet, typed, place.base)
    former = place.stored
    looked_at = None
    if former is not None and (former.sheet.period_from, former.sheet.period_to) == (
        sheet.period_from,
        sheet.period_to,
    ):
        looked_at = _version(call) or former.version
    return put_sheet(tx, sheet, replaces=looked_at, draft=draft)


def _version(call: PageCall) -> int | None:
    """The version of the sheet that stood on the page."""
    text = call.field("version") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
