"""Faults of announcements."""

from __future__ import annotations

from renkei.kit.errors import FaultKind, Missing, RenkeiError


class AnnouncementMissing(Missing):
    """No such announcement, or it was taken back."""

    code = "announcement_not_found"
    en = "There is no such announcement."
    ja = "該当するお知らせはありません。"


class SpanEmpty(RenkeiError):
    """It would end before it begins, or is over already."""

    code = "announcement_span_empty"
    en = "The end must be after the beginning, and in the future."
    ja = "終了は開始より後、かつ将来の日時を指定してください。"


class UnderMaintenance(RenkeiError):
    """The platform is being worked on: nothing is read or written through the doors until then."""

    code = "under_maintenance"
    kind = FaultKind.UNAVAILABLE
    en = "Under maintenance until {until}. Please come back then."
    ja = "メンテナンス中です（{until}まで）。終了後に再度お試しください。"
