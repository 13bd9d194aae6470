"""`/fileUploadUrl`, `/keyId`, `/fileDownloadUrl` (section 10), and the addresses they give out."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from renkei.commons.edge.facts import facts_of
from renkei.commons.edge.transfers import attachment, receive
from renkei.commons.files import service as files
from renkei.commons.files.errors import FileUrlRefused
from renkei.commons.files.model import Content, File, FileDraft
from renkei.commons.files.urls import PATH, Method, Right, check_url, signed_url
from renkei.connectors.ouranos.door import TRACEABILITY, OuranosDoor
from renkei.connectors.ouranos.entries import Asked, Body, own
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.usecases.footprint.certificates import certificate_file, disclosed_file

KEY_ID: Final = "renkei"
"""What stands for the reference's key management: files are encrypted here whatever the client says."""
FILE_NAME: Final = 255
EXTENSION: Final = 4


def get_key_id(_: Transaction, __: Exchange) -> Answer:
    """The id that the sample client repeats in a header of its upload; as text."""
    return Answer(text=KEY_ID)


def post_upload_url(tx: Transaction, exchange: Exchange) -> Answer:
    """Addresses to upload files to, in the order in which the files were named."""
    body = Body(exchange)
    operator_id = body.fields.uuid("operatorId", required=True)
    items = body.objects("fileInfo", most=exchange.context.settings.files_per_certificate)
    drafts = [
        FileDraft(
            name=item.text("fileName", required=True, low=1, high=FILE_NAME) or "",
            extension=item.text("extension", required=True, low=1, high=EXTENSION),
        )
        for item in items
    ]
    body.close(*items)
    assert operator_id is not None
    own(tx, operator_id)
    reserved = files.reserve(tx, exchange.context.files, drafts)
    return Answer(
        value=[
            _address(
                tx,
                exchange,
                file.file_id,
                file.name,
                Right(method="PUT", file_id=file.file_id, operator_id=operator_id),
            )
            for file in reserved
        ]
    )


def get_download_url(tx: Transaction, exchange: Exchange) -> Answer:
    """An address to download a file from.

    OWN: a file of the own certificate `cfpCertificationId`. OTHER: a file that the supplier discloses by the trade
    `cfpCertificationId`. Anything else is a file that does not exist.
    """
    asked = Asked(exchange.query)
    operator_id = asked.uuid("operatorId", required=True)
    owner_id = asked.uuid("fileOperatorId", required=True)
    file_id = asked.uuid("fileId", required=True)
    kind = asked.one_of("downloadType", "OWN", "OTHER")
    certificate_id = asked.uuid("cfpCertificationId", required=True)
    asked.close()
    own(tx, operator_id)
    if kind == "OWN":
        name = certificate_file(tx, certificate_id, owner_id, file_id).name
        right = Right(method="GET", file_id=file_id, operator_id=operator_id)
    else:
        name = disclosed_file(tx, certificate_id, file_id, owner_id=owner_id).name
        right = Right(method="GET", file_id=file_id, operator_id=operator_id, trade_id=certificate_id)
    return Answer(value=_address(tx, exchange, file_id, name, right))


def _address(
    tx: Transaction, exchange: Exchange, file_id: UUID, name: str, right: Right
) -> dict[str, object]:
    context = exchange.context
    url = signed_url(
        context.secrets,
        context.settings.base_url,
        right,
        now=tx.now,
        seconds=context.settings.signed_url_seconds,
    )
    return {"fileId": file_id, "fileName": name, "URL": url}


def file_routes(door: OuranosDoor) -> APIRouter:
    """The addresses themselves: whoever has one may use it, for a short time."""
    router = APIRouter(include_in_schema=False)
    context = door.context

    @router.put(f"{PATH}/{{file_id}}")
    async def upload(request: Request, file_id: str) -> Response:
        """Take the bytes of a file. Headers of other object stores (`x-amz-…`) mean nothing here."""
        try:
            right = await run_sync(_right, door, request, "PUT", file_id)
            file = await run_sync(_awaited, door, right)
            incoming = await run_sync(context.files.receive, right.operator_id, file.file_id, file.extension)
            try:
                received = await receive(request, incoming)
                await run_sync(
                    lambda: context.database.run(
                        files.entry_of(right.operator_id),
                        lambda tx: files.keep(tx, context.files, file.file_id, received),
                    )
                )
            finally:
                await run_sync(incoming.discard)
        except RenkeiError as error:
            return door.refused(request, TRACEABILITY, error)
        return Response(None, 200)

    @router.get(f"{PATH}/{{file_id}}")
    def download(request: Request, file_id: str) -> Response:
        """The bytes of a file, own or disclosed."""
        try:
            right = _right(door, request, "GET", file_id)

            def find(tx: Transaction) -> Content:
                if right.trade_id is None:
                    return files.content_of(tx, right.file_id)
                return disclosed_file(tx, right.trade_id, right.file_id)

            content = context.database.read(files.entry_of(right.operator_id), find)
            return attachment(context.files, content)
        except RenkeiError as error:
            return door.refused(request, TRACEABILITY, error)

    return router


def _right(door: OuranosDoor, request: Request, method: Method, file_id: str) -> Right:
    """What the address is good for. Raises `FileUrlRefused`."""
    query = request.query_params
    trade = query.get("trade")
    file, operator_id = parse_id(file_id), parse_id(query.get("operator"))
    trade_id = None if trade is None else parse_id(trade)
    if file is None or operator_id is None or (trade is not None and trade_id is None):
        raise FileUrlRefused
    right = Right(method=method, file_id=file, operator_id=operator_id, trade_id=trade_id)
    check_url(door.context.secrets, right, query.get("token", ""), now=door.context.database.clock.now())
    facts_of(request.scope).operator_id = right.operator_id
    return right


def _awaited(door: OuranosDoor, right: Right) -> File:
    door.context.quota.take(right.operator_id)
    return door.context.database.read(
        files.entry_of(right.operator_id), lambda tx: files.awaited(tx, right.file_id)
    )
