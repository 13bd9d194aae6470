"""The whole route table, and requests to it: ids of one's own, of others, and of nobody in every place for one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import psycopg
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount

from renkei.commons.files.urls import Right, signed_url
from renkei.connectors.ouranos.routes import AUTH_INFO, DATATRANSPORT
from tests.property.noninterference.callers import CSRF, Observer
from tests.property.noninterference.sites import Site
from tests.property.noninterference.worlds import BILL, PASSWORD, Cast

Route = tuple[str, str]
"""Method and path of the application; at the Ouranos door with `?dataTarget=`."""

UNSEEN: Final[Mapping[str, str]] = {
    "/metrics": "the platform's own figures, of the whole process",
    "/readyz": "the same: how many facts wait for the ledger",
    "/app/static": "files of the program, the same for everybody",
    "/v1/openapi.json": "a document of the program, written before anybody calls",
    "/ouranos/openapi.json": "the same",
}
"""Not compared, and why."""

ANY_METHOD: Final = "DELETE"
"""Sent to what stands behind all other routes of the Ouranos door."""

DATA: Final = "/api/v1/datatransport"
INFO: Final = "/api/v1/authInfo"
TARGETS: Final[Mapping[Route, tuple[str, ...]]] = {
    (method, path): tuple(operations)
    for path, methods in ((DATA, DATATRANSPORT), (INFO, AUTH_INFO))
    for method, operations in methods.items()
}
_PART: Final[dict[str, Any]] = {
    "operatorId": "{me}", "traceId": None, "plantId": "{plant}", "partsName": "品目", "supportPartsName": "S-1",
    "terminatedFlag": False, "amountRequired": None, "amountRequiredUnit": "kilogram",
}  # fmt: skip
OURANOS_BODIES: Final[Mapping[Route, Any]] = {
    ("PUT", f"{DATA}?dataTarget=parts"): _PART,
    ("PUT", f"{DATA}?dataTarget=partsStructure"): {
        "parentPartsModel": _PART,
        "childrenPartsModel": [_PART | {"partsName": "子", "amountRequired": 2, "traceId": "{trace?}"}],
    },
    ("PUT", f"{DATA}?dataTarget=tradeRequest"): {
        "tradeModel": {
            "tradeId": "{trade?}", "downstreamOperatorId": "{me}", "upstreamOperatorId": "{operator}",
            "downstreamTraceId": "{trace}", "upstreamTraceId": None,
        },
        "statusModel": {
            "statusId": "{request?}", "tradeId": "{trade?}", "requestStatus": {}, "message": "お願いします。",
            "replyMessage": None, "requestType": "CFP", "responseDueDate": "2027-03-31",
        },
    },
    ("PUT", f"{DATA}?dataTarget=cfp"): [
        {
            "cfpId": None, "traceId": "{trace}", "ghgEmission": 1.5, "ghgDeclaredUnit": "kgCO2e/kilogram",
            "cfpType": kind, "dqrType": "preProcessing" if kind.startswith("pre") else "mainProcessing",
            "dqrValue": {"TeR": 1, "GeR": 2, "TiR": 3},
        }
        for kind in ("preProduction", "mainProduction", "preComponent", "mainComponent")
    ],
    ("PUT", f"{DATA}?dataTarget=status"): {
        "statusId": "{request}", "tradeId": "{trade}", "replyMessage": "担当外です。",
        "requestStatus": {"cfpResponseStatus": "REJECT"},
    },
    ("PUT", f"{INFO}?dataTarget=operator"): {
        "operatorId": "{me}", "operatorName": "会社", "operatorAddress": "東京都", "openOperatorId": "{open}",
        "operatorAttribute": {},
    },
    ("PUT", f"{INFO}?dataTarget=plant"): {
        "operatorId": "{me}", "plantId": "{plant?}", "plantName": "工場", "plantAddress": "東京都",
        "openPlantId": "T000111", "plantAttribute": {},
    },
    ("POST", "/auth/login"): {"operatorAccountId": "{email}", "accountPassword": "{password}"},
    ("POST", "/auth/refresh"): {"refreshToken": "{standing}"},
    ("POST", "/auth/change"): {"newPassword": "short"},
    ("POST", "/api/v1/systemAuth/token"): {"idToken": "{token}"},
    ("POST", "/api/v1/systemAuth/apiKey"): {"ipAddress": "10.1.2.3", "apiKey": "{key}"},
    ("POST", "/cfpAcl"): {
        "operatorId": "{me}", "releasedToOperatorId": "{operator}", "traceId": "{trace}",
        "acl": [{"aclItemGroup": "TOTALCFP", "releasedFlag": True}],
    },
    ("POST", "/cfpCertificationAcl"): {
        "operatorId": "{me}", "releasedToOperatorId": "{operator}", "traceId": "{trace}", "releasedFlag": True,
    },
    ("POST", "/replyMessages"): {"operatorId": "{me}", "tradeId": "{trade}", "requestId": "{request}", "replyMessage": "確認します。"},
    ("POST", "/fileUploadUrl"): {"operatorId": "{me}", "files": [{"fileName": "x.pdf"}]},
    ("POST", "/cfpCertificationInfo"): {
        "operatorId": "{me}", "traceId": "{trace}", "cfpCertificationDescription": "説明",
        "cfpCertificationFileInfo": [{"operatorId": "{me}", "fileId": "{file}", "fileName": "証明書.pdf"}],
    },
}  # fmt: skip
OURANOS_QUERIES: Final[Mapping[str, dict[str, str]]] = {
    f"GET {DATA}?dataTarget=parts": {"traceId": "{trace?}", "after": "{trace?}", "limit": "{limit?}", "parentFlag": "{flag?}"},
    f"GET {DATA}?dataTarget=partsStructure": {"traceId": "{trace}"},
    f"GET {DATA}?dataTarget=tradeRequest": {"traceIds": "{trace?}", "after": "{trace?}", "limit": "{limit?}"},
    f"GET {DATA}?dataTarget=tradeResponse": {"after": "{request?}", "limit": "{limit?}"},
    f"GET {DATA}?dataTarget=cfp": {"traceIds": "{trace}"},
    f"GET {DATA}?dataTarget=cfpCertification": {"traceId": "{trace}"},
    f"GET {DATA}?dataTarget=status": {
        "statusTarget": "{direction}", "traceId": "{trace?}", "statusId": "{request?}", "after": "{request?}", "limit": "{limit?}",
    },
    f"PUT {DATA}?dataTarget=tradeResponse": {"tradeId": "{trade}", "traceId": "{trace}"},
    f"DELETE {DATA}?dataTarget=parts": {"traceId": "{trace}"},
    f"GET {INFO}?dataTarget=operator": {"openOperatorId": "{open?}", "operatorIds": "{operator?}"},
    "GET /cfpAcl": {"operatorId": "{me}", "traceId": "{trace?}", "releasedToOperatorId": "{operator?}"},
    "GET /cfpCertificationAcl": {"operatorId": "{me}", "traceId": "{trace?}", "releasedToOperatorId": "{operator?}"},
    "GET /notifications": {"operatorId": "{me}", "after": "{notification?}"},
    "GET /keyId": {},
    "GET /fileDownloadUrl": {
        "operatorId": "{me}", "fileOperatorId": "{operator}", "fileId": "{file}", "downloadType": "OWN",
        "cfpCertificationId": "{certificate}",
    },
    "DELETE /cfpCertifications": {"operatorId": "{me}", "traceId": "{trace}", "fileId": "{file?}"},
    "GET /requestStatus": {"operatorId": "{me}", "trackId": "{track?}"},
}  # fmt: skip
V1_QUERIES: Final[Mapping[str, str]] = {
    "open_operator_id": "{open}",
    "number": "900-0",
    "name": "製品",
    "roots_only": "{flag}",
    "direction": "{sent}",
    "kind": "CFP",
    "history": "{flag}",
    "limit": "{limit}",
    "state": "waiting",
    "top": "3",
    "base_year": "2025",
    "year": "2026",
    "version": "1",
    "size": "1",
    "file_name": "bom.csv",
    "language": "en",
    "format": "csv",
    "mapping": "PLM",
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
    "first": "1",
    "second": "1",
    "at": "2026-10-01T00:30:00Z",
    "notified_from": "2026-09-01T00:00:00Z",
    "notified_to": "2026-12-31T00:00:00Z",
}
"""Parameters that are no id; ids are recognised by their name."""
ALWAYS: Final = frozenset(
    {"open_operator_id", "trace_id", "trace_ids", "subject_id", "first", "second", "number"}
)
"""Parameters that are sent mostly, since most paths that have them need them."""

IDS: Final[Mapping[str, str]] = {
    "operator": "SELECT operator_id, ARRAY[operator_key, invited_by_key] FROM commons.operators",
    "plant": "SELECT plant_id, ARRAY[operator_key] FROM commons.plants",
    "trace": "SELECT trace_id, ARRAY[operator_key] FROM commons.parts",
    "trade": "SELECT trade_id, ARRAY[downstream_key, upstream_key] FROM commons.trades",
    "request": "SELECT request_id, ARRAY[downstream_key, upstream_key] FROM commons.requests",
    "consent": "SELECT DISTINCT consent_id, ARRAY[operator_key] FROM commons.consents",
    "delivery": "SELECT delivery_id, ARRAY[operator_key] FROM commons.deliveries",
    "selection": "SELECT selection_id, ARRAY[operator_key] FROM commons.selections",
    "group": "SELECT selection_id, ARRAY[operator_key] FROM commons.selections WHERE sort = 'group'",
    "family": "SELECT selection_id, ARRAY[operator_key] FROM commons.selections WHERE sort = 'family'",
    "inquiry": "SELECT inquiry_id, ARRAY[operator_key] FROM commons.inquiries",
    "hop": "SELECT hop_id, ARRAY[to_key] FROM commons.inquiry_hops",
    "read": "SELECT read_id, ARRAY[provider_key] FROM commons.delivery_reads",
    "notification": "SELECT notification_id, ARRAY[operator_key] FROM commons.notifications",
    "file": "SELECT file_id, ARRAY[operator_key] FROM commons.files",
    "statement": "SELECT statement_id, ARRAY[operator_key] FROM footprint.statements",
    "proposal": "SELECT proposal_id, ARRAY[upstream_key] FROM footprint.proposals",
    "certificate": "SELECT certificate_id, ARRAY[operator_key] FROM footprint.certificates",
    "update": "SELECT update_id, ARRAY[operator_key] FROM footprint.updates",
    "declaration": "SELECT declaration_id, ARRAY[operator_key] FROM footprint.declarations",
    "engagement": "SELECT engagement_id, ARRAY[operator_key, verifier_key] FROM footprint.engagements",
    "seat": "SELECT seat_id, ARRAY[operator_key] FROM footprint.factor_seats",
    "loan": "SELECT loan_id, ARRAY[operator_key, lent_by_key] FROM footprint.factor_sets WHERE loan_id IS NOT NULL",
    "finding": "SELECT finding_id, ARRAY[operator_key, verifier_key] FROM footprint.findings",
    "sheet": "SELECT DISTINCT sheet_id, ARRAY[operator_key] FROM footprint.sheets",
    "import": "SELECT import_id, ARRAY[operator_key] FROM commons.imports",
    "check": """
        SELECT e.check_id, ARRAY[d.operator_key] FROM footprint.declaration_evidence e
          JOIN footprint.declarations d USING (declaration_key)
    """,
    "invitation": "SELECT invitation_id, ARRAY[operator_key] FROM commons.account_invitations",
    "registration": "SELECT registration_id, ARRAY[operator_key] FROM commons.registrations",
    "account": "SELECT a.account_id, ARRAY[m.operator_key] FROM commons.accounts a JOIN commons.memberships m USING (account_key)",
    "api_key": "SELECT k.api_key_id, ARRAY[o.operator_key] FROM commons.api_keys k JOIN commons.api_key_operators o USING (api_key_key)",
    "track": "SELECT track_id, ARRAY[sender_key] FROM commons.events WHERE track_id IS NOT NULL",
    "open": "SELECT open_operator_id, ARRAY[operator_key] FROM commons.operators WHERE open_operator_id IS NOT NULL",
}
"""Every noun's ids, and the keys of the companies that hold them."""
TOGETHER: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "/v1/parts/{trace_id}/estimate": (
        ("trace_id",),
        "SELECT p.trace_id, ARRAY[e.operator_key] FROM footprint.estimates e JOIN commons.parts p USING (part_key)",
    ),
    "/v1/parts/{trace_id}/certificate": (
        ("trace_id", "file_id"),
        """
        SELECT p.trace_id, f.file_id, ARRAY[c.operator_key] FROM footprint.certificates c
          JOIN commons.parts p USING (part_key) JOIN footprint.certificate_files f USING (certificate_key)
        """,
    ),
    "/app/parts/{trace_id}/sheets/{sheet_id}": (
        ("trace_id", "sheet_id"),
        """
        SELECT DISTINCT p.trace_id, s.sheet_id, ARRAY[s.operator_key] FROM footprint.sheets s
          JOIN commons.parts p USING (part_key)
        """,
    ),
    "/app/companies/{operator_id}/link": (
        ("operator_id",),
        "SELECT operator_id, ARRAY[invited_by_key] FROM commons.operators WHERE state = 'provisional'",
    ),
    "/app/requests/{request_id}/answer": (
        ("request_id",),
        "SELECT request_id, ARRAY[upstream_key] FROM commons.requests WHERE state <> 'CANCEL'",
    ),
    "/v1/groups/{selection_id}": (
        ("selection_id",),
        "SELECT selection_id, ARRAY[operator_key] FROM commons.selections WHERE sort = 'group'",
    ),
    "/v1/families/{selection_id}": (
        ("selection_id",),
        "SELECT selection_id, ARRAY[operator_key] FROM commons.selections WHERE sort = 'family'",
    ),
    "/v1/engagements/{engagement_id}/findings/": (
        ("engagement_id", "finding_id"),
        """
        SELECT e.engagement_id, f.finding_id, ARRAY[f.operator_key, f.verifier_key] FROM footprint.findings f
          JOIN footprint.engagements e USING (engagement_key)
        """,
    ),
    "/fileDownloadUrl": (
        ("downloadType", "fileOperatorId", "cfpCertificationId", "fileId"),
        """
        SELECT s.sort, o.operator_id, s.id, f.file_id, ARRAY[s.reader_key]
          FROM footprint.certificates c
          JOIN footprint.certificate_files f USING (certificate_key) JOIN commons.operators o ON o.operator_key = c.operator_key
         CROSS JOIN LATERAL (
           SELECT 'OWN' AS sort, c.certificate_id AS id, c.operator_key AS reader_key
            UNION ALL
           SELECT 'OTHER', t.trade_id, t.downstream_key FROM commons.trade_relations t
            WHERE t.upstream_part_key = c.part_key AND t.upstream_key = c.operator_key) s
        """,
    ),
    "/v1/factor": (
        ("set_id", "version", "factor_id"),
        """
        SELECT s.name, s.version, f.factor_id, ARRAY[s.operator_key] FROM footprint.factor_sets s
          JOIN footprint.factors f USING (set_key)
        """,
    ),
}
"""By the beginning of an address: places of it and of its query that only some values fit, or that belong together; and the
companies' keys."""
NOUNS: Final = {
    "consumer": "operator", "partner": "operator", "upstream_operator": "operator", "child": "trace", "traces": "trace",
    "status": "request", "part": "trace", "company": "operator", "verifier": "operator", "borrower": "operator",
    "footprint": "trace",
}  # fmt: skip
CODES: Final = {"check"}
"""What opens something to whoever holds it and nobody can guess (`declassified.WITHOUT_VIEW`): used where every world has it."""
NONE: Final = "5e1f0000-0000-4000-8000-00000000c0de"
"""An id that nobody has."""


@dataclass
class Ids:
    """The ids of one or several worlds."""

    held: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    """Noun → id → companies."""
    fresh: dict[str, set[str]] = field(default_factory=dict)
    """Those that some of the worlds have, and not all."""
    together: dict[str, dict[tuple[str, ...], set[int]]] = field(default_factory=dict)
    """Of `TOGETHER`: beginning → values → companies."""

    def learn(self, connection: psycopg.Connection[Any]) -> dict[str, set[str]]:
        """Take up the ids of a world; those it has."""
        seen: dict[str, set[str]] = {}
        for noun, statement in IDS.items():
            known = self.held.setdefault(noun, {})
            seen[noun] = set()
            for value, keys in connection.execute(statement):
                known.setdefault(str(value), set()).update(key for key in keys if key is not None)
                seen[noun].add(str(value))
        for beginning, (_, statement) in TOGETHER.items():
            rows = self.together.setdefault(beginning, {})
            for *values, keys in connection.execute(statement):
                rows.setdefault(tuple(map(str, values)), set()).update(key for key in keys if key is not None)
        return seen

    def choose(self, noun: str, company: int | None, rng: random.Random, *, meant_well: bool = False) -> str:
        """One's own mostly; somebody's, preferably one that some worlds have and others not; or nobody's."""
        known = self.held.get(noun, {})
        own = sorted(
            value for value, keys in known.items() if company in keys or noun in {"operator", "open"}
        )
        fresh = [] if noun in CODES else sorted(self.fresh.get(noun, ()))
        if noun in CODES:
            known = {value: keys for value, keys in known.items() if value not in self.fresh.get(noun, ())}
        dice = rng.random()
        if own and (meant_well or dice < 0.4):
            return rng.choice(own)
        if fresh and dice < 0.75:
            return rng.choice(fresh)
        if known and dice < 0.93:
            return rng.choice(sorted(known))
        return NONE


@dataclass(frozen=True)
class Call:
    """One request."""

    route: Route
    observer: Observer
    target: str
    headers: tuple[tuple[str, str], ...]
    content: bytes | None

    @property
    def label(self) -> str:
        return f"{self.route[0]} {self.target} as {self.observer.name}"


# -- the table -------------------------------------------------------------------------------------------------------
def route_table(app: FastAPI) -> list[Route]:
    """Every method and path that the application answers, targets of the Ouranos door apart."""
    found: dict[Route, None] = {}
    in_front = (DATA, set(DATATRANSPORT))  # answered before the router is asked
    for path, methods in (in_front, *_walk(app.routes, "")):
        if any(path.startswith(one) for one in UNSEEN):
            continue
        for method in sorted(methods - {"HEAD"}) or [ANY_METHOD]:
            for target in TARGETS.get((method, path), ()):
                found[method, f"{path}?dataTarget={target}"] = None
            if (method, path) not in TARGETS:
                found[method, path] = None
    return list(found)


def _walk(routes: Iterable[BaseRoute], base: str) -> Iterator[tuple[str, set[str]]]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _walk(included.routes, base + route.include_context.prefix)
        elif isinstance(route, Mount):
            yield from _walk(route.routes or (), base + route.path)
            if not route.routes:
                yield base + route.path, {"GET"}
        else:
            yield base + route.path, set(route.methods or ())


def is_read(route: Route) -> bool:
    """Whether it changes nothing whoever calls it."""
    return route[0] == "GET"


_documents: list[dict[str, Any]] = []
"""The document of `/v1`, the same for every copy."""


# -- requests --------------------------------------------------------------------------------------------------------
class Requests:
    """Makes requests to any route for any caller."""

    def __init__(self, site: Site, cast: Cast, ids: Ids) -> None:
        self.site = site
        self.cast = cast
        self.ids = ids
        [v1] = [route.app for route in site.app.routes if isinstance(route, Mount) and route.path == "/v1"]
        assert isinstance(v1, FastAPI)
        if not _documents:
            _documents.append(v1.openapi())
        self.document = _documents[0]

    def call(
        self, route: Route, observer: Observer, rng: random.Random, *, meant_well: bool | None = None
    ) -> Call:
        """A request to `route` by `observer`; `meant_well`: with ids of one's own (by default, half of them)."""
        method, path = route
        maker = _Maker(
            self,
            observer,
            rng,
            meant_well=rng.random() < 0.5 if meant_well is None else meant_well,
            writes=not is_read(route),
        )
        headers = dict(observer.headers)
        content: bytes | None = None
        bare, _, fixed = path.partition("?")
        query = dict([fixed.split("=")]) if fixed else {}
        if bare.startswith("/v1/"):
            operation = self.document["paths"].get(bare.removeprefix("/v1"), {}).get(method.lower(), {})
            query |= maker.v1_query(operation, bare)
            content = maker.v1_body(operation, headers)
        elif bare.startswith("/app"):
            headers = {"Cookie": f"renkei={observer.cookie}"} if observer.cookie else {}
            query |= maker.page_query(bare) if method == "GET" else {}
            if method == "POST":
                content, headers["Content-Type"] = maker.form(bare)
        else:
            query |= maker.filled(OURANOS_QUERIES.get(f"{method} {path}", {}))
            body = OURANOS_BODIES.get(route)
            if body is not None:
                content = json.dumps(maker.filled(body)).encode()
                headers["Content-Type"] = "application/json"
        if rng.random() < 0.3:
            headers["Accept-Language"] = "ja"
        if method == "POST" and bare.startswith("/v1") and rng.random() < 0.3:
            headers["Idempotency-Key"] = "the-same-key"
        fitting = maker.together(bare)
        query |= {name: fitting[name] for name in query.keys() & fitting.keys()}
        address = re.sub(
            r"\{(\w+)(?::\w+)?\}", lambda place: fitting.get(place[1]) or maker.in_path(place[1]), bare
        )
        if bare == "/files/{file_id}":
            address, _, rest = maker.signed(method, address).partition("?")
            query = dict(parse_qsl(rest))
        target = address + (f"?{urlencode(query)}" if query else "")
        return Call(route, observer, target, tuple(headers.items()), content)


@dataclass
class _Maker:
    """Fills one request's places."""

    requests: Requests
    observer: Observer
    rng: random.Random
    meant_well: bool
    """Every id is one's own: such requests get somewhere."""
    writes: bool

    @property
    def _company(self) -> Any:
        number = self.observer.company
        companies = self.requests.cast.companies
        return companies[number] if number is not None else self.rng.choice(companies)

    def together(self, path: str) -> dict[str, str]:
        """Values that fit this address together: the company's own, or anybody's; mostly nothing if not meant well."""
        for beginning, (names, _) in TOGETHER.items():
            if path.startswith(beginning):
                rows = self.requests.ids.together[beginning]
                mine = [one for one, keys in sorted(rows.items()) if self._company.operator_key in keys]
                if not self.meant_well and self.rng.random() < 0.5:
                    mine = sorted(rows)
                if mine:
                    return dict(zip(names, self.rng.choice(mine), strict=True))
        return {}

    def in_path(self, name: str) -> str:
        """An id for a place of an address: a company mostly means itself."""
        if name == "operator_id" and self.meant_well and (self.writes or self.rng.random() < 0.5):
            return str(self._company.operator_id)
        return self.id_of(name)

    def signed(self, method: str, address: str) -> str:
        """The address of a file as the company itself would be given it; or with a right that nobody gave."""
        right = Right(
            method="PUT" if method == "PUT" else "GET",
            file_id=UUID(address.rpartition("/")[2]),
            operator_id=UUID(self._company.operator_id),
        )
        if not self.meant_well or self.observer.company is None:
            return f"{address}?operator={right.operator_id}&token=1.x"
        secrets = self.requests.site.context.secrets
        return signed_url(secrets, "", right, now=self.requests.site.clock.at, seconds=10**7)

    def id_of(self, name: str) -> str:
        """An id for a place of this name."""
        word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().removesuffix("s").removesuffix("_id")
        noun = NOUNS.get(word, word)
        if word == "subject":
            noun = self.rng.choice(
                ["statement", "consent", "delivery", "request", "trade", "certificate", "declaration"]
            )
        if noun == "trace" and self.meant_well and self.rng.random() < 0.4:
            return str(self._company.product)  # which has most of what a part can have
        for last in (noun, noun.rpartition("_")[2]):
            if last in IDS:
                return self.requests.ids.choose(
                    last, self._company.operator_key, self.rng, meant_well=self.meant_well
                )
        if name == "token":
            return self.rng.choice(self.requests.cast.links) if self.meant_well else "no-such-link"
        return {"rest": "x", "version": "1", "name": "PLM"}.get(name, NONE)

    def after(self, path: str = "") -> str:
        """A cursor, mostly of what is listed at `path`."""
        listed = path.rpartition("/")[2].removesuffix("s")
        noun = NOUNS.get(listed, listed)
        if noun not in IDS or self.rng.random() < 0.2:
            noun = self.rng.choice(sorted(IDS.keys() - {"open"}))
        return self.requests.ids.choose(noun, self._company.operator_key, self.rng)

    def place(self, text: str) -> str | None:
        """What goes into `{name}`; into `{name?}` sometimes nothing."""
        name = text.strip("{}")
        if name.endswith("?"):
            if self.rng.random() < 0.6:
                return None
            name = name.removesuffix("?")
        cast = self.requests.cast
        fixed = {
            "me": lambda: (
                self._company.operator_id
                if self.meant_well or self.rng.random() < 0.8
                else self.id_of("operator")
            ),
            "limit": lambda: self.rng.choice(["1", "2", "100"]),
            "flag": lambda: self.rng.choice(["true", "false"]),
            "direction": lambda: self.rng.choice(["REQUEST", "RESPONSE"]),
            "sent": lambda: self.rng.choice(["sent", "received"]),
            "token": lambda: self.rng.choice([one.admin for one in cast.companies] + [cast.expired, "x"]),
            "key": lambda: self.rng.choice([cast.key, cast.other_key, "no-such-key"]),
            "email": lambda: f"admin{self._company.number}@example.com",
            "password": lambda: PASSWORD if self.meant_well else "Wrong@123",
            "standing": lambda: self._company.standing if self.meant_well else "x" * 43,
            "old_password": lambda: PASSWORD if self.meant_well else "Wrong@123",
            "refresh_token": lambda: self._company.rotating if self.meant_well else "x" * 43,
        }
        return fixed[name]() if name in fixed else self.id_of(name)

    def filled(self, value: Any) -> Any:
        """A template with its places filled; what got nothing is left out of a query, and null in a body."""
        if isinstance(value, dict):
            filled = {key: self.filled(one) for key, one in value.items()}
            return {key: one for key, one in filled.items() if one is not None or value[key] is None}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, str) and re.fullmatch(r"\{\w+\??\}", value):
            return self.place(value)
        return value

    def v1_query(self, operation: Mapping[str, Any], path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in operation.get("parameters", ()):
            name = one["name"]
            if one["in"] != "query":
                continue
            if self.rng.random() > (0.85 if name in ALWAYS or one.get("required") else 0.3):
                continue
            value = (
                self.after(path)
                if name == "after"
                else self.place(V1_QUERIES[name])
                if "{" in V1_QUERIES.get(name, "")
                else V1_QUERIES.get(name) or self.id_of(name)
            )
            if value is not None:
                found[name] = value
        return found

    def v1_body(self, operation: Mapping[str, Any], headers: dict[str, str]) -> bytes | None:
        content = operation.get("requestBody", {}).get("content")
        if not content:
            return None
        [(media_type, described)] = content.items()
        headers["Content-Type"] = media_type
        if media_type == "application/octet-stream":
            return BILL if self.rng.random() < 0.5 else b"%PDF-1.7 content"
        examples = [one["value"] for one in described.get("examples", {}).values()]
        example = self.rng.choice(examples) if examples else {}
        return json.dumps(self.living(example, "")).encode() + (
            b"\n" if media_type.endswith("ndjson") else b""
        )

    def living(self, value: Any, key: str) -> Any:
        """An example of the document with ids that live."""
        if isinstance(value, dict):
            return {
                (self.id_of("trade") if re.fullmatch(r"[0-9a-f-]{36}", name) else name): self.living(
                    one, name
                )
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self.living(one, key) for one in value]
        if (
            isinstance(value, str)
            and re.search(r"(?:^|_)ids?$", key)
            and re.fullmatch(r"[0-9a-f-]{36}", value)
        ):
            return self.id_of(key)
        return self.place(key) if key in {"email", "password", "old_password", "refresh_token"} else value

    def page_query(self, path: str) -> dict[str, str]:
        if path == "/app/declarations/new":
            return {"part": self.id_of("part")}
        if self.rng.random() < 0.6:
            return {}
        name = self.rng.choice(["after", "q", "state", "trace_id", "operator_id", "kind"])
        return {
            name: self.after() if name == "after" else self.id_of(name) if name.endswith("_id") else "製品"
        }

    def form(self, path: str) -> tuple[bytes, str]:
        """Body and type."""
        fields = {"csrf": CSRF, "language": "ja"} | self.filled(
            {"email": "{email}", "password": "{password}"}
        )
        for name in (
            "trace_id",
            "operator_id",
            "consumer_id",
            "plant_id",
            "trade_id",
            "request_id",
            "file_id",
            "part",
            "invitation_id",
            "registration_id",
            "account_id",
            "api_key_id",
        ):
            fields[name] = self.id_of(name)
        fields |= {
            "name": "品目",
            "unit": "kilogram",
            "text": "確認します。",
            "reply": "担当外です。",
            "attributes": "total",
            "application_name": "部品表システム",
            "networks": "10.0.0.0/8",
            "role": "viewer",
            "do": self.rng.choice(["approve", "refuse", "disable", "enable"]),
            "address": "東京都",
            "plant_name": "新工場",
            "plant_address": "愛知県",
            "open_plant_id": "T000222",
        }
        if path not in {"/app/uploads/bom", "/app/uploads/workbook", "/app/uploads/factors"}:
            return urlencode(fields).encode(), "application/x-www-form-urlencoded"
        file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="bom.csv"\r\n\r\n' + BILL
        secret = f'\r\n--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{CSRF}\r\n--x--\r\n'
        return file + secret.encode(), "multipart/form-data; boundary=x"
