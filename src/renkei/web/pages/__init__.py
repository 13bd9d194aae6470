"""The pages, one module a subject."""

from __future__ import annotations

from fastapi import APIRouter

from renkei.web.pages import (
    analysis,
    answer,
    bills,
    declarations,
    design,
    disclosures,
    entry,
    footprints,
    home,
    notifications,
    parts,
    requests,
    structures,
    suppliers,
    updates,
)

PAGES = (
    entry,
    home,
    requests,
    answer,
    bills,
    notifications,
    parts,
    structures,
    footprints,
    suppliers,
    analysis,
    disclosures,
    updates,
    declarations,
    design,
)
"""Every module of pages."""


def routers() -> tuple[APIRouter, ...]:
    """The routers of all pages."""
    return tuple(page.router() for page in PAGES)
