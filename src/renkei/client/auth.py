"""The session of the client."""

from __future__ import annotations

from renkei.client._wire import Wire
from renkei.client.model import ActingFor, Cursor, Listing, Page


class Auth:
    """Sessions are opened and refreshed by themselves; this is for the rest."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def access_token(self) -> str:
        """An access token that is good now, for instance for the Ouranos door. Raises `UnauthenticatedError`."""
        return self._wire.tokens()

    def operators(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[ActingFor]:
        """The companies that the person may act for; name one in `Login.operator_id`."""
        return self._wire.listing(Page[ActingFor], "/auth/operators", page_size=page_size, after=after)

    def logout(self) -> None:
        """End the session. A client that knows a password opens a new one at its next request."""
        self._wire.end_session()

    def change_password(self, old_password: str, new_password: str) -> None:
        """Change the caller's own password, which ends all its sessions; the client goes on with the new one."""
        body = {"old_password": old_password, "new_password": new_password}
        self._wire.run("POST", "/auth/password", body)
        self._wire.forget_session(password=new_password)
