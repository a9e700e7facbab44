"""A database without others for each test: a sweep looks at all tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.support.emptying import reused_database  # noqa: F401 - pytest finds fixtures here

from partner_api.database.connection import connect, open_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.emptying import ReusedDatabase

    from partner_api.database.connection import Connection, Pool


@pytest.fixture
def urls(reused_database: ReusedDatabase) -> Iterator[DatabaseUrls]:  # noqa: F811 - it is that fixture
    with reused_database.lent() as urls:
        yield urls


@pytest_asyncio.fixture
async def pool(urls: DatabaseUrls) -> AsyncIterator[Pool]:
    async with await open_pool(urls.app, 4) as pool:
        yield pool


@pytest_asyncio.fixture
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    async with pool.acquire() as connection:
        yield connection


@pytest_asyncio.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(urls.owner)
    yield connection
    await connection.close()
