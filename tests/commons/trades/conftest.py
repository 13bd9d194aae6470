"""What every test of trades needs: three companies, and a use case whose answers the test gives out."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from renkei.commons.parts.model import LineDraft, PartDraft
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.recounting import HANDLERS
from renkei.commons.trades.service import link, put_request
from renkei.database.events import ReceivedEvent
from renkei.database.transaction import act_as


@pytest.fixture
def maker(create_operator):
    return create_operator("自動車")


@pytest.fixture
def supplier(create_operator):
    return create_operator("部品")


@pytest.fixture
def miller(create_operator):
    return create_operator("素材")


class World:
    """Short words for what companies do; every step is a transaction of its own."""

    def __init__(self, database):
        self.database = database
        self.delivered = 0

    def part(self, operator, name, **values):
        draft = PartDraft(plant_id=operator.plant_id, name=name, **values)
        return self.database.run(operator, lambda tx: put_part(tx, draft))

    def structure(self, operator, name, children, **values):
        """children: name, or (name, terminated)."""
        lines = [
            LineDraft(
                child=PartDraft(plant_id=operator.plant_id, name=child[0], terminated=child[1])
                if isinstance(child, tuple)
                else PartDraft(plant_id=operator.plant_id, name=child),
                amount=Decimal(1),
                unit="unit",
                **values,
            )
            for child in children
        ]
        parent = PartDraft(plant_id=operator.plant_id, name=name)
        return self.database.run(operator, lambda tx: put_structure(tx, parent, lines))

    def ask(self, customer, part, supplier, *, single=False, **values):
        draft = RequestDraft(
            downstream_trace_id=part.trace_id, upstream_operator_id=supplier.operator_id, **values
        )
        return self.database.run(customer, lambda tx: put_request(tx, draft, single=single))

    def link(self, supplier, request, part):
        return self.database.run(supplier, lambda tx: link(tx, request.trade.trade_id, part.trace_id))

    def run(self, operator, work):
        return self.database.run(operator, work)

    def read(self, operator, work):
        return self.database.read(operator, work)

    def pump(self, most=10_000):
        """Deliver the chain's events in order until none is left, as the worker does; how many there were."""
        handled = 0
        while handled < most:
            batch = self._next()
            if batch is None:
                return handled
            handled += 1
            self.database.run(
                act_as(batch.addressee_key, self._ids[batch.addressee_key]),
                lambda tx, batch=batch: HANDLERS[batch.type](tx, [batch]),
                origin=batch.origin,
            )
        return handled

    def _next(self):
        with self.database.pool.connection() as connection:
            connection.execute("SELECT set_config('role', 'renkei_engine', true)")
            self._ids = dict(
                connection.execute("SELECT operator_key, operator_id FROM commons.operators").fetchall()
            )
            cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
            row = cursor.execute(
                "SELECT event_key, event_id, type, addressee_key, subject, data, origin::text::bigint AS origin "
                "FROM commons.events WHERE type = ANY(%s) AND event_key > %s ORDER BY event_key LIMIT 1",
                (list(HANDLERS), self.delivered),
            ).fetchone()
        if row is None:
            return None
        self.delivered = row["event_key"]
        return ReceivedEvent(**row)


@pytest.fixture
def world(database):
    return World(database)
