"""Sets from elsewhere: the list of Japanese electricity suppliers, openLCA, bw_processing; damaged ones are told, not taken."""

from __future__ import annotations

import base64
import io
import json
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from fsspec.implementations.zip import ZipFileSystem

from renkei.kit.errors import SeveralFaults
from renkei.usecases.footprint.calculator.engine import calculate
from renkei.usecases.footprint.factors import inventories
from renkei.usecases.footprint.factors.importing import read_upload
from renkei.usecases.footprint.factors.model import FactorQuery, FactorScope, GwpSet, Mix
from renkei.usecases.footprint.factors.service import factor_sets, find_factors, put_factor_set
from renkei.usecases.footprint.factors.utilities import read_utilities
from tests.usecases.footprint.calculator.sheets import codes, line, sheet
from tests.usecases.footprint.factors.test_own_sets import own_set

with warnings.catch_warnings():
    # On Intel it asks for a proprietary solver; its own is what we compare with.
    warnings.simplefilter("ignore")
    import bw2calc
    import bw_processing

UTILITIES = """\
電気事業者別排出係数（架空の値）,,,,
,,,,
登録番号,電気事業者名,メニュー,基礎排出係数\u3000(t-CO2/kWh),調整後排出係数 (t-CO2/kWh)
A0001,あおば電力（株）,メニューA,0.000400,0.000000
,,メニューB（残差）,0.000400,０．０００５０１
A0002,みどりエナジー,,0.000433,-
"""


def utilities(text=UTILITIES, limit=100):
    return read_utilities(text, own_set(set_id="utilities", version="2024"), limit=limit)


class TestUtilities:
    def test_each_coefficient_is_a_factor_per_kwh(self):
        """0.000433 t-CO2/kWh = 0.433 kg/kWh; the adjusted one is market-based; "-" is none."""
        found = {one.ref.factor_id: one for one in utilities()}
        assert {key: one.value for key, one in found.items()} == {
            "A0001-メニューA-base": Decimal("0.4"),
            "A0001-メニューA-adjusted": Decimal(0),
            "A0001-メニューB-残差--base": Decimal("0.4"),
            "A0001-メニューB-残差--adjusted": Decimal("0.501"),
            "A0002-base": Decimal("0.433"),
        }
        adjusted = found["A0001-メニューB-残差--adjusted"]
        assert (adjusted.mix, adjusted.scope, adjusted.gwp_set) == (
            Mix.MARKET,
            FactorScope.COMBUSTION,
            GwpSet.CO2,
        )
        assert adjusted.name_ja == "あおば電力(株) メニューB(残差) 調整後排出係数"
        assert found["A0002-base"].mix is Mix.CONSUMPTION

    def test_the_calculator_says_that_the_fuels_upstream_is_not_in_it(self):
        of = {one.ref: one for one in utilities()}
        ref = next(ref for ref in of if ref.factor_id == "A0002-base")
        found = calculate(sheet(line("e", "energy", 1000, "kilowatt-hour", str(ref))), of)
        assert found.total == Decimal("4.33"), "433 kg / 100 pieces"
        assert codes(found) == ["upstream_missing"]

    def test_it_is_stored_and_found_by_the_suppliers_name(self, database, a):
        of = own_set(set_id="utilities")
        database.run(a, lambda tx: put_factor_set(tx, of, UTILITIES, limit=100, format_="utilities_jp"))
        found = database.read(a, lambda tx: find_factors(tx, FactorQuery(text="みどりエナジー"))).factors
        assert [one.ref.factor_id for one in found] == ["A0002-base"]

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("a,b\n1,2\n", ("factor_column_missing", "line:1")),
            (UTILITIES.replace("0.000433", "0.433x"), ("factor_cell_not_number", "line:6/基礎排出係数")),
            (UTILITIES.replace("0.000433", "433"), ("factor_cell_not_number", "line:6/基礎排出係数")),
            ('登録番号,事業者名,基礎排出係数\n"A', ("factor_table_unreadable", "line:2")),
            ("登録番号,事業者名,基礎排出係数\n", ("factor_table_empty", "")),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, text, fault):
        with pytest.raises(SeveralFaults) as told:
            utilities(text)
        assert [(one.code, one.pointer) for one in told.value.faults] == [fault]


# -- openLCA -----------------------------------------------------------------------------------------------------------
def exchange(flow, amount, unit="kg", *, kind="PRODUCT_FLOW", is_input=True, **more):
    return {
        "flow": {"@id": flow, "name": flow, "flowType": kind},
        "amount": amount,
        "unit": {"name": unit},
        "isInput": is_input,
        **more,
    }


def process(key, amount, *exchanges, unit="kg", flow=None, location=None):
    reference = exchange(flow or f"flow-{key}", amount, unit, is_input=False, isQuantitativeReference=True)
    return {
        "@id": key,
        "name": key,
        "processType": "UNIT_PROCESS",
        "location": None if location is None else {"name": location},
        "exchanges": [reference, *exchanges],
    }


def emission(name, amount, unit="kg"):
    return exchange(name, amount, unit, kind="ELEMENTARY_FLOW", is_input=False)


def package(processes, categories=()):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("openlca.json", json.dumps({"schemaVersion": 2}))
        for one in processes:
            zipped.writestr(f"processes/{one['@id']}.json", json.dumps(one))
        for number, one in enumerate(categories):
            zipped.writestr(f"lcia_categories/{number}.json", json.dumps(one))
    return base64.b64encode(content.getvalue()).decode()


def imported(content, format_="openlca_jsonld", limit=100):
    of = own_set(set_id="lci", gwp_set=GwpSet.UNKNOWN)
    return {one.ref.factor_id: one for one in read_upload(format_, None, content, of, limit=limit)}


class TestOpenLca:
    def test_emissions_of_everything_behind_a_product_are_in_its_factor(self):
        """Power: 2 MWh from 1 t CO2 and 100 g methane: (1000 + 0.1 x 29.8) / 2 = 501.49 kg per MWh.
        Steel: 10 kg from 5 kWh and 3 kg CO2: (3 + 0.005 x 501.49) / 10 = 0.550745 per kg."""
        power = process(
            "power", 2, emission("Carbon dioxide, fossil", 1, "t"), emission("Methane, fossil", 100, "g"),
            unit="MWh", location="jp",
        )  # fmt: skip
        steel = process(
            "steel", 10, exchange("flow-power", 5, "kWh", defaultProvider={"@id": "power"}),
            emission("Carbon dioxide, fossil", 3), emission("Carbon dioxide, biogenic", 99),
        )  # fmt: skip
        found = imported(package([power, steel]))
        assert found["power"].value == Decimal("501.49")
        assert (found["power"].unit, found["power"].region) == ("megawatt-hour", "JP")
        assert found["steel"].value == Decimal("0.550745")
        assert (found["steel"].unit, found["steel"].gwp_set) == ("kilogram", GwpSet.AR6)

    def test_the_packages_own_category_about_climate_weighs(self):
        category = {
            "name": "Climate change - GWP100",
            "impactFactors": [{"flow": {"@id": "x-gas"}, "value": 7}],
        }
        other = {"name": "Acidification", "impactFactors": [{"flow": {"@id": "x-gas"}, "value": 99}]}
        found = imported(package([process("p", 1, emission("x-gas", 2))], [other, category]))
        assert found["p"].value == 14

    def test_loops_are_solved(self):
        """a needs 0.5 b, b needs 0.5 a, each emits 1: u = 1 + 0.5 u = 2."""
        both = [
            process("a", 1, exchange("flow-b", 0.5), emission("Carbon dioxide", 1)),
            process("b", 1, exchange("flow-a", 0.5), emission("Carbon dioxide", 1)),
        ]
        assert {key: one.value for key, one in imported(package(both)).items()} == {"a": 2, "b": 2}

    def test_what_nobody_in_the_file_makes_is_named(self):
        found = imported(package([process("p", 1, exchange("copper", 2), emission("Carbon dioxide", 1))]))
        assert found["p"].value == 1
        assert "copper" in found["p"].note

    def test_what_needs_itself_whole_has_no_solution(self):
        with pytest.raises(SeveralFaults) as told:
            imported(package([process("p", 1, exchange("flow-p", 1, defaultProvider={"@id": "p"}))]))
        assert told.value.faults[0].code == "inventory_unsolvable"


# -- bw_processing -----------------------------------------------------------------------------------------------------
def datapackage(path: Path):
    """Product 1 emits 3; product 2 emits 1 and needs 2 of product 1; product 3 gives 1 of product 1 away."""
    made = bw_processing.create_datapackage(fs=ZipFileSystem(str(path), mode="w"), name="x")
    pairs = {
        "technosphere_matrix": ([(1, 101), (2, 102), (1, 102), (3, 103), (1, 103)], [1, 1, 2, 1, 1]),
        "biosphere_matrix": ([(10, 101), (10, 102), (11, 103)], [3, 1, 5]),
        "characterization_matrix": ([(10, 0)], [1]),
    }
    for matrix, (indices, data) in pairs.items():
        flip = {}
        if matrix == "technosphere_matrix":
            flip = {"flip_array": np.array([False, False, True, False, False])}
        made.add_persistent_vector(
            matrix=matrix,
            indices_array=np.array(indices, dtype=bw_processing.INDICES_DTYPE),
            data_array=np.array(data, dtype=float),
            name=matrix,
            **flip,
        )
    made.finalize_serialization()
    return base64.b64encode(path.read_bytes()).decode()


class TestDatapackage:
    def test_each_product_has_the_score_of_the_usual_solver(self, tmp_path):
        """3; 1 + 2 x 3 = 7; 0 - 1 x 3 = -3 (its other flow weighs nothing)."""
        path = tmp_path / "x.zip"
        found = imported(datapackage(path), "bw_processing")
        assert {key: one.value for key, one in found.items()} == {"1": 3, "2": 7, "3": -3}
        for product, factor in found.items():
            loaded = bw_processing.load_datapackage(ZipFileSystem(str(path), mode="r"))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                lca = bw2calc.LCA({int(product): 1}, data_objs=[loaded])
                lca.lci()
                lca.lcia()
            assert float(factor.value) == pytest.approx(lca.score, rel=1e-11)

    def test_it_is_stored(self, database, a, tmp_path):
        content = datapackage(tmp_path / "x.zip")
        of = own_set(set_id="bw")
        stored = database.run(
            a,
            lambda tx: put_factor_set(
                tx, of, None, limit=10, format_="bw_processing", content_base64=content
            ),
        )
        assert stored in database.read(a, factor_sets)
        assert stored.factors == 3


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as one:
        for name, data in files.items():
            one.writestr(name, data)
    return base64.b64encode(content.getvalue()).decode()


@pytest.mark.parametrize("format_", ["openlca_jsonld", "bw_processing"])
@pytest.mark.parametrize(
    "content",
    [
        "no base64!",
        base64.b64encode(b"no zip").decode(),
        zipped(),
        zipped(**{"datapackage.json": "[]", "processes/x.json": "[]"}),
        zipped(**{"datapackage.json": "{", "processes/x.json": "{"}),
        zipped(
            **{
                "datapackage.json": '{"resources": [{"matrix": "technosphere_matrix", "kind": "data", "path": "x"}]}',
                "processes/x.json": '{"@id": "x", "exchanges": [{"isQuantitativeReference": true, "amount": "x"}]}',
            }
        ),
        zipped(**{"datapackage.json": '{"resources": 5}', "processes/x.json": '{"@id": 5, "exchanges": 5}'}),
    ],
)
def test_whatever_is_wrong_inside_is_told_and_nothing_is_taken(format_, content):
    with pytest.raises(SeveralFaults):
        imported(content, format_)


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(inventories, "MOST_UNPACKED", 1_000)
    with pytest.raises(SeveralFaults) as told:
        imported(zipped(**{"processes/x.json": "0" * 1_001}))
    assert told.value.faults[0].code == "factor_table_too_long"


@pytest.mark.parametrize(
    ("format_", "pointer"),
    [("table", "/table"), ("utilities_jp", "/table"), ("bw_processing", "/content_base64")],
)
def test_a_format_without_its_content(format_, pointer):
    with pytest.raises(SeveralFaults) as told:
        read_upload(format_, None, None, own_set(), limit=1)
    assert told.value.faults[0].pointer == pointer
