"""What the platform tells everybody: `/v1/announcements`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.announcements.model import Announcement, AnnouncementKind
from renkei.commons.edge.calls import Open
from renkei.commons.edge.fields import Id, MomentText
from renkei.commons.edge.validation import View


class AnnouncementView(View):
    """One announcement; at the time of a `maintenance` every other request is answered with 503."""

    announcement_id: Id
    kind: AnnouncementKind
    ja: str
    en: str
    shown_from: MomentText
    shown_until: MomentText


class AnnouncementsView(View):
    """Those shown now or later, the earliest first."""

    announcements: list[AnnouncementView]
    stale: bool = False


def router() -> APIRouter:
    """The paths under `/announcements`."""
    routes = APIRouter(prefix="/announcements", tags=["announcements"])

    @routes.get("", response_model=AnnouncementsView)
    def get_announcements(call: Open) -> Response:
        """What the platform tells everybody, maintenance to come included."""
        coming = call.context.board.coming
        return call.read(lambda _: {"announcements": [_announcement_json(one) for one in coming]})

    return routes


def _announcement_json(one: Announcement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in AnnouncementView.model_fields}
