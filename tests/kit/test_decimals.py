from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.decimals import CONTEXT, parse_decimal, plain_text, round_up_5, to_15_digits, to_json_number

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e40", max_value="1e40")


class TestContext:
    def test_a_division_by_zero_raises(self) -> None:
        with pytest.raises(DivisionByZero):
            CONTEXT.divide(Decimal(1), Decimal(0))

    def test_not_a_number_raises_instead_of_travelling(self) -> None:
        with pytest.raises(InvalidOperation):
            CONTEXT.divide(Decimal(0), Decimal(0))

    def test_an_overflow_raises(self) -> None:
        with pytest.raises(Overflow):
            CONTEXT.multiply(Decimal("9e6144"), Decimal(10))


class TestTo15Digits:
    @pytest.mark.parametrize(
        ("given_text", "expected"),
        [
            ("1.50", "1.5"),
            ("-0", "0"),
            ("0E+7", "0"),
            ("1E+2", "100"),
            ("123456789012345678", "123456789012346000"),
            ("0.1234567890123455", "0.123456789012346"),  # tie: 5 is odd, goes up to the even 6
            ("0.1234567890123465", "0.123456789012346"),  # tie: 6 is even, stays
            ("-2.5", "-2.5"),
        ],
    )
    def test_rounds_half_even_and_tidies(self, given_text: str, expected: str) -> None:
        assert str(to_15_digits(Decimal(given_text))) == expected

    def test_refuses_what_is_not_a_number(self) -> None:
        with pytest.raises(InvalidOperation):
            to_15_digits(Decimal("sNaN"))

    @given(numbers)
    def test_is_stable_and_near(self, number: Decimal) -> None:
        once = to_15_digits(number)
        assert to_15_digits(once) == once
        assert once == Context(prec=15, rounding=ROUND_HALF_EVEN).plus(number)
        exponent = once.as_tuple().exponent
        assert isinstance(exponent, int)
        assert exponent <= 0


class TestRoundUp5:
    @pytest.mark.parametrize(
        ("given_text", "expected"),
        [
            ("1.000001", "1.00001"),
            ("1.00001", "1.00001"),
            ("1.500000000", "1.5"),
            ("0.0000000000001", "0.00001"),
            ("-1.000019", "-1.00001"),
            ("-0.000001", "0"),
            ("10", "10"),
            ("1E+3", "1000"),
            ("99999.999991", "100000"),
        ],
    )
    def test_goes_up_towards_plus_infinity(self, given_text: str, expected: str) -> None:
        assert plain_text(round_up_5(Decimal(given_text))) == expected

    @given(numbers)
    def test_never_understates_and_adds_less_than_one_step(self, number: Decimal) -> None:
        up = round_up_5(number)
        wide = Context(prec=200)
        assert Decimal(0) <= wide.subtract(up, number) < Decimal("0.00001")


class TestParseDecimal:
    @pytest.mark.parametrize("text", ["0", "-0", "1.5", "1e5", "1E-5", "-12.5e+3", "0.10", "1e0005"])
    def test_reads_what_json_allows(self, text: str) -> None:
        assert parse_decimal(text) == Decimal(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " 1",
            "1 ",
            "+1",
            ".5",
            "5.",
            "01",
            "1_000",
            "NaN",
            "Infinity",
            "0x1",
            "１",
            "٣",
            "1e",
            "--1",
            "1,5",
            "1\n",
        ],
    )
    def test_refuses_everything_else(self, text: str) -> None:
        assert parse_decimal(text) is None

    @pytest.mark.parametrize(
        "text",
        ["1e999999999", "-1e-999999999", "1e" + "9" * 100, "9" * 10_000, "0." + "0" * 10_000, "1e6145"],
    )
    def test_refuses_hostile_sizes_at_no_cost(self, text: str) -> None:
        assert parse_decimal(text) is None

    def test_the_bounds_are_the_callers(self) -> None:
        assert parse_decimal("123", max_digits=3) == 123
        assert parse_decimal("1234", max_digits=3) is None
        assert parse_decimal("1e10", max_exponent=10) == Decimal("1e10")
        assert parse_decimal("1e11", max_exponent=10) is None


class TestWriting:
    @pytest.mark.parametrize(
        ("given_text", "expected"),
        [
            ("1.50", "1.5"),
            ("-0.000", "0"),
            ("1E+3", "1000"),
            ("1E-7", "0.0000001"),
            ("100", "100"),
            ("-2.5", "-2.5"),
        ],
    )
    def test_writes_without_exponent(self, given_text: str, expected: str) -> None:
        assert plain_text(Decimal(given_text)) == expected

    @pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+999999"])
    def test_refuses_what_cannot_be_written(self, text: str) -> None:
        with pytest.raises(ValueError, match="finite"):
            plain_text(Decimal(text))
        with pytest.raises(ValueError, match="finite"):
            to_json_number(Decimal(text))

    def test_a_whole_number_becomes_an_int(self) -> None:
        assert repr(to_json_number(Decimal("2.000"))) == "2"
        assert repr(to_json_number(Decimal("2.500"))) == "Decimal('2.5')"

    @given(numbers)
    def test_what_is_written_reads_back(self, number: Decimal) -> None:
        assert Decimal(plain_text(number)) == number == to_json_number(number)
