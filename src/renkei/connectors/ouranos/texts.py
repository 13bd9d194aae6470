"""Every text of the Ouranos contract (section 3 of its description) and of this door's own refusals, in one place.

English texts are those of the published contract, word for word, since applications compare them.
Japanese ones carry a code in `detail`: `MSG…` are the published ones, `RENKEI…` are ours, for what the contract is
silent about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Source = Literal["auth", "dataspace", "traceability"]

# -- base texts ------------------------------------------------------------------------------------------------------
INVALID_REQUEST: Final = "Invalid request parameters"
VALIDATION_FAILED: Final = "Validation failed"
INVALID_CREDENTIALS: Final = "Invalid credentials"
AUTHENTICATION_REQUIRED: Final = "Authentication required"
INVALID_OR_EXPIRED: Final = "Invalid or expired token"
NO_PRIVILEGES: Final = "You do not have the necessary privileges"
INVALID_KEY: Final = "Invalid key"
NETWORK_NOT_ALLOWED: Final = "IP address not authorized for this API key"
ENDPOINT_NOT_FOUND: Final = "Endpoint Not Found"
ITEM_NOT_FOUND: Final = "Item or record Not Found"
RECORD_NOT_FOUND: Final = "record not found"
UNEXPECTED: Final = "Unexpected error occurred"
OUTER_SERVICE: Final = "Unexpected error occurred in outer service"
REQUEST_ENTITY_TOO_LARGE: Final = "Request Entity Too Large"
TOO_MANY_REQUESTS: Final = "Too Many Requests"

NAMES: Final[dict[int, str]] = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "AccessDenied",
    404: "NotFound",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
    504: "Timeout",
}
"""The name in `code`, by status. 429 is ours: the reference knows no quotas."""

# -- texts of one field ----------------------------------------------------------------------------------------------
CANNOT_BE_BLANK: Final = "cannot be blank"
IS_REQUIRED: Final = "is required"
INVALID_UUID: Final = "invalid UUID"
NO_LESS_THAN_0: Final = "must be no less than 0"
NO_GREATER: Final = "must be no greater than 99999.99999"
FIVE_DECIMALS: Final = "must be a value up to the 5th decimal place"
MUST_BE_BLANK: Final = "must be blank"
VALID_DATE: Final = "must be a valid date"
VALID_EMAIL: Final = "must be a valid email address"
LAST_6_NUMERIC: Final = "the last 6 digits must always be numeric"


def length_between(low: int, high: int) -> str:
    """The text for a length outside `low` … `high`; a lower bound of 0 is not mentioned."""
    return (
        f"the length must be no more than {high}"
        if low == 0
        else f"the length must be between {low} and {high}"
    )


def not_allowed(value: str) -> str:
    """The text for a value that is none of the allowed ones. A long value is cut: an answer repeats no novel."""
    return f"cannot be allowed '{value if len(value) <= 100 else value[:100] + '…'}'"


def unexpected_query(name: str) -> str:
    """The text for a bad or missing query parameter."""
    return f"{name}: Unexpected query parameter"


def type_error(path: str, *, expected: str, got: str) -> str:
    """The text for a JSON value of the wrong type at `path` (dotted, array elements without their index)."""
    return f"{path}: Unmarshal type error: expected={expected}, got={got}"


def already_exists(field: str, value: str) -> str:
    """The stand-alone text (no base text in front) for an identifier that is taken."""
    return f"{field}: {value} is already exists."


OPEN_OPERATOR_ID_IMMUTABLE: Final = "openOperatorID: field is immutable."
ONLY_ONE_OPERATOR_QUERY: Final = "only one of operatorIds and openOperatorId can be set."


# -- traceability errors ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Trace:
    """One refusal of source `traceability`: `message` is the Japanese text, `detail` the code."""

    code: str
    text: str
    status: int = 400


REQUIRED: Final = Trace("MSGAECO0001", "{0}は必須項目です。")
MAINTENANCE: Final = Trace("MSGCE000000", "Now under system maintenance.", 503)
PART_MISSING: Final = Trace("MSGAECP0013", "指定された部品は存在しません。")
PART_IN_STRUCTURE: Final = Trace("MSGAECP0014", "指定された部品は部品構成が存在するため削除できません。")
PART_REQUESTED: Final = Trace("MSGAECP0015", "指定された部品は依頼済みのため削除できません。")
PART_LINKED: Final = Trace("MSGAECP0016", "指定された部品は受領済みの依頼に紐づいているため削除できません。")
PART_FOREIGN: Final = Trace("MSGAECP0025", "認証情報と事業者識別子が一致しません。")

PLANT_MISSING: Final = Trace("RENKEI0001", "指定された事業所は存在しません。")
PART_KEY_TAKEN: Final = Trace(
    "RENKEI0002", "同じ事業所・部品項目・補助項目の部品が、別のトレース識別子で登録されています。"
)
STRUCTURE_LOOP: Final = Trace("RENKEI0003", "部品構成が循環しています。")
DUPLICATE_CHILD: Final = Trace("RENKEI0004", "同じ部品が部品構成の中に複数あります。")
ALREADY_REQUESTED: Final = Trace(
    "RENKEI0006", "指定された部品は依頼済みです。一つの部品に対して依頼できるのは一度だけです。"
)
REQUEST_TO_SELF: Final = Trace("RENKEI0007", "自社に対して依頼することはできません。")
PART_NOT_REQUESTABLE: Final = Trace("RENKEI0008", "指定された部品は終端のため、依頼できません。")
TRADE_MISSING: Final = Trace("RENKEI0009", "指定された取引関係または依頼は存在しません。", 404)
PARTY_CHANGED: Final = Trace(
    "RENKEI0010", "取引関係の依頼先と部品は変更できません。取り消してから改めて依頼してください。"
)
CFP_EXISTS: Final = Trace("RENKEI0011", "指定された部品のCFP情報は既に登録されています。")
CFP_MISSING: Final = Trace("RENKEI0012", "指定されたCFP情報は存在しません。")
UNIT_NOT_SUPPORTED: Final = Trace("RENKEI0013", "指定された単位は使用できません。")
CERTIFICATE_EXISTS: Final = Trace("RENKEI0014", "指定された部品のCFP証明書は既に登録されています。")
OPERATOR_MISSING: Final = Trace("RENKEI0015", "指定された事業者は存在しません。", 404)
CERTIFICATE_MISSING: Final = Trace("RENKEI0016", "指定されたCFP証明書は存在しません。")
FILE_MISSING: Final = Trace("RENKEI0017", "指定されたファイルは存在しません。")
FILE_TYPE: Final = Trace("RENKEI0018", "指定された拡張子のファイルは登録できません。")
FILE_TOO_LARGE: Final = Trace("RENKEI0019", "ファイルの大きさが上限を超えています。", 413)
URL_INVALID: Final = Trace("RENKEI0020", "URLが無効か、有効期限が切れています。", 403)
INVALID_VALUE: Final = Trace("RENKEI0021", "{0}の値が不正です。")
OPERATOR_MISMATCH: Final = Trace("MSGAECP0025", "認証情報と事業者識別子が一致しません。", 403)
