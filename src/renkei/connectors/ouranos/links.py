"""The `Link` header of a page that has a next one (section 4), and the path it points to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

DATATRANSPORT = "/api/v1/datatransport"


def next_link(base_url: str, data_target: str, after: UUID, carried: Mapping[str, object]) -> str:
    """`<{base}/api/v1/datatransport?dataTarget=…&after=…&limit=…>; rel="next"`.

    After `dataTarget` the parameters are alphabetical. `carried` are those that the next page needs again;
    None is left out, a boolean is `true` or `false`.

        >>> next_link("http://h", "parts", UUID(int=1), {"limit": 2, "parentFlag": True, "partsName": None})
        '<http://h/api/v1/datatransport?dataTarget=parts&after=00000000-0000-0000-0000-000000000001&limit=2&parentFlag=true>; rel="next"'
    """
    shown = {"after": after, **carried}
    rest = "".join(
        f"&{name}={quote(_text(value), safe='')}"
        for name, value in sorted(shown.items())
        if value is not None
    )
    return f'<{base_url}{DATATRANSPORT}?dataTarget={data_target}{rest}>; rel="next"'


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
