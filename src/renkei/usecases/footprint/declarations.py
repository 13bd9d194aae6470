"""Declarations (宣言): a filed version that never moves, beside what is true now."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Final
from uuid import UUID

from renkei.commons.ledger import service as ledger
from renkei.commons.parts.service import own_part
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.kit.canonical import canonical_json
from renkei.kit.errors import SeveralFaults
from renkei.kit.paging import Page
from renkei.usecases.footprint import declarations_store, store
from renkei.usecases.footprint.engagements import store as engagements_store
from renkei.usecases.footprint.errors import (
    BadNumber,
    DeclarationMissing,
    NothingToDeclare,
    StatementMissing,
)
from renkei.usecases.footprint.model import Declaration, DeclarationView
from renkei.usecases.footprint.reports import store as reports_store
from renkei.usecases.footprint.reports.evidence import gather
from renkei.usecases.footprint.reports.model import Evidence, ReportDraft

DECLARED: Final = "jp.renkei.footprint.declared.v1"
NOTHING_MORE: Final = ReportDraft()


def file_declaration(
    tx: Transaction,
    trace_id: UUID,
    *,
    rule_set: str,
    period_from: date,
    period_to: date,
    version: int | None = None,
    reference: str | None = None,
    draft: ReportDraft = NOTHING_MORE,
) -> DeclarationView:
    """Pin a version of a part's general footprint (the present one, or `version`) as what was filed.

    Everything it stands on is frozen with it as its evidence file, of which the ledger holds the digest.
    Raises `PartMissing`, `NothingToDeclare`, `StatementMissing` for an unknown version, `SeveralFaults`.
    """
    tx.caller.require(*WRITERS)
    if period_to < period_from:
        raise SeveralFaults(tuple(BadNumber("/period_to").faults))
    part = own_part(tx, trace_id, "/trace_id")
    before = None if version is None else version + 1
    found = store.read_history(tx, part.part_key, None, before_version=before, limit=1)
    if not found:
        raise NothingToDeclare
    newest = found[0]
    if version is not None and newest.version != version:
        raise StatementMissing("/version")
    declaration_id = declarations_store.insert(
        tx, part, newest, rule_set=rule_set, period_from=period_from, period_to=period_to, reference=reference
    )
    content: dict[str, Any] = {
        "declaration_id": declaration_id,
        "trace_id": part.trace_id,
        "plant_id": part.plant_id,
        "statement_id": newest.statement_id,
        "version": newest.version,
        "rule_set": rule_set,
        "period_from": period_from,
        "period_to": period_to,
        "reference": reference,
        "filed_by": tx.caller.actor,
        "filed_at": tx.now,
    }
    check_id = tx.new_id()
    frozen = canonical_json(
        gather(
            tx,
            declaration=content | {"check_id": check_id},
            part=part,
            statement=newest,
            draft=draft,
        )
    )
    evidence = Evidence(
        declaration_id=declaration_id,
        check_id=check_id,
        content=frozen,
        sha256=hashlib.sha256(frozen).digest(),
    )
    reports_store.insert(tx, evidence)
    content["evidence_sha256"] = evidence.sha256.hex()
    ledger.record(tx, "footprint.declaration", declaration_id, content)
    tx.emit(
        Event(
            DECLARED,
            tx.caller.operator_key,
            declaration_id,
            {"part": part.part_key, "version": newest.version},
        )
    )
    return declaration(tx, declaration_id)


def declaration(tx: Transaction, declaration_id: UUID) -> DeclarationView:
    """One own declaration beside what is true now. Raises `DeclarationMissing`."""
    found = declarations_store.listed(tx, declaration_id=declaration_id, limit=1)
    if not found:
        raise DeclarationMissing
    return _beside_the_present(tx, found)[0]


def declarations(
    tx: Transaction, *, trace_id: UUID | None = None, after: UUID | None = None, limit: int = 100
) -> Page[DeclarationView]:
    """Own declarations (of one part), newest first. Raises `PartMissing`."""
    part_key = None
    if trace_id is not None:
        part = own_part(tx, trace_id)
        part_key = part.part_key
    found = declarations_store.listed(tx, part_key=part_key, after=after, limit=limit + 1)
    following = found[limit].declaration_id if len(found) > limit else None
    return Page(tuple(_beside_the_present(tx, found[:limit])), following)


def _beside_the_present(tx: Transaction, found: list[Declaration]) -> list[DeclarationView]:
    stated = store.read_stated(tx, {one.part_key for one in found})
    current = {one.part_key: one for one in stated.statements if one.trade_key is None}
    stood_on = {
        one.declaration_id: [s.source_id for s in one.statement.sources if s.kind == "delivery"]
        for one in found
    }
    withdrawn = declarations_store.withdrawn_deliveries(tx, [id_ for ids in stood_on.values() for id_ in ids])
    digests = reports_store.digests(tx, stood_on)
    verified = engagements_store.verifications(tx, stood_on)
    return [
        DeclarationView(
            declaration=one,
            current=current.get(one.part_key),
            withdrawn=tuple(id_ for id_ in stood_on[one.declaration_id] if id_ in withdrawn),
            evidence_sha256=digests.get(one.declaration_id),
            verifications=tuple(each for each in verified if each.declaration_id == one.declaration_id),
        )
        for one in found
    ]
