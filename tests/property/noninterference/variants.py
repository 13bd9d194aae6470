"""One thing that somebody else does, in one way or another, or not at all."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Final

from tests.property.noninterference.sites import Site
from tests.property.noninterference.worlds import (
    ATTRIBUTES,
    BILL,
    FACTORS,
    PERIOD,
    SHEET,
    VALUE,
    Cast,
    Player,
    invite_person,
)

Act = Callable[[Player, Cast, random.Random], object]


def _others(player: Player, cast: Cast) -> list[int]:
    return [one.number for one in cast.companies if one is not player.company]


def _customer(player: Player, cast: Cast, rng: random.Random) -> str:
    """A customer if there is one, otherwise anybody."""
    return cast.companies[rng.choice(player.company.customers or _others(player, cast))].operator_id


def _supplier(player: Player, cast: Cast, rng: random.Random) -> int:
    return rng.choice(list(player.company.bought) or _others(player, cast))


def _part_of(player: Player, rng: random.Random) -> str:
    me = player.company
    return rng.choice([me.product, me.end, *me.bought.values()])


def value(player: Player, _: Cast, rng: random.Random) -> object:
    """Another value of the product."""
    return player.state(player.company.product, own=rng.randrange(100, 900))


def value_of_end(player: Player, _: Cast, rng: random.Random) -> object:
    """Another value of the material, which goes into the product."""
    return player.state(player.company.end, own=rng.randrange(100, 900))


def quality(player: Player, _: Cast, rng: random.Random) -> object:
    """The same value of another quality."""
    rated = {"production": {"ter": 1, "ger": rng.randrange(1, 6), "tir": 5}}
    return player.state(player.company.product, quality=rated)


def primary_share(player: Player, _: Cast, rng: random.Random) -> object:
    """The same value of another share of primary data."""
    return player.state(player.company.product, primary_data_share=rng.randrange(100) / 100)


def gate_to_gate(player: Player, _: Cast, rng: random.Random) -> object:
    """The same value with another part of it from own processes."""
    own = rng.randrange(1, 5)
    declared = {"production": {"own": own, "component": 10 - own}, "raw_material": {"own": 1}}
    return player.state(player.company.product, declared=declared, gate_to_gate=own + 1)


def categories(player: Player, _: Cast, rng: random.Random) -> object:
    """The same value, split otherwise."""
    return player.state(player.company.product, categories={"fossil": {"production": rng.randrange(1, 5)}})


def structure(player: Player, _: Cast, rng: random.Random) -> object:
    """Other amounts, and some materials more."""
    me = player.company
    more = [player.part(f"追加材料{index}", terminated=True) for index in range(rng.randrange(4))]
    lines = [
        {"child": {"trace_id": part}, "amount": rng.randrange(1, 50), "unit": "kilogram"}
        for part in (me.end, *me.bought.values(), *more)
    ]
    return player.send("PUT", f"/parts/{me.product}/structure", {"lines": lines})


def parts(player: Player, _: Cast, rng: random.Random) -> object:
    """Some parts more."""
    return [player.part(f"部品{index}") for index in range(rng.randrange(1, 4))]


def part_deleted(player: Player, _: Cast, rng: random.Random) -> object:
    """A part made and deleted."""
    return player.send("DELETE", f"/parts/{player.part(f'不要{rng.randrange(9)}')}")


def part_renamed(player: Player, _: Cast, rng: random.Random) -> object:
    """Another name of a part."""
    me = player.company
    body = {"plant_id": me.plant_id, "name": f"新製品{rng.randrange(999)}", "unit": "kilogram", "info1": "X"}
    return player.send("PUT", f"/parts/{_part_of(player, rng)}", body)


def plant(player: Player, _: Cast, rng: random.Random) -> object:
    """Another plant."""
    number = rng.randrange(100, 999_999)
    return player.do(
        "POST", "/plants", {"name": f"第{number}工場", "address": "大阪府", "open_plant_id": f"{number:06d}"}
    )


def number_of_part(player: Player, _: Cast, rng: random.Random) -> object:
    """Another number of a part."""
    return player.send(
        "POST", f"/parts/{_part_of(player, rng)}/numbers", {"number": f"X-{rng.randrange(999)}"}
    )


def request(player: Player, cast: Cast, rng: random.Random) -> object:
    """A request to somebody."""
    supplier = cast.companies[_supplier(player, cast, rng)]
    body = {
        "trace_id": player.part(f"照会品{rng.randrange(9)}"),
        "upstream_operator_id": supplier.operator_id,
    }
    return player.do("POST", "/requests", body | {"message": f"至急{rng.randrange(99)}"})


def message(player: Player, _: Cast, rng: random.Random) -> object:
    """Another word under a request."""
    sent = list(player.company.requests.values())
    if not sent:
        return None
    body = {"message": f"催促{rng.randrange(99)}", "due_date": "2027-02-28"}
    return player.send("PATCH", f"/requests/{rng.choice(sent)}", body)


def answer(player: Player, _: Cast, rng: random.Random) -> object:
    """An answer to a request that was received: a link, a reply or a refusal."""
    got = player.do("GET", "/requests?direction=received")["items"]
    if not got:
        return None
    one = rng.choice(got)["request_id"]
    verb, body = rng.choice(
        [
            ("link", {"trace_id": player.company.product}),
            ("link", {"trace_id": player.company.end}),
            ("reply", {"text": f"返信{rng.randrange(99)}"}),
            ("reject", {"reply": f"拒否{rng.randrange(99)}"}),
        ]
    )
    return player.send("POST", f"/requests/{one}/{verb}", body)


def request_cancelled(player: Player, _: Cast, rng: random.Random) -> object:
    """A request taken back."""
    sent = list(player.company.requests.values())
    return player.send("POST", f"/requests/{rng.choice(sent)}/cancel") if sent else None


def consent(player: Player, cast: Cast, rng: random.Random) -> object:
    """Another disclosure."""
    body = {
        "trace_id": player.company.product,
        "consumer_id": _customer(player, cast, rng),
        "attributes": rng.sample(ATTRIBUTES, rng.randrange(1, 6)),
        "purpose": "CFP answer",
    }
    return player.send("POST", "/consents", body)


def consent_reworded(player: Player, _: Cast, rng: random.Random) -> object:
    """The same disclosure for another purpose: nothing that is delivered changes."""
    given = [one for one in player.do("GET", "/consents")["items"] if one["state"] == "granted"]
    if not given:
        return None
    one = rng.choice(given)
    same = {name: one[name] for name in ("trace_id", "consumer_id", "attributes")}
    return player.send("POST", "/consents", same | {"purpose": f"CFP answer {rng.randrange(99)}"})


def consent_withdrawn(player: Player, _: Cast, rng: random.Random) -> object:
    """A disclosure taken back."""
    given = player.do("GET", "/consents")["items"]
    return player.send("POST", f"/consents/{rng.choice(given)['consent_id']}/withdraw") if given else None


def _selection(player: Player, cast: Cast, rng: random.Random, sort: str) -> str:
    """A group or family of the company's own, made anew or changed."""
    me = player.company
    other = rng.choice([one for one in cast.companies if one is not me]).operator_id
    members = [other, _customer(player, cast, rng)] if sort == "groups" else [me.product, me.end]
    body = {"name": f"選択{rng.randrange(9)}", "members": rng.sample(members, rng.randrange(3))}
    present = player.do("GET", f"/{sort}")["items"]
    if present and rng.random() < 0.6:
        chosen = rng.choice(present)["selection_id"]
        player.send("PUT", f"/{sort}/{chosen}", body)
        return str(chosen)
    return str(player.do("POST", f"/{sort}", body)["selection_id"])


def selection(player: Player, cast: Cast, rng: random.Random) -> object:
    """Who is in a group, what is in a family."""
    return _selection(player, cast, rng, rng.choice(["groups", "families"]))


def wide_consent(player: Player, cast: Cast, rng: random.Random) -> object:
    """A disclosure or a refusal about more than a part, or for more than a company."""
    me = player.company
    subjects = [{"trace_id": me.product}, {"whole": True}]
    supplied = [
        one
        for one in player.do("GET", "/requests?direction=received")["items"]
        if one["state"] == "COMPLETED"
    ]
    subjects += [{"trade_id": rng.choice(supplied)["trade_id"]}] if supplied else []
    subjects.append({"family_id": _selection(player, cast, rng, "families")})
    consumers = [
        {"consumer_id": _customer(player, cast, rng)},
        {"group_id": _selection(player, cast, rng, "groups")},
        {"audience": rng.choice(["members", "public"])},
    ]
    what: dict[str, object] = (
        {"refuse": True}
        if rng.random() < 0.25
        else {"attributes": rng.sample(ATTRIBUTES, rng.randrange(1, 6))}
    )
    why = {"purpose": rng.choice(["vehicle_lca", "internal_evaluation"]), "reason": f"理由{rng.randrange(9)}"}
    return player.send("POST", "/consents", rng.choice(subjects) | rng.choice(consumers) | what | why)


def inquiry(player: Player, _: Cast, rng: random.Random) -> object:
    """More is asked for of what is bought."""
    trades = list(player.company.trades.values())
    if not trades:
        return None
    body = {
        "trade_id": rng.choice(trades),
        "attributes": rng.sample(ATTRIBUTES, 2),
        "purpose": rng.choice(["scope3", "vehicle_lca"]),
        "message": f"照会{rng.randrange(9)}",
    }
    return player.send("POST", "/inquiries", body)


def inquiry_decided(player: Player, _: Cast, rng: random.Random) -> object:
    """What was asked for is granted, passed on or refused."""
    got = player.do("GET", "/received-inquiries")["items"]
    if not got:
        return None
    verb = rng.choice(["grant", "grant", "pass-on", "refuse"])
    body: dict[str, object] = {"reason": f"理由{rng.randrange(9)}"}
    if verb == "grant":
        body["named"] = rng.random() < 0.5
    return player.send("POST", f"/received-inquiries/{rng.choice(got)['hop_id']}/{verb}", body)


def policy_consent(player: Player, cast: Cast, rng: random.Random) -> object:
    """A disclosure to whoever meets a policy."""
    until = player.site.clock.at + timedelta(minutes=rng.randrange(1, 900))
    parts: list[dict[str, object]] = [
        {"purpose_is": ["scope3"]},
        {"consumer_in": _selection(player, cast, rng, "groups")},
        {"until": until.isoformat()},
    ]
    policy = {rng.choice(["any_of", "all_of"]): rng.sample(parts, rng.randrange(1, 4))}
    about = rng.choice([{"whole": True}, {"trace_id": player.company.product}])
    return player.send(
        "POST", "/consents", about | {"policy": policy, "attributes": rng.sample(ATTRIBUTES, 3)}
    )


def reading(player: Player, _: Cast, rng: random.Random) -> object:
    """What was delivered, looked at."""
    bought = list(player.company.bought.values())
    if not bought:
        return None
    part = rng.choice(bought)
    return [player.send("GET", f"/{path}={part}") for path in ("deliveries?trace_id", "footprints?trace_ids")]


def estimate(player: Player, _: Cast, rng: random.Random) -> object:
    """An estimate for something bought."""
    body = VALUE | {"stages": {"production": rng.randrange(1, 99)}}
    return player.send("PUT", f"/parts/{_part_of(player, rng)}/estimate", body)


def shares(player: Player, _: Cast, rng: random.Random) -> object:
    """Another share of a supplier."""
    trades = list(player.company.trades.values())
    body = {"shares": [{"valid_from": "2026-04-01", "share": rng.choice([0.25, 0.75])}]}
    return player.send("PUT", f"/trades/{rng.choice(trades)}/shares", body) if trades else None


def policy(player: Player, _: Cast, rng: random.Random) -> object:
    """Another way to follow what a part stands on."""
    mode = rng.choice([{"mode": "review"}, {"mode": "monthly"}, {"mode": "threshold", "threshold": 0.05}])
    player.send("PUT", f"/parts/{player.company.product}/update-policy", mode)
    return player.state(player.company.end, own=rng.randrange(10, 90))


def waiting_value(player: Player, _: Cast, rng: random.Random) -> object:
    """Something that waits is approved or refused."""
    waiting = player.do("GET", "/updates")["items"]
    verb = rng.choice(["approve", "refuse"])
    return player.send("POST", f"/updates/{rng.choice(waiting)['update_id']}/{verb}") if waiting else None


def declaration(player: Player, _: Cast, rng: random.Random) -> object:
    """A declaration filed."""
    body = PERIOD | {"reference": f"BAT-{rng.randrange(999)}"}
    return player.send("POST", f"/parts/{player.company.product}/declarations", body)


def verification(player: Player, cast: Cast, rng: random.Random) -> object:
    """A declaration shown to a verifier, who perhaps takes it on."""
    filed = player.do("GET", "/declarations")["items"]
    other = rng.choice([one for one in cast.companies if one is not player.company])
    offer = {"verifier_id": other.operator_id, "valid_until": "2999-01-01T00:00:00Z", "message": "検証依頼"}
    return (
        player.send("POST", f"/declarations/{filed[0]['declaration_id']}/engagements", offer)
        if filed
        else None
    )


def lending(player: Player, cast: Cast, rng: random.Random) -> object:
    """A set of factors of one's own, lent to another company."""
    name = f"own-{rng.randrange(9_999)}"
    body = FACTORS | {
        "set_id": name,
        "table": f"factor_id,value,unit,name_ja\nx,{rng.randrange(1, 99)},kg,鋼\n",
    }
    player.send("POST", "/factor-sets", body)
    other = rng.choice([one for one in cast.companies if one is not player.company])
    return player.send("POST", f"/factor-sets/{name}/2024/loans", {"borrower_id": other.operator_id})


def loan_ended(player: Player, _: Cast, __: random.Random) -> object:
    """A set that was lent is taken back."""
    lent = [one for one in player.do("GET", "/factor-loans")["loans"] if one["ended_at"] is None]
    return player.send("POST", f"/factor-loans/{lent[0]['loan_id']}/end") if lent else None


def seat(player: Player, _: Cast, rng: random.Random) -> object:
    """A person who may see licensed numbers."""
    body = {
        "set_id": f"own-{rng.randrange(9_999)}", "licence_number": "L-1", "account_id": str(player.site.source.id()),
        "valid_from": "2020-01-01", "valid_until": "2999-01-01",
    }  # fmt: skip
    return player.send("POST", "/factor-seats", body)


def engagement_ended(player: Player, _: Cast, __: random.Random) -> object:
    """A verification goes on: accepted, or ended."""
    mine = player.do("GET", "/engagements")["items"]
    for one in mine:
        verb = "accept" if (one["side"], one["state"]) == ("verifier", "offered") else "end"
        if one["state"] in {"offered", "accepted"}:
            return player.send("POST", f"/engagements/{one['engagement_id']}/{verb}")
    return None


def certificate(player: Player, _: Cast, rng: random.Random) -> object:
    """Another certificate."""
    file = player.file(f"証明書{rng.randrange(9)}.pdf", b"%PDF-1.7 " + b"x" * rng.randrange(999))
    body = {"description": f"第三者検証{rng.randrange(9)}", "files": [{"file_id": file}]}
    return player.send("PUT", f"/parts/{player.company.product}/certificate", body)


def sheet(player: Player, _: Cast, rng: random.Random) -> object:
    """Other activity data behind a value."""
    me = player.company
    [present] = player.do("GET", f"/parts/{me.counted}/sheets?limit=1")["items"]
    body = SHEET | {"production": rng.randrange(500, 2000), "replaces": present["version"]}
    return player.send("PUT", f"/parts/{me.counted}/sheets", body)


def factor_set(player: Player, _: Cast, rng: random.Random) -> object:
    """Factors of one's own."""
    table = f"factor_id,value,unit,name_ja\nheat,{rng.randrange(1, 9)},megajoule,熱\n"
    return player.send(
        "POST", "/factor-sets", FACTORS | {"version": f"{rng.randrange(1000)}", "table": table}
    )


def file(player: Player, _: Cast, rng: random.Random) -> object:
    """A file that nobody was given."""
    return player.file("秘.pdf", b"%PDF-1.7 " + b"y" * rng.randrange(999))


def invitation(player: Player, _: Cast, rng: random.Random) -> object:
    """A company invited."""
    body = {"name": f"新町工場{rng.randrange(99)}", "country": "JP", "email": "a@example.com"}
    return player.do("POST", "/invitations", body)


def proposal(player: Player, cast: Cast, rng: random.Random) -> object:
    """A value entered for a company that is not a member."""
    invited = invitation(player, cast, rng)
    assert isinstance(invited, dict)
    asked = {"trace_id": player.part("ナット"), "upstream_operator_id": invited["operator_id"]}
    trade = player.do("POST", "/requests", asked)["trade_id"]
    return player.send("POST", f"/trades/{trade}/proposal", VALUE)


def bill(player: Player, _: Cast, rng: random.Random) -> object:
    """A bill of materials sent in, and perhaps taken over or let go."""
    present = player.do("GET", "/imports")["items"]
    content = BILL + f"P,C{rng.randrange(99)},板,1,個\n".encode()
    player.send("POST", f"/imports/bom?file_name=bom{rng.randrange(9)}.csv&language=ja", content)
    verb = rng.choice(["confirm", "check", ""])
    waiting = [one["import_id"] for one in present if one["state"] not in {"done", "discarded"}]
    if waiting and verb:
        return player.send("POST", f"/imports/{waiting[0]}/{verb}")
    return player.send("DELETE", f"/imports/{waiting[0]}") if waiting else None


def import_mapping(player: Player, _: Cast, rng: random.Random) -> object:
    """Another way to read bills of materials, or lists of factors."""
    if rng.random() < 0.3:
        column = {"columns": {"value": f"係数{rng.randrange(9)}"}}
        return player.send("PUT", f"/import-mappings/factors/{rng.choice(['PLM', 'ERP'])}", column)
    body = {"columns": {"part": f"品番{rng.randrange(9)}"}, "plant_id": player.company.plant_id}
    return player.send("PUT", f"/import-mappings/bom/{rng.choice(['PLM', 'ERP'])}", body)


def person_invited(player: Player, _: Cast, rng: random.Random) -> object:
    """A link for a person."""
    return invite_person(player, f"person{rng.randrange(99)}@example.com")


def notifications_read(player: Player, _: Cast, __: random.Random) -> object:
    """The inbox read."""
    seen = [one["notification_id"] for one in player.do("GET", "/notifications")["items"]]
    return player.send(
        "POST", "/notifications/read", {"notification_ids": seen or ["0" * 8 + "-0000-4000-8000-" + "0" * 12]}
    )


def repeated(player: Player, _: Cast, rng: random.Random) -> object:
    """A request with the key that others use too."""
    body = {"plant_id": player.company.plant_id, "name": f"反復{rng.randrange(99)}", "unit": "kilogram"}
    return player.do("POST", "/parts", body, headers={"Idempotency-Key": "the-same-key"})


def refused(player: Player, _: Cast, rng: random.Random) -> object:
    """Requests that fail: no content, no such thing, a wrong password."""
    player.send("POST", "/parts", {"name": f"不備{rng.randrange(9)}"})
    player.send("GET", f"/parts/{player.site.source.id()}")
    return player.send(
        "POST", "/auth/login", {"email": f"admin{player.company.number}@example.com", "password": "wrong"}
    )


def later(player: Player, _: Cast, rng: random.Random) -> object:
    """The same as ever, at another time."""
    player.site.clock.at += timedelta(seconds=rng.randrange(1, 3_000))
    return player.part("いつもの")


ACTS: Final[Mapping[str, Act]] = {
    act.__name__: act
    for act in (
        value, value_of_end, quality, primary_share, gate_to_gate, categories, structure, parts, part_deleted,
        part_renamed, plant, number_of_part, request, message, answer, request_cancelled, consent, consent_reworded,
        consent_withdrawn, selection, wide_consent, policy_consent, inquiry, inquiry_decided, reading, estimate, shares,
        policy, waiting_value, declaration, verification, engagement_ended, lending, loan_ended, seat, certificate, sheet,
        factor_set, file, invitation, proposal, bill, import_mapping, person_invited,
        notifications_read, repeated, refused, later,
    )
}  # fmt: skip


def vary(site: Site, cast: Cast, change: tuple[str, int] | None, seed: str, then: str | None = None) -> None:
    """Let a company do one thing at a moment of its own, or nobody; then history goes on, the same for all.

    `then`: one more thing that every company does afterwards.
    """
    began = site.clock.at
    if change is not None:
        act, actor = change
        ACTS[act](
            Player(site, cast.companies[actor], count(1_000_000)), cast, random.Random(f"{seed}/{change}")
        )
    site.settle("after the change", began + timedelta(hours=2))
    rng = random.Random(f"{seed}/afterwards")
    going_on = [(rng.choice(AFTERWARDS), rng.randrange(len(cast.companies))) for _ in range(3)]
    if then is not None:
        going_on += [(then, one.number) for one in cast.companies]
    for index, (act, actor) in enumerate(going_on):
        site.clock.at = began + timedelta(hours=3, minutes=20 * index)
        player = Player(site, cast.companies[actor], count(2_000_000 + 1_000 * index))
        with suppress(AssertionError):  # what one world allows the other may refuse
            ACTS[act](player, cast, random.Random(f"{seed}/{index}"))
    site.settle("after all", began + timedelta(hours=7))


AFTERWARDS: Final = (
    "consent_withdrawn", "consent", "wide_consent", "selection", "policy_consent", "inquiry", "inquiry_decided", "reading", "value", "answer", "request", "message", "structure", "value_of_end", "request_cancelled",
)  # fmt: skip
"""What goes on in every world alike: what others did before may show by it."""
