"""The OpenAPI document of `/v1`: valid, with an example for every body, and true.

(Every answer that any test of this folder gets through a `Member` is held against it too.)
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis

from tests.connectors.native.contract import Contract
from tests.connectors.native.test_ownership import BOM, CONCLUSION, EXPIRED, FACTORS, SEAT, engaged
from tests.connectors.native.test_sheets import SHEET
from tests.connectors.native.world import Member, World, good

JSON = "application/json"
SIGNED = {"/ledger/head", "/ledger/proofs", "/ledger/consistency"}
"""What needs a signed head, which only a running sequencer makes: walked in `test_ledger.py`."""
STATED = (
    "/footprint",
    "/footprint/versions",
    "/certificate",
    "/files/{file_id}",
    "/contributions",
    "/indicators",
)
"""Ends of paths that show something of a part with a footprint."""


@pytest.fixture
def contract(world: World) -> Contract:
    return world.contract


def test_the_document_is_valid(world: World) -> None:
    document = good(world.http.get("/v1/openapi.json"))
    assert document == json.loads(json.dumps(world.contract.document))
    schemathesis.openapi.from_dict(document).validate()


def test_every_reference_leads_somewhere(contract: Contract) -> None:
    schemas = contract.document["components"]["schemas"]

    def references(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(references, value))
        if not isinstance(value, dict):
            return set()
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*map(references, value.values()))

    named = {reference.removeprefix("#/components/schemas/") for reference in references(contract.document)}
    assert named <= set(schemas)


def operations(contract: Contract) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in contract.document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_says_what_it_does_and_who_may(contract: Contract) -> None:
    for method, path, operation in operations(contract):
        assert operation["description"], (method, path)
        is_open = path in {"/auth/login", "/auth/refresh", "/auth/logout", "/public"}
        assert (operation["security"] == []) is is_open, (method, path)


def test_every_body_has_an_example_that_it_accepts(contract: Contract) -> None:
    count = 0
    for method, path, operation in operations(contract):
        content = operation.get("requestBody", {}).get("content", {})
        if JSON not in content:
            continue
        examples = content[JSON].get("examples", {})
        assert examples, (method, path)
        for example in examples.values():
            contract.holds(example["value"], content[JSON]["schema"])
            count += 1
    assert count >= 20


def test_every_read_may_say_that_it_is_stale(contract: Contract) -> None:
    schemas = contract.document["components"]["schemas"]
    for method, path, operation in operations(contract):
        waits = any(parameter["name"] == "Renkei-After" for parameter in operation["parameters"])
        content = operation["responses"].get("200", {}).get("content", {})
        if method == "get" and waits and JSON in content:
            view = schemas[content[JSON]["schema"]["$ref"].rpartition("/")[2]]
            assert "stale" in view["properties"], path


def test_every_list_names_its_page(contract: Contract) -> None:
    schemas = contract.document["components"]["schemas"]
    for method, path, operation in operations(contract):
        answer = operation["responses"].get("200", {}).get("content", {}).get(JSON, {}).get("schema", {})
        view = schemas.get(answer.get("$ref", "").rpartition("/")[2], {})
        if method != "get" or "items" not in view.get("properties", {}):
            continue
        parameters = {parameter["name"] for parameter in operation["parameters"]}
        assert path in SIGNED or "next" in view["properties"], path
        if path not in {
            "/operators",
            "/footprints",
            "/ledger/proofs",
        }:  # they answer for the ids they are asked about
            assert {"limit", "after"} <= parameters, path


def test_what_every_get_answers_is_what_the_document_says(world: World, a: Member, b: Member) -> None:
    """Each GET of the document once, with something to show; `Member.get` holds the bytes against the schema."""
    bought, own = a.part("購入品"), b.part("製品", mass_kg_per_unit=1.25)
    line = {"child": {"trace_id": a.part("子")}, "amount": 2.5, "unit": "kilogram"}
    good(a.put(f"/parts/{bought}/structure", {"lines": [line], "effective_from": "2026-04-01"}))
    good(a.post(f"/parts/{bought}/numbers", {"number": "900-1", "partner_id": b.id}))
    footprint = {
        "declared_unit": "kilogram",
        "declared": {"raw_material": {"own": 1.5}, "production": {"own": 10}},
    }
    stated = a.part("自社品")
    for member, part in ((b, own), (a, stated)):
        good(member.put(f"/parts/{part}/footprint", footprint))
    file = good(a.post("/files", {"name": "certificate.pdf"}))
    good(a.put(f"/files/{file['file_id']}/content", b"%PDF-1.7 certificate"))
    good(a.put(f"/parts/{stated}/certificate", {"files": [{"file_id": file["file_id"]}]}))
    asked = a.ask(b, bought, message="お願いします。", due_date="2026-12-31")
    good(a.put(f"/trades/{asked['trade_id']}/shares", {"shares": [{"valid_from": "2026-04-01", "share": 1}]}))
    estimated = a.part("推定品")
    a.ask(b, estimated)
    good(a.put(f"/parts/{estimated}/estimate", {"declared_unit": "kilogram", "stages": {"production": 1}}))
    good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
    b.link(asked, own)
    good(b.post(f"/requests/{asked['request_id']}/reply", {"text": "確認いたします。"}))
    world.work_off()
    own_number = good(a.get("/me"))["operator"]["open_operator_id"]
    invited = good(a.post("/invitations", {"name": "町工場", "country": "JP"}))
    proposed = a.part("町工場の部品")
    to_factory = good(
        a.post("/requests", {"trace_id": proposed, "upstream_operator_id": invited["operator_id"]})
    )
    good(
        a.post(
            f"/trades/{to_factory['trade_id']}/proposal",
            {"declared_unit": "kilogram", "stages": {"production": 1}},
        )
    )
    update = a.waiting_update()
    outlier = a.part("外れ値品")
    b.link(a.ask(b, outlier), own)
    far = {"declared_unit": "kilogram", "stages": {"production": 9000}}
    good(a.put(f"/parts/{outlier}/estimate", far))
    world.work_off()
    good(a.put(f"/parts/{a.part('期限切れ')}/footprint", EXPIRED))
    engagement, finding = engaged(a, b)
    good(a.post("/factor-sets", FACTORS))
    good(a.post(f"/factor-sets/{FACTORS['set_id']}/2024/loans", {"borrower_id": b.id}))
    good(a.post("/factor-seats", SEAT))
    assert b.get(f"/engagements/{engagement}/evidence").is_success
    good(b.post(f"/engagements/{engagement}/conclude", CONCLUSION))
    values = {
        "engagement_id": engagement,
        "finding_id": finding,
        "update_id": update["update_id"],
        "declaration_id": good(a.get("/declarations"))["items"][0]["declaration_id"],
        "operator_id": b.id,
        "request_id": asked["request_id"],
        "trade_id": asked["trade_id"],
        "file_id": file["file_id"],
        "sheet_id": good(a.put(f"/parts/{bought}/sheets", SHEET))["sheet_id"],
        "import_id": good(a.call("POST", "/imports/bom", BOM))["import_id"],
        "name": good(a.put("/import-mappings/bom/PLM", {}))["name"],
        # The same name, of the other kind.
        "factors": good(a.put("/import-mappings/factors/PLM", {}))["kind"],
        "set_id": "jp-fuels",
        "version": "2024",
        "factor_id": "city-gas",
    }
    queries: dict[str, dict[str, Any]] = {
        "/operators": {"open_operator_id": own_number},
        "/trades": {"trace_id": bought},
        "/deliveries": {"trace_id": bought},
        "/footprints": {"trace_ids": f"{bought},{estimated}"},
        "/scope3/category-1": {"year": 2026},
    }
    good(a.get("/deliveries", trace_id=bought))
    world.work_off()
    group = good(b.post("/groups", {"name": "得意先", "members": [a.id]}))["selection_id"]
    family = good(b.post("/families", {"name": "製品群", "members": [own]}))["selection_id"]
    good(b.post("/consents", {"whole": True, "audience": "public", "attributes": ["total"]}))
    wide = {"family_id": family, "audience": "members", "attributes": ["total"]}
    values["consent_id"] = good(b.post("/consents", wide))["consent_id"]
    more = {"trade_id": asked["trade_id"], "attributes": ["categories"]}
    values["inquiry_id"] = good(a.post("/inquiries", more))["inquiry_id"]
    world.work_off()
    of_path = {
        "/groups/{selection_id}": {"selection_id": group},
        "/families/{selection_id}": {"selection_id": family},
    }
    shown_to_b = {
        "/consents",
        "/consents/{consent_id}/consequences",
        "/announcements",
        "/terms",
        "/notifications",
        "/reads",
        "/received-inquiries",
        "/groups",
        "/groups/{selection_id}",
        "/families",
        "/families/{selection_id}",
    }
    for path, methods in world.contract.document["paths"].items():
        if "get" not in methods or path in SIGNED:
            continue
        member = b if path in shown_to_b else a
        is_stated = path.endswith(STATED)
        part = estimated if path.endswith("/estimate") else stated if is_stated else bought
        ids = values | {"trace_id": part} | of_path.get(path, {})
        answer = member.get(path.format(**ids), **queries.get(path, {}))
        assert answer.is_success, f"{path} {answer.text}"
        if answer.headers["content-type"] == JSON:
            assert answer.json().get("items", True), f"{path} has nothing to show"
