"""Every error of the program in one list: for the reference page, and for tests that hold of all."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import renkei
from renkei.kit.errors import RenkeiError


def every_error() -> tuple[type[RenkeiError], ...]:
    """Every class of error that the program may tell, by code; those of use cases that others installed too."""
    for module in pkgutil.walk_packages(renkei.__path__, "renkei."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {error for error in _below(RenkeiError) if error.__module__.startswith("renkei.")}
    return tuple(sorted(found, key=lambda error: (error.code, error.__module__, error.__qualname__)))


def _below(error: type[RenkeiError]) -> Iterator[type[RenkeiError]]:
    for one in error.__subclasses__():
        yield one
        yield from _below(one)
