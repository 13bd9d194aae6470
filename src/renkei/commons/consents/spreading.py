"""A decision about many parts reaches them some at a time: the first ones at once, the rest by the worker.

One part's inboxes are brought up to date in the transaction of the decision. A family or a whole company may have more
parts than a transaction should touch: `AT_ONCE` are done at once, and an event of the company's own goes on from there,
each step a transaction of its own that names where it has come to. Whoever reads meanwhile finds each inbox either as it
was or as it will be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from renkei.commons.consents import store
from renkei.commons.consents.model import StoredConsent
from renkei.commons.operators.service import PLANT_CHANGED
from renkei.commons.parts.bulk import REGISTERED
from renkei.commons.parts.service import STRUCTURE_CHANGED
from renkei.commons.usecase import use_cases
from renkei.database.events import Handler, ReceivedEvent
from renkei.database.transaction import Event, Transaction

CONSENT_CHANGED: Final = "jp.renkei.consent.changed.v1"
CONSENT_SPREAD: Final = "jp.renkei.consent.spread.v1"
AT_ONCE: Final = 500
"""Parts whose inboxes one transaction brings up to date."""


def spread(tx: Transaction, consent: StoredConsent) -> None:
    """Bring the inboxes of everything a consent is about up to date, and tell that it changed."""
    _reach(tx, consent, 0)
    tx.emit(Event(CONSENT_CHANGED, tx.caller.operator_key, consent.consent_id))


def _reach(tx: Transaction, consent: StoredConsent, after: int) -> None:
    """The inboxes of the parts behind `after` (a key) at least, some of them now."""
    if consent.part_key is not None:
        tx.mark("disclosure", [consent.part_key])
        return
    found = store.parts_about(tx, consent, after, AT_ONCE)
    tx.mark("disclosure", found)
    if len(found) == AT_ONCE:
        tx.emit(Event(CONSENT_SPREAD, tx.caller.operator_key, consent.consent_id, {"after": found[-1]}))


def on_spread(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: go on from where the step before has come to."""
    for event in events:
        consent = store.current_by_id(tx, event.subject)
        after = event.data.get("after")
        if consent is not None and isinstance(after, int):
            _reach(tx, consent, after)


def on_structure(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: what these parts are made of has changed, which somebody may see."""
    naming = _naming_the_part(tx)
    changed = {key for event in events if isinstance(key := event.data.get("part"), int)}
    if any(consent.part_key is None for consent in naming):
        tx.mark("disclosure", changed)
    elif naming:
        tx.mark(
            "disclosure", changed & {consent.part_key for consent in naming if consent.part_key is not None}
        )


def on_many(tx: Transaction, _: Sequence[ReceivedEvent]) -> None:
    """Handler: a plant changed, or many parts at once: everything of which somebody may see what follows from the part."""
    for consent in _naming_the_part(tx):
        _reach(tx, consent, 0)


def _naming_the_part(tx: Transaction) -> list[StoredConsent]:
    attributes = frozenset[str]().union(*(use_case.of_the_part for use_case in use_cases()))
    return store.current_naming(tx, attributes) if attributes else []


HANDLERS: Mapping[str, Handler] = {
    CONSENT_SPREAD: on_spread,
    STRUCTURE_CHANGED: on_structure,
    PLANT_CHANGED: on_many,
    REGISTERED: on_many,
}
