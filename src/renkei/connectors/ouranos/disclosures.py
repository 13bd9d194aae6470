"""`/cfpAcl` and `/cfpCertificationAcl` (section 10): what an operator discloses of its parts, and to whom.

Each release is a standing consent for the purpose of answering, until it is taken back; the certificate and the two
groups of numbers are attributes of the same consent.
"""

from __future__ import annotations

from typing import Final

from renkei.commons.consents.model import Consent
from renkei.commons.consents.service import consents_of, release
from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.entries import Asked, Body, own
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.trade_target import KIND
from renkei.database.transaction import Transaction

PURPOSE: Final = "CFP answer"
ATTRIBUTES: Final = {"TOTALCFP": "total", "TOTALDQR": "quality"}
CERTIFICATE: Final = "certificate"
_MOST_CONSENTS: Final = 10_000


def post_cfp_acl(tx: Transaction, exchange: Exchange) -> Answer:
    """Release or withhold the totals of emissions and quality of an own part towards one operator."""
    body = Body(exchange)
    operator_id = body.fields.uuid("operatorId", required=True)
    consumer_id = body.fields.uuid("releasedToOperatorId", required=True)
    trace_id = body.fields.uuid("traceId", required=True)
    items = body.objects("acl", most=len(ATTRIBUTES))
    changes: dict[str, bool] = {}
    for item in items:
        group = item.one_of("aclItemGroup", ATTRIBUTES, required=True)
        released = item.flag("releasedFlag")
        if group is not None and ATTRIBUTES[group] in changes:
            item.fault("aclItemGroup", texts.not_allowed(group))
        changes[ATTRIBUTES.get(group or "", "")] = released
    body.close(*items)
    assert operator_id is not None
    assert consumer_id is not None
    assert trace_id is not None
    own(tx, operator_id)
    release(tx, trace_id, consumer_id, KIND, changes, purpose=PURPOSE)
    return Answer(value={"traceId": trace_id})


def post_certification_acl(tx: Transaction, exchange: Exchange) -> Answer:
    """Release or withhold the certificate of an own part towards one operator."""
    body = Body(exchange)
    operator_id = body.fields.uuid("operatorId", required=True)
    consumer_id = body.fields.uuid("releasedToOperatorId", required=True)
    trace_id = body.fields.uuid("traceId", required=True)
    released = body.fields.flag("releasedFlag")
    body.close()
    assert operator_id is not None
    assert consumer_id is not None
    assert trace_id is not None
    own(tx, operator_id)
    release(tx, trace_id, consumer_id, KIND, {CERTIFICATE: released}, purpose=PURPOSE)
    return Answer(value={"traceId": trace_id})


def get_cfp_acl(tx: Transaction, exchange: Exchange) -> Answer:
    """Own releases of emissions and quality that match, by consumer."""
    return Answer(
        value=[
            {
                **_relation(tx, consent),
                "acl": [
                    {"aclItemGroup": group, "releasedFlag": _holds(tx, consent, attribute)}
                    for group, attribute in ATTRIBUTES.items()
                ],
            }
            for consent in _matching(tx, exchange)
        ]
    )


def get_certification_acl(tx: Transaction, exchange: Exchange) -> Answer:
    """Own releases of certificates that match, by consumer."""
    return Answer(
        value=[
            {**_relation(tx, consent), "releasedFlag": _holds(tx, consent, CERTIFICATE)}
            for consent in _matching(tx, exchange)
        ]
    )


def _matching(tx: Transaction, exchange: Exchange) -> list[Consent]:
    asked = Asked(exchange.query)
    operator_id = asked.uuid("operatorId", required=True)
    trace_id = asked.optional_uuid("traceId")
    consumer_id = asked.optional_uuid("releasedToOperatorId")
    asked.close()
    own(tx, operator_id)
    found = consents_of(
        tx,
        trace_ids=None if trace_id is None else (trace_id,),
        consumer_id=consumer_id,
        kind=KIND,
        subject="part",
        consumer="company",
        limit=_MOST_CONSENTS,
    )
    return sorted(found, key=lambda consent: (str(consent.consumer_id), str(consent.trace_id)))


def _relation(tx: Transaction, consent: Consent) -> dict[str, object]:
    return {
        "releasedFromOperatorId": tx.caller.operator_id,
        "releasedToOperatorId": consent.consumer_id,
        "traceId": consent.trace_id,
    }


def _holds(tx: Transaction, consent: Consent, attribute: str) -> bool:
    over = consent.valid_until is not None and consent.valid_until <= tx.now
    return consent.state == "granted" and not over and attribute in consent.attributes
