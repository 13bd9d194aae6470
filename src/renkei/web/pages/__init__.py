"""The pages, one module a subject."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter

from renkei.web.pages import (
    account,
    analysis,
    answer,
    asking,
    bills,
    declarations,
    design,
    disclosures,
    entry,
    footprints,
    home,
    inquiries,
    notifications,
    parts,
    people,
    platform,
    platform_companies,
    proof,
    renewals,
    requests,
    structures,
    suppliers,
    terms_of_use,
    updates,
    uploads,
)

PAGES = (
    entry,
    account,
    home,
    requests,
    answer,
    asking,
    inquiries,
    bills,
    notifications,
    parts,
    structures,
    footprints,
    suppliers,
    analysis,
    disclosures,
    updates,
    renewals,
    declarations,
    uploads,
    people,
    platform,
    platform_companies,
    terms_of_use,
    proof,
    design,
)
"""Every module of pages."""


@cache
def routers() -> tuple[APIRouter, ...]:
    """The routers of all pages, made once a process."""
    return tuple(page.router() for page in PAGES)
