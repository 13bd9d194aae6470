"""Faults of sheets: what cannot be calculated with at all. What is merely missing is a question, not a fault."""

from __future__ import annotations

from renkei.kit.errors import Conflict, Missing, RenkeiError


class SheetMissing(Missing):
    """No such sheet, or it is another company's."""

    code = "sheet_not_found"
    en = "There is no sheet with this identifier."
    ja = "指定された識別子の算定シートは存在しません。"


class SheetChanged(Conflict):
    """Somebody else has saved the sheet meanwhile."""

    code = "sheet_changed"
    en = "This sheet has been changed meanwhile; its present version is {version}. Please look at that one."
    ja = "このシートは変更されています（現在のバージョン：{version}）。最新の内容を確認してください。"


class LineTwice(RenkeiError):
    """Two lines with one id."""

    code = "sheet_line_twice"
    en = "The line “{line_id}” stands there twice."
    ja = "「{line_id}」の行が重複しています。"


class LineUnknown(RenkeiError):
    """`completes` names no other line."""

    code = "sheet_line_unknown"
    en = "There is no other line “{line_id}”."
    ja = "「{line_id}」という別の行はありません。"


class FactorOrValue(RenkeiError):
    """A factor and a value of one's own at once."""

    code = "factor_or_value"
    en = "Give either a factor or a value of your own."
    ja = "係数と直接入力の値は、どちらか一方だけを指定してください。"


class FactorRefUnknown(RenkeiError):
    """A line names a factor that the company cannot use."""

    code = "factor_ref_unknown"
    en = "There is no factor {factor}."
    ja = "係数{factor}は存在しません。"


class YieldImpossible(RenkeiError):
    """A yield of nothing, or of more than everything."""

    code = "yield_impossible"
    en = "A yield must be more than 0 and at most 1."
    ja = "歩留まりは0より大きく1以下で指定してください。"


class NothingMade(RenkeiError):
    """No good unit was made, so nothing can be said of one."""

    code = "nothing_made"
    en = "The production volume must be more than 0."
    ja = "生産量は0より大きい値で指定してください。"


class RatingWithoutReason(RenkeiError):
    """A rating by hand needs its reason."""

    code = "rating_without_reason"
    en = "A rating entered by hand needs a reason."
    ja = "データ品質を手入力する場合は理由を入力してください。"


class AllocationIncomplete(RenkeiError):
    """Recorded shares that do not sum to 1."""

    code = "allocation_incomplete"
    en = "The shares of the product and its co-products must sum to 1; they sum to {sum}."
    ja = "製品と連産品の配分比率の合計は1である必要があります（現在{sum}）。"


class AllocationMissing(RenkeiError):
    """Co-products that bear something, and no word on how much."""

    code = "allocation_missing"
    en = "There are co-products: choose how emissions are shared with them, or cut them off."
    ja = "連産品があるため、配分方法を選択するか、カットオフとしてください。"


class AllocationBasisImpossible(RenkeiError):
    """A basis from which no share follows."""

    code = "allocation_basis_impossible"
    en = "The basis of an allocation must not be negative, and that of the product must be more than 0."
    ja = "配分の基準値は負であってはならず、製品の基準値は0より大きい必要があります。"


class CoProductTwice(RenkeiError):
    """Two co-products of one name."""

    code = "co_product_twice"
    en = "The co-product “{name}” stands there twice."
    ja = "連産品「{name}」が重複しています。"


class SplitTooMuch(RenkeiError):
    """Customers are given more than there is."""

    code = "split_too_much"
    en = "The customers' shares ({given}) are more than the whole ({whole})."
    ja = "納入先の合計（{given}）が全体（{whole}）を超えています。"


class SplitImpossible(RenkeiError):
    """An index or a number of pieces of 0."""

    code = "split_impossible"
    en = "The whole and every customer's pieces must be more than 0."
    ja = "全体の値と各納入先の数量は0より大きい値で指定してください。"


class SplitWithoutCustomer(RenkeiError):
    """A sheet for one trade whose split does not name it."""

    code = "split_without_customer"
    en = "The split has no share for this trade."
    ja = "この取引関係に対する配分がありません。"


class RuleSetUnknown(RenkeiError):
    """A rule set that there is not."""

    code = "rule_set_unknown"
    en = "There is no such rule set. There are: {allowed}."
    ja = "指定されたルールは存在しません。使用できるルール：{allowed}"
