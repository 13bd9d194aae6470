"""The door for people: pages in Japanese and English, drawn on the server, that work without scripts.

`calls` is one request of a page, `session` the cookie behind it, `words` its language, `drawing` what is drawn; `pages/`
has one module a subject. Pages call the same services as `/v1`: nothing can be seen here that could not be had there.
"""

from typing import Final

from renkei.web.door import application, under_maintenance

__all__ = ["FORM_AROUND_A_FILE", "OPEN_DURING_MAINTENANCE", "application", "under_maintenance"]

OPEN_DURING_MAINTENANCE: Final = (
    "/app/static/",
    "/app/language",
    "/app/login",
    "/app/logout",
    "/app/me",
    "/app/platform",
)
"""What staff needs to end it, by how the addresses begin."""
FORM_AROUND_A_FILE: Final = 64 * 1024
"""Bytes of a form beside the file in it, at most."""
