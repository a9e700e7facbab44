"""Folders for servers of these tests."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.serving import (
    Service,
    passable_folder,
)


@pytest.fixture
def home() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder


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


@pytest.fixture
def serve(home: Path, started_before: Path) -> Iterator[Callable[..., Service]]:
    """Create a demo server, by default on a copy of a data folder; what is left of it at the end is killed."""
    made: list[Service] = []

    def make(*arguments: str, first: bool = False) -> Service:
        service = Service(home, "serve", "--demo", *arguments, LAYERS_DEVELOPMENT="true")
        if not first:
            # Unlike Python's own, it keeps the owners.
            subprocess.run(["cp", "-a", started_before, service.data_dir], check=True)
        made.append(service)
        return service

    yield make
    for service in made:
        service.end()
