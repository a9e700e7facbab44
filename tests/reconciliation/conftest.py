"""Books to check: made once, because breaking them is always undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.reconciliation.history import History, make_history
from tests.support.databases import make_database

from partner_api.database.connection import connect, open_pool
from partner_api.reconciliation import pages as sizes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool


@pytest_asyncio.fixture(scope="session")
async def history(pool: Pool) -> History:
    """A tenant with a past; nobody changes it for good."""
    async with pool.acquire() as connection:
        return await make_history(connection)


@pytest.fixture(scope="session")
def own_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database of these tests alone: a check of everything looks at all tenants that there are."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture(scope="session")
async def own_pool(own_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections to it."""
    async with await open_pool(own_urls.app, 10) as pool:
        yield pool


@pytest_asyncio.fixture(scope="session")
async def _owner(database_urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(database_urls.owner)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session")
async def own_owner(own_urls: DatabaseUrls) -> AsyncIterator[Connection]:
    """Its owner. What its planner knows does not follow from the tests that have run before."""
    connection = await connect(own_urls.owner)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def breaking(_owner: Connection) -> AsyncIterator[Connection]:
    """The owner, in a transaction that is rolled back: what it breaks, only it sees."""
    transaction = _owner.transaction()
    await transaction.start()
    yield _owner
    await transaction.rollback()


@pytest.fixture(params=["usual pages", "tiny pages"])
def pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is also read a few rows at a time, so that no rule depends on where a page ends."""
    if request.param == "tiny pages":
        for name, size in (
            ("WALLETS_PER_STATEMENT", 3),
            ("EVENTS_PER_STATEMENT", 25),
            ("ROWS_PER_PAGE", 1),
            ("JOBS_PER_PAGE", 2),
            ("CASH_EVENTS_PER_SLICE", 1),
        ):
            monkeypatch.setattr(sizes, name, size)
