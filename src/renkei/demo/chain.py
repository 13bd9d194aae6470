"""The example chain (`examples/cfp-update-chain.json`): six companies that register, ask, answer, disclose and state.

Everything here goes through `renkei.client`, as an application vendor would do it, and may be repeated: what is there
already is left alone, what was changed meanwhile is set right.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from renkei.client import (
    Client,
    ConsentDraft,
    EmissionDraft,
    FootprintDraft,
    LineDraft,
    Part,
    PartDraft,
    PlantDraft,
    RequestDraft,
    UpdatePolicy,
)
from renkei.client.errors import NotFoundError

UNIT: Final = "piece"
DISCLOSED: Final = frozenset({"total", "quality"})
"""What each supplier of the example lets its customer see."""
MESSAGE: Final = "CFP値のご回答をお願いします。"
AT_ONCE: Final = UpdatePolicy(mode="at_once")
PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One company with its one part. `own`: emissions of its own processes; `own_after`: after the change."""

    key: str
    name: str
    name_en: str
    part: str
    part_name: str
    own: Decimal
    own_after: Decimal | None = None
    end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The customer's part needs `amount` pieces of the supplier's."""

    customer: str
    supplier: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What must come out, company by company."""

    before: dict[str, Decimal]
    after: dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The example as its file tells it."""

    title: str
    source: str
    unit: str
    companies: tuple[Company, ...]
    links: tuple[Link, ...]
    totals: Totals

    def company(self, key: str) -> Company:
        """The company with this key."""
        return next(one for one in self.companies if one.key == key)

    @property
    def changed(self) -> Company:
        """The company that improves its value."""
        return next(one for one in self.companies if one.own_after is not None)

    def suppliers(self, key: str) -> tuple[Link, ...]:
        """By which links a company buys."""
        return tuple(link for link in self.links if link.customer == key)

    def upstream_first(self) -> tuple[Company, ...]:
        """Every company behind all its suppliers."""
        found: list[Company] = []
        while len(found) < len(self.companies):
            there = {one.key for one in found}
            found += [
                one
                for one in self.companies
                if one.key not in there and all(link.supplier in there for link in self.suppliers(one.key))
            ]
        return tuple(found)


def load_chain() -> Chain:
    """The example, from the installed package or from the checkout."""
    name = "cfp-update-chain.json"
    packaged = Path(__file__).parent / name
    path = packaged if packaged.exists() else Path(__file__).parents[3] / "examples" / name
    return msgspec.json.decode(path.read_bytes(), type=Chain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one company gets to see: its own total, its direct suppliers' answers, and whose parts it is refused."""

    total: Decimal | None
    answers: Mapping[str, Decimal | None]
    refused: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class LiveChain:
    """The chain on a server, each company with its own client."""

    chain: Chain
    clients: Mapping[str, Client]
    operator_ids: Mapping[str, UUID]
    parts: dict[str, Part] = field(default_factory=dict)
    bought: dict[Link, Part] = field(default_factory=dict)

    def set_up(self) -> None:
        """Register, ask, answer, disclose and state the values before the change. Raises `ClientError`."""
        for company in self.chain.companies:
            self._register(company)
        for link in self.chain.links:
            self._ask_and_answer(link)
        for company in self.chain.upstream_first():
            self.state(company, company.own)

    def state(self, company: Company, own: Decimal) -> None:
        """State a company's own emissions, if they are not what it stated last."""
        footprints, trace_id = self.clients[company.key].footprints, self.parts[company.key].trace_id
        present = footprints.get(trace_id).statement
        if present is not None:
            declared = {stage: (one.own, one.component) for stage, one in present.declared.items()}
            if declared.get("production", (None, None))[0] == own and all(
                value in {None, Decimal(0)}
                for stage, values in declared.items()
                for value in (values[1:] if stage == "production" else values)
            ):
                return
        footprints.state(
            trace_id,
            FootprintDraft(declared_unit=UNIT, declared={"production": EmissionDraft(own=own)}),
            cfp_id=None if present is None else present.cfp_id,
        )

    def totals(self, keys: Mapping[str, object]) -> dict[str, Decimal | None]:
        """What each of these companies reads as the total of its own part now."""
        found: dict[str, Decimal | None] = {}
        for key in keys:
            statement = self.clients[key].footprints.get(self.parts[key].trace_id).statement
            found[key] = None if statement is None else statement.in_force.total
        return found

    def wait_for(self, expected: Mapping[str, Decimal]) -> dict[str, Decimal | None]:
        """The totals once they are the expected ones, or after `PATIENCE_SECONDS` what they are by then."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self.totals(expected)
            if found == expected or time.monotonic() > deadline:
                return found
            time.sleep(_PAUSE_SECONDS)

    def sight(self, key: str) -> Sight:
        """What a company gets to see, by asking for everything there is."""
        client = self.clients[key]
        answers: dict[str, Decimal | None] = {}
        for link in self.chain.suppliers(key):
            response = client.footprints.get(self.bought[link].trace_id).response
            answers[link.supplier] = None if response is None else response.total
        refused = tuple(other for other in self.parts if other != key and self._is_refused(client, other))
        return Sight(total=self.totals({key: None})[key], answers=answers, refused=refused)

    def _is_refused(self, client: Client, other: str) -> bool:
        try:
            client.footprints.get(self.parts[other].trace_id)
        except NotFoundError:
            return True
        return False

    def _register(self, company: Company) -> None:
        client = self.clients[company.key]
        plant = client.plants.list().first() or client.plants.create(
            PlantDraft(name=f"{company.name}工場", address="東京都", open_plant_id="DEMO000001")
        )

        def draft(of: Company) -> PartDraft:
            return PartDraft(
                plant_id=plant.plant_id,
                name=of.part,
                unit=UNIT,
                label=of.part_name,
                terminated=of is company and of.end,
            )

        links = self.chain.suppliers(company.key)
        own = client.parts.create(draft(company))
        self.parts[company.key] = own
        wanted = {self.chain.company(link.supplier).part: link.amount for link in links}
        structure = client.structures.get(own.trace_id)
        if {line.child.name: line.amount for line in structure.lines} != wanted:
            structure = client.structures.replace(
                own.trace_id,
                [
                    LineDraft(
                        child=draft(self.chain.company(link.supplier)),
                        amount=link.amount,
                        unit=UNIT,
                        sourcing="bought",
                    )
                    for link in links
                ],
            )
        if client.updates.policy(own.trace_id) != AT_ONCE:
            client.updates.replace_policy(own.trace_id, AT_ONCE)
        children = {line.child.name: line.child for line in structure.lines}
        for link in links:
            self.bought[link] = children[self.chain.company(link.supplier).part]

    def _ask_and_answer(self, link: Link) -> None:
        customer, supplier = self.clients[link.customer], self.clients[link.supplier]
        bought, own = self.bought[link], self.parts[link.supplier]
        supplier_id, customer_id = self.operator_ids[link.supplier], self.operator_ids[link.customer]
        trades = [
            trade
            for trade in customer.trades.of(bought.trace_id)
            if trade.upstream_operator_id == supplier_id
        ]
        if not any(trade.upstream_trace_id == own.trace_id for trade in trades):
            asked = trades[0].request_id if trades else None
            if asked is None:
                draft = RequestDraft(
                    trace_id=bought.trace_id, upstream_operator_id=supplier_id, message=MESSAGE
                )
                asked = customer.requests.create(draft).request_id
            elif customer.requests.get(asked).state == "REJECT":
                customer.requests.update(asked, message=MESSAGE)  # asks again
            supplier.requests.link(asked, own.trace_id)
        decided = supplier.consents.list(trace_id=own.trace_id, consumer_id=customer_id, kind="CFP")
        if not any(one.state == "granted" and set(one.attributes) >= DISCLOSED for one in decided):
            supplier.consents.decide(
                ConsentDraft(trace_id=own.trace_id, consumer_id=customer_id, attributes=DISCLOSED)
            )
