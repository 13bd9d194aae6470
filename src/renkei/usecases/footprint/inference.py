"""What a customer could compute from what it would be shown, though it is withheld. Pure, but for `behind`.

The arithmetic of a footprint is public: total = own processes + Σ (amount × supplier's value); a rating (DQR) and the share
of primary data are means weighted by emissions. So some attributes together say more than each alone, and a product with
one supplier behind it says what that supplier said.

Worked example: a bracket of 12 kg CO2e, 4 of them from own processes, the rest from 2 kg of one supplier's steel.
Total and gate-to-gate together say 12 − 4 = 8; whoever knows that 2 kg of steel go into it knows the supplier's 4 per kg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.commons.consents.model import Inference
from renkei.commons.parts import service as parts
from renkei.database.transaction import Transaction
from renkei.usecases.footprint import store
from renkei.usecases.footprint.calculation import ONE
from renkei.usecases.footprint.disclosure import gate_to_gate
from renkei.usecases.footprint.model import Statement

MOST_LEVELS: Final = 50
"""Own assemblies in each other; deeper ones exist in no product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind a value. `suppliers`: deliveries that go into it, through own assemblies too."""

    suppliers: int
    own: Decimal
    categories_complete: bool
    rated: bool


def inferences(shown: frozenset[str], behind: Behind) -> list[Inference]:
    """What the attributes in `shown` say of those that are not, and of a supplier."""
    found: list[Inference] = []

    def note(code: str, computes: str) -> None:
        sentences = _SENTENCES[code]
        found.append(
            Inference(
                code=code,
                from_attributes=tuple(sorted(shown & _FROM[code])),
                computes=computes,
                ja=sentences[0],
                en=sentences[1],
            )
        )

    single = behind.suppliers == 1
    if {"total", "gate_to_gate"} <= shown and behind.suppliers:
        note(
            "supplier_from_difference" if single else "bought_from_difference",
            "supplier_value" if single else "bought",
        )
    elif "total" in shown and single:
        if not behind.own:
            note("supplier_is_total", "supplier_value")
        else:
            note("supplier_behind_total", "supplier_value")
    if "categories" in shown and "total" not in shown and behind.categories_complete:
        note("total_from_categories", "total")
    if "quality" in shown and behind.rated and single and "gate_to_gate" not in shown:
        note("share_from_quality", "gate_to_gate")
    if {"total", "pds"} <= shown and "gate_to_gate" not in shown:
        note("primary_from_pds", "gate_to_gate")
    if {"total", "structure"} <= shown and "gate_to_gate" not in shown:
        note("own_from_structure", "gate_to_gate")
    return found


_FROM: Final[Mapping[str, frozenset[str]]] = {
    "supplier_from_difference": frozenset({"total", "gate_to_gate"}),
    "bought_from_difference": frozenset({"total", "gate_to_gate"}),
    "supplier_is_total": frozenset({"total"}),
    "supplier_behind_total": frozenset({"total"}),
    "total_from_categories": frozenset({"categories"}),
    "share_from_quality": frozenset({"quality", "total"}),
    "primary_from_pds": frozenset({"total", "pds"}),
    "own_from_structure": frozenset({"total", "structure"}),
}
_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "supplier_from_difference": (
        "合計から自社工程の値を引くと、1社だけの仕入先の値が分かります。",
        "The total less the gate-to-gate value is what your only supplier said, times the amount.",
    ),
    "bought_from_difference": (
        "合計から自社工程の値を引くと、購入品の合計が分かります。",
        "The total less the gate-to-gate value is what you buy, all together.",
    ),
    "supplier_is_total": (
        "自社工程の値がないため、合計がそのまま1社だけの仕入先の値になります。",
        "You add nothing of your own, so the total is what your only supplier said, times the amount.",
    ),
    "supplier_behind_total": (
        "仕入先が1社だけのため、自社工程の値を推定できる開示先には仕入先の値が分かります。",
        "Only one supplier stands behind it: whoever can guess your own processes knows what it said.",
    ),
    "total_from_categories": (
        "内訳がすべてを含むため、足し合わせると開示していない合計になります。",
        "The categories cover everything: their sum is the total, which is withheld.",
    ),
    "share_from_quality": (
        "DQRは排出量の加重平均のため、1社だけの仕入先のDQRを知る開示先には、自社工程の割合が分かります。",
        "The rating is a mean weighted by emissions: whoever knows your only supplier's rating knows your own share.",
    ),
    "primary_from_pds": (
        "合計に一次データ比率を掛けると一次データによる排出量が分かり、自社工程の値を推定できます。",
        "The total times the primary data share is what comes from primary data, which hints at your own processes.",
    ),
    "own_from_structure": (
        "構成品と数量が分かると、公開されている排出原単位で購入分を見積もり、合計との差から自社工程の値を推定できます。",
        "Whoever knows what goes into it can estimate that part with public factors, and so your own processes.",
    ),
}
"""Japanese and English."""


def inferences_of(
    tx: Transaction, part_key: int, trade_key: int | None, shown: frozenset[str]
) -> Sequence[Inference]:
    """`inferences` of an own part, by what it stands on now. A few statements, one a level of own assemblies."""
    stated = store.read_stated(tx, [part_key]).statements
    own = {one.trade_key: one for one in stated}
    statement = own.get(trade_key) or own.get(None)
    return [] if statement is None else inferences(shown, _behind(tx, statement))


def _behind(tx: Transaction, statement: Statement) -> Behind:
    deliveries: set[UUID] = set()
    seen: set[UUID] = set()
    level = [statement]
    for _ in range(MOST_LEVELS):
        below: set[UUID] = set()
        for one in level:
            deliveries |= {
                source.source_id for source in one.sources if source.kind == "delivery" and source.share
            }
            below |= {source.child_id for source in one.sources if source.kind == "own"} - seen
        if not below:
            break
        seen |= below
        keys = [part.part_key for part in parts.part_keys(tx, below).values()]
        level = [one for one in store.read_stated(tx, keys).statements if one.trade_key is None]
    in_force = statement.in_force
    covered = in_force.categories_coverage.values()
    return Behind(
        suppliers=len(deliveries),
        own=gate_to_gate(statement),
        categories_complete=bool(in_force.categories) and all(share >= ONE for share in covered),
        rated=any(quality.ter is not None for quality in in_force.quality.values()),
    )
