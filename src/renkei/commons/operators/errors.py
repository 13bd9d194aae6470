"""Faults of operators and plants."""

from __future__ import annotations

from renkei.kit.errors import Conflict, Forbidden, Missing, RenkeiError


class OperatorMissing(Missing):
    """No such company in the directory."""

    code = "operator_not_found"
    en = "There is no such company."
    ja = "該当する事業者はありません。"


class SuccessorMissing(RenkeiError):
    """A company is merged into another one, which is a member."""

    code = "successor_not_found"
    en = "Name another company that is a member, to take this one over."
    ja = "承継する事業者には、参加中の別の事業者を指定してください。"


class MonthUnreadable(RenkeiError):
    """A month that is none."""

    code = "month_unreadable"
    en = "Write the month as 2026-11."
    ja = "月は「2026-11」の形で指定してください。"


class PlantMissing(Missing):
    """No such plant of this company."""

    code = "plant_not_found"
    en = "There is no such plant."
    ja = "該当する事業所はありません。"


class NotYourOperator(Forbidden):
    """The body names another company than the caller's."""

    code = "not_your_operator"
    en = "You can change your own company only."
    ja = "自社以外の事業者の情報は変更できません。"


class OperatorIdImmutable(RenkeiError):
    """The public id of a company never changes."""

    code = "operator_id_immutable"
    en = "The open operator id cannot be changed."
    ja = "事業者識別子（オープン）は変更できません。"


class IdTaken(Conflict):
    """A public id is in use; `field` names which (open_operator_id, global_operator_id, open_plant_id, …)."""

    code = "id_taken"
    en = "{field}: {value} is already in use."
    ja = "{field}: {value}は既に使用されています。"

    def __init__(self, field: str, value: str, pointer: str = "") -> None:
        super().__init__(pointer, field=field, value=value)
        self.field = field
        self.value = value


class TextInvalid(RenkeiError):
    """A text is missing, too long, or cannot be stored."""

    code = "text_invalid"
    en = "{field}: between {minimum} and {maximum} characters, without control characters."
    ja = "{field}: {minimum}～{maximum}文字で、制御文字を含まずに入力してください。"


class CorporateNumberInvalid(RenkeiError):
    """Thirteen digits whose check digit (法人番号) is not right."""

    code = "corporate_number_invalid"
    en = "{value} is not a corporate number: its first digit would have to be {expected}."
    ja = "{value}は法人番号として正しくありません（先頭の検査用数字は{expected}になるはずです）。"


class PlantIdInvalid(RenkeiError):
    """The last six characters of an open plant id are digits, and it has at most 26 characters."""

    code = "plant_id_invalid"
    en = "The open plant id has at most 26 characters, the last six of them digits."
    ja = "事業所識別子（オープン）は26文字以内で、末尾6文字を数字にしてください。"


class CountryInvalid(RenkeiError):
    """A country is two upper-case letters (ISO 3166-1 alpha-2)."""

    code = "country_invalid"
    en = "The country must be two upper-case letters (ISO 3166-1), such as JP."
    ja = "国は2文字の大文字（ISO 3166-1、例: JP）で指定してください。"


class AlreadyMember(Conflict):
    """The company to be invited is a member; ask it directly."""

    code = "already_member"
    en = "This company is a member already ({operator_id}); address it directly."
    ja = "この事業者は既に参加しています（{operator_id}）。直接依頼してください。"


class EmailInvalid(RenkeiError):
    """Not an e-mail address."""

    code = "email_invalid"
    en = "This is not an e-mail address."
    ja = "メールアドレスとして正しくありません。"


class CorporateNumberListFaulty(RenkeiError):
    """A file that is not a list of corporate numbers as it is expected."""

    code = "corporate_number_list_faulty"
    en = "This is not a list of corporate numbers as the National Tax Agency publishes it; nothing was stored. Line {lines}"
    ja = "国税庁が公表する法人番号一覧として読み取れません。何も保存していません。行 {lines}"
