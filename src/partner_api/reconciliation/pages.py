"""How much a statement of a check looks at, and how lists are read in such steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

TENANTS_PER_PAGE = 1_000
WALLETS_PER_STATEMENT = 500
# A wallet with more events than this has a statement of its own.
EVENTS_PER_STATEMENT = 20_000
ROWS_PER_PAGE = 1_000
JOBS_PER_PAGE = 5_000
CASH_EVENTS_PER_SLICE = 5_000
_BEFORE_ALL = UUID(int=0)


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


T = TypeVar("T", bound=_Identified)


async def pages(read: Callable[[UUID], Awaitable[list[T]]]) -> AsyncGenerator[list[T]]:
    """Yield page after page, each after the last id of the one before, until one is empty."""
    after = _BEFORE_ALL
    while page := await read(after):
        yield page
        after = page[-1].id
