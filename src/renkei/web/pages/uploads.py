"""Files instead of forms (表計算ファイルの取り込み): a bill of materials, or the workbook in which a supplier answers.

A file goes the way that it goes at `/v1/imports`: it is read and checked, what is wrong with it is shown with its place,
and nothing is stored before what would change has been looked at and confirmed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from renkei.commons.edge.calls import Disconnected
from renkei.commons.edge.transfers import disposition
from renkei.commons.imports import service as imports
from renkei.commons.imports.model import Import, SavedMapping
from renkei.commons.imports.slots import SLOTS
from renkei.commons.operators.model import Plant
from renkei.commons.operators.service import plants
from renkei.connectors.spreadsheet import bom_import
from renkei.connectors.spreadsheet.api import XLSX
from renkei.connectors.spreadsheet.bom_mapping import AS_RECOGNISED, FIELDS, BomMapping
from renkei.connectors.spreadsheet.book_fields import Language
from renkei.connectors.spreadsheet.supplier_book import gather, write_book
from renkei.connectors.spreadsheet.uploads import bom_upload, confirmation, workbook_upload
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.paging import Page
from renkei.web.calls import Opened, PageCall, field_of, opened_page
from renkei.web.downloads import safe_name
from renkei.web.forms import optional_id, path_id

ROWS: Final = 20
SHOWN: Final = 100
"""Findings and changes of a sort that the page lists; all are counted."""
COLUMNS: Final = ("level", "parent", "part", "label", "amount", "unit", "base_quantity", "mass")
"""Whose headings can be named; `/v1/import-mappings` knows the rest."""
_MOST_FIELDS: Final = 40
_LONGEST_FIELD: Final = 4096


class FileNotChosen(RenkeiError):
    """The form came without its file."""

    code = "file_not_chosen"
    en = "Choose a file first."
    ja = "ファイルを選択してください。"


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


def _with_mapping(tx: Transaction, call: PageCall, mapping: BomMapping, kept: Import) -> Import:
    """Save the mapping along with the upload, if it was given a name."""
    name = (call.field("mapping_name") or "").strip()[:256]
    if name:
        imports.put_mapping(tx, bom_import.KIND, name, bom_import.mapping_json(mapping))
    return kept


def _again(call: PageCall, error: RenkeiError, form: str) -> Response:
    call.tell(error, {field_of(fault): f"{form}-file" for fault in error.faults})
    return _page(call)


def _page(call: PageCall) -> Response:
    after = optional_id(call.query("after"))

    def work(tx: Transaction) -> Offered:
        return Offered(
            imports.list_imports(tx, after, ROWS), imports.list_mappings(tx, bom_import.KIND), plants(tx)
        )

    found = call.read(work)
    headings = {name: FIELDS[name][0] for name in COLUMNS}
    return call.show("uploads.html", found=found, after=after, headings=headings, values=call.values)


def _report(call: PageCall, import_id: UUID) -> Response:
    found = call.read(lambda tx: imports.import_of(tx, import_id))
    return call.show(
        "upload.html", one=found, shown=SHOWN, name=safe_name(found.file_name), language=call.words.language
    )
