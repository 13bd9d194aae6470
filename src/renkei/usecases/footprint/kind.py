"""The request kind that this use case answers."""

from typing import Final

KIND: Final = "CFP"
