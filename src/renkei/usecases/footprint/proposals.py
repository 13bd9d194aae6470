"""Values a buyer enters on behalf of a supplier that is not a member yet: unconfirmed until that company joins."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from renkei.database.transaction import Transaction
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.model import Proposal, Quality, Stage, Statement, StatementDraft


def propose(
    tx: Transaction,
    trade_id: UUID,
    *,
    declared_unit: Unit,
    stages: Mapping[Stage, Decimal],
    quality: Mapping[Stage, Quality] | None = None,
) -> Proposal:
    """The buyer's value for one trade with a provisional company; counts as an estimate meanwhile."""
    raise NotImplementedError


def proposals(tx: Transaction) -> list[Proposal]:
    """Proposals the caller made or is asked to decide, newest first."""
    raise NotImplementedError


def confirm(tx: Transaction, proposal_id: UUID, trace_id: UUID) -> Statement:
    """The supplier makes the value its own statement of its part `trace_id` and discloses it to that buyer."""
    raise NotImplementedError


def replace(tx: Transaction, proposal_id: UUID, draft: StatementDraft) -> Statement:
    """The supplier states a value of its own instead; the part is linked; disclosure is a decision of its own."""
    raise NotImplementedError
