"""What the operator's page of the day asks for: open requests, past due, cover, jobs; of live partners."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio
from tests.support.answers import granted
from tests.support.installation import now, org_id
from tests.support.leases import PRICE_CENTS, lease, top_up
from tests.support.operations import started
from tests.support.tenants import make_partner

from partner_api.clock import format_seconds
from partner_api.leases.operator_store import renew
from partner_api.months import add_months

if TYPE_CHECKING:
    from datetime import datetime

    import httpx2
    from tests.support.installation import Installation
    from tests.support.tenants import Wallet


@pytest_asyncio.fixture
async def viewer(still: Installation) -> dict[str, str]:
    """What authenticates an operator who only reads."""
    return await still.operator("viewer")


async def asked_for(still: Installation, wallet: Wallet, at: datetime, count: int = 2) -> None:
    """A lease request that was submitted then."""
    await still.owner.execute(
        """
        INSERT INTO lease_requests (tenant_id, id, organization_id, project_id, count, vertical, submitted_at)
        VALUES ($1, $2, $3, $4, $5, 'food', $6)
        """,
        wallet.tenant_id,
        uuid4(),
        wallet.organization_id,
        wallet.project_id,
        count,
        at.replace(microsecond=0),
    )


async def test_open_requests_are_counted_by_age(
    still: Installation, still_api: httpx2.AsyncClient, viewer: dict[str, str]
) -> None:
    await still.owner.execute("DELETE FROM lease_requests")
    partner = (await still.family()).partner
    present = now()
    for hours in (0.5, 0.6, 2, 30, 100):
        await asked_for(still, partner, present - timedelta(hours=hours))
    await asked_for(still, partner, present)
    await still.owner.execute(
        """
        UPDATE lease_requests SET status = 'rejected', answered_at = submitted_at
         WHERE submitted_at = (SELECT max(submitted_at) FROM lease_requests)
        """
    )

    found = granted(await still_api.get("/ops/v1/lease-requests/summary", headers=viewer))

    assert [one["count"] for one in found["byAge"]] == [2, 1, 0, 1, 1]
    assert (found["byAge"][0]["fromHours"], found["byAge"][-1]["toHours"]) == (0, None)
    assert (found["count"], found["accounts"]) == (5, 10)
    assert found["oldestSubmittedAt"] == format_seconds(present - timedelta(hours=100))


async def test_nothing_open_is_said_as_such(
    still: Installation, still_api: httpx2.AsyncClient, viewer: dict[str, str]
) -> None:
    await still.owner.execute("DELETE FROM lease_requests")

    found = granted(await still_api.get("/ops/v1/lease-requests/summary", headers=viewer))

    assert (found["count"], found["oldestSubmittedAt"]) == (0, None)
    assert {one["count"] for one in found["byAge"]} == {0}


async def test_jobs_that_wait_run_and_were_lost_are_counted(
    still: Installation, still_api: httpx2.AsyncClient, viewer: dict[str, str]
) -> None:
    before = granted(await still_api.get("/ops/v1/jobs/summary", headers=viewer))
    family = await still.family(prepaid=1_000)
    jobs = []
    async with still.pool.acquire() as connection:
        for hours in (5, 4, 3, 2, 30):
            at = now() - timedelta(hours=hours)
            jobs.append(await started(connection, family.partner, 1, now=at, days=9))
    tenant_id = family.partner.tenant_id
    for job_id, lease_until in ((jobs[1], now() + timedelta(hours=1)), (jobs[2], now())):
        await still.owner.execute(
            """
            UPDATE jobs SET worker_id = 'w', claim_token = $4, claimed_at = started_at,
                            lease_seconds = 900, lease_until = $3, attempt = 1
             WHERE tenant_id = $1 AND id = $2
            """,
            tenant_id,
            job_id,
            lease_until,
            uuid4(),
        )
    for job_id, hours in ((jobs[3], 1), (jobs[4], 25)):
        await still.owner.execute(
            """
            UPDATE jobs SET status = 'failed', error_code = 'WORKER_LOST', error_message = 'Lost.', finished_at = $3
             WHERE tenant_id = $1 AND id = $2
            """,
            tenant_id,
            job_id,
            now() - timedelta(hours=hours),
        )

    found = granted(await still_api.get("/ops/v1/jobs/summary", headers=viewer))

    more = {name: found[name] - before[name] for name in before if name != "oldestWaitingAt"}
    assert found["oldestWaitingAt"] is not None
    assert (more["waiting"], more["running"], more["silent"]) == (1, 2, 1)


async def past_due(api: httpx2.AsyncClient, viewer: dict[str, str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = granted(
        await api.get("/ops/v1/renewals/past-due", headers=viewer)
    )["items"]
    return items


async def fall_behind(still: Installation, days: int, leases: int = 1) -> Wallet:
    """A partner that could not pay its leases so many days ago."""
    since = now() - timedelta(days=days, hours=2)
    async with still.pool.acquire() as connection:
        partner = await make_partner(connection, now=add_months(since, -1))
        await top_up(connection, partner, add_months(since, -1), leases * PRICE_CENTS)
        for _ in range(leases):
            await lease(connection, partner, add_months(since, -1))
        await renew(connection, [partner.tenant_id], since + timedelta(minutes=1), 100)
    return partner


async def test_who_is_to_lose_leases_first_comes_first(
    still: Installation, still_api: httpx2.AsyncClient, viewer: dict[str, str]
) -> None:
    late = await fall_behind(still, 2, leases=2)
    later = await fall_behind(still, 6)

    found = [
        one
        for one in await past_due(still_api, viewer)
        if one["organizationId"] in (org_id(late), org_id(later))
    ]

    assert [one["organizationId"] for one in found] == [org_id(later), org_id(late)]
    assert [(one["leases"], one["endingWithinDay"]) for one in found] == [(1, 1), (2, 0)]
    assert found[1]["monthlyCents"] == 2 * PRICE_CENTS
    ends = await still.owner.fetchval(
        "SELECT min(past_due_since) + interval '7 days' FROM leases WHERE tenant_id = $1",
        late.tenant_id,
    )
    assert found[1]["firstEndsAt"] == format_seconds(ends)


async def test_whose_cash_does_not_reach_comes_first(
    still: Installation, still_api: httpx2.AsyncClient, viewer: dict[str, str]
) -> None:
    wallets, renewed_on = [], []
    for spare in (5 * PRICE_CENTS, 0, PRICE_CENTS // 2):
        partner = (await still.family()).partner
        async with still.pool.acquire() as connection:
            # No earlier than the partner: the time of an organization's money does not go back, not even over midnight.
            at = now()
            await top_up(connection, partner, at, PRICE_CENTS + spare)
            await lease(connection, partner, at)
        wallets.append(partner)
        renewed_on.append(add_months(at, 1).date().isoformat())

    found = granted(
        await still_api.get(
            "/ops/v1/renewals/cover", headers=viewer, params={"days": "40", "limit": "100"}
        )
    )

    own = [one for one in found["items"] if one["organizationId"] in map(org_id, wallets)]
    assert [one["organizationId"] for one in own] == [
        org_id(wallets[1]),
        org_id(wallets[2]),
        org_id(wallets[0]),
    ]
    assert [one["shortfallCents"] for one in own] == [PRICE_CENTS, PRICE_CENTS // 2, 0]
    assert [one["totalCents"] for one in own] == [PRICE_CENTS] * 3
    assert [one["firstShortDay"] for one in own] == [renewed_on[1], renewed_on[2], None]
    assert found["shortPartners"] >= 2
    assert found["shortfallCents"] >= PRICE_CENTS * 3 // 2
    short = [one["shortfallCents"] > 0 for one in found["items"]]
    assert short == sorted(short, reverse=True)
