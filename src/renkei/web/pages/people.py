"""A company's people and its own entry: who has which role, the links that let somebody in, profile, plants, applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.access import registry
from renkei.commons.access.errors import InvalidCredentials, PasswordRefused
from renkei.commons.access.model import MEMBER_ROLES, ApiKey, ApiKeyDraft
from renkei.commons.access.people import (
    LINK_DAYS,
    Credentials,
    RoleDraft,
    accept,
    invite_company,
    invite_person,
    invited,
    people,
    register_company,
    take_roles,
    withdraw,
)
from renkei.commons.edge.calls import client_ip
from renkei.commons.edge.fields import Day, Id, Name, Short, Text
from renkei.commons.edge.validation import Body
from renkei.commons.mail.letters import company_invitation, invitation
from renkei.commons.mail.post import Letter, post_of, send
from renkei.commons.operators.errors import OperatorMissing
from renkei.commons.operators.model import Operator, OperatorDraft, PlantDraft, Registration
from renkei.commons.operators.service import (
    invited_email,
    operators_by_ids,
    own_operator,
    plants,
    put_plant,
    update_operator,
)
from renkei.database.caller import Caller
from renkei.database.transaction import Transaction
from renkei.kit.clock import JAPAN
from renkei.kit.errors import Forbidden, RenkeiError, SeveralFaults
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import path_id
from renkei.web.pages.entry import begin_session
from renkei.web.pages.terms_of_use import newest_id

_DAY: Final = timedelta(days=1)


class InviteForm(Body):
    """A person and the role it gets."""

    email: Name
    role: Literal["admin", "editor", "approver", "viewer"]
    mandate: Short | None = None
    valid_until: Day | None = None


class TakeForm(Body):
    """A person and the role that ends."""

    account_id: Id
    role: Literal["admin", "editor", "approver", "viewer"] | None = None


class WithdrawForm(Body):
    """A link that becomes worthless."""

    invitation_id: Id


class PasswordForm(Body):
    """The password to begin with."""

    password: Name


class RegistrationForm(Body):
    """What an invited company says of itself, and its first person."""

    name: Name
    address: Name
    open_operator_id: Name
    email: Name
    password: Name
    may_act: Literal["yes"]
    terms_id: Id | None = None


class ProfileForm(Body):
    """What a company says of itself."""

    name: Name
    address: Name
    global_operator_id: Name | None = None


class PlantForm(Body):
    """A plant."""

    plant_id: Id | None = None
    plant_name: Name
    plant_address: Name
    open_plant_id: Short
    global_plant_id: Name | None = None


class ApplicationForm(Body):
    """An application that may act for the company."""

    application_name: Name
    networks: Text
    component_scope: Literal["rest", "whole"] = "rest"


class KeyForm(Body):
    """An application, and what is to become of its key."""

    api_key_id: Id
    do: Literal["disable", "enable", "revoke"]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()
    _add_people(routes)
    _add_join(routes)
    _add_profile(routes)
    _add_applications(routes)
    return routes


def _caller(call: PageCall) -> Caller:
    return call.read(lambda tx: tx.caller)


def _admin(call: PageCall) -> Caller:
    caller = _caller(call)
    caller.require()
    return caller


# -- people ------------------------------------------------------------------------------------------------------------
def _add_people(routes: APIRouter) -> None:
    @routes.get("/people")
    def list_people(call: Opened) -> Response:
        return _people(call)

    @routes.post("/people")
    def invite(call: Opened) -> Response:
        call.check_form()
        caller = _admin(call)
        try:
            form = call.form(InviteForm)
            until = None if form.valid_until is None else _end_of_day(form.valid_until)
            draft = RoleDraft(email=form.email, role=form.role, mandate=form.mandate, valid_until=until)
            token = invite_person(call.context.access, caller, draft)
        except RenkeiError as error:
            call.tell(error)
            return _people(call)
        return _people(
            call,
            link=_link(call, token),
            whom=form.email,
            mailed=_mailed(call, invitation, form.email, token),
        )

    @routes.post("/people/withdraw")
    def take_back(call: Opened) -> Response:
        call.check_form()
        withdraw(call.context.access, _admin(call), call.form(WithdrawForm).invitation_id)
        return call.redirect("/app/people", "The link is worthless now.")

    @routes.post("/people/take")
    def take(call: Opened) -> Response:
        call.check_form()
        form = call.form(TakeForm)
        take_roles(call.context.access, _admin(call), form.account_id, form.role)
        return call.redirect("/app/people", "The role has ended.")

    @routes.post("/companies/{operator_id}/link")
    def link_of_company(call: Opened, operator_id: str) -> Response:
        call.check_form()
        wanted = path_id(operator_id)

        def work(tx: Transaction) -> tuple[Operator, str | None]:
            found = operators_by_ids(tx, [wanted])
            if not found:
                raise OperatorMissing
            return found[0], invited_email(tx, found[0])

        company, email = call.read(work)
        assert call.caller is not None
        token = invite_company(call.context.access, call.caller, company)
        mailed = None if email is None else _mailed(call, company_invitation, email, token)
        return call.show(
            "link.html", company=company, link=_link(call, token), days=LINK_DAYS, email=email, mailed=mailed
        )


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), JAPAN).astimezone(UTC)


def _link(call: PageCall, token: str) -> str:
    return f"{call.context.settings.base_url}/app/join/{token}"


def _mailed(
    call: PageCall, letter: Callable[[str, str, str, int], Letter], email: str, token: str
) -> bool | None:
    """Send the link; whether the mail server took it, None where there is none."""
    post = post_of(call.context.settings)
    if post is None:
        return None
    company = call.read(own_operator).name
    return all(send(post, [letter(email, company, _link(call, token), LINK_DAYS)]))


def _people(
    call: PageCall, link: str | None = None, whom: str = "", *, mailed: bool | None = None
) -> Response:
    caller = _admin(call)
    found, pending = people(call.context.access, caller)
    return call.show(
        "people.html",
        people=found,
        pending=pending,
        roles=MEMBER_ROLES,
        link=link,
        whom=whom,
        mailed=mailed,
        days=LINK_DAYS,
        values=call.values if link is None else {},
    )


# -- by a link ---------------------------------------------------------------------------------------------------------
def _add_join(routes: APIRouter) -> None:
    @routes.get("/join/{token}")
    def join_page(call: Opened, token: str) -> Response:
        return _join(call, token)

    @routes.post("/join/{token}")
    def join(call: Opened, token: str) -> Response:
        call.check_form()
        given = invited(call.context.access, token)
        try:
            if given.is_member:
                form = call.form(PasswordForm)
                address = client_ip(call.request.scope, call.context)
                email = accept(call.context.access, token, form.password, client_ip=address)
                return begin_session(call, email, form.password, "/app/")
            _register(call, token, given.country)
        except (InvalidCredentials, PasswordRefused) as error:
            call.tell(_at_password(error))
            return _join(call, token)
        except RenkeiError as error:
            call.tell(error)
            return _join(call, token)
        return call.show("join_waiting.html")


def _register(call: PageCall, token: str, country: str) -> None:
    form = call.form(RegistrationForm)
    register_company(
        call.context.access,
        token,
        Registration(
            name=form.name, address=form.address, open_operator_id=form.open_operator_id, country=country
        ),
        Credentials(
            email=form.email,
            password=form.password,
            client_ip=client_ip(call.request.scope, call.context),
        ),
        form.terms_id,
    )


def _at_password(error: RenkeiError) -> RenkeiError:
    """Beside the one field that there is."""
    return SeveralFaults(tuple(replace(one, pointer="/password") for one in error.faults))


def _join(call: PageCall, token: str) -> Response:
    given = invited(call.context.access, token)
    return call.show("join.html", given=given, token=token, values=call.values, terms_id=newest_id(call))


# -- the company's own entry -------------------------------------------------------------------------------------------
def _add_profile(routes: APIRouter) -> None:
    @routes.get("/company/profile")
    def profile(call: Opened) -> Response:
        return _profile(call)

    @routes.post("/company/profile")
    def change(call: Opened) -> Response:
        try:
            form = call.form(ProfileForm)
            call.write(
                lambda tx: update_operator(
                    tx,
                    OperatorDraft(
                        operator_id=tx.caller.operator_id,
                        name=form.name,
                        address=form.address,
                        global_operator_id=form.global_operator_id,
                    ),
                )
            )
        except RenkeiError as error:
            return _profile(call, error)
        return call.redirect("/app/company/profile", "The changes are stored.")

    @routes.post("/company/plants")
    def plant(call: Opened) -> Response:
        try:
            form = call.form(PlantForm)
            call.write(
                lambda tx: put_plant(
                    tx,
                    PlantDraft(
                        operator_id=tx.caller.operator_id,
                        plant_id=form.plant_id,
                        name=form.plant_name,
                        address=form.plant_address,
                        open_plant_id=form.open_plant_id,
                        global_plant_id=form.global_plant_id,
                    ),
                )
            )
        except RenkeiError as error:
            return _profile(call, error, {"name": "plant_name", "address": "plant_address"})
        return call.redirect("/app/company/profile", "The changes are stored.")


def _profile(
    call: PageCall, error: RenkeiError | None = None, names: dict[str, str] | None = None
) -> Response:
    if error is not None:
        if isinstance(error, Forbidden):
            raise error
        call.tell(error, names or {})
    company, own = call.read(lambda tx: (own_operator(tx), plants(tx)))
    chosen = call.query("plant") or call.field("plant_id") or ""
    plant = next((one for one in own if str(one.plant_id) == chosen), None)
    return call.show("profile.html", company=company, plants=own, plant=plant, values=call.values)


# -- applications ------------------------------------------------------------------------------------------------------
def _add_applications(routes: APIRouter) -> None:
    @routes.get("/applications")
    def applications(call: Opened) -> Response:
        return _applications(call)

    @routes.post("/applications")
    def add(call: Opened) -> Response:
        call.check_form()
        caller = _admin(call)
        try:
            form = call.form(ApplicationForm)
            draft = ApiKeyDraft(
                application_name=form.application_name,
                attribute="Application",
                networks=tuple(form.networks.replace(",", " ").split()),
                operators=(caller.operator_id,),
                component_scope=form.component_scope,
            )
            made, key = registry.add_api_key(call.context.access, draft, by=caller.actor)
        except RenkeiError as error:
            call.tell(error)
            return _applications(call)
        return _applications(call, key, made.application_name)

    @routes.post("/applications/state")
    def change(call: Opened) -> Response:
        call.check_form()
        caller, form = _admin(call), call.form(KeyForm)
        registry.change_own_api_key(
            call.context.access, caller.operator_id, form.api_key_id, form.do, by=caller.actor
        )
        return call.redirect("/app/applications", "The changes are stored.")


def _applications(call: PageCall, key: str | None = None, name: str = "") -> Response:
    caller = _admin(call)
    found = registry.api_keys_for(call.context.access, caller.operator_id)
    return call.show(
        "applications.html",
        applications=found,
        own=_own_ids(found, caller.operator_id),
        key=key,
        name=name,
        values={} if key else call.values,
    )


def _own_ids(found: list[ApiKey], operator_id: UUID) -> set[UUID]:
    """The applications that act for this company alone: only those are its own to change."""
    return {one.api_key_id for one in found if one.operators == (operator_id,) and not one.all_operators}
