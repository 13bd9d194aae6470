"""The use case CFP (カーボンフットプリント): statements, calculation, answers and certificates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from renkei.commons.consents.service import DELIVERY_WRITTEN
from renkei.commons.files.service import FILES
from renkei.commons.usecase import Timer, UseCase
from renkei.usecases.footprint import certificates, proposals, store, updates, updates_store
from renkei.usecases.footprint.calculator import following
from renkei.usecases.footprint.calculator import service as calculator_service
from renkei.usecases.footprint.calculator import store as calculator_store
from renkei.usecases.footprint.disclosure import (
    OF_THE_PART,
    PLANT,
    STRUCTURE,
    contents,
    disclose,
    on_delivery,
)
from renkei.usecases.footprint.factors import service as factors
from renkei.usecases.footprint.inference import inferences_of
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.recalculation import LEFT, RECALCULATE, go_on, verify
from renkei.usecases.footprint.tables import metadata

if TYPE_CHECKING:
    from fastapi import APIRouter

    from renkei.database.transaction import Transaction


def _part_deleted(tx: Transaction, part_keys: set[int]) -> None:
    store.end_all(tx, part_keys)
    updates_store.end_of_parts(tx, part_keys)
    calculator_store.end_of_parts(tx, part_keys)
    certificates.erase_certificates(tx, part_keys)


def _routers() -> tuple[APIRouter, ...]:
    # Only what answers HTTP needs them, and what they stand on; a command is there in half the time without.
    from renkei.usecases.footprint import (  # noqa: PLC0415
        analysis_api,
        api,
        certificates_api,
        declarations_api,
        follow_api,
    )
    from renkei.usecases.footprint.calculator import api as calculator_api  # noqa: PLC0415
    from renkei.usecases.footprint.engagements import api as engagements_api  # noqa: PLC0415
    from renkei.usecases.footprint.factors import api as factors_api  # noqa: PLC0415
    from renkei.usecases.footprint.plausibility import api as plausibility_api  # noqa: PLC0415

    return (
        *api.routers(),
        *certificates_api.routers(),
        *follow_api.routers(),
        *declarations_api.routers(),
        *engagements_api.routers(),
        *plausibility_api.routers(),
        *analysis_api.routers(),
        *factors_api.routers(),
        *calculator_api.routers(),
    )


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
            STRUCTURE: ("構成品", "What it is made of"),
            PLANT: ("製造事業所", "Where it is made"),
        }
    },
    of_the_part=OF_THE_PART,
    has_answer=store.parts_with_statement,
    contents=contents,
    inferences=inferences_of,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=_routers,
    reactions={
        "part_inputs": RECALCULATE,
        "disclosure": disclose,
        "part_deleted": _part_deleted,
        FILES: certificates.follow_files,
    },
    exports={"footprint.factors": factors.exported},
    verify=verify,
    timers=(
        Timer("updates_published", updates_store.owners_with_due, updates.publish_due),
        Timer("renewals_told", calculator_service.owners_to_remind, calculator_service.remind_of_renewals),
    ),
    handlers={DELIVERY_WRITTEN: on_delivery, LEFT: go_on, **proposals.HANDLERS, **following.HANDLERS},
)
"""What this room plugs into the house."""

__all__ = ["KIND", "use_case"]
