"""Words of the matter as a page says them. `_` is the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from renkei.commons.consents.purposes import PURPOSES
from renkei.kit.quantities import Unit, parse_unit
from renkei.usecases.footprint.model import Stage
from renkei.web.words import LANGUAGES, Words


def stage_name(_: Words, stage: Stage | str) -> str:
    """A stage of the life cycle."""
    return {
        "raw_material": _("Raw material and pre-processing"),
        "production": _("Main production"),
        "distribution": _("Distribution"),
        "end_of_life": _("End of life"),
    }[str(stage)]


def unit_name(_: Words, unit: Unit | str | None) -> str:
    """A unit, short; a unit that is not known as it is written."""
    found = unit if isinstance(unit, Unit) else parse_unit(unit)
    if found is None:
        return _("piece") if unit is None else str(unit)
    signs = {
        Unit.UNIT: _("piece"),
        Unit.SHEET: _("sheet"),
        Unit.DOZEN: _("dozen"),
        Unit.HOUR: _("hour"),
        Unit.MINUTE: _("minute"),
        Unit.SECOND: _("second"),
    }
    return signs.get(found) or _SIGNS.get(found, found.value)


_SIGNS: Final[Mapping[Unit, str]] = {
    Unit.LITER: "L",
    Unit.KILOGRAM: "kg",
    Unit.CUBIC_METER: "m³",
    Unit.KILOWATT_HOUR: "kWh",
    Unit.MEGAJOULE: "MJ",
    Unit.TON_KILOMETER: "t·km",
    Unit.SQUARE_METER: "m²",
    Unit.MILLIGRAM: "mg",
    Unit.GRAM: "g",
    Unit.TONNE: "t",
    Unit.MILLILITER: "mL",
    Unit.KILOLITER: "kL",
    Unit.CUBIC_CENTIMETER: "cm³",
    Unit.NORMAL_CUBIC_METER: "m³N",
    Unit.MILLIMETER: "mm",
    Unit.CENTIMETER: "cm",
    Unit.METER: "m",
    Unit.KILOMETER: "km",
    Unit.SQUARE_MILLIMETER: "mm²",
    Unit.SQUARE_CENTIMETER: "cm²",
    Unit.WATT_HOUR: "Wh",
    Unit.MEGAWATT_HOUR: "MWh",
    Unit.KILOJOULE: "kJ",
    Unit.GIGAJOULE: "GJ",
    Unit.KILOGRAM_KILOMETER: "kg·km",
}


def unit_from(text: str) -> Unit | None:
    """The unit that somebody typed or pasted: its name, its sign, or its word in one of the languages."""
    wanted = text.strip().casefold()
    if found := parse_unit(wanted):
        return found
    names = {unit_name(Words(language), unit).casefold(): unit for language in LANGUAGES for unit in Unit}
    return names.get(wanted) or _OTHER_NAMES.get(wanted)


_OTHER_NAMES: Final[Mapping[str, Unit]] = {
    "pc": Unit.UNIT,
    "pcs": Unit.UNIT,
    "ea": Unit.UNIT,
    "本": Unit.UNIT,
    "台": Unit.UNIT,
    "ｋｇ": Unit.KILOGRAM,
    "l": Unit.LITER,
}
"""As bills of material write them."""


def emission_unit(_: Words, unit: Unit | str | None) -> str:
    """kgCO2e per one unit."""
    return f"kgCO₂e/{unit_name(_, unit)}"


def sourcing_name(_: Words, sourcing: str) -> str:
    """How a line comes."""
    return {
        "made": _("Made here"),
        "bought": _("Bought"),
        "consigned_free": _("Provided free of charge"),
        "consigned_paid": _("Provided against payment"),
    }[sourcing]


def cause_name(_: Words, kind: str) -> str:
    """Why a version was written."""
    return {
        "declared": _("Own value entered"),
        "confirmed": _("Value entered by the customer confirmed"),
        "structure": _("Structure changed"),
        "facts": _("Unit or weight of the part changed"),
        "delivery": _("Supplier answered anew"),
        "withdrawal": _("Supplier withdrew its value"),
        "estimate": _("Own estimate changed"),
        "proposal": _("Value entered for a supplier changed"),
        "child": _("Own part below changed"),
        "share": _("Shares of suppliers changed"),
        "factors": _("Newer emission factors"),
        "approval": _("Approved"),
    }.get(kind, kind)


def source_name(_: Words, kind: str) -> str:
    """What answers for a line."""
    return {
        "own": _("Own part"),
        "delivery": _("Supplier's answer"),
        "estimate": _("Own estimate"),
        "proposal": _("Value entered for the supplier"),
    }.get(kind, kind)


def mode_name(_: Words, mode: str) -> str:
    """How a part follows what it stands on."""
    return {
        "at_once": _("Publish at once"),
        "monthly": _("Publish on the first day of the next month"),
        "yearly": _("Publish once a year"),
        "threshold": _("Publish at once only if the change is large"),
        "review": _("Ask an approver each time"),
    }[mode]


def attribute_name(_: Words, attribute: str) -> str:
    """What can be disclosed."""
    return {
        "total": _("Footprint total"),
        "quality": _("Data quality (DQR)"),
        "certificate": _("Certificate"),
        "pds": _("Primary data share"),
        "gate_to_gate": _("Own processes alone"),
        "categories": _("Breakdown by material and energy"),
        "structure": _("What it is made of"),
        "plant": _("Where it is made"),
    }.get(attribute, attribute)


def purpose_name(_: Words, purpose: str) -> str:
    """What a value is disclosed for."""
    known = next((one for one in PURPOSES if one.purpose == _AS_SAID.get(purpose, purpose)), None)
    if known is None:
        return purpose
    return known.ja if _.language == "ja" else known.en


_AS_SAID: Final = {"CFP answer": "answer"}
"""How other doors say it."""


def note_text(_: Words, note: Mapping[str, Any], part: str) -> str:
    """Why a part adds nothing to a total."""
    return {
        "no_value": _("%(part)s has no value yet", part=part),
        "not_convertible": _("The value of %(part)s cannot be converted to the unit of the line", part=part),
        "too_large": _("%(part)s brings more than any number can mean: check amounts and units", part=part),
        "does_not_settle": _(
            "%(part)s comes from a chain of companies that leads back to it and whose values never settle",
            part=part,
        ),
        "unsolvable_loop": _("%(part)s stands in a loop that needs at least as much as it makes", part=part),
    }.get(str(note.get("code")), str(note.get("code")))


def fact_name(_: Words, fact: str) -> str:
    """A fact that a conversion needs."""
    return {
        "mass_kg_per_unit": _("weight of one piece"),
        "density_kg_per_liter": _("density"),
        "area_m2_per_unit": _("area of one piece"),
        "length_m_per_unit": _("length of one piece"),
        "mass_kg_per_m2": _("weight of one square metre"),
        "mass_kg_per_m": _("weight of one metre"),
        "energy_mj_per_kg": _("heating value"),
        "energy_mj_per_unit": _("energy of one piece"),
        "cubic_meters_per_normal_cubic_meter": _("state of the gas"),
        "transport_km": _("distance"),
    }.get(fact, fact)


def request_state(_: Words, state: str | None, linked: bool) -> str:
    """How far a request is, in the customer's words."""
    if state is None:
        return _("Not asked")
    if state == "NOT_COMPLETED" and linked:
        return _("In progress")
    return {
        "NOT_COMPLETED": _("Not answered"),
        "COMPLETED": _("Answered"),
        "REJECT": _("Sent back"),
    }.get(state, state)


def company_state(_: Words, state: str) -> str:
    """What a company is on the platform."""
    return {
        "provisional": _("invited"),
        "member": _("member"),
        "suspended": _("suspended"),
        "closed": _("closed"),
        "merged": _("merged"),
    }[state]


def upload_kind(_: Words, kind: str) -> str:
    """What an uploaded file is."""
    return {
        "bom": _("Bill of materials"),
        "workbook": _("Workbook with answers"),
        "factors": _("Emission factors"),
    }.get(kind, kind)


def upload_state(_: Words, state: str) -> str:
    """What became of an uploaded file."""
    return {
        "faulty": _("with faults"),
        "ready": _("waits for you"),
        "done": _("taken in"),
        "discarded": _("forgotten"),
        "expired": _("forgotten after some days"),
    }.get(state, state)


ALL: Final[Mapping[str, Callable[..., str]]] = {
    "stage_name": stage_name,
    "company_state": company_state,
    "upload_kind": upload_kind,
    "upload_state": upload_state,
    "unit_name": unit_name,
    "emission_unit": emission_unit,
    "sourcing_name": sourcing_name,
    "cause_name": cause_name,
    "source_name": source_name,
    "mode_name": mode_name,
    "attribute_name": attribute_name,
    "purpose_name": purpose_name,
    "note_text": note_text,
    "fact_name": fact_name,
    "request_state": request_state,
}
"""What templates may call."""
