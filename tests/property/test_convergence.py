"""Whatever the order in which changes and deliveries arrive, the published values are those of a full recomputation.

Four companies in a net (a buys from b and c, both buy from d, and d takes recycled material back from a) are changed by
several threads at once, each step a transaction of its own, while another thread handles events as the worker does.
When everything is quiet, `renkei rollup verify` must find nothing; then a value is spoilt by hand, and it must find that.
"""

from __future__ import annotations

import os
import random
import threading
from decimal import Decimal
from types import SimpleNamespace

import psycopg
import pytest

from renkei.app import handlers
from renkei.commons.consents.service import consents_of, withdraw
from renkei.database.events import work_off
from renkei.database.transaction import Busy
from renkei.usecases.footprint.errors import UpdateOutdated
from renkei.usecases.footprint.model import UpdatePolicy
from renkei.usecases.footprint.updates import approve, put_policy, refuse, updates
from renkei.verification import verify_companies
from tests.usecases.footprint.conftest import Chain

ROUNDS = int(os.environ.get("RENKEI_CONVERGENCE_ROUNDS", "2"))
STEPS = int(os.environ.get("RENKEI_CONVERGENCE_STEPS", "8"))
MODES = (
    UpdatePolicy(),
    UpdatePolicy(mode="review"),
    UpdatePolicy(mode="threshold", threshold=Decimal("0.2")),
    UpdatePolicy(mode="monthly"),
)


@pytest.fixture
def net(database, create_operator):
    """Every company: a product of an own end part and what it buys; all disclosed."""
    chain = Chain(database)
    found = {}
    for name in "abcd":
        operator = create_operator(name)
        product = chain.part(operator, "P")
        sold = {"a": "d", "b": "a", "c": "a", "d": "bc"}[name]
        bought_from = {"a": "bc", "b": "d", "c": "d", "d": "a"}[name]
        amount = Decimal("0.1") if name == "d" else Decimal("1.5")
        end, *bought = chain.structure(
            operator, product, [("E", 2, {"terminated": True}), *((f"from {s}", amount) for s in bought_from)]
        )
        chain.state(operator, end, 0, 1)
        chain.state(operator, product, 5)
        found[name] = SimpleNamespace(
            operator=operator,
            product=product,
            end=end,
            bought=dict(zip(bought_from, bought, strict=True)),
            sold=sold,
        )
    for customer in found.values():
        for name, part in customer.bought.items():
            chain.buy(customer.operator, part, found[name].operator, found[name].product)
    chain.settle()
    return SimpleNamespace(chain=chain, companies=found)


def change_something(net, rng):
    """One step of one company; what loses a race is refused, and that is as good."""
    chain = net.chain
    name = rng.choice("abcd")
    one = net.companies[name]
    operator = one.operator
    customer = net.companies[rng.choice(one.sold)]
    kind = rng.choice(["own", "end", "structure", "estimate", "consent", "policy", "decide"])
    amount = Decimal(rng.randrange(1, 400)) / 16
    if kind == "own":
        chain.state(operator, one.product, amount, again=True)
    elif kind == "end":
        chain.state(operator, one.end, 0, amount, again=True)
    elif kind == "structure":
        small = Decimal("0.1") if name == "d" else Decimal("1.5")
        lines = [("E", amount, {"terminated": True}), *((f"from {s}", small) for s in one.bought)]
        chain.structure(operator, one.product, lines)
    elif kind == "estimate":
        part = rng.choice(list(one.bought.values()))
        chain.estimate(operator, part, rng.choice([None, amount]))
    elif kind == "consent":
        given = chain.run(operator, lambda tx: consents_of(tx, consumer_id=customer.operator.operator_id))
        if given and given[0].state == "granted" and rng.random() < 0.5:
            chain.run(operator, lambda tx: withdraw(tx, given[0].consent_id))
        else:
            chain.disclose(operator, one.product, customer.operator, ["total"])
    elif kind == "policy":
        policy = rng.choice(MODES)
        chain.run(operator, lambda tx: put_policy(tx, one.product.trace_id, policy))
    else:
        waiting = chain.run(operator, updates).items
        if waiting:
            decide = rng.choice([approve, refuse])
            chain.run(operator, lambda tx: decide(tx, waiting[0][0].update_id))


def verified(database):
    return {company: found for company, found in verify_companies(database) if found}


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_any_interleaving_ends_in_what_a_full_recomputation_gives(net, database, seed):
    errors: list[BaseException] = []
    done = threading.Event()

    def changer(number):
        rng = random.Random(f"{seed}/{number}")
        for _ in range(STEPS):
            try:
                change_something(net, rng)
            except (Busy, UpdateOutdated):
                continue
            except Exception as error:  # noqa: BLE001 - told by the test's own thread
                errors.append(error)
                return

    def worker():
        while not done.is_set():
            work_off(database, handlers(), limit=random.Random(seed).randrange(1, 20))

    threads = [threading.Thread(target=changer, args=(number,)) for number in range(3)]
    beside = threading.Thread(target=worker)
    for thread in (*threads, beside):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    beside.join()
    assert errors == []
    net.chain.settle()
    assert verified(database) == {}


def test_a_spoilt_value_is_found(net, database, database_url, server_url):
    assert verified(database) == {}
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    url = psycopg.conninfo.make_conninfo(server_url, dbname=name)
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE footprint.statements NO FORCE ROW LEVEL SECURITY")
        changed = connection.execute(
            """
            UPDATE footprint.statements SET in_force = jsonb_set(in_force, '{stages,production,component}', '77')
             WHERE part_key = %s AND superseded_at IS NULL
            """,
            (net.companies["b"].product.part_key,),
        ).rowcount
    assert changed == 1
    found = verified(database)
    [difference] = found.pop(net.companies["b"].operator.operator_id)
    assert found == {}
    assert (difference["trace_id"], difference["what"]) == (net.companies["b"].product.trace_id, "published")
    assert difference["stored"] == 82
