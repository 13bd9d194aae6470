"""The pages, one module a subject."""

from __future__ import annotations

from fastapi import APIRouter

from renkei.web.pages import answer, entry, footprints, home, notifications, parts, requests, structures


def routers() -> tuple[APIRouter, ...]:
    """The routers of all pages."""
    return (
        entry.router(),
        home.router(),
        requests.router(),
        answer.router(),
        notifications.router(),
        parts.router(),
        structures.router(),
        footprints.router(),
    )
