"""What may be wrong with a part or a structure."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Missing, RenkeiError


class PartMissing(Missing):
    """No own part with this trace id (unknown, foreign and deleted are never told apart)."""

    code = "part_not_found"
    en = "There is no part with this identifier."
    ja = "指定された識別子の部品は存在しません。"


class StructureMissing(Missing):
    """The part, or this version of its structure, does not exist."""

    code = "structure_not_found"
    en = "There is no such version of the structure."
    ja = "指定された版の部品構成は存在しません。"


class PartNumberMissing(Missing):
    """The number is not recorded for the part."""

    code = "part_number_not_found"
    en = "This number is not recorded for the part."
    ja = "この品番はこの部品に登録されていません。"


class PartnerMissing(Missing):
    """No company with this id."""

    code = "operator_not_found"
    en = "There is no company with this identifier."
    ja = "指定された識別子の事業者は存在しません。"


class PlantUnknown(RenkeiError):
    """The plant is not one of the operator's own (unknown and foreign are never told apart)."""

    code = "plant_unknown"
    kind = FaultKind.CONTENT
    en = "This is not one of your plants."
    ja = "自社の事業所ではありません。"


class TraceUnknown(RenkeiError):
    """A line names a part that is not one of the operator's own."""

    code = "trace_unknown"
    kind = FaultKind.MISSING
    en = "There is no part with this identifier."
    ja = "指定された識別子の部品は存在しません。"


class DuplicateChild(RenkeiError):
    """Two lines of one structure name the same part."""

    code = "duplicate_child"
    en = "This part is already on another line of the structure."
    ja = "同じ部品が部品構成の別の行に既にあります。"


class SelfReference(RenkeiError):
    """A part is its own child."""

    code = "self_reference"
    en = "A part cannot be a child of itself."
    ja = "部品を自分自身の子部品にすることはできません。"


class UsageShares(RenkeiError):
    """The usage shares of a group of alternatives do not sum to 1."""

    code = "usage_shares"
    en = "The usage shares of the alternatives “{group}” must sum to 1, not {sum}."
    ja = "代替グループ「{group}」の使用比率の合計は1でなければなりません（現在{sum}）。"


class UsageShareMissing(RenkeiError):
    """A line in a group of alternatives has no usage share, or a line outside any group has one."""

    code = "usage_share_missing"
    en = "An alternative line needs a group and a usage share together."
    ja = "代替行には代替グループと使用比率の両方が必要です。"


class BadAmount(RenkeiError):
    """A number of a line is outside its range."""

    code = "bad_amount"
    en = "The amount must be 0 or more, the base quantity above 0 and a share from 0 to 1."
    ja = "数量は0以上、基準数量は0より大きく、比率は0から1でなければなりません。"


class UnitUnknown(RenkeiError):
    """The unit is none that is known."""

    code = "unit_unknown"
    en = "“{unit}” is not a known unit."
    ja = "「{unit}」は登録されていない単位です。"


class TooManyLines(RenkeiError):
    """A structure has more lines than one body may carry."""

    code = "too_many_lines"
    kind = FaultKind.CONTENT
    en = "A structure has at most {maximum} lines."
    ja = "部品構成の行数は{maximum}行までです。"


class DuplicateRow(RenkeiError):
    """Two rows of one bulk registration state the same part."""

    code = "duplicate_row"
    en = "This part is already stated by row {row}."
    ja = "この部品は{row}行目で既に登録されています。"


class ChangedMeanwhile(Conflict):
    """What would be stored is not any more what was shown."""

    code = "changed_meanwhile"
    en = "Your data changed since this was shown. Look at it again and confirm once more."
    ja = "表示後にデータが変更されました。内容を確認し直してから再度確定してください。"


class PartQuotaExceeded(Conflict):
    """More parts than one company may have."""

    code = "part_quota_exceeded"
    en = "Your company may have {maximum} parts; it has {held} and this would add {new}."
    ja = "登録できる部品は{maximum}件までです（登録済み{held}件、今回の追加{new}件）。"


class PartConflict(Conflict):
    """Somebody registered the same part at the same moment."""

    code = "part_conflict"
    en = "The same part was being registered at the same time. Please try again."
    ja = "同じ部品が同時に登録されました。もう一度お試しください。"


class PartNumberTaken(Conflict):
    """The number is already recorded for the part."""

    code = "part_number_taken"
    en = "This number is already recorded for the part."
    ja = "この品番は既にこの部品に登録されています。"
