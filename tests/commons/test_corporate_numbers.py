"""The list of corporate numbers: read as the National Tax Agency publishes it, replaced by differences, faults named."""

from __future__ import annotations

import csv
import io

import pytest

from renkei.commons.operators.corporate_numbers import import_list, is_there, look_up
from renkei.commons.operators.errors import CorporateNumberListFaulty
from renkei.kit.corporate_number import check_digit


def number(base):
    digits = f"{base:012d}"
    return f"{check_digit(digits)}{digits}"


A, B, C = number(1), number(2), number(3)


def row(of, name="株式会社例", updated="2026-10-01", *, process="01", closed="", successor="", latest="1"):
    """30 columns, as in `data/corporate_number_columns.json`."""
    cells = [""] * 30
    given = {
        2: of,
        3: process,
        5: updated,
        7: name,
        10: "東京都",
        11: "千代田区",
        12: "霞が関1-1",
        19: closed,
    }
    for place, value in (given | {21: successor, 24: latest}).items():
        cells[place - 1] = value
    return cells


def file(*rows, encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


@pytest.fixture
def take(database):
    return lambda content, **more: database.owner(lambda tx: import_list(tx, content, **more))


@pytest.fixture
def listed(database):
    return lambda *numbers: database.owner(lambda tx: look_up(tx, list(numbers)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_is_taken_in_in_either_encoding(take, listed, encoding):
    taken = take(file(row(A, "株式会社髙橋"), row(B, latest="0"), encoding=encoding))
    assert (taken.read, taken.stored, taken.removed) == (1, 1, 0)
    found = listed(A, B)
    assert set(found) == {A}, "of a number's history only the latest row holds"
    assert found[A].name == "株式会社髙橋"
    assert found[A].address == "東京都千代田区霞が関1-1"


def test_a_difference_replaces_what_is_older_and_only_that(take, listed):
    take(file(row(A, "旧", "2026-10-01"), row(B, "新", "2026-10-09"), row(C, "消")))
    taken = take(
        file(
            row(A, "新", "2026-10-02"),
            row(A, "最新", "2026-10-03", closed="2026-10-03", successor=B),
            row(B, "旧", "2026-10-01"),
            row(C, "", "2026-10-02", process="99"),
        )
    )
    assert (taken.stored, taken.removed) == (1, 1)
    found = listed(A, B, C)
    assert (found[A].name, str(found[A].closed_on), found[A].successor) == ("最新", "2026-10-03", B)
    assert found[B].name == "新"
    assert C not in found


def test_every_wrong_line_is_named_and_nothing_is_stored(database, take, listed):
    wrong = str(int(A) + 1)
    with pytest.raises(CorporateNumberListFaulty) as told:
        take(file(row(B), row(wrong), row(A)[:-1], row(A, updated="1.10.2026"), row(C, name="")))
    lines = str(told.value.faults[0].sentence("en"))
    for expected in ("2: '", "3: 29 columns", "4: a date", "5: no name"):
        assert expected in lines
    assert listed(B) == {}
    assert not database.owner(is_there)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"' + b"x" * 200_000, b"\x00\x00"])
def test_what_is_no_list_at_all_is_refused(take, content):
    with pytest.raises(CorporateNumberListFaulty):
        take(io.BytesIO(content))


def test_progress_is_told_in_bytes(take):
    steps = []
    content = file(*(row(number(n)) for n in range(1, 12_000)))
    size = len(content.getvalue())
    assert take(content, on_step=steps.append).stored == 11_999
    assert 0 < sum(steps) <= size
