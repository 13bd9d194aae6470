"""Certificates under `/v1`: `/v1/parts/{trace_id}/certificate`, own ones and what suppliers disclose."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Open
from renkei.commons.edge.fields import Id, Name, Short
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.transfers import attachment
from renkei.commons.edge.validation import Body, View
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.service import part_keys
from renkei.database.transaction import Transaction
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.usecases.footprint.certificates import (
    certificate,
    delete_certificate,
    file_of_part,
    put_certificate,
)
from renkei.usecases.footprint.model import Certificate

_BYTES: Final[dict[str, Any]] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}
_FILE_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
_CERTIFICATE = {
    "description": "ISO 14067:2018",
    "files": [{"file_id": _FILE_ID, "name": "certificate.pdf"}],
}


class TooManyFiles(RenkeiError):
    """More files than a certificate may have."""

    code = "certificate_files_limit"
    kind = FaultKind.CONTENT
    en = "A certificate may have at most {limit} files."
    ja = "証明書に登録できるファイルは{limit}件までです。"


class CertificateFileBody(Body):
    """An uploaded file of the company's own, and how it is called here."""

    file_id: Id
    name: Name | None = Field(default=None, description="default: the file's own name")


class CertificateBody(Body):
    """A part's certificate as its company gives it."""

    certificate_id: Id | None = Field(default=None, description="the one to replace; none: a first one")
    description: Short | None = Field(default=None, description="the company's own note, never disclosed")
    files: list[CertificateFileBody] = Field(max_length=100)


class CertificateFileView(View):
    """A file of a certificate."""

    file_id: Id
    operator_id: Id
    name: str


class CertificateView(View):
    """The certificate of an own part."""

    certificate_id: Id
    trace_id: Id
    description: str | None
    files: list[CertificateFileView]
    stale: bool = False


class CertificateAnswerView(View):
    """What the supplier by one trade discloses; `files` is null while that is nothing."""

    trade_id: Id
    trace_id: Id
    files: list[CertificateFileView] | None


class CertificatesView(View):
    """What there is for a part: its own certificate, and its suppliers'."""

    certificate: CertificateView | None
    answers: list[CertificateAnswerView]
    stale: bool = False


def routers() -> tuple[APIRouter, ...]:
    """The router of certificates, for the `/v1` door."""
    routes = APIRouter(prefix="/parts/{trace_id}/certificate", tags=["certificates"])

    @routes.get("", response_model=CertificatesView)
    def get_certificate(call: Open, trace_id: Id) -> Response:
        """The certificate of an own part, and what the suppliers of a bought part disclose."""

        def work(tx: Transaction) -> dict[str, Any]:
            if trace_id not in part_keys(tx, [trace_id]):
                raise PartMissing
            found = certificate(tx, trace_id)
            return {
                "certificate": next((_own_json(one) for one in found if one.own), None),
                "answers": [_answer_json(one) for one in found if not one.own],
            }

        return call.read(work)

    @routes.put(
        "",
        openapi_extra=takes(CertificateBody, _CERTIFICATE),
        response_model=CertificateView,
        responses={201: {"model": CertificateView, "description": "The first certificate of this part."}},
    )
    def replace_certificate(call: Open, trace_id: Id) -> Response:
        """Give a part its first certificate (201), or replace the one named by `certificate_id`."""
        given = call.body(CertificateBody)
        limit = call.context.settings.files_per_certificate
        if len(given.files) > limit:
            raise TooManyFiles("/files", limit=limit)

        def work(tx: Transaction) -> Answer:
            stored = put_certificate(
                tx,
                trace_id,
                certificate_id=given.certificate_id,
                description=given.description,
                files=[(file.file_id, file.name) for file in given.files],
            )
            return Answer(_own_json(stored), 201 if given.certificate_id is None else 200)

        return call.write(work)

    @routes.delete("", status_code=204)
    def remove_certificate(call: Open, trace_id: Id) -> Response:
        """Delete a part's certificate; files that no other certificate has are erased with it."""
        return call.write(lambda tx: delete_certificate(tx, trace_id) and None, status=204)

    @routes.delete("/files/{file_id}", status_code=204)
    def remove_certificate_file(call: Open, trace_id: Id, file_id: Id) -> Response:
        """Take one file out of a part's certificate; it is erased unless another certificate has it."""
        return call.write(lambda tx: delete_certificate(tx, trace_id, file_id) and None, status=204)

    @routes.get("/files/{file_id}", response_class=Response, responses={200: {"content": _BYTES}})
    def download_certificate_file(call: Open, trace_id: Id, file_id: Id) -> Response:
        """The bytes of a file of the part's own certificate, or of one that a supplier discloses."""
        content = call.context.database.read(call.entry, lambda tx: file_of_part(tx, trace_id, file_id))
        return attachment(call.context.files, content)

    return (routes,)


def _own_json(one: Certificate) -> dict[str, Any]:
    return {
        "certificate_id": one.certificate_id,
        "trace_id": one.trace_id,
        "description": one.description,
        "files": _files_json(one),
    }


def _answer_json(one: Certificate) -> dict[str, Any]:
    return {"trade_id": one.certificate_id, "trace_id": one.trace_id, "files": _files_json(one)}


def _files_json(one: Certificate) -> list[dict[str, Any]] | None:
    if one.files is None:
        return None
    return [
        {"file_id": file.file_id, "operator_id": file.operator_id, "name": file.name} for file in one.files
    ]
