"""Targets `parts` and `partsStructure` (section 7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from renkei.commons.parts.model import LineDraft, Part, PartDraft, PartFilter, StructureLine
from renkei.commons.parts.service import list_parts, put_part, put_structure, structure_of, structure_question
from renkei.commons.trades.service import delete_part
from renkei.connectors.ouranos.exchange import Answer, Exchange, page_answer
from renkei.connectors.ouranos.parts_input import UNITS, PartsInput, read_part, read_structure
from renkei.database.round_trip import Question
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, round_up_5, to_json_number

_UNITS: Final = frozenset(UNITS)


def parts_model(
    part: Part, *, amount: int | Decimal | None = None, unit: str | None = None
) -> dict[str, object]:
    """A PartsModel in the answer's order. A unit that the contract does not know reads null."""
    shown = part.unit if unit is None else unit
    return {
        "traceId": part.trace_id,
        "operatorId": part.operator_id,
        "plantId": part.plant_id,
        "partsName": part.name,
        "supportPartsName": part.support_name,
        "terminatedFlag": part.terminated,
        "amountRequired": amount,
        "amountRequiredUnit": shown if shown in _UNITS else None,
        "partsLabelName": part.label,
        "partsAddInfo1": part.info1,
        "partsAddInfo2": part.info2,
        "partsAddInfo3": part.info3,
    }


def child_model(line: StructureLine) -> dict[str, object]:
    """A child with its amount for one parent, rounded up at the sixth decimal."""
    amount = CONTEXT.divide(line.amount, line.base_quantity)
    return parts_model(line.child, amount=to_json_number(round_up_5(amount)), unit=line.unit)


def get_parts(tx: Transaction, exchange: Exchange) -> Answer:
    """Own parts that all filters admit, by name; `amountRequired` is always null here."""
    query = exchange.query
    limit = query.limit()
    after = query.after()
    flag = query.flag("parentFlag")
    where = PartFilter(
        trace_id=query.uuid("traceId"),
        name=query.text("partsName"),
        plant_id=query.uuid("plantId"),
        roots_only=flag is True,
    )
    page = list_parts(tx, where, after, limit)
    carried = {
        "limit": limit,
        "parentFlag": flag,
        "partsName": where.name,
        "plantId": where.plant_id,
        "traceId": where.trace_id,
    }
    return page_answer(
        exchange, "parts", [parts_model(part) for part in page.items], page.next_cursor, carried
    )


def put_parts(tx: Transaction, exchange: Exchange) -> Answer:
    """Create a root part or update one; a structure it had is cleared."""
    sent = read_part(exchange.json())
    exchange.own(tx, sent.operator_id)
    return Answer(value=parts_model(put_part(tx, _draft(sent))), status=201)


def delete_parts(tx: Transaction, exchange: Exchange) -> Answer:
    """Delete a part that nothing stands on."""
    delete_part(tx, exchange.query.required_uuid("traceId"))
    return Answer(status=204)


def get_structure(tx: Transaction, exchange: Exchange) -> Answer:
    """A part and its direct children, sorted by trace id; nothing for an unknown or a stranger's part."""
    view = structure_of(tx, exchange.query.required_uuid("traceId"))
    if view is None:
        return Answer(value={"parentPartsModel": None, "childrenPartsModel": []})
    children = sorted(view.lines, key=lambda line: line.child.trace_id)
    return Answer(
        value={
            "parentPartsModel": parts_model(view.parent),
            "childrenPartsModel": [child_model(line) for line in children],
        }
    )


def structures_question(exchange: Exchange) -> Question:
    """What `put_structures` asks. Raises `Refusal`."""
    return structure_question(*_structure(exchange), exchange.context.database.clock.now().date())


def _structure(exchange: Exchange) -> tuple[PartDraft, list[LineDraft]]:
    sent = exchange.sent(read_structure)
    lines = [
        LineDraft(child=_draft(child), amount=child.amount or Decimal(0), unit=child.unit or "")
        for child in sent.children
    ]
    return _draft(sent.parent), lines


def put_structures(tx: Transaction, exchange: Exchange) -> Answer:
    """State the whole structure of a part: what was sent replaces what was there, `[]` clears it."""
    exchange.own(tx, *exchange.sent(read_structure).operators())
    parent, lines = _structure(exchange)
    view = put_structure(tx, parent, lines, answer=tx.found)
    in_order = sorted(view.lines, key=lambda line: line.position)
    return Answer(
        value={
            "parentPartsModel": parts_model(view.parent),
            "childrenPartsModel": [child_model(line) for line in in_order],
        },
        status=201,
    )


def _draft(sent: PartsInput) -> PartDraft:
    return PartDraft(
        trace_id=sent.trace_id,
        plant_id=sent.plant_id,
        name=sent.name,
        support_name=sent.support_name,
        terminated=sent.terminated,
        unit=sent.unit,
        label=sent.label,
        info1=sent.info1,
        info2=sent.info2,
        info3=sent.info3,
    )
