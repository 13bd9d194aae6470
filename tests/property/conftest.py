"""Where worlds are opened, once a module."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.property.noninterference.sites import Place


@pytest.fixture(scope="module")
def place(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Place(server_url, tmp_path_factory.mktemp("noninterference"))
    structlog.reset_defaults()
