"""One page with every piece that pages are made of, for whoever builds or judges them."""

from __future__ import annotations

from decimal import Decimal

from fastapi import APIRouter
from starlette.responses import Response

from renkei.kit.errors import Fault, SeveralFaults
from renkei.web.calls import Opened
from renkei.web.charts import Tile


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/design")
    def design(call: Opened) -> Response:
        fault = Fault("blank", "/wrong", {}, "This must not be blank.", "空白のみは指定できません。")
        call.tell(SeveralFaults((fault,)))
        shown = call.show(
            "design.html",
            amount=Decimal("1234.56789"),
            tiles=[
                Tile(label="A", value=50.0, shown="50 kgCO₂e", kind="own"),
                Tile(label="B", value=30.0, shown="30 kgCO₂e", kind="delivery"),
                Tile(label="C", value=15.0, shown="15 kgCO₂e", kind="estimate"),
                Tile(label="D", value=5.0, shown="5 kgCO₂e", kind="rest"),
            ],
        )
        shown.status_code = 200  # Its fault is only there to be looked at.
        return shown

    return routes
