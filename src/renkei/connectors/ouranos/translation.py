"""What the rooms refuse, in the words of the contract: one table from a fault's code to a text.

A fault that the table does not know is told by its kind, in its own Japanese sentence and with its own code, so that
no refusal of a room can become a 500.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.refusals import Refusal, bad_body, forbidden, not_found, refuse
from renkei.connectors.ouranos.texts import Source, Trace
from renkei.kit.errors import Fault, FaultKind, RenkeiError, SeveralFaults

_ACCESS: Final[Mapping[str, tuple[int, str]]] = {
    "api_key_missing": (403, texts.NO_PRIVILEGES),
    "api_key_unknown": (403, texts.INVALID_KEY),
    "network_not_allowed": (403, texts.NETWORK_NOT_ALLOWED),
    "key_not_for_operator": (403, texts.NO_PRIVILEGES),
    "token_missing": (401, texts.AUTHENTICATION_REQUIRED),
    "token_invalid": (401, texts.INVALID_OR_EXPIRED),
    "operator_suspended": (401, texts.INVALID_OR_EXPIRED),
    "account_missing": (401, texts.INVALID_OR_EXPIRED),
    "invalid_credentials": (401, texts.INVALID_CREDENTIALS),
    "no_membership": (401, texts.INVALID_CREDENTIALS),
    "refresh_refused": (401, texts.INVALID_CREDENTIALS),
    "signing_key_unreadable": (503, texts.OUTER_SERVICE),
}
"""Section 2: always told by `auth`, whichever service was asked."""

_PASSWORD: Final[Mapping[str, str]] = {
    "length": texts.length_between(8, 20),
    "upper": "must include at least one upper case letter",
    "lower": "must include at least one lower case letter",
    "digit": "must include at least one digit",
    "special": "must include at least one special character",
}

_TRACES: Final[Mapping[str, Trace]] = {
    "plant_unknown": texts.PLANT_MISSING,
    "trace_unknown": texts.PART_MISSING,
    "part_not_found": texts.PART_MISSING,
    "part_foreign": texts.PART_FOREIGN,
    "part_in_structure": texts.PART_IN_STRUCTURE,
    "part_requested": texts.PART_REQUESTED,
    "part_linked": texts.PART_LINKED,
    "part_conflict": texts.PART_KEY_TAKEN,
    "part_terminated": texts.PART_NOT_REQUESTABLE,
    "duplicate_child": texts.DUPLICATE_CHILD,
    "self_reference": texts.STRUCTURE_LOOP,
    "unit_unknown": texts.UNIT_NOT_SUPPORTED,
    "trade_not_found": texts.TRADE_MISSING,
    "request_not_found": texts.TRADE_MISSING,
    "operator_not_found": texts.OPERATOR_MISSING,
    "operator_merged": texts.OPERATOR_MISSING,
    "self_request": texts.REQUEST_TO_SELF,
    "already_requested": texts.ALREADY_REQUESTED,
    "request_exists": texts.ALREADY_REQUESTED,
    "party_changed": texts.PARTY_CHANGED,
    "footprint_exists": texts.CFP_EXISTS,
    "footprint_not_found": texts.CFP_MISSING,
    "certificate_exists": texts.CERTIFICATE_EXISTS,
    "certificate_not_found": texts.CERTIFICATE_MISSING,
    "file_not_found": texts.FILE_MISSING,
    "file_type_refused": texts.FILE_TYPE,
    "file_too_large": texts.FILE_TOO_LARGE,
    "body_too_large": texts.FILE_TOO_LARGE,
    "file_url_refused": texts.URL_INVALID,
}
"""Refusals of source `traceability`."""


def refusal_of(error: RenkeiError, source: Source) -> Refusal:
    """The refusal that tells `error`, which a request to `source` met."""
    access = _ACCESS.get(error.code)
    if access is not None:
        return Refusal(access[0], "auth", access[1])
    if error.code == "password_refused":
        rule = _PASSWORD.get(str(error.parameters.get("rule")), _PASSWORD["length"])
        return bad_body(source, f"newPassword: {rule}")
    if error.code in _TRACES or isinstance(error, SeveralFaults):
        return _traced(error, source)
    return _by_kind(error, source)


def _traced(error: RenkeiError, source: Source) -> Refusal:
    """All faults in one refusal: descriptions and codes joined with `, `, each once (section 3)."""
    if source == "auth":
        return bad_body(source, *(fault.sentence("en") for fault in error.faults))
    told = {_trace(fault): None for fault in error.faults}
    return Refusal(
        next(iter(told)).status,
        "traceability",
        ", ".join(dict.fromkeys(trace.text for trace in told)),
        trace=", ".join(dict.fromkeys(trace.code for trace in told)),
    )


def _trace(fault: Fault) -> Trace:
    """The contract's text for a fault, else its own sentence under its own code."""
    return _TRACES.get(fault.code) or Trace(f"RENKEI-{fault.code}", fault.sentence("ja"))


def _by_kind(error: RenkeiError, source: Source) -> Refusal:
    if error.kind is FaultKind.FORBIDDEN:
        return forbidden(source)
    if error.kind is FaultKind.UNAUTHENTICATED:
        return Refusal(401, "auth", texts.INVALID_OR_EXPIRED)
    if error.kind is FaultKind.MISSING:
        return not_found(source)
    if error.kind is FaultKind.UNAVAILABLE:
        return Refusal(503, "auth", texts.OUTER_SERVICE) if source == "auth" else refuse(texts.MAINTENANCE)
    if error.kind is FaultKind.TOO_MANY:
        return Refusal(429, source, texts.TOO_MANY_REQUESTS, retry_after_seconds=error.retry_after_seconds)
    if error.kind is FaultKind.TOO_LARGE:
        return Refusal(413, source, texts.REQUEST_ENTITY_TOO_LARGE)
    return _traced(error, source)
