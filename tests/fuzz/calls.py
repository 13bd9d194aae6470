"""One request that is as it should be for every operation of both doors, with placeholders for the ids in it.

`{name}` stands for a thing of a `Chain` (`tests.fuzz.chain`); the same table serves many chains, so that a request of one
company can be made with the ids of another. A route that this table does not have makes `test_attackers` fail.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

DATA: Final = "/api/v1/datatransport"
INFO: Final = "/api/v1/authInfo"
Who = Literal["customer", "supplier", "joined"]


@dataclass(frozen=True)
class Call:
    """`path` is the route's template, `at` the values of its parameters; `who` sends it when it is meant."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    who: Who
    at: dict[str, str]
    media_type: str

    @property
    def name(self) -> str:
        target = self.query.get("dataTarget") or self.query.get("state") or self.query.get("downloadType")
        return f"{self.method} {self.path}" + (f" {target}" if target else "")

    @property
    def writes(self) -> bool:
        return self.method != "GET" and self.route not in READS | OF_ONESELF

    @property
    def route(self) -> tuple[str, str]:
        return self.method, self.path

    @property
    def is_v1(self) -> bool:
        return self.path.startswith("/v1/")

    @property
    def places(self) -> list[str]:
        """The placeholders in it, each once."""
        text = json.dumps([self.at, self.query, self.body if not isinstance(self.body, bytes) else None])
        return list(dict.fromkeys(re.findall(r"\{([a-z_]+)\}", text)))


def filled(value: Any, things: dict[str, str]) -> Any:
    """The value with things in the place of placeholders."""
    if isinstance(value, dict):
        return {filled(key, things): filled(one, things) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, things) for one in value]
    if isinstance(value, str):
        return re.sub(r"\{([a-z_]+)\}", lambda found: things[found[1]], value)
    return value


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    who: Who = "customer",
    at: dict[str, str] | None = None,
    media_type: str = "application/json",
    **query: str,
) -> Call:
    """One row."""
    named = {name.removesuffix("_"): value for name, value in query.items()}  # `at` of a path and of a query
    return Call(method, path, named, body, who, at or {}, media_type)


PART = {
    "plant_id": "{plant}",
    "name": "{spare_name}",
    "unit": "kilogram",
    "label": "札",
    "info1": "一",
    "info2": "二",
    "info3": "三",
    "terminated": False,
    "mass_kg_per_unit": 1.25,
    "density_kg_per_liter": 7.85,
}
LINES = [
    {
        "child": {"trace_id": "{bought}"},
        "amount": 2.5,
        "unit": "kilogram",
        "base_quantity": 100,
        "sourcing": "bought",
        "counted_by": "customer",
        "phantom": False,
        "alternative_group": "甲",
        "usage_share": 1,
    }
]
QUALITY = {"production": {"ter": 1, "ger": 2, "tir": 3}}
FOOTPRINT = {
    "declared_unit": "kilogram",
    "declared": {"raw_material": {"own": 1.5, "component": 0.25}, "production": {"own": 10}},
    "quality": QUALITY,
    "categories": {"fossil": {"raw_material": 1.6, "production": 9.5}},
    "primary_data_share": 0.8,
    "gate_to_gate": 1.5,
    "method": {"standard": "ISO 14067:2018"},
    "component_scope": "rest",
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
}
VALUE = {"declared_unit": "kilogram", "stages": {"raw_material": 2.5, "production": 0.75}, "quality": QUALITY}
PLANT = {"name": "豊田工場", "address": "愛知県", "open_plant_id": "{plant_number}", "global_plant_id": None}

SHEET = {
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
    "declared_unit": "kilogram",
    "production": 1000,
    "region": "JP",
    "rule_set": "pact",
    "yield_share": 0.98,
    "trade_id": None,
    "component_scope": "rest",
    "note": "",
    "lines": [
        {
            "line_id": "power",
            "activity": "energy",
            "name": "電力",
            "amount": 1200,
            "unit": "kWh",
            "basis": "total",
            "factor": "owid-grid@2023#electricity-jp",
            "primary": True,
            "rating": {"reason": "確認済み", "ter": 2, "ger": 1, "tir": None},
            "alternatives": {"market_based": "ipcc-electricity@AR5#electricity-hydropower"},
            "electricity_rule": "national_consumption_mix",
            "evidence": "請求書",
        },
        {
            "line_id": "steel",
            "activity": "material",
            "amount": 1.2,
            "unit": "unit",
            "basis": "unit",
            "yield_share": 0.9,
            "facts": {"mass_kg_per_unit": 0.5},
            "own_value": {
                "value": 2.1,
                "unit": "kg",
                "source": "仕入先",
                "scope": "life_cycle",
                "gwp_set": "AR6",
                "region": "JP",
                "year": 2025,
                "price_year": None,
                "specific": True,
                "primary_share": 0.5,
            },
            "stage": "raw_material",
            "origin": "component",
            "category": "material:steel",
            "technology": "same",
            "excluded": None,
            "completes": None,
        },
        {
            "line_id": "plating",
            "activity": "process",
            "amount": 50000,
            "unit": "JPY",
            "price_year": 2025,
            "money_rate": 0.0065,
            "factor": "renkei-proxies@2026.1#plating",
        },
    ],
    "co_products": [{"name": "端材", "basis": 100, "treatment": "co_product", "mass_kg": 100}],
    "allocation": {"method": "physical", "main_basis": 900, "unit": "kg", "note": ""},
    "split": {
        "index": "sales",
        "index_total": 1000000,
        "unit": "JPY",
        "level": "site",
        "certificates": 10,
        "certificate_type": "J-クレジット",
        "shares": [{"name": "A社", "index": 1000, "pieces": 10, "trade_id": None}],
    },
}
BATTERY = {
    "rule_set": "eu-cfb-ev",
    "category": "M1",
    "capacity_kwh": 60,
    "years": 8,
    "cycles_per_year": 60,
    "warranty_km": 160000,
    "km_per_year": 20000,
    "stages": {"raw_material": 2880, "production": 1440},
    "electricity": [{"kwh": 2000, "counted": "direct", "factors": {"direct": 0.02, "market_based": 0.05}}],
    "inputs": [
        {"name": "鋼", "mass_kg": 99.5, "value": 2},
        {"name": "接着剤", "mass_kg": 0.5, "value": None},
    ],
    "recycled": [
        {
            "material": "metal",
            "r1": 0.4,
            "r2": 0.9,
            "r3": 0,
            "ev": 10,
            "ev_star": None,
            "erec": 2,
            "erec_eol": 2,
            "ed": 0.5,
            "qs_in": 1,
            "qs_out": 1,
            "energy_recovery": 0,
        }
    ],
}
_AT_PART = {"trace_id": "{product}"}
_AT_SPARE = {"trace_id": "{spare}"}
_AT_ENGAGEMENT = {"engagement_id": "{engagement}"}
_AT_REQUEST = {"request_id": "{request}"}

V1: Final[tuple[Call, ...]] = (
    call(
        "POST", "/v1/auth/login", {"email": "{email}", "password": "{password}", "operator_id": "{customer}"}
    ),
    call("POST", "/v1/auth/refresh", {"refresh_token": "unknown"}),
    call("POST", "/v1/auth/logout", {"refresh_token": "unknown"}),
    call("POST", "/v1/auth/password", {"old_password": "{password}", "new_password": "{password}"}),
    call("GET", "/v1/auth/operators", limit="50", after="{customer}"),
    call("GET", "/v1/me"),
    call("GET", "/v1/parts/{trace_id}/contributions", at=_AT_PART, top="10"),
    call(
        "POST",
        "/v1/parts/{trace_id}/what-if",
        {
            "changes": [
                {"trace_id": "{bought}", "parent": "{product}", "amount_factor": 0.8},
                {"trace_id": "{bought}", "shares": {"{trade}": 0.6}},
                {"trace_id": "{product}", "value_factor": 0.5},
            ],
            "top": 10,
        },
        at=_AT_PART,
    ),
    call("GET", "/v1/operators", open_operator_id="{open_id}"),
    call("GET", "/v1/operators/{operator_id}", at={"operator_id": "{supplier}"}),
    call(
        "PATCH",
        "/v1/operators/{operator_id}",
        {"name": "改名", "address": "東京都", "global_operator_id": None},
        at={"operator_id": "{customer}"},
    ),
    call(
        "POST",
        "/v1/invitations",
        {
            "name": "工場",
            "country": "JP",
            "email": "x@example.com",
            "address": "東京都",
            "other_ids": {"duns": "123"},
        },
    ),
    call("GET", "/v1/plants", limit="1", after="{plant}"),
    call("POST", "/v1/plants", PLANT),
    call("PUT", "/v1/plants/{plant_id}", PLANT, at={"plant_id": "{plant}"}),
    call(
        "GET", "/v1/parts", name="購入品", plant_id="{plant}", roots_only="true", limit="50", after="{bought}"
    ),
    call("GET", "/v1/parts", number="900-1", partner_id="{supplier}"),
    call("POST", "/v1/parts", PART),
    call("GET", "/v1/parts/{trace_id}", at=_AT_PART),
    call("PUT", "/v1/parts/{trace_id}", PART, at=_AT_SPARE),
    call("GET", "/v1/parts/{trace_id}/structure", at=_AT_PART),
    call("GET", "/v1/parts/{trace_id}/structure", at=_AT_PART, version="1"),
    call(
        "PUT",
        "/v1/parts/{trace_id}/structure",
        {"lines": LINES, "effective_from": "2026-04-01"},
        at=_AT_SPARE,
    ),
    call("GET", "/v1/parts/{trace_id}/structures", at=_AT_PART, limit="1", after="{structure}"),
    call("GET", "/v1/parts/{trace_id}/numbers", at={"trace_id": "{bought}"}, limit="1"),
    call(
        "POST", "/v1/parts/{trace_id}/numbers", {"number": "900-2", "partner_id": "{supplier}"}, at=_AT_SPARE
    ),
    call("DELETE", "/v1/parts/{trace_id}/numbers", at=_AT_SPARE, number="900-2", partner_id="{supplier}"),
    call(
        "POST",
        "/v1/bulk/parts",
        PART | {"name": "一括", "lines": LINES, "effective_from": "2026-04-01"},
        media_type="application/x-ndjson",
    ),
    call(
        "POST",
        "/v1/imports/bom",
        "親品番,子品番,員数,単位\n取込親,取込子,1,個\n".encode(),
        media_type="application/octet-stream",
        file_name="部品表.csv",
        mapping="{mapping}",
    ),
    call(
        "POST",
        "/v1/imports/factors",
        "名称,係数,単位\n鋼板,2.1,kg-CO2e/kg\n".encode(),
        media_type="application/octet-stream",
        set_id="own",
        file_name="原単位.csv",
        mapping="{factor_mapping}",
        version="2026",
        title="社内",
        source="環境部",
        licence="社内限り",
        period_from="2026-04-01",
        period_to="2027-03-31",
    ),
    call("GET", "/v1/workbook", language="en"),
    call("GET", "/v1/export/tables", format_="csv"),
    call(
        "POST",
        "/v1/imports/workbook",
        b"a,b\n1,2\n",
        media_type="application/octet-stream",
        file_name="回答.xlsx",
    ),
    call("GET", "/v1/imports", limit="1", after="{import}"),
    call("GET", "/v1/imports/{import_id}", at={"import_id": "{import}"}),
    call("POST", "/v1/imports/{import_id}/check", at={"import_id": "{import}"}),
    call("POST", "/v1/imports/{import_id}/confirm", at={"import_id": "{import}"}),
    call("DELETE", "/v1/imports/{import_id}", at={"import_id": "{lost_import}"}),
    call("GET", "/v1/import-mappings", limit="1", after="bom:{mapping}"),
    call("GET", "/v1/import-mappings/bom/{name}", at={"name": "{mapping}"}),
    call(
        "PUT",
        "/v1/import-mappings/bom/{name}",
        {"columns": {"part": "子品番"}, "plant_id": "{plant}", "units": {"巻": "meter"}, "base_quantity": 1},
        at={"name": "{mapping}"},
    ),
    call("DELETE", "/v1/import-mappings/bom/{name}", at={"name": "{lost_mapping}"}),
    call("GET", "/v1/import-mappings/factors/{name}", at={"name": "{factor_mapping}"}),
    call(
        "PUT",
        "/v1/import-mappings/factors/{name}",
        {
            "columns": {"value": "CO2排出"},
            "emission_unit": "kg",
            "gwp_set": "AR5",
            "words": {"上海工場": "CN"},
        },
        at={"name": "{factor_mapping}"},
    ),
    call("DELETE", "/v1/import-mappings/factors/{name}", at={"name": "{lost_factor_mapping}"}),
    call("GET", "/v1/trades", trace_id="{bought}", limit="1", after="{trade}"),
    call("GET", "/v1/trades/{trade_id}/shares", at={"trade_id": "{trade}"}),
    call(
        "PUT",
        "/v1/trades/{trade_id}/shares",
        {
            "shares": [
                {
                    "valid_from": "2026-04-01",
                    "valid_to": "2027-03-31",
                    "share": 0.6,
                    "purchased_quantity": 1000,
                    "quantity_unit": "kilogram",
                }
            ]
        },
        at={"trade_id": "{trade}"},
    ),
    call("GET", "/v1/deliveries", trace_id="{bought}", kind="CFP", limit="1", after="{delivery}"),
    call("GET", "/v1/requests", direction="sent", kind="CFP", trace_id="{bought}", after="{request}"),
    call(
        "POST",
        "/v1/requests",
        {
            "trace_id": "{bought}",
            "upstream_operator_id": "{supplier}",
            "kind": "CFP",
            "trade_id": "{trade}",
            "message": "お願い",
            "due_date": "2027-01-31",
            "period_from": "2026-04-01",
            "period_to": "2027-03-31",
        },
    ),
    call("GET", "/v1/requests/{request_id}", at=_AT_REQUEST),
    call("GET", "/v1/requests/{request_id}/messages", at=_AT_REQUEST, limit="1", after="0"),
    call(
        "PATCH",
        "/v1/requests/{request_id}",
        {"message": "改め", "due_date": "2027-02-28", "period_from": "2026-04-01", "period_to": "2027-03-31"},
        at={"request_id": "{open_request}"},
    ),
    call(
        "POST", "/v1/requests/{request_id}/review", {"verdict": "queried", "reason": "理由"}, at=_AT_REQUEST
    ),
    call(
        "POST",
        "/v1/requests/{request_id}/reply",
        {"text": "確認"},
        at={"request_id": "{open_request}"},
        who="supplier",
    ),
    call("POST", "/v1/requests/{request_id}/link", {"trace_id": "{own}"}, at=_AT_REQUEST, who="supplier"),
    call(
        "POST",
        "/v1/requests/{request_id}/reject",
        {"reply": "担当外"},
        at={"request_id": "{open_request}"},
        who="supplier",
    ),
    call("POST", "/v1/requests/{request_id}/cancel", at={"request_id": "{lost_request}"}),
    call(
        "GET", "/v1/consents", who="supplier", trace_id="{own}", consumer_id="{customer}", after="{consent}"
    ),
    call("GET", "/v1/consents", who="supplier", history="true", after="{consent}:1"),
    call(
        "POST",
        "/v1/consents",
        {
            "trace_id": "{own}",
            "consumer_id": "{customer}",
            "kind": "CFP",
            "attributes": ["total", "quality"],
            "purpose": "CFP answer",
            "valid_until": "2099-12-31T00:00:00Z",
            "standing": True,
        },
        who="supplier",
    ),
    call(
        "POST",
        "/v1/consents",
        {
            "family_id": "{family}",
            "group_id": "{group}",
            "kind": "CFP",
            "attributes": ["total"],
            "purpose": "vehicle_lca",
            "reason": "協力会の取り決め",
        },
        who="supplier",
    ),
    call(
        "POST",
        "/v1/consents/try",
        {
            "trace_id": "{own}",
            "consumer_id": "{customer}",
            "kind": "CFP",
            "decision": {"trace_id": "{own}", "group_id": "{group}", "attributes": ["total", "pds"]},
        },
        who="supplier",
    ),
    call("GET", "/v1/consents/{consent_id}/consequences", at={"consent_id": "{consent}"}, who="supplier"),
    call(
        "POST",
        "/v1/consents",
        {
            "whole": True,
            "kind": "CFP",
            "attributes": ["total"],
            "policy": {"any_of": [{"purpose_is": ["scope3"]}, {"all_of": [{"consumer_in": "{group}"}]}]},
        },
        who="supplier",
    ),
    call("GET", "/v1/inquiries", after="{inquiry}"),
    call(
        "POST",
        "/v1/inquiries",
        {
            "trade_id": "{trade}",
            "kind": "CFP",
            "attributes": ["categories"],
            "purpose": "scope3",
            "message": "お願いします。",
            "ends_at": "2099-12-31T00:00:00Z",
        },
    ),
    call("GET", "/v1/inquiries/{inquiry_id}", at={"inquiry_id": "{inquiry}"}),
    call("GET", "/v1/received-inquiries", who="supplier", after="{hop}"),
    call(
        "POST",
        "/v1/received-inquiries/{hop_id}/grant",
        {"attributes": ["categories"], "named": True, "standing": True, "reason": "共同算定"},
        at={"hop_id": "{hop}"},
        who="supplier",
    ),
    call(
        "POST",
        "/v1/received-inquiries/{hop_id}/pass-on",
        {"reason": "社外"},
        at={"hop_id": "{hop_of_chain}"},
        who="supplier",
    ),
    call(
        "POST",
        "/v1/received-inquiries/{hop_id}/refuse",
        {"reason": "秘密"},
        at={"hop_id": "{hop}"},
        who="supplier",
    ),
    call("GET", "/v1/export"),
    call("GET", "/v1/public", operator_id="{supplier}", trace_id="{own}", kind="CFP", after="{delivery}"),
    call("GET", "/v1/purposes"),
    call("GET", "/v1/shared", operator_id="{supplier}", trace_id="{own}", kind="CFP", after="{delivery}"),
    *(
        one
        for noun, member in (("groups", "{customer}"), ("families", "{own}"))
        for name in [noun.removesuffix("s").replace("ie", "y")]
        for one in (
            call("GET", f"/v1/{noun}", who="supplier", after=f"{{{name}}}"),
            call("POST", f"/v1/{noun}", {"name": "得意先", "members": [member]}, who="supplier"),
            call("GET", f"/v1/{noun}/{{selection_id}}", at={"selection_id": f"{{{name}}}"}, who="supplier"),
            call(
                "PUT",
                f"/v1/{noun}/{{selection_id}}",
                {"name": "得意先", "members": [member]},
                at={"selection_id": f"{{{name}}}"},
                who="supplier",
            ),
            call(
                "DELETE",
                f"/v1/{noun}/{{selection_id}}",
                at={"selection_id": f"{{lost_{name}}}"},
                who="supplier",
            ),
        )
    ),
    call(
        "GET",
        "/v1/reads",
        who="supplier",
        trace_id="{own}",
        consumer_id="{customer}",
        consent_id="{consent}",
        delivery_id="{delivery}",
        after="{read}",
    ),
    call("POST", "/v1/consents/{consent_id}/withdraw", at={"consent_id": "{consent}"}, who="supplier"),
    call("GET", "/v1/files", limit="1", after="{file}"),
    call("POST", "/v1/files", {"name": "証明.pdf", "extension": "pdf"}),
    call("GET", "/v1/files/{file_id}", at={"file_id": "{file}"}),
    call("GET", "/v1/files/{file_id}/content", at={"file_id": "{file}"}),
    call(
        "PUT",
        "/v1/files/{file_id}/content",
        b"%PDF-1.7 content",
        at={"file_id": "{awaited_file}"},
        media_type="application/octet-stream",
    ),
    call("DELETE", "/v1/files/{file_id}", at={"file_id": "{lost_file}"}),
    call(
        "GET",
        "/v1/notifications",
        who="supplier",
        notified_from="2026-01-01T00:00:00Z",
        notified_to="2099-01-01T00:00:00Z",
        limit="1",
        after="{notification}",
    ),
    call("GET", "/v1/announcements"),
    call("GET", "/v1/terms"),
    call("POST", "/v1/notifications/read", {"notification_ids": ["{notification}"]}, who="supplier"),
    call("PUT", "/v1/parts/{trace_id}/footprint", {"cfp_id": "{cfp}"} | FOOTPRINT, at=_AT_PART),
    call(
        "PUT",
        "/v1/parts/{trace_id}/footprint",
        FOOTPRINT | {"cfp_id": None, "trade_id": "{trade}"},
        at={"trace_id": "{own}"},
        who="supplier",
    ),
    call("GET", "/v1/parts/{trace_id}/footprint", at=_AT_PART),
    call(
        "GET",
        "/v1/parts/{trace_id}/footprint",
        at=_AT_PART,
        query={"as_of": "2026-03-31", "reference_year": "2025"},
    ),
    call("GET", "/v1/footprints", trace_ids="{product},{bought}"),
    call(
        "GET",
        "/v1/parts/{trace_id}/footprint/versions",
        at=_AT_PART,
        limit="1",
        at_="2099-01-01T00:00:00Z",
        after="{statement}",
        trade_id="{trade}",
    ),
    call(
        "PUT",
        "/v1/parts/{trace_id}/estimate",
        VALUE | {"source": "IDEA"},
        at={"trace_id": "{bought}"},
        trade_id="{trade}",
    ),
    call("GET", "/v1/parts/{trace_id}/estimate", at={"trace_id": "{bought}"}, trade_id="{trade}"),
    call("DELETE", "/v1/parts/{trace_id}/estimate", at={"trace_id": "{bought}"}, trade_id="{trade}"),
    call("POST", "/v1/trades/{trade_id}/proposal", VALUE, at={"trade_id": "{asked_trade}"}),
    call("GET", "/v1/proposals", limit="1", after="{proposal}"),
    call(
        "POST",
        "/v1/proposals/{proposal_id}/confirm",
        {"trace_id": "{joined_part}"},
        at={"proposal_id": "{proposal}"},
        who="joined",
    ),
    call(
        "POST",
        "/v1/proposals/{proposal_id}/replace",
        FOOTPRINT | {"trace_id": "{joined_part}"},
        at={"proposal_id": "{proposal}"},
        who="joined",
    ),
    call("GET", "/v1/parts/{trace_id}/certificate", at=_AT_PART),
    call(
        "PUT",
        "/v1/parts/{trace_id}/certificate",
        {
            "certificate_id": "{certificate}",
            "description": "第三者検証",
            "files": [{"file_id": "{file}", "name": "証.pdf"}],
        },
        at=_AT_PART,
    ),
    call("GET", "/v1/parts/{trace_id}/certificate/files/{file_id}", at=_AT_PART | {"file_id": "{file}"}),
    call("DELETE", "/v1/parts/{trace_id}/certificate/files/{file_id}", at=_AT_PART | {"file_id": "{file}"}),
    call("DELETE", "/v1/parts/{trace_id}/certificate", at=_AT_PART),
    call("GET", "/v1/parts/{trace_id}/update-policy", at=_AT_PART),
    call(
        "PUT",
        "/v1/parts/{trace_id}/update-policy",
        {"mode": "threshold", "threshold": 0.05, "first_month": 4},
        at=_AT_SPARE,
    ),
    call("GET", "/v1/updates", state="waiting", limit="1", after="{update}"),
    call("POST", "/v1/updates/{update_id}/refuse", at={"update_id": "{update}"}),
    call("POST", "/v1/updates/{update_id}/approve", at={"update_id": "{update}"}),
    call("GET", "/v1/parts/{trace_id}/questions", at={"trace_id": "{bought}"}),
    call("GET", "/v1/outliers", limit="1", after="{trade}"),
    call("GET", "/v1/renewals", months="0", limit="1", after="{statement}"),
    call("GET", "/v1/parts/{trace_id}/indicators", at=_AT_PART, base_year="2025"),
    call("GET", "/v1/scope3/category-1", year="2026"),
    call(
        "POST",
        "/v1/parts/{trace_id}/declarations",
        {
            "rule_set": "EU 2023/1542",
            "period_from": "2026-04-01",
            "period_to": "2027-03-31",
            "version": 1,
            "reference": "BAT-1",
            "study": {"goal": "宣言", "system_boundary": "原材料から製造まで"},
            "battery": {
                "rule_set": "eu-cfb-ev",
                "category": "M1",
                "capacity_kwh": 60,
                "years": 8,
                "cycles_per_year": None,
                "warranty_km": None,
                "km_per_year": None,
                "conformity_id": "DoC-1",
                "study_url": "https://example.com/study",
                "performance_class": "A",
            },
        },
        at={"trace_id": "{battery}"},
    ),
    call(
        "GET", "/v1/declarations/{declaration_id}/report", at={"declaration_id": "{declaration}"}, lang="ja"
    ),
    call(
        "GET",
        "/v1/declarations/{declaration_id}/report.pdf",
        at={"declaration_id": "{declaration}"},
        lang="en",
    ),
    call("GET", "/v1/declarations/{declaration_id}/evidence", at={"declaration_id": "{declaration}"}),
    call("GET", "/v1/declarations/{declaration_id}/verifications", at={"declaration_id": "{declaration}"}),
    call(
        "POST",
        "/v1/declarations/{declaration_id}/engagements",
        {
            "verifier_id": "{verifier}",
            "valid_until": "2999-03-31T00:00:00Z",
            "message": "検証をお願いします。",
        },
        at={"declaration_id": "{declaration}"},
    ),
    call(
        "GET",
        "/v1/engagements",
        declaration_id="{declaration}",
        side="declarant",
        state="accepted",
        limit="1",
        after="{engagement}",
    ),
    call("GET", "/v1/engagements/{engagement_id}", at=_AT_ENGAGEMENT),
    call("GET", "/v1/engagements/{engagement_id}/evidence", at=_AT_ENGAGEMENT),
    call("GET", "/v1/engagements/{engagement_id}/report.pdf", at=_AT_ENGAGEMENT, lang="ja"),
    call("GET", "/v1/engagements/{engagement_id}/reads", at=_AT_ENGAGEMENT),
    call("GET", "/v1/engagements/{engagement_id}/findings", at=_AT_ENGAGEMENT),
    call(
        "POST",
        "/v1/engagements/{engagement_id}/findings",
        {"kind": "nonconformity", "pointer": "/statement", "text": "根拠が不足しています。"},
        at=_AT_ENGAGEMENT,
        who="supplier",
    ),
    call(
        "POST",
        "/v1/engagements/{engagement_id}/findings/{finding_id}/reply",
        {"text": "追加しました。"},
        at=_AT_ENGAGEMENT | {"finding_id": "{finding}"},
    ),
    call(
        "POST",
        "/v1/engagements/{engagement_id}/findings/{finding_id}/close",
        at=_AT_ENGAGEMENT | {"finding_id": "{finding}"},
        who="supplier",
    ),
    call("POST", "/v1/engagements/{engagement_id}/accept", at=_AT_ENGAGEMENT, who="supplier"),
    call("POST", "/v1/engagements/{engagement_id}/decline", at=_AT_ENGAGEMENT, who="supplier"),
    call(
        "POST",
        "/v1/engagements/{engagement_id}/conclude",
        {
            "verdict": "rejected",
            "assurance": "limited",
            "standard": "ISO 14064-3",
            "scope": "cradle-to-gate",
            "accreditation": "V-0000",
            "opinion": "不適合があります。",
        },
        at=_AT_ENGAGEMENT,
        who="supplier",
    ),
    call("POST", "/v1/engagements/{engagement_id}/end", at=_AT_ENGAGEMENT),
    call("GET", "/v1/declarations", trace_id="{product}", limit="1", after="{declaration}"),
    call("GET", "/v1/declarations/{declaration_id}", at={"declaration_id": "{declaration}"}),
    call(
        "POST",
        "/v1/factor-sets",
        {
            "set_id": "own",
            "version": "2024",
            "title_ja": "自社係数",
            "title_en": None,
            "source": "公表値",
            "licence": "internal",
            "attribution": "",
            "gwp_set": "AR5",
            "period_from": "2024-04-01",
            "period_to": "2025-03-31",
            "note": "",
            "restricted": False,
            "format": "table",
            "content_base64": None,
            "table": "factor_id,value,unit,name_ja\npower,0.4,kilowatt-hour,電力\n",
        },
    ),
    call("GET", "/v1/factor-sets", limit="1"),
    call(
        "POST",
        "/v1/factor-sets/{set_id}/{version}/loans",
        {"borrower_id": "{supplier}", "valid_until": "2999-03-31"},
        at={"set_id": "own", "version": "2024"},
    ),
    call("GET", "/v1/factor-loans"),
    call("POST", "/v1/factor-loans/{loan_id}/end", at={"loan_id": "{loan}"}),
    call(
        "POST",
        "/v1/factor-seats",
        {
            "set_id": "own",
            "licence_number": "IDEA-1",
            "account_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "valid_from": "2026-04-01",
            "valid_until": "2027-03-31",
        },
    ),
    call("GET", "/v1/factor-seats"),
    call("POST", "/v1/factor-seats/{seat_id}/end", at={"seat_id": "{seat}"}),
    call("GET", "/v1/factor-uses"),
    call("GET", "/v1/factor-sets/{set_id}/{version}", at={"set_id": "own", "version": "2024"}),
    call("GET", "/v1/factors", text="電力", region="JP", unit="kilowatt-hour", set_id="own", version="2024"),
    call(
        "GET",
        "/v1/factors/{set_id}/{version}/{factor_id}",
        at={"set_id": "own", "version": "2024", "factor_id": "power"},
    ),
    call("PUT", "/v1/parts/{trace_id}/sheets", {**SHEET, "replaces": None}, at={"trace_id": "{counted}"}),
    call("POST", "/v1/parts/{trace_id}/sheets/calculate", SHEET, at={"trace_id": "{counted}"}),
    call("GET", "/v1/parts/{trace_id}/sheets", at={"trace_id": "{counted}"}, limit="1", after="{sheet}"),
    call("GET", "/v1/sheets/{sheet_id}", at={"sheet_id": "{sheet}"}, version="1"),
    call("GET", "/v1/sheets/{sheet_id}/next", at={"sheet_id": "{sheet}"}),
    call("POST", "/v1/calculator/battery", BATTERY),
    call("GET", "/v1/ledger/head"),
    call("GET", "/v1/ledger/keys"),
    call("GET", "/v1/ledger/proofs", subject_id="{product}"),
    call("GET", "/v1/ledger/consistency", first="1", second="1"),
    call("DELETE", "/v1/parts/{trace_id}", at={"trace_id": "{lost}"}),
)

OURANOS_PART = {
    "operatorId": "{customer}",
    "traceId": "{spare}",
    "plantId": "{plant}",
    "partsName": "{spare_name}",
    "supportPartsName": None,
    "terminatedFlag": False,
    "amountRequired": None,
    "amountRequiredUnit": "kilogram",
    "partsLabelName": "札",
    "partsAddInfo1": "一",
    "partsAddInfo2": "二",
    "partsAddInfo3": "三",
}
CFP = [
    {
        "cfpId": "{cfp}",
        "traceId": "{product}",
        "ghgEmission": emission,
        "ghgDeclaredUnit": "kgCO2e/kilogram",
        "cfpType": kind,
        "dqrType": quality,
        "dqrValue": {"TeR": 1, "GeR": 2, "TiR": 3},
    }
    for emission, kind, quality in (
        (1.5, "preProduction", "preProcessing"),
        (10.25, "mainProduction", "mainProcessing"),
        (0.5, "preComponent", "preProcessing"),
        (0.25, "mainComponent", "mainProcessing"),
    )
]
_OWN = {"operatorId": "{customer}"}
_BY_SUPPLIER = {"operatorId": "{supplier}", "releasedToOperatorId": "{customer}", "traceId": "{own}"}


def _data(method: str, target: str, body: Any = None, *, who: Who = "customer", **query: str) -> Call:
    return call(method, DATA, body, who=who, dataTarget=target, **query)


OURANOS: Final[tuple[Call, ...]] = (
    _data("GET", "parts", traceId="{bought}", partsName="購入品", plantId="{plant}", parentFlag="false"),
    _data("GET", "parts", limit="1", after="{bought}"),
    _data("GET", "partsStructure", traceId="{product}"),
    _data("GET", "tradeRequest", traceIds="{bought}"),
    _data("GET", "tradeRequest", limit="1", after="{trade}"),
    _data("GET", "tradeResponse", who="supplier", limit="1", after="{trade}"),
    _data("GET", "cfp", traceIds="{product},{bought}"),
    _data("GET", "cfpCertification", traceId="{product}"),
    _data("GET", "status", statusTarget="REQUEST", statusId="{request}", traceId="{bought}"),
    _data("GET", "status", statusTarget="RESPONSE", who="supplier", limit="1", after="{request}"),
    _data("PUT", "parts", OURANOS_PART),
    _data(
        "PUT",
        "partsStructure",
        {
            "parentPartsModel": OURANOS_PART,
            "childrenPartsModel": [
                OURANOS_PART | {"traceId": "{bought}", "partsName": "{bought_name}", "amountRequired": 2.5}
            ],
        },
    ),
    _data(
        "PUT",
        "tradeRequest",
        {
            "tradeModel": {
                "tradeId": "{open_trade}",
                "downstreamOperatorId": "{customer}",
                "upstreamOperatorId": "{supplier}",
                "downstreamTraceId": "{open_part}",
                "upstreamTraceId": None,
            },
            "statusModel": {
                "statusId": "{open_request}",
                "tradeId": "{open_trade}",
                "requestStatus": {},
                "message": "お願い",
                "replyMessage": None,
                "requestType": "CFP",
                "responseDueDate": "2027-01-31",
            },
        },
    ),
    _data("PUT", "tradeResponse", who="supplier", tradeId="{trade}", traceId="{own}"),
    _data(
        "PUT",
        "status",
        {
            "statusId": "{open_request}",
            "tradeId": "{open_trade}",
            "requestStatus": {"cfpResponseStatus": "REJECT"},
            "replyMessage": "担当外",
        },
        who="supplier",
    ),
    _data("PUT", "cfp", CFP),
    _data("DELETE", "parts", traceId="{lost_too}"),
    call("GET", INFO, dataTarget="operator"),
    call("GET", INFO, dataTarget="operator", operatorIds="{customer},{supplier}"),
    call("GET", INFO, dataTarget="operator", openOperatorId="{open_id}"),
    call("GET", INFO, dataTarget="plant"),
    call(
        "PUT",
        INFO,
        {
            "operatorId": "{customer}",
            "operatorName": "改名",
            "operatorAddress": "東京都",
            "openOperatorId": "{open_id}",
            "operatorAttribute": {"globalOperatorId": None},
        },
        dataTarget="operator",
    ),
    call(
        "PUT",
        INFO,
        {
            "plantId": "{plant}",
            "operatorId": "{customer}",
            "plantName": "工場",
            "plantAddress": "東京都",
            "openPlantId": "{plant_number}",
            "plantAttribute": {"globalPlantId": None},
        },
        dataTarget="plant",
    ),
    call("PUT", "/dataReset"),
    call("POST", "/auth/login", {"operatorAccountId": "{email}", "accountPassword": "{password}"}),
    call("POST", "/auth/refresh", {"refreshToken": "unknown"}),
    call("POST", "/auth/change", {"newPassword": "{password}"}),
    call("POST", "/api/v1/systemAuth/token", {"idToken": "unknown"}),
    call("POST", "/api/v1/systemAuth/apiKey", {"ipAddress": "10.0.0.1", "apiKey": "unknown"}),
    call(
        "GET",
        "/cfpAcl",
        who="supplier",
        operatorId="{supplier}",
        traceId="{own}",
        releasedToOperatorId="{customer}",
    ),
    call(
        "POST",
        "/cfpAcl",
        _BY_SUPPLIER | {"acl": [{"aclItemGroup": "TOTALCFP", "releasedFlag": True}]},
        who="supplier",
    ),
    call(
        "GET",
        "/cfpCertificationAcl",
        who="supplier",
        operatorId="{supplier}",
        traceId="{own}",
        releasedToOperatorId="{customer}",
    ),
    call("POST", "/cfpCertificationAcl", _BY_SUPPLIER | {"releasedFlag": True}, who="supplier"),
    call(
        "GET",
        "/notifications",
        who="supplier",
        operatorId="{supplier}",
        notifiedAtFrom="2026-01-01",
        notifiedAtTo="2099-01-01",
        after="{notification}",
    ),
    call(
        "POST",
        "/replyMessages",
        {"operatorId": "{supplier}", "requestId": "{open_request}", "replyMessage": "確認"},
        who="supplier",
    ),
    call("POST", "/fileUploadUrl", _OWN | {"fileInfo": [{"fileName": "証.pdf", "extension": "pdf"}]}),
    call("GET", "/keyId"),
    call(
        "POST",
        "/cfpCertificationInfo",
        _OWN
        | {
            "cfpCertificationId": "{certificate}",
            "traceId": "{product}",
            "cfpCertificationDescription": "検証",
            "cfpCertificationFileInfo": [{"fileId": "{file}", "fileName": "証.pdf"}],
        },
    ),
    call(
        "GET",
        "/fileDownloadUrl",
        operatorId="{customer}",
        fileOperatorId="{customer}",
        fileId="{file}",
        downloadType="OWN",
        cfpCertificationId="{certificate}",
    ),
    call(
        "GET",
        "/fileDownloadUrl",
        operatorId="{customer}",
        fileOperatorId="{supplier}",
        fileId="{their_file}",
        downloadType="OTHER",
        cfpCertificationId="{trade}",
    ),
    call("DELETE", "/cfpCertifications", operatorId="{customer}", traceId="{spare}", fileId="{lost_file}"),
    call("GET", "/requestStatus", operatorId="{customer}", trackId="{track}"),
    call(
        "PUT",
        "/files/{file_id}",
        b"%PDF-1.7 x",
        at={"file_id": "{awaited_file}"},
        operator="{customer}",
        token="x",
    ),
    call("GET", "/files/{file_id}", at={"file_id": "{file}"}, operator="{customer}", token="x"),
)

CALLS: Final[tuple[Call, ...]] = (*V1, *OURANOS)

UNGUARDED: Final = {
    ("POST", "/v1/auth/login"),
    ("POST", "/v1/auth/refresh"),
    ("POST", "/v1/auth/logout"),
    ("GET", "/v1/public"),
    ("PUT", "/files/{file_id}"),
    ("GET", "/files/{file_id}"),
}
"""Operations that ask neither for a key nor for a token: what they are given in their body or address says it."""
ADMINS: Final = {("GET", "/v1/export")}
"""What only an administrator may read."""
READS: Final = {
    ("POST", "/v1/parts/{trace_id}/what-if"),
    ("POST", "/v1/consents/try"),
    ("POST", "/v1/parts/{trace_id}/sheets/calculate"),
    ("POST", "/v1/calculator/battery"),
}
"""Operations that store nothing although they are not a GET: a viewer may use them."""
OF_ONESELF: Final = {("POST", "/v1/auth/password"), ("POST", "/auth/change")}
"""Operations on one's own account, whatever one's role."""
BY_KEY_ALONE: Final = {
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/api/v1/systemAuth/token"),
    ("POST", "/api/v1/systemAuth/apiKey"),
}
"""Operations that ask for an application's key only."""
