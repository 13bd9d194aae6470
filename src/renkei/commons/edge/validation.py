"""Bodies through pydantic: every fault at once, each with its JSON pointer, our code and a sentence in ja and en.

`read` is the one way a `/v1` body becomes a model. Models derive from `Body`: strict types, unknown keys refused.
What pydantic says is translated by `SENTENCES`; its own English text, which may repeat the input, is never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from renkei.kit.errors import Fault, SeveralFaults
from renkei.kit.strict_json import MOST_FAULTS

M = TypeVar("M", bound=BaseModel)


class Body(BaseModel):
    """What is sent: strict types, unknown keys refused, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_strip_whitespace=False)


class View(BaseModel):
    """What is answered, as OpenAPI shows it. Answers are written as bytes, a test holds them against this."""

    model_config = ConfigDict(extra="forbid")


def read(model: type[M], value: object) -> M:
    """`value` (of `strict_json.parse`) as a `model`. Raises `SeveralFaults` with every fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    except RecursionError:
        found = [{"type": "recursion", "loc": (), "msg": "", "input": None}]
    raise SeveralFaults(faults_of(found))


def faults_of(errors: Iterable[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Pydantic's or FastAPI's errors in our words, at most `MOST_FAULTS`."""
    found: dict[tuple[str, str], Fault] = {}
    for error in errors:
        fault = _fault(error)
        found.setdefault((fault.pointer, fault.code), fault)
        if len(found) == MOST_FAULTS:
            break
    return tuple(found.values())


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = str(error["type"])
    context = {
        name: value
        for name, value in (error.get("ctx") or {}).items()
        if isinstance(value, str | int | float) or value is None
    }
    code, en, ja = SENTENCES.get(kind, SENTENCES["invalid"])
    if kind in {"literal_error", "enum"}:
        context = {"expected": str(context.get("expected", "")).replace("'", "")}
    parameters: dict[str, object] = {name: value for name, value in context.items() if f"{{{name}}}" in en}
    return Fault(code, _pointer(error["loc"]), parameters, en, ja)


def _pointer(loc: Iterable[int | str]) -> str:
    """A JSON pointer; "query:name", "header:name" and "path:name" for what FastAPI checks itself."""
    steps = [str(step) for step in loc]
    if steps and steps[0] in {"query", "header", "path"} and len(steps) > 1:
        return f"{steps[0]}:{steps[1]}"
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


SENTENCES: Final[dict[str, tuple[str, str, str]]] = {
    "missing": ("missing", "This is required.", "必須項目です。"),
    "extra_forbidden": ("unknown_key", "There is no such field.", "このような項目はありません。"),
    "string_type": ("not_text", "This must be text.", "文字列で指定してください。"),
    "string_too_short": (
        "too_short",
        "This must have at least {min_length} character(s).",
        "{min_length}文字以上で指定してください。",
    ),
    "string_too_long": (
        "too_long",
        "This may have at most {max_length} characters.",
        "{max_length}文字以内で指定してください。",
    ),
    "string_pattern_mismatch": ("bad_form", "This does not have the right form.", "形式が正しくありません。"),
    "bool_type": ("not_boolean", "This must be true or false.", "trueまたはfalseで指定してください。"),
    "bool_parsing": ("not_boolean", "This must be true or false.", "trueまたはfalseで指定してください。"),
    "int_type": ("not_whole_number", "This must be a whole number.", "整数で指定してください。"),
    "int_parsing": ("not_whole_number", "This must be a whole number.", "整数で指定してください。"),
    "int_parsing_size": ("not_whole_number", "This must be a whole number.", "整数で指定してください。"),
    "int_from_float": ("not_whole_number", "This must be a whole number.", "整数で指定してください。"),
    "literal_error": (
        "not_allowed_value",
        "This must be one of: {expected}.",
        "次のいずれかを指定してください: {expected}",
    ),
    "enum": (
        "not_allowed_value",
        "This must be one of: {expected}.",
        "次のいずれかを指定してください: {expected}",
    ),
    "list_type": ("not_list", "This must be a list.", "配列で指定してください。"),
    "tuple_type": ("not_list", "This must be a list.", "配列で指定してください。"),
    "too_long": (
        "too_many",
        "This may have at most {max_length} entries.",
        "{max_length}件以内で指定してください。",
    ),
    "too_short": (
        "too_few",
        "This must have at least {min_length} entries.",
        "{min_length}件以上指定してください。",
    ),
    "dict_type": ("not_object", "This must be an object.", "オブジェクトで指定してください。"),
    "model_type": ("not_object", "This must be an object.", "オブジェクトで指定してください。"),
    "model_attributes_type": ("not_object", "This must be an object.", "オブジェクトで指定してください。"),
    "greater_than": ("too_small", "This must be greater than {gt}.", "{gt}より大きい値を指定してください。"),
    "greater_than_equal": ("too_small", "This must be at least {ge}.", "{ge}以上の値を指定してください。"),
    "less_than": ("too_large", "This must be less than {lt}.", "{lt}より小さい値を指定してください。"),
    "less_than_equal": ("too_large", "This may be at most {le}.", "{le}以下の値を指定してください。"),
    "recursion": ("nesting_too_deep", "This is nested too deep.", "入れ子が深すぎます。"),
    # Our own, raised by `edge.fields`.
    "not_id": ("not_id", "This must be an identifier (UUID).", "識別子（UUID）で指定してください。"),
    "not_number": (
        "not_number",
        "This must be a number of at most {digits} digits, as a JSON number or text.",
        "{digits}桁以内の数値（JSONの数値または文字列）で指定してください。",
    ),
    "not_unit": (
        "not_unit",
        "This must be a unit such as kWh, kg or m3, or a currency such as JPY.",
        "kWh、kg、m3などの単位、またはJPYなどの通貨で指定してください。",
    ),
    "not_date": (
        "not_date",
        "This must be a date such as 2026-04-01.",
        "2026-04-01のような日付で指定してください。",
    ),
    "not_moment": (
        "not_moment",
        "This must be a time with its offset, such as 2026-04-01T09:00:00Z.",
        "2026-04-01T09:00:00Zのような時差付きの日時で指定してください。",
    ),
    "bad_text": (
        "bad_text",
        "This text contains a character that cannot be stored.",
        "保存できない文字が含まれています。",
    ),
    "blank": ("blank", "This must not be blank.", "空白のみは指定できません。"),
    "period": (
        "period_reversed",
        "The end lies before the beginning.",
        "終了日が開始日より前になっています。",
    ),
    "nothing_to_change": ("nothing_to_change", "There is nothing to change.", "変更する項目がありません。"),
    "bad_query": ("unknown_parameter", "There is no such parameter.", "このようなパラメーターはありません。"),
    "invalid": ("invalid_value", "This is not acceptable.", "受け付けられない値です。"),
}
