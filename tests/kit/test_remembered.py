"""Remembered bytes: found again, and never more than the limit."""

from __future__ import annotations

from renkei.kit.remembered import RememberedBytes


def test_a_value_is_found_again() -> None:
    cache = RememberedBytes(10_000)
    cache.put("a", b"1")
    assert (cache.get("a"), cache.get("b")) == (b"1", None)


def test_what_was_put_in_first_goes_first() -> None:
    cache = RememberedBytes(3_000)  # an entry of 1,000 bytes counts 1,200: two fit
    for key in "abc":
        cache.put(key, bytes(1_000))
    assert [cache.get(key) is not None for key in "abc"] == [False, True, True]


def test_a_value_larger_than_the_limit_drives_nothing_out() -> None:
    cache = RememberedBytes(3_000)
    cache.put("a", b"1")
    cache.put("b", bytes(3_000))
    assert (cache.get("a"), cache.get("b")) == (b"1", None)
