"""What exactly is committed to, and how far a head reaches. Pure decisions.

A fact's envelope is the canonical JSON (RFC 8785) of

    {"actor", "at", "content", "kind", "operator", "parties", "subject", "version"}

Its commitment is SHA-256 over a fixed prefix, a salt of 32 random bytes and the envelope (`kit.canonical`); the leaf of
the log is the RFC 9162 hash of the commitment. So a leaf tells nothing without the salt, and whoever holds envelope and
salt can show what the leaf stands for.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from renkei.commons.ledger.model import Fact
from renkei.kit.canonical import canonical_json, commitment_to, instant

LARGEST_BATCH: Final = 4_096
"""Most leaves of one head, so that it is made well within its second."""
_STEP: Final = 8


def canonical_content(content: Mapping[str, Any]) -> bytes:
    """The canonical form of a fact's content: the same for the values at hand and for those read back from a table.

    (PostgreSQL hands a whole number out of a document as an int, whatever wrote it; so whole decimals are ints here.)
    """
    return canonical_json(content, whole_as_ints=True)


def envelope(fact: Fact) -> bytes:
    """The bytes that are committed to. The names are in the order of RFC 8785, section 3.2.3."""
    actor, kind = _word(fact.actor), _word(fact.kind)
    parties = ",".join(f'"{party}"' for party in fact.parties)
    version = "null" if fact.version is None else fact.version
    before = f'{{"actor":{actor},"at":"{instant(fact.recorded_at)}","content":'
    after = (
        f',"kind":{kind},"operator":"{fact.operator_id}","parties":[{parties}],"subject":"{fact.subject_id}",'
        f'"version":{version}}}'
    )
    return before.encode() + fact.content + after.encode()


@lru_cache(maxsize=10_000)
def _word(text: str) -> str:
    return canonical_json(text).decode()


def commitment_of(fact: Fact, salt: bytes) -> bytes:
    """The commitment to a fact. Raises `ValueError` unless the salt has 32 bytes."""
    return commitment_to(envelope(fact), salt)


def padding_commitment(key: bytes, index: int) -> bytes:
    """What stands at a leaf that is no fact: nobody without the key can tell it from one, and we can prove that it is none."""
    return hmac.new(key, b"renkei:ledger-padding:1\x00" + index.to_bytes(8), hashlib.sha256).digest()


def batch_size(waiting: int, least: int) -> int:
    """How many leaves the next head adds: `least`, or that times 8, 64 … so that it tells only a rough class of activity."""
    size = least
    while size < waiting and size * _STEP <= LARGEST_BATCH:
        size *= _STEP
    return size


def most_at_once(least: int) -> int:
    """How many facts one head can take."""
    return batch_size(LARGEST_BATCH, least)


def places(count: int, size: int, chance: random.Random) -> Sequence[int]:
    """Which of `size` new leaves hold `count` facts, in order: at random, so that a place tells nothing about the others."""
    return sorted(chance.sample(range(size), count))


def other_parties(operator_id: UUID, parties: Sequence[UUID]) -> tuple[UUID, ...]:
    """The parties besides the one that made the fact, each once, in a fixed order."""
    return tuple(sorted(set(parties) - {operator_id}))
