"""SQL of operators, plants and invitations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.operators.model import (
    InvitationDraft,
    Operator,
    OperatorDraft,
    Plant,
    PlantDraft,
    Registration,
)
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps

_OPERATOR: Final[LiteralString] = """
       o.operator_key, o.operator_id, o.name, o.address, o.country, o.open_operator_id, o.global_operator_id, o.state, o.sandbox,
       (SELECT s.operator_id FROM commons.operators s WHERE s.operator_key = o.successor_key) AS successor_id
"""


def own(tx: Transaction) -> Operator | None:
    """The caller's own company."""
    row = tx.row(
        "SELECT "
        + _OPERATOR
        + """
          FROM commons.operators o WHERE o.operator_key = commons.me()
        """
    )
    return None if row is None else _operator(row)


def by_open_id(tx: Transaction, open_operator_id: str) -> Operator | None:
    """The company of this public id, if it is in the directory (row-level security)."""
    row = tx.row(
        "SELECT "
        + _OPERATOR
        + """
          FROM commons.operators o
         WHERE o.open_operator_id = %s AND (o.state IN ('member', 'suspended', 'merged') OR o.operator_key = commons.me())
        """,
        (open_operator_id,),
    )
    return None if row is None else _operator(row)


def by_ids(tx: Transaction, operator_ids: Sequence[UUID]) -> list[Operator]:
    """The companies of these ids that the caller may see: the directory, and those it invited itself."""
    rows = tx.rows(
        "SELECT "
        + _OPERATOR
        + """
          FROM commons.operators o
         WHERE o.operator_id = ANY(%s::uuid[])
           AND (o.state <> 'provisional' OR o.invited_by_key = commons.me() OR o.operator_key = commons.me())
         ORDER BY o.operator_id
        """,
        (list(operator_ids),),
    )
    return [_operator(row) for row in rows]


def keys_of(tx: Transaction, operator_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Internal keys of the companies that the caller may see, by public id."""
    rows = tx.execute(
        """
        SELECT operator_id, operator_key FROM commons.operators
         WHERE operator_id = ANY(%s::uuid[])
           AND (state <> 'provisional' OR invited_by_key = commons.me() OR operator_key = commons.me())
        """,
        (list(operator_ids),),
    )
    return {row[0]: row[1] for row in rows}


def by_keys(tx: Transaction, operator_keys: Iterable[int]) -> dict[int, Operator]:
    """The companies of these internal keys that the caller may see."""
    rows = tx.rows(
        "SELECT "
        + _OPERATOR
        + """
          FROM commons.operators o
         WHERE o.operator_key = ANY(%s::bigint[])
           AND (o.state <> 'provisional' OR o.invited_by_key = commons.me() OR o.operator_key = commons.me())
        """,
        (list(operator_keys),),
    )
    return {row["operator_key"]: _operator(row) for row in rows}


def update_own(tx: Transaction, draft: OperatorDraft) -> Operator | None:
    """Change the caller's own company."""
    row = tx.row(
        """
        UPDATE commons.operators
           SET name = %(name)s, address = %(address)s, global_operator_id = %(global)s, updated_at = %(now)s
         WHERE operator_key = commons.me()
        RETURNING operator_key, operator_id, name, address, country, open_operator_id, global_operator_id, state, sandbox
        """,
        {"name": draft.name, "address": draft.address, "global": draft.global_operator_id, "now": tx.now},
    )
    return None if row is None else _operator(row)


def add_provisional(tx: Transaction, draft: InvitationDraft) -> Operator:
    """A company that is not a member yet: its row in the directory that only the inviter sees, and the invitation.

    The public ids given stay in the invitation, the inviter's own row: the same company may be invited by others.
    """
    operator_id = tx.new_id()
    row = tx.row(
        """
        INSERT INTO commons.operators (operator_id, name, address, country, state, sandbox, invited_by_key, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(address)s, %(country)s, 'provisional', %(sandbox)s, commons.me(), %(now)s, %(now)s)
        RETURNING operator_key, operator_id, name, address, country, open_operator_id, global_operator_id, state, sandbox
        """,
        {
            "id": operator_id,
            "name": draft.name,
            "address": draft.address,
            "country": draft.country,
            "sandbox": tx.caller.sandbox,
            "now": tx.now,
        },
    )
    assert row is not None
    tx.execute(
        """
        INSERT INTO commons.invitations (invitation_id, operator_key, invited_key, email, other_ids, created_at)
        VALUES (%s, commons.me(), %s, %s, %s::text::jsonb, %s)
        """,
        (tx.new_id(), row["operator_key"], draft.email, dumps(dict(draft.other_ids)).decode(), tx.now),
    )
    return _operator(row)


def invited_email(tx: Transaction, operator_key: int) -> str | None:
    """Where a company that the caller invited is reached, if it said so."""
    row = tx.execute(
        "SELECT email FROM commons.invitations WHERE operator_key = commons.me() AND invited_key = %s",
        (operator_key,),
    ).fetchone()
    return None if row is None else row[0]


# -- plants ---------------------------------------------------------------------------------------------------------


def plants(tx: Transaction) -> list[Plant]:
    """The caller's plants, the oldest first."""
    rows = tx.rows(
        """
        SELECT plant_key, plant_id, name, address, open_plant_id, global_plant_id
          FROM commons.plants WHERE operator_key = commons.me() ORDER BY plant_key
        """
    )
    return [_plant(tx, row) for row in rows]


def add_plant(tx: Transaction, draft: PlantDraft) -> Plant:
    """A new plant of the caller."""
    row = tx.row(
        """
        INSERT INTO commons.plants (plant_id, operator_key, name, address, open_plant_id, global_plant_id, created_at, updated_at)
        VALUES (%(id)s, commons.me(), %(name)s, %(address)s, %(open)s, %(global)s, %(now)s, %(now)s)
        RETURNING plant_key, plant_id, name, address, open_plant_id, global_plant_id
        """,
        _plant_values(draft, tx, tx.new_id()),
    )
    assert row is not None
    return _plant(tx, row)


def update_plant(tx: Transaction, draft: PlantDraft) -> Plant | None:
    """Change a plant of the caller; None if there is none of this id."""
    row = tx.row(
        """
        UPDATE commons.plants
           SET name = %(name)s, address = %(address)s, open_plant_id = %(open)s, global_plant_id = %(global)s, updated_at = %(now)s
         WHERE operator_key = commons.me() AND plant_id = %(id)s
        RETURNING plant_key, plant_id, name, address, open_plant_id, global_plant_id
        """,
        _plant_values(draft, tx, draft.plant_id),
    )
    return None if row is None else _plant(tx, row)


# -- registration by the platform (the owner of the tables; security on operators is not forced for it) ----------------


def register(tx: Transaction, draft: Registration) -> Operator:
    """A new member, or a provisional company that joins under the id it was invited with."""
    values = {
        "id": draft.operator_id or tx.new_id(),
        "name": draft.name,
        "address": draft.address,
        "country": draft.country,
        "open": draft.open_operator_id,
        "global": draft.global_operator_id,
        "sandbox": draft.sandbox,
        "now": tx.now,
    }
    row = tx.row(
        """
        UPDATE commons.operators
           SET name = %(name)s, address = %(address)s, country = %(country)s, open_operator_id = %(open)s,
               global_operator_id = %(global)s, state = 'member', sandbox = %(sandbox)s, updated_at = %(now)s
         WHERE operator_id = %(id)s AND state = 'provisional'
        RETURNING operator_key, operator_id, name, address, country, open_operator_id, global_operator_id, state, sandbox
        """,
        values,
    ) or tx.row(
        """
        INSERT INTO commons.operators (operator_id, name, address, country, open_operator_id, global_operator_id, state, sandbox,
                                       created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(address)s, %(country)s, %(open)s, %(global)s, 'member', %(sandbox)s, %(now)s, %(now)s)
        RETURNING operator_key, operator_id, name, address, country, open_operator_id, global_operator_id, state, sandbox
        """,
        values,
    )
    assert row is not None
    return _operator(row)


def every(tx: Transaction) -> list[Operator]:
    """Every company, the oldest first."""
    rows = tx.rows(
        "SELECT "
        + _OPERATOR
        + """
          FROM commons.operators o ORDER BY o.operator_key
        """
    )
    return [_operator(row) for row in rows]


def set_state(tx: Transaction, operator_id: UUID, state: str, *, former: Sequence[str]) -> Operator | None:
    """Move a company from one of the `former` states into `state`; None if it is not in one of them."""
    row = tx.row(
        """
        UPDATE commons.operators SET state = %s, updated_at = %s WHERE operator_id = %s AND state = ANY(%s)
        RETURNING operator_key, operator_id, name, address, country, open_operator_id, global_operator_id, state, sandbox
        """,
        (state, tx.now, operator_id, list(former)),
    )
    return None if row is None else _operator(row)


def merge(tx: Transaction, operator_id: UUID, successor_key: int) -> bool:
    """Write that a company was merged into another; whether it was one that can be."""
    return (
        tx.execute(
            """
            UPDATE commons.operators SET state = 'merged', successor_key = %s, updated_at = %s
             WHERE operator_id = %s AND state IN ('member', 'suspended')
            """,
            (successor_key, tx.now, operator_id),
        ).rowcount
        == 1
    )


def _plant_values(draft: PlantDraft, tx: Transaction, plant_id: UUID | None) -> dict[str, object]:
    return {
        "id": plant_id,
        "name": draft.name,
        "address": draft.address,
        "open": draft.open_plant_id,
        "global": draft.global_plant_id,
        "now": tx.now,
    }


def _operator(row: DictRow) -> Operator:
    return Operator(**row)


def _plant(tx: Transaction, row: DictRow) -> Plant:
    return Plant(operator_id=tx.caller.operator_id, **row)
