"""A year of bills, as a company has them in a drawer, and the right answer (`examples/year-of-bills`)."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from renkei.commons.edge.validation import read
from renkei.kit.quantities import ConversionFacts
from renkei.kit.strict_json import parse
from renkei.usecases.footprint.calculator.api_model import SheetBody
from renkei.usecases.footprint.calculator.documents import result_json
from renkei.usecases.footprint.calculator.engine import calculate
from renkei.usecases.footprint.factors.library import platform_factors
from tests.usecases.footprint.calculator.sheets import PART

FOLDER = Path(__file__).parents[4] / "examples" / "year-of-bills"


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def the_sheet():
    return read(SheetBody, parse((FOLDER / "sheet.json").read_bytes())).sheet(PART)


def test_the_sheet_has_the_sums_of_the_bills():
    amounts = {(line.name, line.unit): line.amount for line in the_sheet().lines}
    assert amounts["電力", "kilowatt-hour"] == sum(
        Decimal(row["使用量(kWh)"]) for row in rows("electricity.csv")
    )
    sums = defaultdict(Decimal)
    for row in rows("fuel.csv"):
        sums[row["燃料"]] += Decimal(row["使用量"])
    for row in rows("materials.csv"):
        sums[row["品名"]] += Decimal(row["数量"])
    assert sums.pop("ABS樹脂") == 1000 * amounts["ABS樹脂", "tonne"]
    by_name = {name: amount for (name, _), amount in amounts.items()}
    assert {name: by_name[name] for name in sums} == sums


def test_the_answer_is_right():
    """153,045.30 kgCO2e of the year (the README's table) / 20,000 pieces = 7.652265 per piece."""
    found = result_json(calculate(the_sheet(), platform_factors()))
    answer = parse((FOLDER / "answer.json").read_bytes())
    assert found["total"] == answer["total"]
    for stage, said in answer["stages"].items():
        assert {name: found["stages"][stage][name] for name in said} == said, stage
    assert found["gate_to_gate"] == answer["gate_to_gate"]
    assert [[one["code"], one["line_id"]] for one in found["questions"]] == answer["questions"]
    assert round(found["period_total"], 2) == Decimal("153045.30")


def test_the_mass_fits_once_the_pieces_weight_is_known():
    """26,000 + 600 + 4,000 = 30,600 kg in; 20,000 pieces of 1.4 kg + 2,100 + 200 = 30,300 kg out."""
    found = calculate(the_sheet(), platform_factors(), ConversionFacts(mass_kg_per_unit=Decimal("1.4")))
    assert (found.balance.input_kg, found.balance.output_kg) == (30600, 30300)
    assert {one.code for one in found.questions} == {"proxy"}
