"""Reading wallets: requests that arrive while others are read share one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.credits.store import Wallet, WalletKey, find_wallets, read_wallets
from partner_api.database.lanes import Lane
from partner_api.edge.batching import Batcher

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool


class WalletReader:
    """Reads wallets, each brought up to the clock's time."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._batcher: Batcher[WalletKey, Wallet | None] = Batcher(
            self._find, apart=lambda key: key.tenant_id, name="wallets"
        )

    async def read(
        self, tenant_id: int, organization_id: UUID, *, parent_id: UUID | None = None
    ) -> Wallet | None:
        """Return a wallet; None when there is no such organization.

        Args:
            tenant_id: the caller's.
            organization_id: whose wallet.
            parent_id: if given, only a direct child of this organization counts.

        Raises:
            TooMuchInFlight: its period is over, and there was no room in the tenant's lane to write that.
            asyncpg.PostgresError: its period is over, and it cannot be rolled over.
        """
        key = WalletKey(tenant_id, organization_id, parent_id)
        wallet = await self._batcher.get(key)
        if wallet is None or wallet.period_end > self._clock.now():
            return wallet
        # Whoever rolls it over waits for its lock, and nobody else's read with it.
        async with self._pool.acquire(Lane(tenant_id, writes=True)) as connection:
            (wallet,) = await read_wallets(connection, [key], self._clock.now())
        return wallet

    async def _find(self, keys: list[WalletKey]) -> list[Wallet | None]:
        return await find_wallets(self._pool, keys)
