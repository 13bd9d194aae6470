"""`/cfpAcl` and `/cfpCertificationAcl` (section 10): what an operator discloses of its parts, and to whom.

Both are a view on consents. What is read is what each company sees, by whichever decision decides. What is released is a
standing consent about one part for one company, until it is taken back; the certificate and the two groups of numbers are
attributes of the same consent. What is withheld stays so whatever a more general decision says.
"""

from __future__ import annotations

from typing import Final

from renkei.commons.consents.model import Release
from renkei.commons.consents.service import release, releases
from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.entries import Asked, Body, own
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.trade_target import KIND
from renkei.database.transaction import Transaction

PURPOSE: Final = "CFP answer"
ATTRIBUTES: Final = {"TOTALCFP": "total", "TOTALDQR": "quality"}
CERTIFICATE: Final = "certificate"
_MOST_PAIRS: Final = 10_000


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
    """What of emissions and quality each company sees of each own part, as far as it matches."""
    return Answer(
        value=[
            {
                **_relation(tx, one),
                "acl": [
                    {"aclItemGroup": group, "releasedFlag": attribute in one.attributes}
                    for group, attribute in ATTRIBUTES.items()
                ],
            }
            for one in _matching(tx, exchange)
        ]
    )


def get_certification_acl(tx: Transaction, exchange: Exchange) -> Answer:
    """Whether each company sees the certificate of each own part, as far as it matches."""
    return Answer(
        value=[
            {**_relation(tx, one), "releasedFlag": CERTIFICATE in one.attributes}
            for one in _matching(tx, exchange)
        ]
    )


def _matching(tx: Transaction, exchange: Exchange) -> list[Release]:
    asked = Asked(exchange.query)
    operator_id = asked.uuid("operatorId", required=True)
    trace_id = asked.optional_uuid("traceId")
    consumer_id = asked.optional_uuid("releasedToOperatorId")
    asked.close()
    own(tx, operator_id)
    return releases(tx, KIND, trace_id=trace_id, consumer_id=consumer_id, limit=_MOST_PAIRS)


def _relation(tx: Transaction, one: Release) -> dict[str, object]:
    return {
        "releasedFromOperatorId": tx.caller.operator_id,
        "releasedToOperatorId": one.consumer_id,
        "traceId": one.trace_id,
    }
