"""Small worlds: companies in tiers that ask, answer, disclose, refuse and fail, all over `/v1`.

The first company makes the product, the second and third both supply it, the fourth stands behind the second, the fifth
behind the fourth; a sixth is a stranger, or sells to the fifth.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from renkei.commons.access import people, registry
from renkei.commons.access.model import ApiKeyDraft
from renkei.commons.access.service import login
from renkei.commons.ledger.sequencing import Sequencer
from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import operators_by_ids
from renkei.database.caller import Caller
from renkei.database.transaction import Transaction, act_as
from tests.property.noninterference.asgi import Answered
from tests.property.noninterference.sites import BEGIN, Site

ATTRIBUTES = ("total", "quality", "pds", "gate_to_gate", "categories", "structure", "plant", "certificate")
VALUE = {"declared_unit": "kilogram", "stages": {"production": 1, "raw_material": 2}}
CONCLUSION = {
    "verdict": "verified", "assurance": "limited", "standard": "ISO 14064-3", "scope": "cradle-to-gate",
    "accreditation": "V-0000",
}  # fmt: skip
FACTORS = {
    "set_id": "own", "version": "2024", "title_ja": "自社係数", "source": "請求書", "licence": "internal",
    "period_from": "2024-04-01", "period_to": "2025-03-31",
    "table": "factor_id,value,unit,name_ja\nsteel,2,kg,鋼\n",
}  # fmt: skip
PASSWORD = "Renkei@12345"
"""Of every administrator."""
BILL = "親品番,子品番,品名,員数,単位\nP,A,軸,2,個\nP,B,樹脂,0.5,kg\n".encode()
PERIOD = {"rule_set": "ISO 14067", "period_from": "2026-04-01", "period_to": "2027-03-31"}


SHEET = {
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
    "declared_unit": "kilogram",
    "production": 1000,
    "lines": [
        {
            "line_id": "power",
            "activity": "energy",
            "amount": 1200,
            "unit": "kWh",
            "factor": "owid-grid@2023#electricity-jp",
        }
    ],
}


@dataclass
class Company:
    """One company, its people and what it began with."""

    number: int
    operator_key: int
    operator_id: str
    plant_id: str
    name: str
    admin: str = ""
    """Access token."""
    viewer: str = ""
    standing: str = ""
    """A refresh token of the Ouranos door, which may be used again."""
    rotating: str = ""
    """One of `/v1`, which may be used once."""
    product: str = ""
    end: str = ""
    bought: dict[int, str] = field(default_factory=dict)
    """Supplier to bought part."""
    requests: dict[int, str] = field(default_factory=dict)
    """Supplier to the request for that part."""
    trades: dict[int, str] = field(default_factory=dict)
    customers: list[int] = field(default_factory=list)
    under_review: str = ""
    counted: str = ""
    """What is calculated from activity data."""


@dataclass
class Cast:
    """The companies of a world, and the keys and tokens of outsiders."""

    companies: list[Company] = field(default_factory=list)
    key: str = ""
    """Of an application that may act for every company."""
    other_key: str = ""
    """Of an application that may act for the last company only."""
    system_key: str = ""
    staff: str = ""
    expired: str = ""
    links: list[str] = field(default_factory=list)
    """What gives a role to whoever holds it."""


class Player:
    """Somebody of one company who calls `/v1`; each call is a step of the history."""

    def __init__(self, site: Site, company: Company, steps: Any) -> None:
        self.site = site
        self.company = company
        self._steps = steps

    def step(self) -> None:
        """The next step of the history is this company's."""
        self.site.step(f"{self.company.number}: {next(self._steps)}")

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answered:
        """Any request, whatever the answer."""
        self.step()
        sent = {"Authorization": f"Bearer {self.company.admin}"} | (headers or {})
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        return self.site.http.request(method, f"/v1{path}", {"Content-Type": kind} | sent, content)

    def do(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """A request that must be done."""
        answer = self.send(method, path, body, headers)
        assert answer.is_success, f"{method} {path} {answer.status} {answer.content!r}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def part(self, name: str, **said: Any) -> str:
        body = {"plant_id": self.company.plant_id, "name": name, "unit": "kilogram"} | said
        return str(self.do("POST", "/parts", body)["trace_id"])

    def state(self, trace_id: str, **said: Any) -> Answered:
        """A statement, over the one there is if there is one."""
        present = self.do("GET", f"/parts/{trace_id}/footprint")["statement"]
        known = {"cfp_id": present["cfp_id"]} if present else {}
        return self.send("PUT", f"/parts/{trace_id}/footprint", statement(**said) | known)

    def file(self, name: str, content: bytes) -> str:
        found = str(self.do("POST", "/files", {"name": name})["file_id"])
        self.do("PUT", f"/files/{found}/content", content)
        return found


def statement(**said: Any) -> dict[str, Any]:
    """A statement with everything that can be disclosed."""
    own = said.pop("own", 5)
    return {
        "declared_unit": "kilogram",
        "declared": {"production": {"own": own}, "raw_material": {"own": 1}},
        "quality": {"production": {"ter": 2, "ger": 3, "tir": 4}},
        "primary_data_share": 0.5,
        "categories": {"fossil": {"production": own}},
    } | said


def found_companies(site: Site, number: int) -> Cast:
    """Companies with a plant, an administrator and a viewer each; applications; platform staff."""
    cast = Cast()
    access = site.context.access
    site.step("founding", BEGIN)
    password_hash = access.passwords.hash(PASSWORD)

    def person(tx: Transaction, email: str, operator_key: int | None, role: str) -> UUID:
        account_id = site.source.id()
        tx.execute(
            """
            WITH account AS (
              INSERT INTO commons.accounts (account_id, email, staff, password_hash, password_changed_at, created_at)
              VALUES (%(id)s, %(email)s, %(staff)s, %(hash)s, %(now)s, %(now)s) RETURNING account_key)
            INSERT INTO commons.memberships (account_key, operator_key, role, granted_at)
            SELECT account_key, %(operator)s, %(role)s, %(now)s FROM account WHERE NOT %(staff)s
            """,
            {
                "id": account_id,
                "email": email,
                "staff": operator_key is None,
                "hash": password_hash,
                "operator": operator_key,
                "role": role,
                "now": site.clock.at,
            },
        )
        return account_id

    def found(tx: Transaction) -> None:
        for index in range(number):
            operator_id = site.source.id()
            row = tx.row(
                """
                INSERT INTO commons.operators (operator_id, name, address, open_operator_id, state, sandbox, created_at, updated_at)
                VALUES (%s, %s, '東京都', %s, 'member', %s, %s, %s) RETURNING operator_key
                """,
                (operator_id, f"会社{index}", f"T{index:012d}", index == 2, site.clock.at, site.clock.at),
            )
            assert row is not None
            cast.companies.append(Company(index, row["operator_key"], str(operator_id), "", f"会社{index}"))

    site.database.owner(found)
    for company in cast.companies:
        for role in ("admin", "viewer"):
            email = f"{role}{company.number}@example.com"
            account_id = site.database.owner(
                lambda tx, e=email, k=company.operator_key, r=role: person(tx, e, k, r)
            )
            token = access.issue(
                account_id=account_id,
                email=email,
                operator_id=UUID(company.operator_id),
                authenticated_at=site.clock.at,
            )
            setattr(company, role, token)
            if company.number == 0 and role == "admin":
                site.clock.at = BEGIN - timedelta(days=60)
                cast.expired = access.issue(
                    account_id=account_id,
                    email=email,
                    operator_id=UUID(company.operator_id),
                    authenticated_at=site.clock.at,
                )
                site.clock.at = BEGIN
        email = f"admin{company.number}@example.com"
        site.step(f"sessions of {company.number}")
        company.standing = login(access, email, PASSWORD, client_ip="", kind="ouranos").refresh_token or ""
        company.rotating = login(access, email, PASSWORD, client_ip="").refresh_token or ""
        site.step(f"people after {company.number}", BEGIN)
    staff = site.database.owner(lambda tx: person(tx, "staff@example.com", None, ""))
    cast.staff = access.issue(
        account_id=staff,
        email="staff@example.com",
        operator_id=None,
        authenticated_at=site.clock.at,
        staff=True,
    )
    last = UUID(cast.companies[-1].operator_id)
    for name, attribute, options in (
        ("key", "Application", {"all_operators": True}),
        ("other_key", "Application", {"operators": (last,)}),
        ("system_key", "DataSpace", {"all_operators": True}),
    ):
        draft = ApiKeyDraft(
            application_name=name,
            attribute=attribute,
            networks=("10.0.0.0/8",),
            key=f"{name}-of-the-world" * 2,
            **options,
        )
        setattr(cast, name, registry.add_api_key(access, draft)[1])
    return cast


def build(site: Site, rng: random.Random) -> Cast:
    """A world's history so far."""
    number = rng.choice([4, 5, 6])
    cast = found_companies(site, number)
    trades = [(0, 1), (0, 2), (1, 3)]
    if number > 4:
        trades += [(3, 4), *rng.sample([(2, 3), (2, 4)], rng.randrange(2))]
    if number > 5 and rng.random() < 0.5:
        trades.append((5, 4))
    steps = count()
    players = [Player(site, company, steps) for company in cast.companies]
    for player in players:
        _begin(player, [supplier for customer, supplier in trades if customer == player.company.number], rng)
    for customer, supplier in trades:
        _trade(players[customer], players[supplier], rng)
    site.settle("first settling")
    for player in players:
        _go_on(player, players, rng)
    _ask_for_more(players, rng)
    for player in players:
        cast.links += _link(player)
    site.settle("second settling")
    site.step("a head of the ledger")
    Sequencer(site.database, site.context.secrets).tick()
    return cast


def _begin(player: Player, suppliers: list[int], rng: random.Random) -> None:
    """A plant, a product of an end part and what is bought, its footprint and certificate."""
    me = player.company
    plant = {"name": f"工場{me.number}", "address": "東京都", "open_plant_id": f"{me.number:06d}"}
    me.plant_id = player.do("POST", "/plants", plant)["plant_id"]
    me.product, me.end = player.part("製品"), player.part("材料", terminated=True)
    lines = [{"child": {"trace_id": me.end}, "amount": 2, "unit": "kilogram"}]
    for supplier in suppliers:
        me.bought[supplier] = player.part(f"購入品{supplier}", support_name=f"B-{supplier}")
        lines.append({"child": {"trace_id": me.bought[supplier]}, "amount": 1.5, "unit": "kilogram"})
    player.do("PUT", f"/parts/{me.product}/structure", {"lines": lines})
    player.do("POST", f"/parts/{me.product}/numbers", {"number": f"900-{me.number}"})
    for part in (me.end, me.product):
        assert player.state(part, own=rng.randrange(1, 9)).is_success
    file = player.file("証明書.pdf", b"%PDF-1.7 certificate")
    body = {"description": "ISO 14067", "files": [{"file_id": file}]}
    player.do("PUT", f"/parts/{me.product}/certificate", body)
    player.do("POST", "/factor-sets", FACTORS)
    player.do("PUT", "/import-mappings/bom/PLM", {"columns": {"part": "子品番"}, "plant_id": me.plant_id})
    player.do("PUT", "/import-mappings/factors/PLM", {"columns": {"value": "排出量"}, "emission_unit": "kg"})
    player.do("POST", "/imports/bom?file_name=bom.csv&language=ja", BILL)
    me.counted = player.part("計算品", terminated=True)
    player.do("PUT", f"/parts/{me.counted}/sheets", SHEET)


def _trade(customer: Player, supplier: Player, rng: random.Random) -> None:
    """A request and what became of it; mostly an answer, disclosed in part."""
    buyer, seller = customer.company, supplier.company
    asked = customer.do(
        "POST",
        "/requests",
        {
            "trace_id": buyer.bought[seller.number],
            "upstream_operator_id": seller.operator_id,
            "message": "お願いします。",
            "due_date": "2027-01-31",
        },
    )
    request = buyer.requests[seller.number] = asked["request_id"]
    buyer.trades[seller.number] = asked["trade_id"]
    if rng.random() < 0.8:
        supplier.do("POST", f"/requests/{request}/link", {"trace_id": seller.product})
        seller.customers.append(buyer.number)
    if rng.random() < 0.5:
        supplier.do("POST", f"/requests/{request}/reply", {"text": "確認します。"})
    if rng.random() < 0.8:
        attributes = rng.sample(ATTRIBUTES[1:], rng.randrange(3)) + ["total"] * (rng.random() < 0.8)
        consent = {"trace_id": seller.product, "consumer_id": buyer.operator_id, "attributes": attributes}
        if attributes and rng.random() < 0.8:
            given = supplier.do("POST", "/consents", consent | {"purpose": "CFP answer"})
            if rng.random() < 0.2:
                supplier.do("POST", f"/consents/{given['consent_id']}/withdraw")
        if rng.random() < 0.3:
            group = supplier.do("POST", "/groups", {"name": "得意先", "members": [buyer.operator_id]})
            family = supplier.do("POST", "/families", {"name": "製品群", "members": [seller.product]})
            about = rng.choice([{"family_id": family["selection_id"]}, {"whole": True}])
            whom = rng.choice([{"group_id": group["selection_id"]}, {"audience": "members"}])
            supplier.do("POST", "/consents", about | whom | {"attributes": ["total", "quality"]})
    else:
        customer.do("PUT", f"/parts/{buyer.bought[seller.number]}/estimate", VALUE)


def _ask_for_more(players: list[Player], rng: random.Random) -> None:
    """The first company asks past its suppliers; some pass it on, some grant."""
    maker = players[0]
    for trade in maker.company.trades.values():
        if rng.random() < 0.7:
            asked = {"trade_id": trade, "attributes": ["categories", "quality"], "purpose": "vehicle_lca"}
            maker.do("POST", "/inquiries", asked)
    for tier in range(2):
        maker.site.settle(f"settling of inquiries {tier}")
        for player in players[1:]:
            for hop in player.do("GET", "/received-inquiries")["items"]:
                verb = rng.choice(["grant", "pass-on", "pass-on", "refuse"])
                if not hop["decisions"]:
                    player.send("POST", f"/received-inquiries/{hop['hop_id']}/{verb}", {})


def _verify(player: Player, verifier: Player, declaration: str, rng: random.Random) -> None:
    """Another company is asked to verify a declaration: it looks, finds, and perhaps concludes."""
    offer = {"verifier_id": verifier.company.operator_id, "valid_until": "2999-01-01T00:00:00Z"}
    key = player.do("POST", f"/declarations/{declaration}/engagements", offer)["engagement_id"]
    if rng.random() < 0.3:
        return
    verifier.do("POST", f"/engagements/{key}/accept")
    found = verifier.do("POST", f"/engagements/{key}/findings", {"kind": "question", "text": "根拠は？"})
    player.do("POST", f"/engagements/{key}/findings/{found['finding_id']}/reply", {"text": "請求書です。"})
    if rng.random() < 0.5:
        verifier.do("POST", f"/engagements/{key}/conclude", CONCLUSION)


def _go_on(player: Player, players: list[Player], rng: random.Random) -> None:
    """Everything else that a company does: invites, proposes, declares, waits, refuses, deletes."""
    me = player.company
    other = rng.choice([one.company for one in players if one is not player])
    asked = {"trace_id": player.part("未回答品"), "upstream_operator_id": other.operator_id}
    request = player.do("POST", "/requests", asked)["request_id"]
    fate = rng.choice(["reject", "cancel", "wait", "wait"])
    if fate == "reject":
        players[other.number].do("POST", f"/requests/{request}/reject", {"reply": "担当外です。"})
    elif fate == "cancel":
        player.do("POST", f"/requests/{request}/cancel")
    invited = player.do("POST", "/invitations", {"name": "町工場", "country": "JP"})["operator_id"]
    bolt = {"trace_id": player.part("ボルト"), "upstream_operator_id": invited}
    trade = player.do("POST", "/requests", bolt)["trade_id"]
    player.do("POST", f"/trades/{trade}/proposal", VALUE)
    declared = player.do("POST", f"/parts/{me.product}/declarations", PERIOD)["declaration_id"]
    if rng.random() < 0.6:
        _verify(player, players[other.number], declared, rng)
    player.do("DELETE", f"/parts/{player.part('不要')}")
    if rng.random() < 0.5:
        player.do("POST", "/factor-sets/own/2024/loans", {"borrower_id": other.operator_id})
    if rng.random() < 0.6:
        _wait(player)
    if rng.random() < 0.5:
        for supplier, trade in me.trades.items():
            share = {"shares": [{"valid_from": "2026-04-01", "share": rng.choice([1, 0.5, 0])}]}
            player.do("PUT", f"/trades/{trade}/shares", share)
            del supplier
    if rng.random() < 0.5:
        seen = player.do("GET", "/notifications")["items"]
        player.do(
            "POST", "/notifications/read", {"notification_ids": [one["notification_id"] for one in seen[:1]]}
        )


def caller_of(player: Player) -> Caller:
    """The company's administrator."""
    me = player.company
    return Caller(
        operator_key=me.operator_key,
        operator_id=UUID(me.operator_id),
        door="page",
        roles=frozenset({"admin"}),
    )


def invite_person(player: Player, email: str) -> str:
    """A link that gives somebody a role in the company."""
    draft = people.RoleDraft(email=email, role="viewer")
    player.step()
    return people.invite_person(player.site.context.access, caller_of(player), draft)


def _companies(wanted: list[UUID], tx: Transaction) -> list[Operator]:
    return operators_by_ids(tx, wanted)


def _link(player: Player) -> list[str]:
    """Links for a person and for a company that was invited; another invited company asks to become a member."""
    site, me = player.site, player.company
    access, caller = site.context.access, caller_of(player)
    entry = act_as(me.operator_key, caller.operator_id)
    found = [invite_person(player, f"somebody{me.number}@example.com")]
    for name in ("鋳造所", "鍛造所"):
        invited = player.do("POST", "/invitations", {"name": name, "country": "JP"})
        wanted = [UUID(invited["operator_id"])]
        [company] = site.database.read(entry, partial(_companies, wanted))
        player.step()
        found.append(people.invite_company(access, caller, company))
    registration = people.Registration(
        name="鍛造所", address="東京都", open_operator_id=f"R{me.number:012d}", country="JP"
    )
    who = people.Credentials(email=f"forge{me.number}@example.com", password=PASSWORD, client_ip="")
    player.step()
    people.register_company(access, found.pop(), registration, who)
    return found


def _wait(player: Player) -> None:
    """A part under review with a new value that waits for approval."""
    me = player.company
    child, parent = player.part("審査中の部品", terminated=True), player.part("審査中の製品")
    assert player.state(child).is_success
    player.do(
        "PUT",
        f"/parts/{parent}/structure",
        {"lines": [{"child": {"trace_id": child}, "amount": 1, "unit": "kilogram"}]},
    )
    assert player.state(parent).is_success
    player.do("PUT", f"/parts/{parent}/update-policy", {"mode": "review"})
    assert player.state(child, own=4).is_success
    me.under_review = child
