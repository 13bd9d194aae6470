"""Declarations freeze their evidence; the report has every content that the rules ask for, in PDF and JSON alike."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import segno

from renkei.commons.ledger.bundle import check_bundle
from renkei.commons.ledger.sequencing import Sequencer
from renkei.commons.ledger.service import public_keys
from renkei.commons.ledger.witness import FileWitness
from renkei.commons.parts.errors import PartMissing
from renkei.database.transaction import as_role
from renkei.kit.canonical import canonical_json
from renkei.kit.errors import SeveralFaults
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.kit.secret_box import SecretBox
from renkei.usecases.footprint.calculator.service import put_sheet
from renkei.usecases.footprint.declarations import file_declaration
from renkei.usecases.footprint.errors import CheckMissing, DeclarationMissing, EvidenceMissing
from renkei.usecases.footprint.model import Emission, Stage, StatementDraft
from renkei.usecases.footprint.reports.model import STUDY_FIELDS, BatteryDraft, ReportDraft
from renkei.usecases.footprint.reports.pdf import draw_pdf
from renkei.usecases.footprint.reports.report import at, checklist, report_json, shown
from renkei.usecases.footprint.reports.service import check, evidence_of, newest_of, report_of
from renkei.usecases.footprint.reports.store import delivered_in
from renkei.usecases.footprint.service import put_statement
from tests.usecases.footprint.calculator.sheets import POWER, STEEL, line, sheet

BASE = "https://renkei.example"
PERIOD = {"period_from": date(2026, 4, 1), "period_to": date(2027, 3, 31)}
STUDY = {name: f'{name}について：第1項 <b>$x$ #box[] \\ " 末尾' for name in STUDY_FIELDS}
CATEGORIES = {
    name: {Stage.PRODUCTION: Decimal(amount)}
    for name, amount in (("fossil", 4300), ("biogenic", 15), ("land_use_change", 4), ("aircraft", 1))
}
BATTERY = BatteryDraft(
    rule_set="eu-cfb-ev",
    category="M1",
    capacity_kwh=Decimal(60),
    years=Decimal(8),
    conformity_id="EU-DoC-2026-17",
    study_url="https://example.com/study/b-60",
)


def file(database, operator, part, **said):
    values = {"rule_set": "EU 2023/1542 Annex II"} | PERIOD | said
    return database.run(operator, lambda tx: file_declaration(tx, part.trace_id, **values)).declaration


def report(database, operator, declaration, language="en"):
    return database.read(operator, lambda tx: report_of(tx, declaration.declaration_id, language, BASE))


def words_of(pdf: bytes) -> str:
    """The text of a PDF without its line breaks: a reader joins what was broken."""
    document = pypdfium2.PdfDocument(pdf)
    return squeezed("".join(page.get_textpage().get_text_bounded() for page in document))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\ufffe\x02]|-(?=\r?\n)", "", text)


@pytest.fixture
def battery(database, chain, a):
    """4,320 kgCO2e of one battery, in four stages; 60 kWh, M1, 8 years: 0.15 kgCO2e/kWh."""
    part = chain.part(a, "電池パック B-60", facts=ConversionFacts(mass_kg_per_unit=Decimal(400)))
    stages = {
        Stage.RAW_MATERIAL: 2900, Stage.PRODUCTION: 1300, Stage.DISTRIBUTION: 60, Stage.END_OF_LIFE: 60,
    }  # fmt: skip
    draft = StatementDraft(
        trace_id=part.trace_id,
        declared_unit=Unit.UNIT,
        declared={stage: Emission(Decimal(amount)) for stage, amount in stages.items()},
        categories=CATEGORIES,
        primary_data_share=Decimal("0.4"),
        method={
            "gwp_sets": ["AR6"],
            "allocation": "none",
            "omitted": Decimal("1.2"),
            "factors": [POWER],
            "calcMethod": "0",
        },
    )
    database.run(a, lambda tx: put_statement(tx, draft))
    chain.structure(a, part, [("セル", 96, {"terminated": True})])
    return part


@pytest.fixture
def declared(database, a, battery):
    return file(database, a, battery, draft=ReportDraft(study=STUDY, battery=BATTERY), reference="BAT-1")


class TestContents:
    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_every_content_that_the_rules_ask_for_is_in_json_and_pdf(self, database, a, declared, language):
        """ISO 14067 report contents and the seven fields of Article 7(1), each found in both."""
        drawn = report(database, a, declared, language)
        told, text = report_json(drawn), words_of(draw_pdf(drawn))
        assert len(told["checklist"]) == len(checklist()) == 36
        without_quality = [item for item in told["checklist"] if item["code"] != "iso_quality"]
        for item in without_quality:
            assert item["value"], item
            found = at(told["evidence"], item["pointer"])
            assert found not in (None, "", [], {}), item
            assert squeezed(item["title"]) in text, item
            assert squeezed(item["value"]) in text, item
        assert told["missing"] == ["iso_quality"], "nobody rated the data of this statement"
        for section in told["sections"]:
            assert squeezed(section["title"]) in text
            for fact in section["facts"]:
                assert squeezed(fact["label"]) in text
                assert squeezed(fact["value"]) in text, fact

    def test_article_7(self, database, a, declared):
        """60 kWh x 60 cycles x 8 years = 28,800 kWh; 4,320 / 28,800 = 0.15; raw material 2,900 / 28,800."""
        told = report_json(report(database, a, declared))
        by_code = {item["code"]: item["value"] for item in told["checklist"]}
        assert told["headline"] == "0.15 kgCO2e/kWh"
        assert by_code["eu_a"] == "A社, 東京都"
        assert by_code["eu_b"] == "電池パック B-60"
        assert by_code["eu_c"] == "工場, 東京都"
        assert by_code["eu_d"] == "0.15"
        assert by_code["eu_e"].startswith("Raw material and pre-processing: 0.100694 kgCO2e/kWh")
        assert (by_code["eu_f"], by_code["eu_g"]) == ("EU-DoC-2026-17", "https://example.com/study/b-60")
        assert by_code["iso_flow"] == "0.0138889 kg/kWh", "400 kg / 28,800 kWh"

    def test_what_is_missing_is_told_and_stops_nothing(self, database, chain, a):
        part = chain.part(a, "無記入")
        chain.state(a, part, 5)
        drawn = report(database, a, file(database, a, part), "ja")
        missing = {item.code for item in drawn.missing}
        assert {"iso_boundary", "iso_gwp", "iso_fossil", "iso_limitations"} <= missing
        assert not {"iso_total", "iso_period", "iso_rules", "iso_stages"} & missing
        assert not any(item.code.startswith("eu_") for item in drawn.checklist), "no battery"
        assert "記載なし" in words_of(draw_pdf(drawn))

    def test_a_sheet_is_told_line_by_line(self, database, chain, a):
        """1,000 kWh x 0.485392 = 485.392 kg."""
        part = chain.part(a, "製品")
        lines = (
            line("power", "energy", 1000, "kilowatt-hour", POWER, name="受電"),
            line("steel", "material", 2, "kilogram", STEEL, basis="unit"),
        )
        one = sheet(*lines, trace_id=part.trace_id)
        stored = database.run(a, lambda tx: put_sheet(tx, one))
        drawn = report(database, a, file(database, a, part), "ja")
        told = report_json(drawn)
        [trail] = [section for section in told["sections"] if section["code"] == "trail"]
        [row] = [row for row in trail["table"]["rows"] if row[0] == "受電"]
        assert row[2:] == ["1,000 kWh", "0.485392", "485.392"]
        assert told["evidence"]["sheet"]["sheet_id"] == str(stored.sheet_id)
        by_code = {item["code"]: item["value"] for item in told["checklist"]}
        assert by_code["iso_processes"] == "受電, steel"
        sets = {one["set_id"] for one in told["evidence"]["factor_sets"]}
        assert sets == {"owid-grid", "metal-averages"}
        assert "485.392" in words_of(draw_pdf(drawn))

    def test_an_upstream_answer_says_whether_its_certificate_may_be_seen(self, database, chain, a, b):
        product, own = chain.part(a, "製品"), chain.part(b, "Q", terminated=True)
        [bought] = chain.structure(a, product, [("購入品", 2)])
        chain.state(b, own, 10)
        chain.buy(a, bought, b, own)
        chain.settle()
        chain.state(a, product, 1)
        drawn = report(database, a, file(database, a, product))
        [put_in] = drawn.evidence["inputs"]
        assert (put_in["supplier"], put_in["verification"]) == ("B社", "not_disclosed")
        assert "certificate" not in put_in["disclosed"]
        [section] = [one for one in drawn.sections if one.code == "inputs"]
        assert section.table.rows == [
            [
                "購入品",
                "supplier's answer",
                "B社",
                "10 kgCO2e/piece",
                "100.0 %",
                "not disclosed to this company",
            ]
        ]

    def test_reading_it_is_a_read_of_what_was_delivered(self, database, chain, a, b):
        product, own = chain.part(a, "製品"), chain.part(b, "Q", terminated=True)
        [bought] = chain.structure(a, product, [("購入品", 2)])
        chain.state(b, own, 10)
        chain.buy(a, bought, b, own)
        chain.settle()
        chain.state(a, product, 1)
        declaration = file(database, a, product)
        [(provider, _)] = database.read(a, lambda tx: delivered_in(tx, declaration.declaration_id))
        assert provider == b.operator_key


class TestFrozen:
    def test_what_changes_later_changes_no_byte_of_it(self, database, chain, a, declared, battery):
        before = database.read(a, lambda tx: evidence_of(tx, declared.declaration_id))
        pdf = draw_pdf(report(database, a, declared))
        chain.state(a, battery, 1, again=True)
        chain.structure(a, battery, [("別のセル", 1, {"terminated": True})])
        after = database.read(a, lambda tx: evidence_of(tx, declared.declaration_id))
        assert after == before
        assert draw_pdf(report(database, a, declared)) == pdf, "the same report gives the same bytes"

    def test_the_json_report_carries_what_the_digest_is_of(self, database, a, declared):
        told = json.loads(json.dumps(report_json(report(database, a, declared))))
        content = canonical_json(told["evidence"])
        assert hashlib.sha256(content).hexdigest() == told["evidence_sha256"]
        assert content == database.read(a, lambda tx: evidence_of(tx, declared.declaration_id)).content

    def test_it_is_the_companys_own(self, database, chain, a, b, declared, battery):
        with pytest.raises(DeclarationMissing):
            database.read(b, lambda tx: evidence_of(tx, declared.declaration_id))
        with pytest.raises(PartMissing):
            database.read(b, lambda tx: newest_of(tx, battery.trace_id))
        assert database.read(a, lambda tx: newest_of(tx, battery.trace_id)) == declared.declaration_id
        with pytest.raises(EvidenceMissing):
            database.read(a, lambda tx: newest_of(tx, chain.part(a, "未宣言").trace_id))

    def test_what_cannot_go_into_a_report_is_told_at_once_and_nothing_is_filed(self, database, chain, a):
        part = chain.part(a, "粉体", unit="kilogram")
        chain.state(a, part, 5, unit=Unit.KILOGRAM)
        with pytest.raises(SeveralFaults) as told:
            file(database, a, part, draft=ReportDraft(study={"moon": "x"}, battery=BATTERY))
        assert [(one.code, one.pointer) for one in told.value.faults] == [
            ("study_field_unknown", "/study/moon"),
            ("battery_per_piece", "/battery"),
        ]
        other, whole = replace(BATTERY, category="boat"), chain.part(a, "船用電池")
        chain.state(a, whole, 5)
        with pytest.raises(SeveralFaults) as told:
            file(database, a, whole, draft=ReportDraft(battery=other))
        assert [one.pointer for one in told.value.faults] == ["/battery/cycles_per_year"]
        with pytest.raises(EvidenceMissing):
            database.read(a, lambda tx: newest_of(tx, part.trace_id))


class TestCheck:
    def test_whoever_holds_the_code_sees_the_proof_and_no_value(self, database, a, declared, tmp_path):
        Sequencer(database, SecretBox([bytes(range(32))]), FileWitness(tmp_path / "witness")).tick()
        drawn = report(database, a, declared)
        code = drawn.evidence["declaration"]["check_id"]
        assert drawn.check_url == f"{BASE}/app/check/{code}"
        found = check(database, evidence_of_code(database, a, declared))
        [item] = found["items"]
        assert item["fact"]["content"]["evidence_sha256"] == drawn.evidence_sha256
        assert "4320" not in json.dumps(item, default=str)
        keys = "\n".join(key.verifier for key in database.read(as_role("renkei_ledger"), public_keys))
        outcome = check_bundle(json.dumps(found, default=str).encode(), keys)
        assert (outcome.proved, outcome.faults) == (1, [])

    def test_another_code_shows_nothing(self, database, declared):
        with pytest.raises(CheckMissing):
            check(database, declared.declaration_id)

    def test_the_picture_is_the_address(self, database, a, declared):
        """The code on the paper, read back from its modules as a camera's program would print them."""
        drawn = report(database, a, declared)
        qr = segno.make_qr(drawn.check_url, error="m")
        assert qr.designator
        image = pypdfium2.PdfDocument(draw_pdf(drawn))[0].render(scale=3, grayscale=True).to_numpy()
        assert modules(image, qr) == [bytes(row) for row in qr.matrix]


def evidence_of_code(database, operator, declaration):
    return database.read(operator, lambda tx: evidence_of(tx, declaration.declaration_id)).check_id


def modules(image, qr):
    """The dark and light modules of the code at the top right of the page (34 mm, with a border of 2 modules)."""
    mm = image.shape[1] / 210
    size = 34 * mm / (qr.symbol_size(border=2)[0])
    left, top = (210 - 18 - 34) * mm + 2 * size, 18 * mm + 2 * size
    places = range(len(qr.matrix))
    return [
        bytes(
            int(image[int(top + (y + 0.5) * size), int(left + (x + 0.5) * size)].item() < 128) for x in places
        )
        for y in places
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("4320", "4,320"),
        ("0.15", "0.15"),
        ("1234567.891", "1,234,570"),
        ("-0.00001234567", "-0.0000123457"),
        ("x", "x"),
    ],
)
def test_numbers_are_shown_with_six_digits(number, text):
    assert shown(number) == text


def test_a_report_of_many_pages_is_drawn(database, chain, a):
    product = chain.part(a, "多部品")
    chain.structure(a, product, [(f"部品{n:03}", 1, {"terminated": True}) for n in range(300)])
    chain.state(a, product, 1)
    drawn = report(database, a, file(database, a, product), "ja")
    assert len(pypdfium2.PdfDocument(io.BytesIO(draw_pdf(drawn)))) >= 2
