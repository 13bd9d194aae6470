"""All SQL of a company's own factor sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from renkei.database.journal import Occasion
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint.factors.model import (
    Factor,
    FactorKind,
    FactorQuery,
    FactorRef,
    FactorScope,
    FactorSet,
    GwpSet,
    Loan,
    Mix,
    Seat,
    Use,
    parse_ref,
)
from renkei.usecases.footprint.factors.rules import search_text, words_of


def sets(tx: Transaction, ref: tuple[str, str] | None = None) -> list[FactorSet]:
    """Own sets (or the one version that is asked for), by name, newest version first."""
    name, version = ref or (None, None)
    rows = tx.rows(
        """
        SELECT s.name, s.version, s.title_en, s.title_ja, s.source, s.licence, s.attribution, s.gwp_set, s.period_from,
               s.period_to, s.note, s.factors, s.restricted, o.operator_id AS lent_by, s.loan_id, s.valid_until
          FROM footprint.factor_sets s
          LEFT JOIN commons.operators o ON o.operator_key = s.lent_by_key
         WHERE s.operator_key = commons.me() AND s.ended_at IS NULL
           AND (s.valid_until IS NULL OR s.valid_until >= %(today)s)
           AND (%(name)s::text IS NULL OR (s.name = %(name)s AND s.version = %(version)s))
         ORDER BY s.name, s.set_key DESC
        """,
        {"name": name, "version": version, "today": tx.now.date()},
    )
    return [
        FactorSet(
            set_id=row["name"],
            version=row["version"],
            title_en=row["title_en"],
            title_ja=row["title_ja"],
            source=row["source"],
            licence=row["licence"],
            attribution=row["attribution"],
            gwp_set=GwpSet(row["gwp_set"]),
            period_from=row["period_from"],
            period_to=row["period_to"],
            note=row["note"],
            own=True,
            factors=row["factors"],
            restricted=row["restricted"],
            lent_by=row["lent_by"],
            loan_id=row["loan_id"],
            valid_until=row["valid_until"],
        )
        for row in rows
    ]


def insert(tx: Transaction, of: FactorSet, factors: Sequence[Factor]) -> bool:
    """Write a version with its factors; False if there is one of this name and version."""
    row = tx.row(
        """
        INSERT INTO footprint.factor_sets (operator_key, name, version, title_en, title_ja, source, licence, attribution,
                                           gwp_set, period_from, period_to, note, factors, created_by, created_at, restricted)
        VALUES (commons.me(), %(name)s, %(version)s, %(title_en)s, %(title_ja)s, %(source)s, %(licence)s, %(attribution)s,
                %(gwp_set)s, %(period_from)s, %(period_to)s, %(note)s, %(factors)s, %(actor)s, %(now)s, %(restricted)s)
        ON CONFLICT (operator_key, name, version) DO NOTHING RETURNING set_key
        """,
        {
            "name": of.set_id,
            "version": of.version,
            "title_en": of.title_en,
            "title_ja": of.title_ja,
            "source": of.source,
            "licence": of.licence,
            "attribution": of.attribution,
            "gwp_set": of.gwp_set.value,
            "period_from": of.period_from,
            "period_to": of.period_to,
            "note": of.note,
            "factors": len(factors),
            "actor": tx.caller.actor,
            "now": tx.now,
            "restricted": of.restricted,
        },
    )
    if row is None:
        return False
    tx.execute(
        """
        INSERT INTO footprint.factors (set_key, operator_key, factor_id, name_en, name_ja, kind, scope, mix, value, unit,
                                       region, year, price_year, family, upstream, energy_mj_per_unit, proxy_of, tags, note,
                                       search, gwp_set)
        SELECT %(set)s, commons.me(), f.factor_id, f.name_en, f.name_ja, f.kind, f.scope, f.mix, f.value, f.unit, f.region,
               f.year, f.price_year, f.family, f.upstream, f.energy_mj_per_unit, f.proxy_of, f.tags, f.note, f.search,
               f.gwp_set
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS f(
               factor_id text, name_en text, name_ja text, kind text, scope text, mix text, value numeric, unit text,
               region text, year int, price_year int, family text, upstream text, energy_mj_per_unit numeric,
               proxy_of text, tags text, note text, search text, gwp_set text)
        """,
        {"set": row["set_key"], "rows": dumps([_said(factor, of) for factor in factors]).decode()},
    )
    return True


def _said(factor: Factor, of: FactorSet) -> dict[str, object]:
    return {
        "factor_id": factor.ref.factor_id,
        "name_en": factor.name_en,
        "name_ja": factor.name_ja,
        "kind": factor.kind.value,
        "scope": factor.scope.value,
        "mix": None if factor.mix is None else factor.mix.value,
        "value": factor.value,
        "unit": factor.unit,
        "region": factor.region,
        "year": factor.year,
        "price_year": factor.price_year,
        "family": factor.family,
        "upstream": None if factor.upstream is None else str(factor.upstream),
        "energy_mj_per_unit": factor.energy_mj_per_unit,
        "proxy_of": factor.proxy_of,
        "tags": factor.tags,
        "note": factor.note,
        "search": search_text(factor),
        "gwp_set": None if factor.gwp_set is of.gwp_set else factor.gwp_set.value,
    }


def matching(tx: Transaction, query: FactorQuery, limit: int | None) -> list[Factor]:
    """Own factors in which every word is found, of the kind and set that are asked for; at most `limit`, None: all."""
    patterns = [f"%{_escaped(word)}%" for word in words_of(query.text)]
    rows = tx.rows(
        """
        SELECT s.name, s.version, coalesce(f.gwp_set, s.gwp_set) AS gwp_set, s.restricted, f.factor_id, f.name_en, f.name_ja,
               f.kind, f.scope, f.mix, f.value, f.unit, f.region, f.year, f.price_year, f.family, f.upstream, f.energy_mj_per_unit, f.proxy_of, f.tags, f.note
          FROM footprint.factors f
          JOIN footprint.factor_sets s ON s.set_key = f.set_key AND s.operator_key = commons.me()
         WHERE f.operator_key = commons.me() AND f.search LIKE ALL(%(patterns)s::text[])
           AND (%(kind)s::text IS NULL OR f.kind = %(kind)s)
           AND (%(name)s::text IS NULL OR s.name = %(name)s)
           AND (%(version)s::text IS NULL OR s.version = %(version)s)
           AND s.ended_at IS NULL AND (s.valid_until IS NULL OR s.valid_until >= %(today)s)
         ORDER BY f.factor_key LIMIT %(limit)s
        """,
        {
            "patterns": patterns,
            "kind": None if query.kind is None else query.kind.value,
            "name": query.set_id,
            "version": query.version,
            "limit": limit,
            "today": tx.now.date(),
        },
    )
    return [_factor(row) for row in rows]


def named(tx: Transaction, refs: Iterable[FactorRef]) -> dict[FactorRef, Factor]:
    """The own factors among `refs`."""
    asked = list(refs)
    rows = tx.rows(
        """
        SELECT s.name, s.version, coalesce(f.gwp_set, s.gwp_set) AS gwp_set, s.restricted, f.factor_id, f.name_en, f.name_ja,
               f.kind, f.scope, f.mix, f.value, f.unit, f.region, f.year, f.price_year, f.family, f.upstream, f.energy_mj_per_unit, f.proxy_of, f.tags, f.note
          FROM unnest(%(names)s::text[], %(versions)s::text[], %(ids)s::text[]) AS n(name, version, factor_id)
          JOIN footprint.factor_sets s ON s.operator_key = commons.me() AND s.name = n.name AND s.version = n.version
          JOIN footprint.factors f ON f.operator_key = commons.me() AND f.set_key = s.set_key AND f.factor_id = n.factor_id
         WHERE s.ended_at IS NULL AND (s.valid_until IS NULL OR s.valid_until >= %(today)s)
        """,
        {
            "names": [ref.set_id for ref in asked],
            "versions": [ref.version for ref in asked],
            "ids": [ref.factor_id for ref in asked],
            "today": tx.now.date(),
        },
    )
    found = [_factor(row) for row in rows]
    return {factor.ref: factor for factor in found}


def _factor(row: Any) -> Factor:
    return Factor(
        ref=FactorRef(row["name"], row["version"], row["factor_id"]),
        name_en=row["name_en"],
        name_ja=row["name_ja"],
        kind=FactorKind(row["kind"]),
        scope=FactorScope(row["scope"]),
        mix=None if row["mix"] is None else Mix(row["mix"]),
        value=row["value"],
        unit=row["unit"],
        region=row["region"],
        gwp_set=GwpSet(row["gwp_set"]),
        year=row["year"],
        price_year=row["price_year"],
        family=row["family"],
        upstream=None if row["upstream"] is None else parse_ref(row["upstream"]),
        energy_mj_per_unit=row["energy_mj_per_unit"],
        proxy_of=row["proxy_of"],
        tags=row["tags"],
        note=row["note"],
        own=True,
        restricted=row["restricted"],
    )


# -- licences --------------------------------------------------------------------------------------------------------
def insert_seat(
    tx: Transaction, *, name: str, licence_number: str, account_id: UUID, valid_from: date, valid_until: date
) -> UUID:
    """A person of the company may use a licensed set."""
    seat_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO footprint.factor_seats (seat_id, operator_key, name, licence_number, account_id, valid_from, valid_until,
                                            created_by, created_at)
        VALUES (%s, commons.me(), %s, %s, %s, %s, %s, %s, %s)
        """,
        (seat_id, name, licence_number, account_id, valid_from, valid_until, tx.caller.actor, tx.now),
    )
    return seat_id


def seats(tx: Transaction, seat_id: UUID | None = None) -> list[Seat]:
    """Every seat of the company, or the one that is asked for; ended ones too."""
    rows = tx.rows(
        """
        SELECT t.seat_id, t.name, t.licence_number, t.account_id, t.valid_from, t.valid_until, t.created_at, t.ended_at
          FROM footprint.factor_seats t
         WHERE t.operator_key = commons.me() AND (%(id)s::uuid IS NULL OR t.seat_id = %(id)s)
         ORDER BY t.seat_key
        """,
        {"id": seat_id},
    )
    return [Seat(**row) for row in rows]


def end_seat(tx: Transaction, seat_id: UUID) -> None:
    """The person may no longer."""
    tx.execute(
        """
        UPDATE footprint.factor_seats SET ended_at = %s
         WHERE operator_key = commons.me() AND seat_id = %s AND ended_at IS NULL
        """,
        (tx.now, seat_id),
    )


def seated(tx: Transaction, account_id: UUID) -> frozenset[str]:
    """The names of licensed sets that a person of the company may use today."""
    rows = tx.rows(
        """
        SELECT DISTINCT t.name FROM footprint.factor_seats t
         WHERE t.operator_key = commons.me() AND t.account_id = %(account)s AND t.ended_at IS NULL
           AND %(today)s BETWEEN t.valid_from AND t.valid_until
        """,
        {"account": account_id, "today": tx.now.date()},
    )
    return frozenset(row["name"] for row in rows)


UseMark = tuple[int, str, str, UUID, str]
"""Company, set, version, person, what."""


def record_uses(tx: Transaction, uses: Mapping[UseMark, Occasion]) -> None:
    """Put uses on record; as `renkei_engine`, for persons of all companies."""
    marks = list(uses)
    # guard: the rows name their company; the engine writes them for everybody
    tx.execute(
        """
        INSERT INTO footprint.factor_uses (operator_key, name, version, account_id, what, first_at, last_at, times)
        SELECT n.operator_key, n.name, n.version, n.account_id, n.what, n.first_at, n.last_at, n.times
          FROM unnest(%(operators)s::bigint[], %(names)s::text[], %(versions)s::text[], %(accounts)s::uuid[],
                      %(whats)s::text[], %(first)s::timestamptz[], %(last)s::timestamptz[], %(times)s::int[])
               AS n(operator_key, name, version, account_id, what, first_at, last_at, times)
        """,
        {
            "operators": [mark[0] for mark in marks],
            "names": [mark[1] for mark in marks],
            "versions": [mark[2] for mark in marks],
            "accounts": [mark[3] for mark in marks],
            "whats": [mark[4] for mark in marks],
            "first": [occasion.first_at for occasion in uses.values()],
            "last": [occasion.last_at for occasion in uses.values()],
            "times": [occasion.times for occasion in uses.values()],
        },
    )


def uses(tx: Transaction, limit: int) -> list[Use]:
    """What persons of the company did with licensed numbers, newest first."""
    rows = tx.rows(
        """
        SELECT u.name, u.version, u.account_id, u.what, u.first_at, u.last_at, u.times
          FROM footprint.factor_uses u WHERE u.operator_key = commons.me()
         ORDER BY u.use_key DESC LIMIT %s
        """,
        (limit,),
    )
    return [Use(**row) for row in rows]


# -- loans -----------------------------------------------------------------------------------------------------------
def lend(
    tx: Transaction, of: FactorSet, *, borrower_key: int, name: str, valid_until: date | None
) -> UUID | None:
    """Write an own set into another company's rows, there called `name`; None if it is there already."""
    loan_id = tx.new_id()
    # guard: what is written becomes the borrower's; row-level security admits it since it names the caller as lender
    row = tx.row(
        """
        INSERT INTO footprint.factor_sets (operator_key, name, version, title_en, title_ja, source, licence, attribution,
               gwp_set, period_from, period_to, note, factors, created_by, created_at, restricted, lent_by_key, loan_id,
               valid_until)
        SELECT %(borrower)s, %(name)s, s.version, s.title_en, s.title_ja, s.source, s.licence, s.attribution, s.gwp_set,
               s.period_from, s.period_to, s.note, s.factors, 'lent', %(now)s, s.restricted, commons.me(), %(loan)s,
               %(until)s
          FROM footprint.factor_sets s
         WHERE s.operator_key = commons.me() AND s.name = %(of)s AND s.version = %(version)s
        ON CONFLICT DO NOTHING RETURNING set_key
        """,
        {
            "borrower": borrower_key,
            "name": name,
            "of": of.set_id,
            "version": of.version,
            "now": tx.now,
            "loan": loan_id,
            "until": valid_until,
        },
    )
    if row is None:
        return None
    # guard: as above
    tx.execute(
        """
        INSERT INTO footprint.factors (set_key, operator_key, factor_id, name_en, name_ja, kind, scope, mix, value, unit,
               region, year, price_year, family, upstream, energy_mj_per_unit, proxy_of, tags, note, search, lent_by_key,
               gwp_set)
        SELECT %(set)s, %(borrower)s, f.factor_id, f.name_en, f.name_ja, f.kind, f.scope, f.mix, f.value, f.unit, f.region,
               f.year, f.price_year, f.family,
               CASE WHEN starts_with(f.upstream, %(prefix)s) THEN %(renamed)s || substr(f.upstream, length(%(prefix)s) + 1)
                    ELSE f.upstream END,
               f.energy_mj_per_unit, f.proxy_of, f.tags, f.note, f.search, commons.me(), f.gwp_set
          FROM footprint.factors f
          JOIN footprint.factor_sets s ON s.set_key = f.set_key AND s.operator_key = commons.me()
         WHERE f.operator_key = commons.me() AND s.name = %(of)s AND s.version = %(version)s
        """,
        {
            "set": row["set_key"],
            "borrower": borrower_key,
            "of": of.set_id,
            "version": of.version,
            "prefix": f"{of.set_id}@{of.version}#",
            "renamed": f"{name}@{of.version}#",
        },
    )
    return loan_id


def loans(tx: Transaction, loan_id: UUID | None = None) -> list[Loan]:
    """What the caller lends, newest first, ended ones too."""
    rows = tx.rows(
        """
        SELECT s.loan_id, o.operator_id AS borrower_id, s.name, s.version, s.valid_until, s.created_at, s.ended_at
          FROM footprint.factor_sets s
          JOIN commons.operators o ON o.operator_key = s.operator_key
         WHERE s.lent_by_key = commons.me() AND (%(id)s::uuid IS NULL OR s.loan_id = %(id)s)
         ORDER BY s.set_key DESC
        """,
        {"id": loan_id},
    )
    return [Loan(**row) for row in rows]


def lend_again(tx: Transaction, loan_id: UUID, valid_until: date | None) -> None:
    """A set that was taken back, or whose day has passed, is lent once more: the same version, which never changes."""
    tx.execute(
        """
        UPDATE footprint.factor_sets SET ended_at = NULL, valid_until = %s
         WHERE lent_by_key = commons.me() AND loan_id = %s
        """,
        (valid_until, loan_id),
    )


def end_loan(tx: Transaction, loan_id: UUID) -> None:
    """The lender takes a set back: nobody calculates with it from then on."""
    tx.execute(
        """
        UPDATE footprint.factor_sets SET ended_at = %s
         WHERE lent_by_key = commons.me() AND loan_id = %s AND ended_at IS NULL
        """,
        (tx.now, loan_id),
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
