"""What the races need: many connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from partner_api.database.connection import open_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Pool

CONNECTIONS = 60


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections enough for the wallet, and not the pool, to be what clients wait for."""
    pool = await open_pool(database_urls.app, CONNECTIONS)
    yield pool
    await pool.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owners(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections of the owner, for races between what the server's role cannot call."""
    pool = await open_pool(database_urls.owner, 20)
    yield pool
    await pool.close()
