"""Facts with their proofs as one JSON document, and checking it with nothing but the log's public key.

    {"format": "renkei-ledger-bundle/1",
     "head": {"number", "size", "root", "signed_at", "note"},
     "items": [{"kind", "subject_id", "version", "recorded_at", "state", "leaf_index",
                "commitment", "salt", "fact", "proof": [hash, …]}, …]}

Hashes, salts and roots are hexadecimal. `fact` is the envelope (`rules`): its canonical form and the salt give the
commitment, the commitment gives the leaf, the leaf and the proof give the root, and the note signs the root. While
a fact is pending `proof` is null; of an erased fact `fact` and `salt` are, and the leaf is proved alone.
`GET /v1/ledger/proofs` answers in this form too. Members that are not named here are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from renkei.commons.ledger.merkle import HASH_BYTES, is_included, leaf_hash
from renkei.commons.ledger.model import Head, Proved
from renkei.commons.ledger.notes import Checkpoint, NoteRefused, read_note, read_verifiers
from renkei.commons.ledger.rules import envelope
from renkei.kit.canonical import SALT_BYTES, canonical_json, commitment_to
from renkei.kit.errors import RenkeiError
from renkei.kit.strict_json import JsonLimits, parse

FORMAT: Final = "renkei-ledger-bundle/1"
_LIMITS: Final = JsonLimits(size_bytes=1_000_000_000, depth=64)
_LONGEST_PROOF: Final = 64
SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "malformed": ("This entry cannot be read.", "この項目を読み取れません。"),
    "commitment_differs": (
        "Fact and salt do not give the commitment: the fact was changed.",
        "内容とソルトからコミットメントが得られません（内容が変更されています）。",
    ),
    "label_differs": (
        "The entry says another thing outside than its fact does inside.",
        "項目の見出しが記録の内容と一致しません。",
    ),
    "not_included": (
        "The proof does not lead to the signed root.",
        "証明が署名されたルートに到達しません。",
    ),
}


class BundleRefused(RenkeiError):
    """The file is not a bundle, or its head is not signed by the given key."""

    code = "bundle_refused"
    en = "Nothing is proved: {reason}."
    ja = "何も証明されません: {reason}"


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry that does not hold, counted from 0."""

    item: int
    code: str

    @property
    def en(self) -> str:
        """What it means."""
        return SENTENCES[self.code][0]

    @property
    def ja(self) -> str:
        """What it means, in Japanese."""
        return SENTENCES[self.code][1]


@dataclass(slots=True)
class Outcome:
    """What a bundle proves: how many facts are unchanged and in the log as of the head, and what does not hold."""

    checkpoint: Checkpoint
    proved: int = 0
    pending: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)


def bundle(head: Head, proved: Sequence[Proved]) -> dict[str, Any]:
    """The document of some facts."""
    return {
        "format": FORMAT,
        "head": head_json(head),
        "items": [_item(one) for one in proved],
    }


def head_json(head: Head) -> dict[str, Any]:
    """A head as JSON has it."""
    return {
        "number": head.number,
        "size": head.size,
        "root": head.root.hex(),
        "signed_at": head.signed_at,
        "note": head.note,
    }


def _item(one: Proved) -> dict[str, Any]:
    receipt = one.receipt
    return {
        "kind": receipt.kind,
        "subject_id": receipt.subject_id,
        "version": receipt.version,
        "recorded_at": receipt.recorded_at,
        "state": receipt.state,
        "leaf_index": receipt.leaf_index,
        "commitment": receipt.commitment.hex(),
        "salt": None if receipt.salt is None else receipt.salt.hex(),
        "fact": None if receipt.fact is None else json.loads(envelope(receipt.fact)),
        "proof": None if one.proof is None else [piece.hex() for piece in one.proof],
    }


def check_bundle(content: bytes, verifiers: str) -> Outcome:
    """What a bundle proves under the log's public keys (lines of `notes.verifier_line`). Raises `BundleRefused`."""
    try:
        document = parse(content, _LIMITS)
    except RenkeiError:
        raise BundleRefused(reason="the file is not JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BundleRefused(reason="the file is not a ledger bundle")
    head, items = document.get("head"), document.get("items")
    note = head.get("note") if isinstance(head, dict) else None
    if not isinstance(note, str) or not isinstance(items, list):
        raise BundleRefused(reason="the file is not a ledger bundle")
    try:
        outcome = Outcome(read_note(note, read_verifiers(verifiers)))
    except NoteRefused as error:
        raise BundleRefused(reason=str(error)) from None
    for number, item in enumerate(items):
        _check(outcome, number, item)
    return outcome


def _check(outcome: Outcome, number: int, item: object) -> None:
    if not isinstance(item, dict):
        outcome.faults.append(Fault(number, "malformed"))
        return
    commitment = _hash(item.get("commitment"))
    code = "malformed" if commitment is None else _contradiction(item, commitment)
    if code is None and item.get("proof") is not None:
        code = _not_included(outcome.checkpoint, item, commitment or b"")
    if code is not None:
        outcome.faults.append(Fault(number, code))
    elif item.get("proof") is None:
        outcome.pending += 1
    elif item.get("fact") is None:
        outcome.erased += 1
    else:
        outcome.proved += 1


def _contradiction(item: Mapping[str, Any], commitment: bytes) -> str | None:
    """What is wrong between a fact, its salt, its commitment and its labels."""
    fact, salt = item.get("fact"), _hash(item.get("salt"))
    if fact is None and item.get("salt") is None:
        return None
    if not isinstance(fact, dict) or salt is None or len(salt) != SALT_BYTES:
        return "malformed"
    try:
        canonical = canonical_json(fact)
    except (TypeError, ValueError):
        return "malformed"
    if commitment_to(canonical, salt) != commitment:
        return "commitment_differs"
    labels = {"kind": "kind", "subject_id": "subject", "version": "version"}
    if any(item.get(outside) != fact.get(inside) for outside, inside in labels.items()):
        return "label_differs"
    return None


def _not_included(checkpoint: Checkpoint, item: Mapping[str, Any], commitment: bytes) -> str | None:
    index, pieces = item.get("leaf_index"), item.get("proof")
    if not isinstance(index, int) or not isinstance(pieces, list) or len(pieces) > _LONGEST_PROOF:
        return "malformed"
    proof = [_hash(piece) for piece in pieces]
    if any(piece is None for piece in proof):
        return "malformed"
    path = [piece for piece in proof if piece is not None]
    if not is_included(leaf_hash(commitment), index, checkpoint.size, path, checkpoint.root):
        return "not_included"
    return None


def _hash(text: object) -> bytes | None:
    try:
        raw = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return None
    return raw if len(raw) == HASH_BYTES else None
