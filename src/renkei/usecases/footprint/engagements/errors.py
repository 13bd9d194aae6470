"""Faults of verification."""

from __future__ import annotations

from renkei.kit.errors import Conflict, Missing, RenkeiError


class EngagementMissing(Missing):
    """No such engagement, or it is other companies'."""

    code = "engagement_not_found"
    en = "There is no such engagement."
    ja = "指定された検証契約は存在しません。"


class FindingMissing(Missing):
    """No such finding in this engagement."""

    code = "finding_not_found"
    en = "There is no such finding."
    ja = "指定された指摘事項は存在しません。"


class VerifierMissing(RenkeiError):
    """The company that is named as verifier is no member."""

    code = "verifier_not_found"
    en = "There is no member with this identifier that could verify."
    ja = "指定された識別子の参加事業者（検証者）は存在しません。"


class SelfVerified(RenkeiError):
    """A company named itself as verifier."""

    code = "self_verified"
    en = "A company cannot verify its own declaration."
    ja = "自社の宣言を自社で検証することはできません。"


class SpanOver(RenkeiError):
    """An end that has passed."""

    code = "span_over"
    en = "The end must lie in the future."
    ja = "終了日時には将来の日時を指定してください。"


class EngagementExists(Conflict):
    """This verifier is looking at this declaration already."""

    code = "engagement_exists"
    en = "This verifier already has an engagement for this declaration."
    ja = "この検証者には、この宣言の検証が既に依頼されています。"


class WrongState(Conflict):
    """The engagement has gone on, or its time is over."""

    code = "engagement_state"
    en = "This is not possible now: the engagement is {state}."
    ja = "現在の状態（{state}）ではこの操作はできません。"


class EngagementSide(Conflict):
    """Only the other party may do this."""

    code = "engagement_side"
    en = "Only the {side} of this engagement can do this."
    ja = "この操作は検証契約の相手方（{side}）のみ行えます。"


class FindingsOpen(Conflict):
    """Nonconformities that are not closed."""

    code = "findings_open"
    en = "{count} nonconformities are not closed yet, so this cannot be verified."
    ja = "未解決の不適合が{count}件あるため、検証済みとすることはできません。"
