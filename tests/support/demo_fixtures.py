"""One server with the demo for all tests in a browser, and what is hostile in it: fixtures for the whole suite."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import pytest
from tests.support.hostile_world import HostileWorld
from tests.support.serving import Service, passable_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def started_before() -> Iterator[Path]:
    """The data folder of a demo server that was started once, and stopped."""
    with passable_folder() as folder:
        server = Service(folder, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        try:
            server.start()
            assert server.stop() == 0
        finally:
            server.end()
        yield server.data_dir


@pytest.fixture(scope="session")
def demo(started_before: Path) -> Iterator[Service]:
    """A server with the demo, as `make run` starts it."""
    with passable_folder() as home:
        service = Service(home, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        service.begin_on_copy_of(started_before)
        try:
            service.start()
            yield service
        finally:
            service.stop()
            service.end()


@pytest.fixture(scope="session")
def demo_token(demo: Service) -> str:
    """The token of the demo's operator."""
    found = re.search(r"lpo_\w+[A-Za-z0-9_-]*", demo.output)
    assert found
    return found[0]


@pytest.fixture(scope="session")
def world(demo: Service, demo_token: str) -> Iterator[HostileWorld]:
    with contextlib.closing(HostileWorld(demo.base_url, demo_token)) as made:
        yield made
