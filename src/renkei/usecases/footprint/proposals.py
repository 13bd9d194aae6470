"""Values a buyer enters on behalf of a supplier that is not a member yet: unconfirmed until that company joins.

- The buyer proposes a value for one trade with a company it invited. It counts like an estimate for exactly that
  trade's share and is marked unconfirmed. A correction is a further proposal; the newest one counts.
- The company joins under the id it was invited with, and so has the trade, the request and the proposal.
- It confirms (the value becomes its own statement, linked and disclosed to that buyer) or replaces it by a statement
  of its own (linked; disclosure is a decision of its own). The buyer is told by an event, and recalculates.

Undecided proposals of the buyer's trades are read by `proposals_store.unconfirmed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.commons.consents.service import release
from renkei.commons.operators.service import operators_by_keys
from renkei.commons.trades.service import link, trades_out_of
from renkei.database.caller import WRITERS
from renkei.database.events import Handler, ReceivedEvent
from renkei.database.transaction import Event, Transaction
from renkei.kit.paging import Page, page_of
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import proposals_store as store
from renkei.usecases.footprint import service
from renkei.usecases.footprint.errors import (
    ProposalDecided,
    ProposalMissing,
    ProposalOutdated,
    SupplierIsMember,
    TradeMissing,
)
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import (
    Emission,
    Proposal,
    ProposalState,
    Quality,
    Stage,
    Statement,
    StatementDraft,
)

DECIDED: Final = "jp.renkei.proposal.decided.v1"
_MADE: Final = "jp.renkei.proposal.made.v1"


def propose(
    tx: Transaction,
    trade_id: UUID,
    *,
    declared_unit: Unit,
    stages: Mapping[Stage, Decimal],
    quality: Mapping[Stage, Quality] | None = None,
) -> Proposal:
    """The buyer's value for one trade with a provisional company; counts as an estimate meanwhile.

    Raises `TradeMissing` (unknown, cancelled, or not the caller's purchase) and `SupplierIsMember`.
    """
    tx.caller.require(*WRITERS)
    trade = store.relation(tx, trade_id)
    if trade is None or all(
        one.trade_key != trade.trade_key for one in trades_out_of(tx, [trade.downstream_part_key])
    ):
        raise TradeMissing("path:trade_id")
    supplier = operators_by_keys(tx, [trade.upstream_key]).get(trade.upstream_key)
    if supplier is None or supplier.state != "provisional":
        raise SupplierIsMember
    proposal_id = store.insert(tx, trade, declared_unit, stages, quality or {})
    tx.mark("part_inputs", [trade.downstream_part_key])
    tx.emit(Event(_MADE, tx.caller.operator_key, proposal_id, {"trade": trade.trade_key}))
    return _proposal(tx, proposal_id)


def proposals(tx: Transaction, after: UUID | None = None, limit: int = 100) -> Page[Proposal]:
    """Proposals the caller made or is asked to decide, newest first; those corrected by newer ones are left out."""
    return page_of(store.listed(tx, after, limit + 1), limit, id_of=lambda one: one.proposal_id)


def confirm(tx: Transaction, proposal_id: UUID, trace_id: UUID) -> Statement:
    """The supplier makes the value its own statement of its part `trace_id` and discloses it to that buyer.

    The value is of the whole part, so it is stated as component of scope `whole`: nothing is added to it.
    That is no setting of the part: what its owner states later has the scope of its own application again.
    Raises `ProposalMissing`, `ProposalDecided`, `ProposalOutdated`; `StatementExists` if the part has a footprint
    (then `replace`), and what linking and disclosing raise.
    """
    proposal = _to_decide(tx, proposal_id)
    draft = StatementDraft(
        trace_id=trace_id,
        declared_unit=proposal.declared_unit,
        declared={stage: Emission(component=value) for stage, value in proposal.stages.items()},
        quality=proposal.quality,
        component_scope="whole",
        confirms=proposal_id,
    )
    statement = _decided(tx, proposal, "confirmed", draft)
    release(tx, trace_id, proposal.downstream_operator_id, KIND, {"total": True, "quality": True})
    return statement


def replace(tx: Transaction, proposal_id: UUID, draft: StatementDraft) -> Statement:
    """The supplier states a value of its own instead; the part is linked; disclosure is a decision of its own.

    Raises `ProposalMissing`, `ProposalDecided`, `ProposalOutdated`, and what stating and linking raise.
    """
    return _decided(tx, _to_decide(tx, proposal_id), "replaced", draft)


def _to_decide(tx: Transaction, proposal_id: UUID) -> Proposal:
    """The undecided proposal that the caller may decide."""
    tx.caller.require(*WRITERS)
    proposal = store.read(tx, proposal_id)
    if proposal is None or proposal.upstream_key != tx.caller.operator_key:
        raise ProposalMissing
    if proposal.state != "unconfirmed":
        raise ProposalDecided
    if store.newest_open(tx, proposal.trade_key) != proposal_id:
        raise ProposalOutdated
    return proposal


def _decided(tx: Transaction, proposal: Proposal, state: ProposalState, draft: StatementDraft) -> Statement:
    statement = service.put_statement(tx, draft)
    # Linked last: the part has its statement by now, so the trade's requests are answered.
    link(tx, proposal.trade_id, draft.trace_id)
    store.decide(tx, proposal, state)
    tx.emit(
        Event(DECIDED, proposal.downstream_key, proposal.proposal_id, {"part": proposal.downstream_part_key})
    )
    return statement


def _proposal(tx: Transaction, proposal_id: UUID) -> Proposal:
    found = store.read(tx, proposal_id)
    assert found is not None
    return found


def on_decided(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: the buyer's parts that stood on a proposal are calculated anew."""
    parts = [event.data["part"] for event in events]
    tx.mark("part_inputs", [part for part in parts if isinstance(part, int)])


HANDLERS: Final[Mapping[str, Handler]] = {DECIDED: on_decided}
