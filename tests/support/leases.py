"""Leases for tests, made and looked at through the functions that the server uses."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid4

from tests.support.assigning import LeaseAssignment, assign

from partner_api.account_pool import store as pool
from partner_api.cash import store as cash
from partner_api.database.arguments import SYSTEM
from partner_api.leases import store
from partner_api.leases.operator_store import renew

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

PRICE_CENTS = 15_000


async def make_account(
    connection: Connection, now: datetime, *, price_cents: int = PRICE_CENTS
) -> UUID:
    """An available account of the pool; its id."""
    account_id = uuid4()
    await pool.insert_account(
        connection,
        now,
        account_id=account_id,
        platform="tiktok",
        handle=secrets.token_hex(8),
        followers=1_000,
        vertical="food_and_drink",
        language="en",
        geo=["US"],
        monthly_price_cents=price_cents,
        avatar_url=None,
    )
    return account_id


async def lease(
    connection: Connection, wallet: Wallet, now: datetime, *, price_cents: int = PRICE_CENTS
) -> UUID:
    """Lease an account of this price to the organization's project; the lease's id."""
    account_id, social_account_id = (
        await make_account(connection, now, price_cents=price_cents),
        uuid4(),
    )
    item = LeaseAssignment(wallet.project_id, [account_id], [social_account_id], None, SYSTEM)
    outcome = await assign(connection, wallet.tenant_id, now, item)
    assert outcome.status == "done", outcome
    return social_account_id


async def top_up(
    connection: Connection,
    partner: Wallet,
    now: datetime,
    cents: int,
    event_type: Literal["topup", "adjustment"] = "topup",
) -> Outcome:
    """Record money that came in."""
    item = cash.CashPosting(partner.organization_id, event_type, cents, "Wire", None, SYSTEM, None)
    (outcome,) = await cash.post(connection, partner.tenant_id, now, [item])
    return outcome


async def work(connection: Connection, wallet: Wallet, now: datetime) -> int:
    """What a worker does that comes at this moment; how many leases it changed."""
    changed = 0
    while advanced := (await renew(connection, [wallet.tenant_id], now, 1000)).leases:
        changed += advanced
    return changed


async def charges(connection: Connection, wallet: Wallet, lease_id: UUID) -> list[tuple[int, str]]:
    """Price and status of each month of a lease, from the first on."""
    rows = await connection.fetch(
        """
        SELECT price_cents, status FROM lease_charges
         WHERE tenant_id = $1 AND social_account_id = $2 ORDER BY lease_month
        """,
        wallet.tenant_id,
        lease_id,
    )
    return [(row["price_cents"], row["status"]) for row in rows]


async def paid_for(connection: Connection, wallet: Wallet) -> list[tuple[UUID, int]]:
    """Lease and month of every renewal of a partner, in the order in which they were paid."""
    rows = await connection.fetch(
        """
        SELECT social_account_id, lease_month FROM cash_events
         WHERE tenant_id = $1 AND event_type = 'lease_renewal' ORDER BY sequence
        """,
        wallet.tenant_id,
    )
    return [(row["social_account_id"], row["lease_month"]) for row in rows]


async def disconnect(
    connection: Connection,
    wallet: Wallet,
    lease_id: UUID,
    now: datetime,
    *,
    recalled: bool = False,
) -> Outcome:
    """Release the lease, or recall it."""
    (outcome,) = await store.disconnect(
        connection,
        wallet.tenant_id,
        now,
        [
            store.DisconnectItem(
                lease_id,
                None if recalled else wallet.organization_id,
                "recalled_by_operator" if recalled else "released_by_partner",
                None,
                SYSTEM,
                None,
            )
        ],
    )
    return outcome
