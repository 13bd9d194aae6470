"""`Client`: one caller on one server."""

from __future__ import annotations

import ssl
from types import TracebackType
from typing import Literal, Self

import httpx2

from renkei.client._wire import Patience, Wire
from renkei.client.auth import Auth
from renkei.client.bulk import Bulk
from renkei.client.consents import Consents, Reads, Selections, SharedDisclosures
from renkei.client.credentials import Credentials
from renkei.client.engagements import Engagements
from renkei.client.files import Files, PartCertificates
from renkei.client.footprints import Estimates, Footprints, Proposals
from renkei.client.imports import Imports
from renkei.client.inquiries import Inquiries
from renkei.client.notifications import Notifications
from renkei.client.operators import Operators, Plants
from renkei.client.parts import Parts, Structures
from renkei.client.requests import Requests
from renkei.client.trades import Deliveries, Trades
from renkei.client.updates import Declarations, Updates


class Client:
    """What one caller can do over `/v1`, noun by noun.

    Every method raises `ClientError`: `ProblemError` by what the server said, `NoAnswerError` after all tries.
    May be used by several threads. `base_url`: scheme, host and port. `language`: of the sentences in errors.
    `transport`: instead of the network, for tests and unusual ways.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        patience: Patience | None = None,
        language: Literal["ja", "en"] = "en",
        tls: ssl.SSLContext | bool = True,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.patience = patience or Patience()
        self._http = httpx2.Client(
            timeout=httpx2.Timeout(
                self.patience.timeout_seconds, connect=self.patience.connect_timeout_seconds
            ),
            verify=tls,
            transport=transport,
            headers={"User-Agent": "renkei-client"},
        )
        try:
            self._wire = Wire(
                base_url, credentials, patience=self.patience, language=language, http=self._http
            )
        except ValueError:
            self._http.close()
            raise
        self.auth = Auth(self._wire)
        self.operators = Operators(self._wire)
        self.plants = Plants(self._wire)
        self.parts = Parts(self._wire)
        self.structures = Structures(self._wire)
        self.trades = Trades(self._wire)
        self.deliveries = Deliveries(self._wire)
        self.requests = Requests(self._wire)
        self.consents = Consents(self._wire)
        self.groups = Selections(self._wire, "groups")
        self.families = Selections(self._wire, "families")
        self.shared = SharedDisclosures(self._wire)
        self.reads = Reads(self._wire)
        self.inquiries = Inquiries(self._wire)
        self.footprints = Footprints(self._wire)
        self.estimates = Estimates(self._wire)
        self.proposals = Proposals(self._wire)
        self.updates = Updates(self._wire)
        self.declarations = Declarations(self._wire)
        self.engagements = Engagements(self._wire)
        self.files = Files(self._wire)
        self.certificates = PartCertificates(self._wire)
        self.bulk = Bulk(self._wire)
        self.imports = Imports(self._wire)
        self.notifications = Notifications(self._wire)

    @property
    def version(self) -> str | None:
        """The version of the latest write that reads still wait for; None once a read has seen it."""
        return self._wire.version

    def read_after(self, version: str | None) -> None:
        """Let the next reads wait for what another client wrote: `buyer.read_after(supplier.version)`."""
        self._wire.version = version

    def close(self) -> None:
        """Close the connections. The session stays open; `auth.logout` ends it."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
