"""Faults of the factor library."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Missing, RenkeiError


class FactorMissing(Missing):
    """No such factor, or it is another company's."""

    code = "factor_not_found"
    en = "There is no such emission factor."
    ja = "指定された排出係数は存在しません。"


class FactorSetMissing(Missing):
    """No such set in this version, or it is another company's."""

    code = "factor_set_not_found"
    en = "There is no such set of emission factors."
    ja = "指定された排出係数セットは存在しません。"


class FactorSetExists(Conflict):
    """A set is never changed: what is new in it is another version."""

    code = "factor_set_exists"
    en = "This version of the set exists and stays as it is. Give the new one another version."
    ja = "このバージョンの排出係数セットは既に存在し、変更できません。別のバージョンとして登録してください。"


class FactorSetReserved(Conflict):
    """The name is that of a set of the platform."""

    code = "factor_set_reserved"
    en = "A set of the platform has this name. Choose another one."
    ja = "この名前は標準の排出係数セットで使用されています。別の名前を指定してください。"


class FactorSetNameBad(RenkeiError):
    """A name or a version that cannot stand in a reference ("set@version#factor")."""

    code = "factor_set_name_bad"
    en = "The name and the version of a set have letters, digits, dots, hyphens and underscores, at most 100."
    ja = "セットの名前とバージョンには、文字・数字・ピリオド・ハイフン・下線のみ、100文字以内で指定してください。"


class FactorTableEmpty(RenkeiError):
    """A table without a single row."""

    code = "factor_table_empty"
    en = "The table has no rows."
    ja = "表にデータ行がありません。"


class FactorTableUnreadable(RenkeiError):
    """Quoted text that does not end, or a cell beyond all measure."""

    code = "factor_table_unreadable"
    en = "Line {line} cannot be read as CSV."
    ja = "{line}行目をCSVとして読み取れません。"


class FactorTableTooLong(RenkeiError):
    """More rows than a set may have."""

    code = "factor_table_too_long"
    kind = FaultKind.TOO_LARGE
    en = "A set may have at most {limit} factors."
    ja = "1つのセットに登録できる排出係数は{limit}件までです。"


class FactorColumnUnknown(RenkeiError):
    """A heading that is no column."""

    code = "factor_column_unknown"
    en = "Line 1: there is no column “{column}”. Columns are: {allowed}."
    ja = "1行目：「{column}」という列はありません。使用できる列：{allowed}"


class FactorColumnTwice(RenkeiError):
    """The same column twice."""

    code = "factor_column_twice"
    en = "Line 1: the column “{column}” stands there twice."
    ja = "1行目：「{column}」の列が2つあります。"


class FactorColumnMissing(RenkeiError):
    """A column that every table needs."""

    code = "factor_column_missing"
    en = "Line 1: the column “{column}” is missing."
    ja = "1行目：「{column}」の列がありません。"


class FactorCellMissing(RenkeiError):
    """An empty cell that must not be empty."""

    code = "factor_cell_missing"
    en = "Line {line}, column {column}: this must not be empty."
    ja = "{line}行目の「{column}」列：入力してください。"


class FactorCellNotNumber(RenkeiError):
    """A cell that is no number."""

    code = "factor_cell_not_number"
    en = "Line {line}, column {column}: this must be a number with a point, such as 0.4312."
    ja = "{line}行目の「{column}」列：0.4312のような数値で入力してください。"


class FactorCellUnknownUnit(RenkeiError):
    """A cell with a unit that nobody knows."""

    code = "factor_cell_unknown_unit"
    en = "Line {line}, column {column}: “{value}” is not a known unit or currency."
    ja = "{line}行目の「{column}」列：「{value}」は使用できる単位または通貨ではありません。"


class FactorCellUnknownWord(RenkeiError):
    """A cell with a word that is none of those allowed."""

    code = "factor_cell_unknown_word"
    en = "Line {line}, column {column}: this must be one of: {allowed}."
    ja = "{line}行目の「{column}」列：次のいずれかを入力してください：{allowed}"


class FactorCellBadForm(RenkeiError):
    """A cell whose text is too long or has characters that cannot be there."""

    code = "factor_cell_bad_form"
    en = "Line {line}, column {column}: this does not have the right form or is too long."
    ja = "{line}行目の「{column}」列：形式が正しくないか、長すぎます。"


class FactorTwice(RenkeiError):
    """Two rows with one id."""

    code = "factor_twice"
    en = "Line {line}, column {column}: the factor “{value}” is already on line {first}."
    ja = "{line}行目の「{column}」列：係数「{value}」は{first}行目にもあります。"


class FactorRowTooLong(RenkeiError):
    """More cells than headings."""

    code = "factor_row_too_long"
    en = "Line {line} has more cells than there are columns."
    ja = "{line}行目の項目数が列数より多くなっています。"


class FactorLicenceNeeded(RenkeiError):
    """A licensed number, and whoever asks has no seat."""

    code = "factor_licence_needed"
    en = "The set “{set_id}” is licensed, and you have no seat in its licence. Ask whoever keeps your company's licences."
    ja = "係数セット「{set_id}」は利用ライセンスが必要です。自社のライセンス管理者に利用者登録を依頼してください。"


class SeatMissing(Missing):
    """No such seat, or it is another company's."""

    code = "factor_seat_not_found"
    en = "There is no such seat."
    ja = "指定された利用者登録は存在しません。"


class LoanMissing(Missing):
    """No such loan, or it is another company's."""

    code = "factor_loan_not_found"
    en = "There is no such loan."
    ja = "指定された係数セットの貸与は存在しません。"


class BorrowerMissing(RenkeiError):
    """The company a set is to be lent to is no member, or the lender itself."""

    code = "borrower_not_found"
    en = "There is no other member with this identifier."
    ja = "指定された識別子の他の参加事業者は存在しません。"


class LoanExists(Conflict):
    """This version is lent to this company already."""

    code = "factor_loan_exists"
    en = "This version of the set is lent to this company already."
    ja = "この係数セットのバージョンは既にこの事業者に貸与されています。"


class LentSet(Conflict):
    """What is borrowed cannot be lent on."""

    code = "factor_set_is_lent"
    en = "A set that is borrowed cannot be lent on."
    ja = "借り受けた係数セットを他社に貸与することはできません。"


class DaysReversed(RenkeiError):
    """An end before the beginning, or a loan that would be over."""

    code = "days_reversed"
    en = "The last day lies before the first, or in the past."
    ja = "終了日が開始日より前か、過去の日付です。"


class FactorFileUnreadable(RenkeiError):
    """A package that is damaged, or not of the form it is said to be."""

    code = "factor_file_unreadable"
    en = "“{name}” cannot be read as what it is said to be."
    ja = "「{name}」を指定された形式として読み取れません。"


class InventoryUnsolvable(RenkeiError):
    """Something needs as much of itself as it makes, or products and processes do not fit each other."""

    code = "inventory_unsolvable"
    en = "The inventory has no solution: something in it needs as much of itself as it makes, or products and processes do not fit."
    ja = "インベントリを計算できません（自身の産出量以上に自身を必要とする工程があるか、製品と工程の数が一致しません）。"


class FactorContentMissing(RenkeiError):
    """A form of upload without what it is of."""

    code = "factor_content_missing"
    en = "This format needs `{name}`."
    ja = "この形式には{name}が必要です。"
