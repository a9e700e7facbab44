"""Many ends of one job at once: settled, released or expired, and refunded, it happens once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
from tests.credits.racing import all_at_once, one_for_each
from tests.support.invariants import assert_books_balance
from tests.support.job_ends import JobSettlement, ending, release_jobs, settle_jobs
from tests.support.operations import post, read, spend, started
from tests.support.tenants import NOON, make_partner

from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool


async def test_one_of_many_ends_a_job(owners: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    for _ in range(5):
        before = (await read(connection, partner)).balance
        job_id = await started(connection, partner, 100)

        async def end(own: Connection, charged: int | None, job_id: UUID = job_id) -> Outcome:
            tenant_id = partner.tenant_id
            if charged is None:
                canceled = [ending(job_id, "canceled")]
                return (await release_jobs(own, tenant_id, NOON, canceled))[0]
            settlement = [JobSettlement(job_id, charged)]
            return (await settle_jobs(own, tenant_id, NOON, settlement))[0]

        outcomes = await all_at_once(owners, one_for_each(end, [30, None, 70, None] * 5))
        (won,) = [outcome for outcome in outcomes if outcome.status == "done"]
        charged = (won.facts or {}).get("credits_charged", 0)
        lost = {(outcome.facts or {})["status"] for outcome in outcomes if outcome.code}
        assert {outcome.code for outcome in outcomes} == {None, "CONFLICT"}
        assert len(lost) == 1
        assert (lost == {"completed"}) == (charged > 0)
        wallet = await read(connection, partner)
        assert (wallet.balance, wallet.reserved) == (before - charged, 0)
    await assert_books_balance(connection, partner.tenant_id)


async def test_expiry_and_settlement_end_a_job_once(owners: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    jobs = [await started(connection, partner, 100) for _ in range(20)]
    later = NOON + timedelta(days=1)

    async def expire(own: Connection) -> None:
        # On a cluster it waits as long as a sweep does, and a sweep leaves for later what it does not get.
        with suppress(asyncpg.LockNotAvailableError):
            await job_store.expire_jobs(own, partner.tenant_id, later, 7)

    async def settle(own: Connection, job_id: UUID) -> Outcome:
        items = [JobSettlement(job_id, 40)]
        return (await settle_jobs(own, partner.tenant_id, later, items))[0]

    settlements = one_for_each(settle, jobs)
    outcomes = await all_at_once(owners, [expire, expire, *settlements, expire])
    await job_store.expire_jobs(connection, partner.tenant_id, later, 100)
    settled = sum(outcome is not None and outcome.status == "done" for outcome in outcomes)
    wallet = await read(connection, partner, later)
    assert (wallet.balance, wallet.reserved) == (10_000 - 40 * settled, 0)
    await assert_books_balance(connection, partner.tenant_id)


async def test_refunds_of_one_job_never_exceed_its_charge(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=1000)
    job_id = await spend(connection, partner, 100)
    outcomes = await all_at_once(
        crowd, [lambda own: post(own, partner, "refund", 30, job_id=job_id) for _ in range(40)]
    )
    assert sum(outcome.status == "done" for outcome in outcomes) == 3
    assert {outcome.code for outcome in outcomes} == {None, "CONFLICT"}
    assert (await read(connection, partner)).balance == 990
    await assert_books_balance(connection, partner.tenant_id)
