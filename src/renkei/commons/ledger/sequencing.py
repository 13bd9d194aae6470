"""The sequencer: gives facts their leaves in commit order, and signs a head at every tick of the clock.

One tick is one transaction of `renkei_ledger`: take what is queued (at most 4,096), give it places among the new
leaves, fill the others with padding, grow the tree, sign, commit; then tell the witness. A tick signs a head whether or
not anything happened, and every head adds 8, 64, 512 or 4,096 leaves: from the heads nobody learns who was active, and
only roughly how much all members together did.

There is one sequencer at a time: its duty's fence is checked in the transaction, and the log's row is locked, so of two
that tick at once one waits and then continues where the other ended. A kill between leaves either a whole tick or none;
a head that was committed but not witnessed is witnessed with the next one.

A sequencer that begins asks the witness first: if the database is older than that, it signs nothing (a second log under
the same name would prove both parties wrong), until somebody clears it up (`resume`).
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from renkei.commons.ledger import store
from renkei.commons.ledger.errors import LedgerRolledBack, NoHeadYet
from renkei.commons.ledger.merkle import leaf_hash, nodes_of, tree_root
from renkei.commons.ledger.model import Head
from renkei.commons.ledger.notes import Checkpoint, key_hash, write_note
from renkei.commons.ledger.rules import batch_size, most_at_once, padding_commitment, places
from renkei.commons.ledger.tiles import Growth, TileMissing, edge_of, reader, tiles_for
from renkei.commons.ledger.witness import Witness
from renkei.database.duties import Fence, hold
from renkei.database.transaction import Database, Transaction, as_role
from renkei.kit.secret_box import SecretBox

log = structlog.get_logger(__name__)

LEDGER: Final = as_role("renkei_ledger")
_PADDING: Final = b"ledger-padding"
_CHANCE: Final = random.SystemRandom()


@dataclass(slots=True)
class Sequencer:
    """Ticks. `least`: the fewest leaves of a head. Not for several threads."""

    database: Database
    box: SecretBox
    witness: Witness | None = None
    least: int = 8
    _opened: dict[str, Ed25519PrivateKey] = field(default_factory=dict)
    _padding: bytes | None = None

    def begin(self) -> None:
        """See that the database is no older than the witness. Raises `LedgerRolledBack`, `OSError`."""
        known = None if self.witness is None else self.witness.newest()
        if known is None:
            return

        def agrees(tx: Transaction) -> int:
            head = store.last_head(tx)
            size = 0 if head is None else head.size
            if size < known.size:
                return known.size - size
            node = reader(store.read_tiles(tx, tiles_for(nodes_of([(0, known.size)]))))
            try:
                same = tree_root(known.size, node) == known.root
            except TileMissing:
                same = False
            return 0 if same else known.size

        lost = self.database.run(LEDGER, agrees, write=False)
        if lost:
            log.error("ledger_rolled_back", witnessed_size=known.size, lost_leaves=lost)
            raise LedgerRolledBack(lost=lost)

    def tick(self, fence: Fence | None = None) -> Head:
        """One head, over whatever is queued. Raises `DutyLostError`, `Busy`, `TileMissing` (a damaged log)."""
        head = self.database.run(LEDGER, lambda tx: self._advance(tx, fence), write=False)
        if self.witness is not None:
            try:
                self.witness.remember(head)
            except OSError as error:
                # The log goes on: its heads are in members' hands too, and the next one covers this one.
                log.warning("ledger_witness_failed", error=type(error).__name__, number=head.number)
        return head

    def _advance(self, tx: Transaction, fence: Fence | None) -> Head:
        if fence is not None:
            hold(tx, fence)
        origin = self._log(tx)
        former = store.last_head(tx)
        size = 0 if former is None else former.size
        facts = store.take_queued(tx, most_at_once(self.least))
        assert self._padding is not None
        batch = batch_size(len(facts), self.least)
        chosen = dict(zip(places(len(facts), batch, _CHANCE), facts, strict=True))
        growth = Growth(size, store.read_tiles(tx, edge_of(size)))
        growth.append(
            [
                leaf_hash(chosen[at][1] if at in chosen else padding_commitment(self._padding, size + at))
                for at in range(batch)
            ]
        )
        if chosen:
            store.add_entries(tx, [(size + at, fact_key) for at, (fact_key, _) in chosen.items()])
        store.write_tiles(tx, sorted(growth.written().items()))
        checkpoint = Checkpoint(
            origin=origin,
            size=growth.size,
            root=growth.root(),
            number=1 if former is None else former.number + 1,
            signed_at=tx.now,
        )
        head = Head(
            number=checkpoint.number,
            size=checkpoint.size,
            root=checkpoint.root,
            signed_at=checkpoint.signed_at,
            note=write_note(checkpoint, self._keys(tx)),
        )
        store.add_head(tx, head)
        return head

    # -- secrets -----------------------------------------------------------------------------------------------------
    def _log(self, tx: Transaction) -> str:
        """The log's name, its row locked; begins the log if there is none."""
        row = store.lock_log(tx)
        if row is None:
            key = secrets.token_bytes(32)
            store.begin_log(tx, f"renkei-ledger-{tx.new_id()}", self.box.seal(key, _PADDING))
            row = store.lock_log(tx)
            assert row is not None
        if self._padding is None:
            self._padding = self.box.open(row["padding_key"], _PADDING)
            if not self.box.is_current(row["padding_key"]):
                store.reseal_padding(tx, self.box.seal(self._padding, _PADDING))
        return str(row["origin"])

    def _keys(self, tx: Transaction) -> list[Ed25519PrivateKey]:
        """The keys that sign now."""
        rows = store.signing_keys(tx, tx.now)
        if not rows:
            self.add_key(tx)
            rows = store.signing_keys(tx, tx.now)
        for row in rows:
            if row["key_id"] not in self._opened:
                raw = self.box.open(row["private_key"], _associated(row["key_id"]))
                if not self.box.is_current(row["private_key"]):
                    store.reseal(tx, row["key_id"], self.box.seal(raw, _associated(row["key_id"])))
                self._opened[row["key_id"]] = Ed25519PrivateKey.from_private_bytes(raw)
        return [self._opened[row["key_id"]] for row in rows]

    def add_key(self, tx: Transaction) -> str:
        """Make a key that signs from the next head on; its id."""
        row = store.lock_log(tx)
        assert row is not None
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        key_id = key_hash(row["origin"], public).hex()
        store.add_key(tx, key_id, public, self.box.seal(key.private_bytes_raw(), _associated(key_id)))
        return key_id


def reseal(database: Database, box: SecretBox) -> int:
    """Seal the ledger's keys with the current master key; how many were sealed with a former one.

    Raises `SecretUnreadableError` for what no key of the ring opens.
    """

    def work(tx: Transaction) -> int:
        row = store.lock_log(tx)
        if row is None:
            return 0
        resealed = 0
        if not box.is_current(row["padding_key"]):
            store.reseal_padding(tx, box.seal(box.open(row["padding_key"], _PADDING), _PADDING))
            resealed += 1
        for key in store.signing_keys(tx, None):
            if not box.is_current(key["private_key"]):
                associated = _associated(key["key_id"])
                store.reseal(
                    tx, key["key_id"], box.seal(box.open(key["private_key"], associated), associated)
                )
                resealed += 1
        return resealed

    return database.run(LEDGER, work, write=False)


def rotate(database: Database, box: SecretBox, *, overlap: timedelta, compromised: bool = False) -> str:
    """Make a new key for heads. For `overlap` the former ones sign beside it, so whoever knows one learns the other.

    `compromised`: the former ones stop at once. Returns the key's id. Raises `NoHeadYet` before the log began.
    """
    sequencer = Sequencer(database, box)

    def work(tx: Transaction) -> str:
        if store.lock_log(tx) is None:
            raise NoHeadYet
        key_id = sequencer.add_key(tx)
        store.retire_keys(tx, but=key_id, at=tx.now if compromised else tx.now + overlap)
        return key_id

    return database.run(LEDGER, work, write=False)


def resume(database: Database, witness: Witness, reason: str) -> Head:
    """Accept that the database is an older state than the witness knows (a restored backup), and go on from there.

    The witness keeps the loss and the reason for good; members who hold a lost head will notice, and must be told.
    Raises `NoHeadYet`.
    """

    def newest(tx: Transaction) -> Head:
        head = store.last_head(tx)
        if head is None:
            raise NoHeadYet
        return head

    head = database.run(LEDGER, newest, write=False)
    witness.remember(head, reason)
    return head


def forget_heads(database: Database, fence: Fence, before: datetime) -> int:
    """Keep one head an hour of what was signed before a moment; how many went. What they proved, later ones prove."""

    def work(tx: Transaction) -> int:
        hold(tx, fence)
        return store.thin_heads(tx, before, 3_600)

    return database.run(LEDGER, work, write=False)


def padding_key(tx: Transaction, box: SecretBox) -> bytes | None:
    """The key that padding is made with; None before the log began."""
    row = store.lock_log(tx)
    return None if row is None else box.open(row["padding_key"], _PADDING)


def opens_to(box: SecretBox, key_id: str, sealed: bytes) -> bytes:
    """The public key that belongs to a sealed private one. Raises `SecretUnreadableError`."""
    raw = box.open(sealed, _associated(key_id))
    return Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()


def _associated(key_id: str) -> bytes:
    return b"ledger-key:" + key_id.encode()
