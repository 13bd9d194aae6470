"""Parts and their structures: `/v1/parts`."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Open, page_json, placed
from renkei.commons.edge.fields import (
    After,
    Amount,
    Day,
    DayText,
    Id,
    Limit,
    MomentText,
    Name,
    NumberOut,
    Positive,
    Share,
    Short,
    Text,
)
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import (
    LineDraft,
    Part,
    PartDraft,
    PartFilter,
    PartNumber,
    StructureLine,
    StructureVersion,
    StructureView,
)
from renkei.commons.parts.service import (
    add_part_number,
    list_parts,
    own_part,
    part_numbers,
    parts_by_number,
    put_structure,
    remove_part_number,
    structure_of,
    structure_version,
    structure_versions,
    update_part,
)
from renkei.commons.trades.service import delete_part
from renkei.database.transaction import Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.paging import page_from
from renkei.kit.quantities import ConversionFacts

Sourcing = Literal["made", "bought", "consigned_free", "consigned_paid"]
_FACTS = {"mass_kg_per_unit", "density_kg_per_liter"}


class PartBody(Body):
    """A part as its company states it. Plant, name and support name are its identity."""

    plant_id: Id
    name: Name
    support_name: Name | None = None
    terminated: bool = Field(default=False, description="終端: nothing upstream of it needs to be asked")
    unit: Short | None = Field(default=None, description="the declared unit, such as kilogram or piece")
    label: Text | None = None
    info1: Text | None = None
    info2: Text | None = None
    info3: Text | None = None
    mass_kg_per_unit: Positive | None = None
    density_kg_per_liter: Positive | None = None

    def draft(self, trace_id: UUID | None = None) -> PartDraft:
        """The same as the room takes it."""
        said = self.model_dump(include=PartBody.model_fields.keys() - _FACTS)
        return PartDraft(trace_id=trace_id, facts=_facts(self), **said)


class ChildBody(Body):
    """A child: an own part by its trace id alone (left as it is), or a whole part (made or updated)."""

    trace_id: Id | None = None
    plant_id: Id | None = None
    name: Name | None = None
    support_name: Name | None = None
    terminated: bool = False
    unit: Short | None = None
    label: Text | None = None
    info1: Text | None = None
    info2: Text | None = None
    info3: Text | None = None
    mass_kg_per_unit: Positive | None = None
    density_kg_per_liter: Positive | None = None

    def draft(self, pointer: str, faults: list[Fault]) -> PartDraft | UUID:
        """The same as the room takes it; what is missing goes into `faults`."""
        if self.trace_id is not None and self.model_fields_set == {"trace_id"}:
            return self.trace_id
        for field, value in (("plant_id", self.plant_id), ("name", self.name)):
            if value is None:
                faults.append(
                    Fault("missing", f"{pointer}/{field}", {}, "This is required.", "必須項目です。")
                )
        said = self.model_dump(exclude={"plant_id", "name", "mass_kg_per_unit", "density_kg_per_liter"})
        return PartDraft(
            plant_id=self.plant_id or UUID(int=0), name=self.name or "", facts=_facts(self), **said
        )


class LineBody(Body):
    """One line: `amount` (in `unit`) of the child per `base_quantity` parents."""

    child: ChildBody
    amount: Amount
    unit: Short
    base_quantity: Positive = Field(default=1, validate_default=True)
    sourcing: Sourcing | None = Field(
        default=None, description="default: made if the child has lines, else bought"
    )
    counted_by: Literal["customer", "supplier"] = "customer"
    phantom: bool = False
    alternative_group: Short | None = None
    usage_share: Share | None = Field(
        default=None, description="the shares of one group of alternatives sum to 1"
    )


class StructureBody(Body):
    """The whole structure of a part: the lines replace the former ones, `[]` clears them."""

    lines: list[LineBody] = Field(max_length=10_000)
    effective_from: Day | None = Field(
        default=None, description="設計変更: in force from this day, default today"
    )


class NumberBody(Body):
    """How the company itself, or a partner, calls a part."""

    number: Name
    partner_id: Id | None = None


class PartView(View):
    """An own part."""

    trace_id: Id
    operator_id: Id
    plant_id: Id
    name: str
    support_name: str | None
    terminated: bool
    unit: str | None
    label: str | None
    info1: str | None
    info2: str | None
    info3: str | None
    mass_kg_per_unit: NumberOut | None
    density_kg_per_liter: NumberOut | None
    has_lines: bool
    is_child: bool
    created_at: MomentText
    updated_at: MomentText
    stale: bool = False


class PartsView(View):
    """A page of own parts, by name, support name, trace id."""

    items: list[PartView]
    next: Id | None
    stale: bool = False


class LineView(View):
    """One line of a structure."""

    position: int
    child: PartView
    amount: NumberOut
    unit: str
    base_quantity: NumberOut
    sourcing: Sourcing
    counted_by: str
    phantom: bool
    alternative_group: str | None
    usage_share: NumberOut | None


class StructureOut(View):
    """A part and the lines of one version of its structure."""

    part: PartView
    lines: list[LineView]
    structure_id: Id | None
    version: int | None
    effective_from: DayText | None
    stale: bool = False


class StructureVersionView(View):
    """One version in the list."""

    structure_id: Id
    version: int
    effective_from: DayText
    line_count: int
    in_force: bool
    created_by: str
    created_at: MomentText


class StructuresView(View):
    """All versions of a structure, newest first."""

    items: list[StructureVersionView]
    next: Id | None
    stale: bool = False


class NumberView(View):
    """A part number."""

    trace_id: Id
    number: str
    partner_id: Id | None


class NumbersView(View):
    """Part numbers, own ones first."""

    items: list[NumberView]
    next: str | None
    stale: bool = False


_OF_PATH = "path:trace_id"
_PLANT_ID = "7f3c1a52-9a53-4bcb-8d86-0d7a4e6f1c11"
_PART = {
    "plant_id": _PLANT_ID,
    "name": "B01",
    "support_name": "A000001",
    "unit": "piece",
    "mass_kg_per_unit": 1.25,
}
_STRUCTURE = {
    "lines": [
        {
            "child": {"plant_id": _PLANT_ID, "name": "B01001", "unit": "kilogram"},
            "amount": 2.5,
            "unit": "kilogram",
        },
        {"child": {"trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6"}, "amount": 4, "unit": "piece"},
    ],
    "effective_from": "2026-04-01",
}


def router() -> APIRouter:
    """The paths under `/parts`."""
    routes = APIRouter(prefix="/parts", tags=["parts"])
    _add_parts(routes)
    _add_structures(routes)
    _add_numbers(routes)
    return routes


def _add_parts(routes: APIRouter) -> None:
    @routes.get("", response_model=PartsView)
    def get_parts(
        call: Open,
        name: Annotated[Name | None, Query()] = None,
        plant_id: Annotated[Id | None, Query()] = None,
        number: Annotated[Name | None, Query(description="the own part number, or a partner's")] = None,
        partner_id: Annotated[Id | None, Query(description="with number: whose it is")] = None,
        roots_only: Annotated[bool, Query(description="only parts that are a child of none")] = False,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """Own parts, page by page."""
        where = PartFilter(name=name, plant_id=plant_id, roots_only=roots_only)

        def work(tx: Transaction) -> dict[str, object]:
            if number is not None:
                found = parts_by_number(tx, number, partner_id)
                return page_json(page_from(found, after, limit, id_of=_trace_id), part_json)
            return page_json(list_parts(tx, where, after, limit), part_json)

        return call.read(work)

    @routes.post(
        "",
        openapi_extra=takes(PartBody, _PART),
        response_model=PartView,
        status_code=201,
        responses={200: {"model": PartView, "description": "The part was there and is updated."}},
    )
    def create_part(call: Open) -> Response:
        """Register a part; if there is one of this plant, name and support name, it is updated (200)."""
        draft = call.body(PartBody).draft()
        return call.write(lambda tx: _stored(tx, update_part(tx, draft)))

    @routes.get("/{trace_id}", response_model=PartView)
    def get_part(call: Open, trace_id: Id) -> Response:
        """One own part."""
        return call.read(lambda tx: part_json(own_part(tx, trace_id)))

    @routes.put(
        "/{trace_id}",
        openapi_extra=takes(PartBody, _PART),
        response_model=PartView,
        responses={201: {"model": PartView, "description": "Another name: another part was made."}},
    )
    def replace_part(call: Open, trace_id: Id) -> Response:
        """State a part anew. Another name is another part, which gets a trace id of its own (201)."""
        draft = call.body(PartBody).draft(trace_id)

        def work(tx: Transaction) -> Answer:
            with placed({"/trace_id": _OF_PATH}):
                return _stored(tx, update_part(tx, draft))

        return call.write(work)

    @routes.delete("/{trace_id}", status_code=204)
    def remove_part(call: Open, trace_id: Id) -> Response:
        """Delete a part that no structure, request or trade stands on."""
        return call.write(lambda tx: delete_part(tx, trace_id), status=204)


def _add_structures(routes: APIRouter) -> None:
    @routes.get("/{trace_id}/structure", response_model=StructureOut)
    def get_structure(
        call: Open, trace_id: Id, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
    ) -> Response:
        """The structure in force today, or one version of it."""

        def work(tx: Transaction) -> dict[str, object]:
            found = (
                structure_of(tx, trace_id) if version is None else structure_version(tx, trace_id, version)
            )
            if found is None:
                raise PartMissing
            return structure_json(found)

        return call.read(work)

    @routes.put(
        "/{trace_id}/structure", openapi_extra=takes(StructureBody, _STRUCTURE), response_model=StructureOut
    )
    def replace_structure(call: Open, trace_id: Id) -> Response:
        """State the whole structure of a part."""
        given = call.body(StructureBody)
        faults: list[Fault] = []
        lines = [line_draft(line, f"/lines/{index}", faults) for index, line in enumerate(given.lines)]
        if faults:
            raise SeveralFaults(tuple(faults))

        def work(tx: Transaction) -> dict[str, Any]:
            with placed({"/parent/trace_id": _OF_PATH}):
                return structure_json(put_structure(tx, trace_id, lines, effective_from=given.effective_from))

        return call.write(work)

    @routes.get("/{trace_id}/structures", response_model=StructuresView)
    def get_structures(call: Open, trace_id: Id, limit: Limit = 50, after: After = None) -> Response:
        """The versions of the structure, newest first."""

        def work(tx: Transaction) -> dict[str, object]:
            found = structure_versions(tx, trace_id)
            return page_json(
                page_from(found, after, limit, id_of=lambda one: one.structure_id), _version_json
            )

        return call.read(work)


def _add_numbers(routes: APIRouter) -> None:
    @routes.get("/{trace_id}/numbers", response_model=NumbersView)
    def get_numbers(
        call: Open,
        trace_id: Id,
        limit: Limit = 50,
        after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    ) -> Response:
        """The numbers of a part, own ones first, then partner by partner."""

        def work(tx: Transaction) -> dict[str, object]:
            own_part(tx, trace_id)
            found = part_numbers(tx, [trace_id])
            start = 0
            if after is not None:
                start = next((i for i, one in enumerate(found) if _number_cursor(one) == after), len(found))
            following = found[start + limit : start + limit + 1]
            return {
                "items": [_number_json(one) for one in found[start : start + limit]],
                "next": _number_cursor(following[0]) if following else None,
            }

        return call.read(work)

    @routes.post(
        "/{trace_id}/numbers",
        openapi_extra=takes(NumberBody, {"number": "900-123"}),
        response_model=NumberView,
        status_code=201,
    )
    def create_number(call: Open, trace_id: Id) -> Response:
        """Remember a number."""
        given = call.body(NumberBody)
        return call.write(
            lambda tx: _number_json(add_part_number(tx, trace_id, given.number, given.partner_id)), status=201
        )

    @routes.delete("/{trace_id}/numbers", status_code=204)
    def forget_number(
        call: Open,
        trace_id: Id,
        number: Annotated[Name, Query()],
        partner_id: Annotated[Id | None, Query()] = None,
    ) -> Response:
        """Forget a number."""
        return call.write(lambda tx: remove_part_number(tx, trace_id, number, partner_id), status=204)


def line_draft(line: LineBody, pointer: str, faults: list[Fault]) -> LineDraft:
    """A line as the room takes it."""
    return LineDraft(
        child=line.child.draft(f"{pointer}/child", faults),
        amount=line.amount,
        unit=line.unit,
        base_quantity=line.base_quantity,
        sourcing=line.sourcing,
        counted_by=line.counted_by,
        phantom=line.phantom,
        alternative_group=line.alternative_group,
        usage_share=line.usage_share,
    )


def part_json(part: Part) -> dict[str, Any]:
    """A part as it is answered."""
    return {
        "trace_id": part.trace_id,
        "operator_id": part.operator_id,
        "plant_id": part.plant_id,
        "name": part.name,
        "support_name": part.support_name,
        "terminated": part.terminated,
        "unit": part.unit,
        "label": part.label,
        "info1": part.info1,
        "info2": part.info2,
        "info3": part.info3,
        "mass_kg_per_unit": part.mass_kg_per_unit,
        "density_kg_per_liter": part.density_kg_per_liter,
        "has_lines": part.has_lines,
        "is_child": part.is_child,
        "created_at": part.created_at,
        "updated_at": part.updated_at,
    }


def structure_json(view: StructureView) -> dict[str, Any]:
    """A structure as it is answered."""
    return {
        "part": part_json(view.parent),
        "lines": [_line_json(line) for line in view.lines],
        "structure_id": view.structure_id,
        "version": view.version,
        "effective_from": view.effective_from,
    }


def _line_json(line: StructureLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "child": part_json(line.child),
        "amount": line.amount,
        "unit": line.unit,
        "base_quantity": line.base_quantity,
        "sourcing": line.sourcing,
        "counted_by": line.counted_by,
        "phantom": line.phantom,
        "alternative_group": line.alternative_group,
        "usage_share": line.usage_share,
    }


def _version_json(one: StructureVersion) -> dict[str, Any]:
    return {
        "structure_id": one.structure_id,
        "version": one.version,
        "effective_from": one.effective_from,
        "line_count": one.line_count,
        "in_force": one.in_force,
        "created_by": one.created_by,
        "created_at": one.created_at,
    }


def _number_json(one: PartNumber) -> dict[str, Any]:
    return {"trace_id": one.part_trace_id, "number": one.number, "partner_id": one.partner_id}


def _number_cursor(one: PartNumber) -> str:
    """A number has no id of its own: its partner and itself name it."""
    return f"{one.partner_id or ''}:{one.number}"


def _trace_id(part: Part) -> UUID:
    return part.trace_id


def _facts(body: PartBody | ChildBody) -> ConversionFacts:
    return ConversionFacts(
        mass_kg_per_unit=body.mass_kg_per_unit, density_kg_per_liter=body.density_kg_per_liter
    )


def _stored(tx: Transaction, part: Part) -> Answer:
    """201 with its address for a part made now, 200 for one that was there."""
    if part.created_at == tx.now:
        return Answer(part_json(part), 201, {"Location": f"/v1/parts/{part.trace_id}"})
    return Answer(part_json(part), 200)
