"""Sessions under `/v1/auth`: log in, refresh (each refresh token is good once), log out, change the password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints
from starlette.responses import Response

from renkei.commons.access.errors import SecondFactorNeeded
from renkei.commons.access.model import ActingFor, Tokens
from renkei.commons.access.second_factor import check, is_required
from renkei.commons.access.service import acting_for, change_password, login, logout, refresh_rotating
from renkei.commons.edge.answers import json_answer
from renkei.commons.edge.calls import Open, page_json, placed
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.fields import After, Id, Limit, MomentText, storable
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.kit.errors import Unauthenticated
from renkei.kit.paging import page_from

Secret = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=256), AfterValidator(storable)
]
Token = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=512), AfterValidator(storable)]


class Credentials(Body):
    """Who logs in, and, for a person with roles in several companies, where."""

    email: Secret
    password: Secret
    operator_id: Id | None = Field(default=None, description="default: the company of the first role")
    code: Secret | None = Field(default=None, description="of the authenticator, if the person has one")


class Refresh(Body):
    """A refresh token that was handed out before."""

    refresh_token: Token


class NewPassword(Body):
    """The password until now and the one from now on."""

    old_password: Secret
    new_password: Secret


class TokensView(View):
    """An access token for the header `Authorization: Bearer …`, and a refresh token that is good once."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int = Field(description="seconds")
    account_id: Id
    operator_id: Id | None


class OperatorChoice(View):
    """A company the person may act for, by the header `Renkei-Operator`."""

    operator_id: Id
    name: str
    roles: list[str]
    valid_until: MomentText | None = Field(description="end of the mandate")


class OperatorChoices(View):
    """The companies the person may act for, the one a login chooses by itself in front."""

    items: list[OperatorChoice]
    next: Id | None


_REFRESH = {"refresh_token": "4bYJ3wKXv0m2nC9pQd7tRz8sLh1uEa6fGi5jOkTxWyM"}
_EXAMPLE = {"email": "user@example.com", "password": "correct horse battery staple"}


def router(context: AppContext) -> APIRouter:
    """The paths under `/auth`."""
    routes = APIRouter(prefix="/auth", tags=["auth"])

    @routes.post("/login", openapi_extra=takes(Credentials, _EXAMPLE), response_model=TokensView)
    def log_in(call: Open) -> Response:
        """Open a session. One answer for a wrong password, an unknown address, a locked account."""
        given = call.body(Credentials)
        tokens = login(
            context.access,
            given.email,
            given.password,
            client_ip=call.client.client_ip,
            operator_id=given.operator_id,
        )
        if is_required(context.access, tokens.account_id):
            try:
                if given.code is None:
                    raise SecondFactorNeeded("/code")
                check(context.access, tokens.account_id, context.secrets, given.code)
            except Unauthenticated:
                logout(context.access, tokens.refresh_token or "")
                raise
        return json_answer(_tokens_json(tokens))

    @routes.post("/refresh", openapi_extra=takes(Refresh, _REFRESH), response_model=TokensView)
    def refresh(call: Open) -> Response:
        """Exchange a refresh token for new tokens. Used a second time, it ends the whole session."""
        return json_answer(_tokens_json(refresh_rotating(context.access, call.body(Refresh).refresh_token)))

    @routes.post("/logout", openapi_extra=takes(Refresh, _REFRESH), status_code=204)
    def log_out(call: Open) -> Response:
        """End the session of this refresh token; an unknown one is no fault."""
        logout(context.access, call.body(Refresh).refresh_token)
        return Response(None, 204)

    @routes.post(
        "/password",
        openapi_extra=takes(NewPassword, {"old_password": "Hako#2025", "new_password": "Kumiki#2026"}),
        status_code=204,
    )
    def set_password(call: Open) -> Response:
        """Change the caller's own password and end its sessions. A wrong old password counts as a failed login."""
        given = call.body(NewPassword)
        with placed({"/newPassword": "/new_password"}):
            change_password(
                context.access, call.caller(), given.new_password, old_password=given.old_password
            )
        return Response(None, 204)

    @routes.get("/operators", response_model=OperatorChoices)
    def get_operators(call: Open, limit: Limit = 50, after: After = None) -> Response:
        """The companies the caller may act for: one account may have roles in several."""
        found = acting_for(context.access, call.caller())
        page = page_from(found, after, limit, id_of=lambda one: one.operator_id)
        return json_answer(page_json(page, _choice_json))

    return routes


def jwks_router(context: AppContext) -> APIRouter:
    """The public keys that access tokens verify with (RFC 7517)."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/.well-known/jwks.json")
    def jwks() -> Response:
        return json_answer(context.access.jwks(), headers={"Cache-Control": "public, max-age=60"})

    return routes


def _choice_json(one: ActingFor) -> dict[str, Any]:
    return {
        "operator_id": one.operator_id,
        "name": one.name,
        "roles": list(one.roles),
        "valid_until": one.valid_until,
    }


def _tokens_json(tokens: Tokens) -> dict[str, Any]:
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in_seconds,
        "account_id": tokens.account_id,
        "operator_id": tokens.operator_id,
    }
