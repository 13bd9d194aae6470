"""JSON at the doors: strict on the way in, compact and plain on the way out.

`parse` accepts less than `json.loads` does (I-JSON, RFC 7493, and our own bounds):
- UTF-8 only, no byte order mark, at most `size_bytes`, nested at most `depth` deep;
- no key twice in one object (RFC 7493, section 2.3);
- numbers become int or Decimal, never float, and are bounded before they are built; NaN and Infinity are refused;
- no NUL and no lone surrogate in any text (PostgreSQL can store neither).

How it stays fast: one ordinary pass of the C scanner whose hooks raise at the first suspicion.
Only then a second, slower pass finds every fault with its JSON pointer.

    >>> parse(b'{"amount": 1.50}')
    {'amount': Decimal('1.50')}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

import msgspec

from renkei.kit.decimals import parse_decimal, plain_text
from renkei.kit.errors import Fault, FaultKind, RenkeiError

MOST_FAULTS: Final = 100
"""Of one body at most so many faults are listed, so that an answer stays smaller than its question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLimits:
    """What a body may cost, checked before the work is done.

    `number_digits` and `number_exponent` let every IEEE 754 double through, even written out in full, so that the
    rule of the field, not this parser, says what is wrong with 1e308.
    """

    size_bytes: int = 10_000_000
    depth: int = 32
    number_digits: int = 400
    number_exponent: int = 400


DEFAULT_LIMITS: Final = JsonLimits()


class JsonError(RenkeiError):
    """The body cannot be read. Carries every fault that was found, each with its place."""

    code = "bad_json"
    kind = FaultKind.MALFORMED
    en = "The body is not acceptable JSON."
    ja = "本文をJSONとして受け付けられません。"

    def __init__(self, pointer: str = "", *, others: tuple[Fault, ...] = (), **parameters: object) -> None:
        super().__init__(pointer, **parameters)
        self._others = others

    @property
    def faults(self) -> tuple[Fault, ...]:
        """This fault and all others of the body, in the order of the text, at most `MOST_FAULTS`."""
        return (Fault(self.code, self.pointer, self.parameters, self.en, self.ja), *self._others)


class BodyTooLarge(JsonError):
    """More bytes than allowed."""

    code = "body_too_large"
    kind = FaultKind.TOO_LARGE
    en = "The body is larger than {limit} bytes."
    ja = "本文が上限の{limit}バイトを超えています。"


class MalformedJson(JsonError):
    """Not JSON (RFC 8259) at this byte."""

    code = "malformed_json"
    en = "The body is not valid JSON (byte {position})."
    ja = "本文が正しいJSONではありません（{position}バイト目）。"


class NotUtf8(JsonError):
    """Not UTF-8 at this byte (RFC 8259, section 8.1)."""

    code = "not_utf8"
    en = "The body is not UTF-8 text (byte {position})."
    ja = "本文がUTF-8ではありません（{position}バイト目）。"


class NestingTooDeep(JsonError):
    """Arrays and objects inside one another beyond the limit."""

    code = "nesting_too_deep"
    en = "The body is nested more than {limit} levels deep."
    ja = "本文の入れ子が上限の{limit}段を超えています。"


class DuplicateKey(JsonError):
    """One key twice in one object."""

    code = "duplicate_key"
    en = "This key appears more than once in its object."
    ja = "同じオブジェクトの中にこのキーが複数あります。"


class BadNumber(JsonError):
    """NaN, Infinity, too many digits or too large an exponent."""

    code = "bad_number"
    en = "This is not a number of at most {digits} digits and an exponent of at most {exponent}."
    ja = "{digits}桁以内・指数{exponent}以内の数値ではありません。"


class BadText(JsonError):
    """A NUL character or half of a surrogate pair."""

    code = "bad_text"
    en = "This text contains a NUL character or a lone surrogate."
    ja = "文字列にNUL文字または対になっていないサロゲートが含まれています。"


def parse(body: bytes, limits: JsonLimits = DEFAULT_LIMITS) -> object:
    """The value written in `body`: dict, list, str, int, Decimal, bool or None.

    Raises `BodyTooLarge`, `NotUtf8`, `MalformedJson`, `NestingTooDeep`; or, with every further fault in `faults`,
    `DuplicateKey`, `BadNumber` or `BadText` (all `JsonError`).
    """
    if len(body) > limits.size_bytes:
        raise BodyTooLarge(limit=limits.size_bytes)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotUtf8(position=error.start) from None
    if text.startswith("\ufeff"):
        raise MalformedJson(position=0)
    shallow = _is_shallow(body, limits.depth)
    value: object = None
    try:
        value = _read(text, _decoder(limits), limits)
        suspicious = _SUSPICIOUS_ESCAPE.search(body) is not None
    except _SuspicionError:
        suspicious = True
    # A suspicion ends the first pass early: the second reads to the end, and may find the body malformed after all.
    tree = _read(text, _slow_decoder(limits), limits) if suspicious else None
    if not shallow:
        raise NestingTooDeep(limit=limits.depth)
    if suspicious:
        _raise_faults(tree, limits)
    return value


def dumps(value: object) -> bytes:
    """Compact UTF-8 JSON of `value`.

    Decimals become plain numbers without exponent, UUIDs text, aware UTC datetimes ISO 8601 with "Z", dates
    "2026-04-01", enums their value, dataclasses and mappings objects.
    Raises `TypeError` for anything else and `ValueError` for a Decimal that is not finite: faults of ours, not a caller's.
    """
    written = _ENCODER.encode(value)
    # msgspec writes str(Decimal), which has an exponent below 10**-6 and for numbers like Decimal("1E+3").
    # These substrings are rare in ordinary answers; where one stands in a text, the walk only costs time.
    if b"E-" in written or b"E+" in written or b"NaN" in written or b"Infinity" in written:
        return _ENCODER.encode(_with_plain_numbers(value))
    return written


class _SuspicionError(Exception):
    """A hook saw something that the slow pass must look at."""


class _Pairs(list[tuple[str, object]]):
    """An object as written, duplicate keys and all."""


class _Refused:
    """Stands in the tree where a refused number was."""


_REFUSED: Final = _Refused()
# An escape that writes NUL or any surrogate. (Half of a good pair also matches: the slow pass finds it innocent.)
_SUSPICIOUS_ESCAPE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_BAD_CHARACTER: Final = re.compile("[\x00\ud800-\udfff]")
_SHORT_NUMBER: Final = 34
# Keeps only what shows the nesting, both kinds of brackets made one.
_BRACKETS: Final = bytes.maketrans(b"[]", b"{}")
_NOT_SKELETON: Final = bytes(sorted(set(range(256)) - set(b'[]{}"')))


def _is_shallow(body: bytes, depth: int) -> bool:
    """Whether `body`, if it is JSON at all, is nested at most `depth` deep; in a few passes of C, without recursion.

    Taking away the innermost pairs of brackets `depth` times must leave nothing.
    """
    if body.count(b"[") + body.count(b"{") <= depth:
        return True
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    skeleton = body.translate(_BRACKETS, _NOT_SKELETON)
    # Two neighbouring quotes change nothing about what stands inside a text and what outside.
    skeleton = skeleton.replace(b'""', b"")
    if b'"' in skeleton:
        skeleton = b"".join(skeleton.split(b'"')[::2])
    for _ in range(depth):
        before = len(skeleton)
        skeleton = skeleton.replace(b"{}", b"")
        if len(skeleton) == before:
            break  # empty, or not balanced
    return not skeleton


@lru_cache(maxsize=16)
def _decoder(limits: JsonLimits) -> json.JSONDecoder:
    def an_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _SuspicionError
        return found

    def a_fraction(text: str) -> Decimal:
        number = _number(text, limits)
        if number is None:
            raise _SuspicionError
        return number

    def an_int(text: str) -> int:
        if len(text) > limits.number_digits:
            raise _SuspicionError
        return int(text)

    def a_constant(_: str) -> object:
        raise _SuspicionError

    return json.JSONDecoder(
        object_pairs_hook=an_object, parse_float=a_fraction, parse_int=an_int, parse_constant=a_constant
    )


def _number(text: str, limits: JsonLimits) -> Decimal | None:
    """The number, known to be in JSON's grammar, or None if it is out of bounds."""
    if len(text) <= min(_SHORT_NUMBER, limits.number_digits) and "e" not in text and "E" not in text:
        return Decimal(text)
    return parse_decimal(text, max_digits=limits.number_digits, max_exponent=limits.number_exponent)


def _read(text: str, decoder: json.JSONDecoder, limits: JsonLimits) -> object:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(position=len(text[: error.pos].encode("utf-8"))) from None
    except RecursionError:
        raise NestingTooDeep(limit=limits.depth) from None


@lru_cache(maxsize=16)
def _slow_decoder(limits: JsonLimits) -> json.JSONDecoder:
    """Keeps in the tree what the fast one stumbles over."""

    def a_fraction(written: str) -> object:
        number = _number(written, limits)
        return _REFUSED if number is None else number

    def an_int(written: str) -> object:
        return _REFUSED if len(written) > limits.number_digits else int(written)

    return json.JSONDecoder(
        object_pairs_hook=_Pairs,
        parse_float=a_fraction,
        parse_int=an_int,
        parse_constant=lambda _: _REFUSED,
    )


def _raise_faults(tree: object, limits: JsonLimits) -> None:
    """Raises with every fault of a tree that is known to be shallow; returns if it was only suspicious."""
    parameters: dict[type[JsonError], dict[str, object]] = {
        BadNumber: {"digits": limits.number_digits, "exponent": limits.number_exponent}
    }
    found: list[tuple[type[JsonError], str]] = []
    for fault in _faults(tree, ""):
        found.append(fault)
        if len(found) == MOST_FAULTS:
            break
    if not found:
        return
    (first, pointer), *rest = found
    others = tuple(Fault(kind.code, at, parameters.get(kind, {}), kind.en, kind.ja) for kind, at in rest)
    raise first(pointer, others=others, **parameters.get(first, {}))


def _faults(value: object, pointer: str) -> Iterator[tuple[type[JsonError], str]]:
    """Every fault below `pointer`. Recursion is bounded by the depth limit, which was checked before."""
    if isinstance(value, _Refused):
        yield BadNumber, pointer
    elif isinstance(value, str):
        if _BAD_CHARACTER.search(value):
            yield BadText, pointer
    elif isinstance(value, _Pairs):
        seen: set[str] = set()
        for key, below in value:
            at = f"{pointer}/{_step(key)}"
            if key in seen:
                yield DuplicateKey, at
            seen.add(key)
            if _BAD_CHARACTER.search(key):
                yield BadText, at
            yield from _faults(below, at)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _faults(below, f"{pointer}/{index}")


def _step(key: str) -> str:
    """One step of a JSON pointer (RFC 6901, section 3), with U+FFFD for what could not be sent back."""
    return _BAD_CHARACTER.sub("\ufffd", key).replace("~", "~0").replace("/", "~1")


def _other(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    message = f"{type(value).__name__} has no JSON form"
    raise TypeError(message)


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=_other)


def _with_plain_numbers(value: object) -> object:
    """The same value built of plain things, each Decimal as the bytes of its plain text."""

    def walk(part: object) -> object:
        if isinstance(part, Decimal):
            return msgspec.Raw(plain_text(part).encode())
        if isinstance(part, dict):
            return {key: walk(below) for key, below in part.items()}
        if isinstance(part, list):
            return [walk(below) for below in part]
        return part

    return walk(msgspec.to_builtins(value, builtin_types=(Decimal,), enc_hook=_other, str_keys=True))
