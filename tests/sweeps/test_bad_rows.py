"""A row that cannot be advanced holds up no other: sweeps of jobs, periods and leases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.support.leases import PRICE_CENTS, charges, disconnect, lease, top_up
from tests.support.tenants import NOON, make_child, make_partner
from tests.support.working import claim, job_of
from tests.sweeps.skipping import DAY, assert_skips, refuse_changes, skipped, start

from partner_api.clock import Clock
from partner_api.credits import store as credit
from partner_api.credits.service import WalletReader
from partner_api.database import skipped_rows
from partner_api.database.arguments import SYSTEM
from partner_api.jobs import store as job_store
from partner_api.jobs.claim_service import Claimer
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.renewals import RenewLeases

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool


MARCH = datetime(2027, 3, 10, 9, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, tzinfo=UTC)
MAY = datetime(2027, 5, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _log_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipped_rows, "_lines", {})


async def test_expiries(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner, prepaid=10)
    other = await make_partner(connection, prepaid=100)
    ended, short = await start(connection, partner), await start(connection, child)
    # One that is over and holds its reservation, and one that frees more than its wallet has reserved.
    await owner.execute(
        "UPDATE jobs SET status = 'canceled', finished_at = started_at WHERE id = $1", ended
    )
    await owner.execute(
        "UPDATE wallets SET reserved = 0 WHERE organization_id = $1", child.organization_id
    )
    good = [await start(connection, wallet) for wallet in (partner, other, partner)]

    await assert_skips(ExpireJobs(), pool, NOON + DAY, good=3, bad=2)
    assert await connection.fetchval(
        "SELECT count(*) FROM jobs WHERE id = ANY ($1) AND error_code = 'EXPIRED'", good
    ) == len(good)
    assert (await job_of(connection, child, short))["status"] == "running"
    # Nor is one that cannot be ended counted.
    await owner.execute(
        "UPDATE wallets SET reserved = 1 WHERE organization_id = $1", child.organization_id
    )
    counts = [
        await job_store.expire_jobs(connection, partner.tenant_id, NOON + DAY, 100)
        for _ in range(2)
    ]
    assert counts == [1, 0]


async def test_claims(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    jobs = [await start(connection, partner) for _ in range(3)]
    assert len(await claim(connection, partner, 3)) == 3
    # Its last try is over, and there is no reservation that could be released.
    await owner.execute("UPDATE jobs SET attempt = 3 WHERE id = $1", jobs[0])
    await owner.execute("DELETE FROM reservations WHERE job_id = $1", jobs[0])

    late = NOON + timedelta(hours=1)
    await assert_skips(ExpireClaims(), pool, late, good=2, bad=1)
    assert [(await job_of(connection, partner, job))["stage"] for job in jobs[1:]] == ["queued"] * 2
    assert await connection.fetchval("SELECT status FROM jobs WHERE id = $1", jobs[0]) == "running"


@pytest.mark.one_server(reason="a trigger refuses the row, and Citus has none on spread tables")
async def test_the_queue(pool: Pool, connection: Connection, owner: Connection) -> None:
    """What no worker can be given does not keep the others from any: not its partner's, nor another partner's."""
    first, second = sorted(
        [await make_partner(connection, prepaid=100) for _ in range(2)],
        key=lambda partner: partner.tenant_id,
    )
    bare, loose, tired, broken = [await start(connection, first) for _ in range(4)]
    await owner.execute("DELETE FROM containers WHERE job_id = $1", bare)
    await owner.execute("DELETE FROM reservations WHERE job_id = $1", loose)
    await owner.execute("UPDATE jobs SET attempt = 3 WHERE id = $1", tired)
    await refuse_changes(owner, "jobs", broken)
    good = {await start(connection, wallet) for wallet in (first, second, first)}
    claimer = Claimer()
    claimer._last = first.tenant_id - 1

    async def claimed(limit: int) -> list[UUID]:
        async with connection.transaction():
            jobs = await claimer.claim(
                connection,
                NOON,
                worker_id="w1",
                formats=["video_remix"],
                lease_seconds=60,
                limit=limit,
                caller=SYSTEM,
            )
        return [job.job_id for job in jobs]

    before = skipped("claim")
    with capture_logs() as log:
        batch = await claimed(2)
        # One at a time, as workers that have one processor.
        rest = [job for _ in range(8) for job in await claimed(1)]
    assert {*batch, *rest} == good
    assert len(batch) + len(rest) == len(good)
    assert skipped("claim") - before == 4
    assert [(entry["event"], entry["work"]) for entry in log] == [("row_skipped", "claim")]
    # Nor is any of them given to somebody who meets them for the first time.
    assert not await claim(connection, first, 9)


async def test_periods(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection)
    bad, good = [await make_child(connection, partner) for _ in range(2)]
    await credit.set_subscriptions(
        connection,
        partner.tenant_id,
        NOON,
        [
            credit.SubscriptionSetting(
                child.organization_id, "pro", 1000, "active", None, SYSTEM, None
            )
            for child in (bad, good)
        ],
    )
    # Its next event collides with one that is there.
    await owner.execute(
        "UPDATE wallets SET last_sequence = last_sequence - 1 WHERE organization_id = $1",
        bad.organization_id,
    )
    august = datetime(2026, 8, 1, tzinfo=UTC)
    await assert_skips(EndPeriods(), pool, august, good=2, bad=1)


async def test_reading_wallets_together(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """One that cannot be rolled over is an error for whoever asks for it, and for nobody who asks at the same time."""
    wallets = [await make_partner(connection, prepaid=5) for _ in range(3)]
    await owner.execute(
        """
        UPDATE wallets SET included_remaining = 7, last_sequence = last_sequence - 1
         WHERE organization_id = $1
        """,
        wallets[0].organization_id,
    )
    clock = Clock()
    clock.offset_seconds = 10 * 366 * 86_400
    reader = WalletReader(pool, clock)
    bad, *good = await asyncio.gather(
        *(reader.read(wallet.tenant_id, wallet.organization_id) for wallet in wallets),
        return_exceptions=True,
    )
    assert isinstance(bad, asyncpg.PostgresError)
    assert [one.prepaid for one in good if isinstance(one, credit.Wallet)] == [5, 5]


async def test_renewals_of_a_month_that_is_paid_already(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """A lease that was set back is not charged again, and those behind it in its partner's line are."""
    partner = await make_partner(connection, now=MARCH)
    await top_up(connection, partner, MARCH, 10 * PRICE_CENTS)
    bad, good = [await lease(connection, partner, MARCH) for _ in range(2)]
    assert await RenewLeases().step(pool, APRIL) == 2
    await owner.execute(
        "UPDATE leases SET next_month = 1, next_due_at = $2 WHERE social_account_id = $1",
        bad,
        APRIL,
    )
    await assert_skips(RenewLeases(), pool, MAY, good=1, bad=1)
    assert await charges(connection, partner, bad) == [(PRICE_CENTS, "paid")] * 2
    assert await charges(connection, partner, good) == [(PRICE_CENTS, "paid")] * 3
    balance = "SELECT balance_cents FROM cash_wallets"
    assert await connection.fetchval(balance) == 5 * PRICE_CENTS
    # Its release goes on from the first month that nobody has paid.
    assert (await disconnect(connection, partner, bad, MAY)).status == "done"
    assert await charges(connection, partner, bad) == [(PRICE_CENTS, "paid")] * 3
    assert await connection.fetchval(balance) == 4 * PRICE_CENTS


async def test_renewals_of_a_wallet_that_cannot_be_charged(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    partners = [await make_partner(connection, now=MARCH) for _ in range(3)]
    for partner in partners:
        await top_up(connection, partner, MARCH, 10 * PRICE_CENTS)
        await lease(connection, partner, MARCH)
    await owner.execute(
        "UPDATE cash_wallets SET last_sequence = last_sequence - 1 WHERE tenant_id = $1",
        partners[1].tenant_id,
    )
    await assert_skips(RenewLeases(), pool, APRIL, good=2, bad=1)
