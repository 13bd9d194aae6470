"""Activity data in a file, calculated on the spot: nothing is stored, no company and no database are needed.

With a company's factors at hand its own sets count too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.connectors.spreadsheet.activities import Beside, find_activities, read_groups
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.reports import findings_json
from renkei.connectors.spreadsheet.table import Findings
from renkei.connectors.spreadsheet.workbooks import Limits
from renkei.usecases.footprint.calculator.documents import result_json
from renkei.usecases.footprint.calculator.engine import calculate
from renkei.usecases.footprint.calculator.model import Sheet
from renkei.usecases.footprint.calculator.rules import faults_of
from renkei.usecases.footprint.factors.model import Factor, FactorRef


@dataclass(frozen=True, slots=True)
class Calculated:
    """What was found in a file, and the result of each sheet in it (none if anything is wrong)."""

    findings: Findings
    results: tuple[dict[str, Any], ...]

    @property
    def document(self) -> dict[str, Any]:
        """The same as one document."""
        return {**findings_json(self.findings), "results": list(self.results)}


def calculate_file(
    content: bytes, factors: Mapping[FactorRef, Factor], limits: Limits, beside: Beside
) -> Calculated:
    """The results of all sheets in a table of activity data. Raises `RenkeiError` for a file that cannot be read at all."""
    findings = Findings()
    body = find_activities(read_file(content, limits, findings), findings)
    if body is None:
        return Calculated(findings, ())
    groups = read_groups(body, findings, beside=beside)
    for group in groups:
        for fault in faults_of(group.sheet, factors):
            findings.note("fault", fault, group.place(body, fault))
    if findings.blocked:
        return Calculated(findings, ())
    return Calculated(findings, tuple(result(group.label, group.sheet, factors) for group in groups))


def result(label: str, sheet: Sheet, factors: Mapping[FactorRef, Factor]) -> dict[str, Any]:
    """One sheet's result with its trail."""
    names = {line.line_id: line.name for line in sheet.lines}
    found = result_json(calculate(sheet, factors))
    found["lines"] = [line | {"name": names.get(line["line_id"], "")} for line in found["lines"]]
    return {
        "part": label,
        "period_from": sheet.period_from,
        "period_to": sheet.period_to,
        "production": sheet.production,
        "declared_unit": sheet.declared_unit.value,
        **found,
    }
