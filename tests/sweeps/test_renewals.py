"""The sweep of renewals: many partners in a commit, and none of them at another's cost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.support.leases import PRICE_CENTS, charges, lease, top_up
from tests.support.tenants import make_partner

from partner_api.database.connection import connect
from partner_api.leases import operator_store
from partner_api.sweeps.renewals import RenewLeases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

MARCH = datetime(2027, 3, 10, 9, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, tzinfo=UTC)


@pytest_asyncio.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(urls.owner)
    yield connection
    await connection.close()


async def make_tenant(
    connection: Connection, leases: int, *, paid_months: int = 2
) -> tuple[Wallet, list[UUID]]:
    """A partner with leases since March, and money for so many months of each."""
    partner = await make_partner(connection, now=MARCH)
    await top_up(connection, partner, MARCH, leases * paid_months * PRICE_CENTS)
    return partner, [await lease(connection, partner, MARCH) for _ in range(leases)]


async def renewed(connection: Connection, tenant: tuple[Wallet, list[UUID]]) -> int:
    """How many of a partner's leases have their second month paid."""
    partner, leases = tenant
    months = [await charges(connection, partner, one) for one in leases]
    return months.count([(PRICE_CENTS, "paid")] * 2)


async def transactions(connection: Connection) -> list[int]:
    """In how many transactions second months were charged: of each server that has any."""
    rows = await connection.fetch(
        "SELECT xmin::text AS id, pg_postmaster_start_time() AS server FROM lease_charges WHERE lease_month = 1"
    )
    return list(
        Counter(server for _, server in {(row["id"], row["server"]) for row in rows}).values()
    )


async def test_partners_with_few_leases_share_a_commit(pool: Pool, connection: Connection) -> None:
    tenants = [await make_tenant(connection, count) for count in (1, 2, 1)]
    assert await RenewLeases().step(pool, APRIL) == 4
    assert [await renewed(connection, tenant) for tenant in tenants] == [1, 2, 1]
    assert set(await transactions(connection)) == {1}
    assert await RenewLeases().step(pool, APRIL) == 0


async def test_what_several_servers_charge_at_once_is_all_counted(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [await make_tenant(connection, count) for count in (1, 2, 1)]
    due = operator_store.tenants_with_renewals

    async def each_on_its_own_server(*arguments: Any) -> list[list[int]]:
        return [[tenant_id] for some in await due(*arguments) for tenant_id in some]

    monkeypatch.setattr(operator_store, "tenants_with_renewals", each_on_its_own_server)
    assert await RenewLeases().step(pool, APRIL) == 4
    assert [await renewed(connection, tenant) for tenant in tenants] == [1, 2, 1]


async def test_a_commit_is_bounded_and_the_large_do_not_hold_up_the_small(
    pool: Pool, connection: Connection
) -> None:
    large, small = await make_tenant(connection, 5), await make_tenant(connection, 1)
    sweep = RenewLeases(leases_per_commit=2)
    assert await sweep.step(pool, APRIL) == 3
    assert await renewed(connection, small) == 1
    assert await renewed(connection, large) == 2
    assert sum(await transactions(connection)) == 2
    assert await sweep.step(pool, APRIL) == 2
    assert await sweep.step(pool, APRIL) == 1
    assert await sweep.step(pool, APRIL) == 0
    assert await renewed(connection, large) == 5


async def test_a_wallet_that_somebody_holds_is_left_to_them(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    held, free = await make_tenant(connection, 1), await make_tenant(connection, 1)
    async with owner.transaction():
        await owner.execute(
            "SELECT FROM cash_wallets WHERE tenant_id = $1 FOR NO KEY UPDATE", held[0].tenant_id
        )
        assert await RenewLeases().step(pool, APRIL) == 1
    assert [await renewed(connection, tenant) for tenant in (held, free)] == [0, 1]
    assert await RenewLeases().step(pool, APRIL) == 1


async def test_one_that_cannot_pay_or_be_charged_does_not_hold_up_the_others(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    poor = await make_tenant(connection, 2, paid_months=1)
    broken, last = await make_tenant(connection, 1), await make_tenant(connection, 1)
    # The next event of its wallet collides with one that is there.
    await owner.execute(
        "UPDATE cash_wallets SET last_sequence = last_sequence - 1 WHERE tenant_id = $1",
        broken[0].tenant_id,
    )
    assert await RenewLeases().step(pool, APRIL) == 3  # two put off, one paid
    assert [await renewed(connection, tenant) for tenant in (poor, broken, last)] == [0, 0, 1]
    (partner, (first, _)) = poor
    assert await charges(connection, partner, first) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "due"),
    ]
