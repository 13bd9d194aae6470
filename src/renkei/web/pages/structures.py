"""Editing a structure: some lines at a time, however many it has; new ones typed in rows or pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.fields import Amount, Day, Name, Short
from renkei.commons.edge.validation import Body, read
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import LineDraft, PartDraft, PartFilter, StructureLine, StructureView
from renkei.commons.parts.service import list_parts, parts_by_number, put_structure, structure_of
from renkei.database.transaction import Transaction
from renkei.kit.errors import Conflict, Fault, RenkeiError, SeveralFaults
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import nested, path_id, typed_number
from renkei.web.pages.parts import has_text, page_number, unit_options
from renkei.web.terms import sourcing_name, unit_from

ROWS: Final = 25
NEW_ROWS: Final = 3
MOST_PASTED: Final = 200
"""Each pasted line is looked up by its number and its name: more come as a file."""
Sourcing = Literal["made", "bought", "consigned_free", "consigned_paid"]


class StructureChanged(Conflict):
    """Somebody stored another version since the form was opened."""

    code = "structure_changed"
    en = "Somebody has changed this structure meanwhile. Look at it as it is now and repeat your change."
    ja = "この部品構成は他の利用者により変更されました。現在の内容を確認し、もう一度変更してください。"


class PartAmbiguous(RenkeiError):
    """Several own parts have this name or number."""

    code = "part_ambiguous"
    en = "Several parts are called “{text}”. Enter a part number that only one of them has."
    ja = "「{text}」に該当する部品が複数あります。1件に決まる品番を入力してください。"


class PastedWrong(RenkeiError):
    """A pasted line is not: part, amount, unit."""

    code = "pasted_line"
    en = "Line {line} is not a part, an amount and a unit that is known."
    ja = "{line}行目は「部品・数量・単位」の形式ではないか、単位が登録されていません。"


class TooManyPasted(RenkeiError):
    """More lines at once than are looked up."""

    code = "too_many_pasted"
    en = "Paste at most {maximum} lines at once."
    ja = "一度に貼り付けられるのは{maximum}行までです。"


class LineForm(Body):
    """A line that is there."""

    amount: Amount
    unit: Short
    sourcing: Sourcing
    remove: Literal["yes"] | None = None


class NewLineForm(Body):
    """A line that is added."""

    child: Name
    amount: Amount
    unit: Short


class EditForm(Body):
    """The form as a whole."""

    version: str = ""
    effective_from: Day | None = None
    line: dict[str, LineForm] = Field(default_factory=dict)
    new: dict[str, NewLineForm] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Composed:
    """The lines to be stored, and for each the name of its row in the form."""

    lines: list[LineDraft]
    rows: list[str]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/parts/{trace_id}/structure/edit")
    def edit(call: Opened, trace_id: str) -> Response:
        return _form(call, path_id(trace_id))

    @routes.post("/parts/{trace_id}/structure/edit")
    def store(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        composed = _Composed([], [])
        try:
            call.check_form()
            given = nested(
                (name, typed_number(value) if name.endswith(".amount") else value)
                for name, value in call.fields
                if name not in {"csrf", "pasted", "q", "page"}
            )
            # Rows whose unit alone is filled in (a select always is) are rows that nobody used.
            given["new"] = {
                row: typed
                for row, typed in given.get("new", {}).items()
                if isinstance(typed, dict) and typed.keys() != {"unit"}
            }
            form = read(EditForm, given)
            pasted = _pasted(call.field("pasted") or "")
            call.write(lambda tx: _store(tx, wanted, form, pasted, composed))
        except RenkeiError as error:
            call.tell(_placed(error, composed))
            return _form(call, wanted, call.values)
        return call.redirect(f"/app/parts/{wanted}/structure", "The structure is stored.")

    return routes


def _store(
    tx: Transaction, trace_id: UUID, form: EditForm, pasted: Sequence[NewLineForm], composed: _Composed
) -> None:
    structure = structure_of(tx, trace_id)
    if structure is None:
        raise PartMissing
    if form.version != str(structure.version or ""):
        raise StructureChanged
    composed.lines.clear()
    composed.rows.clear()
    for line in structure.lines:
        changed = form.line.get(str(line.child.trace_id))
        if changed is None or changed.remove is None:
            composed.lines.append(_kept(line, changed))
            composed.rows.append(f"line.{line.child.trace_id}")
    faults: list[Fault] = []
    added = [(f"new.{row}", one) for row, one in form.new.items()] + [("pasted", one) for one in pasted]
    for row, one in added:
        child = _child(tx, structure, one, row, faults)
        composed.lines.append(LineDraft(child=child, amount=one.amount, unit=one.unit))
        composed.rows.append(row)
    if faults:
        raise SeveralFaults(tuple(faults))
    put_structure(tx, trace_id, composed.lines, effective_from=form.effective_from)


def _kept(line: StructureLine, changed: LineForm | None) -> LineDraft:
    return LineDraft(
        child=line.child.trace_id,
        amount=line.amount if changed is None else changed.amount,
        unit=line.unit if changed is None else changed.unit,
        base_quantity=line.base_quantity,
        sourcing=line.sourcing if changed is None else changed.sourcing,
        counted_by=line.counted_by,
        phantom=line.phantom,
        alternative_group=line.alternative_group,
        usage_share=line.usage_share,
    )


def _child(
    tx: Transaction, structure: StructureView, typed: NewLineForm, row: str, faults: list[Fault]
) -> UUID | PartDraft:
    """The own part of this number or name, or a new one of this name in the plant of its parent."""
    text = typed.child.strip()
    found = {one.trace_id for one in parts_by_number(tx, text)} or {
        one.trace_id for one in list_parts(tx, PartFilter(name=text), limit=2).items
    }
    if len(found) > 1:
        faults += PartAmbiguous(f"/{row}.child", text=text).faults
    if found:
        return found.pop()
    return PartDraft(plant_id=structure.parent.plant_id, name=text, unit=typed.unit)


def _pasted(text: str) -> list[NewLineForm]:
    """Lines as a spreadsheet copies them: part, amount, unit, with tabs (or commas) between. Raises `SeveralFaults`."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_PASTED:
        raise TooManyPasted("/pasted", maximum=MOST_PASTED)
    found: list[NewLineForm] = []
    faults: list[Fault] = []
    for i, line in lines:
        cells = [cell.strip() for cell in line.split("\t" if "\t" in line else ",")]
        unit = unit_from(cells[2]) if len(cells) == 3 else None
        if unit is None:
            faults += PastedWrong("/pasted", line=i).faults
            continue
        try:
            found.append(
                read(NewLineForm, {"child": cells[0], "amount": typed_number(cells[1]), "unit": unit.value})
            )
        except SeveralFaults:
            faults += PastedWrong("/pasted", line=i).faults
    if faults:
        raise SeveralFaults(tuple(faults))
    return found


def _placed(error: RenkeiError, composed: _Composed) -> RenkeiError:
    """The same faults at the form's fields: "/lines/17/amount" is a row, "/line/…/amount" one as it was read."""
    found: list[Fault] = []
    for fault in error.faults:
        steps = fault.pointer.strip("/").split("/")
        if (
            steps[0] == "lines"
            and len(steps) > 1
            and steps[1].isdecimal()
            and int(steps[1]) < len(composed.rows)
        ):
            row, last = composed.rows[int(steps[1])], steps[2] if len(steps) > 2 else "child"
            name = (
                "pasted"
                if row == "pasted"
                else f"{row}.{'amount' if last == 'child' and row[:5] == 'line.' else last}"
            )
        elif steps[0] in {"lines", "parent"}:
            name = ""
        else:
            name = ".".join(steps)
        found.append(replace(fault, pointer=f"/{name}" if name else ""))
    return SeveralFaults(tuple(found))


def _form(call: PageCall, trace_id: UUID, typed: Mapping[str, str] | None = None) -> Response:
    structure = call.read(lambda tx: structure_of(tx, trace_id))
    if structure is None:
        raise PartMissing
    text = (typed or {}).get("q", call.query("q")).strip()[:100]
    lines = [line for line in structure.lines if has_text(line.child, text)]
    pages = max(-(-len(lines) // ROWS), 1)
    page = min(page_number((typed or {}).get("page", call.query("page"))), pages)
    _ = call.words
    return call.show(
        "part/structure_edit.html",
        part=structure.parent,
        tab="structure",
        structure=structure,
        lines=lines[(page - 1) * ROWS : page * ROWS],
        page=page,
        pages_count=pages,
        q=text,
        new_rows=range(NEW_ROWS),
        units=unit_options(_),
        sourcings=[(one, sourcing_name(_, one)) for one in get_args(Sourcing)],
        values=typed or {},
    )
