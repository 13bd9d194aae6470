"""One request of a page: who asks, in which language, with which form; and the one transaction that answers it.

    @routes.post("/parts")
    def create(call: Opened) -> Response:
        form = call.form(PartForm)
        part = call.write(lambda tx: update_part(tx, form.draft()))
        return call.redirect(f"/app/parts/{part.trace_id}", "The part is registered.")

What a room refuses is shown beside the field it is about, on the page that the form came from: the endpoint catches
`RenkeiError` where it can show the form again, everything else ends on a page that says what to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from anyio.to_thread import run_sync
from fastapi import Depends
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from renkei.commons.access.entry import v1_entry
from renkei.commons.access.errors import RefreshRefused, TokenInvalid, TokenMissing
from renkei.commons.access.model import ActingFor, ClientContext
from renkei.commons.access.service import acting_for, refresh_ouranos
from renkei.commons.edge.calls import client_ip
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.facts import facts_of
from renkei.commons.edge.validation import Body, read
from renkei.commons.notifications.service import unread
from renkei.database.caller import WRITERS, Caller
from renkei.database.round_trip import Question
from renkei.database.transaction import Knock, Transaction
from renkei.kit.errors import Fault, Forbidden, RenkeiError
from renkei.kit.problems import choose_language
from renkei.web import session as sessions
from renkei.web.drawing import render
from renkei.web.session import Session
from renkei.web.words import LANGUAGES, Words

M = TypeVar("M", bound=Body)
T = TypeVar("T")

CSRF_FIELD: Final = "csrf"
_MOST_FIELDS: Final = 2_000
STAFF_PAGES: Final = ("/app/", "/app/login", "/app/me", "/app/platform")
"""What the platform's staff may open, with everything below; of the first page only itself, which leads on."""


class FormForged(RenkeiError):
    """A form without the secret of this session: an old page, or another site's."""

    code = "form_outdated"
    en = "This page is too old. Please load it again and repeat what you did."
    ja = "このページの有効期限が切れています。再読み込みしてもう一度操作してください。"


class NotSignedIn(RenkeiError):
    """Nobody has signed in, or the session is over."""

    code = "not_signed_in"
    en = "Please sign in."
    ja = "ログインしてください。"


@dataclass(slots=True, kw_only=True)
class PageCall:
    """One request. `session` may change while it is answered; the answer then sets the cookie."""

    context: AppContext
    request: Request
    session: Session
    words: Words
    fields: Sequence[tuple[str, str]] = ()
    caller: Caller | None = None
    unread: int | None = None
    """How many notifications are unread; known once something was read."""
    _former: Session | None = None
    _faults: dict[str, list[str]] = field(default_factory=dict)

    # -- who -----------------------------------------------------------------------------------------------------
    @property
    def entry(self) -> Knock:
        """The entry of this request's transactions. Raises `NotSignedIn` when used, if nobody has signed in."""
        if self.session.access is None:
            raise NotSignedIn
        return _Entry(self)

    def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` reads; with the entry comes what stands in the header of every page."""
        return self.context.database.read(self.entry, work)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What `work` writes. Raises `FormForged` first if the form is not of this session."""
        self.check_form()
        return self.context.database.run(self.entry, work)

    def check_form(self) -> None:
        """Raise `FormForged` unless the form carries the secret of this session."""
        if not sessions.is_genuine(self.session, self.field(CSRF_FIELD)):
            raise FormForged

    @property
    def may_write(self) -> bool:
        """Whether the person may change the company's data; known once something was read."""
        return self.caller is not None and bool(self.caller.roles & {"admin", *WRITERS})

    @property
    def companies(self) -> list[ActingFor]:
        """The companies to change over to in the header: none for a person with one company, who needs no choice."""
        if not self.session.acts_for_several or self.caller is None:
            return []
        return acting_for(self.context.access, self.caller)

    # -- what was sent -------------------------------------------------------------------------------------------
    def field(self, name: str) -> str | None:
        """A field of the form, None if it was not sent."""
        return next((value for key, value in self.fields if key == name), None)

    def all_of(self, name: str) -> list[str]:
        """Every value of a field (check boxes)."""
        return [value for key, value in self.fields if key == name]

    @property
    def values(self) -> dict[str, str]:
        """The form as it was sent, to show it again."""
        return {name: value for name, value in self.fields if name != CSRF_FIELD}

    def form(self, model: type[M], **lists: Sequence[str]) -> M:
        """The form as a `model`; an empty field counts as not sent. Raises `SeveralFaults` with every fault.

        `lists`: fields that may come several times (check boxes), with all their values.
        """
        given: dict[str, object] = {
            name: value.strip() for name, value in self.fields if name != CSRF_FIELD and value.strip()
        }
        return read(model, given | {name: list(values) for name, values in lists.items()})

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, default)

    @property
    def here(self) -> str:
        """The address of this page; of a form that was sent, the page on which it stood."""
        url = self.request.url
        if self.request.method != "GET":
            before = urlsplit(self.request.headers.get("referer", ""))
            return before.path + (f"?{before.query}" if before.query else "")
        return url.path + (f"?{url.query}" if url.query else "")

    def tell(self, error: RenkeiError, names: Mapping[str, str] = MappingProxyType({})) -> None:
        """Show the faults of `error` on the page that is rendered next, each beside its field.

        `names`: fields that are called otherwise on the page than in the room.
        """
        for fault in error.faults:
            name = field_of(fault)
            self._faults.setdefault(names.get(name, name), []).append(fault.sentence(self.words.language))

    # -- what is answered ----------------------------------------------------------------------------------------
    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        shown = self.session.message
        if shown is not None:
            self.session = replace(self.session, message=None)
        html = render(
            template,
            words=self.words,
            call=self,
            message=shown,
            faults=self._faults,
            **values,
        )
        return self._with_cookie(HTMLResponse(html, 422 if self._faults and status == 200 else status))

    def piece(self, template: str, **values: Any) -> Response:
        """A piece of a page that a script puts in its place. It sets no cookie: nobody did anything, so no session lives on."""
        return HTMLResponse(render(template, words=self.words, call=self, **values))

    def told(self, json_text: str) -> Response:
        """JSON for a script of ours."""
        return self._with_cookie(Response(json_text, media_type="application/json"))

    def redirect(self, address: str, message: str | None = None, **values: object) -> Response:
        """Go on to another page of ours (see other: a reload does not repeat the form), and tell something there."""
        if message is not None:
            self.session = replace(self.session, message=self.words(message, **values))
        return self._with_cookie(RedirectResponse(address, 303))

    def to_sign_in(self) -> Response:
        """Go to the sign-in page, and come back to this one behind it (a form that was sent is not repeated)."""
        self.session = replace(self.session, access=None, refresh=None, operator_id=None)
        here = self.here
        back = f"?next={quote(here)}" if self.request.method == "GET" and here != "/app/" else ""
        return self._with_cookie(RedirectResponse(f"/app/login{back}", 303))

    def _with_cookie(self, response: Response) -> Response:
        now = int(time.time())
        is_old = now - self.session.seen_at > sessions.RESEAL_SECONDS
        if is_old or self.session != self._former:
            secure = self.context.settings.base_url.startswith("https://")
            response.set_cookie(
                sessions.cookie_name(secure=secure),
                sessions.seal(replace(self.session, seen_at=now), self.context.secrets),
                max_age=self.context.settings.web_idle_seconds,
                httponly=True,
                secure=secure,
                samesite="lax",
                path="/",
            )
        return response


class _Entry(Knock):
    """The entry of a page: who is signed in, and with the same statement how much is unread. Raises `NotSignedIn`."""

    def __init__(self, call: PageCall) -> None:
        client = ClientContext(
            token=call.session.access,
            client_ip=client_ip(call.request.scope, call.context),
            operator_header=call.session.operator_id,
        )
        self._call = call
        beside = unread() if call.unread is None else None  # once a page, however many transactions it takes
        self._knock = v1_entry(call.context.access, client, door="page", beside=beside)

    def ask(self, *, writing: bool) -> Question:
        """The entry statement. Raises `NotSignedIn` without asking where the session is over."""
        with _signed_in():
            return self._knock.ask(writing=writing)

    def admit(self, row: Mapping[str, Any]) -> Caller:
        """Who that is; the page's call knows it from now on."""
        call = self._call
        with _signed_in():
            caller = self._knock.admit(row)
        if not caller.operator_key and not _is_for_staff(call.request.url.path):
            raise Forbidden
        if caller.operator_key:
            facts_of(call.request.scope).operator_id = caller.operator_id
            call.context.quota.take(caller.operator_id)
            call.unread = row.get("beside", call.unread)
        call.caller = caller
        return caller


@contextmanager
def _signed_in() -> Iterator[None]:
    try:
        yield
    except (TokenInvalid, TokenMissing):
        raise NotSignedIn from None


def _is_for_staff(path: str) -> bool:
    """Whether a page is for somebody who acts for no company; every other one is about a company."""
    return path in STAFF_PAGES or path.startswith(
        tuple(f"{page}/" for page in STAFF_PAGES if page != "/app/")
    )


def field_of(fault: Fault) -> str:
    """The name of the form's field that a fault is about: the last word of its place; "" for the form as a whole."""
    return fault.pointer.rpartition("/")[2].rpartition(":")[2]


async def open_page(request: Request) -> PageCall:
    """The call of this request: form read, session opened, its access token renewed where it is about to end."""
    context: AppContext = request.app.state.context
    now = int(time.time())
    settings = context.settings
    name = sessions.cookie_name(secure=settings.base_url.startswith("https://"))
    former = sessions.open_cookie(request.cookies.get(name), context.secrets, now, settings.web_idle_seconds)
    session = former or sessions.fresh(now)
    fields: Sequence[tuple[str, str]] = ()
    if request.method == "POST" and not request.headers.get("content-type", "").startswith("multipart/"):
        try:
            body = await request.body()
            fields = parse_qsl(
                body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
            )
        except (UnicodeDecodeError, ValueError, ClientDisconnect):
            fields = ()
    accepted = choose_language(request.headers.get("accept-language"), default=settings.default_language)
    chosen = next((one for one in LANGUAGES if one == session.language), accepted)
    return PageCall(
        context=context,
        request=request,
        session=session,
        words=Words(chosen),
        fields=fields,
        _former=former,
    )


def renewed(call: PageCall) -> PageCall:
    """The same with a new access token where the present one has ended; with none where the session is over."""
    session = call.session
    if session.access is None or session.refresh is None:
        return call
    try:
        call.context.access.verify(session.access)
    except TokenInvalid:
        try:
            tokens = refresh_ouranos(call.context.access, session.refresh)
        except RefreshRefused:
            call.session = replace(session, access=None, refresh=None, operator_id=None)
        else:
            call.session = replace(session, access=tokens.access_token)
    return call


def _opened(call: Annotated[PageCall, Depends(open_page)]) -> PageCall:
    return renewed(call)


async def opened_page(request: Request) -> PageCall:
    """The same for a dependency that reads the body of its request itself."""
    return await run_sync(renewed, await open_page(request))


Opened = Annotated[PageCall, Depends(_opened)]
"""The parameter of an endpoint of a page."""
