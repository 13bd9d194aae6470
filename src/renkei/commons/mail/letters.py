"""What mail says: in Japanese and in English one below the other, for nobody has chosen a language yet.

Mail passes through servers that are nobody's business here: it holds no value, no part, and no name but that of the
reader's own company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from renkei.commons.mail.post import Letter

_KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "REQUEST_NEW": ("新しい依頼", "new requests"),
        "REQUEST_CANCELED": ("取り消された依頼", "requests cancelled"),
        "REQUEST_REJECTED": ("差し戻された依頼", "requests sent back"),
        "CFP_RESPONSED": ("届いた回答", "answers"),
        "CFP_UPDATED": ("更新された値", "updates of values"),
        "REPLY_MESSAGE_REGISTERED": ("メッセージ", "messages"),
        "CFP_RENEWAL_DUE": ("更新時期のお知らせ", "reminders of values due for renewal"),
        "CFP_UNSETTLED": ("定まらない循環のお知らせ", "loops that never settle"),
    }
)
_OTHER: Final = ("その他", "other")


@dataclass(frozen=True, slots=True)
class News:
    """What is unread of one company: how many of each type."""

    company: str
    counts: Mapping[str, int]


def digest(to: str, news: Sequence[News], base_url: str) -> Letter:
    """One mail about everything new, whatever number of companies the person works for."""
    total = sum(sum(one.counts.values()) for one in news)
    where = f"{base_url}/app/notifications"
    ja = [f"未読のお知らせが{total}件あります。", ""]
    en = [f"You have {total} unread notifications.", ""]
    for one in news:
        ja.append(one.company)
        en.append(one.company)
        for kind, count in one.counts.items():
            in_ja, in_en = _KINDS.get(kind, _OTHER)
            ja.append(f"  {in_ja}: {count}件")
            en.append(f"  {in_en}: {count}")
    ja += ["", f"内容はこちらでご覧ください: {where}", f"このメールの停止: {base_url}/app/me"]
    en += ["", f"Read them here: {where}", f"Stop these mails: {base_url}/app/me"]
    return Letter(
        to=to, subject=f"Renkei: 未読のお知らせ {total}件 / {total} unread", text="\n".join([*ja, "", "--", "", *en, ""])
    )  # fmt: skip


def company_invitation(to: str, company: str, link: str, days: int) -> Letter:
    """A link by which a company registers itself that `company` invites."""
    return Letter(
        to=to,
        subject="Renkei: ご登録のお願い / Please register",
        text=f"""{company} が貴社をRenkei(サプライチェーンデータ連携基盤)に招待しています。
次のリンクから会社を登録すると、届いている依頼を確認して回答できます。リンクは{days}日間、一度だけ有効です。

{link}

心当たりがない場合は、このメールを破棄してください。

--

{company} invites your company to Renkei, where companies of a supply chain exchange data.
Follow the link to register; you then find what you are asked. It is good once, for {days} days.

{link}

If you do not know why you get this, delete it.
""",
    )


def invitation(to: str, company: str, link: str, days: int) -> Letter:
    """A link that gives a role in `company`."""
    return Letter(
        to=to,
        subject="Renkei: ご招待 / Invitation",
        text=f"""{company} がRenkei(サプライチェーンデータ連携基盤)にあなたを招待しています。
次のリンクからパスワードを設定してください。リンクは{days}日間、一度だけ有効です。他の人に渡さないでください。

{link}

心当たりがない場合は、このメールを破棄してください。

--

{company} invites you to Renkei, where companies of a supply chain exchange data.
Follow the link to choose a password. It is good once, for {days} days. Do not pass it on.

{link}

If you do not know why you get this, delete it.
""",
    )
