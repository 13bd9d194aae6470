"""Many parts with their structures in one request: `POST /v1/bulk/parts`, one JSON object a line (NDJSON).

The body is read in the event loop into a temporary file, so that a slow sender holds neither a thread nor a connection of
the database. Then it is parsed line by line, checked, and stored in one transaction. Faults stand at "line:<n><pointer>".

Lines that are as they should be take a quick way (`_row`); whatever that does not like is read again by the model that
the other paths use, which says what is wrong, or takes it after all (numbers written as text).
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import IO, Annotated, Any, Final
from uuid import UUID

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from msgspec import Meta, Struct
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from renkei.commons.edge.calls import Call, Disconnected, call_without_body
from renkei.commons.edge.facts import header
from renkei.commons.edge.fields import Day, Id
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import View, read
from renkei.commons.imports.slots import SLOTS
from renkei.commons.parts.bulk import promote, stage
from renkei.commons.parts.model import BulkResult, BulkRow, CountedBy, LineDraft, PartDraft, Sourcing
from renkei.commons.parts.rules import MAX_LINES
from renkei.connectors.native.parts import LineBody, PartBody, line_draft
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.decimals import PRECISION
from renkei.kit.errors import Fault, FaultKind, RenkeiError, SeveralFaults
from renkei.kit.ids import parse_id
from renkei.kit.quantities import ConversionFacts
from renkei.kit.strict_json import BodyTooLarge, JsonLimits, parse
from renkei.settings import Settings

NDJSON: Final = "application/x-ndjson"
_MEDIA_TYPE: Final = re.compile(
    r"application/(?:x-ndjson|ndjson|jsonl|x-jsonlines|json)\s*(?:;.*)?", re.ASCII | re.IGNORECASE
)


class TooManyRows(RenkeiError):
    """More lines than one bulk registration may have."""

    code = "too_many_rows"
    kind = FaultKind.TOO_LARGE
    en = "A bulk registration has at most {maximum} lines; send the rest in another one."
    ja = "一括登録は{maximum}行までです。残りは分けて送信してください。"


class LineTooLong(RenkeiError):
    """A line with more bytes than allowed."""

    code = "line_too_long"
    en = "This line is longer than {maximum} bytes."
    ja = "この行が上限の{maximum}バイトを超えています。"


class BulkRowBody(PartBody):
    """One line: a part, and its whole structure if `lines` is there (`[]` clears it, absent or null leaves it).

    The child of a line is named by its trace id, or by plant, name and support name: a part of another line of the file,
    a registered part (which is left as it is), or a new one, made from what stands here.
    """

    lines: list[LineBody] | None = Field(default=None, max_length=MAX_LINES)
    effective_from: Day | None = Field(
        default=None, description="設計変更: the structure is in force from this day, default today"
    )


class BulkPartView(View):
    """The part of one line."""

    line: int
    trace_id: Id


class BulkView(View):
    """What was stored, and the trace id of each line's part."""

    parts_created: int = Field(description="those that lines of structures brought along included")
    parts_updated: int
    structures: int = Field(description="new versions of structures")
    parts: list[BulkPartView]


_PLANT_ID = "7f3c1a52-9a53-4bcb-8d86-0d7a4e6f1c11"
_LINE = {
    "plant_id": _PLANT_ID,
    "name": "B01",
    "support_name": "A000001",
    "unit": "piece",
    "lines": [
        {"child": {"plant_id": _PLANT_ID, "name": "B01001"}, "amount": 2.5, "unit": "kilogram"},
        {"child": {"trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6"}, "amount": 4, "unit": "piece"},
    ],
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request whose body lies in a file; `call.body_bytes` is the hash of it, which stands for it."""

    call: Call
    file: IO[bytes]


async def sent(request: Request) -> AsyncIterator[Sent]:
    """The body in a file, read only for somebody who may register parts."""
    media_type = header(request.scope, b"content-type")
    if media_type is not None and not _MEDIA_TYPE.fullmatch(media_type):
        raise HTTPException(415)
    call = call_without_body(request)
    settings = call.context.settings
    caller = await run_sync(call.caller)
    caller.require(*WRITERS)
    with (
        SLOTS.taken(caller.operator_id, settings.imports_per_operator),
        tempfile.TemporaryFile() as file,
    ):
        digest = await _read_into(file, request, settings.bulk_size_limit_bytes)
        yield Sent(replace(call, body_bytes=digest), file)


def router() -> APIRouter:
    """The path of bulk registration."""
    routes = APIRouter(prefix="/bulk", tags=["parts"])

    @routes.post(
        "/parts", openapi_extra=takes(BulkRowBody, _LINE, media_type=NDJSON), response_model=BulkView
    )
    def register_parts(body: Annotated[Sent, Depends(sent)]) -> Response:
        """Register many parts with their structures: all of them, or none if anything is wrong.

        The same lines sent again change nothing, with or without an Idempotency-Key.
        """
        settings = body.call.context.settings
        body.file.seek(0)
        with stage(rows_of(body.file, settings)) as staged:
            limit = settings.parts_per_operator_limit

            def work(tx: Transaction) -> dict[str, Any]:
                return _result_json(promote(tx, staged, part_limit=limit))

            return body.call.write(work)

    return routes


async def _read_into(file: IO[bytes], request: Request, limit: int) -> bytes:
    """Write the body to `file`; the hash of it. Raises `BodyTooLarge`, `Disconnected`."""
    digest = hashlib.sha256()
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise BodyTooLarge(limit=limit)
            digest.update(piece)
            file.write(piece)
    except ClientDisconnect:
        raise Disconnected from None
    return digest.digest()


def rows_of(file: IO[bytes], settings: Settings) -> Iterator[BulkRow | Fault]:
    """The rows written in `file`, and a fault for whatever cannot be read. Raises `TooManyRows`. Blank lines are none."""
    longest = settings.bulk_line_limit_bytes
    limits = JsonLimits(size_bytes=longest, depth=settings.json_depth_limit)
    number = 0
    while line := file.readline(longest + 1):
        number += 1
        if number > settings.bulk_rows_limit:
            raise TooManyRows(maximum=settings.bulk_rows_limit)
        if len(line) > longest and not line.endswith(b"\n"):
            yield from LineTooLong(f"line:{number}", maximum=longest).faults
            while line and not line.endswith(b"\n"):
                line = file.readline(longest)
            continue
        line = line.strip(b" \t\r\n")
        if line:
            yield from _read_line(line, number, limits)


def _read_line(line: bytes, number: int, limits: JsonLimits) -> Iterator[BulkRow | Fault]:
    try:
        value = parse(line, limits)
        yield _row(value, number) or _row_by_model(value, number)
    except RenkeiError as error:
        for fault in error.faults:
            yield replace(fault, pointer=f"line:{number}{fault.pointer}")


# -- the quick way ---------------------------------------------------------------------------------------------------
_IdText = Annotated[str, Meta(min_length=36, max_length=36)]
_Name = Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\S")]
_Text = Annotated[str, Meta(max_length=1000)]
_Short = Annotated[str, Meta(min_length=1, max_length=100)]


_Number = int | Decimal
"""As JSON numbers only: what `Decimal` reads in a text ("NaN", "1_0") is more than a number may be."""


class _Child(Struct, forbid_unknown_fields=True):
    trace_id: _IdText | None = None
    plant_id: _IdText | None = None
    name: _Name | None = None
    support_name: _Name | None = None
    terminated: bool = False
    unit: _Short | None = None
    label: _Text | None = None
    info1: _Text | None = None
    info2: _Text | None = None
    info3: _Text | None = None
    mass_kg_per_unit: _Number | None = None
    density_kg_per_liter: _Number | None = None


class _Line(Struct, forbid_unknown_fields=True):
    child: _Child
    amount: _Number
    unit: _Short
    base_quantity: _Number = 1
    sourcing: Sourcing | None = None
    counted_by: CountedBy = "customer"
    phantom: bool = False
    alternative_group: _Short | None = None
    usage_share: _Number | None = None


class _Row(Struct, forbid_unknown_fields=True):
    plant_id: _IdText
    name: _Name
    support_name: _Name | None = None
    terminated: bool = False
    unit: _Short | None = None
    label: _Text | None = None
    info1: _Text | None = None
    info2: _Text | None = None
    info3: _Text | None = None
    mass_kg_per_unit: _Number | None = None
    density_kg_per_liter: _Number | None = None
    lines: Annotated[list[_Line], Meta(max_length=MAX_LINES)] | None = None
    effective_from: date | None = None


class _OddError(Exception):
    """Something that the model must look at."""


def _row(value: object, number: int) -> BulkRow | None:
    """The row, if everything about it is as it should be."""
    try:
        said = msgspec.convert(value, _Row, builtin_types=(Decimal,))
        return BulkRow(
            number=number,
            parent=_part(said, _id(said.plant_id), said.name),
            lines=None if said.lines is None else tuple(map(_draft, said.lines)),
            effective_from=said.effective_from,
        )
    except (msgspec.ValidationError, _OddError):
        return None


def _draft(line: _Line) -> LineDraft:
    child = line.child
    named: PartDraft | UUID
    if child.trace_id is None:
        if child.plant_id is None or child.name is None:
            raise _OddError
        named = _part(child, _id(child.plant_id), child.name)
    elif child == _Child(trace_id=child.trace_id):
        named = _id(child.trace_id)
    else:
        raise _OddError
    if line.amount < 0 or line.base_quantity <= 0:
        raise _OddError
    if line.usage_share is not None and not 0 <= line.usage_share <= 1:
        raise _OddError
    return LineDraft(
        child=named,
        amount=_sound(line.amount),
        unit=line.unit,
        base_quantity=_sound(line.base_quantity),
        sourcing=line.sourcing,
        counted_by=line.counted_by,
        phantom=line.phantom,
        alternative_group=line.alternative_group,
        usage_share=None if line.usage_share is None else _sound(line.usage_share),
    )


def _part(said: _Row | _Child, plant_id: UUID, name: str) -> PartDraft:
    return PartDraft(
        plant_id=plant_id,
        name=name,
        support_name=said.support_name,
        terminated=said.terminated,
        unit=said.unit,
        label=said.label,
        info1=said.info1,
        info2=said.info2,
        info3=said.info3,
        facts=ConversionFacts(
            mass_kg_per_unit=_positive(said.mass_kg_per_unit),
            density_kg_per_liter=_positive(said.density_kg_per_liter),
        ),
    )


@lru_cache(maxsize=4096)
def _id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise _OddError
    return found


def _positive(number: _Number | None) -> Decimal | None:
    if number is not None and number <= 0:
        raise _OddError
    return None if number is None else _sound(number)


def _sound(given: _Number) -> Decimal:
    """A number that `edge.fields` takes: at most 34 digits, at most 30 powers of ten."""
    number = Decimal(given)
    _, digits, _ = number.as_tuple()
    if len(digits) > PRECISION or (number and abs(number.adjusted()) > 30):
        raise _OddError
    return number


# -- the thorough way ------------------------------------------------------------------------------------------------
def _row_by_model(value: object, number: int) -> BulkRow:
    """The row as the model takes it. Raises `SeveralFaults`."""
    said = read(BulkRowBody, value)
    faults: list[Fault] = []
    lines = (
        None
        if said.lines is None
        else tuple(line_draft(line, f"/lines/{i}", faults) for i, line in enumerate(said.lines))
    )
    if faults:
        raise SeveralFaults(tuple(faults))
    return BulkRow(number=number, parent=said.draft(), lines=lines, effective_from=said.effective_from)


def _result_json(result: BulkResult) -> dict[str, Any]:
    return {
        "parts_created": result.parts_created,
        "parts_updated": result.parts_updated,
        "structures": result.structures,
        "parts": [{"line": line, "trace_id": trace_id} for line, trace_id in result.trace_ids],
    }
