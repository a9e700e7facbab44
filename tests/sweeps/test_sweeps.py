"""What each sweep does about rows that are due, in a database that has no others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.tenants import NOON, Wallet, job_start, make_child, make_partner

from partner_api.audit.operator_store import ensure_partitions
from partner_api.credits import operator_store
from partner_api.credits import store as credit
from partner_api.crypto import SecretKeys
from partner_api.database.arguments import SYSTEM
from partner_api.jobs import store as job_store
from partner_api.storage.folder import FolderStorage
from partner_api.sweeps import all_sweeps, retention
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.retention import PurgeIdempotencyRecords, RotateAuditPartitions
from partner_api.webhooks.sending.sender import Outgoing

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.database.connection import Connection, Pool

JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)
DAY = timedelta(days=1)


async def start_jobs(connection: Connection, wallet: Wallet, count: int, now: datetime) -> None:
    items = [job_start(wallet, 1, now=now) for _ in range(count)]
    outcomes = await job_store.start_jobs(connection, wallet.tenant_id, now, items)
    assert {outcome.status for outcome in outcomes} == {"done"}


async def reserved(connection: Connection, wallet: Wallet) -> int:
    return int(
        await connection.fetchval(
            "SELECT reserved FROM wallets WHERE organization_id = $1", wallet.organization_id
        )
    )


async def failed_jobs(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM jobs WHERE error_code = 'EXPIRED'"))


class TestExpiries:
    async def test_a_large_tenant_does_not_hold_up_a_small_one(
        self, pool: Pool, connection: Connection
    ) -> None:
        large = await make_partner(connection, prepaid=1000)
        small = await make_partner(connection, prepaid=1000)
        await start_jobs(connection, large, 130, NOON)
        await start_jobs(connection, small, 2, NOON + timedelta(hours=1))

        assert await ExpireJobs().step(pool, NOON + DAY - timedelta(milliseconds=1)) == 0
        now = NOON + 2 * DAY
        assert await ExpireJobs().step(pool, now) == 102
        assert (await reserved(connection, large), await reserved(connection, small)) == (30, 0)
        assert await ExpireJobs().step(pool, now) == 30
        assert await ExpireJobs().step(pool, now) == 0
        assert await failed_jobs(connection) == 132
        for wallet in (large, small):
            await assert_books_balance(connection, wallet.tenant_id)

    async def test_several_workers_release_once(self, pool: Pool, connection: Connection) -> None:
        wallets = [await make_partner(connection, prepaid=1000) for _ in range(3)]
        for wallet in wallets:
            await start_jobs(connection, wallet, 40, NOON)
        await asyncio.gather(*(ExpireJobs().step(pool, NOON + DAY) for _ in range(3)))
        assert await ExpireJobs().step(pool, NOON + DAY) == 0
        assert await failed_jobs(connection) == 120
        for wallet in wallets:
            assert await reserved(connection, wallet) == 0
            await assert_books_balance(connection, wallet.tenant_id)

    async def test_it_knows_what_comes_next(self, connection: Connection) -> None:
        assert await ExpireJobs().next_due(connection, NOON) is None
        await start_jobs(connection, await make_partner(connection, prepaid=10), 1, NOON)
        assert await ExpireJobs().next_due(connection, NOON) == NOON + DAY
        assert await ExpireJobs().next_due(connection, NOON + DAY) is None


class TestPeriods:
    async def test_it_rolls_over_the_wallets_that_nobody_touches(
        self, pool: Pool, connection: Connection
    ) -> None:
        partner = await make_partner(connection, prepaid=100)
        child = await make_child(connection, partner, prepaid=10)
        await credit.set_subscriptions(
            connection,
            partner.tenant_id,
            NOON,
            [
                credit.SubscriptionSetting(
                    child.organization_id, "pro", 1000, "active", None, SYSTEM, None
                )
            ],
        )
        end = JULY_15
        assert await EndPeriods().next_due(connection, NOON) == end
        assert await EndPeriods().step(pool, end - timedelta(milliseconds=1)) == 0
        # Two months late: both are written, in order, each at its time.
        assert await EndPeriods().step(pool, datetime(2026, 8, 20, tzinfo=UTC)) == 2
        assert await EndPeriods().step(pool, datetime(2026, 8, 20, tzinfo=UTC)) == 0
        rows = await connection.fetch(
            """
            SELECT metadata ->> 'reason' AS reason, included_delta, created_at FROM credit_events
             WHERE organization_id = $1 AND created_at >= $2 ORDER BY sequence
            """,
            child.organization_id,
            end,
        )
        august = datetime(2026, 8, 15, tzinfo=UTC)
        assert [tuple(row) for row in rows] == [
            ("period_lapse", -1000, end),
            ("period_allotment", 1000, end),
            ("period_lapse", -1000, august),
            ("period_allotment", 1000, august),
        ]
        await assert_books_balance(connection, partner.tenant_id)

    async def test_a_step_is_bounded_and_takes_the_longest_overdue_first(
        self, pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(EndPeriods, "tenants_per_step", 2)
        late = [await make_partner(connection, now=NOON - day * DAY) for day in (1, 4, 2, 3)]
        assert await EndPeriods().step(pool, JULY_15) == 2
        overdue = await operator_store.tenants_with_overdue_wallets(connection, JULY_15, 10)
        assert set(overdue) == {late[0].tenant_id, late[2].tenant_id}
        assert await EndPeriods().step(pool, JULY_15) == 2
        assert await EndPeriods().step(pool, JULY_15) == 0

    async def test_several_workers_write_a_rollover_once(
        self, pool: Pool, connection: Connection
    ) -> None:
        partner = await make_partner(connection)
        await credit.set_subscriptions(
            connection,
            partner.tenant_id,
            NOON,
            [
                credit.SubscriptionSetting(
                    partner.organization_id, "pro", 50, "active", None, SYSTEM, None
                )
            ],
        )
        await asyncio.gather(*(EndPeriods().step(pool, JULY_15) for _ in range(4)))
        assert await connection.fetchval("SELECT count(*) FROM credit_events") == 3
        await assert_books_balance(connection, partner.tenant_id)


async def test_idempotency_records_go_an_hour_after_their_day_some_at_a_time(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_RECORDS_PER_STEP", 2)
    ages = [timedelta(hours=hours) for hours in (0, 24, 25, 26, 27)]
    await connection.executemany(
        """
        INSERT INTO idempotency_keys
            (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, created_at)
        VALUES (1, $1, 'POST', '/', 'key', '', 201, '{}', $2)
        """,
        [(uuid4(), NOON - age) for age in ages],
    )
    sweep = PurgeIdempotencyRecords()
    assert [await sweep.step(pool, NOON) for _ in range(3)] == [2, 1, 0]
    left = await connection.fetch("SELECT created_at FROM idempotency_keys ORDER BY created_at")
    assert [NOON - row["created_at"] for row in left] == [timedelta(hours=24), timedelta(0)]


class TestAuditPartitions:
    async def partitions(self, connection: Connection) -> Sequence[str]:
        rows = await connection.fetch(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
            " WHERE inhparent = 'audit_events'::regclass ORDER BY 1"
        )
        return [row["name"].removeprefix("audit_events_") for row in rows]

    async def test_there_are_always_three_months_ahead(
        self, pool: Pool, connection: Connection
    ) -> None:
        before = await self.partitions(connection)
        later = datetime(2031, 11, 30, 23, 59, tzinfo=UTC)
        made = await ensure_partitions(connection, later)
        assert made == 4
        ahead = {"2031_11", "2031_12", "2032_01", "2032_02"}
        assert set(await self.partitions(connection)) == {*before, *ahead}
        assert await ensure_partitions(connection, later) == 0

    async def test_rows_come_into_the_partition_of_their_month_or_the_default_one(
        self, pool: Pool, connection: Connection
    ) -> None:
        await RotateAuditPartitions().step(pool, datetime(2031, 11, 1, tzinfo=UTC))
        for month, partition in (("2031-11", "2031_11"), ("2039-01", "default")):
            created = datetime.fromisoformat(f"{month}-05T00:00:00+00:00")
            partner = await make_partner(connection, now=created)
            found = await connection.fetchval(
                "SELECT tableoid::regclass::text FROM audit_events WHERE organization_id = $1",
                partner.organization_id,
            )
            assert found == f"audit_events_{partition}"
        # A month whose rows are in the default partition stays there.
        await RotateAuditPartitions().step(pool, datetime(2038, 12, 1, tzinfo=UTC))
        months = await self.partitions(connection)
        assert "2039_02" in months
        assert "2039_01" not in months

    async def test_several_workers_make_them_once(self, pool: Pool, connection: Connection) -> None:
        then = datetime(2041, 5, 1, tzinfo=UTC)
        steps = (RotateAuditPartitions().step(pool, then) for _ in range(4))
        await asyncio.gather(*steps)
        assert (await self.partitions(connection)).count("2041_05") == 1
        assert await RotateAuditPartitions().step(pool, then) == 0


async def test_all_of_them_find_nothing_in_an_idle_installation(pool: Pool, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    keys = SecretKeys.load_or_create(tmp_path)
    sweeps = all_sweeps(FolderStorage(tmp_path, keys), Outgoing(keys, development=True, proxy=None))
    for sweep in sweeps:
        await sweep.step(pool, now)
        assert await sweep.step(pool, now) == 0, sweep.name
    assert len({sweep.name for sweep in sweeps}) == len(sweeps)
