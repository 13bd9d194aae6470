"""The one base class of every fault that is told to a caller.

A fault carries data, not prose: a machine code, parameters, and the places (JSON pointers, RFC 6901) it was found at.
The two sentences (English, 日本語) are templates beside the code; the edge fills them in and chooses the language.
Below the edge nobody knows HTTP: `kind` says what sort of fault it is, and one table at the edge turns it into a status.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar


class FaultKind(Enum):
    """What sort of fault it is; the edge maps each to one status code."""

    CONTENT = "content"  # what was sent breaks a rule: 422
    MALFORMED = "malformed"  # what was sent cannot be read at all: 400
    UNAUTHENTICATED = "unauthenticated"  # nobody, or nobody we know: 401
    FORBIDDEN = "forbidden"  # known, but this role may not: 403
    MISSING = "missing"  # absent, or somebody else's (never told apart): 404
    CONFLICT = "conflict"  # the state of things forbids it now: 409
    TOO_LARGE = "too_large"  # over a limit in bytes or count: 413
    TOO_MANY = "too_many"  # over a rate or quota: 429
    UNAVAILABLE = "unavailable"  # try again later: 503


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place.

    `pointer` is a JSON pointer into the body ("/childrenParts/3/amount"), a query or header name prefixed with
    "query:" or "header:", or "" for the whole.
    """

    code: str
    pointer: str = ""
    parameters: dict[str, object] = field(default_factory=dict)
    en: str = ""
    ja: str = ""

    def sentence(self, language: str) -> str:
        """The sentence in `language` ("ja" or "en"; anything else reads English)."""
        template = self.ja if language == "ja" else self.en
        return template.format_map(self.parameters) if self.parameters else template


class RenkeiError(Exception):
    """Base of all told faults. Subclasses set `code`, `kind`, `en`, `ja`; instances carry parameters and a place.

    `retry_after_seconds`: when the same request may well succeed; None where that is not known.
    """

    code: ClassVar[str] = "error"
    kind: ClassVar[FaultKind] = FaultKind.CONTENT
    en: ClassVar[str] = "The request could not be carried out."
    ja: ClassVar[str] = "要求を処理できませんでした。"
    retry_after_seconds: int | None = None

    def __init__(self, pointer: str = "", **parameters: object) -> None:
        self.pointer = pointer
        self.parameters = parameters
        super().__init__(f"{self.code} {pointer} {parameters}")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault this error stands for (one, unless it is a `SeveralFaults`)."""
        return (Fault(self.code, self.pointer, self.parameters, self.en, self.ja),)


class SeveralFaults(RenkeiError):
    """Every fault of one body at once, each with its place."""

    code = "invalid"
    kind = FaultKind.CONTENT
    en = "What was sent breaks {count} rule(s)."
    ja = "送信内容に{count}件の誤りがあります。"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(count=len(faults))
        self._faults = faults

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault of the body."""
        return self._faults


class Missing(RenkeiError):
    """No such thing, or it is another company's: never told apart."""

    code = "not_found"
    kind = FaultKind.MISSING
    en = "There is no {noun} with this identifier."
    ja = "指定された識別子の{noun}は存在しません。"


class Forbidden(RenkeiError):
    """The caller is known, but its roles do not allow this."""

    code = "forbidden"
    kind = FaultKind.FORBIDDEN
    en = "Your role does not allow this."
    ja = "この操作を行う権限がありません。"


class Unauthenticated(RenkeiError):
    """Nobody, or a key or token that is not (or no longer) good."""

    code = "unauthenticated"
    kind = FaultKind.UNAUTHENTICATED
    en = "Authentication is required or no longer valid."
    ja = "認証が必要か、認証の有効期限が切れています。"


class Conflict(RenkeiError):
    """The present state of things forbids it; subclasses say which."""

    code = "conflict"
    kind = FaultKind.CONFLICT
    en = "The present state does not allow this."
    ja = "現在の状態ではこの操作を行えません。"
