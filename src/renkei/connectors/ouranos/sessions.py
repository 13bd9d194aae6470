"""`/auth/login`, `/auth/refresh`, `/auth/change` (sections 6.1 to 6.3) and systemAuth (6.4, 6.5).

They run after the key was checked, in transactions of the access room's own: a failed login is counted although the
request is refused.
"""

from __future__ import annotations

import re
from typing import Final

from renkei.commons.access import service
from renkei.commons.access.passwords import check_new_password
from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.fields import Faults, Fields
from renkei.database.caller import Caller

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_LONGEST_ADDRESS: Final = 254


def login(_: Caller, exchange: Exchange) -> Answer:
    """A person's tokens. Wrong password, unknown, locked and disabled account are one answer (401)."""
    faults = Faults(exchange.source)
    fields = Fields(faults, exchange.json(), expected="authentication.LoginParam")
    email = fields.text("operatorAccountId", required=True)
    if email is not None and (len(email) > _LONGEST_ADDRESS or _EMAIL.fullmatch(email) is None):
        fields.fault("operatorAccountId", texts.VALID_EMAIL)
    password = fields.text("accountPassword", required=True)
    fields.close()
    faults.refuse()
    tokens = service.login(
        exchange.context.access, email or "", password or "", client_ip=exchange.client_ip, kind="ouranos"
    )
    return Answer(
        value={"accessToken": tokens.access_token, "refreshToken": tokens.refresh_token}, status=201
    )


def refresh(_: Caller, exchange: Exchange) -> Answer:
    """A new access token for a refresh token that may be used again and again for a bounded time."""
    faults = Faults(exchange.source)
    fields = Fields(faults, exchange.json(), expected="authentication.RefreshParam")
    token = fields.text("refreshToken", required=True)
    fields.close()
    faults.refuse()
    tokens = service.refresh_ouranos(exchange.context.access, token or "")
    return Answer(value={"accessToken": tokens.access_token}, status=201)


def change(caller: Caller, exchange: Exchange) -> Answer:
    """A new password for the calling person; the old one is not asked for."""
    faults = Faults(exchange.source)
    fields = Fields(faults, exchange.json(), expected="authentication.ChangePasswordParam")
    password = fields.text("newPassword", required=True, expected="authentication.Password")
    fields.close()
    faults.refuse()
    check_new_password(password or "")
    service.change_password(exchange.context.access, caller, password or "")
    return Answer(value={}, status=201)


def system_token(_: Caller, exchange: Exchange) -> Answer:
    """Whose token this is; null for one that is not good."""
    faults = Faults(exchange.source, bind_base=texts.INVALID_REQUEST)
    fields = Fields(
        faults, exchange.json(base=texts.INVALID_REQUEST), expected="authentication.VerifyTokenParam"
    )
    token = fields.text("idToken", required=True)
    fields.close()
    faults.refuse()
    return Answer(value={"operatorId": service.introspect_token(exchange.context.access, token or "")})


def system_key(_: Caller, exchange: Exchange) -> Answer:
    """Whether there is such a key, and whether the address lies in its networks: two answers."""
    faults = Faults(exchange.source, bind_base=texts.INVALID_REQUEST)
    fields = Fields(
        faults, exchange.json(base=texts.INVALID_REQUEST), expected="authentication.VerifyApiKeyParam"
    )
    address = fields.text("ipAddress", required=True)
    key = fields.text("apiKey", required=True)
    fields.close()
    faults.refuse()
    verdict = service.introspect_key(exchange.context.access, key or "", address or "")
    return Answer(value={"isApiKeyValid": verdict.is_key_valid, "isIpAddressValid": verdict.is_ip_valid})
