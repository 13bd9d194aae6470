"""Companies and their plants."""

from __future__ import annotations

from uuid import UUID

from renkei.client._json import ABSENT, Absent
from renkei.client._wire import Wire, place
from renkei.client.model import Cursor, InvitationDraft, Listing, Me, Operator, Page, Plant, PlantDraft


class Operators:
    """Companies (事業者): the own one, and the directory of members."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def me(self) -> Me:
        """Who calls, and for which company."""
        return self._wire.get(Me, "/me")

    def find(self, open_operator_id: str) -> Operator | None:
        """The member with this public identifier (法人番号 or another registered one), or None."""
        found = self._wire.get(Page[Operator], "/operators", open_operator_id=open_operator_id).items
        return found[0] if found else None

    def get(self, operator_id: UUID) -> Operator:
        """One company of the directory. Raises `NotFoundError`."""
        return self._wire.get(Operator, place("operators", operator_id))

    def update(
        self,
        operator_id: UUID,
        *,
        name: str | Absent = ABSENT,
        address: str | Absent = ABSENT,
        global_operator_id: str | Absent | None = ABSENT,
    ) -> Operator:
        """Change the own company; what is not given stays."""
        body = {"name": name, "address": address, "global_operator_id": global_operator_id}
        return self._wire.write(Operator, "PATCH", place("operators", operator_id), body)

    def invite(self, draft: InvitationDraft) -> Operator:
        """Enter a company that is not a member yet; requests may be sent to it at once."""
        return self._wire.write(Operator, "POST", "/invitations", draft)


class Plants:
    """The own sites (事業所)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[Plant]:
        """The own plants, the oldest first."""
        return self._wire.listing(Page[Plant], "/plants", page_size=page_size, after=after)

    def create(self, draft: PlantDraft) -> Plant:
        """Register a plant."""
        return self._wire.write(Plant, "POST", "/plants", draft)

    def replace(self, plant_id: UUID, draft: PlantDraft) -> Plant:
        """State a plant anew."""
        return self._wire.write(Plant, "PUT", place("plants", plant_id), draft)
