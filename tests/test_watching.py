"""The watched folder: files become imports, drafts or refusals, each with its report."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from uuid import uuid4

import pytest

from renkei import watching
from renkei.commons.imports import service as imports
from renkei.commons.parts.model import PartDraft
from renkei.commons.parts.service import list_parts, update_part
from renkei.settings import Settings
from renkei.usecases.footprint.calculator.service import sheets

ROOT = Path(__file__).parents[1]


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data", watch_dir=tmp_path / "watch")


def put(settings, operator_id, kind, name, content, *, settled=True):
    folder = settings.watch_dir / str(operator_id) / kind
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    if settled:
        past = time.time() - 60
        os.utime(file, (past, past))
    return file


def report(file, folder):
    [found] = (file.parent / folder).glob(f"*-{file.name}.report.json")
    assert not file.exists()
    return json.loads(found.read_bytes())


def test_a_bill_of_materials_without_questions_is_stored_and_one_with_some_waits(
    database, create_operator, settings
):
    acme = create_operator("A社")
    text = "親品番,子品番,員数,単位\nP,A,1,個\n"
    plain = put(settings, acme.operator_id, "bom", "plain.csv", text)
    asked = put(settings, acme.operator_id, "bom", "asked.csv", text + "P,A,1,個\n")
    broken = put(settings, acme.operator_id, "bom", "broken.csv", "親品番,子品番,員数,単位\nP,,1,個\n")
    young = put(settings, acme.operator_id, "bom", "young.csv", text, settled=False)
    assert watching.look(database, settings) == 3
    assert report(plain, "done")["result"] == {"parts_created": 2, "parts_updated": 0, "structures": 1}
    assert report(asked, "waiting")["questions"]["count"] == 1
    assert report(broken, "refused")["faults"]["items"][0]["code"] == "cell_missing"
    assert young.exists()
    [waiting] = database.read(acme, imports.list_imports).items
    assert (waiting.file_name, waiting.state) == ("asked.csv", "ready")
    assert [part.name for part in database.read(acme, list_parts).items] == ["A", "P"]


def test_activity_data_become_drafts(database, create_operator, settings):
    acme = create_operator("A社")
    part = database.run(
        acme, lambda tx: update_part(tx, PartDraft(plant_id=acme.plant_id, name="P", unit="unit"))
    )
    text = (
        "自社品番,対象期間の開始日,対象期間の終了日,CFPの単位,生産量,活動,使用量,単位,係数\n"
        "P,2024-04-01,2025-03-31,個,10,energy,100,kWh,owid-grid@2023#electricity-jp\n"
    )
    good = put(settings, acme.operator_id, "activities", "meter.csv", text)
    unknown = put(settings, acme.operator_id, "activities", "unknown.csv", text.replace("\nP,", "\nQ,"))
    assert watching.look(database, settings) == 2
    assert report(good, "done")["result"]["drafts"][0]["part"] == "P"
    assert report(unknown, "refused")["faults"]["items"][0]["code"] == "part_name_unknown"
    [kept] = database.read(acme, lambda tx: sheets(tx, part.trace_id)).items
    assert kept.statement_id is None


def test_what_is_nobodys_or_no_file_is_left_alone(database, create_operator, settings, tmp_path):
    acme = create_operator("A社")
    stranger = put(settings, uuid4(), "bom", "x.csv", "a,b\n")
    other = put(settings, acme.operator_id, "bom", "x.exe", "a,b\n")
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n")
    (settings.watch_dir / str(acme.operator_id) / "bom" / "link.csv").symlink_to(secret)
    assert watching.look(database, settings) == 0
    assert stranger.exists()
    assert other.exists()
    assert secret.exists()
    assert watching.look(database, Settings(data_dir=tmp_path)) == 0
    bomb = put(settings, acme.operator_id, "bom", "bomb.xlsx", b"PK\x03\x04 broken")
    assert watching.look(database, settings) == 1
    assert report(bomb, "refused")["error"] == "file_unreadable"
