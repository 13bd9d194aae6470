"""Targets `cfp` and `cfpCertification` (section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.connectors.ouranos.cfp_input import CfpInput, read_cfp
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.refusals import bad_query
from renkei.database.round_trip import Question
from renkei.database.transaction import Transaction
from renkei.kit.decimals import round_up_5, to_json_number
from renkei.kit.quantities import Unit
from renkei.kit.strict_json import dumps
from renkei.usecases.footprint import certificates
from renkei.usecases.footprint.model import (
    NO_EMISSION,
    NO_QUALITY,
    Certificate,
    Emission,
    FootprintView,
    Quality,
    Response,
    Stage,
    Statement,
    StatementDraft,
)
from renkei.usecases.footprint.service import glance, put_statement, shown

MOST_TRACE_IDS: Final = 50
_DQR: Final = {Stage.RAW_MATERIAL: "preProcessing", Stage.PRODUCTION: "mainProcessing"}
# cfpType, its stage, and whether it is of the part itself or of its components: the order inside one trace.
_KINDS: Final = (
    ("preProduction", Stage.RAW_MATERIAL, True),
    ("mainProduction", Stage.PRODUCTION, True),
    ("preComponent", Stage.RAW_MATERIAL, False),
    ("mainComponent", Stage.PRODUCTION, False),
)
_BY_KIND: Final = {kind: (stage, own) for kind, stage, own in _KINDS}


def put_cfp(tx: Transaction, exchange: Exchange) -> Answer:
    """State the footprint of an own part (`cfpId` null), or give it a new version; the four elements come back."""
    sent = read_cfp(exchange.json())
    statement = put_statement(tx, _draft(sent))
    models = {str(model["cfpType"]): model for model in _own(statement, sent.trace_id)}
    return Answer(value=[models[kind] for kind in sent.order], status=201)


def cfp_question(exchange: Exchange) -> Question:
    """What `get_cfp` asks. Raises `Refusal`."""
    trace_ids = exchange.query.uuids("traceIds", most=MOST_TRACE_IDS)
    if trace_ids is None:
        raise bad_query(exchange.source, "traceIds")
    return glance(tuple(dict.fromkeys(trace_ids)), exchange.context.database.clock.now())


def get_cfp(tx: Transaction, exchange: Exchange) -> Answer:
    """Footprints of own parts and answers for bought ones, in the order of `traceIds`."""
    if tx.found is None:
        cfp_question(exchange)
    assert tx.found is not None, "a sound question is sent with the entry"
    pieces = shown(tx, tx.found, exchange.context.remembered, _elements_written)
    return Answer(written=b"[%b]" % b",".join(piece for piece in pieces if piece))


def _elements_written(view: FootprintView) -> bytes:
    """The elements of one part as they stand in the answer, without the brackets around."""
    return dumps(list(elements_of(view)))[1:-1]


def get_certification(tx: Transaction, exchange: Exchange) -> Answer:
    """The certificate of an own part, or what the suppliers of a bought part answered."""
    found = certificates.certificate(tx, exchange.query.required_uuid("traceId"))
    return Answer(value=[certification_model(one) for one in found])


def certification_model(certificate: Certificate) -> dict[str, object]:
    """A CfpCertificationModel in the answer's order."""
    return {
        "cfpCertificationId": certificate.certificate_id,
        "traceId": certificate.trace_id,
        "cfpCertificationDescription": certificate.description,
        "cfpCertificationFileInfo": None
        if certificate.files is None
        else [
            {"operatorId": file.operator_id, "fileId": file.file_id, "fileName": file.name}
            for file in certificate.files
        ],
    }


def elements_of(view: FootprintView) -> Iterator[dict[str, object]]:
    """The rows of table 9.2 for one part.

    bought: the two answers, or nothing; end part used as a child: its own four; root and made sub-assembly: its own
    four and the four totals over its structure; without a statement: nothing.
    """
    if view.is_bought and view.response is not None:
        yield from _response(view.response, view.part.trace_id)
        return
    statement = view.statement
    if statement is None:
        return
    yield from _own(statement, view.part.trace_id)
    if not view.part.is_child or view.part.has_lines:
        yield from _totals(statement, view.part.trace_id)


def _own(statement: Statement, trace_id: UUID) -> Iterator[dict[str, object]]:
    return _four(statement, trace_id, statement.declared, statement.declared_quality, "")


def _totals(statement: Statement, trace_id: UUID) -> Iterator[dict[str, object]]:
    return _four(statement, trace_id, statement.in_force.stages, statement.in_force.quality, "Total")


def _four(
    statement: Statement,
    trace_id: UUID,
    stages: Mapping[Stage, Emission],
    quality: Mapping[Stage, Quality],
    suffix: str,
) -> Iterator[dict[str, object]]:
    unit = declared_unit(statement.declared_unit)
    rated = {stage: dqr_value(quality.get(stage, NO_QUALITY)) for stage in _DQR}
    for kind, stage, own in _KINDS:
        emission = stages.get(stage, NO_EMISSION)
        yield {
            "cfpId": statement.cfp_id,
            "traceId": trace_id,
            "ghgEmission": number(emission.own if own else emission.component),
            "ghgDeclaredUnit": unit,
            "cfpType": kind + suffix,
            "dqrType": _DQR[stage] + suffix,
            "dqrValue": rated[stage],
        }


def _response(response: Response, trace_id: UUID) -> Iterator[dict[str, object]]:
    """Production and components of the supplier together, a stage each; null where it does not disclose."""
    unit = declared_unit(response.declared_unit)
    for kind, stage, own in _KINDS:
        if own:
            yield {
                "cfpId": None,
                "traceId": trace_id,
                "ghgEmission": None if response.stages is None else number(response.stages.get(stage)),
                "ghgDeclaredUnit": unit,
                "cfpType": f"{kind}Response",
                "dqrType": f"{_DQR[stage]}Response",
                "dqrValue": dqr_value(response.quality.get(stage, NO_QUALITY)),
            }


def declared_unit(unit: Unit) -> str:
    """A declared unit as the contract writes it."""
    return f"kgCO2e/{unit.value}"


def dqr_value(quality: Quality) -> dict[str, object]:
    """The three indicators; null is not stated."""
    return {"TeR": number(quality.ter), "GeR": number(quality.ger), "TiR": number(quality.tir)}


def number(value: Decimal | None) -> int | Decimal | None:
    """A number at this door: five decimals, rounded up."""
    return None if value is None else to_json_number(round_up_5(value))


def _draft(sent: CfpInput) -> StatementDraft:
    def emission(stage: Stage) -> Emission:
        own, component = (
            sent.emissions[next(kind for kind in _BY_KIND if _BY_KIND[kind] == (stage, of_itself))]
            for of_itself in (True, False)
        )
        return Emission(own=own, component=component)

    return StatementDraft(
        trace_id=sent.trace_id,
        cfp_id=sent.cfp_id,
        declared_unit=Unit(sent.declared_unit.removeprefix("kgCO2e/")),
        declared={stage: emission(stage) for stage in _DQR},
        quality={stage: Quality(*sent.quality[dqr]) for stage, dqr in _DQR.items()},
    )
