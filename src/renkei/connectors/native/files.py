"""Files, such as certificates: `/v1/files`: announced, then uploaded, then never changed, only erased."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Call, Open, client_of, page_json
from renkei.commons.edge.fields import Id, Limit, MomentText, Name
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.transfers import attachment, receive
from renkei.commons.edge.validation import Body, View
from renkei.commons.files.model import File, FileDraft
from renkei.commons.files.safe import Received
from renkei.commons.files.service import (
    awaited,
    content_of,
    delete_file,
    file_of,
    keep,
    list_files,
    reserve,
)
from renkei.database.transaction import Transaction

_BYTES: Final[dict[str, Any]] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}


class FileBody(Body):
    """A file that is to come."""

    name: Name
    extension: Annotated[str, Field(strict=True, min_length=1, max_length=10)] | None = Field(
        default=None, description="its type; default: as the name ends"
    )


class FileView(View):
    """An own file. The name is kept without folders and control characters, and ends with the extension."""

    file_id: Id
    name: str
    extension: str
    state: Literal["reserved", "stored"]
    size_bytes: int | None
    sha256: str | None = Field(description="of the content, in hexadecimal")
    created_at: MomentText
    stored_at: MomentText | None
    stale: bool = False


class FilesView(View):
    """A page of own files, newest first."""

    items: list[FileView]
    next: Id | None
    stale: bool = False


def router() -> APIRouter:
    """The paths under `/files`."""
    routes = APIRouter(prefix="/files", tags=["files"])

    @routes.get("", response_model=FilesView)
    def get_files(
        call: Open,
        limit: Limit = 50,
        after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    ) -> Response:
        """Own files that are not erased, newest first."""
        return call.read(lambda tx: page_json(list_files(tx, after, limit), file_json))

    @routes.post(
        "",
        openapi_extra=takes(FileBody, {"name": "certificate.pdf"}),
        response_model=FileView,
        status_code=201,
    )
    def create_file(call: Open) -> Response:
        """Announce a file; its bytes go to `…/content`, soon: an announcement that is never used is forgotten."""
        given = call.body(FileBody)
        draft = FileDraft(name=given.name, extension=given.extension)

        def work(tx: Transaction) -> Answer:
            (file,) = reserve(tx, call.context.files, [draft], at="")
            return Answer(file_json(file), 201, {"Location": f"/v1/files/{file.file_id}"})

        return call.write(work)

    @routes.get("/{file_id}", response_model=FileView)
    def get_file(call: Open, file_id: Id) -> Response:
        """One own file."""
        return call.read(lambda tx: file_json(file_of(tx, file_id)))

    @routes.put(
        "/{file_id}/content",
        openapi_extra={"requestBody": {"required": True, "content": _BYTES}},
        response_model=FileView,
    )
    async def upload_file(request: Request, file_id: Id) -> Response:
        """Upload the bytes, as they are. Once stored they never change; the same bytes once more are accepted."""
        call = _unread(request)
        safe = call.context.files

        def store(received: Received) -> Response:
            return call.write(lambda tx: file_json(keep(tx, safe, file_id, received)))

        caller, file = await run_sync(
            call.context.database.read, call.entry, lambda tx: (tx.caller, awaited(tx, file_id))
        )
        incoming = await run_sync(safe.receive, caller.operator_id, file_id, file.extension)
        try:
            return await run_sync(store, await receive(request, incoming))
        finally:
            await run_sync(incoming.discard)

    @routes.get("/{file_id}/content", response_class=Response, responses={200: {"content": _BYTES}})
    def download_file(call: Open, file_id: Id) -> Response:
        """The bytes of an own file, as an attachment."""
        content = call.context.database.read(call.entry, lambda tx: content_of(tx, file_id))
        return attachment(call.context.files, content)

    @routes.delete("/{file_id}", status_code=204)
    def erase_file(call: Open, file_id: Id) -> Response:
        """Erase a file for good; it leaves every certificate it is in."""
        return call.write(lambda tx: delete_file(tx, file_id), status=204)

    return routes


def file_json(file: File) -> dict[str, Any]:
    """A file as it is answered."""
    return {
        "file_id": file.file_id,
        "name": file.name,
        "extension": file.extension,
        "state": file.state,
        "size_bytes": file.size_bytes,
        "sha256": None if file.sha256 is None else file.sha256.hex(),
        "created_at": file.created_at,
        "stored_at": file.stored_at,
    }


def _unread(request: Request) -> Call:
    """The call of a request whose body is still to be read."""
    context = request.app.state.context
    return Call(context=context, scope=request.scope, client=client_of(request.scope, context))
