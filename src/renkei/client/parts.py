"""Parts and their structures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from renkei.client._json import ABSENT
from renkei.client._wire import Wire, place
from renkei.client.model import (
    Cursor,
    LineDraft,
    Listing,
    Page,
    Part,
    PartDraft,
    PartNumber,
    Structure,
    StructureVersion,
)


class Parts:
    """Own parts (部品・製品)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        name: str | None = None,
        plant_id: UUID | None = None,
        number: str | None = None,
        partner_id: UUID | None = None,
        roots_only: bool = False,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Part]:
        """Own parts by name, support name, trace id. `number`: the own part number, or that of `partner_id`."""
        return self._wire.listing(
            Page[Part],
            "/parts",
            name=name,
            plant_id=plant_id,
            number=number,
            partner_id=partner_id,
            roots_only=True if roots_only else None,
            page_size=page_size,
            after=after,
        )

    def create(self, draft: PartDraft) -> Part:
        """Register a part; if there is one of this plant, name and support name, it is updated."""
        return self._wire.write(Part, "POST", "/parts", draft)

    def get(self, trace_id: UUID) -> Part:
        """One own part. Raises `NotFoundError`."""
        return self._wire.get(Part, place("parts", trace_id))

    def replace(self, trace_id: UUID, draft: PartDraft) -> Part:
        """State a part anew. Another name is another part, which gets a trace id of its own."""
        return self._wire.write(Part, "PUT", place("parts", trace_id), draft)

    def delete(self, trace_id: UUID) -> None:
        """Delete a part that no structure, request or trade stands on. Raises `ConflictError`."""
        self._wire.run("DELETE", place("parts", trace_id))

    def numbers(
        self, trace_id: UUID, *, page_size: int = 100, after: Cursor | None = None
    ) -> Listing[PartNumber]:
        """How the company and its partners call a part, own numbers first."""
        return self._wire.listing(
            Page[PartNumber], place("parts", trace_id, "numbers"), page_size=page_size, after=after
        )

    def add_number(self, trace_id: UUID, number: str, *, partner_id: UUID | None = None) -> PartNumber:
        """Remember a number."""
        body = {"number": number, "partner_id": partner_id}
        return self._wire.write(PartNumber, "POST", place("parts", trace_id, "numbers"), body)

    def remove_number(self, trace_id: UUID, number: str, *, partner_id: UUID | None = None) -> None:
        """Forget a number."""
        self._wire.run("DELETE", place("parts", trace_id, "numbers"), number=number, partner_id=partner_id)


class Structures:
    """What own parts are made of (部品構成), as dated versions."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self, trace_id: UUID, *, version: int | None = None) -> Structure:
        """The structure in force today, or one version of it."""
        return self._wire.get(Structure, place("parts", trace_id, "structure"), version=version)

    def replace(
        self, trace_id: UUID, lines: Iterable[LineDraft], *, effective_from: date | None = None
    ) -> Structure:
        """State the whole structure of a part; no lines clear it. In force from a day on (設計変更), default today."""
        body = {
            "lines": [line_json(line) for line in lines],
            "effective_from": ABSENT if effective_from is None else effective_from,
        }
        return self._wire.write(Structure, "PUT", place("parts", trace_id, "structure"), body)

    def versions(
        self, trace_id: UUID, *, page_size: int = 100, after: Cursor | None = None
    ) -> Listing[StructureVersion]:
        """All versions, newest first."""
        return self._wire.listing(
            Page[StructureVersion], place("parts", trace_id, "structures"), page_size=page_size, after=after
        )


def line_json(line: LineDraft) -> dict[str, Any]:
    """A line as it travels."""
    said = {field.name: getattr(line, field.name) for field in fields(line)}
    return said | {"child": {"trace_id": line.child} if isinstance(line.child, UUID) else line.child}
