"""Every ⚠ of the contract's description: what the open reference does, what this server does, and the test that shows it.

A row quotes the description, so that a test can see that none was forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.ouranos import test_cfp, test_door, test_fields, test_parts, test_trades

CONTRACT = Path(__file__).parents[4] / "shared" / "reference" / "ouranos-api.md"


@dataclass(frozen=True)
class Defect:
    """One defect of the reference. `quote` stands in the line of the description that has the ⚠."""

    quote: str
    here: str
    shown_by: Callable[..., Any]


DEFECTS = [
    Defect(
        "a valid key works with any operator's token",
        "a key works for the operators it may act for only (403)",
        test_door.TestKeys.test_a_key_works_only_for_operators_it_may_act_for,
    ),
    Defect(
        "every database miss not listed as 400/404 below surfaces as 500",
        "unknown ids are 400 or 404",
        test_trades.TestCancelAndReject.test_only_the_right_party_and_only_with_the_right_trade,
    ),
    Defect(
        "`after` is accepted but ignored",
        "cursors are real and inclusive (parts)",
        test_parts.TestPages.test_cursors_are_real_and_inclusive,
    ),
    Defect(
        "`after` is accepted but ignored",
        "cursors are real and inclusive (requests sent)",
        test_trades.TestRequestsSent.test_pages_are_real,
    ),
    Defect(
        "`after` is accepted but ignored",
        "one received request is opened by its cursor",
        test_trades.TestRequestsReceived.test_one_is_fetched_by_its_cursor,
    ),
    Defect(
        "`Link` holds a random UUID",
        "the link names the first row of the next page",
        test_trades.TestStatus.test_pages_carry_the_target,
    ),
    Defect(
        "**unfiltered** count exceeds `limit`",
        "there is a link only if the filtered list goes on",
        test_parts.TestPages.test_there_is_no_link_when_the_filtered_list_ends,
    ),
    Defect(
        "a parent full of zero values",
        "an unknown part is null and has no children",
        test_parts.TestStructure.test_an_unknown_part_is_null_and_empty,
    ),
    Defect(
        "spec max 50 children (code does not check",
        "more than 50 children are refused",
        test_parts.TestStructure.test_at_most_50_children,
    ),
    Defect(
        "only upserts, never unlinks",
        "what is sent replaces the structure, `[]` clears it",
        test_parts.TestStructure.test_what_is_sent_replaces_what_was_there_and_nothing_clears_it,
    ),
    Defect(
        "unknown → spec 404 (dummy 500",
        "an unknown supplier is 404",
        test_trades.TestAsking.test_unknown_suppliers,
    ),
    Defect(
        "no check that the caller is the addressee or owns the part",
        "only the addressee links, and only its own part",
        test_trades.TestLinking.test_only_the_addressee_and_only_its_own_part,
    ),
    Defect(
        "sets tradeTreeStatus the wrong way round",
        "an end part ends the tree",
        test_trades.TestLinking.test_linking_an_end_part_ends_the_tree,
    ),
    Defect(
        "also reports COMPLETED if the *customer's* part has a CFP",
        "the customer's footprint completes nothing",
        test_trades.TestLinking.test_a_footprint_of_the_customers_part_completes_nothing,
    ),
    Defect(
        "does not touch completedCount",
        "completedCount counts the answers of the tree",
        test_cfp.TestStates.test_a_first_footprint_completes_linked_requests,
    ),
    Defect(
        "unknown ids → 500",
        "unknown ids are 404",
        test_trades.TestLinking.test_only_the_addressee_and_only_its_own_part,
    ),
    Defect(
        "link to the supplier part dropped (intended; dummy leaves it",
        "a rejected request loses its link",
        test_trades.TestCancelAndReject.test_a_rejected_request_says_why_and_loses_its_link,
    ),
    Defect(
        "Unknown status or wrong party: dummy 500",
        "unknown or strange requests are refused",
        test_trades.TestCancelAndReject.test_only_the_right_party_and_only_with_the_right_trade,
    ),
    Defect(
        "body tradeId is not compared with the status' real trade",
        "both ids must belong together",
        test_trades.TestCancelAndReject.test_only_the_right_party_and_only_with_the_right_trade,
    ),
    Defect(
        "empty array `[]`",
        "an empty array is told every missing kind",
        test_fields.TestCfp.test_every_rule_of_a_footprint_has_its_text_in_the_order_of_the_table,
    ),
    Defect(
        "only some of the three null",
        "partly null quality is stored",
        test_fields.TestCfp.test_quality_may_be_partly_null_in_both_elements,
    ),
    Defect(
        "updating an unknown cfpId answers 201 with null id",
        "an unknown cfpId is refused",
        test_cfp.TestPutting.test_an_unknown_id_is_refused,
    ),
    Defect(
        "no check that the part belongs to the caller",
        "only own parts can be stated",
        test_cfp.TestPutting.test_only_ones_own_parts,
    ),
    Defect(
        "null cannot overwrite a stored number",
        "null overwrites a stored number",
        test_cfp.TestPutting.test_an_update_keeps_the_id_and_null_overwrites_a_number,
    ),
    Defect(
        "**not** multiplied by amountRequired",
        "totals multiply by the amount",
        test_cfp.TestTotals.test_over_the_structure,
    ),
    Defect(
        "own component values and deeper levels ignored",
        "deeper levels and own components count",
        test_cfp.TestTotals.test_deeper_levels_count,
    ),
    Defect(
        "Total and Response DQR are constants",
        "quality is weighted by emission",
        test_cfp.TestTotals.test_quality_is_weighted_by_emission,
    ),
    Defect(
        "a bought child with **no request at all**",
        "a bought part without a request is simply absent",
        test_cfp.TestTable92.test_a_bought_part_from_asked_to_disclosed_and_back,
    ),
    Defect(
        "ownership is not checked",
        "nobody sees strange footprints",
        test_cfp.TestTable92.test_nobody_sees_strange_footprints,
    ),
    Defect(
        "returns one fixed element with 100 files for any id",
        "nothing is an empty array",
        test_cfp.TestCertificates.test_nothing_is_an_empty_array,
    ),
]


def marked_lines() -> list[str]:
    """The lines of the description that mark a defect (the legend only explains the mark)."""
    if not CONTRACT.exists():
        pytest.skip(f"the description of the contract is not here: {CONTRACT.name}")
    lines = CONTRACT.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "⚠" in line and not line.startswith("Legend.")]


def test_no_defect_of_the_description_was_forgotten():
    for line in marked_lines():
        assert any(defect.quote in line for defect in DEFECTS), line


def test_every_row_quotes_the_description():
    lines = marked_lines()
    for defect in DEFECTS:
        assert any(defect.quote in line for line in lines), defect.quote


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.here)
def test_every_row_names_a_test(defect):
    assert defect.shown_by.__name__.startswith("test_")
