"""What may be wrong with a trade, a request, or the deletion of a part."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Missing, RenkeiError


class TradeMissing(Missing):
    """No trade of the caller with this id, or the caller is not the party that may do this."""

    code = "trade_not_found"
    en = "There is no trade with this identifier."
    ja = "指定された識別子の取引関係は存在しません。"


class RequestMissing(Missing):
    """No request of the caller with this id and trade, or the caller is not the party that may do this."""

    code = "request_not_found"
    en = "There is no request with this identifier."
    ja = "指定された識別子の依頼は存在しません。"


class SupplierMissing(Missing):
    """No company with this id can be asked."""

    code = "operator_not_found"
    en = "There is no company with this identifier."
    ja = "指定された識別子の事業者は存在しません。"


class SupplierMerged(SupplierMissing):
    """The company went into another one, which is to be asked instead."""

    code = "operator_merged"
    en = "This company was merged into another. Please ask its successor ({successor_id})."
    ja = "この事業者は合併により別の事業者に承継されました。承継した事業者（{successor_id}）に依頼してください。"


class KindUnknown(RenkeiError):
    """No installed use case answers requests of this kind."""

    code = "kind_unknown"
    en = "“{kind}” cannot be asked for."
    ja = "「{kind}」は依頼できる種類ではありません。"


class SelfRequest(RenkeiError):
    """A company asks itself."""

    code = "self_request"
    en = "A request cannot go to your own company."
    ja = "自社宛てに依頼することはできません。"


class PeriodReversed(RenkeiError):
    """A period ends before it begins."""

    code = "period_reversed"
    en = "The period ends before it begins."
    ja = "期間の終了日が開始日より前です。"


class IdsIncomplete(RenkeiError):
    """A request id without its trade's id."""

    code = "ids_incomplete"
    en = "A request is named together with its trade."
    ja = "依頼識別子には取引関係識別子も必要です。"


class PartTerminated(Conflict):
    """The part is an end of the chain: nobody upstream of it needs to be asked."""

    code = "part_terminated"
    en = "This part is marked as an end of the chain; no supplier is asked for it."
    ja = "終端に設定された部品のため、取引先へ依頼することはできません。"


class AlreadyRequested(Conflict):
    """The bought part has a trade already (over Ouranos it has exactly one)."""

    code = "already_requested"
    en = "This part has already been requested."
    ja = "この部品は既に依頼済みです。"


class RequestExists(Conflict):
    """The trade has a request of this kind and period already."""

    code = "request_exists"
    en = "There is already a request of this kind and period for this trade."
    ja = "この取引関係には同じ種類・期間の依頼が既にあります。"


class PartyChanged(Conflict):
    """An update names another supplier or another part than the stored trade."""

    code = "party_changed"
    en = "The supplier and the part of a trade cannot be changed; cancel it and ask anew."
    ja = "取引関係の依頼先と部品は変更できません。取り消してから改めて依頼してください。"


class NotReviewable(Conflict):
    """There is no answer to accept, query or return."""

    code = "not_reviewable"
    en = "There is no answer to review."
    ja = "確認できる回答がありません。"


class ReasonMissing(RenkeiError):
    """A query or a return needs a reason."""

    code = "reason_missing"
    en = "Please state the reason."
    ja = "理由を入力してください。"


class BadShare(RenkeiError):
    """A share is not between 0 and 1, or a quantity is negative."""

    code = "bad_share"
    en = "A share must be from 0 to 1 and a quantity 0 or more, with a known unit."
    ja = "比率は0から1、数量は0以上で、登録されている単位を指定してください。"


class SharesOverlap(RenkeiError):
    """Two periods of one trade overlap."""

    code = "shares_overlap"
    en = "The periods of a trade's shares must not overlap."
    ja = "同じ取引関係の期間を重複させることはできません。"


class SharesExceedOne(RenkeiError):
    """The shares of a part's trades sum to more than 1 on some day."""

    code = "shares_exceed_one"
    en = "On {day} the shares of this part's trades sum to {sum}, more than 1."
    ja = "{day}時点でこの部品の取引比率の合計が{sum}となり、1を超えます。"


class PartForeign(RenkeiError):
    """Deleting: the part is another company's, whose id the caller was given (row 2)."""

    code = "part_foreign"
    kind = FaultKind.FORBIDDEN
    en = "This part belongs to another company."
    ja = "認証情報と事業者識別子が一致しません。"


class PartInStructure(Conflict):
    """Deleting: the part is a child or has children (row 3)."""

    code = "part_in_structure"
    en = "The part stands in a structure and cannot be deleted."
    ja = "指定された部品は部品構成が存在するため削除できません。"


class PartRequested(Conflict):
    """Deleting: the part was requested from a supplier (row 4)."""

    code = "part_requested"
    en = "The part has been requested from a supplier and cannot be deleted."
    ja = "指定された部品は依頼済みのため削除できません。"


class PartLinked(Conflict):
    """Deleting: the part is linked to a received request (row 5)."""

    code = "part_linked"
    en = "The part is linked to a received request and cannot be deleted."
    ja = "指定された部品は受領済みの依頼に紐づいているため削除できません。"
