"""Sessions: log in, refresh, lock, log out, change the password; roles in several companies, and their end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from tests.commons.access.conftest import EMAIL, PASSWORD, later, login
from tests.factories import Operator

from renkei.commons.access import registry
from renkei.commons.access.entry import v1_entry
from renkei.commons.access.errors import (
    InvalidCredentials,
    NoMembership,
    OperatorMismatch,
    PasswordRefused,
    RefreshRefused,
    TokenInvalid,
)
from renkei.commons.access.model import ClientContext, Tokens
from renkei.commons.access.service import (
    acting_for,
    change_password,
    forget_expired_sessions,
    introspect_token,
    logout,
    refresh_ouranos,
    refresh_rotating,
)
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.database.transaction import Database, Transaction
from renkei.kit.clock import SetClock

T = TypeVar("T")


def caller_of(keys: AccessKeys, tokens: Tokens, operator: Operator | None = None) -> Caller:
    """Who the token is at the `/v1` door, with `Renkei-Operator` if an operator is named."""
    context = ClientContext(
        token=tokens.access_token, operator_header=None if operator is None else operator.operator_id
    )
    return keys.database.read(v1_entry(keys, context), lambda tx: tx.caller)


class TestLogin:
    def test_a_session_acts_for_the_company_of_the_first_role(
        self, keys: AccessKeys, a: Operator, person: str
    ) -> None:
        tokens = login(keys, person, PASSWORD)
        caller = caller_of(keys, tokens)
        assert (caller.operator_key, caller.roles, caller.door) == (a.operator_key, {"editor"}, "v1")
        assert (tokens.operator_id, tokens.expires_in_seconds) == (a.operator_id, 3600)

    @pytest.mark.parametrize("email", [" USER@example.com", "user@EXAMPLE.com "])
    def test_an_address_is_found_however_it_is_written(
        self, keys: AccessKeys, person: str, email: str
    ) -> None:
        assert login(keys, email, PASSWORD).account_id == login(keys, person, PASSWORD).account_id

    def test_whatever_is_wrong_the_refusal_is_the_same(
        self, keys: AccessKeys, a: Operator, person: str
    ) -> None:
        registry.add_account(keys, "closed@example.com", a.operator_id, "editor", PASSWORD)
        registry.disable_account(keys, "closed@example.com")
        for email, password in (
            (person, "Wrong@1234"),
            ("nobody@example.com", PASSWORD),
            ("closed@example.com", PASSWORD),
            ("no\x00address", PASSWORD),
            (person, "x" * 10_000),
        ):
            with pytest.raises(InvalidCredentials) as refused:
                login(keys, email, password)
            assert refused.value.faults == InvalidCredentials().faults


class TestLock:
    def test_after_three_failures_the_right_password_is_refused_for_ten_minutes(
        self, keys: AccessKeys, clock: SetClock, person: str
    ) -> None:
        for _ in range(3):
            _refused(keys, person, "Wrong@1234")
        _refused(keys, person, PASSWORD)
        later(clock, seconds=599)
        _refused(keys, person, PASSWORD)
        later(clock, seconds=2)
        assert login(keys, person, PASSWORD)

    def test_a_success_forgets_the_failures_before(self, keys: AccessKeys, person: str) -> None:
        for _ in range(3):
            _refused(keys, person, "Wrong@1234")
            _refused(keys, person, "Wrong@1234")
            assert login(keys, person, PASSWORD)

    def test_guesses_in_parallel_are_counted_one_by_one(
        self, keys: AccessKeys, database: Database, person: str
    ) -> None:
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda guess: _refused(keys, person, f"Guess@{guess}"), range(12)))
        _refused(keys, person, PASSWORD)

        def failures(tx: Transaction) -> int:
            row = tx.row("SELECT failed_logins FROM commons.accounts WHERE email = %s", (person,))
            assert row is not None
            return int(row["failed_logins"])

        assert database.owner(failures) == 3

    def test_the_platform_opens_a_locked_account(self, keys: AccessKeys, person: str) -> None:
        for _ in range(3):
            _refused(keys, person, "Wrong@1234")
        registry.enable_account(keys, person)
        assert login(keys, person, PASSWORD)

    def test_an_unknown_address_is_never_locked_and_answered_alike(self, keys: AccessKeys) -> None:
        for _ in range(5):
            _refused(keys, "nobody@example.com", PASSWORD)


def _refused(keys: AccessKeys, email: str, password: str) -> None:
    with pytest.raises(InvalidCredentials) as refused:
        login(keys, email, password)
    assert type(refused.value) is InvalidCredentials


class TestRotatingTokens:
    def test_each_is_good_once_and_gives_the_next(self, keys: AccessKeys, person: str) -> None:
        tokens = login(keys, person, PASSWORD)
        second = refresh_rotating(keys, _refresh(tokens))
        third = refresh_rotating(keys, _refresh(second))
        assert len({_refresh(tokens), _refresh(second), _refresh(third)}) == 3
        assert caller_of(keys, third).account_id == tokens.account_id

    def test_used_twice_the_whole_session_ends(self, keys: AccessKeys, person: str) -> None:
        stolen = login(keys, person, PASSWORD)
        other = login(keys, person, PASSWORD)
        second = refresh_rotating(keys, _refresh(stolen))
        _ended(refresh_rotating, keys, _refresh(stolen))
        _ended(refresh_rotating, keys, _refresh(second))
        assert refresh_rotating(keys, _refresh(other)), "another session of the person goes on"

    def test_of_two_at_once_one_gets_the_next(self, keys: AccessKeys, person: str) -> None:
        token = _refresh(login(keys, person, PASSWORD))

        def use(_: int) -> bool:
            try:
                return bool(refresh_rotating(keys, token))
            except RefreshRefused:
                return False

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(use, range(4))) == 1

    def test_a_token_that_is_not_used_runs_out(self, keys: AccessKeys, clock: SetClock, person: str) -> None:
        token = _refresh(login(keys, person, PASSWORD))
        later(clock, hours=24, seconds=1)
        _ended(refresh_rotating, keys, token)

    def test_a_session_ends_however_often_it_is_refreshed(
        self, keys: AccessKeys, clock: SetClock, person: str
    ) -> None:
        tokens = login(keys, person, PASSWORD)
        for _ in range(180):  # AccessPolicy.session_seconds is 180 days
            later(clock, hours=23, minutes=59)
            tokens = refresh_rotating(keys, _refresh(tokens))
        later(clock, hours=23, minutes=59)
        _ended(refresh_rotating, keys, _refresh(tokens))

    def test_neither_kind_serves_for_the_other(self, keys: AccessKeys, person: str) -> None:
        rotating = _refresh(login(keys, person, PASSWORD))
        standing = _refresh(login(keys, person, PASSWORD, kind="ouranos"))
        _ended(refresh_rotating, keys, standing)
        _ended(refresh_ouranos, keys, rotating)
        assert refresh_ouranos(keys, standing).refresh_token is None
        assert refresh_ouranos(keys, standing), "the token of the Ouranos contract stays good"

    def test_expired_ones_are_cleared_away(self, keys: AccessKeys, clock: SetClock, person: str) -> None:
        login(keys, person, PASSWORD)
        later(clock, hours=47)
        assert forget_expired_sessions(keys) == 0  # ended 23 hours ago
        later(clock, hours=2)
        assert forget_expired_sessions(keys) == 1


class TestEnding:
    def test_logging_out_ends_this_session_alone(self, keys: AccessKeys, person: str) -> None:
        here, there = login(keys, person, PASSWORD), login(keys, person, PASSWORD)
        latest = refresh_rotating(keys, _refresh(here))
        logout(keys, _refresh(here))
        _ended(refresh_rotating, keys, _refresh(latest))
        assert refresh_rotating(keys, _refresh(there))
        logout(keys, "no such token")

    def test_another_password_ends_every_session(self, keys: AccessKeys, person: str) -> None:
        tokens, other = login(keys, person, PASSWORD), login(keys, person, PASSWORD, kind="ouranos")
        change_password(keys, caller_of(keys, tokens), "Other@5678")
        _ended(refresh_rotating, keys, _refresh(tokens))
        _ended(refresh_ouranos, keys, _refresh(other))
        _refused(keys, person, PASSWORD)
        assert login(keys, person, "Other@5678")

    @pytest.mark.parametrize(
        ("password", "rule"),
        [
            ("Aa1!aaa", "length"),
            ("Aa1!" + "a" * 17, "length"),
            ("aa1!aaaa", "upper"),
            ("AA1!AAAA", "lower"),
            ("Aaa!aaaa", "digit"),
            ("Aa1aaaaa", "special"),
        ],
    )
    def test_a_password_that_breaks_a_rule_is_refused(
        self, keys: AccessKeys, person: str, password: str, rule: str
    ) -> None:
        caller = caller_of(keys, login(keys, person, PASSWORD))
        with pytest.raises(PasswordRefused) as refused:
            change_password(keys, caller, password)
        assert refused.value.rule == rule
        assert login(keys, person, PASSWORD)

    def test_a_disabled_account_stops_at_once(self, keys: AccessKeys, person: str) -> None:
        tokens = login(keys, person, PASSWORD)
        registry.disable_account(keys, person)
        with pytest.raises(TokenInvalid):
            caller_of(keys, tokens)
        _ended(refresh_rotating, keys, _refresh(tokens))
        assert introspect_token(keys, tokens.access_token) is None

    def test_an_access_token_runs_out(self, keys: AccessKeys, clock: SetClock, person: str) -> None:
        tokens = login(keys, person, PASSWORD)
        later(clock, seconds=3599)
        assert caller_of(keys, tokens)
        later(clock, seconds=62)  # a minute is forgiven: clocks of servers differ
        with pytest.raises(TokenInvalid):
            caller_of(keys, tokens)


class TestSeveralCompanies:
    @pytest.fixture
    def consultant(self, keys: AccessKeys, clock: SetClock, person: str, b: Operator) -> str:
        """An editor of A with a mandate of thirty days in B."""
        registry.add_account(
            keys,
            EMAIL,
            b.operator_id,
            "viewer",
            "Ignored@1",
            mandate="契約2026-17",
            valid_until=clock.at + timedelta(days=30),
        )
        return person

    def test_a_person_chooses_at_login(self, keys: AccessKeys, consultant: str, b: Operator) -> None:
        tokens = login(keys, consultant, PASSWORD, operator_id=b.operator_id)
        caller = caller_of(keys, tokens)
        assert (caller.operator_key, caller.roles) == (b.operator_key, {"viewer"})
        assert caller_of(keys, refresh_rotating(keys, _refresh(tokens))).operator_key == b.operator_key

    def test_a_person_chooses_with_the_request(
        self, keys: AccessKeys, consultant: str, a: Operator, b: Operator
    ) -> None:
        tokens = login(keys, consultant, PASSWORD)
        assert caller_of(keys, tokens).operator_key == a.operator_key
        caller = caller_of(keys, tokens, b)
        assert (caller.operator_key, caller.roles) == (b.operator_key, {"viewer"})

    def test_the_choices_name_roles_and_the_end_of_the_mandate(
        self, keys: AccessKeys, clock: SetClock, consultant: str
    ) -> None:
        caller = caller_of(keys, login(keys, consultant, PASSWORD))
        assert [(one.name, one.roles, one.valid_until) for one in acting_for(keys, caller)] == [
            ("A社", ("editor",), None),
            ("B社", ("viewer",), clock.at + timedelta(days=30)),
        ]

    def test_a_mandate_ends_on_its_day(
        self, keys: AccessKeys, clock: SetClock, consultant: str, a: Operator, b: Operator
    ) -> None:
        there = login(keys, consultant, PASSWORD, operator_id=b.operator_id)
        later(clock, days=30, seconds=-1800)
        there = login(keys, consultant, PASSWORD, operator_id=b.operator_id)
        later(clock, seconds=1801)
        with pytest.raises(TokenInvalid):
            caller_of(keys, there)
        _ended(refresh_rotating, keys, _refresh(there))
        with pytest.raises(NoMembership):
            login(keys, consultant, PASSWORD, operator_id=b.operator_id)
        here = login(keys, consultant, PASSWORD)
        assert [one.name for one in acting_for(keys, caller_of(keys, here))] == ["A社"]
        with pytest.raises(OperatorMismatch):
            caller_of(keys, here, b)

    def test_a_company_without_a_role_and_one_that_does_not_exist_are_one_answer(
        self, keys: AccessKeys, person: str, b: Operator
    ) -> None:
        tokens = login(keys, person, PASSWORD)
        nobody = Operator(0, tokens.account_id, tokens.account_id, "nobody")
        refusals = []
        for operator in (b, nobody):
            with pytest.raises(OperatorMismatch) as refused:
                caller_of(keys, tokens, operator)
            refusals.append(refused.value.faults)
        assert refusals[0] == refusals[1]

    def test_a_role_taken_away_is_gone_at_once(self, keys: AccessKeys, consultant: str, b: Operator) -> None:
        tokens = login(keys, consultant, PASSWORD)
        registry.revoke_roles(keys, consultant, b.operator_id)
        with pytest.raises(OperatorMismatch):
            caller_of(keys, tokens, b)


class TestStaff:
    @pytest.fixture
    def staff(self, keys: AccessKeys) -> Tokens:
        registry.add_staff(keys, "staff@example.com", PASSWORD)
        return login(keys, "staff@example.com", PASSWORD)

    def test_staff_act_for_no_company(self, keys: AccessKeys, staff: Tokens, a: Operator) -> None:
        caller = caller_of(keys, staff)
        assert (caller.operator_key, caller.roles, staff.operator_id) == (0, {"staff"}, None)
        with pytest.raises(OperatorMismatch):
            caller_of(keys, staff, a)
        assert refresh_rotating(keys, _refresh(staff)).operator_id is None

    def test_staff_have_no_session_of_the_ouranos_door(self, keys: AccessKeys, staff: Tokens) -> None:
        with pytest.raises(NoMembership):
            login(keys, "staff@example.com", PASSWORD, kind="ouranos")


def _refresh(tokens: Tokens) -> str:
    assert tokens.refresh_token is not None
    return tokens.refresh_token


def _ended(refresh: Callable[[AccessKeys, str], T], keys: AccessKeys, token: str) -> None:
    with pytest.raises(RefreshRefused):
        refresh(keys, token)
