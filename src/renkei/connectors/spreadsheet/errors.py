"""What may be wrong with a file, doubtful about it, or worth saying."""

from __future__ import annotations

from renkei.kit.errors import FaultKind, RenkeiError


# -- the file as a whole ---------------------------------------------------------------------------------------------
class FileUnreadable(RenkeiError):
    """Neither a workbook nor a text."""

    code = "file_unreadable"
    en = "This file cannot be read. Send an Excel workbook (.xlsx) or a text file (.csv, .tsv, .txt)."
    ja = "ファイルを読み取れません。Excelブック（.xlsx）またはテキストファイル（.csv、.tsv、.txt）を送信してください。"


class FileEmpty(RenkeiError):
    """Nothing in it."""

    code = "file_empty"
    en = "There is nothing in this file."
    ja = "ファイルに内容がありません。"


class WorkbookOldOrLocked(RenkeiError):
    """A compound file: the old format, or a workbook behind a password."""

    code = "workbook_old_or_locked"
    en = "This workbook is in the old format (.xls) or protected by a password. Save it as .xlsx without a password."
    ja = "旧形式（.xls）のブックか、パスワードで保護されたブックです。パスワードなしの.xlsx形式で保存し直してください。"


class WorkbookHasMacros(RenkeiError):
    """A workbook with a program in it."""

    code = "workbook_has_macros"
    en = "This workbook contains macros, which are not accepted. Save it as .xlsx."
    ja = "マクロを含むブックは受け付けられません。.xlsx形式で保存し直してください。"


class WorkbookTooLarge(RenkeiError):
    """It opens to more than is allowed, or claims a range that nobody can hold."""

    code = "workbook_too_large"
    kind = FaultKind.TOO_LARGE
    en = "This workbook is too large when opened. Delete empty rows and columns beyond the table, or send a CSV file."
    ja = "ブックを展開すると大きすぎます。表の外側の空行・空列を削除するか、CSVファイルで送信してください。"


class TooManyCells(RenkeiError):
    """More rows or cells than one file may have."""

    code = "too_many_cells"
    kind = FaultKind.TOO_LARGE
    en = "A file may have at most {rows} rows and {cells} cells; send the rest in another one."
    ja = "1ファイルは{rows}行・{cells}セルまでです。残りは別のファイルで送信してください。"


class TextUndecodable(RenkeiError):
    """The bytes are text in no encoding that is known."""

    code = "text_undecodable"
    en = "This text is neither UTF-8, UTF-16 nor Shift_JIS (line {line})."
    ja = "文字コードがUTF-8、UTF-16、Shift_JISのいずれでもありません（{line}行目）。"


class QuoteUnclosed(RenkeiError):
    """A quoted cell that does not end, or a cell longer than any should be."""

    code = "quote_unclosed"
    en = "The record that begins on line {line} cannot be read: a quotation mark is not closed, or a cell is too long."
    ja = "{line}行目から始まるレコードを読み取れません。引用符が閉じていないか、セルが長すぎます。"


class ReadersBusy(RenkeiError):
    """As many workbooks are being opened as may be."""

    code = "readers_busy"
    kind = FaultKind.UNAVAILABLE
    retry_after_seconds = 5
    en = "Many files are being read just now. Please try again."
    ja = "多数のファイルを読み取り中です。もう一度お試しください。"


class SheetMissing(RenkeiError):
    """The sheet that the mapping names is not there (or hidden)."""

    code = "worksheet_not_found"
    en = "There is no visible sheet “{sheet}”. Visible sheets: {sheets}."
    ja = "表示されているシート「{sheet}」がありません。表示中のシート: {sheets}"


# -- headings ---------------------------------------------------------------------------------------------------------
class HeadingsMissing(RenkeiError):
    """No row looks like the headings of what is imported."""

    code = "headings_not_found"
    en = "No heading row was found. Needed: {needed}. Rename the headings, or use a mapping that names them."
    ja = "見出し行が見つかりません。必要な列: {needed}。見出しを変更するか、見出しを指定したマッピングを使用してください。"


class HeadingMissing(RenkeiError):
    """A heading that the mapping names is not there."""

    code = "heading_not_found"
    en = "There is no column “{heading}” (for {field})."
    ja = "列「{heading}」（{field}用）がありません。"


class HeadingTwice(RenkeiError):
    """Two columns may be meant."""

    code = "heading_twice"
    en = "Columns {columns} could both be “{field}”. Use a mapping that names the right one."
    ja = "「{field}」に該当する列が複数あります（{columns}）。マッピングで列を指定してください。"


class ColumnUnused(RenkeiError):
    """A column that nothing is made of."""

    code = "column_unused"
    en = "These columns are not used: {columns}."
    ja = "使用しない列: {columns}"


# -- cells ------------------------------------------------------------------------------------------------------------
class CellMissing(RenkeiError):
    """A cell that must say something is empty."""

    code = "cell_missing"
    en = "“{heading}” is empty."
    ja = "「{heading}」が空です。"


class CellNotNumber(RenkeiError):
    """Not a number."""

    code = "cell_not_number"
    en = "“{value}” in “{heading}” is not a number."
    ja = "「{heading}」の「{value}」は数値ではありません。"


class CellOutOfRange(RenkeiError):
    """A number outside what is possible."""

    code = "cell_out_of_range"
    en = "“{value}” in “{heading}” is outside what is possible here: {minimum} to {maximum}."
    ja = "「{heading}」の「{value}」は範囲外です（{minimum}～{maximum}）。"


class NumbersMixed(RenkeiError):
    """Some numbers of a column use the comma as decimal mark, others the point."""

    code = "numbers_mixed"
    en = "The column “{heading}” has numbers with a decimal point and with a decimal comma (“{value}”)."
    ja = "「{heading}」の列に小数点が「.」の数値と「,」の数値（「{value}」）が混在しています。"


class CellNotDate(RenkeiError):
    """Not a date, or one of a day that never was."""

    code = "cell_not_date"
    en = "“{value}” in “{heading}” is not a date such as 2026/4/1 (or of the Japanese calendar)."
    ja = "「{heading}」の「{value}」は2026/4/1や令和8年4月1日のような日付ではありません。"


class CellUnknownWord(RenkeiError):
    """A word outside the list."""

    code = "cell_unknown_word"
    en = "“{value}” in “{heading}” is not known; allowed: {allowed}."
    ja = "「{heading}」の「{value}」は使用できません。使用できる値: {allowed}"


class CellUnknownUnit(RenkeiError):
    """A unit that nobody knows."""

    code = "cell_unknown_unit"
    en = "“{value}” in “{heading}” is not a known unit. A mapping can say which unit it is."
    ja = "「{heading}」の「{value}」は登録されていない単位です。マッピングで単位を指定できます。"


class CellTooLong(RenkeiError):
    """Longer than the field may be."""

    code = "cell_too_long"
    en = "“{heading}” may have at most {maximum} characters."
    ja = "「{heading}」は{maximum}文字までです。"


class CellBadText(RenkeiError):
    """A character that cannot be stored."""

    code = "cell_bad_text"
    en = "“{heading}” contains a control character that cannot be stored."
    ja = "「{heading}」に保存できない制御文字が含まれています。"


class FormulaWithoutValue(RenkeiError):
    """A formula was never calculated, or its result is an error."""

    code = "formula_without_value"
    en = "The formula in “{heading}” has no value. Open the workbook in a spreadsheet program, save it, and send it again."
    ja = "「{heading}」の数式に値がありません。表計算ソフトでブックを開いて保存し直し、再度送信してください。"


# -- questions and notes about any table --------------------------------------------------------------------------------
class RowsHidden(RenkeiError):
    """Rows that whoever looks at the sheet does not see."""

    code = "rows_hidden"
    en = "{count} hidden row(s) are read like the others: {rows}. A mapping can leave hidden rows out."
    ja = "非表示の{count}行も他の行と同様に読み取ります: {rows}。マッピングで除外できます。"


class RowsHiddenSkipped(RenkeiError):
    """Hidden rows that were left out, as the mapping says."""

    code = "rows_hidden_skipped"
    en = "{count} hidden row(s) are left out: {rows}."
    ja = "非表示の{count}行を除外しました: {rows}"


class SheetsHidden(RenkeiError):
    """Sheets that are hidden are not read."""

    code = "sheets_hidden"
    en = "Hidden sheets are not read: {sheets}. Is that right?"
    ja = "非表示のシートは読み取りません: {sheets}。よろしいですか。"


class SheetsUnread(RenkeiError):
    """Visible sheets that were not read."""

    code = "sheets_unread"
    en = "Only the sheet “{sheet}” is read; not read: {others}."
    ja = "シート「{sheet}」のみ読み取ります。読み取らないシート: {others}"


class FormulasTaken(RenkeiError):
    """Formulas are never calculated here."""

    code = "formulas_taken"
    en = "{count} cell(s) are formulas; the values that were saved with them are taken: {cells}."
    ja = "{count}個のセルは数式です。保存されていた計算結果を使用します: {cells}"


class MergedCells(RenkeiError):
    """A merged cell counts for each of its rows."""

    code = "merged_cells"
    en = "The merged cell in “{heading}” counts for each of its {count} rows."
    ja = "「{heading}」の結合セルは、対象の{count}行すべての値として扱います。"


class NumbersAmbiguous(RenkeiError):
    """Only numbers such as 1,234, which may mean two things."""

    code = "numbers_ambiguous"
    en = "In “{heading}”, “{value}” is read as {read}. Is that right?"
    ja = "「{heading}」の「{value}」を{read}と読み取ります。よろしいですか。"


class NumbersByComma(RenkeiError):
    """A column with decimal commas."""

    code = "numbers_by_comma"
    en = "“{heading}” has decimal commas: “{value}” is read as {read}."
    ja = "「{heading}」の小数点はコンマです。「{value}」を{read}と読み取ります。"


class FileTextEncoding(RenkeiError):
    """How a text was read."""

    code = "text_encoding"
    en = "The text is read as {encoding}, cells set apart by {delimiter}."
    ja = "文字コードは{encoding}、区切り文字は{delimiter}として読み取ります。"


# -- whose parts ---------------------------------------------------------------------------------------
class PlantNotChosen(RenkeiError):
    """Several plants, and nothing says which."""

    code = "plant_not_chosen"
    en = "Your company has several plants; say which one these parts belong to."
    ja = "事業所が複数あります。部品の属する事業所を指定してください。"


class PlantNone(RenkeiError):
    """No plant to register parts for."""

    code = "plant_none"
    en = "Register a plant first: every part belongs to one."
    ja = "先に事業所を登録してください。部品は事業所に属します。"


# -- bills of materials -------------------------------------------------------------------------------------------------
class LevelUnreadable(RenkeiError):
    """Not a level."""

    code = "level_unreadable"
    en = "“{value}” is not a level such as 1, ..2 or 1.2.3."
    ja = "「{value}」は1、..2、1.2.3のような階層ではありません。"


class LevelJumps(RenkeiError):
    """A part without a parent: its level is more than one below that of the row above."""

    code = "level_jumps"
    en = "Level {level} follows level {before}: the level between is missing."
    ja = "階層{before}の次に階層{level}があり、間の階層がありません。"


class PositionTwice(RenkeiError):
    """One position of a parent is stated twice."""

    code = "position_twice"
    en = "Position {position} of “{parent}” is already stated in row {row}."
    ja = "「{parent}」の位置「{position}」は{row}行目に既にあります。"


class ChildDiffers(RenkeiError):
    """The same child stands twice under a parent, and the two cannot be added up."""

    code = "child_differs"
    en = "“{child}” stands under “{parent}” in row {row} too, with another unit or treatment; they cannot be added up."
    ja = "「{parent}」の子部品「{child}」は{row}行目にもあり、単位または扱いが異なるため合算できません。"


class ChildAdded(RenkeiError):
    """The same child at two positions: the amounts are added up."""

    code = "child_added"
    en = "“{child}” stands under “{parent}” at several positions; the amounts are added up."
    ja = "「{parent}」の子部品「{child}」が複数の位置にあります。数量を合算します。"


class ChildTwice(RenkeiError):
    """The same child twice without positions: meant, or a repetition by mistake."""

    code = "child_twice"
    en = "“{child}” stands under “{parent}” in row {row} too. The amounts are added up; is that right?"
    ja = "「{parent}」の子部品「{child}」は{row}行目にもあります。数量を合算しますが、よろしいですか。"


class OwnChild(RenkeiError):
    """A part that consists of itself."""

    code = "own_child"
    en = "“{part}” cannot be a child of itself."
    ja = "「{part}」を自分自身の子部品にすることはできません。"


class StructureDiffers(RenkeiError):
    """The same part is taken apart twice, differently."""

    code = "structure_differs"
    en = "“{part}” consists of other lines here than below row {row}."
    ja = "「{part}」の構成が{row}行目以下の構成と異なります。"


class BomLoops(RenkeiError):
    """A part needs itself, by way of others."""

    code = "bom_loops"
    en = "“{part}” needs itself by way of its own parts. Is that right (recycled material)?"
    ja = "「{part}」が自身の構成の中に現れます（循環）。リサイクル材などとして正しいですか。"


class PartDiffers(RenkeiError):
    """Two rows say different things of one part."""

    code = "part_differs"
    en = "“{part}” has another {field} in row {row}; the first is taken. Is that right?"
    ja = "「{part}」の{field}が{row}行目と異なります。最初の値を使用しますが、よろしいですか。"


class UnitsAssumed(RenkeiError):
    """Nothing says in what amounts are counted."""

    code = "units_assumed"
    en = "There is no column of units: all amounts are read as {unit}. Is that right?"
    ja = "単位の列がありません。すべての数量を{unit}として読み取ります。よろしいですか。"


class AmountZero(RenkeiError):
    """Nothing of a child is needed."""

    code = "amount_zero"
    en = "The amount of “{child}” is 0. Is that right?"
    ja = "「{child}」の数量が0です。よろしいですか。"


class AmountSuspicious(RenkeiError):
    """More than one would believe."""

    code = "amount_suspicious"
    en = "One “{parent}” needs {amount} {unit} of “{child}”. Is that right (unit, base quantity)?"
    ja = "「{parent}」1単位当たり「{child}」が{amount} {unit}です。単位や基準数量は正しいですか。"


class AmountJumped(RenkeiError):
    """A hundred times as much as before, or a hundredth."""

    code = "amount_jumped"
    en = "The amount of “{child}” in “{parent}” goes from {before} to {after}. Is that right?"
    ja = "「{parent}」の「{child}」の数量が{before}から{after}に変わります。正しいですか。"


class LineEnded(RenkeiError):
    """A line whose time is over."""

    code = "line_ended"
    en = "{count} line(s) that ended before today are left out: {rows}."
    ja = "有効期間が終了した{count}行を除外しました: {rows}"


class DatesDiffer(RenkeiError):
    """The lines of one structure begin on different days."""

    code = "dates_differ"
    en = "The lines of “{parent}” begin on different days; a structure begins on one."
    ja = "「{parent}」の各行の適用開始日が異なります。部品構成の適用開始日は1つです。"


class PartNumbersAreNumbers(RenkeiError):
    """Part numbers that a spreadsheet took for numbers."""

    code = "part_numbers_are_numbers"
    en = "{count} part number(s) are numbers in the sheet, such as {value}: leading zeros may be lost. Is that right?"
    ja = "{count}件の品番が数値として入力されています（例: {value}）。先頭の0が失われている可能性があります。よろしいですか。"


class PartNumberRewritten(RenkeiError):
    """A part number that looks as if a spreadsheet had rewritten it."""

    code = "part_number_rewritten"
    en = "“{value}” looks like a part number that a spreadsheet turned into a number. Is it right?"
    ja = "「{value}」は表計算ソフトが品番を数値に変換したもののようです。正しいですか。"


class PartNumbersHalved(RenkeiError):
    """Part numbers in full width."""

    code = "part_numbers_half_width"
    en = "{count} part number(s) in full-width letters are read in half width, such as {value}."
    ja = "全角の品番{count}件を半角で読み取ります（例: {value}）。"


class SharesInPercent(RenkeiError):
    """Usage shares above 1 are percent."""

    code = "shares_in_percent"
    en = "The usage shares are read as percent."
    ja = "使用比率をパーセントとして読み取ります。"


class BomEmpty(RenkeiError):
    """Headings, and nothing below."""

    code = "bom_empty"
    en = "There is no row below the headings."
    ja = "見出しの下に行がありません。"


class PlantUnknownInFile(RenkeiError):
    """A plant that is none of the company's."""

    code = "plant_of_row_unknown"
    en = "“{value}” is not one of your plants."
    ja = "「{value}」は自社の事業所ではありません。"


# -- the supplier's workbook --------------------------------------------------------------------------------------------
class BookSheetMissing(RenkeiError):
    """None of the workbook's sheets is there."""

    code = "book_sheets_not_found"
    en = "None of the sheets of the workbook is in this file: {sheets}."
    ja = "回答用ブックのシートがありません: {sheets}"


class NothingInBook(RenkeiError):
    """A workbook as it was downloaded."""

    code = "nothing_in_workbook"
    en = "Nothing was filled in or changed in this workbook."
    ja = "ブックに入力または変更がありません。"


class PartNameUnknown(RenkeiError):
    """A part that is not an own one."""

    code = "part_name_unknown"
    en = "“{value}” is none of your parts. Choose one from the list."
    ja = "「{value}」は自社の部品ではありません。一覧から選択してください。"


class RequestUnknown(RenkeiError):
    """A request that does not wait for this company."""

    code = "request_not_waiting"
    en = "“{value}” is no request that waits for your answer."
    ja = "「{value}」は回答待ちの依頼ではありません。"


class PeriodMissing(RenkeiError):
    """Activities without their period."""

    code = "period_missing"
    en = "The period of “{part}” is missing."
    ja = "「{part}」の対象期間が入力されていません。"


class SaidTwice(RenkeiError):
    """Two rows say different things of the same."""

    code = "said_twice"
    en = "Row {row} says something else of the same."
    ja = "{row}行目と内容が異なります。"


class ValueZero(RenkeiError):
    """A footprint of nothing."""

    code = "value_zero"
    en = "The footprint of “{part}” is 0. Is that right?"
    ja = "「{part}」の排出量が0です。よろしいですか。"


class ValueJumped(RenkeiError):
    """A hundred times as much as before, or a hundredth."""

    code = "value_jumped"
    en = "The footprint of “{part}” goes from {before} to {after} kgCO2e. Is that right?"
    ja = "「{part}」の排出量が{before}から{after} kgCO2eに変わります。正しいですか。"


class TooManyForWorkbook(RenkeiError):
    """More parts than one workbook carries."""

    code = "too_many_for_workbook"
    kind = FaultKind.TOO_LARGE
    en = "A workbook carries at most {maximum} parts; use an application with so many."
    ja = "ブックに記載できる部品は{maximum}件までです。これを超える場合はアプリケーション連携をご利用ください。"


class TooMuchToExport(RenkeiError):
    """More rows than one export carries."""

    code = "too_much_to_export"
    kind = FaultKind.TOO_LARGE
    en = "An export carries at most {maximum} rows; read the rest page by page."
    ja = "一括エクスポートは{maximum}行までです。これを超える場合はページ単位で取得してください。"


# -- emission factors --------------------------------------------------------------------------------------------------
class FactorsAssumed(RenkeiError):
    """Rows that do not say what a factor must say."""

    code = "factors_assumed"
    en = "{count} factor(s) do not say their {what}: read as {value}. Is that right?"
    ja = "{count}件の係数に{what}の記載がないため、{value}として読み取ります。よろしいですか。"


class FactorsUnderstood(RenkeiError):
    """What rows do not say, and what follows from their unit."""

    code = "factors_understood"
    en = "{count} factor(s) do not say their {what}; by their unit they are read as {value}."
    ja = "{count}件の係数に{what}の記載がないため、単位から{value}として読み取ります。"


class FactorUnitUnknown(RenkeiError):
    """A unit that is none, or says only half of it."""

    code = "factor_unit_unknown"
    en = "“{value}” is no unit of a factor such as kg-CO2e/kWh or t-CO2e/JPY. A mapping can say which unit it is."
    ja = "「{value}」はkg-CO2e/kWhやt-CO2e/百万円のような係数の単位ではありません。マッピングで単位を指定できます。"


class FactorUnitMissing(RenkeiError):
    """Nothing says per what a value is."""

    code = "factor_unit_missing"
    en = "Nothing says per what this value is. Write it into a column of units, such as kg-CO2e/kWh, or into the heading in brackets."
    ja = "係数の単位がありません。単位の列（例: kg-CO2e/kWh）か、見出しの括弧内に記入してください。"


class FactorPriceYearMissing(RenkeiError):
    """Per money, and of which year's prices is not said."""

    code = "factor_price_year_missing"
    en = "A factor per {unit} needs the year of its prices: in a column “price year”, or in the mapping."
    ja = "{unit}当たりの係数には価格年が必要です。「価格年」の列を追加するか、マッピングで指定してください。"


class FactorTwiceInFile(RenkeiError):
    """Two rows are the same factor."""

    code = "factor_twice_in_file"
    en = "The factor “{value}” already stands in row {row}. Give each an id of its own."
    ja = "係数「{value}」は{row}行目にもあります。それぞれ異なる係数IDを付けてください。"


class FactorIdsMade(RenkeiError):
    """Factors without ids, or with ones that cannot stand in a reference."""

    code = "factor_ids_made"
    en = "{count} factor(s) are named after what the file says, such as “{said}” → “{made}”."
    ja = "{count}件の係数IDをファイルの記載から作成しました（例: 「{said}」→「{made}」）。"


class FactorNegative(RenkeiError):
    """Less than nothing is released."""

    code = "factor_negative"
    en = "The factor of “{name}” is negative: {value}. Is that right?"
    ja = "「{name}」の係数が負の値（{value}）です。よろしいですか。"


class FactorJumped(RenkeiError):
    """Ten times as much as in the version before, or a tenth."""

    code = "factor_jumped"
    en = "The factor of “{name}” goes from {before} to {after} kgCO2e. Is that right (unit)?"
    ja = "「{name}」の係数が{before}から{after} kgCO2eに変わります。単位は正しいですか。"


class FactorRowsLeftOut(RenkeiError):
    """Rows with a name and nothing else are headings of a group."""

    code = "factor_rows_left_out"
    en = "{count} row(s) have a name and no value, and are left out: {rows}. Is that right?"
    ja = "名称のみで係数のない{count}行を除外します: {rows}。よろしいですか。"


class FactorsEmpty(RenkeiError):
    """Headings, and no factor below."""

    code = "factors_empty"
    en = "There is no factor below the headings."
    ja = "見出しの下に係数がありません。"


class FactorsTooMany(RenkeiError):
    """More factors than a set may have."""

    code = "factors_too_many"
    kind = FaultKind.TOO_LARGE
    en = "A set may have at most {limit} factors; this file has {count}."
    ja = "1つのセットに登録できる排出係数は{limit}件までです。このファイルには{count}件あります。"


class FactorSetFactMissing(RenkeiError):
    """What a set must say, and neither the file nor the version before does."""

    code = "factor_set_fact_missing"
    en = "Nothing says the {what} of this set. Say it beside the file, in the mapping, or in a column."
    ja = "このセットの{what}がありません。ファイルと併せて入力するか、マッピングまたは列で指定してください。"


class FactorPeriodAssumed(RenkeiError):
    """For when the set is meant follows from the years of its rows."""

    code = "factor_period_assumed"
    en = "The set is read as meant for {begin} to {end}, by the years in the file. Is that right?"
    ja = "ファイル内の年から、このセットの対象期間を{begin}～{end}とします。よろしいですか。"


class FactorPeriodReversed(RenkeiError):
    """The set's period ends before it begins."""

    code = "factor_period_reversed"
    en = "The period of the set ends ({end}) before it begins ({begin})."
    ja = "セットの対象期間の終了日（{end}）が開始日（{begin}）より前です。"


class FactorSourcesSeveral(RenkeiError):
    """Rows of several sources; each keeps its own in its note."""

    code = "factor_sources_several"
    en = "The factors have {count} sources; each factor keeps its own in its note: {values}."
    ja = "出典が{count}種類あります。各係数の出典は備考に記録します: {values}"


class FactorLicencesSeveral(RenkeiError):
    """Rows under several licences make one set."""

    code = "factor_licences_several"
    en = "The factors have several licences, which the set names together: {values}. May they be kept in one set?"
    ja = "利用条件が複数あり、セットにまとめて記載します: {values}。1つのセットとして管理してよろしいですか。"


class FactorsUnchanged(RenkeiError):
    """Nothing differs from the version before."""

    code = "factors_unchanged"
    en = "Every factor is as in version {version}. Store it as a new version all the same?"
    ja = "すべての係数がバージョン{version}と同じです。それでも新しいバージョンとして登録しますか。"
