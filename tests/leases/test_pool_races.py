"""Partners that want the same accounts of the pool at the same time, and give them back: one of them has each."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from tests.support.assigning import LeaseAssignment, assign
from tests.support.databases import database_of
from tests.support.invariants import mismatches
from tests.support.leases import PRICE_CENTS, disconnect, make_account
from tests.support.nodes import nodes_of, with_database
from tests.support.tenants import make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool

MARCH = datetime(2027, 3, 10, 9, tzinfo=UTC)
PARTNERS = 6
ACCOUNTS = 5
WANTED = 3


async def fulfil(pool: Pool, partner: Wallet, accounts: list[UUID]) -> tuple[Outcome, list[UUID]]:
    """Lease these accounts to a partner, all or none; again after an error that asks for it, as the server does."""
    while True:
        leases = [uuid4() for _ in accounts]
        item = LeaseAssignment(partner.project_id, accounts, leases, None, SYSTEM)
        async with pool.acquire() as connection:
            try:
                return await assign(connection, partner.tenant_id, MARCH, item), leases
            except asyncpg.TransactionRollbackError:
                continue


async def release(pool: Pool, partner: Wallet, lease_id: UUID) -> None:
    async with pool.acquire() as connection:
        outcome = await disconnect(connection, partner, lease_id, MARCH + timedelta(days=1))
    assert outcome.status == "done"


@pytest.mark.parametrize("round_", range(3))
async def test_every_account_is_leased_to_one_of_those_who_want_it(
    pool: Pool, database_urls: DatabaseUrls, round_: int
) -> None:
    """All or none of what each asks for, also where they are on different servers; and no account is lost."""
    chance = random.Random(round_)
    async with pool.acquire() as connection:
        partners = [
            await make_partner(connection, now=MARCH, cash_cents=100 * PRICE_CENTS)
            for _ in range(PARTNERS)
        ]
        accounts = [await make_account(connection, MARCH) for _ in range(ACCOUNTS)]
    held: dict[UUID, tuple[Wallet, UUID]] = {}
    for _ in range(3):
        given_back = list(held.values())
        wishes = [chance.sample(accounts, WANTED) for _ in partners]
        outcomes, _ = await asyncio.gather(
            asyncio.gather(*(fulfil(pool, *wish) for wish in zip(partners, wishes, strict=True))),
            asyncio.gather(*(release(pool, *each) for each in given_back)),
        )
        held = {}
        for partner, wished, (outcome, leases) in zip(partners, wishes, outcomes, strict=True):
            if outcome.status == "refused":
                assert outcome.code == "CONFLICT"
                continue
            for account_id, lease_id in zip(wished, leases, strict=True):
                assert account_id not in held
                held[account_id] = partner, lease_id
        for connection_url in await _servers(database_urls):
            assert await _leased(connection_url, accounts) == {
                account_id: lease_id for account_id, (_, lease_id) in held.items()
            }
    async with pool.acquire() as connection:
        for partner in partners:
            assert await mismatches(connection, partner.tenant_id) == []


async def _servers(urls: DatabaseUrls) -> list[str]:
    """Each has a copy of the pool."""
    nodes = await nodes_of(urls.owner)
    return [with_database(node, database_of(urls.owner)) for node in nodes] or [urls.owner]


async def _leased(url: str, accounts: list[UUID]) -> dict[UUID, UUID]:
    """By account that a server has as leased, the lease that has it."""
    connection: Connection = await connect(url)
    try:
        rows = await connection.fetch(
            "SELECT id, lease_id FROM pool_accounts WHERE id = ANY ($1) AND status = 'leased'",
            accounts,
        )
    finally:
        await connection.close()
    return {row["id"]: row["lease_id"] for row in rows}
