"""Certificates: what they hold, what is delivered of them, and how they end."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import consents_of, decide, inbox, shared, withdraw
from renkei.commons.files import service as files_room
from renkei.commons.files.errors import FileNameRefused
from renkei.commons.files.safe import FileSafe
from renkei.commons.notifications.service import list_notifications
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import LineDraft, PartDraft
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import delete_part, link, put_request
from renkei.database.transaction import act_as
from renkei.kit.errors import Forbidden, SeveralFaults
from renkei.kit.quantities import Unit
from renkei.kit.secret_box import SecretBox
from renkei.usecases.footprint.certificates import (
    certificate,
    certificate_content,
    delete_certificate,
    disclosed_file,
    put_certificate,
)
from renkei.usecases.footprint.errors import CertificateExists, CertificateMissing
from renkei.usecases.footprint.model import Emission, Stage, StatementDraft
from renkei.usecases.footprint.service import put_statement
from tests.commons.files.conftest import PDF, desk

__all__ = ["desk"]


@pytest.fixture
def maker(create_operator):
    return create_operator("自動車")


@pytest.fixture
def supplier(create_operator):
    return create_operator("部品")


def part(database, operator, name="部品", **said):
    draft = PartDraft(plant_id=operator.plant_id, name=name, unit="unit", **said)
    return database.run(operator, lambda tx: put_part(tx, draft))


def certify(database, operator, of, *files, certificate_id=None, description=None):
    named = [file if isinstance(file, tuple) else (file.file_id, None) for file in files]
    return database.run(
        operator,
        lambda tx: put_certificate(
            tx, of.trace_id, certificate_id=certificate_id, description=description, files=named
        ),
    )


class TestOwn:
    def test_files_keep_their_order_and_may_have_another_name_here(self, database, desk, supplier):
        one, two = desk.store(supplier), desk.store(supplier, PDF + b"2", "two.pdf")
        own = part(database, supplier)
        made = certify(database, supplier, own, two, (one.file_id, "page.html"), description="説明")
        assert [(file.file_id, file.name) for file in made.files] == [
            (two.file_id, "two.pdf"),
            (one.file_id, "page.html.pdf"),
        ]
        assert database.read(supplier, lambda tx: certificate(tx, own.trace_id)) == [made]

    def test_first_and_further_versions(self, database, desk, supplier):
        own, file = part(database, supplier), desk.store(supplier)
        with pytest.raises(CertificateMissing):
            certify(database, supplier, own, file, certificate_id=own.trace_id)
        first = certify(database, supplier, own, file)
        with pytest.raises(CertificateExists):
            certify(database, supplier, own, file)
        again = certify(database, supplier, own, certificate_id=first.certificate_id)
        assert (again.certificate_id, again.files) == (first.certificate_id, ())
        # What was left out is still the company's file.
        assert desk.read(supplier, file) == PDF

    def test_every_fault_at_once(self, database, desk, supplier, maker):
        own, mine, theirs = part(database, supplier), desk.store(supplier), desk.store(maker)
        with pytest.raises(SeveralFaults) as told:
            certify(database, supplier, own, theirs, (mine.file_id, ".."), desk.reserve(supplier))
        assert [(fault.code, fault.pointer) for fault in told.value.faults] == [
            ("file_not_found", "/files/0/file_id"),
            (FileNameRefused.code, "/files/1/name"),
            ("file_not_found", "/files/2/file_id"),
        ]
        assert database.read(supplier, lambda tx: certificate(tx, own.trace_id)) == []

    def test_others_and_viewers_change_nothing(self, database, desk, supplier, maker):
        own, file = part(database, supplier), desk.store(supplier)
        certify(database, supplier, own, file)
        with pytest.raises(PartMissing):
            certify(database, maker, own)
        with pytest.raises(PartMissing):
            database.run(maker, lambda tx: delete_certificate(tx, own.trace_id))
        viewer = act_as(supplier.operator_key, supplier.operator_id, door="v1", roles=("viewer",))
        with pytest.raises(Forbidden):
            database.run(viewer, lambda tx: delete_certificate(tx, own.trace_id))
        assert database.read(maker, lambda tx: certificate(tx, own.trace_id)) == []
        assert database.read(maker, lambda tx: certificate_content(tx, [own.part_key])) == {}

    def test_two_first_certificates_at_once_are_one(self, database, desk, supplier):
        own, file = part(database, supplier), desk.store(supplier)
        told = []

        def give():
            try:
                certify(database, supplier, own, file)
                told.append("made")
            except CertificateExists:
                told.append("exists")

        threads = [threading.Thread(target=give) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == ["exists", "exists", "exists", "made"]

    def test_it_ends_with_its_part_and_its_files_with_it(self, database, desk, supplier):
        own, other, file = part(database, supplier), part(database, supplier, "他"), desk.store(supplier)
        alone = desk.store(supplier, PDF + b"2")
        certify(database, supplier, own, file, alone)
        certify(database, supplier, other, file)
        database.run(supplier, lambda tx: delete_part(tx, own.trace_id))
        # The one is still another certificate's, the other was nobody's any more.
        assert [one.file_id for one in desk.listed(supplier)] == [file.file_id]
        database.run(supplier, lambda tx: delete_part(tx, other.trace_id))
        assert desk.listed(supplier) == ()
        desk.clear()
        assert desk.on_disk() == []


class TestDelivered:
    @pytest.fixture
    def traded(self, database, desk, maker, supplier):
        """The maker's bought part and the supplier's own, linked and stated; its certificate is consented to."""
        lines = [
            LineDraft(
                child=PartDraft(plant_id=maker.plant_id, name="購入品", unit="unit"),
                amount=Decimal(1),
                unit="unit",
            )
        ]
        root = PartDraft(plant_id=maker.plant_id, name="車", unit="unit")
        bought = database.run(maker, lambda tx: put_structure(tx, root, lines)).lines[0].child
        own = part(database, supplier, terminated=True)
        draft = RequestDraft(downstream_trace_id=bought.trace_id, upstream_operator_id=supplier.operator_id)
        trade_id = database.run(maker, lambda tx: put_request(tx, draft)).trade.trade_id
        database.run(supplier, lambda tx: link(tx, trade_id, own.trace_id))
        stated = StatementDraft(
            trace_id=own.trace_id,
            declared_unit=Unit.UNIT,
            declared={Stage.PRODUCTION: Emission(own=Decimal(1))},
        )
        database.run(supplier, lambda tx: put_statement(tx, stated))
        consent = ConsentDraft(
            trace_id=own.trace_id,
            consumer_id=maker.operator_id,
            kind="CFP",
            attributes=frozenset({"certificate"}),
        )
        database.run(supplier, lambda tx: decide(tx, consent))
        return bought, own, trade_id

    def deliveries(self, database, maker):
        row = database.read(
            maker,
            lambda tx: tx.row(
                "SELECT count(*) AS n FROM commons.deliveries WHERE operator_key = commons.me()"
            ),
        )
        return row["n"]

    def newest(self, database, maker):
        (trade,) = database.read(maker, lambda tx: tx.rows("SELECT trade_key FROM commons.trade_relations"))
        return database.read(maker, lambda tx: inbox(tx, "CFP", [trade["trade_key"]])[trade["trade_key"]])

    def shown(self, database, maker, supplier):
        return database.read(maker, lambda tx: shared(tx, provider_id=supplier.operator_id))

    def test_a_customer_reads_by_its_inbox_alone(self, database, desk, maker, supplier, traded):
        bought, own, trade_id = traded
        (shown,) = database.read(maker, lambda tx: certificate(tx, bought.trace_id))
        assert (shown.own, shown.certificate_id, shown.files) == (False, trade_id, None)
        file = desk.store(supplier)
        certify(database, supplier, own, file, description="内部メモ")
        (shown,) = database.read(maker, lambda tx: certificate(tx, bought.trace_id))
        assert (shown.trace_id, shown.description) == (own.trace_id, None)
        assert [(one.operator_id, one.file_id) for one in shown.files] == [
            (supplier.operator_id, file.file_id)
        ]
        content = database.read(maker, lambda tx: disclosed_file(tx, trade_id, file.file_id))
        assert b"".join(desk.safe.pieces(content)) == PDF
        assert desk.listed(maker) == ()
        with pytest.raises(CertificateMissing):
            database.read(supplier, lambda tx: disclosed_file(tx, trade_id, file.file_id))

    def test_nothing_new_makes_no_new_delivery(self, database, desk, maker, supplier, traded):
        _, own, _ = traded
        file = desk.store(supplier)
        made = certify(database, supplier, own, file)
        before = self.deliveries(database, maker)
        # The note is the supplier's own, and so is how often it stores the same.
        certify(database, supplier, own, file, certificate_id=made.certificate_id, description="内部メモ")
        database.run(supplier, lambda tx: tx.mark("disclosure", [own.part_key]))
        assert self.deliveries(database, maker) == before
        certify(database, supplier, own, certificate_id=made.certificate_id)
        assert self.deliveries(database, maker) == before + 1

    def test_a_deleted_certificate_leaves_a_tombstone(self, database, desk, maker, supplier, traded):
        bought, own, trade_id = traded
        file = desk.store(supplier)
        certify(database, supplier, own, file)
        database.run(supplier, lambda tx: delete_certificate(tx, own.trace_id))
        (shown,) = database.read(maker, lambda tx: certificate(tx, bought.trace_id))
        assert shown.files is None
        with pytest.raises(CertificateMissing):
            database.read(maker, lambda tx: disclosed_file(tx, trade_id, file.file_id))

    def test_bytes_that_were_written_anew_open_for_the_customer_too(
        self, database, desk, maker, supplier, traded
    ):
        """A lost file comes back with another key: the customer's delivery follows."""
        _, own, trade_id = traded
        file = desk.store(supplier)
        certify(database, supplier, own, file)
        (path,) = desk.on_disk()
        path.unlink()
        desk.store(supplier, name="again.pdf")
        content = database.read(maker, lambda tx: disclosed_file(tx, trade_id, file.file_id))
        assert b"".join(desk.safe.pieces(content)) == PDF

    @pytest.mark.parametrize("standing", [True, False])
    def test_after_a_change_of_the_master_key_the_former_one_may_go(
        self, database, desk, maker, supplier, traded, standing
    ):
        """Rows and deliveries are sealed again, what was disclosed once too; nobody is told that anything changed."""
        _, own, trade_id = traded
        file = desk.store(supplier)
        made = certify(database, supplier, own, file)
        consent = ConsentDraft(
            trace_id=own.trace_id,
            consumer_id=maker.operator_id,
            kind="CFP",
            attributes=frozenset({"certificate"}),
            standing=standing,
        )
        database.run(supplier, lambda tx: decide(tx, consent))
        if not standing:
            # What was disclosed once stays what it is, whatever comes after.
            certify(database, supplier, own, certificate_id=made.certificate_id)
        told = database.read(maker, list_notifications).items

        former, current = bytes(range(32)), bytes(range(1, 33))
        turning = FileSafe(desk.safe.root, SecretBox([current, former]), desk.safe.policy)
        assert files_room.reseal(database, turning).files >= 1
        assert files_room.reseal(database, turning) == files_room.Resealed(files=0, unreadable=0)

        alone = FileSafe(desk.safe.root, SecretBox([current]), desk.safe.policy)
        content = database.read(maker, lambda tx: disclosed_file(tx, trade_id, file.file_id))
        assert b"".join(alone.pieces(content)) == PDF
        mine = database.read(supplier, lambda tx: files_room.content_of(tx, file.file_id))
        assert b"".join(alone.pieces(mine)) == PDF
        assert database.read(maker, list_notifications).items == told

    def test_what_a_wide_decision_lets_out_follows_the_master_key_too(
        self, database, desk, maker, supplier, traded
    ):
        """Delivered once more as it was: under the same decision, for the same purpose."""
        _, own, trade_id = traded
        database.run(
            supplier,
            lambda tx: withdraw(tx, consents_of(tx, trace_ids=[own.trace_id])[0].consent_id),
        )
        wide = ConsentDraft(
            whole=True,
            audience="members",
            kind="CFP",
            attributes=frozenset({"certificate"}),
            purpose="scope3",
        )
        database.run(supplier, lambda tx: decide(tx, wide))
        file = desk.store(supplier)
        certify(database, supplier, own, file)
        before, shown = self.newest(database, maker), self.shown(database, maker, supplier)

        current = bytes(range(1, 33))
        turning = FileSafe(desk.safe.root, SecretBox([current, bytes(range(32))]), desk.safe.policy)
        assert files_room.reseal(database, turning).files >= 1
        after = self.newest(database, maker)
        assert after.delivery_id != before.delivery_id
        for name in ("consent_id", "consent_version", "purpose", "statement_id", "statement_version"):
            assert getattr(after, name) == getattr(before, name)
        alone = FileSafe(desk.safe.root, SecretBox([current]), desk.safe.policy)
        content = database.read(maker, lambda tx: disclosed_file(tx, trade_id, file.file_id))
        assert b"".join(alone.pieces(content)) == PDF
        # What every member reads holds no key, so that there is nothing to seal again.
        assert self.shown(database, maker, supplier) == shown
        # And what is delivered is what would be: the next look finds nothing to do.
        database.run(supplier, lambda tx: tx.mark("disclosure", [own.part_key]))
        assert self.newest(database, maker) == after

    def test_a_key_that_nobody_has_is_counted_and_left(self, database, desk, supplier):
        file = desk.store(supplier)
        stranger = FileSafe(desk.safe.root, SecretBox([bytes(32)]), desk.safe.policy)
        found = files_room.reseal(database, stranger)
        assert found.files == 0
        assert found.unreadable >= 1
        assert desk.read(supplier, file) == PDF

    def test_content_is_plain_and_absent_without_a_certificate(self, database, desk, supplier):
        own, bare, file = part(database, supplier), part(database, supplier, "他"), desk.store(supplier)
        certify(database, supplier, own, file)
        said = database.read(supplier, lambda tx: certificate_content(tx, [own.part_key, bare.part_key]))
        handle = database.read(supplier, lambda tx: files_room.content_of(tx, file.file_id)).handle
        assert said == {
            own.part_key: {
                "files": [
                    {
                        "file_id": str(file.file_id),
                        "name": "証明書.pdf",
                        "size_bytes": len(PDF),
                        "sha256": file.sha256.hex(),
                        "handle": handle,
                    }
                ]
            }
        }
