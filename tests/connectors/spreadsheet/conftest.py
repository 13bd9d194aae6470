"""The whole server, for files that come through it."""

from tests.connectors.native.conftest import a, b, c, settings, world

__all__ = ["a", "b", "c", "settings", "world"]
