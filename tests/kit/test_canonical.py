from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.canonical import canonical_json, new_salt, salted_commitment
from renkei.kit.decimals import plain_text


class Colour(Enum):
    RED = "red"


def test_keys_are_sorted_as_utf16() -> None:
    """The example of RFC 8785, section 3.2.3: ordered by UTF-16 code units, so the emoji comes before U+FB33."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert canonical_json(value).decode() == (
        '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'
    )


def test_the_stated_rules() -> None:
    tokyo = timezone(timedelta(hours=9))
    value = {
        "decimal": Decimal("1.50"),
        "tiny": Decimal("1E-7"),
        "int": 2**53 - 1,
        "wide": 2**53,
        "id": UUID(int=1),
        "at": datetime(2026, 4, 1, 9, tzinfo=tokyo),
        "day": date(2026, 4, 1),
        "colour": Colour.RED,
        "list": (True, None),
    }
    assert canonical_json(value).decode() == (
        '{"at":"2026-04-01T00:00:00.000000Z","colour":"red","day":"2026-04-01","decimal":"1.5",'
        '"id":"00000000-0000-0000-0000-000000000001","int":9007199254740991,"list":[true,null],'
        '"tiny":"0.0000001","wide":"9007199254740992"}'
    )


@given(st.decimals(-(10**20), 10**20, allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20))
def test_whole_numbers_are_the_same_as_a_database_gives_them_back(value: Decimal | int) -> None:
    """jsonb keeps the digits: 2 comes back as an int, 2.0 as a Decimal."""
    text = plain_text(value) if isinstance(value, Decimal) else str(value)
    if isinstance(value, Decimal) and (exponent := value.as_tuple().exponent) and int(exponent) < 0:
        back: Decimal | int = Decimal(format(value, "f"))
    else:
        back = int(text)
    assert canonical_json([value], whole_as_ints=True) == canonical_json([back], whole_as_ints=True)


def test_equal_values_are_equal_bytes() -> None:
    one = {"a": Decimal("1.5"), "at": datetime(2026, 1, 1, tzinfo=UTC)}
    other = {"at": datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))), "a": Decimal("1.500")}
    assert canonical_json(one) == canonical_json(other)


@pytest.mark.parametrize("value", [1.5, b"x", {1: 2}, {1}, object(), datetime(2026, 1, 1)])  # noqa: DTZ001
def test_what_has_no_rule_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json([value])


@pytest.mark.parametrize("value", [Decimal("NaN"), "\ud800"])
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"finite|codepoints"):
        canonical_json([value])


def test_a_commitment_can_be_recomputed_by_hand() -> None:
    salt = bytes(range(32))
    expected = hashlib.sha256(b"renkei:commitment:1\x00" + salt + b'{"a":"1.5"}').digest()
    assert salted_commitment({"a": Decimal("1.5")}, salt) == expected


def test_a_commitment_needs_its_salt() -> None:
    assert salted_commitment("x", new_salt()) != salted_commitment("x", new_salt())
    with pytest.raises(ValueError, match="32 bytes"):
        salted_commitment("x", b"short")


_LEAVES = st.none() | st.booleans() | st.text(max_size=20) | st.integers(-(2**53) + 1, 2**53 - 1)
_NAMES = st.text(st.characters(max_codepoint=0x7F), max_size=8) | st.text(max_size=8)


@given(
    st.recursive(
        _LEAVES, lambda below: st.lists(below, max_size=4) | st.dictionaries(_NAMES, below, max_size=4)
    )
)
def test_the_quick_way_writes_what_the_reference_writes(value: object) -> None:
    """Quick for objects with ASCII names; names, texts and nesting of any kind."""
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_control_characters_have_the_shortest_escapes() -> None:
    text = "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028'
    assert canonical_json({"a": text}) == rfc8785.dumps({"a": text})
