"""What was found in a file, and what would change, as one document: stored with the import, answered, printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from renkei.commons.parts.model import BulkChanges, BulkResult, LineChange
from renkei.connectors.spreadsheet.table import Finding, Findings, Kind

SHOWN_CHANGES: Final = 500
"""Changes of each sort that a report lists; all are counted."""


def findings_json(findings: Findings) -> dict[str, Any]:
    """Faults, questions and notes, each with its count, the first listed."""
    return {
        f"{kind}s": {"count": findings.counts[kind], "items": [_finding(one) for one in findings.of(kind)]}
        for kind in _KINDS
    }


_KINDS: Final[tuple[Kind, ...]] = ("fault", "question", "note")


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.fault.code,
        "pointer": one.place.pointer,
        "sheet": one.place.sheet,
        "row": one.place.row,
        "column": one.place.column,
        "line": one.place.line,
        "parameters": one.fault.parameters,
        "en": one.fault.sentence("en"),
        "ja": one.fault.sentence("ja"),
    }


def changes_json(changes: BulkChanges) -> dict[str, Any]:
    """What a bill of materials would change."""
    return {
        "parts_new": changes.parts_new,
        "parts_changed": changes.parts_changed,
        "structures": changes.structures,
        "lines_added": changes.lines_added,
        "lines_changed": changes.lines_changed,
        "lines_removed": changes.lines_removed,
        "parts": [
            {
                "kind": "new" if one.is_new else "changed",
                "name": one.name,
                "support_name": one.support_name,
                "label": one.label,
            }
            for one in changes.parts
        ],
        "lines": [_line(one) for one in changes.lines],
    }


def _line(one: LineChange) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "parent": one.parent_name,
        "child": one.child_name,
        "amount": one.amount,
        "unit": one.unit,
        "base_quantity": one.base_quantity,
        "before_amount": one.before_amount,
        "before_unit": one.before_unit,
        "before_base_quantity": one.before_base_quantity,
    }


def result_json(result: BulkResult) -> dict[str, Any]:
    """What a bill of materials stored."""
    return {
        "parts_created": result.parts_created,
        "parts_updated": result.parts_updated,
        "structures": result.structures,
    }


def report_json(
    findings: Findings, read: Mapping[str, Any], changes: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The whole report."""
    return {**findings_json(findings), "read": dict(read), "changes": changes}
