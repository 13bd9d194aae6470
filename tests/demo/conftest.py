"""The server of the client's tests."""

from tests.client.conftest import connect, server

__all__ = ["connect", "server"]
