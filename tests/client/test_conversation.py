"""Sessions, repetition, versions, errors: what every call of the client has in common."""

from __future__ import annotations

import threading
from decimal import Decimal
from uuid import uuid4

import httpx2
import pytest

from renkei.client import (
    ApiKey,
    Client,
    LineDraft,
    Login,
    NoAnswerError,
    PartDraft,
    SavedSession,
    errors,
    idempotency_key,
)
from renkei.commons.access import registry
from renkei.database.idempotency import RequestInProgress
from tests.client.conftest import PASSWORD, QUICK, LossyTransport

LOST = httpx2.ReadTimeout("the answer was lost")


def part(company, name="B01") -> PartDraft:
    return PartDraft(plant_id=company.plant.plant_id, name=name, unit="piece")


class TestSessions:
    def test_a_person_is_logged_in_at_the_first_request(self, company):
        a = company("A社")
        me = a.client.operators.me()
        assert me.operator is not None
        assert (me.operator.name, me.operator.operator_id, me.roles) == ("A社", a.operator_id, ("admin",))

    def test_its_access_token_opens_other_doors(self, server, company):
        a = company("A社")
        headers = {"Authorization": f"Bearer {a.client.auth.access_token()}"}
        found = httpx2.get(f"{server.url}/v1/me", headers=headers).json()
        assert found["operator"]["operator_id"] == str(a.operator_id)

    def test_an_application_acts_for_the_company_that_assigned_it(self, server, connect):
        operator_id, _ = server.register("A社")
        me = connect(ApiKey(key=server.add_key(operator_id), operator_id=operator_id)).operators.me()
        assert me.operator is not None
        assert me.operator.operator_id == operator_id
        assert me.account_id is None

    def test_an_application_does_not_act_for_another_company(self, server, connect):
        assigned, _ = server.register("A社")
        other, _ = server.register("B社")
        client = connect(ApiKey(key=server.add_key(assigned), operator_id=other))
        with pytest.raises(errors.ForbiddenError):
            client.operators.me()

    def test_a_wrong_password_is_an_error_of_its_own_and_not_tried_again(self, server, connect):
        _, email = server.register("A社")
        network = LossyTransport()
        client = connect(Login(email=email, password="wrong"), transport=network)
        with pytest.raises(errors.UnauthenticatedError):
            client.operators.me()
        assert [request.url.path for request in network.seen] == ["/v1/auth/login"]

    def test_each_refresh_token_is_used_once_and_handed_over_before_it_is_needed(
        self, server, connect, company
    ):
        a = company("A社")
        a.client.operators.me()
        saved = [a.client._wire.refresh_token()]
        for _ in range(3):  # three programs after one another, each with the token the former one saved
            with Client(
                server.url, SavedSession(refresh_token=saved[-1], on_rotation=saved.append), patience=QUICK
            ) as client:
                client.operators.me()
        assert len(set(saved)) == 4

    def test_a_refresh_token_used_twice_ends_the_session_with_an_error_that_says_so(self, connect, company):
        a = company("A社")
        a.client.operators.me()
        token = a.client._wire.refresh_token()
        connect(SavedSession(refresh_token=token)).operators.me()
        with pytest.raises(errors.UnauthenticatedError):
            connect(SavedSession(refresh_token=token)).operators.me()

    def test_an_access_token_that_was_refused_is_renewed_and_the_request_repeated(self, company):
        a = company("A社")
        a.client._wire._session.access = "no.longer.good"
        assert a.client.parts.create(part(a)).name == "B01"

    def test_a_lost_answer_to_a_refresh_leads_to_a_login_not_to_the_same_token_again(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        a.client._wire._session.access = None
        network.then(LOST)
        a.client.operators.me()
        assert [request.url.path for request in network.seen] == [
            "/v1/auth/refresh",
            "/v1/auth/login",
            "/v1/me",
        ]

    def test_threads_share_one_session(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        a.client._wire._session.access = None
        network.then()
        threads = [threading.Thread(target=a.client.operators.me) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        paths = [request.url.path for request in network.seen]
        assert (paths.count("/v1/auth/refresh"), paths.count("/v1/me")) == (1, 6)

    def test_a_new_password_is_used_from_then_on(self, company):
        a = company("A社")
        a.client.auth.change_password(PASSWORD, "Another!Horse2")
        assert a.client.operators.me().operator.name == "A社"
        a.client.auth.logout()
        assert a.client.operators.me().operator.name == "A社"

    def test_a_person_with_roles_in_two_companies_says_for_which(self, server, connect):
        first, email = server.register("A社")
        second, _ = server.register("B社")
        registry.add_account(server.context.access, email, second, "viewer", PASSWORD)
        client = connect(Login(email=email, password=PASSWORD))
        assert [(one.operator_id, one.roles) for one in client.auth.operators()] == [
            (first, ("admin",)),
            (second, ("viewer",)),
        ]
        there = connect(Login(email=email, password=PASSWORD, operator_id=second))
        assert there.operators.me().roles == ("viewer",)

    def test_no_secret_stands_in_the_text_of_credentials(self, server):
        operator_id, email = server.register("A社")
        for who in (
            Login(email=email, password=PASSWORD),
            ApiKey(key=PASSWORD, operator_id=operator_id),
            SavedSession(refresh_token=PASSWORD),
        ):
            assert PASSWORD not in repr(who)


class TestRepetition:
    def test_a_write_whose_answer_was_lost_is_repeated_with_the_same_key(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then(LOST, 502, None)
        made = a.client.parts.create(part(a))
        keys = {request.headers["Idempotency-Key"] for request in network.seen}
        assert (len(network.seen), len(keys)) == (3, 1)
        assert [found.trace_id for found in a.client.parts.list()] == [made.trace_id]

    def test_a_write_that_is_still_being_carried_out_is_asked_for_again(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then(httpx2.Response(409, json={"status": 409, "code": RequestInProgress.code}))
        assert a.client.parts.create(part(a)).name == "B01"
        assert len(network.seen) == 2

    def test_an_answer_that_cannot_be_unpacked_is_told_as_such(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then(
            httpx2.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(b"no"))
        )
        with pytest.raises(errors.UnreadableAnswerError):
            a.client.operators.me()

    def test_two_writes_have_two_keys(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then()
        for name in ("B01", "B02"):
            a.client.parts.create(part(a, name))
        assert len({request.headers["Idempotency-Key"] for request in network.seen}) == 2

    def test_keys_of_ones_own_are_counted_within_the_block(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then()
        for _ in range(2):  # the second time as after a crash
            with idempotency_key("import-7"):
                for name in ("B01", "B02"):
                    a.client.parts.create(part(a, name))
        assert [request.headers["Idempotency-Key"] for request in network.seen] == [
            "import-7",
            "import-7-2",
        ] * 2

    def test_it_gives_up_after_the_given_number_of_tries_and_says_why(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then(LOST, LOST, LOST, LOST)
        with pytest.raises(NoAnswerError, match="the answer was lost") as caught:
            a.client.parts.create(part(a))
        assert caught.value.attempts == len(network.seen) == QUICK.attempts

    def test_a_refusal_is_not_repeated(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then()
        with pytest.raises(errors.NotFoundError):
            a.client.parts.get(uuid4())
        assert len(network.seen) == 1

    def test_pauses_double_up_to_a_limit_and_are_never_shorter_than_asked_for(self):
        pauses = [QUICK.pause(attempt, None) for attempt in (1, 2, 3, 9)]
        for pause, longest in zip(pauses, (0.01, 0.02, 0.04, 0.05), strict=True):
            assert longest / 2 <= pause <= longest
        assert QUICK.pause(1, "0") < 0.02
        assert QUICK.pause(1, "86400") == pytest.approx(6 * 0.05)  # no server may hold us for a day

    def test_nobody_listening_is_an_error_of_its_own(self):
        with (
            Client(
                "http://127.0.0.1:9", Login(email="a@example.com", password="x"), patience=QUICK
            ) as client,
            pytest.raises(NoAnswerError) as caught,
        ):
            client.operators.me()
        assert caught.value.attempts == QUICK.attempts


class TestVersions:
    def test_reads_after_a_write_wait_for_it_until_one_was_answered(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        made = a.client.parts.create(part(a))
        version = a.client.version
        assert version
        network.then()
        found = [a.client.parts.get(made.trace_id), a.client.parts.get(made.trace_id)]
        assert [one.stale for one in found] == [False, False]
        assert [request.headers.get("Renkei-After") for request in network.seen] == [version, None]
        assert a.client.version is None

    def test_one_client_waits_for_what_another_wrote(self, company):
        network = LossyTransport()
        a, b = company("A社"), company("B社", transport=network)
        a.client.parts.create(part(a))
        network.then()
        b.client.read_after(a.client.version)
        b.client.operators.me()
        assert network.seen[0].headers["Renkei-After"] == a.client.version


class TestErrors:
    def test_every_fault_comes_with_its_place_and_a_sentence_in_the_language_of_the_client(self, company):
        a = company("A社", language="ja")
        made = a.client.parts.create(part(a))
        lines = [
            LineDraft(child=part(a, ""), amount=-1, unit="piece"),
            LineDraft(child=part(a, "B03"), amount=1, unit=""),
        ]
        with pytest.raises(errors.InvalidError) as caught:
            a.client.structures.replace(made.trace_id, lines)
        found = {fault.pointer: fault.code for fault in caught.value.faults}
        assert found == {
            "/lines/0/child/name": "too_short",
            "/lines/0/amount": "too_small",
            "/lines/1/unit": "too_short",
        }
        (fault,) = caught.value.at("/lines/0/amount")
        assert fault.detail == "0以上の値を指定してください。"
        assert (caught.value.status, caught.value.code) == (422, "invalid")
        assert caught.value.request_id

    def test_a_page_of_something_else_is_told_as_such(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then(404)
        with pytest.raises(errors.UnreadableAnswerError, match="status 404"):
            a.client.parts.create(part(a))

    def test_a_float_is_refused_before_it_is_sent(self, company):
        network = LossyTransport()
        a = company("A社", transport=network)
        network.then()
        with pytest.raises(TypeError, match="float"):
            a.client.structures.replace(
                uuid4(),
                [LineDraft(child=uuid4(), amount=0.1, unit="piece")],  # type: ignore[arg-type]
            )
        with pytest.raises(TypeError, match="NaN"):
            a.client.structures.replace(
                uuid4(), [LineDraft(child=uuid4(), amount=Decimal("NaN"), unit="piece")]
            )
        assert network.seen == []

    @pytest.mark.parametrize(
        "address", ["example.com", "ftp://example.com", "http://", "http://a?b=c", "http://a:99999"]
    )
    def test_an_address_that_cannot_be_one_is_refused_at_once(self, address):
        with pytest.raises(ValueError, match="address of a server"):
            Client(address, Login(email="a@example.com", password="x"))
