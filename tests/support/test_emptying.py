"""What one test leaves, the next one does not find."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.support.emptying import ReusedDatabase
from tests.support.nodes import execute
from tests.support.tenants import make_child, make_partner

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

pytestmark = pytest.mark.one_server(reason="on a cluster, each test has another database")


@pytest.fixture
def reused(database_urls: DatabaseUrls, template: str) -> Iterator[ReusedDatabase]:
    reused = ReusedDatabase(database_urls, template)
    yield reused
    reused.drop()


async def _fill(urls: DatabaseUrls) -> int:
    """Bring in a partner with a ledger; how many tenants there are then."""
    connection = await connect(urls.app)
    partner = await make_partner(connection, prepaid=1_000)
    await make_child(connection, partner, prepaid=10)
    count = await connection.fetchval("SELECT count(*) FROM tenants")
    await connection.close()
    return int(count)


def test_the_same_database_comes_back_empty(reused: ReusedDatabase) -> None:
    with reused.lent() as first:
        assert asyncio.run(_fill(first)) == 1
    with reused.lent() as second:
        assert second == first
        assert asyncio.run(_fill(second)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE outbox ADD CONSTRAINT bad CHECK (tenant_id > 0) NOT VALID",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP INDEX leases_line",
        "DELETE FROM installation",
    ],
)
def test_one_that_was_changed_does_not_come_back(reused: ReusedDatabase, change: str) -> None:
    with reused.lent() as first:
        asyncio.run(execute(first.owner, change))
    with reused.lent() as second:
        assert second != first
        assert asyncio.run(_fill(second)) == 1
