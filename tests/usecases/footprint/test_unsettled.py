"""Loops across companies: those that settle, those that never do, and those that are mended."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.commons.notifications.model import OWN_AFFAIRS
from renkei.commons.notifications.service import list_notifications
from renkei.commons.parts.model import LineDraft
from renkei.commons.parts.service import put_structure, structure_of
from renkei.usecases.footprint import recalculation, unsettled
from renkei.usecases.footprint.model import Stage
from renkei.usecases.footprint.recalculation import verify


@pytest.fixture
def loop(chain, a, b):
    """A社's part takes `there` of B社's, and B社's part `back` of A社's; 1 kg of their own each.

    With `between`, A社's part takes it by another part of its own, which adds nothing.
    """

    def made(there, back, between=False):
        part_a, part_b = chain.part(a, "Aの部品"), chain.part(b, "Bの部品")
        takes = part_a
        if between:
            [takes] = chain.structure(a, part_a, [("Aの中間品", 1)])
            chain.state(a, takes, 0)
        [from_b] = chain.structure(a, takes, [("B社から", there)])
        [from_a] = chain.structure(b, part_b, [("A社から", back)])
        chain.state(a, part_a, 1)
        chain.state(b, part_b, 1)
        for customer, bought, supplier, own in ((a, from_b, b, part_b), (b, from_a, a, part_a)):
            request = chain.ask(customer, bought, supplier)
            chain.link(supplier, request, own)
            chain.disclose(supplier, own, customer)
        chain.settle()
        return part_a, part_b

    return made


def reminders(chain, operator):
    """What the company was told of its own parts."""
    found = chain.run(operator, list_notifications).items
    return [(one.type, one.part_name) for one in found if one.type in OWN_AFFAIRS]


def told(chain, operator, part):
    value = chain.statement(operator, part).in_force
    return value.stages[Stage.PRODUCTION].total, {note["code"] for note in value.notes}, value.coverage_direct


def test_a_loop_that_makes_more_than_it_needs_settles(loop, chain, a, b):
    """x = 1 + y/2, y = 1 + x/2: both 2, at 15 digits."""
    part_a, part_b = loop("0.5", "0.5")
    assert told(chain, a, part_a) == (2, set(), 1)
    assert told(chain, b, part_b) == (2, set(), 1)


@pytest.mark.parametrize(("there", "back"), [("1", "1"), ("2", "0.5"), ("1.01", "1")])
def test_one_that_never_settles_is_cut_once_and_its_buyer_alone_is_told(
    loop, chain, a, b, monkeypatch, there, back
):
    monkeypatch.setattr(unsettled, "MOST_HOPS", 20)
    part_a, part_b = loop(there, back)
    found = {"a": told(chain, a, part_a), "b": told(chain, b, part_b)}
    [cut] = [name for name, (_, notes, _) in found.items() if notes]
    factor, other = (Decimal(back), "b") if cut == "a" else (Decimal(there), "a")
    assert found[cut] == (1, {"does_not_settle", "no_value"}, 0), "its own kilogram alone, marked incomplete"
    assert found[other] == (1 + factor, set(), 1)
    assert chain.settle() == 0, "nothing goes on"
    for operator in (a, b):
        assert chain.run(operator, verify) == []
    bought = {"a": "B社から", "b": "A社から"}[cut]
    assert reminders(chain, {"a": a, "b": b}[cut]) == [("CFP_UNSETTLED", bought)]
    assert reminders(chain, {"a": a, "b": b}[other]) == []


def test_one_whose_recalculation_is_left_over_in_between_is_cut_as_well(loop, chain, a, b, monkeypatch):
    """With one version a transaction, A社's part is left to the next: the wave goes on from where it was."""
    monkeypatch.setattr(recalculation, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(unsettled, "MOST_HOPS", 20)
    parts = zip((a, b), loop("1", "1", between=True), strict=True)
    assert chain.settle() == 0, "nothing goes on"
    totals = {told(chain, operator, part)[0] for operator, part in parts}
    assert totals <= {1, 2}, "one's own kilogram, or with the other's"
    for operator in (a, b):
        assert chain.run(operator, verify) == []


def test_it_is_tried_again_when_somebody_changes_something(loop, chain, a, b, monkeypatch):
    """x = 1 + y, y = 1 + x never settles; with half of x, y = 1 + x/2, x = 4 and y = 3."""
    monkeypatch.setattr(unsettled, "MOST_HOPS", 20)
    part_a, part_b = loop("1", "1")
    monkeypatch.setattr(unsettled, "MOST_HOPS", 400)

    def halved(tx):
        [line] = structure_of(tx, part_b.trace_id).lines
        draft = LineDraft(child=line.child.trace_id, amount=Decimal("0.5"), unit=line.unit)
        return put_structure(tx, part_b.trace_id, [draft])

    chain.run(b, halved)
    chain.settle()
    assert told(chain, a, part_a) == (4, set(), 1)
    assert told(chain, b, part_b) == (3, set(), 1)
