"""SQL of proposals: rows of two parties, written by the buyer, decided by the supplier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from renkei.database.transaction import Transaction
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.model import Proposal, ProposalState, Quality, Stage

# The columns of `Proposal`, from `footprint.proposals p` joined with its trade `t`.
_PROPOSAL = """
    p.proposal_id, p.trade_key, p.downstream_key, p.upstream_key, p.declared_unit, p.stages, p.quality, p.state,
    p.created_at, p.decided_at, t.trade_id, t.downstream_operator_id, t.upstream_operator_id, t.downstream_trace_id,
    t.downstream_part_key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A trade of the caller, cancelled or not: what a proposal or a value hangs on."""

    trade_key: int
    trade_id: UUID
    downstream_key: int
    upstream_key: int
    downstream_part_key: int


def relation(tx: Transaction, trade_id: UUID) -> Relation | None:
    """The trade that the caller buys by, or None."""
    row = tx.row(
        """
        SELECT trade_key, trade_id, downstream_key, upstream_key, downstream_part_key
          FROM commons.trade_relations WHERE trade_id = %s AND downstream_key = commons.me()
        """,
        (trade_id,),
    )
    return None if row is None else Relation(**row)


def trade_ids(tx: Transaction, trade_keys: Iterable[int]) -> dict[int, UUID]:
    """Public ids of the caller's trades, either side."""
    rows = tx.execute(
        """
        SELECT trade_key, trade_id FROM commons.trade_relations
         WHERE trade_key = ANY(%s) AND commons.me() IN (downstream_key, upstream_key)
        """,
        (list(trade_keys),),
    ).fetchall()
    return dict(rows)


def insert(
    tx: Transaction,
    trade: Relation,
    unit: Unit,
    stages: Mapping[Stage, Decimal],
    quality: Mapping[Stage, Quality],
) -> UUID:
    """Write the buyer's value for one trade."""
    proposal_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO footprint.proposals (proposal_id, trade_key, downstream_key, upstream_key, declared_unit, stages,
                                         quality, created_at)
        VALUES (%s, %s, commons.me(), %s, %s, %s, %s, %s)
        """,
        (
            proposal_id,
            trade.trade_key,
            trade.upstream_key,
            unit.value,
            Jsonb({stage.value: value for stage, value in stages.items()}),
            Jsonb({stage.value: _quality_json(one) for stage, one in quality.items()}),
            tx.now,
        ),
    )
    return proposal_id


def listed(tx: Transaction, after: UUID | None, rows_wanted: int) -> list[Proposal]:
    """Of every trade of the caller, either side: what was decided, and the newest that is not; newest first.

    From the proposal named by `after` on; none if it is not the caller's.
    """
    rows = tx.rows(
        "SELECT "
        + _PROPOSAL
        + """
          FROM footprint.proposals p JOIN commons.trade_relations t ON t.trade_key = p.trade_key
         WHERE commons.me() IN (p.downstream_key, p.upstream_key)
           AND (p.state <> 'unconfirmed' OR p.proposal_key = (
                 SELECT max(n.proposal_key) FROM footprint.proposals n
                  WHERE n.trade_key = p.trade_key AND n.state = 'unconfirmed'
                    AND commons.me() IN (n.downstream_key, n.upstream_key)))
           AND (%(after)s::uuid IS NULL OR p.proposal_key <= (
                 SELECT a.proposal_key FROM footprint.proposals a
                  WHERE a.proposal_id = %(after)s AND commons.me() IN (a.downstream_key, a.upstream_key)))
         ORDER BY p.proposal_key DESC LIMIT %(limit)s
        """,
        {"after": after, "limit": rows_wanted},
    )
    return [_proposal(row) for row in rows]


def read(tx: Transaction, proposal_id: UUID) -> Proposal | None:
    """One proposal of the caller, either side."""
    row = tx.row(
        "SELECT "
        + _PROPOSAL
        + """
          FROM footprint.proposals p JOIN commons.trade_relations t ON t.trade_key = p.trade_key
         WHERE p.proposal_id = %s AND commons.me() IN (p.downstream_key, p.upstream_key)
        """,
        (proposal_id,),
    )
    return None if row is None else _proposal(row)


def unconfirmed(tx: Transaction, trade_keys: Iterable[int]) -> dict[int, Proposal]:
    """The newest undecided proposal of each trade that the caller buys by, by trade key. One statement."""
    rows = tx.rows(
        "SELECT DISTINCT ON (p.trade_key) "
        + _PROPOSAL
        + """
          FROM footprint.proposals p JOIN commons.trade_relations t ON t.trade_key = p.trade_key
         WHERE p.trade_key = ANY(%s) AND p.downstream_key = commons.me() AND p.state = 'unconfirmed'
         ORDER BY p.trade_key, p.proposal_key DESC
        """,
        (list(trade_keys),),
    )
    return {row["trade_key"]: _proposal(row) for row in rows}


def newest_open(tx: Transaction, trade_key: int) -> UUID | None:
    """The undecided proposal of a trade that the caller supplies, the newest if the buyer corrected itself."""
    row = tx.row(
        """
        SELECT proposal_id FROM footprint.proposals
         WHERE trade_key = %s AND upstream_key = commons.me() AND state = 'unconfirmed'
         ORDER BY proposal_key DESC LIMIT 1 FOR UPDATE
        """,
        (trade_key,),
    )
    return None if row is None else row["proposal_id"]


def decide(tx: Transaction, proposal: Proposal, state: ProposalState) -> None:
    """Set the state of a proposal; earlier ones of the same trade, which it corrected, are replaced with it."""
    tx.execute(
        """
        UPDATE footprint.proposals
           SET state = CASE WHEN proposal_id = %(id)s THEN %(state)s ELSE 'replaced' END, decided_at = %(now)s
         WHERE trade_key = %(trade)s AND upstream_key = commons.me() AND state = 'unconfirmed'
        """,
        {"id": proposal.proposal_id, "state": state, "trade": proposal.trade_key, "now": tx.now},
    )


def _quality_json(one: Quality) -> dict[str, Decimal | None]:
    return {"ter": one.ter, "ger": one.ger, "tir": one.tir}


def _proposal(row: DictRow) -> Proposal:
    return Proposal(
        **{
            **row,
            "declared_unit": Unit(row["declared_unit"]),
            "stages": {Stage(name): Decimal(value) for name, value in row["stages"].items()},
            "quality": {Stage(name): _quality(one) for name, one in row["quality"].items()},
        }
    )


def _quality(one: Mapping[str, Any]) -> Quality:
    return Quality(**{name: None if value is None else Decimal(value) for name, value in one.items()})
