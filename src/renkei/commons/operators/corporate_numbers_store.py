"""SQL of the list of corporate numbers: the platform's own table, reached as its owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction


def read(tx: Transaction, numbers: list[str]) -> list[DictRow]:
    """The entries of these numbers."""
    return tx.rows(
        """
        SELECT c.number, c.name, c.address, c.closed_on, c.successor, c.updated_on
          FROM commons.corporate_numbers c WHERE c.number = ANY(%s)
        """,
        (numbers,),
    )


def is_there(tx: Transaction) -> bool:
    """Whether there is any entry."""
    row = tx.row("SELECT EXISTS (SELECT FROM commons.corporate_numbers) AS found")
    assert row is not None
    return bool(row["found"])


def replace(
    tx: Transaction, rows: Iterable[tuple[object, ...]], is_faulty: Callable[[], bool]
) -> tuple[int, int]:
    """Put these rows (number … updated_on, whether removed) in the place of older ones: (stored, removed).

    Nothing is done with them if `is_faulty` after they were all read.
    """
    tx.execute(
        "CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS "
        "SELECT c.*, false AS removed FROM commons.corporate_numbers c WITH NO DATA"
    )
    with (
        tx.connection.cursor() as cursor,
        cursor.copy(
            "COPY incoming (number, name, address, closed_on, successor, updated_on, removed) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(row)
    if is_faulty():
        return 0, 0
    # Of several rows for one number, as daily differences put together have them, the newest holds.
    stored = tx.execute(
        """
        INSERT INTO commons.corporate_numbers AS c (number, name, address, closed_on, successor, updated_on)
        SELECT DISTINCT ON (i.number) i.number, i.name, i.address, i.closed_on, i.successor, i.updated_on
          FROM incoming i WHERE NOT i.removed ORDER BY i.number, i.updated_on DESC
        ON CONFLICT (number) DO UPDATE SET name = excluded.name, address = excluded.address,
               closed_on = excluded.closed_on, successor = excluded.successor, updated_on = excluded.updated_on
         WHERE c.updated_on <= excluded.updated_on
        """
    ).rowcount
    removed = tx.execute(
        """
        DELETE FROM commons.corporate_numbers c USING incoming i
         WHERE i.removed AND c.number = i.number AND c.updated_on <= i.updated_on
        """
    ).rowcount
    return stored, removed
