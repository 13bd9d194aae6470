"""Faults of this room, told to the caller."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Missing, RenkeiError


class StatementExists(Conflict):
    """A first statement was sent for a part that has one: send its id to give it a new version."""

    code = "footprint_exists"
    en = "This part already has a footprint. Send its identifier to change it."
    ja = "この部品には既に排出量が登録されています。変更する場合はその識別子を指定してください。"


class StatementMissing(Missing):
    """No footprint with this identifier for this part, or it is another company's."""

    code = "footprint_not_found"
    en = "There is no footprint with this identifier."
    ja = "指定された識別子の排出量は存在しません。"


class TradeMissing(Missing):
    """No such trade of this part, or it is other companies'."""

    code = "trade_not_found"
    en = "There is no such trade of this part."
    ja = "この部品について指定された取引関係は存在しません。"


class NotBought(Conflict):
    """An estimate was sent for a part that is made here or is the end of the chain."""

    code = "part_not_bought"
    en = "Only a bought part can have an estimate; state the footprint of this part itself."
    ja = "推計値は購入部品にのみ登録できます。この部品は排出量そのものを登録してください。"


class BadNumber(RenkeiError):
    """A number that no footprint can have, or a period that ends before it begins."""

    code = "value_out_of_range"
    en = "This value is outside of what is possible here."
    ja = "この値は入力できる範囲を超えています。"


class UnitNotDeclarable(RenkeiError):
    """A footprint is stated per one of the units that every system of the chain knows."""

    code = "unit_not_declarable"
    en = "A footprint cannot be stated per {unit}. Use one of: {allowed}."
    ja = "排出量の単位に{unit}は使用できません。次のいずれかを指定してください：{allowed}"


class StatementOfPartMissing(Missing):
    """No own part with this id has a footprint."""

    code = "no_footprint"
    en = "There is no part with this identifier that has a footprint."
    ja = "排出量が登録されている部品のうち、指定された識別子のものは存在しません。"


class DateToCome(RenkeiError):
    """Totals as of a day that has not come."""

    code = "date_to_come"
    kind = FaultKind.CONTENT
    en = "This day has not come yet. Totals can be told as of today or a day before."
    ja = "まだ到来していない日付です。本日以前の日付を指定してください。"


class NoneAtThatTime(Missing):
    """The part had no footprint then."""

    code = "no_footprint_then"
    en = "This part had no footprint at that time."
    ja = "その時点では、この部品の排出量は登録されていません。"


class UnsolvableProduct(Conflict):
    """The product stands on a loop that needs as much as it makes."""

    code = "unsolvable_loop"
    en = "This product stands on a loop of own parts that needs at least as much as it makes. Correct the amounts first."
    ja = "この製品は、投入量が産出量以上となる自社部品の循環を含んでいます。先に数量を修正してください。"


class ChangeUnknown(RenkeiError):
    """A change to be tried out names nothing that stands in the caller's own structures."""

    code = "change_unknown"
    en = "This change names no part or trade of your own structures."
    ja = "この変更は、自社の部品構成に含まれない部品または取引関係を指定しています。"


class ChangeUnclear(RenkeiError):
    """A change to be tried out says nothing, or several things at once."""

    code = "change_unclear"
    en = "Give exactly one of amount_factor, value_factor and shares."
    ja = "amount_factor、value_factor、sharesのうち、いずれか1つだけを指定してください。"


class UpdateMissing(Missing):
    """No such value that waits, or it is another company's."""

    code = "update_not_found"
    en = "There is no update with this identifier."
    ja = "指定された識別子の更新候補は存在しません。"


class UpdateOutdated(Conflict):
    """The update was decided before, or a newer value has taken its place."""

    code = "update_outdated"
    en = "This update was decided already or has been replaced by a newer value. Please look at the present one."
    ja = "この更新候補は既に処理済みか、より新しい値に置き換えられています。現在の値を確認してください。"


class DeclarationMissing(Missing):
    """No such declaration, or it is another company's."""

    code = "declaration_not_found"
    en = "There is no declaration with this identifier."
    ja = "指定された識別子の宣言は存在しません。"


class EvidenceMissing(Missing):
    """A declaration that was filed before evidence was kept has no report."""

    code = "evidence_not_found"
    en = "There is no evidence file for this declaration, so it has no report. File a further declaration."
    ja = "この宣言には証拠ファイルがないため、報告書を作成できません。あらためて宣言を届け出てください。"


class CheckMissing(Missing):
    """A code that stands on no report."""

    code = "check_not_found"
    en = "No report has this code."
    ja = "このコードの報告書は存在しません。"


class NothingToDeclare(Conflict):
    """The part has no footprint that could be declared."""

    code = "nothing_to_declare"
    en = "This part has no footprint yet. State one before filing a declaration."
    ja = "この部品にはまだ排出量が登録されていません。宣言の前に登録してください。"


class CertificateExists(Conflict):
    """A first certificate was sent for a part that has one."""

    code = "certificate_exists"
    en = "This part already has a certificate. Send its identifier to change it."
    ja = "この部品には既に証明書が登録されています。変更する場合はその識別子を指定してください。"


class CertificateMissing(Missing):
    """No certificate (or no such file of it) for this part."""

    code = "certificate_not_found"
    en = "There is no such certificate or file for this part."
    ja = "この部品について指定された証明書またはファイルは存在しません。"


class FileMissing(Missing):
    """A file that was named is not an own, completely uploaded file."""

    code = "file_not_found"
    en = "There is no uploaded file with the identifier {file_id}."
    ja = "識別子{file_id}のアップロード済みファイルは存在しません。"


class ProposalMissing(Missing):
    """No such proposal, or it is other companies'."""

    code = "proposal_not_found"
    en = "There is no such proposal."
    ja = "指定された代理入力値は存在しません。"


class ProposalDecided(Conflict):
    """The proposal was confirmed or replaced before."""

    code = "proposal_decided"
    en = "This proposal has been decided already."
    ja = "この代理入力値は既に確認または置き換えられています。"


class ProposalOutdated(Conflict):
    """The buyer has corrected this proposal by a newer one."""

    code = "proposal_outdated"
    en = "The customer has replaced this proposal by a newer one."
    ja = "この代理入力値は、取引先により新しい値に更新されています。"


class EstimateMissing(Missing):
    """No estimate for this part (and trade), or the part is another company's."""

    code = "estimate_not_found"
    en = "There is no estimate for this part."
    ja = "この部品の推計値は登録されていません。"


class SupplierIsMember(Conflict):
    """A value may be entered on behalf of a company only while it is not a member."""

    code = "supplier_is_member"
    en = "This supplier is a member and answers for itself."
    ja = "この仕入先は参加済みのため、代理で値を入力することはできません。"
