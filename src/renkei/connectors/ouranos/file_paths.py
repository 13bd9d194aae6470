"""`/fileUploadUrl`, `/keyId`, `/fileDownloadUrl` (section 10), and the addresses they give out."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from renkei.connectors.ouranos.door import OuranosDoor
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.database.transaction import Transaction

KEY_ID: Final = "renkei"
"""What stands for the reference's key management: files are encrypted here whatever the client says."""


def get_key_id(_: Transaction, __: Exchange) -> Answer:
    """The id that the sample client repeats in a header of its upload; as text."""
    return Answer(text=KEY_ID)


def post_upload_url(tx: Transaction, exchange: Exchange) -> Answer:
    """Addresses to upload files to."""
    raise NotImplementedError


def get_download_url(tx: Transaction, exchange: Exchange) -> Answer:
    """An address to download a file from."""
    raise NotImplementedError


def file_routes(door: OuranosDoor) -> APIRouter:
    """The addresses themselves: whoever has one may use it, for a short time."""
    del door
    return APIRouter(include_in_schema=False)
