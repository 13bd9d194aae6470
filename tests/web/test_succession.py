"""A company is closed, or merged into another: who acts for it, who is told, what partners can still do; and usage."""

from __future__ import annotations

import csv
import io

import pytest

from renkei.commons import succession
from renkei.commons.operators.errors import OperatorMissing, SuccessorMissing
from renkei.database.transaction import act_as
from tests.connectors.ouranos.world import add_account
from tests.web.conftest import Person
from tests.web.test_understanding import a, b, bought

__all__ = ["a", "b", "bought"]

pytestmark = pytest.mark.usefixtures("clock")


def native_ask(customer, supplier, part):
    body = {"trace_id": part, "upstream_operator_id": supplier.id}
    return customer.call("POST", "/v1/requests", json_body=body)


def codes(refused):
    return [one["code"] for one in refused.json()["errors"]]


def test_people_of_the_successor_act_for_a_merged_company(world, person, staff, a, b, bought):
    product, _, own = bought
    successor = person("D社")
    number = successor.company.call("GET", "/v1/me").json()["operator"]["open_operator_id"]
    here = f"/app/platform/companies/{b.id}"
    unknown = staff.send(staff.open(here), f"{here}/merge", successor="9999999999999")
    assert (unknown.status, "Name another company that is a member" in unknown.text) == (422, True)
    merged = staff.send(unknown, f"{here}/merge", successor=number)
    assert "taken over by D社" in merged.text
    world.settle()

    told = person("A社").open("/app/notifications").text
    assert "B社 was merged into another company" in told
    # D社 finds the company among those it acts for, and goes on where B社 was.
    acting = Person(world.app)
    acting.sign_in(f"user{successor.company.operator.operator_key}@example.com")
    acting.send(acting.open("/app/company"), "/app/company", operator_id=b.id)
    assert "鋼板B" in acting.open("/app/parts").text
    b.state(
        own,
        cfp=(1, 1, 0, 0),
        cfp_id=b.call("GET", f"/v1/parts/{own}/footprint").json()["statement"]["cfp_id"],
    )
    world.settle()
    assert a.call("GET", f"/v1/parts/{product}/footprint").json()["statement"]["in_force"]["stages"][
        "production"
    ]

    other = a.make_structure("製品2", a.child("鋼板2"))[1][0]
    refused = native_ask(a, b, other)
    assert (refused.status_code, codes(refused)) == (404, ["operator_merged"])
    assert successor.company.id in refused.text
    door = a.put("tradeRequest", a.request(b, other))
    assert door.status_code == 404
    shown = a.call("GET", f"/v1/operators/{b.id}").json()
    assert (shown["state"], shown["successor_id"]) == ("merged", successor.company.id)
    assert native_ask(a, successor.company, other).status_code == 201


def test_a_merger_needs_two_companies_and_happens_once(world, a, b):
    c = world.company("C社")
    with pytest.raises(SuccessorMissing):
        succession.merge(world.database, a.operator.operator_id, a.operator.operator_id, by="cli")
    succession.merge(world.database, a.operator.operator_id, b.operator.operator_id, by="cli")
    with pytest.raises(OperatorMissing):
        succession.merge(world.database, a.operator.operator_id, c.operator.operator_id, by="cli")
    with pytest.raises(SuccessorMissing):
        succession.merge(world.database, b.operator.operator_id, a.operator.operator_id, by="cli")


def test_editors_of_the_successor_get_no_role(world, person, a, b):
    add_account(world.context, b.operator, "editor@example.com", role="editor")
    succession.merge(world.database, a.operator.operator_id, b.operator.operator_id, by="cli")
    somebody = Person(world.app)
    somebody.sign_in("editor@example.com")
    assert "A社" not in somebody.open("/app/company").text


def test_a_closed_company_is_entered_by_nobody_and_gets_no_new_values(world, person, staff, a, b, bought):
    product, _, own = bought
    somebody = person("A社")
    here = f"/app/platform/companies/{a.id}"
    assert "closed" in staff.send(staff.open(here), here, do="close").text
    world.settle()
    assert somebody.open("/app/parts").address != "/app/parts"
    assert "A社 takes part no longer" in person("B社").open("/app/notifications").text
    cfp_id = b.call("GET", f"/v1/parts/{own}/footprint").json()["statement"]["cfp_id"]
    versions = "SELECT count(*) AS n FROM footprint.statements s JOIN commons.parts p USING (part_key) WHERE p.trace_id = %s"
    before = count(world, a, versions, product)
    b.state(own, cfp=(1, 1, 0, 0), cfp_id=cfp_id)
    world.settle()
    assert count(world, a, versions, product) == before
    refused = native_ask(b, a, b.make_structure("B2", b.child("何か"))[1][0])
    assert (refused.status_code, codes(refused)) == (404, ["operator_not_found"])


def count(world, company, sql, value):
    entry = act_as(company.operator.operator_key, company.operator.operator_id)
    return world.database.read(entry, lambda tx: tx.row(sql, (value,)))["n"]


def test_usage_counts_and_names_nothing_else(world, person, staff, a, b, bought):
    shown = staff.open("/app/platform/usage")
    assert all(one in shown.text for one in ("A社", "B社"))
    assert "鋼板" not in shown.text
    rows = list(
        csv.reader(io.StringIO(staff.http.get("/app/platform/usage.csv").content.decode("utf-8-sig")))
    )
    counted = {row[0]: [int(one) for one in row[3:]] for row in rows[1:]}
    assert counted["A社"] == [2, 1, 1, 1, 0]
    assert counted["B社"] == [1, 1, 1, 0, 1]
    then = staff.http.get("/app/platform/usage.csv", params={"month": "2001-01"}).content.decode("utf-8-sig")
    assert [row[-2:] for row in csv.reader(io.StringIO(then))][1:] == [["0", "0"], ["0", "0"]]
    assert staff.open("/app/platform/usage?month=2026-13").status == 422
    assert person("A社").open("/app/platform/usage").status == 403
    assert person("A社").open(f"/app/platform/companies/{b.id}").status == 403
