"""The terms of use: read by everybody, accepted by administrators; published by the platform's staff, who see who is left."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from pydantic.functional_validators import AfterValidator
from starlette.responses import Response

from renkei.commons.edge.fields import Day, Id, Short, storable
from renkei.commons.edge.validation import Body
from renkei.commons.terms.model import TermsDraft
from renkei.commons.terms.service import accept, acceptances, newest, publish, published
from renkei.kit.clock import JAPAN
from renkei.kit.errors import RenkeiError
from renkei.web.calls import Opened, PageCall
from renkei.web.pages.platform_companies import staff_of

Wording = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=50_000), AfterValidator(storable)
]


class AcceptForm(Body):
    """The version that was read."""

    terms_id: Id


class PublishForm(Body):
    """A version, in force from the beginning of a day in Japan."""

    version: Short
    text_ja: Wording
    text_en: Wording
    in_force_from: Day


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/terms")
    def read(call: Opened) -> Response:
        accepted_at: datetime | None = None
        if call.session.is_signed_in:
            found = call.read(lambda tx: newest(tx) if tx.caller.operator_key else None)
            accepted_at = None if found is None else found[1]
        return call.show(
            "terms.html",
            versions=published(call.context.database),
            accepted_at=accepted_at,
            now=call.context.database.clock.now(),
            is_admin=call.caller is not None and "admin" in call.caller.roles,
        )

    @routes.post("/terms")
    def agree(call: Opened) -> Response:
        call.check_form()
        caller, terms_id = call.read(lambda tx: tx.caller), call.form(AcceptForm).terms_id
        accept(call.context.database, caller, terms_id)
        return call.redirect("/app/", "Your company has accepted the terms of use.")

    @routes.get("/platform/terms")
    def overview(call: Opened) -> Response:
        return _overview(call)

    @routes.post("/platform/terms")
    def put_out(call: Opened) -> Response:
        call.check_form()
        caller = staff_of(call)
        try:
            form = call.form(PublishForm)
            draft = TermsDraft(
                version=form.version,
                ja=form.text_ja,
                en=form.text_en,
                in_force_from=datetime.combine(form.in_force_from, time(), JAPAN).astimezone(UTC),
            )
            publish(call.context.database, caller, draft)
        except RenkeiError as error:
            call.tell(error)
            return _overview(call)
        return call.redirect("/app/platform/terms", "The terms of use are published.")

    return routes


def newest_id(call: PageCall) -> UUID | None:
    """The version that who joins has to accept, if there is any."""
    versions = published(call.context.database)
    return versions[0].terms_id if versions else None


def _overview(call: PageCall) -> Response:
    found = acceptances(call.context.database, staff_of(call))
    return call.show("platform_terms.html", found=found, values=call.values)
