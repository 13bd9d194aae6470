"""JSON schemas of what this door answers and takes, for its OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from renkei.connectors.ouranos.cfp_input import DECLARED_UNITS
from renkei.connectors.ouranos.parts_input import UNITS

Schema = dict[str, Any]

_ID: Final[Schema] = {"type": "string", "format": "uuid"}
_ID_OR_NULL: Final[Schema] = {"type": ["string", "null"], "format": "uuid"}
_TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
_FLAG: Final[Schema] = {"type": "boolean"}
_NUMBER_OR_NULL: Final[Schema] = {"type": ["number", "null"]}
_COUNT_OR_NULL: Final[Schema] = {"type": ["integer", "null"], "minimum": 0}
_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_DAY_OR_NULL: Final[Schema] = {"type": ["string", "null"], "format": "date"}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None, **more: Any) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        **more,
    }


def _array(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _limited(maximum: int, minimum: int = 0, *, null: bool = True) -> Schema:
    return {"type": ["string", "null"] if null else "string", "minLength": minimum, "maxLength": maximum}


def ref(name: str) -> Schema:
    """A reference to a schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_AMOUNT: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 99999.99999}
_AMOUNT_OR_NULL: Final[Schema] = {"type": ["number", "null"], "minimum": 0, "maximum": 99999.99999}
_UNIT_OR_NULL: Final[Schema] = {"enum": [*UNITS, None]}
_CFP_TYPES: Final = [
    f"{kind}{suffix}"
    for suffix in ("", "Total")
    for kind in ("preProduction", "mainProduction", "preComponent", "mainComponent")
] + ["preProductionResponse", "mainProductionResponse"]
_DQR_TYPES: Final = [
    f"{kind}{suffix}" for suffix in ("", "Total", "Response") for kind in ("preProcessing", "mainProcessing")
]
_DQR: Final = _object({"TeR": _NUMBER_OR_NULL, "GeR": _NUMBER_OR_NULL, "TiR": _NUMBER_OR_NULL})
_REQUEST_STATUS: Final = _object(
    {
        "completedCount": _COUNT_OR_NULL,
        "completedCountModifiedAt": _MOMENT_OR_NULL,
        "tradesCount": _COUNT_OR_NULL,
        "tradesCountModifiedAt": _MOMENT_OR_NULL,
    },
    {
        "cfpResponseStatus": {"enum": ["NOT_COMPLETED", "COMPLETED", "REJECT", "CANCEL"]},
        "tradeTreeStatus": {"enum": ["TERMINATED", "UNTERMINATED"]},
    },
)
_RELATION: Final = _object(
    {"tradeId": _ID, "downstreamOperatorId": _ID, "upstreamOperatorId": _ID, "downstreamTraceId": _ID},
    {"requestId": _ID, "upstreamTraceId": _ID},
)
_ACL: Final = _array(
    _object({"aclItemGroup": {"enum": ["TOTALCFP", "TOTALDQR"]}, "releasedFlag": _FLAG}),
    minItems=1,
    maxItems=2,
)
_FILE: Final = _object({"operatorId": _ID, "fileId": _ID, "fileName": _TEXT})
_FILE_URL: Final = _object({"fileId": _ID, "fileName": _TEXT, "URL": _TEXT})

_ANSWERS: Final[dict[str, Schema]] = {
    "PartsModel": _object(
        {
            "traceId": _ID,
            "operatorId": _ID,
            "plantId": _ID,
            "partsName": _TEXT,
            "supportPartsName": _TEXT_OR_NULL,
            "terminatedFlag": _FLAG,
            "amountRequired": _NUMBER_OR_NULL,
            "amountRequiredUnit": _UNIT_OR_NULL,
            "partsLabelName": _TEXT_OR_NULL,
            "partsAddInfo1": _TEXT_OR_NULL,
            "partsAddInfo2": _TEXT_OR_NULL,
            "partsAddInfo3": _TEXT_OR_NULL,
        }
    ),
    "PartsStructureModel": _object(
        {
            "parentPartsModel": {"anyOf": [ref("PartsModel"), {"type": "null"}]},
            "childrenPartsModel": _array(ref("PartsModel")),
        }
    ),
    "TradeModel": _object(
        {
            "tradeId": _ID,
            "downstreamOperatorId": _ID,
            "upstreamOperatorId": _ID,
            "downstreamTraceId": _ID,
            "upstreamTraceId": _ID_OR_NULL,
        }
    ),
    "StatusModel": _object(
        {
            "statusId": _ID,
            "tradeId": _ID,
            "requestStatus": _REQUEST_STATUS,
            "message": _TEXT_OR_NULL,
            "replyMessage": _TEXT_OR_NULL,
            "requestType": {"enum": ["CFP"]},
            "responseDueDate": _DAY_OR_NULL,
        }
    ),
    "TradeRequestModel": _object({"tradeModel": ref("TradeModel"), "statusModel": ref("StatusModel")}),
    "TradeResponseModel": _object(
        {"statusModel": ref("StatusModel"), "tradeModel": ref("TradeModel"), "partsModel": ref("PartsModel")}
    ),
    "CfpModel": _object(
        {
            "cfpId": _ID_OR_NULL,
            "traceId": _ID,
            "ghgEmission": _NUMBER_OR_NULL,
            "ghgDeclaredUnit": {"enum": list(DECLARED_UNITS)},
            "cfpType": {"enum": _CFP_TYPES},
            "dqrType": {"enum": _DQR_TYPES},
            "dqrValue": _DQR,
        }
    ),
    "CfpCertificationModel": _object(
        {
            "cfpCertificationId": _ID,
            "traceId": _ID,
            "cfpCertificationDescription": _TEXT_OR_NULL,
            "cfpCertificationFileInfo": {"anyOf": [_array(_FILE, maxItems=100), {"type": "null"}]},
        }
    ),
    "OperatorModel": _object(
        {
            "operatorId": _ID,
            "operatorName": _TEXT,
            "operatorAddress": _TEXT,
            "openOperatorId": _TEXT,
            "operatorAttribute": _object({"globalOperatorId": _TEXT_OR_NULL}),
        }
    ),
    "PlantModel": _object(
        {
            "plantId": _ID,
            "operatorId": _ID,
            "plantName": _TEXT,
            "plantAddress": _TEXT,
            "openPlantId": _TEXT,
            "plantAttribute": _object({"globalPlantId": _TEXT_OR_NULL}),
        }
    ),
    "Empty": {"type": "object", "maxProperties": 0},
    "Tokens": _object({"accessToken": _TEXT, "refreshToken": _TEXT}),
    "AccessToken": _object({"accessToken": _TEXT}),
    "TokenOwner": _object({"operatorId": _ID_OR_NULL}),
    "KeyVerdict": _object({"isApiKeyValid": _FLAG, "isIpAddressValid": _FLAG}),
    "Health": _object({"isSystemHealthy": {"const": True}}),
    "TraceId": _object({"traceId": _ID}),
    "RequestId": _object({"requestId": _ID}),
    "DeletedCertification": _object({"traceId": _ID}, {"fileId": _ID}),
    "CfpAcl": _array(
        _object({"releasedFromOperatorId": _ID, "releasedToOperatorId": _ID, "traceId": _ID, "acl": _ACL})
    ),
    "CfpCertificationAcl": _array(
        _object(
            {
                "releasedFromOperatorId": _ID,
                "releasedToOperatorId": _ID,
                "traceId": _ID,
                "releasedFlag": _FLAG,
            }
        )
    ),
    "Notifications": _object(
        {
            "notifications": _array(
                _object(
                    {
                        "notificationId": _ID,
                        "notificationType": _TEXT,
                        "notifiedFromOperatorId": _ID,
                        "notifiedAt": _MOMENT,
                    },
                    {"tradeRelation": _RELATION},
                )
            )
        },
        {"next": _ID},
    ),
    "UploadUrls": _array(_FILE_URL),
    "DownloadUrl": _FILE_URL,
    "RequestStatus": _array(
        _object(
            {
                "trackId": _ID,
                "requestCreatedAt": _MOMENT,
                "acceptedRequestStatus": {"enum": ["SUCCESS", "ERROR", "PROCESSING"]},
                "summaryRequestStatus": {"enum": ["SUCCESS", "ERROR", "PROCESSING"]},
            }
        )
    ),
    "Error": _object({"code": _TEXT, "message": _TEXT, "detail": _TEXT}),
    "Errors": _object(
        {"errors": _array(_object({"errorCode": _TEXT, "errorDescription": _TEXT}), minItems=1)}
    ),
    "TooLarge": _object({"message": _TEXT}),
}

_PARTS_INPUT: Final[dict[str, Schema]] = {
    "operatorId": _ID,
    "plantId": _ID,
    "partsName": _limited(50, 1, null=False),
    "terminatedFlag": _FLAG,
}
_PARTS_OPTIONAL: Final[dict[str, Schema]] = {
    "traceId": _ID_OR_NULL,
    "supportPartsName": _limited(50),
    "partsLabelName": _limited(50),
    "partsAddInfo1": _limited(50),
    "partsAddInfo2": _limited(50),
    "partsAddInfo3": _limited(50),
}
_INPUTS: Final[dict[str, Schema]] = {
    "PartsInput": _object(
        _PARTS_INPUT,
        _PARTS_OPTIONAL | {"amountRequired": {"type": "null"}, "amountRequiredUnit": _UNIT_OR_NULL},
    ),
    "ChildInput": _object(
        _PARTS_INPUT | {"amountRequired": _AMOUNT, "amountRequiredUnit": {"enum": list(UNITS)}},
        _PARTS_OPTIONAL,
    ),
    "PartsStructureInput": _object(
        {"parentPartsModel": ref("PartsInput"), "childrenPartsModel": _array(ref("ChildInput"), maxItems=50)}
    ),
    "TradeRequestInput": _object(
        {
            "tradeModel": _object(
                {"downstreamOperatorId": _ID, "upstreamOperatorId": _ID, "downstreamTraceId": _ID},
                {"tradeId": _ID_OR_NULL},
            ),
            "statusModel": _object(
                {"requestType": {"enum": ["CFP"]}, "responseDueDate": {"type": "string", "format": "date"}},
                {
                    "statusId": _ID_OR_NULL,
                    "tradeId": _ID_OR_NULL,
                    "requestStatus": {"type": ["object", "null"]},
                    "message": _limited(1000),
                    "replyMessage": _TEXT_OR_NULL,
                },
            ),
        }
    ),
    "StatusInput": _object(
        {
            "statusId": _ID,
            "tradeId": _ID,
            "requestStatus": _object({"cfpResponseStatus": {"enum": ["CANCEL", "REJECT"]}}),
        },
        {"replyMessage": _limited(1000)},
    ),
    "CfpInput": _array(
        _object(
            {
                "traceId": _ID,
                "ghgDeclaredUnit": {"enum": list(DECLARED_UNITS)},
                "cfpType": {"enum": _CFP_TYPES[:4]},
                "dqrType": {"enum": _DQR_TYPES[:2]},
            },
            {
                "cfpId": _ID_OR_NULL,
                "ghgEmission": _AMOUNT_OR_NULL,
                "dqrValue": {
                    "type": ["object", "null"],
                    "properties": {"TeR": _AMOUNT_OR_NULL, "GeR": _AMOUNT_OR_NULL, "TiR": _AMOUNT_OR_NULL},
                },
            },
        ),
        minItems=4,
        maxItems=4,
    ),
    "OperatorInput": _object(
        {
            "operatorId": _ID,
            "operatorName": _limited(256, 1, null=False),
            "operatorAddress": _limited(256, 1, null=False),
            "openOperatorId": _limited(20, 1, null=False),
            "operatorAttribute": _object({}, {"globalOperatorId": _limited(256)}),
        }
    ),
    "PlantInput": _object(
        {
            "operatorId": _ID,
            "plantName": _limited(256, 1, null=False),
            "plantAddress": _limited(256, 1, null=False),
            "openPlantId": {"type": "string", "maxLength": 26, "pattern": "[0-9]{6}$"},
            "plantAttribute": _object({}, {"globalPlantId": _limited(256)}),
        },
        {"plantId": _ID_OR_NULL},
    ),
    "LoginInput": _object(
        {
            "operatorAccountId": {"type": "string", "format": "email"},
            "accountPassword": _limited(256, 1, null=False),
        }
    ),
    "RefreshInput": _object({"refreshToken": _limited(4096, 1, null=False)}),
    "PasswordInput": _object({"newPassword": _limited(20, 8, null=False)}),
    "TokenInput": _object({"idToken": _limited(8192, 1, null=False)}),
    "KeyInput": _object({"ipAddress": _limited(64, 1, null=False), "apiKey": _limited(256, 1, null=False)}),
    "CfpAclInput": _object({"operatorId": _ID, "releasedToOperatorId": _ID, "traceId": _ID, "acl": _ACL}),
    "CfpCertificationAclInput": _object(
        {"operatorId": _ID, "releasedToOperatorId": _ID, "traceId": _ID, "releasedFlag": _FLAG}
    ),
    "ReplyInput": _object({"operatorId": _ID, "requestId": _ID}, {"replyMessage": _limited(1000)}),
    "UploadInput": _object(
        {
            "operatorId": _ID,
            "fileInfo": _array(
                _object({"fileName": _limited(255, 1, null=False), "extension": _limited(4, 3, null=False)}),
                minItems=1,
                maxItems=100,
            ),
        }
    ),
    "CertificationInput": _object(
        {
            "operatorId": _ID,
            "traceId": _ID,
            "cfpCertificationFileInfo": _array(
                _object({"fileId": _ID, "fileName": _limited(255, 1, null=False)}), minItems=1, maxItems=100
            ),
        },
        {"cfpCertificationId": _ID_OR_NULL, "cfpCertificationDescription": _limited(100)},
    ),
}

SCHEMAS: Final[dict[str, Schema]] = {**_ANSWERS, **_INPUTS}
"""Every schema of the document by its name: answers as they are written, inputs as they are checked."""
