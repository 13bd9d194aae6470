"""A request that is repeated with the same `Idempotency-Key` is carried out once (draft-ietf-httpapi-idempotency-key-header).

The life of a claim:

1. `claim` is committed before the work: from now on the key stands for this request and no other;
2. the transaction of the work claims again, which locks the claim's row: of several at once one works, the others wait
   and find its answer;
3. `remember` stores the answer in the transaction of the work: both are there or neither is;
4. if the work is refused, `release` lets the key go: nothing was stored, so the request may be corrected and come again.

A process that dies between 1 and 3 leaves a claim without an answer; nobody holds its lock, so the next repetition of
the same request takes it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from renkei.database.transaction import Transaction
from renkei.kit.errors import Conflict, FaultKind, RenkeiError
from renkei.kit.strict_json import dumps

POINTER: Final = "header:Idempotency-Key"
"""Where the key stands in a request."""


class KeyReused(RenkeiError):
    """The key stands for another request."""

    code = "idempotency_key_reused"
    kind = FaultKind.CONTENT
    en = "This Idempotency-Key was used for a different request; choose a new one."
    ja = "このIdempotency-Keyは別の要求で使用済みです。新しいキーを指定してください。"


class RequestInProgress(Conflict):
    """The same request is being carried out at this moment."""

    code = "request_in_progress"
    retry_after_seconds = 1
    en = "The same request is being carried out; ask again in a moment for its answer."
    ja = "同じ要求を処理中です。少し待ってからもう一度送信してください。"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request as its sender named it. `route` and the caller are part of the name; `fingerprint` hashes the rest."""

    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it went out, byte for byte."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The key is ours, or was answered. `fresh`: nobody had claimed it before."""

    answer: StoredAnswer | None
    fresh: bool


def claim(tx: Transaction, request: RequestKey, *, keep: timedelta) -> Claim:
    """Claim the key for this request, or find its answer. One statement; waits while another works on the same.

    A claim older than `keep` is forgotten. Raises `KeyReused`.
    """
    row = tx.row(
        """
        INSERT INTO commons.idempotency AS i (operator_key, caller, route, idempotency_key, body_hash, claimed_at)
        VALUES (commons.me(), %(caller)s, %(route)s, %(key)s, %(hash)s, %(now)s)
        ON CONFLICT (operator_key, caller, route, idempotency_key) DO UPDATE
           SET body_hash = CASE WHEN i.claimed_at < %(before)s THEN excluded.body_hash ELSE i.body_hash END,
               status = CASE WHEN i.claimed_at < %(before)s THEN NULL ELSE i.status END,
               headers = CASE WHEN i.claimed_at < %(before)s THEN NULL ELSE i.headers END,
               body = CASE WHEN i.claimed_at < %(before)s THEN NULL ELSE i.body END,
               claimed_at = CASE WHEN i.claimed_at < %(before)s THEN excluded.claimed_at ELSE i.claimed_at END
        RETURNING i.body_hash, i.status, i.headers, i.body, i.xmax = 0 AS fresh
        """,
        {**_name(tx, request), "hash": request.fingerprint, "now": tx.now, "before": tx.now - keep},
    )
    assert row is not None
    if bytes(row["body_hash"]) != request.fingerprint:
        raise KeyReused(POINTER)
    if row["status"] is None:
        return Claim(None, bool(row["fresh"]))
    body = None if row["body"] is None else bytes(row["body"])
    return Claim(StoredAnswer(row["status"], row["headers"], body), fresh=False)


def remember(tx: Transaction, request: RequestKey, answer: StoredAnswer) -> None:
    """Store the answer beside the claim, in the transaction of the work."""
    tx.execute(
        """
        UPDATE commons.idempotency SET status = %(status)s, headers = %(headers)s::text::jsonb, body = %(body)s
         WHERE operator_key = commons.me() AND caller = %(caller)s AND route = %(route)s AND idempotency_key = %(key)s
        """,
        {
            **_name(tx, request),
            "status": answer.status,
            "headers": dumps(dict(answer.headers)).decode(),
            "body": answer.body,
        },
    )


def release(tx: Transaction, request: RequestKey) -> None:
    """Let the key go, unless another has answered, or works on the same request at this moment."""
    tx.execute(
        """
        DELETE FROM commons.idempotency
         WHERE operator_key = commons.me() AND (caller, route, idempotency_key) IN (
           SELECT i.caller, i.route, i.idempotency_key FROM commons.idempotency i
            WHERE i.operator_key = commons.me() AND i.caller = %(caller)s AND i.route = %(route)s
              AND i.idempotency_key = %(key)s AND i.body_hash = %(hash)s AND i.status IS NULL
              FOR UPDATE SKIP LOCKED)
        """,
        {**_name(tx, request), "hash": request.fingerprint},
    )


def purge_idempotency(tx: Transaction, before: datetime, *, limit: int = 5_000) -> int:
    """Delete (about) the `limit` oldest claims that were made before `before`; returns how many. A duty of the engine."""
    # guard: runs as the engine, for every company; it may read nothing but the moments
    return tx.execute(
        """
        DELETE FROM commons.idempotency
         WHERE claimed_at < %(before)s
           AND claimed_at <= (SELECT max(oldest.claimed_at) FROM (
                 SELECT i.claimed_at FROM commons.idempotency i ORDER BY i.claimed_at LIMIT %(limit)s) AS oldest)
        """,
        {"before": before, "limit": limit},
    ).rowcount


def _name(tx: Transaction, request: RequestKey) -> dict[str, object]:
    return {"caller": tx.caller.actor, "route": request.route, "key": request.key}
