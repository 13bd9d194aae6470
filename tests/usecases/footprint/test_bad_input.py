"""Absurd amounts: the owner gets a sentence, nobody else a hint, the rest keeps working and is marked incomplete."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.usecases.footprint.calculation import LARGEST, Declared, Line, Node, Term, UnitValue, evaluate
from renkei.usecases.footprint.model import Emission, Stage

D = Decimal
PRODUCTION = Stage.PRODUCTION


def node(*terms, own=1):
    lines = tuple(Line(weight=D(1), terms=(term,), child=f"child {n}") for n, term in enumerate(terms))
    return Node(Declared(scope="rest", emissions={PRODUCTION: Emission(D(own))}), lines)


def term(factor, total, **categories):
    split = {name: {PRODUCTION: D(amount)} for name, amount in categories.items()}
    value = UnitValue(totals={PRODUCTION: D(total)}, categories=split)
    return Term(share=D(1), factor=D(factor), value=value)


class TestTooLarge:
    def test_what_brings_too_much_adds_nothing_and_is_named(self):
        """1 own + 2 × 3 + 1E+20 × 1E+20: of two lines one counts, so half is covered."""
        value = evaluate({1: node(term(2, 3), term("1E+20", "1E+20"))})[1]
        assert value.stages[PRODUCTION].total == 1 + 2 * 3
        assert (value.coverage_direct, value.coverage_deep) == (D("0.5"), D("0.5"))
        assert value.notes == ({"code": "too_large", "trace_id": "child 1"},)

    def test_a_category_may_not_run_away_either(self):
        value = evaluate({1: node(term("1E+30", 0, fossil="1E+15"))})[1]
        assert (value.categories, value.coverage_direct) == ({}, 0)

    def test_up_to_the_bound_everything_counts(self):
        value = evaluate({1: node(term(1, LARGEST), own=0)})[1]
        assert (value.stages[PRODUCTION].total, value.notes) == (LARGEST, ())

    @pytest.mark.parametrize("loop", [True, False])
    def test_beside_a_loop(self, loop):
        inner = Term(share=D(1), factor=D("0.5"), value=1)
        terms = [term("1E+30", 5), *([inner] if loop else [])]
        value = evaluate({1: node(*terms)})[1]
        # alone: 1 own; in a loop of half of itself: 1 + 0.5 × 2
        assert value.stages[PRODUCTION].total == (2 if loop else 1)


def test_a_structure_of_absurd_amounts_is_incomplete_and_the_rest_goes_on(chain, a, b):
    """Eight parts on one another, 1E+29 of each in the next, sold to b; what b reads says nothing of why."""
    parts = [chain.part(a, "P0", terminated=True)]
    chain.state(a, parts[0], 1)
    for number in range(1, 9):
        parts.append(chain.part(a, f"P{number}"))
        child = {"terminated": True} if number == 1 else {}
        chain.structure(a, parts[-1], [(f"P{number - 1}", D("1E+29"), child)])
        chain.state(a, parts[-1], 2)
    statements = [chain.statement(a, part) for part in parts[1:]]
    assert statements[0].in_force.stages[PRODUCTION].total == D("1E+29") + 2
    assert statements[1].in_force.stages[PRODUCTION].total == 2
    assert [note["code"] for note in statements[1].in_force.notes] == ["too_large"]
    assert statements[1].in_force.coverage_direct == 0
    bought, product = chain.part(b, "B"), chain.part(b, "Q")
    chain.structure(b, product, [("B", 1)])
    chain.state(b, product, 5)
    chain.buy(b, bought, a, parts[2])
    chain.settle()
    assert chain.total(b, product) == (5 + 2, 1, 0)
    assert chain.statement(b, product).in_force.notes == ()


def test_any_column_travels_by_its_name_alone(chain, a, b):
    """Fossil, biogenic, a material, an energy and one that nobody here has heard of: stated, multiplied, delivered."""
    names = ("fossil", "biogenic", "material:steel", "energy:electricity", "pfas:in_use")
    end, sold = chain.part(a, "E", terminated=True), chain.part(a, "S")
    split = {name: {PRODUCTION: D(number), Stage.RAW_MATERIAL: D(1)} for number, name in enumerate(names, 1)}
    chain.state(a, end, 10, categories=split)
    chain.structure(a, sold, [("E", 2, {"terminated": True})])
    chain.state(a, sold, 0, categories={"fossil": {PRODUCTION: D(4)}})
    bought, product = chain.part(b, "B"), chain.part(b, "Q")
    chain.structure(b, product, [("B", 3)])
    chain.state(b, product, 20)
    chain.buy(b, bought, a, sold)
    chain.settle()
    found = chain.statement(b, product).in_force
    # 3 × (2 × number, and 4 more of fossil); of 20 + 3 × 2 × 10 kg the bought 60 have their split stated
    assert {name: of[PRODUCTION] for name, of in found.categories.items()} == {
        name: 3 * (2 * number + (4 if name == "fossil" else 0)) for number, name in enumerate(names, 1)
    }
    assert {name: of[Stage.RAW_MATERIAL] for name, of in found.categories.items()} == dict.fromkeys(names, 6)
    assert found.categories_coverage == dict.fromkeys(
        ("fossil", "biogenic", "material", "energy", "pfas"), D("0.75")
    )
