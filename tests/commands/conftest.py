"""Commands against a server that says what a test wants, and against a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.commands.sham import Sham, serving_sham
from tests.support.commanding import Run, running_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of the right form, and nobody's.
TOKEN = f"lpo_{'0' * 16}_{'s' * 43}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command in this process, with these settings and no others."""
    with running_commands(monkeypatch, capsys) as run:
        yield run


@pytest.fixture(scope="session")
def one_sham() -> Iterator[Sham]:
    with serving_sham() as sham:
        yield sham


@pytest.fixture
def sham(one_sham: Sham) -> Sham:
    """A server that answers everything alike, and remembers what it was asked."""
    one_sham.begin()
    return one_sham


@pytest.fixture
def ops(run: Run, sham: Sham) -> Run:
    """Run a `layers ops` command against the sham."""

    def ops(*arguments: str, **options: object) -> object:
        return run(
            "ops", *arguments, **{"LAYERS_URL": sham.url, "LAYERS_OPERATOR_TOKEN": TOKEN, **options}
        )

    return ops  # type: ignore[return-value]
