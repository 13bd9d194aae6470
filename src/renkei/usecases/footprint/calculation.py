"""The arithmetic of footprints (design.md, section 6; footprint-rules.md, section 4): numbers in, numbers out.

One part, per declared unit:

    component of a stage in force = declared component + Σ (factor × the child's total of that stage)    scope `rest`
                                  = declared component                                                  scope `whole`
    coverage_direct = Σ (line weight × answered share) / Σ line weights          1 without counted lines, and for `whole`
    coverage_deep   = the same with each answered share multiplied by the child's own coverage_deep
    an indicator    = Σ |emission| × stated indicator / Σ |emission| whose indicator is stated

A *line* is one line of a structure that takes part (weight 1, or the usage share inside a group of alternatives).
A *term* is what one source answers for a share of it: a delivery, an estimate, or an own part.
Indicators travel as *shares*: for quality and primary data share the pair (what is stated × its value, what is stated),
both weighted by |emission| of their basis (a stage, or None for all stages together). So every column is linear and a
loop of parts (recycled material) is solved like any other: `evaluate` takes the parts of one strongly connected component
at once. It is solvable if and only if elimination without exchange of rows meets positive pivots alone (I − B is then a
nonsingular M-matrix: less than one unit of itself is needed for one unit).

Everything is exact decimals of 34 digits, gathered in the order of the lines; what is published has 15 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.usecases.footprint.model import (
    NO_EMISSION,
    NO_QUALITY,
    STAGES,
    Emission,
    Quality,
    Scope,
    Stage,
    Value,
)

ShareColumn = tuple[Stage | None, str]
"""Basis and name: (stage, "ter"), and with "?" behind the name how much of the basis has it stated."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
INDICATORS: Final = ("ter", "ger", "tir")
PDS: Final[ShareColumn] = (None, "pds")
PDS_STATED: Final[ShareColumn] = (None, "pds?")
SECONDARY: Final[ShareColumn] = (None, "secondary")
MAX_LOOP: Final = 100
"""Parts of one loop that are solved: elimination costs the cube of it; no recycling loop is longer."""
LARGEST: Final = Decimal("1E+30")
"""Beyond this many kgCO2e per unit no number means anything: what brings more adds nothing, and is told."""

_add, _subtract, _multiply, _divide = CONTEXT.add, CONTEXT.subtract, CONTEXT.multiply, CONTEXT.divide


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the owner states of the part itself."""

    scope: Scope
    emissions: Mapping[Stage, Emission]
    quality: Mapping[Stage, Quality] = field(default_factory=dict)
    categories: Mapping[str, Mapping[Stage, Decimal]] = field(default_factory=dict)
    primary_data_share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValue:
    """What one unit of an input brings along."""

    totals: Mapping[Stage, Decimal]
    categories: Mapping[str, Mapping[Stage, Decimal]] = field(default_factory=dict)
    shares: Mapping[ShareColumn, Decimal] = field(default_factory=dict)
    coverage_deep: Decimal = ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One source's answer for `share` of a line: `factor` units of it per unit of the parent.

    `value` is a part key where the source is an own part of the same component, whose value is not known yet.
    """

    share: Decimal
    factor: Decimal
    value: UnitValue | int
    secondary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that takes part; `notes` say why some of it adds nothing. `child` names it in a note about a loop."""

    weight: Decimal
    terms: tuple[Term, ...]
    notes: tuple[Mapping[str, Any], ...] = ()
    child: Any = None


@dataclass(frozen=True, slots=True)
class Node:
    """A part to be evaluated."""

    declared: Declared
    lines: tuple[Line, ...] = ()


def family(category: str) -> str:
    """What a category is a split of: "material:steel" of "material"; "fossil" is its own."""
    return category.partition(":")[0]


def unit_value(value: Value) -> UnitValue:
    """A published value as the input of another part."""
    shares: dict[ShareColumn, Decimal] = {SECONDARY: value.secondary_share}
    for stage in STAGES:
        rated, stated = value.quality.get(stage, NO_QUALITY), value.quality_coverage.get(stage, NO_QUALITY)
        shares |= rated_shares(stage, rated, stated)
    if value.primary_data_share is not None:
        stated_share = ONE if value.pds_coverage is None else value.pds_coverage
        shares[PDS] = _multiply(value.primary_data_share, stated_share)
        shares[PDS_STATED] = stated_share
    for name, coverage in value.categories_coverage.items():
        shares[(None, f"{name}?")] = coverage
    return UnitValue(
        totals={stage: emission.total or ZERO for stage, emission in value.stages.items()},
        categories=value.categories,
        shares=shares,
        coverage_deep=value.coverage_deep,
    )


def rated_shares(stage: Stage, rated: Quality, stated: Quality | None = None) -> dict[ShareColumn, Decimal]:
    """The quality of one stage as shares; 0 and None are "not stated". `stated` None: what is stated, is for all of it."""
    found: dict[ShareColumn, Decimal] = {}
    for name in INDICATORS:
        indicator: Decimal | None = getattr(rated, name)
        if not indicator:
            continue
        coverage: Decimal | None = ONE if stated is None else getattr(stated, name)
        coverage = ONE if coverage is None else coverage
        found[(stage, name)] = _multiply(indicator, coverage)
        found[(stage, f"{name}?")] = coverage
    return found


def evaluate(nodes: Mapping[int, Node]) -> dict[int, Value]:
    """The values in force of the parts of one strongly connected component, by key.

    A loop that cannot be solved (or is longer than `MAX_LOOP`) adds nothing: each of its parts is evaluated without
    the lines into the loop, which lower its coverage and are named in `notes` (code `unsolvable_loop`). So are lines
    that bring more than `LARGEST` (code `too_large`): no number overflows however absurd the amounts.
    """
    order = sorted(nodes)
    inner = any(
        isinstance(term.value, int) for key in order for line in _in_force(nodes[key]) for term in line.terms
    )
    if inner:
        totals = _solve_totals(nodes, order) if len(order) <= MAX_LOOP else None
        if totals is None:
            bounded = _bounded(nodes)
            if bounded != nodes:
                return evaluate(bounded)
            cut = {
                key: replace(nodes[key], lines=tuple(map(_without_loop, nodes[key].lines))) for key in order
            }
            return {key: evaluate({key: cut[key]})[key] for key in order}
    else:
        totals = {}
    values = _gather(nodes, order, totals)
    if any(map(_is_beyond, values.values())):
        bounded = _bounded(nodes)
        if bounded != nodes:
            return evaluate(bounded)
    return values


def _in_force(node: Node) -> Sequence[Line]:
    """The lines that add to the part: none if the owner's value is for the whole of it."""
    return () if node.declared.scope == "whole" else node.lines


def _terms(node: Node) -> Iterator[Term]:
    for line in _in_force(node):
        yield from line.terms


def _without_loop(line: Line) -> Line:
    known = tuple(term for term in line.terms if not isinstance(term.value, int))
    if len(known) == len(line.terms):
        return line
    return replace(
        line, terms=known, notes=(*line.notes, {"code": "unsolvable_loop", "trace_id": line.child})
    )


def _is_beyond(value: Value) -> bool:
    numbers = (emission.total for emission in value.stages.values())
    split = (amount for of_stage in value.categories.values() for amount in of_stage.values())
    return any(number is not None and abs(number) > LARGEST for number in (*numbers, *split))


def _bounded(nodes: Mapping[int, Node]) -> dict[int, Node]:
    return {key: replace(node, lines=tuple(map(_within_bounds, node.lines))) for key, node in nodes.items()}


def _within_bounds(line: Line) -> Line:
    """The line without the answers that bring more than `LARGEST`."""
    kept = tuple(term for term in line.terms if not _brings_too_much(term))
    if len(kept) == len(line.terms):
        return line
    return replace(line, terms=kept, notes=(*line.notes, {"code": "too_large", "trace_id": line.child}))


def _brings_too_much(term: Term) -> bool:
    if isinstance(term.value, int):
        return False
    amounts = (
        *term.value.totals.values(),
        *(x for of in term.value.categories.values() for x in of.values()),
    )
    return any(abs(_multiply(term.factor, amount)) > LARGEST for amount in amounts)


# -- gathering -------------------------------------------------------------------------------------------------------
def _gather(
    nodes: Mapping[int, Node], order: Sequence[int], totals: Mapping[int, Mapping[Stage, Decimal]]
) -> dict[int, Value]:
    stages = {key: _stages(nodes[key], totals) for key in order}
    categories = _categories(nodes, order)
    shares = _shares(nodes, order, totals)
    deep = _coverage_deep(nodes, order)
    return {
        key: _published(
            stages[key],
            categories[key],
            shares[key],
            coverage_direct=_coverage_direct(nodes[key]),
            coverage_deep=deep[key],
            notes=tuple(note for line in _in_force(nodes[key]) for note in line.notes),
        )
        for key in order
    }


def _totals_of(term: Term, totals: Mapping[int, Mapping[Stage, Decimal]]) -> Mapping[Stage, Decimal]:
    return totals[term.value] if isinstance(term.value, int) else term.value.totals


def _stages(node: Node, totals: Mapping[int, Mapping[Stage, Decimal]]) -> dict[Stage, Emission]:
    """Own as declared; component with the lines added. A stage that nobody states stays away."""
    found: dict[Stage, Emission] = {}
    terms = list(_terms(node))
    for stage in STAGES:
        declared = node.declared.emissions.get(stage, NO_EMISSION)
        component = declared.component
        for term in terms:
            of_child = _totals_of(term, totals).get(stage)
            if of_child is not None:
                component = _add(component or ZERO, _multiply(term.factor, of_child))
        if declared.own is not None or component is not None:
            found[stage] = Emission(declared.own, component)
    return found


def _coverage_direct(node: Node) -> Decimal:
    lines = _in_force(node)
    weights = add_up(line.weight for line in lines)
    if not weights:
        return ONE
    answered = add_up(_multiply(line.weight, add_up(term.share for term in line.terms)) for line in lines)
    return _divide(answered, weights)


def _coverage_deep(nodes: Mapping[int, Node], order: Sequence[int]) -> dict[int, Decimal]:
    index = {key: i for i, key in enumerate(order)}
    matrix = [[ZERO] * len(order) for _ in order]
    constant: list[Decimal] = []
    for i, key in enumerate(order):
        lines = _in_force(nodes[key])
        weights = add_up(line.weight for line in lines)
        known = ONE if not weights else ZERO
        for line in lines:
            for term in line.terms:
                part = _divide(_multiply(line.weight, term.share), weights) if weights else ZERO
                if isinstance(term.value, int):
                    matrix[i][index[term.value]] = _add(matrix[i][index[term.value]], part)
                else:
                    known = _add(known, _multiply(part, term.value.coverage_deep))
        constant.append(known)
    solved = _solve(matrix, [constant])
    # Nothing but the loop itself stands below: nothing is missing.
    column = solved[0] if solved is not None else [ONE] * len(order)
    return dict(zip(order, column, strict=True))


def _categories(
    nodes: Mapping[int, Node], order: Sequence[int]
) -> dict[int, dict[str, dict[Stage, Decimal]]]:
    columns = sorted(
        {
            (name, stage)
            for node in nodes.values()
            for stated in (node.declared.categories, *(_known_categories(node)))
            for name, of_stage in stated.items()
            for stage in of_stage
        }
    )
    found: dict[int, dict[str, dict[Stage, Decimal]]] = {key: {} for key in order}
    if not columns:
        return found
    index = {key: i for i, key in enumerate(order)}
    matrix = _factors(nodes, order, index)
    right = []
    for name, stage in columns:
        column = []
        for key in order:
            node = nodes[key]
            amount = node.declared.categories.get(name, {}).get(stage, ZERO)
            for term in _terms(node):
                if isinstance(term.value, UnitValue):
                    of_child = term.value.categories.get(name, {}).get(stage)
                    if of_child is not None:
                        amount = _add(amount, _multiply(term.factor, of_child))
            column.append(amount)
        right.append(column)
    solved = _solve(matrix, right)
    assert solved is not None  # the same matrix as the totals', which were solved
    for (name, stage), column in zip(columns, solved, strict=True):
        for key, amount in zip(order, column, strict=True):
            found[key].setdefault(name, {})[stage] = amount
    return found


def _known_categories(node: Node) -> Iterator[Mapping[str, Mapping[Stage, Decimal]]]:
    for line in _in_force(node):
        for term in line.terms:
            if isinstance(term.value, UnitValue):
                yield term.value.categories


def _shares(
    nodes: Mapping[int, Node], order: Sequence[int], totals: Mapping[int, Mapping[Stage, Decimal]]
) -> dict[int, dict[ShareColumn, Decimal]]:
    """Every share column of every part, one system of equations a basis."""
    found: dict[int, dict[ShareColumn, Decimal]] = {key: {} for key in order}
    for basis, names in _share_columns(nodes[key] for key in order).items():
        matrix = [[ZERO] * len(order) for _ in order]
        right = {name: [ZERO] * len(order) for name in sorted(names)}
        for i, key in enumerate(order):
            _add_share_row(i, nodes[key], order, totals, basis, matrix, right)
        solved = _solve(matrix, list(right.values()))
        if (
            solved is None
        ):  # every weight lies inside the loop: it emits nothing that anything could be said of
            continue
        for name, column in zip(right, solved, strict=True):
            for key, share in zip(order, column, strict=True):
                found[key][(basis, name)] = share
    return found


def _share_columns(nodes: Iterable[Node]) -> dict[Stage | None, set[str]]:
    """The names of the columns that anything says something of, by basis."""
    columns: dict[Stage | None, set[str]] = {}
    for node in nodes:
        said = list(_declared_shares(node.declared))
        for term in _terms(node):
            if term.secondary:
                said.append(SECONDARY)
            if isinstance(term.value, UnitValue):
                said += term.value.shares
        for basis, name in said:
            columns.setdefault(basis, set()).add(name)
    return columns


def _add_share_row(
    i: int,
    node: Node,
    order: Sequence[int],
    totals: Mapping[int, Mapping[Stage, Decimal]],
    basis: Stage | None,
    matrix: list[list[Decimal]],
    right: Mapping[str, list[Decimal]],
) -> None:
    """Fill in one part's equations: its own share of the |emission| × what it declares + each term's × what that says."""
    of_itself = _weight_of_declared(node.declared, basis)
    weighted = [(term, _weight(term.factor, _totals_of(term, totals), basis)) for term in _terms(node)]
    whole = _add(of_itself, add_up(weight for _, weight in weighted))
    if not whole:
        return
    declared = _declared_shares(node.declared)
    for name, column in right.items():
        column[i] = _multiply(_divide(of_itself, whole), declared.get((basis, name), ZERO))
    for term, weight in weighted:
        part = _divide(weight, whole)
        if isinstance(term.value, int):
            j = order.index(term.value)
            matrix[i][j] = _add(matrix[i][j], part)
            continue
        for name, column in right.items():
            all_of_it = term.secondary and name == SECONDARY[1]
            of_child = ONE if all_of_it else term.value.shares.get((basis, name))
            if of_child is not None:
                column[i] = _add(column[i], _multiply(part, of_child))


def _declared_shares(declared: Declared) -> dict[ShareColumn, Decimal]:
    shares: dict[ShareColumn, Decimal] = {}
    for stage, rated in declared.quality.items():
        shares |= rated_shares(stage, rated)
    if declared.primary_data_share is not None:
        shares[PDS] = declared.primary_data_share
        shares[PDS_STATED] = ONE
    for name in declared.categories:
        shares[(None, f"{family(name)}?")] = ONE
    return shares


def _weight_of_declared(declared: Declared, basis: Stage | None) -> Decimal:
    stages = STAGES if basis is None else (basis,)
    return add_up(
        abs(amount)
        for stage in stages
        for emission in [declared.emissions.get(stage, NO_EMISSION)]
        for amount in (emission.own, emission.component)
        if amount is not None
    )


def _weight(factor: Decimal, totals: Mapping[Stage, Decimal], basis: Stage | None) -> Decimal:
    stages = totals if basis is None else (basis,)
    return add_up(abs(_multiply(factor, totals.get(stage, ZERO))) for stage in stages)


def _published(
    stages: Mapping[Stage, Emission],
    categories: Mapping[str, Mapping[Stage, Decimal]],
    shares: Mapping[ShareColumn, Decimal],
    *,
    coverage_direct: Decimal,
    coverage_deep: Decimal,
    notes: tuple[Mapping[str, Any], ...],
) -> Value:
    """The value with 15 digits a number."""
    quality: dict[Stage, Quality] = {}
    quality_coverage: dict[Stage, Quality] = {}
    for stage in stages:
        rated = [_mean(shares, (stage, name)) for name in INDICATORS]
        if any(one is not None for one in rated):
            quality[stage] = Quality(*rated)
            quality_coverage[stage] = Quality(
                *(to_15_digits(shares.get((stage, f"{name}?"), ZERO)) for name in INDICATORS)
            )
    pds = _mean(shares, PDS)
    return Value(
        stages={
            stage: Emission(_rounded(emission.own), _rounded(emission.component))
            for stage, emission in stages.items()
        },
        quality=quality,
        quality_coverage=quality_coverage,
        categories={
            name: {stage: to_15_digits(amount) for stage, amount in of_stage.items()}
            for name, of_stage in categories.items()
        },
        categories_coverage={
            name.removesuffix("?"): to_15_digits(share)
            for (basis, name), share in sorted(shares.items(), key=lambda item: item[0][1])
            if basis is None and name.endswith("?") and name != PDS_STATED[1]
        },
        primary_data_share=pds,
        pds_coverage=None if pds is None else to_15_digits(shares[PDS_STATED]),
        coverage_direct=to_15_digits(coverage_direct),
        coverage_deep=to_15_digits(coverage_deep),
        secondary_share=to_15_digits(shares.get(SECONDARY, ZERO)),
        notes=notes,
    )


def _mean(shares: Mapping[ShareColumn, Decimal], column: ShareColumn) -> Decimal | None:
    """The mean over what is stated; None if nothing is."""
    basis, name = column
    stated = shares.get((basis, f"{name}?"), ZERO)
    return to_15_digits(_divide(shares[column], stated)) if stated else None


def _rounded(x: Decimal | None) -> Decimal | None:
    return None if x is None else to_15_digits(x)


def add_up(numbers: Iterable[Decimal]) -> Decimal:
    """The sum, in the order of the numbers, to 34 digits."""
    total = ZERO
    for number in numbers:
        total = _add(total, number)
    return total


# -- loops -----------------------------------------------------------------------------------------------------------
def _factors(
    nodes: Mapping[int, Node], order: Sequence[int], index: Mapping[int, int]
) -> list[list[Decimal]]:
    """B among the parts of the component: row j, column i: units of i per unit of j."""
    matrix = [[ZERO] * len(order) for _ in order]
    for j, key in enumerate(order):
        for line in _in_force(nodes[key]):
            for term in line.terms:
                if isinstance(term.value, int):
                    i = index[term.value]
                    matrix[j][i] = _add(matrix[j][i], term.factor)
    return matrix


def _solve_totals(nodes: Mapping[int, Node], order: Sequence[int]) -> dict[int, dict[Stage, Decimal]] | None:
    """The totals of the parts of a loop, or None if it cannot be solved."""
    index = {key: i for i, key in enumerate(order)}
    stages = [stage for stage in STAGES if any(_says_something_of(stage, nodes[key]) for key in order)]
    right = []
    for stage in stages:
        column = []
        for key in order:
            node = nodes[key]
            total = node.declared.emissions.get(stage, NO_EMISSION).total or ZERO
            for line in _in_force(node):
                for term in line.terms:
                    if isinstance(term.value, UnitValue):
                        total = _add(total, _multiply(term.factor, term.value.totals.get(stage, ZERO)))
            column.append(total)
        right.append(column)
    solved = _solve(_factors(nodes, order, index), right)
    if solved is None or any(abs(total) > LARGEST for column in solved for total in column):
        return None
    return {key: {stage: solved[n][i] for n, stage in enumerate(stages)} for key, i in index.items()}


def _says_something_of(stage: Stage, node: Node) -> bool:
    return node.declared.emissions.get(stage, NO_EMISSION).total is not None or any(
        isinstance(term.value, UnitValue) and stage in term.value.totals for term in _terms(node)
    )


def _solve(
    matrix: Sequence[Sequence[Decimal]], right: Sequence[Sequence[Decimal]]
) -> list[list[Decimal]] | None:
    """X with x = matrix·x + right, a column at a time; None if a pivot of I − matrix is not positive."""
    size = len(matrix)
    if size == 1 and not matrix[0][0]:  # a part that is in no loop
        return [list(column) for column in right]
    rows = [
        [_subtract(ONE if i == j else ZERO, matrix[i][j]) for j in range(size)]
        + [column[i] for column in right]
        for i in range(size)
    ]
    width = size + len(right)
    for i in range(size):
        pivot = rows[i][i]
        if pivot <= ZERO:
            return None
        for j in range(i + 1, size):
            if rows[j][i]:
                share = _divide(rows[j][i], pivot)
                for k in range(i, width):
                    if rows[i][k]:
                        rows[j][k] = _subtract(rows[j][k], _multiply(share, rows[i][k]))
    columns: list[list[Decimal]] = []
    for n in range(len(right)):
        column = [ZERO] * size
        for i in reversed(range(size)):
            left = rows[i][size + n]
            for j in range(i + 1, size):
                if rows[i][j]:
                    left = _subtract(left, _multiply(rows[i][j], column[j]))
            column[i] = _divide(left, rows[i][i])
        columns.append(column)
    return columns
