"""Short words for what companies do with footprints; every step is a transaction of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.app import handlers
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import decide
from renkei.commons.parts.model import LineDraft, PartDraft
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft, ShareDraft
from renkei.commons.trades.service import link, put_request, put_shares
from renkei.database.events import drain
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.usecases.footprint.model import Emission, EstimateDraft, Stage, StatementDraft
from renkei.usecases.footprint.service import footprints, history, put_estimate, put_statement


class Chain:
    """Companies that state footprints and pass them on."""

    def __init__(self, database):
        self.database = database

    def run(self, operator, work):
        return self.database.run(operator, work)

    def settle(self):
        """Let every event be handled, as the worker does."""
        return drain(self.database, handlers())

    def part(self, operator, name, **values):
        draft = PartDraft(plant_id=operator.plant_id, name=name, **({"unit": "unit"} | values))
        return self.run(operator, lambda tx: put_part(tx, draft))

    def structure(self, operator, parent, children, **options):
        """children: (name, amount) or (name, amount, options of the line); the children's parts come back."""
        lines = []
        for name, amount, *more in children:
            line = more[0] if more else {}
            part = PartDraft(
                plant_id=operator.plant_id,
                name=name,
                unit=line.get("part_unit", "unit"),
                terminated=line.get("terminated", False),
                facts=line.get("facts"),
            )
            said = {k: v for k, v in line.items() if k not in {"part_unit", "terminated", "facts"}}
            lines.append(LineDraft(child=part, amount=Decimal(str(amount)), **({"unit": "unit"} | said)))
        view = self.run(operator, lambda tx: put_structure(tx, parent.trace_id, lines, **options))
        return [line.child for line in view.lines]

    def state(self, operator, part, own=0, component=0, *, again=False, unit=Unit.UNIT, **values):
        """A footprint of the production stage; `again` gives the present one a new version."""
        cfp_id = self.statement(operator, part).cfp_id if again else None
        draft = StatementDraft(
            trace_id=part.trace_id,
            cfp_id=cfp_id,
            declared_unit=unit,
            declared={Stage.PRODUCTION: Emission(Decimal(str(own)), Decimal(str(component)))},
            **values,
        )
        return self.run(operator, lambda tx: put_statement(tx, draft))

    def estimate(self, operator, part, total, **values):
        stages = None if total is None else {Stage.PRODUCTION: Decimal(str(total))}
        draft = EstimateDraft(
            trace_id=part.trace_id, stages=stages, **({"declared_unit": Unit.UNIT} | values)
        )
        return self.run(operator, lambda tx: put_estimate(tx, draft))

    def ask(self, customer, bought, supplier):
        draft = RequestDraft(downstream_trace_id=bought.trace_id, upstream_operator_id=supplier.operator_id)
        return self.run(customer, lambda tx: put_request(tx, draft))

    def link(self, supplier, request, part):
        return self.run(supplier, lambda tx: link(tx, request.trade.trade_id, part.trace_id))

    def disclose(
        self, supplier, part, customer, attributes=("total", "quality", "pds", "categories"), **values
    ):
        draft = ConsentDraft(
            trace_id=part.trace_id,
            consumer_id=customer.operator_id,
            kind="CFP",
            attributes=frozenset(attributes),
            **values,
        )
        return self.run(supplier, lambda tx: decide(tx, draft))

    def buy(self, customer, bought, supplier, own):
        """Ask, link and disclose; the request comes back."""
        request = self.ask(customer, bought, supplier)
        self.link(supplier, request, own)
        self.disclose(supplier, own, customer)
        return request

    def share(self, customer, request, share, begin):
        shares = [ShareDraft(valid_from=begin, share=Decimal(str(share)))]
        return self.run(customer, lambda tx: put_shares(tx, request.trade.trade_id, shares))

    def view(self, operator, part):
        [view] = self.run(operator, lambda tx: footprints(tx, [part.trace_id]))
        return view

    def statement(self, operator, part):
        return self.view(operator, part).statement

    def total(self, operator, part):
        """Total of the production stage, and the two coverages."""
        in_force = self.statement(operator, part).in_force
        return (in_force.stages[Stage.PRODUCTION].total, in_force.coverage_direct, in_force.coverage_deep)

    def history(self, operator, part):
        return self.run(operator, lambda tx: history(tx, part.trace_id).items)


@pytest.fixture
def chain(database):
    return Chain(database)


@pytest.fixture
def a(create_operator):
    return create_operator("A社")


@pytest.fixture
def b(create_operator):
    return create_operator("B社")


@pytest.fixture
def c(create_operator):
    return create_operator("C社")


def mass(kilograms):
    """Facts: what one piece weighs."""
    return ConversionFacts(mass_kg_per_unit=Decimal(str(kilograms)))
