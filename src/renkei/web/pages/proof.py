"""The proof of something that was stated, asked or disclosed: checked before one's eyes, and taken along as a file.

The check is the very one of `renkei ledger check`, over the very bundle that `/v1/ledger/proofs` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from renkei.commons.edge.transfers import disposition
from renkei.commons.ledger.bundle import Outcome, bundle, check_bundle
from renkei.commons.ledger.errors import NoHeadYet
from renkei.commons.ledger.model import Head, Proved
from renkei.commons.ledger.service import prove, public_keys, receipts
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import path_id

_FILE: Final = {"Content-Disposition": disposition("proof.json")}
_KEYS: Final = {"Content-Disposition": disposition("ledger.keys")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Facts with their proofs, and what came of checking them. Without a head nothing can be proven yet."""

    items: tuple[Proved, ...]
    head: Head | None
    outcome: Outcome | None
    document: bytes
    verifiers: str


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/proof/{subject_id}")

    @routes.get("")
    def proof(call: Opened, subject_id: str) -> Response:
        return call.show("proof.html", subject_id=subject_id, checked=_checked(call, path_id(subject_id)))

    @routes.get("/bundle.json")
    def file(call: Opened, subject_id: str) -> Response:
        checked = _checked(call, path_id(subject_id))
        if checked.head is None:
            raise NoHeadYet
        return Response(checked.document, media_type="application/json", headers=_FILE)

    @routes.get("/ledger.keys")
    def keys(call: Opened, subject_id: str) -> Response:
        checked = _checked(call, path_id(subject_id))
        return Response(checked.verifiers, media_type="text/plain; charset=utf-8", headers=_KEYS)

    return routes


def _checked(call: PageCall, subject_id: UUID) -> Checked:
    def work(tx: Transaction) -> tuple[Head | None, list[Proved], str]:
        verifiers = "".join(f"{one.verifier}\n" for one in public_keys(tx))
        try:
            return *prove(tx, [subject_id]), verifiers
        except NoHeadYet:
            return None, [Proved(receipt=one, proof=None) for one in receipts(tx, [subject_id])], verifiers

    head, items, verifiers = call.read(work)
    if not items:
        raise HTTPException(404)
    document = b"" if head is None else dumps(bundle(head, items))
    return Checked(
        items=tuple(items),
        head=head,
        outcome=None if head is None else check_bundle(document, verifiers),
        document=document,
        verifiers=verifiers,
    )
