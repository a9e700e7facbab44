"""Rows that somebody holds, as a person does in ``psql``."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from partner_api.database.cluster.catalog import has_extension

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

_PATIENCE_SECONDS = 60
_WAIT_HERE = (
    "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)
_WAIT_ON_NODES = (
    "SELECT waiting_gpid AS pid FROM citus_lock_waits WHERE blocking_gpid = citus_backend_gpid()"
)


async def someone_waits(connection: Connection) -> bool:
    """Whether any statement in the database waits for a lock."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM citus_lock_waits)"
            if await has_extension(connection)
            else "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
    )


class Held:
    """What a connection holds, until the block is over."""

    def __init__(self, owner: Connection) -> None:
        self._owner = owner

    async def processes_that_wait(self) -> list[int]:
        """Return the processes that wait for it, as PostgreSQL numbers them, or all nodes of a cluster together."""
        rows = await self._owner.fetch(
            _WAIT_ON_NODES if await has_extension(self._owner) else _WAIT_HERE
        )
        return [row["pid"] for row in rows]

    async def until_waited_for(self) -> int:
        """Wait until a statement waits for it; its process."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (processes := await self.processes_that_wait()):
            assert time.monotonic() < deadline, "nobody waits"
            await asyncio.sleep(0.005)
        return processes[0]

    async def until_nobody_waits(self) -> None:
        """Wait until no statement waits for it any more."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while await self.processes_that_wait():
            assert time.monotonic() < deadline, "somebody still waits"
            await asyncio.sleep(0.005)

    async def end_who_waits(self) -> None:
        """End the process of a statement that waits for it, as a crash would."""
        # As a number in the text: of two functions with the name, a cluster takes the one for its own processes.
        await self._owner.execute(f"SELECT pg_terminate_backend({await self.until_waited_for()})")


@contextlib.asynccontextmanager
async def holding_rows(owner: Connection, lock: str, *arguments: object) -> AsyncIterator[Held]:
    """Hold the rows that a SELECT locks, one at least, in a transaction that commits when the block is over."""
    async with owner.transaction():
        assert await owner.fetch(lock, *arguments)
        yield Held(owner)


def holding(owner: Connection, wallet: Wallet) -> AbstractAsyncContextManager[Held]:
    """Hold a wallet in a transaction of the owner's."""
    return holding_rows(
        owner,
        "SELECT FROM wallets WHERE tenant_id = $1 AND organization_id = $2 FOR UPDATE",
        wallet.tenant_id,
        wallet.organization_id,
    )
