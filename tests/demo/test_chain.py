"""The example chain on a server where somebody has played with it."""

from __future__ import annotations

import pytest

from renkei.client import FootprintDraft, LineDraft, Login, PartDraft, RequestDraft, UpdatePolicy
from renkei.client.model import EmissionDraft
from renkei.demo.chain import Chain, LiveChain, load_chain
from tests.client.conftest import PASSWORD


def link(chain: Chain, customer: str, supplier: str):
    return next(one for one in chain.links if (one.customer, one.supplier) == (customer, supplier))


@pytest.fixture
def live(server, connect) -> LiveChain:
    chain = load_chain()
    registered = {one.key: server.register(one.name) for one in chain.companies}
    clients = {key: connect(Login(email=email, password=PASSWORD)) for key, (_, email) in registered.items()}
    return LiveChain(
        chain=chain, clients=clients, operator_ids={key: one[0] for key, one in registered.items()}
    )


def test_the_picture_comes_out_by_hand(live):
    """own + Σ amount × supplier: D 55 + 15, B 10 + 70 + 20, A 40 + 2 * 70, C 360 + 100."""
    totals = live.chain.totals
    assert totals.before == {"D": 55 + 15, "B": 10 + 70 + 20, "A": 40 + 2 * 70, "C": 360 + 100}
    assert totals.after == {"D": 45 + 15, "B": 10 + 60 + 20, "A": 40 + 2 * 60, "C": 360 + 90}
    live.set_up()
    assert live.wait_for(totals.before) == totals.before
    live.state(live.chain.changed, live.chain.changed.own_after)
    assert live.wait_for(totals.after) == totals.after


def test_whatever_was_changed_meanwhile_is_set_right(live):
    chain, totals = live.chain, live.chain.totals
    live.set_up()
    live.wait_for(totals.before)
    client, parts = live.clients, live.parts

    (consent,) = client["D"].consents.list(consumer_id=live.operator_ids["B"])
    client["D"].consents.withdraw(consent.consent_id)
    client["A"].updates.replace_policy(parts["A"].trace_id, UpdatePolicy(mode="review"))
    present = client["G"].footprints.get(parts["G"].trace_id).statement
    client["G"].footprints.state(
        parts["G"].trace_id,
        FootprintDraft(
            declared_unit="piece",
            declared={"raw_material": EmissionDraft(own=99), "production": EmissionDraft(own=20)},
        ),
        cfp_id=present.cfp_id,
    )
    client["B"].structures.replace(
        parts["B"].trace_id,
        [
            LineDraft(
                child=PartDraft(plant_id=parts["B"].plant_id, name="P", unit="piece"),
                amount=3,
                unit="piece",
                sourcing="bought",
            )
        ],
    )
    bought = live.bought[link(chain, "C", "B")]
    (trade,) = client["C"].trades.of(bought.trace_id)
    client["C"].requests.cancel(trade.request_id)
    again = client["C"].requests.create(
        RequestDraft(trace_id=bought.trace_id, upstream_operator_id=live.operator_ids["B"])
    )
    client["B"].requests.reject(again.request_id, "担当外です。")

    live.set_up()
    assert live.wait_for(totals.before) == totals.before
