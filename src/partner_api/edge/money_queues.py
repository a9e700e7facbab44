"""What waits to be moved: operations of a tenant, by the function that does them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from partner_api.time_limits import LOCK_SECONDS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection
    from partner_api.tracing.span import Span

Item_contra = TypeVar("Item_contra", contravariant=True)


class MoneyFunction(Protocol[Item_contra]):
    """A function of a store that moves money: items in, an outcome of each back, in their order."""

    async def __call__(
        self, connection: Connection, tenant_id: int, now: datetime, items: Sequence[Item_contra], /
    ) -> list[Outcome]:
        """Call it outside a transaction."""
        ...


class Operation:
    """One item on its way."""

    __slots__ = ("answer", "deadline", "item", "seconds_left", "wait")

    def __init__(self, item: Any, deadline: float, answer: asyncio.Future[Outcome]) -> None:
        self.item = item
        self.deadline = deadline
        self.answer = answer
        # What it may still spend in calls that wait for a lock.
        self.seconds_left = LOCK_SECONDS
        # Of a request that is traced.
        self.wait: Span | None = None


Answer = tuple[Operation, "Outcome | Exception"]
"""An operation, and what became of it."""


class TenantQueues:
    """What a tenant has waiting, by function in the order of their turns, and what is in flight."""

    __slots__ = ("id", "in_flight", "waiting")

    def __init__(self, tenant_id: int) -> None:
        self.id = tenant_id
        self.waiting: dict[MoneyFunction[Any], deque[Operation]] = {}
        self.in_flight: dict[MoneyFunction[Any], asyncio.Task[None]] = {}

    def take(self, function: MoneyFunction[Any], most: int) -> list[Operation]:
        """Take the first of those that wait for a function; it is then the others' turn."""
        operations = self.waiting.pop(function, None)
        if operations is None:
            return []
        taken = [operations.popleft() for _ in range(min(most, len(operations)))]
        if operations:
            self.waiting[function] = operations
        return taken

    def put_back(self, function: MoneyFunction[Any], operations: list[Operation]) -> None:
        """Let operations that were taken be the first again."""
        if operations:
            self.waiting.setdefault(function, deque()).extendleft(reversed(operations))

    def withdraw(self, function: MoneyFunction[Any], operation: Operation) -> bool:
        """Take one out that waits; False if it does not."""
        operations = self.waiting.get(function)
        if operations is None or operation not in operations:
            return False
        operations.remove(operation)
        if not operations:
            del self.waiting[function]
        return True
