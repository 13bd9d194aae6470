"""Pages from templates: Jinja2 with everything escaped, and the few filters that templates need."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from renkei.usecases.footprint.rules import total
from renkei.web import charts, terms
from renkei.web.words import Words

TEMPLATES: Final = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The templates, read once a process; a name that is not given is a fault of ours, not an empty place."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["number"] = number
    made.globals["charts"] = charts
    made.filters["total_of"] = total
    made.filters["fact_named"] = lambda fact, words: terms.fact_name(words, fact)
    made.globals.update(terms.ALL)
    return made


def number(words: Words, x: Any, unit: str = "") -> Markup:
    """A number with 3 significant digits, right-aligned by its class, the exact value in its title, its unit behind."""
    if x is None:
        return Markup('<span class="number">–</span>')
    # Digits, signs and points need no escaping; a page has hundreds of numbers, and `Markup.format` takes its time.
    behind = f' <span class="unit">{escape(unit)}</span>' if unit else ""
    return Markup(f'<span class="number" title="{words.exact(x)}">{words.number(x)}</span>{behind}')  # noqa: S704 - digits alone, the unit is escaped


def render(template: str, *, words: Words, **values: Any) -> str:
    """The page."""
    return environment().get_template(template).render(_=words, words=words, lang=words.language, **values)
