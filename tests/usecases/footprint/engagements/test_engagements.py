"""A verifier sees one declaration's evidence for a while; its word covers one version; nobody else sees anything."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest

from renkei.commons.ledger.sequencing import Sequencer
from renkei.commons.ledger.service import receipts
from renkei.commons.ledger.verification import verify
from renkei.commons.ledger.witness import FileWitness
from renkei.kit.canonical import canonical_json
from renkei.kit.secret_box import SecretBox
from renkei.usecases.footprint.declarations import declaration, file_declaration
from renkei.usecases.footprint.engagements import service
from renkei.usecases.footprint.engagements.errors import (
    EngagementExists,
    EngagementMissing,
    EngagementSide,
    FindingMissing,
    FindingsOpen,
    SelfVerified,
    SpanOver,
    VerifierMissing,
    WrongState,
)
from renkei.usecases.footprint.engagements.model import ConclusionDraft
from renkei.usecases.footprint.errors import DeclarationMissing
from renkei.usecases.footprint.reports.pdf import draw_pdf
from renkei.usecases.footprint.reports.report import draw
from renkei.usecases.footprint.reports.service import evidence_of, report_of
from tests.usecases.footprint.reports.test_reports import squeezed, words_of

PERIOD = {"period_from": date(2026, 4, 1), "period_to": date(2027, 3, 31)}
UNTIL = datetime.now(UTC) + timedelta(days=30)
WORD = ConclusionDraft(
    verdict="verified",
    assurance="limited",
    standard="ISO 14064-3:2019",
    scope="cradle-to-gate",
    accreditation="JAB V-0000",
    opinion="重要な虚偽表示は認められませんでした。",
)


@pytest.fixture
def v(create_operator):
    return create_operator("検証機関")


@pytest.fixture
def declared(database, chain, a, b):
    """A's product stands on an answer of B: 2 x 10 + 1 = 21."""
    product, own = chain.part(a, "製品"), chain.part(b, "Bの部品", terminated=True)
    [bought] = chain.structure(a, product, [("購入品", 2)])
    chain.state(b, own, 10)
    chain.buy(a, bought, b, own)
    chain.settle()
    chain.state(a, product, 1)
    said = {"rule_set": "ISO 14067"} | PERIOD
    filed = chain.run(a, lambda tx: file_declaration(tx, product.trace_id, **said)).declaration
    return product, filed.declaration_id


def offered(chain, a, v, declared, **said):
    values = {"verifier_id": v.operator_id, "valid_until": UNTIL} | said
    return chain.run(a, lambda tx: service.offer(tx, declared[1], **values))


@pytest.fixture
def accepted(chain, a, v, declared):
    one = offered(chain, a, v, declared)
    return chain.run(v, lambda tx: service.decide(tx, one.engagement_id, accept=True))


def opened(chain, operator, one, what="evidence"):
    return chain.run(operator, lambda tx: service.opened(tx, one.engagement_id, what))


class TestLooking:
    def test_nothing_is_seen_before_it_is_accepted_and_after_it_is_declined(self, chain, a, v, declared):
        one = offered(chain, a, v, declared)
        with pytest.raises(WrongState):
            opened(chain, v, one)
        chain.run(v, lambda tx: service.decide(tx, one.engagement_id, accept=False))
        with pytest.raises(WrongState):
            opened(chain, v, one)

    def test_the_copy_has_the_companys_own_and_nothing_that_a_supplier_delivered(
        self, chain, a, b, v, declared, accepted
    ):
        whole = json.loads(chain.run(a, lambda tx: evidence_of(tx, declared[1])).content)
        copy = json.loads(opened(chain, v, accepted).content)
        assert {name: one for name, one in copy.items() if name != "inputs"} == {
            name: one for name, one in whole.items() if name != "inputs"
        }
        [told] = copy["inputs"]
        assert told == {
            "trace_id": whole["inputs"][0]["trace_id"],
            "name": "購入品",
            "kind": "delivery",
            "source_id": whole["inputs"][0]["source_id"],
            "share": "1",
            "verification": "not_opened",
        }
        text = json.dumps(copy, ensure_ascii=False)
        assert "B社" not in text
        assert str(b.operator_id) not in text
        assert opened(chain, v, accepted).sha256 == accepted.evidence_sha256

    def test_each_opening_is_on_record_for_the_declarant(self, chain, a, v, accepted):
        opened(chain, v, accepted)
        opened(chain, v, accepted, "report")
        opened(chain, a, accepted)
        told = chain.run(a, lambda tx: service.reads(tx, accepted.engagement_id))
        assert [one.what for one in told] == ["report", "evidence"], "the declarant's own looks are not"
        assert told == chain.run(v, lambda tx: service.reads(tx, accepted.engagement_id))

    def test_it_ends_with_its_time_and_when_either_party_ends_it(self, chain, database, a, v, accepted):
        def too_late(tx):
            tx.now = UNTIL
            return service.opened(tx, accepted.engagement_id, "evidence")

        with pytest.raises(WrongState) as told:
            chain.run(v, too_late)
        assert told.value.parameters == {"state": "over"}
        chain.run(a, lambda tx: service.end(tx, accepted.engagement_id))
        with pytest.raises(WrongState):
            opened(chain, v, accepted)
        with pytest.raises(WrongState):
            chain.run(v, lambda tx: service.end(tx, accepted.engagement_id))

    def test_row_level_security_holds_the_copy_back_by_itself(
        self, database, chain, a, v, declared, create_operator
    ):
        one = offered(chain, a, v, declared)
        count = "SELECT count(*) FROM footprint.engagement_evidence"
        assert database.read(v, lambda tx: tx.execute(count).fetchone()) == (0,), "offered"
        chain.run(v, lambda tx: service.decide(tx, one.engagement_id, accept=True))
        assert database.read(v, lambda tx: tx.execute(count).fetchone()) == (1,), "accepted"
        assert database.read(create_operator("C社"), lambda tx: tx.execute(count).fetchone()) == (0,)
        chain.run(a, lambda tx: service.end(tx, one.engagement_id))
        assert database.read(v, lambda tx: tx.execute(count).fetchone()) == (0,), "ended"


class TestConcluding:
    def test_findings_are_answered_and_closed_and_the_word_is_said(self, chain, a, v, declared, accepted):
        key = accepted.engagement_id
        found = chain.run(
            v,
            lambda tx: service.find(
                tx, key, kind="nonconformity", pointer="/statement/total", text="根拠不足"
            ),
        )
        with pytest.raises(FindingsOpen):
            chain.run(v, lambda tx: service.conclude(tx, key, WORD))
        answered = chain.run(a, lambda tx: service.reply(tx, key, found.finding_id, "請求書を追加しました"))
        assert (answered.state, answered.reply) == ("answered", "請求書を追加しました")
        closed = chain.run(v, lambda tx: service.close(tx, key, found.finding_id))
        assert closed.state == "closed"
        with pytest.raises(WrongState):
            chain.run(a, lambda tx: service.reply(tx, key, found.finding_id, "まだ"))
        word = chain.run(v, lambda tx: service.conclude(tx, key, WORD))
        assert (word.verdict, word.version, word.verifier_name) == ("verified", accepted.version, "検証機関")
        assert word.evidence_sha256 == accepted.evidence_sha256
        with pytest.raises(WrongState):
            chain.run(v, lambda tx: service.conclude(tx, key, WORD))
        assert opened(chain, v, accepted).content, (
            "still open in its time: the verifier keeps its working papers"
        )

    def test_it_may_be_rejected_with_open_findings(self, chain, v, accepted):
        key = accepted.engagement_id
        chain.run(v, lambda tx: service.find(tx, key, kind="nonconformity", pointer="", text="不足"))
        word = chain.run(v, lambda tx: service.conclude(tx, key, replace(WORD, verdict="rejected")))
        assert word.verdict == "rejected"

    def test_the_word_covers_the_version_it_names_and_no_other(self, chain, a, v, declared, accepted):
        chain.run(v, lambda tx: service.conclude(tx, accepted.engagement_id, WORD))
        view = chain.run(a, lambda tx: declaration(tx, declared[1]))
        assert view.is_verified
        assert view.current.statement_id == view.verifications[0].statement_id
        chain.state(a, declared[0], 2, again=True)
        after = chain.run(a, lambda tx: declaration(tx, declared[1]))
        assert after.is_verified, "what was declared stays verified"
        assert after.current.statement_id != after.verifications[0].statement_id

    def test_the_report_says_who_verified_what(self, chain, a, v, declared, accepted):
        chain.run(v, lambda tx: service.conclude(tx, accepted.engagement_id, WORD))
        drawn = chain.run(a, lambda tx: report_of(tx, declared[1], "ja", "https://renkei.example"))
        text = words_of(draw_pdf(drawn))
        for said in ("検証機関", "限定的保証", WORD.standard, WORD.accreditation, WORD.opinion):
            assert squeezed(said) in text
        assert "第三者検証を受けていません" not in text
        of_verifier = chain.run(v, lambda tx: service.opened(tx, accepted.engagement_id, "report"))
        assert pypdfium2.PdfDocument(draw_pdf(draw(of_verifier, "en", "https://renkei.example")))


class TestWhoMay:
    def test_strangers_see_nothing(self, chain, a, b, accepted, declared):
        for work in (
            lambda tx: service.engagement(tx, accepted.engagement_id),
            lambda tx: service.opened(tx, accepted.engagement_id, "evidence"),
            lambda tx: service.findings(tx, accepted.engagement_id),
            lambda tx: service.reads(tx, accepted.engagement_id),
            lambda tx: service.end(tx, accepted.engagement_id),
            lambda tx: service.conclude(tx, accepted.engagement_id, WORD),
        ):
            with pytest.raises(EngagementMissing):
                chain.run(b, work)
        assert chain.run(b, service.engagements).items == ()
        with pytest.raises(DeclarationMissing):
            chain.run(b, lambda tx: service.verifications_of(tx, declared[1]))
        with pytest.raises(DeclarationMissing):
            offered(chain, b, a, declared)

    def test_each_side_does_its_own_part_only(self, chain, a, v, accepted):
        key = accepted.engagement_id
        with pytest.raises(EngagementSide):
            chain.run(a, lambda tx: service.conclude(tx, key, WORD))
        with pytest.raises(EngagementSide):
            chain.run(a, lambda tx: service.find(tx, key, kind="question", pointer="", text="x"))
        found = chain.run(v, lambda tx: service.find(tx, key, kind="question", pointer="", text="x"))
        with pytest.raises(EngagementSide):
            chain.run(v, lambda tx: service.reply(tx, key, found.finding_id, "x"))
        with pytest.raises(FindingMissing):
            chain.run(v, lambda tx: service.close(tx, key, key))

    def test_whom_one_cannot_ask(self, chain, a, b, v, declared, accepted):
        with pytest.raises(SelfVerified):
            offered(chain, a, a, declared)
        with pytest.raises(VerifierMissing):
            offered(chain, a, v, declared, verifier_id=declared[1])
        with pytest.raises(SpanOver):
            offered(chain, a, b, declared, valid_until=datetime(2020, 1, 1, tzinfo=UTC))
        with pytest.raises(EngagementExists):
            offered(chain, a, v, declared)


def test_the_ledger_holds_offer_and_word_and_finds_what_is_changed(
    database, chain, a, v, declared, accepted, tmp_path
):
    word = chain.run(v, lambda tx: service.conclude(tx, accepted.engagement_id, WORD))
    for operator in (a, v):
        for subject, kind in (
            (accepted.engagement_id, "footprint.engagement"),
            (word.verification_id, "footprint.verification"),
        ):
            [fact] = database.read(operator, lambda tx, of=subject: receipts(tx, [of]))
            assert fact.kind == kind
    box, witness = SecretBox([bytes(range(32))]), FileWitness(tmp_path / "witness")
    Sequencer(database, box, witness).tick()
    findings = []
    verify(database, box, witness, findings.append)
    assert findings == []


def test_the_copy_is_canonical(chain, v, accepted):
    content = opened(chain, v, accepted).content
    assert canonical_json(json.loads(content)) == content
