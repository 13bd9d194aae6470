"""Attackers with an account: every operation of both doors, from a table that must have every route."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest
import requests
from starlette.routing import BaseRoute, Mount

from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft, MemberRole
from renkei.commons.operators.service import set_operator_state
from renkei.connectors.ouranos.routes import AUTH_INFO, DATATRANSPORT, EndpointNotFound
from tests.clocks import Turnable
from tests.connectors.native.world import PASSWORD
from tests.fuzz.calls import (
    ADMINS,
    BY_KEY_ALONE,
    CALLS,
    DATA,
    INFO,
    OF_ONESELF,
    OURANOS,
    UNGUARDED,
    V1,
    Call,
    Who,
)
from tests.fuzz.chain import Chain, found
from tests.fuzz.target import NETWORKS, Target

WHO: tuple[Who, ...] = get_args(Who)

FOR_EVERYBODY = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/.well-known/jwks.json",
    "/ouranos/openapi.json",
    "/v1/openapi.json",
    "/api/v1/datatransport/health",
    "/api/v1/authInfo/health",
}
"""Paths that everybody may read; they know no company."""


def routes_of(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and template of every route of an application, whatever it is made of."""
    for route in routes:
        if isinstance(route, Mount):
            yield from routes_of(route.routes, prefix + route.path)
            continue
        inner: Any = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes, prefix)
            continue
        path = prefix + getattr(route, "path", "")
        if path == "/" or path.startswith("/app"):
            continue  # the pages are a door of their own
        endpoint: Any = getattr(route, "endpoint", None)
        is_application = path in {"", "/v1"} or isinstance(endpoint, EndpointNotFound)
        if path not in FOR_EVERYBODY and not is_application:
            for method in (getattr(route, "methods", None) or {"any"}) - {"HEAD"}:
                yield method, path


def test_the_table_has_every_route(target: Target) -> None:
    """A new route belongs into `tests.fuzz.calls`; then everything below holds for it too."""
    # `/api/v1/datatransport` is answered before the routes, by its own table.
    served = set(routes_of(target.app.routes)) | {(method, DATA) for method in DATATRANSPORT}
    assert len(served) > 80
    named = {(call.method, call.path) for call in CALLS}
    assert served - named == set()
    assert named - served == set()
    for path, targets in ((DATA, DATATRANSPORT), (INFO, AUTH_INFO)):
        served = {(method, one) for method, ones in targets.items() for one in ones}
        assert served == {(one.method, one.query["dataTarget"]) for one in CALLS if one.path == path}


# -- the table itself ------------------------------------------------------------------------------------------------
NOT_DONE = {
    "POST /v1/auth/refresh": 401,
    "POST /v1/plants": 409,
    "GET /v1/parts/{trace_id}/footprint/versions": 404,
    "POST /v1/trades/{trade_id}/proposal": 409,
    "POST /v1/proposals/{proposal_id}/replace": 409,
    "POST /v1/updates/{update_id}/refuse": 409,
    "POST /v1/updates/{update_id}/approve": 409,
    "POST /v1/engagements/{engagement_id}/accept": 409,
    "POST /v1/engagements/{engagement_id}/decline": 409,
    "POST /v1/engagements/{engagement_id}/end": 409,
    "GET /v1/ledger/head": 404,
    "GET /v1/ledger/proofs": 404,
    "GET /v1/ledger/consistency": 404,
    "PUT /dataReset": 403,
    "POST /auth/refresh": 401,
    "DELETE /cfpCertifications": 400,
    "PUT /files/{file_id}": 403,
    "GET /files/{file_id}": 403,
}
"""What cannot be carried out a second time, or not with what the table has (tokens of sessions and of addresses)."""


@pytest.mark.parametrize("calls", [V1, OURANOS], ids=["v1", "ouranos"])
def test_the_requests_of_the_table_are_carried_out(target: Target, calls: tuple[Call, ...]) -> None:
    """So that what is refused below is not refused for another reason."""
    chain = found(target.world, target.world.http)
    for call in calls:
        answer = target.send_as_meant(call, chain)
        expected = NOT_DONE.get(call.name)
        good = answer.status_code < 300 if expected is None else answer.status_code == expected
        assert good, f"{call.name} {answer.status_code} {answer.text}"


# -- ids of others ---------------------------------------------------------------------------------------------------
DIRECTORY = {"customer", "supplier", "verifier"}
"""Companies: that a member exists under an id is what the directory is for, and anybody may ask a member or let it see."""
NAMELESS = {"email", "password", "open_id", "plant_number", "spare_name", "bought_name"}
"""Placeholders that are no ids."""


def alike(answer: requests.Response, *ids: str) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what differs between any two: ids that were sent, request id, date, support id."""
    text = answer.text
    for one in ids:
        text = re.sub(re.escape(one), "ID", text, flags=re.IGNORECASE)
    text = re.sub(
        r'"request_id":"[^"]*"|timeStamp: [^,]*|"(?:updated|created|issued|decided)_at":"[^"]*"', "", text
    )
    kept = [
        (name.lower(), value)
        for name, value in answer.headers.items()
        if name.lower() not in {"x-request-id", "date", "x-track", "renkei-version"}
    ]
    return answer.status_code, text, sorted(kept)


def test_ids_of_others_and_unknown_ids_are_one_answer_and_nothing_changes(target: Target) -> None:
    """Each place of path, query and body in turn; everything else of the request is the sender's own and right."""
    before = target.chain.seen()
    tried = 0
    for call in CALLS:
        sender = target.member(target.other, call.who)
        for place in call.places:
            # Every company names its mappings as it likes, others' names too.
            names_its_own = place in {"mapping", "factor_mapping"} and call.method == "PUT"
            if place in NAMELESS or place in DIRECTORY or names_its_own:
                continue
            theirs, nobodys = target.chain.things[place], str(uuid4())
            answers = []
            for one in (theirs, theirs.upper(), nobodys):
                headers = target.person(sender).headers
                answer = target.send(call, target.other.things | {place: one}, headers)
                answers.append(alike(answer, one))
                assert (
                    not call.writes or answer.status_code >= 400 or call.path == "/v1/notifications/read"
                ), f"{call.name} took {place}: {answer.text}"
            assert answers[0] == answers[1] == answers[2], f"{call.name} {place}"
            tried += 1
    assert tried > 120
    assert target.chain.seen() == before


def test_nobody_speaks_for_another_company(target: Target) -> None:
    """The id of another company where the own one belongs: refused, whether there is such a company or not."""
    before = target.chain.seen()
    for call in CALLS:
        own: Any = call.query.get("operatorId") or (
            call.body.get("operatorId") if isinstance(call.body, dict) else None
        )
        if own is None:
            continue
        place = own.strip("{}")
        answers = []
        for one in (target.chain.things[place], str(uuid4())):
            headers = target.person(target.member(target.other, call.who)).headers
            answers.append(alike(target.send(call, target.other.things | {place: one}, headers), one))
        assert answers[0] == answers[1], call.name
        assert answers[0][0] in {400, 403}, f"{call.name} {answers[0]}"
    assert target.chain.seen() == before


# -- roles -----------------------------------------------------------------------------------------------------------
def as_role(target: Target, chain: Chain, who: Who, role: MemberRole) -> dict[str, str]:
    """The headers of somebody with one role in a company."""
    operator_id = target.member(chain, who).operator.operator_id
    email = f"{role}-{who}-{uuid4().hex[:8]}@example.com"
    account, _ = registry.add_account(target.world.context.access, email, operator_id, role, PASSWORD)
    return target.headers_of(account.account_id, email, operator_id)


def test_a_viewer_reads_everything_and_writes_nothing(target: Target) -> None:
    chain = found(target.world, target.world.http)
    viewers = {who: as_role(target, chain, who, "viewer") for who in WHO}
    before = chain.seen()
    for call in CALLS:
        if call.route in UNGUARDED | BY_KEY_ALONE | OF_ONESELF:
            continue
        answer = target.send(call, chain.things, viewers[call.who])
        if call.writes or call.route in ADMINS:
            assert answer.status_code == 403, f"{call.name} {answer.status_code} {answer.text}"
        else:
            done = (
                answer.status_code < 300 or call.name in NOT_DONE or "factor" in call.path
            )  # none is stored yet
            assert done, f"{call.name} {answer.text}"
    assert chain.seen() == before


def test_an_editor_does_not_approve(target: Target) -> None:
    chain = found(target.world, target.world.http)
    editor = as_role(target, chain, "customer", "editor")
    for call in CALLS:
        if call.path.startswith("/v1/updates/"):
            answer = target.send(call, chain.things, editor)
            assert answer.status_code == 403, call.name
    approver = as_role(target, chain, "customer", "approver")
    approve = next(call for call in CALLS if call.path.endswith("/approve"))
    assert target.send(approve, chain.things, approver).status_code == 200


# -- keys and tokens -------------------------------------------------------------------------------------------------
def forged(token: str, **changed: Any) -> str:
    """The token with other claims or another head, and no or another signature."""
    head, payload, _ = token.split(".")
    parts = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, payload)]
    algorithm = changed.pop("alg", None)
    if algorithm is not None:
        parts[0]["alg"] = algorithm
    parts[1].update(changed)
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), ""]
    )


class Bad:
    """Credentials that let nobody in, by what is wrong with them."""

    def __init__(self, target: Target, chain: Chain) -> None:
        self.target, self.chain = target, chain
        self.access = target.world.context.access
        self.operator_id = chain.customer.operator.operator_id
        self.token = target.token(chain.customer)

    def by_name(self) -> dict[str, dict[str, str]]:
        """All of them."""
        tokens = {
            "no token": None,
            "an empty token": "",
            "something else": "x.y.z",
            "a token without its signature": self.token.rpartition(".")[0] + ".",
            "a token cut short": self.token[:-6],
            "another algorithm": forged(self.token, alg="none"),
            "a symmetric algorithm": forged(self.token, alg="HS256"),
            "another company in the token": forged(self.token, operator_id=str(uuid4())),
            "an old token": self._expired(),
            "a refresh token": str(self.chain.customer.tokens["refresh_token"]),
            "the staff of the platform": self._staff(),
            "a disabled account": self._of_account(
                lambda email: registry.disable_account(self.access, email)
            ),
            "a role that was taken": self._of_account(
                lambda email: registry.revoke_roles(self.access, email, self.operator_id)
            ),
            "a mandate that ended": self._of_account(None, ended=True),
        }
        found = {
            name: {"apiKey": self.target.key}
            | ({} if token is None else {"Authorization": f"Bearer {token}"})
            for name, token in tokens.items()
        }
        good = {"Authorization": f"Bearer {self.token}", "Renkei-Operator": str(self.operator_id)}
        keys = {
            "an unknown key": "unknown-key",
            "a key of other companies": self._key(
                operators=(self.target.other.customer.operator.operator_id,)
            ),
            "a key from another network": self._key(networks=("192.0.2.0/24",), all_operators=True),
            "a disabled key": self._key(end=registry.disable_api_key, all_operators=True),
            "a revoked key": self._key(end=registry.revoke_api_key, all_operators=True),
        }
        return found | {name: good | {"apiKey": key} for name, key in keys.items()}

    def _expired(self) -> str:
        database = self.access.database
        present = database.clock
        database.clock = earlier = Turnable()
        earlier.turn(seconds=-self.access.policy.access_token_seconds - 60)
        try:
            return self.target.token(self.chain.customer)
        finally:
            database.clock = present

    def _staff(self) -> str:
        email = f"staff-{uuid4().hex[:8]}@example.com"
        account = registry.add_staff(self.access, email, PASSWORD)
        now = self.access.database.clock.now()
        return self.access.issue(
            account_id=account.account_id, email=email, operator_id=None, authenticated_at=now, staff=True
        )

    def _of_account(self, end: Callable[[str], object] | None, *, ended: bool = False) -> str:
        email = f"former-{uuid4().hex[:8]}@example.com"
        now = self.access.database.clock.now()
        until = now + timedelta(milliseconds=1) if ended else None
        account, _ = registry.add_account(
            self.access,
            email,
            self.operator_id,
            "admin",
            PASSWORD,
            mandate="M-1" if ended else None,
            valid_until=until,
        )
        token = self.access.issue(
            account_id=account.account_id, email=email, operator_id=self.operator_id, authenticated_at=now
        )
        if end is not None:
            end(email)
        return token

    def _key(
        self, *, end: Callable[..., None] | None = None, networks: tuple[str, ...] = NETWORKS, **said: Any
    ) -> str:
        draft = ApiKeyDraft(application_name="x", attribute="Application", networks=networks, **said)
        made, key = registry.add_api_key(self.access, draft)
        if end is not None:
            end(self.access, made.api_key_id)
        return key


def test_no_operation_lets_anybody_in_with_bad_credentials(target: Target) -> None:
    chain = found(target.world, target.world.http)
    before = chain.seen()
    for name, bad in Bad(target, chain).by_name().items():
        for call in CALLS:
            headers = bad
            is_about_a_person = call.route not in BY_KEY_ALONE
            if call.route in UNGUARDED or (not is_about_a_person and "key" not in name):
                continue
            if not is_about_a_person and name == "a key of other companies":
                continue  # such a key may ask for a token, and act for nobody with it
            things = chain.things | {"password": "Wrong@1234"}
            if call.is_v1 and name in {"no token", "an empty token"}:
                headers = {}  # a key alone is an application there
            answer = target.send(call, things, headers)
            assert answer.status_code in {401, 403}, f"{name}: {call.name} {answer.status_code} {answer.text}"
            told = {one for one in chain.things.values() if len(one) == 36 and one in answer.text}
            sent = {str(chain.customer.id), *(chain.things[place] for place in call.places)}
            assert told <= sent, f"{name}: {call.name} tells {told - sent}"
    assert chain.seen() == before


def test_a_suspended_company_is_let_in_nowhere(target: Target) -> None:
    chain = found(target.world, target.world.http)
    headers = {who: target.person(target.member(chain, who)).headers for who in WHO}
    for who in WHO:
        operator_id = target.member(chain, who).operator.operator_id
        target.world.database.owner(lambda tx, one=operator_id: set_operator_state(tx, one, "suspended"))
    for call in CALLS:
        if call.route not in UNGUARDED | BY_KEY_ALONE:
            answer = target.send(call, chain.things, headers[call.who])
            assert answer.status_code in {401, 403}, f"{call.name} {answer.status_code} {answer.text}"


def test_a_key_without_a_person_is_good_at_v1_only(target: Target) -> None:
    """And only for companies it was given explicitly."""
    headers = {"apiKey": target.key, "x-api-key": target.key, "Renkei-Operator": target.chain.customer.id}
    for call in CALLS:
        if call.route not in UNGUARDED | BY_KEY_ALONE:
            answer = target.send(call, target.chain.things, headers)
            assert answer.status_code in {401, 403}, f"{call.name} {answer.status_code} {answer.text}"
