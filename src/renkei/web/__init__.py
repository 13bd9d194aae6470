"""The door for people: pages in Japanese and English, drawn on the server, that work without scripts.

`calls` is one request of a page, `session` the cookie behind it, `words` its language, `drawing` what is drawn; `pages/`
has one module a subject. Pages call the same services as `/v1`: nothing can be seen here that could not be had there.
"""

from typing import Final

from renkei.web.door import application

__all__ = ["FORM_AROUND_A_FILE", "application"]

FORM_AROUND_A_FILE: Final = 64 * 1024
"""Bytes of a form beside the file in it, at most."""
