"""By which supplier a bought part comes, with which share, and what was delivered by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from renkei.client._wire import Wire, place
from renkei.client.model import Cursor, Delivery, Listing, Page, Share, ShareDraft, Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shares:
    shares: tuple[Share, ...]


class Trades:
    """Trades (取引関係) of own bought parts."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def of(self, trace_id: UUID, *, page_size: int = 100, after: Cursor | None = None) -> Listing[Trade]:
        """The trades by which an own part is bought."""
        return self._wire.listing(Page[Trade], "/trades", trace_id=trace_id, page_size=page_size, after=after)

    def shares(self, trade_id: UUID) -> tuple[Share, ...]:
        """The shares of a trade as stated."""
        return self._wire.get(_Shares, place("trades", trade_id, "shares")).shares

    def replace_shares(self, trade_id: UUID, shares: Iterable[ShareDraft]) -> tuple[Share, ...]:
        """State all shares of a trade."""
        body = {"shares": list(shares)}
        return self._wire.write(_Shares, "PUT", place("trades", trade_id, "shares"), body).shares


class Deliveries:
    """The inbox (届け): what suppliers let this company see."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def of(
        self,
        trace_id: UUID,
        *,
        kind: str | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Delivery]:
        """The deliveries for an own bought part, newest first, tombstones too."""
        parameters = {"trace_id": trace_id, "kind": kind}
        return self._wire.listing(
            Page[Delivery], "/deliveries", page_size=page_size, after=after, **parameters
        )
