"""The use case CFP (カーボンフットプリント): statements, calculation, answers and certificates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from renkei.commons.usecase import UseCase
from renkei.usecases.footprint import api, proposals
from renkei.usecases.footprint.tables import metadata

if TYPE_CHECKING:
    from renkei.database.transaction import Transaction

KIND: Final = "CFP"


def _has_answer(tx: Transaction, part_keys: Iterable[int]) -> set[int]:
    # guard: moves into the room's store module with the calculation
    found = tx.execute(
        """
        SELECT DISTINCT part_key FROM footprint.statements
         WHERE operator_key = commons.me() AND superseded_at IS NULL AND part_key = ANY(%s)
        """,
        (list(part_keys),),
    ).fetchall()
    return {int(row[0]) for row in found}


def _deliver(tx: Transaction, part_keys: Iterable[int]) -> None:
    tx.mark("disclosure", part_keys)


use_case: Final = UseCase(
    name="footprint",
    request_kinds=(KIND,),
    attributes={
        KIND: {
            "total": ("CFP値（合計）", "Footprint total"),
            "quality": ("データ品質（DQR）", "Data quality (DQR)"),
            "certificate": ("証明書", "Certificate"),
            "pds": ("一次データ比率", "Primary data share"),
            "gate_to_gate": ("自社工程のみの値", "Gate-to-gate value"),
            "categories": ("内訳", "Categories"),
        }
    },
    has_answer=_has_answer,
    deliver=_deliver,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=api.routers,
    handlers=proposals.HANDLERS,
)
"""What this room plugs into the house."""

__all__ = ["KIND", "use_case"]
