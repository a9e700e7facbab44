"""What archiving a child does to its leases: months that are due, and the accounts that come back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from tests.support.answers import granted
from tests.support.assigning import LeaseAssignment, assign
from tests.support.installation import ago, handle, now, org_id
from tests.support.operations import audit

from partner_api.database.arguments import SYSTEM
from partner_api.ids import new_uuid7

if TYPE_CHECKING:
    import asyncpg
    import httpx2
    from tests.support.installation import Family, Installation


async def archive(api: httpx2.AsyncClient, family: Family) -> int:
    """Archive the family's child; how many accounts that released."""
    path = f"/v1/organizations/{org_id(family.child)}"
    response = await api.delete(path, headers=family.partner_key.headers)
    released: int = granted(response)["releasedLeasedAccounts"]
    return released


async def lease_row(installation: Installation, account: str) -> asyncpg.Record:
    row = await installation.owner.fetchrow(
        """
        SELECT l.*, s.status AS social_status, s.disconnected_reason AS social_reason,
               p.status AS pool_status, p.lease_id
          FROM leases l
          JOIN social_accounts s ON s.tenant_id = l.tenant_id AND s.id = l.social_account_id
          JOIN pool_accounts p ON p.id = l.pool_account_id
         WHERE l.social_account_id = $1
        """,
        UUID(account.removeprefix("sa_")),
    )
    assert row is not None
    return row


async def test_every_account_is_disconnected_and_available_again(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(cash_cents=30_000)
    accounts = await installation.lease(family.child, handle(), handle(), at=now())
    assert await archive(api, family) == 2
    for account in accounts:
        row = await lease_row(installation, account)
        assert (row["status"], row["disconnected_reason"]) == (
            "disconnected",
            "organization_archived",
        )
        assert (row["social_status"], row["social_reason"]) == (
            "disconnected",
            "organization_archived",
        )
        assert (row["pool_status"], row["lease_id"]) == ("available", None)
    released = await audit(installation.owner, family.partner, "leased_account.released")
    # Nobody could read them in the child's log any more.
    assert [row["organization_id"] for row in released] == [family.partner.organization_id] * 2


@pytest.mark.parametrize(
    ("cash_cents", "statuses", "left"),
    [
        (60_000, ["paid", "paid", "paid"], 15_000),
        (45_000, ["paid", "paid", "paid"], 0),
        (44_999, ["paid", "paid", "uncollected"], 14_999),
        (15_000, ["paid", "uncollected", "uncollected"], 0),
    ],
)
async def test_months_that_are_due_are_charged_or_written_off(
    api: httpx2.AsyncClient,
    installation: Installation,
    cash_cents: int,
    statuses: list[str],
    left: int,
) -> None:
    """Whatever a worker has got round to: two months have begun since the account was assigned."""
    since = ago(days=70)
    family = await installation.family(at=since, cash_cents=cash_cents)
    (account,) = await installation.lease(family.child, handle(), at=since)
    # As if no worker had been there, whether or not one was.
    assert await archive(api, family) == 1
    rows = await installation.owner.fetch(
        "SELECT * FROM lease_charges WHERE social_account_id = $1 ORDER BY lease_month",
        UUID(account.removeprefix("sa_")),
    )
    assert [row["lease_month"] for row in rows] == [0, 1, 2]
    assert [row["status"] for row in rows] == statuses
    assert all(row["price_cents"] == 15_000 for row in rows)
    assert [row["cash_sequence"] is None for row in rows] == [
        status == "uncollected" for status in statuses
    ]
    cash = await installation.owner.fetchrow(
        "SELECT * FROM cash_wallets WHERE tenant_id = $1", family.partner.tenant_id
    )
    assert cash is not None
    assert cash["balance_cents"] == left
    total = await installation.owner.fetchval(
        "SELECT sum(amount_cents) FROM cash_events WHERE tenant_id = $1", family.partner.tenant_id
    )
    assert total == left
    row = await lease_row(installation, account)
    assert (row["status"], row["pool_status"]) == ("disconnected", "available")
    assert row["disconnected_at"] == row["disconnected_at"].replace(microsecond=0)


async def test_of_several_leases_the_earliest_due_is_paid(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(at=ago(days=60), cash_cents=45_000)
    (late,) = await installation.lease(family.child, handle(), at=ago(days=40))
    (early,) = await installation.lease(family.child, handle(), at=ago(days=45))
    await archive(api, family)
    charged = {
        account: await installation.owner.fetchval(
            "SELECT status FROM lease_charges WHERE social_account_id = $1 AND lease_month = 1",
            UUID(account.removeprefix("sa_")),
        )
        for account in (early, late)
    }
    assert charged == {early: "paid", late: "uncollected"}


async def test_an_account_comes_back_to_the_pool_and_can_be_leased_again(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(cash_cents=60_000)
    (account,) = await installation.lease(family.child, handle(), at=now())
    pool_id = (await lease_row(installation, account))["pool_account_id"]
    await archive(api, family)
    again = LeaseAssignment(family.sibling.project_id, [pool_id], [new_uuid7(now())], None, SYSTEM)
    other_id = await installation.pool_account(handle(), 1)
    async with installation.pool.acquire() as connection:
        outcome = await assign(connection, family.partner.tenant_id, now(), again)
        assert outcome.status == "done", outcome
        again = LeaseAssignment(
            family.child.project_id,
            [other_id],
            [new_uuid7(now())],
            None,
            SYSTEM,
        )
        outcome = await assign(connection, family.partner.tenant_id, now(), again)
    assert (outcome.code, outcome.facts) == ("CONFLICT", {"organization": "not active"})
    row = await lease_row(installation, account)
    assert (row["status"], row["pool_status"]) == ("disconnected", "leased")
