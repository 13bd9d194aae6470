"""What `renkei ledger verify` can find: which row, where, and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "fact_differs": (
        "The fact is not what was committed to: a column, its content or its salt was changed.",
        "記録がコミットメントと一致しません（列、内容、ソルトのいずれかが変更されています）。",
    ),
    "fact_missing": (
        "The log has a leaf for a fact whose row is gone.",
        "台帳に要素がある記録の行が失われています。",
    ),
    "fact_not_in_log": (
        "The fact is neither in the log nor waiting for it: it was inserted past the service, or its entry was deleted.",
        "台帳にも待ち行列にもない記録です（直接挿入されたか、対応する行が削除されています）。",
    ),
    "fact_of_nobody": (
        "The fact names a company that does not exist.",
        "記録の事業者が存在しません。",
    ),
    "erasure_unrecorded": (
        "Content and salt are gone, but no erasure was recorded.",
        "内容とソルトが失われていますが、消去の記録がありません。",
    ),
    "row_differs": (
        "The row is not what was recorded.",
        "行の内容が台帳の記録と異なります。",
    ),
    "row_missing": (
        "The recorded row is gone.",
        "記録された行が失われています。",
    ),
    "row_unrecorded": (
        "The row was never recorded: it was inserted past the service.",
        "台帳に記録のない行です（直接挿入されています）。",
    ),
    "row_contradicts": (
        "The row contradicts the other versions.",
        "行が他の版と矛盾しています。",
    ),
    "leaf_differs": (
        "The leaf is not that of the fact it belongs to: reordered, exchanged, or either was changed.",
        "台帳の要素が記録と一致しません（順序の入れ替え、または変更）。",
    ),
    "leaf_unexplained": (
        "The leaf is neither a fact nor padding: the entry that named its fact was deleted, or its hash was changed.",
        "台帳の要素に対応する記録がありません（行の削除、またはハッシュの変更）。",
    ),
    "entry_beyond": (
        "The entry names a leaf that no head covers.",
        "どのヘッドにも含まれない要素を指す行です。",
    ),
    "tile_missing": (
        "A tile of the tree is gone or too short.",
        "木構造のタイルが失われているか、短くなっています。",
    ),
    "tile_differs": (
        "The tile's hashes do not follow from the leaves.",
        "タイルのハッシュが要素から計算した値と異なります。",
    ),
    "tile_beyond": (
        "The tree has no such tile.",
        "木構造に存在しないタイルです。",
    ),
    "head_differs": (
        "The head is not what its own signature says.",
        "ヘッドの内容が署名された内容と異なります。",
    ),
    "head_unsigned": (
        "No key of the log signed the head.",
        "ヘッドに有効な署名がありません。",
    ),
    "head_out_of_order": (
        "The head is not larger than the one before.",
        "ヘッドのサイズが直前のヘッドより大きくありません。",
    ),
    "root_differs": (
        "The leaves do not give the root that was signed.",
        "要素から計算したルートが、署名されたルートと異なります。",
    ),
    "key_differs": (
        "The stored halves of the key do not belong together, or the private one cannot be opened.",
        "鍵の公開部分と秘密部分が一致しないか、開けません。",
    ),
    "log_missing": (
        "The row that names the log is gone, or cannot be opened.",
        "台帳の基本情報の行が失われているか、開けません。",
    ),
    "rolled_back": (
        "The witness has seen more than the database holds: the database was set back.",
        "証跡がデータベースより新しい内容を記録しています（データベースが過去の状態に戻されています）。",
    ),
    "witness_differs": (
        "The database does not give the root that the witness has seen.",
        "データベースから計算したルートが、証跡に記録されたルートと異なります。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was recorded. `row` names the row of `table`, `place` what about it."""

    code: str
    table: str
    row: str
    place: str = ""

    @property
    def en(self) -> str:
        """What it means."""
        return SENTENCES[self.code][0]

    @property
    def ja(self) -> str:
        """What it means, in Japanese."""
        return SENTENCES[self.code][1]
