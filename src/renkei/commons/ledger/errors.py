"""Faults of this room, told to the caller."""

from __future__ import annotations

from renkei.kit.errors import FaultKind, Missing, RenkeiError


class NoHeadYet(Missing):
    """The log has not begun: no worker has signed a head so far."""

    code = "no_head_yet"
    en = "The ledger has no head yet; please try again in a moment."
    ja = "台帳のヘッドがまだありません。しばらくしてからもう一度お試しください。"


class HeadMissing(Missing):
    """There is no head of this size, or none any more."""

    code = "head_not_found"
    en = "The ledger has no head over {size} leaves."
    ja = "要素数{size}の台帳ヘッドはありません。"


class SizesNotOrdered(RenkeiError):
    """A consistency proof goes from a smaller size, at least 1, to a larger one that the log has reached."""

    code = "sizes_not_ordered"
    en = "The sizes must be at least 1, in order, and at most {size}."
    ja = "サイズは1以上{size}以下で、小さい順に指定してください。"


class LedgerDamaged(RenkeiError):
    """The stored tree does not hang together; `renkei ledger verify` says where."""

    code = "ledger_damaged"
    kind = FaultKind.UNAVAILABLE
    en = "The ledger cannot prove this at the moment; its operator has to verify it."
    ja = "現在、台帳から証明を作成できません。運営主体による検証が必要です。"


class LedgerRolledBack(RenkeiError):
    """The witness knows more than the database: the database is an older state. Nothing is signed until it is cleared up."""

    code = "ledger_rolled_back"
    kind = FaultKind.UNAVAILABLE
    en = "The database is older than the witness file: {lost} leaves are missing. See: renkei ledger verify"
    ja = "データベースが証跡ファイルより古く、{lost}件の記録が失われています。renkei ledger verify で確認してください。"


class KindUnknown(RenkeiError):
    """No such kind of fact."""

    code = "kind_unknown"
    en = "There is no kind of fact {kind}. There are: {known}."
    ja = "記録の種類{kind}は存在しません。指定できるもの：{known}。"


class PartUnknown(Missing):
    """No company has a part with this trace id, or the one that was named has nothing on record about it."""

    code = "part_unknown"
    en = "There is no part {part}, or nothing on record about it."
    ja = "部品{part}が存在しないか、台帳に記録がありません。"
