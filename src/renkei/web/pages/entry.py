"""Signing in and out, the language, and the company one acts for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from renkei.commons.access import passkeys
from renkei.commons.access.errors import InvalidCredentials, NoMembership, TooManyLogins
from renkei.commons.access.model import ActingFor, TokenKind, Tokens
from renkei.commons.access.openid import Openid
from renkei.commons.access.second_factor import is_required
from renkei.commons.access.service import acting_for, login, login_as, login_proven, logout
from renkei.commons.edge.calls import client_ip
from renkei.commons.edge.fields import Id, Text
from renkei.commons.edge.validation import Body
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.problems import STATUS
from renkei.web import session as sessions
from renkei.web.calls import Opened, PageCall
from renkei.web.words import LANGUAGES


class CompanyForm(Body):
    """The company to act for, and the page to go on with."""

    operator_id: Id
    next: Text | None = None


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()
    _add_other_ways(routes)

    @routes.get("/login")
    def sign_in_page(call: Opened) -> Response:
        if call.session.is_signed_in:
            return call.redirect("/app/")
        return call.show("login.html", email="", following=_own_address(call.query("next")))

    @routes.post("/login")
    def sign_in(call: Opened) -> Response:
        call.check_form()
        email, following = call.field("email") or "", _own_address(call.field("next") or "")
        try:
            return begin_session(call, email, call.field("password") or "", following)
        except (InvalidCredentials, TooManyLogins) as error:
            return _sign_in_again(call, error, email, following)

    @routes.post("/logout")
    def sign_out(call: Opened) -> Response:
        call.check_form()
        if call.session.refresh is not None:
            logout(call.context.access, call.session.refresh)
        call.session = sessions.fresh(call.session.seen_at, call.session.language)
        return call.redirect("/app/login", "You have signed out.")

    @routes.post("/language")
    def choose_language(call: Opened) -> Response:
        call.check_form()
        wanted = call.field("language")
        if wanted in LANGUAGES:
            call.session = replace(call.session, language=wanted)
        return call.redirect(_own_address(call.field("next") or "") or "/app/")

    @routes.get("/company")
    def companies(call: Opened) -> Response:
        companies = _companies(call)
        call.session = replace(call.session, acts_for_several=len(companies) > 1)
        return call.show(
            "companies.html",
            companies=companies,
            now=call.caller,
            following=_own_address(call.query("next")),
        )

    @routes.post("/company")
    def choose_company(call: Opened) -> Response:
        call.check_form()
        chosen = call.form(CompanyForm)
        former = call.session.operator_id
        call.session = replace(call.session, operator_id=chosen.operator_id)
        try:
            call.read(lambda tx: tx.caller)
        except RenkeiError:
            call.session = replace(call.session, operator_id=former)
            raise
        # A form that still stands in another window was meant for the former company: it is not taken for this one.
        call.session = replace(call.session, csrf=sessions.fresh(call.session.seen_at).csrf)
        return call.redirect(_same_place(_own_address(chosen.next or "")) or "/app/")

    return routes


def _add_other_ways(routes: APIRouter) -> None:
    """Without a password: by an external provider, by a passkey."""

    @routes.get("/login/openid")
    def to_provider(call: Opened) -> Response:
        provider = _provider(call)
        try:
            address, pending = provider.begin()
        except RenkeiError as error:
            return _sign_in_again(call, error)
        call.session = replace(call.session, openid=pending)
        return call.redirect(address)

    @routes.get("/login/openid/return")
    def from_provider(call: Opened) -> Response:
        pending, provider = call.session.openid, _provider(call)
        call.session = replace(call.session, openid=None)
        try:
            identity = provider.identify(pending, call.query("state"), call.query("code"))
            address = client_ip(call.request.scope, call.context)
            return _begin(
                call, lambda kind: login_as(call.context.access, identity, client_ip=address, kind=kind), ""
            )
        except RenkeiError as error:
            return _sign_in_again(call, error)

    @routes.post("/login/passkey/options")
    def passkey_options(call: Opened) -> Response:
        call.check_form()
        options, challenge = passkeys.to_use(call.context.access, call.context.settings.base_url)
        call.session = replace(call.session, challenge=challenge)
        return call.told(options)

    @routes.post("/login/passkey")
    def use_passkey(call: Opened) -> Response:
        call.check_form()
        challenge, access = call.session.challenge, call.context.access
        call.session = replace(call.session, challenge=None)
        following = _own_address(call.field("next") or "")
        try:
            account_id = passkeys.proven(
                access, call.context.settings.base_url, challenge, call.field("credential") or ""
            )
            address = client_ip(call.request.scope, call.context)
            return _begin(
                call,
                lambda kind: login_proven(access, account_id, client_ip=address, kind=kind),
                following,
                asks_for_code=False,
            )
        except RenkeiError as error:
            return _sign_in_again(call, error, following=following)


def _provider(call: PageCall) -> Openid:
    """The external provider. Raises the fault of an address without a page where there is none."""
    if call.context.openid is None:
        raise HTTPException(404)
    return call.context.openid


def _sign_in_again(call: PageCall, error: RenkeiError, email: str = "", following: str = "") -> Response:
    """The page of sign-in with what was wrong."""
    call.tell(error)
    response = call.show("login.html", STATUS[error.kind], email=email, following=following)
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def begin_session(call: PageCall, email: str, password: str, following: str) -> Response:
    """Sign somebody in and go on to `following`. Raises `InvalidCredentials`, `TooManyLogins`."""
    address = client_ip(call.request.scope, call.context)
    return _begin(
        call,
        lambda kind: login(call.context.access, email, password, client_ip=address, kind=kind),
        following,
    )


def _begin(
    call: PageCall,
    open_session: Callable[[TokenKind], Tokens],
    following: str,
    *,
    asks_for_code: bool = True,
) -> Response:
    try:
        # Good for some hours and revocable; the page renews its access token from it without turning it over, so
        # that two windows at once do not end each other's session.
        tokens = open_session("ouranos")
        refresh = tokens.refresh_token
    except NoMembership:
        # Staff of the platform: for as long as one access token, and no longer.
        tokens, refresh = open_session("rotating"), None
        if tokens.operator_id is not None:
            raise
    call.session = replace(
        sessions.fresh(call.session.seen_at, call.session.language),
        access=tokens.access_token,
        refresh=refresh,
    )
    if asks_for_code and is_required(call.context.access, tokens.account_id):
        call.session = replace(call.session, access=None, code_due=tokens.access_token)
        return call.redirect("/app/login/code")
    return settled(call, following)


def settled(call: PageCall, following: str) -> Response:
    """Go on as somebody who has signed in."""
    with suppress(RenkeiError):  # somebody without any role: the next page says so
        call.session = replace(call.session, acts_for_several=len(_companies(call)) > 1)
    return call.redirect(following or "/app/")


def _companies(call: Opened) -> list[ActingFor]:
    """The companies the person may act for."""
    return acting_for(call.context.access, call.read(lambda tx: tx.caller))


def _same_place(address: str) -> str:
    """The same place for another company: its page where it names nothing of one company, else the list above it."""
    path, _, query = address.partition("?")
    steps = path.split("/")
    named = next((i for i, step in enumerate(steps) if parse_id(step) is not None), None)
    if named is not None:
        return "/".join(steps[:named])
    return path + ("" if "after=" in query or not query else f"?{query}")


def _own_address(address: str) -> str:
    """The address if it is a page of ours (never another site's), else nothing."""
    is_own = address.startswith("/app/") and not address.startswith("/app//")
    return address if is_own and "\\" not in address and address.isprintable() else ""
