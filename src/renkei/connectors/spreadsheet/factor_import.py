"""From a company's own list of emission factors to a new version of one of its sets: look, show, store.

`look` reads the file outside of any transaction; `show` and `store` are work for one. Nothing of a file is stored as long
as anything in it is wrong, and then exactly what was shown.

    looked = look(content, mapping, limits)
    shown = database.run(entry, lambda tx: show(tx, looked, target, limit=…))
    if not shown.findings.blocked:
        database.run(entry, lambda tx: store(tx, looked, target, limit=…, expect=shown.fingerprint))
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from renkei.commons.parts.errors import ChangedMeanwhile
from renkei.connectors.spreadsheet.bom_import import Shown
from renkei.connectors.spreadsheet.errors import (
    CellNotNumber,
    CellOutOfRange,
    FactorJumped,
    FactorLicencesSeveral,
    FactorNegative,
    FactorPeriodAssumed,
    FactorPeriodReversed,
    FactorSetFactMissing,
    FactorSourcesSeveral,
    FactorsTooMany,
    FactorsUnchanged,
    NumbersAmbiguous,
    NumbersByComma,
    NumbersMixed,
)
from renkei.connectors.spreadsheet.factor_mapping import FACTORS_AS_RECOGNISED, FactorMapping
from renkei.connectors.spreadsheet.factor_reader import IN_THIS_FILE, FactorList, read_factors
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.reports import SHOWN_CHANGES, report_json
from renkei.connectors.spreadsheet.table import Findings, Place, shortened
from renkei.connectors.spreadsheet.workbooks import Limits
from renkei.database.transaction import Transaction
from renkei.kit.decimals import plain_text
from renkei.kit.errors import SeveralFaults
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint.factors.documents import factor_json
from renkei.usecases.footprint.factors.errors import FactorSetExists
from renkei.usecases.footprint.factors.model import (
    Factor,
    FactorKind,
    FactorRef,
    FactorScope,
    FactorSet,
    GwpSet,
)
from renkei.usecases.footprint.factors.service import (
    check_name,
    factors_of_version,
    own_sets,
    put_factors,
)

KIND: Final = "factors"
_JUMP: Final = 10
_MOST_NAME: Final = 256
_WITH_NUMBERS: Final = frozenset(
    error.code
    for error in (
        CellNotNumber,
        CellOutOfRange,
        FactorNegative,
        NumbersAmbiguous,
        NumbersByComma,
        NumbersMixed,
    )
)
"""What is found in a cell and quotes its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which set a file becomes a version of. What is not said here comes from the mapping, the file, the version before.

    `version` None: the next number.
    """

    set_id: str
    version: str | None = None
    title: str | None = None
    source: str | None = None
    licence: str | None = None
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, slots=True)
class LookedFactors:
    """A file as it was read."""

    findings: Findings
    mapping: FactorMapping
    read: FactorList | None


@dataclass(frozen=True, slots=True)
class _Version:
    """What would be stored: the set, its factors, and the version before with its own."""

    of: FactorSet
    factors: tuple[Factor, ...]
    former: FactorSet | None
    before: Mapping[str, Factor]


def look(content: bytes, mapping: FactorMapping, limits: Limits) -> LookedFactors:
    """Read a file and check every row for itself. Raises `RenkeiError` for a file that cannot be read at all."""
    findings = Findings()
    source = read_file(content, limits, findings)
    return LookedFactors(findings, mapping, read_factors(source, mapping, findings))


def show(tx: Transaction, looked: LookedFactors, target: Target, *, limit: int) -> Shown:
    """What the new version would be, and what is doubtful in the light of the one before. Stores nothing.

    Raises `FactorSetNameBad`, `FactorSetReserved`, `FactorSetExists`: what the set is to be called is not of the file.
    """
    findings = deepcopy(looked.findings)
    check_name(target.set_id, target.version or "1")
    found = _version(tx, looked, target, limit, findings)
    if found is None or findings.blocked:
        return Shown(findings, report_json(findings, _read(looked), None), None)
    changes = _changes(found, looked.read, findings)
    return Shown(findings, report_json(findings, _read(looked), changes), _fingerprint(found))


def store(
    tx: Transaction, looked: LookedFactors, target: Target, *, limit: int, expect: str | None = None
) -> FactorSet:
    """Store it. Raises `ChangedMeanwhile` if that would not be what was shown, `SeveralFaults` with places in the file."""
    findings = deepcopy(looked.findings)
    check_name(target.set_id, target.version or "1")
    found = _version(tx, looked, target, limit, findings)
    if found is None or findings.blocked:
        raise SeveralFaults(tuple(one.fault for one in findings.of("fault")))
    if expect is not None and expect != _fingerprint(found):
        raise ChangedMeanwhile
    return put_factors(tx, found.of, found.factors)


def result_json(stored: FactorSet) -> dict[str, Any]:
    """What was stored."""
    return {"set_id": stored.set_id, "version": stored.version, "factors": stored.factors}


# -- the version that it becomes ---------------------------------------------------------------------------------------
def _version(
    tx: Transaction, looked: LookedFactors, target: Target, limit: int, findings: Findings
) -> _Version | None:
    read = looked.read
    if read is None:
        return None
    if len(read.factors) > limit:
        findings.add("fault", FactorsTooMany(limit=limit, count=len(read.factors)), Place(read.sheet))
    own = [one for one in own_sets(tx) if one.set_id == target.set_id]
    former = own[0] if own else None
    if looked.mapping.restricted or (former is not None and former.restricted):
        _hide_numbers(findings)
    if target.version in {one.version for one in own}:
        raise FactorSetExists("/version")
    of = _set(read, looked.mapping, target, former, _next(own), findings)
    if of is None:
        return None
    factors = tuple(_in_set(one, of) for one in read.factors)
    held = [] if former is None else factors_of_version(tx, former.set_id, former.version)
    return _Version(of, factors, former, {one.ref.factor_id: one for one in held})


def _hide_numbers(findings: Findings) -> None:
    """Let what was found in a licensed set name cells and no numbers: others read it."""
    findings.found = [
        replace(one, fault=replace(one.fault, parameters=_without_numbers(one.fault.parameters)))
        if one.fault.code in _WITH_NUMBERS
        else one
        for one in findings.found
    ]


def _without_numbers(parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: "…" if name in {"value", "read"} else said for name, said in parameters.items()}


def _next(own: Sequence[FactorSet]) -> str:
    """The number behind the highest; versions that are none do not count."""
    numbers = [int(one.version) for one in own if one.version.isascii() and one.version.isdigit()]
    return str(max(numbers, default=0) + 1)


def _set(
    read: FactorList,
    mapping: FactorMapping,
    target: Target,
    former: FactorSet | None,
    version: str,
    findings: Findings,
) -> FactorSet | None:
    source = target.source or mapping.source or _joined(read.sources) or (former and former.source)
    licence = target.licence or mapping.licence or _joined(read.licences) or (former and former.licence)
    begin, end = _period(read, target, findings)
    for said, what in (
        (source, "出典 (source)"),
        (licence, "利用条件 (licence)"),
        (begin and end, "対象期間 (period)"),
    ):
        if not said:
            findings.add("fault", FactorSetFactMissing(what=what), Place(read.sheet))
    if len(read.sources) > 1:
        error = FactorSourcesSeveral(count=len(read.sources), values=shortened(read.sources, 5))
        findings.add("note", error, Place(read.sheet))
    if len(read.licences) > 1 and not (target.licence or mapping.licence):
        findings.add("question", FactorLicencesSeveral(values=shortened(read.licences, 5)), Place(read.sheet))
    if begin is not None and end is not None and end < begin:
        findings.add("fault", FactorPeriodReversed(begin=begin, end=end), Place(read.sheet))
    if not source or not licence or begin is None or end is None:
        return None
    title = target.title or mapping.title or (former.title_ja if former else target.set_id)
    return FactorSet(
        set_id=target.set_id,
        version=target.version or version,
        title_ja=title,
        title_en=former.title_en if former is not None and former.title_ja == title else title,
        source=source,
        licence=licence,
        attribution=mapping.attribution or (former.attribution if former else ""),
        gwp_set=read.gwp_set,
        period_from=begin,
        period_to=end,
        note=former.note if former else "",
        own=True,
        # What was licensed stays so: nobody lets numbers out by forgetting to say it again.
        restricted=mapping.restricted or (former is not None and former.restricted),
    )


def _joined(values: Sequence[str]) -> str:
    return "; ".join(values)[:_MOST_NAME]


def _period(read: FactorList, target: Target, findings: Findings) -> tuple[date | None, date | None]:
    """For when the set is meant: as it is said beside the file or in it, or by the years of its data, which is asked."""
    begin, end = target.period_from or read.begin, target.period_to or read.end
    if (begin is None or end is None) and read.years is not None:
        first, last = read.years
        by_year = (
            (date(first, 4, 1), date(last + 1, 3, monthrange(last + 1, 3)[1]))
            if read.is_fiscal
            else (date(first, 1, 1), date(last, 12, 31))
        )
        begin, end = begin or by_year[0], end or by_year[1]
        findings.add("question", FactorPeriodAssumed(begin=begin, end=end), Place(read.sheet))
    return begin, end


def _in_set(one: Factor, of: FactorSet) -> Factor:
    """A factor of the file as one of the set."""
    upstream = one.upstream
    if upstream is not None and upstream[:2] == IN_THIS_FILE:
        upstream = FactorRef(of.set_id, of.version, upstream.factor_id)
    return replace(
        one,
        ref=FactorRef(of.set_id, of.version, one.ref.factor_id),
        upstream=upstream,
        year=one.year if one.year is not None else of.period_to.year,
        own=True,
        restricted=of.restricted,
    )


# -- what changes ------------------------------------------------------------------------------------------------------
def _changes(found: _Version, read: FactorList | None, findings: Findings) -> dict[str, Any]:
    """The set, and what differs from the version before. Numbers of a licensed set are named nowhere: others read this."""
    assert read is not None
    items: list[dict[str, Any]] = []
    counts = {"added": 0, "changed": 0, "removed": 0}
    compared = True

    def tell(kind: str, after: Factor | None, before: Factor | None) -> None:
        counts[kind] += 1
        if len(items) < SHOWN_CHANGES:
            items.append(_change(kind, after, before))

    for position, one in enumerate(found.factors):
        before = found.before.get(one.ref.factor_id)
        if before is None:
            tell("added", one, None)
        elif one.restricted or before.restricted:
            compared = False
        elif _facts(before) != _facts(one):
            tell("changed", one, before)
            low, high = sorted((abs(before.value), abs(one.value)))
            if before.unit == one.unit and low and high >= low * _JUMP:
                said = {
                    "name": one.name_ja[:60],
                    "before": plain_text(before.value),
                    "after": plain_text(one.value),
                }
                findings.add("question", FactorJumped(**said), read.places[position])
    present = {one.ref.factor_id for one in found.factors}
    for factor_id, before in found.before.items():
        if factor_id not in present:
            tell("removed", None, before)
    if found.former is not None and compared and not any(counts.values()):
        findings.add("question", FactorsUnchanged(version=found.former.version), Place(read.sheet))
    of = found.of
    return {
        "set_id": of.set_id,
        "version": of.version,
        "former_version": None if found.former is None else found.former.version,
        "title_ja": of.title_ja,
        "source": of.source,
        "licence": of.licence,
        "gwp_set": of.gwp_set.value,
        "period_from": of.period_from,
        "period_to": of.period_to,
        "restricted": of.restricted,
        "factors": len(found.factors),
        "factors_added": counts["added"],
        "factors_changed": counts["changed"],
        "factors_removed": counts["removed"],
        "items": items,
    }


def _change(kind: str, after: Factor | None, before: Factor | None) -> dict[str, Any]:
    one = after or before
    assert one is not None
    return {
        "kind": kind,
        "factor_id": one.ref.factor_id,
        "name_ja": one.name_ja,
        "name_en": one.name_en,
        "value": _number(after),
        "unit": None if after is None else after.unit,
        "before_value": _number(before),
        "before_unit": None if before is None else before.unit,
    }


def _number(one: Factor | None) -> Decimal | None:
    return None if one is None or one.restricted or one.hidden else one.value


def _facts(one: Factor) -> dict[str, Any]:
    """What makes a factor another one: everything but the version that it stands in."""
    said = factor_json(one) | {"tags": one.tags}
    for name in ("ref", "set_id", "version"):
        del said[name]
    if one.upstream is not None and one.upstream.set_id == one.ref.set_id:
        said["upstream"] = one.upstream.factor_id
    return said


def _fingerprint(found: _Version) -> str:
    """Stands for what is shown: the version with its factors, and the one before."""
    said = {
        "set": asdict(found.of),
        "factors": [_facts(one) for one in found.factors],
        "former": None if found.former is None else found.former.version,
    }
    return hashlib.sha256(dumps(said)).hexdigest()


def _read(looked: LookedFactors) -> dict[str, Any]:
    return {} if looked.read is None else {"sheet": looked.read.sheet, "factors": len(looked.read.factors)}


# -- mappings and targets as documents ---------------------------------------------------------------------------------
def mapping_json(mapping: FactorMapping) -> dict[str, Any]:
    """A mapping as it is saved."""
    return {
        "columns": dict(mapping.columns),
        "sheet": mapping.sheet,
        "title": mapping.title,
        "source": mapping.source,
        "licence": mapping.licence,
        "attribution": mapping.attribution,
        "restricted": mapping.restricted,
        "kind": mapping.kind,
        "scope": mapping.scope,
        "region": mapping.region,
        "gwp_set": mapping.gwp_set,
        "unit": mapping.unit,
        "emission_unit": mapping.emission_unit,
        "price_year": mapping.price_year,
        "units": dict(mapping.units),
        "words": dict(mapping.words),
        "skip_hidden_rows": mapping.skip_hidden_rows,
        "decimal_comma": mapping.decimal_comma,
    }


def mapping_from(saved: Mapping[str, Any]) -> FactorMapping:
    """The mapping that `mapping_json` wrote."""
    said = dict(saved)
    for name, sort in (("kind", FactorKind), ("scope", FactorScope), ("gwp_set", GwpSet)):
        if said.get(name) is not None:
            said[name] = sort(said[name])
    if said.get("price_year") is not None:
        said["price_year"] = int(said["price_year"])
    return replace(FACTORS_AS_RECOGNISED, **said)


def target_json(target: Target) -> dict[str, Any]:
    """A target as it is kept with an upload that waits."""
    return asdict(target)


def target_from(saved: Mapping[str, Any]) -> Target:
    """The target that `target_json` wrote."""
    said = dict(saved)
    for name in ("period_from", "period_to"):
        if said.get(name) is not None:
            said[name] = date.fromisoformat(said[name])
    return Target(**said)
