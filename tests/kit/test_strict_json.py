from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.errors import FaultKind
from renkei.kit.strict_json import (
    MOST_FAULTS,
    BadNumber,
    BodyTooLarge,
    DuplicateKey,
    JsonError,
    JsonLimits,
    MalformedJson,
    NestingTooDeep,
    NotUtf8,
    dumps,
    parse,
)

plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=20,
)


def refused(body: bytes, limits: JsonLimits | None = None) -> JsonError:
    with pytest.raises(JsonError) as caught:
        parse(body, limits or JsonLimits())
    return caught.value


class TestParse:
    @given(values)
    def test_reads_what_the_standard_library_reads(self, value: object) -> None:
        assert parse(json.dumps(value).encode()) == value
        assert parse(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value

    def test_numbers_are_exact(self) -> None:
        value = parse(b"[1.50, 0.1, 3, -0, 1e5, 12345678901234567890123456789.123456789]")
        assert isinstance(value, list)
        assert [str(number) for number in value] == [
            "1.50",
            "0.1",
            "3",
            "0",
            "1E+5",
            "12345678901234567890123456789.123456789",
        ]
        assert not any(isinstance(number, float) for number in value)

    @pytest.mark.parametrize("body", [b"1e308", b"-1.7976931348623157e308", b"5e-324", str(10**308).encode()])
    def test_every_double_passes_to_the_rule_of_its_field(self, body: bytes) -> None:
        assert isinstance(parse(body), int | Decimal)

    def test_a_good_surrogate_pair_is_one_character(self) -> None:
        assert parse(b'"\\ud83d\\ude00 \\u65e5"') == "\U0001f600 日"

    @pytest.mark.parametrize(
        ("body", "position"),
        [
            (b"", 0),
            (b"  ", 2),
            (b"{", 1),
            (b'{"a":1,}', 7),
            (b"[1,2] x", 6),
            ('["日", x]'.encode(), 8),  # ["日", is 7 bytes, then a space
            (b"\xef\xbb\xbf{}", 0),
            (b"01", 1),
            (b"'a'", 0),
            (b'"\x00"', 1),
            (b'"a\nb"', 2),
            (b'"\\x"', 1),
            (b"[" * 20 + b"]" * 19, 39),
            (b"}" * 5000, 0),
            (b"]{" * 5000, 0),
            (b"[NaN,", 5),  # what is suspicious first, and then not even JSON
            (b'[{"a":1,"a":1}' + b"[" * 40, 14),
        ],
    )
    def test_what_is_not_json_is_told_with_its_byte(self, body: bytes, position: int) -> None:
        error = refused(body)
        assert isinstance(error, MalformedJson)
        assert error.parameters == {"position": position}
        assert error.kind is FaultKind.MALFORMED

    @pytest.mark.parametrize(
        ("body", "position"), [(b"\xff", 0), (b'"ab\xed\xa0\x80"', 3), (b'"\xc0\x80"', 1)]
    )
    def test_what_is_not_utf8_is_told_with_its_byte(self, body: bytes, position: int) -> None:
        error = refused(body)
        assert isinstance(error, NotUtf8)
        assert error.parameters == {"position": position}

    @pytest.mark.parametrize(
        ("body", "code", "pointer"),
        [
            (b'{"a":1,"a":1}', "duplicate_key", "/a"),
            (b'{"x":[{"k":1},{"k":1,"\\u006b":2}]}', "duplicate_key", "/x/1/k"),
            (b'{"a/b~c":{"d":1,"d":2}}', "duplicate_key", "/a~1b~0c/d"),
            (b"NaN", "bad_number", ""),
            (b'{"v":[1,-Infinity]}', "bad_number", "/v/1"),
            (b'{"v":1e999999999}', "bad_number", "/v"),
            (b'{"v":1E-999999999}', "bad_number", "/v"),
            (b'{"v":1e401}', "bad_number", "/v"),
            (b'{"v":' + b"9" * 401 + b"}", "bad_number", "/v"),
            (b'{"v":0.' + b"9" * 400 + b"}", "bad_number", "/v"),
            (b'["\\u0000"]', "bad_text", "/0"),
            (b'["a\\ud800"]', "bad_text", "/0"),
            (b'["\\uDC00\\uD800"]', "bad_text", "/0"),
            (b'{"\\ud800k":1}', "bad_text", "/\xef\xbf\xbdk"),
        ],
    )
    def test_each_refusal_names_its_place(self, body: bytes, code: str, pointer: str) -> None:
        error = refused(body)
        assert error.code == code
        assert error.pointer == pointer.encode("latin-1").decode()
        assert error.kind is FaultKind.MALFORMED
        for fault in error.faults:
            assert "{" not in fault.sentence("en") + fault.sentence("ja")

    def test_all_faults_are_told_at_once(self) -> None:
        error = refused(b'{"a":NaN,"a":"\\u0000","b":[1e9999]}')
        assert [(fault.code, fault.pointer) for fault in error.faults] == [
            ("bad_number", "/a"),
            ("duplicate_key", "/a"),
            ("bad_text", "/a"),
            ("bad_number", "/b/0"),
        ]
        assert isinstance(error, BadNumber)

    def test_the_list_of_faults_is_bounded(self) -> None:
        assert len(refused(b"[" + b",".join([b"NaN"] * 5000) + b"]").faults) == MOST_FAULTS

    def test_an_escaped_backslash_before_u0000_is_innocent(self) -> None:
        assert parse(b'"\\\\u0000"') == "\\u0000"

    def test_a_duplicate_hidden_deep_under_a_good_one(self) -> None:
        assert isinstance(refused(b'[{"a":{"b":1}},{"a":{"b":1,"b":1}}]'), DuplicateKey)


class TestLimits:
    def test_size(self) -> None:
        limits = JsonLimits(size_bytes=10)
        assert parse(b'"12345678"', limits) == "12345678"
        error = refused(b'"123456789"', limits)
        assert isinstance(error, BodyTooLarge)
        assert error.kind is FaultKind.TOO_LARGE

    @pytest.mark.parametrize("opening", ["[", '{"a":', '[{"]}":'])
    def test_depth_is_exact(self, opening: str) -> None:
        per_round = opening.count("[") + opening.count('{"')
        closing = {"[": "]", '{"a":': "}", '[{"]}":': "}]"}[opening]
        rounds = 32 // per_round
        # Wide as well as deep, so that the counting and not the short cut is tried.
        wide = "[" + "[]," * 100 + "{}]"
        inner = opening * (rounds - 1) + wide + closing * (rounds - 1) if per_round == 1 else None
        assert parse((opening * rounds + "1" + closing * rounds).encode())
        if inner is not None:
            assert isinstance(refused((opening + inner + closing).encode()), NestingTooDeep)
        error = refused(("[" + opening * rounds + "1" + closing * rounds + "]").encode())
        assert isinstance(error, NestingTooDeep)
        assert error.parameters == {"limit": 32}

    @pytest.mark.parametrize("count", [33, 900, 1000, 5000, 1_000_000])
    def test_any_depth_is_refused_and_never_crashes(self, count: int) -> None:
        assert isinstance(refused(b"[" * count + b"]" * count), NestingTooDeep)
        assert isinstance(refused(b'{"a":' * count + b"1" + b"}" * count), NestingTooDeep | BodyTooLarge)

    def test_brackets_in_text_do_not_count(self) -> None:
        body = json.dumps(["[" * 100, '"[{\\', "\\", ["}]"] * 50]).encode()
        assert parse(body, JsonLimits(depth=2)) == json.loads(body)

    @given(values, st.integers(1, 5))
    def test_depth_is_what_a_person_would_count(self, value: object, limit: int) -> None:
        def depth(part: object) -> int:
            if isinstance(part, dict):
                return 1 + max((depth(below) for below in part.values()), default=0)
            if isinstance(part, list):
                return 1 + max((depth(below) for below in part), default=0)
            return 0

        body = json.dumps(value).encode()
        if depth(value) <= limit:
            assert parse(body, JsonLimits(depth=limit)) == value
        else:
            assert isinstance(refused(body, JsonLimits(depth=limit)), NestingTooDeep)

    @given(st.binary(max_size=60) | st.text('[]{}",:\\u0dD8aE+-.19 ', max_size=60).map(str.encode))
    def test_nothing_else_is_ever_raised(self, body: bytes) -> None:
        try:
            parse(body, JsonLimits(depth=3, number_digits=5, number_exponent=5))
        except JsonError as error:
            assert error.faults  # noqa: PT017 - both outcomes are good


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    amount: Decimal


class TestDumps:
    def test_everything_an_answer_is_made_of(self) -> None:
        answer = {
            "id": UUID("0B5F5E2E-6E0C-4B3B-8C0B-0A6B1A1B1C1D"),
            "at": datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
            "day": date(2026, 4, 1),
            "amount": Decimal("1.5"),
            "none": None,
            "colour": Colour.RED,
            "things": (Thing(Decimal(2)),),
            "mapping": MappingProxyType({"日": True}),
        }
        assert dumps(answer).decode() == (
            '{"id":"0b5f5e2e-6e0c-4b3b-8c0b-0a6b1a1b1c1d","at":"2026-04-01T09:30:00Z","day":"2026-04-01","amount":1.5,'
            '"none":null,"colour":"red","things":[{"amount":2}],"mapping":{"日":true}}'
        )

    @pytest.mark.parametrize(
        ("number", "written"),
        [("1E-7", b"0.0000001"), ("1E+3", b"1000"), ("0E-10", b"0"), ("-1.5E-9", b"-0.0000000015")],
    )
    def test_no_exponents_anywhere(self, number: str, written: bytes) -> None:
        value = {
            "a": [Thing(Decimal(number))],
            "t": "1E-7 NaN",
            "m": MappingProxyType({"n": Decimal(number)}),
        }
        expected = b'{"a":[{"amount":%b}],"t":"1E-7 NaN","m":{"n":%b}}' % (written, written)
        assert dumps(value) == expected

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "sNaN"])
    def test_a_number_that_is_none_is_our_fault_and_raises(self, number: str) -> None:
        with pytest.raises(ValueError, match="finite"):
            dumps([Decimal(number)])

    def test_an_unknown_type_raises(self) -> None:
        with pytest.raises(TypeError):
            dumps([object()])

    @given(st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e50", max_value="1e50"))
    def test_what_is_written_reads_back_exactly(self, number: Decimal) -> None:
        assert parse(dumps([number])) == [number]
        assert b"E" not in dumps(number)


def test_an_ordinary_body_costs_at_most_a_few_times_the_standard_library() -> None:
    """The aim is 3 times; the bar here leaves room for a busy machine. Best of many rounds, CPU time."""
    part = {
        "traceId": str(UUID(int=7)),
        "partsName": "電池モジュール",
        "amountRequired": 2.5,
        "plantId": None,
        "n": 3,
    }
    body = json.dumps({"parentPartsModel": part, "childrenPartsModel": [part] * 50}).encode()

    def best(read: object) -> float:
        assert callable(read)
        times = []
        for _ in range(60):
            start = time.process_time_ns()
            for _ in range(5):
                read(body)
            times.append(time.process_time_ns() - start)
        return min(times)

    assert best(parse) < 6 * best(json.loads)
