"""A wallet that somebody holds, as a person does in ``psql``."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

_PATIENCE_SECONDS = 60


class Held:
    """A wallet that is held, until the block is over."""

    def __init__(self, owner: Connection) -> None:
        self._owner = owner

    async def until_waited_for(self) -> int:
        """Wait until a statement waits for the wallet; its process, as PostgreSQL numbers it."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            process = await self._owner.fetchval(
                "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if process is not None:
                return int(process)
            assert time.monotonic() < deadline, "nobody waits"
            await asyncio.sleep(0.005)

    async def end_who_waits(self) -> None:
        """End the process of a statement that waits for the wallet, as a crash would."""
        await self._owner.execute("SELECT pg_terminate_backend($1)", await self.until_waited_for())


@contextlib.asynccontextmanager
async def holding(owner: Connection, wallet: Wallet) -> AsyncIterator[Held]:
    """Hold a wallet in a transaction of the owner's."""
    async with owner.transaction():
        await owner.execute(
            "SELECT FROM wallets WHERE tenant_id = $1 AND organization_id = $2 FOR UPDATE",
            wallet.tenant_id,
            wallet.organization_id,
        )
        yield Held(owner)
