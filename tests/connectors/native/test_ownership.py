"""What is another company's can be neither read nor changed nor linked, and answers as what does not exist.

Every row is sent twice by a stranger: with an id of another company's thing and with one that nobody has. The two
answers are equal byte for byte (but for the id itself), and afterwards everything is as it was.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.connectors.native.world import Member, World, good

PART = {"plant_id": "{plant_of_c}", "name": "X"}
STATEMENT = {"declared_unit": "kilogram", "declared": {"production": {"own": 1}}}
VALUE = {"declared_unit": "kilogram", "stages": {"production": 1}}
WHAT_IF = {"changes": [{"trace_id": "{mine}", "value_factor": 1}]}
DECLARATION = {"rule_set": "x", "period_from": "2026-04-01", "period_to": "2027-03-31"}
EXPIRED = {
    "declared_unit": "kilogram",
    "declared": {"production": {"own": 1}},
    "period_from": "2020-04-01",
    "period_to": "2021-03-31",
}
OFFER = {"verifier_id": "{b}", "valid_until": "2999-03-31T00:00:00Z"}
CONCLUSION = {
    "verdict": "verified",
    "assurance": "limited",
    "standard": "ISO 14064-3",
    "scope": "cradle-to-gate",
    "accreditation": "V-0000",
}
SEAT = {
    "set_id": "factors-of-a",
    "licence_number": "IDEA-1",
    "account_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "valid_from": "2026-04-01",
    "valid_until": "2999-03-31",
}
FACTORS = {
    "set_id": "factors-of-a",
    "version": "2024",
    "title_ja": "A社の係数",
    "source": "A社",
    "licence": "internal",
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "table": "factor_id,name_ja,value,unit\nsteel,鋼板,2.2,kg\n",
}
SHEET = {
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "declared_unit": "kilogram",
    "lines": [
        {
            "line_id": "power",
            "activity": "energy",
            "amount": 1,
            "unit": "kWh",
            "factor": "owid-grid@2023#electricity-jp",
        }
    ],
}
BOM = "親品番,子品番,員数,単位\n取込親,取込子,1,個\n".encode()
LINE = {"child": {"trace_id": "{part}"}, "amount": 1, "unit": "kilogram"}

MISSING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "/parts/{part}", {}),
    ("PUT", "/parts/{part}", {"json": PART}),
    ("DELETE", "/parts/{part}", {}),
    ("GET", "/parts/{part}/structure", {}),
    ("GET", "/parts/{part}/structure?version=1", {}),
    ("PUT", "/parts/{part}/structure", {"json": {"lines": []}}),
    ("GET", "/parts/{part}/structures", {}),
    ("GET", "/parts/{part}/numbers", {}),
    ("POST", "/parts/{part}/numbers", {"json": {"number": "1"}}),
    ("DELETE", "/parts/{part}/numbers", {"params": {"number": "900-1"}}),
    ("PUT", "/plants/{plant}", {"json": {"name": "x", "address": "x", "open_plant_id": "X000009"}}),
    ("GET", "/trades?trace_id={part}", {}),
    ("GET", "/trades/{trade}/shares", {}),
    ("PUT", "/trades/{trade}/shares", {"json": {"shares": []}}),
    ("GET", "/deliveries?trace_id={part}", {}),
    ("POST", "/requests", {"json": {"trace_id": "{part}", "upstream_operator_id": "{b}"}}),
    (
        "POST",
        "/requests",
        {"json": {"trace_id": "{mine}", "upstream_operator_id": "{b}", "trade_id": "{trade}"}},
    ),
    ("GET", "/requests/{request}", {}),
    ("PATCH", "/requests/{request}", {"json": {"message": "x"}}),
    ("POST", "/requests/{request}/cancel", {}),
    ("POST", "/requests/{request}/review", {"json": {"verdict": "accepted"}}),
    ("GET", "/requests/{request}/messages", {}),
    ("POST", "/requests/{request}/link", {"json": {"trace_id": "{mine}"}}),
    ("POST", "/requests/{asked_c}/link", {"json": {"trace_id": "{part}"}}),
    ("POST", "/requests/{request}/reject", {"json": {"reply": "x"}}),
    ("POST", "/requests/{request}/reply", {"json": {"text": "x"}}),
    ("POST", "/consents", {"json": {"trace_id": "{part}", "consumer_id": "{b}", "attributes": ["total"]}}),
    ("POST", "/consents", {"json": {"trace_id": "{mine}", "group_id": "{group}", "attributes": ["total"]}}),
    ("POST", "/consents", {"json": {"family_id": "{family}", "consumer_id": "{b}", "attributes": ["total"]}}),
    ("POST", "/consents", {"json": {"trade_id": "{trade}", "consumer_id": "{b}", "attributes": ["total"]}}),
    ("POST", "/inquiries", {"json": {"trade_id": "{trade}", "attributes": ["total"]}}),
    ("GET", "/inquiries/{inquiry}", {}),
    ("POST", "/received-inquiries/{hop}/grant", {"json": {}}),
    ("POST", "/received-inquiries/{hop}/pass-on", {}),
    ("POST", "/received-inquiries/{hop}/refuse", {}),
    ("POST", "/consents/{consent}/withdraw", {}),
    ("GET", "/consents/{consent}/consequences", {}),
    ("POST", "/consents/try", {"json": {"trace_id": "{part}", "consumer_id": "{b}"}}),
    (
        "POST",
        "/consents/try",
        {
            "json": {
                "trace_id": "{mine}",
                "consumer_id": "{b}",
                "decision": {"family_id": "{family}", "consumer_id": "{b}"},
            }
        },
    ),
    ("GET", "/groups/{group}", {}),
    ("PUT", "/groups/{group}", {"json": {"name": "X", "members": []}}),
    ("DELETE", "/groups/{group}", {}),
    ("GET", "/families/{family}", {}),
    ("PUT", "/families/{family}", {"json": {"name": "X", "members": []}}),
    ("DELETE", "/families/{family}", {}),
    ("GET", "/parts/{part}/footprint", {}),
    ("PUT", "/parts/{part}/footprint", {"json": STATEMENT}),
    ("GET", "/parts/{part}/footprint/versions", {}),
    ("GET", "/parts/{part}/estimate", {}),
    ("PUT", "/parts/{part}/estimate", {"json": VALUE}),
    ("DELETE", "/parts/{part}/estimate", {}),
    ("GET", "/parts/{part}/update-policy", {}),
    ("PUT", "/parts/{part}/update-policy", {"json": {"mode": "review"}}),
    ("POST", "/updates/{update}/approve", {}),
    ("POST", "/updates/{update}/refuse", {}),
    ("POST", "/parts/{part}/declarations", {"json": DECLARATION}),
    ("GET", "/declarations/{declaration}", {}),
    ("GET", "/declarations?trace_id={part}", {}),
    ("GET", "/declarations/{declaration}/report", {}),
    ("GET", "/declarations/{declaration}/report.pdf", {}),
    ("GET", "/declarations/{declaration}/evidence", {}),
    ("POST", "/declarations/{declaration}/engagements", {"json": OFFER}),
    ("GET", "/declarations/{declaration}/verifications", {}),
    ("GET", "/engagements/{engagement}", {}),
    ("GET", "/engagements/{engagement}/evidence", {}),
    ("GET", "/engagements/{engagement}/report.pdf", {}),
    ("GET", "/engagements/{engagement}/reads", {}),
    ("GET", "/engagements/{engagement}/findings", {}),
    ("POST", "/engagements/{engagement}/accept", {}),
    ("POST", "/engagements/{engagement}/decline", {}),
    ("POST", "/engagements/{engagement}/end", {}),
    ("POST", "/engagements/{engagement}/findings", {"json": {"kind": "question", "text": "x"}}),
    ("POST", "/engagements/{engagement}/findings/{finding}/reply", {"json": {"text": "x"}}),
    ("POST", "/engagements/{engagement}/findings/{finding}/close", {}),
    ("POST", "/engagements/{engagement}/conclude", {"json": CONCLUSION}),
    ("GET", "/parts/{part}/questions", {}),
    ("GET", "/parts/{part}/contributions", {}),
    ("POST", "/parts/{part}/what-if", {"json": WHAT_IF}),
    ("GET", "/parts/{part}/indicators", {}),
    ("GET", "/parts/{part}/certificate", {}),
    ("PUT", "/parts/{part}/certificate", {"json": {"files": []}}),
    ("DELETE", "/parts/{part}/certificate", {}),
    ("GET", "/parts/{part}/certificate/files/{file}", {}),
    ("GET", "/parts/{mine}/certificate/files/{file}", {}),
    ("DELETE", "/parts/{part}/certificate/files/{file}", {}),
    ("DELETE", "/parts/{mine}/certificate/files/{file}", {}),
    ("GET", "/files/{file}", {}),
    ("GET", "/files/{file}/content", {}),
    ("PUT", "/files/{file}/content", {"content": b"%PDF-1.7 x"}),
    ("DELETE", "/files/{file}", {}),
    ("GET", "/parts/{part}/sheets", {}),
    ("PUT", "/parts/{part}/sheets", {"json": SHEET}),
    ("POST", "/parts/{part}/sheets/calculate", {"json": SHEET}),
    ("GET", "/sheets/{sheet}", {}),
    ("GET", "/sheets/{sheet}?version=1", {}),
    ("GET", "/sheets/{sheet}/next", {}),
    ("GET", "/factor-sets/{factor_set}/2024", {}),
    ("GET", "/factors/{factor_set}/2024/steel", {}),
    ("POST", "/factor-sets/{factor_set}/2024/loans", {"json": {"borrower_id": "{b}"}}),
    ("POST", "/factor-loans/{loan}/end", {}),
    ("POST", "/factor-seats/{seat}/end", {}),
    ("GET", "/imports/{import}", {}),
    ("POST", "/imports/{import}/check", {}),
    ("POST", "/imports/{import}/confirm", {}),
    ("DELETE", "/imports/{import}", {}),
    ("GET", "/import-mappings/bom/{mapping}", {}),
    ("DELETE", "/import-mappings/bom/{mapping}", {}),
    ("POST", "/imports/bom?mapping={mapping}", {"content": b"x"}),
    ("GET", "/import-mappings/factors/{factor_mapping}", {}),
    ("DELETE", "/import-mappings/factors/{factor_mapping}", {}),
    ("POST", "/imports/factors?set_id=own&mapping={factor_mapping}", {"content": b"x"}),
    ("POST", "/trades/{trade}/proposal", {"json": VALUE}),
    ("POST", "/proposals/{proposal}/confirm", {"json": {"trace_id": "{mine}"}}),
    ("POST", "/proposals/{proposal}/replace", {"json": {"trace_id": "{mine}"} | STATEMENT}),
)
"""Answered 404."""

REFUSED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/parts", {"json": {"plant_id": "{plant}", "name": "X"}}),
    ("PUT", "/parts/{mine}", {"json": {"plant_id": "{plant}", "name": "X"}}),
    ("PUT", "/parts/{mine}/structure", {"json": {"lines": [LINE]}}),
    (
        "PUT",
        "/parts/{mine}/sheets",
        {"json": SHEET | {"lines": [SHEET["lines"][0] | {"factor": "{factor_set}@2024#steel"}]}},
    ),
    ("POST", "/families", {"json": {"name": "X", "members": ["{part}"]}}),
    ("PUT", "/parts/{mine}/certificate", {"json": {"files": [{"file_id": "{file}"}]}}),
    ("PUT", "/import-mappings/bom/{mapping}", {"json": {"plant_id": "{plant}"}}),
)
"""The id stands in the content: answered 422 with its place."""

OWN_NAMES = {("PUT", "/import-mappings/factors/{name}")}
"""The caller gives the name; whoever else uses the same one is not touched (`test_factor_imports`)."""

EMPTY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "/parts?plant_id={plant}", {}),
    ("GET", "/parts?after={part}", {}),
    ("GET", "/plants?after={plant}", {}),
    ("GET", "/requests?direction=sent&trace_id={part}", {}),
    ("GET", "/requests?after={request}", {}),
    ("GET", "/consents?trace_id={part}", {}),
    ("GET", "/consents?after={consent}", {}),
    ("GET", "/inquiries", {}),
    ("GET", "/inquiries?after={inquiry}", {}),
    ("GET", "/received-inquiries?after={hop}", {}),
    ("GET", "/reads", {}),
    ("GET", "/groups", {}),
    ("GET", "/groups?after={group}", {}),
    ("GET", "/families", {}),
    ("GET", "/families?after={family}", {}),
    ("GET", "/shared?trace_id={part}", {}),
    ("GET", "/shared?after={delivery}", {}),
    ("GET", "/public?trace_id={part}", {}),
    ("GET", "/public?after={delivery}", {}),
    ("GET", "/reads?trace_id={part}", {}),
    ("GET", "/reads?consent_id={consent}", {}),
    ("GET", "/reads?delivery_id={delivery}", {}),
    ("GET", "/reads?after={read}", {}),
    ("GET", "/notifications?after={notification}", {}),
    ("GET", "/deliveries?trace_id={mine}&after={delivery}", {}),
    ("GET", "/trades?trace_id={mine}&after={trade}", {}),
    ("GET", "/files?after={file}", {}),
    ("GET", "/updates?after={update}", {}),
    ("GET", "/declarations?after={declaration}", {}),
    ("GET", "/engagements?after={engagement}", {}),
    ("GET", "/outliers?after={trade}", {}),
    ("GET", "/renewals?after={statement}", {}),
    ("GET", "/engagements?declaration_id={declaration}", {}),
    ("GET", "/footprints?trace_ids={part}", {}),
    ("GET", "/factors?set_id={factor_set}", {}),
    ("GET", "/imports?after={import}", {}),
    ("POST", "/notifications/read", {"json": {"notification_ids": ["{notification}"]}}),
)
"""Answered as if there were nothing."""

OWN = {"{mine}", "{plant_of_c}", "{b}", "{asked_c}"}


def engaged(declarant: Member, verifier: Member) -> tuple[str, str]:
    """An accepted engagement for the newest declaration, and a finding in it."""
    declaration = good(declarant.get("/declarations"))["items"][0]["declaration_id"]
    offer = OFFER | {"verifier_id": verifier.id}
    engagement = good(declarant.post(f"/declarations/{declaration}/engagements", offer))["engagement_id"]
    good(verifier.post(f"/engagements/{engagement}/accept"))
    found = verifier.post(f"/engagements/{engagement}/findings", {"kind": "question", "text": "根拠は？"})
    return engagement, good(found)["finding_id"]


@pytest.fixture
def ids(world: World, a: Member, b: Member, c: Member) -> dict[str, str]:
    """Things of A and B, and some of the stranger C, by their placeholders."""
    bought, own = a.part("購入品"), b.part("製品")
    good(a.post(f"/parts/{bought}/numbers", {"number": "900-1"}))
    asked = a.ask(b, bought)
    b.link(asked, own)
    good(b.put(f"/parts/{own}/footprint", STATEMENT))
    file = good(a.post("/files", {"name": "certificate.pdf"}))
    good(a.put(f"/files/{file['file_id']}/content", b"%PDF-1.7 certificate"))
    good(a.put(f"/parts/{bought}/certificate", {"files": [{"file_id": file["file_id"]}]}))
    good(c.post("/files", {"name": "of the stranger.pdf"}))
    consent = good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
    world.work_off()
    invited = good(a.post("/invitations", {"name": "町工場", "country": "JP"}))
    request = {"trace_id": a.part("ボルト"), "upstream_operator_id": invited["operator_id"]}
    proposal = good(a.post(f"/trades/{good(a.post('/requests', request))['trade_id']}/proposal", VALUE))
    factors = good(a.post("/factor-sets", FACTORS))
    sheet = good(a.put(f"/parts/{a.part('算定品')}/sheets", SHEET))
    update = a.waiting_update()
    asked_more = good(a.post("/inquiries", {"trade_id": asked["trade_id"], "attributes": ["categories"]}))
    world.work_off()
    engagement, finding = engaged(a, b)
    mine = c.part("購入品")
    c.ask(b, mine)
    asked_c = a.ask(c, a.part("Cの部品"))
    return {
        "{part}": bought,
        "{plant}": a.plant_id,
        "{trade}": asked["trade_id"],
        "{request}": asked["request_id"],
        "{consent}": consent["consent_id"],
        "{notification}": good(b.get("/notifications"))["items"][0]["notification_id"],
        "{delivery}": good(a.get("/deliveries", trace_id=bought))["items"][0]["delivery_id"],
        "{read}": _first_read(world, b),
        "{inquiry}": asked_more["inquiry_id"],
        "{hop}": good(b.get("/received-inquiries"))["items"][0]["hop_id"],
        "{group}": good(b.post("/groups", {"name": "得意先", "members": [a.id]}))["selection_id"],
        "{family}": good(b.post("/families", {"name": "製品群", "members": [own]}))["selection_id"],
        "{proposal}": proposal["proposal_id"],
        "{file}": file["file_id"],
        "{factor_set}": factors["set_id"],
        "{sheet}": sheet["sheet_id"],
        "{import}": good(a.call("POST", "/imports/bom", BOM))["import_id"],
        "{mapping}": good(a.put("/import-mappings/bom/A社のPLM", {}))["name"],
        "{factor_mapping}": good(a.put("/import-mappings/factors/A社の購買", {}))["name"],
        "{update}": update["update_id"],
        "{declaration}": good(a.get("/declarations"))["items"][0]["declaration_id"],
        "{loan}": good(a.post(f"/factor-sets/{factors['set_id']}/2024/loans", {"borrower_id": b.id}))[
            "loan_id"
        ],
        "{seat}": good(a.post("/factor-seats", SEAT))["seat_id"],
        "{statement}": good(a.put(f"/parts/{a.part('期限切れ')}/footprint", EXPIRED))["statement_id"],
        "{engagement}": engagement,
        "{finding}": finding,
        "{mine}": mine,
        "{plant_of_c}": c.plant_id,
        "{asked_c}": asked_c["request_id"],
        "{b}": b.id,
    }


def _first_read(world: World, provider: Member) -> str:
    world.work_off()
    return str(good(provider.get("/reads"))["items"][0]["read_id"])


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The row with ids in its places."""
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    if isinstance(value, str):
        return re.sub(r"\{\w+\}", lambda place: ids[place[0]], value)
    return value


def everything(member: Member, ids: dict[str, str]) -> dict[str, Any]:
    """What a company sees of its own things."""
    paths = (
        "/parts",
        "/plants",
        "/requests",
        "/consents",
        "/groups",
        "/families",
        "/inquiries",
        "/received-inquiries",
        "/reads",
        "/notifications",
        "/proposals",
        "/files",
        "/updates",
        "/declarations",
        "/engagements",
        "/factor-sets",
        "/factor-seats",
        "/factor-loans",
        "/factor-uses",
        "/imports",
        "/import-mappings",
        "/me",
    )
    seen = {path: good(member.get(path)) for path in paths}
    if member.id != ids["{b}"]:
        seen["certificate"] = good(member.get(f"/parts/{ids['{part}']}/certificate"))
    seen["messages"] = good(member.get(f"/requests/{ids['{request}']}/messages"))
    return seen


def test_foreign_and_missing_are_one_answer_and_nothing_changes(
    a: Member, b: Member, c: Member, ids: dict[str, str]
) -> None:
    before = everything(a, ids), everything(b, ids)
    for expected, rows in ((404, MISSING), (422, REFUSED), (200, EMPTY)):
        for method, path, options in rows:
            told = []
            for known in (ids, {place: ids[place] if place in OWN else str(uuid4()) for place in ids}):
                answer = c.call(
                    method,
                    filled(path, known),
                    headers={"X-Request-Id": "the-same-request"},
                    **filled(options, known),
                )
                assert answer.status_code == expected, f"{method} {path} {answer.text}"
                text = answer.text
                for place, identifier in known.items():
                    text = text.replace(identifier, place)
                told.append((text, sorted(set(answer.headers) - {"renkei-version"})))
            assert told[0] == told[1], f"{method} {path}"
            if expected == 200:
                assert re.search(r'"items":\[\]|"marked":0', told[0][0]), f"{method} {path}"
    assert (everything(a, ids), everything(b, ids)) == before


def test_the_other_party_of_a_request_may_do_its_own_part_only(
    a: Member, b: Member, ids: dict[str, str]
) -> None:
    request = f"/requests/{ids['{request}']}"
    for member, verb, body in (
        (b, "cancel", None),
        (b, "review", {"verdict": "accepted"}),
        (a, "link", {"trace_id": ids["{part}"]}),
        (a, "reject", {"reply": "x"}),
        (a, "reply", {"text": "x"}),
    ):
        answer = member.post(f"{request}/{verb}", body)
        assert answer.status_code == 404, (verb, answer.text)
    assert b.patch(request, {"message": "x"}).status_code == 404
    shares = f"/trades/{ids['{trade}']}/shares"
    assert (b.get(shares).status_code, b.put(shares, {"shares": []}).status_code) == (404, 404)


def test_the_table_names_every_path_that_takes_an_id(world: World) -> None:
    """A new path belongs into the table above. Of the directory every member may read every entry."""
    sent = {
        (method, world.contract.template_of(re.sub(r"\{\w+\}", "x", path).partition("?")[0]))
        for method, path, _ in (*MISSING, *REFUSED, *EMPTY)
    }
    for path, methods in world.contract.document["paths"].items():
        if "{" in path and "operator_id" not in path:
            for method in methods:
                assert (method.upper(), path) in sent | OWN_NAMES, f"{method.upper()} {path}"
