"""Files over HTTP: bytes that come in piece by piece, and bytes that go out as nothing but an attachment."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse

from renkei.commons.files.model import Content
from renkei.commons.files.safe import FileSafe, Incoming, Received
from renkei.kit.errors import FaultKind, RenkeiError

_BATCH_BYTES: Final = 256 * 1024
_ATTACHED: Final = {
    # Whatever it is, no browser shows or runs it on our origin (`observe` forbids sniffing for every answer).
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


class UploadBroken(RenkeiError):
    """The sender went away before its file was whole; nobody reads this."""

    code = "upload_broken"
    kind = FaultKind.MALFORMED
    en = "The upload ended too early."
    ja = "アップロードが途中で終わりました。"


async def receive(request: Request, incoming: Incoming) -> Received:
    """Read the body into `incoming`, and finish it.

    Slow senders hold no thread, and never more than some 256 KiB of a file are in memory.
    Raises what `Incoming` raises, `BodyTooLarge`, `UploadBroken`.
    """
    batch = bytearray()
    try:
        async for piece in request.stream():
            batch += piece
            if len(batch) >= _BATCH_BYTES:
                await run_sync(incoming.write, bytes(batch))
                batch.clear()
    except ClientDisconnect:
        raise UploadBroken from None
    if batch:
        await run_sync(incoming.write, bytes(batch))
    return await run_sync(incoming.finish)


def attachment(safe: FileSafe, content: Content) -> StreamingResponse:
    """The file as a download. Read and checked once before the first byte is sent. Raises `FileDamaged`."""
    safe.check(content)
    return StreamingResponse(
        safe.pieces(content),
        200,
        _ATTACHED
        | {
            "Content-Length": str(content.size_bytes),
            "Content-Disposition": disposition(content.name),
        },
        "application/octet-stream",
    )


def disposition(name: str) -> str:
    """RFC 6266: the name in ASCII for old readers, and whole (RFC 8187) for the others."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%;' else "_"
        for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
