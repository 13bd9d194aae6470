"""Values that were calculated and wait: old against new with the causes, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast, get_args
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.parts.model import Part
from renkei.commons.parts.service import part_keys
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint import service, updates
from renkei.usecases.footprint.calculator.following import waiting as waiting_sheets
from renkei.usecases.footprint.calculator.model import StoredSheet
from renkei.usecases.footprint.model import Statement, Update, UpdateState
from renkei.usecases.footprint.rules import total
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import optional_id, path_id
from renkei.web.pages.footprints import causes_in_words, parts_of_causes

ROWS: Final = 50
STATES: Final = get_args(UpdateState)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One value that waits (or did) beside the published one it would follow (None if that has gone)."""

    update: Update
    part: Part | None
    trace_id: UUID
    base: Statement | None
    causes: Sequence[str]

    @property
    def before(self) -> Decimal | None:
        """The published total."""
        return None if self.base is None else total(self.base.in_force)

    @property
    def after(self) -> Decimal:
        """The total that waits."""
        return total(self.update.in_force)

    @property
    def change(self) -> Decimal | None:
        """The difference."""
        return None if self.before is None else CONTEXT.subtract(self.after, self.before)


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/updates")
    def waiting(call: Opened) -> Response:
        return _page(call)

    @routes.post("/updates/{update_id}/approve")
    def approve(call: Opened, update_id: str) -> Response:
        wanted = path_id(update_id)
        try:
            statement = call.write(lambda tx: updates.approve(tx, wanted))
        except RenkeiError as error:
            call.tell(error)
            return _page(call)
        return call.redirect("/app/updates", "Version %(version)s is published.", version=statement.version)

    @routes.post("/updates/{update_id}/refuse")
    def refuse(call: Opened, update_id: str) -> Response:
        wanted = path_id(update_id)
        try:
            call.write(lambda tx: updates.refuse(tx, wanted))
        except RenkeiError as error:
            call.tell(error)
            return _page(call)
        return call.redirect(
            "/app/updates", "The published value stays. The same value is not proposed again."
        )

    return routes


def _page(call: PageCall) -> Response:
    asked = call.query("state")
    state = cast(UpdateState, asked if asked in STATES else "waiting")
    after = optional_id(call.query("after"))
    _ = call.words

    def work(tx: Transaction) -> tuple[list[Waiting], UUID | None, list[tuple[Part, StoredSheet]]]:
        page = updates.updates(tx, state=state, after=after, limit=ROWS)
        ids = list({trace_id for _update, trace_id in page.items})
        views = {view.part.trace_id: view for view in service.footprints(tx, ids)} if ids else {}
        bases = {
            one.statement_id: one
            for view in views.values()
            for one in (*((view.statement,) if view.statement else ()), *view.trade_statements)
        }
        concerned = {
            one
            for update, _trace in page.items
            for one in parts_of_causes(update, bases.get(update.base_statement_id))
        }
        names = {one.trace_id: one.name for one in part_keys(tx, concerned).values()} if concerned else {}
        found = [
            Waiting(
                update=update,
                part=views[trace_id].part if trace_id in views else None,
                trace_id=trace_id,
                base=bases.get(update.base_statement_id),
                causes=causes_in_words(_, update, bases.get(update.base_statement_id), names),
            )
            for update, trace_id in page.items
        ]
        return found, page.next_cursor, _sheets(tx) if state == "waiting" and after is None else []

    found, following, sheets = call.read(work)
    roles = call.caller.roles if call.caller is not None else frozenset()
    return call.show(
        "updates.html",
        found=found,
        following=following,
        sheets=sheets,
        after=after,
        state=state,
        may_decide=bool(roles & {"admin", "approver"}),
        highest=max(
            (abs(x) for one in found for x in (one.before or one.after, one.after)), default=Decimal(0)
        ),
    )


def _sheets(tx: Transaction) -> list[tuple[Part, StoredSheet]]:
    """Sheets that were calculated with newer factors and wait for their owner, each with its part."""
    stored = waiting_sheets(tx, ROWS)
    parts = part_keys(tx, {one.trace_id for one in stored}) if stored else {}
    return [(parts[one.trace_id], one) for one in stored if one.trace_id in parts]
