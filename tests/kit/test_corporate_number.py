from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.corporate_number import check_digit, is_corporate_number


def test_check_digit_by_hand() -> None:
    """Base 700110005901, from the right: 1 0 9 5 0 0 0 1 1 0 0 7, weights 1 2 1 2 …

    odd places 1+9+0+0+1+0 = 11, even places 2*(0+5+0+1+0+7) = 26, sum 37, 37 mod 9 = 1, 9 - 1 = 8.
    """
    assert check_digit("700110005901") == 8
    assert is_corporate_number("8700110005901")


def test_the_tax_agencys_own_number_is_good() -> None:
    assert is_corporate_number("7000012050002")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7000012050003",
        "700001205000",
        "70000120500020",
        "T7000012050002",
        "７０００012050002",
        "7000012050002\n",
    ],
)
def test_refuses_what_is_not_one(text: str) -> None:
    assert not is_corporate_number(text)


@pytest.mark.parametrize("base", ["", "1", "1" * 13, "a" * 12, "１" * 12])
def test_a_base_that_is_not_12_digits_raises(base: str) -> None:
    with pytest.raises(ValueError, match="12 digits"):
        check_digit(base)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii), st.integers(0, 11), st.integers(1, 8))
def test_a_single_wrong_digit_is_found_unless_nines_hide_it(base: str, place: int, change: int) -> None:
    """Modulo 9 a change of the weighted digit by 9 is invisible (0 for 9); every other single change is seen."""
    digit = int(base[place])
    other = (digit + change) % 10
    if (digit - other) % 9 == 0:
        return
    wrong = base[:place] + str(other) + base[place + 1 :]
    assert check_digit(base) != check_digit(wrong)
