"""Reading wallets: requests that arrive while others are read share one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from partner_api.credits.store import Wallet, WalletKey, read_wallets
from partner_api.database.skipped_rows import is_row_fault
from partner_api.edge.batching import Batcher

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.clock import Clock
    from partner_api.database.connection import Connection, Pool


class WalletReader:
    """Reads wallets, each brought up to the clock's time."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._batcher: Batcher[WalletKey, Wallet | None] = Batcher(self._load)

    async def read(
        self, tenant_id: int, organization_id: UUID, *, parent_id: UUID | None = None
    ) -> Wallet | None:
        """Return a wallet; None when there is no such organization.

        Args:
            tenant_id: the caller's.
            organization_id: whose wallet.
            parent_id: if given, only a direct child of this organization counts.
        """
        return await self._batcher.get(WalletKey(tenant_id, organization_id, parent_id))

    async def _load(self, keys: list[WalletKey]) -> list[Wallet | Exception | None]:
        async with self._pool.acquire() as connection:
            try:
                return [*await read_wallets(connection, keys, self._clock.now())]
            except asyncpg.PostgresError as error:
                if len(keys) == 1 or not is_row_fault(error):
                    raise
            # One of them cannot be rolled over. Whose that is shows when each is alone.
            return [await self._read_alone(connection, key) for key in keys]

    async def _read_alone(
        self, connection: Connection, key: WalletKey
    ) -> Wallet | Exception | None:
        try:
            (wallet,) = await read_wallets(connection, [key], self._clock.now())
        except asyncpg.PostgresError as error:
            if not is_row_fault(error):
                raise
            return error
        return wallet
