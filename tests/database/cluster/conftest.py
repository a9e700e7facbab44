"""Databases of a cluster with rows: one that is spread, and one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.database.cluster.worlds import fill, location_of
from tests.support.databases import DatabaseUrls, make_database

from partner_api.database import migrate
from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from partner_api.database.connection import Connection


@pytest.fixture
def spread(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database that is spread, without rows."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def spread_owner(spread: DatabaseUrls) -> AsyncIterator[Connection]:
    """The owner of that one."""
    connection = await connect(spread.owner)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def filled(empty: DatabaseUrls) -> DatabaseUrls:
    """A database that is migrated and has rows, and is not spread."""
    await migrate.upgrade(empty.owner, location_of(empty).application_role)
    await fill(empty.owner)
    return empty
