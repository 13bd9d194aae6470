"""Operations on emission factors: the platform's sets, which everybody sees, and the company's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from renkei.commons.operators.service import operators_by_ids
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.usecases.footprint.factors import store
from renkei.usecases.footprint.factors.documents import factor_json
from renkei.usecases.footprint.factors.errors import (
    BorrowerMissing,
    DaysReversed,
    FactorMissing,
    FactorSetExists,
    FactorSetMissing,
    FactorSetNameBad,
    FactorSetReserved,
    LentSet,
    LoanExists,
    LoanMissing,
    SeatMissing,
)
from renkei.usecases.footprint.factors.importing import Format, read_upload
from renkei.usecases.footprint.factors.library import (
    platform_factors,
    platform_names,
    platform_sets,
    platform_texts,
)
from renkei.usecases.footprint.factors.model import (
    MOST_ID,
    Factor,
    FactorQuery,
    FactorRef,
    FactorSet,
    Loan,
    Seat,
    Use,
    parse_ref,
)
from renkei.usecases.footprint.factors.rules import admits, order, words_of

MOST_USES: Final = 1_000
_PLAIN: Final = re.compile(r"[\w.\-]+")
_OF_A_LENDER: Final = re.compile(r"\.[0-9a-f]{12}$")
"""How the name of a set ends that is lent (see `lend`): no company's own is called so."""
STORED: Final = "jp.renkei.footprint.factor_set_stored.v1"
LENT: Final = "jp.renkei.footprint.factor_set_lent.v1"
MOST_FOUND: Final = 2_000
"""Own factors that one search looks at; more words find fewer."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search; `following` opens the next one."""

    factors: tuple[Factor, ...]
    following: str | None


def factor_sets(tx: Transaction) -> list[FactorSet]:
    """Every set the caller may use: own ones first."""
    return [*store.sets(tx), *platform_sets()]


def own_sets(tx: Transaction) -> list[FactorSet]:
    """Own and lent sets alone, by name, newest version first."""
    return store.sets(tx)


def factor_set(tx: Transaction, set_id: str, version: str) -> FactorSet:
    """One version of a set. Raises `FactorSetMissing`."""
    for one in platform_sets():
        if (one.set_id, one.version) == (set_id, version):
            return one
    found = store.sets(tx, (set_id, version))
    if not found:
        raise FactorSetMissing
    return found[0]


def put_factor_set(
    tx: Transaction,
    of: FactorSet,
    table: str | None,
    *,
    limit: int,
    format_: Format = "table",
    content_base64: str | None = None,
) -> FactorSet:
    """Store a version of an own set from CSV text or a package (see `importing`); it never changes afterwards.

    Raises `FactorSetReserved`, `FactorSetExists`, and `SeveralFaults` with everything wrong in the table; then nothing
    is stored.
    """
    tx.caller.require(*WRITERS)
    check_name(of.set_id, of.version)
    own = replace(of, own=True)
    return put_factors(tx, own, read_upload(format_, table, content_base64, own, limit=limit))


def check_name(set_id: str, version: str) -> None:
    """Whether a company's own set may be called so. Raises `FactorSetNameBad`, `FactorSetReserved`."""
    for place, text in (("/set_id", set_id), ("/version", version)):
        if len(text) > MOST_ID or not _PLAIN.fullmatch(text):
            raise FactorSetNameBad(place)
    if set_id in platform_names() or _OF_A_LENDER.search(set_id):
        raise FactorSetReserved("/set_id")


def put_factors(tx: Transaction, of: FactorSet, factors: Sequence[Factor]) -> FactorSet:
    """Store a version of an own set with these factors, which name it; it never changes afterwards.

    Raises `FactorSetNameBad`, `FactorSetReserved`, `FactorSetExists`.
    """
    tx.caller.require(*WRITERS)
    check_name(of.set_id, of.version)
    own = replace(of, own=True)
    if not store.insert(tx, own, factors):
        raise FactorSetExists("/version")
    stored = {"set": own.set_id, "version": own.version}
    tx.emit(Event(STORED, tx.caller.operator_key, tx.caller.operator_id, stored))
    return replace(own, factors=len(factors))


def factors_of_version(tx: Transaction, set_id: str, version: str) -> list[Factor]:
    """Every factor of a version of an own set, in the order in which they came; a licensed one `hidden` without a seat."""
    return _as_seen(tx, store.matching(tx, FactorQuery(set_id=set_id, version=version), None))


def find_factors(tx: Transaction, query: FactorQuery, *, after: str | None = None, limit: int = 50) -> Found:
    """Factors by words in Japanese or English, best first (see `FactorQuery`); `after` is `following` of a page."""
    words = words_of(query.text)
    fits = admits(query)
    texts = platform_texts()
    found = [
        factor
        for ref, factor in platform_factors().items()
        if all(word in texts[ref] for word in words) and fits(factor)
    ]
    found += [factor for factor in store.matching(tx, query, MOST_FOUND) if fits(factor)]
    found = _as_seen(tx, found)
    found.sort(key=order(query))
    begin = 0
    if after is not None:
        asked = parse_ref(after)
        begin = next((place for place, factor in enumerate(found) if factor.ref == asked), len(found))
    page = found[begin : begin + limit]
    _note(tx, page, "read")
    following = found[begin + limit : begin + limit + 1]
    return Found(tuple(page), str(following[0].ref) if following else None)


def factors_by_ref(tx: Transaction, refs: Iterable[FactorRef]) -> dict[FactorRef, Factor]:
    """The factors among `refs`: the platform's, the company's own, and lent ones. One statement, two with licensed ones.

    A licensed one is `hidden` unless the caller has a seat.
    """
    asked = set(refs)
    platform = platform_factors()
    found = {ref: platform[ref] for ref in asked if ref in platform}
    others = [ref for ref in asked if ref not in platform]
    own = _as_seen(tx, store.named(tx, others).values()) if others else []
    return found | {one.ref: one for one in own}


def exported(tx: Transaction) -> list[dict[str, Any]]:
    """Own and lent factors to take along; the number of a licensed one only for whoever has a seat, which is metered."""
    found = _as_seen(tx, store.matching(tx, FactorQuery(), None))
    _note(tx, found, "exported")
    return [factor_json(one) for one in found]


def _as_seen(tx: Transaction, found: Iterable[Factor]) -> list[Factor]:
    """Licensed factors are hidden from whoever has no seat in their licence: an application never has one."""
    seen = list(found)
    if not any(one.restricted for one in seen):
        return seen
    account_id = tx.caller.account_id
    allowed = frozenset() if account_id is None else store.seated(tx, account_id)
    return [
        replace(one, hidden=True) if one.restricted and one.ref.set_id not in allowed else one for one in seen
    ]


def note_calculated(tx: Transaction, used: Iterable[Factor]) -> None:
    """Put on record that the caller calculates with these; only licensed numbers are metered."""
    _note(tx, used, "calculated")


def _note(tx: Transaction, used: Iterable[Factor], what: str) -> None:
    account_id = tx.caller.account_id
    if account_id is None:
        return
    marks = {
        (tx.caller.operator_key, one.ref.set_id, one.ref.version, account_id, what)
        for one in used
        if one.restricted and not one.hidden
    }
    if marks:
        tx.afterwards(store.record_uses, sorted(marks, key=str))


def factor(tx: Transaction, ref: FactorRef) -> Factor:
    """One factor. Raises `FactorMissing`."""
    found = factors_by_ref(tx, [ref]).get(ref)
    if found is None:
        raise FactorMissing
    _note(tx, [found], "read")
    return found


# -- licences --------------------------------------------------------------------------------------------------------
def seats(tx: Transaction) -> list[Seat]:
    """Every seat of the company, ended ones too."""
    return store.seats(tx)


def put_seat(
    tx: Transaction, *, name: str, licence_number: str, account_id: UUID, valid_from: date, valid_until: date
) -> Seat:
    """Give a person a seat in the licence of a set (all its versions). Only an admin may.

    Raises `Forbidden`, `DaysReversed`.
    """
    tx.caller.require()
    if valid_until < valid_from:
        raise DaysReversed("/valid_until")
    seat_id = store.insert_seat(
        tx,
        name=name,
        licence_number=licence_number,
        account_id=account_id,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return store.seats(tx, seat_id)[0]


def end_seat(tx: Transaction, seat_id: UUID) -> Seat:
    """Take a seat away. Only an admin may. Raises `Forbidden`, `SeatMissing`."""
    tx.caller.require()
    if not store.seats(tx, seat_id):
        raise SeatMissing
    store.end_seat(tx, seat_id)
    return store.seats(tx, seat_id)[0]


def uses(tx: Transaction) -> list[Use]:
    """What persons of the company did with licensed numbers, newest first, at most `MOST_USES`."""
    return store.uses(tx, MOST_USES)


# -- loans -----------------------------------------------------------------------------------------------------------
def lend(
    tx: Transaction, set_id: str, version: str, *, borrower_id: UUID, valid_until: date | None = None
) -> Loan:
    """Lend an own set to another company (a buyer to its supplier, an association to its members), until a day.

    There it is called `<name>.<beginning of the lender's id>`. Licensed numbers stay hidden there, too, unless that company
    has a seat of its own. Raises `FactorSetMissing`, `LentSet`, `BorrowerMissing`, `DaysReversed`, `LoanExists`.
    """
    tx.caller.require(*WRITERS)
    own = next(iter(store.sets(tx, (set_id, version))), None)
    if own is None:
        raise FactorSetMissing
    if own.lent_by is not None:
        raise LentSet
    borrower = next(iter(operators_by_ids(tx, [borrower_id])), None)
    if (
        borrower is None
        or borrower.state in {"closed", "merged"}
        or borrower.operator_key == tx.caller.operator_key
    ):
        raise BorrowerMissing("/borrower_id")
    if valid_until is not None and valid_until < tx.now.date():
        raise DaysReversed("/valid_until")
    name = f"{own.set_id}.{tx.caller.operator_id.hex[:12]}"
    loan_id = store.lend(
        tx,
        own,
        borrower_key=borrower.operator_key,
        name=name,
        valid_until=valid_until,
    )
    if loan_id is None:
        [former] = [
            one
            for one in store.loans(tx)
            if (one.borrower_id, one.name, one.version) == (borrower_id, name, version)
        ]
        over = former.valid_until is not None and former.valid_until < tx.now.date()
        if former.ended_at is None and not over:
            raise LoanExists
        loan_id = former.loan_id
        store.lend_again(tx, loan_id, valid_until)
    tx.emit(Event(LENT, borrower.operator_key, loan_id))
    return store.loans(tx, loan_id)[0]


def loans(tx: Transaction) -> list[Loan]:
    """What the caller lends, newest first, ended ones too."""
    return store.loans(tx)


def end_loan(tx: Transaction, loan_id: UUID) -> Loan:
    """Take a set back: nobody calculates with it from then on; results that were stated stay. Raises `LoanMissing`."""
    tx.caller.require(*WRITERS)
    if not store.loans(tx, loan_id):
        raise LoanMissing
    store.end_loan(tx, loan_id)
    return store.loans(tx, loan_id)[0]
