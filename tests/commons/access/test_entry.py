"""Who gets in: keys and their networks, keys and their companies, and in which order what is wrong is told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.commons.access.conftest import PASSWORD, login
from tests.factories import Operator

from renkei.commons.access import registry
from renkei.commons.access.entry import key_entry, ouranos_entry, system_entry, v1_entry
from renkei.commons.access.errors import (
    ApiKeyMissing,
    ApiKeyUnknown,
    KeyNotForOperator,
    NetworkNotAllowed,
    OperatorNotNamed,
    OperatorSuspended,
    TokenInvalid,
    TokenMissing,
)
from renkei.commons.access.model import ApiKey, ClientContext
from renkei.commons.access.service import introspect_key
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.operators.service import set_operator_state
from renkei.database.caller import Caller
from renkei.database.transaction import Entry
from renkei.kit.errors import RenkeiError

AddKey = Callable[..., tuple[ApiKey, str]]


def enter(keys: AccessKeys, entry: Entry) -> Caller:
    return keys.database.read(entry, lambda tx: tx.caller)


class TestNetworks:
    @pytest.mark.parametrize(
        ("networks", "client_ip", "inside"),
        [
            (("10.0.0.0/8",), "10.255.255.255", True),
            (("10.0.0.0/8",), "11.0.0.0", False),
            (("203.0.113.7",), "203.0.113.7", True),
            (("203.0.113.7",), "203.0.113.8", False),
            (("10.0.0.0/8",), "::ffff:10.1.2.3", True),
            (("2001:db8::/32",), "2001:db8:ffff::1", True),
            (("2001:db8::/32",), "2001:db9::1", False),
            (("2001:db8::1",), "2001:0DB8:0:0::1", True),
            (("fe80::/10",), "fe80::1%eth0", True),
            (("::ffff:10.0.0.0/104",), "10.9.9.9", True),
            (("10.0.0.0/8", "2001:db8::/32"), "2001:db8::5", True),
            (("10.0.0.0/8",), "2001:db8::5", False),
            (("0.0.0.0/0",), "::1", False),
            (("10.0.0.0/8",), "", False),
            (("10.0.0.0/8",), "10.1.2.3, 10.1.2.4", False),
        ],
    )
    def test_a_key_is_good_from_its_networks_only(
        self,
        keys: AccessKeys,
        a: Operator,
        add_key: AddKey,
        networks: tuple[str, ...],
        client_ip: str,
        inside: bool,
    ) -> None:
        _, key = add_key(a, networks=networks)
        context = ClientContext(api_key=key, client_ip=client_ip, operator_header=a.operator_id)
        if inside:
            assert enter(keys, v1_entry(keys, context)).operator_key == a.operator_key
        else:
            with pytest.raises(NetworkNotAllowed):
                enter(keys, v1_entry(keys, context))
        assert introspect_key(keys, key, client_ip).is_ip_valid is inside


class TestCompaniesOfAKey:
    def test_a_key_acts_for_its_companies(
        self, keys: AccessKeys, a: Operator, b: Operator, add_key: AddKey
    ) -> None:
        entry, key = add_key(a, b, component_scope="whole")
        for operator in (a, b):
            caller = enter(keys, v1_entry(keys, _client(key, operator)))
            assert (caller.operator_key, caller.api_key_id) == (operator.operator_key, entry.api_key_id)
            assert (caller.roles, caller.account_id, caller.component_scope) == ({"editor"}, None, "whole")

    def test_another_company_and_an_unknown_one_are_one_answer(
        self, keys: AccessKeys, a: Operator, b: Operator, add_key: AddKey
    ) -> None:
        _, key = add_key(a)
        refusals = []
        for operator in (b, Operator(0, uuid4(), uuid4(), "nobody")):
            with pytest.raises(KeyNotForOperator) as refused:
                enter(keys, v1_entry(keys, _client(key, operator)))
            refusals.append(refused.value.faults)
        assert refusals[0] == refusals[1]

    def test_without_a_name_a_key_acts_for_nobody(
        self, keys: AccessKeys, a: Operator, add_key: AddKey
    ) -> None:
        _, key = add_key(a)
        with pytest.raises(OperatorNotNamed):
            enter(keys, v1_entry(keys, _client(key)))

    def test_a_key_for_all_companies_needs_a_person(
        self, keys: AccessKeys, a: Operator, person: str, add_key: AddKey
    ) -> None:
        _, key = add_key(all_operators=True)
        with pytest.raises(KeyNotForOperator):
            enter(keys, v1_entry(keys, _client(key, a)))
        token = login(keys, person, PASSWORD).access_token
        caller = enter(keys, v1_entry(keys, ClientContext(api_key=key, client_ip="10.1.2.3", token=token)))
        assert (caller.operator_key, caller.roles) == (a.operator_key, {"editor"})

    def test_a_person_with_the_key_of_another_company_is_refused(
        self, keys: AccessKeys, b: Operator, person: str, add_key: AddKey
    ) -> None:
        _, key = add_key(b)
        context = ClientContext(
            api_key=key, client_ip="10.1.2.3", token=login(keys, person, PASSWORD).access_token
        )
        for entry in (v1_entry(keys, context), ouranos_entry(keys, context)):
            with pytest.raises(KeyNotForOperator):
                enter(keys, entry)

    def test_disabled_enabled_revoked(self, keys: AccessKeys, a: Operator, add_key: AddKey) -> None:
        entry, key = add_key(a)
        registry.disable_api_key(keys, entry.api_key_id)
        with pytest.raises(ApiKeyUnknown):
            enter(keys, v1_entry(keys, _client(key, a)))
        registry.enable_api_key(keys, entry.api_key_id)
        assert enter(keys, v1_entry(keys, _client(key, a)))
        registry.revoke_api_key(keys, entry.api_key_id)
        with pytest.raises(ApiKeyUnknown):
            enter(keys, v1_entry(keys, _client(key, a)))

    def test_the_key_is_stored_hashed(self, keys: AccessKeys, a: Operator, add_key: AddKey) -> None:
        _, key = add_key(a, key="chosen-by-the-customer")
        stored = keys.database.owner(lambda tx: tx.rows("SELECT * FROM commons.api_keys"))
        assert key == "chosen-by-the-customer"
        assert key not in repr(stored)


def test_a_suspended_company_is_closed_to_people_and_applications(
    keys: AccessKeys, a: Operator, person: str, add_key: AddKey
) -> None:
    _, key = add_key(a)
    token = login(keys, person, PASSWORD).access_token
    keys.database.owner(lambda tx: set_operator_state(tx, a.operator_id, "suspended"))
    for context in (ClientContext(token=token), _client(key, a)):
        with pytest.raises(OperatorSuspended):
            enter(keys, v1_entry(keys, context))
    keys.database.owner(lambda tx: set_operator_state(tx, a.operator_id, "member"))
    assert enter(keys, v1_entry(keys, ClientContext(token=token)))


def test_what_is_wrong_is_told_in_one_order(
    keys: AccessKeys, a: Operator, b: Operator, person: str, add_key: AddKey
) -> None:
    """Each row mends the first fault of the row before."""
    _, key = add_key(b)
    token = login(keys, person, PASSWORD).access_token
    rows: list[tuple[ClientContext, type[RenkeiError]]] = [
        (ClientContext(), ApiKeyMissing),
        (ClientContext(api_key="unknown", token="x"), ApiKeyUnknown),
        (ClientContext(api_key=key, token="x", client_ip="192.0.2.1"), NetworkNotAllowed),
        (ClientContext(api_key=key, client_ip="10.1.2.3"), TokenMissing),
        (ClientContext(api_key=key, client_ip="10.1.2.3", token="x"), TokenInvalid),
        (ClientContext(api_key=key, client_ip="10.1.2.3", token=token), KeyNotForOperator),
    ]
    for context, error in rows:
        with pytest.raises(error) as refused:
            enter(keys, ouranos_entry(keys, context))
        assert type(refused.value) is error


def test_who_is_refused_names_no_company(keys: AccessKeys, a: Operator, add_key: AddKey) -> None:
    _, key = add_key(a, networks=("192.0.2.0/24",))
    named: list[object] = []

    def knock(connection, writing):
        entry = v1_entry(keys, _client(key, a))
        try:
            entry(connection, writing)
        finally:
            named.append(connection.execute("SELECT current_setting('renkei.operator', true)").fetchone())

    with pytest.raises(NetworkNotAllowed):
        keys.database.run(knock, lambda tx: None)
    assert named == [("",)]


def test_keys_of_systems_alone_may_ask_about_others(keys: AccessKeys, a: Operator, add_key: AddKey) -> None:
    _, application = add_key(a)
    _, system = add_key(attribute="Traceability")
    assert enter(keys, key_entry(keys, _client(application))).operator_key == 0
    assert enter(keys, system_entry(keys, _client(system))).operator_key == 0
    with pytest.raises(ApiKeyUnknown):
        enter(keys, system_entry(keys, _client(application)))


def _client(key: str, operator: Operator | None = None) -> ClientContext:
    return ClientContext(
        api_key=key,
        client_ip="10.1.2.3",
        operator_header=None if operator is None else operator.operator_id,
    )
