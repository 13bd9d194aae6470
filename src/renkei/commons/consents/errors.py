"""Faults of this room, told to the caller."""

from __future__ import annotations

from renkei.kit.errors import Missing, RenkeiError


class ConsentMissing(Missing):
    """No such consent, or it is another company's."""

    code = "consent_not_found"
    en = "There is no consent with this identifier."
    ja = "指定された識別子の開示設定は存在しません。"


class ConsentPartMissing(Missing):
    """No such part, or it is another company's."""

    code = "part_not_found"
    en = "There is no part with this identifier."
    ja = "指定された識別子の部品は存在しません。"


class ConsumerMissing(Missing):
    """No company with this id is in the directory."""

    code = "operator_not_found"
    en = "There is no operator with this identifier."
    ja = "指定された識別子の事業者は存在しません。"


class UnknownKind(RenkeiError):
    """No installed use case answers requests of this kind."""

    code = "unknown_kind"
    en = "There is nothing of the kind {value} to disclose."
    ja = "種別「{value}」に開示できる項目はありません。"


class UnknownAttribute(RenkeiError):
    """The use case does not offer this attribute."""

    code = "unknown_attribute"
    en = "{value} cannot be disclosed; choose from: {allowed}."
    ja = "「{value}」は開示項目ではありません。次から選んでください: {allowed}"


class AlreadyOver(RenkeiError):
    """A consent must end in the future."""

    code = "already_over"
    en = "The end of the disclosure must lie in the future."
    ja = "開示の終了日時には将来の日時を指定してください。"
