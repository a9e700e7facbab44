"""How much a statement of a check looks at, and how lists are gone through in such steps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import asyncpg

    Page = list[asyncpg.Record]

TENANTS_PER_PAGE = 1_000
WALLETS_PER_STATEMENT = 500
# A wallet with more events than this has a statement of its own.
EVENTS_PER_STATEMENT = 20_000
ROWS_PER_PAGE = 1_000
JOBS_PER_PAGE = 5_000
CASH_EVENTS_PER_SLICE = 5_000
_BEFORE_ALL = UUID(int=0)


async def pages(read: Callable[[UUID], Awaitable[Page]], key: str = "id") -> AsyncGenerator[Page]:
    """Read page after page, each after the last ``key`` of the one before, until one is empty."""
    after = _BEFORE_ALL
    while rows := await read(after):
        yield rows
        after = rows[-1][key]
