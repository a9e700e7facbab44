"""What a node can be asked to do, beside `writes`.

All functions have the form ``(pool, tenant_id, now, items) -> outcomes``, one outcome per item. They
run the code that the server runs; a node calls nothing else.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from partner_api.account_pool import store as account_pool
from partner_api.clock import Clock
from partner_api.credits.store import WalletKey, read_wallets
from partner_api.database.arguments import Outcome
from partner_api.edge.money_calls import MoneyCalls
from partner_api.leases.access import charge_what_is_due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Pool
    from partner_api.edge.money_queues import MoneyFunction
    from partner_api.sweeps.sweep import Sweep

# At most, of one that a node is killed at: three with which the months are charged, and the call.
STATEMENTS_AFTER_RENEWALS = 4
# More than an operation has items.
_BATCH_SIZE = 100


class PoolAccount(NamedTuple):
    """A warmed account to add to the operator's pool."""

    account_id: UUID
    handle: str
    monthly_price_cents: int


class _ClockAt(Clock):
    """The clock of a node, which stands still while it does one operation."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        return self._at


async def move_money(
    function: MoneyFunction[Any],
    pool: Pool,
    tenant_id: int,
    now: datetime,
    items: Sequence[NamedTuple],
) -> list[Outcome]:
    """Let operations arrive together, which a money function of a store does as a server has it do them.

    They go in one call, so a kill point of it is one of the whole batch.
    """
    calls = MoneyCalls(pool, _ClockAt(now), batch_size=_BATCH_SIZE)
    return await asyncio.gather(*(calls.call(function, tenant_id, item) for item in items))


async def move_money_after_renewals(
    function: MoneyFunction[Any],
    pool: Pool,
    tenant_id: int,
    now: datetime,
    items: Sequence[NamedTuple],
) -> list[Outcome]:
    """Charge the months that are due, in commits of their own, then do operations as `move_money` does."""
    await charge_what_is_due(pool, tenant_id, now)
    return await move_money(function, pool, tenant_id, now, items)


async def read(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[WalletKey]
) -> list[Outcome]:
    """Read wallets as the API does. Facts: ``{balance, available, is_current}``."""
    async with pool.acquire() as connection:
        wallets = await read_wallets(connection, items, now)
    outcomes = []
    for wallet in wallets:
        if wallet is None:
            outcomes.append(Outcome("refused", "NOT_FOUND", None))
            continue
        facts = {
            "balance": wallet.balance,
            "available": wallet.available,
            # Whoever reads it first after its period is over finds it in the new one.
            "is_current": wallet.period_end > now,
        }
        outcomes.append(Outcome("done", None, facts))
    return outcomes


async def sweep(pool: Pool, tenant_id: int, now: datetime, items: Sequence[Sweep]) -> list[Outcome]:
    """Run a step of sweeps, for all tenants, whatever ``tenant_id`` is. Facts: ``{advanced}``.

    Raises:
        RuntimeError: something was left for later because it is locked, and only this node is at work.
    """
    outcomes = []
    for item in items:
        outcomes.append(Outcome("done", None, {"advanced": await item.step(pool, now)}))
        if item.left_some:
            raise RuntimeError(f"the sweep {item.name} met a lock that nobody can hold")
    return outcomes


async def add_accounts(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[PoolAccount]
) -> list[Outcome]:
    """Add accounts to the operator's pool, which is no tenant's."""
    async with pool.acquire() as connection:
        for item in items:
            await account_pool.insert_account(
                connection,
                now,
                account_id=item.account_id,
                platform="tiktok",
                handle=item.handle,
                followers=1000,
                vertical="food_and_drink",
                language="en",
                geo=["US"],
                monthly_price_cents=item.monthly_price_cents,
                avatar_url=None,
            )
    return [Outcome("done", None, {}) for _ in items]
