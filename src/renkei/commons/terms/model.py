"""Words of the terms of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDraft:
    """A version: its name ("2026-12"), what it says in both languages, and from when it holds."""

    version: str
    ja: str
    en: str
    in_force_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(TermsDraft):
    """One that was published; it never changes."""

    terms_id: UUID
    created_at: datetime

    def text(self, language: str) -> str:
        """What it says in `language` ("ja", else English)."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptances:
    """A version with how many members have accepted it."""

    terms: Terms
    companies: int
