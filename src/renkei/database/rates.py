"""Buckets that several processes share: so much lasting, so much at once, under one name each.

A bucket fills steadily and holds a burst; whatever is taken goes out of it. Its row is written without waiting for the
disk and without a log of changes (after a crash of the server all buckets are full again), and it may owe up to one
burst, since a process may have admitted something before it could ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from renkei.database.transaction import Transaction
from renkei.kit.rates import Rate


def take(tx: Transaction, name: str, rate: Rate, count: float = 1.0) -> float:
    """Take `count` from one bucket (negative: give back); what is left, negative if there was not enough."""
    return take_all(tx, {name: count}, rate)[name]


def take_all(tx: Transaction, counts: Mapping[str, float], rate: Rate) -> dict[str, float]:
    """Take from several buckets of one rate in one statement; what is left in each."""
    names = sorted(counts)  # one order for everybody: nobody waits for somebody who waits for him
    tx.execute("SELECT set_config('synchronous_commit', 'off', true)")
    found = tx.execute(
        """
        INSERT INTO commons.rates AS r (name, level, counted_at)
        SELECT name, %(burst)s - count, clock_timestamp()
          FROM unnest(%(names)s::text[], %(counts)s::float8[]) AS taken(name, count)
        ON CONFLICT (name) DO UPDATE
           SET level = greatest(-%(burst)s, least(%(burst)s, least(%(burst)s, r.level
                 + greatest(0, extract(epoch FROM excluded.counted_at - r.counted_at)) * %(per_second)s)
                 - (%(burst)s - excluded.level))),
               counted_at = greatest(r.counted_at, excluded.counted_at)
        RETURNING name, level
        """,
        {
            "names": names,
            "counts": [float(counts[name]) for name in names],
            "burst": rate.burst,
            "per_second": rate.per_second,
        },
    )
    return {row[0]: row[1] for row in found}


def forget(tx: Transaction, before: datetime) -> int:
    """Delete buckets that nobody has touched since; how many. They are full by then."""
    return tx.execute("DELETE FROM commons.rates WHERE counted_at < %s", (before,)).rowcount
