"""Every table of `commons`, gathered so that Alembic and the schema test see them all."""

from __future__ import annotations

from renkei.commons.access import tables as _access
from renkei.commons.announcements import tables as _announcements
from renkei.commons.consents import tables as _consents
from renkei.commons.files import tables as _files
from renkei.commons.imports import tables as _imports
from renkei.commons.ledger import tables as _ledger
from renkei.commons.mail import tables as _mail
from renkei.commons.metadata import metadata
from renkei.commons.notifications import tables as _notifications
from renkei.commons.operators import tables as _operators
from renkei.commons.parts import tables as _parts
from renkei.commons.terms import tables as _terms
from renkei.commons.trades import tables as _trades

__all__ = ["metadata"]

_ = (
    _access,
    _announcements,
    _consents,
    _files,
    _imports,
    _ledger,
    _mail,
    _notifications,
    _operators,
    _parts,
    _terms,
    _trades,
)
