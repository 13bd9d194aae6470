"""Pure decisions about files: names, extensions, and whether bytes begin as their extension says.

The look at the first bytes is a check against mistakes and the simplest disguise, not a virus scan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from renkei.commons.files.errors import FileNameRefused, FileTypeRefused

LONGEST_NAME: Final = 255
HEAD_BYTES: Final = 4096
"""How much of the beginning `begins_as` looks at."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_JPEG: Final = (b"\xff\xd8\xff",)
_BEGINNINGS: Final[dict[str, tuple[bytes, ...]]] = {
    "doc": (*_OLE, b"{\\rtf"),
    "xls": _OLE,
    "ppt": _OLE,
    # With a password, the newer Office formats lie inside the older container.
    "docx": (*_ZIP, *_OLE),
    "xlsx": (*_ZIP, *_OLE),
    "pptx": (*_ZIP, *_OLE),
    "odt": _ZIP,
    "ods": _ZIP,
    "odp": _ZIP,
    "zip": _ZIP,
    "jpeg": _JPEG,
    "jpg": _JPEG,
    "bmp": (b"BM",),
    "gif": (b"GIF87a", b"GIF89a"),
    "png": (b"\x89PNG\r\n\x1a\n",),
}
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
# Controls, and what turns the direction of writing round ("gpj.exe" shown as "exe.jpg").
_UNFIT: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_FOLDERS: Final = re.compile(r"[/\\]")


def name_and_extension(name: str, extension: str | None, allowed: Collection[str]) -> tuple[str, str]:
    """The name to keep and its extension. Raises `FileNameRefused` ("/name"), `FileTypeRefused` ("/extension").

    The extension counts as stated, else as the name ends; the kept name always ends with it, so that what is
    downloaded opens as what was checked ("report.html" stated as pdf becomes "report.html.pdf").
    """
    ending = extension if extension is not None else name.rpartition(".")[2] if "." in name else ""
    ending = ending.strip().removeprefix(".").lower()
    if ending not in allowed:
        raise FileTypeRefused("/extension", allowed=", ".join(sorted(allowed)))
    return file_name(name, ending), ending


def file_name(name: str, extension: str) -> str:
    """`name` without folders, controls and characters that some system forbids; ends with the extension.

    Raises `FileNameRefused` if nothing is left or it is too long.
    """
    last = _FOLDERS.split(name)[-1]
    clean = _FORBIDDEN.sub("_", _UNFIT.sub("", unicodedata.normalize("NFC", last))).strip(" .")
    if clean and not clean.lower().endswith(f".{extension}"):
        clean = f"{clean}.{extension}"
    if not clean or len(clean) > LONGEST_NAME:
        raise FileNameRefused("/name", most=LONGEST_NAME)
    return clean


def begins_as(extension: str, head: bytes) -> bool:
    """Whether `head` (the first `HEAD_BYTES`) may be the beginning of a file of this extension."""
    if extension in {"txt", "csv"}:
        return head.startswith(_UTF_16) or b"\0" not in head
    if extension == "pdf":
        # ISO 32000-1, Annex H.3.4.1: within the first 1024 bytes.
        return b"%PDF-" in head[:1024]
    return head.startswith(_BEGINNINGS[extension]) if extension in _BEGINNINGS else True


# -- files in what is delivered: objects with at least "file_id" and "handle" ---------------------------------------------
def with_handles(content: Any, handles: Mapping[str, str]) -> Any:
    """The same content, its files opened by these handles; what they do not name keeps its own."""
    return _each_file(
        content, lambda file: {**file, "handle": handles.get(str(file["file_id"]), file["handle"])}
    )


def without_handles(content: Any) -> Any:
    """The same content without handles: what it says."""
    return _each_file(content, lambda file: {name: file[name] for name in file if name != "handle"})


def _each_file(content: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    if isinstance(content, Mapping):
        if "file_id" in content and "handle" in content:
            return change(content)
        return {name: _each_file(one, change) for name, one in content.items()}
    if isinstance(content, list | tuple):
        return [_each_file(one, change) for one in content]
    return content
