"""What a page of the ledger reads: as much in a long ledger as in a short one, with any filter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.support.page_costs import with_blocks
from tests.support.tenants import NOON, make_partner

from partner_api.credits.event_store import CreditEvent, EventFilter, list_events
from partner_api.database.connection import REQUEST_SETTINGS, connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

PROJECTS = [UUID(int=7 << 100 | n) for n in range(3)]
ROWS = 10
# Three projects in turn: two with usage, one with refunds. The only refund of another project and the
# only purchase are among the first.
FILL = """
INSERT INTO credit_events
    (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
     included_after, prepaid_after, usage_after, project_id, job_id, created_at, previous_hash, hash)
SELECT $1, $2, n, gen_random_uuid(), kind, 0, CASE kind WHEN 'usage' THEN -1 ELSE 5 END, 0, 5, 5,
       CASE WHEN kind <> 'purchase' THEN ($3::uuid[])[1 + n % 3] END,
       CASE WHEN kind <> 'purchase' THEN gen_random_uuid() END, $4::timestamptz + n * interval '1 s',
       sha256(''), sha256('')
  FROM generate_series(1, $5::bigint) AS n,
       LATERAL (SELECT CASE WHEN n = 3 OR n % 3 = 2 THEN 'refund' WHEN n = 4 THEN 'purchase'
                       ELSE 'usage' END AS kind) k
"""


async def make_ledger(owner_connection: Connection, events: int) -> Wallet:
    wallet = await make_partner(owner_connection)
    where = (wallet.tenant_id, wallet.organization_id)
    await owner_connection.execute(FILL, *where, PROJECTS, NOON, events)
    await owner_connection.execute(
        """
        UPDATE wallets SET last_sequence = $3, last_event_at = $4
         WHERE tenant_id = $1 AND organization_id = $2
        """,
        *where,
        events,
        NOON + timedelta(seconds=events),
    )
    return wallet


@pytest_asyncio.fixture(scope="module")
async def ledgers(
    database_urls: DatabaseUrls,
) -> AsyncIterator[tuple[Connection, Wallet, Wallet]]:
    """The owner, a short ledger and a long one, in a transaction that is rolled back."""
    connection = await connect(database_urls.owner)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL session_replication_role = replica")
    bitmaps = REQUEST_SETTINGS["enable_bitmapscan"]
    await connection.execute(f"SET LOCAL enable_bitmapscan = {bitmaps}")
    short, long = [await make_ledger(connection, events) for events in (60, 20_000)]
    await connection.execute("ANALYZE credit_events")
    yield connection, short, long
    await transaction.rollback()
    await connection.close()


@pytest.mark.one_server(reason="counts the blocks that one PostgreSQL reads")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EventFilter(), ROWS),
        (EventFilter(event_types=["usage"]), ROWS),
        (EventFilter(event_types=["purchase"]), 1),
        (EventFilter(project_ids=[PROJECTS[0]]), ROWS),
        (EventFilter(project_ids=PROJECTS), ROWS),
        (EventFilter(project_ids=[PROJECTS[0]], event_types=["usage"]), ROWS),
        (EventFilter(project_ids=[PROJECTS[0]], event_types=["refund"]), 1),
        (EventFilter(project_ids=[PROJECTS[1]], event_types=["refund", "purchase"]), 0),
        (EventFilter(project_ids=PROJECTS, event_types=["purchase"]), 0),
        (EventFilter(project_ids=[uuid4()]), 0),
        (EventFilter(event_types=["purchase"], since=NOON, until=NOON + timedelta(hours=9)), 1),
    ],
)
async def test_a_page_costs_the_same_in_a_ledger_of_any_length(
    ledgers: tuple[Connection, Wallet, Wallet], wanted: EventFilter, found: int
) -> None:
    connection, *wallets = ledgers
    read = []
    for wallet in wallets:
        rows, blocks = await page(connection, wallet, wanted)
        assert len(rows) == found
        read.append(blocks)
    # The index of a longer ledger is a level or two higher, which each of up to six runs pays.
    assert read[1] <= read[0] + 15, read


async def test_a_project_s_events_come_in_the_order_of_the_ledger(
    owner_connection: Connection,
) -> None:
    transaction = owner_connection.transaction()
    await transaction.start()
    try:
        await owner_connection.execute("SET LOCAL session_replication_role = replica")
        wallet = await make_ledger(owner_connection, 9)
        events, first = [
            await list_events(
                owner_connection,
                wallet.tenant_id,
                wallet.organization_id,
                EventFilter(project_ids=project_ids),
                before=None,
                limit=ROWS,
            )
            for project_ids in (PROJECTS, PROJECTS[:1])
        ]
    finally:
        await transaction.rollback()
    assert [event.sequence for event in events] == [9, 8, 7, 6, 5, 3, 2, 1]
    assert [(event.sequence, event.event_type) for event in first] == [
        (9, "usage"),
        (6, "usage"),
        (3, "refund"),
    ]


async def page(
    connection: Connection, wallet: Wallet, wanted: EventFilter
) -> tuple[list[CreditEvent], int]:
    """The first page, and how many blocks PostgreSQL looks at for it."""
    return await with_blocks(
        connection,
        list_events(
            connection, wallet.tenant_id, wallet.organization_id, wanted, before=None, limit=ROWS
        ),
    )
