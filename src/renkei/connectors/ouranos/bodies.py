"""The JSON body of a request: its bytes to a value, with the contract's texts for what cannot be read.

The reference reads bodies with Go's `encoding/json`; the texts of malformed JSON are Go's.
Stricter than Go (`renkei.kit.strict_json`): duplicate keys, NUL, lone surrogates, bad UTF-8 and numbers beyond a
double's range are refused.
"""

from __future__ import annotations

import json
import re
from typing import Final

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.refusals import Refusal, join, unreadable_body
from renkei.connectors.ouranos.texts import Source
from renkei.kit import strict_json
from renkei.kit.strict_json import JsonLimits

_JSON: Final = re.compile(r"\s*application/json\s*(?:;.*)?\Z", re.IGNORECASE | re.DOTALL)
_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_LONGEST_LOOK_BACK: Final = 100_000
_GO_TEXTS: Final = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Extra data": "after top-level value",
    "Invalid control character at": "in string literal",
    "Invalid \\escape": "in string escape code",
    "Invalid \\uXXXX escape": "in \\u hexadecimal character escape",
}


def read_body(
    body: bytes,
    content_type: str | None,
    *,
    source: Source,
    limits: JsonLimits,
    base: str = texts.VALIDATION_FAILED,
) -> object:
    """The value of the body; None for an empty one, which binds like `null`.

    Raises `Refusal` (400): a wrong content type or a body cut short leaves only `Validation failed, `.
    """
    if not body:
        return None
    if content_type is None or _JSON.match(content_type) is None:
        raise unreadable_body(source, "", base=base)
    try:
        return strict_json.parse(body, limits)
    except strict_json.JsonError as error:
        raise _refusal(error, body, source, base) from None


def _refusal(error: strict_json.JsonError, body: bytes, source: Source, base: str) -> Refusal:
    if isinstance(error, strict_json.MalformedJson):
        return unreadable_body(source, _go_text(body), base=base)
    if isinstance(error, strict_json.NotUtf8):
        return unreadable_body(source, "invalid UTF-8 in body", base=base)
    if isinstance(error, strict_json.NestingTooDeep):
        return unreadable_body(source, "exceeded max depth", base=base)
    if isinstance(error, strict_json.BodyTooLarge):
        return Refusal(413, source, texts.REQUEST_ENTITY_TOO_LARGE)
    lines = []
    for fault in error.faults:
        path = _dotted(fault.pointer)
        if fault.code == strict_json.DuplicateKey.code:
            lines.append(f"{path}: duplicate key")
        elif fault.code == strict_json.BadNumber.code:
            lines.append(texts.type_error(path, expected="float64", got="number out of range"))
        else:
            lines.append(f"{path}: must not contain NUL or lone surrogates")
    return Refusal(400, source, f"{base}, {join(lines)}")


def _go_text(body: bytes) -> str:
    """What Go's decoder says of malformed JSON; nothing for a body that ends too early."""
    text = body.decode("utf-8")
    if text.startswith("\ufeff"):
        return "invalid character 'ï' looking for beginning of value"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at, message = error.pos, error.msg
    except RecursionError:
        return "exceeded max depth"
    else:
        return "invalid JSON"
    if message == "Unterminated string starting at" or not text[at:].strip():
        return ""
    where = _GO_TEXTS.get(message) or _inside(text, at)
    return f"invalid character '{_shown(text[at])}' {where}"


def _inside(text: str, at: int) -> str:
    """Whether a missing comma was missed in an array or in an object."""
    if at > _LONGEST_LOOK_BACK:
        return "after value"
    open_brackets: list[str] = []
    for bracket in _TOKENS.findall(text[:at]):
        if bracket in "[{":
            open_brackets.append(bracket)
        elif bracket in "]}" and open_brackets:
            open_brackets.pop()
    return "after array element" if open_brackets[-1:] == ["["] else "after object key:value pair"


def _shown(character: str) -> str:
    """A character as Go quotes it."""
    escapes = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": "\\x00", "'": "\\'", "\\": "\\\\"}
    if character in escapes:
        return escapes[character]
    return character if character.isprintable() else f"\\u{ord(character) & 0xFFFF:04x}"


def _dotted(pointer: str) -> str:
    """A JSON pointer as the contract writes places: dotted, array elements without their index."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return ".".join(step for step in steps if not step.isdigit())
