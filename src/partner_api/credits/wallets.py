"""Reading wallets: requests that arrive while others are being read share one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.credits.store import WalletKey, read_wallets
from partner_api.edge.batching import Batcher

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool


class WalletReader:
    """Reads wallets, each brought up to the clock's time."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._batcher: Batcher[WalletKey, asyncpg.Record | None] = Batcher(self._load)

    async def read(
        self, tenant_id: int, organization_id: UUID, *, parent_id: UUID | None = None
    ) -> asyncpg.Record | None:
        """Give the wallet's row; None when there is no such organization.

        Args:
            tenant_id: the caller's.
            organization_id: whose wallet.
            parent_id: if given, only a direct child of this organization counts.
        """
        return await self._batcher.get(WalletKey(tenant_id, organization_id, parent_id))

    async def _load(self, keys: list[WalletKey]) -> list[asyncpg.Record | None]:
        async with self._pool.acquire() as connection:
            return await read_wallets(connection, keys, self._clock.now())
