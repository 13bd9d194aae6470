from __future__ import annotations

from uuid import UUID

import pytest

from renkei.kit.paging import BadCursor, BadLimit, page_of, parse_cursor, parse_limit

IDS = [UUID(int=number) for number in range(5)]


def test_a_full_page_names_the_first_row_of_the_next() -> None:
    page = page_of(IDS[:3], 2, id_of=lambda row: row)
    assert page.items == (IDS[0], IDS[1])
    assert page.next_cursor == IDS[2]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_last_page_names_none(count: int) -> None:
    page = page_of(IDS[:count], 2, id_of=lambda row: row)
    assert page.items == tuple(IDS[:count])
    assert page.next_cursor is None


def test_an_absent_limit_is_the_default() -> None:
    assert parse_limit(None, default=20, maximum=100) == 20


@pytest.mark.parametrize("text", ["1", "100", "007"])
def test_a_limit_within_bounds(text: str) -> None:
    assert parse_limit(text, default=20, maximum=100) == int(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "101", "1.5", "ten", " 1", "１", "9" * 5000, "1\x00"])
def test_any_other_limit_is_refused_with_its_place_and_bound(text: str) -> None:
    with pytest.raises(BadLimit) as caught:
        parse_limit(text, default=20, maximum=100)
    (fault,) = caught.value.faults
    assert fault.pointer == "query:limit"
    assert fault.parameters == {"maximum": 100}
    assert "100" in fault.sentence("en")
    assert "100" in fault.sentence("ja")


def test_a_cursor_is_an_id_or_absent() -> None:
    assert parse_cursor(None) is None
    assert parse_cursor(str(IDS[3])) == IDS[3]


@pytest.mark.parametrize("text", ["", "3", "{00000000-0000-0000-0000-000000000003}", "\x00"])
def test_any_other_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor) as caught:
        parse_cursor(text)
    assert caught.value.pointer == "query:after"
