"""Buckets of rates that processes share, and the quota of requests that settles into them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from renkei.commons.edge.quota import RateQuota, TooManyRequests, settling
from renkei.database.rates import forget, take, take_all
from renkei.database.transaction import Busy, Database, as_role, open_pool
from renkei.kit.rates import Rate

ACCESS = as_role("renkei_access")
SLOW = Rate(per_second=1e-6, burst=3)


class TestABucket:
    def test_holds_a_burst_and_then_owes_at_most_another(self, database: Database) -> None:
        left = [database.run(ACCESS, lambda tx: take(tx, "a", SLOW)) for _ in range(8)]
        assert [round(one) for one in left] == [2, 1, 0, -1, -2, -3, -3, -3]

    def test_what_is_given_back_is_there_again_and_never_more_than_the_burst(
        self, database: Database
    ) -> None:
        database.run(ACCESS, lambda tx: take(tx, "a", SLOW, 2))
        assert round(database.run(ACCESS, lambda tx: take(tx, "a", SLOW, -1))) == 2
        assert round(database.run(ACCESS, lambda tx: take(tx, "a", SLOW, -9))) == 3

    def test_fills_with_time(self, database: Database) -> None:
        """3 taken, 10 seconds at 0.2 a second: 0 + 2 - 1 = 1."""
        rate = Rate(per_second=0.2, burst=3)
        database.run(ACCESS, lambda tx: take(tx, "a", rate, 3))
        database.run(
            ACCESS,
            lambda tx: tx.execute("UPDATE commons.rates SET counted_at = counted_at - interval '10 s'"),
        )
        assert database.run(ACCESS, lambda tx: take(tx, "a", rate)) == pytest.approx(1, abs=0.1)

    def test_names_do_not_share(self, database: Database) -> None:
        left = database.run(ACCESS, lambda tx: take_all(tx, {"b": 1, "a": 2}, SLOW))
        assert {name: round(level) for name, level in left.items()} == {"a": 1, "b": 2}

    def test_untouched_ones_are_forgotten(self, database: Database) -> None:
        database.run(ACCESS, lambda tx: take(tx, "a", SLOW))
        assert database.run(ACCESS, lambda tx: forget(tx, tx.now - timedelta(days=1))) == 0
        assert database.run(ACCESS, lambda tx: forget(tx, tx.now + timedelta(days=1))) == 1

    def test_no_company_reads_them(self, database: Database) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.read(as_role("renkei_app"), lambda tx: tx.execute("SELECT FROM commons.rates"))


class TestTheQuotaOfRequests:
    def test_processes_that_settle_admit_one_burst_together(self, database: Database) -> None:
        company = uuid4()
        one, other = RateQuota(SLOW), RateQuota(SLOW)
        one.take(company)
        one.take(company)
        one.settle(database)
        other.take(company)  # not known here yet: admitted
        other.settle(database)
        for quota in (one, other):
            quota.settle(database)  # nothing new
        with pytest.raises(TooManyRequests):
            other.take(company)

    def test_what_was_too_much_is_owed_by_all(self, database: Database) -> None:
        """Two processes admit a burst of 3 each: 3 - 6 = -3."""
        company = uuid4()
        quotas = RateQuota(SLOW), RateQuota(SLOW)
        for quota in quotas:
            for _ in range(3):
                quota.take(company)
            with pytest.raises(TooManyRequests) as refused:
                quota.take(company)
            assert refused.value.retry_after_seconds == 1
            quota.settle(database)
        left = database.run(ACCESS, lambda tx: take(tx, f"requests:{company}", SLOW, 0))
        assert round(left) == -3

    def test_what_is_taken_while_settling_counts(self, database: Database) -> None:
        company = uuid4()
        quota = RateQuota(SLOW)
        quota.take(company)
        run = database.run

        def slowly(*arguments, **options):
            quota.take(company)
            return run(*arguments, **options)

        database.run = slowly  # type: ignore[method-assign]
        quota.settle(database)
        database.run = run  # type: ignore[method-assign]
        quota.take(company)
        with pytest.raises(TooManyRequests):
            quota.take(company)

    def test_without_a_database_each_process_counts_alone_and_tells_later(
        self, database: Database, database_url: str
    ) -> None:
        company = uuid4()
        quota = RateQuota(SLOW)
        quota.take(company)
        pool = open_pool(database_url, size=1)
        pool.close()
        with pytest.raises(Busy):
            quota.settle(Database(pool))
        quota.take(company)
        quota.settle(database)
        assert round(database.run(ACCESS, lambda tx: take(tx, f"requests:{company}", SLOW, 0))) == 1

    def test_settles_by_itself_while_serving(self, database: Database) -> None:
        company = uuid4()
        one, other = RateQuota(SLOW), RateQuota(SLOW)
        for _ in range(3):
            one.take(company)
        with settling(one, database, 0.01):
            for _ in range(500):
                other.take(company) if other._taken[company] == 0 else None
                other.settle(database)
                try:
                    other.take(company)
                except TooManyRequests:
                    break
            else:
                pytest.fail("the other process never learnt of it")
