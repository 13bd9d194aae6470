"""Addresses of files: whoever has one may use it, for a short time, for exactly one thing.

    <base>/files/<file id>?operator=<whose right it is>&trade=<by which it was disclosed>&token=<expiry and HMAC>

The token vouches for method, file, operator and trade. It is checked again what the operator may do when the address
is used: a disclosure withdrawn in the meantime stops the download. `trade` is there only for other companies' files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from renkei.commons.files.errors import FileUrlRefused
from renkei.kit.secret_box import SecretBox
from renkei.kit.signing import hmac_token, verify_hmac_token

PATH: Final = "/files"
Method = Literal["PUT", "GET"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What an address is good for: `method` PUT uploads an own file, GET downloads one, own or disclosed by a trade."""

    method: Method
    file_id: UUID
    operator_id: UUID
    trade_id: UUID | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """What the token vouches for."""
        trade = "" if self.trade_id is None else str(self.trade_id)
        return ("file", self.method, str(self.file_id), str(self.operator_id), trade)


def signed_url(secrets: SecretBox, base_url: str, right: Right, *, now: datetime, seconds: int) -> str:
    """The address, good for `seconds` from `now`."""
    token = hmac_token(_key(secrets), right.fields, now + timedelta(seconds=seconds))
    query = {"operator": str(right.operator_id)}
    if right.trade_id is not None:
        query["trade"] = str(right.trade_id)
    return f"{base_url}{PATH}/{right.file_id}?{urlencode(query | {'token': token})}"


def check_url(secrets: SecretBox, right: Right, token: str, *, now: datetime) -> None:
    """Return if `token` vouches for exactly this right and its time is not over; raise `FileUrlRefused` if not."""
    if not verify_hmac_token(_key(secrets), right.fields, token, now=now):
        raise FileUrlRefused


def _key(secrets: SecretBox) -> bytes:
    return secrets.derived_key("file-urls")
