"""Files under `/v1/imports`: uploaded and checked, looked at, confirmed; and the mappings by which they are read.

An upload stores nothing but itself: `POST /v1/imports/bom` (or `…/factors`, `…/workbook`) answers every fault, question and note with its sheet, row and
column, and what would change. `POST …/confirm` does exactly that (which also answers the questions), or says that the
data changed meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query
from pydantic import AfterValidator, Field, StringConstraints
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Call, Disconnected, Open, call_without_body, page_json
from renkei.commons.edge.fields import (
    Day,
    DayText,
    Id,
    Limit,
    LongText,
    MomentText,
    Name,
    NumberOut,
    Positive,
    Short,
    storable,
)
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.transfers import disposition
from renkei.commons.edge.validation import Body, View
from renkei.commons.imports import service as imports
from renkei.commons.imports.model import Import, SavedMapping
from renkei.commons.imports.slots import SLOTS
from renkei.commons.operators.service import plants
from renkei.commons.parts.errors import PlantUnknown
from renkei.commons.parts.model import Sourcing
from renkei.connectors.spreadsheet import bom_import, export, factor_import
from renkei.connectors.spreadsheet.bom_mapping import FIELDS, BomField, BomMapping, Layout
from renkei.connectors.spreadsheet.book_fields import Language
from renkei.connectors.spreadsheet.export import Format
from renkei.connectors.spreadsheet.factor_import import Target
from renkei.connectors.spreadsheet.factor_mapping import FIELDS as FACTOR_FIELDS
from renkei.connectors.spreadsheet.factor_mapping import EmissionUnit, FactorField, FactorMapping
from renkei.connectors.spreadsheet.supplier_book import gather, write_book
from renkei.connectors.spreadsheet.uploads import (
    another_look,
    bom_upload,
    confirmation,
    factors_upload,
    workbook_upload,
)
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import BodyTooLarge
from renkei.usecases.footprint.factors.model import FactorKind, FactorScope, GwpSet

_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_MOST_ENTRIES: Final = 200
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP: Final = "application/zip"
_ZIP: Final[dict[str, Any]] = {ZIP: {"schema": {"type": "string", "format": "binary"}}}
_XLSX: Final[dict[str, Any]] = {XLSX: {"schema": {"type": "string", "format": "binary"}}}


class BomMappingBody(Body):
    """How a company's bill of materials is to be read. What is left out is recognised."""

    columns: dict[BomField, Name] = Field(
        default_factory=dict, max_length=len(FIELDS), description="field → the heading of its column"
    )
    sheet: Name | None = Field(default=None, description="default: the first sheet with the headings")
    layout: Layout | None = None
    plant_id: Id | None = Field(default=None, description="whose parts these are; default: the only plant")
    product: Name | None = Field(default=None, description="what the parts of the top level go into")
    default_unit: Short | None = None
    base_quantity: Positive = Field(
        default=1, validate_default=True, description="all amounts are per so many"
    )
    units: dict[Short, Short] = Field(
        default_factory=dict, max_length=_MOST_ENTRIES, description="own word → unit"
    )
    words: dict[Short, Sourcing] = Field(
        default_factory=dict, max_length=_MOST_ENTRIES, description="own word for made, bought, consigned"
    )
    skip_hidden_rows: bool = False
    complete: bool = Field(default=False, description="a part without lines in the file has none")
    decimal_comma: bool | None = Field(default=None, description="default: decided for each column")

    def mapping(self) -> BomMapping:
        """The same as the reader takes it."""
        return BomMapping(**self.model_dump())


class FactorMappingBody(Body):
    """How a company's list of emission factors is to be read. What is left out is recognised, or asked about."""

    columns: dict[FactorField, Name] = Field(
        default_factory=dict, max_length=len(FACTOR_FIELDS), description="field → the heading of its column"
    )
    sheet: Name | None = Field(default=None, description="default: the first sheet with the headings")
    title: Name | None = None
    source: Name | None = None
    licence: Name | None = None
    attribution: LongText | None = None
    restricted: bool = Field(default=False, description="licensed: its numbers are for persons with a seat")
    kind: FactorKind | None = Field(default=None, strict=False, description="of rows that do not say it")
    scope: FactorScope | None = Field(default=None, strict=False)
    region: Annotated[Short, StringConstraints(pattern=r"^[A-Z]{2,3}(-[A-Z0-9]{1,3})?$")] | None = None
    gwp_set: GwpSet | None = Field(default=None, strict=False)
    unit: Short | None = Field(default=None, description="of all values, such as kg-CO2e/kWh")
    emission_unit: EmissionUnit | None = Field(
        default=None, description="of values whose unit says only per what they are"
    )
    price_year: Annotated[int, Field(ge=1900, le=2199)] | None = None
    units: dict[Short, Short] = Field(
        default_factory=dict, max_length=_MOST_ENTRIES, description="own word → unit"
    )
    words: dict[Short, Short] = Field(
        default_factory=dict,
        max_length=_MOST_ENTRIES,
        description="own word → region, kind, scope, mix or GWP set",
    )
    skip_hidden_rows: bool = False
    decimal_comma: bool | None = Field(default=None, description="default: decided for each column")

    def mapping(self) -> FactorMapping:
        """The same as the reader takes it."""
        return FactorMapping(**self.model_dump())


class FileFindingView(View):
    """One thing about the file, with its place."""

    code: str
    pointer: str
    sheet: str | None
    row: int | None = Field(description="of the sheet; of a text file, the record")
    column: str | None
    line: int | None = Field(description="of a text file: the record's first line")
    parameters: dict[str, Any]
    en: str
    ja: str


class FileFindingsView(View):
    """All are counted, the first 1,000 listed."""

    count: int
    items: list[FileFindingView]


class PartChangeView(View):
    """A part that comes or changes."""

    kind: Literal["new", "changed"]
    name: str
    support_name: str | None
    label: str | None


class LineChangeView(View):
    """A line of a structure that comes, goes or changes."""

    kind: Literal["added", "changed", "removed"]
    parent: str
    child: str
    amount: NumberOut | None
    unit: str | None
    base_quantity: NumberOut | None
    before_amount: NumberOut | None
    before_unit: str | None
    before_base_quantity: NumberOut | None


class BomChangesView(View):
    """What a bill of materials changes; the first 500 of each are listed."""

    parts_new: int
    parts_changed: int
    structures: int = Field(description="new versions of structures")
    lines_added: int
    lines_changed: int
    lines_removed: int
    parts: list[PartChangeView]
    lines: list[LineChangeView]


class WorkbookAnswerView(View):
    """A request that gets an own part."""

    request_id: Id
    customer_part: str
    part: str


class WorkbookStatementView(View):
    """A footprint that is stated; `before` and `after` by the columns of the workbook."""

    part: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class WorkbookSheetView(View):
    """A calculation; `total` in kgCO2e per `unit`."""

    part: str
    period_from: DayText
    period_to: DayText
    lines: int
    total: NumberOut
    unit: str
    questions: list[dict[str, Any]]


class WorkbookChangesView(View):
    """What a supplier's workbook stores."""

    answers: list[WorkbookAnswerView]
    statements: list[WorkbookStatementView]
    sheets: list[WorkbookSheetView]


class FactorChangeView(View):
    """A factor that comes, goes or changes, in kgCO2e per `unit`."""

    kind: Literal["added", "changed", "removed"]
    factor_id: str
    name_ja: str
    name_en: str
    value: NumberOut | None = Field(description="null: it goes, or its set is licensed")
    unit: str | None
    before_value: NumberOut | None
    before_unit: str | None


class FactorChangesView(View):
    """The version of an own set that a list of factors becomes; the first 500 changes are listed."""

    set_id: str
    version: str
    former_version: str | None
    title_ja: str
    source: str
    licence: str
    gwp_set: GwpSet
    period_from: DayText
    period_to: DayText
    restricted: bool
    factors: int
    factors_added: int
    factors_changed: int
    factors_removed: int
    items: list[FactorChangeView]


class ImportReportView(View):
    """What was found in a file, and what it would change."""

    faults: FileFindingsView = Field(description="nothing can be stored")
    questions: FileFindingsView = Field(description="the confirmation says yes to them")
    notes: FileFindingsView
    read: dict[str, Any] = Field(description="what was read, and how")
    changes: BomChangesView | WorkbookChangesView | FactorChangesView | None


class ImportView(View):
    """An upload: `ready` to be confirmed, or what became of it."""

    import_id: Id
    kind: str
    file_name: str
    size_bytes: int
    state: Literal["faulty", "ready", "done", "discarded", "expired"]
    report: ImportReportView
    result: dict[str, Any] | None = Field(description="what was stored")
    created_by: str
    created_at: MomentText
    finished_at: MomentText | None
    stale: bool = False


class ImportItemView(View):
    """An upload in a list."""

    import_id: Id
    kind: str
    file_name: str
    size_bytes: int
    state: Literal["faulty", "ready", "done", "discarded", "expired"]
    faults: int
    questions: int
    created_by: str
    created_at: MomentText
    finished_at: MomentText | None


class ImportsView(View):
    """A page of uploads, newest first."""

    items: list[ImportItemView]
    next: Id | None
    stale: bool = False


class MappingView(View):
    """A saved mapping."""

    kind: str
    name: str
    version: int
    mapping: dict[str, Any]
    created_by: str
    created_at: MomentText
    stale: bool = False


class MappingsView(View):
    """Saved mappings, by kind and name."""

    items: list[MappingView]
    next: str | None
    stale: bool = False


FileName = Annotated[
    str,
    Query(min_length=1, max_length=256, description="what the file is called"),
    AfterValidator(storable),
]
MappingName = Annotated[Name, Path(max_length=256)]
_MAPPING: Final = {
    "columns": {"level": "構成LV", "part": "図番", "amount": "員数"},
    "plant_id": "7f3c1a52-9a53-4bcb-8d86-0d7a4e6f1c11",
    "units": {"ヶ": "unit"},
    "base_quantity": 1000,
}
_FACTOR_MAPPING: Final = {
    "columns": {"factor_id": "品種CD", "name_ja": "品種名", "value": "CO2排出", "per": "あたり"},
    "emission_unit": "kg",
    "kind": "material",
    "scope": "life_cycle",
    "source": "購買システム（仕入先回答の集計）",
    "licence": "社内限り",
    "words": {"上海工場": "CN"},
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request whose body is a file; `call.body_bytes` is the hash of it, which stands for it."""

    call: Call
    content: bytes


async def sent(request: Request) -> AsyncIterator[Sent]:
    """The file, read only for somebody who may import, while one of the company's slots is held."""
    call = call_without_body(request)
    settings = call.context.settings
    caller = await run_sync(call.caller)
    caller.require(*WRITERS)
    with SLOTS.taken(caller.operator_id, settings.imports_per_operator):
        content = await _body(request, settings.spreadsheet_size_limit_bytes)
        yield Sent(replace(call, body_bytes=hashlib.sha256(content).digest()), content)


async def _body(request: Request, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise BodyTooLarge(limit=limit)
            pieces.append(piece)
    except ClientDisconnect:
        raise Disconnected from None
    return b"".join(pieces)


def router() -> APIRouter:
    """The paths under `/imports` and `/import-mappings`."""
    routes = APIRouter(tags=["imports"])
    _add_uploads(routes)
    _add_waiting(routes)
    _add_mappings(routes)
    return routes


def _add_uploads(routes: APIRouter) -> None:
    @routes.post("/imports/bom", openapi_extra=_FILE, response_model=ImportView, status_code=201)
    def upload_bom(
        body: Annotated[Sent, Depends(sent)],
        file_name: FileName = "bom",
        mapping: Annotated[Name | None, Query(description="a saved mapping; default: recognised")] = None,
    ) -> Response:
        """Upload a bill of materials (.xlsx, .csv, .tsv, .txt): everything wrong with it, and what it would change.

        Nothing of it is stored before it is confirmed.
        """
        call = body.call
        with bom_upload(call.context, call.entry, body.content, file_name, mapping) as keep:
            return call.write(lambda tx: _created(keep(tx)))

    @routes.post("/imports/factors", openapi_extra=_FILE, response_model=ImportView, status_code=201)
    def upload_factors(
        body: Annotated[Sent, Depends(sent)],
        set_id: Annotated[
            Name, Query(description="the own set that it becomes a version of: letters, digits, . - _")
        ],
        file_name: FileName = "factors",
        mapping: Annotated[Name | None, Query(description="a saved mapping; default: recognised")] = None,
        version: Annotated[
            Name | None, Query(description="what it is called; default: the next number")
        ] = None,
        title: Annotated[Name | None, Query(description="what people call the set")] = None,
        source: Annotated[Name | None, Query(description="where the factors are from")] = None,
        licence: Annotated[Name | None, Query(description="on what terms they may be used")] = None,
        period_from: Annotated[Day | None, Query(description="for when they are meant")] = None,
        period_to: Annotated[Day | None, Query(description="the last day of that")] = None,
    ) -> Response:
        """Upload a list of emission factors (.xlsx, .csv, .tsv, .txt): everything wrong with it, and what it would change.

        It becomes a new version of an own set once it is confirmed. What is not said here comes from the mapping, the file
        or the version before.
        """
        call = body.call
        target = Target(
            set_id=set_id,
            version=version,
            title=title,
            source=source,
            licence=licence,
            period_from=period_from,
            period_to=period_to,
        )
        keep = factors_upload(call.context, call.entry, body.content, file_name, mapping, target)
        return call.write(lambda tx: _created(keep(tx)))

    @routes.get("/export/tables", response_class=Response, responses={200: {"content": _XLSX | _ZIP}})
    def export_everything(
        call: Open,
        format_: Annotated[
            Format, Query(alias="format", description="a workbook, or CSV files in a ZIP")
        ] = "xlsx",
    ) -> Response:
        """Everything that the company owns: plants, parts, structures, footprints, requests, consents."""
        limit = call.context.settings.export_rows_limit
        tables = call.context.database.read(call.entry, lambda tx: export.gather(tx, limit=limit))
        if format_ == "xlsx":
            headers = {"Content-Disposition": disposition("renkei-export.xlsx")}
            return Response(export.as_workbook(tables), 200, headers, XLSX)
        headers = {"Content-Disposition": disposition("renkei-export.zip")}
        return Response(export.as_texts(tables), 200, headers, ZIP)

    @routes.get("/workbook", response_class=Response, responses={200: {"content": _XLSX}})
    def download_workbook(
        call: Open, language: Annotated[Language, Query(description="of the headings and the help")] = "ja"
    ) -> Response:
        """A workbook with the own parts and the requests that wait, to be filled in and sent to `/imports/workbook`."""
        content = write_book(call.context.database.read(call.entry, gather), language)
        name = "回答用ブック.xlsx" if language == "ja" else "answers.xlsx"
        return Response(content, 200, {"Content-Disposition": disposition(name)}, XLSX)

    @routes.post("/imports/workbook", openapi_extra=_FILE, response_model=ImportView, status_code=201)
    def upload_workbook(
        body: Annotated[Sent, Depends(sent)], file_name: FileName = "workbook.xlsx"
    ) -> Response:
        """Upload a workbook of `/workbook`: everything wrong with it, and which answers and footprints it would store."""
        call = body.call
        keep = workbook_upload(call.context, call.entry, body.content, file_name)
        return call.write(lambda tx: _created(keep(tx)))


def _created(kept: Import) -> Answer:
    return Answer(import_json(kept), 201, {"Location": f"/v1/imports/{kept.import_id}"})


def _add_waiting(routes: APIRouter) -> None:
    @routes.get("/imports", response_model=ImportsView)
    def get_imports(
        call: Open,
        limit: Limit = 50,
        after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """Uploads, newest first."""
        return call.read(lambda tx: page_json(imports.list_imports(tx, after, limit), _item_json))

    @routes.get("/imports/{import_id}", response_model=ImportView)
    def get_import(call: Open, import_id: Id) -> Response:
        """One upload with its report."""
        return call.read(lambda tx: import_json(imports.import_of(tx, import_id)))

    @routes.post("/imports/{import_id}/check", response_model=ImportView)
    def check_import(call: Open, import_id: Id) -> Response:
        """Look at a waiting upload once more, against the data of now."""
        with another_look(call.context, call.entry, import_id) as look:
            return call.write(lambda tx: import_json(look(tx)))

    @routes.post("/imports/{import_id}/confirm", response_model=ImportView)
    def confirm_import(call: Open, import_id: Id) -> Response:
        """Do what was shown, and say yes to its questions. 409 if it would do anything else by now: check it again."""
        with confirmation(call.context, call.entry, import_id) as confirm:
            return call.write(lambda tx: import_json(confirm(tx)))

    @routes.delete("/imports/{import_id}", response_model=ImportView)
    def discard_import(call: Open, import_id: Id) -> Response:
        """Forget the file of a waiting upload."""
        return call.write(lambda tx: import_json(imports.discard_import(tx, import_id)))


def _add_mappings(routes: APIRouter) -> None:
    @routes.get("/import-mappings", response_model=MappingsView)
    def get_mappings(
        call: Open,
        limit: Limit = 50,
        after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    ) -> Response:
        """Saved mappings, by kind and name."""

        def work(tx: Transaction) -> dict[str, Any]:
            found = imports.list_mappings(tx)
            names = [f"{one.kind}:{one.name}" for one in found]
            begin = 0 if after is None else names.index(after) if after in names else len(names)
            end = begin + limit
            return {
                "items": [mapping_json(one) for one in found[begin:end]],
                "next": names[end] if end < len(names) else None,
            }

        return call.read(work)

    @routes.get("/import-mappings/bom/{name}", response_model=MappingView)
    def get_mapping(call: Open, name: MappingName) -> Response:
        """One saved mapping for bills of materials."""
        return call.read(lambda tx: mapping_json(imports.mapping_of(tx, bom_import.KIND, name)))

    @routes.put(
        "/import-mappings/bom/{name}",
        openapi_extra=takes(BomMappingBody, _MAPPING),
        response_model=MappingView,
    )
    def put_mapping(call: Open, name: MappingName) -> Response:
        """Save how a bill of materials is to be read; another one of this name gets a new version."""
        mapping = call.body(BomMappingBody).mapping()

        def work(tx: Transaction) -> dict[str, Any]:
            if mapping.plant_id is not None and mapping.plant_id not in {one.plant_id for one in plants(tx)}:
                raise PlantUnknown("/plant_id")
            content = bom_import.mapping_json(mapping)
            return mapping_json(imports.put_mapping(tx, bom_import.KIND, name, content))

        return call.write(work)

    @routes.delete("/import-mappings/bom/{name}", status_code=204)
    def remove_mapping(call: Open, name: MappingName) -> Response:
        """Let a saved mapping go; imports that were made by it stay."""
        return call.write(lambda tx: imports.remove_mapping(tx, bom_import.KIND, name), status=204)

    @routes.get("/import-mappings/factors/{name}", response_model=MappingView)
    def get_factor_mapping(call: Open, name: MappingName) -> Response:
        """One saved mapping for lists of emission factors."""
        return call.read(lambda tx: mapping_json(imports.mapping_of(tx, factor_import.KIND, name)))

    @routes.put(
        "/import-mappings/factors/{name}",
        openapi_extra=takes(FactorMappingBody, _FACTOR_MAPPING),
        response_model=MappingView,
    )
    def put_factor_mapping(call: Open, name: MappingName) -> Response:
        """Save how a list of emission factors is to be read; another one of this name gets a new version."""
        content = factor_import.mapping_json(call.body(FactorMappingBody).mapping())
        return call.write(lambda tx: mapping_json(imports.put_mapping(tx, factor_import.KIND, name, content)))

    @routes.delete("/import-mappings/factors/{name}", status_code=204)
    def remove_factor_mapping(call: Open, name: MappingName) -> Response:
        """Let a saved mapping go; versions that were made by it stay."""
        return call.write(lambda tx: imports.remove_mapping(tx, factor_import.KIND, name), status=204)


def import_json(one: Import) -> dict[str, Any]:
    """An upload as it is answered."""
    return {
        "import_id": one.import_id,
        "kind": one.kind,
        "file_name": one.file_name,
        "size_bytes": one.size_bytes,
        "state": one.state,
        "report": one.report,
        "result": one.result,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }


def _item_json(one: Import) -> dict[str, Any]:
    shown = import_json(one)
    del shown["report"], shown["result"]
    return shown | {
        "faults": one.report["faults"]["count"],
        "questions": one.report["questions"]["count"],
    }


def mapping_json(one: SavedMapping) -> dict[str, Any]:
    """A mapping as it is answered."""
    return {
        "kind": one.kind,
        "name": one.name,
        "version": one.version,
        "mapping": one.content,
        "created_by": one.created_by,
        "created_at": one.created_at,
    }
