"""The ledger: `/v1/ledger`: heads, keys and consistency for every member; proofs of what one made or was given."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open
from renkei.commons.edge.fields import Id, MomentText, Short
from renkei.commons.edge.validation import View
from renkei.commons.ledger.bundle import bundle, head_json
from renkei.commons.ledger.model import PublicKey
from renkei.commons.ledger.service import head_of, prove, prove_consistency, public_keys

Size = Annotated[int, Query(ge=1, le=2**62)]
_HEX = r"^[0-9a-f]{64}$"
Hash = Annotated[str, Field(pattern=_HEX)]


class HeadView(View):
    """A signed head. `note` is a checkpoint with its signatures (C2SP tlog-checkpoint): keep it, it proves the rest."""

    number: int
    size: int
    root: Hash
    signed_at: MomentText
    note: str


class LedgerKeyView(View):
    """A key of heads: as a JSON Web Key (RFC 8037), and as one line for a verifier of signed notes."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    verifier: str
    created_at: MomentText
    retired_at: MomentText | None


class LedgerKeysView(View):
    """All keys that ever signed heads, newest first."""

    keys: list[LedgerKeyView]
    stale: bool = False


class ProvedView(View):
    """A fact, its salt, and the proof that its leaf is under the head. `proof` is null while it is pending."""

    kind: str
    subject_id: Id
    version: int | None
    recorded_at: MomentText
    state: Literal["pending", "in_log", "erased"]
    leaf_index: int | None
    commitment: Hash
    salt: Hash | None
    fact: dict[str, Any] | None
    proof: list[Hash] | None


class ProofsView(View):
    """Facts with their proofs: a bundle, as `renkei ledger check` takes it."""

    format: Literal["renkei-ledger-bundle/1"]
    head: HeadView
    items: list[ProvedView]
    stale: bool = False


class HeadAnswer(HeadView):
    """A signed head."""

    stale: bool = False


class ConsistencyView(View):
    """The proof that the log of `second` leaves begins with that of `first` (RFC 9162, section 2.1.4)."""

    first: int
    second: int
    proof: list[Hash]
    stale: bool = False


def router() -> APIRouter:
    """The paths under `/ledger`."""
    routes = APIRouter(prefix="/ledger", tags=["ledger"])

    @routes.get("/head", response_model=HeadAnswer)
    def get_head(
        call: Open,
        size: Annotated[Size | None, Query(description="over so many leaves; default: the newest")] = None,
    ) -> Response:
        """The newest signed head of the log, the same for every member."""
        return call.read(lambda tx: head_json(head_of(tx, size)))

    @routes.get("/keys", response_model=LedgerKeysView)
    def get_keys(call: Open) -> Response:
        """The public keys that heads are signed with."""
        return call.read(lambda tx: {"keys": [_key_json(one) for one in public_keys(tx)]})

    @routes.get("/proofs", response_model=ProofsView)
    def get_proofs(
        call: Open,
        subject_id: Annotated[
            list[Id],
            Query(
                min_length=1,
                max_length=100,
                description="statement, delivery, consent, request, trade, declaration …",
            ),
        ],
        kind: Annotated[Short | None, Query(description="only facts of this kind")] = None,
        size: Annotated[Size | None, Query(description="under the head over so many leaves")] = None,
    ) -> Response:
        """The facts about something that this company made or was given, with their proofs; others are not there."""
        return call.read(lambda tx: bundle(*prove(tx, subject_id, kind, size)))

    @routes.get("/consistency", response_model=ConsistencyView)
    def get_consistency(call: Open, first: Size, second: Size) -> Response:
        """The proof that nothing before `first` changed on the way to `second`."""
        return call.read(
            lambda tx: {
                "first": first,
                "second": second,
                "proof": [piece.hex() for piece in prove_consistency(tx, first, second)],
            }
        )

    return routes


def _key_json(key: PublicKey) -> dict[str, Any]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": base64.urlsafe_b64encode(key.public_key).rstrip(b"=").decode(),
        "kid": key.key_id,
        "verifier": key.verifier,
        "created_at": key.created_at,
        "retired_at": key.retired_at,
    }
