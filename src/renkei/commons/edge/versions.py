"""Versions that travel: a write answers `Renkei-Version`, a later read sends it back as `Renkei-After`.

Inside is the transaction id of the write. It is sealed, because two of them compared would tell how busy all the others
are in between; outside it is 56 characters of base64url that mean nothing.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from renkei.kit.errors import RenkeiError
from renkei.kit.secret_box import SecretBox, SecretUnreadableError

VERSION_HEADER: Final = "Renkei-Version"
AFTER_HEADER: Final = "Renkei-After"
STALE_HEADER: Final = "Renkei-Stale"

_PURPOSE: Final = b"renkei-version"
_LONGEST: Final = 200


class BadVersion(RenkeiError):
    """`Renkei-After` is not what a write answered."""

    code = "bad_version"
    en = "Renkei-After must be the Renkei-Version that a write answered."
    ja = "Renkei-Afterには書き込み時に返されたRenkei-Versionを指定してください。"


def write_version(box: SecretBox, version: int) -> str:
    """The version as it travels."""
    return base64.urlsafe_b64encode(box.seal(version.to_bytes(8), _PURPOSE)).rstrip(b"=").decode()


def read_version(box: SecretBox, text: str) -> int:
    """The version again. Raises `BadVersion`."""
    try:
        if len(text) > _LONGEST:
            raise BadVersion(f"header:{AFTER_HEADER}")
        sealed = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
        return int.from_bytes(box.open(sealed, _PURPOSE))
    except (SecretUnreadableError, binascii.Error, ValueError):
        raise BadVersion(f"header:{AFTER_HEADER}") from None
