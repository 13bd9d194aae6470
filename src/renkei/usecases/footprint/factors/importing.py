"""What a set is uploaded from: our own table, the list of Japanese electricity suppliers, openLCA, bw_processing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from renkei.kit.errors import SeveralFaults
from renkei.usecases.footprint.factors.errors import FactorContentMissing, FactorFileUnreadable
from renkei.usecases.footprint.factors.inventories import read_datapackage, read_openlca
from renkei.usecases.footprint.factors.model import Factor, FactorSet
from renkei.usecases.footprint.factors.reading import read_table
from renkei.usecases.footprint.factors.utilities import read_utilities

Format = Literal["table", "utilities_jp", "openlca_jsonld", "bw_processing"]
_OF_TEXT: Final = {"table": read_table, "utilities_jp": read_utilities}
_OF_BYTES: Final[dict[str, Callable[..., list[Factor]]]] = {
    "openlca_jsonld": read_openlca,
    "bw_processing": read_datapackage,
}


def read_upload(
    format_: Format, table: str | None, content_base64: str | None, of: FactorSet, *, limit: int
) -> list[Factor]:
    """The factors of an upload: of `table` (text) or of `content_base64` (a zip), by its format. Raises `SeveralFaults`.

    Whatever is wrong inside a package is one fault that names it: such files are written by programs, not by people.
    """
    read = _OF_TEXT.get(format_)
    if read is not None:
        if table is None:
            raise SeveralFaults(FactorContentMissing("/table", name="table").faults)
        return read(table, of, limit=limit)
    if content_base64 is None:
        raise SeveralFaults(FactorContentMissing("/content_base64", name="content_base64").faults)
    try:
        content = base64.b64decode(content_base64, validate=True)
        return _each_once(_OF_BYTES[format_](content, of, limit=limit))
    except SeveralFaults:
        raise
    except (
        TypeError,
        ValueError,
        AttributeError,
        KeyError,
        IndexError,
        ArithmeticError,
        binascii.Error,
    ) as error:
        raise SeveralFaults(FactorFileUnreadable("/content_base64", name=format_).faults) from error


def _each_once(found: list[Factor]) -> list[Factor]:
    """The same, with a number behind an id that came before."""
    seen: dict[str, int] = {}
    told = []
    for one in found:
        key = one.ref.factor_id
        seen[key] = seen.get(key, 0) + 1
        number = seen[key]
        told.append(
            one if number == 1 else replace(one, ref=one.ref._replace(factor_id=f"{key[:90]}.{number}"))
        )
    return told
