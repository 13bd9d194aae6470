"""Values that are due for renewal: their period ended a year ago or earlier, and nothing newer is stated."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from renkei.usecases.footprint.calculator.service import renewals
from renkei.web.calls import Opened
from renkei.web.forms import optional_id

ROWS: Final = 50


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/renewals")
    def due(call: Opened) -> Response:
        after = optional_id(call.query("after"))
        found = call.read(lambda tx: renewals(tx, after=after, limit=ROWS))
        return call.show("renewals.html", found=found, after=after)

    return routes
