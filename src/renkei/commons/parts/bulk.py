"""Registering many parts with their structures at once.

Two steps: `stage` takes the rows one by one, without a transaction, for as long as the sender takes; `promote` checks them
as a whole and stores them in one transaction: all of them or none, every fault at once.

What a row says is what `update_part` and `put_structure` would make of it, but for the children: a line *names* a part.
If a row of the same file states that part, earlier or later, that row holds; if it is registered already, it is left as
it is; otherwise it is made from what the first line says that names it. A child is `made` if it has lines once everything
is stored, else `bought`, unless the line says otherwise.
The same rows sent again change nothing: parts are found by their natural key, and a structure that says what is there
already (for a day: on that day) gets no new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from renkei.commons.parts import bulk_store as store
from renkei.commons.parts.errors import (
    ChangedMeanwhile,
    DuplicateChild,
    DuplicateRow,
    PartQuotaExceeded,
    PlantUnknown,
    SelfReference,
    TraceUnknown,
)
from renkei.commons.parts.model import BulkChanges, BulkResult, BulkRow, LineChange, PartChange
from renkei.commons.parts.staging import Staged
from renkei.database.caller import WRITERS
from renkei.database.transaction import Database, Entry, Event, Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.strict_json import MOST_FAULTS

ROWS_AT_ONCE: Final = 20_000
"""Rows of one INSERT: a second or two, far below the time-out of a statement, and a bounded queue of triggers."""
REGISTERED: Final = "jp.renkei.parts.registered.v1"


def bulk_register(
    database: Database, entry: Entry, rows: Iterable[BulkRow | Fault], *, part_limit: int | None = None
) -> BulkResult:
    """Register many parts with their structures in one transaction of its own: all of them or none.

    A `Fault` among the rows is one that was found in reading. `part_limit`: the most parts the operator may have.
    Raises `SeveralFaults` with the first `MOST_FAULTS` of everything that is wrong, each at "line:<row><pointer>";
    `PartQuotaExceeded`.
    """
    with stage(rows) as staged:
        return database.run(entry, lambda tx: promote(tx, staged, part_limit=part_limit))


def stage(rows: Iterable[BulkRow | Fault], *, merge: bool = False) -> Staged:
    """Check every row for itself and write it to temporary files; the caller closes what is returned.

    `merge`: a part that is registered keeps what its row does not say (null), and whether it is an end part.
    """
    staged = Staged(merge=merge)
    try:
        staged.take(rows)
    except BaseException:
        staged.close()
        raise
    return staged


def check_quota(tx: Transaction, held: int, new: int, limit: int | None = None) -> None:
    """Raises `PartQuotaExceeded` if `new` parts beside those `held` are more than a company may have.

    `limit`: by default the quota `parts` of this process.
    """
    most = tx.quotas.get("parts") if limit is None else limit
    if most is not None and new and held + new > most:
        raise PartQuotaExceeded(maximum=most, held=held, new=new)


def promote(
    tx: Transaction, staged: Staged, *, part_limit: int | None = None, expect: str | None = None
) -> BulkResult:
    """Check the staged rows against each other and what is stored, and store them. May be repeated. Raises as above.

    `expect`: the fingerprint of the changes that were shown; raises `ChangedMeanwhile` if it is another by now.
    """
    _prepare(tx, staged, part_limit)
    if expect is not None and _changes(tx, most=0).fingerprint != expect:
        raise ChangedMeanwhile
    ranges = [(first, first + ROWS_AT_ONCE - 1) for first in range(1, staged.last_row + 1, ROWS_AT_ONCE)]
    for first, last in ranges:
        store.insert_parts(tx, first, last)
    store.update_parts(tx)
    for first, last in ranges:
        store.insert_structures(tx, first, last)
    touched = store.touched(tx)
    tx.mark("part_inputs", [key for key, more_than_texts in touched if more_than_texts])
    tx.mark("chain", [key for key, more_than_texts in touched if not more_than_texts])
    traces, created, updated, structures = store.outcome(tx)
    data = {"created": created, "updated": updated, "structures": structures}
    tx.emit(Event(REGISTERED, tx.caller.operator_key, tx.new_id(), data))
    return BulkResult(
        trace_ids=tuple(traces), parts_created=created, parts_updated=updated, structures=structures
    )


def compare(
    tx: Transaction, staged: Staged, *, part_limit: int | None = None, most: int = 1_000
) -> BulkChanges:
    """What `promote` would change, `most` of each listed. Nothing is stored. Raises as above."""
    _prepare(tx, staged, part_limit)
    return _changes(tx, most=most)


def _prepare(tx: Transaction, staged: Staged, part_limit: int | None) -> None:
    """Take the rows into this transaction, check them, and find what they change."""
    tx.caller.require(*WRITERS)
    store.open_tables(tx)
    store.copy_in(
        tx, staged.chunks(staged.parts), staged.chunks(staged.children), staged.chunks(staged.lines)
    )
    faults = [*staged.faults, *_faults_among_rows(tx)]
    store.add_children(tx)
    faults += _faults_of_plants(tx)
    store.find_known(tx, merge=staged.merge)
    if staged.has_traces:
        store.find_traced(tx)
    faults += _faults_of_traces(tx, staged)
    if faults:
        raise SeveralFaults(tuple(sorted(faults, key=_line_of)[:MOST_FAULTS]))
    held, new = store.count_parts(tx)
    check_quota(tx, held, new, part_limit)
    store.find_changed(tx)


def _changes(tx: Transaction, *, most: int) -> BulkChanges:
    store.gather_changes(tx)
    counts = store.count_changes(tx)
    return BulkChanges(
        parts_new=counts["parts_new"],
        parts_changed=counts["parts_changed"],
        structures=counts["structures"],
        lines_added=counts["added"],
        lines_changed=counts["changed"],
        lines_removed=counts["removed"],
        fingerprint=counts["fingerprint"],
        parts=tuple(PartChange(**row) for row in store.list_part_changes(tx, most)) if most else (),
        lines=tuple(_line_change(row) for row in store.list_line_changes(tx, most)) if most else (),
    )


def _line_change(row: Mapping[str, Any]) -> LineChange:
    return LineChange(
        kind=row["kind"],
        row=row["row"],
        position=row["position"] or 0,
        parent_name=row["parent_name"],
        child_name=row["child_name"],
        amount=row["amount"],
        unit=row["unit"],
        base_quantity=row["base_quantity"],
        before_amount=row["before_amount"],
        before_unit=row["before_unit"],
        before_base_quantity=row["before_base_quantity"],
    )


def _faults_among_rows(tx: Transaction) -> list[Fault]:
    return [
        fault
        for row, first in store.repeated_rows(tx, MOST_FAULTS)
        for fault in DuplicateRow(f"line:{row}", row=first).faults
    ]


def _faults_of_plants(tx: Transaction) -> list[Fault]:
    return [
        fault
        for row, position in store.foreign_plants(tx, MOST_FAULTS)
        for fault in PlantUnknown(
            f"line:{row}/plant_id" if position is None else f"{_child(row, position)}/plant_id"
        ).faults
    ]


def _faults_of_traces(tx: Transaction, staged: Staged) -> list[Fault]:
    faults: list[Fault] = []
    if staged.has_own_traces:
        for row in store.unknown_own_traces(tx, MOST_FAULTS):
            faults += TraceUnknown(f"line:{row}/trace_id").faults
    if staged.has_traces:
        for row, position in store.unknown_traces(tx, MOST_FAULTS):
            faults += TraceUnknown(f"{_child(row, position)}/trace_id").faults
        for row, position, is_parent in store.traced_twice(tx, MOST_FAULTS):
            error = SelfReference if is_parent else DuplicateChild
            faults += error(_child(row, position)).faults
    return faults


def _child(row: int, position: int) -> str:
    return f"line:{row}/lines/{position - 1}/child"


def _line_of(fault: Fault) -> int:
    number = fault.pointer.removeprefix("line:").partition("/")[0]
    return int(number) if number.isdigit() else 0
