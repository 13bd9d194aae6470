"""`renkei calc`: a year of bills as a table, without a company and without a database."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from typer.testing import CliRunner

from renkei.cli import cli
from tests.connectors.spreadsheet.books import workbook

BILLS = Path(__file__).parents[3] / "examples" / "year-of-bills"
BESIDE = ("--production", "20,000", "--unit", "個", "--period", "2024-04-01/2025-03-31")


def run(*arguments):
    return CliRunner().invoke(cli, ["calc", *map(str, arguments)])


def test_a_year_of_bills_as_a_table_gives_what_the_sheet_gives():
    """153,045.30 kgCO2e over 20,000 pieces; the table of the example's page, line by line."""
    told = json.loads((BILLS / "answer.json").read_text("utf-8"), parse_float=Decimal)
    by_table = run(BILLS / "activities.csv", *BESIDE, "--json")
    by_sheet = run(BILLS / "sheet.json", "--json")
    assert (by_table.exit_code, by_sheet.exit_code) == (0, 0), (by_table.output, by_sheet.output)
    results = [json.loads(done.stdout, parse_float=Decimal)["results"] for done in (by_table, by_sheet)]
    assert [one["total"] for [one] in results] == [told["total"]] * 2
    emissions = [[line["emission"] for line in one["lines"]] for [one] in results]
    assert emissions[0] == emissions[1]
    assert [round(emission, 2) for emission in emissions[0][:3]] == [
        Decimal("58247.04"),
        Decimal("22215.11"),
        Decimal("2009.34"),
    ]


def test_the_trail_is_printed():
    done = run(BILLS / "activities.csv", *BESIDE)
    assert done.exit_code == 0, done.output
    assert "kgCO2e/unit (2024-04-01/2025-03-31, 20000 unit)" in done.stdout
    assert (
        "row-2 電力: 58247.04 = 120000 kWh × 0.485392 [owid-grid@2023#electricity-jp]"
        in done.stdout.replace("kilowatt-hour", "kWh")
    )


def test_two_parts_in_one_workbook_are_two_results(tmp_path):
    """100 kWh over 10 and 20 kWh over 5 pieces: 4.85392 and 1.941568 a piece."""
    rows = [
        [
            "自社品番",
            "対象期間の開始日",
            "対象期間の終了日",
            "生産量",
            "CFPの単位",
            "活動",
            "使用量",
            "単位",
            "係数",
        ],
        ["A", "R6.4.1", "R7.3.31", 10, "個", "energy", 100, "kWh", "owid-grid@2023#electricity-jp"],
        ["B", "R6.4.1", "R7.3.31", 5, "個", "energy", 20, "kWh", "owid-grid@2023#electricity-jp"],
    ]
    file = tmp_path / "two.xlsx"
    file.write_bytes(workbook(("算定", rows)))
    done = run(file, "--json")
    results = json.loads(done.stdout, parse_float=Decimal)["results"]
    assert [(one["part"], one["total"]) for one in results] == [
        ("A", Decimal("4.85392")),
        ("B", Decimal("1.941568")),
    ]


def test_faults_have_their_places(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(
        "活動,使用量,単位,係数\nenergy,x,kWh,\nbeaming,1,kWh,\nenergy,1,束,\nenergy,1,kWh,no@1#such\n",
        "utf-8",
    )
    done = run(file, *BESIDE, "--json")
    assert done.exit_code == 1
    faults = json.loads(done.stdout)["faults"]["items"]
    assert [(one["code"], one["row"], one["column"]) for one in faults] == [
        ("cell_not_number", 2, "B"),
        ("cell_unknown_word", 3, "A"),
        ("cell_unknown_word", 4, "C"),
        ("factor_ref_unknown", 5, None),
    ]
    done = run(file, "--period", "soon")
    assert done.exit_code == 2
