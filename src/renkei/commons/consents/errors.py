"""Faults of this room, told to the caller."""

from __future__ import annotations

from renkei.kit.errors import FaultKind, Missing, RenkeiError


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


class ConsentTradeMissing(Missing):
    """No such trade, or the caller does not supply it."""

    code = "trade_not_found"
    en = "There is no trade with this identifier that you supply."
    ja = "指定された識別子の、自社が供給する取引関係は存在しません。"


class SelectionMissing(Missing):
    """No such group or family, or it is another company's."""

    code = "selection_not_found"
    en = "There is no group or family with this identifier."
    ja = "指定された識別子のグループまたは製品群は存在しません。"


class SelectionMemberMissing(RenkeiError):
    """A member that is named is no company of the directory, or no own part."""

    code = "member_not_found"
    en = "There is nothing with this identifier to put into it."
    ja = "指定された識別子のものは存在しないため、追加できません。"


class SelectionInUse(RenkeiError):
    """A decision in force names the group or family."""

    code = "selection_in_use"
    kind = FaultKind.CONFLICT
    en = "A disclosure in force names it. Take that back first."
    ja = "有効な開示設定で使われています。先にその開示を取り下げてください。"


class SubjectUnclear(RenkeiError):
    """What the decision is about must be said once."""

    code = "subject_unclear"
    en = "Say what it is about: exactly one of trace_id, trade_id, family_id and whole."
    ja = "対象を1つだけ指定してください（trace_id、trade_id、family_id、wholeのいずれか）。"


class ConsumerUnclear(RenkeiError):
    """Whom the decision is for must be said once."""

    code = "consumer_unclear"
    en = "Say whom it is for: exactly one of consumer_id, group_id, audience and policy."
    ja = "開示先を1つだけ指定してください（consumer_id、group_id、audience、policyのいずれか）。"


class RefusalEmpty(RenkeiError):
    """A refusal lets nothing out."""

    code = "refusal_with_attributes"
    en = "A refusal discloses nothing: leave the attributes empty."
    ja = "拒否する場合、開示項目は指定できません。"


class PolicyUnclear(RenkeiError):
    """A policy is put together wrongly at a place, or too large."""

    code = "policy_unclear"
    en = "A part of a policy is exactly one of any_of, all_of, purpose_is, consumer_in and until, with its value."
    ja = "ポリシーの要素は、any_of、all_of、purpose_is、consumer_in、untilのいずれか1つとその値で指定してください。"


class InquiryMissing(Missing):
    """No such inquiry, or it is not addressed to the caller."""

    code = "inquiry_not_found"
    en = "There is no inquiry with this identifier."
    ja = "指定された識別子の照会は存在しません。"


class InquiryOver(RenkeiError):
    """The day of an inquiry has passed, or it was taken back."""

    code = "inquiry_over"
    kind = FaultKind.CONFLICT
    en = "This inquiry has ended."
    ja = "この照会は終了しています。"


class NothingBehind(RenkeiError):
    """There is no supplier behind the part to pass an inquiry on to."""

    code = "nothing_behind"
    kind = FaultKind.CONFLICT
    en = "There is no supplier behind this part that it could be passed on to."
    ja = "この部品の先に、照会を回せる仕入先がありません。"


class NotLinkedYet(RenkeiError):
    """The trade of an inquiry is linked to no own part."""

    code = "not_linked"
    kind = FaultKind.CONFLICT
    en = "The trade is not linked to a part of yours yet."
    ja = "この取引関係にはまだ自社の部品が紐付けられていません。"
