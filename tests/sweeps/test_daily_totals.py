"""What the ledgers come to by day: each row once, whoever counts, however often, and whoever dies."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from tests.support.job_ends import JobSettlement, settle_jobs
from tests.support.leases import lease, top_up
from tests.support.operations import post, started
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.daily_totals import operator_store, store
from partner_api.daily_totals.operator_store import DayTotals
from partner_api.database.connection import connect, open_pool
from partner_api.sweeps import locks
from partner_api.sweeps.daily_totals import CountDays

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
LAST = date(2027, 12, 31)


@pytest_asyncio.fixture
async def pool(urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """The pool of sweeps: they do not wait long for locks."""
    async with await open_pool(urls.app, 4, settings=locks.SETTINGS) as pool:
        yield pool


async def counted(connection: Connection, partner: Wallet | None = None) -> list[DayTotals]:
    """The days as they are counted."""
    partner_id = None if partner is None else partner.organization_id
    return await operator_store.list_days(connection, FIRST, LAST, partner_id)


async def on_the_ledgers(connection: Connection) -> list[DayTotals]:
    """The days as the rows of all ledgers say, summed one by one."""
    days: dict[date, dict[str, int]] = {}

    def add(row: asyncpg.Record, name: str, amount: int) -> None:
        of_day = days.setdefault(row["created_at"].astimezone(UTC).date(), {})
        of_day[name] = of_day.get(name, 0) + amount

    for row in await connection.fetch("SELECT * FROM credit_events"):
        name = {
            "usage": "credits_used",
            "refund": "credits_refunded",
            "purchase": "credits_purchased",
        }.get(row["event_type"], "")
        amount = row["included_delta"] + row["prepaid_delta"]
        add(row, name, -amount if row["event_type"] == "usage" else amount)
    for row in await connection.fetch("SELECT * FROM cash_events"):
        name = {
            "topup": "cash_paid_in_cents",
            "refund": "cash_refunded_cents",
            "adjustment": "",
        }.get(row["event_type"], "cash_charged_cents")
        add(row, name, abs(row["amount_cents"]))
    return [
        DayTotals(day, **{name: amount for name, amount in days[day].items() if name})
        for day in sorted(days, reverse=True)
    ]


class Business:
    """A partner with two children, of whom something random happens, now and then late."""

    def __init__(self, seed: int, connection: Connection, owner: Connection) -> None:
        self.random = random.Random(seed)
        self.connection = connection
        self.owner = owner
        self.wallets: list[Wallet] = []
        self.finished: list[tuple[Wallet, UUID]] = []
        self.now = NOON

    async def begin(self) -> Wallet:
        partner = await make_partner(self.connection, prepaid=1_000_000, cash_cents=10_000_000)
        children = [await make_child(self.connection, partner, prepaid=100_000) for _ in range(2)]
        self.wallets = [partner, *children]
        return partner

    async def happen(self) -> None:
        """Let one thing happen, up to a day and a half after the last, or with a clock that lags."""
        self.now += timedelta(hours=self.random.uniform(0, 36))
        now = self.now - timedelta(hours=self.random.choice((0, 0, 0, 30)))
        wallet = self.random.choice(self.wallets)
        kind = self.random.choice(
            ("purchase", "grant", "adjust", "use", "use", "refund", "pay", "lease")
        )
        amount = self.random.randint(1, 500)
        if kind in ("purchase", "grant"):
            await post(self.connection, wallet, kind, amount, now=now)
        elif kind == "adjust":
            await post(self.connection, wallet, "adjustment", -amount, now=now)
        elif kind == "use":
            job_id = await started(self.connection, wallet, amount, now=now, days=600)
            items = [JobSettlement(job_id, self.random.randint(0, amount))]
            await settle_jobs(self.owner, wallet.tenant_id, now, items)
            self.finished.append((wallet, job_id))
        elif kind == "refund" and self.finished:
            of_wallet, job_id = self.random.choice(self.finished)
            await post(self.connection, of_wallet, "refund", 1, now=now, job_id=job_id)
        elif kind == "pay":
            await top_up(self.connection, self.wallets[0], now, amount)
        elif kind == "lease":
            await lease(self.connection, wallet, now, price_cents=amount)


@pytest.mark.parametrize("seed", range(4))
async def test_the_days_agree_with_the_ledgers_after_any_business(
    pool: Pool, connection: Connection, owner: Connection, seed: int
) -> None:
    """Counted in commits of few rows, at any moment, by sweeps that begin anew."""
    business = Business(seed, connection, owner)
    await business.begin()
    for number in range(60):
        await business.happen()
        if number % 7 == 0:
            await CountDays(rows_per_commit=business.random.randint(1, 9)).step(pool, business.now)
            assert await counted(connection) == await on_the_ledgers(connection)

    await CountDays().step(pool, business.now)

    found = await counted(connection)
    assert found == await on_the_ledgers(connection)
    assert len(found) > 20
    assert all(
        sum(getattr(one, name) for one in found) > 0
        for name in DayTotals.__struct_fields__
        if name not in ("day", "cash_refunded_cents")
    )


async def test_several_sweeps_at_once_count_each_row_once(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    businesses = [Business(seed, connection, owner) for seed in range(3)]
    for business in businesses:
        await business.begin()
        for _ in range(20):
            await business.happen()

    counts = await asyncio.gather(
        *(CountDays(rows_per_commit=5).step(pool, NOON) for _ in range(3))
    )

    # Whoever waited too long for another's lock has left the rest to it.
    counts.append(await CountDays().step(pool, NOON))
    assert sum(counts) == await rows(connection)
    assert await counted(connection) == await on_the_ledgers(connection)


async def rows(connection: Connection) -> int:
    """How many rows the ledgers have."""
    return int(
        await connection.fetchval(
            "SELECT (SELECT count(*) FROM credit_events) + (SELECT count(*) FROM cash_events)"
        )
    )


async def test_what_is_cut_off_before_its_commit_is_counted_by_the_next(
    urls: DatabaseUrls, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=500)
    victim = await connect(urls.app)
    transaction = victim.transaction()
    await transaction.start()
    assert await store.count_rows(victim, partner.tenant_id, 100) == 1
    victim.terminate()

    done = 0
    while not done:
        # Its lock is gone as soon as PostgreSQL has noticed that its client is.
        try:
            done = await store.count_rows(connection, partner.tenant_id, 100)
        except asyncpg.LockNotAvailableError:
            continue

    assert done == 1
    assert await counted(connection) == [DayTotals(NOON.date(), credits_purchased=500)]
    assert await store.count_rows(connection, partner.tenant_id, 100) == 0


async def test_a_row_that_comes_late_is_added_to_its_day(
    pool: Pool, connection: Connection
) -> None:
    """Its request arrived before midnight; others of the next day were counted before it."""
    partner = await make_partner(connection, prepaid=5)
    child = await make_child(connection, partner)
    await post(connection, partner, "purchase", 7, now=NOON + DAY)
    await CountDays().step(pool, NOON + DAY)

    await post(connection, child, "purchase", 11, now=NOON + timedelta(hours=1))
    await CountDays().step(pool, NOON + DAY)

    assert [(one.day.day, one.credits_purchased) for one in await counted(connection)] == [
        (16, 7),
        (15, 16),
    ]


async def test_a_partner_with_many_rows_does_not_hold_up_another(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a commit, then the next one."""
    order: list[int] = []
    count_rows = store.count_rows

    async def note(connection: Connection, tenant_id: int, limit: int) -> int:
        order.append(tenant_id)
        return await count_rows(connection, tenant_id, limit)

    monkeypatch.setattr(store, "count_rows", note)
    large = await make_partner(connection, prepaid=1)
    small = await make_partner(connection, prepaid=1)
    for _ in range(5):
        await post(connection, large, "purchase", 1)

    assert await CountDays(rows_per_commit=2).step(pool, NOON) == 7

    assert sorted(order[:2]) == sorted([large.tenant_id, small.tenant_id])
    assert set(order[2:]) == {large.tenant_id}


async def test_the_days_of_a_partner_are_those_of_its_children_too(
    pool: Pool, connection: Connection
) -> None:
    first = await make_partner(connection, prepaid=20)
    await post(connection, await make_child(connection, first), "purchase", 3)
    await make_partner(connection, prepaid=100)
    await CountDays().step(pool, NOON)

    assert [one.credits_purchased for one in await counted(connection, first)] == [23]
    assert [one.credits_purchased for one in await counted(connection)] == [123]


async def test_test_environments_are_not_counted(pool: Pool, connection: Connection) -> None:
    await make_partner(connection, prepaid=20, env="test")

    assert await CountDays().step(pool, NOON) == 0
    assert await counted(connection) == []


async def test_it_is_known_up_to_when_everything_is_counted(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    assert await operator_store.read_progress(connection) is None
    partner = await make_partner(connection, prepaid=1)

    # Somebody counts the same ledger and has not committed: nobody can say that all is counted.
    async with owner.transaction():
        await store.count_rows(owner, partner.tenant_id, 1)
        sweep = CountDays()
        assert await sweep.step(pool, NOON) == 0
        assert sweep.left_some
        assert await operator_store.read_progress(connection) is None
    await CountDays().step(pool, NOON)
    assert await operator_store.read_progress(connection) == NOON

    await CountDays().step(pool, NOON - DAY)
    assert await operator_store.read_progress(connection) == NOON
    await CountDays().step(pool, datetime(2026, 6, 16, tzinfo=UTC))
    assert await operator_store.read_progress(connection) == datetime(2026, 6, 16, tzinfo=UTC)


async def test_the_rows_of_a_tenant_are_counted_anew_when_its_totals_are_gone(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """So they can be repaired: as operate.md says."""
    business = Business(9, connection, owner)
    partner = await business.begin()
    for _ in range(20):
        await business.happen()
    await CountDays().step(pool, NOON)
    await owner.execute("UPDATE daily_totals SET credits_used = credits_used + 1")
    assert await counted(connection) != await on_the_ledgers(connection)

    async with owner.transaction():
        for table in ("daily_totals", "daily_totals_counted"):
            await owner.execute(f"DELETE FROM {table} WHERE tenant_id = $1", partner.tenant_id)
    await CountDays().step(pool, NOON)

    assert await counted(connection) == await on_the_ledgers(connection)
