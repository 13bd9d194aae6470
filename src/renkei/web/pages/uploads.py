"""Files instead of forms (表計算ファイルの取り込み): a bill of materials, emission factors, or a supplier's answers.

A file goes the way that it goes at `/v1/imports`: it is read and checked, what is wrong with it is shown with its place,
and nothing is stored before what would change has been looked at and confirmed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from renkei.commons.edge.calls import Disconnected
from renkei.commons.edge.fields import Day, Name
from renkei.commons.edge.transfers import disposition
from renkei.commons.edge.validation import Body, read
from renkei.commons.imports import service as imports
from renkei.commons.imports.model import Import, SavedMapping
from renkei.commons.imports.slots import SLOTS
from renkei.commons.operators.model import Plant
from renkei.commons.operators.service import plants
from renkei.connectors.spreadsheet import bom_import, factor_import
from renkei.connectors.spreadsheet.api import XLSX
from renkei.connectors.spreadsheet.bom_mapping import AS_RECOGNISED, FIELDS, BomMapping
from renkei.connectors.spreadsheet.book_fields import Language
from renkei.connectors.spreadsheet.factor_import import Target
from renkei.connectors.spreadsheet.factor_mapping import FACTORS_AS_RECOGNISED, EmissionUnit, FactorMapping
from renkei.connectors.spreadsheet.factor_mapping import FIELDS as FACTOR_FIELDS
from renkei.connectors.spreadsheet.supplier_book import gather, write_book
from renkei.connectors.spreadsheet.uploads import bom_upload, confirmation, factors_upload, workbook_upload
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.paging import Page
from renkei.usecases.footprint.factors.model import GwpSet
from renkei.usecases.footprint.factors.service import own_sets
from renkei.web.calls import Opened, PageCall, field_of, opened_page
from renkei.web.downloads import safe_name
from renkei.web.forms import optional_id, path_id

ROWS: Final = 20
SHOWN: Final = 100
"""Findings and changes of a sort that the page lists; all are counted."""
COLUMNS: Final = ("level", "parent", "part", "label", "amount", "unit", "base_quantity", "mass")
"""Whose headings can be named; `/v1/import-mappings` knows the rest."""
FACTOR_COLUMNS: Final = (
    "factor_id",
    "name_ja",
    "value",
    "unit",
    "per",
    "region",
    "year",
    "kind",
    "scope",
    "gwp_set",
)
"""Whose headings can be named on the page; a mapping of the command line knows the rest."""
_MOST_FIELDS: Final = 40
_LONGEST_FIELD: Final = 4096
_SHOWN_AT: Final = {"version": "set_version"}
"""Where the form shows what the room says of a set."""


class FileNotChosen(RenkeiError):
    """The form came without its file."""

    code = "file_not_chosen"
    en = "Choose a file first."
    ja = "ファイルを選択してください。"


class FactorForm(Body):
    """What is said beside a list of emission factors: which set it becomes a version of, and how it is read."""

    set_id: Name
    set_version: Name | None = None
    set_title: Name | None = None
    set_source: Name | None = None
    set_licence: Name | None = None
    set_from: Day | None = None
    set_to: Day | None = None
    factor_mapping: Name | None = None
    emission_unit: EmissionUnit | None = None
    gwp_set: GwpSet | None = Field(default=None, strict=False)
    factor_mapping_name: Name | None = None

    def target(self) -> Target:
        """The set that is meant."""
        return Target(
            set_id=self.set_id,
            version=self.set_version,
            title=self.set_title,
            source=self.set_source,
            licence=self.set_licence,
            period_from=self.set_from,
            period_to=self.set_to,
        )


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A form with a file, read while one of the company's slots is held."""

    call: PageCall
    name: str
    content: bytes


async def _uploaded(request: Request) -> AsyncIterator[Uploaded]:
    """The file, read only for somebody who may import: what others send is not read."""
    call = await opened_page(request)
    caller = await run_sync(lambda: call.read(lambda tx: tx.caller))
    caller.require(*WRITERS)
    with SLOTS.taken(caller.operator_id, call.context.settings.imports_per_operator):
        try:
            async with request.form(
                max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
            ) as form:
                call.fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
                file = form.get("file")
                chosen = isinstance(file, UploadFile) and bool(file.filename)
                name = file.filename or "" if isinstance(file, UploadFile) else ""
                content = await file.read() if isinstance(file, UploadFile) else b""
        except ClientDisconnect:
            raise Disconnected from None
        except HTTPException:  # not a form, or one with more in it than ours has
            chosen, name, content = False, "", b""
        yield Uploaded(call, name[-256:] if chosen else "", content)


Sent = Annotated[Uploaded, Depends(_uploaded)]


@dataclass(frozen=True, slots=True)
class Offered:
    """What the page of uploads offers."""

    waiting: Page[Import]
    mappings: list[SavedMapping]
    plants: list[Plant]
    factor_mappings: list[SavedMapping]
    sets: list[str]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/uploads")

    @routes.get("")
    def offered(call: Opened) -> Response:
        return _page(call)

    @routes.get("/workbook.xlsx")
    def download(call: Opened) -> Response:
        language: Language = "ja" if call.words.language == "ja" else "en"
        content = write_book(call.read(gather), language)
        name = "回答用ブック.xlsx" if language == "ja" else "answers.xlsx"
        return Response(content, 200, {"Content-Disposition": disposition(name)}, XLSX)

    @routes.post("/workbook")
    def take_workbook(sent: Sent) -> Response:
        call = sent.call
        try:
            _check(sent)
            keep = workbook_upload(call.context, call.entry, sent.content, _named(sent, "workbook.xlsx"))
            kept = call.write(keep)
        except RenkeiError as error:
            return _again(call, error, "workbook")
        return call.redirect(f"/app/uploads/{kept.import_id}")

    @routes.post("/bom")
    def take_bom(sent: Sent) -> Response:
        call = sent.call
        try:
            _check(sent)
            mapping = call.read(lambda tx: _mapping(tx, call))
            with bom_upload(call.context, call.entry, sent.content, _named(sent, "bom"), mapping) as keep:
                kept = call.write(lambda tx: _with_mapping(tx, call, mapping, keep(tx)))
        except RenkeiError as error:
            return _again(call, error, "bom")
        return call.redirect(f"/app/uploads/{kept.import_id}")

    @routes.post("/factors")
    def take_factors(sent: Sent) -> Response:
        call = sent.call
        try:
            _check(sent)
            form = _factor_form(call)
            mapping = call.read(lambda tx: _factor_mapping(tx, call, form))
            name = _named(sent, "factors")
            keep = factors_upload(call.context, call.entry, sent.content, name, mapping, form.target())

            def work(tx: Transaction) -> Import:
                if form.factor_mapping_name:
                    content = factor_import.mapping_json(mapping)
                    imports.put_mapping(tx, factor_import.KIND, form.factor_mapping_name, content)
                return keep(tx)

            kept = call.write(work)
        except RenkeiError as error:
            return _again(call, error, "factors")
        return call.redirect(f"/app/uploads/{kept.import_id}")

    _add_waiting(routes)
    return routes


def _add_waiting(routes: APIRouter) -> None:
    @routes.get("/{import_id}")
    def report(call: Opened, import_id: str) -> Response:
        return _report(call, path_id(import_id))

    @routes.post("/{import_id}/confirm")
    def confirm(call: Opened, import_id: str) -> Response:
        wanted = path_id(import_id)
        try:
            call.check_form()
            with confirmation(call.context, call.entry, wanted) as work:
                call.write(work)
        except RenkeiError as error:
            call.tell(error, {field_of(fault): "confirm" for fault in error.faults})
            return _report(call, wanted)
        return call.redirect(f"/app/uploads/{wanted}", "The file is taken in.")

    @routes.post("/{import_id}/discard")
    def discard(call: Opened, import_id: str) -> Response:
        wanted = path_id(import_id)
        try:
            call.write(lambda tx: imports.discard_import(tx, wanted))
        except RenkeiError as error:
            call.tell(error, {field_of(fault): "confirm" for fault in error.faults})
            return _report(call, wanted)
        return call.redirect("/app/uploads", "The file is forgotten. Nothing was stored.")


def _check(sent: Uploaded) -> None:
    """Raise `FormForged`, or `FileNotChosen`."""
    sent.call.check_form()
    if not sent.name:
        raise FileNotChosen("/file")


def _named(sent: Uploaded, otherwise: str) -> str:
    """The name of the file, without the folders that some browsers send along."""
    return sent.name.replace("\\", "/").rpartition("/")[2].strip() or otherwise


def _mapping(tx: Transaction, call: PageCall) -> BomMapping:
    """How the file is to be read: a saved mapping or none, and what was filled in over it. Raises `MappingMissing`."""
    saved = (call.field("mapping") or "").strip()
    base = AS_RECOGNISED
    if saved:
        base = bom_import.mapping_from(imports.mapping_of(tx, bom_import.KIND, saved).content)
    columns = {
        name: heading[:256] for name in COLUMNS if (heading := (call.field(f"column-{name}") or "").strip())
    }
    plant_id = parse_id(call.field("plant_id") or "")
    own = {one.plant_id for one in plants(tx)}
    return replace(
        base,
        columns={**base.columns, **columns},
        plant_id=plant_id if plant_id in own else base.plant_id,
        product=(call.field("product") or "").strip()[:256] or base.product,
        default_unit=(call.field("default_unit") or "").strip()[:256] or base.default_unit,
        complete=base.complete or call.field("complete") is not None,
    )


def _factor_form(call: PageCall) -> FactorForm:
    """The form around a list of factors. Raises `SeveralFaults`."""
    given = {name: call.field(name) for name in FactorForm.model_fields}
    return read(FactorForm, {name: value.strip() for name, value in given.items() if value and value.strip()})


def _factor_mapping(tx: Transaction, call: PageCall, form: FactorForm) -> FactorMapping:
    """How the list is to be read, as for a bill of materials. Raises `MappingMissing`."""
    base = FACTORS_AS_RECOGNISED
    if form.factor_mapping:
        base = factor_import.mapping_from(
            imports.mapping_of(tx, factor_import.KIND, form.factor_mapping).content
        )
    columns = {
        name: heading[:256]
        for name in FACTOR_COLUMNS
        if (heading := (call.field(f"factor-column-{name}") or "").strip())
    }
    return replace(
        base,
        columns={**base.columns, **columns},
        emission_unit=form.emission_unit or base.emission_unit,
        gwp_set=form.gwp_set or base.gwp_set,
    )


def _with_mapping(tx: Transaction, call: PageCall, mapping: BomMapping, kept: Import) -> Import:
    """Save the mapping along with the upload, if it was given a name."""
    name = (call.field("mapping_name") or "").strip()[:256]
    if name:
        imports.put_mapping(tx, bom_import.KIND, name, bom_import.mapping_json(mapping))
    return kept


def _again(call: PageCall, error: RenkeiError, form: str) -> Response:
    own = set(FactorForm.model_fields) if form == "factors" else set()
    shown = {field_of(fault): _SHOWN_AT.get(field_of(fault), field_of(fault)) for fault in error.faults}
    call.tell(error, {name: at if at in own else f"{form}-file" for name, at in shown.items()})
    return _page(call)


def _page(call: PageCall) -> Response:
    after = optional_id(call.query("after"))

    def work(tx: Transaction) -> Offered:
        mappings = imports.list_mappings(tx)
        own = {one.set_id: None for one in own_sets(tx) if one.lent_by is None}
        return Offered(
            waiting=imports.list_imports(tx, after, ROWS),
            mappings=[one for one in mappings if one.kind == bom_import.KIND],
            plants=plants(tx),
            factor_mappings=[one for one in mappings if one.kind == factor_import.KIND],
            sets=list(own),
        )

    found = call.read(work)
    headings = {name: FIELDS[name][0] for name in COLUMNS}
    factor_headings = {name: FACTOR_FIELDS[name][0] for name in FACTOR_COLUMNS}
    return call.show(
        "uploads.html",
        found=found,
        after=after,
        headings=headings,
        factor_headings=factor_headings,
        values=call.values,
    )


def _report(call: PageCall, import_id: UUID) -> Response:
    found = call.read(lambda tx: imports.import_of(tx, import_id))
    # Of a list of factors; a report is a document, in which days are texts.
    changes = found.report["changes"] or {}
    period = [date.fromisoformat(changes[name]) for name in ("period_from", "period_to") if name in changes]
    return call.show(
        "upload.html",
        one=found,
        shown=SHOWN,
        name=safe_name(found.file_name),
        language=call.words.language,
        period=period,
    )
