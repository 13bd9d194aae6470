"""Sheets follow new versions of the factor sets they calculate with (CFP値自動更新: 排出係数の更新).

A company stores, or is lent, a further version of a set. Its present sheets of a period within the version's that name
the same factors of another version are calculated anew. A part that follows at once states the result as its next
version, with the sheet as the cause; of any other, the sheet is kept as a draft that waits for its owner, and the
stated footprint stays. Left alone are drafts, sheets whose footprint was stated otherwise since, factors that the
version no longer has, and licensed ones: nobody with a seat is there when it happens by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from renkei.database.events import Handler, ReceivedEvent
from renkei.database.transaction import Event, Transaction
from renkei.kit.errors import SeveralFaults
from renkei.usecases.footprint.calculator import store
from renkei.usecases.footprint.calculator.engine import refs_of
from renkei.usecases.footprint.calculator.model import Sheet, StoredSheet
from renkei.usecases.footprint.calculator.service import put_sheet, states_its_footprint
from renkei.usecases.footprint.factors import service as factors
from renkei.usecases.footprint.factors.model import Factor, FactorRef, FactorSet
from renkei.usecases.footprint.updates import policy_of

SHEETS_LEFT: Final = "jp.renkei.footprint.sheets_left.v1"
MOST_AT_ONCE: Final = 100
"""Sheets looked at in one transaction; the rest follows by event."""


def on_stored(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: versions of own sets were stored; or the rest of the sheets that an earlier round left."""
    for event in events:
        name, version, before = (event.data.get(key) for key in ("set", "version", "before"))
        present = factors.own_sets(tx)
        of = next((one for one in present if (one.set_id, one.version) == (name, version)), None)
        if of is not None:
            follow(tx, of, present, before if isinstance(before, int) else None)


def on_lent(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: another company lends versions of its sets."""
    lent = {event.subject for event in events}
    present = factors.own_sets(tx)
    for of in present:
        if of.loan_id in lent:
            follow(tx, of, present)


def follow(tx: Transaction, of: FactorSet, present: Sequence[FactorSet], before: int | None = None) -> int:
    """Bring sheets to this version of a set, those older than `before` (a sheet's key); returns how many changed.

    `present`: all sets, newest version first. Where a newer one is of the sheet's period, too, that one counts: an
    older version that is lent again takes no sheet back.
    """
    found = store.standing_on(tx, of, before=before, limit=MOST_AT_ONCE)
    newer = [one for one in present[: present.index(of)] if one.set_id == of.set_id]
    wanted = {_moved(ref, of) for _, one in found for ref in refs_of(one.sheet) if _is_of(ref, of)}
    known = factors.factors_by_ref(tx, wanted)
    changed = 0
    for _, one in found:
        sheet = _with(one.sheet, of, known)
        if (
            sheet is None
            or any(_is_for(later, sheet) for later in newer)
            or not states_its_footprint(tx, one)
        ):
            continue
        held = policy_of(tx, one.trace_id).mode != "at_once"
        try:
            put_sheet(tx, sheet, replaces=one.version, draft=held, follows_factors=True)
        except (
            SeveralFaults
        ):  # what the sheet stands on has gone meanwhile: its owner sees why when opening it
            continue
        changed += 1
    if len(found) == MOST_AT_ONCE:
        left = {"set": of.set_id, "version": of.version, "before": found[-1][0]}
        tx.emit(Event(SHEETS_LEFT, tx.caller.operator_key, tx.caller.operator_id, left))
    return changed


def _is_for(of: FactorSet, sheet: Sheet) -> bool:
    return of.period_from <= sheet.period_from and sheet.period_to <= of.period_to


def _is_of(ref: FactorRef, of: FactorSet) -> bool:
    return ref.set_id == of.set_id and ref.version != of.version


def _moved(ref: FactorRef, of: FactorSet) -> FactorRef:
    return ref._replace(version=of.version) if _is_of(ref, of) else ref


def _with(sheet: Sheet, of: FactorSet, known: Mapping[FactorRef, Factor]) -> Sheet | None:
    """The sheet with the factors of this version; None if it lacks one, or one is licensed."""
    moved = {_moved(ref, of) for ref in refs_of(sheet) if _is_of(ref, of)}
    if not moved or any(ref not in known or known[ref].restricted for ref in moved):
        return None
    lines = (
        replace(
            line,
            factor=None if line.factor is None else _moved(line.factor, of),
            alternatives={rule: _moved(ref, of) for rule, ref in line.alternatives.items()},
        )
        for line in sheet.lines
    )
    return replace(sheet, lines=tuple(lines))


def waiting(tx: Transaction, limit: int) -> list[StoredSheet]:
    """Drafts that newer factors gave and that wait for their owner, newest first. One statement."""
    return store.following(tx, limit)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {factors.STORED: on_stored, SHEETS_LEFT: on_stored, factors.LENT: on_lent}
)
