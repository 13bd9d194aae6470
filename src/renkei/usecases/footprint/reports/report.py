"""A report in one language, drawn from the evidence alone: the same sections go into the PDF and into JSON.

Numbers are shown with six significant digits; the evidence has them all. What nobody has said stands there as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from renkei.kit.clock import JAPAN
from renkei.kit.decimals import plain_text, to_15_digits
from renkei.kit.quantities import parse_unit
from renkei.usecases.footprint.engagements.model import Verification
from renkei.usecases.footprint.model import STAGES
from renkei.usecases.footprint.reports.model import (
    STUDY_FIELDS,
    Evidence,
    Fact,
    Item,
    Language,
    Report,
    Section,
    Table,
)
from renkei.usecases.footprint.reports.words import word

MOST_ROWS: Final = 500
"""Rows of a table in a report; the evidence has them all, and the report says how many are left out."""
_FILE: Final = Path(__file__).parent / "data" / "checklist.json"
_SHOWN: Final = Context(prec=6, rounding=ROUND_HALF_EVEN, Emin=-6144, Emax=6144)
_UNIT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unit": ("piece", "個"),
    "sheet": ("sheet", "枚"),
    "kilogram": ("kg", "kg"),
    "liter": ("L", "L"),
    "cubic-meter": ("m³", "m³"),
    "kilowatt-hour": ("kWh", "kWh"),
    "megajoule": ("MJ", "MJ"),
    "ton-kilometer": ("t·km", "t·km"),
    "square-meter": ("m²", "m²"),
    "hour": ("h", "時間"),
}


@cache
def checklist() -> tuple[Mapping[str, Any], ...]:
    """Every content that a rule asks for, from `data/checklist.json`."""
    said: dict[str, Any] = msgspec.json.decode(_FILE.read_bytes())
    return tuple(said["items"])


def draw(
    evidence: Evidence, language: Language, base_url: str, verifications: Sequence[Verification] = ()
) -> Report:
    """The report of a declaration, and what verifiers concluded about it since.

    `base_url`: where the check of its proof is found.
    """
    content: dict[str, Any] = msgspec.json.decode(evidence.content)
    drawn = _Drawing(content, language, verifications)
    digest = evidence.sha256.hex()
    check_url = f"{base_url}/app/check/{evidence.check_id}"
    sections = [section for section in drawn.sections() if section is not None]
    sections.append(drawn.proof(digest, check_url))
    return Report(
        language=language,
        title=word("title", language),
        subject=str(content["model"]["name"]),
        headline=drawn.headline,
        sections=tuple(sections),
        checklist=drawn.checklist(),
        evidence=content,
        evidence_sha256=digest,
        check_url=check_url,
        proof_note=word("proof_note", language),
    )


def report_json(one: Report) -> dict[str, Any]:
    """The report as it is answered. `checklist[].pointer` leads into `evidence`."""
    return {
        "format": "renkei-report/1",
        "language": one.language,
        "title": one.title,
        "subject": one.subject,
        "headline": one.headline,
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "facts": [
                    {"label": fact.label, "value": fact.value, "pointer": fact.pointer}
                    for fact in section.facts
                ],
                "table": None
                if section.table is None
                else {"head": list(section.table.head), "rows": [list(row) for row in section.table.rows]},
                "note": section.note,
            }
            for section in one.sections
        ],
        "checklist": [
            {
                "code": item.code,
                "source": item.source,
                "title": item.title,
                "required": item.required,
                "value": item.value,
                "pointer": item.pointer if item.value is not None else None,
            }
            for item in one.checklist
        ],
        "missing": [item.code for item in one.missing],
        "evidence_sha256": one.evidence_sha256,
        "check_url": one.check_url,
        "proof_note": one.proof_note,
        "evidence": dict(one.evidence),
    }


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to, or None."""
    for step in pointer.split("/")[1:]:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def shown(value: Any) -> str:
    """A number with six significant digits and grouped thousands; text that is no number as it is."""
    text = str(value)
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if not number.is_finite():
        return text
    plain = plain_text(to_15_digits(_SHOWN.plus(number)))
    whole, point, decimals = plain.removeprefix("-").partition(".")
    sign = "-" if plain.startswith("-") else ""
    return f"{sign}{int(whole):,}{point}{decimals}"


def percent(value: Any) -> str:
    """A share as a percentage with one decimal."""
    return f"{Decimal(str(value)) * 100:.1f} %"


class _Drawing:
    """The sections of one report."""

    def __init__(
        self, evidence: Mapping[str, Any], language: Language, verifications: Sequence[Verification]
    ) -> None:
        self.evidence = evidence
        self.verifications = verifications
        self.language = language
        statement = evidence["statement"]
        self.statement = statement
        self.battery = evidence["battery"]
        self.unit = f"kgCO2e/{self._unit(statement['declared_unit'])}"

    def _(self, code: str) -> str:
        return word(code, self.language)

    def _unit(self, name: str) -> str:
        found = _UNIT_WORDS.get(name)
        if found is not None:
            return found[self.language == "ja"]
        unit = parse_unit(name)
        return name if unit is None else unit.value

    @property
    def headline(self) -> str:
        """The one number."""
        if self.battery is not None:
            return f"{shown(self.battery['per_kwh'])} kgCO2e/kWh"
        return f"{shown(self.statement['total'])} {self.unit}"

    def _moment(self, text: str) -> str:
        moment = datetime.fromisoformat(text)
        if self.language == "ja":
            return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}（日本時間）"
        return f"{moment:%Y-%m-%d %H:%M} UTC"

    def _fact(self, code: str, value: Any, pointer: str) -> Iterator[Fact]:
        """A fact, if there is something to say."""
        if value is not None and value != "":
            yield Fact(self._(code), str(value), pointer)

    # -- sections ------------------------------------------------------------------------------------------------
    def sections(self) -> Iterator[Section | None]:
        yield self._identity()
        yield self._result()
        yield self._battery()
        yield self._indicators()
        yield self._categories()
        yield self._inputs()
        yield self._trail()
        yield self._electricity_rules()
        yield self._factor_sets()
        yield self._study()
        yield self._verification()

    def _identity(self) -> Section:
        said, company = self.evidence["declaration"], self.evidence["manufacturer"]
        model, plant = self.evidence["model"], self.evidence["plant"] or {}
        model_name = " / ".join(one for one in (model["name"], model["support_name"], model["label"]) if one)
        derived = self._derived()
        return Section(
            code="identity",
            title=self._("identity"),
            facts=(
                *self._fact("declaration_id", said["declaration_id"], "/declaration/declaration_id"),
                *self._fact("reference", said["reference"], "/declaration/reference"),
                *self._fact("manufacturer", company["name"], "/manufacturer/name"),
                *self._fact("address", company["address"], "/manufacturer/address"),
                *self._fact(
                    "company_id",
                    company["open_operator_id"] or company["global_operator_id"],
                    "/manufacturer/open_operator_id",
                ),
                *self._fact("model", model_name, "/model/name"),
                *self._fact("trace_id", model["trace_id"], "/model/trace_id"),
                *self._fact("plant", plant.get("name"), "/plant/name"),
                *self._fact("plant_address", plant.get("address"), "/plant/address"),
                *self._fact("rule_set", said["rule_set"], "/declaration/rule_set"),
                *self._fact("period", derived["/period"][0], "/declaration/period_from"),
                *self._fact(
                    "functional_unit", derived["/functional_unit"][0], derived["/functional_unit"][1]
                ),
                *self._fact("reference_flow", derived["/reference_flow"][0], derived["/reference_flow"][1]),
                *self._fact("version", self.statement["version"], "/statement/version"),
                *self._fact("filed", self._moment(said["filed_at"]), "/declaration/filed_at"),
                *self._fact("filed_by", said["filed_by"], "/declaration/filed_by"),
            ),
        )

    def _result(self) -> Section:
        stages, shares = self.statement["stages"], self.statement["stage_shares"]
        rows = [
            [
                self._(name),
                "" if one["own"] is None else shown(one["own"]),
                "" if one["component"] is None else shown(one["component"]),
                shown(one["total"]),
                percent(shares[name]),
            ]
            for name, one in _in_order(stages)
        ]
        rows.append([self._("total"), "", "", shown(self.statement["total"]), ""])
        head = [
            self._("stage"),
            self._("own"),
            self._("component"),
            f"{self._('total')} ({self.unit})",
            self._("share"),
        ]
        return Section(
            code="result",
            title=self._("result"),
            table=Table(head, rows, frozenset({1, 2, 3, 4})),
            facts=tuple(
                self._fact(
                    "gate_to_gate",
                    f"{shown(self.statement['gate_to_gate'])} {self.unit}",
                    "/statement/gate_to_gate",
                )
            ),
        )

    def _battery(self) -> Section | None:
        one = self.battery
        if one is None:
            return None
        head = [self._("stage"), f"{self._('per_kwh_head')} (kgCO2e/kWh)"]
        rows = [[self._(name), shown(x)] for name, x in _in_order(one["stages_per_kwh"])]
        rows.append([self._("total"), shown(one["per_kwh"])])
        return Section(
            code="battery",
            title=self._("battery"),
            facts=(
                *self._fact("per_kwh", f"{shown(one['per_kwh'])} kgCO2e/kWh", "/battery/per_kwh"),
                *self._fact("category", one["category"], "/battery/category"),
                *self._fact("capacity", f"{shown(one['capacity_kwh'])} kWh", "/battery/capacity_kwh"),
                *self._fact("cycles", shown(one["cycles_per_year"]), "/battery/cycles_per_year"),
                *self._fact("years", shown(one["years"]), "/battery/years"),
                *self._fact("total_kwh", f"{shown(one['total_kwh'])} kWh", "/battery/total_kwh"),
                *self._fact(
                    "battery_rules", f"{one['rule_set']} {one['rule_set_version']}", "/battery/rule_set"
                ),
                *self._fact("conformity", one["conformity_id"], "/battery/conformity_id"),
                *self._fact("study_url", one["study_url"], "/battery/study_url"),
                *self._fact("class", one["performance_class"], "/battery/performance_class"),
            ),
            table=Table(head, rows, frozenset({1})),
        )

    def _indicators(self) -> Section:
        one = self.statement
        method = one["method"]
        derived = self._derived()
        rows = [
            [
                self._(name),
                *("" if rated[key] is None else shown(rated[key]) for key in ("ter", "ger", "tir")),
            ]
            for name, rated in _in_order(one["quality"])
        ]
        level = {"0": "product_level", "1": "organisation_level"}.get(str(method.get("calcMethod")), "stated")
        return Section(
            code="indicators",
            title=self._("indicators"),
            facts=(
                *self._fact("dqr", None if one["dqr"] is None else shown(one["dqr"]), "/statement/dqr"),
                *self._fact(
                    "pds",
                    None if one["primary_data_share"] is None else percent(one["primary_data_share"]),
                    "/statement/primary_data_share",
                ),
                *self._fact("coverage_direct", percent(one["coverage_direct"]), "/statement/coverage_direct"),
                *self._fact("coverage_deep", percent(one["coverage_deep"]), "/statement/coverage_deep"),
                *self._fact("secondary", percent(one["secondary_share"]), "/statement/secondary_share"),
                *self._fact("level", self._(level), "/statement/method"),
                *self._fact("gwp", derived["/gwp_sets"][0], derived["/gwp_sets"][1]),
                *self._fact("allocation_method", derived["/allocation"][0], derived["/allocation"][1]),
                *self._fact(
                    "omitted",
                    None if method.get("omitted") is None else f"{shown(method['omitted'])} kgCO2e",
                    "/statement/method/omitted",
                ),
                *self._fact(
                    "partial",
                    None if "partial" not in method else self._("yes" if method["partial"] else "no"),
                    "/statement/method/partial",
                ),
                *self._fact("proxies", method.get("proxies"), "/statement/method/proxies"),
            ),
            table=Table([self._("stage"), "TeR", "GeR", "TiR"], rows, frozenset({1, 2, 3})) if rows else None,
        )

    def _categories(self) -> Section | None:
        found = self.statement["categories"]
        if not found:
            return None
        rows = [[self._(name), shown(x)] for name, x in found.items()]
        return Section(
            code="categories",
            title=self._("categories"),
            table=Table([self._("what"), self.unit], rows, frozenset({1})),
        )

    def _inputs(self) -> Section | None:
        found = self.evidence["inputs"]
        if not found:
            return None
        kinds = {"own": "made"}
        rows = [
            [
                str(one["name"] or one["trace_id"]),
                self._(kinds.get(one["kind"], one["kind"])),
                str(one.get("supplier") or ""),
                self._input_value(one),
                percent(one["share"]),
                self._(f"verified_{one['verification']}") if "verification" in one else "",
            ]
            for one in found[:MOST_ROWS]
        ]
        head = [self._(code) for code in ("input", "kind", "supplier", "value", "share", "state")]
        return Section(
            code="inputs",
            title=self._("inputs"),
            table=Table(head, rows, frozenset({3, 4})),
            note=self._more(len(found)),
        )

    def _input_value(self, one: Mapping[str, Any]) -> str:
        total = one.get("delivered", {}).get("total")
        if total is None:
            return ""
        amounts = [Decimal(str(x)) for x in total["stages"].values()]
        return f"{shown(sum(amounts, Decimal(0)))} kgCO2e/{self._unit(total['unit'])}"

    def _trail(self) -> Section | None:
        sheet = self.evidence["sheet"]
        if sheet is None:
            return None
        names = {one["line_id"]: one.get("name") or one["line_id"] for one in sheet["content"]["lines"]}
        lines = sheet["result"]["lines"]
        rows = [
            [
                str(names.get(line["line_id"], line["line_id"])),
                str(piece[f"name_{self.language}"] or piece["factor"]),
                f"{shown(piece['amount'])} {self._unit(piece['unit'])}",
                self._licensed(piece["value"]),
                self._licensed(piece["emission"]),
            ]
            for line in lines
            for piece in line["pieces"]
        ]
        head = [self._("line"), self._("factor"), self._("amount"), self._("value"), self._("emission")]
        return Section(
            code="trail",
            title=self._("trail"),
            table=Table(head, rows[:MOST_ROWS], frozenset({2, 3, 4})),
            note=self._more(len(rows)),
        )

    def _licensed(self, value: Any) -> str:
        return self._("licensed") if value is None else shown(value)

    def _electricity_rules(self) -> Section | None:
        found = self.evidence["sheet"] and self.evidence["sheet"]["result"].get("electricity")
        if not found:
            return None
        rows = [[self._(rule), f"{shown(x)} {self.unit}"] for rule, x in found.items()]
        return Section(
            code="electricity_rules",
            title=self._("electricity_rules"),
            table=Table([self._("rule"), self._("total")], rows, frozenset({1})),
        )

    def _factor_sets(self) -> Section | None:
        found = self.evidence["factor_sets"]
        if not found:
            return None
        rows = [
            [
                f"{one[f'title_{self.language}']} ({one['set_id']}@{one['version']})",
                str(one["source"]),
                str(one["licence"]),
                str(one["gwp_set"]),
            ]
            for one in found
        ]
        head = [self._("set"), self._("source"), self._("licence"), "GWP"]
        return Section(
            code="factor_sets",
            title=self._("factor_sets"),
            table=Table(head, rows),
            note=" ".join(one["attribution"] for one in found if one["attribution"]),
        )

    def _study(self) -> Section | None:
        said = self.evidence["study"]
        facts = tuple(
            Fact(self._(f"study_{name}"), said[name], f"/study/{name}")
            for name in STUDY_FIELDS
            if said.get(name)
        )
        return Section(code="study", title=self._("study"), facts=facts) if facts else None

    def _verification(self) -> Section:
        if not self.verifications:
            return Section(
                code="verification", title=self._("verification"), note=self._("verification_none")
            )
        facts = tuple(
            Fact(self._(code), value)
            for one in self.verifications
            for code, value in (
                ("verdict", self._(one.verdict)),
                ("verifier", one.verifier_name),
                ("assurance", self._(one.assurance)),
                ("standard", one.standard),
                ("scope", one.scope),
                ("accreditation", one.accreditation),
                ("covers", f"{one.version} ({one.evidence_sha256.hex()[:16]}…)"),
                ("concluded", self._moment(one.concluded_at.isoformat())),
                ("opinion", one.opinion),
            )
            if value
        )
        return Section(code="verification", title=self._("verification"), facts=facts)

    def proof(self, digest: str, check_url: str) -> Section:
        """Digest of the evidence, and where its proof is checked."""
        files = ", ".join(f"{one['name']} ({one['sha256'][:16]}…)" for one in self.evidence["certificates"])
        return Section(
            code="evidence",
            title=self._("evidence"),
            facts=(
                Fact(self._("evidence_sha256"), digest, ""),
                Fact(self._("check_address"), check_url, "/declaration/check_id"),
                *self._fact("certificates", files, "/certificates"),
            ),
            note=self._("proof_note"),
        )

    def _more(self, count: int) -> str:
        if count <= MOST_ROWS:
            return ""
        if self.language == "ja":
            return f"全{count:,}行のうち{MOST_ROWS}行を表示しています。すべての行は証拠ファイルにあります。"
        return f"{MOST_ROWS} of {count:,} rows are shown; the evidence file has them all."

    # -- what the rules ask for ----------------------------------------------------------------------------------
    def checklist(self) -> tuple[Item, ...]:
        """Every content with its value and where the evidence has it."""
        derived = self._derived()
        found = []
        for item in checklist():
            if item.get("battery") and self.battery is None:
                continue
            value, pointer = None, ""
            for place in item["at"]:
                text, origin = derived.get(place) or (self._plain(at(self.evidence, place)), place)
                if text:
                    value, pointer = text, origin
                    break
            found.append(
                Item(
                    code=item["code"],
                    source=item["source"],
                    title=item[self.language],
                    required=item["required"],
                    value=value,
                    pointer=pointer,
                )
            )
        return tuple(found)

    def _plain(self, value: Any) -> str | None:
        if value is None or value == "" or isinstance(value, dict | list):
            return None
        return shown(value)

    def _derived(self) -> dict[str, tuple[str | None, str]]:
        """Contents that are put together: text (None: nothing to say), and where the evidence has what it is of."""
        evidence, statement, one = self.evidence, self.statement, self.battery
        said, company, plant = evidence["declaration"], evidence["manufacturer"], evidence["plant"] or {}
        method, sheet = statement["method"], evidence["sheet"]
        mass = evidence["model"]["mass_kg_per_unit"]
        unit = self._unit(statement["declared_unit"])
        sets = [f"{each['set_id']}@{each['version']}" for each in evidence["factor_sets"]]
        gwp = [str(each) for each in method.get("gwp_sets", ())]
        answers = sum(each["kind"] == "delivery" for each in evidence["inputs"])
        allocation = method.get("allocation")
        sources = [f"{self._('delivery')}: {answers}"] if answers else []
        return {
            "/functional_unit": (
                (f"1 {unit}", "/statement/declared_unit")
                if one is None
                else (f"1 kWh ({self._('total_kwh')}: {shown(one['total_kwh'])} kWh)", "/battery/total_kwh")
            ),
            "/reference_flow": self._reference_flow(mass, unit),
            "/processes": self._processes(),
            "/data_sources": (
                "; ".join([*sources, *sets]) or None,
                "/factor_sets" if sets else "/inputs",
            ),
            "/gwp_sets": (", ".join(gwp) or None, "/statement/method/gwp_sets"),
            "/allocation": (
                None if allocation is None else self._({"none": "no_allocation"}.get(allocation, allocation)),
                "/statement/method/allocation",
            ),
            "/electricity": (
                "; ".join(
                    f"{self._(rule)}: {shown(x)} {self.unit}"
                    for rule, x in ((sheet or {}).get("result", {}).get("electricity") or {}).items()
                )
                or None,
                "/sheet/result/electricity",
            ),
            "/period": (f"{said['period_from']} – {said['period_to']}", "/declaration/period_from"),
            "/stages": (
                "; ".join(
                    f"{self._(name)}: {shown(each['total'])} {self.unit} ({percent(statement['stage_shares'][name])})"
                    for name, each in _in_order(statement["stages"])
                )
                or None,
                "/statement/stages",
            ),
            "/total": (f"{shown(statement['total'])} {self.unit}", "/statement/total"),
            "/manufacturer_line": (_joined(company["name"], company["address"]), "/manufacturer/name"),
            "/plant_line": (_joined(plant.get("name"), plant.get("address")), "/plant/address"),
            "/battery_stages": (
                None
                if one is None
                else "; ".join(
                    f"{self._(name)}: {shown(x)} kgCO2e/kWh" for name, x in _in_order(one["stages_per_kwh"])
                ),
                "/battery/stages_per_kwh",
            ),
        }

    def _reference_flow(self, mass: Any, unit: str) -> tuple[str, str]:
        if self.battery is None:
            kilograms = "" if mass is None else f" ({shown(mass)} kg)"
            return f"1 {unit}{kilograms}", "/statement/declared_unit"
        energy = Decimal(str(self.battery["total_kwh"]))
        if mass is None:
            return f"{shown(Decimal(1) / energy)} {unit}/kWh", "/battery/total_kwh"
        return f"{shown(Decimal(str(mass)) / energy)} kg/kWh", "/model/mass_kg_per_unit"

    def _processes(self) -> tuple[str | None, str]:
        sheet, structure = self.evidence["sheet"], self.evidence["structure"]
        if sheet is not None:
            lines: Sequence[Mapping[str, Any]] = sheet["content"]["lines"]
            return ", ".join(
                str(line.get("name") or line["line_id"]) for line in lines[:30]
            ), "/sheet/content/lines"
        if structure is not None:
            return ", ".join(line["name"] for line in structure["lines"][:30]), "/structure/lines"
        return None, ""


def _in_order(by_stage: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Stages as life goes; canonical JSON has them by name."""
    return ((stage.value, by_stage[stage.value]) for stage in STAGES if stage.value in by_stage)


def _joined(*texts: str | None) -> str | None:
    return ", ".join(one for one in texts if one) or None
