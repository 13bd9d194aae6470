"""Operations of the ledger: rooms record facts; parties get receipts and proofs; members get heads.

A fact is recorded by `record` while the transaction runs and written with it, in one statement for all facts of the
transaction. It is `pending` until the sequencer (`sequencing`) has given it a leaf and a signed head covers that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.ledger import store
from renkei.commons.ledger.errors import HeadMissing, LedgerDamaged, NoHeadYet, SizesNotOrdered
from renkei.commons.ledger.merkle import (
    Span,
    consistency_spans,
    inclusion_spans,
    nodes_of,
    span_hash,
)
from renkei.commons.ledger.model import Fact, FactDraft, Head, LogState, Party, Proved, PublicKey, Receipt
from renkei.commons.ledger.notes import verifier_line
from renkei.commons.ledger.rules import canonical_content, commitment_of, other_parties
from renkei.commons.ledger.tiles import TileMissing, reader, tiles_for
from renkei.database.transaction import Transaction
from renkei.kit.canonical import new_salt

MOST_FACTS = 500
"""Facts about one subject in one answer."""
MOST_COUNTED = 10_000
"""Waiting facts beyond that are not counted."""


# -- recording --------------------------------------------------------------------------------------------------------
def record(
    tx: Transaction,
    kind: str,
    subject_id: UUID,
    content: Mapping[str, Any],
    *,
    parties: Iterable[Party] = (),
    version: int | None = None,
) -> None:
    """Record that the caller states `content` about a subject; written with the transaction.

    `kind` is a name of `commons.ledger_kinds`, to which a use case adds its own by its migration. `content` holds what
    every party may read (ids, not keys), values as the columns have them and never a float; the caller's company is
    always a party. `version` names the version of the subject where each has a row of its own.
    """
    tx.collect(
        _write,
        FactDraft(
            kind=kind,
            subject_id=subject_id,
            content=canonical_content(content),
            parties=tuple(parties),
            version=version,
        ),
    )


def erase(tx: Transaction, kind: str, subject_ids: Iterable[UUID]) -> int:
    """Take content and salt of the caller's facts of a kind away for good; how many. The leaves stay and still verify.

    The erasure is a fact itself, so that content which merely vanished is told from content that was erased.
    """
    return _record_erasures(tx, kind, store.erase(tx, kind, subject_ids))


def erase_superseded(tx: Transaction, kinds: Sequence[str], before: datetime, limit: int) -> int:
    """The same for facts of the caller's that were recorded before a moment and have a later fact about their subject.

    At most `limit`; how many. What was said last about anything stays, whatever its age.
    """
    erased = store.erase_superseded(tx, kinds, before, limit)
    return sum(
        _record_erasures(tx, kind, [row for row in erased if row["kind"] == kind])
        for kind in sorted({row["kind"] for row in erased})
    )


def _record_erasures(tx: Transaction, kind: str, erased: Sequence[DictRow]) -> int:
    ids = store.ids_of(tx, {key for row in erased for key in row["parties"]}) if erased else {}
    for row in erased:
        parties = [(key, ids[key]) for key in row["parties"] if key in ids]
        record(
            tx,
            "erasure",
            row["subject_id"],
            {"erased": kind, "version": row["version"]},
            parties=parties,
            version=row["version"],
        )
    return len(erased)


def _write(tx: Transaction, drafts: Sequence[FactDraft]) -> None:
    salts = [new_salt() for _ in drafts]
    me = tx.caller
    commitments = [
        commitment_of(
            Fact(
                kind=draft.kind,
                subject_id=draft.subject_id,
                version=draft.version,
                operator_id=me.operator_id,
                parties=other_parties(me.operator_id, [party_id for _, party_id in draft.parties]),
                actor=me.actor,
                recorded_at=tx.now,
                content=draft.content,
            ),
            salt,
        )
        for draft, salt in zip(drafts, salts, strict=True)
    ]
    store.insert(
        tx,
        kinds=[draft.kind for draft in drafts],
        subjects=[draft.subject_id for draft in drafts],
        versions=[draft.version for draft in drafts],
        parties=[sorted({key for key, _ in draft.parties} - {me.operator_key}) for draft in drafts],
        contents=[draft.content.decode() for draft in drafts],
        salts=salts,
        commitments=commitments,
    )


# -- what a party reads -----------------------------------------------------------------------------------------------
def receipts(
    tx: Transaction, subject_ids: Iterable[UUID], kind: str | None = None, limit: int | None = MOST_FACTS
) -> list[Receipt]:
    """The facts about some subjects that the caller made or is a party to, oldest first. One statement."""
    return [
        receipt_from(row, row["operator_id"]) for row in store.read_facts(tx, list(subject_ids), kind, limit)
    ]


def prove(
    tx: Transaction,
    subject_ids: Iterable[UUID],
    kind: str | None = None,
    size: int | None = None,
    *,
    limit: int | None = MOST_FACTS,
) -> tuple[Head, list[Proved]]:
    """The same facts with the proofs that their leaves are under the head over `size` leaves, by default the newest.

    Three statements. A fact without a leaf under that head has no proof. Raises `NoHeadYet`, `HeadMissing`.
    """
    found = receipts(tx, subject_ids, kind, limit)
    head = head_of(tx, size)
    spans = {
        receipt.fact_key: inclusion_spans(receipt.leaf_index, head.size)
        for receipt in found
        if receipt.leaf_index is not None and receipt.leaf_index < head.size
    }
    hashes = _hashes(tx, {span for path in spans.values() for span in path})
    proofs = {key: [hashes[span] for span in path] for key, path in spans.items()}
    return head, [Proved(receipt=one, proof=proofs.get(one.fact_key)) for one in found]


def receipt_from(row: DictRow, operator_id: UUID) -> Receipt:
    """A receipt out of a row of facts."""
    erased = row["content"] is None or row["salt"] is None
    return Receipt(
        fact_key=row["fact_key"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        fact=None
        if erased
        else Fact(
            kind=row["kind"],
            subject_id=row["subject_id"],
            version=row["version"],
            operator_id=operator_id,
            parties=tuple(row["parties"]),
            actor=row["actor"],
            recorded_at=row["recorded_at"],
            content=row["content"].encode(),
        ),
        salt=None if erased else row["salt"],
        commitment=row["commitment"],
        leaf_index=row["leaf_index"],
    )


# -- what every member reads -----------------------------------------------------------------------------------------
def head_of(tx: Transaction, size: int | None = None) -> Head:
    """The newest head, or that over `size` leaves. Raises `NoHeadYet`, `HeadMissing`."""
    if size is None:
        head = store.last_head(tx)
        if head is None:
            raise NoHeadYet
        return head
    head = store.head_of_size(tx, size)
    if head is None:
        raise HeadMissing("query:size", size=size)
    return head


def prove_consistency(tx: Transaction, first: int, second: int) -> list[bytes]:
    """The proof that the log over `second` leaves begins with that over `first`.

    Any two sizes the log has had, whether or not there is a head of them. Raises `NoHeadYet`, `SizesNotOrdered`.
    """
    newest = head_of(tx)
    if not 0 < first <= second <= newest.size:
        raise SizesNotOrdered("query:first", size=newest.size)
    spans = consistency_spans(first, second)
    hashes = _hashes(tx, spans)
    return [hashes[span] for span in spans]


def log_state(tx: Transaction) -> LogState:
    """How the log stands: for whoever runs the platform. Two statements, as `renkei_ledger`."""
    head = store.last_head(tx)
    return LogState(
        size=0 if head is None else head.size,
        signed_at=None if head is None else head.signed_at,
        waiting=store.waiting(tx, MOST_COUNTED),
    )


def public_keys(tx: Transaction) -> list[PublicKey]:
    """Every key that ever signed heads, newest first."""
    name = store.origin(tx) or ""
    return [store.key_row(row, verifier_line(name, row["public_key"])) for row in store.public_keys(tx)]


def _hashes(tx: Transaction, spans: Iterable[Span]) -> dict[Span, bytes]:
    """The hashes of some subtrees. One statement. Raises `LedgerDamaged`."""
    wanted = set(spans)
    node = reader(store.read_tiles(tx, tiles_for(nodes_of(wanted))))
    try:
        return {span: span_hash(span, node) for span in wanted}
    except TileMissing as error:
        raise LedgerDamaged from error
