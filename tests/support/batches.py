"""Operations that arrive together, at the batches of an API process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import TYPE_CHECKING, Any, TypeVar

from tests.support.tenants import NOON

from partner_api.clock import Clock
from partner_api.database.connection import open_pool
from partner_api.edge.money_calls import MoneyCalls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.edge.money_queues import MoneyFunction

Item = TypeVar("Item")

BATCH_SIZES = (1, 2, 100)
"""Each alone, a batch that many do not fit into, and one for all."""
# Longer than any statement may take, so that a busy machine refuses nobody.
_PATIENCE_SECONDS = 120


class SetClock(Clock):
    """A clock that stands still, until the test sets it."""

    def __init__(self, at: datetime = NOON) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """Return what it was set to."""
        return self.at


async def call(
    calls: MoneyCalls, function: MoneyFunction[Item], tenant_id: int, item: Item
) -> Outcome:
    """Do one operation, and wait for its turn as long as a busy machine needs."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    return await calls.call(function, tenant_id, item, deadline)


async def call_together(
    calls: MoneyCalls, function: MoneyFunction[Item], tenant_id: int, items: Sequence[Item]
) -> list[Outcome]:
    """Let operations arrive in this order before the first can leave; their outcomes in the same order.

    Raises:
        Exception: the first that one of them raised. All have ended by then.
    """
    return await _all_of(call(calls, function, tenant_id, item) for item in items)


class Nodes:
    """API processes as far as their batches go: each has its own, and connections of its own.

    Args:
        calls: of each.
        clock: of all.
    """

    def __init__(self, calls: Sequence[MoneyCalls], clock: SetClock) -> None:
        self._calls = calls
        self.clock = clock

    async def race(
        self, tenant_id: int, movements: Sequence[tuple[MoneyFunction[Any], Any]]
    ) -> list[Outcome]:
        """Deal operations out to the nodes, where they arrive at once; their outcomes in the order given.

        Raises:
            Exception: the first that one of them raised. All have ended by then.
        """
        dealt = zip(itertools.cycle(self._calls), movements, strict=False)
        return await _all_of(
            call(node, function, tenant_id, item) for node, (function, item) in dealt
        )


@contextlib.asynccontextmanager
async def open_nodes(url: str, batch_size: int, count: int = 2) -> AsyncIterator[Nodes]:
    """Open nodes, each with connections as an API process has them."""
    clock = SetClock()
    async with contextlib.AsyncExitStack() as stack:
        calls = []
        for _ in range(count):
            pool = await stack.enter_async_context(await open_pool(url, 6))
            calls.append(MoneyCalls(pool, clock, batch_size))
        yield Nodes(calls, clock)


async def _all_of(operations: Iterable[Awaitable[Outcome]]) -> list[Outcome]:
    answers = await asyncio.gather(*operations, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]
