"""The Ouranos door: the published HTTP contract of the Ouranos Ecosystem's data-transaction and authentication systems.

It only translates: a request is read and checked in the contract's words and order, carried out by the rooms' services
in one transaction, and told in the contract's shapes.
"""

from renkei.connectors.ouranos.document import openapi
from renkei.connectors.ouranos.door import failure, under_maintenance
from renkei.connectors.ouranos.front_page import FrontPage
from renkei.connectors.ouranos.routes import DataTransport, EndpointNotFound, routers

__all__ = [
    "DataTransport",
    "EndpointNotFound",
    "FrontPage",
    "failure",
    "openapi",
    "routers",
    "under_maintenance",
]
