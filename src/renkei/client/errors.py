"""What can go wrong on the way to `/v1` and back, as types.

ClientError
├── NoAnswerError           no connection, or none of the tries was answered in time
├── UnreadableAnswerError   something answered that is not Renkei's `/v1`
└── ProblemError            a problem (RFC 9457): `code`, `faults` with their places, `request_id`
    ├── MalformedError 400, UnauthenticatedError 401, ForbiddenError 403, NotFoundError 404, ConflictError 409,
    ├── TooLargeError 413, InvalidError 422, TooManyRequestsError 429, UnavailableError 503
    └── ServerError (every other 5xx)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class ClientError(Exception):
    """Base of everything this package raises about a conversation with the server."""


class NoAnswerError(ClientError):
    """No try was answered. A write may have been carried out: repeat it with the same idempotency key."""

    def __init__(self, method: str, path: str, attempts: int, reason: str) -> None:
        self.method, self.path, self.attempts, self.reason = method, path, attempts, reason
        super().__init__(f"{method} {path}: no answer in {attempts} attempt(s): {reason}")


class UnreadableAnswerError(ClientError):
    """What answered is not Renkei's `/v1`: a wrong address, or something between here and the server."""

    def __init__(self, method: str, path: str, status: int, reason: str) -> None:
        self.method, self.path, self.status, self.reason = method, path, status, reason
        super().__init__(f"{method} {path}: status {status}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong at one place.

    `pointer` is a JSON pointer into the body ("/lines/3/amount"), "query:name" or "header:Name", or "" for the whole.
    `detail` is a sentence in the language of the client.
    """

    pointer: str = ""
    code: str = ""
    detail: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The body of a problem, as the server sent it."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    instance: str = ""
    request_id: str = ""
    errors: tuple[Fault, ...] = ()


class ProblemError(ClientError):
    """The server refused. Decide by the class or by `code`; show `detail` and the sentences of `faults`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        told = "; ".join(f"{fault.pointer or '(whole)'}: {fault.detail}" for fault in problem.errors)
        super().__init__(f"{problem.status} {problem.code}: {told or problem.detail}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def code(self) -> str:
        """What is wrong, for programs; stable over releases."""
        return self.problem.code

    @property
    def detail(self) -> str:
        """What is wrong, for people."""
        return self.problem.detail

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault with its place."""
        return self.problem.errors

    @property
    def request_id(self) -> str:
        """What support asks for."""
        return self.problem.request_id

    def at(self, pointer: str) -> tuple[Fault, ...]:
        """The faults at one place."""
        return tuple(fault for fault in self.faults if fault.pointer == pointer)


class MalformedError(ProblemError):
    """400: the body cannot be read."""


class UnauthenticatedError(ProblemError):
    """401: nobody, or credentials that are no longer good."""


class ForbiddenError(ProblemError):
    """403: known, but the role does not allow it."""


class NotFoundError(ProblemError):
    """404: no such thing, or another company's: never told apart."""


class ConflictError(ProblemError):
    """409: the present state forbids it."""


class TooLargeError(ProblemError):
    """413: over a limit of size."""


class InvalidError(ProblemError):
    """422: the content breaks rules; `faults` has them all."""


class TooManyRequestsError(ProblemError):
    """429: over a rate or quota, after all tries."""


class UnavailableError(ProblemError):
    """503: try again later; was tried several times."""


class ServerError(ProblemError):
    """Another 5xx: the server failed."""


_CLASSES: dict[int, type[ProblemError]] = {
    400: MalformedError,
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    413: TooLargeError,
    422: InvalidError,
    429: TooManyRequestsError,
    503: UnavailableError,
}


def error_of(problem: Problem) -> ProblemError:
    """The exception that tells `problem`."""
    other = ServerError if problem.status >= 500 else ProblemError
    return _CLASSES.get(problem.status, other)(problem)
