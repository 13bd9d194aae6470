"""The OpenAPI document of this door (`/ouranos/openapi.json`): what it takes and answers, as it does.

OpenAPI cannot tell paths apart by a query parameter, so `/api/v1/datatransport` and `/api/v1/authInfo` stand once,
with `dataTarget` as an enum and all bodies and answers as alternatives; the descriptions say which belongs to which.
Query parameters are plain text there: each target reads its own and ignores the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from renkei.connectors.ouranos.schemas import SCHEMAS, Schema, ref

_JSON: Final = "application/json"
_TRACK: Final = {
    "X-Track": {"description": "Support identifier of a write; empty on reads", "schema": {"type": "string"}}
}
_LINK: Final = {"Link": {"description": "Next page, rel=next", "schema": {"type": "string"}}}
_KEY: Final[list[dict[str, list[str]]]] = [{"apiKey": []}]
_KEY_AND_TOKEN: Final[list[dict[str, list[str]]]] = [{"apiKey": [], "token": []}]
_PRODUCTION: Final[list[dict[str, list[str]]]] = [{"xApiKey": [], "token": []}, {"apiKey": [], "token": []}]


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Renkei: Ouranos door",
            "version": "3.0.0",
            "description": "The published HTTP contract of the Ouranos Ecosystem (データ連携基盤 API 3.0.0) as this server "
            "carries it out. Unknown paths and methods answer 404, never 405.",
        },
        "paths": {**_services(), **_sessions(), **_production()},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "apiKey"},
                "xApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _query(name: str, text: str, *, required: bool = False, schema: Schema | None = None) -> dict[str, Any]:
    found = {"name": name, "in": "query", "required": required, "description": text}
    return found | {"schema": schema or {"type": "string"}}


def _target(*targets: str) -> dict[str, Any]:
    return _query("dataTarget", "What is asked for", required=True, schema={"enum": list(targets)})


def _content(schema: Schema) -> dict[str, Any]:
    return {_JSON: {"schema": schema}}


def _any(*schemas: Schema) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def _list(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def _operation(
    summary: str,
    status: int,
    answer: Schema | None,
    *,
    body: Schema | None = None,
    parameters: tuple[dict[str, Any], ...] = (),
    headers: dict[str, Any] | None = None,
    security: list[dict[str, list[str]]] | None = None,
    errors: str = "Error",
) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done"}
    if answer is not None:
        good["content"] = _content(answer)
    if headers:
        good["headers"] = headers
    told = {
        "400": "What was sent breaks a rule",
        "401": "No token, or not a good one",
        "403": "No key, not a good one, or not allowed",
        "404": "Nothing there",
        "429": "Too many requests",
        "503": "Not available now",
    }
    responses: dict[str, Any] = {str(status): good} | {
        code: {"description": text, "content": _content(ref(errors))} for code, text in told.items()
    }
    responses["413"] = {
        "description": "The body is too large",
        "content": _content(_any(ref("TooLarge"), ref("Errors"))),
    }
    found: dict[str, Any] = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": responses,
        "security": _KEY_AND_TOKEN if security is None else security,
    }
    if body is not None:
        found["requestBody"] = {"required": True, "content": _content(body)}
    return found


def _services() -> dict[str, Any]:
    pages = (_query("limit", "1 to 100"), _query("after", "The first row of the page, as Link named it"))
    health = {"get": _operation("健全性", 200, ref("Health"), security=[])}
    return {
        "/api/v1/datatransport/health": health,
        "/api/v1/authInfo/health": health,
        "/api/v1/datatransport": {
            "get": _operation(
                "部品・部品構成・依頼・回答・CFP・証明書の取得",
                200,
                _any(
                    *(
                        _list(name)
                        for name in ("PartsModel", "TradeModel", "TradeResponseModel", "StatusModel")
                    ),
                    ref("PartsStructureModel"),
                    _list("CfpModel"),
                    _list("CfpCertificationModel"),
                ),
                headers=_TRACK | _LINK,
                parameters=(
                    _target(
                        "partsStructure",
                        "parts",
                        "tradeRequest",
                        "tradeResponse",
                        "cfp",
                        "cfpCertification",
                        "status",
                    ),
                    *pages,
                    _query("traceId", "parts, partsStructure, cfpCertification, status"),
                    _query("traceIds", "cfp, tradeRequest: up to 50, separated by commas"),
                    _query("partsName", "parts"),
                    _query("plantId", "parts"),
                    _query("parentFlag", "parts: only roots"),
                    _query("statusTarget", "status: REQUEST or RESPONSE"),
                    _query("statusId", "status"),
                ),
            ),
            "put": _operation(
                "部品・部品構成・依頼・回答・CFP・ステータスの登録",
                201,
                _any(
                    ref("PartsModel"),
                    ref("PartsStructureModel"),
                    ref("TradeRequestModel"),
                    ref("TradeModel"),
                    _list("CfpModel"),
                    ref("Empty"),
                ),
                body=_any(
                    *(
                        ref(f"{name}Input")
                        for name in ("Parts", "PartsStructure", "TradeRequest", "Cfp", "Status")
                    )
                ),
                headers=_TRACK,
                parameters=(
                    _target("partsStructure", "parts", "tradeRequest", "tradeResponse", "cfp", "status"),
                    _query("tradeId", "tradeResponse (which takes no body)"),
                    _query("traceId", "tradeResponse: the own part to link"),
                ),
            ),
            "delete": _operation(
                "部品の削除",
                204,
                None,
                headers=_TRACK,
                parameters=(_target("parts"), _query("traceId", "The part", required=True)),
            ),
        },
        "/api/v1/authInfo": {
            "get": _operation(
                "事業者・事業所の取得",
                200,
                _any(ref("OperatorModel"), _list("OperatorModel"), _list("PlantModel")),
                parameters=(
                    _target("operator", "plant"),
                    _query("openOperatorId", "operator"),
                    _query("operatorIds", "operator: up to 100, separated by commas"),
                ),
            ),
            "put": _operation(
                "事業者・事業所の登録",
                201,
                _any(ref("OperatorModel"), ref("PlantModel")),
                body=_any(ref("OperatorInput"), ref("PlantInput")),
                parameters=(_target("operator", "plant"),),
            ),
        },
        "/dataReset": {"put": _operation("サンドボックスの初期化", 200, {"type": "null"})},
    }


def _sessions() -> dict[str, Any]:
    def post(
        summary: str, status: int, answer: str, body: str, security: list[dict[str, list[str]]]
    ) -> dict[str, Any]:
        return {"post": _operation(summary, status, ref(answer), body=ref(body), security=security)}

    return {
        "/auth/login": post("ユーザ当人認証", 201, "Tokens", "LoginInput", _KEY),
        "/auth/refresh": post("アクセストークン情報更新", 201, "AccessToken", "RefreshInput", _KEY),
        "/auth/change": post("パスワード変更", 201, "Empty", "PasswordInput", _KEY_AND_TOKEN),
        "/api/v1/systemAuth/token": post("トークンの検証", 200, "TokenOwner", "TokenInput", _KEY),
        "/api/v1/systemAuth/apiKey": post("APIキーの検証", 200, "KeyVerdict", "KeyInput", _KEY),
    }


def _production() -> dict[str, Any]:
    def operation(
        summary: str, answer: str, body: str | None = None, *parameters: dict[str, Any]
    ) -> dict[str, Any]:
        return _operation(
            summary,
            200,
            ref(answer),
            body=None if body is None else ref(body),
            parameters=parameters,
            headers=_TRACK,
            security=_PRODUCTION,
            errors="Errors",
        )

    own = _query("operatorId", "The caller's own operator", required=True)
    trace, consumer = _query("traceId", "An own part"), _query("releasedToOperatorId", "The consumer")
    key_id = operation("ファイルアップロード用キー取得", "Empty")
    key_id["responses"]["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "/cfpAcl": {
            "get": operation("CFP情報開示設定取得", "CfpAcl", None, own, trace, consumer),
            "post": operation("CFP情報開示設定登録", "TraceId", "CfpAclInput"),
        },
        "/cfpCertificationAcl": {
            "get": operation("CFP証明書情報開示設定取得", "CfpCertificationAcl", None, own, trace, consumer),
            "post": operation("CFP証明書情報開示設定登録", "TraceId", "CfpCertificationAclInput"),
        },
        "/notifications": {
            "get": operation(
                "通知情報検索",
                "Notifications",
                None,
                own,
                _query("notifiedAtFrom", "A day or a moment, included"),
                _query("notifiedAtTo", "A day or a moment, included"),
                _query("after", "The first row of the page, as `next` named it"),
            )
        },
        "/replyMessages": {"post": operation("応答メッセージ登録", "RequestId", "ReplyInput")},
        "/fileUploadUrl": {"post": operation("ファイルアップロード用URL取得", "UploadUrls", "UploadInput")},
        "/keyId": {"get": key_id},
        "/cfpCertificationInfo": {
            "post": operation("CFP証明書情報登録", "CfpCertificationModel", "CertificationInput")
        },
        "/fileDownloadUrl": {
            "get": operation(
                "ファイルダウンロード用URL取得",
                "DownloadUrl",
                None,
                own,
                _query("fileOperatorId", "Whose file it is", required=True),
                _query("fileId", "The file", required=True),
                _query("downloadType", "OWN or OTHER", required=True),
                _query("cfpCertificationId", "Of the own certificate, or the trade's id", required=True),
            )
        },
        "/cfpCertifications": {
            "delete": operation(
                "CFP証明書削除",
                "DeletedCertification",
                None,
                own,
                _query("traceId", "An own part", required=True),
                _query("fileId", "One file only"),
            )
        },
        "/requestStatus": {
            "get": operation(
                "リクエスト状況取得",
                "RequestStatus",
                None,
                own,
                _query("trackId", "Up to 10 X-Track values, separated by commas", required=True),
            )
        },
    }
