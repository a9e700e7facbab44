"""Full checks are remembered, and one happens each day."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.reconciliation.history import MARCH
from tests.support.tenants import make_partner

from partner_api.database.pool import require_no_connection
from partner_api.reconciliation import daily, record_store
from partner_api.reconciliation.daily import run_daily
from partner_api.reconciliation.record_store import last_reconciliation, save_reconciliation
from partner_api.reconciliation.rules import Mismatch, Reconciliation, Rule
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

DAY = timedelta(days=1)


@pytest.fixture
def pool(own_pool: Pool) -> Pool:
    return own_pool


@pytest_asyncio.fixture(autouse=True)
async def no_checks_yet(pool: Pool) -> AsyncIterator[None]:
    await pool.execute("DELETE FROM reconciliations")
    yield
    await pool.execute("DELETE FROM reconciliations")


def result(*mismatches: Mismatch, found: int | None = None, day: int = 0) -> Reconciliation:
    start = MARCH + day * DAY
    return Reconciliation(
        started_at=start,
        finished_at=start + timedelta(seconds=3),
        wallets_checked=12,
        events_checked=34,
        mismatches=list(mismatches),
        mismatches_found=len(mismatches) if found is None else found,
    )


async def test_there_is_none_before_the_first(connection: Connection) -> None:
    assert await last_reconciliation(connection) is None


async def test_what_was_saved_comes_back(connection: Connection) -> None:
    saved = result(
        Mismatch(Rule.PREPAID_BALANCE, 5, uuid4(), "wallet", 2**60, 400),
        Mismatch(Rule.ACCOUNT_LEASE, None, None, "pool account", "assigned", "none"),
    )

    await save_reconciliation(connection, saved)

    assert await last_reconciliation(connection) == saved


async def test_it_is_the_newest_that_comes_back(connection: Connection) -> None:
    for day in (1, 3, 2):
        await save_reconciliation(connection, result(day=day))

    assert await last_reconciliation(connection) == result(day=3)


async def test_a_cut_list_says_that_it_is(connection: Connection) -> None:
    mismatch = Mismatch(Rule.PREPAID_BALANCE, 5, uuid4(), "wallet", 1, 2)
    await save_reconciliation(connection, result(mismatch, found=7_000))

    last = await last_reconciliation(connection)

    assert last is not None
    assert last.cut
    assert (len(last.mismatches), last.mismatches_found) == (1, 7_000)


async def test_a_rule_of_another_version_can_be_read(connection: Connection) -> None:
    saved = result(Mismatch("rule_of_tomorrow", 5, uuid4(), "wallet", 1, 2))
    await save_reconciliation(connection, saved)

    assert await last_reconciliation(connection) == saved


async def test_the_first_daily_check_is_remembered(pool: Pool, connection: Connection) -> None:
    await make_partner(connection, prepaid=10)

    checked = await run_daily(pool, MARCH)

    assert checked is not None
    assert checked.wallets_checked >= 2
    assert await last_reconciliation(connection) == checked


async def test_the_next_one_is_due_a_day_after_the_last_began(pool: Pool) -> None:
    assert await run_daily(pool, MARCH) is not None
    assert await run_daily(pool, MARCH + DAY - timedelta(milliseconds=1)) is None

    second = await run_daily(pool, MARCH + DAY)

    assert second is not None
    assert second.started_at == MARCH + DAY


async def test_of_many_servers_one_checks(pool: Pool) -> None:
    results = await asyncio.gather(*(run_daily(pool, MARCH) for _ in range(5)))

    assert len([each for each in results if each is not None]) == 1
    assert await pool.fetchval("SELECT count(*) FROM reconciliations") == 1


async def test_a_check_that_another_server_finished_meanwhile_is_not_repeated(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finishes between this server's look at the last check and its claim of the next."""
    claim = record_store.claim_daily_check

    async def claim_late(connection: Connection) -> bool:
        monkeypatch.undo()
        assert await run_daily(pool, MARCH) is not None
        return await claim(connection)

    monkeypatch.setattr(record_store, "claim_daily_check", claim_late)

    assert await run_daily(pool, MARCH) is None
    assert await pool.fetchval("SELECT count(*) FROM reconciliations") == 1


async def test_a_cancelled_check_leaves_the_day_to_another(pool: Pool) -> None:
    task = asyncio.create_task(run_daily(pool, MARCH))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()

    assert await run_daily(pool, MARCH) is not None


async def test_a_check_leaves_the_settings_of_a_connection_as_they_were(
    connection: Connection,
) -> None:
    # The first function in it adds settings of its language.
    await connection.execute("DO $$ BEGIN NULL; END $$")
    before = await connection.fetch("SHOW ALL")

    await reconcile(connection, MARCH)

    assert await connection.fetch("SHOW ALL") == before


async def test_no_connection_of_the_pool_is_held_during_a_check(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its statements have no limit but that of the step, so nobody may have to wait for them."""

    async def check(connection: Connection, now: datetime) -> Reconciliation:
        require_no_connection()
        return await reconcile(connection, now)

    monkeypatch.setattr(daily, "reconcile", check)

    assert await run_daily(pool, MARCH) is not None
