"""The published document of `/v1`, and whether answers keep it: every answer that a test gets is held against it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema
from httpx2 import Response


@dataclass
class Contract:
    """The OpenAPI document, and its schemas as they are used."""

    document: dict[str, Any]
    _validators: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        paths = sorted(self.document["paths"], key=lambda path: path.count("{"))
        return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path) for path in paths]

    def template_of(self, path: str) -> str | None:
        """The path of the document that a path without `/v1` is one of."""
        return next((name for pattern, name in self._templates if pattern.fullmatch(path)), None)

    def check(self, method: str, path: str, answer: Response) -> None:
        """Fail unless the document says that this may be answered."""
        template = self.template_of(path.partition("?")[0])
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            assert answer.status_code in {404, 405}
            return
        described = operation["responses"].get(str(answer.status_code))
        assert described is not None, f"{method} {template} does not say that it answers {answer.status_code}"
        content = described.get("content")
        if content is None:
            assert answer.content == b""
            return
        media_type = answer.headers["content-type"]
        assert media_type in content, f"{method} {template} answers {media_type}"
        if media_type.endswith("json") and not media_type.endswith("ndjson"):
            self.holds(answer.json(), content[media_type]["schema"])

    def holds(self, value: Any, schema: dict[str, Any]) -> None:
        """Fail unless `value` is of the schema."""
        name = repr(schema)
        if name not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            jsonschema.Draft202012Validator.check_schema(whole)
            self._validators[name] = jsonschema.Draft202012Validator(
                whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
            )
        self._validators[name].validate(value)
