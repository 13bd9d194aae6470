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
from renkei.database.events import Handler, ReceivedEvent
from renkei.database.transaction import Event, Transaction

CONSENT_CHANGED: Final = "jp.renkei.consent.changed.v1"
CONSENT_SPREAD: Final = "jp.renkei.consent.spread.v1"
AT_ONCE: Final = 500
"""Parts whose inboxes one transaction brings up to date."""


def spread(tx: Transaction, consent: StoredConsent, after: int = 0) -> None:
    """Bring the inboxes of everything a consent is about up to date, the parts behind `after` (a key) at least."""
    if consent.part_key is not None:
        tx.mark("disclosure", [consent.part_key])
    else:
        found = store.parts_about(tx, consent, after, AT_ONCE)
        tx.mark("disclosure", found)
        if len(found) == AT_ONCE:
            tx.emit(Event(CONSENT_SPREAD, tx.caller.operator_key, consent.consent_id, {"after": found[-1]}))
    if after == 0:
        tx.emit(Event(CONSENT_CHANGED, tx.caller.operator_key, consent.consent_id))


def on_spread(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: go on from where the step before has come to."""
    for event in events:
        consent = store.current_by_id(tx, event.subject)
        after = event.data.get("after")
        if consent is not None and isinstance(after, int):
            spread(tx, consent, after)


HANDLERS: Mapping[str, Handler] = {CONSENT_SPREAD: on_spread}
