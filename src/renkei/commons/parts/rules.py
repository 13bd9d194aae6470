"""Pure decisions about a structure as stated: every fault with its place, before anything is stored.

Pointers: "/parent/…" for the parent, "/lines/<i>/…" for a line, "/lines/<i>/child/…" for its child; the doors turn
them into the words of their own bodies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from renkei.commons.parts.errors import (
    BadAmount,
    DuplicateChild,
    SelfReference,
    TooManyLines,
    UnitUnknown,
    UsageShareMissing,
    UsageShares,
)
from renkei.commons.parts.model import LineDraft, PartDraft
from renkei.kit.decimals import CONTEXT, plain_text
from renkei.kit.errors import Fault, RenkeiError
from renkei.kit.quantities import parse_unit

MAX_LINES = 10_000
"""Lines of one structure: a whole battery pack or car body in one list; beyond that it is a mistake."""
_ONE = Decimal(1)
_ZERO = Decimal(0)

NaturalKey = tuple[UUID, str, str | None]
"""Plant, name, support name: what a trace id is issued for, inside one operator."""


def natural_key(draft: PartDraft) -> NaturalKey:
    """What the trace id of a drafted part is issued for."""
    return (draft.plant_id, draft.name, draft.support_name)


def faults_of_part(draft: PartDraft, pointer: str) -> list[Fault]:
    """What is wrong with one part as stated."""
    if draft.unit is not None and parse_unit(draft.unit) is None:
        return _fault(UnitUnknown(f"{pointer}/unit", unit=draft.unit))
    return []


def faults_of_lines(lines: Sequence[LineDraft], pointer: str = "") -> list[Fault]:
    """What is wrong with the lines as stated, without looking at what is stored."""
    if len(lines) > MAX_LINES:
        return _fault(TooManyLines(f"{pointer}/lines", maximum=MAX_LINES))
    faults: list[Fault] = []
    groups: dict[str, list[Decimal]] = {}
    for i, line in enumerate(lines):
        here = f"{pointer}/lines/{i}"
        if isinstance(line.child, PartDraft):
            faults += faults_of_part(line.child, f"{here}/child")
        if parse_unit(line.unit) is None:
            faults += _fault(UnitUnknown(f"{here}/unit", unit=line.unit))
        faults += _faults_of_numbers(line, here)
        if (line.alternative_group is None) != (line.usage_share is None):
            faults += _fault(UsageShareMissing(f"{here}/usage_share"))
        elif (
            line.alternative_group is not None
            and line.usage_share is not None
            and line.usage_share.is_finite()
        ):
            groups.setdefault(line.alternative_group, []).append(line.usage_share)
    for group, shares in groups.items():
        total = _ZERO
        for share in shares:
            total = CONTEXT.add(total, share)
        if total != _ONE:
            faults += _fault(UsageShares(f"{pointer}/lines", group=group, sum=plain_text(total)))
    return faults


def _faults_of_numbers(line: LineDraft, here: str) -> list[Fault]:
    faults: list[Fault] = []
    if not line.amount.is_finite() or line.amount < 0:
        faults += _fault(BadAmount(f"{here}/amount"))
    if not line.base_quantity.is_finite() or line.base_quantity <= 0:
        faults += _fault(BadAmount(f"{here}/base_quantity"))
    if line.usage_share is not None and (not line.usage_share.is_finite() or not 0 <= line.usage_share <= 1):
        faults += _fault(BadAmount(f"{here}/usage_share"))
    return faults


def faults_of_identity(parent: NaturalKey | None, children: Sequence[NaturalKey | None]) -> list[Fault]:
    """Which lines name the parent itself, or a part that an earlier line names.

    Identities are natural keys (a child given by trace id has that of the stored part; None if it is not known).
    """
    faults: list[Fault] = []
    seen: set[NaturalKey] = set()
    for i, child in enumerate(children):
        if child is None:
            continue
        if child == parent:
            faults += _fault(SelfReference(f"/lines/{i}/child"))
        elif child in seen:
            faults += _fault(DuplicateChild(f"/lines/{i}/child"))
        seen.add(child)
    return faults


def holds(effective_from: date, today: date, latest_begun: date | None) -> bool:
    """Whether a new version that begins on `effective_from` is the one in force today.

    Of the versions that have begun the one with the latest day holds, and among those of one day the newest.
    """
    return effective_from <= today and (latest_begun is None or effective_from >= latest_begun)


def _fault(error: RenkeiError) -> list[Fault]:
    return list(error.faults)
