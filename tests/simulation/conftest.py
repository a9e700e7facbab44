"""Databases of their own for simulated runs, which want one that nobody uses."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from partner_api.database import migrate
from partner_api.database.connection import connect
from partner_api.simulation.run import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.simulation.options import Options
    from partner_api.simulation.tally import Report

_TEMPLATE = "simulation_template"


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
        asyncio.run(_execute(self.owner_url, statements))


class Databases:
    """Makes empty databases, each a copy of one that was migrated."""

    def __init__(self, urls: DatabaseUrls) -> None:
        self._urls = urls
        self._numbers = count()
        self._made: list[str] = []

    def make(self) -> EmptyDatabase:
        """Create another one."""
        name = f"simulation_{next(self._numbers)}"
        self.create(name, f"TEMPLATE {_TEMPLATE}")
        return EmptyDatabase(_with_name(self._urls.owner, name), _with_name(self._urls.app, name))

    def create(self, name: str, options: str = "") -> None:
        asyncio.run(_execute(self._urls.owner, f"CREATE DATABASE {name} {options}"))
        self._made.append(name)

    def drop_all(self) -> None:
        for name in reversed(self._made):
            asyncio.run(_execute(self._urls.owner, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="package")
def databases(database_urls: DatabaseUrls) -> Iterator[Databases]:
    """A maker of databases."""
    made = Databases(database_urls)
    made.create(_TEMPLATE)
    owner_url, role = (
        _with_name(database_urls.owner, _TEMPLATE),
        urlsplit(database_urls.app).username,
    )
    asyncio.run(migrate.upgrade(owner_url, role))
    yield made
    # The embedded server is thrown away as a whole.
    if "TEST_DATABASE_URL" in os.environ:
        made.drop_all()


@pytest.fixture
def database(databases: Databases) -> EmptyDatabase:
    """One database."""
    return databases.make()


async def _execute(url: str, statements: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


def _with_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
