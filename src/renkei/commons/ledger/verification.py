"""Holding the whole database against its log, and the log against the witness.

1. **Keys and heads**: every head is signed by a key of the log, says what its row says, and grows.
2. **Leaves**: every leaf below the newest head is the hash of the fact that its entry names, or padding of ours; the
   tree over them gives every stored tile, every signed root, and every root the witness has seen.
3. **Facts**: as each company, every fact gives its commitment (with its salt), and is in the log or waits for it.
4. **Rows**: as each company, every row that a fact is about is there and says what the fact says (the newest one, where
   rows are overwritten), and no row is there that no fact is about.

An erased fact has no content to check; its leaf is checked like any other, and its erasure must be a fact itself.
Nothing is changed; the server may go on working meanwhile. One pass over everything: some 20 minutes for 10^7 facts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.ledger import store, verify_store
from renkei.commons.ledger.findings import Finding
from renkei.commons.ledger.merkle import EMPTY_ROOT, HASH_BYTES, leaf_hash, node_hash, root_of
from renkei.commons.ledger.model import Head
from renkei.commons.ledger.notes import NoteRefused, key_hash, read_note
from renkei.commons.ledger.rules import canonical_content, commitment_of, padding_commitment
from renkei.commons.ledger.sequencing import LEDGER, opens_to, padding_key
from renkei.commons.ledger.service import receipt_from
from renkei.commons.ledger.tiles import HEIGHT, WIDTH, hashes_in
from renkei.commons.ledger.verify_store import Source
from renkei.commons.ledger.witness import Witness, Witnessed, standing
from renkei.database.transaction import Database, act_as
from renkei.kit.secret_box import SecretBox, SecretUnreadableError

_PAGE: Final = 1_000
_TILES_AT_ONCE: Final = 16


@dataclass(slots=True)
class Report:
    """What was looked at. `witnessed`: up to which size the witness confirms the log."""

    size: int = 0
    heads: int = 0
    facts: int = 0
    erased: int = 0
    rows: int = 0
    witnessed: int = 0
    given_up: list[str] = field(default_factory=list)
    """Reasons for which an older state was accepted (`renkei ledger resume`)."""
    findings: int = 0


def verify(
    database: Database, box: SecretBox, witness: Witness | None, tell: Callable[[Finding], None]
) -> Report:
    """Check everything; `tell` gets each finding as it is made. Raises `Busy`, `OSError` (the witness)."""
    report = Report()

    def found(finding: Finding) -> None:
        report.findings += 1
        tell(finding)

    kept = list(witness.all()) if witness is not None else []
    report.given_up = [one.resumed for one in kept if one.resumed is not None]
    _Log(database, box, report, found).check(standing(iter(kept)))
    companies = database.owner(verify_store.operators)
    for key in database.run(
        LEDGER, lambda tx: verify_store.facts_of_nobody(tx, [key for key, _ in companies]), write=False
    ):
        found(Finding(code="fact_of_nobody", table="commons.ledger_facts", row=f"fact_key {key}"))
    sources = database.run(LEDGER, verify_store.sources, write=False)
    for operator_key, operator_id in companies:
        company = _Company(database, operator_key, operator_id, report, found)
        company.check_facts()
        for source in sources:
            company.check_rows(source)
    return report


# -- the log ---------------------------------------------------------------------------------------------------------
class _Range:
    """A tree that grows leaf by leaf, held by the roots of its perfect subtrees: its root at any moment is cheap."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf."""
        self._stack.append(leaf)
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right = self._stack.pop()
            self._stack[-1] = node_hash(self._stack[-1], right)
            size //= 2

    def root(self) -> bytes:
        """The root over the leaves so far."""
        whole: bytes | None = None
        for subtree in reversed(self._stack):
            whole = subtree if whole is None else node_hash(subtree, whole)
        return EMPTY_ROOT if whole is None else whole


class _Log:
    """Keys, heads, leaves, tiles, and the witness."""

    def __init__(
        self, database: Database, box: SecretBox, report: Report, found: Callable[[Finding], None]
    ) -> None:
        self._database = database
        self._box = box
        self._report = report
        self._found = found
        self._padding: bytes | None = None
        self._verifiers: dict[bytes, tuple[str, bytes]] = {}

    def check(self, witnessed: Sequence[Witnessed]) -> None:
        """Everything about the log itself."""
        self._report.size = size = self._database.run(LEDGER, verify_store.largest_size, write=False)
        if size or witnessed:
            self._check_keys()
        known = list(witnessed)
        if known and known[-1].size > size:
            last = known[-1]
            self._found(
                Finding(
                    code="rolled_back",
                    table="commons.ledger_heads",
                    row=f"leaves {size} to {last.size - 1}",
                    place=f"witnessed: head {last.number} of {last.size} leaves at {last.signed_at.isoformat()}",
                )
            )
        self._walk(size, [one for one in known if one.size <= size])
        for leaf, fact in self._database.run(LEDGER, verify_store.entries_beyond, write=False):
            self._found(
                Finding(
                    code="entry_beyond",
                    table="commons.ledger_entries",
                    row=f"leaf_index {leaf}",
                    place=f"fact_key {fact}",
                )
            )
        for key in self._database.run(LEDGER, verify_store.facts_nowhere, write=False):
            self._found(Finding(code="fact_not_in_log", table="commons.ledger_facts", row=f"fact_key {key}"))

    def _check_keys(self) -> None:
        try:
            self._padding = self._database.run(LEDGER, lambda tx: padding_key(tx, self._box), write=False)
        except SecretUnreadableError:
            self._padding = None
        if self._padding is None:
            self._found(Finding(code="log_missing", table="commons.ledger_log", row="log_key 1"))
        name = self._database.run(LEDGER, store.origin, write=False) or ""
        for row in self._database.run(LEDGER, lambda tx: store.signing_keys(tx, None), write=False):
            try:
                good = opens_to(self._box, row["key_id"], row["private_key"]) == row["public_key"]
            except SecretUnreadableError:
                good = False
            known = key_hash(name, row["public_key"])
            if not good or known.hex() != row["key_id"]:
                self._found(
                    Finding(code="key_differs", table="commons.ledger_keys", row=f"key_id {row['key_id']}")
                )
            self._verifiers[known] = (name, row["public_key"])

    def _walk(self, size: int, witnessed: list[Witnessed]) -> None:
        """All leaves in order, with the tiles they give and the roots that were signed or witnessed on the way."""
        tree = _Range()
        heads = self._heads(size)
        head = next(heads, None)
        seen = iter(witnessed)
        witness = next(seen, None)
        levels: list[bytearray] = []
        for leaves in self._leaves(size):
            for leaf in leaves:
                tree.append(leaf)
                self._grow(levels, 0, leaf, tree.size)
                while head is not None and head.size == tree.size:
                    self._check_root(head, tree.root())
                    head = next(heads, None)
                while witness is not None and witness.size == tree.size:
                    if witness.root == tree.root():
                        self._report.witnessed = witness.size
                    else:
                        self._differs_from(witness)
                    witness = next(seen, None)
        for level, row in enumerate(levels):
            if row:
                self._check_tile(level, (size >> (HEIGHT * level)) // WIDTH, bytes(row))
        counts = [-(-(size >> (HEIGHT * level)) // WIDTH) for level in range(len(levels))]
        for level, number in self._database.run(
            LEDGER, lambda tx: verify_store.tiles_outside(tx, counts), write=False
        ):
            if self._grew(size):
                break  # the log went on meanwhile; a later run looks at what is new
            self._found(Finding(code="tile_beyond", table="commons.ledger_tiles", row=f"{level}/{number}"))

    def _grew(self, size: int) -> bool:
        return self._database.run(LEDGER, verify_store.largest_size, write=False) > size

    def _differs_from(self, witness: Witnessed) -> None:
        self._found(
            Finding(
                code="witness_differs",
                table="commons.ledger_tiles",
                row=f"leaves {self._report.witnessed} to {witness.size - 1}",
                place=f"witnessed: head {witness.number} at {witness.signed_at.isoformat()}",
            )
        )

    def _heads(self, size: int) -> Iterator[Head]:
        """The heads up to a size, each checked for itself."""
        former: Head | None = None
        number = -1
        while True:
            page = self._database.run(
                LEDGER, partial(verify_store.heads_after, number=number, limit=_PAGE), write=False
            )
            for head in page:
                if head.size > size:
                    continue  # signed since we began
                self._check_head(head, former)
                if former is None or head.size > former.size:
                    former = head
                    yield head
            if len(page) < _PAGE:
                return
            number = page[-1].number

    def _check_head(self, head: Head, former: Head | None) -> None:
        self._report.heads += 1
        row = f"number {head.number}"
        try:
            said = read_note(head.note, self._verifiers)
        except NoteRefused:
            self._found(Finding(code="head_unsigned", table="commons.ledger_heads", row=row))
        else:
            if (said.number, said.size, said.root, said.signed_at) != (
                head.number,
                head.size,
                head.root,
                head.signed_at,
            ):
                self._found(Finding(code="head_differs", table="commons.ledger_heads", row=row))
        if former is not None and head.size <= former.size:
            self._found(Finding(code="head_out_of_order", table="commons.ledger_heads", row=row))

    def _check_root(self, head: Head, root: bytes) -> None:
        if head.root != root:
            self._found(
                Finding(
                    code="root_differs",
                    table="commons.ledger_heads",
                    row=f"number {head.number}",
                    place=f"size {head.size}",
                )
            )

    def _leaves(self, size: int) -> Iterator[list[bytes]]:
        """The hashes of all leaves as they ought to be, in pieces; what is stored otherwise is told."""
        for first in range(0, size, _TILES_AT_ONCE * WIDTH):
            end = min(size, first + _TILES_AT_ONCE * WIDTH)

            def page(tx: Any, first: int = first, end: int = end) -> Any:
                return (
                    verify_store.tiles_between(tx, 0, first // WIDTH, -(-end // WIDTH)),
                    verify_store.leaves(tx, first, end),
                )

            tiles, rows = self._database.run(LEDGER, page, write=False)
            facts = {leaf: (fact, commitment) for leaf, fact, commitment in rows}
            found: list[bytes] = []
            for index in range(first, end):
                at = (index % WIDTH) * HASH_BYTES
                stored = tiles.get(index // WIDTH, b"")[at : at + HASH_BYTES]
                found.append(self._leaf(index, stored, facts.get(index)))
            yield found

    def _leaf(self, index: int, stored: bytes, fact: tuple[int, bytes | None] | None) -> bytes:
        """The hash of one leaf: as stored, or, where that is gone, as it would follow from the fact."""
        if fact is not None:
            key, commitment = fact
            if commitment is None:
                self._found(
                    Finding(
                        code="fact_missing",
                        table="commons.ledger_facts",
                        row=f"fact_key {key}",
                        place=f"leaf {index}",
                    )
                )
                return stored or bytes(HASH_BYTES)
            expected = leaf_hash(commitment)
            if stored and stored != expected:
                self._found(
                    Finding(
                        code="leaf_differs",
                        table="commons.ledger_entries",
                        row=f"leaf_index {index}",
                        place=f"fact_key {key}",
                    )
                )
            return stored or expected
        expected = b"" if self._padding is None else leaf_hash(padding_commitment(self._padding, index))
        if stored and stored != expected:
            self._found(
                Finding(code="leaf_unexplained", table="commons.ledger_entries", row=f"leaf_index {index}")
            )
        return stored or expected or bytes(HASH_BYTES)

    def _grow(self, levels: list[bytearray], level: int, subtree: bytes, size: int) -> None:
        """Put a subtree into its level's tile; a tile that is full is held against the stored one."""
        if level == len(levels):
            levels.append(bytearray())
        row = levels[level]
        row += subtree
        if len(row) == WIDTH * HASH_BYTES:
            full = bytes(row)
            row.clear()
            self._check_tile(level, (size >> (HEIGHT * level)) // WIDTH - 1, full)
            self._grow(levels, level + 1, root_of(hashes_in(full)), size)

    def _check_tile(self, level: int, number: int, expected: bytes) -> None:
        tiles = self._database.run(
            LEDGER, lambda tx: verify_store.tiles_between(tx, level, number, number + 1), write=False
        )
        stored = tiles.get(number, b"")
        row = f"{level}/{number}"
        if len(stored) < len(expected):
            self._found(Finding(code="tile_missing", table="commons.ledger_tiles", row=row))
        elif stored[: len(expected)] != expected or (
            len(stored) > len(expected) and not self._grew(self._report.size)
        ):
            wrong = [
                at
                for at in range(-(-len(stored) // HASH_BYTES))
                if stored[at * HASH_BYTES :][:HASH_BYTES] != expected[at * HASH_BYTES :][:HASH_BYTES]
            ]
            self._found(
                Finding(
                    code="tile_differs",
                    table="commons.ledger_tiles",
                    row=row,
                    place=f"hashes {', '.join(map(str, wrong[:10]))}",
                )
            )


# -- facts and rows --------------------------------------------------------------------------------------------------
class _Company:
    """One company's facts, and the rows they are about."""

    def __init__(
        self,
        database: Database,
        operator_key: int,
        operator_id: UUID,
        report: Report,
        found: Callable[[Finding], None],
    ) -> None:
        self._database = database
        self._entry = act_as(operator_key, operator_id, door="cli")
        self._operator_id = operator_id
        self._report = report
        self._found = found

    def check_facts(self) -> None:
        """Every own fact gives its commitment."""
        for row in self._pages(verify_store.own_facts, "fact_key"):
            self._report.facts += 1
            if row["content"] is None and row["salt"] is None:
                self._report.erased += 1
                if not row["erasure_recorded"]:
                    self._found(_about_fact("erasure_unrecorded", row))
                continue
            receipt = receipt_from(row, self._operator_id)
            if (
                receipt.fact is None
                or receipt.salt is None
                or len(receipt.salt) != HASH_BYTES
                or len(row["parties"]) != row["parties_count"]
                or commitment_of(receipt.fact, receipt.salt) != receipt.commitment
            ):
                self._found(_about_fact("fact_differs", row))

    def check_rows(self, source: Source) -> None:
        """Every row of a source says what its fact says."""

        def page(tx: Any, after: int, limit: int) -> list[DictRow]:
            return verify_store.facts_with_rows(tx, source, after, limit)

        for row in self._pages(page, "of_fact_key"):
            self._report.rows += 1
            self._check_row(source, row)
        for row in self._database.run(
            self._entry, lambda tx: verify_store.rows_without_fact(tx, source), write=False
        ):
            self._found(
                Finding(
                    code="row_unrecorded",
                    table=source.view,
                    row=_subject(row["of_subject"], row["of_version"]),
                )
            )

    def _check_row(self, source: Source, row: DictRow) -> None:
        if row["of_content"] is None:
            return  # erased, with the row's values
        name = _subject(row["of_fact_subject"], row["of_fact_version"])
        where = f"fact_key {row['of_fact_key']}, leaf {row['of_leaf_index']}"
        if row["of_subject"] is None:
            self._found(Finding(code="row_missing", table=source.view, row=name, place=where))
            return
        if row["of_fault"] is not None:
            self._found(Finding(code="row_contradicts", table=source.view, row=name, place=row["of_fault"]))
        content = {column: value for column, value in row.items() if not column.startswith("of_")}
        now = json.loads(canonical_content(content))
        try:
            recorded = json.loads(row["of_content"])
        except ValueError:
            return  # the fact itself was changed, which is told already
        # A column that the fact does not have came with a later release.
        wrong = [column for column in now if column in recorded and now[column] != recorded[column]]
        if wrong:
            self._found(
                Finding(
                    code="row_differs",
                    table=source.view,
                    row=name,
                    place=f"{', '.join(wrong)} ({where})",
                )
            )

    def _pages(self, read: Callable[..., list[DictRow]], key: str) -> Iterator[DictRow]:
        after = 0
        while True:
            page = self._database.run(self._entry, partial(read, after=after, limit=_PAGE), write=False)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][key]


def _about_fact(code: str, row: DictRow) -> Finding:
    return Finding(
        code=code,
        table="commons.ledger_facts",
        row=f"fact_key {row['fact_key']}",
        place=f"{row['kind']} {_subject(row['subject_id'], row['version'])}, leaf {row['leaf_index']}",
    )


def _subject(subject_id: UUID, version: int | None) -> str:
    return str(subject_id) if version is None else f"{subject_id} version {version}"
