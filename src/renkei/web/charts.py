"""Pictures of numbers, drawn here as SVG: pure functions from data to markup, colours by class, words for those who listen.

A bar inside a row of a table is drawn by itself (`bar`, `step`): the table is the chart, at any width. The others stand
beside their table and carry title and description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup, escape

Numeric = Decimal | float
_WIDE: Final = 640
_SMALLEST_LABEL: Final = (56.0, 30.0)
_CHARACTER: Final = 6.2
"""Width of an average letter at the size of a label; a Japanese one takes two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One area of a treemap. `kind` is its class: own, delivery, estimate, proposal, rest."""

    label: str
    value: float
    shown: str
    kind: str
    address: str = ""


def bar(value: Numeric | None, largest: Numeric, kind: str = "bar") -> Markup:
    """A bar in a cell: `value` of `largest`, to the left of nothing; negative ones are drawn as `fall`."""
    width = _part(value, largest)
    drawn = "fall" if value is not None and value < 0 else kind
    return Markup(
        '<svg class="inbar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="12"/><rect class="{}" width="{}" height="12"/></svg>'
    ).format(drawn, _n(width))


def step(start: Numeric, end: Numeric, lowest: Numeric, highest: Numeric, kind: str = "") -> Markup:
    """A bar of a waterfall in a cell: from `start` to `end` on an axis from `lowest` to `highest`."""
    low, high = float(lowest), float(highest)
    reach = (high - low) or 1.0
    left = (min(float(start), float(end)) - low) / reach * 100
    width = max(abs(float(end) - float(start)) / reach * 100, 0.4)
    drawn = kind or ("rise" if float(end) > float(start) else "fall")
    return Markup(
        '<svg class="inbar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="12"/><rect class="{}" x="{}" width="{}" height="12"/></svg>'
    ).format(drawn, _n(min(left, 99.6)), _n(width))


def split(title: str, parts: Sequence[tuple[str, Numeric, str]]) -> Markup:
    """One bar divided: label, value and class of each part; the description names all of them."""
    whole = sum(abs(float(value)) for _, value, _ in parts) or 1.0
    left = 0.0
    pieces: list[Markup] = []
    told: list[str] = []
    for label, value, kind in parts:
        width = abs(float(value)) / whole * 100
        pieces.append(
            Markup('<rect class="{}" x="{}" width="{}" height="12"/>').format(kind, _n(left), _n(width))
        )
        told.append(f"{label} {width:.1f} %")
        left += width
    return Markup(
        '<svg class="split" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(f"{title}: {', '.join(told)}", Markup("").join(pieces))


def meter(title: str, share: Numeric) -> Markup:
    """How much of a whole: a bar from 0 to 1 with its words."""
    inside = min(max(float(share), 0.0), 1.0) * 100
    return Markup(
        '<svg class="split" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" width="100" height="12"/><rect class="{}" width="{}" height="12"/></svg>'
    ).format(f"{title}: {inside:.1f} %", "good" if inside >= 100 else "bar", _n(inside))


def swatch(kind: str) -> Markup:
    """A small area in a colour, for the key of a chart."""
    return Markup(
        '<svg class="split" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        '<rect class="tile {}" width="12" height="12"/></svg>'
    ).format(kind)


def treemap(title: str, description: str, tiles: Sequence[Tile], height: int = 360) -> Markup:
    """Areas by value, the largest first. Tiles of nothing or less are left out: an area cannot show them."""
    shown = sorted((one for one in tiles if one.value > 0), key=lambda one: -one.value)
    places = squarified([one.value for one in shown], 0.0, 0.0, float(_WIDE), float(height))
    drawn = [_tile(one, place) for one, place in zip(shown, places, strict=True)]
    return Markup(
        '<svg class="chart treemap" viewBox="0 0 {} {}" role="group" aria-label="{}"><desc>{}</desc>{}</svg>'
    ).format(_WIDE, height, title, description, Markup("").join(drawn))


def _tile(one: Tile, place: tuple[float, float, float, float]) -> Markup:
    x, y, width, height = place
    label = Markup("")
    if width >= _SMALLEST_LABEL[0] and height >= _SMALLEST_LABEL[1]:
        room = int((width - 12) / _CHARACTER)
        label = Markup('<text x="{}" y="{}">{}</text><text class="soft" x="{}" y="{}">{}</text>').format(
            _n(x + 6), _n(y + 16), cut(one.label, room), _n(x + 6), _n(y + 16 + 14), cut(one.shown, room)
        )
    area = Markup(
        '<g><title>{} {}</title><rect class="tile tile-{}" x="{}" y="{}" width="{}" height="{}"/>{}</g>'
    ).format(
        one.label, one.shown, one.kind, _n(x), _n(y), _n(max(width - 2, 0.5)), _n(max(height - 2, 0.5)), label
    )
    if not one.address:
        return area
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(one.address, f"{one.label} {one.shown}", area)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One source of a flow: what goes from it into each of the stages. `kind` as of a `Tile`."""

    label: str
    values: Sequence[float]
    kind: str
    address: str = ""


def sankey(
    title: str, description: str, flows: Sequence[Flow], stages: Sequence[str], whole: tuple[str, str]
) -> Markup:
    """From the sources through the stages to the whole (its label and its number): bands as thick as what flows.

    What is below nothing (credits) has no thickness and is left to the table beside.
    """
    amounts = [[max(value, 0.0) for value in flow.values] for flow in flows]
    sums = [sum(column) for column in zip(*amounts, strict=True)] if amounts else []
    total = sum(sums)
    if not total:
        return Markup("")
    shown = [i for i, amount in enumerate(sums) if amount]
    most = max(len(flows), len(shown))
    height, space = most * _ROW, (most - 1) * _GAP
    scale = (height - space) / total
    left = _stacked([sum(row) for row in amounts], scale, space)
    middle = dict(zip(shown, _stacked([sums[i] for i in shown], scale, space), strict=True))
    end = space / 2
    drawn: list[Markup] = []
    into = dict(middle)
    for flow, row, top in zip(flows, amounts, left, strict=True):
        at = top
        for i in shown:
            thick = row[i] * scale
            if thick:
                drawn.append(_band(_LEFT + _BOX, at, _MIDDLE, into[i], thick, flow.kind))
                at += thick
                into[i] += thick
        drawn.append(_source(flow, top, sum(row) * scale))
    at = end
    for i in shown:
        thick = sums[i] * scale
        drawn.append(_band(_MIDDLE + _BOX, middle[i], _RIGHT, at, thick, "rest"))
        drawn.append(_node(_MIDDLE, middle[i], thick, stages[i]))
        at += thick
    drawn.append(_node(_RIGHT, end, total * scale, " ".join(whole)))
    labels = [
        Markup('<text x="{}" y="{}">{}</text>').format(
            _n(_MIDDLE + _BOX + 6), _n(middle[i] + sums[i] * scale / 2 + 4), cut(stages[i], 22)
        )
        for i in shown
    ]
    labels += [
        Markup('<text text-anchor="end" x="{}" y="{}">{}</text>').format(
            _n(_RIGHT - 6), _n(height / 2 + line), cut(text, 22)
        )
        for line, text in ((-4, whole[0]), (12, whole[1]))
    ]
    return Markup(
        '<svg class="chart sankey" viewBox="0 -4 {} {}" role="group" aria-label="{}"><desc>{}</desc>{}{}</svg>'
    ).format(_WIDE, _n(height + 8), title, description, Markup("").join(drawn), Markup("").join(labels))


_ROW: Final = 40.0
_GAP: Final = 17.0
"""Room for a label beside what is thin."""
_LEFT, _MIDDLE, _RIGHT, _BOX = 190.0, 350.0, 626.0, 12.0


def _stacked(amounts: Sequence[float], scale: float, space: float) -> list[float]:
    """Where each begins, one under the other, with the space between them; one alone stands in the middle."""
    found: list[float] = []
    at = space / 2 if len(amounts) == 1 else 0.0
    for amount in amounts:
        found.append(at)
        at += amount * scale + space / max(len(amounts) - 1, 1)
    return found


def _band(x: float, y: float, to_x: float, to_y: float, thick: float, kind: str) -> Markup:
    half = (x + to_x) / 2
    return Markup(
        '<path class="band band-{}" d="M{} {}C{} {} {} {} {} {}V{}C{} {} {} {} {} {}Z"/>'
    ).format(
        kind, *(_n(z) for z in (x, y, half, y, half, to_y, to_x, to_y, to_y + thick, half, to_y + thick, half, y + thick,
                                x, y + thick))
    )  # fmt: skip


def _node(x: float, y: float, thick: float, label: str) -> Markup:
    return Markup('<g><title>{}</title><rect class="soft" x="{}" y="{}" width="{}" height="{}"/></g>').format(
        label, _n(x), _n(y), _n(_BOX), _n(max(thick, 1.0))
    )


def _source(flow: Flow, y: float, thick: float) -> Markup:
    label = Markup('<text text-anchor="end" x="{}" y="{}">{}</text>').format(
        _n(_LEFT - 6), _n(y + max(thick, 1.0) / 2 + 4), cut(flow.label, int((_LEFT - 6) / _CHARACTER))
    )
    node = Markup('{}<rect class="tile tile-{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        label, flow.kind, _n(_LEFT), _n(y), _n(_BOX), _n(max(thick, 1.0))
    )
    if not flow.address:
        return Markup("<g><title>{}</title>{}</g>").format(flow.label, node)
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(flow.address, flow.label, node)


def squarified(
    values: Sequence[float], x: float, y: float, width: float, height: float
) -> list[tuple[float, float, float, float]]:
    """Rectangles (x, y, width, height) that fill the area in proportion to positive `values`, as square as may be.

    Bruls, Huizing, van Wijk: Squarified Treemaps (2000). `values` come in falling order.
    """
    found: list[tuple[float, float, float, float]] = []
    total = sum(values)
    scale = width * height / total if total else 0.0
    areas = [value * scale for value in values]
    at = 0
    while at < len(areas):
        short = min(width, height) or 1e-9
        row = [areas[at]]
        while at + len(row) < len(areas) and _worst([*row, areas[at + len(row)]], short) <= _worst(
            row, short
        ):
            row.append(areas[at + len(row)])
        thick = sum(row) / short
        offset = 0.0
        for area in row:
            long = area / (thick or 1e-9)
            found.append((x, y + offset, thick, long) if width >= height else (x + offset, y, long, thick))
            offset += long
        if width >= height:
            x, width = x + thick, max(width - thick, 0.0)
        else:
            y, height = y + thick, max(height - thick, 0.0)
        at += len(row)
    return found


def _worst(row: Sequence[float], side: float) -> float:
    total = sum(row)
    if not total:
        return float("inf")
    return max(side * side * max(row) / total**2, total**2 / (side * side * (min(row) or 1e-12)))


def cut(text: str, room: int) -> str:
    """The text, shortened to so many letters' room; wide letters take two."""
    taken = 0
    for i, letter in enumerate(text):
        taken += 2 if ord(letter) > 0x2E7F else 1
        if taken > room:
            return text[: max(i - 1, 0)] + "…"
    return text


def _part(value: Numeric | None, largest: Numeric) -> float:
    if value is None or not largest:
        return 0.0
    return min(abs(float(value)) / abs(float(largest)) * 100, 100.0)


def _n(x: float) -> str:
    return str(escape(f"{x:.2f}".rstrip("0").rstrip(".")))
