"""Operations on reports: the report of an own declaration, its evidence, and the check by the code on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from renkei.commons.consents.service import note_reads_of
from renkei.commons.ledger.bundle import bundle
from renkei.commons.ledger.service import prove
from renkei.commons.parts.errors import PartMissing
from renkei.database.transaction import Database, Transaction, act_as, as_role
from renkei.usecases.footprint import declarations_store
from renkei.usecases.footprint.engagements import store as engagements_store
from renkei.usecases.footprint.errors import CheckMissing, DeclarationMissing, EvidenceMissing
from renkei.usecases.footprint.reports import store
from renkei.usecases.footprint.reports.model import Evidence, Language, Report
from renkei.usecases.footprint.reports.report import draw


def evidence_of(tx: Transaction, declaration_id: UUID) -> Evidence:
    """The evidence of an own declaration, a read of what was delivered. Raises `DeclarationMissing`, `EvidenceMissing`."""
    found = store.read(tx, declaration_id)
    if found is not None:
        note_reads_of(tx, store.delivered_in(tx, declaration_id))
        return found
    if not declarations_store.listed(tx, declaration_id=declaration_id, limit=1):
        raise DeclarationMissing
    raise EvidenceMissing


def newest_of(tx: Transaction, trace_id: UUID) -> UUID:
    """The newest declaration of an own part that has a report. Raises `PartMissing`, `EvidenceMissing`."""
    found = store.newest(tx, trace_id)
    if found is None:
        raise EvidenceMissing if store.owner_of_part(tx, trace_id) else PartMissing
    return found


def report_of(tx: Transaction, declaration_id: UUID, language: Language, base_url: str) -> Report:
    """The report of an own declaration. Raises `DeclarationMissing`, `EvidenceMissing`."""
    evidence = evidence_of(tx, declaration_id)
    return draw(evidence, language, base_url, engagements_store.verifications(tx, [declaration_id]))


def check(database: Database, check_id: UUID) -> dict[str, Any]:
    """What whoever holds the code on a report may see: the one fact of its declaration with its proof, and no value.

    The answer is a bundle as `renkei ledger check` takes it. Raises `CheckMissing`, `NoHeadYet`.
    """
    found = database.read(as_role("renkei_access"), lambda tx: store.owner_of_check(tx, check_id))
    if found is None:
        raise CheckMissing
    operator_key, operator_id, declaration_id = found
    return database.read(
        act_as(operator_key, operator_id, door="page"),
        lambda tx: bundle(*prove(tx, [declaration_id], "footprint.declaration")),
    )
