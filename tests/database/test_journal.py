"""What readers leave is written soon, once, and not lost while the database is away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from renkei.database.journal import Journal, Occasion

AT = datetime(2026, 10, 1, tzinfo=UTC)
SOON = AT + timedelta(milliseconds=200)


class Paper:
    """Takes what is written; tears while told to."""

    def __init__(self) -> None:
        self.written: list[dict[Any, Occasion]] = []
        self.torn = False
        self.came = threading.Event()

    def write(self, work: Callable[[Any], None]) -> None:
        if self.torn:
            raise ConnectionError
        work(self)
        self.came.set()


def record(paper: Paper, entries: Mapping[Any, Occasion]) -> None:
    paper.written.append(dict(entries))


def test_equal_entries_of_one_while_are_one() -> None:
    paper = Paper()
    journal = Journal(paper.write)
    journal.leave(record, ["a", "b"], AT)
    journal.leave(record, ["a"], SOON)
    assert journal.flush() == 2
    assert paper.written == [{"a": Occasion(AT, SOON, 2), "b": Occasion(AT, AT, 1)}]
    assert (journal.flush(), len(paper.written)) == (0, 1)


def test_what_could_not_be_written_waits_and_counts_on() -> None:
    paper = Paper()
    journal = Journal(paper.write)
    paper.torn = True
    journal.leave(record, ["a"], AT)
    with pytest.raises(ConnectionError):
        journal.flush()
    journal.leave(record, ["a", "b"], SOON)
    paper.torn = False
    assert journal.flush() == 2
    assert paper.written == [{"a": Occasion(AT, SOON, 2), "b": Occasion(SOON, SOON, 1)}]


def test_a_reader_waits_for_the_write_when_too_much_waits_and_fails_with_it() -> None:
    paper = Paper()
    journal = Journal(paper.write, most_waiting=3)
    journal.leave(record, ["a", "b"], AT)
    assert paper.written == []
    paper.torn = True
    with pytest.raises(ConnectionError):
        journal.leave(record, ["c"], AT)
    paper.torn = False
    journal.leave(record, ["d"], AT)
    assert [sorted(entries) for entries in paper.written] == [["a", "b", "c", "d"]]


def test_a_thread_writes_within_the_time_that_was_said() -> None:
    paper = Paper()
    journal = Journal(paper.write, seconds=0.05)
    for name in ("a", "b"):
        paper.came.clear()
        journal.leave(record, [name], AT)
        assert paper.came.wait(10)
    assert [sorted(entries) for entries in paper.written] == [["a"], ["b"]]
