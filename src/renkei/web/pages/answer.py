"""Answering a request, step by step: which item, its value, the result, what to disclose, send.

Nothing is kept beside what the steps themselves state, so each can be left and come back to: the item is remembered as
the customer's number of an own part, the value is that part's footprint. Only the last step lets anything out: it
links the part and decides the consent in one transaction. Where item, value and a former decision are known already,
the first page is the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from renkei.commons.consents import purposes
from renkei.commons.consents.errors import AlreadyOver
from renkei.commons.consents.model import ANSWER, Consent, ConsentDraft, Payload
from renkei.commons.consents.service import consents_of, decide
from renkei.commons.edge.fields import Day, Id, Name, Number, Positive, Short
from renkei.commons.edge.validation import Body, faults_of, read
from renkei.commons.operators.model import Plant
from renkei.commons.operators.service import plants
from renkei.commons.parts.model import Part, PartDraft, PartFilter, PartNumber
from renkei.commons.parts.service import (
    add_part_number,
    list_parts,
    part_keys,
    part_numbers,
    parts_by_number,
    remove_part_number,
    update_part,
)
from renkei.commons.trades.model import CustomerPart, RequestView
from renkei.commons.trades.service import link, request_of, trades_into
from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.kit.clock import JAPAN
from renkei.kit.errors import Conflict, Fault, Missing, RenkeiError, SeveralFaults
from renkei.kit.quantities import DECLARED_UNITS, NotConvertible, Unit, convert, parse_unit
from renkei.usecases.footprint.api_model import DeclaredUnit, Rating
from renkei.usecases.footprint.calculator.model import StoredSheet
from renkei.usecases.footprint.disclosure import preview
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import Emission, Quality, Stage, Statement, StatementDraft
from renkei.usecases.footprint.plausibility.rules import Question, questions
from renkei.usecases.footprint.rules import total
from renkei.usecases.footprint.service import footprints, history, put_statement
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import end_of_day, typed_number
from renkei.web.pages.requests import names_of
from renkei.web.trail import sheet_behind, trail_of

SHOWN: Final = 20
"""Own parts offered at once; a search finds the others."""
ATTRIBUTES: Final = ("total", "quality", "pds", "gate_to_gate", "categories", "certificate")
"""What can be disclosed, the most usual first."""
USUAL: Final = frozenset({"total", "quality"})
"""What is proposed to somebody who has never disclosed anything: what a customer needs to add it up."""
PURPOSES: Final = tuple(one.purpose for one in purposes.PURPOSES)
STEPS: Final = ("item", "value", "result", "disclose", "send")
_INDICATORS: Final = ("ter", "ger", "tir")
_FIELDS: Final[Mapping[str, tuple[Stage, str]]] = {
    "raw_own": (Stage.RAW_MATERIAL, "own"),
    "raw_bought": (Stage.RAW_MATERIAL, "component"),
    "production_own": (Stage.PRODUCTION, "own"),
    "production_bought": (Stage.PRODUCTION, "component"),
}
_RATED: Final[Mapping[str, tuple[Stage, str]]] = {
    f"{short}_{name}": (stage, name)
    for short, stage in (("raw", Stage.RAW_MATERIAL), ("production", Stage.PRODUCTION))
    for name in _INDICATORS
}
NOTHING: Final = Payload(statement_id=None, version=None)
RequestId = Annotated[Id, Path()]
Why = Literal["remembered", "linked", "same_number", "same_name", "only_one"]


class NotAsked(Missing):
    """The caller is not the one who was asked, or the request is of a kind that these pages do not answer."""

    code = "request_not_found"
    en = "There is no request for you to answer here."
    ja = "回答できる依頼が見つかりません。"


class ChangedMeanwhile(Conflict):
    """The value changed between the preview and the sending."""

    code = "value_changed_meanwhile"
    en = "The value has changed since this page was opened. Please check what the customer will see, and send it again."
    ja = "この画面を開いた後に値が変わりました。取引先に表示される内容を確認し、もう一度送信してください。"


class NothingStated(RenkeiError):
    """A footprint without a single number."""

    code = "nothing_stated"
    en = "Please enter at least one of the four values. 0 is a value too."
    ja = "4つの値のうち少なくとも1つを入力してください（0も入力できます）。"


class ItemForm(Body):
    """An own part, or a new one."""

    trace_id: Id | None = None
    name: Name | None = None
    unit: Short | None = None
    plant_id: Id | None = None


class ValueForm(Body):
    """A footprint as a person types it."""

    declared_unit: DeclaredUnit
    raw_own: Number | None = None
    raw_bought: Number | None = None
    production_own: Number | None = None
    production_bought: Number | None = None
    raw_ter: Rating | None = None
    raw_ger: Rating | None = None
    raw_tir: Rating | None = None
    production_ter: Rating | None = None
    production_ger: Rating | None = None
    production_tir: Rating | None = None
    mass: Positive | None = None


class DisclosureForm(Body):
    """What to let the customer see."""

    attributes: list[Literal["total", "quality", "pds", "gate_to_gate", "categories", "certificate"]]
    purpose: Short = ANSWER
    valid_until: Day | None = None
    standing: Literal["on"] | None = None


class SendForm(DisclosureForm):
    """The same, of the item and the value that stood on the page."""

    trace_id: Id
    statement_id: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is disclosed, for what, until when."""

    attributes: frozenset[str]
    purpose: str = ANSWER
    valid_until: date | None = None
    standing: bool = True

    @property
    def ordered(self) -> list[str]:
        """The attributes, the most usual first."""
        return [name for name in ATTRIBUTES if name in self.attributes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Where the answer to a request stands."""

    view: RequestView
    customer: str
    item: Part | None
    why: Why | None
    statement: Statement | None = None
    """What the customer would get: the value stated for it alone, else the general one."""
    content: Payload = NOTHING
    choice: Choice
    proposed_from: Literal["usual", "before", "other_customer"] = "usual"
    asked: tuple[Question, ...] = ()
    missing_facts: tuple[str, ...] | None = None
    """What is not known for converting the value into the customer's unit; () if nothing could help."""
    others: int = 0
    """How many other trades use the item's value."""

    @property
    def number(self) -> str:
        """The customer's number of the item."""
        return number_of(self.view.customer_part)

    @property
    def total(self) -> Decimal | None:
        """The value as one number; None without one."""
        return None if self.statement is None else total(self.statement.in_force)

    def seen(self, choice: Choice) -> dict[str, Mapping[str, Any]]:
        """What the customer would see: exactly what a delivery under this choice carries."""
        said = self.content.attributes
        return {name: said[name] for name in choice.ordered if name in said}

    @property
    def asks_mass(self) -> bool:
        """Whether the mass of one piece would help to convert the value, or is known already."""
        assert self.item is not None
        return self.item.mass_kg_per_unit is not None or "mass_kg_per_unit" in (self.missing_facts or ())

    @property
    def is_known(self) -> bool:
        """Whether somebody said that this is the item, and it is not only guessed."""
        return self.why in {"remembered", "linked"}


def number_of(part: CustomerPart) -> str:
    """How the customer calls its part: its name, with the support name where there is one."""
    return part.name if part.support_name is None else f"{part.name} / {part.support_name}"[:256]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/requests/{request_id}/answer")
    _add_item(routes)
    _add_value(routes)
    _add_end(routes)
    return routes


def _add_item(routes: APIRouter) -> None:
    @routes.get("")
    def begin(call: Opened, request_id: RequestId) -> Response:
        now = call.read(lambda tx: answering(tx, request_id))
        if now.item is None or (now.statement is None and not now.is_known):
            return call.redirect(step(request_id, "item"))
        if now.statement is None:
            return call.redirect(step(request_id, "value"))
        return call.show("answer_send.html", now=now, choice=now.choice, whole=True)

    @routes.get("/item")
    def item_page(call: Opened, request_id: RequestId) -> Response:
        return _show_item(call, request_id)

    @routes.post("/item")
    def choose_item(call: Opened, request_id: RequestId) -> Response:
        def work(tx: Transaction) -> bool:
            now = answering(tx, request_id)
            trace_id = form.trace_id
            if trace_id is None:
                trace_id = _new_item(tx, form, now).trace_id
            _remember(tx, now, trace_id)
            return _stated(tx, trace_id, now.view) is not None

        try:
            form = call.form(ItemForm)
            has_value = call.write(work)
        except SeveralFaults as error:
            call.tell(error)
            return _show_item(call, request_id)
        return call.redirect(step(request_id, "result" if has_value else "value"))


def _add_value(routes: APIRouter) -> None:
    @routes.get("/value")
    def value_page(call: Opened, request_id: RequestId) -> Response:
        return _show_value(call, request_id, {})

    @routes.post("/value")
    def state_value(call: Opened, request_id: RequestId) -> Response:
        def work(tx: Transaction) -> None:
            now = answering(tx, request_id)
            assert now.item is not None
            if form.mass is not None and form.mass != now.item.mass_kg_per_unit:
                weigh(tx, now.item, form.mass)
            put_statement(tx, _draft(form, now.item, now.statement, now.view))

        typed = {name: typed_number(value) for name, value in call.values.items()}
        try:
            call.check_form()
            form = read(ValueForm, {name: value for name, value in typed.items() if value})
            _check_stated(form)
            call.write(work)
        except SeveralFaults as error:
            call.tell(_of_form(error))
            return _show_value(call, request_id, typed)
        return call.redirect(step(request_id, "result"))

    @routes.get("/result")
    def result_page(call: Opened, request_id: RequestId) -> Response:
        def work(tx: Transaction) -> tuple[Answering, StoredSheet | None]:
            now = answering(tx, request_id)
            return now, None if now.statement is None else sheet_behind(tx, now.statement.method)

        now, sheet = call.read(work)
        trail = None if sheet is None else trail_of(call.words, sheet)
        return _unready(call, now) or call.show("answer_result.html", now=now, sheet=sheet, trail=trail)


def _add_end(routes: APIRouter) -> None:
    @routes.get("/disclose")
    def disclose_page(call: Opened, request_id: RequestId) -> Response:
        now = call.read(lambda tx: answering(tx, request_id))
        return _unready(call, now) or _show_disclose(call, now, now.choice)

    @routes.get("/send")
    def send_page(call: Opened, request_id: RequestId) -> Response:
        now = call.read(lambda tx: answering(tx, request_id))
        unready = _unready(call, now)
        if unready is not None:
            return unready
        try:
            choice = _chosen(call)
        except SeveralFaults as error:
            call.tell(error)
            return _show_disclose(call, now, replace(now.choice, valid_until=None))
        return call.show("answer_send.html", now=now, choice=choice, whole=False)

    @routes.post("/send")
    def send(call: Opened, request_id: RequestId) -> Response:
        def work(tx: Transaction) -> None:
            now = answering(tx, request_id, form.trace_id)
            if now.item is None or now.statement is None or now.statement.statement_id != form.statement_id:
                raise ChangedMeanwhile
            _remember(tx, now, form.trace_id)
            link(tx, now.view.trade.trade_id, form.trace_id)
            consumer_id = now.view.trade.downstream_operator_id
            former = consents_of(tx, trace_ids=[form.trace_id], consumer_id=consumer_id, kind=KIND, limit=1)
            if form.attributes or former:
                decide(
                    tx,
                    ConsentDraft(
                        trace_id=form.trace_id,
                        consumer_id=consumer_id,
                        kind=KIND,
                        attributes=frozenset(form.attributes),
                        purpose=form.purpose,
                        valid_until=end_of_day(form.valid_until),
                        standing=form.standing is not None,
                    ),
                )

        try:
            form = call.form(SendForm, attributes=call.all_of("attributes"))
            call.write(work)
        except ChangedMeanwhile as error:
            call.tell(error)
            now = call.read(lambda tx: answering(tx, request_id))
            return _unready(call, now) or call.show(
                "answer_send.html", 409, now=now, choice=_choice_of(form), whole=False
            )
        return call.redirect(step(request_id, "sent"))

    @routes.get("/sent")
    def sent_page(call: Opened, request_id: RequestId) -> Response:
        now = call.read(lambda tx: answering(tx, request_id))
        return call.show("answer_sent.html", now=now)


# -- pages -----------------------------------------------------------------------------------------------------------
def _show_item(call: PageCall, request_id: UUID) -> Response:
    text = call.query("text").strip()

    def work(
        tx: Transaction,
    ) -> tuple[Answering, Sequence[Part], bool, Sequence[PartNumber], Sequence[Plant]]:
        now = answering(tx, request_id)
        page = list_parts(tx, PartFilter(text=text or None), limit=SHOWN)
        shown = page.items
        if now.item is not None and not text:
            shown = (now.item, *(one for one in shown if one.trace_id != now.item.trace_id))
        numbers = part_numbers(tx, [one.trace_id for one in shown]) if shown else ()
        return now, shown, page.next_cursor is not None, numbers, plants(tx)

    now, shown, more, numbers, own_plants = call.read(work)
    values = call.values or {
        "name": number_of(now.view.customer_part),
        "unit": now.view.customer_part.unit or "unit",
    }
    return call.show(
        "answer_item.html",
        now=now,
        parts=shown,
        more=more,
        numbers=numbers,
        plants=[(one.plant_id, one.name) for one in own_plants],
        text=text,
        values=values,
    )


def _show_value(call: PageCall, request_id: UUID, typed: Mapping[str, str]) -> Response:
    now = call.read(lambda tx: answering(tx, request_id))
    if now.item is None:
        return call.redirect(step(request_id, "item"))
    values = typed or _values_of(now)
    rated = any(values.get(name) not in {None, ""} for name in _RATED)
    return call.show("answer_value.html", now=now, values=values, rated=rated, asks_mass=now.asks_mass)


def _show_disclose(call: PageCall, now: Answering, choice: Choice) -> Response:
    return call.show("answer_disclose.html", now=now, chosen=choice, attributes=ATTRIBUTES, purposes=PURPOSES)


def unready_item(call: PageCall, now: Answering) -> Response | None:
    """To the first step, if nobody has said which item it is."""
    return call.redirect(step(now.view.request_id, "item")) if now.item is None else None


def _unready(call: PageCall, now: Answering) -> Response | None:
    """To the first step that is not done yet, if there is one."""
    if now.item is not None and now.statement is None:
        return call.redirect(step(now.view.request_id, "value"))
    return unready_item(call, now)


def step(request_id: UUID, name: str) -> str:
    """The address of a step of the answer."""
    return f"/app/requests/{request_id}/answer/{name}"


# -- where the answer stands -----------------------------------------------------------------------------------------
def answering(tx: Transaction, request_id: UUID, trace_id: UUID | None = None) -> Answering:
    """Where the answer stands; `trace_id` names the item where the page it comes from has named one."""
    view = request_of(tx, request_id)
    if view.trade.upstream_operator_id != tx.caller.operator_id or view.kind != KIND:
        raise NotAsked
    customer_id = view.trade.downstream_operator_id
    customer = names_of(tx, [customer_id]).get(customer_id, "–")
    item, why = _item(tx, view)
    if trace_id is not None and (item is None or item.trace_id != trace_id):
        item, why = part_keys(tx, [trace_id]).get(trace_id), "remembered"
    if item is None:
        return Answering(view=view, customer=customer, item=None, why=None, choice=Choice(attributes=USUAL))
    statement = _stated(tx, item.trace_id, view)
    choice, proposed_from = _choice(tx, item, customer_id)
    if statement is None:
        return Answering(view=view, customer=customer, item=item, why=why, choice=choice)
    before = history(tx, item.trace_id, limit=2).items if statement.trade_key is None else ()
    others = sum(1 for one in trades_into(tx, [item.part_key], KIND) if one.trade_key != view.trade.trade_key)
    return Answering(
        view=view,
        customer=customer,
        item=item,
        why=why,
        statement=statement,
        content=preview(tx, item.trace_id, view.trade.trade_key),
        choice=choice,
        proposed_from=proposed_from,
        asked=questions(statement, before[1] if len(before) > 1 else None),
        missing_facts=_missing_facts(view.customer_part, statement, item),
        others=others,
    )


def _item(tx: Transaction, view: RequestView) -> tuple[Part | None, Why | None]:
    """Which own part is asked for: as remembered, as linked, or the best guess; None if there is none."""
    customer_id, number = view.trade.downstream_operator_id, number_of(view.customer_part)
    remembered = parts_by_number(tx, number, customer_id)
    if remembered:
        return remembered[0], "remembered"
    linked = view.trade.upstream_trace_id
    if linked is not None and (part := part_keys(tx, [linked]).get(linked)) is not None:
        return part, "linked"
    found = list_parts(tx, PartFilter(text=view.customer_part.name), limit=SHOWN).items
    same = [part for part in found if view.customer_part.name in {part.name, part.label}]
    if len(same) == 1:
        return same[0], "same_name"
    numbers = part_numbers(tx, [part.trace_id for part in found]) if found else ()
    called = {one.part_trace_id for one in numbers if one.number == number}
    if len(called) == 1:
        return next(part for part in found if part.trace_id in called), "same_number"
    own = list_parts(tx, limit=2).items
    return (own[0], "only_one") if len(own) == 1 else (None, None)


def _stated(tx: Transaction, trace_id: UUID, view: RequestView) -> Statement | None:
    """The value that this customer would get."""
    found = next(iter(footprints(tx, [trace_id])), None)
    if found is None:
        return None
    alone = (one for one in found.trade_statements if one.trade_key == view.trade.trade_key)
    return next(alone, found.statement)


def _choice(
    tx: Transaction, item: Part, customer_id: UUID
) -> tuple[Choice, Literal["usual", "before", "other_customer"]]:
    """What to propose: what was decided for this customer, else for the last other one, else the usual."""
    decided = [
        one
        for one in consents_of(tx, trace_ids=[item.trace_id], kind=KIND, limit=SHOWN)
        if one.state == "granted"
    ]
    mine = next((one for one in decided if one.consumer_id == customer_id), None)
    if mine is not None:
        return _as_choice(mine, tx.now), "before"
    if decided:
        return _as_choice(decided[0], tx.now), "other_customer"
    return Choice(attributes=USUAL), "usual"


def _as_choice(consent: Consent, now: datetime) -> Choice:
    until = consent.valid_until
    return Choice(
        attributes=consent.attributes,
        purpose=consent.purpose,
        valid_until=None
        if until is None or until <= now
        else (until - timedelta(seconds=1)).astimezone(JAPAN).date(),
        standing=consent.standing,
    )


def _missing_facts(asked: CustomerPart, statement: Statement, item: Part) -> tuple[str, ...] | None:
    """What is missing to turn the value into the customer's unit; None if nothing is."""
    unit = parse_unit(asked.unit)
    if unit is None:
        return None
    found = convert(Decimal(1), unit, statement.declared_unit, item.facts)
    return found.missing if isinstance(found, NotConvertible) else None


# -- what is written -------------------------------------------------------------------------------------------------
def _new_item(tx: Transaction, form: ItemForm, now: Answering) -> Part:
    """A new own part. Raises `SeveralFaults` for what is missing."""
    own = plants(tx)
    plant_id = form.plant_id or (own[0].plant_id if len(own) == 1 else None)
    missing = [name for name, given in (("name", form.name), ("plant_id", plant_id)) if given is None]
    if missing:
        raise SeveralFaults(faults_of({"type": "missing", "loc": (name,)} for name in missing))
    assert form.name is not None
    assert plant_id is not None
    # The name of a part that is there already means that part, with all that is stated of it.
    there = list_parts(tx, PartFilter(name=form.name, plant_id=plant_id), limit=SHOWN).items
    for part in there:
        if part.support_name is None:
            return part
    return update_part(
        tx, PartDraft(plant_id=plant_id, name=form.name, unit=form.unit, label=now.view.customer_part.label)
    )


def _remember(tx: Transaction, now: Answering, trace_id: UUID) -> None:
    """The customer's number stands for this part from now on, and for no other."""
    tx.caller.require(*WRITERS)
    customer_id = now.view.trade.downstream_operator_id
    known = [part.trace_id for part in parts_by_number(tx, now.number, customer_id)]
    for other in known:
        if other != trace_id:
            remove_part_number(tx, other, now.number, customer_id)
    if trace_id not in known:
        add_part_number(tx, trace_id, now.number, customer_id)


def weigh(tx: Transaction, item: Part, mass: Decimal) -> None:
    """State what one piece of an own part weighs."""
    update_part(
        tx,
        PartDraft(
            trace_id=item.trace_id,
            plant_id=item.plant_id,
            name=item.name,
            support_name=item.support_name,
            terminated=item.terminated,
            unit=item.unit,
            label=item.label,
            info1=item.info1,
            info2=item.info2,
            info3=item.info3,
            facts=replace(item.facts, mass_kg_per_unit=mass),
        ),
    )


def _draft(form: ValueForm, item: Part, former: Statement | None, view: RequestView) -> StatementDraft:
    """The value as typed; what this form does not ask for stays as it was, unless the new numbers make it wrong."""
    declared: dict[Stage, Emission] = {} if former is None else dict(former.declared)
    quality: dict[Stage, Quality] = {} if former is None else dict(former.declared_quality)
    for stage in (Stage.RAW_MATERIAL, Stage.PRODUCTION):
        own, component = (getattr(form, name) for name, (of, _) in _FIELDS.items() if of is stage)
        declared[stage] = Emission(own=own, component=component)
        quality[stage] = Quality(*(getattr(form, name) for name, (of, _) in _RATED.items() if of is stage))
    same = former is not None and former.declared == declared and former.declared_unit is form.declared_unit
    return StatementDraft(
        trace_id=item.trace_id,
        trade_id=view.trade.trade_id if former is not None and former.trade_key is not None else None,
        cfp_id=None if former is None else former.cfp_id,
        declared_unit=form.declared_unit,
        declared=declared,
        quality=quality,
        categories=former.declared_categories if former is not None and same else {},
        primary_data_share=former.declared_pds if former is not None and same else None,
        gate_to_gate=former.gate_to_gate if former is not None and same else None,
        # What was typed over a calculated value did not come from that sheet any more.
        method={} if former is None or (not same and "sheet" in former.method) else former.method,
        period_from=None if former is None else former.period_from,
        period_to=None if former is None else former.period_to,
    )


# -- forms -----------------------------------------------------------------------------------------------------------
def _values_of(now: Answering) -> dict[str, Any]:
    """The form as it stands: the present value, or an empty one in the most likely unit."""
    if now.statement is None:
        assert now.item is not None
        likely = (parse_unit(unit) for unit in (now.item.unit, now.view.customer_part.unit))
        unit = next((one for one in likely if one in DECLARED_UNITS), Unit.UNIT)
        return {"declared_unit": unit.value if unit else "", "mass": now.item.mass_kg_per_unit}
    stated = now.statement
    values: dict[str, Any] = {
        "declared_unit": stated.declared_unit.value,
        "mass": now.item.mass_kg_per_unit if now.item else None,
    }
    for name, (stage, field) in _FIELDS.items():
        values[name] = getattr(stated.declared.get(stage, Emission()), field)
    for name, (stage, field) in _RATED.items():
        values[name] = getattr(stated.declared_quality.get(stage, Quality()), field)
    return values


def _check_stated(form: ValueForm) -> None:
    if all(getattr(form, name) is None for name in _FIELDS):
        raise SeveralFaults(NothingStated("/raw_own").faults)


def _of_form(error: SeveralFaults) -> SeveralFaults:
    """Faults of the room under the names of this form's fields."""
    names = {f"/declared/{stage}/{field}": name for name, (stage, field) in _FIELDS.items()}
    names |= {f"/quality/{stage}/{field}": name for name, (stage, field) in _RATED.items()}
    return SeveralFaults(
        tuple(
            Fault(
                one.code,
                f"/{names[one.pointer]}" if one.pointer in names else one.pointer,
                one.parameters,
                one.en,
                one.ja,
            )
            for one in error.faults
        )
    )


def _chosen(call: PageCall) -> Choice:
    """The choice in the address of the last step. Raises `SeveralFaults`."""
    given = call.request.query_params
    form = read(
        DisclosureForm,
        {
            name: value
            for name in ("purpose", "valid_until", "standing")
            if (value := given.get(name, "").strip())
        }
        | {"attributes": given.getlist("attributes")},
    )
    until = end_of_day(form.valid_until)
    if until is not None and until <= call.context.database.clock.now():
        raise SeveralFaults(AlreadyOver("/valid_until").faults)
    return _choice_of(form)


def _choice_of(form: DisclosureForm) -> Choice:
    return Choice(
        attributes=frozenset(form.attributes),
        purpose=form.purpose,
        valid_until=form.valid_until,
        standing=form.standing is not None,
    )
