"""Operations that arrive together, at the batches of an API process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from tests.support.tenants import NOON

from partner_api.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.edge.money_calls import MoneyCalls, MoneyFunction

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
    answers = await asyncio.gather(
        *(call(calls, function, tenant_id, item) for item in items), return_exceptions=True
    )
    outcomes: list[Outcome] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        outcomes.append(answer)
    return outcomes
