"""The platform's terms of use: `/v1/terms`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.calls import Open
from renkei.commons.edge.fields import Id, MomentText
from renkei.commons.edge.validation import View
from renkei.commons.terms.model import Terms
from renkei.commons.terms.service import newest
from renkei.database.transaction import Transaction


class VersionView(View):
    """The newest terms of use, and when the own company accepted them (null: not yet; an administrator does, on the pages)."""

    terms_id: Id
    version: str
    ja: str
    en: str
    in_force_from: MomentText
    accepted_at: MomentText | None


class TermsView(View):
    """The newest terms of use; null where none were published."""

    terms: VersionView | None
    stale: bool = False


def router() -> APIRouter:
    """The path of the terms."""
    routes = APIRouter(prefix="/terms", tags=["terms"])

    @routes.get("", response_model=TermsView)
    def get_terms(call: Open) -> Response:
        """The newest terms of use, perhaps not in force yet."""

        def work(tx: Transaction) -> dict[str, Any]:
            found = newest(tx)
            return {"terms": None if found is None else _version_json(*found)}

        return call.read(work)

    return routes


def _version_json(terms: Terms, accepted_at: datetime | None) -> dict[str, Any]:
    said = {name: getattr(terms, name) for name in VersionView.model_fields if name != "accepted_at"}
    return said | {"accepted_at": accepted_at}
