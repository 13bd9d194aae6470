"""The one place that speaks HTTP: tries, back-off, sessions, idempotency keys, versions.

What is repeated: every read, and every write, since a write carries an `Idempotency-Key` and is carried out once however
often it arrives. Tried again are no answer, 429, 502, 503, 504 and "still being carried out", with pauses that double,
shortened at random so that many clients do not come back at once, and never shorter than `Retry-After` asks for.

What is not repeated without need: the exchange of a refresh token (used twice, it would end the session).

Read your own writes: the `Renkei-Version` of the latest write goes along with every read as `Renkei-After`, until a
read was answered that is not stale.

One `Wire` may be used by several threads.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2

from renkei.client._json import ABSENT, UnreadableJsonError, plain, read, written
from renkei.client.credentials import ApiKey, Credentials, Login, SavedSession
from renkei.client.errors import (
    ClientError,
    NoAnswerError,
    Problem,
    ProblemError,
    UnauthenticatedError,
    UnreadableAnswerError,
    error_of,
)
from renkei.client.model import Cursor, Listing, Page, Tokens

T = TypeVar("T")

Content = bytes | Callable[[], Iterable[bytes]]
"""A body as it is sent; the function is called for every try."""
AGAIN: Final = frozenset({429, 502, 503, 504})
IN_PROGRESS: Final = "request_in_progress"
"""The code of a 409 that says: the first of several same requests is still being carried out."""
_EARLY_SECONDS: Final = 30.0
"""An access token is renewed so long before it ends, since it ends by the server's clock."""
_READS: Final = frozenset({"GET", "HEAD"})


@dataclass(slots=True)
class _OwnKey:
    name: str
    writes: int = 0

    def next(self) -> str:
        self.writes += 1
        return self.name if self.writes == 1 else f"{self.name}-{self.writes}"


_own_key: ContextVar[_OwnKey | None] = ContextVar("renkei_idempotency_key", default=None)


@contextmanager
def idempotency_key(name: str) -> Iterator[None]:
    """Give the writes of a `with` keys of your own: `name`, `name-2`, `name-3` … in their order.

    For work that may be begun again after a crash: the block runs anew, and what was carried out before (in the last
    24 hours) is answered again instead of being done twice. `name`: 1 to 240 printable ASCII characters.
    """
    if not (1 <= len(name) <= 240 and name.isascii() and name.isprintable()):
        message = "a key has 1 to 240 printable ASCII characters"
        raise ValueError(message)
    token = _own_key.set(_OwnKey(name))
    try:
        yield
    finally:
        _own_key.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait and how often to try.

    timeout_seconds: for each answer, and between two pieces of it. connect_timeout_seconds: for a connection.
    attempts: tries of one request. pause_seconds: before the second try; doubles up to longest_pause_seconds.
    """

    timeout_seconds: float = 30.0
    connect_timeout_seconds: float = 5.0
    attempts: int = 5
    pause_seconds: float = 0.2
    longest_pause_seconds: float = 10.0

    def pause(self, attempt: int, retry_after: str | None) -> float:
        """Seconds to wait after the failed try number `attempt` (from 1)."""
        longest = min(self.pause_seconds * 2 ** (attempt - 1), self.longest_pause_seconds)
        pause = random.uniform(longest / 2, longest)  # noqa: S311 (spreads clients, guards nothing)
        asked = float(retry_after) if retry_after is not None and retry_after.isdigit() else 0.0
        return max(pause, min(asked, 6 * self.longest_pause_seconds))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, however often it is sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: Content | None
    query: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float | None = None

    def by(self, identity: Mapping[str, str]) -> _Asked:
        """The same with the headers that say who asks."""
        return replace(self, headers={**self.headers, **identity})


@dataclass(slots=True)
class _Session:
    """The tokens in use; changed only under the lock."""

    access: str | None = None
    refresh: str | None = None
    ends_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Wire:
    """A connection pool to one server, and the session of one caller on it."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        patience: Patience,
        language: str,
        http: httpx2.Client,
    ) -> None:
        if not _is_address(base_url):
            message = "the address of a server is http(s)://host[:port], without a query"
            raise ValueError(message)
        self.base_url = base_url.rstrip("/").removesuffix("/v1")
        self.credentials = credentials
        self.patience = patience
        self.version: str | None = None
        self._language = language
        self._http = http
        self._session = _Session()
        if isinstance(credentials, SavedSession):
            self._session.refresh = credentials.refresh_token

    # -- what the nouns use ----------------------------------------------------------------------------------------

    def get(self, kind: type[T], path: str, /, **parameters: object) -> T:
        """Read `path` as a `kind`; parameters that are None are left out."""
        return self.read(kind, "GET", path, self.send("GET", path, parameters=parameters))

    def listing(
        self, kind: type[Page[T]], path: str, /, *, page_size: int, after: Cursor | None, **parameters: object
    ) -> Listing[T]:
        """A list that is read while it is walked through."""
        return Listing(
            lambda cursor: self.get(kind, path, **parameters, limit=page_size, after=cursor), after
        )

    def write(
        self, kind: type[T], method: str, path: str, body: object = ABSENT, /, **parameters: object
    ) -> T:
        """Write, and read the answer as a `kind`."""
        return self.read(kind, method, path, self.send(method, path, body=body, parameters=parameters))

    def run(self, method: str, path: str, body: object = ABSENT, /, **parameters: object) -> None:
        """Write something that is answered without a body."""
        self.send(method, path, body=body, parameters=parameters)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = ABSENT,
        content: Content | None = None,
        content_type: str = "application/json",
        parameters: Mapping[str, object] | None = None,
        timeout_seconds: float | None = None,
    ) -> httpx2.Response:
        """One request under `/v1` with everything of the module's head; the answer is a 2xx. Raises `ClientError`.

        The body is `body` as JSON, or `content` as it is; `timeout_seconds` where the usual patience is too short.
        """
        headers: dict[str, str] = {}
        if body is not ABSENT:
            content = written(body)
        if content is not None:
            headers["Content-Type"] = content_type
        after: str | None = None
        if method in _READS:
            after = self.version
            if after is not None:
                headers["Renkei-After"] = after
        else:
            own = _own_key.get()
            headers["Idempotency-Key"] = own.next() if own is not None else str(uuid4())
        answer = self._as_caller(
            _Asked(method, path, headers, content, _query(parameters or {}), timeout_seconds)
        )
        if method in _READS:
            if after is not None and answer.headers.get("Renkei-Stale") is None and self.version == after:
                self.version = None
        else:
            self.version = answer.headers.get("Renkei-Version", self.version)
        return answer

    # -- sessions --------------------------------------------------------------------------------------------------

    def tokens(self) -> str:
        """An access token that is good now, got by logging in or refreshing where needed."""
        with self._session.lock:
            if self._session.access is None or time.monotonic() >= self._session.ends_at:
                self._renew()
            assert self._session.access is not None
            return self._session.access

    def refresh_token(self) -> str | None:
        """The refresh token that is good now."""
        return self._session.refresh

    def end_session(self) -> None:
        """Log out; the next request logs in anew if it can."""
        with self._session.lock:
            former, self._session.refresh, self._session.access = self._session.refresh, None, None
            if former is not None:
                self._exchange("POST", "/auth/logout", {"refresh_token": former})

    def forget_session(self, *, password: str | None = None) -> None:
        """The server ended the session, or the password is another one from now on."""
        with self._session.lock:
            self._session.refresh = self._session.access = None
            if password is not None and isinstance(self.credentials, Login):
                given = self.credentials
                self.credentials = Login(
                    email=given.email,
                    password=password,
                    operator_id=given.operator_id,
                    api_key=given.api_key,
                )

    def _renew(self) -> None:
        """New tokens; under the lock. Raises `UnauthenticatedError` if there is no way to get them."""
        if self._session.refresh is not None:
            refresh, self._session.refresh = self._session.refresh, None
            try:
                self._take(self._exchange("POST", "/auth/refresh", {"refresh_token": refresh}, once=True))
            except NoAnswerError:
                # Whether it was used up is not known; logging in is the safe way, if there is one.
                if not isinstance(self.credentials, Login):
                    self._session.refresh = refresh
                    raise
            except UnauthenticatedError:
                if not isinstance(self.credentials, Login):
                    raise
            except ProblemError:
                self._session.refresh = refresh  # refused before it was used
                raise
            else:
                return
        if not isinstance(self.credentials, Login):
            raise UnauthenticatedError(
                Problem(status=401, code="session_ended", detail="The session has ended; open a new one.")
            )
        given = self.credentials
        body = {
            "email": given.email,
            "password": given.password,
            "operator_id": ABSENT if given.operator_id is None else given.operator_id,
        }
        self._take(self._exchange("POST", "/auth/login", body))

    def _take(self, answer: httpx2.Response) -> None:
        tokens = self.read(Tokens, "POST", "/auth", answer)
        self._session.access = tokens.access_token
        self._session.refresh = tokens.refresh_token
        self._session.ends_at = time.monotonic() + max(tokens.expires_in - _EARLY_SECONDS, 1.0)
        if isinstance(self.credentials, SavedSession) and self.credentials.on_rotation is not None:
            self.credentials.on_rotation(tokens.refresh_token)

    def _exchange(self, method: str, path: str, body: object, *, once: bool = False) -> httpx2.Response:
        """A request about the session itself, which needs no token."""
        headers = {**self._key_header(), "Content-Type": "application/json"}
        return self._try(_Asked(method, path, headers, written(body)), once=once)

    def _as_caller(self, asked: _Asked) -> httpx2.Response:
        """The request with the caller's credentials; a token that was refused is renewed once."""
        who = self.credentials
        if isinstance(who, ApiKey):
            return self._try(asked.by({"X-Api-Key": who.key, "Renkei-Operator": str(who.operator_id)}))
        token = self.tokens()
        try:
            return self._try(asked.by({**self._key_header(), "Authorization": f"Bearer {token}"}))
        except UnauthenticatedError:
            with self._session.lock:
                if self._session.access == token:
                    self._session.access = None
            return self._try(asked.by({**self._key_header(), "Authorization": f"Bearer {self.tokens()}"}))

    def _key_header(self) -> dict[str, str]:
        key = None if isinstance(self.credentials, ApiKey) else self.credentials.api_key
        return {} if key is None else {"X-Api-Key": key}

    # -- tries -----------------------------------------------------------------------------------------------------

    def _try(self, asked: _Asked, *, once: bool = False) -> httpx2.Response:
        """The request until it is answered. With `once`, only what surely did not arrive is sent again."""
        method, path = asked.method, asked.path
        attempt = 0
        while True:
            attempt += 1
            retry_after: str | None = None
            error: ClientError
            try:
                answer = self._http.request(
                    method,
                    f"{self.base_url}/v1{path}",
                    content=asked.content() if callable(asked.content) else asked.content,
                    params=asked.query,
                    headers={
                        "Accept-Language": self._language,
                        "Accept": "application/json, */*;q=0.1",
                        **asked.headers,
                    },
                    timeout=self._http.timeout
                    if asked.timeout_seconds is None
                    else httpx2.Timeout(asked.timeout_seconds, connect=self.patience.connect_timeout_seconds),
                )
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as failed:
                error = NoAnswerError(method, path, attempt, str(failed) or type(failed).__name__)
            except httpx2.DecodingError as failed:
                raise UnreadableAnswerError(method, path, 0, str(failed)) from failed
            except httpx2.TransportError as failed:
                error = NoAnswerError(method, path, attempt, str(failed) or type(failed).__name__)
                if once:
                    raise error from failed
            else:
                if answer.is_success:
                    return answer
                error = self._refusal(method, path, answer)
                in_progress = isinstance(error, ProblemError) and error.code == IN_PROGRESS
                if answer.status_code not in AGAIN and not in_progress:
                    raise error
                if once and answer.status_code not in {429, 503}:
                    raise error
                retry_after = answer.headers.get("Retry-After")
            if attempt >= self.patience.attempts:
                raise error
            time.sleep(self.patience.pause(attempt, retry_after))

    def _refusal(self, method: str, path: str, answer: httpx2.Response) -> ClientError:
        try:
            return error_of(read(Problem, answer.content))
        except UnreadableJsonError as error:
            return UnreadableAnswerError(method, path, answer.status_code, f"no problem details: {error}")

    def read(self, kind: type[T], method: str, path: str, answer: httpx2.Response) -> T:
        """The body of an answer as a `kind`."""
        try:
            return read(kind, answer.content)
        except UnreadableJsonError as error:
            raise UnreadableAnswerError(method, path, answer.status_code, str(error)) from None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return bool(
        parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
    )


def _query(parameters: Mapping[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in parameters.items() if value is not None}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(_text(one) for one in value)
    found: Any = plain(value)
    return str(found)


def place(*steps: UUID | str) -> str:
    """A path of fixed words and identifiers."""
    return "/" + "/".join(str(step) for step in steps)
