"""An upload from its bytes to what is stored, whichever door it comes through: looked at, kept, confirmed.

A file is read outside of any transaction; what comes out is work for one:

    with bom_upload(context, entry, content, "BOM.xlsx", mapping) as keep:
        kept = context.database.run(entry, keep)                     # faulty, or ready to be confirmed
    with confirmation(context, entry, kept.import_id) as confirm:
        done = context.database.run(entry, confirm)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from renkei.commons.edge.context import AppContext
from renkei.commons.imports import service as imports
from renkei.commons.imports.model import Import, ImportDraft
from renkei.commons.operators.model import Plant
from renkei.commons.operators.service import plants
from renkei.connectors.spreadsheet import bom_import, factor_import, supplier_import
from renkei.connectors.spreadsheet.bom_import import Shown
from renkei.connectors.spreadsheet.bom_mapping import AS_RECOGNISED, BomMapping
from renkei.connectors.spreadsheet.factor_import import LookedFactors, Target
from renkei.connectors.spreadsheet.factor_mapping import FACTORS_AS_RECOGNISED, FactorMapping
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.reports import report_json, result_json
from renkei.connectors.spreadsheet.table import Findings
from renkei.connectors.spreadsheet.workbooks import limits_of
from renkei.database.transaction import Entry, Transaction

Work = Callable[[Transaction], Import]


@contextmanager
def bom_upload(
    context: AppContext, entry: Entry, content: bytes, file_name: str, mapping: BomMapping | str | None
) -> Iterator[Work]:
    """How to keep a bill of materials with its report. `mapping`: a saved one by its name; None: recognised.

    Raises `MappingMissing`, and what the reader raises for a file that cannot be read at all.
    """

    def read(tx: Transaction) -> tuple[BomMapping, list[Plant], date]:
        chosen = mapping or AS_RECOGNISED
        if isinstance(chosen, str):
            chosen = bom_import.mapping_from(imports.mapping_of(tx, bom_import.KIND, chosen).content)
        return chosen, plants(tx), tx.now.date()

    settings = context.settings
    chosen, own_plants, today = context.database.read(entry, read)

    def keep(tx: Transaction) -> Import:
        shown = bom_import.show(tx, looked, part_limit=settings.parts_per_operator_limit)
        options = bom_import.mapping_json(chosen)
        return _kept(context, tx, bom_import.KIND, file_name, content, options, shown)

    with bom_import.look(content, chosen, own_plants, today, limits_of(settings)) as looked:
        yield keep


def workbook_upload(context: AppContext, entry: Entry, content: bytes, file_name: str) -> Work:
    """How to keep a supplier's workbook with its report. Raises what the reader raises."""
    shown = _look_at_workbook(context, entry, content)
    return lambda tx: _kept(context, tx, supplier_import.KIND, file_name, content, {}, shown)


def factors_upload(
    context: AppContext,
    entry: Entry,
    content: bytes,
    file_name: str,
    mapping: FactorMapping | str | None,
    target: Target,
) -> Work:
    """How to keep a list of emission factors with its report. `mapping`: a saved one by its name; None: recognised.

    Raises `MappingMissing`, and what the reader raises; the work raises what `factor_import.show` does, of what the set
    is to be called.
    """
    settings = context.settings
    chosen = mapping or FACTORS_AS_RECOGNISED
    if isinstance(chosen, str):
        name = chosen
        saved = context.database.read(entry, lambda tx: imports.mapping_of(tx, factor_import.KIND, name))
        chosen = factor_import.mapping_from(saved.content)
    looked = factor_import.look(content, chosen, limits_of(settings))
    options = {
        "mapping": factor_import.mapping_json(chosen),
        "target": factor_import.target_json(target),
    }

    def keep(tx: Transaction) -> Import:
        shown = factor_import.show(tx, looked, target, limit=settings.factors_per_set_limit)
        return _kept(context, tx, factor_import.KIND, file_name, content, options, shown)

    return keep


@contextmanager
def another_look(context: AppContext, entry: Entry, import_id: UUID) -> Iterator[Work]:
    """How to report on a waiting upload anew, against the data of now."""
    waiting, content, own_plants, today = _waiting(context, entry, import_id)

    def report(tx: Transaction, shown: Shown) -> Import:
        imports.waiting_import(tx, import_id)
        return imports.report_anew(tx, import_id, shown.report, shown.fingerprint)

    if waiting.kind == supplier_import.KIND:
        found = _look_at_workbook(context, entry, content)
        yield lambda tx: report(tx, found)
        return
    if waiting.kind == factor_import.KIND:
        most = context.settings.factors_per_set_limit
        read, target = _factors_of(context, waiting, content)
        yield lambda tx: report(tx, factor_import.show(tx, read, target, limit=most))
        return
    limit = context.settings.parts_per_operator_limit
    with _looked(context, waiting, content, own_plants, today) as looked:
        yield lambda tx: report(tx, bom_import.show(tx, looked, part_limit=limit))


@contextmanager
def confirmation(context: AppContext, entry: Entry, import_id: UUID) -> Iterator[Work]:
    """How to do what a waiting upload showed, and say yes to its questions.

    Raises `ImportMissing`, `ImportNotReady`; the work raises `ChangedMeanwhile` if it would do anything else by now.
    """
    waiting, content, own_plants, today = _waiting(context, entry, import_id)

    def finish(tx: Transaction, do: Callable[[str | None], Mapping[str, Any]]) -> Import:
        present, _ = imports.waiting_import(tx, import_id)
        return imports.finish_import(tx, import_id, do(present.fingerprint))

    if waiting.kind == supplier_import.KIND:
        source = read_file(content, limits_of(context.settings), Findings())
        yield lambda tx: finish(tx, lambda expect: supplier_import.perform(tx, source, expect=expect))
        return
    if waiting.kind == factor_import.KIND:
        most = context.settings.factors_per_set_limit
        read, target = _factors_of(context, waiting, content)
        yield lambda tx: finish(
            tx,
            lambda expect: factor_import.result_json(
                factor_import.store(tx, read, target, limit=most, expect=expect)
            ),
        )
        return
    limit = context.settings.parts_per_operator_limit
    with _looked(context, waiting, content, own_plants, today) as looked:
        yield lambda tx: finish(
            tx,
            lambda expect: result_json(bom_import.store(tx, looked, part_limit=limit, expect=expect)),
        )


def _kept(
    context: AppContext,
    tx: Transaction,
    kind: str,
    file_name: str,
    content: bytes,
    options: Mapping[str, Any],
    shown: Shown,
) -> Import:
    draft = ImportDraft(
        kind=kind,
        file_name=file_name,
        size_bytes=len(content),
        digest=hashlib.sha256(content).digest(),
        content=None if shown.fingerprint is None else content,
        options=options,
        report=shown.report,
        fingerprint=shown.fingerprint,
    )
    return imports.put_import(tx, draft, limit=context.settings.imports_waiting_limit)


def _look_at_workbook(context: AppContext, entry: Entry, content: bytes) -> Shown:
    """What a workbook would store, found by doing it in a transaction that is rolled back."""
    findings = Findings()
    source = read_file(content, limits_of(context.settings), findings)
    changes, fingerprint = supplier_import.rehearse(context.database, entry, source, findings)
    report = report_json(findings, {"sheets": [one.sheet for one in source.tables]}, changes)
    return Shown(findings, report, fingerprint)


def _waiting(context: AppContext, entry: Entry, import_id: UUID) -> tuple[Import, bytes, list[Plant], date]:
    """A waiting upload with its file, and what it is read against."""

    def read(tx: Transaction) -> tuple[Import, bytes, list[Plant], date]:
        waiting, content = imports.waiting_import(tx, import_id)
        return waiting, content, plants(tx), tx.now.date()

    return context.database.read(entry, read)


def _looked(
    context: AppContext, waiting: Import, content: bytes, own_plants: list[Plant], today: date
) -> bom_import.Looked:
    """A waiting bill of materials, read as it was when it came."""
    mapping = bom_import.mapping_from(waiting.options)
    return bom_import.look(content, mapping, own_plants, today, limits_of(context.settings))


def _factors_of(context: AppContext, waiting: Import, content: bytes) -> tuple[LookedFactors, Target]:
    """A waiting list of factors, read as it was when it came, and the set that it is for."""
    mapping = factor_import.mapping_from(waiting.options["mapping"])
    target = factor_import.target_from(waiting.options["target"])
    return factor_import.look(content, mapping, limits_of(context.settings)), target
