"""A factor as it is answered and exported: plain values, a licensed number only for whoever has a seat."""

from __future__ import annotations

from typing import Any

from renkei.usecases.footprint.factors.model import Factor


def factor_json(one: Factor) -> dict[str, Any]:
    """A factor as it is answered."""
    return {
        "ref": str(one.ref),
        "set_id": one.ref.set_id,
        "version": one.ref.version,
        "factor_id": one.ref.factor_id,
        "name_en": one.name_en,
        "name_ja": one.name_ja,
        "kind": one.kind.value,
        "scope": one.scope.value,
        "mix": None if one.mix is None else one.mix.value,
        "value": None if one.hidden else one.value,
        "unit": one.unit,
        "region": one.region,
        "year": one.year,
        "price_year": one.price_year,
        "gwp_set": one.gwp_set.value,
        "family": one.family,
        "upstream": None if one.upstream is None else str(one.upstream),
        "energy_mj_per_unit": one.energy_mj_per_unit,
        "proxy_of": one.proxy_of or None,
        "note": one.note,
        "own": one.own,
        "restricted": one.restricted,
    }
