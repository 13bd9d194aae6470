"""Reading a JSON object field by field, collecting every fault in the contract's words (section 3).

Go semantics, which the contract's applications know: an absent key is `null`; unknown keys are ignored;
of each field the first broken rule is told, fields in alphabetical order, `; ` between them, a full stop at the end.
A wrong JSON type is told apart, by its dotted path; all of them are collected too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.refusals import Refusal, bad_body
from renkei.connectors.ouranos.texts import Source
from renkei.kit.ids import parse_id

HIGHEST: Final = Decimal("99999.99999")
MOST_FAULTS: Final = 100
"""Of one body at most so many groups of errors are told, so that an answer stays smaller than its question."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FIFTH: Final = -5


class Faults:
    """The faults of one body: wrong types by their path, and groups of broken rules.

    `bind_base` is the base text if there are wrong types (systemAuth has another one for them).
    """

    def __init__(self, source: Source, *, bind_base: str = texts.VALIDATION_FAILED) -> None:
        self.source: Source = source
        self.bind_base = bind_base
        self.types: dict[str, None] = {}
        self.groups: dict[str, None] = {}

    def wrong_type(self, path: str, expected: str, value: object) -> None:
        """Note a value of the wrong JSON type."""
        if len(self.types) < MOST_FAULTS:
            self.types[texts.type_error(path, expected=expected, got=json_type(value))] = None

    def add(self, group: str) -> None:
        """Note a group of broken rules."""
        if group and len(self.groups) < MOST_FAULTS:
            self.groups[group] = None

    @property
    def full(self) -> bool:
        """Whether no more would be told."""
        return len(self.types) + len(self.groups) >= 2 * MOST_FAULTS

    def refuse(self) -> None:
        """Raise the refusal that tells all of them; do nothing if there is none."""
        refusal = self.refusal()
        if refusal is not None:
            raise refusal

    def refusal(self) -> Refusal | None:
        """The refusal that tells all of them, or None."""
        if not self.types and not self.groups:
            return None
        base = self.bind_base if self.types else texts.VALIDATION_FAILED
        return bad_body(self.source, *self.types, *self.groups, base=base)


def json_type(value: object) -> str:
    """The name of a JSON value's type as Go's decoder tells it."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


class Fields:
    """One object being read. `path` is its dotted place in the body ("" for the body itself)."""

    def __init__(self, faults: Faults, value: object, *, path: str = "", expected: str = "object") -> None:
        self.faults = faults
        self.path = path
        self.broken: dict[str, str] = {}
        self.readable = value is None or isinstance(value, dict)
        self._values: dict[str, object] = value if isinstance(value, dict) else {}
        if not self.readable:
            faults.wrong_type(path, expected, value)

    # -- one field ----------------------------------------------------------------------------------------------
    def raw(self, name: str) -> object:
        """The value as it is, None if absent."""
        return self._values.get(name)

    def fault(self, name: str, text: str) -> None:
        """Note a broken rule of a field; the first one counts. An object of the wrong type has no fields to blame."""
        if self.readable:
            self.broken.setdefault(name, text)

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        low: int = 0,
        high: int | None = None,
        expected: str = "string",
    ) -> str | None:
        """A text of `low` … `high` code points; a required one is neither null nor empty."""
        value = self._values.get(name)
        if value is None or (required and value == ""):
            if required:
                self.fault(name, texts.CANNOT_BE_BLANK)
            return None
        if not isinstance(value, str):
            self.faults.wrong_type(self.at(name), expected, value)
            return None
        # A legal empty text has no length to check, whatever its lower bound (ozzo-validation of the reference).
        if high is not None and value and not low <= len(value) <= high:
            self.fault(name, texts.length_between(low, high))
            return None
        return value

    def uuid(self, name: str, *, required: bool = False) -> UUID | None:
        """An identifier of 36 characters."""
        value = self._values.get(name)
        if value is None or (required and value == ""):
            if required:
                self.fault(name, texts.CANNOT_BE_BLANK)
            return None
        if not isinstance(value, str):
            self.faults.wrong_type(self.at(name), "string", value)
            return None
        found = parse_id(value)
        if found is None:
            self.fault(name, texts.INVALID_UUID)
        return found

    def flag(self, name: str) -> bool:
        """A required boolean."""
        value = self._values.get(name)
        if isinstance(value, bool):
            return value
        if value is None:
            self.fault(name, texts.CANNOT_BE_BLANK)
        else:
            self.faults.wrong_type(self.at(name), "bool", value)
        return False

    def number(self, name: str, *, required: bool = False) -> Decimal | None:
        """A number from 0 to 99999.99999 with at most five decimals, exactly as written."""
        value = self._values.get(name)
        if value is None:
            if required:
                self.fault(name, texts.IS_REQUIRED)
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.faults.wrong_type(self.at(name), "float64", value)
            return None
        if value < 0:
            self.fault(name, texts.NO_LESS_THAN_0)
        elif value > HIGHEST:
            self.fault(name, texts.NO_GREATER)
        else:
            number = Decimal(value)
            if not number:
                return Decimal(0)
            if more_than_five_decimals(number):
                self.fault(name, texts.FIVE_DECIMALS)
            else:
                return number
        return None

    def one_of(
        self,
        name: str,
        allowed: Collection[str],
        *,
        required: bool = False,
        blank: str = texts.CANNOT_BE_BLANK,
    ) -> str | None:
        """One of `allowed`. `blank` is the text for a required one that is null (or, if it says so, empty)."""
        value = self._values.get(name)
        if value is None or (required and value == "" and blank == texts.CANNOT_BE_BLANK):
            if required:
                self.fault(name, blank)
            return None
        if not isinstance(value, str):
            self.faults.wrong_type(self.at(name), "string", value)
            return None
        if value not in allowed:
            self.fault(name, texts.not_allowed(value))
            return None
        return value

    def day(self, name: str) -> date | None:
        """A required day, `YYYY-MM-DD`."""
        value = self.text(name, required=True)
        if value is None:
            return None
        try:
            if _DATE.fullmatch(value) is None or value.startswith("0000"):
                raise ValueError  # noqa: TRY301 - one text for both
            return date.fromisoformat(value)
        except ValueError:
            self.fault(name, texts.VALID_DATE)
            return None

    def must_be_null(self, name: str) -> None:
        """A number that must not be given here."""
        value = self._values.get(name)
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.faults.wrong_type(self.at(name), "float64", value)
        else:
            self.fault(name, texts.MUST_BE_BLANK)

    def inner(self, name: str, *, expected: str) -> Fields:
        """The object in a field; an absent one reads as empty."""
        return Fields(self.faults, self._values.get(name), path=self.at(name), expected=expected)

    def items(self, name: str, *, expected: str) -> list[object] | None:
        """The array in a field, None if absent or of the wrong type."""
        value = self._values.get(name)
        if value is None or isinstance(value, list):
            return value
        self.faults.wrong_type(self.at(name), expected, value)
        return None

    # -- all of them --------------------------------------------------------------------------------------------
    def at(self, name: str) -> str:
        """The dotted path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def group(self) -> str:
        """The broken rules of this object in one line with a full stop, or nothing."""
        return joined(self.broken)

    def close(self, wrap: Callable[[str], str] = lambda group: group) -> None:
        """Tell the broken rules of this object, `wrap`ped in its place."""
        if self.broken:
            self.faults.add(wrap(self.group()))


def joined(broken: dict[str, str]) -> str:
    """Fields in alphabetical order, `field: text`, joined with `; `, ending with a full stop."""
    if not broken:
        return ""
    return "; ".join(f"{name}: {broken[name]}" for name in sorted(broken)) + "."


def more_than_five_decimals(number: Decimal) -> bool:
    """Whether a sixth decimal is not zero. Trailing zeros do not count: 1.500000 is 1.5."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= _FIFTH:
        return False
    return number != round(number, 5)


def objects_of(faults: Faults, value: object, *, expected: str) -> Iterator[object]:
    """The elements of a body that is an array; of anything else none, after noting its type."""
    if isinstance(value, list):
        yield from value
    elif value is not None:
        faults.wrong_type("", expected, value)
