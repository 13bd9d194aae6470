"""The sequencer: order, cadence, padding, one at a time, kills, keys, and the witness."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest

from renkei.commons.ledger import service
from renkei.commons.ledger.errors import LedgerRolledBack
from renkei.commons.ledger.notes import NoteRefused, read_note, read_verifiers
from renkei.commons.ledger.rules import batch_size, most_at_once
from renkei.commons.ledger.sequencing import Sequencer, resume, rotate
from renkei.commons.ledger.witness import FileWitness
from renkei.database.duties import DutyLock, DutyLostError
from renkei.database.transaction import Busy
from renkei.kit.errors import RenkeiError
from renkei.kit.secret_box import SecretBox
from tests.clocks import Turnable


def leaves(ledger):
    return ledger.read("SELECT leaf_index, fact_key FROM commons.ledger_entries ORDER BY leaf_index")


def heads(ledger):
    return ledger.read("SELECT number, size FROM commons.ledger_heads ORDER BY number")


def test_facts_get_leaves_in_the_order_in_which_they_were_committed(ledger, chain, traded):
    ledger.tick()
    chain.state(traded.b, traded.own, own=3, again=True)
    chain.settle()
    ledger.tick()
    keys = [fact_key for _, fact_key in leaves(ledger)]
    assert keys == sorted(keys)
    assert len(keys) == len(ledger.read("SELECT 1 FROM commons.ledger_facts"))


def test_heads_grow_alike_whether_or_not_something_happened(ledger, chain, traded):
    """Nine facts make a head of 64 leaves; three of A's own, or none at all, make heads of 8 each."""
    ledger.tick()
    quiet = ledger.tick().size
    chain.state(traded.a, traded.product, own=11, again=True)
    chain.state(traded.b, traded.own, own=3, again=True)
    busy = ledger.tick().size
    assert heads(ledger) == [(1, 64), (2, 72), (3, 80)]
    assert busy - quiet == 8


@pytest.mark.parametrize(
    ("waiting", "size"), [(0, 8), (8, 8), (9, 64), (65, 512), (513, 4096), (5_000, 4_096)]
)
def test_a_head_tells_a_rough_class_only(waiting, size):
    assert batch_size(waiting, 8) == size


@pytest.mark.parametrize("least", [1, 3, 8, 64])
def test_a_head_takes_no_more_facts_than_it_has_leaves(least):
    for waiting in (0, 1, least, 100, 1_535, 1_537, 4_096):
        taken = min(waiting, most_at_once(least))
        assert taken <= batch_size(taken, least) <= 4_096


def test_more_facts_than_a_head_takes_wait_for_the_next(ledger, traded):
    """At most 3 * 8 ** 3 = 1,536 leaves a head: 2,009 facts need two."""

    def record(tx):
        for number in range(2_000):
            service.record(tx, "consent", tx.new_id(), {"number": number})

    ledger.database.run(traded.a, record)
    ledger.sequencer = Sequencer(ledger.database, ledger.box, least=3)
    assert [ledger.tick().size, ledger.tick().size] == [1_536, 1_536 * 2]
    assert len(leaves(ledger)) == 2_009


def test_where_a_fact_stands_among_the_new_leaves_is_chance(ledger, chain, traded):
    ledger.tick()
    seen = set()
    for number in range(12):
        chain.state(traded.a, traded.product, own=20 + number, again=True)
        size = ledger.tick().size
        seen.add(leaves(ledger)[-1][0] - (size - 8))
    assert len(seen) > 1


def test_two_sequencers_at_once_make_one_log(ledger, chain, traded):
    other = Sequencer(ledger.database, ledger.box)
    ledger.tick()
    errors = []

    def run(sequencer):
        try:
            for _ in range(10):
                sequencer.tick()
        except RenkeiError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in (ledger.sequencer, other)]
    for thread in threads:
        thread.start()
    chain.state(traded.b, traded.own, own=4, again=True)
    for thread in threads:
        thread.join()
    assert errors == []
    ledger.tick()
    numbers, sizes = zip(*heads(ledger), strict=True)
    assert numbers == tuple(range(1, 23))
    assert len(set(sizes)) == 22
    assert ledger.verify()[1] == []


def test_the_former_owner_of_the_duty_signs_nothing(ledger, traded, database_url):
    first, second = DutyLock(database_url, "ledger", "first"), DutyLock(database_url, "ledger", "second")
    try:
        former = first.take()
        ledger.sequencer.tick(former)
        first.close()
        while second.take() is None:
            pass
        with pytest.raises(DutyLostError):
            ledger.sequencer.tick(former)
        assert heads(ledger) == [(1, 64)]
        ledger.sequencer.tick(second.fence)
    finally:
        first.close()
        second.close()
    assert heads(ledger) == [(1, 64), (2, 72)]


def test_a_kill_in_the_middle_of_a_tick_leaves_no_half_of_it(ledger, chain, traded, monkeypatch):
    """The connection ends after leaves and tiles were written and before the head was: all of it is as before."""
    from renkei.commons.ledger import store

    ledger.tick()
    chain.state(traded.b, traded.own, own=5, again=True)
    written = store.add_head

    def killed(tx, head):
        written(tx, head)
        with psycopg.connect(ledger.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (tx.connection.info.backend_pid,))
        tx.execute("SELECT 1")

    monkeypatch.setattr(store, "add_head", killed)
    with pytest.raises(Busy):
        ledger.tick()
    monkeypatch.undo()
    assert heads(ledger) == [(1, 64)]
    ledger.tick()
    assert ledger.verify()[1] == []
    assert len(leaves(ledger)) == len(ledger.read("SELECT 1 FROM commons.ledger_facts"))


def test_a_head_that_was_not_witnessed_is_covered_by_the_next(ledger, traded):
    ledger.tick()
    Sequencer(ledger.database, ledger.box).tick()  # as if killed between commit and witness
    ledger.sequencer.begin()
    ledger.tick()
    assert [one.number for one in ledger.witness.all()] == [1, 3]
    assert ledger.verify()[0].witnessed == 80


def test_a_line_that_was_cut_off_is_passed_over(ledger, traded):
    ledger.tick(2)
    path = ledger.witness.path
    path.write_bytes(path.read_bytes()[:-40])
    assert ledger.witness.newest().number == 1
    ledger.tick()
    assert [one.number for one in FileWitness(path).all()] == [1, 3]


def test_a_sequencer_signs_nothing_on_a_database_that_was_set_back(ledger, traded, tmp_path):
    ledger.tick(2)
    yesterday = ledger.read("SELECT max(number) FROM commons.ledger_heads")[0][0]
    ahead = Sequencer(ledger.database, ledger.box)
    head = ahead.tick()
    ledger.witness.remember(head)
    ledger.tamper("DELETE FROM commons.ledger_heads WHERE number > %s", (yesterday,))
    with pytest.raises(LedgerRolledBack) as error:
        ledger.sequencer.begin()
    assert error.value.parameters["lost"] == 8


def test_an_accepted_loss_stays_on_record(ledger, traded):
    kept = ledger.tick()
    lost = ledger.tick()
    ledger.tamper("DELETE FROM commons.ledger_heads WHERE number = %s", (lost.number,))
    ledger.tamper("UPDATE commons.ledger_tiles SET hashes = substr(hashes, 1, %s)", (kept.size * 32,))
    with pytest.raises(LedgerRolledBack):
        ledger.sequencer.begin()
    resume(ledger.database, ledger.witness, "backup of Monday after a fire")
    ledger.sequencer.begin()
    ledger.tick()
    report, findings = ledger.verify()
    assert findings == []
    assert report.given_up == ["backup of Monday after a fire"]


def test_a_new_key_signs_beside_the_former_one_for_a_while(ledger, database, traded):
    database.clock = clock = Turnable()
    first = ledger.tick()
    [old] = database.read(traded.a, service.public_keys)
    clock.turn(seconds=1)
    rotate(database, ledger.box, overlap=timedelta(days=30))
    second = ledger.tick()
    new, _ = database.read(traded.a, service.public_keys)
    assert read_note(second.note, read_verifiers(old.verifier)) == read_note(
        second.note, read_verifiers(new.verifier)
    )
    clock.turn(days=31)
    third = ledger.tick()
    with pytest.raises(NoteRefused):
        read_note(third.note, read_verifiers(old.verifier))
    read_note(third.note, read_verifiers(f"{old.verifier}\n{new.verifier}\n"))
    read_note(first.note, read_verifiers(old.verifier))
    assert ledger.verify()[1] == []


def test_a_stolen_key_stops_at_once(ledger, database, traded):
    ledger.tick()
    [old] = database.read(traded.a, service.public_keys)
    rotate(database, ledger.box, overlap=timedelta(days=30), compromised=True)
    with pytest.raises(NoteRefused):
        read_note(ledger.tick().note, read_verifiers(old.verifier))


def test_keys_outlive_a_rotation_of_the_master_key(ledger, database, traded):
    ledger.tick()
    fresh = SecretBox([bytes(range(1, 33)), bytes(range(32))])
    Sequencer(database, fresh, ledger.witness).tick()
    ledger.box = SecretBox([bytes(range(1, 33))])
    assert ledger.verify()[1] == []
