"""`/v1/export`: everything that a company owns, to take along."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Final

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from renkei.commons.edge.calls import Open
from renkei.commons.edge.transfers import disposition
from renkei.commons.operators.export import export_lines
from renkei.connectors.native.bulk import NDJSON
from renkei.database.transaction import Transaction

_PIECE_BYTES: Final = 256 * 1024


def router() -> APIRouter:
    """The path of the export."""
    routes = APIRouter(tags=["operators"])

    @routes.get(
        "/export",
        response_class=StreamingResponse,
        responses={
            200: {"content": {NDJSON: {"schema": {"type": "string"}}}, "description": "One object a line."}
        },
    )
    def get_export(call: Open) -> Response:
        """All rows of the company and those it shares, one JSON object a line: `table` and `row`. Files are named in it.

        Administrators only.
        """
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last piece is sent

        def work(tx: Transaction) -> None:
            for line in export_lines(tx):
                file.write(line)

        try:
            call.context.database.read(call.entry, work)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        headers = {
            "Content-Disposition": disposition("export.ndjson"),
            "Cache-Control": "private, no-store",
        }
        return StreamingResponse(_pieces(file), 200, headers, NDJSON)

    return routes


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
