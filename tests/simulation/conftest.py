"""Databases of their own for simulated runs, which want one that nobody uses."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.support.databases import make_database
from tests.support.nodes import execute

from partner_api.simulation.run import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.simulation.options import Options
    from partner_api.simulation.tally import Report


@dataclass(frozen=True)
class EmptyDatabase:
    """A migrated database without tenants."""

    owner_url: str
    url: str

    def run(self, options: Options) -> Report:
        """Simulate in it."""
        return asyncio.run(simulate(self.url, options))

    def change(self, statements: str) -> None:
        """Change it as the owner, to break something."""
        asyncio.run(execute(self.owner_url, statements))


class Databases:
    """Makes empty databases, each a copy of one that was migrated."""

    def __init__(self, urls: DatabaseUrls, template: str, made: ExitStack) -> None:
        self._urls = urls
        self._template = template
        self._made = made

    def make(self) -> EmptyDatabase:
        """Create another one."""
        urls = self._made.enter_context(make_database(self._urls, template=self._template))
        return EmptyDatabase(urls.owner, urls.app)


@pytest.fixture(scope="package")
def databases(database_urls: DatabaseUrls, template: str) -> Iterator[Databases]:
    """A maker of databases."""
    with ExitStack() as made:
        yield Databases(database_urls, template, made)


@pytest.fixture
def database(databases: Databases) -> EmptyDatabase:
    """One database."""
    return databases.make()
