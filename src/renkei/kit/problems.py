"""Problem details (RFC 9457): the one place where a fault becomes a status and a sentence.

Below the edge nobody knows HTTP; here `FaultKind` is mapped to a status, once, and the language is chosen.
The body has the members of RFC 9457, section 3.1 (`type`, `title`, `status`, `detail`, `instance`) and ours:
`code`, `request_id`, and `errors`, one {pointer, code, detail, parameters} for each fault.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from renkei.kit.errors import Fault, FaultKind, RenkeiError

Language = Literal["ja", "en"]

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[dict[FaultKind, int]] = {
    FaultKind.CONTENT: 422,
    FaultKind.MALFORMED: 400,
    FaultKind.UNAUTHENTICATED: 401,
    FaultKind.FORBIDDEN: 403,
    FaultKind.MISSING: 404,
    FaultKind.CONFLICT: 409,
    FaultKind.TOO_LARGE: 413,
    FaultKind.TOO_MANY: 429,
    FaultKind.UNAVAILABLE: 503,
}

_TITLES: Final[dict[FaultKind, tuple[str, str]]] = {
    FaultKind.CONTENT: ("The content breaks a rule", "内容に誤りがあります"),
    FaultKind.MALFORMED: ("The request cannot be read", "要求を読み取れません"),
    FaultKind.UNAUTHENTICATED: ("Not authenticated", "認証されていません"),
    FaultKind.FORBIDDEN: ("Not allowed", "許可されていません"),
    FaultKind.MISSING: ("Not found", "見つかりません"),
    FaultKind.CONFLICT: ("In conflict with the present state", "現在の状態と矛盾します"),
    FaultKind.TOO_LARGE: ("Too large", "大きすぎます"),
    FaultKind.TOO_MANY: ("Too many requests", "要求が多すぎます"),
    FaultKind.UNAVAILABLE: ("Not available now", "現在利用できません"),
}

_LONGEST_HEADER: Final = 1000
# language-range and weight of RFC 9110, sections 12.4.2 and 12.5.4.
_PREFERENCE: Final = re.compile(
    r"\s*([a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*|\*)\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII
)


def problem(
    error: RenkeiError, *, language: str, instance: str, request_id: str
) -> tuple[int, dict[str, object]]:
    """The status and the body that tell `error` in `language` ("ja", anything else reads English).

    `instance` is the path of the request, without its query (which may hold what should not be repeated).
    """
    status = STATUS[error.kind]
    english, japanese = _TITLES[error.kind]
    whole = Fault(error.code, error.pointer, error.parameters, error.en, error.ja)
    return status, {
        "type": f"urn:renkei:error:{error.code}",
        "title": japanese if language == "ja" else english,
        "status": status,
        "detail": _sentence(whole, language),
        "instance": instance,
        "code": error.code,
        "request_id": request_id,
        "errors": [
            {
                "pointer": fault.pointer,
                "code": fault.code,
                "detail": _sentence(fault, language),
                "parameters": {name: _tellable(value) for name, value in fault.parameters.items()},
            }
            for fault in error.faults
        ],
    }


def choose_language(accept_language: str | None, *, default: Language = "en") -> Language:
    """The language a person asked for by `Accept-Language` (RFC 9110, section 12.5.4), else `default`.

    Weights count, the first of equals wins, q=0 excludes; unreadable parts and over-long headers are passed over.
    """
    weights: dict[Language, float] = {}
    others: float | None = None
    for part in (accept_language or "")[:_LONGEST_HEADER].split(","):
        match = _PREFERENCE.fullmatch(part)
        if match is None:
            continue
        weight = min(1.0, float(match.group(2) or "1"))
        primary = match.group(1).lower().split("-")[0]
        if primary == "*":
            others = weight if others is None else others
        elif primary == "ja":
            weights["ja"] = max(weight, weights.get("ja", 0.0))
        elif primary == "en":
            weights["en"] = max(weight, weights.get("en", 0.0))
    if others is not None:
        # "*" is for whatever was not named, the default before the other.
        both: tuple[Language, Language] = ("ja", "en")
        for language in sorted(both, key=lambda one: one != default):
            weights.setdefault(language, others)
    best = max(weights, key=lambda language: weights[language], default=default)
    if weights.get(best, 0.0) > 0:
        return best
    if weights.get(default) == 0 and len(weights) == 1:
        return "ja" if default == "en" else "en"
    return default


def _sentence(fault: Fault, language: str) -> str:
    """The sentence; a template that lacks a parameter is a slip of ours and must not become a failure of the answer."""
    try:
        return fault.sentence(language)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        return fault.ja if language == "ja" else fault.en


def _tellable(value: object) -> object:
    """Parameters as JSON can hold them; what it has no form for as text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        below = [_tellable(item) for item in value]
        return sorted(below, key=str) if isinstance(value, set | frozenset) else below
    return str(value)
