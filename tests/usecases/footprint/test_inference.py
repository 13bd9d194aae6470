"""What could be computed from what is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.usecases.footprint.inference import Behind, inferences


def behind(suppliers: int = 1, own: int = 4, *, complete: bool = False, rated: bool = True) -> Behind:
    return Behind(suppliers=suppliers, own=Decimal(own), categories_complete=complete, rated=rated)


@pytest.mark.parametrize(
    ("shown", "stands_on", "codes"),
    [
        # 12 in all, 4 of its own: 12 − 4 = 8 is what the only supplier's value comes to.
        ({"total", "gate_to_gate"}, behind(), ["supplier_from_difference"]),
        ({"total", "gate_to_gate"}, behind(3), ["bought_from_difference"]),
        ({"total", "gate_to_gate"}, behind(0), []),
        ({"total"}, behind(own=0), ["supplier_is_total"]),
        ({"total"}, behind(), ["supplier_behind_total"]),
        ({"total"}, behind(2), []),
        ({"gate_to_gate"}, behind(), []),
        ({"categories"}, behind(2, complete=True), ["total_from_categories"]),
        ({"categories"}, behind(2), []),
        ({"categories", "total"}, behind(2, complete=True), []),
        ({"quality"}, behind(), ["share_from_quality"]),
        ({"quality"}, behind(rated=False), []),
        ({"quality"}, behind(2), []),
        ({"total", "pds"}, behind(2), ["primary_from_pds"]),
        ({"total", "structure"}, behind(2), ["own_from_structure"]),
        ({"structure", "plant"}, behind(2), []),
        (set(), behind(own=0, complete=True), []),
    ],
)
def test_what_is_shown_together_says_more(shown: set[str], stands_on: Behind, codes: list[str]) -> None:
    found = inferences(frozenset(shown), stands_on)
    assert [one.code for one in found] == codes
    for one in found:
        assert set(one.from_attributes) <= shown
        assert one.computes not in shown
        assert one.ja
        assert one.en
