"""From reservation to erasure: what is stored, what is refused, and what is left on the disk."""

from __future__ import annotations

import os
import threading
import time
import tracemalloc
from dataclasses import replace

import anyio
import pytest

from renkei.commons.edge.transfers import receive
from renkei.commons.files import service as files
from renkei.commons.files.errors import (
    FileDamaged,
    FileEmpty,
    FileMissing,
    FileNotAsNamed,
    FileNotStored,
    FileQuotaReached,
    FileStored,
    FileTooLarge,
)
from renkei.commons.files.model import FileDraft
from renkei.commons.files.safe import FileSafe
from renkei.database.transaction import act_as
from renkei.kit.errors import Forbidden, SeveralFaults
from renkei.kit.secret_box import SecretBox
from tests.clocks import Turnable
from tests.commons.files.conftest import PDF

PIECE = 64 * 1024


class TestStoring:
    def test_what_was_stored_is_read_back(self, desk, a):
        file = desk.reserve(a)
        assert (file.state, file.name, file.extension, file.size_bytes) == (
            "reserved",
            "証明書.pdf",
            "pdf",
            None,
        )
        stored = desk.upload(a, file)
        assert (stored.file_id, stored.state, stored.size_bytes) == (file.file_id, "stored", len(PDF))
        assert desk.read(a, stored) == PDF

    @pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE - 5])
    def test_any_length_in_any_steps(self, desk, a, size):
        data = os.urandom(size).replace(b"\0", b"\1")
        for piece in (7_001, PIECE, size):
            assert desk.read(a, desk.upload(a, desk.reserve(a, "x.txt"), data, piece)) == data
            desk.delete(a, desk.listed(a)[0])

    def test_the_disk_shows_neither_content_nor_name(self, desk, a):
        desk.store(a)
        (path,) = desk.on_disk()
        assert b"certificate" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        assert "pdf" not in str(path.relative_to(desk.safe.root))

    def test_the_same_content_is_kept_once_a_company(self, desk, a, b):
        one, two = desk.store(a), desk.store(a, name="again.pdf")
        assert len(desk.on_disk(a)) == 1
        assert desk.read(a, one) == desk.read(a, two) == PDF
        # Another company's copy lies elsewhere, under another address: nobody sees that the two are the same.
        desk.store(b)
        (mine,), (theirs,) = desk.on_disk(a), desk.on_disk(b)
        assert mine.name != theirs.name

    def test_shared_bytes_stay_until_the_last_file_is_erased(self, desk, a):
        one, two = desk.store(a), desk.store(a)
        desk.delete(a, one)
        desk.clear()
        assert desk.read(a, two) == PDF
        desk.delete(a, two)
        assert desk.clear().unwanted == 1
        assert desk.on_disk() == []

    def test_the_same_bytes_once_more_change_nothing_other_bytes_are_refused(self, desk, a):
        file = desk.store(a)
        assert desk.upload(a, file) == file
        with pytest.raises(FileStored):
            desk.upload(a, file, PDF + b"!")
        assert desk.read(a, file) == PDF
        assert len(desk.on_disk()) == 1

    def test_two_uploads_of_one_file_at_once_leave_one_of_them(self, desk, a):
        file = desk.reserve(a)
        outcomes = []

        def send(data):
            try:
                outcomes.append(desk.upload(a, file, data).sha256)
            except FileStored:
                outcomes.append(None)

        threads = [threading.Thread(target=send, args=(PDF + bytes([n]),)) for n in (49, 50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [one for one in outcomes if one is not None]
        assert outcomes.count(None) == 1
        assert desk.content(a, file).sha256 == winner
        assert desk.read(a, file)[:-1] == PDF
        assert len(desk.on_disk()) == 1

    def test_a_viewer_stores_nothing(self, desk, a):
        viewer = act_as(a.operator_key, a.operator_id, door="v1", roles=("viewer",))
        with pytest.raises(Forbidden):
            desk.reserve(viewer)


class TestRefusals:
    def test_every_bad_draft_is_told_with_its_place(self, desk, a):
        drafts = [
            FileDraft(name="good.pdf"),
            FileDraft(name="page.html"),
            FileDraft(name="good", extension="exe"),
            FileDraft(name="../..", extension="pdf"),
        ]
        with pytest.raises(SeveralFaults) as told:
            desk.database.run(a, lambda tx: files.reserve(tx, desk.safe, drafts, at="/fileInfo/{0}"))
        assert [(fault.code, fault.pointer) for fault in told.value.faults] == [
            ("file_type_refused", "/fileInfo/1/extension"),
            ("file_type_refused", "/fileInfo/2/extension"),
            ("file_name_refused", "/fileInfo/3/name"),
        ]
        assert desk.listed(a) == ()

    def test_a_byte_too_many_is_refused_while_it_is_read(self, desk, a):
        file = desk.reserve(a, "x.txt")
        assert desk.upload(a, file, b"x" * 200_000).size_bytes == 200_000
        other = desk.reserve(a, "y.txt")
        incoming = desk.safe.receive(a.operator_id, other.file_id, "txt")
        incoming.write(b"x" * 200_000)
        with pytest.raises(FileTooLarge):
            incoming.write(b"x")
        incoming.discard()
        assert len(desk.on_disk()) == 1

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("x.pdf", b"<html><script>alert(1)</script>"),
            ("x.png", PDF),
            ("x.xlsx", b"MZ\x90\0"),
            ("x.txt", b"MZ\x90\0" * 2000),
            ("x.pdf", b"x" * 5000 + b"%PDF-"),
        ],
    )
    def test_content_that_is_not_what_the_extension_says(self, desk, a, name, data):
        with pytest.raises(FileNotAsNamed):
            desk.store(a, data, name)
        assert desk.on_disk() == []

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("x.pdf", b"\xef\xbb\xbf%PDF-1.4"),
            ("x.png", b"\x89PNG\r\n\x1a\n\0\0"),
            ("x.xlsx", b"PK\x03\x04\0\0"),
            ("x.txt", "二酸化炭素".encode("utf-16")),
            ("x.txt", "二酸化炭素".encode("shift_jis")),
        ],
    )
    def test_content_that_is(self, desk, a, name, data):
        assert desk.read(a, desk.store(a, data, name)) == data

    def test_an_empty_file(self, desk, a):
        with pytest.raises(FileEmpty):
            desk.store(a, b"")
        assert desk.on_disk() == []

    def test_count_and_bytes_of_one_company_are_limited(self, desk, a, b):
        """5 files, 300,000 bytes: one of 200,000 fits, a second does not; a sixth file neither."""
        big = desk.store(a, b"x" * 200_000, "x.txt")
        with pytest.raises(FileQuotaReached):
            desk.store(a, b"y" * 150_000, "y.txt")
        assert len(desk.on_disk()) == 1
        for _ in range(3):
            desk.reserve(a)
        with pytest.raises(FileQuotaReached):
            desk.reserve(a)
        desk.store(b)
        desk.delete(a, big)
        desk.reserve(a)


class TestOthers:
    def test_another_companys_file_does_not_exist(self, desk, a, b):
        file = desk.store(a)
        with pytest.raises(FileMissing):
            desk.content(b, file)
        with pytest.raises(FileMissing):
            desk.delete(b, file)
        with pytest.raises(FileMissing):
            desk.upload(b, file)
        assert desk.listed(b) == ()
        assert desk.read(a, file) == PDF

    def test_row_level_security_alone_hides_it(self, desk, a, b):
        desk.store(a)
        count = "SELECT count(*) FROM commons.files"
        assert desk.database.read(b, lambda tx: tx.execute(count).fetchone()) == (0,)
        assert desk.database.read(a, lambda tx: tx.execute(count).fetchone()) == (1,)


class TestDamage:
    """Whatever happens to the bytes on the disk, nothing wrong is given out."""

    @pytest.fixture
    def stored(self, desk, a):
        file = desk.store(a, os.urandom(150_000).replace(b"\0", b"\1"), "x.txt")
        (path,) = desk.on_disk()
        return file, path

    @pytest.mark.parametrize(
        "harm",
        [
            lambda data: data[:-1],
            lambda data: data + b"x",
            lambda data: data[: 4 + PIECE + 16],
            lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
            lambda data: b"RKF2" + data[4:],
            # The first two pieces change places.
            lambda data: (
                data[:4]
                + data[4 + PIECE + 16 : 4 + 2 * (PIECE + 16)]
                + data[4 : 4 + PIECE + 16]
                + data[4 + 2 * (PIECE + 16) :]
            ),
            lambda _: b"",
        ],
        ids=["cut", "longer", "last pieces gone", "one bit", "another format", "pieces swapped", "empty"],
    )
    def test_changed_bytes_are_detected(self, desk, a, stored, harm):
        file, path = stored
        path.write_bytes(harm(path.read_bytes()))
        with pytest.raises(FileDamaged):
            desk.read(a, file)

    def test_another_files_bytes_are_detected(self, desk, a, stored):
        file, path = stored
        desk.store(a)
        (other,) = [one for one in desk.on_disk() if one != path]
        path.write_bytes(other.read_bytes())
        with pytest.raises(FileDamaged):
            desk.read(a, file)

    def test_lost_bytes_come_back_with_the_next_upload_of_the_same(self, desk, a):
        one = desk.store(a)
        (path,) = desk.on_disk()
        path.unlink()
        with pytest.raises(FileDamaged):
            desk.read(a, one)
        two = desk.store(a)
        assert desk.read(a, one) == desk.read(a, two) == PDF

    def test_another_master_key_opens_nothing(self, desk, a):
        file = desk.store(a)
        content = desk.content(a, file)
        stranger = FileSafe(desk.safe.root, SecretBox([b"x" * 32]), desk.safe.policy)
        with pytest.raises(FileDamaged):
            stranger.check(content)

    def test_an_older_master_key_still_opens(self, desk, a):
        file = desk.store(a)
        rotated = FileSafe(desk.safe.root, SecretBox([b"x" * 32, bytes(range(32))]), desk.safe.policy)
        rotated.check(desk.content(a, file))
        desk.safe = rotated
        assert desk.read(a, desk.store(a)) == PDF

    def test_a_handle_is_good_for_its_place_only(self, desk, a, b):
        mine, theirs = desk.content(a, desk.store(a)), desk.content(b, desk.store(b))
        for handle in ("", "x", "ü", theirs.handle[:60] + mine.handle[60:], mine.handle[:-4]):
            with pytest.raises(FileDamaged):
                desk.safe.check(type(mine)(**{**_fields(mine), "handle": handle}))


class TestCrashes:
    def test_between_bytes_and_row_nothing_is_visible(self, desk, a):
        """The bytes have their place, the row was never committed."""
        file = desk.reserve(a)
        _, received = desk.receive(a, file)

        class PowerCut(Exception):
            pass

        def work(tx):
            files.keep(tx, desk.safe, file.file_id, received)
            raise PowerCut

        with pytest.raises(PowerCut):
            desk.database.run(a, work)
        assert len(desk.on_disk(a)) == 1
        assert [one.state for one in desk.listed(a)] == ["reserved"]
        with pytest.raises(FileNotStored):
            desk.content(a, file)
        # The next upload of the same content has another key, and takes the place.
        assert desk.read(a, desk.upload(a, file)) == PDF
        assert len(desk.on_disk(a)) == 1

    def test_what_a_crash_left_is_cleared_up(self, desk, a):
        kept = desk.store(a)
        file = desk.reserve(a, "x.txt")
        incoming, received = desk.receive(a, file, b"left behind")
        desk.safe.put(received)
        (desk.on_disk(a)[0].parent / "half-linked").write_bytes(b"x")
        cleared = desk.clear()
        # The upload itself may still be going on: it is young.
        assert (cleared.unwanted, cleared.incoming, cleared.reservations) == (2, 0, 0)
        assert desk.read(a, kept) == PDF
        incoming.discard()

    def test_what_was_never_used_goes_after_a_day(self, desk, a):
        file, kept = desk.reserve(a), desk.store(a)
        incoming, _ = desk.receive(a, file)
        desk.clear()
        assert len(desk.listed(a)) == 2
        clock = desk.database.clock = Turnable()
        clock.turn(hours=25)
        (path,) = (desk.safe.root / "incoming").iterdir()
        yesterday = time.time() - 25 * 3600
        os.utime(path, (yesterday, yesterday))
        cleared = desk.clear()
        assert (cleared.reservations, cleared.incoming) == (1, 1)
        assert [one.file_id for one in desk.listed(a)] == [kept.file_id]
        with pytest.raises(FileMissing):
            desk.upload(a, file)
        incoming.discard()

    def test_what_is_erased_cannot_be_read_even_before_its_bytes_are_gone(self, desk, a):
        file = desk.store(a)
        desk.delete(a, file)
        assert len(desk.on_disk()) == 1
        with pytest.raises(FileMissing):
            desk.content(a, file)
        row = desk.database.read(
            a, lambda tx: tx.row("SELECT wrapped_key, address, sha256 FROM commons.files")
        )
        assert set(row.values()) == {None}


def _fields(content):
    return {name: getattr(content, name) for name in content.__slots__}


class TestTogether:
    def test_a_large_upload_is_never_in_memory_as_a_whole(self, desk, a):
        """20 MB arrive in pieces of 64 KiB; never are more than 2 MB of memory in use for them."""
        safe = FileSafe(
            desk.safe.root,
            SecretBox([bytes(range(32))]),
            replace(desk.safe.policy, size_limit_bytes=20_000_000),
        )
        file = desk.reserve(a, "x.txt")
        piece = b"x" * 65_536

        class Sender:
            async def stream(self):
                for _ in range(305):
                    yield piece

        async def take():
            incoming = safe.receive(a.operator_id, file.file_id, "txt")
            try:
                return await receive(Sender(), incoming)
            finally:
                incoming.discard()

        tracemalloc.start()
        received = anyio.run(take)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert received.size_bytes == 305 * 65_536
        assert peak < 2_000_000

    def test_clearing_up_while_others_upload_takes_nothing_away(self, desk, a):
        """The same content comes, goes and is cleared up at once: what is stored at the end can be read."""
        desk.safe.policy = replace(desk.safe.policy, files_per_operator=1_000)
        failed = []
        done = threading.Event()

        def sweep():
            while not done.is_set():
                desk.clear()

        def send():
            try:
                for _ in range(10):
                    file = desk.store(a)
                    assert desk.read(a, file) == PDF
                    desk.delete(a, file)
                desk.store(a)
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                failed.append(error)

        threads = [threading.Thread(target=send) for _ in range(3)]
        sweeper = threading.Thread(target=sweep)
        for thread in (*threads, sweeper):
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        sweeper.join()
        assert failed == []
        assert [desk.read(a, file) for file in desk.listed(a)] == [PDF] * 3
        assert len(desk.on_disk(a)) == 1
