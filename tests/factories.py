"""Factories with defaults: a test shows only what matters to it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import TupleRow

from renkei.database.caller import Caller
from renkei.database.transaction import Database, Transaction, act_as

_serial = count(1)


@dataclass(frozen=True, slots=True)
class Operator:
    """A registered member with one plant; called, it is the entry of a transaction acting as it."""

    operator_key: int
    operator_id: UUID
    plant_id: UUID
    name: str

    def __call__(self, connection: Connection[TupleRow], writing: bool) -> Caller:
        return act_as(self.operator_key, self.operator_id, door="v1")(connection, writing)


def create_operator(
    database: Database, name: str = "A社", *, state: str = "member", sandbox: bool = False
) -> Operator:
    """Register an operator and one plant directly, as the command line does."""
    number = next(_serial)
    operator_id, plant_id = uuid4(), uuid4()

    def insert(tx: Transaction) -> int:
        row = tx.row(
            """
            INSERT INTO commons.operators (operator_id, name, address, open_operator_id, state, sandbox, created_at, updated_at)
            VALUES (%s, %s, '東京都', %s, %s, %s, now(), now()) RETURNING operator_key
            """,
            (operator_id, name, f"T{number:012d}", state, sandbox),
        )
        assert row is not None
        return int(row["operator_key"])

    operator_key = database.owner(insert)
    operator = Operator(operator_key, operator_id, plant_id, name)
    database.run(
        operator,
        lambda tx: (
            tx.execute(
                """
            INSERT INTO commons.plants (plant_id, operator_key, name, address, open_plant_id, created_at, updated_at)
            VALUES (%s, %s, '工場', '東京都', %s, now(), now())
            """,
                (plant_id, operator_key, f"{number:06d}"),
            )
            and None
        ),
    )
    return operator
