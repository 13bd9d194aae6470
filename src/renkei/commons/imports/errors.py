"""What may be wrong with an import."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Missing, RenkeiError


class ImportMissing(Missing):
    """No own import with this id."""

    code = "import_not_found"
    en = "There is no import with this identifier."
    ja = "指定された識別子の取込は存在しません。"


class ImportNotReady(Conflict):
    """An import with faults, or one that is over, cannot be confirmed."""

    code = "import_not_ready"
    en = "This import does not wait for a confirmation: it is {state}."
    ja = "この取込は確定待ちではありません（状態: {state}）。"


class TooManyWaiting(Conflict):
    """As many uploads wait as may."""

    code = "too_many_waiting_imports"
    en = "{maximum} imports of your company wait for a confirmation. Confirm or discard some of them first."
    ja = "確定待ちの取込が{maximum}件あります。先に確定または破棄してください。"


class MappingMissing(Missing):
    """No mapping of this name."""

    code = "mapping_not_found"
    en = "There is no mapping of this name."
    ja = "この名前のマッピングは存在しません。"


class TooManyImports(RenkeiError):
    """The operator has as many imports running as it may."""

    code = "too_many_imports"
    kind = FaultKind.TOO_MANY
    en = "Your company already has {maximum} import(s) running. Try again when it is done."
    ja = "貴社の取込が既に{maximum}件実行中です。完了後にもう一度お試しください。"
