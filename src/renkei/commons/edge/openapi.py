"""The OpenAPI document of `/v1`: what FastAPI finds, and what it cannot know.

Bodies are read by us, so their models are named by `takes`; answers are written as bytes, so `response_model=` is there
for the document (and a test holds the bytes against it). Every operation may answer with a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import Field
from pydantic.json_schema import models_json_schema

from renkei.commons.edge.validation import Body, View

_REFERENCE: Final = "#/components/schemas/{model}"
_bodies: dict[str, type[Body]] = {}


class ProblemFault(View):
    """One fault with its place."""

    pointer: str = Field(
        description="JSON pointer into the body (behind line:n where a body has lines), or query:name, header:Name, "
        "path:name, or empty"
    )
    code: str
    detail: str
    parameters: dict[str, Any]


class Problem(View):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemFault]


_STATUSES: Final[dict[str, str]] = {
    "400": "The request cannot be read.",
    "401": "Not authenticated.",
    "403": "Not allowed.",
    "404": "Absent, or another company's.",
    "405": "The address does not take this method.",
    "409": "The present state forbids it.",
    "413": "Too large.",
    "415": "Not JSON.",
    "422": "The content breaks a rule; every fault has its place.",
    "429": "Too many requests.",
    "503": "Not available now; try again.",
}


def takes(
    model: type[Body],
    *examples: Mapping[str, Any],
    media_type: str = "application/json",
    required: bool = True,
) -> dict[str, Any]:
    """`openapi_extra` of a route whose body is a `model`."""
    if _bodies.setdefault(model.__name__, model) is not model:
        message = f"two bodies are called {model.__name__}"
        raise ValueError(message)
    shown = {f"example {number}": {"value": dict(example)} for number, example in enumerate(examples, 1)}
    return {
        "requestBody": {
            "required": required,
            "content": {
                media_type: {
                    "schema": {"$ref": _REFERENCE.format(model=model.__name__)},
                    **({"examples": shown} if shown else {}),
                }
            },
        }
    }


def document(app: FastAPI, description: str) -> dict[str, Any]:
    """The whole document of `app`, mounted at `/v1`."""
    found = get_openapi(
        title="Renkei /v1",
        version="1.0.0",
        description=description,
        routes=app.routes,
        servers=[{"url": "/v1"}],
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    named: list[tuple[Any, Any]] = [(model, "validation") for model in _bodies.values()]
    named.append((Problem, "serialization"))
    _, definitions = models_json_schema(named, ref_template=_REFERENCE)
    schemas.update(definitions.get("$defs", {}))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "apiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Api-Key",
            "description": "An application; it names the operator it acts for in the header Renkei-Operator.",
        },
    }
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(operation, method, path)
    return found


_OPEN_PATHS: Final = frozenset({"/auth/login", "/auth/refresh", "/auth/logout", "/public"})


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    is_open = path in _OPEN_PATHS
    problem = {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
    for status, description in _STATUSES.items():
        operation["responses"][status] = {"description": description, "content": problem}
    operation["security"] = [] if is_open else [{"token": []}, {"apiKey": []}]
    parameters = operation.setdefault("parameters", [])
    if not is_open:
        parameters.append(_header("Renkei-Operator", "The company to act for.", {"format": "uuid"}))
    if path.startswith("/auth/") or is_open:
        return
    if method == "get":
        parameters.append(
            _header("Renkei-After", "Wait until this version (of Renkei-Version) has arrived.", _TOKEN)
        )
        return
    parameters.append(
        _header("Idempotency-Key", "Repeating the request with the same key carries it out once.", _TOKEN)
    )
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response["headers"] = _WRITTEN


_TOKEN: Final = {"minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
_WRITTEN: Final = {
    "Renkei-Version": {"description": "For Renkei-After of a later read.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "This is the answer of an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


def _header(name: str, description: str, bounds: Mapping[str, object]) -> dict[str, Any]:
    schema = {"type": "string", **bounds}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
