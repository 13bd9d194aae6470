"""Control: disclosures taken back and granted again, values that wait, declarations that never move."""

from __future__ import annotations

import psycopg
import pytest

from renkei.commons.ledger.bundle import check_bundle
from renkei.commons.ledger.sequencing import Sequencer
from renkei.commons.ledger.witness import FileWitness
from tests.connectors.ouranos.world import add_account
from tests.web.conftest import Person
from tests.web.test_parts import open_part
from tests.web.test_understanding import a, b, bought

__all__ = ["a", "b", "bought"]


def footprint_id(company, part):
    return company.call("GET", f"/v1/parts/{part}/footprint").json()["statement"]["cfp_id"]


def test_a_disclosure_is_taken_back_with_its_consequences_shown_and_granted_again(world, person, a, bought):
    product, _, own = bought
    supplier, customer = person("B社"), person("A社")
    listed = supplier.open("/app/disclosures")
    assert "鋼板B" in listed.text
    assert "A社" in listed.text
    details = next(link for link in listed.page.links if link.startswith("/app/disclosures/"))
    warned = supplier.open(f"{details}/withdraw")
    assert "A社 no longer sees the values of “鋼板B”" in warned.text
    assert "鋼板" in warned.text
    assert all(words in warned.text for words in ("No longer seen", "Footprint total"))
    gone = supplier.send(warned, f"{details}/withdraw")
    assert "no longer disclosed" in gone.text
    world.settle()
    assert "8 kgCO₂e/kg" in open_part(customer, product).text
    again = supplier.send(gone, f"{details}/grant")
    assert "It is disclosed again." in again.text
    world.settle()
    assert "14 kgCO₂e/kg" in open_part(customer, product).text
    assert own


def test_the_supplier_sees_who_read_it_when(world, person, bought):
    product, *_ = bought
    supplier, customer = person("B社"), person("A社")
    details = next(
        link for link in supplier.open("/app/disclosures").page.links if link.startswith("/app/disclosures/")
    )
    before = supplier.open(details).text
    assert all(words in before for words in ("Nobody yet.", "What the customer sees now"))
    customer.open(f"/app/parts/{product}/breakdown")
    world.settle()
    page = supplier.open(details).text
    assert "Nobody yet." not in page
    assert "a person" in page
    assert "1 times" in supplier.open(f"{details}/withdraw").text


def test_what_is_disclosed_is_changed_attribute_by_attribute(world, person, a, bought):
    supplier = person("B社")
    details = next(
        link for link in supplier.open("/app/disclosures").page.links if link.startswith("/app/disclosures/")
    )
    page = supplier.open(details)
    changed = supplier.send(
        page, details, attributes=["total", "pds"], purpose="監査", valid_until="2099-03-31", standing="yes"
    )
    assert "The changes are stored." in changed.text
    listed = supplier.open("/app/disclosures").text
    assert all(one in listed for one in ("監査", "Primary data share", "2099"))
    over = supplier.send(changed, details, valid_until="2001-01-01", attributes=["total"])
    assert over.status == 422


def test_a_value_that_waits_is_shown_old_against_new_and_published(world, person, a, b, bought):
    product, _, own = bought
    somebody = person("A社")
    somebody.send(open_part(somebody, product, "/versions"), f"/app/parts/{product}/policy", mode="review")
    b.state(own, cfp=(1, 1, 0, 0), cfp_id=footprint_id(b, own))
    world.settle()
    assert "14 kgCO₂e/kg" in open_part(somebody, product).text
    waiting = somebody.open("/app/updates")
    assert all(
        one in waiting.text
        for one in ("製品", "14 kgCO₂e/kg", "12 kgCO₂e/kg", "Supplier answered anew: 鋼板")
    )
    approve = next(one["action"] for one in waiting.page.forms if one["action"].endswith("/approve"))
    done = somebody.send(waiting, approve)
    assert "Version 3 is published." in done.text
    assert "12 kgCO₂e/kg" in open_part(somebody, product).text
    late = somebody.send(waiting, approve)
    assert "decided already" in late.text
    assert "製品" in somebody.open("/app/updates?state=published").text


def test_a_sheet_with_newer_factors_waits_where_the_owner_decides(world, person, a):
    product, _ = a.make_structure("製品")
    somebody = person("A社")

    def factors(version, value):
        said = {
            "set_id": "own", "version": version, "title_ja": "自社係数", "source": "請求書", "licence": "internal",
            "gwp_set": "AR5", "period_from": "2024-04-01", "period_to": "2025-03-31",
            "table": f"factor_id,value,unit,name_ja\npower,{value},kilowatt-hour,電力\n",
        }  # fmt: skip
        assert a.call("POST", "/v1/factor-sets", json_body=said).status_code == 201

    factors("2024", "0.5")
    power = {"line_id": "p", "activity": "energy", "amount": 100, "unit": "kWh", "factor": "own@2024#power"}
    said = {
        "period_from": "2024-04-01",
        "period_to": "2025-03-31",
        "declared_unit": "kilogram",
        "production": 10,
    }
    answer = a.call("PUT", f"/v1/parts/{product}/sheets", json_body={**said, "lines": [power]})
    assert answer.status_code in {200, 201}, answer.text
    somebody.send(open_part(somebody, product, "/versions"), f"/app/parts/{product}/policy", mode="review")
    factors("2024-2", "0.4")
    world.settle()
    waiting = somebody.open("/app/updates")
    assert "Sheets with newer emission factors" in waiting.text
    [form] = [one for one in waiting.page.links if "/bills?sheet=" in one]
    assert somebody.open(form).status == 200
    assert "own@2024-2#power" in somebody.open(form).html
    assert "5 kgCO₂e/kg" in open_part(somebody, product).text, "the stated value stays"


def test_who_may_not_decide_is_told_who_does(world, person, a, b, bought):
    product, _, own = bought
    admin = person("A社")
    admin.send(open_part(admin, product, "/versions"), f"/app/parts/{product}/policy", mode="review")
    b.state(own, cfp=(1, 1, 0, 0), cfp_id=footprint_id(b, own))
    world.settle()
    add_account(world.context, a.operator, "viewer@example.com", role="viewer")
    viewer = Person(world.app)
    viewer.sign_in("viewer@example.com")
    shown = viewer.open("/app/updates")
    assert "An approver of your company decides." in shown.text
    assert not any(one["action"].endswith("/approve") for one in shown.page.forms)


def test_a_declaration_keeps_its_value_and_says_what_has_changed_since(world, person, a, b, bought):
    product, _, own = bought
    somebody = person("A社")
    form = somebody.open(f"/app/declarations/new?part={product}")
    missing = somebody.send(form, "/app/declarations/new", period_from="2026-04-01")
    assert missing.status == 422
    filed = somebody.send(
        form, "/app/declarations/new", rule_set="ISO 14067", period_from="2026-04-01", period_to="2027-03-31"
    )
    assert "The declaration is filed." in filed.text
    b.release(a, own, total=False, quality=False)
    world.settle()
    shown = somebody.open(filed.address)
    assert "14 kgCO₂e/kg" in shown.text
    assert "8 kgCO₂e/kg" in shown.text
    assert "-6" in shown.text
    assert "stands on a withdrawn input" in shown.text
    assert "stands on a withdrawn input" in somebody.open("/app/declarations").text
    pdf = somebody.http.get(next(link for link in shown.page.links if link.endswith("/report.pdf")))
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    evidence = somebody.http.get(f"{filed.address}/evidence.csv").content.decode("utf-8-sig")
    assert "ISO 14067" in evidence


def test_a_battery_is_declared_in_the_browser(world, person, a):
    """4,320 kg of one battery / (60 kWh x 60 cycles x 8 years) = 0.15 kg/kWh."""
    body = {"plant_id": str(a.operator.plant_id), "name": "電池パック", "unit": "unit"}
    part = a.call("POST", "/v1/parts", json_body=body).json()["trace_id"]
    value = {"declared_unit": "unit", "declared": {"production": {"own": 4320}}}
    a.call("PUT", f"/v1/parts/{part}/footprint", json_body=value)
    somebody = person("A社", "ja")
    form = somebody.open(f"/app/declarations/new?part={part}")
    said = {"rule_set": "EU 2023/1542", "period_from": "2026-04-01", "period_to": "2027-03-31"}
    wrong = somebody.send(form, "/app/declarations/new", **said, category="M1", capacity_kwh="六十")
    assert wrong.status == 422
    filed = somebody.send(
        form,
        "/app/declarations/new",
        **said,
        category="M1",
        capacity_kwh="６０",
        years="8",
        study_goal="EU電池規則第7条に基づく宣言",
    )
    assert filed.status == 200, filed.text
    declaration_id = filed.address.rpartition("/")[2]
    told = a.call("GET", f"/v1/declarations/{declaration_id}/report").json()
    assert told["headline"] == "0.15 kgCO2e/kWh"
    assert told["evidence"]["study"] == {"goal": "EU電池規則第7条に基づく宣言"}


def test_whoever_holds_the_code_on_a_report_checks_its_proof_without_signing_in(
    world, person, a, b, bought, tmp_path
):
    somebody = person("A社")
    form = somebody.open(f"/app/declarations/new?part={bought[0]}")
    filed = somebody.send(
        form, "/app/declarations/new", rule_set="ISO 14067", period_from="2026-04-01", period_to="2027-03-31"
    )
    declaration_id = filed.address.rpartition("/")[2]
    told = a.call("GET", f"/v1/declarations/{declaration_id}/report").json()
    Sequencer(world.database, world.context.secrets, FileWitness(tmp_path / "witness")).tick()
    stranger = Person(world.app)
    address = told["check_url"].removeprefix(world.context.settings.base_url)
    shown = stranger.open(address)
    assert shown.status == 200
    assert "The ledger holds this declaration." in shown.text
    assert told["evidence_sha256"] in shown.text
    assert "8 kgCO" not in shown.text, "no value"
    bundle = stranger.http.get(f"{address}/bundle.json").json()
    assert bundle["items"][0]["fact"]["content"]["evidence_sha256"] == told["evidence_sha256"]
    assert stranger.open(f"/app/check/{declaration_id}").status == 404
    assert stranger.open("/app/check/x").status == 404


@pytest.mark.parametrize("kind", ["disclosures", "declarations"])
def test_another_companys_decisions_are_not_there(world, person, a, b, bought, kind):
    product, _, _ = bought
    somebody = person("A社")
    somebody.send(
        somebody.open(f"/app/declarations/new?part={product}"),
        "/app/declarations/new",
        rule_set="R",
        period_from="2026-04-01",
        period_to="2027-03-31",
    )
    owner, stranger = (person("B社"), somebody) if kind == "disclosures" else (somebody, person("B社"))
    address = next(link for link in owner.open(f"/app/{kind}").page.links if link.startswith(f"/app/{kind}/"))
    assert owner.open(address).status == 200
    assert stranger.open(address).status == 404


def test_the_design_page_shows_every_piece(world, person):
    shown = person("A社").open("/app/design")
    assert shown.status == 200
    assert "This must not be blank." in shown.text


def test_the_proof_of_a_version_is_checked_before_ones_eyes_and_taken_along(world, person, a, bought):
    product, _, _ = bought
    somebody = person("A社")
    versions = open_part(somebody, product, "/versions")
    address = next(link for link in versions.page.links if link.startswith("/app/proof/"))
    assert "so nothing can be proven" in somebody.open(address).text
    Sequencer(world.database, world.context.secrets).tick()
    shown = somebody.follow(versions, address)
    assert "Checked just now: unchanged, and in the ledger." in shown.text
    assert "That the number is correct: that is the word of a verifier." in shown.text
    bundle = somebody.http.get(f"{address}/bundle.json").content
    keys = somebody.http.get(f"{address}/ledger.keys").text
    outcome = check_bundle(bundle, keys)
    assert (outcome.proved, outcome.faults) == (1, [])
    assert person("B社").open(address).status == 404


def test_a_changed_row_is_seen_by_the_check(world, person, a, bought, database_url):
    product, _, _ = bought
    Sequencer(world.database, world.context.secrets).tick()
    somebody = person("A社")
    versions = open_part(somebody, product, "/versions")
    address = next(link for link in versions.page.links if link.startswith("/app/proof/"))
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE commons.ledger_facts NO FORCE ROW LEVEL SECURITY")
        changed = connection.execute(
            "UPDATE commons.ledger_facts SET recorded_at = recorded_at - interval '1 day' "
            "WHERE operator_key = %s AND kind = 'footprint.statement'",
            (a.operator.operator_key,),
        )
        assert changed.rowcount > 0
    assert "The check failed." in somebody.open(address).text
