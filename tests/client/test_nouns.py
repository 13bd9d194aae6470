"""Each noun of the client against the real server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from renkei.client import (
    ConsentDraft,
    EmissionDraft,
    FootprintDraft,
    InvitationDraft,
    LineDraft,
    Login,
    PartDraft,
    PlantDraft,
    QualityDraft,
    RequestDraft,
    ShareDraft,
    ValueDraft,
    errors,
)
from tests.client.conftest import PASSWORD


def part(company, name="B01", **options) -> PartDraft:
    return PartDraft(plant_id=company.plant.plant_id, name=name, **{"unit": "piece", **options})


def bought_part(company, name="B01001"):
    """A root with one bought child; the child."""
    root = company.client.parts.create(part(company, f"{name} root"))
    structure = company.client.structures.replace(
        root.trace_id, [LineDraft(child=part(company, name), amount=1, unit="piece", sourcing="bought")]
    )
    return structure.lines[0].child


class TestCompanies:
    def test_the_directory_shows_a_member_by_its_public_id_and_by_its_id(self, company):
        a, b = company("A社"), company("B社")
        found = a.client.operators.get(b.operator_id)
        assert (found.name, found.country, found.state) == ("B社", "JP", "member")
        assert found.open_operator_id is not None
        assert a.client.operators.find(found.open_operator_id) == found
        assert a.client.operators.find("T999999999999") is None

    def test_only_what_is_given_is_changed(self, company):
        a = company("A社")
        a.client.operators.update(a.operator_id, global_operator_id="LEI-1")
        changed = a.client.operators.update(a.operator_id, name="A株式会社")
        assert (changed.name, changed.address, changed.global_operator_id) == ("A株式会社", "東京都", "LEI-1")
        assert a.client.operators.update(a.operator_id, global_operator_id=None).global_operator_id is None

    def test_a_company_that_is_not_a_member_yet_is_invited(self, company):
        invited = company("A社").client.operators.invite(
            InvitationDraft(name="N社", country="JP", email="sales@example.com", other_ids={"DUNS": "1"})
        )
        assert (invited.state, invited.open_operator_id) == ("provisional", None)

    def test_plants(self, company):
        a = company("A社")
        second = a.client.plants.create(PlantDraft(name="第二", address="愛知県", open_plant_id="000002"))
        a.client.plants.replace(
            second.plant_id, PlantDraft(name="第二工場", address="愛知県", open_plant_id="000002")
        )
        assert [plant.name for plant in a.client.plants.list()] == ["工場", "第二工場"]


class TestParts:
    def test_numbers_are_exact_both_ways(self, company):
        a = company("A社")
        mass = Decimal("1.250000000000000000000000000001")  # more digits than a float has
        made = a.client.parts.create(part(a, mass_kg_per_unit=mass))
        assert a.client.parts.get(made.trace_id).mass_kg_per_unit == mass
        assert made.created_at.tzinfo is not None

    def test_a_list_is_read_page_by_page(self, company):
        a = company("A社")
        names = [f"P{number:02d}" for number in range(7)]
        for name in names:
            a.client.parts.create(part(a, name))
        listing = a.client.parts.list(page_size=3)
        assert [len(page.items) for page in listing.pages()] == [3, 3, 1]  # 7 = 3 + 3 + 1
        assert [found.name for found in listing] == names
        assert [found.name for found in a.client.parts.list(name="P04")] == ["P04"]

    def test_replaced_and_deleted(self, company):
        a = company("A社")
        made = a.client.parts.create(part(a))
        assert a.client.parts.replace(made.trace_id, part(a, label="新")).label == "新"
        a.client.parts.delete(made.trace_id)
        with pytest.raises(errors.NotFoundError):
            a.client.parts.get(made.trace_id)

    def test_numbers_of_partners(self, company):
        a, b = company("A社"), company("B社")
        made = a.client.parts.create(part(a))
        a.client.parts.add_number(made.trace_id, "900-123", partner_id=b.operator_id)
        a.client.parts.add_number(made.trace_id, "A-1")
        assert [one.number for one in a.client.parts.numbers(made.trace_id)] == ["A-1", "900-123"]
        assert [one.trace_id for one in a.client.parts.list(number="A-1")] == [made.trace_id]
        assert list(a.client.parts.list(number="900-123")) == []
        of_b = a.client.parts.list(number="900-123", partner_id=b.operator_id)
        assert [one.trace_id for one in of_b] == [made.trace_id]
        assert [one.number for one in a.client.parts.numbers(made.trace_id, page_size=1)] == [
            "A-1",
            "900-123",
        ]
        a.client.parts.remove_number(made.trace_id, "900-123", partner_id=b.operator_id)
        assert [one.number for one in a.client.parts.numbers(made.trace_id)] == ["A-1"]

    def test_structures_are_versions(self, company):
        a = company("A社")
        root, bolt = a.client.parts.create(part(a)), a.client.parts.create(part(a, "bolt"))
        assert a.client.structures.get(root.trace_id).version is None
        first = a.client.structures.replace(
            root.trace_id,
            [
                LineDraft(child=bolt.trace_id, amount=Decimal("4.5"), unit="piece", base_quantity=100),
                LineDraft(child=part(a, "paint", unit="kilogram"), amount=2, unit="gram", sourcing="bought"),
            ],
        )
        assert [(line.child.name, line.amount, line.base_quantity) for line in first.lines] == [
            ("bolt", Decimal("4.5"), 100),
            ("paint", 2, 1),
        ]
        second = a.client.structures.replace(root.trace_id, [])
        assert second.lines == ()
        versions = a.client.structures.versions(root.trace_id)
        assert [(one.version, one.line_count, one.in_force) for one in versions] == [
            (2, 0, True),
            (1, 2, False),
        ]
        assert len(a.client.structures.get(root.trace_id, version=1).lines) == 2


class TestRequests:
    def test_asked_answered_and_reviewed(self, company):
        a, b = company("A社"), company("B社")
        bought = bought_part(a)
        asked = a.client.requests.create(
            RequestDraft(
                trace_id=bought.trace_id,
                upstream_operator_id=b.operator_id,
                message="お願いします。",
                due_date=date(2099, 12, 31),
            )
        )
        assert (asked.direction, asked.state, asked.upstream_trace_id) == ("sent", "NOT_COMPLETED", None)

        (received,) = b.client.requests.list(direction="received")
        assert (received.request_id, received.message) == (asked.request_id, "お願いします。")
        assert received.customer_part.name == "B01001"
        own = b.client.parts.create(part(b, "Q"))
        linked = b.client.requests.link(received.request_id, own.trace_id)
        assert linked.upstream_trace_id == own.trace_id
        b.client.requests.reply(received.request_id, "確認いたします。")

        assert [one.text for one in a.client.requests.messages(asked.request_id)] == [
            "お願いします。",
            "確認いたします。",
        ]
        (trade,) = a.client.trades.of(bought.trace_id)
        assert (trade.linked, trade.share) == (True, 1)

    def test_changed_rejected_asked_again_and_cancelled(self, company):
        a, b = company("A社"), company("B社")
        asked = a.client.requests.create(
            RequestDraft(
                trace_id=bought_part(a).trace_id,
                upstream_operator_id=b.operator_id,
                message="一通目",
                due_date=date(2099, 12, 31),
            )
        )
        changed = a.client.requests.update(asked.request_id, due_date=None)
        assert (changed.message, changed.due_date) == ("一通目", None)
        rejected = b.client.requests.reject(asked.request_id, "担当外です。")
        assert (rejected.state, rejected.reply_message) == ("REJECT", "担当外です。")
        assert a.client.requests.update(asked.request_id, message="二通目").state == "NOT_COMPLETED"
        a.client.requests.cancel(asked.request_id)
        with pytest.raises(errors.NotFoundError):
            a.client.requests.get(asked.request_id)

    def test_a_stranger_s_request_is_not_found(self, company):
        a, b, c = company("A社"), company("B社"), company("C社")
        asked = a.client.requests.create(
            RequestDraft(trace_id=bought_part(a).trace_id, upstream_operator_id=b.operator_id)
        )
        with pytest.raises(errors.NotFoundError):
            c.client.requests.get(asked.request_id)
        assert list(c.client.requests.list()) == []

    def test_shares_of_a_trade(self, company):
        a, b = company("A社"), company("B社")
        bought = bought_part(a)
        asked = a.client.requests.create(
            RequestDraft(trace_id=bought.trace_id, upstream_operator_id=b.operator_id)
        )
        stated = a.client.trades.replace_shares(
            asked.trade_id, [ShareDraft(valid_from=date(2020, 4, 1), share=Decimal("0.6"))]
        )
        assert stated == a.client.trades.shares(asked.trade_id)
        assert [(one.share, one.valid_to) for one in stated] == [(Decimal("0.6"), None)]
        assert a.client.deliveries.of(bought.trace_id).first() is None


class TestConsents:
    def test_decided_changed_and_withdrawn(self, company):
        a, b = company("A社"), company("B社")
        asked = a.client.requests.create(
            RequestDraft(trace_id=bought_part(a).trace_id, upstream_operator_id=b.operator_id)
        )
        own = b.client.parts.create(part(b, "Q"))
        b.client.requests.link(asked.request_id, own.trace_id)
        end = datetime.now(UTC) + timedelta(days=30)
        first = b.client.consents.decide(
            ConsentDraft(
                trace_id=own.trace_id,
                consumer_id=a.operator_id,
                attributes=frozenset({"total", "quality"}),
                valid_until=end,
            )
        )
        assert (first.state, first.attributes, first.valid_until) == ("granted", ("quality", "total"), end)
        second = b.client.consents.decide(
            ConsentDraft(trace_id=own.trace_id, consumer_id=a.operator_id, attributes=frozenset({"total"}))
        )
        assert second.version == first.version + 1
        assert [one.attributes for one in b.client.consents.list(trace_id=own.trace_id)] == [("total",)]
        assert b.client.consents.withdraw(second.consent_id).state == "withdrawn"
        versions = b.client.consents.history(trace_id=own.trace_id, page_size=2)
        assert [(one.version, one.current) for one in versions] == [(3, True), (2, False), (1, False)]


class TestFootprints:
    def test_an_answer_arrives_and_is_added_up(self, company):
        """B states 1.5 + 10; A needs 2 of it and adds 0.5 of its own: 0.5 + 2 * 11.5 = 23.5."""
        a, b = company("A社"), company("B社")
        root = a.client.parts.create(part(a, "R"))
        (line,) = a.client.structures.replace(
            root.trace_id, [LineDraft(child=part(a, "P"), amount=2, unit="piece", sourcing="bought")]
        ).lines
        asked = a.client.requests.create(
            RequestDraft(trace_id=line.child.trace_id, upstream_operator_id=b.operator_id)
        )
        own = b.client.parts.create(part(b, "P"))
        b.client.requests.link(asked.request_id, own.trace_id)
        b.client.consents.decide(
            ConsentDraft(trace_id=own.trace_id, consumer_id=a.operator_id, attributes=frozenset({"total"}))
        )
        stated = b.client.footprints.state(
            own.trace_id,
            FootprintDraft(
                declared_unit="piece",
                declared={
                    "raw_material": EmissionDraft(own=Decimal("1.5")),
                    "production": EmissionDraft(own=10),
                },
                quality={"production": QualityDraft(ter=1, ger=2, tir=Decimal("2.5"))},
                method={"standard": "ISO 14067:2018"},
            ),
        )
        assert (stated.version, stated.in_force.total, stated.automatic) == (1, Decimal("11.5"), False)
        assert stated.quality["production"].tir == Decimal("2.5")

        a.client.footprints.state(
            root.trace_id,
            FootprintDraft(declared_unit="piece", declared={"production": EmissionDraft(own=Decimal("0.5"))}),
        )
        a.client.read_after(b.client.version or a.client.version)
        found = a.client.footprints.get(root.trace_id)
        assert found.statement is not None
        assert found.statement.in_force.total == Decimal("23.5")
        (of_bought,) = a.client.footprints.of([line.child.trace_id])
        assert of_bought.response is not None
        assert of_bought.response.total == Decimal("11.5")
        assert of_bought.response.answers[0].total == Decimal("11.5")
        assert of_bought.response.answers[0].upstream_operator_id == b.operator_id
        (delivery,) = a.client.deliveries.of(line.child.trace_id)
        assert set(delivery.attributes) == {"total"}

    def test_a_new_version_names_the_footprint_and_a_first_one_is_refused(self, company):
        a = company("A社")
        own = a.client.parts.create(part(a))

        def footprint(value) -> FootprintDraft:
            return FootprintDraft(declared_unit="piece", declared={"production": EmissionDraft(own=value)})

        first = a.client.footprints.state(own.trace_id, footprint(3))
        with pytest.raises(errors.ConflictError) as caught:
            a.client.footprints.state(own.trace_id, footprint(2))
        assert caught.value.code == "footprint_exists"
        a.client.footprints.state(own.trace_id, footprint(2), cfp_id=first.cfp_id)
        listing = a.client.footprints.versions(own.trace_id, page_size=1)
        assert [(one.version, one.in_force.total) for one in listing] == [(2, 2), (1, 3)]

    def test_an_estimate_counts_until_it_is_taken_back(self, company):
        a = company("A社")
        bought = bought_part(a)
        a.client.estimates.state(
            bought.trace_id, ValueDraft(declared_unit="piece", stages={"production": 4}), source="IDEA v3.3"
        )
        found = a.client.estimates.get(bought.trace_id)
        assert (found.stages, found.source) == ({"production": 4}, "IDEA v3.3")
        assert [one.estimate_id for one in a.client.footprints.get(bought.trace_id).estimates] == [
            found.estimate_id
        ]
        a.client.estimates.remove(bought.trace_id)
        with pytest.raises(errors.NotFoundError):
            a.client.estimates.get(bought.trace_id)

    def test_a_value_on_behalf_of_a_company_that_joins_later(self, company, server, connect):
        a = company("A社")
        invited = a.client.operators.invite(InvitationDraft(name="N社", country="JP"))
        asked = a.client.requests.create(
            RequestDraft(trace_id=bought_part(a).trace_id, upstream_operator_id=invited.operator_id)
        )
        proposed = a.client.proposals.propose(
            asked.trade_id, ValueDraft(declared_unit="piece", stages={"production": 7})
        )
        assert proposed.state == "unconfirmed"

        email = server.join(invited.operator_id, "N社")
        n = connect(Login(email=email, password=PASSWORD))
        plant = n.plants.create(PlantDraft(name="工場", address="東京都", open_plant_id="000001"))
        own = n.parts.create(PartDraft(plant_id=plant.plant_id, name="P", unit="piece"))
        (waiting,) = n.proposals.list()
        confirmed = n.proposals.confirm(waiting.proposal_id, own.trace_id)
        assert confirmed.in_force.total == 7
        assert [one.state for one in a.client.proposals.list()] == ["confirmed"]


class TestNotifications:
    def test_a_request_is_notified_and_marked_read_once(self, company):
        a, b = company("A社"), company("B社")
        a.client.requests.create(
            RequestDraft(trace_id=bought_part(a).trace_id, upstream_operator_id=b.operator_id)
        )
        (told,) = b.client.notifications.list()
        assert told.sender_operator_id == a.operator_id
        assert told.relation is not None
        assert told.read_at is None
        ids = [told.notification_id]
        assert (b.client.notifications.mark_read(ids), b.client.notifications.mark_read(ids)) == (1, 0)
        (told,) = b.client.notifications.list()
        assert told.read_at is not None


class TestWideConsents:
    def test_a_group_is_tried_out_decided_and_taken_back(self, company):
        a, b = company("A社"), company("B社")
        own = b.client.parts.create(part(b, "Q"))
        group = b.client.groups.create("協力会", [a.operator_id])
        family = b.client.families.create("鋼材", [own.trace_id])
        assert [one.name for one in b.client.groups.list()] == ["協力会"]
        assert b.client.families.get(family.selection_id).members == (own.trace_id,)
        draft = ConsentDraft(
            family_id=family.selection_id,
            group_id=group.selection_id,
            attributes=frozenset({"total"}),
            purpose=b.client.consents.purposes()[0].purpose,
            reason="取り決め",
        )
        (glimpse,) = b.client.consents.would_see(own.trace_id, a.operator_id, decision=draft)
        assert glimpse.withheld["total"] == "nothing_to_say"
        assert [(one.consent_id, one.why_not) for one in glimpse.considered] == [(None, None)]
        decided = b.client.consents.decide(draft)
        assert (decided.subject, decided.consumer, decided.reason) == ("family", "group", "取り決め")
        assert b.client.consents.consequences(decided.consent_id).losses == ()
        taken_back = b.client.consents.withdraw(decided.consent_id, reason="終了")
        assert (taken_back.state, taken_back.reason) == ("withdrawn", "終了")
        assert b.client.groups.replace(group.selection_id, "旧協力会", []).members == ()
        b.client.families.delete(family.selection_id)
        assert list(b.client.families.list()) == []
        refused = b.client.consents.decide(
            ConsentDraft(whole=True, audience="public", attributes=frozenset(), refuse=True)
        )
        assert refused.state == "refused"
        assert list(a.client.shared.list(operator_id=b.operator_id)) == []
        assert list(b.client.reads.list(trace_id=own.trace_id)) == []


class TestInquiries:
    def test_asked_passed_on_granted_and_refused(self, company):
        maker, first, second = company("A社"), company("B社"), company("C社")
        of_first, of_second = (one.client.parts.create(part(one, "Q")) for one in (first, second))
        trades = []
        bought = bought_part(maker)
        behind = bought_part(first)
        first.client.structures.replace(
            of_first.trace_id,
            [LineDraft(child=behind.trace_id, amount=1, unit="piece", sourcing="bought")],
        )
        for customer, supplier, wanted, product in (
            (maker, first, bought, of_first),
            (first, second, behind, of_second),
        ):
            asked = customer.client.requests.create(
                RequestDraft(trace_id=wanted.trace_id, upstream_operator_id=supplier.operator_id)
            )
            supplier.client.requests.link(asked.request_id, product.trace_id)
            trades.append(asked.trade_id)
        inquiry = maker.client.inquiries.ask(trades[0], ["categories"], purpose="scope3", message="内訳")
        assert (inquiry.state, inquiry.purpose, inquiry.answers) == ("open", "scope3", ())
        (put,) = first.client.inquiries.received()
        assert (put.asker_id, put.from_id, put.decisions) == (maker.operator_id, maker.operator_id, ())
        assert first.client.inquiries.pass_on(put.hop_id).decisions == ("passed_on",)
        (put_on,) = second.client.inquiries.received()
        assert second.client.inquiries.grant(put_on.hop_id, named=True).decisions == ("granted",)
        assert first.client.inquiries.refuse(put.hop_id, reason="秘密").decisions == ("passed_on", "refused")
        assert maker.client.inquiries.get(inquiry.inquiry_id).answers == ()
        assert [one.inquiry_id for one in maker.client.inquiries.list()] == [inquiry.inquiry_id]
