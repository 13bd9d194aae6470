"""The pages, one module a subject."""

from __future__ import annotations

from fastapi import APIRouter

from renkei.web.pages import entry, footprints, home, parts, structures


def routers() -> tuple[APIRouter, ...]:
    """The routers of all pages."""
    return (entry.router(), home.router(), parts.router(), structures.router(), footprints.router())
