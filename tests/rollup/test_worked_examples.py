"""Examples small enough to check by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renkei.rollup import Graph, Lines, Totals, roll_up

EXAMPLES = Path(__file__).parents[2] / "examples"


class Named:
    """A graph whose nodes have names."""

    def __init__(self, names: list[str], lines: list[tuple[str, str, float]]) -> None:
        self.number = {name: at for at, name in enumerate(names)}
        self.names = names
        self.graph = Graph.build(
            len(names),
            [self.number[child] for _, child, _ in lines],
            [self.number[parent] for parent, _, _ in lines],
            [amount for _, _, amount in lines],
        )

    def roll_up(self, own: dict[str, list[float]]) -> Totals:
        return roll_up(self.graph, [own[name] for name in self.names])

    def numbers(self, *names: str) -> list[int]:
        return [self.number[name] for name in names]


def chain() -> tuple[Named, Totals]:
    """The chain of `cfp-update-chain.json`: S ← Q, R ← 2 P, Q ← P + g, P ← e."""
    example = json.loads((EXAMPLES / "cfp-update-chain.json").read_text())
    part = {company["key"]: company["part"] for company in example["companies"]}
    lines = [
        (part[link["customer"]], part[link["supplier"]], float(link["amount"])) for link in example["links"]
    ]
    named = Named(list(part.values()), lines)
    return named, named.roll_up(
        {company["part"]: [float(company["own"])] for company in example["companies"]}
    )


class TestCfpUpdate:
    def test_full_pass_gives_the_totals_before(self):
        named, totals = chain()
        # P: 55 + 15; Q: 10 + 70 + 20; R: 40 + 2 x 70; S: 360 + 100
        assert totals.of(named.numbers("P", "Q", "R", "S"))[:, 0].tolist() == [70, 100, 180, 460]

    def test_a_change_at_d_reaches_exactly_what_stands_on_it(self):
        named, totals = chain()
        change = totals.update(named.numbers("P"), [[45.0]])
        # P: 45 + 15; Q: 10 + 60 + 20; R: 40 + 2 x 60; S: 360 + 90
        assert totals.of(named.numbers("P", "Q", "R", "S"))[:, 0].tolist() == [60, 90, 160, 450]
        assert (change.after - change.before)[:, 0].tolist() == [
            {"P": -10, "Q": -10, "R": -20, "S": -10}[named.names[node]] for node in change.nodes
        ]
        order = [named.names[node] for node in change.changed]
        assert sorted(order) == ["P", "Q", "R", "S"]
        assert order[0] == "P"
        assert order.index("Q") < order.index("S")

    def test_a_change_back_restores_the_totals(self):
        named, totals = chain()
        totals.update(named.numbers("P"), [[45.0]])
        totals.update(named.numbers("P"), [[55.0]])
        assert totals.of(named.numbers("P", "Q", "R", "S"))[:, 0].tolist() == [70, 100, 180, 460]

    def test_contributions_to_the_car(self):
        named, totals = chain()
        found = totals.contributions(named.number["S"])
        by_name = {
            named.names[node]: value for node, value in zip(found.nodes, found.values[:, 0], strict=True)
        }
        # 460 = 360 (S) + 10 (Q) + 20 (g) + 55 (P) + 15 (e); R is no part of it
        assert by_name == {"S": 360, "Q": 10, "g": 20, "P": 55, "e": 15}
        assert found.total[0] == 460
        assert [named.names[found.nodes[at]] for at in found.top(2)] == ["S", "P"]

    def test_what_if_half_of_p_came_from_a_better_source(self):
        named, totals = chain()
        q, p, g, e = named.numbers("Q", "P", "g", "e")
        bent = totals.what_if(lines=Lines([q], [p, e, g], [q, q, q], [0.6, 0.4, 1]))
        # Q: 10 + 0.6 x 70 + 0.4 x 15 + 20 = 78; S: 360 + 78
        assert bent.of(named.numbers("Q", "S"))[:, 0].tolist() == pytest.approx([78, 438], rel=1e-15)
        assert totals.of(named.numbers("Q", "S"))[:, 0].tolist() == [100, 460]


PC = json.loads((EXAMPLES / "pc-supply-chain.json").read_text())


class TestPcSupplyChain:
    """Columns: gate-to-gate, other upstream and inbound transport (secondary), and the numerator of the primary data share."""

    def build(self) -> tuple[Named, Totals]:
        parts = PC["parts"]
        named = Named(
            [part["id"] for part in parts],
            [
                (part["id"], line["part"], line["quantity"])
                for part in parts
                for line in part.get("inputs", [])
            ],
        )
        return named, named.roll_up({part["id"]: self.own(part) for part in parts})

    def own(self, part: dict[str, Any]) -> list[float]:
        gate = part["gateToGate_fossilGhgEmissions"]
        if "inputs" in part:  # own emissions are primary, what is not a line is secondary
            rest = part["other_upstream_secondary"] + part["inbound_transport_secondary"]
            return [gate, rest, gate]
        return [gate, part["upstreamEmissions"], part["pcf"] * part["primaryDataShare"] / 100]

    def test_every_footprint_and_primary_data_share(self):
        named, totals = self.build()
        for part in PC["parts"]:
            gate, rest, primary = totals.of(named.number[part["id"]])[0]
            assert gate + rest == pytest.approx(part["pcf"], rel=1e-12)
            assert 100 * primary / (gate + rest) == pytest.approx(part["primaryDataShare"], abs=5e-5)
            own = self.own(part)
            upstream = gate + rest - own[0]
            assert upstream == pytest.approx(part["upstreamEmissions"], rel=1e-12)

    def test_mainboard_by_hand(self):
        named, totals = self.build()
        gate, rest, _ = totals.of(named.number["mainboard"])[0]
        assert gate == pytest.approx(2.4 + 0.35 * 1.2 + 6 * 3.5 + 12 * 0.1, rel=1e-14)
        assert rest == pytest.approx(0.8 + 0.3 + 0.35 * 6.0 + 6 * 9.5 + 12 * 0.5, rel=1e-14)
        assert gate + rest == pytest.approx(91.22, rel=1e-14)

    def test_contributions_by_tier(self):
        named, totals = self.build()
        found = totals.contributions(named.number["pc"])
        tier = np.array([PC["parts"][node]["tier"] for node in found.nodes])
        by_tier = np.bincount(tier, weights=found.values[:, 0])
        assert by_tier.tolist() == pytest.approx([3.2, 6.2, 47.549], rel=1e-12)
        # all that is not somebody's gate-to-gate value: 199.289 - 3.2 - 6.2 - 47.549
        assert found.total[1] == pytest.approx(142.34, rel=1e-12)


VEHICLE = json.loads((EXAMPLES / "vehicle-lca.json").read_text())


class TestVehicle:
    """An illustration rebuilt from a picture whose numbers are dummies: one battery module in one vehicle."""

    def build(self, values: str) -> tuple[Named, Totals]:
        categories = {category["id"]: at for at, category in enumerate(VEHICLE["categories"])}
        own = {}
        for part in VEHICLE["parts"]:
            own[part["id"]] = [0.0] * len(categories)
            for one in part["own_contributions"]:
                own[part["id"]][categories[one["category"]]] = one[values]
        named = Named(
            [part["id"] for part in VEHICLE["parts"]],
            [(edge["parent"], edge["child"], edge["quantity"]) for edge in VEHICLE["edges"]],
        )
        return named, named.roll_up(own)

    @pytest.mark.parametrize(("values", "total"), [("kgco2e_mixed", 18.9), ("kgco2e_simplified", 26.3)])
    def test_by_material_and_energy(self, values, total):
        named, totals = self.build(values)
        by_category = totals.of(named.number["vehicle"])[0]
        assert by_category.sum() == pytest.approx(total, abs=1e-5)
        for category, found in zip(VEHICLE["categories"], by_category, strict=True):
            assert found == pytest.approx(category[values], abs=1e-5)

    def test_by_part(self):
        named, totals = self.build("kgco2e_mixed")
        for part in VEHICLE["parts"]:
            assert totals.of(named.number[part["id"]]).sum() == pytest.approx(
                part["total_kgco2e_mixed"], abs=1e-5
            )

    def test_what_measured_data_removed(self):
        simplified = self.build("kgco2e_simplified")[1].all()[0].sum()
        mixed = self.build("kgco2e_mixed")[1].all()[0].sum()
        # (26.3 - 18.9) / 26.3 = 28.14 %
        assert 100 * (simplified - mixed) / simplified == pytest.approx(28.14, abs=0.01)


class TestLoops:
    def test_scrap_that_comes_back(self):
        """A needs 0.5 B, B takes back 0.2 A: a = 10 + 0.5 b, b = 4 + 0.2 a, so a = 12 / 0.9, b = 6 / 0.9."""
        totals = roll_up(Graph.build(2, [1, 0], [0, 1], [0.5, 0.2]), [[10.0], [4.0]])
        assert totals.of([0, 1])[:, 0].tolist() == pytest.approx([12 / 0.9, 6 / 0.9], rel=1e-15)

    def test_contributions_through_a_loop_sum_to_the_total(self):
        """One A needs 1/0.9 A and 0.5/0.9 B: 10/0.9 + 4 x 0.5/0.9 = 12/0.9."""
        found = roll_up(Graph.build(2, [1, 0], [0, 1], [0.5, 0.2]), [[10.0], [4.0]]).contributions(0)
        amounts = dict(zip(found.nodes.tolist(), found.amounts.tolist(), strict=True))
        assert amounts == pytest.approx({0: 1 / 0.9, 1: 0.5 / 0.9}, rel=1e-15)
        assert found.total[0] == pytest.approx(12 / 0.9, rel=1e-15)


def test_the_example_of_the_package():
    import doctest

    import renkei.rollup

    outcome = doctest.testmod(renkei.rollup)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)
