"""What a sheet must be before it is calculated, and how next year's begins: pure decisions."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from renkei.kit.decimals import plain_text, to_15_digits
from renkei.kit.errors import Fault
from renkei.usecases.footprint.calculator.errors import (
    AllocationBasisImpossible,
    AllocationIncomplete,
    AllocationMissing,
    CoProductTwice,
    FactorOrValue,
    FactorRefUnknown,
    LineTwice,
    LineUnknown,
    NothingMade,
    RatingWithoutReason,
    RuleSetUnknown,
    SplitImpossible,
    SplitTooMuch,
    SplitWithoutCustomer,
    YieldImpossible,
)
from renkei.usecases.footprint.calculator.model import Sheet, SheetLine
from renkei.usecases.footprint.calculator.ratings import rule_sets
from renkei.usecases.footprint.errors import BadNumber
from renkei.usecases.footprint.factors.model import FactorRef

_ZERO: Final = Decimal(0)
_ROUNDING: Final = Decimal("1E-9")


def faults_of(sheet: Sheet, factors: Container[FactorRef]) -> list[Fault]:
    """Everything that makes a sheet impossible to calculate, each with its place."""
    faults: list[Fault] = []
    if sheet.period_to < sheet.period_from:
        faults += BadNumber("/period_to").faults
    if sheet.production <= 0:
        faults += NothingMade("/production").faults
    if sheet.rule_set not in rule_sets():
        faults += RuleSetUnknown("/rule_set", allowed=", ".join(rule_sets())).faults
    if not _ZERO < sheet.yield_share <= 1:
        faults += YieldImpossible("/yield_share").faults
    ids = [line.line_id for line in sheet.lines]
    for number, line in enumerate(sheet.lines):
        place = f"/lines/{number}"
        if line.line_id in ids[:number]:
            faults += LineTwice(f"{place}/line_id", line_id=line.line_id).faults
        faults += _faults_of_line(line, place, ids, factors)
    return faults + _faults_of_allocation(sheet) + _faults_of_split(sheet)


def _faults_of_line(
    line: SheetLine, place: str, ids: list[str], factors: Container[FactorRef]
) -> list[Fault]:
    faults: list[Fault] = []
    if line.factor is not None and line.own_value is not None:
        faults += FactorOrValue(f"{place}/own_value").faults
    if line.factor is not None and line.factor not in factors:
        faults += FactorRefUnknown(f"{place}/factor", factor=str(line.factor)).faults
    for rule, ref in line.alternatives.items():
        if ref not in factors:
            faults += FactorRefUnknown(f"{place}/alternatives/{rule}", factor=str(ref)).faults
    if line.amount < 0:
        faults += BadNumber(f"{place}/amount").faults
    if not _ZERO < line.yield_share <= 1:
        faults += YieldImpossible(f"{place}/yield_share").faults
    if line.completes is not None and (line.completes == line.line_id or line.completes not in ids):
        faults += LineUnknown(f"{place}/completes", line_id=line.completes).faults
    if line.rating is not None and not line.rating.reason.strip():
        faults += RatingWithoutReason(f"{place}/rating/reason").faults
    return faults


def _faults_of_allocation(sheet: Sheet) -> list[Fault]:
    faults: list[Fault] = []
    names: set[str] = set()
    for number, one in enumerate(sheet.co_products):
        if one.name in names:
            faults += CoProductTwice(f"/co_products/{number}/name", name=one.name).faults
        names.add(one.name)
        if one.basis < 0:
            faults += AllocationBasisImpossible(f"/co_products/{number}/basis").faults
    bearing = [one for one in sheet.co_products if one.treatment == "co_product"]
    method, main = sheet.allocation.method, sheet.allocation.main_basis
    if bearing and method == "none":
        faults += AllocationMissing("/allocation/method").faults
    if method != "none" and main <= 0:
        faults += AllocationBasisImpossible("/allocation/main_basis").faults
    if method == "recorded":
        total = main + sum((one.basis for one in bearing), _ZERO)
        if abs(total - 1) > _ROUNDING:
            shown = plain_text(to_15_digits(total))
            faults += AllocationIncomplete("/allocation/main_basis", sum=shown).faults
    return faults


def _faults_of_split(sheet: Sheet) -> list[Fault]:
    split = sheet.split
    if split is None:
        return []
    faults: list[Fault] = []
    if split.index_total <= 0:
        faults += SplitImpossible("/split/index_total").faults
    if not split.shares:
        faults += SplitWithoutCustomer("/split/shares").faults
    for number, one in enumerate(split.shares):
        if one.pieces <= 0:
            faults += SplitImpossible(f"/split/shares/{number}/pieces").faults
        if one.index < 0:
            faults += BadNumber(f"/split/shares/{number}/index").faults
    given = sum((one.index for one in split.shares), _ZERO)
    if given > split.index_total > 0:
        faults += SplitTooMuch(
            "/split/shares",
            given=plain_text(to_15_digits(given)),
            whole=plain_text(to_15_digits(split.index_total)),
        ).faults
    if sheet.trade_id is not None and sheet.trade_id not in {one.trade_id for one in split.shares}:
        faults += SplitWithoutCustomer("/split/shares").faults
    return faults


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSheet:
    """A sheet to begin with, and what to ask for: names of fields, and line ids whose amounts are of the period."""

    sheet: Sheet
    fields: tuple[str, ...]
    lines: tuple[str, ...]


def next_sheet(former: Sheet) -> NextSheet:
    """Next year's sheet: everything as last year; asked for is only what belongs to the period itself.

    Amounts per unit, factors, yields and stages stay; amounts of the period, the volume and the split's numbers change.
    """
    sheet = replace(
        former, period_from=_a_year_later(former.period_from), period_to=_a_year_later(former.period_to)
    )
    fields = ["production"] if former.split is None else ["split/index_total", "split/shares"]
    if former.allocation.method in {"physical", "economic"}:
        fields += ["allocation/main_basis", "co_products"]
    return NextSheet(
        sheet=sheet,
        fields=tuple(fields),
        lines=tuple(line.line_id for line in former.lines if line.basis == "total"),
    )


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month."""
    year, zero_based = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(year, zero_based + 1)[1]
    return date(year, zero_based + 1, min(day.day, last))


def _a_year_later(day: date) -> date:
    year = min(day.year + 1, date.max.year)
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
