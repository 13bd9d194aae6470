"""Columns that every room's tables share, so that a name always means the same type."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

TextC = sa.Text(collation="C")
"""Text that sorts by code point, the same on every machine."""


def key(name: str) -> sa.Column[int]:
    """The internal key of a table: bigint identity, never shown outside."""
    return sa.Column(name, sa.BigInteger, sa.Identity(always=False), primary_key=True)


def public_id(name: str) -> sa.Column[Any]:
    """A public identifier: UUID version 4, unique over all operators."""
    return sa.Column(name, UUID(as_uuid=True), nullable=False, unique=True)


def uuid(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A UUID that refers to something by its public identifier."""
    return sa.Column(name, UUID(as_uuid=True), nullable=nullable)


def refers(name: str, target: str, *, nullable: bool = False, **options: Any) -> sa.Column[int]:
    """A reference to another table's internal key."""
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(target), nullable=nullable, **options)


def text(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    """Text, sorted by code point."""
    return sa.Column(name, TextC, nullable=nullable, server_default=default)


def flag(name: str, *, default: bool = False) -> sa.Column[bool]:
    """A boolean that is never null."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("true" if default else "false"))


def number(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    """An exact decimal without a fixed scale; its unit is in the column's name or beside it."""
    return sa.Column(name, sa.Numeric, nullable=nullable)


def whole(name: str, *, nullable: bool = False, default: int | None = None) -> sa.Column[int]:
    """A whole number."""
    return sa.Column(
        name, sa.Integer, nullable=nullable, server_default=None if default is None else str(default)
    )


def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A moment in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def day(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    """A calendar day."""
    return sa.Column(name, sa.Date, nullable=nullable)


def document(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A JSON document; numbers in it are exact decimals."""
    return sa.Column(name, JSONB, nullable=nullable)
