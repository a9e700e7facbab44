"""Whose jobs these are, for workers that know them by their ids alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.support.operations import started
from tests.support.tenants import make_partner

from partner_api.database.pool import NestedAcquisition
from partner_api.jobs import operator_store
from partner_api.jobs.operator_service import JobTenants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection, Pool


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many jobs were looked up in each round trip."""
    sizes: list[int] = []
    find_tenants = operator_store.find_tenants

    async def counted(connection: Connection, job_ids: Sequence[UUID]) -> list[int | None]:
        sizes.append(len(job_ids))
        return await find_tenants(connection, job_ids)

    monkeypatch.setattr(operator_store, "find_tenants", counted)
    return sizes


async def jobs_of_two(pool: Pool) -> dict[UUID, int]:
    """Jobs of two partners, with their tenants."""
    tenants = {}
    async with pool.acquire() as connection:
        for _ in range(2):
            partner = await make_partner(connection, prepaid=500)
            for _ in range(2):
                tenants[await started(connection, partner, 10)] = partner.tenant_id
    return tenants


async def test_the_jobs_of_a_request_are_looked_up_together(pool: Pool, batches: list[int]) -> None:
    jobs, missing = await jobs_of_two(pool), uuid4()
    first, second, third, fourth = jobs
    asked = [fourth, missing, first, fourth, second, third]
    assert await JobTenants(pool).find(asked) == [jobs.get(job_id) for job_id in asked]
    assert batches == [5]


async def test_requests_that_arrive_together_share_a_round_trip(
    pool: Pool, batches: list[int]
) -> None:
    jobs = await jobs_of_two(pool)
    finder = JobTenants(pool)
    found = await asyncio.gather(*(finder.find([job_id]) for job_id in [*jobs] * 10))
    assert found == [[tenant_id] for tenant_id in [*jobs.values()] * 10]
    # The first two leave at once, and the others together when one of them is back.
    assert sorted(batches) == [1, 1, 4]


async def test_nobody_waits_for_them_with_a_connection(pool: Pool) -> None:
    finder = JobTenants(pool)
    async with pool.acquire():
        with pytest.raises(NestedAcquisition):
            await finder.find([uuid4()])
