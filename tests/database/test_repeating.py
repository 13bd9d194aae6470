"""What is done again and again goes on, whatever goes wrong once."""

from __future__ import annotations

import threading

import psycopg
import pytest

from renkei.database.repeating import repeating
from renkei.database.transaction import Busy


@pytest.mark.parametrize("error", [Busy(), psycopg.OperationalError("away"), ValueError("geheim")])
def test_it_goes_on_after_a_failure(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([error, None])
    done = threading.Event()

    def work() -> None:
        failure = next(times, None)
        if failure is not None:
            raise failure
        done.set()

    with repeating("test", 0.01, work, at_once=True):
        assert done.wait(5)
    told = capsys.readouterr().out
    assert ("repeating_failed" in told) == isinstance(error, ValueError)
    assert "geheim" not in told
