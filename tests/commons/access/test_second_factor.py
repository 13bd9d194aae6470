"""Second factors after a change of the master key."""

from __future__ import annotations

import base64
from datetime import datetime

import pytest
from tests.commons.access.conftest import EMAIL, PASSWORD, later, login
from tests.factories import Operator

from renkei.commons.access import registry
from renkei.commons.access.entry import v1_entry
from renkei.commons.access.errors import CodeWrong
from renkei.commons.access.model import AccessPolicy, ClientContext
from renkei.commons.access.second_factor import STEP_SECONDS, check, code_at, confirm, enrol, reseal
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.database.transaction import Database
from renkei.kit.clock import SetClock
from renkei.kit.errors import Forbidden
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


@pytest.mark.parametrize("demanded", [True, False])
def test_an_administrator_administrates_with_a_second_factor_where_it_is_demanded(
    database: Database, clock: SetClock, a: Operator, demanded: bool
) -> None:
    policy = AccessPolicy(administrators_need_factor=demanded)
    keys, box = AccessKeys(database, SecretBox([CURRENT]), policy), SecretBox([CURRENT])
    account, _ = registry.add_account(keys, EMAIL, a.operator_id, "admin", PASSWORD)

    def caller() -> Caller:
        entry = v1_entry(keys, ClientContext(token=login(keys, EMAIL, PASSWORD).access_token))
        return database.read(entry, lambda tx: tx.caller)

    assert caller().roles == ({"editor", "approver"} if demanded else {"admin"})
    if demanded:
        with pytest.raises(Forbidden):
            caller().require()
    secret = enrol(keys, caller(), box, account.email).secret
    assert caller().roles == ({"editor", "approver"} if demanded else {"admin"}), "not confirmed yet"
    confirm(keys, caller(), box, code(secret, clock.at))
    assert caller().roles == {"admin"}
