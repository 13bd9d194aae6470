"""The refusal of a request at this door, and its body in the two shapes of the contract.

- `{"code", "message", "detail"}` for the services of sections 1 to 9 (section 3, error model);
- `{"errors": [{"errorCode", "errorDescription"}]}` for the paths of section 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.texts import Source, Trace

_MOST_CHARACTERS: Final = 20_000
"""An answer stays smaller than its question: a longer message is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What `detail` repeats of a request: who asked for what, and how."""

    method: str
    data_target: str = ""
    operator_id: UUID | None = None


class Refusal(Exception):
    """The request is refused with `status`, by `source`, with `message`.

    `trace` is the code of a refusal of source `traceability`, which takes the place of the usual `detail`.
    `retry_after_seconds` counts where the status says that the same request may well succeed later (429, 503).
    """

    def __init__(
        self,
        status: int,
        source: Source,
        message: str,
        *,
        trace: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds or 1
        self.status = status
        self.source: Source = source
        self.message = message if len(message) <= _MOST_CHARACTERS else message[:_MOST_CHARACTERS] + "…"
        self.trace = trace

    @property
    def code(self) -> str:
        """A name for logs; the message would repeat what was sent."""
        return self.trace or texts.NAMES.get(self.status, texts.NAMES[500])

    def body(self, place: Place, now: datetime) -> dict[str, object]:
        """The body of sections 1 to 9."""
        return {
            "code": f"[{self.source}] {texts.NAMES.get(self.status, texts.NAMES[500])}",
            "message": self.message,
            "detail": self.trace if self.trace is not None else detail(place, now),
        }

    def entries(self) -> list[dict[str, str]]:
        """What stands in `errors`."""
        return [{"errorCode": self.code, "errorDescription": self.message}]

    def errors_body(self) -> dict[str, object]:
        """The body of section 10."""
        return {"errors": self.entries()}


class SeveralRefusals(Refusal):
    """Several refusals at once, for the shape that lists them; its status and first text are those of the first."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        first = refusals[0]
        super().__init__(first.status, first.source, first.message, trace=first.trace)
        self.refusals = tuple(refusals)

    def errors_body(self) -> dict[str, object]:
        """The body of section 10, one entry each."""
        return {"errors": [entry for one in self.refusals for entry in one.entries()]}


def detail(place: Place, now: datetime) -> str:
    """Who, when, what and how: `id: …, timeStamp: …, dataTarget: …, method: …` (UTC, milliseconds)."""
    stamp = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
    who = "" if place.operator_id is None else str(place.operator_id)
    return f"id: {who}, timeStamp: {stamp}, dataTarget: {place.data_target}, method: {place.method}"


def refuse(trace: Trace, *values: object) -> Refusal:
    """A refusal of source `traceability`."""
    return Refusal(trace.status, "traceability", trace.text.format(*values), trace=trace.code)


def bad_query(source: Source, name: str) -> Refusal:
    """A query parameter is missing or unreadable."""
    return Refusal(400, source, f"{texts.INVALID_REQUEST}, {texts.unexpected_query(name)}")


def bad_body(source: Source, *groups: str, base: str = texts.VALIDATION_FAILED) -> Refusal:
    """A body breaks rules: `groups` of errors, joined with `; `, duplicates removed, ending with a full stop."""
    return Refusal(400, source, f"{base}, {join(groups)}")


def unreadable_body(source: Source, reason: str, *, base: str = texts.VALIDATION_FAILED) -> Refusal:
    """A body cannot be read as JSON at all; `reason` stands as it is."""
    return Refusal(400, source, f"{base}, {reason}")


def forbidden(source: Source) -> Refusal:
    """The caller is known, but may not do this."""
    return Refusal(403, source, texts.NO_PRIVILEGES)


def not_found(source: Source, *details: str) -> Refusal:
    """What is named does not exist, or belongs to somebody else: never told apart."""
    return Refusal(404, source, ", ".join((texts.ITEM_NOT_FOUND, *details)))


def join(groups: tuple[str, ...] | list[str]) -> str:
    """Independent groups of errors in one line, each once, in order, with a full stop at the end."""
    line = "; ".join(dict.fromkeys(groups))
    return line if line.endswith(".") else line + "."
