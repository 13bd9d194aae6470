"""The data the API benchmarks ask for, made by the services themselves.

- 16 customers; each has a root part with 10 bought children, answered and disclosed by 10 suppliers (`cfp`),
  and a root part with 20 children whose structure is put again and again (`structure`);
- 4 suppliers that have received 100 requests each (`inboxes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from bench.companies import Company, add_companies
from bench.place import Place, settings_of
from renkei.app import reactions
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import decide
from renkei.commons.parts.model import LineDraft, PartDraft, StructureView
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import link, put_request
from renkei.database.connect import connect
from renkei.database.transaction import Database, Transaction
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import KIND
from renkei.usecases.footprint.model import Emission, Quality, Stage, StatementDraft
from renkei.usecases.footprint.service import put_statement

CUSTOMERS = 16
SUPPLIERS = 10
ASKED = 4
REQUESTS_EACH = 100
CHILDREN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who asks for what: `cfp[i]` are a root and its bought children of `customers[i]`, `structures[i]` its structure."""

    customers: list[Company]
    asked: list[Company]
    cfp: list[list[UUID]]
    structures: list[StructureView]


def build_chain(place: Place, name: str) -> Chain:
    """Everything above, in the empty database `name`."""
    customers = add_companies(place, name, [f"C{n:05}" for n in range(CUSTOMERS)])
    suppliers = add_companies(place, name, [f"S{n:05}" for n in range(SUPPLIERS)])
    asked = add_companies(place, name, [f"A{n:05}" for n in range(ASKED)])
    database = connect(settings_of(place.data_dir, place.url(name)), reactions=reactions(), size=2)
    try:
        structures = [_structure(database, company, "組立品", CHILDREN) for company in customers]
        cfp = _answered(database, customers, suppliers)
        for number, company in enumerate(asked):
            _ask(database, customers, company, f"依頼{number}")
        return Chain(customers=customers, asked=asked, cfp=cfp, structures=structures)
    finally:
        database.pool.close()


def _structure(database: Database, company: Company, name: str, children: int) -> StructureView:
    parent = _part(company, name)
    lines = [
        LineDraft(child=_part(company, f"{name}-{n:03}"), amount=Decimal(n + 1), unit="unit")
        for n in range(children)
    ]
    return database.run(company.entry, lambda tx: put_structure(tx, parent, lines))


def _part(company: Company, name: str, *, terminated: bool = False) -> PartDraft:
    return PartDraft(
        plant_id=company.plant_id,
        name=name,
        support_name="A-1",
        terminated=terminated,
        unit="unit",
        label="ラベル",
        info1="追加情報1",
    )


def _statement(trace_id: UUID) -> StatementDraft:
    quality = Quality(Decimal("2.1"), Decimal("1.5"), Decimal(3))
    return StatementDraft(
        trace_id=trace_id,
        declared_unit=Unit.UNIT,
        declared={
            Stage.RAW_MATERIAL: Emission(Decimal("1.5"), Decimal("0.25")),
            Stage.PRODUCTION: Emission(Decimal("10.12345"), Decimal("0.5")),
        },
        quality={Stage.RAW_MATERIAL: quality, Stage.PRODUCTION: quality},
    )


def _answered(database: Database, customers: list[Company], suppliers: list[Company]) -> list[list[UUID]]:
    """A root and its bought children per customer, each child answered by one supplier, which disclosed it."""
    offered = [
        database.run(
            company.entry, lambda tx, c=company: put_part(tx, _part(c, "材料", terminated=True)).trace_id
        )  # type: ignore[misc]
        for company in suppliers
    ]
    for company, trace_id in zip(suppliers, offered, strict=True):
        database.run(company.entry, lambda tx, t=trace_id: put_statement(tx, _statement(t)))  # type: ignore[misc]
    found = []
    for customer in customers:
        view = _structure(database, customer, "完成品", SUPPLIERS)
        children = [line.child.trace_id for line in view.lines]
        found.append([view.parent.trace_id, *children])
        database.run(customer.entry, lambda tx, t=view.parent.trace_id: put_statement(tx, _statement(t)))  # type: ignore[misc]
        for child, supplier, own in zip(children, suppliers, offered, strict=True):
            _trade(database, customer, child, supplier, own)
        # What the worker does when the deliveries have come.
        keys = {line.child.part_key for line in view.lines}
        database.run(customer.entry, lambda tx, k=keys: tx.mark("part_inputs", k))  # type: ignore[misc]
    return found


def _trade(database: Database, customer: Company, child: UUID, supplier: Company, own: UUID) -> None:
    draft = RequestDraft(
        downstream_trace_id=child,
        upstream_operator_id=supplier.operator_id,
        message="ご回答をお願いします",
        due_date=date(2027, 3, 31),
    )
    trade_id = database.run(customer.entry, lambda tx: put_request(tx, draft, single=True)).trade.trade_id

    def answer(tx: Transaction) -> None:
        link(tx, trade_id, own)
        consent = ConsentDraft(
            trace_id=own,
            consumer_id=customer.operator_id,
            kind=KIND,
            attributes=frozenset({"total", "quality"}),
        )
        decide(tx, consent)

    database.run(supplier.entry, answer)


def _ask(database: Database, customers: list[Company], supplier: Company, name: str) -> None:
    """100 requests to one supplier, from all customers in turn."""
    for number in range(REQUESTS_EACH):
        customer = customers[number % len(customers)]

        def request(tx: Transaction, customer: Company = customer, number: int = number) -> None:
            part = put_part(tx, _part(customer, f"{name}-{number:03}"))
            draft = RequestDraft(
                downstream_trace_id=part.trace_id,
                upstream_operator_id=supplier.operator_id,
                message="ご回答をお願いします",
                due_date=date(2027, 3, 31),
            )
            put_request(tx, draft, single=True)

        database.run(customer.entry, request)
