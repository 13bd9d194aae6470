"""Second factors after a change of the master key."""

from __future__ import annotations

import base64
from datetime import datetime

import pytest
from tests.commons.access.conftest import later
from tests.factories import Operator

from renkei.commons.access import registry
from renkei.commons.access.errors import CodeWrong
from renkei.commons.access.second_factor import STEP_SECONDS, check, code_at, confirm, enrol, reseal
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.kit.clock import SetClock
from renkei.kit.secret_box import SecretBox

FORMER, CURRENT = b"x" * 32, b"y" * 32


def code(secret: str, at: datetime) -> str:
    """What an authenticator shows."""
    return code_at(base64.b32decode(secret.replace(" ", "")), int(at.timestamp()) // STEP_SECONDS)


def test_they_are_sealed_again_and_the_former_key_may_go(
    keys: AccessKeys, clock: SetClock, a: Operator
) -> None:
    account, _ = registry.add_account(keys, "user@example.com", a.operator_id, "editor", "Pass@1234")
    caller = Caller(
        operator_key=a.operator_key, operator_id=a.operator_id, door="page", account_id=account.account_id
    )
    former = SecretBox([FORMER])
    secret = enrol(keys, caller, former, account.email).secret
    confirm(keys, caller, former, code(secret, clock.at))

    assert reseal(keys, SecretBox([CURRENT])) == (0, 1), "no key of the ring opens it: counted and left"
    ring = SecretBox([CURRENT, FORMER])
    assert reseal(keys, ring) == (1, 0)
    assert reseal(keys, ring) == (0, 0)
    later(clock, seconds=STEP_SECONDS)
    alone = SecretBox([CURRENT])
    check(keys, account.account_id, alone, code(secret, clock.at))
    with pytest.raises(CodeWrong):
        check(keys, account.account_id, alone, code(secret, clock.at))
