"""The `/v1` door: our own words over HTTP, for application vendors and our own client.

Resource paths, problem details (RFC 9457), keyset pages, idempotency keys, versions that a later read can wait for,
and an OpenAPI document at `/v1/openapi.json`.
"""

from renkei.connectors.native.door import OF_HTTP, application, root_routers

__all__ = ["OF_HTTP", "application", "root_routers"]
