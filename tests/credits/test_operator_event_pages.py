"""What a page of the operator's ledgers reads: as much in a long ledger as in a short one, with any filter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.credits.long_ledgers import FILL_OTHERS, JOB, LEASE, make_ledgers
from tests.support.page_costs import with_blocks
from tests.support.tenants import NOON

from partner_api.cash import event_store as cash
from partner_api.cash.event_store import CashFilter
from partner_api.cash.operator_event_store import list_events_with_origin as list_cash
from partner_api.credits.event_store import EventFilter
from partner_api.credits.operator_event_store import (
    find_event_with_origin,
    list_events_with_origin,
    list_related_events,
)
from partner_api.database.connection import REQUEST_SETTINGS, connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

ROWS = 10


@pytest_asyncio.fixture(scope="module")
async def ledgers(
    database_urls: DatabaseUrls,
) -> AsyncIterator[tuple[Connection, Wallet, Wallet]]:
    """The owner, short ledgers and long ones, in a transaction that is rolled back."""
    connection = await connect(database_urls.owner)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL session_replication_role = replica")
    bitmaps = REQUEST_SETTINGS["enable_bitmapscan"]
    await connection.execute(f"SET LOCAL enable_bitmapscan = {bitmaps}")
    short, long = [await make_ledgers(connection, events) for events in (60, 20_000)]
    await connection.execute(FILL_OTHERS, NOON)
    await connection.execute("ANALYZE credit_events, cash_events")
    yield connection, short, long
    await transaction.rollback()
    await connection.close()


@pytest.mark.one_server(reason="counts the blocks that one PostgreSQL reads")
@pytest.mark.parametrize(
    ("more", "types", "found"),
    [
        ({}, None, ROWS),
        ({"direction": "in"}, None, 7),
        ({"direction": "out"}, None, ROWS),
        ({"direction": "in"}, ["allocation"], 6),
        ({"direction": "out"}, ["allocation", "adjustment"], ROWS),
        ({}, ["purchase"], 1),
        ({"job_ids": [JOB]}, None, 1),
        ({"job_ids": [JOB], "direction": "in"}, None, 0),
        ({"job_ids": [UUID(int=1)]}, None, 0),
    ],
)
async def test_a_page_of_credits_costs_the_same_in_a_ledger_of_any_length(
    ledgers: tuple[Connection, Wallet, Wallet],
    more: dict[str, Any],
    types: list[str] | None,
    found: int,
) -> None:
    connection, *wallets = ledgers
    asked = {"job_ids": None, "direction": None, **more}
    read = []
    for wallet in wallets:
        rows, blocks = await with_blocks(
            connection,
            list_events_with_origin(
                connection,
                wallet.tenant_id,
                wallet.organization_id,
                EventFilter(event_types=types),
                before=None,
                limit=ROWS,
                **asked,
            ),
        )
        assert len(rows) == found
        read.append(blocks)
    # The indexes of a longer ledger are a level or two higher, which each run and each row's transfer pays.
    assert read[1] <= read[0] + 40, read


@pytest.mark.one_server(reason="counts the blocks that one PostgreSQL reads")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CashFilter(), ROWS),
        (CashFilter(["topup"]), 1),
        (CashFilter(["lease_renewal"]), ROWS),
        (CashFilter(["lease_charge", "refund"]), 1),
        (CashFilter(direction="in"), 1),
        (CashFilter(direction="out"), ROWS),
        (CashFilter(["adjustment"], direction="in"), 0),
        (CashFilter(["topup"], direction="out"), 0),
        (CashFilter(social_account_ids=[LEASE]), 1),
        (CashFilter(["topup"], since=NOON, until=NOON + timedelta(hours=9)), 1),
    ],
)
async def test_a_page_of_cash_costs_the_same_in_a_ledger_of_any_length(
    ledgers: tuple[Connection, Wallet, Wallet], wanted: CashFilter, found: int
) -> None:
    connection, *wallets = ledgers
    both: tuple[Any, ...] = (cash.list_events, list_cash)
    for listed in both:
        read = []
        for wallet in wallets:
            page = listed(
                connection,
                wallet.tenant_id,
                wallet.organization_id,
                wanted,
                before=None,
                limit=ROWS,
            )
            if wanted == CashFilter(["topup"], direction="out"):
                assert await page == []
                continue
            rows, blocks = await with_blocks(connection, page)
            assert len(rows) == found
            read.append(blocks)
        assert not read or read[1] <= read[0] + 40, read


@pytest.mark.one_server(reason="counts the blocks that one PostgreSQL reads")
async def test_what_belongs_with_a_row_costs_the_same_too(
    ledgers: tuple[Connection, Wallet, Wallet],
) -> None:
    connection, *wallets = ledgers
    read = []
    for wallet in wallets:
        event = await find_event_with_origin(
            connection, wallet.tenant_id, wallet.organization_id, 8
        )
        assert event is not None
        rows, blocks = await with_blocks(
            connection, list_related_events(connection, wallet.tenant_id, event)
        )
        assert rows == []
        read.append(blocks)
    assert read[1] <= read[0] + 40, read
