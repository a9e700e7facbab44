"""Servers of these tests, and commands beside them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.commanding import running_commands
from tests.support.serving import Service, passable_folder

Here = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Here]:
    """Run a command in this process: for one that starts nothing."""
    with running_commands(monkeypatch, capsys) as run:

        def run_here(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
            result = run(*arguments, LAYERS_LOG_FORMAT="json", **variables)
            return subprocess.CompletedProcess(
                arguments, result.status, result.output, result.errors
            )

        yield run_here


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
