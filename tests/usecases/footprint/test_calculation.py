"""The arithmetic alone: every expectation can be checked by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from renkei.usecases.footprint.calculation import (
    MAX_LOOP,
    Declared,
    Line,
    Node,
    Term,
    UnitValue,
    evaluate,
    rated_shares,
    unit_value,
)
from renkei.usecases.footprint.components import components_in_order
from renkei.usecases.footprint.model import Emission, Quality, Stage

RAW, MADE = Stage.RAW_MATERIAL, Stage.PRODUCTION


def D(x):  # noqa: N802
    return Decimal(str(x))


def declared(own=0, component=0, *, scope="rest", stage=MADE, **more):
    return Declared(scope=scope, emissions={stage: Emission(D(own), D(component))}, **more)


def known(total, *, stage=MADE, **more):
    return UnitValue(totals={stage: D(total)}, **more)


def line(factor, value, *, share=1, weight=1, secondary=False, **more):
    """One source answers for `share` of the line; `factor` is what is needed in all."""
    term = Term(share=D(share), factor=D(factor) * D(share), value=value, secondary=secondary)
    return Line(weight=D(weight), terms=(term,), **more)


def alone(node):
    return evaluate({1: node})[1]


class TestTotals:
    def test_component_in_force_is_declared_plus_known_lines(self):
        """0.3 + 2 × 0.5 + 3 × 10 = 31.3"""
        value = alone(Node(declared(0.5, 0.3), (line(2, known(0.5)), line(3, known(10)))))
        assert value.stages == {MADE: Emission(D(0.5), D(31.3))}

    def test_scope_whole_is_the_declared_value_alone(self):
        value = alone(Node(declared(0.5, 7, scope="whole"), (line(2, known(0.5)),)))
        assert value.stages == {MADE: Emission(D(0.5), D(7))}
        assert (value.coverage_direct, value.coverage_deep) == (1, 1)

    def test_a_part_without_lines_keeps_its_declared_component(self):
        assert alone(Node(declared(0, 0.5))).stages == {MADE: Emission(D(0), D(0.5))}

    def test_stages_are_summed_apart(self):
        both = UnitValue(totals={RAW: D(1.5), MADE: D(10)})
        value = alone(Node(declared(1), (line(2, both),)))
        assert value.stages == {RAW: Emission(None, D(3)), MADE: Emission(D(1), D(20))}

    def test_credits_are_legal(self):
        value = alone(Node(declared(5), (line(2, known(-1), weight=1),)))
        assert value.stages[MADE].total == 3

    def test_what_is_published_has_fifteen_digits(self):
        """1 / 3 of 1: 0.333333333333333"""
        value = alone(Node(declared(0), (line(Decimal(1) / 3, known(1)),)))
        assert value.stages[MADE].component == D("0.333333333333333")


class TestCoverage:
    def test_by_lines_and_not_by_emission(self):
        """Two lines, one without a value: 1/2, whatever the emissions are."""
        silent = Line(weight=D(1), terms=(), notes=({"code": "no_value"},))
        value = alone(Node(declared(1), (line(1000, known(1)), silent)))
        assert (value.coverage_direct, value.coverage_deep) == (D(0.5), D(0.5))
        assert value.notes == ({"code": "no_value"},)

    def test_deep_coverage_multiplies_with_that_of_the_children(self):
        """(1 × 0.5 + 1 × 1) / 2 = 0.75"""
        value = alone(Node(declared(1), (line(1, known(1, coverage_deep=D(0.5))), line(1, known(1)))))
        assert (value.coverage_direct, value.coverage_deep) == (1, D(0.75))

    def test_alternatives_count_as_one_line_weighted_by_usage(self):
        """(0.3 × 1 + 0.7 × 0 + 1 × 1) / (0.3 + 0.7 + 1) = 0.65"""
        silent = Line(weight=D(0.7), terms=())
        value = alone(Node(declared(1), (line(0.3, known(1), weight=0.3), silent, line(1, known(1)))))
        assert value.coverage_direct == D(0.65)

    def test_a_share_without_a_value_adds_nothing(self):
        """0.6 of 10 units come from one that answered: 6, not 10."""
        value = alone(Node(declared(0), (line(10, known(1), share=0.6),)))
        assert value.stages[MADE].component == 6
        assert value.coverage_direct == D(0.6)

    def test_nothing_to_answer_is_complete(self):
        assert alone(Node(declared(1))).coverage_deep == 1


class TestIndicators:
    def test_quality_is_weighted_by_emission(self):
        """TeR: (1 × 1 + 3 × 3) / (1 + 3) = 2.5"""
        child = known(3, shares=rated_shares(MADE, Quality(D(3), D(3), D(3))))
        value = alone(Node(declared(1, quality={MADE: Quality(D(1), D(1), D(1))}), (line(1, child),)))
        assert value.quality[MADE] == Quality(D(2.5), D(2.5), D(2.5))
        assert value.quality_coverage[MADE] == Quality(D(1), D(1), D(1))

    def test_zero_and_none_are_not_stated_and_lower_the_coverage(self):
        """GeR is stated for 1 of 1 + 3 kg: 2, covering a quarter; TeR (0) and TiR for nothing."""
        quality = {MADE: Quality(D(0), D(2), None)}
        value = alone(Node(declared(1, quality=quality), (line(1, known(3)),)))
        assert value.quality[MADE] == Quality(None, D(2), None)
        assert value.quality_coverage[MADE].ger == D(0.25)

    def test_a_credit_weighs_as_much_as_an_emission(self):
        """(|2| × 1 + |-2| × 3) / 4 = 2"""
        child = known(-2, shares=rated_shares(MADE, Quality(D(3))))
        value = alone(Node(declared(2, quality={MADE: Quality(D(1))}), (line(1, child),)))
        assert value.quality[MADE].ter == 2

    def test_primary_data_share_of_all_stages_together(self):
        """(1 × 1 + 3 × 0.2) / 4 = 0.4"""
        child = unit_value(alone(Node(declared(3, stage=RAW, primary_data_share=D(0.2)))))
        value = alone(Node(declared(1, primary_data_share=D(1)), (line(1, child),)))
        assert (value.primary_data_share, value.pds_coverage) == (D(0.4), 1)

    def test_an_estimate_is_secondary(self):
        """3 of 4 kg come from the buyer's own estimate."""
        value = alone(Node(declared(1), (line(1, known(3), secondary=True),)))
        assert value.secondary_share == D(0.75)

    def test_categories_are_summed_and_say_how_much_they_cover(self):
        """steel 0.5 + 2 × 1 = 2.5; stated for 1 + 2 × 1.5 of 1 + 3 + 4 kg = 0.5"""
        child = unit_value(alone(Node(declared(1.5, categories={"material:steel": {MADE: D(1)}}))))
        own = declared(1, categories={"material:steel": {MADE: D(0.5)}})
        value = alone(Node(own, (line(2, child), line(1, known(4)))))
        assert value.categories == {"material:steel": {MADE: D(2.5)}}
        assert value.categories_coverage == {"material": D(0.5)}


class TestLoops:
    def test_recycled_material_is_solved(self):
        """a = 1 + 0.5 b, b = 2 + 0.2 a: a = 2 / 0.9 = 2.22222222222222, b = 2 + 0.2 a = 2 + 0.444444444444444"""
        values = evaluate({1: Node(declared(1), (line(0.5, 2),)), 2: Node(declared(2), (line(0.2, 1),))})
        assert values[1].stages[MADE].total == D("2.22222222222222")
        assert values[2].stages[MADE] == Emission(D(2), D("0.444444444444444"))
        assert values[1].coverage_deep == 1

    def test_coverage_and_quality_run_round_the_loop(self):
        """a's only other line is silent: c = (0 + d) / 2 and d = c, so nothing is covered in depth; direct one of two."""
        silent = Line(weight=D(1), terms=())
        rated = {MADE: Quality(D(2))}
        values = evaluate({
            1: Node(declared(1, quality=rated), (line(0.5, 2), silent)),
            2: Node(declared(1, quality=rated), (line(0.5, 1),)),
        })  # fmt: skip
        assert (values[1].coverage_direct, values[1].coverage_deep) == (D(0.5), 0)
        assert (values[2].coverage_direct, values[2].coverage_deep) == (1, 0)
        assert values[1].quality[MADE].ter == values[2].quality[MADE].ter == 2

    def test_a_loop_that_needs_as_much_as_it_makes_adds_nothing_and_says_so(self):
        nodes = {
            1: Node(declared(1), (line(1, 2, child="b"), line(1, known(5)))),
            2: Node(declared(2), (line(1, 1, child="a"),)),
        }
        values = evaluate(nodes)
        assert values[1].stages[MADE].total == 6
        assert values[1].notes == ({"code": "unsolvable_loop", "trace_id": "b"},)
        assert (values[1].coverage_direct, values[2].coverage_direct) == (D(0.5), 0)

    def test_a_part_that_needs_itself(self):
        """a = 1 + 0.2 a: 1.25"""
        assert alone(Node(declared(1), (line(0.2, 1),))).stages[MADE].total == D(1.25)

    def test_a_loop_longer_than_the_limit_is_told_and_not_solved(self):
        size = MAX_LOOP + 1
        values = evaluate({i: Node(declared(1), (line(0.5, (i + 1) % size),)) for i in range(size)})
        assert {value.notes[0]["code"] for value in values.values()} == {"unsolvable_loop"}


amounts = st.decimals(min_value=0, max_value=1000, places=3)
emissions = st.decimals(min_value=-1000, max_value=1000, places=3)


class TestProperties:
    @given(st.lists(st.tuples(amounts, emissions), max_size=8), st.randoms(use_true_random=False))
    def test_the_order_of_lines_changes_nothing_that_is_published(self, pairs, random):
        lines = [line(amount, known(total)) for amount, total in pairs]
        mixed = list(lines)
        random.shuffle(mixed)
        assert alone(Node(declared(1), tuple(lines))) == alone(Node(declared(1), tuple(mixed)))

    @given(st.lists(st.tuples(amounts, emissions), min_size=1, max_size=8))
    def test_upstream_and_own_make_the_total(self, pairs):
        value = alone(Node(declared(3), tuple(line(amount, known(total)) for amount, total in pairs)))
        upstream = sum(amount * total for amount, total in pairs)
        assert value.stages[MADE].total == 3 + upstream

    @given(amounts, emissions, st.decimals(min_value=0, max_value=1, places=2))
    def test_shares_of_one_source_are_the_source(self, amount, total, share):
        """A line split over two sources that say the same is the line."""
        split = Line(
            weight=D(1),
            terms=tuple(
                Term(share=part, factor=amount * part, value=known(total)) for part in (share, 1 - share)
            ),
        )
        assert alone(Node(declared(0), (split,))) == alone(Node(declared(0), (line(amount, known(total)),)))

    @given(st.floats(min_value=0, max_value=0.99), st.floats(min_value=0, max_value=1))
    def test_a_loop_satisfies_its_own_equations(self, there, back):
        b, c = Decimal(there), Decimal(back)
        values = evaluate({1: Node(declared(1), (line(b, 2),)), 2: Node(declared(2), (line(c, 1),))})
        one, two = (values[key].stages[MADE].total for key in (1, 2))
        assert abs(one - (1 + b * two)) < Decimal("1e-10") * max(one, 1)
        assert abs(two - (2 + c * one)) < Decimal("1e-10") * max(two, 1)


class TestComponents:
    def test_what_is_stood_on_comes_first_and_loops_come_together(self):
        below = {1: [2, 3], 2: [4], 3: [4], 4: [5], 5: [4], 6: []}
        found = components_in_order(below)
        assert sorted(map(tuple, found)) == [(1,), (2,), (3,), (4, 5), (6,)]
        place = {part: n for n, component in enumerate(found) for part in component}
        assert all(place[child] <= place[part] for part, children in below.items() for child in children)

    def test_a_chain_deeper_than_the_recursion_limit(self):
        deep = 20_000
        found = components_in_order({i: [i + 1] if i < deep else [] for i in range(deep + 1)})
        assert found[0] == [deep]
        assert len(found) == deep + 1
