"""The person itself: password, second factor, daily mail; and the page that asks for the code of the second factor."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.access import passkeys, second_factor
from renkei.commons.access.errors import CodeWrong, OldPasswordWrong, PasswordRefused
from renkei.commons.access.people import email_of
from renkei.commons.access.service import change_password
from renkei.commons.edge.fields import Id, LongText, Name, Short
from renkei.commons.edge.validation import Body
from renkei.commons.mail import digest
from renkei.commons.mail.post import post_of
from renkei.kit.errors import RenkeiError, SeveralFaults
from renkei.web import session as sessions
from renkei.web.calls import NotSignedIn, Opened, PageCall
from renkei.web.pages.entry import settled

_RENAMED: Final = {"newPassword": "password"}


class CodeForm(Body):
    """The six digits that an authenticator shows now."""

    code: Short


class PasswordForm(Body):
    """Another password, and the one that holds until then."""

    old_password: Name
    password: Name


class MailForm(Body):
    """Whether the daily mail is wanted."""

    wanted: Literal["yes", "no"]


class PasskeyForm(Body):
    """What the device made, and what the person calls it."""

    credential: LongText
    passkey_name: Name


class ForgetForm(Body):
    """A passkey to forget."""

    passkey_id: Id


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()
    _add_code(routes)
    _add_person(routes)
    _add_factor(routes)
    _add_passkeys(routes)
    return routes


def _add_code(routes: APIRouter) -> None:
    @routes.get("/login/code")
    def code_page(call: Opened) -> Response:
        if call.session.code_due is None:
            raise NotSignedIn
        return call.show("code.html")

    @routes.post("/login/code")
    def enter_code(call: Opened) -> Response:
        call.check_form()
        due = call.session.code_due
        if due is None:
            raise NotSignedIn
        access = call.context.access
        try:
            code = call.form(CodeForm).code
            second_factor.check(access, access.verify(due).account_id, call.context.secrets, code)
        except CodeWrong as error:
            call.tell(error)
            return call.show("code.html", 401)
        except RenkeiError as error:
            call.tell(error)
            return call.show("code.html")
        fresh = sessions.fresh(call.session.seen_at, call.session.language)
        call.session = replace(fresh, access=due, refresh=call.session.refresh)
        return settled(call, "")


def _add_person(routes: APIRouter) -> None:
    @routes.get("/me")
    def me(call: Opened) -> Response:
        return _me(call)

    @routes.post("/me/password")
    def password(call: Opened) -> Response:
        call.check_form()
        caller = call.read(lambda tx: tx.caller)
        try:
            form = call.form(PasswordForm)
            change_password(call.context.access, caller, form.password, old_password=form.old_password)
        except (OldPasswordWrong, PasswordRefused, SeveralFaults) as error:
            call.tell(error, _RENAMED)
            return _me(call)
        call.session = sessions.fresh(call.session.seen_at, call.session.language)
        return call.redirect("/app/login", "The password is changed. Please sign in with it.")

    @routes.post("/me/mail")
    def mail(call: Opened) -> Response:
        call.check_form()
        caller = call.read(lambda tx: tx.caller)
        digest.choose(call.context.access, caller, wanted=call.form(MailForm).wanted == "yes")
        return call.redirect("/app/me", "The changes are stored.")


def _add_factor(routes: APIRouter) -> None:
    @routes.post("/me/factor")
    def begin(call: Opened) -> Response:
        call.check_form()
        caller = call.read(lambda tx: tx.caller)
        email = email_of(call.context.access, caller)
        made = second_factor.enrol(call.context.access, caller, call.context.secrets, email)
        return _me(call, made)

    @routes.post("/me/factor/confirm")
    def confirm(call: Opened) -> Response:
        call.check_form()
        caller = call.read(lambda tx: tx.caller)
        try:
            second_factor.confirm(call.context.access, caller, call.context.secrets, call.form(CodeForm).code)
        except CodeWrong as error:
            call.tell(error)
            return _me(call, waits=True)
        return call.redirect("/app/me", "From now on a code is asked for when you sign in.")

    @routes.post("/me/factor/remove")
    def remove(call: Opened) -> Response:
        call.check_form()
        caller = call.read(lambda tx: tx.caller)
        try:
            second_factor.remove(call.context.access, caller, call.context.secrets, call.form(CodeForm).code)
        except CodeWrong as error:
            call.tell(error)
            return _me(call)
        return call.redirect("/app/me", "No code is asked for any more.")


def _add_passkeys(routes: APIRouter) -> None:
    @routes.post("/me/passkeys/options")
    def options(call: Opened) -> Response:
        call.check_form()
        caller, access = call.read(lambda tx: tx.caller), call.context.access
        address = call.context.settings.base_url
        told, challenge = passkeys.to_add(access, caller, address, email_of(access, caller))
        call.session = replace(call.session, challenge=challenge)
        return call.told(told)

    @routes.post("/me/passkeys")
    def add(call: Opened) -> Response:
        call.check_form()
        caller, challenge = call.read(lambda tx: tx.caller), call.session.challenge
        call.session = replace(call.session, challenge=None)
        try:
            form = call.form(PasskeyForm)
            passkeys.add(
                call.context.access,
                caller,
                call.context.settings.base_url,
                challenge,
                form.credential,
                form.passkey_name,
            )
        except RenkeiError as error:
            call.tell(error)
            return _me(call)
        return call.redirect("/app/me", "The passkey is there. You can sign in with it from now on.")

    @routes.post("/me/passkeys/remove")
    def forget(call: Opened) -> Response:
        call.check_form()
        caller = call.read(lambda tx: tx.caller)
        passkeys.remove(call.context.access, caller, call.form(ForgetForm).passkey_id)
        return call.redirect("/app/me", "The passkey is forgotten here. You may delete it on the device too.")


def _me(call: PageCall, made: second_factor.Enrolment | None = None, *, waits: bool = False) -> Response:
    caller = call.read(lambda tx: tx.caller)
    assert caller.account_id is not None
    has_mail = post_of(call.context.settings) is not None
    return call.show(
        "me.html",
        email=email_of(call.context.access, caller),
        has_factor=second_factor.is_required(call.context.access, caller.account_id),
        passkeys=passkeys.passkeys(call.context.access, caller),
        made=made,
        waits=waits or made is not None,
        has_mail=has_mail,
        mail_wanted=has_mail and digest.is_wanted(call.context.access, caller),
    )
