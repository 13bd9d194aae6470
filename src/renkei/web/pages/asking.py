"""Whom to ask for a product: its bought parts by what they are estimated to add, and one request to many suppliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.fields import Day, Text
from renkei.commons.edge.validation import Body
from renkei.commons.operators.model import InvitationDraft, Operator
from renkei.commons.operators.service import invite, operator_by_open_id, operators_by_ids
from renkei.commons.parts.model import GraphPart, Part
from renkei.commons.parts.service import own_part
from renkei.commons.trades.model import RequestDraft, TradeOut
from renkei.commons.trades.service import put_request, trades_out_of
from renkei.database.transaction import Transaction
from renkei.kit.errors import Fault, RenkeiError, SeveralFaults
from renkei.usecases.footprint import analysis
from renkei.usecases.footprint.analysis import OperatorGraph, graph_of
from renkei.usecases.footprint.kind import KIND
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import path_id
from renkei.web.pages.analysis import graphs

ROWS: Final = 100
"""Parts on the page, those that are estimated to add most in front."""
WORTH: Final = 0.8
"""Ticked to begin with: parts that together are estimated to add this share of what is bought."""


class AskForm(Body, extra="ignore"):
    """What is said to all of them; the rows with their suppliers are read one by one beside it."""

    message: Text | None = None
    due_date: Day | None = None


class NobodyChosen(RenkeiError):
    """A request to nobody."""

    code = "nobody_chosen"
    en = "Tick at least one part, and say who supplies it."
    ja = "部品を1つ以上選び、その仕入先を入力してください。"


class SupplierUnnamed(RenkeiError):
    """A part is ticked, and nobody is named who supplies it."""

    code = "supplier_unnamed"
    en = "Who supplies it? Enter the company number, or the name of a company that does not take part yet."
    ja = "仕入先を入力してください（法人番号、または未参加の会社の名称）。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One bought part of the product. `emission` None: nobody knows or estimates it."""

    part: GraphPart
    emission: float | None
    share: float | None
    is_estimate: bool
    trades: tuple[TradeOut, ...]
    is_worth: bool

    @property
    def is_asked(self) -> bool:
        """Whether a request for it is out."""
        return any(one.request_id is not None for one in self.trades)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the page shows."""

    product: Part
    rows: Sequence[Bought]
    found: int
    names: Mapping[UUID, Operator]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/parts/{trace_id}/ask")
    def whom(call: Opened, trace_id: str) -> Response:
        return _page(call, path_id(trace_id))

    @routes.post("/parts/{trace_id}/ask")
    def ask(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            call.check_form()
            form = call.form(AskForm)
            chosen = [path_id(one) for one in call.all_of("part")]
            count = call.write(lambda tx: _ask(tx, call, chosen, form))
        except SeveralFaults as error:
            call.tell(error)
            return _page(call, wanted)
        except NobodyChosen as error:
            call.tell(error)
            return _page(call, wanted)
        return call.redirect("/app/requests?side=sent", "%(count)s requests have been sent.", count=count)

    return routes


def _ask(tx: Transaction, call: PageCall, parts: Sequence[UUID], form: AskForm) -> int:
    """One request a part, all or none. Raises `NobodyChosen`, and `SeveralFaults` at the rows."""
    if not parts:
        raise NobodyChosen
    named: dict[str, Operator] = {}
    faults: list[Fault] = []
    for part in parts:
        place = f"/who.{part}"
        who = (call.field(f"who.{part}") or "").strip()
        try:
            if not who:
                raise SupplierUnnamed(place)
            if who not in named:
                member = operator_by_open_id(tx, who)
                named[who] = member or invite(tx, InvitationDraft(name=who, country="JP"))
            put_request(
                tx,
                RequestDraft(
                    downstream_trace_id=part,
                    upstream_operator_id=named[who].operator_id,
                    kind=KIND,
                    message=form.message,
                    due_date=form.due_date,
                ),
            )
        except RenkeiError as error:
            faults += [_at(one, place) for one in error.faults]
    if faults:
        raise SeveralFaults(tuple(faults))
    return len(parts)


def _at(fault: Fault, place: str) -> Fault:
    return Fault(fault.code, place, fault.parameters, fault.en, fault.ja)


def _page(call: PageCall, trace_id: UUID) -> Response:
    kept = graphs(call)

    def work(tx: Transaction) -> Asking:
        product = own_part(tx, trace_id)
        graph = graph_of(tx, kept)
        bought = bought_parts(graph, product)
        trades: dict[int, list[TradeOut]] = {}
        for one in trades_out_of(tx, [part.part_key for part in bought], KIND) if bought else ():
            trades.setdefault(one.downstream_part_key, []).append(one)
        rows = _rows(graph, product, bought, trades)
        partners = {one.upstream_operator_id for row in rows[:ROWS] for one in row.trades}
        companies = operators_by_ids(tx, list(partners)) if partners else []
        return Asking(
            product=product,
            rows=rows[:ROWS],
            found=len(rows),
            names={one.operator_id: one for one in companies},
        )

    found = call.read(work)
    typed = call.request.method == "POST"
    return call.show(
        "part/ask.html",
        part=found.product,
        tab="ask",
        found=found,
        largest=max((abs(row.emission or 0) for row in found.rows), default=0),
        chosen=set(call.all_of("part"))
        if typed
        else {str(one.part.trace_id) for one in found.rows if one.is_worth},
        values=call.values,
    )


def bought_parts(graph: OperatorGraph, product: Part) -> list[GraphPart]:
    """Everything bought below an own part, in all its own levels."""
    known = graph.sources.graph
    found: dict[int, GraphPart] = {}
    seen = {product.part_key}
    to_visit = [product.part_key]
    while to_visit:
        for line in known.lines.get(to_visit.pop(), ()):
            if line.child_key in seen:
                continue
            seen.add(line.child_key)
            part = known.parts[line.child_key]
            if part.structure_key is None and not part.terminated:
                found[part.part_key] = part
            to_visit.append(part.part_key)
    return list(found.values())


def _rows(
    graph: OperatorGraph,
    product: Part,
    bought: Sequence[GraphPart],
    trades: Mapping[int, Sequence[TradeOut]],
) -> list[Bought]:
    """The bought parts, the largest first; those that nobody knows behind those that are known, as nothing can be said."""
    emission: dict[UUID, float] = {}
    estimated: set[UUID] = set()
    total = 0.0
    if product.trace_id in graph.at:
        found = analysis.breakdown(graph, product.trace_id, top=graph.size)
        total = found.total
        for item in found.items:
            supply = item.node.supply
            if supply is not None:
                trace_id = item.node.part.trace_id
                emission[trace_id] = emission.get(trace_id, 0.0) + item.total
                if supply.kind != "delivery":
                    estimated.add(trace_id)
    known = sum(abs(emission.get(part.trace_id, 0.0)) for part in bought)
    order = sorted(bought, key=lambda part: (-abs(emission.get(part.trace_id, 0.0)), part.name))
    rows: list[Bought] = []
    so_far = 0.0
    for part in order:
        adds = emission.get(part.trace_id)
        mine = tuple(trades.get(part.part_key, ()))
        is_open = not any(one.request_id is not None for one in mine)
        is_answered = adds is not None and part.trace_id not in estimated
        is_worth = is_open and not is_answered and (adds is None or so_far < WORTH * known)
        so_far += abs(adds or 0.0)
        rows.append(
            Bought(
                part=part,
                emission=adds,
                share=adds / total if adds is not None and total else None,
                is_estimate=part.trace_id in estimated,
                trades=mine,
                is_worth=is_worth,
            )
        )
    return rows
