"""Answers held against the published OpenAPI file of the contract, and against the document of this server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from renkei.connectors.ouranos import openapi
from tests.connectors.ouranos.test_directory import plant, put_plant
from tests.connectors.ouranos.test_trades import put_status
from tests.connectors.ouranos.world import INFO

PUBLISHED = Path(__file__).parents[4] / "shared" / "reference" / "ouranos-openapi.yaml"


def without_nullable(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON schema: `nullable` becomes a type, an example goes."""
    if isinstance(schema, list):
        return [without_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        key: without_nullable(value)
        for key, value in schema.items()
        if key not in ("example", "nullable", "format")
    }
    if schema.get("nullable"):
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
        if isinstance(found.get("type"), str):
            found["type"] = [found["type"], "null"]
    if "$ref" in found:
        found = {"$ref": found["$ref"]}
    return found


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not PUBLISHED.exists():
        pytest.skip(f"the published OpenAPI file is not here: {PUBLISHED.name}")
    return without_nullable(yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))["components"]["schemas"])


@pytest.fixture
def holds(published):
    """`holds(value, "CfpModel", ours="CfpModel")` checks a value, or each element of an array, against both documents."""
    own = openapi()["components"]["schemas"]

    def check(value: Any, name: str) -> None:
        for one in value if isinstance(value, list) else [value]:
            theirs = {
                "$ref": f"#/components/schemas/traceability.{name}",
                "components": {"schemas": published},
            }
            jsonschema.validate(one, theirs, cls=jsonschema.Draft202012Validator)
            ours = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": own}}
            jsonschema.validate(one, ours, cls=jsonschema.Draft202012Validator)

    return check


def test_parts_and_structures(holds, a):
    root, _ = a.make_structure(
        "P", a.child("C1", 2.5), a.child("C2", supportPartsName="x"), partsAddInfo3="i"
    )
    holds(a.put("parts", a.part("Q")).json(), "PartsModel")
    holds(a.get("parts").json(), "PartsModel")
    holds(a.get("partsStructure", traceId=root).json(), "PartsStructureModel")


def test_requests_and_states(holds, world, a, b):
    _, (bought, other) = a.make_structure("P", a.child("B1"), a.child("B2"))
    holds(a.put("tradeRequest", a.request(b, bought)).json(), "TradeRequestModel")
    trade_id, status_id = a.ask(b, other)
    holds(b.link(trade_id, b.make_part("OWN")).json(), "TradeModel")
    put_status(b, status_id, trade_id, "REJECT", "x")
    for target, name in (("tradeRequest", "TradeModel"), ("status", "StatusModel")):
        rows = a.get(target).json()
        assert len(rows) == 2
        holds(rows, name)
    holds(b.get("tradeResponse").json(), "TradeResponseModel")


def test_footprints(holds, world, a, b):
    root, (bought,) = a.make_structure("P", a.child("B1"))
    a.state(root)
    own = b.make_part("OWN")
    b.state(own)
    trade_id, _ = a.ask(b, bought)
    b.link(trade_id, own)
    world.settle()
    rows = a.get("cfp", traceIds=f"{root},{bought}").json()
    assert len(rows) == 10
    holds(rows, "CfpModel")
    b.release(a, own)
    world.settle()
    holds(a.get("cfp", traceIds=bought).json(), "CfpModel")


def test_operators_and_plants(holds, a, b):
    holds(a.call("GET", INFO, dataTarget="operator").json(), "OperatorModel")
    holds(a.call("GET", INFO, dataTarget="operator", operatorIds=f"{a.id},{b.id}").json(), "OperatorModel")
    holds(put_plant(a, plant(a)).json(), "PlantModel")
    holds(a.call("GET", INFO, dataTarget="plant").json(), "PlantModel")


def test_errors_have_the_published_shape(published, a):
    answer = a.get("hoge").json()
    assert set(answer) == set(published["common.HTTP400Error"]["properties"])


def test_every_published_example_of_a_body_is_read(published, a):
    """The published examples break no rule of form (they name other operators, which comes later: 403)."""
    document = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    count = 0
    for path, operations in document["paths"].items():
        target = path.partition("dataTarget=")[2].partition("&")[0]
        content = operations.get("put", {}).get("requestBody", {}).get("content", {})
        for media in content.values():
            examples = [one["value"] for one in media.get("examples", {}).values()]
            examples += [media["example"]] if "example" in media else []
            for example in examples:
                where = INFO if "authInfo" in path else "/api/v1/datatransport"
                answer = a.call("PUT", where, json_body=example, dataTarget=target)
                count += 1
                if answer.status_code == 400 and not answer.json()["code"].startswith("[traceability]"):
                    # Slips of the published file itself: a misspelt key, an amount where none is allowed.
                    assert answer.json()["message"] in (
                        "Validation failed, upstreamOperatorId: cannot be blank.",
                        "Validation failed, amountRequired: must be blank.",
                    ), (path, example)
    assert count > 8
