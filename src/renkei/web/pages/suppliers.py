"""The suppliers of a bought part: who was asked and what came, with which share, and the estimate meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.fields import Day, Name, Share, Text
from renkei.commons.edge.validation import Body, read
from renkei.commons.operators.errors import OperatorMissing
from renkei.commons.operators.model import InvitationDraft, Operator
from renkei.commons.operators.service import invite, operator_by_open_id, operators_by_ids
from renkei.commons.trades.model import RequestDraft, ShareDraft, TradeOut
from renkei.commons.trades.service import cancel, put_part_shares, put_request, shares_of, trades_out_of
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.quantities import DECLARED_UNITS, Unit, parse_unit
from renkei.usecases.footprint import service
from renkei.usecases.footprint.api_model import EstimateBody
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import STAGES, Answer, Estimate, EstimateDraft, FootprintView
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import dotted, nested, path_id, share_of_percent, typed_number
from renkei.web.pages.footprints import view_of
from renkei.web.terms import unit_name
from renkei.web.words import Words

HUNDRED: Final = Decimal(100)
_DAY: Final = timedelta(days=1)


class MemberUnknown(OperatorMissing):
    """No member has this public id."""

    en = "No member has this number. Check it, or invite the company below."
    ja = "この番号の参加企業は見つかりません。番号を確認するか、下の欄から招待してください。"


class AskForm(Body):
    """Whom to ask, and for what."""

    who: Literal["member", "guest"]
    open_operator_id: Name | None = None
    company: Name | None = None
    email: Name | None = None
    message: Text | None = None
    due_date: Day | None = None
    period_from: Day | None = None
    period_to: Day | None = None


class ShareForm(Body):
    """How much comes by one trade."""

    share: Share


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """One trade as the page shows it."""

    trade: TradeOut
    company: Operator | None
    answer: Answer | None
    stated: Sequence[ShareDraft]


@dataclass(frozen=True, slots=True)
class Suppliers:
    """What the page shows."""

    view: FootprintView
    rows: tuple[SupplierRow, ...]

    @property
    def estimate(self) -> Estimate | None:
        """The estimate of the part as a whole."""
        return next((one for one in self.view.estimates if one.trade_key is None), None)


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/parts/{trace_id}/suppliers")
    def suppliers(call: Opened, trace_id: str) -> Response:
        return _page(call, path_id(trace_id))

    @routes.post("/parts/{trace_id}/suppliers")
    def ask(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            form = call.form(AskForm)
            company = call.write(lambda tx: _ask(tx, wanted, form))
        except RenkeiError as error:
            call.tell(error)
            return _page(call, wanted, call.values)
        return call.redirect(
            f"/app/parts/{wanted}/suppliers", "%(company)s has been asked.", company=company.name
        )

    @routes.post("/parts/{trace_id}/shares")
    def split(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            call.check_form()
            typed = {
                name.removeprefix("share."): read(ShareForm, {"share": share_of_percent(value)}).share
                for name, value in call.fields
                if name.startswith("share.") and value.strip()
            }
            call.write(lambda tx: _split(tx, wanted, {path_id(one): share for one, share in typed.items()}))
        except RenkeiError as error:
            call.tell(dotted(error, lambda _: "shares"))
            return _page(call, wanted, call.values)
        return call.redirect(f"/app/parts/{wanted}/suppliers", "The shares are stored.")

    @routes.post("/parts/{trace_id}/estimate")
    def estimate(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        try:
            call.check_form()
            if call.field("remove") is not None:
                gone = EstimateDraft(trace_id=wanted, declared_unit=Unit.UNIT, stages=None)
                call.write(lambda tx: service.put_estimate(tx, gone))
                return call.redirect(f"/app/parts/{wanted}/suppliers", "The estimate is removed.")
            given = nested(
                (name, typed_number(value) if name.startswith("stages.") else value)
                for name, value in call.fields
                if name != "csrf"
            )
            draft = read(EstimateBody, given | {"stages": given.get("stages", {})}).draft(wanted, None)
            call.write(lambda tx: service.put_estimate(tx, draft))
        except RenkeiError as error:
            call.tell(dotted(error))
            return _page(call, wanted, call.values)
        return call.redirect(f"/app/parts/{wanted}/suppliers", "The estimate is stored.")

    @routes.post("/parts/{trace_id}/suppliers/cancel")
    def take_back(call: Opened, trace_id: str) -> Response:
        wanted = path_id(trace_id)
        request, trade = path_id(call.field("request_id") or ""), path_id(call.field("trade_id") or "")
        call.write(lambda tx: cancel(tx, request, trade))
        return call.redirect(f"/app/parts/{wanted}/suppliers", "The request is taken back.")

    return routes


def _ask(tx: Transaction, trace_id: UUID, form: AskForm) -> Operator:
    """Ask a member found by its public id, or a company that is entered with the request."""
    if form.who == "member":
        company = operator_by_open_id(tx, (form.open_operator_id or "").strip())
        if company is None:
            raise MemberUnknown("/open_operator_id")
    else:
        company = invite(tx, InvitationDraft(name=form.company or "", country="JP", email=form.email))
    put_request(
        tx,
        RequestDraft(
            downstream_trace_id=trace_id,
            upstream_operator_id=company.operator_id,
            kind=KIND,
            message=form.message,
            due_date=form.due_date,
            period_from=form.period_from,
            period_to=form.period_to,
        ),
    )
    return company


def _split(tx: Transaction, trace_id: UUID, shares: Mapping[UUID, Decimal]) -> None:
    """From today on these shares hold; what was stated before today and its quantities stay."""
    today = tx.now.date()
    former = shares_of(tx, list(shares))
    wanted: dict[UUID, list[ShareDraft]] = {}
    for trade_id, share in shares.items():
        past = [
            one
            if one.valid_to is not None and one.valid_to < today
            else ShareDraft(
                valid_from=one.valid_from,
                valid_to=today - _DAY,
                share=one.share,
                purchased_quantity=one.purchased_quantity,
                quantity_unit=one.quantity_unit,
            )
            for one in former.get(trade_id, ())
            if one.valid_from < today
        ]
        wanted[trade_id] = [*past, ShareDraft(valid_from=today, share=share)]
    put_part_shares(tx, trace_id, wanted)


def _read(tx: Transaction, trace_id: UUID) -> Suppliers:
    view = view_of(tx, trace_id)
    trades = trades_out_of(tx, [view.part.part_key], KIND)
    ids = list({trade.upstream_operator_id for trade in trades})
    companies = {one.operator_id: one for one in operators_by_ids(tx, ids)} if ids else {}
    stated = shares_of(tx, [trade.trade_id for trade in trades]) if trades else {}
    answers = {one.trade_id: one for one in (view.response.answers if view.response is not None else ())}
    return Suppliers(
        view=view,
        rows=tuple(
            SupplierRow(
                trade=trade,
                company=companies.get(trade.upstream_operator_id),
                answer=answers.get(trade.trade_id),
                stated=stated.get(trade.trade_id, ()),
            )
            for trade in trades
        ),
    )


def _page(call: PageCall, trace_id: UUID, typed: Mapping[str, str] | None = None) -> Response:
    found = call.read(lambda tx: _read(tx, trace_id))
    _ = call.words
    return call.show(
        "part/suppliers.html",
        part=found.view.part,
        tab="suppliers",
        found=found,
        values=typed or _typed_of(found),
        stages=STAGES,
        units=[(unit.value, unit_name(_, unit)) for unit in DECLARED_UNITS],
    )


def _typed_of(found: Suppliers) -> dict[str, str]:
    exact = Words("en").exact
    unit = parse_unit(found.view.part.unit)
    typed = {"who": "member", "declared_unit": (unit if unit in DECLARED_UNITS and unit else Unit.UNIT).value}
    for row in found.rows:
        typed[f"share.{row.trade.trade_id}"] = exact(row.trade.share * HUNDRED)
    if found.estimate is not None:
        typed["declared_unit"] = found.estimate.declared_unit.value
        typed["source"] = found.estimate.source
        typed |= {f"stages.{stage}": exact(x) for stage, x in found.estimate.stages.items()}
    return typed
