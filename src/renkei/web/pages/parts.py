"""Parts: the list, a new one, what it is, and its structure as a tree that opens level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.fields import Id, Name, Positive, Short, Text
from renkei.commons.edge.validation import Body
from renkei.commons.operators.model import Plant
from renkei.commons.operators.service import plants
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import (
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
    remove_part_number,
    structure_of,
    structure_version,
    structure_versions,
    update_part,
)
from renkei.commons.trades.service import delete_part
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.usecases.footprint.model import FootprintView
from renkei.usecases.footprint.service import footprints_of
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import optional_id, path_id, typed_number
from renkei.web.terms import unit_name
from renkei.web.words import Words

ROWS: Final = 50
"""Parts of one page, and lines of one level of a tree."""
MOST_OPEN: Final = 20
"""Levels that are open at once: each is one statement."""


class PartForm(Body):
    """A part as a person states it."""

    plant_id: Id
    name: Name
    support_name: Name | None = None
    unit: Short = Unit.UNIT.value
    label: Text | None = None
    terminated: Literal["yes"] | None = None
    mass_kg_per_unit: Positive | None = None
    density_kg_per_liter: Positive | None = None
    number: Name | None = Field(default=None, description="a number of one's own to remember")

    def draft(self, former: Part | None = None) -> PartDraft:
        """The same as the room takes it; texts that the form does not show stay."""
        return PartDraft(
            trace_id=None if former is None else former.trace_id,
            plant_id=self.plant_id,
            name=self.name,
            support_name=self.support_name,
            terminated=self.terminated is not None,
            unit=self.unit,
            label=self.label,
            info1=None if former is None else former.info1,
            info2=None if former is None else former.info2,
            info3=None if former is None else former.info3,
            facts=ConversionFacts(
                mass_kg_per_unit=self.mass_kg_per_unit, density_kg_per_liter=self.density_kg_per_liter
            ),
        )


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a tree as it is drawn, at its depth, with what is known of the part behind it."""

    line: StructureLine
    depth: int
    path: tuple[UUID, ...]
    is_open: bool
    view: FootprintView | None
    hidden: int
    """On the last line of a level: how many more lines the level has."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A structure as a page shows it: one level searched and paged, others opened below it."""

    structure: StructureView
    branches: tuple[Branch, ...]
    found: int
    page: int
    pages: int


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()
    _add_list(routes)
    _add_identity(routes)
    _add_structure(routes)
    return routes


def _add_list(routes: APIRouter) -> None:
    @routes.get("/parts")
    def parts(call: Opened) -> Response:
        text, everything = call.query("q").strip()[:100], call.query("all") == "yes"
        roots = not everything and not text
        after = optional_id(call.query("after"))

        def work(tx: Transaction) -> tuple[Sequence[Part], UUID | None, dict[UUID, FootprintView]]:
            page = list_parts(tx, PartFilter(text=text or None, roots_only=roots), after, ROWS)
            views = footprints_of(tx, page.items) if page.items else []
            return page.items, page.next_cursor, {view.part.trace_id: view for view in views}

        found, following, views = call.read(work)
        return call.show(
            "part/list.html",
            parts=found,
            following=following,
            views=views,
            q=text,
            everything=everything,
            roots=roots,
            after=after,
        )

    @routes.get("/parts/new")
    def new_part(call: Opened) -> Response:
        return _part_form(call, call.read(plants), {"unit": "unit"})

    @routes.post("/parts/new")
    def create_part(call: Opened) -> Response:
        try:
            form = call.form(PartForm)
            part = call.write(lambda tx: _create(tx, form))
        except RenkeiError as error:
            call.tell(error)
            return _part_form(call, call.read(plants), call.values)
        return call.redirect(
            f"/app/parts/{part.trace_id}", "The part “%(name)s” is registered.", name=part.name
        )


def _create(tx: Transaction, form: PartForm) -> Part:
    part = update_part(tx, form.draft())
    if form.number is not None and all(
        one.number != form.number for one in part_numbers(tx, [part.trace_id])
    ):
        add_part_number(tx, part.trace_id, form.number)
    return part


def _part_form(call: PageCall, sites: Sequence[Plant], values: dict[str, str]) -> Response:
    return call.show(
        "part/form.html",
        plants=[(str(one.plant_id), one.name) for one in sites],
        values=values,
        units=unit_options(call.words),
    )


def unit_options(_: Words) -> list[tuple[str, str]]:
    """Every unit a part may be counted in, the usual ones first."""
    usual = (Unit.UNIT, Unit.KILOGRAM, Unit.LITER, Unit.SQUARE_METER, Unit.METER, Unit.GRAM, Unit.TONNE)
    rest = tuple(unit for unit in Unit if unit not in usual)
    return [(unit.value, unit_name(_, unit)) for unit in (*usual, *rest)]


# -- what a part is --------------------------------------------------------------------------------------------------
def _add_identity(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/details")
    def details(call: Opened, trace_id: str) -> Response:
        return _details(call, path_id(trace_id))

    @routes.post("/parts/{trace_id}/details")
    def change(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            form = call.form(PartForm)
            call.write(lambda tx: update_part(tx, form.draft(own_part(tx, wanted))))
        except RenkeiError as error:
            call.tell(error)
            return _details(call, wanted, call.values)
        return call.redirect(f"/app/parts/{wanted}/details", "The changes are stored.")

    @routes.post("/parts/{trace_id}/numbers")
    def remember(call: Opened, trace_id: str) -> Response:
        wanted, number = path_id(trace_id), (call.field("number") or "").strip()
        if call.field("remove") is not None:
            call.write(lambda tx: remove_part_number(tx, wanted, call.field("remove") or ""))
            return call.redirect(f"/app/parts/{wanted}/details", "The part number is removed.")
        try:
            form = call.form(NumberForm)
            call.write(lambda tx: add_part_number(tx, wanted, form.number))
        except RenkeiError as error:
            call.tell(error)
            return _details(call, wanted, None, number)
        return call.redirect(f"/app/parts/{wanted}/details", "The part number is stored.")

    @routes.post("/parts/{trace_id}/delete")
    def delete(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            call.write(lambda tx: delete_part(tx, wanted))
        except RenkeiError as error:
            call.tell(error)
            return _details(call, wanted)
        return call.redirect("/app/parts", "The part is deleted.")


class NumberForm(Body):
    """A number of one's own."""

    number: Name


def _details(
    call: PageCall, trace_id: UUID, values: dict[str, str] | None = None, number: str = ""
) -> Response:
    def work(tx: Transaction) -> tuple[Part, list[Plant], tuple[PartNumber, ...]]:
        return own_part(tx, trace_id), plants(tx), part_numbers(tx, [trace_id])

    part, sites, numbers = call.read(work)
    return call.show(
        "part/details.html",
        part=part,
        tab="details",
        plant=next((one for one in sites if one.plant_id == part.plant_id), None),
        numbers=numbers,
        number_typed=number,
        units=unit_options(call.words),
        values=values
        or {
            "unit": part.unit or "",
            "label": part.label or "",
            "mass_kg_per_unit": call.words.exact(part.mass_kg_per_unit),
            "density_kg_per_liter": call.words.exact(part.density_kg_per_liter),
            **({"terminated": "yes"} if part.terminated else {}),
        },
    )


# -- its structure ---------------------------------------------------------------------------------------------------
def _add_structure(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/structure")
    def structure(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        text, page = call.query("q").strip()[:100], page_number(call.query("page"))
        opened = [found for one in call.query("open").split(",") if (found := optional_id(one)) is not None]

        def work(tx: Transaction) -> tuple[Tree, tuple[StructureVersion, ...]]:
            tree = tree_of(tx, wanted, text, page, opened[:MOST_OPEN])
            return tree, structure_versions(tx, tree.structure.parent)

        tree, versions = call.read(work)
        return call.show(
            "part/structure.html",
            part=tree.structure.parent,
            tab="structure",
            tree=tree,
            versions=versions,
            q=text,
            opened=opened[:MOST_OPEN],
        )

    @routes.get("/parts/{trace_id}/structure/versions/{version}")
    def version(call: Opened, trace_id: str, version: int) -> Response:
        wanted = path_id(trace_id)
        found = call.read(lambda tx: structure_version(tx, wanted, version))
        return call.show("part/structure_version.html", part=found.parent, tab="structure", structure=found)


def page_number(text: str) -> int:
    """The page that an address asks for; the first for anything else."""
    number = typed_number(text)
    return max(int(number[:6]), 1) if number.isdecimal() else 1


def tree_of(tx: Transaction, trace_id: UUID, text: str, page: int, opened: Sequence[UUID]) -> Tree:
    """One page of the lines that have `text` in them, and the levels that are open below it.

    A statement a level, and one look at the values of everything that is shown. Raises `PartMissing`.
    """
    structure = structure_of(tx, trace_id)
    if structure is None:
        raise PartMissing
    lines = [line for line in structure.lines if has_text(line.child, text)]
    pages = max(-(-len(lines) // ROWS), 1)
    page = min(page, pages)
    shown = lines[(page - 1) * ROWS : page * ROWS]
    levels = {one: structure_of(tx, one) for one in opened if one != trace_id}
    rows = list(_walk(shown, levels, 0, (trace_id,)))
    children = list({line.child.trace_id: line.child for line, _, _, _ in rows}.values())
    views = {view.part.trace_id: view for view in footprints_of(tx, children)} if children else {}
    return Tree(
        structure=structure,
        branches=tuple(
            Branch(
                line=line,
                depth=depth,
                path=path,
                is_open=line.child.trace_id in levels and line.child.trace_id not in path,
                view=views.get(line.child.trace_id),
                hidden=hidden,
            )
            for line, depth, path, hidden in rows
        ),
        found=len(lines),
        page=page,
        pages=pages,
    )


_Row = tuple[StructureLine, int, tuple[UUID, ...], int]


def _walk(
    lines: Sequence[StructureLine],
    levels: dict[UUID, StructureView | None],
    depth: int,
    path: tuple[UUID, ...],
) -> list[_Row]:
    """The lines in the order of a tree; a part that stands above itself is not opened again."""
    found: list[_Row] = []
    for line in lines:
        child = line.child.trace_id
        found.append((line, depth, path, 0))
        level = levels.get(child)
        if level is not None and child not in path:
            inner = _walk(level.lines[:ROWS], levels, depth + 1, (*path, child))
            if len(level.lines) > ROWS and inner:
                *former, (last, its_depth, its_path, _) = inner
                inner = [*former, (last, its_depth, its_path, len(level.lines) - ROWS)]
            found += inner
    return found


def has_text(part: Part, text: str) -> bool:
    """Whether `text` stands in the names of a part."""
    wanted = text.casefold()
    return not wanted or any(
        wanted in (one or "").casefold() for one in (part.name, part.support_name, part.label)
    )
