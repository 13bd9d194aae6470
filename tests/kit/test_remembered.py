"""What is remembered: found again, at its newest version, and never more than the limit."""

from __future__ import annotations

from renkei.kit.remembered import MadeWhenAsked, NewestOfEach, RememberedBytes


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


class TestNewestOfEach:
    def kept(self, cache: NewestOfEach[str], owner: int, version: int, size: int = 1) -> tuple[str, bool]:
        """What there is of the owner, and whether it had to be made."""
        made: list[int] = []

        def make() -> str:
            made.append(owner)
            return f"{owner} at {version}"

        return cache.get(owner, version, make, lambda _: size), bool(made)

    def test_one_version_an_owner(self) -> None:
        cache: NewestOfEach[str] = NewestOfEach(10)
        assert self.kept(cache, 1, 1) == ("1 at 1", True)
        assert self.kept(cache, 1, 1) == ("1 at 1", False)
        assert self.kept(cache, 1, 2) == ("1 at 2", True)
        assert self.kept(cache, 1, 1) == ("1 at 1", True)

    def test_who_asked_longest_ago_goes_first(self) -> None:
        cache: NewestOfEach[str] = NewestOfEach(2)
        for owner in (1, 2, 1, 3):
            self.kept(cache, owner, 1)
        assert [self.kept(cache, owner, 1)[1] for owner in (1, 3, 2)] == [False, False, True]

    def test_one_that_is_larger_than_the_limit_stays_alone(self) -> None:
        cache: NewestOfEach[str] = NewestOfEach(2)
        self.kept(cache, 1, 1)
        self.kept(cache, 2, 1, size=9)
        assert [self.kept(cache, owner, 1, size)[1] for owner, size in ((2, 9), (1, 1))] == [False, True]


def test_rows_become_objects_when_they_are_asked_for_and_once() -> None:
    made: list[int] = []

    def make(row: int) -> list[int]:
        made.append(row)
        return [row]

    found = MadeWhenAsked({"a": 1, "b": 2}, make)
    assert (len(found), list(found), "a" in found, "c" in found, found.get("c")) == (
        2,
        ["a", "b"],
        True,
        False,
        None,
    )
    assert made == []
    assert found["b"] is found["b"]
    assert made == [2]
