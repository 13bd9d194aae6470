"""Certificates (CFP証明書): at most one a part, with files of the files room."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from renkei.database.transaction import Transaction
from renkei.usecases.footprint.model import Certificate


def certificate(tx: Transaction, trace_id: UUID) -> list[Certificate]:
    """The certificate of an own part, or what each supplier of a bought part answered; [] if there is nothing."""
    raise NotImplementedError


def put_certificate(
    tx: Transaction,
    trace_id: UUID,
    *,
    certificate_id: UUID | None,
    description: str | None,
    files: Sequence[tuple[UUID, str | None]],
) -> Certificate:
    """Give an own part its certificate: (file id, name) in order; `certificate_id` names the one to replace."""
    raise NotImplementedError


def delete_certificate(tx: Transaction, trace_id: UUID, file_id: UUID | None = None) -> Certificate | None:
    """Delete the certificate, or one of its files. Raises `CertificateMissing`."""
    raise NotImplementedError
