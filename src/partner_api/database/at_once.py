"""Working on several connections at once: what is to be done for each of some tenants needs no one before it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from partner_api.database.pool import require_no_connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from partner_api.database.connection import Connection

    Borrow = Callable[[], AbstractAsyncContextManager[Connection]]
    """Lends a connection, as ``Pool.acquire`` does."""


async def work_at_once(
    borrow: Borrow, count: int, work: Callable[[Connection], Awaitable[None]]
) -> None:
    """Run the same work on several connections, until each run of it finds nothing more to do.

    Args:
        borrow: called once for each run.
        count: how many runs.
        work: takes what is next from what all of them share.

    Raises:
        Exception: what one of the runs raised. All have ended then.
    """

    async def run() -> None:
        async with borrow() as connection:
            await work(connection)

    if count == 1:
        await run()
        return
    require_no_connection()
    ends = await asyncio.gather(*(run() for _ in range(count)), return_exceptions=True)
    for end in ends:
        if end is not None:
            raise end
