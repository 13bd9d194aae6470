"""Life-cycle inventories as factors: openLCA JSON-LD and bw_processing packages, solved to kgCO2e per unit of product.

Every process gives one factor, that of its product: own emissions and those of everything behind it that is in the file,

    u = (I − B)⁻ᵀ e        B[i, j] amount of i for one unit of j, e[j] own emissions of one unit of j

solved once for all (footprint rules, 4.1). Computed in floating point, kept with 12 digits. Inputs that nobody in the file
makes are left out and named in the factor's note.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import msgspec
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from renkei.kit.errors import SeveralFaults
from renkei.kit.quantities import NotConvertible, Unit, convert
from renkei.usecases.footprint.factors.errors import (
    FactorFileUnreadable,
    FactorTableEmpty,
    FactorTableTooLong,
    InventoryUnsolvable,
)
from renkei.usecases.footprint.factors.library import platform_factors
from renkei.usecases.footprint.factors.model import (
    MOST_ID,
    Factor,
    FactorKind,
    FactorRef,
    FactorScope,
    FactorSet,
    GwpSet,
)
from renkei.usecases.footprint.factors.units import read_unit

MOST_UNPACKED: Final = 200_000_000
"""Bytes of a package when it is unpacked: a zip of 10 MB can hold a hundred times as much."""
MOST_FILES: Final = 100_000
_CLIMATE: Final = ("climate", "gwp", "global warming", "温暖化", "気候変動")
_NOT_PLAIN: Final = re.compile(r"[^\w.\-]+")
_REGION: Final = re.compile(r"[A-Z]{2,3}(?:-[A-Z0-9]{1,3})?", re.ASCII)
_GASES: Final[Mapping[str, str]] = {
    "carbon dioxide": "co2",
    "methane, fossil": "ch4-fossil",
    "methane, biogenic": "ch4-nonfossil",
    "methane, non-fossil": "ch4-nonfossil",
    "methane": "ch4",
    "dinitrogen monoxide": "n2o",
    "nitrous oxide": "n2o",
    "sulfur hexafluoride": "sf6",
    "nitrogen fluoride": "nf3",
    "nitrogen trifluoride": "nf3",
}
"""Names of elementary flows, by how they begin, and the gas of the platform's GWP set; biogenic CO2 counts nothing."""


@dataclass(slots=True)
class _System:
    """Processes by number: what they make, need and emit, per unit of their product."""

    names: list[tuple[str, str, str]] = field(default_factory=list)
    """Id, name, unit of the product."""
    regions: list[str] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    needs: list[tuple[int, int, float]] = field(default_factory=list)
    """Child, parent, amount of the child for one unit of the parent."""
    open: dict[int, list[str]] = field(default_factory=dict)


# -- openLCA -----------------------------------------------------------------------------------------------------------
def read_openlca(content: bytes, of: FactorSet, *, limit: int) -> list[Factor]:
    """The processes of an openLCA JSON-LD package (schema 2) as factors.

    Emissions are weighted by the impact category of the package that is about climate, else by AR6 GWP100 by name.
    Raises `SeveralFaults`.
    """
    package = _Package(content)
    processes = package.documents("processes/")
    if len(processes) > limit:
        raise SeveralFaults(FactorTableTooLong("", limit=limit).faults)
    weights = _weights(package)
    system = _System()
    references = [(one, ref) for one in processes if (ref := _reference(one)) is not None]
    makers = {str(one["@id"]): number for number, (one, _) in enumerate(references)}
    by_flow: dict[str, int] = {}
    for number, (_, ref) in enumerate(references):
        by_flow.setdefault(_id(ref.get("flow")), number)
    for number, (one, ref) in enumerate(references):
        unit = read_unit(str((ref.get("unit") or {}).get("name", ""))) or "unit"
        system.names.append((str(one["@id"]), str(one.get("name") or one["@id"]), unit))
        system.regions.append(_region(one))
        system.own.append(0.0)
        made = float(ref["amount"])
        for exchange in one.get("exchanges") or ():
            if exchange is not ref:
                _add_exchange(system, number, exchange, made, weights, makers, by_flow, references)
    return _factors(system, of)


def _reference(process: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The exchange of the product, if the process has one with an amount."""
    for exchange in process.get("exchanges") or ():
        if exchange.get("isQuantitativeReference") and exchange.get("amount"):
            return exchange  # type: ignore[no-any-return]
    return None


def _add_exchange(
    system: _System,
    number: int,
    exchange: Mapping[str, Any],
    made: float,
    weights: Mapping[str, float] | None,
    makers: Mapping[str, int],
    by_flow: Mapping[str, int],
    references: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    flow = exchange.get("flow") or {}
    amount = float(exchange.get("amount") or 0) / made
    is_input = bool(exchange.get("isInput"))
    if flow.get("flowType") == "ELEMENTARY_FLOW":
        weight = _gas(str(flow.get("name", ""))) if weights is None else weights.get(_id(flow), 0.0)
        kilograms = _in_unit(amount, exchange, "kilogram") if weight else 0.0
        system.own[number] += (-1 if is_input else 1) * weight * (kilograms or 0.0)
        return
    is_waste = flow.get("flowType") == "WASTE_FLOW"
    if is_input is is_waste and not exchange.get("isAvoidedProduct"):
        return  # a co-product: the whole process stands for its product
    maker = makers.get(_id(exchange.get("defaultProvider")), by_flow.get(_id(flow)))
    if maker is None:
        system.open.setdefault(number, []).append(str(flow.get("name") or _id(flow)))
        return
    theirs = references[maker][1]
    unit = read_unit(str((theirs.get("unit") or {}).get("name", ""))) or "unit"
    converted = _in_unit(amount, exchange, unit)
    if converted is None:
        system.open.setdefault(number, []).append(str(flow.get("name") or _id(flow)))
        return
    sign = -1 if exchange.get("isAvoidedProduct") else 1
    system.needs.append((maker, number, sign * converted))


def _in_unit(amount: float, exchange: Mapping[str, Any], unit: str) -> float | None:
    """An amount in another unit; None where they do not convert."""
    name = read_unit(str((exchange.get("unit") or {}).get("name", ""))) or "unit"
    if name == unit:
        return amount
    try:
        found = convert(Decimal(1), Unit(name), Unit(unit))
    except ValueError:
        return None
    return None if isinstance(found, NotConvertible) else amount * float(found)


def _weights(package: _Package) -> dict[str, float] | None:
    """kgCO2e per unit of each elementary flow, by the package's category about climate; None if it has none."""
    for category in package.documents("lcia_categories/"):
        name = str(category.get("name", "")).lower()
        if any(word in name for word in _CLIMATE):
            return {
                _id(one.get("flow")): float(one.get("value") or 0)
                for one in category.get("impactFactors") or ()
            }
    return None


def _gas(name: str) -> float:
    plain = name.strip().lower()
    if plain.startswith("carbon dioxide") and ("biogenic" in plain or "non-fossil" in plain):
        return 0.0
    for begin, factor_id in _GASES.items():
        if plain.startswith(begin):
            return float(platform_factors()[FactorRef("ipcc-gwp100", "AR6", factor_id)].value)
    return 0.0


def _region(process: Mapping[str, Any]) -> str:
    code = str((process.get("location") or {}).get("name", "")).upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else "GLO"


def _id(of: Any) -> str:
    return str((of or {}).get("@id", ""))


# -- bw_processing -------------------------------------------------------------------------------------------------------
def read_datapackage(content: bytes, of: FactorSet, *, limit: int) -> list[Factor]:
    """The products of a bw_processing package (technosphere, biosphere, characterisation) as factors.

    Names and units come from a resource `names` of kind json, `{"<id>": {"name", "unit", "location"}}`, where there is
    one; otherwise a product is called by its number, per unit. Raises `SeveralFaults`.
    """
    package = _Package(content)
    described = package.document("datapackage.json")
    resources = described.get("resources") or []
    matrices = {
        name: _vectors(package, resources, f"{name}_matrix")
        for name in ("technosphere", "biosphere", "characterization")
    }
    rows, columns, amounts = matrices["technosphere"]
    products, activities = np.unique(rows), np.unique(columns)
    if not products.size:
        raise SeveralFaults(FactorTableEmpty("").faults)
    if products.size > limit:
        raise SeveralFaults(FactorTableTooLong("", limit=limit).faults)
    if products.size != activities.size:
        raise SeveralFaults(InventoryUnsolvable("").faults)
    technosphere = sparse.csc_array(
        (amounts, (np.searchsorted(products, rows), np.searchsorted(activities, columns))),
        shape=(products.size, activities.size),
    )
    flows, emitters, emitted = matrices["biosphere"]
    weighed, _, weights = matrices["characterization"]
    weight = dict(zip(weighed.tolist(), weights.tolist(), strict=True))
    own = np.zeros(activities.size)
    known = np.isin(emitters, activities)
    np.add.at(
        own,
        np.searchsorted(activities, emitters[known]),
        emitted[known] * np.array([weight.get(flow, 0.0) for flow in flows[known].tolist()]),
    )
    values = _solved(technosphere.T.tocsc(), own)
    told: dict[str, Any] = next(
        (
            package.document(one["path"])
            for one in resources
            if one.get("kind") == "json" and one.get("name") == "names"
        ),
        {},
    )
    return [
        _factor(
            of,
            str(product),
            str((told.get(str(product)) or {}).get("name") or f"product {product}"),
            read_unit(str((told.get(str(product)) or {}).get("unit") or "")) or "unit",
            str((told.get(str(product)) or {}).get("location") or "GLO").upper(),
            value,
            "",
        )
        for product, value in zip(products.tolist(), values.tolist(), strict=True)
    ]


def _vectors(
    package: _Package, resources: Sequence[Mapping[str, Any]], matrix: str
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Rows, columns and signed amounts of a matrix, over all its groups."""
    parts = []
    for group in dict.fromkeys(one.get("group") for one in resources if one.get("matrix") == matrix):
        of_group = {
            one.get("kind"): str(one.get("path"))
            for one in resources
            if one.get("matrix") == matrix and one.get("group") == group
        }
        indices, data = package.array(of_group.get("indices", "")), package.array(of_group.get("data", ""))
        if indices.dtype.names is None or not {"row", "col"} <= set(indices.dtype.names):
            raise SeveralFaults(FactorFileUnreadable("", name=matrix).faults)
        if indices.shape != data.shape or data.ndim != 1:
            raise SeveralFaults(FactorFileUnreadable("", name=matrix).faults)
        signed = data.astype(np.float64)
        if "flip" in of_group:
            signed = np.where(package.array(of_group["flip"]), -signed, signed)
        parts.append((indices["row"], indices["col"], signed))
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    rows, columns, amounts = (np.concatenate(each) for each in zip(*parts, strict=True))
    return rows, columns, amounts


# -- both ----------------------------------------------------------------------------------------------------------------
class _Package:
    """A zip that is opened with bounds. Raises `SeveralFaults` where it is none, or too large."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            files = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise SeveralFaults(FactorFileUnreadable("", name="zip").faults) from error
        if len(files) > MOST_FILES or sum(one.file_size for one in files) > MOST_UNPACKED:
            raise SeveralFaults(FactorTableTooLong("", limit=MOST_FILES).faults)
        self._names = {one.filename for one in files}

    def read(self, name: str) -> bytes:
        """One file."""
        try:
            return self._zip.read(name)
        except (
            KeyError,
            zipfile.BadZipFile,
            RuntimeError,
            OSError,
            ValueError,
            NotImplementedError,
            EOFError,
        ) as error:
            raise SeveralFaults(FactorFileUnreadable("", name=name or "zip").faults) from error

    def document(self, name: str) -> dict[str, Any]:
        """One file as a JSON object."""
        try:
            found = msgspec.json.decode(self.read(name))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SeveralFaults(FactorFileUnreadable("", name=name).faults) from error
        if not isinstance(found, dict):
            raise SeveralFaults(FactorFileUnreadable("", name=name).faults)
        return found

    def documents(self, folder: str) -> list[dict[str, Any]]:
        """Every JSON object of a folder, in order of their names."""
        wanted = sorted(one for one in self._names if one.startswith(folder) and one.endswith(".json"))
        return [self.document(name) for name in wanted]

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """One file as an array; objects are never unpickled."""
        try:
            found = np.load(io.BytesIO(self.read(name)), allow_pickle=False)
        except (ValueError, OSError, EOFError) as error:
            raise SeveralFaults(FactorFileUnreadable("", name=name).faults) from error
        if not isinstance(found, np.ndarray):
            raise SeveralFaults(FactorFileUnreadable("", name=name).faults)
        return found


def _solved(matrix: Any, own: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The unit values. Raises `SeveralFaults` where there are none: something needs as much of itself as it makes."""
    try:
        values = splu(matrix).solve(own)
    except (RuntimeError, ValueError) as error:
        raise SeveralFaults(InventoryUnsolvable("").faults) from error
    if not np.isfinite(values).all():
        raise SeveralFaults(InventoryUnsolvable("").faults)
    return values  # type: ignore[no-any-return]


def _factors(system: _System, of: FactorSet) -> list[Factor]:
    count = len(system.names)
    if not count:
        raise SeveralFaults(FactorTableEmpty("").faults)
    children = np.array([child for child, _, _ in system.needs], np.int64)
    parents = np.array([parent for _, parent, _ in system.needs], np.int64)
    amounts = np.array([amount for _, _, amount in system.needs], np.float64)
    needs = sparse.csc_array((amounts, (parents, children)), shape=(count, count))
    values = _solved((sparse.eye_array(count, format="csc") - needs).tocsc(), np.array(system.own))
    return [
        _factor(
            of, key, name, unit, system.regions[number], values[number], _open_note(system.open.get(number))
        )
        for number, (key, name, unit) in enumerate(system.names)
    ]


def _open_note(left: Sequence[str] | None) -> str:
    if not left:
        return ""
    return f"not in it, since nobody in the file makes it / ファイル内に供給元がないため未集計: {', '.join(left[:20])}"[
        :1000
    ]


def _text(text: str) -> str:
    """Text that can be stored and shown, at most 1,000 characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:1000]


def _factor(of: FactorSet, key: str, name: str, unit: str, region: str, value: float, note: str) -> Factor:
    shown = _text(name) or key
    return Factor(
        ref=FactorRef(of.set_id, of.version, _NOT_PLAIN.sub("-", key)[:MOST_ID] or "-"),
        name_en=shown,
        name_ja=shown,
        kind=FactorKind.PROCESS,
        scope=FactorScope.LIFE_CYCLE,
        value=Decimal(f"{value:.12g}"),
        unit=unit,
        region=region if _REGION.fullmatch(region) else "GLO",
        gwp_set=GwpSet.AR6 if of.gwp_set is GwpSet.UNKNOWN else of.gwp_set,
        year=of.period_to.year,
        note=_text(note),
        own=of.own,
        restricted=of.restricted,
    )
