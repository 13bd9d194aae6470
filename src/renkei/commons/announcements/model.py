"""What the platform tells everybody: announcements (お知らせ) and maintenance (メンテナンス)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

AnnouncementKind = Literal["notice", "maintenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementDraft:
    """What to tell, in both languages, and from when until when. During maintenance the doors are closed."""

    kind: AnnouncementKind
    ja: str
    en: str
    shown_from: datetime
    shown_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(AnnouncementDraft):
    """One that was made."""

    announcement_id: UUID

    def text(self, language: str) -> str:
        """What it says in `language` ("ja", else English)."""
        return self.ja if language == "ja" else self.en
