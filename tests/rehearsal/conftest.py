"""A database whose time can be moved, and connections to it as the server has them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.support.databases import DatabaseUrls, make_database

from partner_api.database.connection import open_pool
from partner_api.rehearsal.store import Installation, read_installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from partner_api.database.connection import Pool


@dataclass(frozen=True)
class Place:
    """An installation: a database, with pools of both roles."""

    urls: DatabaseUrls
    pool: Pool
    owner: Pool

    async def row(self) -> Installation:
        """Its one row."""
        async with self.owner.acquire() as connection:
            return await read_installation(connection)

    async def set(self, *, offset: int = 0, production: bool = False) -> None:
        """Change the row to what it may not become again by itself."""
        await self.owner.execute(
            "UPDATE installation SET clock_offset_seconds = $1, ever_production = $2",
            offset,
            production,
        )

    async def until_someone_waits(self) -> None:
        """Wait until a statement in this database waits for a lock that somebody holds."""
        deadline = time.monotonic() + 60
        while not await self.owner.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        ):
            assert time.monotonic() < deadline, "nobody waits"
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def place_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def place(place_urls: DatabaseUrls) -> AsyncIterator[Place]:
    """A database that nobody has used yet."""
    async with (
        await open_pool(place_urls.app, 8) as pool,
        await open_pool(place_urls.owner, 2) as owner,
    ):
        place = Place(place_urls, pool, owner)
        await place.set()
        yield place
