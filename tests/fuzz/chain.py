"""A customer, its supplier and a company that joined by invitation, with one of everything between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from starlette.testclient import TestClient

from renkei.commons.access import registry
from renkei.commons.operators.model import Registration
from renkei.commons.operators.service import register_operator
from tests.connectors.native.world import PASSWORD, Member, World, good
from tests.factories import Operator
from tests.fuzz.calls import SHEET, VALUE

FACTORS = {
    "set_id": "lent",
    "version": "2024",
    "title_ja": "貸与係数",
    "source": "A社",
    "licence": "internal",
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "table": "factor_id,value,unit,name_ja\npower,0.4,kilowatt-hour,電力\n",
}
SEAT = {
    "set_id": "lent",
    "licence_number": "IDEA-1",
    "account_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "valid_from": "2026-04-01",
    "valid_until": "2027-03-31",
}
STATEMENT = {"declared_unit": "kilogram", "declared": {"production": {"own": 10, "component": 1}}}
LISTS = (
    "/me",
    "/parts",
    "/plants",
    "/requests",
    "/consents",
    "/groups",
    "/families",
    "/inquiries",
    "/received-inquiries",
    "/notifications",
    "/proposals",
    "/files",
    "/declarations",
    "/updates",
    "/imports",
    "/import-mappings",
)
_serial = count(1)


@dataclass
class Chain:
    """Three companies; `things` has their ids by the names that `tests.fuzz.calls` uses."""

    world: World
    customer: Member
    supplier: Member
    joined: Member
    things: dict[str, str] = field(default_factory=dict)

    @property
    def members(self) -> tuple[Member, Member, Member]:
        return self.customer, self.supplier, self.joined

    def seen(self) -> list[Any]:
        """Everything its companies see of their own."""
        at_product = ("footprint", "structure", "numbers", "certificate", "structures", "update-policy")
        asked = [
            *((member, path, {}) for member in self.members for path in LISTS),
            *(
                (self.customer, f"/parts/{self.things[name]}/{path}", {})
                for name in ("product", "bought", "spare")
                for path in at_product
            ),
            *(
                (self.customer, path, {"trace_id": self.things["bought"]})
                for path in ("/deliveries", "/trades")
            ),
            *(
                (self.supplier, f"/requests/{self.things[name]}/messages", {})
                for name in ("request", "open_request")
            ),
        ]
        return [good(member.get(path, **query)) for member, path, query in asked]


def found(world: World, http: TestClient) -> Chain:
    """A new chain."""
    number = next(_serial)
    a, b = world.member(f"A{number}社"), world.member(f"B{number}社")
    things = {"customer": a.id, "supplier": b.id, "plant": a.plant_id, "password": PASSWORD, "email": a.email}
    me = good(a.get("/me"))["operator"]
    things["open_id"] = me["open_operator_id"]
    things["plant_number"] = good(a.get("/plants"))["items"][0]["open_plant_id"]
    things["spare_name"], things["bought_name"] = f"予備{number}", f"購入品{number}"
    things["bought"], things["own"] = a.part(things["bought_name"]), b.part("製品")
    things["product"], things["spare"] = a.part("完成品"), a.part(things["spare_name"])
    things["lost"], things["lost_too"], things["open_part"] = (
        a.part("不要品"),
        a.part("不要品二"),
        a.part("未回答品"),
    )
    line = {"child": {"trace_id": things["bought"]}, "amount": 2, "unit": "kilogram"}
    structure = good(a.put(f"/parts/{things['product']}/structure", {"lines": [line]}))
    things["structure"] = structure["structure_id"]
    good(a.post(f"/parts/{things['bought']}/numbers", {"number": "900-1", "partner_id": b.id}))
    stated = good(a.put(f"/parts/{things['product']}/footprint", STATEMENT))
    things["cfp"], things["statement"] = stated["cfp_id"], stated["statement_id"]
    theirs = good(b.put(f"/parts/{things['own']}/footprint", STATEMENT))
    good(a.put(f"/parts/{things['product']}/update-policy", {"mode": "review"}))
    for member, part, name in ((a, "product", "file"), (b, "own", "their_file")):
        file = good(member.post("/files", {"name": "certificate.pdf"}))
        things[name] = file["file_id"]
        good(member.put(f"/files/{file['file_id']}/content", b"%PDF-1.7 certificate"))
        body = {"files": [{"file_id": file["file_id"]}]}
        certificate = good(member.put(f"/parts/{things[part]}/certificate", body))
        if member is a:
            things["certificate"] = certificate["certificate_id"]
    things["awaited_file"] = good(a.post("/files", {"name": "awaited.pdf"}))["file_id"]
    things["lost_file"] = good(a.post("/files", {"name": "lost.pdf"}))["file_id"]
    asked = a.ask(b, things["bought"], message="お願いします。", due_date="2027-01-31")
    b.link(asked, things["own"])
    things["trade"], things["request"] = asked["trade_id"], asked["request_id"]
    estimate = f"/parts/{things['bought']}/estimate"
    good(a.call("PUT", estimate, VALUE, params={"trade_id": things["trade"]}))
    waits = a.ask(b, things["open_part"])
    things["open_trade"], things["open_request"] = waits["trade_id"], waits["request_id"]
    things["lost_request"] = a.ask(b, a.part("取消品"))["request_id"]
    consent = {"trace_id": things["own"], "consumer_id": a.id, "attributes": ["total", "certificate"]}
    things["consent"] = good(b.post("/consents", consent))["consent_id"]
    joined = _join(world, http, a, things, number)
    world.work_off()
    declared = {"rule_set": "x", "period_from": "2026-04-01", "period_to": "2027-03-31"}
    things["declaration"] = good(a.post(f"/parts/{things['product']}/declarations", declared))[
        "declaration_id"
    ]
    again = STATEMENT | {"declared": {"production": {"own": 20}}, "cfp_id": theirs["cfp_id"]}
    good(b.put(f"/parts/{things['own']}/footprint", again))
    world.work_off()
    things["update"] = good(a.get("/updates"))["items"][0]["update_id"]
    things["notification"] = good(b.get("/notifications"))["items"][0]["notification_id"]
    things["delivery"] = good(a.get("/deliveries", trace_id=things["bought"]))["items"][0]["delivery_id"]
    world.work_off()
    things["read"] = good(b.get("/reads"))["items"][0]["read_id"]
    for noun, name, member in (("groups", "group", a.id), ("families", "family", things["own"])):
        for key in (name, f"lost_{name}"):
            made = good(b.post(f"/{noun}", {"name": key, "members": [member]}))
            things[key] = made["selection_id"]
    things |= _asked_for_more(world, a, b, things)
    things["counted"] = a.part("算定品")
    things["sheet"] = good(a.put(f"/parts/{things['counted']}/sheets", SHEET))["sheet_id"]
    offer = {"verifier_id": b.id, "valid_until": "2999-01-01T00:00:00Z"}
    engaged = good(a.post(f"/declarations/{things['declaration']}/engagements", offer))
    things["engagement"] = engaged["engagement_id"]
    good(b.post(f"/engagements/{things['engagement']}/accept"))
    found = {"kind": "question", "text": "根拠は？"}
    things["finding"] = good(b.post(f"/engagements/{things['engagement']}/findings", found))["finding_id"]
    things["verifier"] = joined.id
    lent = FACTORS | {"set_id": f"lent-{number}"}
    good(a.post("/factor-sets", lent))
    loan = a.post(f"/factor-sets/{lent['set_id']}/{lent['version']}/loans", {"borrower_id": b.id})
    things["loan"] = good(loan)["loan_id"]
    things["seat"] = good(a.post("/factor-seats", SEAT))["seat_id"]
    things["battery"] = a.part("電池", unit="unit")
    good(a.put(f"/parts/{things['battery']}/footprint", STATEMENT | {"declared_unit": "unit"}))
    for name in ("import", "lost_import"):
        text = f"親品番,子品番,員数,単位\n取込{name},取込子,1,個\n"
        things[name] = good(a.call("POST", "/imports/bom", text.encode()))["import_id"]
    for name in ("mapping", "lost_mapping"):
        things[name] = str(uuid4())  # as long as an id that nobody has
        good(a.put(f"/import-mappings/bom/{things[name]}", {}))
    for name in ("factor_mapping", "lost_factor_mapping"):
        things[name] = str(uuid4())
        good(a.put(f"/import-mappings/factors/{things[name]}", {}))
    things["track"] = str(uuid4())
    return Chain(world, a, b, joined, things)


def _asked_for_more(world: World, a: Member, b: Member, things: dict[str, str]) -> dict[str, str]:
    """Inquiries that were put to the supplier, one about a part with a supplier behind."""
    behind = b.part("仕入品")
    line = {"child": {"trace_id": behind}, "amount": 1, "unit": "kilogram"}
    assembled = b.part("組立品")
    good(b.put(f"/parts/{assembled}/structure", {"lines": [line]}))
    b.ask(world.member("C社"), behind)
    bought = a.part("組立品の購入品")
    asked = a.ask(b, bought)
    b.link(asked, assembled)
    found: dict[str, str] = {}
    for name, trade in (("hop_of_chain", asked["trade_id"]), ("hop", things["trade"])):
        inquiry = good(a.post("/inquiries", {"trade_id": trade, "attributes": ["categories"]}))
        world.work_off()
        found["inquiry"] = inquiry["inquiry_id"]
        found[name] = good(b.get("/received-inquiries"))["items"][0]["hop_id"]
    return found


def _join(world: World, http: TestClient, a: Member, things: dict[str, str], number: int) -> Member:
    """A company that is invited, asked, proposed a value for, and then joins."""
    invited = good(a.post("/invitations", {"name": f"町工場{number}", "country": "JP"}))["operator_id"]
    asked = good(a.post("/requests", {"trace_id": a.part("ボルト"), "upstream_operator_id": invited}))
    things["asked_trade"] = asked["trade_id"]
    things["proposal"] = good(a.post(f"/trades/{asked['trade_id']}/proposal", VALUE))["proposal_id"]
    registration = Registration(
        name=f"町工場{number}",
        address="東大阪市",
        open_operator_id=f"J{number:09d}",
        operator_id=UUID(invited),
        sandbox=True,
    )
    operator = world.database.owner(lambda tx: register_operator(tx, registration))
    email = f"joined{number}@example.com"
    registry.add_account(world.context.access, email, operator.operator_id, "admin", PASSWORD)
    member = Member(
        http,
        Operator(operator.operator_key, operator.operator_id, operator.operator_id, operator.name),
        email,
        world.login(email),
        world.contract,
    )
    plant = good(
        member.post("/plants", {"name": "工場", "address": "東大阪市", "open_plant_id": f"{number:06d}"})
    )
    part = {"plant_id": plant["plant_id"], "name": "ボルト"}
    things["joined_part"] = good(member.post("/parts", part))["trace_id"]
    return member
