"""Bulk registration, files and certificates, automatic update and declarations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from renkei.client import (
    BulkRow,
    ConsentDraft,
    DeclarationDraft,
    EmissionDraft,
    FootprintDraft,
    LineDraft,
    RequestDraft,
    UpdatePolicy,
    errors,
)
from tests.client.conftest import LossyTransport
from tests.client.test_nouns import bought_part, part

PDF = b"%PDF-1.7\n%%EOF\n"


class TestImports:
    def test_a_bill_of_materials_is_shown_then_confirmed(self, company):
        a = company("A社")
        a.client.imports.save_mapping("PLM", {"columns": {"part": "図番"}, "default_unit": "個"})
        shown = a.client.imports.bom("親品番,図番,員数\nP,A,2\n".encode(), name="plm.csv", mapping="PLM")
        assert (shown.state, shown.report.faults.count, shown.report.changes["parts_new"]) == ("ready", 0, 2)
        assert a.client.imports.check(shown.import_id).state == "ready"
        done = a.client.imports.confirm(shown.import_id)
        assert done.result == {"parts_created": 2, "parts_updated": 0, "structures": 1}
        with pytest.raises(errors.ConflictError):
            a.client.imports.discard(shown.import_id)
        assert [one.state for one in a.client.imports.list()] == ["done"]
        faulty = a.client.imports.bom("親品番,図番,員数\nP,,2\n".encode(), mapping="PLM")
        [fault] = faulty.report.faults.items
        assert (faulty.state, fault.code, fault.row, fault.column) == ("faulty", "cell_missing", 2, "B")
        assert a.client.imports.get(faulty.import_id) == faulty


def footprint(own) -> FootprintDraft:
    return FootprintDraft(declared_unit="piece", declared={"production": EmissionDraft(own=own)})


class TestBulk:
    def rows(self, company, count=3):
        for number in range(count):
            yield BulkRow(
                part=part(company, f"M{number}"),
                lines=(LineDraft(child=part(company, "bolt"), amount=Decimal("0.5") + number, unit="piece"),),
            )

    def test_parts_and_structures_in_one_request_and_the_same_again_changes_nothing(self, company):
        a = company("A社")
        first = a.client.bulk.register(self.rows(a))
        # M0, M1, M2 and the bolt that all three name.
        assert (first.parts_created, first.structures, [one.line for one in first.parts]) == (4, 3, [1, 2, 3])
        (line,) = a.client.structures.get(first.parts[2].trace_id).lines
        assert (line.child.name, line.amount) == ("bolt", Decimal("2.5"))  # 0.5 + 2
        again = a.client.bulk.register(self.rows(a))
        assert (again.parts_created, again.structures) == (0, 0)
        assert again.parts == first.parts

    def test_a_lost_answer_is_asked_for_again_with_the_whole_body(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then(502)
        result = a.client.bulk.register(self.rows(a, count=5))
        assert len(network.seen) == 2
        assert (result.parts_created, len(result.parts)) == (6, 5)  # the answer to the first request

    def test_every_fault_has_its_line_and_nothing_is_stored(self, company):
        a = company("A社")
        rows = [
            *self.rows(a),
            BulkRow(part=part(a, ""), lines=(LineDraft(child=part(a, "x"), amount=-1, unit="piece"),)),
        ]
        with pytest.raises(errors.InvalidError) as caught:
            a.client.bulk.register(rows)
        assert {fault.pointer for fault in caught.value.faults} == {"line:4/name", "line:4/lines/0/amount"}
        assert a.client.parts.list().first() is None


class TestFiles:
    def test_announced_uploaded_read_and_erased(self, company, tmp_path):
        a = company("A社")
        path = tmp_path / "証明書.pdf"
        path.write_bytes(PDF)
        stored = a.client.files.add(path)
        assert (stored.name, stored.state, stored.size_bytes) == ("証明書.pdf", "stored", len(PDF))
        assert a.client.files.content(stored.file_id) == PDF
        assert [one.file_id for one in a.client.files.list()] == [stored.file_id]
        assert a.client.files.upload(stored.file_id, PDF).sha256 == stored.sha256
        a.client.files.erase(stored.file_id)
        with pytest.raises(errors.NotFoundError):
            a.client.files.get(stored.file_id)

    def test_a_certificate_reaches_the_customer_it_is_disclosed_to(self, company, tmp_path):
        a, b = company("A社"), company("B社")
        bought = bought_part(a)
        asked = a.client.requests.create(
            RequestDraft(trace_id=bought.trace_id, upstream_operator_id=b.operator_id)
        )
        own = b.client.parts.create(part(b, "Q"))
        b.client.requests.link(asked.request_id, own.trace_id)
        b.client.footprints.state(own.trace_id, footprint(3))
        (tmp_path / "cfp.pdf").write_bytes(PDF)
        file = b.client.files.add(tmp_path / "cfp.pdf")
        given = b.client.certificates.replace(own.trace_id, {file.file_id: None}, description="社内メモ")
        assert b.client.certificates.get(own.trace_id).certificate == given

        assert [one.files for one in a.client.certificates.get(bought.trace_id).answers] == [None]
        with pytest.raises(errors.NotFoundError):
            a.client.certificates.content(bought.trace_id, file.file_id)
        b.client.consents.decide(
            ConsentDraft(
                trace_id=own.trace_id, consumer_id=a.operator_id, attributes=frozenset({"certificate"})
            )
        )
        a.client.read_after(b.client.version)
        (answer,) = a.client.certificates.get(bought.trace_id).answers
        assert answer.files is not None
        assert [one.name for one in answer.files] == ["cfp.pdf"]
        assert a.client.certificates.content(bought.trace_id, file.file_id) == PDF

        b.client.certificates.remove_file(own.trace_id, file.file_id)
        b.client.certificates.delete(own.trace_id)
        assert b.client.certificates.get(own.trace_id).certificate is None


class TestUpdates:
    def test_a_change_waits_for_the_approver_and_a_declaration_stays(self, company):
        """The made child goes from 4 to 3: 1 + 4 = 5 becomes 1 + 3 = 4, once it is approved."""
        a = company("A社")
        root, child = a.client.parts.create(part(a, "R")), a.client.parts.create(part(a, "K"))
        a.client.structures.replace(
            root.trace_id, [LineDraft(child=child.trace_id, amount=1, unit="piece", sourcing="made")]
        )
        first = a.client.footprints.state(child.trace_id, footprint(4))
        assert a.client.footprints.state(root.trace_id, footprint(1)).in_force.total == 5
        policy = a.client.updates.replace_policy(root.trace_id, UpdatePolicy(mode="review"))
        assert policy == a.client.updates.policy(root.trace_id) == UpdatePolicy(mode="review")

        filed = a.client.declarations.file(
            root.trace_id,
            DeclarationDraft(rule_set="ISO 14067", period_from=date(2026, 4, 1), period_to=date(2027, 3, 31)),
        )
        a.client.footprints.state(child.trace_id, footprint(3), cfp_id=first.cfp_id)
        (waiting,) = a.client.updates.list()
        assert (waiting.trace_id, waiting.total, waiting.state) == (root.trace_id, 4, "waiting")
        assert a.client.updates.approve(waiting.update_id).in_force.total == 4
        assert a.client.updates.list().first() is None
        with pytest.raises(errors.ConflictError):
            a.client.updates.refuse(waiting.update_id)

        found = a.client.declarations.get(filed.declaration_id)
        assert (found.total, found.current_total, found.difference) == (5, 4, -1)
        assert [one.declaration_id for one in a.client.declarations.list(trace_id=root.trace_id)] == [
            filed.declaration_id
        ]
