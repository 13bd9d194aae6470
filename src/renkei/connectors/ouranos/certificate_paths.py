"""`/cfpCertificationInfo` and `/cfpCertifications` (section 10): the certificate of an own part and its files."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from renkei.connectors.ouranos.cfp_target import certification_model
from renkei.connectors.ouranos.entries import Asked, Body, own
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.certificates import certificate, delete_certificate, put_certificate

DESCRIPTION: Final = 100
FILE_NAME: Final = 255


def post_certification(tx: Transaction, exchange: Exchange) -> Answer:
    """Give an own part its certificate, or change it: the files named are added to those it has.

    (The sample client uploads and names one file at a time, and takes files away one by one with the other path.)
    """
    most = exchange.context.settings.files_per_certificate
    body = Body(exchange)
    operator_id = body.fields.uuid("operatorId", required=True)
    certificate_id = body.fields.uuid("cfpCertificationId")
    trace_id = body.fields.uuid("traceId", required=True)
    description = body.fields.text("cfpCertificationDescription", high=DESCRIPTION)
    items = body.objects("cfpCertificationFileInfo", most=most)
    named = {}
    for item in items:
        file_id = item.uuid("fileId", required=True)
        name = item.text("fileName", required=True, low=1, high=FILE_NAME)
        if file_id is not None:
            named[file_id] = name
    body.close(*items)
    assert operator_id is not None
    assert trace_id is not None
    own(tx, operator_id)
    files = {**_present_files(tx, trace_id, certificate_id), **named}
    if len(files) > most:
        body.entries.invalid("cfpCertificationFileInfo")
        body.entries.refuse()
    stored = put_certificate(
        tx, trace_id, certificate_id=certificate_id, description=description, files=tuple(files.items())
    )
    return Answer(value=certification_model(stored))


def _present_files(tx: Transaction, trace_id: UUID, certificate_id: UUID | None) -> dict[UUID, str | None]:
    """The files that the certificate to be changed has now."""
    if certificate_id is None:
        return {}
    present = next((one for one in certificate(tx, trace_id) if one.own), None)
    return {} if present is None else {file.file_id: file.name for file in present.files or ()}


def delete_certification(tx: Transaction, exchange: Exchange) -> Answer:
    """Delete one file of an own part's certificate, or the whole of it; the last file takes it along."""
    asked = Asked(exchange.query)
    operator_id = asked.uuid("operatorId", required=True)
    trace_id = asked.uuid("traceId", required=True)
    file_id = asked.optional_uuid("fileId")
    asked.close()
    own(tx, operator_id)
    left = delete_certificate(tx, trace_id, file_id)
    if file_id is not None and left is not None and not left.files:
        delete_certificate(tx, trace_id)
    value: dict[str, object] = {"traceId": trace_id}
    if file_id is not None:
        value["fileId"] = file_id
    return Answer(value=value)
