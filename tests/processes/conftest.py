"""Folders for servers of these tests."""

from __future__ import annotations

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


@pytest.fixture
def serve(home: Path, started_before: Path) -> Iterator[Callable[..., Service]]:
    """Create a demo server, by default on a copy of a data folder; what is left of it at the end is killed."""
    made: list[Service] = []

    def make(*arguments: str, first: bool = False) -> Service:
        service = Service(home, "serve", "--demo", *arguments, LAYERS_DEVELOPMENT="true")
        if not first:
            service.begin_on_copy_of(started_before)
        made.append(service)
        return service

    yield make
    for service in made:
        service.end()
