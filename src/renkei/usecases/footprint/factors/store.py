"""All SQL of a company's own factor sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
    Mix,
    parse_ref,
)
from renkei.usecases.footprint.factors.rules import search_text, words_of


def sets(tx: Transaction, ref: tuple[str, str] | None = None) -> list[FactorSet]:
    """Own sets (or the one version that is asked for), by name, newest version first."""
    name, version = ref or (None, None)
    rows = tx.rows(
        """
        SELECT s.name, s.version, s.title_en, s.title_ja, s.source, s.licence, s.attribution, s.gwp_set, s.period_from,
               s.period_to, s.note, s.factors
          FROM footprint.factor_sets s
         WHERE s.operator_key = commons.me()
           AND (%(name)s::text IS NULL OR (s.name = %(name)s AND s.version = %(version)s))
         ORDER BY s.name, s.set_key DESC
        """,
        {"name": name, "version": version},
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
        )
        for row in rows
    ]


def insert(tx: Transaction, of: FactorSet, factors: Sequence[Factor]) -> bool:
    """Write a version with its factors; False if there is one of this name and version."""
    row = tx.row(
        """
        INSERT INTO footprint.factor_sets (operator_key, name, version, title_en, title_ja, source, licence, attribution,
                                           gwp_set, period_from, period_to, note, factors, created_by, created_at)
        VALUES (commons.me(), %(name)s, %(version)s, %(title_en)s, %(title_ja)s, %(source)s, %(licence)s, %(attribution)s,
                %(gwp_set)s, %(period_from)s, %(period_to)s, %(note)s, %(factors)s, %(actor)s, %(now)s)
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
        },
    )
    if row is None:
        return False
    tx.execute(
        """
        INSERT INTO footprint.factors (set_key, operator_key, factor_id, name_en, name_ja, kind, scope, mix, value, unit,
                                       region, year, price_year, family, upstream, energy_mj_per_unit, proxy_of, tags, note,
                                       search)
        SELECT %(set)s, commons.me(), f.factor_id, f.name_en, f.name_ja, f.kind, f.scope, f.mix, f.value, f.unit, f.region,
               f.year, f.price_year, f.family, f.upstream, f.energy_mj_per_unit, f.proxy_of, f.tags, f.note, f.search
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS f(
               factor_id text, name_en text, name_ja text, kind text, scope text, mix text, value numeric, unit text,
               region text, year int, price_year int, family text, upstream text, energy_mj_per_unit numeric,
               proxy_of text, tags text, note text, search text)
        """,
        {"set": row["set_key"], "rows": dumps([_said(factor) for factor in factors]).decode()},
    )
    return True


def _said(factor: Factor) -> dict[str, object]:
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
    }


def matching(tx: Transaction, query: FactorQuery, limit: int) -> list[Factor]:
    """Own factors in which every word is found, of the kind and set that are asked for; at most `limit`."""
    patterns = [f"%{_escaped(word)}%" for word in words_of(query.text)]
    rows = tx.rows(
        """
        SELECT s.name, s.version, s.gwp_set, f.factor_id, f.name_en, f.name_ja, f.kind, f.scope, f.mix, f.value, f.unit,
               f.region, f.year, f.price_year, f.family, f.upstream, f.energy_mj_per_unit, f.proxy_of, f.tags, f.note
          FROM footprint.factors f
          JOIN footprint.factor_sets s ON s.set_key = f.set_key AND s.operator_key = commons.me()
         WHERE f.operator_key = commons.me() AND f.search LIKE ALL(%(patterns)s::text[])
           AND (%(kind)s::text IS NULL OR f.kind = %(kind)s)
           AND (%(name)s::text IS NULL OR s.name = %(name)s)
           AND (%(version)s::text IS NULL OR s.version = %(version)s)
         ORDER BY f.factor_key LIMIT %(limit)s
        """,
        {
            "patterns": patterns,
            "kind": None if query.kind is None else query.kind.value,
            "name": query.set_id,
            "version": query.version,
            "limit": limit,
        },
    )
    return [_factor(row) for row in rows]


def named(tx: Transaction, refs: Iterable[FactorRef]) -> dict[FactorRef, Factor]:
    """The own factors among `refs`."""
    asked = list(refs)
    rows = tx.rows(
        """
        SELECT s.name, s.version, s.gwp_set, f.factor_id, f.name_en, f.name_ja, f.kind, f.scope, f.mix, f.value, f.unit,
               f.region, f.year, f.price_year, f.family, f.upstream, f.energy_mj_per_unit, f.proxy_of, f.tags, f.note
          FROM unnest(%(names)s::text[], %(versions)s::text[], %(ids)s::text[]) AS n(name, version, factor_id)
          JOIN footprint.factor_sets s ON s.operator_key = commons.me() AND s.name = n.name AND s.version = n.version
          JOIN footprint.factors f ON f.operator_key = commons.me() AND f.set_key = s.set_key AND f.factor_id = n.factor_id
        """,
        {
            "names": [ref.set_id for ref in asked],
            "versions": [ref.version for ref in asked],
            "ids": [ref.factor_id for ref in asked],
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
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
