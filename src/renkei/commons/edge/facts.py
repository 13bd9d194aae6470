"""What is known about one HTTP request while it is answered: kept in the ASGI scope, read by the log and the metrics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.types import Scope

from renkei.kit.ids import new_id

_KEY: Final = "renkei.facts"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


@dataclass(slots=True)
class RequestFacts:
    """`request_id` from the start; the others as the door finds out. Never a payload, never a secret."""

    request_id: str
    operator_id: UUID | None = None
    api_key_id: UUID | None = None
    error_code: str | None = None


def facts_of(scope: Scope) -> RequestFacts:
    """The facts of this request; made on first use, with the caller's own `X-Request-Id` if it is a sound one."""
    found = scope.get(_KEY)
    if isinstance(found, RequestFacts):
        return found
    facts = RequestFacts(_request_id(header(scope, b"x-request-id")))
    scope[_KEY] = facts
    return facts


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of the header `name` (lower case), or None."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def route_of(scope: Scope) -> str:
    """The template of the route that matched ("/v1/parts/{trace_id}"); never the raw path, which holds ids."""
    route = scope.get("route")
    template = getattr(route, "path", None)
    if template is None:
        return "unmatched"
    return f"{scope.get('root_path', '')}{template}"


def _request_id(given: str | None) -> str:
    return given if given is not None and _REQUEST_ID.fullmatch(given) else str(new_id())
