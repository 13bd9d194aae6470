"""Control: what is disclosed to whom, for what, until when; taking it back with its consequences shown, and undoing that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.consents.errors import ConsentMissing
from renkei.commons.consents.model import (
    Consent,
    ConsentDraft,
    Consequences,
    Glimpse,
    ReadEntry,
    Selection,
    Sort,
)
from renkei.commons.consents.selections import own_all
from renkei.commons.consents.service import consents_of, decide, reads_of, withdraw
from renkei.commons.consents.trying import consequences, would_see
from renkei.commons.edge.fields import Day, Short
from renkei.commons.edge.validation import Body
from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import operators_by_ids
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import part_keys
from renkei.commons.trades.model import RequestView
from renkei.commons.trades.service import request_of, trades_into
from renkei.database.transaction import Transaction
from renkei.kit.clock import JAPAN
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint import use_case
from renkei.usecases.footprint.kind import KIND
from renkei.web.calls import Opened, PageCall
from renkei.web.downloads import csv_file
from renkei.web.forms import end_of_day, optional_id, path_id
from renkei.web.terms import attribute_name, purpose_name
from renkei.web.words import Words

ROWS: Final = 50
MOST_ROWS: Final = 1000
SHOWN_REQUESTS: Final = 10
SHOWN_READS: Final = 20
ATTRIBUTES: Final = tuple(use_case.attributes[KIND])


class DecisionForm(Body):
    """What may be seen from now on."""

    attributes: list[Short] = Field(max_length=50)
    purpose: Short = "answer"
    valid_until: Day | None = None
    standing: Literal["yes", "no"] = "yes"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Decisions with the names they need."""

    consents: Sequence[Consent]
    parts: Mapping[UUID, Part]
    companies: Mapping[UUID, Operator]
    selections: Mapping[UUID, Selection] = field(default_factory=dict)
    following: UUID | None = None
    requests: Sequence[RequestView] = ()
    """Of one decision: the customer's requests that it answers."""
    reads: Sequence[ReadEntry] = ()
    """Of one decision: who read what it let out, the newest first."""

    def subject(self, _: Words, consent: Consent) -> str:
        """What a decision is about."""
        if consent.trace_id is not None:
            part = self.parts.get(consent.trace_id)
            return str(consent.trace_id) if part is None else part.name
        if consent.family_id is not None:
            return _("The family “%(name)s”", name=self._name(consent.family_id))
        return _("One trade") if consent.trade_id is not None else _("Everything of your company")

    def consumer(self, _: Words, consent: Consent) -> str:
        """Whom it is for."""
        if consent.consumer_id is not None:
            company = self.companies.get(consent.consumer_id)
            return "–" if company is None else company.name
        if consent.group_id is not None:
            return _("The group “%(name)s”", name=self._name(consent.group_id))
        if consent.policy is not None:
            return _("Whoever meets a policy")
        return _("Every member") if consent.consumer == "members" else _("The public")

    def _name(self, selection_id: UUID) -> str:
        found = self.selections.get(selection_id)
        return "–" if found is None else found.name


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/disclosures")
    def disclosures(call: Opened) -> Response:
        after = optional_id(call.query("after"))

        def work(tx: Transaction) -> Disclosed:
            found = consents_of(tx, kind=KIND, after=after, limit=ROWS + 1)
            following = found[ROWS].consent_id if len(found) > ROWS else None
            return _named(tx, found[:ROWS], following)

        return call.show("disclosures.html", found=call.read(work), after=after, attributes=ATTRIBUTES)

    @routes.get("/disclosures.csv")
    def disclosures_file(call: Opened) -> Response:
        found = call.read(lambda tx: _named(tx, consents_of(tx, kind=KIND, limit=MOST_ROWS)))
        _ = call.words
        return csv_file(
            _("Disclosure"),
            (_("Part"), _("Company"), _("Disclosed"), _("Purpose"), _("Since"), _("Until"), _("State")),
            [
                (
                    found.subject(_, one),
                    found.consumer(_, one),
                    attributes_in_words(_, one),
                    purpose_name(_, one.purpose),
                    one.valid_from,
                    one.valid_until,
                    one.state,
                )
                for one in found.consents
            ],
        )

    @routes.get("/disclosures/{consent_id}")
    def disclosure(call: Opened, consent_id: str) -> Response:
        return _one(call, path_id(consent_id))

    @routes.post("/disclosures/{consent_id}")
    def change(call: Opened, consent_id: str) -> Response:
        wanted = path_id(consent_id)
        try:
            form = call.form(DecisionForm, attributes=call.all_of("attributes"))
            call.write(lambda tx: _decide(tx, wanted, form))
        except RenkeiError as error:
            call.tell(error)
            return _one(call, wanted)
        return call.redirect(f"/app/disclosures/{wanted}", "The changes are stored.")

    @routes.get("/disclosures/{consent_id}/withdraw")
    def show_consequences(call: Opened, consent_id: str) -> Response:
        wanted = path_id(consent_id)
        found, lost = call.read(lambda tx: _with_losses(tx, wanted))
        return call.show("disclosure_withdraw.html", found=found, lost=lost, attributes=ATTRIBUTES)

    @routes.post("/disclosures/{consent_id}/withdraw")
    def take_back(call: Opened, consent_id: str) -> Response:
        wanted = path_id(consent_id)
        call.write(lambda tx: withdraw(tx, wanted))
        return call.redirect(
            f"/app/disclosures/{wanted}", "It is no longer disclosed. You can disclose it again on this page."
        )

    @routes.post("/disclosures/{consent_id}/grant")
    def grant_again(call: Opened, consent_id: str) -> Response:
        wanted = path_id(consent_id)
        call.write(lambda tx: _grant_again(tx, wanted))
        return call.redirect(f"/app/disclosures/{wanted}", "It is disclosed again.")

    return routes


def attributes_in_words(_: Words, consent: Consent) -> str:
    """What is disclosed, in the order in which it is offered."""
    return ", ".join(attribute_name(_, one) for one in ATTRIBUTES if one in consent.attributes)


def _named(tx: Transaction, found: Sequence[Consent], following: UUID | None = None) -> Disclosed:
    consumers = list({one.consumer_id for one in found if one.consumer_id is not None})
    about = {one.trace_id for one in found if one.trace_id is not None}
    sorts: list[Sort] = []
    if any(one.group_id for one in found):
        sorts.append("group")
    if any(one.family_id for one in found):
        sorts.append("family")
    return Disclosed(
        consents=found,
        parts=part_keys(tx, about) if about else {},
        companies={one.operator_id: one for one in operators_by_ids(tx, consumers)} if consumers else {},
        selections={
            one.selection_id: one for sort in sorts for one in own_all(tx, sort, limit=MOST_ROWS).items
        },
        following=following,
    )


def _history(tx: Transaction, consent_id: UUID) -> Disclosed:
    """Every version of one decision, the newest first. Raises `ConsentMissing`."""
    found = consents_of(tx, consent_id=consent_id, history=True, limit=MOST_ROWS)
    if not found:
        raise ConsentMissing
    return _named(tx, found)


def _with_requests(tx: Transaction, consent_id: UUID) -> Disclosed:
    """The same with the customer's requests that stand on it."""
    found = _history(tx, consent_id)
    now = found.consents[0]
    part = None if now.trace_id is None else found.parts.get(now.trace_id)
    trades = trades_into(tx, [part.part_key], KIND) if part is not None else ()
    wanted = [
        one.request_id for one in trades if one.downstream_operator_id == now.consumer_id and one.request_id
    ]
    reads = list(reads_of(tx, consent_id=consent_id, limit=SHOWN_READS).items)
    readers = list({one.consumer_id for one in reads} - found.companies.keys())
    more = {one.operator_id: one for one in operators_by_ids(tx, readers)} if readers else {}
    return replace(
        found,
        companies={**found.companies, **more},
        requests=[request_of(tx, one) for one in wanted[:SHOWN_REQUESTS]],
        reads=reads,
    )


def _with_losses(tx: Transaction, consent_id: UUID) -> tuple[Disclosed, Consequences]:
    """The same with what each customer would lose, and the names of those customers and parts."""
    found, lost = _history(tx, consent_id), consequences(tx, consent_id)
    companies = list({one.consumer_id for one in lost.losses} - found.companies.keys())
    parts = {one.trace_id for one in lost.losses} - found.parts.keys()
    more = {one.operator_id: one for one in operators_by_ids(tx, companies)} if companies else {}
    return (
        replace(
            found,
            companies={**found.companies, **more},
            parts={**found.parts, **(part_keys(tx, parts) if parts else {})},
        ),
        lost,
    )


def _decide(tx: Transaction, consent_id: UUID, form: DecisionForm) -> Consent:
    now = _history(tx, consent_id).consents[0]
    return decide(
        tx,
        replace(
            _again(now),
            attributes=frozenset(form.attributes),
            purpose=form.purpose,
            valid_until=end_of_day(form.valid_until),
            standing=form.standing == "yes",
        ),
    )


def _grant_again(tx: Transaction, consent_id: UUID) -> Consent:
    """What was disclosed last, once more; an end that has passed meanwhile falls away."""
    versions = _history(tx, consent_id).consents
    last = next((one for one in versions if one.attributes), None)
    if last is None:
        raise ConsentMissing
    over = last.valid_until is not None and last.valid_until <= tx.now
    return decide(
        tx,
        replace(_again(last), valid_until=None if over else last.valid_until),
    )


def _again(consent: Consent) -> ConsentDraft:
    """The same decision once more."""
    return ConsentDraft(
        trace_id=consent.trace_id,
        trade_id=consent.trade_id,
        family_id=consent.family_id,
        whole=consent.subject == "operator",
        consumer_id=consent.consumer_id,
        group_id=consent.group_id,
        audience=consent.consumer if consent.consumer in ("members", "public") else None,
        policy=consent.policy,
        kind=consent.kind,
        attributes=consent.attributes,
        purpose=consent.purpose,
        valid_until=consent.valid_until,
        standing=consent.standing,
    )


def _seen(tx: Transaction, now: Consent) -> list[Glimpse]:
    """What the customer of a decision sees at present, and what it could compute from that."""
    if now.trace_id is None or now.consumer_id is None:
        return []
    return would_see(tx, now.trace_id, now.consumer_id, now.kind)


def _one(call: PageCall, consent_id: UUID) -> Response:
    def work(tx: Transaction) -> tuple[Disclosed, list[Glimpse]]:
        found = _with_requests(tx, consent_id)
        return found, _seen(tx, found.consents[0])

    found, seen = call.read(work)
    now = found.consents[0]
    warnings = {one.code: one for glimpse in seen for one in glimpse.inferences}
    return call.show(
        "disclosure.html",
        found=found,
        now=now,
        seen=frozenset(name for glimpse in seen for name in glimpse.seen),
        warnings=list(warnings.values()),
        attributes=ATTRIBUTES,
        last_day=None
        if now.valid_until is None
        else (now.valid_until - timedelta(seconds=1)).astimezone(JAPAN).date(),
    )
