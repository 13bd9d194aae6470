"""The Python client of `/v1` for application vendors: typed, exact, patient.

    from renkei.client import Client, Login, PartDraft

    with Client("https://renkei.example.com", Login(email="user@example.com", password="…")) as client:
        plant = client.plants.list()[0]
        part = client.parts.create(PartDraft(plant_id=plant.plant_id, name="B01", unit="piece"))

- Frozen dataclasses come out, `Decimal` for every number; errors are types (`renkei.client.errors`).
- Every write carries an `Idempotency-Key` and is repeated safely; `idempotency_key` sets one of your own.
- A read sees your own writes; lists are read page by page while you walk through them.
- Sessions are opened and refreshed by themselves.
"""

from renkei.client import errors
from renkei.client._wire import Patience, idempotency_key
from renkei.client.client import Client
from renkei.client.credentials import ApiKey, Login, SavedSession
from renkei.client.errors import ClientError, NoAnswerError, ProblemError
from renkei.client.model import (
    BulkRow,
    ConclusionDraft,
    Consent,
    ConsentDraft,
    DeclarationDraft,
    DeclaredBattery,
    EmissionDraft,
    Footprint,
    FootprintDraft,
    InvitationDraft,
    LineDraft,
    Listing,
    Operator,
    Page,
    Part,
    PartDraft,
    Plant,
    PlantDraft,
    QualityDraft,
    Request,
    RequestDraft,
    ShareDraft,
    Statement,
    Structure,
    UpdatePolicy,
    ValueDraft,
)

__all__ = [
    "ApiKey",
    "BulkRow",
    "Client",
    "ClientError",
    "ConclusionDraft",
    "Consent",
    "ConsentDraft",
    "DeclarationDraft",
    "DeclaredBattery",
    "EmissionDraft",
    "Footprint",
    "FootprintDraft",
    "InvitationDraft",
    "LineDraft",
    "Listing",
    "Login",
    "NoAnswerError",
    "Operator",
    "Page",
    "Part",
    "PartDraft",
    "Patience",
    "Plant",
    "PlantDraft",
    "ProblemError",
    "QualityDraft",
    "Request",
    "RequestDraft",
    "SavedSession",
    "ShareDraft",
    "Statement",
    "Structure",
    "UpdatePolicy",
    "ValueDraft",
    "errors",
    "idempotency_key",
]
