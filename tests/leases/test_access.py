"""Before a request takes money or ends a lease, what has come due is charged, in commits of a bounded size."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.support.leases import PRICE_CENTS, charges, lease, top_up
from tests.support.tenants import make_partner

from partner_api.errors import ApiError
from partner_api.leases.access import charge_what_is_due

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

MARCH = datetime(2027, 3, 10, 9, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, tzinfo=UTC)


async def partner_with(
    connection: Connection, leases: int, *, months: int = 2
) -> tuple[Wallet, list[UUID]]:
    """A partner with leases since March, and money for so many months of each."""
    partner = await make_partner(connection, now=MARCH)
    await top_up(connection, partner, MARCH, leases * months * PRICE_CENTS)
    return partner, [await lease(connection, partner, MARCH) for _ in range(leases)]


async def commits(connection: Connection, partner: Wallet) -> list[int]:
    """How many second months each transaction charged."""
    rows = await connection.fetch(
        """
        SELECT count(*) AS months FROM lease_charges WHERE tenant_id = $1 AND lease_month = 1
         GROUP BY xmin::text
        """,
        partner.tenant_id,
    )
    return sorted(row["months"] for row in rows)


async def test_it_is_done_in_bounded_commits(pool: Pool, connection: Connection) -> None:
    partner, leases = await partner_with(connection, 5)
    await charge_what_is_due(pool, partner.tenant_id, APRIL, leases_per_commit=2)
    for one in leases:
        assert await charges(connection, partner, one) == [(PRICE_CENTS, "paid")] * 2
    assert await commits(connection, partner) == [1, 2, 2]
    # There is nothing left to do.
    await charge_what_is_due(pool, partner.tenant_id, APRIL, limit_seconds=-1)


async def test_what_cannot_be_paid_is_put_off_in_order(pool: Pool, connection: Connection) -> None:
    partner, leases = await partner_with(connection, 4, months=1)
    await top_up(connection, partner, MARCH, 2 * PRICE_CENTS)
    await charge_what_is_due(pool, partner.tenant_id, APRIL, leases_per_commit=1)
    states = [(await charges(connection, partner, one))[1][1] for one in sorted(leases)]
    assert states == ["paid", "paid", "due", "due"]


async def test_too_many_for_one_request_are_left_to_the_next(
    pool: Pool, connection: Connection
) -> None:
    partner, _ = await partner_with(connection, 3)
    for _ in range(2):
        with pytest.raises(ApiError) as refused:
            await charge_what_is_due(
                pool, partner.tenant_id, APRIL, leases_per_commit=1, limit_seconds=-1
            )
        assert (refused.value.code, refused.value.headers["Retry-After"]) == ("UNAVAILABLE", "2")
    await charge_what_is_due(pool, partner.tenant_id, APRIL, limit_seconds=-1)
    assert await commits(connection, partner) == [1, 1, 1]


async def test_a_wallet_that_somebody_holds_is_waited_for(
    pool: Pool, connection: Connection, owner_connection: Connection
) -> None:
    partner, leases = await partner_with(connection, 1)
    async with owner_connection.transaction():
        await owner_connection.execute(
            "SELECT FROM cash_wallets WHERE tenant_id = $1 FOR NO KEY UPDATE", partner.tenant_id
        )
        with pytest.raises(ApiError):
            await charge_what_is_due(pool, partner.tenant_id, APRIL, limit_seconds=0.1)
        waiting = asyncio.create_task(
            charge_what_is_due(pool, partner.tenant_id, APRIL, limit_seconds=60)
        )
        await asyncio.sleep(0.2)
    async with asyncio.timeout(60):
        await waiting
    assert len(await charges(connection, partner, leases[0])) == 2


async def test_one_that_nobody_can_charge_ends_it(
    pool: Pool, connection: Connection, owner_connection: Connection
) -> None:
    partner, (bad, good) = await partner_with(connection, 2)
    await owner_connection.execute(
        """
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, settled_at)
        VALUES ($1, $2, 1, $3, $4, 1, 'uncollected', $3)
        """,
        partner.tenant_id,
        bad,
        MARCH,
        APRIL,
    )
    await charge_what_is_due(pool, partner.tenant_id, APRIL, limit_seconds=60)
    assert len(await charges(connection, partner, good)) == 2
