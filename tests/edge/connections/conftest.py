"""A small application, served with the usual limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import Server, SmallApp, serving, small_edge

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def app() -> SmallApp:
    """The application of one test."""
    return SmallApp()


@pytest.fixture
def server(app: SmallApp) -> Iterator[Server]:
    """A server of it."""
    with serving(small_edge(app)) as server:
        yield server
