"""The sample feature behind the real edge, on the real database, called over ASGI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
import pytest_asyncio
from tests.support.databases import DatabaseUrls
from tests.support.edges import Family, add_key, make_edge, running
from tests.support.tenants import make_child, make_partner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Connection


@pytest_asyncio.fixture(scope="session")
async def client(database_urls: DatabaseUrls) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the running application."""
    async with running(make_edge(database_urls)) as client:
        yield client


@pytest.fixture
async def family(connection: Connection) -> Family:
    """A new partner and a new child of it, in a tenant of their own."""
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    return Family(
        await add_key(connection, partner, ["*", "org:admin"]),
        await add_key(connection, child, ["*"]),
    )
