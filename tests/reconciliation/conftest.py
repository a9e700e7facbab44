"""Books to check: made once, because breaking them is always undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from tests.reconciliation.history import History, make_history

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.conftest import DatabaseUrls

    from partner_api.database.connection import Connection, Pool


@pytest_asyncio.fixture(scope="session")
async def history(pool: Pool) -> History:
    """A tenant with a past; nobody changes it for good."""
    async with pool.acquire() as connection:
        return await make_history(connection)


@pytest_asyncio.fixture
async def breaking(database_urls: DatabaseUrls) -> AsyncIterator[Connection]:
    """The owner, in a transaction that is rolled back: what it breaks, only it sees."""
    connection = await connect(database_urls.owner)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()
